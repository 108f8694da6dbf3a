//! Which data announcements are compared with, and what makes it fit for that.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use rules::Span;
use rules::policy::{Policy, Spanned};

use super::network::Placed;
use super::reader::{Problem, Reader};
use super::section::Section;

/// The data that a policy names; paths are relative to its folder.
#[derive(Debug, Clone)]
pub struct Named {
    /// Where `data` begins.
    pub span: Span,
    /// Validated ROA payloads.
    pub vrps: Option<Placed<String>>,
    /// The age up to which they count.
    pub max_age: Option<Placed<MaxAge>>,
    /// Trust anchors that payloads must come from.
    pub anchors: Vec<Placed<String>>,
    /// Local exceptions.
    pub slurm: Option<Placed<String>>,
    /// Route objects.
    pub irr: Vec<Placed<String>>,
    /// Provider authorizations.
    pub aspa: Option<Placed<String>>,
}

/// An age: `48h`, `2d`, `90m`, `3600s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxAge(pub SignedDuration);

/// A text that is no age.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no age such as 48h, 2d or 90m")]
pub struct MaxAgeError(String);

impl FromStr for MaxAge {
    type Err = MaxAgeError;

    fn from_str(text: &str) -> Result<Self, MaxAgeError> {
        let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
        units
            .into_iter()
            .find_map(|(unit, seconds)| {
                let count: u32 = text.strip_suffix(unit)?.trim().parse().ok()?;
                let seconds = i64::from(count).checked_mul(seconds)?;
                Some(Self(SignedDuration::from_secs(seconds)))
            })
            .ok_or_else(|| MaxAgeError(text.to_owned()))
    }
}

impl fmt::Display for MaxAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match (seconds % 3600, seconds % 60) {
            (0, _) => write!(f, "{}h", seconds / 3600),
            (_, 0) => write!(f, "{}m", seconds / 60),
            _ => write!(f, "{seconds}s"),
        }
    }
}

/// The data that `section` names, whatever else it holds.
///
/// # Errors
/// What is wrong with it.
pub fn named(policy: &Policy, section: &Section) -> Result<Option<Named>, Vec<Problem>> {
    let mut reader = Reader::new(policy);
    let named = reader.data(section);
    if reader.problems.is_empty() {
        Ok(named)
    } else {
        Err(reader.problems)
    }
}

impl Reader<'_> {
    pub(super) fn data(&mut self, section: &Section) -> Option<Named> {
        let entry = section.data.as_ref()?;
        let data = &entry.value;
        let max_age = data.max_age.as_ref().and_then(|written| {
            let read = written.parse::<MaxAge>();
            match read {
                Ok(value) => Some(Placed {
                    value,
                    span: self.policy.span(written),
                }),
                Err(error) => {
                    let shown = rules::escape::word(&error.to_string()).into_owned();
                    self.problem_at(written, shown);
                    None
                }
            }
        });
        Some(Named {
            span: self.policy.span(entry),
            vrps: data.vrps.as_ref().map(|path| self.place(path)),
            max_age,
            anchors: data.anchors.iter().map(|name| self.place(name)).collect(),
            slurm: data.slurm.as_ref().map(|path| self.place(path)),
            irr: data.irr.iter().map(|path| self.place(path)).collect(),
            aspa: data.aspa.as_ref().map(|path| self.place(path)),
        })
    }

    fn place(&self, text: &Spanned<String>) -> Placed<String> {
        Placed {
            value: text.value.clone(),
            span: self.policy.span(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_read_in_their_units() {
        let hours = |text: &str| text.parse::<MaxAge>().map(|age| age.to_string());
        assert_eq!(hours("48h").unwrap(), "48h");
        assert_eq!(hours("2d").unwrap(), "48h");
        assert_eq!(hours("90m").unwrap(), "90m");
        assert_eq!(hours("61s").unwrap(), "61s");
        for text in ["", "48", "h", "-1h", "1.5h", "4294967296h", "2w"] {
            assert!(text.parse::<MaxAge>().is_err(), "{text}");
        }
    }
}
