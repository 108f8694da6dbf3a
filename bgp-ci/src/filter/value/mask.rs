//! Patterns for AS paths: `[= 64501 * [64502, 64503] ? 64510..64515+ =]`.

use std::sync::Arc;

use super::path::{AsPath, SegmentKind};
use super::set::{Membership, ValueSet};

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathMask {
    parts: Vec<MaskPart>,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A set of systems is one position, which any of its numbers fills.
    pub fn matches(&self, path: &AsPath) -> Option<bool> {
        let count = self.parts.len();
        // Which parts come next: a position after the last is the end.
        let mut now = vec![false; count + 1];
        self.enter(&mut now, 0);
        for position in positions(path) {
            let mut next = vec![false; count + 1];
            for (at, part) in self.parts.iter().enumerate() {
                if !now.get(at).copied().unwrap_or_default() {
                    continue;
                }
                if matches!(part, MaskPart::Any) {
                    self.enter(&mut next, at);
                    continue;
                }
                if part.takes(position)? {
                    self.enter(&mut next, at + 1);
                    if matches!(self.parts.get(at + 1), Some(MaskPart::Repeat)) {
                        self.enter(&mut next, at);
                    }
                }
            }
            now = next;
        }
        Some(now.last().copied().unwrap_or_default())
    }

    /// Marks the part at `at` and what may come at once instead of it.
    fn enter(&self, marks: &mut [bool], mut at: usize) {
        loop {
            if let Some(mark) = marks.get_mut(at) {
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

/// The positions of a path: one for each number, one for each whole set.
fn positions(path: &AsPath) -> impl Iterator<Item = &[u32]> {
    path.segments().iter().flat_map(|segment| {
        let width = match segment.kind {
            SegmentKind::Sequence | SegmentKind::ConfederationSequence => 1,
            SegmentKind::Set | SegmentKind::ConfederationSet => segment.asns.len().max(1),
        };
        segment.asns.chunks(width)
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
}
