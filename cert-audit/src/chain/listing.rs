//! Every way up from a leaf with all that breaks it, for a person to read: those that lead to an
//! anchor, and those that end before.

use crate::certificate::Expiry;

use super::link::Link;
use super::pool::{Edge, Issuers, Pool};
use super::rules::{self, Break, COMPARISONS, Question};
use super::search::{self, Found, LONGEST, Reach, STEPS, Unverifiable, Way};

/// Most ways to anchors that are listed.
const PATHS: usize = 100;

/// Most ways that end before an anchor.
const DEAD_ENDS: usize = 20;

/// One way up from the leaf, and what becomes of it.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    /// The certificates, the leaf first.
    pub links: Vec<&'a Link>,
    /// Whether the last one is an anchor.
    pub anchored: bool,
    /// What breaks it: matters of time last.
    pub breaks: Vec<Break>,
    /// Until when it holds, and the position of the certificate that ends first; where nothing but
    /// time breaks it.
    pub end: Option<(Expiry, usize)>,
    /// Signatures that cannot be verified: the position of the certificate, and why.
    pub unverifiable: Unverifiable,
}

impl Judged<'_> {
    /// Whether it holds, as far as its signatures can be verified.
    pub fn holds(&self) -> bool {
        self.breaks.is_empty()
    }

    /// Those that hold first, of them the verified ones; then what only time breaks, what the
    /// rules break, and what ends before an anchor; of equals the one that ends last.
    fn rank(&self) -> impl Ord + use<> {
        let class = match self.breaks.first() {
            None => 0,
            Some(first) if first.is_time => 1,
            Some(_) if self.anchored => 2,
            Some(_) => 3,
        };
        let prints: Vec<_> = self.links.iter().map(|link| link.sha256).collect();
        (
            class,
            !self.unverifiable.is_empty(),
            std::cmp::Reverse(self.end.map(|(end, _)| end)),
            self.links.len(),
            prints,
        )
    }
}

/// Every way up, and whether there are more than are listed.
pub(super) fn list<'p>(
    pool: &'p Pool,
    leaf: &'p Link,
    question: &Question,
    reach: &Reach<'_>,
    found: &Found,
) -> (Vec<Judged<'p>>, bool) {
    let mut lister = Lister {
        pool,
        question,
        reach,
        left: STEPS,
        comparisons: COMPARISONS,
        anchored: true,
        paths: Vec::new(),
        more: false,
    };
    let first = Judged {
        links: vec![leaf],
        anchored: false,
        breaks: rules::leaf(leaf, question).into_iter().collect(),
        end: None,
        unverifiable: Vec::new(),
    };
    if pool
        .number(leaf.sha256)
        .is_some_and(|at| pool.is_anchor(at))
    {
        lister.keep(Judged {
            anchored: true,
            ..first.clone()
        });
    }
    lister.up(&first, &mut Vec::new());
    let mut paths = std::mem::take(&mut lister.paths);
    // The best ones are listed even where there are more than can be.
    let ways = [
        &found.valid,
        &found.likely_valid,
        &found.best,
        &found.likely,
    ];
    for way in ways.into_iter().flatten() {
        let judged = lister.judged(leaf, way);
        let known = paths.iter().any(|path| {
            let (a, b) = (path.links.iter(), judged.links.iter());
            path.anchored && a.map(|link| link.sha256).eq(b.map(|link| link.sha256))
        });
        if !known {
            paths.push(judged);
        }
    }
    lister.anchored = false;
    lister.left = STEPS;
    lister.up(&first, &mut Vec::new());
    paths.append(&mut lister.paths);
    paths.sort_by_cached_key(Judged::rank);
    (paths, lister.more)
}

struct Lister<'l, 'p> {
    pool: &'p Pool,
    question: &'l Question,
    reach: &'l Reach<'l>,
    left: usize,
    comparisons: usize,
    /// Whether ways to anchors are listed, or those that end before.
    anchored: bool,
    paths: Vec<Judged<'p>>,
    more: bool,
}

