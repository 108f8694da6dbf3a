//! How much time must be left: relative to the lifetime, because six-day and 45-day certificates
//! break any "thirty days".
//!
//! A certificate expires soon when `remaining ≤ min(max(lifetime × share, floor), ceiling,
//! lifetime × cap)`; `days` is a floor in days; terms that are not given drop out.
//! Every threshold can show its arithmetic, so that nobody has to believe it.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Unexpected, Visitor};

use crate::instant::{DAY, brief};

/// A part of a lifetime, in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u16);

impl Percent {
    /// So many whole percent, at most 100.
    pub fn whole(percent: u16) -> Self {
        Self(percent.min(100) * 100)
    }

    /// This part of a stretch of seconds, rounded down.
    fn of(self, seconds: i64) -> i64 {
        seconds.saturating_mul(i64::from(self.0)) / 10_000
    }

    /// Reads `25%` or `12.5%`: above zero, at most one hundred, at most two decimals.
    fn read(text: &str) -> Option<Self> {
        let (whole, decimals) = {
            let number = text.strip_suffix('%')?.trim_end();
            number.split_once('.').unwrap_or((number, "0"))
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() > 3
            || !(1..=2).contains(&decimals.len())
            || !digits(whole)
            || !digits(decimals)
        {
            return None;
        }
        let hundredths = format!("{decimals:0<2}").parse::<u16>().ok()?;
        let percent = whole
            .parse::<u16>()
            .ok()?
            .checked_mul(100)?
            .checked_add(hundredths)?;
        (1..=10_000).contains(&percent).then_some(Self(percent))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}%"),
            (whole, tenths) if tenths % 10 == 0 => write!(f, "{whole}.{}%", tenths / 10),
            (whole, hundredths) => write!(f, "{whole}.{hundredths:02}%"),
        }
    }
}

/// A stretch of time in seconds, written `21d`, `36h` or `3w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch(i64);

impl Stretch {
    /// So many days.
    pub fn days(days: u16) -> Self {
        Self(DAY * i64::from(days))
    }

    /// In seconds.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// Reads a whole number with the unit `h`, `d` or `w`.
    fn read(text: &str) -> Option<Self> {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text.strip_prefix(number)? {
            "h" => DAY / 24,
            "d" => DAY,
            "w" => 7 * DAY,
            _ => return None,
        };
        let number = number.trim();
        if number.len() > 6 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self(number.parse::<i64>().ok()?.checked_mul(unit)?))
    }
}

impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&brief(self.0))
    }
}

/// The terms of a threshold that is relative to the lifetime.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "threshold")]
pub struct Terms {
    /// This part of the lifetime, as 25%.
    pub share: Option<Percent>,
    /// But not less than this, as 3d.
    pub floor: Option<Stretch>,
    /// And not more than this, as 21d.
    pub ceiling: Option<Stretch>,
    /// And not more than this part of the lifetime, as 40%.
    pub cap: Option<Percent>,
    /// A floor in days, as 45.
    pub days: Option<u16>,
}

impl Terms {
    /// Whether no term is given, so that there is no threshold.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The threshold in seconds for a lifetime in seconds.
    pub fn seconds(&self, lifetime: i64) -> i64 {
        let base = [
            self.share.map(|share| share.of(lifetime)),
            self.floor.map(Stretch::seconds),
            self.days.map(|days| Stretch::days(days).seconds()),
        ];
        let limits = [
            base.into_iter().flatten().max(),
            self.ceiling.map(Stretch::seconds),
            self.cap.map(|cap| cap.of(lifetime)),
        ];
        limits.into_iter().flatten().min().unwrap_or(0)
    }

