//! When certificates end: month by month, and where too many do at once.

use std::collections::BTreeMap;

use crate::instant::{DAY, Instant};

/// Months that are shown.
const MONTHS: usize = 12;

/// From so many on, and from a fifth of all, certificates that end within a week are a cliff.
const MANY: usize = 10;

/// When certificates end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// How many have ended.
    pub ended: usize,
    /// This month and the eleven after it.
    pub months: Vec<Month>,
    /// How many end after that, or never.
    pub later: usize,
    /// Weeks in which many end, the first one first.
    pub cliffs: Vec<Cliff>,
}

/// A month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// `2026`.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// How many certificates end in it.
    pub count: usize,
}

impl Month {
    /// `Nov`.
    pub fn name(&self) -> &'static str {
        const NAMES: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let at = usize::from(self.month).saturating_sub(1);
        NAMES.get(at).copied().unwrap_or_default()
    }
}

/// A week in which many end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cliff {
    /// The first end.
    pub from: Instant,
    /// The last one, at most seven days after it.
    pub to: Instant,
    /// How many.
    pub count: usize,
}

impl Calendar {
    /// Of all ends; `None` is no end.
    pub fn of(ends: Vec<Option<Instant>>, now: Instant) -> Self {
        let total = ends.len();
        let mut calendar = Self {
            months: months(now),
            ..Self::default()
        };
        let mut ahead = Vec::new();
        let mut counts: BTreeMap<(i32, u8), usize> = BTreeMap::new();
        for end in ends {
            match end {
                Some(end) if end < now => calendar.ended += 1,
                Some(end) => {
                    ahead.push(end);
                    *counts.entry(end.month()).or_default() += 1;
                }
                None => calendar.later += 1,
            }
        }
        let mut shown = 0;
        for month in &mut calendar.months {
            month.count = counts.get(&(month.year, month.month)).copied().unwrap_or(0);
            shown += month.count;
        }
        calendar.later += ahead.len() - shown;
        ahead.sort_unstable();
        calendar.cliffs = cliffs(&ahead, total);
        calendar
    }
}

fn months(now: Instant) -> Vec<Month> {
    let mut next = now.month();
    let mut months = Vec::new();
    while months.len() < MONTHS {
        let (year, month) = next;
        let count = 0;
        months.push(Month { year, month, count });
        next = if month >= 12 {
            (year.saturating_add(1), 1)
        } else {
            (year, month + 1)
        };
    }
    months
}

/// Weeks in which many of `total` end; none overlaps another, the fullest are found first.
fn cliffs(ahead: &[Instant], total: usize) -> Vec<Cliff> {
    let least = MANY.max(total.div_ceil(5));
    let mut cliffs: Vec<Cliff> = Vec::new();
    let mut windows: Vec<(usize, usize)> = Vec::new();
    let mut last = 0;
    for (first, from) in ahead.iter().enumerate() {
        while ahead
            .get(last)
            .is_some_and(|end| end.since(*from) <= 7 * DAY)
        {
            last += 1;
        }
        if last - first >= least {
            windows.push((first, last));
        }
    }
    // The fullest first, of equals the earliest; at most five of a fifth each fit.
    windows.sort_by_key(|&(first, last)| (std::cmp::Reverse(last - first), first));
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for (first, last) in windows {
        let free = taken.iter().all(|&(from, to)| last <= from || to <= first);
        if free && let (Some(from), Some(to)) = (ahead.get(first), ahead.get(last - 1)) {
            taken.push((first, last));
            cliffs.push(Cliff {
                from: *from,
                to: *to,
                count: last - first,
            });
        }
    }
    cliffs.sort_by_key(|cliff| cliff.from);
    cliffs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::of_timestamp(text.parse().expect("a timestamp"))
    }

    #[test]
    fn twelve_months_begin_with_this_one() {
        let now = at("2026-11-22T00:00:00Z");
        let ends = [
            Some(at("2026-11-21T23:59:59Z")),
            Some(now),
            Some(at("2026-11-30T23:59:59Z")),
            Some(at("2027-01-01T00:00:00Z")),
            Some(at("2027-10-31T23:59:59Z")),
            Some(at("2027-11-01T00:00:00Z")),
            None,
        ];
        let calendar = Calendar::of(ends.to_vec(), now);
        let counts: Vec<usize> = calendar.months.iter().map(|month| month.count).collect();
        assert_eq!(counts, [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!((calendar.ended, calendar.later), (1, 2));
        let names: Vec<_> = calendar.months.iter().map(Month::name).collect();
        assert_eq!((names.first(), names.last()), (Some(&"Nov"), Some(&"Oct")));
    }

    #[test]
    fn a_cliff_is_ten_and_a_fifth_within_a_week() {
        let now = at("2026-11-22T00:00:00Z");
        let day = |days: i64| Some(now.minus(-days * DAY));
        let mut ends: Vec<_> = (0..10).map(|_| day(30)).collect();
        ends.extend((0..40).map(|at| day(100 + 30 * at)));
        let calendar = Calendar::of(ends.clone(), now);
        assert_eq!(calendar.cliffs.len(), 1, "ten of fifty");
        ends.push(day(2000));
        assert!(
            Calendar::of(ends, now).cliffs.is_empty(),
            "ten of fifty-one"
        );
        let nine = (0..9).map(|_| day(30)).collect();
        assert!(Calendar::of(nine, now).cliffs.is_empty());
        // Seven days and one second are no week.
        let mut apart: Vec<_> = (0..9).map(|_| day(30)).collect();
        apart.push(day(37));
        assert_eq!(Calendar::of(apart.clone(), now).cliffs.len(), 1);
        apart.pop();
        apart.push(Some(now.minus(-37 * DAY - 1)));
        assert!(Calendar::of(apart, now).cliffs.is_empty());
    }
}
