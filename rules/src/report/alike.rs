//! Findings that say the same thing about many places: a few in full, the others in a line each.
//!
//! A list that a filter lets through is a thousand findings and one mistake. Every one counts, and
//! the formats for machines have them all; nobody reads a thousand pictures of one list.

use std::collections::BTreeMap;

use super::paint::{self, Page, Role};
use super::{escape, verdict};
use crate::{Label, Level, Reported};

/// Findings alike that are shown in full.
const FULL: usize = 5;

/// Findings of one rule that are shown in full, alike or not.
const OF_RULE: usize = 30;

/// Lines of one list.
const LINES: usize = 12;

/// Findings by rule and level, those that are not shown in full.
pub(super) type More<'a> = BTreeMap<(&'static str, Level), Vec<&'a Reported>>;

/// Those to be shown in full, in their order, and the others.
pub(super) fn split<'a>(shown: &[&'a Reported]) -> (Vec<&'a Reported>, More<'a>) {
    type About<'a> = (&'static str, Level, &'a str, Option<&'a str>, &'a [Label]);
    let mut like: Vec<(About<'a>, usize)> = Vec::new();
    let mut of_rule: BTreeMap<(&str, Level), usize> = BTreeMap::new();
    let (mut whole, mut more) = (Vec::new(), More::new());
    for &reported in shown {
        let finding = &reported.finding;
        let rule = (finding.rule.id, reported.level);
        let all = of_rule.entry(rule).or_default();
        // What has no label has nothing in common with others but its rule.
        let mut alike = 0;
        if *all <= OF_RULE && !finding.labels.is_empty() {
            let help = finding.help.as_deref();
            let about = (rule.0, rule.1, &*finding.span.path, help, &*finding.labels);
            match like.iter_mut().find(|(known, _)| *known == about) {
                Some((_, times)) => {
                    *times += 1;
                    alike = *times;
                }
                None => like.push((about, 1)),
            }
        }
        if alike > FULL || *all >= OF_RULE {
            more.entry(rule).or_default().push(reported);
        } else {
            *all += 1;
            whole.push(reported);
        }
    }
    // One or two lines say no more than the findings themselves.
    if more.values().map(Vec::len).sum::<usize>() < 3 {
        return (shown.to_vec(), More::new());
    }
    (whole, more)
}

/// The lists, each below what it has in common.
pub(super) fn draw(more: &More<'_>, page: &Page, out: &mut String) {
    let arrow = page.pick("╶─▶", "-->");
    for ((rule, level), all) in more {
        let lead = format!("{}[{rule}]:", level.as_str());
        put!(
            out,
            "{}{}\n",
            page.paint(paint::role(*level), &lead),
            page.paint(Role::Strong, &format!(" {} more like these", all.len())),
        );
        for (at, reported) in all.iter().take(LINES).enumerate() {
            let place = verdict::at(&reported.finding.span);
            let message = escape::text(&reported.finding.message);
            let arrow = if at == 0 { arrow } else { "   " };
            let used = place.chars().count() + 8;
            let left = page.width.saturating_sub(used).max(20);
            put!(
                out,
                "  {} {}  {}\n",
                page.paint(Role::Dim, arrow),
                page.paint(Role::Place, &place),
                page.fit(&message, left),
            );
        }
        if let Some(rest) = all.len().checked_sub(LINES).filter(|rest| *rest > 0) {
            put!(
                out,
                "      and {rest} more, all of them in the JSON report\n"
            );
        }
        out.push('\n');
    }
}
