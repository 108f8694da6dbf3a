//! Markdown for a job summary or a comment.
//!
//! Bounded: forges refuse a comment above 65,536 characters as a whole, so lists are cut and say
//! by how much.

use rules::report::{escape, verdict};
use rules::{Level, Report, Verdict};

use super::human::coverage::told;
use super::put;
use crate::difference::{Change, Difference};
use crate::instant::spoken;
use crate::outlook::{Calendar, Cause, Outlook};

/// Rows of the table of what asks for something.
const URGENT: usize = 40;
/// Rows of the table of what follows.
const NEXT: usize = 10;
/// Entries of other lists.
const LISTED: usize = 20;
/// Characters of one cell at most.
const CELL: usize = 200;

/// The report.
pub(crate) fn render(outlook: &Outlook, judged: &Report, since: Option<&Difference>) -> String {
    let mut out = String::new();
    let sign = match judged.verdict {
        Verdict::Clean => "✅",
        Verdict::Denied => "❌",
        Verdict::Undecided => "⚠️",
    };
    put!(
        out,
        "### {sign} cert-audit report: {}\n\n{}\n",
        verdict::word(judged.verdict),
        match verdict::reasons(judged).as_str() {
            "" => "nothing found".to_owned(),
            reasons => reasons.to_owned(),
        }
    );
    let (urgent, calm): (Vec<&Cause>, Vec<&Cause>) = outlook
        .causes
        .iter()
        .partition(|cause| cause.level.is_some());
    causes("What fails first", &urgent, URGENT, 0, outlook, &mut out);
    also(outlook, &mut out);
    causes("Then", &calm, NEXT, outlook.more, outlook, &mut out);
    if let Some(difference) = since {
        put!(out, "\n#### Since {}\n", difference.old.now);
        changes(difference, LISTED, &mut out);
    }
    calendar(&outlook.calendar, &mut out);
    seen(outlook, judged, &mut out);
    put!(
        out,
        "\n<sub>{} {} · as of {}</sub>\n",
        judged.tool,
        judged.version,
        outlook.now
    );
    escape::line_starts(&out)
}

/// A difference of its own.
pub(crate) fn difference(difference: &Difference) -> String {
    let mut out = format!(
        "### cert-audit diff\n\n{} → {}\n",
        escape::markdown(&difference.old.now),
        escape::markdown(&difference.new.now)
    );
    changes(difference, LISTED * LISTED, &mut out);
    escape::line_starts(&out)
}

