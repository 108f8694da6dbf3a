//! What was seen, and what was not.

use rules::Report;
use rules::report::paint::Role;
use rules::report::verdict::{by_reason, count};

use super::sheet::Sheet;
use crate::outlook::{Outlook, Store};
use crate::report::put;

/// Reasons, and stores, that are named.
const NAMED: usize = 5;
/// Places of one reason that are named.
const PLACES: usize = 2;

pub(super) fn render(outlook: &Outlook, judged: &Report, sheet: &mut Sheet<'_>) {
    let seen = &outlook.coverage;
    sheet.heading("What was seen");
    let mut read = format!(
        "{}, {} in {}",
        count(seen.files, "file", "files"),
        count(seen.certificates, "certificate", "certificates"),
        count(seen.places + seen.places_in_fixtures, "place", "places"),
    );
    for (number, one, many) in [
        (seen.private_keys, "private key", "private keys"),
        (seen.requests, "signing request", "signing requests"),
        (
            seen.others,
            "other that can expire",
            "others that can expire",
        ),
    ] {
        if number > 0 {
            put!(read, ", {}", count(number, one, many));
        }
    }
    sheet.field("read", Role::Dim, &read);
    unseen(judged, sheet);
    if seen.unreadable > 0 {
        let text = format!(
            "{}; `check` names each that matters",
            count(seen.unreadable, "malformed piece", "malformed pieces")
        );
        sheet.field("malformed", Role::Warn, &text);
    }
    if !seen.passed_over.is_empty() {
        let passed: Vec<String> = seen
            .passed_over
            .iter()
            .map(|(why, number)| format!("{number} {}", why.replace('_', " ")))
            .collect();
        sheet.field("skipped", Role::Dim, &passed.join(", "));
    }
    if seen.places_in_fixtures > 0 {
        let text = format!(
            "{} in folders of fixtures, counted and not judged (`--fixtures` judges them)",
            count(seen.places_in_fixtures, "place", "places")
        );
        sheet.field("fixtures", Role::Dim, &text);
    }
    for (at, store) in outlook.stores.iter().take(NAMED).enumerate() {
        let role = if store.ended.is_empty() {
            Role::Dim
        } else {
            Role::Warn
        };
        sheet.field(if at == 0 { "stores" } else { "" }, role, &told(store));
    }
    let hidden = outlook.stores.len().saturating_sub(NAMED);
    if hidden > 0 {
        let text = format!("and {}", count(hidden, "more store", "more stores"));
        sheet.field("", Role::Dim, &text);
    }
    sheet.field("trusted", Role::Dim, &outlook.trust);
    sheet.field(
        "left out",
        Role::Dim,
        "neither revocation nor certificate policies are evaluated",
    );
}

/// What could not be looked at, by reason.
fn unseen(judged: &Report, sheet: &mut Sheet<'_>) {
    let reasons = by_reason(&judged.undecided);
    for (at, (reason, places)) in reasons.iter().take(NAMED).enumerate() {
        let more = places.len().saturating_sub(PLACES);
        let mut named = places
            .iter()
            .take(PLACES)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        if more > 0 {
            put!(named, " and {more} more");
        }
        let label = if at == 0 { "not seen" } else { "" };
        sheet.field(label, Role::Warn, &format!("{named}: {reason}"));
    }
    let hidden = reasons.len().saturating_sub(NAMED);
    if hidden > 0 {
        let text = format!("and for {}", count(hidden, "more reason", "more reasons"));
        sheet.field("", Role::Warn, &text);
    }
}

/// `certs: 142 anchors in 144 files; 4 have ended, the last on …: …; next …`
pub(crate) fn told(store: &Store) -> String {
    let mut text = format!(
        "{}: {}",
        store.path,
        count(store.anchors, "anchor", "anchors")
    );
    if store.files > 1 {
        put!(text, " in {} files", store.files);
    }
    if !store.ended.is_empty() {
        let shown: Vec<String> = store
            .ended
            .iter()
            .rev()
            .take(PLACES)
            .map(|(end, name)| format!("{name} on {}", end.date()))
            .collect();
        let more = store.ended.len().saturating_sub(PLACES);
        put!(text, "; {} ended: {}", store.ended.len(), shown.join(", "));
        if more > 0 {
            put!(text, " and {more} before");
        }
    }
    if let Some((end, name)) = &store.next {
        put!(text, "; next {name} on {}", end.date());
    }
    text
}
