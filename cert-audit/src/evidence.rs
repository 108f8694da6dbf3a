//! What every finding about a certificate says, whatever its rule: where, whose, and which one.
//!
//! The rules about expiry say more ([`crate::wording`]), because they speak of what hangs on a
//! certificate; the others speak of one place, or of one certificate at all of its places.

use rules::{Certainty, Finding, Level, Position, Rule};
use serde_json::{Value, json};

use crate::audit::{Audit, Case, Place};
use crate::certificate::{Certificate, Fingerprint, Kind};
use crate::instant::Instant;
use crate::inventory::{FileFacts, Other};
use crate::material::{self, Inside};
use crate::name;
use crate::place;

/// Most other places that are shown; all are counted.
pub(crate) const MOST_PLACES: usize = 16;

/// Most alternative names in the data of a finding.
const MOST_SANS: usize = 100;

/// Why a finding in a trust store does not deny.
pub(crate) const IN_STORE: &str = "it lies in a trust store (CA certificates only, and no key \
                                   beside them), so this is at most a warning";

/// The case of a certificate, if it is judged.
pub(crate) fn case<'a>(audit: &'a Audit<'a>, sha256: Fingerprint) -> Option<&'a Case<'a>> {
    let at = audit
        .cases
        .binary_search_by_key(&sha256, |case| case.artifact.sha256);
    audit.cases.get(at.ok()?)
}

/// Every judged place of a certificate, the most urgent first.
pub(crate) fn places<'a, 'b>(case: &'b Case<'a>) -> impl Iterator<Item = &'b Place<'a>> {
    std::iter::once(&case.place).chain(&case.others)
}

/// The place that may have the loudest finding, of those outside of trust stores; `None` where
/// there is no other.
pub(crate) fn deployed<'a, 'b>(case: &'b Case<'a>) -> Option<&'b Place<'a>> {
    loudest(places(case).filter(|place| !place.in_store))
}

/// The place that may have the loudest finding; of equals the first.
pub(crate) fn loudest<'a, 'b>(
    places: impl Iterator<Item = &'b Place<'a>>,
) -> Option<&'b Place<'a>> {
    places.reduce(|loudest, next| {
        if next.cap > loudest.cap {
            next
        } else {
            loudest
        }
    })
}

/// A finding of a rule about a certificate as such, wherever it is deployed; `None` where it lies
/// in trust stores alone.
pub(crate) fn everywhere(
    rule: &'static Rule,
    case: &Case<'_>,
    certainty: Certainty,
    message: String,
) -> Option<Finding> {
    let place = deployed(case)?;
    let finding = at(rule, case, place, certainty, message);
    Some(with_other_places(finding, case, place))
}

/// Whether a file, or a place inside it, is there to hold such material: in a program or a text it
/// may be an example, so what a rule says about it is *possible* at most.
pub(crate) fn is_material(file: &FileFacts, inside: Option<&Inside>) -> bool {
    file.container
        || inside.is_some_and(|inside| {
            inside.role.is_some()
                || inside.object.is_some()
                || (inside.group.is_some() && !inside.is_guess)
        })
}

/// A finding about a certificate at one of its places.
pub(crate) fn at(
    rule: &'static Rule,
    case: &Case<'_>,
    place: &Place<'_>,
    certainty: Certainty,
    message: String,
) -> Finding {
    let certificate = &case.artifact.certificate;
    let sha256 = case.artifact.sha256.to_string();
    let mut occurrences = case.artifact.occurrences.iter();
    let here = occurrences.find(|occurrence| occurrence.span == *place.span);
    let certainty = if is_material(place.file, here.map(|here| &here.inside)) {
        certainty
    } else {
        Certainty::Possible
    };
    let mut finding = rule
        .at(place.span.clone(), message, &[&sha256, &place.span.path])
        .with_level(place.level(rule.level))
        .with_certainty(certainty);
    finding = owned(finding, place);
    if place.in_store && rule.level > Level::Warn {
        finding = finding.with_note(IN_STORE);
    }
    let finding = finding.with_note(names(certificate));
    with_data(finding, case, place)
}

/// Who answers for the certificate at a place, and the policy's line that says so.
pub(crate) fn owned(finding: Finding, place: &Place<'_>) -> Finding {
    let Some((owner, span)) = &place.assignment.owner else {
        return finding;
    };
    let runbook = match &place.assignment.runbook {
        Some(runbook) => format!("; runbook {}", name::cut(runbook)),
        None => String::new(),
    };
    finding
        .with_note(format!("owner {}{runbook}", name::cut(owner)))
        .with_label(span.clone(), "this entry names the owner")
}

