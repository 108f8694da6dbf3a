//! All paths from a leaf to an anchor, within bounds: crossed signs, re-keyed CAs and loops make
//! more than one, and hostile graphs as many as they like.

use std::collections::BTreeMap;

use super::canonical::CanonicalName;
use super::link::Link;
use super::signature::Verdict;

/// Longest path, leaf and anchor included.
const LONGEST: usize = 32;

/// Most steps from a certificate to a candidate for its issuer.
const STEPS: usize = 20_000;

/// Most signatures that are checked; each pair of certificates only once.
const SIGNATURES: usize = 2_000;

/// Most paths that are kept.
const PATHS: usize = 200;

/// A way up from the leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Certificates by number, the leaf first.
    pub links: Vec<usize>,
    /// How the way ends.
    pub end: End,
    /// Signatures on the way that cannot be verified: the certificate's position, and why.
    pub unverifiable: Vec<(usize, String)>,
}

/// How a way up ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// At an anchor.
    Anchor,
    /// No certificate has the name of the last one's issuer.
    NoIssuer,
    /// Certificates have that name, but their keys did not make the signature.
    Forged,
    /// It would go on beyond the longest path that is followed.
    TooLong,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Ways that end at an anchor first, in the order in which they were found.
    pub paths: Vec<Path>,
    /// Whether the search stopped at one of its bounds.
    pub cut: bool,
}

/// The certificates of a question.
#[derive(Debug)]
pub struct Pool<'a> {
    /// The leaf first, then the intermediates, then the anchors.
    links: Vec<&'a Link>,
    first_anchor: usize,
    by_subject: BTreeMap<&'a CanonicalName, Vec<usize>>,
}

impl<'a> Pool<'a> {
    /// Puts them together; a certificate that is given twice counts once, as an anchor if it is one.
    pub fn of(leaf: &'a Link, intermediates: &'a [Link], anchors: &'a [Link]) -> Self {
        let mut links = vec![leaf];
        let mut seen = std::collections::BTreeSet::new();
        let is_anchor: std::collections::BTreeSet<_> =
            anchors.iter().map(|anchor| anchor.sha256).collect();
        links.extend(
            intermediates
                .iter()
                .filter(|link| !is_anchor.contains(&link.sha256) && seen.insert(link.sha256)),
        );
        let first_anchor = links.len();
        links.extend(anchors.iter().filter(|link| seen.insert(link.sha256)));
        let mut by_subject: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (number, link) in links.iter().enumerate().skip(1) {
            by_subject.entry(&link.subject).or_default().push(number);
        }
        // Anchors first: the shortest way is tried first.
        for numbers in by_subject.values_mut() {
            numbers.sort_by_key(|&number| number < first_anchor);
        }
        Self {
            links,
            first_anchor,
            by_subject,
        }
    }

    /// The certificate of that number.
    pub fn link(&self, number: usize) -> Option<&'a Link> {
        self.links.get(number).copied()
    }

    /// The certificates of a path.
    pub fn path(&self, path: &Path) -> Vec<&'a Link> {
        path.links
            .iter()
            .filter_map(|&number| self.link(number))
            .collect()
    }

    /// Every way from the leaf up.
    pub fn search(&self) -> Found {
        let mut search = Search {
            pool: self,
            verdicts: BTreeMap::new(),
            steps: 0,
            found: Found::default(),
        };
        search.run();
        let mut found = search.found;
        // Ways to an anchor first; the sort is stable.
        found.paths.sort_by_key(|path| path.end != End::Anchor);
        found
    }
}

struct Search<'p, 'a> {
    pool: &'p Pool<'a>,
    verdicts: BTreeMap<(usize, usize), Verdict>,
    steps: usize,
    found: Found,
}

