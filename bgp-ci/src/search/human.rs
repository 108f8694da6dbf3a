//! The answer for people at a terminal.

use rules::report::escape;
use rules::report::paint::{Page, Role};

use super::{Answer, Kind, Searched};
use crate::trial::human::{note, one, place, push};
use crate::wording::{count, list};

/// More routers than this are counted and not named.
const NAMED: usize = 8;

/// The report.
pub fn render(answer: &Answer, page: &Page) -> String {
    let mut out = String::new();
    let policy = escape::text(&answer.policy);
    let title = format!("a route that {policy} {}s", answer.verdict);
    let title = page.paint(Role::Strong, &title);
    push(&mut out, &format!("{title}: {}", kind(answer.answer, page)));
    for searched in &answer.results {
        push(&mut out, "");
        result(searched, page, &mut out);
    }
    if !answer.undecided.is_empty() {
        push(&mut out, "");
    }
    for gap in &answer.undecided {
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

fn kind(kind: Kind, page: &Page) -> String {
    let role = match kind {
        Kind::Witness => Role::Deny,
        Kind::None => Role::Strong,
        Kind::Undecided => Role::Warn,
    };
    page.paint(role, kind.as_str())
}

fn result(searched: &Searched, page: &Page, out: &mut String) {
    let routers = searched.routers.iter().map(|one| {
        let (site, router) = (escape::text(&one.site), escape::text(&one.router));
        if site == router {
            site
        } else {
            format!("{router} at {site}")
        }
    });
    let at = if searched.routers.len() > NAMED {
        count(searched.routers.len(), "router", "routers")
    } else {
        list(routers.collect::<Vec<_>>(), "no router")
    };
    push(out, &format!("on {at}: {}", kind(searched.answer, page)));
    place("policy", &searched.place, page, out);
    if let Some(witness) = &searched.witness {
        note("route", witness, page, out);
    }
    if let Some(outcome) = &searched.outcome {
        one(outcome, page, out);
    }
    if let Some(reason) = &searched.reason {
        note("because", &reason.message, page, out);
        if let Some(line) = &reason.place {
            place("", line, page, out);
        }
    }
}