    /// `21d = min(25% of 90d = 22.5d, ceiling 21d)`.
    pub fn arithmetic(&self, lifetime: i64) -> String {
        let part = |word: &str, percent: Percent| {
            let (whole, part) = (brief(lifetime), brief(percent.of(lifetime)));
            format!("{word}{percent} of {whole} = {part}")
        };
        let base = [
            self.share.map(|share| part("", share)),
            self.floor.map(|floor| format!("floor {floor}")),
            self.days.map(|days| format!("days {days}")),
        ];
        let limits = [
            joined("max", base.into_iter().flatten()),
            self.ceiling.map(|ceiling| format!("ceiling {ceiling}")),
            self.cap.map(|cap| part("cap ", cap)),
        ];
        let terms = joined("min", limits.into_iter().flatten()).unwrap_or_default();
        format!("{} = {terms}", brief(self.seconds(lifetime)))
    }

    /// The lifetimes at which the threshold as a function of the lifetime may bend.
    fn bends(&self) -> impl Iterator<Item = i64> {
        let days = self.days.map(Stretch::days);
        let lengths = [self.floor, self.ceiling, days];
        let parts = [self.share, self.cap];
        lengths.into_iter().flatten().flat_map(move |length| {
            parts
                .into_iter()
                .flatten()
                .map(move |part| length.0.saturating_mul(10_000) / i64::from(part.0))
        })
    }

    /// A lifetime for which this threshold is above `upper`, if there is one.
    ///
    /// Both are continuous and made of straight pieces, so it is enough to compare them where
    /// either bends and at both ends of what lifetimes there are.
    pub fn above(&self, upper: &Self) -> Option<i64> {
        /// Longer than any validity that has an end: ten thousand years.
        const LONGEST: i64 = 10_000 * 366 * DAY;
        // Rounding down moves a bend by less than a second; two minutes beside it the pieces are
        // as straight as they get, and a second of rounding there is no difference to people.
        let beside = |at: i64| [at.saturating_sub(120), at, at.saturating_add(120)];
        self.bends()
            .chain(upper.bends())
            .flat_map(beside)
            .chain([DAY, LONGEST])
            .filter(|lifetime| (0..=LONGEST).contains(lifetime))
            .find(|&lifetime| self.seconds(lifetime) > upper.seconds(lifetime) + 1)
    }
}

/// `name(a, b)` for several terms, the term itself for one.
fn joined(name: &str, terms: impl Iterator<Item = String>) -> Option<String> {
    let terms: Vec<String> = terms.collect();
    match terms.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("{name}({})", several.join(", "))),
    }
}

/// When a class of certificates warns, or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Relative to the certificate's own lifetime.
    Terms(Terms),
    /// So many seconds before the issuing horizon: the day after which a CA can no longer issue
    /// a certificate of full life, because that would outlive it. Negative is after it.
    Horizon {
        /// Seconds before the horizon.
        before: i64,
    },
}

impl Bound {
    /// Reads `horizon`, `horizon - 90d` or `horizon + 30d`.
    fn read(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("horizon")?.trim_start();
        let before = match rest.split_at_checked(1) {
            None if rest.is_empty() => 0,
            Some(("-", stretch)) => Stretch::read(stretch.trim())?.0,
            Some(("+", stretch)) => -Stretch::read(stretch.trim())?.0,
            _ => return None,
        };
        Some(Self::Horizon { before })
    }
}

macro_rules! from_text {
    ($type:ident, $what:literal, $pattern:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::read(&text)
                    .ok_or_else(|| de::Error::invalid_value(Unexpected::Str(&text), &$what))
            }
        }

        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

from_text!(
    Percent,
    "a part of the lifetime, as 25%",
    r"^[0-9]{1,3}(\.[0-9]{1,2})?%$"
);
from_text!(
    Stretch,
    "a stretch of time, as 21d, 36h or 3w",
    "^[0-9]{1,6}[hdw]$"
);

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BoundVisitor)
    }
}

struct BoundVisitor;

