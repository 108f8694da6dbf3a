//! What `chain` says to machines: one JSON object.

use std::fmt::Write as _;

use serde::Serialize;

use crate::certificate::Expiry;
use crate::chain::link::Link;
use crate::chain::listing::Judged;
use crate::chain::search::Found;
use crate::chain::wanted::Wanted;
use crate::chain::{Answer, Verdict};
use crate::instant::Instant;
use crate::usage::Usage;

use super::Asked;

/// Names the shape.
const SCHEMA: &str = "cert-audit.chain/v1";

/// What the answer does not rest on.
const NOT_EVALUATED: [&str; 2] = ["revocation", "certificate policies"];

/// The object. Where the run ended before the question was understood, only the first four fields
/// and the empty paths say something.
#[derive(Debug, Serialize)]
struct Object<'a> {
    schema: &'static str,
    /// Whether a path holds whose signatures are all verified.
    valid: bool,
    /// `valid`, `invalid` or `undecided`.
    verdict: &'static str,
    reason: &'a str,
    /// RFC 3339, as all times are.
    at: Option<String>,
    name: Option<String>,
    usage: Option<&'static str>,
    anchor_expiry: Option<&'static str>,
    effective: Option<Effective>,
    /// Those that hold first; what leads to no root last.
    paths: Vec<Path<'a>>,
    /// Whether there are more paths than are listed.
    more_paths: bool,
    /// Whether there may be better ones than were found.
    search_cut: bool,
    /// What of the input could not be used.
    notes: &'a [String],
    not_evaluated: [&'static str; 2],
}

/// Until when the certificate holds, whatever the time is.
#[derive(Debug, Serialize)]
struct Effective {
    /// Its own end; null is none.
    leaf: Option<String>,
    /// The end of the best path; null is none, or no path.
    best_path: Option<String>,
    /// The certificate that ends first on it.
    binding: Option<Binding>,
}

#[derive(Debug, Serialize)]
struct Binding {
    /// 0 is the leaf.
    position: usize,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct Path<'a> {
    valid: bool,
    /// `likely` where a signature cannot be verified.
    certainty: &'static str,
    /// What breaks it first.
    reason: Option<&'a str>,
    /// Whether it leads to a root.
    anchored: bool,
    /// Until when it holds; null where it never ends, or not only time breaks it.
    ends: Option<String>,
    /// The leaf first.
    certificates: Vec<Certificate<'a>>,
}

#[derive(Debug, Serialize)]
struct Certificate<'a> {
    /// `leaf`, `intermediate` or `root`.
    role: &'static str,
    subject: &'a str,
    issuer: &'a str,
    serial: &'a str,
    sha256: String,
    not_before: Option<String>,
    not_after: Option<String>,
    /// Whether the path ends with it.
    binding: bool,
    /// What of it breaks the path.
    breaks: Vec<&'a str>,
    /// `verified` by the next one's key, `unverifiable`, or null where there is none.
    signature: Option<&'static str>,
    /// Why it cannot be verified.
    unverifiable: Option<&'a str>,
}

/// An answer.
pub(super) fn of(asked: &Asked, answer: &Answer<'_>) -> String {
    let leaf = answer.paths.first().and_then(|path| path.links.first());
    line(&Object {
        effective: leaf.map(|leaf| effective(asked, leaf, &answer.found)),
        paths: answer.paths.iter().map(path).collect(),
        more_paths: answer.more,
        search_cut: answer.found.cut,
        ..understood(asked, answer.verdict, &answer.reason)
    })
}

/// A leaf that is broken.
pub(super) fn of_broken(asked: &Asked, reason: &str) -> String {
    line(&understood(asked, Verdict::Invalid, reason))
}

/// An error that ended the run.
pub(super) fn of_error(reason: &str) -> String {
    line(&bare(Verdict::Undecided, reason))
}

fn bare(verdict: Verdict, reason: &str) -> Object<'_> {
    Object {
        schema: SCHEMA,
        valid: verdict == Verdict::Valid,
        verdict: verdict.as_str(),
        reason,
        at: None,
        name: None,
        usage: None,
        anchor_expiry: None,
        effective: None,
        paths: Vec::new(),
        more_paths: false,
        search_cut: false,
        notes: &[],
        not_evaluated: NOT_EVALUATED,
    }
}

fn understood<'a>(asked: &'a Asked, verdict: Verdict, reason: &'a str) -> Object<'a> {
    let question = &asked.question;
    Object {
        at: Some(question.at.rfc3339()),
        name: question.name.as_ref().map(Wanted::shown),
        usage: question.usage.map(Usage::as_str),
        anchor_expiry: Some(if question.anchor_expires {
            "strict"
        } else {
            "ignore"
        }),
        notes: &asked.notes,
        ..bare(verdict, reason)
    }
}

fn effective(asked: &Asked, leaf: &Link, found: &Found) -> Effective {
    let best = found.best_way();
    Effective {
        leaf: end(leaf.end()),
        best_path: best.and_then(|way| end(way.end)),
        binding: best.map(|way| Binding {
            position: way.binding,
            sha256: asked.pool.binding(leaf, way).to_string(),
        }),
    }
}

fn path<'a>(path: &'a Judged<'_>) -> Path<'a> {
    let certificates = path.links.iter().enumerate();
    Path {
        valid: path.holds() && path.unverifiable.is_empty(),
        certainty: if path.unverifiable.is_empty() {
            "proven"
        } else {
            "likely"
        },
        reason: path.breaks.first().map(|broken| broken.reason.as_str()),
        anchored: path.anchored,
        ends: path.end.and_then(|(expiry, _)| end(expiry)),
        certificates: certificates
            .map(|(at, link)| certificate(path, at, link))
            .collect(),
    }
}

fn certificate<'a>(path: &'a Judged<'_>, at: usize, link: &'a Link) -> Certificate<'a> {
    let certificate = &link.certificate;
    let breaks = path.breaks.iter().filter(|broken| broken.at == at);
    let is_last = at + 1 == path.links.len();
    let unverifiable = path
        .unverifiable
        .iter()
        .find(|(position, _)| *position == at)
        .map(|(_, why)| why.as_ref());
    Certificate {
        role: match at {
            _ if is_last && path.anchored => "root",
            0 => "leaf",
            _ => "intermediate",
        },
        subject: &certificate.subject.text,
        issuer: &certificate.issuer.text,
        serial: &certificate.serial,
        sha256: link.sha256.to_string(),
        not_before: link
            .validity()
            .map(|validity| validity.not_before.rfc3339()),
        not_after: end(link.end()),
        binding: path.end.is_some_and(|(_, binding)| binding == at),
        breaks: breaks.map(|broken| broken.reason.as_str()).collect(),
        signature: match unverifiable {
            Some(_) => Some("unverifiable"),
            // Nobody vouches for the last one: it is trusted, or the path ends there.
            None => (!is_last).then_some("verified"),
        },
        unverifiable,
    }
}

/// RFC 3339; null is no end.
fn end(expiry: Expiry) -> Option<String> {
    expiry.at().map(Instant::rfc3339)
}

/// The object in one line. What acts on a terminal or reorders a line is escaped, as JSON does
/// with controls: it is the same text to who parses it.
fn line(object: &Object<'_>) -> String {
    let text = serde_json::to_string(object).expect("text, numbers and lists are JSON");
    let mut line = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if rules::escape::acts(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(line, "\\u{unit:04x}").expect("writing to a string cannot fail");
            }
        } else {
            line.push(c);
        }
    }
    line.push('\n');
    line
}
