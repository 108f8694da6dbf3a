//! AS paths with their segments (RFC 4271, section 4.3; RFC 5065).

use std::fmt;

/// An AS path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct AsPath {
    segments: Vec<Segment>,
}

/// One segment; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Segment {
    /// What its numbers mean.
    pub kind: SegmentKind,
    /// The numbers, the nearest system first.
    pub asns: Vec<u32>,
}

/// The kind of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// The systems that the route passed, in order.
    Sequence,
    /// Systems in no order: what an aggregate was made from.
    Set,
    /// The members of our own confederation that it passed.
    ConfederationSequence,
    /// Members of our own confederation in no order.
    ConfederationSet,
}

impl SegmentKind {
    /// True where the numbers are in the order in which the route passed them.
    pub fn is_ordered(self) -> bool {
        matches!(self, Self::Sequence | Self::ConfederationSequence)
    }
}

impl AsPath {
    /// The path of these segments; empty ones are left out.
    pub fn new(segments: Vec<Segment>) -> Self {
        let mut path = Self { segments };
        path.segments.retain(|segment| !segment.asns.is_empty());
        path
    }

    /// A path of one sequence, the nearest system first.
    pub fn sequence(asns: Vec<u32>) -> Self {
        Self::new(vec![Segment {
            kind: SegmentKind::Sequence,
            asns,
        }])
    }

    /// The segments, none of them empty.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Every number, those in sets too.
    pub fn asns(&self) -> impl Iterator<Item = u32> {
        self.segments
            .iter()
            .flat_map(|segment| segment.asns.iter().copied())
    }

    /// The length as best-path selection counts it: a set counts one, a confederation nothing.
    pub fn length(&self) -> usize {
        self.segments
            .iter()
            .map(|segment| match segment.kind {
                SegmentKind::Sequence => segment.asns.len(),
                SegmentKind::Set => 1,
                SegmentKind::ConfederationSequence | SegmentKind::ConfederationSet => 0,
            })
            .sum()
    }

    /// The first number, of the system next to us; `None` where the path does not begin with a
    /// sequence.
    pub fn first(&self) -> Option<u32> {
        let segment = self.segments.first()?;
        (segment.kind == SegmentKind::Sequence).then(|| segment.asns.first().copied())?
    }

    /// The last number, of the origin; `None` where the path does not end with a sequence. One of
    /// our own confederation counts here.
    pub fn last(&self) -> Option<u32> {
        let segment = self.segments.last()?;
        segment
            .kind
            .is_ordered()
            .then(|| segment.asns.last().copied())?
    }

    /// The last number before the first set.
    pub fn last_nonaggregated(&self) -> Option<u32> {
        let ordered = self
            .segments
            .iter()
            .take_while(|segment| segment.kind.is_ordered());
        ordered.last()?.asns.last().copied()
    }

    /// The path with `asn` in front.
    #[must_use]
    pub fn prepended(&self, asn: u32) -> Self {
        let mut path = self.clone();
        match path.segments.first_mut() {
            // A segment has at most 255 numbers on the wire.
            Some(first) if first.kind == SegmentKind::Sequence && first.asns.len() < 255 => {
                first.asns.insert(0, asn);
            }
            _ => path.segments.insert(
                0,
                Segment {
                    kind: SegmentKind::Sequence,
                    asns: vec![asn],
                },
            ),
        }
        path
    }

    /// The path with each number as `to` gives it.
    #[must_use]
    pub fn mapped(&self, mut to: impl FnMut(u32) -> u32) -> Self {
        let mut path = self.clone();
        for segment in &mut path.segments {
            for asn in &mut segment.asns {
                *asn = to(*asn);
            }
        }
        path
    }

    /// The path with only the numbers that `keep` wants.
    #[must_use]
    pub fn kept(&self, mut keep: impl FnMut(u32) -> bool) -> Self {
        let mut path = self.clone();
        for segment in &mut path.segments {
            segment.asns.retain(|asn| keep(*asn));
        }
        path.segments.retain(|segment| !segment.asns.is_empty());
        path
    }
}

/// As BIRD prints it: `64501 64502 {64503 64504} (64505)`.
impl fmt::Display for AsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.segments.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            let (open, close) = match segment.kind {
                SegmentKind::Sequence => ("", ""),
                SegmentKind::Set => ("{", "}"),
                SegmentKind::ConfederationSequence => ("(", ")"),
                SegmentKind::ConfederationSet => ("({", "})"),
            };
            f.write_str(open)?;
            for (at, asn) in segment.asns.iter().enumerate() {
                if at > 0 {
                    f.write_str(" ")?;
                }
                write!(f, "{asn}")?;
            }
            f.write_str(close)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_changed_at_its_front_and_anywhere() {
        let path = AsPath::sequence(vec![64501, 64502]).prepended(64500);
        assert_eq!(path.to_string(), "64500 64501 64502");
        assert_eq!(
            (path.first(), path.last(), path.length()),
            (Some(64500), Some(64502), 3)
        );
        let kept = path.kept(|asn| asn == 64501);
        assert_eq!(kept.to_string(), "64501");
        assert_eq!(kept.kept(|_| false), AsPath::default());
        assert_eq!(AsPath::default().last_nonaggregated(), None);
    }

    #[test]
    fn sets_and_confederations_count_as_in_the_daemon() {
        // As BIRD 2.0.12 answers for these paths, received in a session of a confederation.
        use SegmentKind::{ConfederationSequence, ConfederationSet, Sequence, Set};
        type Facts = (usize, u32, u32, u32);
        type Segments<'a> = &'a [(SegmentKind, &'a [u32])];
        let cases: [(Segments<'_>, Facts); 9] = [
            (&[(Sequence, &[11, 5]), (Set, &[7, 8])], (3, 11, 0, 5)),
            (
                &[(Sequence, &[11]), (Set, &[7, 8]), (Sequence, &[9])],
                (3, 11, 9, 11),
            ),
            (&[(Set, &[7, 8])], (1, 0, 0, 0)),
            (
                &[(ConfederationSequence, &[11, 3]), (Sequence, &[9, 10])],
                (2, 0, 10, 10),
            ),
            (
                &[
                    (ConfederationSequence, &[11, 3]),
                    (ConfederationSet, &[4, 5]),
                    (Sequence, &[9, 10]),
                ],
                (2, 0, 10, 3),
            ),
            (&[(ConfederationSequence, &[11])], (0, 0, 11, 11)),
            (
                &[(ConfederationSet, &[11, 3]), (Sequence, &[9])],
                (1, 0, 9, 0),
            ),
            (
                &[(Sequence, &[9]), (ConfederationSet, &[11, 4])],
                (1, 9, 0, 9),
            ),
            (
                &[
                    (Sequence, &[1, 2]),
                    (Set, &[3]),
                    (ConfederationSequence, &[4]),
                ],
                (3, 1, 4, 2),
            ),
        ];
        for (segments, facts) in cases {
            let path = AsPath::new(
                segments
                    .iter()
                    .map(|(kind, asns)| Segment {
                        kind: *kind,
                        asns: asns.to_vec(),
                    })
                    .collect(),
            );
            let ends = [path.first(), path.last(), path.last_nonaggregated()];
            let [first, last, before] = ends.map(Option::unwrap_or_default);
            assert_eq!((path.length(), first, last, before), facts, "{path}");
        }
    }
}
