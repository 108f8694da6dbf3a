//! Patterns for AS paths: `[= 64501 * [64502, 64503] ? 64510..64515+ =]`.

use std::sync::Arc;

use super::path::AsPath;
use super::set::{Membership, ValueSet};

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathMask {
    parts: Vec<MaskPart>,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MaskPart {
    /// One number of a range, both ends included.
    Range(u32, u32),
    /// One number of a set.
    Set(Arc<ValueSet>),
    /// `?`: any one number.
    AnyOne,
    /// `*`: any numbers, also none.
    Any,
    /// `+`: what stands before it, once or more often.
    Repeat,
}

/// Which parts of a mask come next: a position after the last is the end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Marks(Vec<bool>);

impl Marks {
    /// Whether a path that ends here matches.
    pub(crate) fn ends(&self) -> bool {
        self.0.last().copied().unwrap_or_default()
    }

    /// Whether nothing that follows can match any more.
    pub(crate) fn is_dead(&self) -> bool {
        !self.0.contains(&true)
    }
}

impl PathMask {
    /// The pattern of these parts.
    pub fn new(parts: Vec<MaskPart>) -> Self {
        Self { parts }
    }

    /// The parts.
    pub fn parts(&self) -> &[MaskPart] {
        &self.parts
    }

    /// True where the pattern matches the whole path; `None` where that depends on a set that
    /// BIRD 2.0 searches wrongly (see [`Membership::Lost`]).
    ///
    /// A set of systems is one position, and BIRD lets several parts in a row stand for it, each
    /// for any of its numbers: `[= 7 8 =]` and `[= ? ? ? =]` match `{7 8}`.
    pub fn matches(&self, path: &AsPath) -> Option<bool> {
        let mut now = self.start();
        for (position, ordered) in positions(path) {
            now = self.advance(&now, position)?;
            if ordered {
                continue;
            }
            loop {
                let more = self.advance(&now, position)?;
                let mut grown = false;
                for (mark, new) in now.0.iter_mut().zip(more.0) {
                    grown |= new && !*mark;
                    *mark |= new;
                }
                if !grown {
                    break;
                }
            }
        }
        Some(now.ends())
    }

    /// True where every version of BIRD finds every member of its sets.
    pub fn is_plain(&self) -> bool {
        self.parts.iter().all(|part| match part {
            MaskPart::Set(set) => set.is_plain(),
            _ => true,
        })
    }

    /// Before the first number of a path.
    pub(crate) fn start(&self) -> Marks {
        let mut now = Marks(vec![false; self.parts.len() + 1]);
        self.enter(&mut now, 0);
        now
    }

    /// After one more number of a sequence; `None` where that is not known, as for
    /// [`PathMask::matches`].
    pub(crate) fn step(&self, now: &Marks, asn: u32) -> Option<Marks> {
        self.advance(now, &[asn])
    }

    /// The parts that come next after a position.
    fn advance(&self, now: &Marks, position: &[u32]) -> Option<Marks> {
        let mut next = Marks(vec![false; now.0.len()]);
        for ((at, part), marked) in self.parts.iter().enumerate().zip(&now.0) {
            if !marked {
                continue;
            }
            if matches!(part, MaskPart::Any) {
                self.enter(&mut next, at);
            } else if part.takes(position)? {
                self.enter(&mut next, at + 1);
                if matches!(self.parts.get(at + 1), Some(MaskPart::Repeat)) {
                    self.enter(&mut next, at);
                }
            }
        }
        Some(next)
    }

    /// Marks the part at `at` and what may come at once instead of it.
    fn enter(&self, marks: &mut Marks, mut at: usize) {
        loop {
            if let Some(mark) = marks.0.get_mut(at) {
                *mark = true;
            }
            match self.parts.get(at) {
                Some(MaskPart::Any | MaskPart::Repeat) => at += 1,
                _ => return,
            }
        }
    }
}

impl MaskPart {
    /// True where one of the numbers at a position is meant.
    fn takes(&self, position: &[u32]) -> Option<bool> {
        match self {
            Self::Range(first, last) => {
                Some(position.iter().any(|asn| (first..=last).contains(&asn)))
            }
            Self::Set(set) => {
                let mut lost = false;
                for asn in position {
                    match set.find_key(u128::from(*asn)) {
                        Membership::In => return Some(true),
                        Membership::Lost => lost = true,
                        Membership::Out => {}
                    }
                }
                (!lost).then_some(false)
            }
            Self::AnyOne => Some(true),
            Self::Any | Self::Repeat => Some(false),
        }
    }
}

/// The positions of a path: one for each number, one for each whole set; and whether it is of a
/// sequence.
fn positions(path: &AsPath) -> impl Iterator<Item = (&[u32], bool)> {
    path.segments().iter().flat_map(|segment| {
        let ordered = segment.kind.is_ordered();
        let width = if ordered {
            1
        } else {
            segment.asns.len().max(1)
        };
        segment.asns.chunks(width).map(move |asns| (asns, ordered))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_take_what_they_may() {
        use MaskPart::{Any, AnyOne, Range, Repeat};
        let one = |asn| Range(asn, asn);
        let path = |asns: &[u32]| AsPath::sequence(asns.to_vec());
        // As BIRD 2.0.12 answers.
        for (mask, asns, expected) in [
            (vec![], &[][..], true),
            (vec![Any], &[], true),
            (vec![AnyOne], &[], false),
            (vec![one(2), one(1), Repeat], &[2, 1, 1], true),
            (vec![one(2), AnyOne, Repeat], &[2, 1, 1], true),
            (vec![one(2), Any, Repeat], &[2, 1, 1], true),
            (
                vec![one(2), Repeat, one(1), one(1), Repeat],
                &[2, 1, 1],
                true,
            ),
            (vec![Range(1, 2), Repeat], &[2, 1, 1], true),
            (
                vec![one(2), one(1), Repeat, one(1), one(1)],
                &[2, 1, 1],
                false,
            ),
            (vec![one(5), AnyOne], &[5], false),
            (vec![Any, one(4), one(3), Any], &[4, 3, 2, 1], true),
        ] {
            let found = PathMask::new(mask.clone()).matches(&path(asns));
            assert_eq!(found, Some(expected), "{mask:?} {asns:?}");
        }
    }

    #[test]
    fn several_parts_may_stand_for_a_set() {
        use super::super::path::{Segment, SegmentKind};
        use MaskPart::{Any, AnyOne, Range, Repeat};
        let one = |asn| Range(asn, asn);
        let path = |parts: &[(SegmentKind, &[u32])]| {
            let segment = |part: &(SegmentKind, &[u32])| Segment {
                kind: part.0,
                asns: part.1.to_vec(),
            };
            AsPath::new(parts.iter().map(segment).collect())
        };
        let (sequence, set) = (SegmentKind::Sequence, SegmentKind::Set);
        let ends = path(&[(sequence, &[11, 5]), (set, &[7, 8])]);
        let middle = path(&[(sequence, &[11]), (set, &[7, 8]), (sequence, &[9])]);
        let single = path(&[(sequence, &[11]), (set, &[5]), (sequence, &[5])]);
        // As BIRD 2.0.12 answers.
        for (path, mask, expected) in [
            (&ends, vec![AnyOne, AnyOne], false),
            (&ends, vec![AnyOne; 3], true),
            (&ends, vec![AnyOne; 9], true),
            (&ends, vec![Any, one(8), one(7), Any], true),
            (&ends, vec![one(11), one(5), one(7)], true),
            (&ends, vec![one(11), one(5), one(7), one(8)], true),
            (&ends, vec![one(11), one(5)], false),
            (&middle, vec![Any, one(7)], false),
            (&middle, vec![one(11), one(7), one(9)], true),
            (&middle, vec![one(11), one(9)], false),
            (&middle, vec![one(11), Range(7, 8), Repeat, one(9)], true),
            (&single, vec![one(11), one(5), one(5)], true),
            (&single, vec![one(11), one(5), Repeat], true),
            (&single, vec![AnyOne, AnyOne], false),
        ] {
            let found = PathMask::new(mask.clone()).matches(path);
            assert_eq!(found, Some(expected), "{mask:?} {path}");
        }
    }
}
