//! The rules about paths (RFC 5280 §6.1), except revocation and certificate policies: what one
//! certificate must be where it stands, given those below it.
//!
//! They are asked on the way up, so that a way that breaks need not be followed.

use crate::certificate::Validity;
use crate::instant::Instant;
use crate::usage::Usage;

use super::link::Link;
use super::wanted::Wanted;

/// Most names held against constraints in one search, times the constraints: what a hostile
/// certificate may cost.
pub(super) const COMPARISONS: usize = 4_000_000;

/// What is asked of a path.
#[derive(Debug, Clone)]
pub struct Question {
    /// When it must be valid.
    pub at: Instant,
    /// Whom the leaf must name.
    pub name: Option<Wanted>,
    /// What the leaf must be good for.
    pub usage: Option<Usage>,
    /// Whether the anchor's own expiry counts: OpenSSL and Go say yes, many libraries no.
    pub anchor_expires: bool,
}

/// Why a path does not hold, at which of its certificates (0 is the leaf).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// Which certificate of the path.
    pub at: usize,
    /// Why: a lower-case fragment.
    pub reason: String,
    /// Whether it is only a matter of time: another day can mend it.
    pub is_time: bool,
}

impl Break {
    pub(super) fn structure(at: usize, reason: impl Into<String>) -> Self {
        Self {
            at,
            reason: reason.into(),
            is_time: false,
        }
    }
}

/// What of the leaf itself breaks every path, time apart.
pub(super) fn leaf(link: &Link, question: &Question) -> Option<Break> {
    let reason = link.defect.clone().or_else(|| {
        if link.constraints.is_some() && !link.is_ca() {
            return Some("it has name constraints, but is no CA (RFC 5280 §4.2.1.10)".to_owned());
        }
        purpose(link, question)
            .or_else(|| handshake(link, question))
            .or_else(|| {
                let wanted = question.name.as_ref()?;
                (!wanted.is_named_by(link)).then(|| format!("it does not name {}", wanted.shown()))
            })
    })?;
    Some(Break::structure(0, reason))
}

/// What of `link`, as the issuer of the last of `below`, breaks the path, time apart.
///
/// `comparisons` is what may still be compared; where it is not enough the path is broken, too.
pub(super) fn issuer(
    below: &[&Link],
    link: &Link,
    is_anchor: bool,
    question: &Question,
    comparisons: &mut usize,
) -> Option<Break> {
    let at = below.len();
    let own = link
        .defect
        .clone()
        .or_else(|| authority(below, link, is_anchor))
        .or_else(|| purpose(link, question));
    match own {
        Some(reason) => Some(Break::structure(at, reason)),
        None => names(below, link, comparisons),
    }
}

/// Whether the certificate is valid at the time.
pub(super) fn time(link: &Link, at: usize, now: Instant) -> Option<Break> {
    let reason = match link.validity() {
        None => "its validity cannot be read".to_owned(),
        Some(Validity { not_before, .. }) if now < not_before => {
            format!("it is not valid before {not_before}")
        }
        Some(Validity { not_after, .. }) => match not_after.at() {
            Some(end) if now > end => format!("it expired at {end}"),
            _ => return None,
        },
    };
    Some(Break {
        at,
        reason,
        is_time: true,
    })
}

/// Whether it may issue certificates, here.
fn authority(below: &[&Link], link: &Link, is_anchor: bool) -> Option<String> {
    if link.subject.is_empty() {
        return Some("it issued the one below it without a name (RFC 5280 §4.1.2.4)".to_owned());
    }
    match link.certificate.basic_constraints {
        Some(constraints) if !constraints.ca => {
            return Some(
                "it is not a CA, but issued the one below it (RFC 5280 §4.2.1.9)".to_owned(),
            );
        }
        // The first versions of certificates had no extensions, and roots of that time have none.
        None if !(is_anchor && link.certificate.version < 3 && link.is_self_issued()) => {
            return Some(
                "it has no basic constraints, but issued the one below it (RFC 5280 §4.2.1.9)"
                    .to_owned(),
            );
        }
        _ => {}
    }
    if link
        .certificate
        .key_usage
        .is_some_and(|usage| !usage.signs_certificates)
    {
        return Some(
            "its key usage does not allow it to sign certificates (RFC 5280 §4.2.1.3)".to_owned(),
        );
    }
    let limit = link
        .certificate
        .basic_constraints
        .and_then(|constraints| constraints.path_length)?;
    // Intermediates between it and the leaf; self-issued ones do not count (RFC 5280 §6.1.4).
    let between = below.get(1..).unwrap_or_default();
    let count = between.iter().filter(|link| !link.is_self_issued()).count();
    (u32::try_from(count).unwrap_or(u32::MAX) > limit).then(|| {
        let plural = if count == 1 { " follows" } else { "s follow" };
        format!("its path length is {limit}, and {count} intermediate{plural} (RFC 5280 §4.2.1.9)")
    })
}

/// Whether the constraints of `link` allow the names of all below it.
fn names(below: &[&Link], link: &Link, comparisons: &mut usize) -> Option<Break> {
    let constraints = link.constraints.as_ref()?;
    for (at, subject) in below.iter().enumerate() {
        // Self-issued intermediates are exempt (RFC 5280 §6.1.3 (b)).
        if at > 0 && subject.is_self_issued() {
            continue;
        }
        for claim in subject.claims() {
            let Some(left) = comparisons.checked_sub(constraints.len() + 1) else {
                *comparisons = 0;
                return Some(Break::structure(
                    below.len(),
                    "it has more name constraints than can be held against the names below it",
                ));
            };
            *comparisons = left;
            if !constraints.allow(claim) {
                return Some(Break::structure(
                    at,
                    format!(
                        "the name constraints of `{}` do not allow {} (RFC 5280 §4.2.1.10)",
                        link.certificate.called(),
                        claim.shown(),
                    ),
                ));
            }
        }
    }
    None
}

/// Whether the extended key usage, if there is one, allows what is asked for: they nest.
fn purpose(link: &Link, question: &Question) -> Option<String> {
    let usage = question.usage?;
    let purposes = link.certificate.purposes;
    let refused = purposes.is_some_and(|purposes| !purposes.allow(usage));
    refused.then(|| {
        format!(
            "its extended key usage does not allow {} authentication (RFC 5280 §4.2.1.12)",
            usage.as_str()
        )
    })
}

/// Whether the leaf's key may take part in a handshake.
///
/// A CA that stands at the end of a path is asked for as such, not for its handshakes.
fn handshake(link: &Link, question: &Question) -> Option<String> {
    let usage = question.usage.filter(|_| !link.is_ca())?;
    let key_usage = link.certificate.key_usage?;
    let fits = match usage {
        Usage::Server => key_usage.digital_signature || key_usage.establishes_keys,
        Usage::Client => key_usage.digital_signature || key_usage.agrees_on_keys,
    };
    (!fits).then(|| {
        format!(
            "its key usage does not allow {} authentication (RFC 5280 §4.2.1.3)",
            usage.as_str()
        )
    })
}
