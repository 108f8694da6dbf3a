//! What was not understood, as the rules about it report it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rules::{Finding, Rule, Span, Undecided};

use crate::change::{Change, Side};
use crate::model::{Gap, GapKind, Name, Prefix, SessionKey};
use crate::wording::{json, list};

/// A finding of `rule` for each gap of `kind` in head.
///
/// It does not matter whether base had it: the rule is about seeing, and what is not seen today
/// was no more seen yesterday.
pub fn findings(change: &Change, kind: GapKind, rule: &'static Rule, help: &str) -> Vec<Finding> {
    // The same words may be wrong at several places of a file: they are counted, so that each
    // has a fingerprint of its own, and lines play no part in it.
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut findings = Vec::new();
    let gaps = merged(change.head.gaps.iter().chain(&change.leaks().gaps));
    for gap in gaps.iter().filter(|gap| gap.kind == kind) {
        let times = seen.entry((&gap.span.path, &gap.message)).or_default();
        *times += 1;
        let about = [&*gap.span.path, &*gap.message, &times.to_string()];
        let finding = rule.at(gap.span.clone(), gap.message.clone(), &about);
        findings.push(affected(finding.with_help(help), gap));
    }
    findings
}

/// The gaps, each once: routers share files, and what one line of those says is one matter.
fn merged<'a>(gaps: impl IntoIterator<Item = &'a Gap>) -> Vec<Gap> {
    let mut merged: BTreeMap<_, BTreeSet<&SessionKey>> = BTreeMap::new();
    for gap in gaps {
        let affects = merged.entry((&gap.span, gap.kind, &gap.message));
        affects.or_default().extend(&gap.affects);
    }
    let gap =
        |((span, kind, message), affects): ((&Span, _, &String), BTreeSet<&SessionKey>)| Gap {
            span: span.clone(),
            kind,
            message: message.clone(),
            affects: affects.into_iter().cloned().collect(),
        };
    merged.into_iter().map(gap).collect()
}

/// Adds to a finding the sessions whose announcements are not known because of it.
fn affected(finding: Finding, gap: &Gap) -> Finding {
    let sites: BTreeSet<&Name> = gap.affects.iter().map(|session| &session.site).collect();
    let neighbors: BTreeSet<&Name> = gap
        .affects
        .iter()
        .map(|session| &session.neighbor)
        .collect();
    let finding = finding
        .with_data("sites", json(&sites))
        .with_data("neighbors", json(&neighbors));
    if gap.affects.is_empty() {
        return finding;
    }
    let receive = if neighbors.len() == 1 {
        "receives"
    } else {
        "receive"
    };
    finding.with_note(format!(
        "what {} at {} {receive} is therefore not known",
        list(&neighbors, "nobody"),
        list(&sites, "no site")
    ))
}

/// What of base was not understood, where head is: then nothing denies, and what the change
/// withdraws, adds or alters cannot be told, as the rules that compare have only one side.
pub fn blind(change: &Change) -> Vec<Undecided> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    if base.is_complete() || !change.head.is_complete() {
        return Vec::new();
    }
    let told = merged(&base.gaps)
        .into_iter()
        .filter(|gap| gap.kind != GapKind::Unmodelled || !gap.affects.is_empty())
        .map(|gap| Undecided {
            reason: format!(
                "base: {}; what this change does to {} cannot be told",
                gap.message,
                sessions(&gap)
            ),
            path: gap.span.path,
            at: Some(gap.span.start),
        });
    // Sites whose files could not be read are undecided already, on either side.
    told.collect()
}

/// What is not looked at by this version, where it could make a difference: one line for a report.
pub fn relayed(side: &Side) -> Option<String> {
    let sessions = match side.relays.len() {
        0 => return None,
        1 => "1 session passes any of them on".to_owned(),
        several => format!("{several} sessions pass any of them on"),
    };
    let mut note = format!(
        "routes that routers take from other protocols, or from neighbours whose `relation` is not \
         declared, are not followed: whether {sessions} is not judged"
    );
    let silent: Vec<String> = silent(side).map(|prefix| format!("`{prefix}`")).collect();
    if !silent.is_empty() {
        let (verb, which) = if silent.len() == 1 {
            ("is", "it")
        } else {
            ("are", "they")
        };
        let _ = write!(
            note,
            "; {} {verb} owned and announced by no statement, so {which} may be among them",
            list(&silent, "nothing")
        );
    }
    Some(note)
}

/// Owned space of which nothing is announced, neither whole nor in part: where a router takes it
/// from an interface or another router, what a change does to it is not seen.
fn silent(side: &Side) -> impl Iterator<Item = Prefix> {
    let announced: BTreeSet<Prefix> = side.announcements.keys().map(|key| key.prefix).collect();
    let heard: BTreeSet<Prefix> = announced
        .into_iter()
        .flat_map(|prefix| side.network.owned.covering(prefix))
        .map(|owned| owned.prefix.value)
        .collect();
    let owned: BTreeSet<Prefix> = side.network.owned.prefixes().collect();
    owned
        .into_iter()
        .filter(move |owned| !heard.contains(owned))
}

fn sessions(gap: &Gap) -> String {
    let names = gap
        .affects
        .iter()
        .map(|session| format!("{} at {}", session.neighbor, session.site));
    list(names, "the neighbours of its router")
}
