//! Questions about AS paths, and a path that answers several of them as wanted.
//!
//! Each question reads a path number by number and needs to remember little, so any of them
//! together are one finite automaton. A search through its states, the shortest paths first,
//! finds a path that answers all of them as wanted, or proves that there is none. Numbers that no
//! question tells apart are one letter of the automaton.
//!
//! Paths are sequences here: sets of systems, which RFC 9774 has done away with, are no witness.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use super::ranges::Ranges;
use crate::filter::value::mask::Marks;
use crate::filter::value::pattern::{Scan, Scanner};
use crate::filter::value::{MaskPart, PathMask, TextPattern};

/// A question about a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathAtom {
    /// Numbers that stand in front of the received path, the nearest first.
    pub front: Arc<[u32]>,
    /// What is asked of both together.
    pub test: PathTest,
}

/// What can be asked of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathTest {
    /// Whether the mask matches.
    Mask(Arc<PathMask>),
    /// Whether one of these numbers is in it.
    Member(Ranges),
    /// Whether it has so many numbers.
    Length(Ranges),
    /// Whether it begins with one of these; 0 stands for an empty path.
    First(Ranges),
    /// Whether it ends with one of these; 0 stands for an empty path.
    Last(Ranges),
    /// Whether the expression is found in it, written out.
    Text(Arc<TextPattern>),
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Solution {
    /// This path answers every question as wanted.
    Path(Arc<[u32]>),
    /// There is none.
    None,
    /// None was found, and there may be one.
    Unknown,
}

/// How many states of the automaton are looked at.
const MAX_STATES: usize = 4_000;

/// How many numbers may be told apart.
const MAX_LETTERS: usize = 600;

/// Numbers of documentation (RFC 5398) make readable witnesses.
const READABLE: [u32; 4] = [64505, 64506, 65540, 65541];

/// Where a question is on its way through a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Progress {
    Marks(Marks),
    Flag(bool),
    Count(u32),
    /// Before the first number, or what it answered.
    First(Option<bool>),
    Scan(Scan),
}

/// A state of the automaton, with the one that it came from and the number between them.
type Reached = (Vec<Progress>, Option<(usize, u32)>);

/// A question and the answer that is wanted.
struct Wanted<'a> {
    atom: &'a PathAtom,
    truth: bool,
    /// What reads the text of a [`PathTest::Text`].
    scanner: Option<Arc<Scanner>>,
}

impl Wanted<'_> {
    /// Before the first number; `None` where nothing can be said.
    fn start(&self) -> Option<Progress> {
        let mut progress = match &self.atom.test {
            PathTest::Mask(mask) => Progress::Marks(mask.start()),
            PathTest::Member(_) => Progress::Flag(false),
            PathTest::Length(_) => Progress::Count(0),
            PathTest::First(_) => Progress::First(None),
            PathTest::Last(of) => Progress::Flag(of.contains(0)),
            PathTest::Text(_) => Progress::Scan(self.scanner.as_ref()?.start()),
        };
        for asn in &*self.atom.front {
            progress = self.step(&progress, *asn)?;
        }
        Some(progress)
    }

    fn step(&self, progress: &Progress, asn: u32) -> Option<Progress> {
        Some(match (&self.atom.test, progress) {
            (PathTest::Mask(mask), Progress::Marks(marks)) => {
                Progress::Marks(mask.step(marks, asn)?)
            }
            (PathTest::Member(of), Progress::Flag(found)) => {
                Progress::Flag(*found || of.contains(asn.into()))
            }
            (PathTest::Last(of), Progress::Flag(_)) => Progress::Flag(of.contains(asn.into())),
            (PathTest::Length(of), Progress::Count(count)) => {
                // Beyond the last bound every length is the same.
                let end = of.ranges().last().map_or(0, |(first, last)| {
                    if *last == u128::MAX {
                        *first
                    } else {
                        *last + 1
                    }
                });
                let end = u32::try_from(end).unwrap_or(u32::MAX);
                Progress::Count((count + 1).min(end.max(1)))
            }
            (PathTest::First(of), Progress::First(None)) => {
                Progress::First(Some(of.contains(asn.into())))
            }
            (PathTest::First(_), known) => known.clone(),
            (PathTest::Text(_), Progress::Scan(scan)) => {
                Progress::Scan(self.scanner.as_ref()?.step(scan, asn)?)
            }
            _ => return None,
        })
    }

    /// The answer, if the path ended here.
    fn answer(&self, progress: &Progress) -> bool {
        match (&self.atom.test, progress) {
            (PathTest::Mask(_), Progress::Marks(marks)) => marks.ends(),
            (_, Progress::Flag(found)) => *found,
            (PathTest::Length(of), Progress::Count(count)) => of.contains((*count).into()),
            (PathTest::First(of), Progress::First(first)) => {
                first.unwrap_or_else(|| of.contains(0))
            }
            (PathTest::Text(_), Progress::Scan(scan)) => self
                .scanner
                .as_ref()
                .is_some_and(|scanner| scanner.ends(scan)),
            _ => false,
        }
    }

    /// Whether no longer path can answer as wanted.
    fn is_lost(&self, progress: &Progress) -> bool {
        match (&self.atom.test, progress) {
            (PathTest::Member(_), Progress::Flag(found)) => *found && !self.truth,
            (PathTest::First(_), Progress::First(Some(first))) => *first != self.truth,
            (PathTest::Mask(_), Progress::Marks(marks)) => self.truth && marks.is_dead(),
            _ => false,
        }
    }

    /// The sets of numbers that it tells apart from others.
    fn sets(&self, sets: &mut Vec<Ranges>) {
        match &self.atom.test {
            PathTest::Mask(mask) => sets.extend(mask.parts().iter().filter_map(|part| {
                Some(match part {
                    MaskPart::Range(first, last) => {
                        Ranges::between((*first).into(), (*last).into())
                    }
                    MaskPart::Set(set) => Ranges::of(set.ranges().iter().copied()),
                    MaskPart::AnyOne | MaskPart::Any | MaskPart::Repeat => return None,
                })
            })),
            PathTest::Member(of) | PathTest::First(of) | PathTest::Last(of) => {
                sets.push(of.clone());
            }
            PathTest::Length(_) => {}
            PathTest::Text(_) => {
                if let Some(scanner) = &self.scanner {
                    sets.extend(
                        scanner
                            .samples()
                            .iter()
                            .map(|asn| Ranges::only((*asn).into())),
                    );
                }
            }
        }
    }
}