impl<'l, 'p: 'l> Lister<'l, 'p> {
    /// Goes up from the end of `path`; never deeper than [`LONGEST`].
    fn up(&mut self, path: &Judged<'p>, numbers: &mut Vec<usize>) {
        let issuers: &'l Issuers = match numbers.last() {
            Some(&number) => self.pool.issuers_of(number),
            None => &self.reach.issuers,
        };
        let mut any = false;
        for edge in &issuers.edges {
            let Some(link) = self.pool.link(edge.to) else {
                continue;
            };
            if search::repeats(&path.links, link) {
                continue;
            }
            any = true;
            if self.anchored && !self.reach.steps.contains_key(&edge.to) {
                continue;
            }
            let limit = if self.anchored { PATHS } else { DEAD_ENDS };
            let Some(left) = self
                .left
                .checked_sub(1)
                .filter(|_| self.paths.len() < limit)
            else {
                self.more |= self.anchored || self.paths.len() >= limit;
                return;
            };
            self.left = left;
            let is_anchor = self.pool.is_anchor(edge.to);
            if is_anchor && !self.anchored {
                continue;
            }
            let next = self.step(path, link, edge, is_anchor);
            if is_anchor {
                self.keep(next);
            } else if next.links.len() < LONGEST {
                numbers.push(edge.to);
                self.up(&next, numbers);
                numbers.pop();
            } else if !self.anchored {
                self.end(next, "the path is too long to follow");
            }
        }
        if !any && !self.anchored && !self.is_anchor(path) {
            self.end(path.clone(), &why(path, issuers));
        }
    }

    fn is_anchor(&self, path: &Judged<'p>) -> bool {
        let last = path.links.last().map(|link| link.sha256);
        last.and_then(|last| self.pool.number(last))
            .is_some_and(|number| self.pool.is_anchor(number))
    }

    /// The path with one more certificate.
    fn step(
        &mut self,
        path: &Judged<'p>,
        link: &'p Link,
        edge: &Edge,
        is_anchor: bool,
    ) -> Judged<'p> {
        let mut next = path.clone();
        if let Some(why) = &edge.unverifiable {
            next.unverifiable.push((path.links.len() - 1, why.clone()));
        }
        next.breaks.extend(rules::issuer(
            &path.links,
            link,
            is_anchor,
            self.question,
            &mut self.comparisons,
        ));
        next.links.push(link);
        next
    }

    /// Keeps a path to an anchor, with what time does to it.
    fn keep(&mut self, path: Judged<'p>) {
        let path = self.timed(path);
        self.paths.push(path);
    }

    fn timed(&self, mut path: Judged<'p>) -> Judged<'p> {
        path.anchored = true;
        let counts =
            |at: usize| at == 0 || at + 1 < path.links.len() || self.question.anchor_expires;
        let links = path.links.iter().enumerate();
        let counted: Vec<_> = links.filter(|&(at, _)| counts(at)).collect();
        if path.breaks.is_empty() {
            let ends = counted.iter().map(|&(at, link)| (link.end(), at));
            path.end = ends.min();
        }
        let late = counted
            .iter()
            .filter_map(|&(at, link)| rules::time(link, at, self.question.at));
        let late: Vec<Break> = late.collect();
        path.breaks.extend(late);
        path
    }

    /// Keeps a path that ends before an anchor.
    fn end(&mut self, mut path: Judged<'p>, reason: &str) {
        let at = path.links.len() - 1;
        // That it leads nowhere is what is wrong with it; the rest comes after.
        path.breaks.insert(0, Break::structure(at, reason));
        self.paths.push(path);
    }

    /// A way as it is listed.
    fn judged(&mut self, leaf: &'p Link, way: &Way) -> Judged<'p> {
        let mut path = Judged {
            links: vec![leaf],
            anchored: true,
            breaks: Vec::new(),
            end: None,
            unverifiable: Vec::new(),
        };
        let mut below: Option<usize> = None;
        for &to in &way.links {
            let issuers: &'l Issuers = match below {
                Some(number) => self.pool.issuers_of(number),
                None => &self.reach.issuers,
            };
            let edge = issuers.edges.iter().find(|edge| edge.to == to);
            if let (Some(edge), Some(link)) = (edge, self.pool.link(to)) {
                path = self.step(&path, link, edge, self.pool.is_anchor(to));
            }
            below = Some(to);
        }
        self.timed(path)
    }
}

/// Why a path goes on nowhere.
fn why(path: &Judged<'_>, issuers: &Issuers) -> String {
    let issuer = path.links.last().map_or("", |link| {
        let certificate = &link.certificate;
        certificate
            .issuer
            .common_name
            .as_deref()
            .unwrap_or(&certificate.issuer.text)
    });
    let issuer = crate::name::cut(issuer);
    match issuers.strangers {
        0 if issuers.edges.is_empty() => {
            format!("its issuer, `{issuer}`, is not among the certificates given")
        }
        0 if path.links.last().is_some_and(|link| link.is_self_issued()) => {
            "it is signed with its own key, and is no root that is trusted".to_owned()
        }
        0 => format!("its issuer, `{issuer}`, is on the path already: a loop"),
        1 => format!("the key of its issuer, `{issuer}`, did not make its signature"),
        many => format!("none of the {many} keys of its issuer, `{issuer}`, made its signature"),
    }
}
