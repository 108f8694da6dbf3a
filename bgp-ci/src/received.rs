//! Who receives what a finding is about: the place to point at, the note and the data.

use std::collections::BTreeSet;

use rules::{Finding, Span};

use crate::change::Side;
use crate::model::{Announcement, Key, Name};
use crate::wording::{json, list};

/// Places that are shown as labels; notes name everybody anyway.
const LABELS: usize = 3;

/// Announcements that one finding is about.
pub type Received<'a> = [(&'a Key, &'a Announcement)];

/// Where the announcements come from, the first of the files.
pub fn place(side: &Side, received: &Received<'_>) -> Span {
    statements(received)
        .into_iter()
        .next()
        .unwrap_or(&side.network.span)
        .clone()
}

/// The statements that make the announcements.
fn statements<'a>(received: &'a Received<'_>) -> BTreeSet<&'a Span> {
    let places = received.iter().filter_map(|(_, a)| a.provenance.first());
    places.collect()
}

/// The sites where the announcements go out.
pub fn sites<'a>(received: &Received<'a>) -> BTreeSet<&'a Name> {
    received.iter().map(|(key, _)| &key.site).collect()
}

/// The neighbours that receive them.
pub fn neighbors<'a>(received: &Received<'a>) -> BTreeSet<&'a Name> {
    received.iter().map(|(key, _)| &key.neighbor).collect()
}

/// Adds to `finding` that the announcement goes to the neighbours `to` at `sites`.
pub fn sent<'a>(
    finding: Finding,
    to: impl IntoIterator<Item = &'a Name> + Clone,
    sites: impl IntoIterator<Item = &'a Name> + Clone,
) -> Finding {
    let note = format!(
        "it goes to {} at {}",
        list(to.clone(), "nobody"),
        list(sites.clone(), "no site")
    );
    finding
        .with_note(note)
        .with_data("sites", json(sites))
        .with_data("neighbors", json(to))
}

/// Adds to `finding` who receives the announcements.
pub fn addressed(finding: Finding, received: &Received<'_>) -> Finding {
    sent(finding, neighbors(received), sites(received))
}

/// Adds to `finding` who receives the announcements, and the other places that make them.
pub fn told(finding: Finding, received: &Received<'_>) -> Finding {
    let finding = addressed(finding, received);
    let others: Vec<Span> = statements(received)
        .into_iter()
        .filter(|place| **place != finding.span)
        .take(LABELS)
        .cloned()
        .collect();
    others.into_iter().fold(finding, |finding, place| {
        finding.with_label(place, "and here")
    })
}

/// Adds the policy terms that touched the announcements last, which let them pass.
pub fn passed(finding: Finding, received: &Received<'_>) -> Finding {
    let terms: BTreeSet<&Span> = received
        .iter()
        .filter_map(|(_, a)| a.terms.last())
        .collect();
    terms
        .into_iter()
        .take(LABELS)
        .fold(finding, |finding, term| {
            finding.with_label(term.clone(), "this lets it pass")
        })
}
