//! The difference for people at a terminal.

use rules::report::paint::{Page, Role};
use rules::report::{escape, verdict};

use super::table;
use super::v1::{Difference, Group, Kind, Line};
use crate::wording;

/// Names of one kind that a line lists; more are counted.
const NAMED: usize = 4;

/// Lines of a group.
const LINES: usize = 40;

/// The report.
pub fn render(difference: &Difference, page: &Page) -> String {
    let mut out = String::new();
    let arrow = page.pick("→", "->");
    let title = page.paint(Role::Strong, "bgp-ci diff");
    let base = escape::text(&difference.base.policy);
    let head = escape::text(&difference.head.policy);
    push(&mut out, &format!("{title} {base} {arrow} {head}"));
    push(&mut out, &format!("plan {}", difference.plan));
    push(&mut out, "");
    for line in page.wrap(&headline(difference), "", "") {
        push(&mut out, &page.paint(Role::Strong, &line));
    }
    for group in &difference.groups {
        push(&mut out, "");
        push(&mut out, &page.paint(Role::Strong, &heading(group)));
        for line in group.lines.iter().take(LINES) {
            let sign = line.sign.to_string();
            let text = words(group.kind, line, NAMED);
            let text = if page.unicode {
                text
            } else {
                text.replace('→', "->")
            };
            for (at, text) in page.wrap(&text, "    ", "      ").into_iter().enumerate() {
                match text.strip_prefix("    ") {
                    Some(text) if at == 0 => {
                        let sign = page.paint(role(line.sign), &sign);
                        push(&mut out, &format!("  {sign} {text}"));
                    }
                    _ => push(&mut out, &text),
                }
            }
        }
        let more = group.lines.len().saturating_sub(LINES);
        if more > 0 {
            let more = verdict::count(more, "more line", "more lines");
            push(
                &mut out,
                &format!("    and {more}, which the JSON report has"),
            );
        }
    }
    let table = table::lines(&difference.matrix, page, page.width.saturating_sub(2));
    if !table.is_empty() {
        push(&mut out, "");
        for line in table {
            push(&mut out, &format!("  {line}"));
        }
    }
    not_seen(difference, page, &mut out);
    for note in &difference.notes {
        push(&mut out, "");
        for line in page.wrap(&format!("note: {}", escape::text(note)), "", "  ") {
            push(&mut out, &line);
        }
    }
    escape::line_starts(&out)
}

/// Everything that could not be seen.
fn not_seen(difference: &Difference, page: &Page, out: &mut String) {
    if !difference.undecided.is_empty() {
        push(out, "");
    }
    for gap in &difference.undecided {
        let place = match gap.at {
            Some(at) => format!("{}:{}:{}", gap.path, at.line, at.column),
            None => gap.path.clone(),
        };
        let lead = page.paint(Role::Warn, "not known:");
        let text = format!("{}: {}", escape::text(&place), escape::text(&gap.reason));
        for (at, line) in page
            .wrap(&text, "           ", "  ")
            .into_iter()
            .enumerate()
        {
            if at == 0 {
                push(out, &format!("{lead} {}", line.trim_start()));
            } else {
                push(out, &line);
            }
        }
    }
}

/// How much of what changes: `3 announcements withdrawn, 28 with other attributes, at 15 sites`.
pub(super) fn headline(difference: &Difference) -> String {
    let parts: Vec<String> = difference
        .groups
        .iter()
        .map(|group| {
            let lines = group.lines.iter().map(|line| line.count.max(1)).sum();
            let count = match group.kind {
                Kind::Sessions | Kind::Policy => lines,
                _ => group.announcements,
            };
            match group.kind {
                Kind::Withdrawn => format!("{count} withdrawn"),
                Kind::KeptBack => format!("{count} kept back"),
                Kind::New => format!("{count} new"),
                Kind::PassedOn => format!("{count} passed on again"),
                Kind::Origin => format!("{count} from another origin"),
                Kind::Attributes => verdict::count(count, "other attribute", "other attributes"),
                Kind::Sessions => {
                    verdict::count(count, "change of sessions", "changes of sessions")
                }
                Kind::Policy => {
                    verdict::count(count, "change of the policy", "changes of the policy")
                }
                Kind::Unseen => format!("{count} seen by no neighbour"),
            }
        })
        .collect();
    if parts.is_empty() {
        return if difference.is_complete() {
            "every neighbour receives what it received before".to_owned()
        } else {
            "nothing changes in what is known".to_owned()
        };
    }
    let before = difference.base.announcements;
    let after = difference.head.announcements;
    format!(
        "{}; {} before, {after} after",
        parts.join(", "),
        wording::count(before, "announcement", "announcements")
    )
}

/// `Withdrawn (12)`
pub(super) fn heading(group: &Group) -> String {
    let name = group.kind.heading();
    match group.announcements {
        0 => name.to_owned(),
        count => format!("{name} ({count})"),
    }
}

/// A line in words, harmless; at most `most` names of a kind are listed.
pub(super) fn words(kind: Kind, line: &Line, most: usize) -> String {
    let listed = |names: &[String], one: &str, many: &str| match names.len() {
        0 => String::new(),
        count if count <= most => {
            let names: Vec<String> = names.iter().map(|name| escape::text(name)).collect();
            names.join(", ")
        }
        count => verdict::count(count, one, many),
    };
    let prefixes = listed(&line.prefixes, "prefix", "prefixes");
    let neighbors = listed(&line.neighbors, "neighbour", "neighbours");
    let sites = listed(&line.sites, "site", "sites");
    let what = escape::text(&line.what);
    let mut text = match kind {
        Kind::Policy => what,
        Kind::Sessions => format!("{what} at {sites}"),
        _ if line.what.is_empty() => format!("{prefixes} to {neighbors} at {sites}"),
        _ => format!("{what} on {sites}: {prefixes} to {neighbors}"),
    };
    if !line.each && !matches!(kind, Kind::Sessions | Kind::Policy) {
        let count = verdict::count(line.count, "announcement", "announcements");
        text = format!("{text} ({count})");
    }
    if !line.note.is_empty() {
        text = format!("{text}; {}", escape::text(&line.note));
    }
    text
}

fn role(sign: char) -> Role {
    match sign {
        '-' | '!' => Role::Deny,
        '+' => Role::Good,
        _ => Role::Warn,
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}