/// A path that answers every question as wanted.
pub fn solve<'a>(questions: impl IntoIterator<Item = (&'a PathAtom, bool)>) -> Solution {
    let wanted: Vec<Wanted<'_>> = questions
        .into_iter()
        .map(|(atom, truth)| Wanted {
            atom,
            truth,
            scanner: match &atom.test {
                PathTest::Text(pattern) => pattern.scanner(),
                _ => None,
            },
        })
        .collect();
    let written = wanted
        .iter()
        .any(|wanted| matches!(wanted.atom.test, PathTest::Text(_)));
    let Some(letters) = letters(&wanted) else {
        return Solution::Unknown;
    };
    let start: Option<Vec<Progress>> = wanted.iter().map(Wanted::start).collect();
    let Some(start) = start else {
        return Solution::Unknown;
    };
    let mut states = vec![(start.clone(), None)];
    let mut seen = HashSet::from([start]);
    let mut open = VecDeque::from([0]);
    while let Some(at) = open.pop_front() {
        let Some((state, _)) = states.get(at) else {
            break;
        };
        let state = state.clone();
        let pairs = || wanted.iter().zip(&state);
        if pairs().all(|(wanted, progress)| wanted.answer(progress) == wanted.truth) {
            return Solution::Path(path(&states, at));
        }
        for asn in &letters {
            let next: Option<Vec<Progress>> = pairs()
                .map(|(wanted, progress)| wanted.step(progress, *asn))
                .collect();
            let Some(next) = next else {
                return Solution::Unknown;
            };
            let mut each = wanted.iter().zip(&next);
            if each.any(|(wanted, progress)| wanted.is_lost(progress)) || seen.contains(&next) {
                continue;
            }
            if states.len() >= MAX_STATES {
                return Solution::Unknown;
            }
            seen.insert(next.clone());
            open.push_back(states.len());
            states.push((next, Some((at, *asn))));
        }
    }
    if written {
        // The numbers that a text can tell apart are more than those that were tried.
        Solution::Unknown
    } else {
        Solution::None
    }
}

/// The numbers on the way to a state.
fn path(states: &[Reached], mut at: usize) -> Arc<[u32]> {
    let mut asns = Vec::new();
    while let Some((_, Some((before, asn)))) = states.get(at) {
        asns.push(*asn);
        at = *before;
    }
    asns.reverse();
    asns.into()
}