fn causes(
    title: &str,
    causes: &[&Cause],
    most: usize,
    more: usize,
    outlook: &Outlook,
    out: &mut String,
) {
    if causes.is_empty() {
        return;
    }
    put!(out, "\n#### {title}\n\n| | when | what | where | owner |");
    // What asks for nothing needs no reasons.
    let is_urgent = causes.iter().any(|cause| cause.level.is_some());
    out.push_str(if is_urgent {
        " why | fix |\n|---|---|---|---|---|---|---|\n"
    } else {
        "\n|---|---|---|---|---|\n"
    });
    for cause in causes.iter().take(most) {
        let left = cause.end.since(outlook.now);
        let when = if let Some(begin) = cause.begin {
            format!("not before {}, until {}", begin.date(), cause.end.date())
        } else if left < 0 {
            format!("{} ago, {}", spoken(-left), cause.end.date())
        } else {
            format!("in {}, {}", spoken(left), cause.end.date())
        };
        let mut what = code(&cause.name);
        if cause.is_ca {
            what.push_str(" (CA)");
        }
        for broken in cause.breaks.iter().take(3) {
            put!(what, "<br>breaks {}", code(&broken.name));
        }
        if let Some(more) = cause.breaks.len().checked_sub(3).filter(|more| *more > 0) {
            put!(what, "<br>and {more} more");
        }
        let place = match cause.places.as_slice() {
            [] => "(embedded)".to_owned(),
            [first, rest @ ..] => {
                let at = match first.place.as_str() {
                    "" => first.path.clone(),
                    place => format!("{}, {place}", first.path),
                };
                let more = match rest.len() {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                code(&at) + &more
            }
        };
        let loaded = cause.loaded.first().map(|loaded| cell(loaded));
        put!(
            out,
            "| {} | {when} | {what} | {place}{} | {} |",
            sign(cause.level),
            loaded
                .map(|loaded| format!("<br>{loaded}"))
                .unwrap_or_default(),
            cause.owner.as_deref().map(cell).unwrap_or_default(),
        );
        if is_urgent {
            let why = cause.why.first().map(|why| cell(why)).unwrap_or_default();
            put!(out, " {why} | {} |", cell(&cause.fix));
        }
        out.push('\n');
    }
    let hidden = causes.len().saturating_sub(most) + more;
    if hidden > 0 {
        put!(out, "\nand {hidden} more\n");
    }
}

fn also(outlook: &Outlook, out: &mut String) {
    if outlook.also.is_empty() {
        return;
    }
    out.push_str("\n#### Also found\n\n| | rule | count | first |\n|---|---|---|---|\n");
    for also in outlook.also.iter().take(LISTED) {
        put!(
            out,
            "| {} | <code>{}</code> | {} | {}: {} |\n",
            sign(Some(also.level)),
            also.rule,
            also.count,
            code(&also.place),
            cell(&also.message)
        );
    }
}

fn changes(difference: &Difference, most: usize, out: &mut String) {
    for caveat in difference.caveats() {
        put!(out, "\n⚠️ {}\n", escape::markdown(&caveat));
    }
    if difference.is_empty() {
        out.push_str("\nnothing changed\n");
    }
    for (kind, changes) in difference.changes() {
        if changes.is_empty() {
            continue;
        }
        put!(out, "\n**{kind}** ({})\n\n", changes.len());
        for Change { what, detail } in changes.iter().take(most) {
            put!(out, "- {}: {}\n", code(what), cell(detail));
        }
        let hidden = changes.len().saturating_sub(most);
        if hidden > 0 {
            put!(out, "- and {hidden} more\n");
        }
    }
}

fn calendar(calendar: &Calendar, out: &mut String) {
    let ahead: usize = calendar.months.iter().map(|month| month.count).sum();
    if ahead + calendar.ended + calendar.later == 0 {
        return;
    }
    out.push_str("\n#### To renew in the next twelve months\n\n| ended |");
    for month in &calendar.months {
        put!(out, " {} |", month.name());
    }
    put!(
        out,
        " later |\n|{}\n| {} |",
        "---|".repeat(calendar.months.len() + 2),
        calendar.ended
    );
    for month in &calendar.months {
        match month.count {
            0 => out.push_str(" · |"),
            count => put!(out, " {count} |"),
        }
    }
    put!(out, " {} |\n", calendar.later);
    for cliff in calendar.cliffs.iter().take(LISTED) {
        put!(out, "\n⚠️ {}\n", cell(cliff));
    }
}

fn seen(outlook: &Outlook, judged: &Report, out: &mut String) {
    let seen = &outlook.coverage;
    put!(
        out,
        "\n#### What was seen\n\n- {}, {} in {}\n",
        verdict::count(seen.files, "file", "files"),
        verdict::count(seen.certificates, "certificate", "certificates"),
        verdict::count(seen.places + seen.places_in_fixtures, "place", "places")
    );
    if seen.places_in_fixtures > 0 {
        let places = verdict::count(seen.places_in_fixtures, "place", "places");
        put!(
            out,
            "- {places} in folders of fixtures, counted and not judged\n"
        );
    }
    if seen.unreadable > 0 {
        put!(out, "- {} malformed\n", seen.unreadable);
    }
    for (reason, places) in verdict::by_reason(&judged.undecided)
        .into_iter()
        .take(LISTED)
    {
        let first = places.first().map(|place| code(place)).unwrap_or_default();
        let more = match places.len().saturating_sub(1) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        put!(out, "- ⚠️ not seen: {first}{more}: {}\n", cell(reason));
    }
    for store in outlook.stores.iter().take(LISTED) {
        put!(out, "- store {}\n", cell(&told(store)));
    }
    put!(out, "- trusted: {}\n", cell(&outlook.trust));
    out.push_str("- neither revocation nor certificate policies are evaluated\n");
}

fn sign(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Deny) => "🟥",
        Some(Level::Warn) => "🟨",
        _ => "",
    }
}

/// Text of the input in a cell.
fn cell(text: &str) -> String {
    escape::markdown_message(&short(text))
}

/// A name or a place in a cell.
fn code(text: &str) -> String {
    escape::code(&short(text))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
