//! Validated ROA payloads: who may originate what, up to which length.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use rules::escape;

use super::{Snapshot, csv, json};
use crate::model::{Asn, Prefix};
use crate::nesting::{self, Nesting};

/// A validated ROA payload (RFC 6811, section 2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vrp {
    /// The prefix that is authorized.
    pub prefix: Prefix,
    /// The longest more-specific that is authorized with it.
    pub max_length: u8,
    /// The system that may originate it; AS0 says that none may (RFC 6483, section 4).
    pub asn: Asn,
    /// The trust anchor, as the validator names it; empty where the file does not say.
    pub anchor: Arc<str>,
}

impl fmt::Display for Vrp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.prefix)?;
        if self.max_length != self.prefix.length() {
            write!(f, "-{}", self.max_length)?;
        }
        write!(f, " {}", self.asn)?;
        if !self.anchor.is_empty() {
            write!(f, " ({})", escape::word(&self.anchor))?;
        }
        Ok(())
    }
}

/// What a payload holds besides its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Payload {
    pub(super) asn: Asn,
    pub(super) max_length: u8,
    /// A place in the set's anchors.
    anchor: u16,
}

/// A set of payloads.
#[derive(Debug, Clone)]
pub struct Vrps {
    payloads: Nesting<Payload>,
    anchors: Vec<Arc<str>>,
    /// Payloads that differ in more than their anchor.
    distinct: usize,
}

impl Vrps {
    /// How many payloads there are; what two trust anchors say alike counts once.
    pub fn len(&self) -> usize {
        self.distinct
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.distinct == 0
    }

    /// The trust anchors that a payload comes from.
    pub fn anchors(&self) -> BTreeSet<&str> {
        let named = self.anchors.iter().filter(|anchor| !anchor.is_empty());
        named.map(|anchor| &**anchor).collect()
    }

    /// The payloads whose prefix covers `prefix`, the longest first.
    pub fn covering(&self, prefix: Prefix) -> impl Iterator<Item = Vrp> {
        self.named(self.payloads.covering(prefix))
    }

    /// The payloads whose prefix is `prefix` or inside it, in their order.
    pub fn inside(&self, prefix: Prefix) -> impl Iterator<Item = Vrp> {
        self.named(self.payloads.inside(prefix))
    }

    /// Every payload, by prefix.
    pub fn iter(&self) -> impl Iterator<Item = Vrp> {
        self.named(self.payloads.iter())
    }

    pub(super) fn payloads(&self) -> &Nesting<Payload> {
        &self.payloads
    }

    fn named<'a>(
        &'a self,
        entries: impl Iterator<Item = (Prefix, &'a [Payload])>,
    ) -> impl Iterator<Item = Vrp> {
        entries.flat_map(move |(prefix, payloads)| {
            payloads.iter().map(move |payload| Vrp {
                prefix,
                max_length: payload.max_length,
                asn: payload.asn,
                anchor: self
                    .anchors
                    .get(usize::from(payload.anchor))
                    .cloned()
                    .unwrap_or_default(),
            })
        })
    }
}

/// Collects payloads: each is checked, and each trust anchor's name is kept once.
#[derive(Debug, Default)]
pub struct Builder {
    payloads: nesting::Builder<Payload>,
    anchors: Vec<Arc<str>>,
    places: BTreeMap<Arc<str>, u16>,
    /// The anchor of the last payload: validators write the payloads of one anchor in a row.
    last: Option<(Arc<str>, u16)>,
    pushed: usize,
}

/// Why a payload is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Shorter than the prefix itself.
    #[error("the maximum length {max_length} is shorter than the prefix {prefix}")]
    Shorter {
        /// The prefix.
        prefix: Prefix,
        /// What the file says.
        max_length: u64,
    },
    /// Longer than an address.
    #[error("the maximum length {max_length} is longer than an {} address ({})", .prefix.family().as_str(), .prefix.max_length())]
    Longer {
        /// The prefix.
        prefix: Prefix,
        /// What the file says.
        max_length: u64,
    },
    /// A file in which every payload has another trust anchor is no validator's.
    #[error("there are more than {} trust anchors", u16::MAX)]
    Anchors,
}

impl Builder {
    /// Adds a payload.
    ///
    /// # Errors
    /// A maximum length that the prefix cannot have (RFC 9582, section 4.3.2.2), and too many
    /// trust anchors.
    pub fn push(
        &mut self,
        prefix: Prefix,
        max_length: Option<u64>,
        asn: Asn,
        anchor: &str,
    ) -> Result<(), PayloadError> {
        let given = max_length.unwrap_or_else(|| prefix.length().into());
        let max_length = match u8::try_from(given) {
            Ok(fits) if fits < prefix.length() => {
                return Err(PayloadError::Shorter {
                    prefix,
                    max_length: given,
                });
            }
            Ok(fits) if fits <= prefix.max_length() => fits,
            _ => {
                return Err(PayloadError::Longer {
                    prefix,
                    max_length: given,
                });
            }
        };
        let anchor = self.anchor(anchor)?;
        self.payloads.push(
            prefix,
            Payload {
                asn,
                max_length,
                anchor,
            },
        );
        self.pushed += 1;
        Ok(())
    }

