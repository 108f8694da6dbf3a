//! The answer for people at a terminal.

use rules::report::escape;
use rules::report::paint::{Page, Role};

use super::{Outcome, Tested, Trial, Verdict};
use crate::why::Line;
use crate::wording::{count, list};

/// More routers than this are counted and not named.
const NAMED: usize = 8;

/// The report.
pub fn render(trial: &Trial, page: &Page) -> String {
    let mut out = String::new();
    let (policy, route) = (escape::text(&trial.policy), escape::text(&trial.route));
    let title = page.paint(Role::Strong, &format!("{route} through {policy}"));
    push(
        &mut out,
        &format!("{title}: {}", verdict(trial.verdict, page)),
    );
    for tested in &trial.results {
        push(&mut out, "");
        result(tested, page, &mut out);
    }
    if !trial.undecided.is_empty() {
        push(&mut out, "");
    }
    for gap in &trial.undecided {
        let place = match gap.at {
            Some(at) => format!("{}:{}:{}", gap.path, at.line, at.column),
            None => gap.path.clone(),
        };
        let lead = page.paint(Role::Warn, "not known:");
        let text = format!("{}: {}", escape::text(&place), escape::text(&gap.reason));
        push(&mut out, &format!("{lead} {text}"));
    }
    escape::line_starts(&out)
}

fn verdict(verdict: Verdict, page: &Page) -> String {
    let role = match verdict {
        Verdict::Accepted => Role::Strong,
        Verdict::Rejected => Role::Deny,
        Verdict::Undecided => Role::Warn,
    };
    page.paint(role, verdict.as_str())
}

fn result(tested: &Tested, page: &Page, out: &mut String) {
    let routers = tested.routers.iter().map(|one| {
        let (site, router) = (escape::text(&one.site), escape::text(&one.router));
        if site == router {
            site
        } else {
            format!("{router} at {site}")
        }
    });
    let at = if tested.routers.len() > NAMED {
        count(tested.routers.len(), "router", "routers")
    } else {
        list(routers.collect::<Vec<_>>(), "no router")
    };
    for (at, line) in page.wrap(&format!("on {at}"), "", "  ").iter().enumerate() {
        let said = match at {
            0 => format!("{line}: {}", verdict(tested.verdict, page)),
            _ => line.clone(),
        };
        push(out, &said);
    }
    place("policy", &tested.place, page, out);
    let several = tested.outcomes.len() > 1;
    for (at, outcome) in tested.outcomes.iter().enumerate() {
        if several {
            let word = if at == 0 { "either" } else { "or" };
            push(out, &format!("  {word} {}", verdict(outcome.verdict, page)));
        }
        one(outcome, page, out);
    }
    for fact in &tested.open {
        note("open", &fact.message, page, out);
        if let Some(line) = &fact.place {
            place("", line, page, out);
        }
    }
}

/// The terms of an outcome and what it changes.
pub(crate) fn one(outcome: &Outcome, page: &Page, out: &mut String) {
    for term in &outcome.terms {
        place(&term.did, &term.place, page, out);
    }
    for change in &outcome.changes {
        let shown = |value: &Option<String>| match value {
            Some(value) => escape::text(value),
            None => "nothing".to_owned(),
        };
        let (before, after) = (shown(&change.before), shown(&change.after));
        let arrow = page.pick("→", "->");
        let name = escape::text(&change.attribute);
        note(
            "changed",
            &format!("{name}: {before} {arrow} {after}"),
            page,
            out,
        );
    }
    if let Some(reason) = &outcome.reason {
        note("because", &reason.message, page, out);
        if let Some(line) = &reason.place {
            place("", line, page, out);
        }
    }
}

/// How wide the first column is.
const LEAD: usize = 20;

/// A line of words.
pub(crate) fn note(word: &str, text: &str, page: &Page, out: &mut String) {
    let first = format!("  {word:LEAD$} ");
    let rest = " ".repeat(LEAD + 3);
    for line in page.wrap(&escape::text(text), &first, &rest) {
        push(out, &line);
    }
}

/// `  accepts   bird.conf:12:9  if net ~ OURS then accept;`
pub(crate) fn place(word: &str, line: &Line, page: &Page, out: &mut String) {
    let at = format!("{}:{}:{}", escape::text(&line.path), line.line, line.column);
    let lead = format!("  {:LEAD$} ", escape::text(word));
    let text = escape::text(&line.text);
    let used = lead.chars().count() + at.chars().count() + 2;
    let at = page.paint(Role::Place, &at);
    let room = page.width.saturating_sub(used);
    if room >= 30 || text.is_empty() {
        push(out, &format!("{lead}{at}  {}", page.fit(&text, room)));
    } else {
        // A line that would be cut to nothing stands below its place.
        push(out, &format!("{lead}{at}"));
        let indent = " ".repeat(LEAD + 3);
        let room = page.width.saturating_sub(indent.len());
        push(out, &format!("{indent}{}", page.fit(&text, room)));
    }
}

pub(crate) fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}