/// Labels for the other places of the certificate.
pub(crate) fn with_other_places(
    mut finding: Finding,
    case: &Case<'_>,
    shown: &Place<'_>,
) -> Finding {
    let others = || places(case).filter(|place| place.span != shown.span);
    for place in others().take(MOST_PLACES) {
        finding = finding.with_label(place.span.clone(), "the same certificate");
    }
    let hidden = others().count().saturating_sub(MOST_PLACES);
    if hidden > 0 {
        finding = finding.with_note(format!("the same certificate lies in {hidden} more places"));
    }
    finding
}

/// What a ticket or the CA's own records need.
pub(crate) fn names(certificate: &Certificate) -> String {
    let shown = |text: &str| match text {
        "" => "(empty)".to_owned(),
        text => name::cut(text),
    };
    let subject = shown(&certificate.subject.text);
    let serial = name::cut(&certificate.serial);
    if certificate.is_self_issued() {
        return format!("subject and issuer {subject}; serial {serial}");
    }
    let issuer = shown(&certificate.issuer.text);
    format!("subject {subject}; issuer {issuer}; serial {serial}")
}

/// What machines read of a certificate at a place.
pub(crate) fn with_data(finding: Finding, case: &Case<'_>, place: &Place<'_>) -> Finding {
    let certificate = &case.artifact.certificate;
    let validity = certificate.validity;
    let end = validity.and_then(|validity| validity.not_after.at());
    let sans: Vec<String> = certificate
        .sans
        .iter()
        .take(MOST_SANS)
        .map(|san| name::cut(san))
        .collect();
    let occurrences: Vec<Value> = places(case)
        .take(MOST_PLACES + 1)
        .map(|place| json!({ "path": &*place.span.path, "line": place.span.start.line }))
        .collect();
    let owner = place.assignment.owner.as_ref();
    finding
        .with_data("sha256", case.artifact.sha256.to_string())
        .with_data("subject", name::cut(&certificate.subject.text))
        .with_data("issuer", name::cut(&certificate.issuer.text))
        .with_data("serial", name::cut(&certificate.serial))
        .with_data("sans", sans)
        .with_data(
            "not_before",
            validity.map(|validity| validity.not_before.rfc3339()),
        )
        .with_data("not_after", end.map(Instant::rfc3339))
        .with_data("is_ca", certificate.kind == Kind::Ca)
        .with_data("class", place.class.as_str())
        .with_data("owner", owner.map(|(owner, _)| owner.clone()))
        .with_data("runbook", place.assignment.runbook.clone())
        .with_data("places", case.others.len() + 1)
        .with_data("occurrences", occurrences)
}

/// What of one kind can expire and is no certificate, as far as it lies where it is judged.
pub(crate) fn others<'a>(
    audit: &'a Audit<'a>,
    kind: material::Kind,
) -> impl Iterator<Item = &'a Other> {
    audit
        .inventory
        .others
        .values()
        .filter(move |other| other.kind == kind)
}

/// A finding about something that is no certificate; `None` where it is not judged at any place.
pub(crate) fn of_other(
    rule: &'static Rule,
    audit: &Audit<'_>,
    other: &Other,
    certainty: Certainty,
    message: String,
) -> Option<Finding> {
    let mut places = other.occurrences.iter().filter_map(|occurrence| {
        let path = &occurrence.span.path;
        let file = audit.inventory.files.get(path)?;
        let assignment = audit.assignment(path);
        let cap = assignment.level.unwrap_or(Level::Deny);
        // What is binary from the first byte to the last is nothing else.
        let is_binary = occurrence.span.end == Position::START;
        let is_program = place::is_source(path) && !file.container;
        let is_material = is_binary || !is_program && is_material(file, Some(&occurrence.inside));
        (!file.fixture && cap > Level::Allow).then_some((occurrence, assignment, cap, is_material))
    });
    let (first, assignment, cap, is_material) = places.next()?;
    let certainty = if is_material {
        certainty
    } else {
        Certainty::Possible
    };
    let sha256 = other.sha256.to_string();
    let mut finding = rule
        .at(first.span.clone(), message, &[&sha256, &first.span.path])
        .with_level(rule.level.min(cap))
        .with_certainty(certainty)
        .with_data("sha256", sha256);
    if let Some((owner, span)) = &assignment.owner {
        finding = finding
            .with_note(format!("owner {}", name::cut(owner)))
            .with_label(span.clone(), "this entry names the owner");
    }
    for (other, ..) in places.take(MOST_PLACES) {
        finding = finding.with_label(other.span.clone(), "the same");
    }
    Some(finding)
}
