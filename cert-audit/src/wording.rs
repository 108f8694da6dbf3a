//! How findings about a certificate read: where, what, whose, why, and what hangs on it.
//!
//! The reader was woken by it. So the message alone says what breaks and when; the labels show
//! every place; the notes have what a ticket needs.

use rules::{Finding, Level, Rule};
use serde_json::json;

use crate::audit::{Audit, Case, Place};
use crate::certificate::{Certificate, Expiry, Kind};
use crate::evidence::{self, MOST_PLACES};
use crate::instant::{Instant, brief};
use crate::inventory::Artifact;
use crate::name;
use crate::policy::Class;

/// Most certificates that are named as hanging on a CA.
const MOST_CARRIED: usize = 8;

/// `certificate of api.prod.example`, `CA certificate of …`.
pub(crate) fn called(certificate: &Certificate) -> String {
    let ca = match certificate.kind {
        Kind::Ca => "CA ",
        Kind::Leaf => "",
    };
    format!("{ca}certificate of {}", certificate.called())
}

/// The certificates in the file of a CA's first place that end with it though they are valid for
/// longer.
pub(crate) fn carried<'a>(audit: &'a Audit<'_>, case: &Case<'_>) -> Vec<&'a Artifact> {
    let end = |artifact: &Artifact| {
        artifact
            .certificate
            .validity
            .map(|validity| validity.not_after)
    };
    let Some(own) = end(case.artifact) else {
        return Vec::new();
    };
    audit
        .issued
        .carried(&case.place.span.path, case.artifact.sha256)
        .iter()
        .copied()
        .filter(|leaf| end(leaf).is_some_and(|end| end > own))
        .collect()
}

/// `, which breaks api.prod.example and 2 more`; empty where nothing hangs on it.
pub(crate) fn breaks(carried: &[&Artifact]) -> String {
    let Some(first) = carried.first() else {
        return String::new();
    };
    let more = match carried.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(", which breaks {}{more}", first.certificate.called())
}

/// A finding about a certificate, with everything that both expiry rules have to say.
pub(crate) fn finding(
    rule: &'static Rule,
    audit: &Audit<'_>,
    case: &Case<'_>,
    level: Level,
    message: String,
) -> Finding {
    let Case {
        artifact, place, ..
    } = case;
    let certificate = &artifact.certificate;
    let sha256 = artifact.sha256.to_string();
    let mut finding = rule
        .at(place.span.clone(), message, &[&sha256, &place.span.path])
        .with_level(place.level(level))
        .with_certainty(place.certainty(certificate));
    finding = with_carried(finding, audit, case);
    finding = with_threshold(finding, audit, case);
    finding = with_places(finding, case);
    if place.in_store {
        finding = finding.with_note(evidence::IN_STORE);
    }
    if let Some(fault) = certificate.faults.first() {
        finding = finding.with_note(format!("it cannot be read in full: {fault}"));
    }
    finding = evidence::owned(finding, place);
    with_data(finding.with_note(evidence::names(certificate)), audit, case)
}

/// The certificates that hang on a CA, and for a leaf the certificate that ends before it.
fn with_carried(mut finding: Finding, audit: &Audit<'_>, case: &Case<'_>) -> Finding {
    let path = &case.place.span.path;
    let carried = carried(audit, case);
    for leaf in carried.iter().take(MOST_CARRIED) {
        let here = leaf
            .occurrences
            .iter()
            .find(|occurrence| occurrence.span.path == *path);
        let Some(here) = here else { continue };
        let until = match leaf.certificate.validity.map(|validity| validity.not_after) {
            Some(Expiry::At(end)) => format!("is valid until {}", end.date()),
            _ => "has no end".to_owned(),
        };
        let called = leaf.certificate.called();
        finding = finding.with_label(
            here.span.clone(),
            format!("the certificate of {called} {until}, but its chain in this file ends before"),
        );
    }
    if let Some(binding) = audit.issued.binding(path, case.artifact.sha256)
        && let Some(end) = end(binding)
    {
        let called = called(&binding.certificate);
        finding = finding.with_note(format!(
            "as deployed in this file it stops working on {end}, with the {called}"
        ));
        let here = binding
            .occurrences
            .iter()
            .find(|occurrence| occurrence.span.path == *path);
        if let Some(here) = here {
            finding = finding.with_label(here.span.clone(), "this certificate ends first");
        }
    }
    finding
}