    /// How many payloads were added.
    pub fn pushed(&self) -> usize {
        self.pushed
    }

    fn anchor(&mut self, name: &str) -> Result<u16, PayloadError> {
        if let Some((last, place)) = &self.last
            && **last == *name
        {
            return Ok(*place);
        }
        let (name, place) = if let Some((name, place)) = self.places.get_key_value(name) {
            (name.clone(), *place)
        } else {
            let place = u16::try_from(self.anchors.len()).map_err(|_| PayloadError::Anchors)?;
            let name: Arc<str> = name.into();
            self.anchors.push(name.clone());
            self.places.insert(name.clone(), place);
            (name, place)
        };
        self.last = Some((name, place));
        Ok(place)
    }

    /// The set.
    ///
    /// # Errors
    /// More payloads than there are addresses in IPv4.
    pub fn build(self) -> Result<Vrps, nesting::TooMany> {
        let payloads = self.payloads.build()?;
        let distinct = payloads.iter().map(|(_, payloads)| {
            // Sorted by number and length, so that equal ones are neighbours.
            payloads
                .chunk_by(|one, other| (one.asn, one.max_length) == (other.asn, other.max_length))
                .count()
        });
        Ok(Vrps {
            distinct: distinct.sum(),
            payloads,
            anchors: self.anchors,
        })
    }
}

/// Why a file of data cannot be read, with the place in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    /// What is wrong: a lower-case fragment.
    pub message: String,
    /// The line, counted from 1; `None` where it is the file as a whole.
    pub line: Option<usize>,
    /// The column in bytes, counted from 1, where it is known.
    pub column: Option<usize>,
}

impl ReadError {
    /// An error about the file as a whole.
    pub fn whole(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            line: None,
            column: None,
        }
    }

    /// An error at a line.
    pub fn at(line: usize, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            line: Some(line),
            column: None,
        }
    }
}

/// Reads a file of payloads: JSON as rpki-client, Routinator, StayRTR, OctoRPKI and FORT write it,
/// or CSV as rpki-client and Routinator do.
///
/// A file without payloads is read; that it must not be taken for an empty world is for
/// [`Snapshot::unfit`] to say. What has run out (`expires`) is kept: how old the file
/// may be is the policy's to say, and a payload that a validator would renew tomorrow has not
/// become untrue.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read(bytes: &[u8]) -> Result<Snapshot, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err(ReadError::whole("the file is empty")),
        Some(b'{' | b'[') => json::read(bytes),
        Some(_) => csv::read(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_counted_once_and_show_their_anchor() {
        let mut builder = Builder::default();
        let prefix: Prefix = "203.0.113.0/24".parse().unwrap();
        for (length, anchor) in [(None, "ripe"), (Some(24), "arin"), (Some(26), "ripe")] {
            builder.push(prefix, length, Asn(64500), anchor).unwrap();
        }
        builder.push(prefix, None, Asn(64500), "ripe").unwrap();
        assert_eq!(builder.pushed(), 4);
        let vrps = builder.build().unwrap();
        assert_eq!(vrps.len(), 2);
        assert_eq!(vrps.anchors(), BTreeSet::from(["arin", "ripe"]));
        let shown: Vec<_> = vrps.iter().map(|vrp| vrp.to_string()).collect();
        assert_eq!(
            shown,
            [
                "203.0.113.0/24 AS64500 (ripe)",
                "203.0.113.0/24 AS64500 (arin)",
                "203.0.113.0/24-26 AS64500 (ripe)"
            ]
        );
    }

    #[test]
    fn a_length_that_cannot_be_is_refused() {
        let mut builder = Builder::default();
        let mut push = |text: &str, length| {
            let prefix: Prefix = text.parse().unwrap();
            let pushed = builder.push(prefix, Some(length), Asn(64500), "");
            pushed.map_err(|error| error.to_string())
        };
        assert_eq!(push("203.0.113.0/24", 32), Ok(()));
        assert_eq!(
            push("203.0.113.0/24", 33).unwrap_err(),
            "the maximum length 33 is longer than an ipv4 address (32)"
        );
        assert_eq!(
            push("203.0.113.0/24", 23).unwrap_err(),
            "the maximum length 23 is shorter than the prefix 203.0.113.0/24"
        );
        assert_eq!(push("2001:db8::/32", 128), Ok(()));
        assert!(push("2001:db8::/32", 129).is_err());
        assert!(push("2001:db8::/32", 1 << 40).is_err());
    }
}
