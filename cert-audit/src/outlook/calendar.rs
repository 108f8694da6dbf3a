//! When certificates end, month by month.

use std::collections::BTreeMap;

use crate::instant::Instant;

/// Months that are shown.
const MONTHS: usize = 12;

/// When certificates end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// How many have ended.
    pub ended: usize,
    /// This month and the eleven after it.
    pub months: Vec<Month>,
    /// How many end after that, or never.
    pub later: usize,
    /// Weeks in which too many end at once, in the words of the rule `renewal-cliff`.
    pub cliffs: Vec<String>,
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

impl Calendar {
    /// Of all ends; `None` is no end.
    pub fn of(ends: Vec<Option<Instant>>, now: Instant) -> Self {
        let mut calendar = Self {
            months: months(now),
            ..Self::default()
        };
        let mut ahead = 0;
        let mut counts: BTreeMap<(i32, u8), usize> = BTreeMap::new();
        for end in ends {
            match end {
                Some(end) if end < now => calendar.ended += 1,
                Some(end) => {
                    ahead += 1;
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
        calendar.later += ahead - shown;
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
}
