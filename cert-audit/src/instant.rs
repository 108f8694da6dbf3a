//! Moments and stretches of time, in whole seconds, and how a person reads them.
//!
//! 64-bit seconds since 1970 cover every year that a certificate can name (0 to 9999); none of the
//! arithmetic here can overflow.

use std::fmt;

/// Seconds of a day.
pub const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
const MINUTE: i64 = 60;

/// A second of UTC, counted from 1970-01-01T00:00:00Z without leap seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 9999-12-31T23:59:59Z as the end of a validity says "no well-defined expiration date"
    /// (RFC 5280 §4.1.2.5).
    pub const NEVER: Self = Self(253_402_300_799);

    /// The instant so many seconds after 1970.
    pub fn of(seconds: i64) -> Self {
        Self(seconds)
    }

    /// The instant of a timestamp, without its fraction of a second: certificates end with the
    /// last instant of a second, not with its first.
    pub fn of_timestamp(timestamp: jiff::Timestamp) -> Self {
        let fraction = i64::from(timestamp.subsec_nanosecond() < 0);
        Self(timestamp.as_second() - fraction)
    }

    /// Seconds from `earlier` to this; negative where it is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The instant so many seconds before this.
    #[must_use]
    pub fn minus(self, seconds: i64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// RFC 3339 in UTC with `Z`, as reports for machines want it.
    pub fn rfc3339(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%SZ")
    }

    /// The day alone.
    pub fn date(self) -> String {
        self.format("%Y-%m-%d")
    }

    /// Year and month.
    pub fn month(self) -> (i32, u8) {
        let date = self.format("%Y-%m");
        let (year, month) = date.rsplit_once('-').unwrap_or_default();
        (year.parse().unwrap_or(0), month.parse().unwrap_or(0))
    }

    /// The civil date and time in UTC; jiff's own timestamps stop a day before certificates do.
    fn format(self, pattern: &str) -> String {
        let days = jiff::Span::new().try_days(self.0.div_euclid(DAY));
        let seconds = jiff::Span::new().try_seconds(self.0.rem_euclid(DAY));
        let civil = days.and_then(|days| {
            let midnight = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
            midnight.checked_add(days)?.checked_add(seconds?)
        });
        civil.map_or_else(
            |_| format!("second {}", self.0),
            |civil| civil.strftime(pattern).to_string(),
        )
    }
}

/// `2026-11-19 12:00:00 UTC`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format("%Y-%m-%d %H:%M:%S UTC"))
    }
}

/// A stretch of time as a person says it: `3 days`, `5 hours`, `1 second`; rounded down, in the
/// largest unit of which there are at least two.
pub fn spoken(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (unit, name) = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")]
        .into_iter()
        .find(|&(unit, _)| seconds >= 2 * unit)
        .unwrap_or((1, "second"));
    let count = seconds / unit;
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {name}{plural}")
}

/// A stretch of time for arithmetic: `398d`, `79.6d`, `17.3h`; rounded to a tenth.
pub fn brief(seconds: i64) -> String {
    let (unit, name) = if seconds.abs() < DAY && seconds != 0 {
        (HOUR, "h")
    } else {
        (DAY, "d")
    };
    let tenths = (seconds.saturating_mul(10).saturating_add(unit / 2)).div_euclid(unit);
    match tenths.rem_euclid(10) {
        0 => format!("{}{name}", tenths / 10),
        tenth => format!("{}.{tenth}{name}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_is_the_last_second_of_the_calendar() {
        assert_eq!(Instant::NEVER.rfc3339(), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn every_year_that_a_certificate_can_name_is_shown() {
        assert_eq!(
            Instant::of(-62_167_219_200).rfc3339(),
            "0000-01-01T00:00:00Z"
        );
        assert_eq!(Instant::of(0).to_string(), "1970-01-01 00:00:00 UTC");
        assert_eq!(
            Instant::of(i64::MAX).to_string(),
            format!("second {}", i64::MAX)
        );
    }

    #[test]
    fn fractions_round_down_on_both_sides_of_1970() {
        for (text, second) in [
            ("1970-01-01T00:00:00.9Z", 0),
            ("1969-12-31T23:59:59.9Z", -1),
            ("1969-12-31T23:59:59Z", -1),
        ] {
            let timestamp: jiff::Timestamp = text.parse().expect("a timestamp");
            assert_eq!(
                Instant::of_timestamp(timestamp),
                Instant::of(second),
                "{text}"
            );
        }
    }

    #[test]
    fn people_read_two_or_more_of_the_largest_unit() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (2 * HOUR - 1, "119 minutes"),
            (2 * DAY - 1, "47 hours"),
            (2 * DAY, "2 days"),
            (400 * DAY, "400 days"),
        ] {
            assert_eq!(spoken(seconds), text);
        }
    }

    #[test]
    fn arithmetic_keeps_a_tenth() {
        for (seconds, text) in [
            (398 * DAY, "398d"),
            (90 * DAY - 1, "90d"),
            (62_208, "17.3h"),
            (HOUR, "1h"),
            (0, "0d"),
        ] {
            assert_eq!(brief(seconds), text);
        }
    }
}
