//! What changed, for people.

use rules::report::escape;
use rules::report::paint::{Page, Role};

use super::sheet::Sheet;
use crate::difference::{Change, Difference};

/// Changes of one kind that are named in a report; a difference of its own names all.
const NAMED: usize = 4;

/// The difference as a report of its own.
pub(crate) fn render(difference: &Difference, page: &Page) -> String {
    let mut sheet = Sheet::new(page);
    let from = page.paint(Role::Dim, &difference.old.now);
    let to = page.paint(Role::Dim, &difference.new.now);
    let arrow = page.pick("→", "->");
    let title = page.paint(Role::Strong, "cert-audit diff");
    sheet.line(&format!("{title} {from} {arrow} {to}"));
    caveats(difference, &mut sheet);
    if difference.is_empty() {
        sheet.line(&page.paint(Role::Good, "nothing changed"));
    }
    changes(difference, usize::MAX, &mut sheet);
    escape::line_starts(&sheet.finish())
}

/// The difference as a part of a report.
pub(super) fn section(difference: &Difference, sheet: &mut Sheet<'_>) {
    sheet.heading(&format!("Since {}", difference.old.now));
    caveats(difference, sheet);
    if difference.is_empty() {
        sheet.wrapped("nothing changed");
    }
    changes(difference, NAMED, sheet);
}

/// What makes two sides less comparable.
fn caveats(difference: &Difference, sheet: &mut Sheet<'_>) {
    for caveat in difference.caveats() {
        sheet.field("note", Role::Warn, &caveat);
    }
}

fn changes(difference: &Difference, most: usize, sheet: &mut Sheet<'_>) {
    let is_whole = most == usize::MAX;
    for (kind, changes) in difference.changes() {
        if changes.is_empty() {
            continue;
        }
        let role = match kind {
            "renewed" | "seen again" => Role::Good,
            "not renewed" | "unseen now" => Role::Warn,
            _ => Role::Strong,
        };
        if is_whole {
            sheet.gap();
            let head = format!("{kind} ({})", changes.len());
            let head = sheet.page.paint(role, &head);
            sheet.line(&head);
        }
        for (at, Change { what, detail }) in changes.iter().take(most).enumerate() {
            let text = match detail.as_str() {
                "" => what.clone(),
                detail => format!("{what}: {detail}"),
            };
            if is_whole {
                sheet.wrapped(&text);
            } else {
                sheet.field(if at == 0 { kind } else { "" }, role, &text);
            }
        }
        let hidden = changes.len().saturating_sub(most);
        if hidden > 0 {
            sheet.field("", role, &format!("and {hidden} more, which `diff` names"));
        }
    }
}