impl<'de> Visitor<'de> for BoundVisitor {
    type Value = Bound;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping as { share: 25%, ceiling: 21d }, or `horizon - 90d`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Bound, E> {
        Bound::read(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Bound, A::Error> {
        Terms::deserialize(de::value::MapAccessDeserializer::new(map)).map(Bound::Terms)
    }
}

impl JsonSchema for Bound {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "bound".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "anyOf": [
                generator.subschema_for::<Terms>(),
                { "type": "string", "pattern": r"^horizon( *[-+] *[0-9]{1,6}[hdw])?$" },
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto() -> Terms {
        Terms {
            share: Some(Percent::whole(25)),
            ceiling: Some(Stretch::days(21)),
            ..Terms::default()
        }
    }

    fn manual() -> Terms {
        Terms {
            days: Some(45),
            cap: Some(Percent::whole(40)),
            ..Terms::default()
        }
    }

    #[test]
    fn the_arithmetic_of_the_defaults() {
        for (terms, lifetime, text) in [
            (
                auto(),
                90 * DAY,
                "21d = min(25% of 90d = 22.5d, ceiling 21d)",
            ),
            (auto(), 6 * DAY, "1.5d = min(25% of 6d = 1.5d, ceiling 21d)"),
            (
                auto(),
                45 * DAY,
                "11.3d = min(25% of 45d = 11.3d, ceiling 21d)",
            ),
            (
                manual(),
                398 * DAY,
                "45d = min(days 45, cap 40% of 398d = 159.2d)",
            ),
            (
                manual(),
                30 * DAY,
                "12d = min(days 45, cap 40% of 30d = 12d)",
            ),
        ] {
            assert_eq!(terms.arithmetic(lifetime), text);
        }
        let floor = Terms {
            share: Some(Percent::whole(10)),
            floor: Some(Stretch::days(3)),
            ..Terms::default()
        };
        assert_eq!(
            floor.arithmetic(10 * DAY),
            "3d = max(10% of 10d = 1d, floor 3d)"
        );
    }

    #[test]
    fn texts_are_read_strictly() {
        for (text, percent) in [
            ("25%", Some(2_500)),
            ("12.5%", Some(1_250)),
            ("0.25 %", Some(25)),
            ("100%", Some(10_000)),
        ] {
            assert_eq!(
                Percent::read(text).map(|percent| percent.0),
                percent,
                "{text}"
            );
        }
        for text in ["0%", "101%", "25", "%", "-1%", "1e1%", "1.234%", "½%", ""] {
            assert_eq!(Percent::read(text), None, "{text}");
        }
        assert_eq!(Stretch::read("36h"), Some(Stretch(36 * 3_600)));
        assert_eq!(Stretch::read("3w"), Some(Stretch::days(21)));
        for text in ["21", "d", "-1d", "1.5d", "9999999d", "21 days", "1y", ""] {
            assert_eq!(Stretch::read(text), None, "{text}");
        }
        for (text, before) in [
            ("horizon", 0),
            ("horizon - 90d", 90 * DAY),
            ("horizon+1w", -7 * DAY),
        ] {
            assert_eq!(Bound::read(text), Some(Bound::Horizon { before }), "{text}");
        }
        for text in ["horizon -", "horizon 90d", "horizons", "90d", ""] {
            assert_eq!(Bound::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_read_is_shown_alike() {
        for text in ["25%", "12.5%", "0.25%", "100%", "7.05%"] {
            assert_eq!(Percent::read(text).expect("a percentage").to_string(), text);
        }
    }

    #[test]
    fn a_threshold_above_another_is_found_wherever_it_is() {
        assert_eq!(auto().above(&auto()), None);
        let days = |days, cap| Terms {
            days: Some(days),
            cap,
            ..Terms::default()
        };
        assert!(days(46, None).above(&days(45, None)).is_some());
        assert_eq!(days(14, None).above(&days(45, None)), None);
        // Only certificates that live less than 35 days show that this deny is above its warn.
        let lifetime = days(14, None).above(&manual()).expect("a lifetime");
        assert!(days(14, None).seconds(lifetime) > manual().seconds(lifetime));
        // Only those that live longer than 140 days show this one.
        let share = Terms {
            share: Some(Percent::whole(10)),
            ..Terms::default()
        };
        assert!(share.above(&days(14, None)).is_some());
    }
}