impl Search<'_, '_> {
    /// Depth first with a stack of our own: a hostile chain is as long as it likes.
    fn run(&mut self) {
        let mut open = vec![Path {
            links: vec![0],
            end: End::NoIssuer,
            unverifiable: Vec::new(),
        }];
        if self.is_anchor_itself() {
            self.keep(Path {
                links: vec![0],
                end: End::Anchor,
                unverifiable: Vec::new(),
            });
        }
        while let Some(path) = open.pop() {
            if self.found.cut {
                break;
            }
            self.step(path, &mut open);
        }
    }

    /// Whether the leaf is one of the anchors.
    fn is_anchor_itself(&self) -> bool {
        let leaf = self.pool.link(0).map(|link| link.sha256);
        let anchors = self.pool.links.iter().skip(self.pool.first_anchor);
        anchors
            .into_iter()
            .any(|anchor| Some(anchor.sha256) == leaf)
    }

    fn step(&mut self, path: Path, open: &mut Vec<Path>) {
        let Some((&last, link)) = path
            .links
            .last()
            .and_then(|last| Some((last, self.pool.link(*last)?)))
        else {
            return;
        };
        if path.links.len() >= LONGEST {
            self.keep(Path {
                end: End::TooLong,
                ..path
            });
            return;
        }
        let candidates: Vec<usize> = self
            .pool
            .by_subject
            .get(&link.issuer)
            .into_iter()
            .flatten()
            .copied()
            .filter(|&number| !self.repeats(&path, number))
            .collect();
        let mut any = false;
        let mut ways = Vec::new();
        for number in self.by_key_identifier(link, candidates) {
            any = true;
            self.steps += 1;
            if self.steps > STEPS || self.verdicts.len() > SIGNATURES {
                self.found.cut = true;
                return;
            }
            let mut way = path.clone();
            way.links.push(number);
            match self.verdict(last, number) {
                Verdict::Invalid => continue,
                Verdict::Valid => {}
                Verdict::Unverifiable(why) => way.unverifiable.push((path.links.len() - 1, why)),
            }
            ways.push(way);
        }
        if ways.is_empty() {
            let end = if any { End::Forged } else { End::NoIssuer };
            self.keep(Path { end, ..path });
            return;
        }
        for way in ways.into_iter().rev() {
            let number = way.links.last().copied().unwrap_or_default();
            if number >= self.pool.first_anchor {
                self.keep(Path {
                    end: End::Anchor,
                    ..way
                });
            } else {
                open.push(way);
            }
        }
    }

    /// Candidates whose key identifier is the wanted one first; identifiers narrow nothing down,
    /// because only the signature decides (RFC 4158 §3.5.12).
    fn by_key_identifier(&self, link: &Link, mut candidates: Vec<usize>) -> Vec<usize> {
        let wanted = link.certificate.authority_key();
        candidates.sort_by_key(|&number| {
            let had = self
                .pool
                .link(number)
                .and_then(|link| link.certificate.subject_key());
            match (wanted, had) {
                (Some(wanted), Some(had)) => u8::from(wanted != had) * 2,
                _ => 1,
            }
        });
        candidates
    }

    /// Whether the path has that subject with that key already: a loop.
    fn repeats(&self, path: &Path, number: usize) -> bool {
        let Some(link) = self.pool.link(number) else {
            return true;
        };
        path.links
            .iter()
            .filter_map(|&known| self.pool.link(known))
            .any(|known| known.key == link.key && known.subject == link.subject)
    }

    fn verdict(&mut self, subject: usize, issuer: usize) -> Verdict {
        if let Some(verdict) = self.verdicts.get(&(subject, issuer)) {
            return verdict.clone();
        }
        let verdict = match (self.pool.link(subject), self.pool.link(issuer)) {
            (Some(subject), Some(issuer)) => subject.is_signed_by(issuer),
            _ => Verdict::Invalid,
        };
        self.verdicts.insert((subject, issuer), verdict.clone());
        verdict
    }

    fn keep(&mut self, path: Path) {
        if self.found.paths.len() >= PATHS {
            self.found.cut = true;
            return;
        }
        self.found.paths.push(path);
    }
}
