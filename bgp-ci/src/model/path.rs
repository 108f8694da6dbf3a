//! AS paths (RFC 4271, section 4.3; RFC 5065 for confederations).

use std::fmt;

use super::Asn;

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// AS_SEQUENCE: in the order in which the route travelled, nearest first.
    Sequence(Vec<Asn>),
    /// AS_SET: an aggregate's contributors, sorted.
    Set(Vec<Asn>),
    /// AS_CONFED_SEQUENCE.
    ConfederationSequence(Vec<Asn>),
    /// AS_CONFED_SET, sorted.
    ConfederationSet(Vec<Asn>),
}

impl Segment {
    /// The numbers that it holds.
    pub fn asns(&self) -> &[Asn] {
        match self {
            Self::Sequence(asns)
            | Self::Set(asns)
            | Self::ConfederationSequence(asns)
            | Self::ConfederationSet(asns) => asns,
        }
    }
}

/// A path: nearest system first, the origin last.
///
/// No segment is empty, and no two sequences of one kind stand side by side.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct AsPath(Vec<Segment>);

impl AsPath {
    /// A path of one sequence; empty where `asns` is.
    pub fn sequence(asns: impl IntoIterator<Item = Asn>) -> Self {
        Self::from_segments([Segment::Sequence(asns.into_iter().collect())])
    }

    /// A path of `segments`: empty ones are left out, neighbouring sequences joined, sets sorted.
    pub fn from_segments(segments: impl IntoIterator<Item = Segment>) -> Self {
        let mut path: Vec<Segment> = Vec::new();
        for mut segment in segments {
            if segment.asns().is_empty() {
                continue;
            }
            match (path.last_mut(), &mut segment) {
                (Some(Segment::Sequence(last)), Segment::Sequence(next))
                | (
                    Some(Segment::ConfederationSequence(last)),
                    Segment::ConfederationSequence(next),
                ) => last.append(next),
                (_, Segment::Set(asns) | Segment::ConfederationSet(asns)) => {
                    asns.sort_unstable();
                    asns.dedup();
                    path.push(segment);
                }
                _ => path.push(segment),
            }
        }
        Self(path)
    }

    /// The segments, nearest first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Every number of the path, nearest first.
    pub fn asns(&self) -> impl Iterator<Item = Asn> {
        self.0.iter().flat_map(Segment::asns).copied()
    }

    /// True where the path holds no number.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `asn` is anywhere in the path.
    pub fn contains(&self, asn: Asn) -> bool {
        self.asns().any(|other| other == asn)
    }

    /// The origin as RFC 6811, section 2, takes it: the last number of a path that ends in a
    /// sequence; `None` for an empty path or one that ends in a set.
    pub fn origin(&self) -> Option<Asn> {
        match self.0.last()? {
            Segment::Sequence(asns) => asns.last().copied(),
            _ => None,
        }
    }

    /// The nearest number, where the path begins with a sequence.
    pub fn first(&self) -> Option<Asn> {
        match self.0.first()? {
            Segment::Sequence(asns) => asns.first().copied(),
            _ => None,
        }
    }

    /// Its length as route selection counts it (RFC 4271, section 9.1.2.2; RFC 5065, section
    /// 5.3): a set counts once, confederation segments not at all.
    pub fn length(&self) -> usize {
        let counted = |segment: &Segment| match segment {
            Segment::Sequence(asns) => asns.len(),
            Segment::Set(_) => 1,
            Segment::ConfederationSequence(_) | Segment::ConfederationSet(_) => 0,
        };
        self.0.iter().map(counted).sum()
    }

    /// The path with `asn` in front, `times` times.
    #[must_use]
    pub fn prepended(&self, asn: Asn, times: usize) -> Self {
        let front = Segment::Sequence(vec![asn; times]);
        Self::from_segments(std::iter::once(front).chain(self.0.iter().cloned()))
    }

    /// The path without the numbers for which `drop` is true.
    #[must_use]
    pub fn without(&self, drop: impl Fn(Asn) -> bool) -> Self {
        let kept =
            |asns: &[Asn]| -> Vec<Asn> { asns.iter().copied().filter(|asn| !drop(*asn)).collect() };
        Self::from_segments(self.0.iter().map(|segment| match segment {
            Segment::Sequence(asns) => Segment::Sequence(kept(asns)),
            Segment::Set(asns) => Segment::Set(kept(asns)),
            Segment::ConfederationSequence(asns) => Segment::ConfederationSequence(kept(asns)),
            Segment::ConfederationSet(asns) => Segment::ConfederationSet(kept(asns)),
        }))
    }
}

/// `64500 64501 {64502 64503}`; confederation segments in parentheses.
impl fmt::Display for AsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            let (open, close) = match segment {
                Segment::Sequence(_) => ("", ""),
                Segment::Set(_) => ("{", "}"),
                Segment::ConfederationSequence(_) => ("(", ")"),
                Segment::ConfederationSet(_) => ("({", "})"),
            };
            if at > 0 {
                f.write_str(" ")?;
            }
            f.write_str(open)?;
            for (at, asn) in segment.asns().iter().enumerate() {
                if at > 0 {
                    f.write_str(" ")?;
                }
                write!(f, "{}", asn.0)?;
            }
            f.write_str(close)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asns(numbers: &[u32]) -> Vec<Asn> {
        numbers.iter().copied().map(Asn).collect()
    }

    #[test]
    fn segments_are_joined_sorted_and_never_empty() {
        let path = AsPath::from_segments([
            Segment::Sequence(asns(&[64500])),
            Segment::Sequence(asns(&[])),
            Segment::Sequence(asns(&[64501])),
            Segment::Set(asns(&[64503, 64502, 64503])),
        ]);
        assert_eq!(path.to_string(), "64500 64501 {64502 64503}");
        assert_eq!(path.length(), 3);
        assert_eq!(path.origin(), None);
        assert_eq!(path.first(), Some(Asn(64500)));
        assert!(path.contains(Asn(64503)));
    }

    #[test]
    fn confederations_do_not_count() {
        let path = AsPath::from_segments([
            Segment::ConfederationSequence(asns(&[65001, 65002])),
            Segment::Sequence(asns(&[64501])),
        ]);
        assert_eq!(path.to_string(), "(65001 65002) 64501");
        assert_eq!(path.length(), 1);
        assert_eq!(path.origin(), Some(Asn(64501)));
    }

    #[test]
    fn numbers_are_put_in_front_and_taken_out() {
        let path = AsPath::sequence(asns(&[64501])).prepended(Asn(64500), 2);
        assert_eq!(path.to_string(), "64500 64500 64501");
        assert_eq!(path.without(|asn| asn == Asn(64500)).to_string(), "64501");
        assert!(path.without(|_| true).is_empty());
        assert_eq!(AsPath::default().origin(), None);
    }
}
