//! Whether a snapshot of payloads is fit to judge by.
//!
//! Each of these has happened to feeds that people relied on: the export stopped and the file went
//! stale, a trust anchor's repository was unreachable and its payloads were gone, a run was cut
//! short. An announcement judged by such a file is judged wrongly, and mostly towards "no payload
//! covers it", so the gate has no answer instead.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rules::escape;

use super::vrps::Vrps;
use crate::wording::list;

/// Payloads as a file holds them.
#[derive(Debug)]
pub struct Snapshot {
    /// The payloads; there may be none.
    pub vrps: Vrps,
    /// The oldest of the times at which the file says that it was made.
    pub built: Option<Timestamp>,
}

/// What a snapshot must meet.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The time to judge at.
    pub now: Timestamp,
    /// The age up to which data counts; `None` for any.
    pub max_age: Option<SignedDuration>,
    /// Trust anchors that payloads must come from. Case does not count.
    pub anchors: &'a [String],
}

/// Why a snapshot is not fit to judge by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It has no payload.
    #[error("it holds no payload at all: the validator or its export failed")]
    Empty,
    /// It does not say when it was made.
    #[error(
        "it does not say when it was made (`buildtime`, `generated` or `generatedTime` in its \
         metadata), so its age is not known; write JSON, which says so"
    )]
    NoTime,
    /// It says that it is from the future.
    #[error("it says that it was made at {built}, which is in the future")]
    Future {
        /// When it says that it was made.
        built: Timestamp,
    },
    /// It is too old.
    #[error(
        "it is from {built} and so {} old, and `max-age` allows {}: fetch the payloads again", span(.age), span(.max_age)
    )]
    Stale {
        /// When it was made.
        built: Timestamp,
        /// How old it is.
        age: SignedDuration,
        /// How old it may be.
        max_age: SignedDuration,
    },
    /// Trust anchors that the policy demands are not among the payloads.
    #[error(
        "no payload comes from the trust anchor {}, which `anchors` demands; there are {}", list(.missing, "none"), list(.present, "none")
    )]
    AnchorsMissing {
        /// Those that are missing.
        missing: Vec<String>,
        /// Those that are there.
        present: Vec<String>,
    },
    /// Trust anchors of base's file are not in head's.
    #[error("no payload comes from the trust anchor {} any more, as in base", list(.0, "none"))]
    AnchorsGone(Vec<String>),
    /// Many payloads fewer than base.
    #[error(
        "it holds {head} payloads and base held {base}: more than 5 % are gone, as after a run \
         that was cut short"
    )]
    Shrunk {
        /// How many base had.
        base: usize,
        /// How many there are.
        head: usize,
    },
}

/// `48h`, `1h30m`.
fn span(duration: &SignedDuration) -> String {
    let minutes = duration.as_mins();
    match (minutes / 60, minutes % 60) {
        (0, _) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    }
}

impl Snapshot {
    /// Everything that makes the snapshot unfit; `base` is the one before the change, where there
    /// is one.
    pub fn unfit(&self, base: Option<&Vrps>, terms: &Terms<'_>) -> Vec<Unfit> {
        let mut unfit: Vec<Unfit> = age(self.built, terms).into_iter().collect();
        if self.vrps.is_empty() {
            unfit.push(Unfit::Empty);
            return unfit;
        }
        let present = anchors(&self.vrps);
        let lower: BTreeSet<String> = present.iter().map(|name| fold(name)).collect();
        let missing = |name: &&String| !lower.contains(&fold(name));
        let demanded: Vec<String> = terms.anchors.iter().filter(missing).cloned().collect();
        if !demanded.is_empty() {
            unfit.push(Unfit::AnchorsMissing {
                missing: demanded,
                present: present.clone(),
            });
        }
        let Some(base) = base.filter(|base| !base.is_empty()) else {
            return unfit;
        };
        let gone: Vec<String> = anchors(base)
            .into_iter()
            .filter(|name| missing(&name))
            .collect();
        if !gone.is_empty() {
            unfit.push(Unfit::AnchorsGone(gone));
        }
        let (before, after) = (base.len(), self.vrps.len());
        let lost = before.saturating_sub(after);
        if lost >= 100 && lost.saturating_mul(20) > before {
            unfit.push(Unfit::Shrunk {
                base: before,
                head: after,
            });
        }
        unfit
    }
}