/// The class, why, and the arithmetic of the threshold that was passed; with the policy's lines.
fn with_threshold(mut finding: Finding, audit: &Audit<'_>, case: &Case<'_>) -> Finding {
    let Place {
        class,
        because,
        limit,
        assignment,
        ..
    } = &case.place;
    let (Some(limit), Some(end)) = (limit, end(case.artifact)) else {
        return finding;
    };
    let left = end.since(audit.now);
    finding = finding.with_note(format!(
        "class {}, because {because}; {} left is within the threshold for {}: {}",
        class.as_str(),
        brief(left),
        limit.level.as_str(),
        limit.arithmetic,
    ));
    if let Some((_, span)) = &assignment.class {
        finding = finding.with_label(span.clone(), "this entry gives the class");
    }
    if let Some(span) = &limit.span {
        finding = finding.with_label(span.clone(), "this is the threshold");
    }
    finding
}

fn with_places(mut finding: Finding, case: &Case<'_>) -> Finding {
    let owner = |place: &Place<'_>| {
        place
            .assignment
            .owner
            .as_ref()
            .map(|(owner, _)| owner.clone())
    };
    let first = owner(&case.place);
    for place in case.others.iter().take(MOST_PLACES) {
        let label = match owner(place) {
            Some(other) if Some(&other) != first.as_ref() => {
                format!("the same certificate; owner {}", name::cut(&other))
            }
            _ => "the same certificate".to_owned(),
        };
        finding = finding.with_label(place.span.clone(), label);
    }
    let hidden = case.others.len().saturating_sub(MOST_PLACES);
    if hidden > 0 {
        finding = finding.with_note(format!("the same certificate lies in {hidden} more places"));
    }
    finding
}

/// What to do, by how the certificate is renewed.
pub(crate) fn help(case: &Case<'_>) -> String {
    if let Some(runbook) = &case.place.assignment.runbook {
        return format!("follow {}", name::cut(runbook));
    }
    if case.place.in_store {
        return "take it out of the store, or update the store: clients that look at an anchor's \
                own dates refuse every chain that ends in it"
            .to_owned();
    }
    match (case.artifact.certificate.kind, case.place.class) {
        (Kind::Ca, _) | (_, Class::Ca) => {
            "get the CA's next certificate, put it where this one is, renew what it issued if its \
             key changes, then reload what serves the chain"
        }
        (Kind::Leaf, Class::Auto) => {
            "its automatic renewal did not run, or its result did not arrive here: look at the \
             renewal's last run, then reload what serves the certificate"
        }
        (Kind::Leaf, Class::Manual) => {
            "order a certificate for the same names, replace this one together with its chain, \
             then reload what serves it"
        }
    }
    .to_owned()
}

/// Beside what machines read of every finding, until when it holds.
fn with_data(finding: Finding, audit: &Audit<'_>, case: &Case<'_>) -> Finding {
    let sha256 = case.artifact.sha256;
    let effective = audit.effective.get(&sha256);
    let shown = |end: Option<Expiry>| end.and_then(Expiry::at).map(Instant::rfc3339);
    evidence::with_data(finding, case, &case.place).with_data(
        "effective",
        json!({
            "leaf": end(case.artifact).map(Instant::rfc3339),
            "served": effective.and_then(|known| shown(known.served)),
            "best_path": effective.and_then(|known| shown(known.best_path)),
            "binding": effective.map_or(sha256, |known| known.binding).to_string(),
        }),
    )
}

fn end(artifact: &Artifact) -> Option<Instant> {
    artifact.certificate.validity?.not_after.at()
}
