//! The rules about one path (RFC 5280 §6.1), except revocation and certificate policies.

use crate::instant::Instant;

use super::link::{Link, Usage};
use super::wanted::Wanted;

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
    /// Whether it is only a matter of time: everything else of the path was in order so far.
    pub is_time: bool,
}

/// The first thing that breaks the path, from the anchor down to the leaf; matters of time come
/// last, because another day can mend them and nothing else.
///
/// `path` begins with the leaf and ends with the anchor; signatures have been looked at.
pub fn judge(path: &[&Link], question: &Question) -> Option<Break> {
    structure(path, question).or_else(|| {
        let breaks = path.iter().enumerate().rev();
        breaks
            .filter(|&(at, _)| question.anchor_expires || at + 1 < path.len() || at == 0)
            .find_map(|(at, link)| {
                Some(Break {
                    at,
                    reason: time(link, question.at)?,
                    is_time: true,
                })
            })
    })
}

fn time(link: &Link, at: Instant) -> Option<String> {
    let Some(validity) = link.validity() else {
        return Some("its validity cannot be read".to_owned());
    };
    if at < validity.not_before {
        return Some(format!("it is not valid before {}", validity.not_before));
    }
    let end = validity.not_after.at()?;
    (at > end).then(|| format!("it expired at {end}"))
}

fn structure(path: &[&Link], question: &Question) -> Option<Break> {
    for (at, link) in path.iter().enumerate().rev() {
        let reason = readable(link)
            .or_else(|| if at > 0 { issuer(path, at, link) } else { None })
            .or_else(|| names(path, at, link))
            .or_else(|| purpose(link, at, question));
        if let Some(reason) = reason {
            return Some(Break {
                at,
                reason,
                is_time: false,
            });
        }
    }
    let leaf = path.first()?;
    let wanted = question.name.as_ref()?;
    (!wanted.is_named_by(leaf)).then(|| Break {
        at: 0,
        reason: format!("it does not name {}", wanted.shown()),
        is_time: false,
    })
}

fn readable(link: &Link) -> Option<String> {
    if let Some(oid) = link.unknown_critical.first() {
        return Some(format!(
            "its critical extension {oid} is not understood (RFC 5280 §4.2)"
        ));
    }
    link.unreadable
        .first()
        .map(|oid| format!("its extension {oid} cannot be read"))
}

/// Whether the certificate at `at`, which issued the one before it, may do so.
fn issuer(path: &[&Link], at: usize, link: &Link) -> Option<String> {
    let is_anchor = at + 1 == path.len();
    match link.basic_constraints {
        Some(constraints) if !constraints.ca => {
            return Some(
                "it is not a CA, and signed the one below it (RFC 5280 §4.2.1.9)".to_owned(),
            );
        }
        // Trust in an anchor does not come from its extensions; roots of the first versions had none.
        None if !(is_anchor && link.is_self_issued()) => {
            return Some(
                "it has no basic constraints, and signed the one below it (RFC 5280 §4.2.1.9)"
                    .to_owned(),
            );
        }
        _ => {}
    }
    if link
        .key_usage
        .is_some_and(|usage| !usage.signs_certificates)
    {
        return Some(
            "its key usage does not allow it to sign certificates (RFC 5280 §4.2.1.3)".to_owned(),
        );
    }
    let limit = link
        .basic_constraints
        .and_then(|constraints| constraints.path_length)?;
    // Intermediates between it and the leaf; self-issued ones do not count (RFC 5280 §6.1.4).
    let below = path.get(1..at).unwrap_or_default();
    let count = below.iter().filter(|link| !link.is_self_issued()).count();
    (u32::try_from(count).unwrap_or(u32::MAX) > limit).then(|| {
        format!(
            "its path length of {limit} is passed: {count} intermediates follow (RFC 5280 §4.2.1.9)"
        )
    })
}

/// Whether the names of the certificate at `at` are allowed by all above it.
fn names(path: &[&Link], at: usize, link: &Link) -> Option<String> {
    // Self-issued intermediates are exempt (RFC 5280 §6.1.3 (b)).
    if at > 0 && link.is_self_issued() {
        return None;
    }
    let above = path.get(at + 1..).unwrap_or_default();
    let constraints: Vec<_> = above
        .iter()
        .filter_map(|above| Some((above, above.constraints.as_ref()?)))
        .collect();
    if constraints.is_empty() {
        return None;
    }
    let claims = link.claims();
    constraints.into_iter().find_map(|(above, constraints)| {
        let claim = claims.iter().find(|claim| !constraints.allow(claim))?;
        Some(format!(
            "the name constraints of `{}` do not allow {} (RFC 5280 §4.2.1.10)",
            above.certificate.called(),
            claim.shown(),
        ))
    })
}

/// Whether the extended key usages nest down to what is asked for, and the leaf's key may do it.
fn purpose(link: &Link, at: usize, question: &Question) -> Option<String> {
    let usage = question.usage?;
    if link.purposes.is_some_and(|purposes| !purposes.allow(usage)) {
        return Some(format!(
            "its extended key usage does not allow {} authentication (RFC 5280 §4.2.1.12)",
            usage.as_str()
        ));
    }
    let key_usage = link.key_usage.filter(|_| at == 0)?;
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
