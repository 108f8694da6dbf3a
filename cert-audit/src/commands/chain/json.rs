//! What `chain` says to machines: one JSON object.

use serde_json::{Value, json};

use crate::certificate::Expiry;
use crate::chain::Answer;
use crate::chain::link::Link;
use crate::chain::listing::Judged;

use super::Asked;

/// Names the shape.
const SCHEMA: &str = "cert-audit.chain/v1";

/// What the answer does not rest on.
const NOT_EVALUATED: [&str; 2] = ["revocation", "certificate policies"];

/// An answer.
pub(super) fn of(asked: &Asked, answer: &Answer<'_>) -> String {
    let paths: Vec<Value> = answer.paths.iter().map(path).collect();
    let leaf = answer.paths.first().and_then(|path| path.links.first());
    let best = answer.found.best_way();
    let binding = best.zip(leaf).map(|(way, leaf)| {
        let sha256 = asked.pool.binding(leaf, way);
        json!({ "sha256": sha256.to_string(), "position": way.binding })
    });
    let effective = json!({
        "leaf": leaf.map(|leaf| end(leaf.end())),
        "best_path": best.map(|way| end(way.end)),
        "binding": binding,
    });
    let mut object = head(asked, answer.verdict.as_str(), &answer.reason);
    object["effective"] = effective;
    object["paths"] = Value::Array(paths);
    object["more_paths"] = answer.more.into();
    object["search_cut"] = answer.found.cut.into();
    line(&object)
}

/// A leaf that is broken.
pub(super) fn of_broken(asked: &Asked, reason: &str) -> String {
    let mut object = head(asked, "invalid", reason);
    object["paths"] = json!([]);
    line(&object)
}

/// An error that ended the run.
pub(super) fn of_error(reason: &str) -> String {
    line(&json!({
        "schema": SCHEMA,
        "valid": false,
        "verdict": "undecided",
        "reason": reason,
        "paths": [],
        "not_evaluated": NOT_EVALUATED,
    }))
}

fn head(asked: &Asked, verdict: &str, reason: &str) -> Value {
    let question = &asked.question;
    json!({
        "schema": SCHEMA,
        "valid": verdict == "valid",
        "verdict": verdict,
        "reason": reason,
        "at": question.at.rfc3339(),
        "name": question.name.as_ref().map(super::Wanted::shown),
        "usage": question.usage.map(super::Usage::as_str),
        "anchor_expiry": if question.anchor_expires { "strict" } else { "ignore" },
        "notes": asked.notes,
        "not_evaluated": NOT_EVALUATED,
    })
}

fn line(object: &Value) -> String {
    format!("{object}\n")
}

fn path(path: &Judged<'_>) -> Value {
    let certificates = path.links.iter().enumerate();
    let certificates: Vec<Value> = certificates
        .map(|(at, link)| certificate(path, at, link))
        .collect();
    json!({
        "valid": path.holds() && path.unverifiable.is_empty(),
        "certainty": if path.unverifiable.is_empty() { "proven" } else { "likely" },
        "reason": path.breaks.first().map(|broken| &broken.reason),
        "anchored": path.anchored,
        "ends": path.end.map(|(expiry, _)| end(expiry)),
        "certificates": certificates,
    })
}

fn certificate(path: &Judged<'_>, at: usize, link: &Link) -> Value {
    let certificate = &link.certificate;
    let breaks: Vec<&str> = path
        .breaks
        .iter()
        .filter(|broken| broken.at == at)
        .map(|broken| broken.reason.as_str())
        .collect();
    let is_last = at + 1 == path.links.len();
    let role = match at {
        _ if is_last && path.anchored => "root",
        0 => "leaf",
        _ => "intermediate",
    };
    let unverifiable = path
        .unverifiable
        .iter()
        .find(|(position, _)| *position == at);
    let signature = match unverifiable {
        Some((_, why)) => json!({ "unverifiable": why.as_ref() }),
        // Nobody vouches for the last one: it is trusted, or the path ends there.
        None if is_last => Value::Null,
        None => json!("verified"),
    };
    json!({
        "role": role,
        "subject": certificate.subject.text,
        "issuer": certificate.issuer.text,
        "serial": certificate.serial,
        "sha256": link.sha256.to_string(),
        "not_before": link.validity().map(|validity| validity.not_before.rfc3339()),
        "not_after": end(link.end()),
        "binding": path.end.is_some_and(|(_, binding)| binding == at),
        "breaks": breaks,
        "signature": signature,
    })
}

/// RFC 3339; null is no end.
fn end(expiry: Expiry) -> Option<String> {
    expiry.at().map(crate::instant::Instant::rfc3339)
}
