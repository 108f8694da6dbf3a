//! The report for the person at 3 a.m.: what fails first, why, whose it is, and what to do.
//!
//! However many certificates there are it stays a screen or two: what is left out is counted, and
//! the formats for machines have all of it.

mod changes;
pub(crate) mod coverage;
mod sheet;
mod urgent;

use rules::report::paint::{Page, Role};
use rules::report::{escape, verdict};
use rules::{Report, Verdict};

use crate::difference::Difference;
use crate::instant::{DAY, Instant, spoken};
use crate::outlook::{Calendar, Cause, Outlook};
use sheet::Sheet;

pub(crate) use changes::render as difference;

/// Cliffs that are told.
const CLIFFS: usize = 3;

/// Months in a row, where all twelve do not fit.
const HALF: usize = 6;

/// The whole report.
pub(crate) fn render(
    outlook: &Outlook,
    judged: &Report,
    since: Option<&Difference>,
    page: &Page,
) -> String {
    let mut sheet = Sheet::new(page);
    let now = outlook.now.to_string();
    sheet.line(&format!(
        "{} {}",
        page.paint(Role::Strong, "cert-audit report"),
        page.paint(Role::Dim, &format!("as of {now}"))
    ));
    sheet.line(&headline(outlook, judged, page));
    urgent::render(outlook, &mut sheet);
    if let Some(difference) = since {
        changes::section(difference, &mut sheet);
    }
    calendar(&outlook.calendar, &mut sheet);
    coverage::render(outlook, judged, &mut sheet);
    escape::line_starts(&sheet.finish())
}

/// The verdict, and what fails first.
fn headline(outlook: &Outlook, judged: &Report, page: &Page) -> String {
    let role = match judged.verdict {
        Verdict::Clean => Role::Good,
        Verdict::Denied => Role::Deny,
        Verdict::Undecided => Role::Warn,
    };
    let word = page.paint(role, verdict::word(judged.verdict));
    let reasons = match verdict::reasons(judged).as_str() {
        "" => String::new(),
        reasons => format!(": {reasons}"),
    };
    let next = outlook.causes.iter().min_by_key(|cause| cause.end);
    let next = match next {
        Some(cause) => {
            let name = page.fit(&escape::text(&cause.name), page.width / 3);
            let when = distance(cause.end, outlook.now);
            let verb = if cause.end < outlook.now {
                "ended"
            } else {
                "ends"
            };
            format!("; {name} {verb} {when}")
        }
        None if outlook.coverage.certificates == 0 => "; there are no certificates".to_owned(),
        None => String::new(),
    };
    format!("{word}{reasons}{next}")
}

/// `in 3 days`, `3 days ago`, `in 9 years`.
fn distance(end: Instant, now: Instant) -> String {
    /// A year as the calendar has it on average.
    const YEAR: i64 = 365 * DAY + DAY / 4;
    let left = end.since(now);
    let stretch = match left.abs() / YEAR {
        0 | 1 => spoken(left.abs()),
        years => format!("{years} years"),
    };
    if left < 0 {
        format!("{stretch} ago")
    } else {
        format!("in {stretch}")
    }
}

/// What of a cause comes first: that it is not yet valid, or when it ends.
fn when(cause: &Cause, now: Instant) -> String {
    match cause.begin {
        Some(begin) => format!("not before {}", begin.date()),
        None => distance(cause.end, now),
    }
}

/// How many end in each month, and weeks in which too many do.
fn calendar(calendar: &Calendar, sheet: &mut Sheet<'_>) {
    let ahead: usize = calendar.months.iter().map(|month| month.count).sum();
    if ahead + calendar.ended + calendar.later == 0 {
        return;
    }
    sheet.heading("To renew in the next twelve months");
    let page = sheet.page;
    let widest = calendar.months.iter().map(|month| month.count).max();
    let column = widest.unwrap_or(0).to_string().len().max(3) + 1;
    let rows = if sheet.room() >= column * calendar.months.len() {
        calendar.months.len()
    } else {
        HALF
    };
    let none = page.pick("·", ".");
    for months in calendar.months.chunks(rows) {
        let mut names = String::new();
        let mut counts = String::new();
        for month in months {
            let name = format!("{:>column$}", month.name());
            names.push_str(&page.paint(Role::Dim, &name));
            counts.push_str(&match month.count {
                0 => page.paint(Role::Dim, &format!("{none:>column$}")),
                count => page.paint(Role::Strong, &format!("{count:>column$}")),
            });
        }
        sheet.indented(names.trim_end());
        sheet.indented(counts.trim_end());
    }
    let mut rest = Vec::new();
    if calendar.ended > 0 {
        rest.push(format!("{} ended before", calendar.ended));
    }
    if calendar.later > 0 {
        rest.push(format!("{} end later or never", calendar.later));
    }
    if !rest.is_empty() {
        sheet.wrapped(&rest.join(", "));
    }
    for cliff in calendar.cliffs.iter().take(CLIFFS) {
        sheet.field("cliff", Role::Warn, cliff);
    }
}