/// What is wrong with the age of data that was made at `built`.
pub fn age(built: Option<Timestamp>, terms: &Terms<'_>) -> Option<Unfit> {
    let Some(built) = built else {
        return Some(Unfit::NoTime);
    };
    let age = terms.now.duration_since(built);
    if age.is_negative() {
        return Some(Unfit::Future { built });
    }
    let max_age = terms.max_age.filter(|max_age| age > *max_age)?;
    Some(Unfit::Stale {
        built,
        age,
        max_age,
    })
}

fn anchors(vrps: &Vrps) -> Vec<String> {
    let names = vrps.anchors().into_iter();
    names.map(|name| escape::word(name).into_owned()).collect()
}

fn fold(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::vrps::Builder;
    use super::*;
    use crate::model::Asn;

    const BUILT: &str = "2026-11-22T00:00:00Z";

    fn snapshot(count: u32, anchors: &[&str], built: Option<&str>) -> Snapshot {
        let mut builder = Builder::default();
        for (asn, anchor) in (0..count).zip(anchors.iter().cycle()) {
            let prefix = "192.0.2.0/24".parse().unwrap();
            builder.push(prefix, None, Asn(asn), anchor).unwrap();
        }
        Snapshot {
            vrps: builder.build().unwrap(),
            built: built.map(|text| text.parse().unwrap()),
        }
    }

    fn unfit(head: &Snapshot, base: Option<&Snapshot>, now: &str, anchors: &[&str]) -> Vec<String> {
        let anchors: Vec<String> = anchors.iter().map(|&name| name.to_owned()).collect();
        let terms = Terms {
            now: now.parse().unwrap(),
            max_age: Some(SignedDuration::from_hours(48)),
            anchors: &anchors,
        };
        let unfit = head.unfit(base.map(|base| &base.vrps), &terms);
        unfit.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn age_is_inclusive_and_must_be_known() {
        let head = snapshot(1, &["ripe"], Some(BUILT));
        assert_eq!(unfit(&head, None, "2026-11-24T00:00:00Z", &[]), [""; 0]);
        assert_eq!(unfit(&head, None, BUILT, &[]), [""; 0]);
        assert_eq!(
            unfit(&head, None, "2026-11-24T00:01:00Z", &[]),
            [
                "it is from 2026-11-22T00:00:00Z and so 48h1m old, and `max-age` allows 48h: fetch \
                 the payloads again"
            ]
        );
        assert_eq!(
            unfit(&head, None, "2026-11-21T23:59:59Z", &[]),
            ["it says that it was made at 2026-11-22T00:00:00Z, which is in the future"]
        );
        let timeless = snapshot(1, &["ripe"], None);
        let found = unfit(&timeless, None, BUILT, &[]);
        assert!(
            found[0].starts_with("it does not say when it was made"),
            "{found:?}"
        );
    }

    #[test]
    fn anchors_must_be_there_whatever_their_case() {
        let head = snapshot(2, &["ripe", "ARIN"], Some(BUILT));
        assert_eq!(unfit(&head, None, BUILT, &["RIPE", "arin"]), [""; 0]);
        assert_eq!(
            unfit(&head, None, BUILT, &["apnic", "ripe"]),
            [
                "no payload comes from the trust anchor apnic, which `anchors` demands; there are \
                 ARIN and ripe"
            ]
        );
        let base = snapshot(3, &["ripe", "arin", "lacnic"], Some(BUILT));
        assert_eq!(
            unfit(&head, Some(&base), BUILT, &[]),
            ["no payload comes from the trust anchor lacnic any more, as in base"]
        );
    }

    #[test]
    fn a_twentieth_and_a_hundred_must_both_be_gone() {
        let of = |count| snapshot(count, &["ripe"], Some(BUILT));
        let shrinks = |base, head| !unfit(&of(head), Some(&of(base)), BUILT, &[]).is_empty();
        assert!(!shrinks(2000, 1900), "exactly a twentieth");
        assert!(shrinks(2000, 1899));
        assert!(!shrinks(150, 51), "fewer than a hundred");
        assert!(shrinks(150, 50));
        assert!(!shrinks(1900, 2000));
        assert_eq!(
            unfit(&of(0), Some(&of(10)), BUILT, &[]),
            ["it holds no payload at all: the validator or its export failed"]
        );
    }
}
