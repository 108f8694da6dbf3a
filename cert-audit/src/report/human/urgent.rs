//! What fails first, and what follows.

use rules::Level;
use rules::report::escape;
use rules::report::paint::Role;

use super::sheet::Sheet;
use super::when;
use crate::outlook::{Also, Cause, Outlook, Spot};
use crate::report::put;

/// What is told in full.
const FULL: usize = 4;
/// What is told in a line each, after those.
const BRIEF: usize = 8;
/// What asks for nothing yet, a line each.
const NEXT: usize = 5;
/// Places, certificates and programs that are named.
const NAMED: usize = 3;

pub(super) fn render(outlook: &Outlook, sheet: &mut Sheet<'_>) {
    let urgent: Vec<&Cause> = outlook
        .causes
        .iter()
        .filter(|cause| cause.level.is_some())
        .collect();
    let calm: Vec<&Cause> = outlook
        .causes
        .iter()
        .filter(|cause| cause.level.is_none())
        .collect();
    if !urgent.is_empty() {
        sheet.heading("What fails first");
        for (at, cause) in urgent.iter().take(FULL).enumerate() {
            if at > 0 {
                sheet.gap();
            }
            full(cause, outlook, sheet);
        }
        if urgent.len() > FULL {
            sheet.gap();
        }
        let rest: Vec<&Cause> = urgent.iter().copied().skip(FULL).take(BRIEF).collect();
        table(&rest, outlook, sheet);
        let hidden = urgent.len().saturating_sub(FULL + BRIEF);
        if hidden > 0 {
            sheet.wrapped(&format!(
                "and {hidden} more that ask for something: `check` and `--format csv` have all"
            ));
        }
    }
    also(&outlook.also, sheet);
    if !calm.is_empty() {
        sheet.heading(if urgent.is_empty() {
            "What ends first"
        } else {
            "Then"
        });
        let next: Vec<&Cause> = calm.iter().copied().take(NEXT).collect();
        table(&next, outlook, sheet);
        let hidden = calm.len().saturating_sub(NEXT) + outlook.more;
        if hidden > 0 {
            sheet.wrapped(&format!("and {hidden} later: `--format csv` has all"));
        }
    }
}

/// `3 days ago  CA api.prod.example …`, and everything about it.
fn full(cause: &Cause, outlook: &Outlook, sheet: &mut Sheet<'_>) {
    let page = sheet.page;
    let when = when(cause, outlook.now);
    let role = role(cause.level);
    let name = escape::text(&called(cause));
    let room = sheet.room().saturating_sub(when.len() + 2);
    let name = page.fit(&name, room);
    let line = format!(
        "{}  {}",
        page.paint(role, &when),
        page.paint(Role::Strong, &name)
    );
    sheet.indented(&line);
    let verb = if cause.end < outlook.now {
        "ended"
    } else {
        "ends"
    };
    sheet.field(verb, Role::Dim, &cause.end.to_string());
    if !cause.breaks.is_empty() {
        let broken: Vec<String> = cause
            .breaks
            .iter()
            .take(NAMED)
            .map(|broken| format!("{} ({})", broken.name, broken.path))
            .collect();
        let more = cause.breaks.len().saturating_sub(NAMED);
        sheet.field("breaks", Role::Dim, &listed(&broken, more));
    }
    sheet.field("where", Role::Dim, &places(&cause.places));
    if let Some(owner) = &cause.owner {
        sheet.field("owner", Role::Dim, owner);
    }
    for (at, why) in cause.why.iter().enumerate() {
        sheet.field(if at == 0 { "why" } else { "" }, Role::Dim, why);
    }
    for (at, loaded) in cause.loaded.iter().take(NAMED).enumerate() {
        sheet.field(if at == 0 { "loaded by" } else { "" }, Role::Dim, loaded);
    }
    if cause.loaded.len() > NAMED {
        let more = cause.loaded.len() - NAMED;
        sheet.field("", Role::Dim, &format!("and {more} more"));
    }
    if !cause.fix.is_empty() {
        sheet.field("fix", Role::Help, &cause.fix);
    }
}

/// `in 69 days  2027-01-30  metrics.internal.example  deploy/tls/metrics.der`, a line each.
fn table(causes: &[&Cause], outlook: &Outlook, sheet: &mut Sheet<'_>) {
    let page = sheet.page;
    let room = sheet.room();
    let rows: Vec<[String; 3]> = causes
        .iter()
        .map(|cause| {
            let when = when(cause, outlook.now);
            let name = escape::text(&called(cause));
            // The name is what people look for; the path takes what is left.
            let name = page.fit(&name, room / 2);
            let place = cause.places.first().map(|spot| escape::text(&spot.path));
            [when, name, place.unwrap_or_default()]
        })
        .collect();
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let (first, second) = (widest(0), widest(1));
    for ([when, name, place], cause) in rows.iter().zip(causes) {
        let date = cause.end.date();
        let left = room.saturating_sub(first + second + date.len() + 6);
        let when = page.paint(role(cause.level), &format!("{when:<first$}"));
        // A name that fits says more than a path that does not.
        let file = place.rsplit('/').next().unwrap_or_default();
        let shown = if place.chars().count() <= left {
            place
        } else {
            file
        };
        let place = page.paint(Role::Place, &page.fit(shown, left));
        sheet.indented(&format!("{when}  {date}  {name:<second$}  {place}"));
    }
}

/// Findings that are not about an end.
fn also(also: &[Also], sheet: &mut Sheet<'_>) {
    if also.is_empty() {
        return;
    }
    sheet.heading("Also found");
    let page = sheet.page;
    let widest = also.iter().map(|also| also.rule.len()).max().unwrap_or(0);
    for also in also {
        let level = format!("{:<5}", also.level.as_str());
        let count = if also.count > 1 {
            format!("{}x ", also.count)
        } else {
            String::new()
        };
        let text = format!(
            "{count}{}: {}",
            escape::text(&also.place),
            escape::text(&also.message)
        );
        let room = sheet.room().saturating_sub(level.len() + widest + 2);
        let line = format!(
            "{} {:widest$} {}",
            page.paint(role(Some(also.level)), &level),
            also.rule,
            page.fit(&text, room)
        );
        sheet.indented(&line);
    }
}

fn called(cause: &Cause) -> String {
    if cause.is_ca {
        format!("{} (CA)", cause.name)
    } else {
        cause.name.clone()
    }
}

fn places(spots: &[Spot]) -> String {
    if spots.is_empty() {
        return "among the embedded public roots, or in a file that the policy trusts".to_owned();
    }
    let shown: Vec<String> = spots
        .iter()
        .take(NAMED)
        .map(|spot| match spot.place.as_str() {
            "" => spot.path.clone(),
            place => format!("{}, {place}", spot.path),
        })
        .collect();
    listed(&shown, spots.len().saturating_sub(NAMED))
}

/// `a; b; and 3 more`.
fn listed(shown: &[String], more: usize) -> String {
    let mut text = shown.join("; ");
    if more > 0 {
        put!(text, "; and {more} more");
    }
    text
}

fn role(level: Option<Level>) -> Role {
    match level {
        Some(Level::Deny) => Role::Deny,
        Some(Level::Warn) => Role::Warn,
        _ => Role::Dim,
    }
}