/// One number of each class that no question tells apart; `None` where there are too many.
fn letters(wanted: &[Wanted<'_>]) -> Option<Vec<u32>> {
    let mut sets = Vec::new();
    for wanted in wanted {
        wanted.sets(&mut sets);
    }
    // Number 0 is in no path (RFC 7607).
    let mut starts = BTreeSet::from([1_u128]);
    let end = u128::from(u32::MAX);
    for (first, last) in sets.iter().flat_map(Ranges::ranges) {
        starts.insert((*first).max(1));
        starts.insert(last.saturating_add(1));
    }
    let starts: Vec<u128> = starts.into_iter().filter(|start| *start <= end).collect();
    let mut classes: Vec<(Vec<bool>, u32)> = Vec::new();
    let mut known: HashSet<Vec<bool>> = HashSet::new();
    for (at, first) in starts.iter().enumerate() {
        let last = starts.get(at + 1).map_or(end, |next| next - 1);
        let signature: Vec<bool> = sets.iter().map(|set| set.contains(*first)).collect();
        let readable = READABLE
            .iter()
            .find(|asn| (*first..=last).contains(&u128::from(**asn)));
        let letter = match readable {
            Some(asn) => *asn,
            None => u32::try_from(*first).ok()?,
        };
        if known.insert(signature.clone()) {
            classes.push((signature, letter));
        } else if readable.is_some()
            && let Some(class) = classes.iter_mut().find(|(known, _)| *known == signature)
        {
            class.1 = letter;
        }
        if classes.len() > MAX_LETTERS {
            return None;
        }
    }
    // What is asked for comes before what is not: it makes the shortest witness the plainest.
    classes.sort_by_key(|(signature, letter)| (signature.iter().all(|member| !member), *letter));
    Some(classes.into_iter().map(|(_, letter)| letter).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn atom(test: PathTest) -> PathAtom {
        PathAtom {
            front: [].into(),
            test,
        }
    }

    fn mask(parts: &[MaskPart]) -> PathAtom {
        atom(PathTest::Mask(Arc::new(PathMask::new(parts.to_vec()))))
    }

    fn text(pattern: &str) -> PathAtom {
        atom(PathTest::Text(Arc::new(TextPattern::new(pattern).unwrap())))
    }

    fn found(questions: &[(&PathAtom, bool)]) -> Option<Vec<u32>> {
        match solve(questions.iter().copied()) {
            Solution::Path(path) => Some(path.to_vec()),
            Solution::None => None,
            Solution::Unknown => panic!("no answer"),
        }
    }

    #[test]
    fn a_path_is_found_or_there_is_none() {
        let one = |asn| MaskPart::Range(asn, asn);
        let first = mask(&[one(64500), MaskPart::Any]);
        let last = atom(PathTest::Last(Ranges::only(64501)));
        let short = atom(PathTest::Length(Ranges::between(0, 2)));
        let through = atom(PathTest::Member(Ranges::only(64502)));
        assert_eq!(
            found(&[(&first, true), (&last, true)]),
            Some(vec![64500, 64501])
        );
        assert_eq!(
            found(&[(&first, true), (&last, true), (&through, true)]),
            Some(vec![64500, 64502, 64501])
        );
        let all = [
            (&first, true),
            (&last, true),
            (&through, true),
            (&short, true),
        ];
        assert_eq!(found(&all), None);
        assert_eq!(found(&[(&first, true), (&first, false)]), None);
        let long = atom(PathTest::Length(Ranges::between(41, u128::MAX)));
        assert_eq!(found(&[(&long, true)]).unwrap().len(), 41);
        let own = PathAtom {
            front: [64500].into(),
            test: first.test.clone(),
        };
        assert_eq!(found(&[(&own, false)]), None);
        assert_eq!(found(&[(&own, true)]), Some(vec![]));
    }

    #[test]
    fn written_paths_are_searched_for() {
        let begins = text("^64500_");
        let ends = text("_6450[1-3]$");
        let path = found(&[(&begins, true), (&ends, true)]).unwrap();
        assert_eq!(path.first(), Some(&64500));
        assert!((64501..=64503).contains(path.last().unwrap()));
        assert_eq!(found(&[(&text("^$"), true)]), Some(vec![]));
        let any = atom(PathTest::Length(Ranges::between(1, 2)));
        assert_eq!(
            found(&[(&text("^[0-9]+$"), true), (&any, true)])
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            found(&[(&text("_64500_"), false), (&any, true)])
                .unwrap()
                .len(),
            1
        );
    }

    proptest! {
        /// Whatever is found answers as wanted, by the definition; and where none is found, no
        /// short path does.
        #[test]
        fn a_search_agrees_with_trying(
            masks in prop::collection::vec(
                (prop::collection::vec(0_u8..6, 0..5), any::<bool>()), 1..4),
        ) {
            let part = |code: &u8| match code {
                0 => MaskPart::Any,
                1 => MaskPart::AnyOne,
                2 => MaskPart::Range(1, 1),
                3 => MaskPart::Range(2, 2),
                4 => MaskPart::Range(1, 2),
                _ => MaskPart::Range(3, 9),
            };
            let masks: Vec<(PathMask, bool)> = masks
                .iter()
                .map(|(parts, truth)| (PathMask::new(parts.iter().map(part).collect()), *truth))
                .collect();
            let answers = |asns: &[u32]| {
                let path = crate::filter::value::AsPath::sequence(asns.to_vec());
                masks.iter().all(|(mask, truth)| mask.matches(&path) == Some(*truth))
            };
            let atoms: Vec<(PathAtom, bool)> = masks
                .iter()
                .map(|(mask, truth)| (atom(PathTest::Mask(Arc::new(mask.clone()))), *truth))
                .collect();
            match solve(atoms.iter().map(|(atom, truth)| (atom, *truth))) {
                Solution::Path(path) => prop_assert!(answers(&path)),
                Solution::None => {
                    for length in 0..5_u32 {
                        for code in 0..4_u32.pow(length) {
                            let asns: Vec<u32> = (0..length)
                                .map(|at| [1, 2, 3, 20][usize::try_from(code / 4_u32.pow(at) % 4).unwrap()])
                                .collect();
                            prop_assert!(!answers(&asns), "{asns:?}");
                        }
                    }
                }
                Solution::Unknown => prop_assert!(false, "no answer"),
            }
        }
    }
}
