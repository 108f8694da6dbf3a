//! The report that a person reads: in a pull request's log, or at night.
//!
//! From the top: what is wrong, the code, how it comes to it, what to do; then, last and next to
//! the prompt, the verdict with everything that could not be seen. A clean run is one line.

use super::alike;
use super::escape;
use super::frame::{self, Mark};
use super::paint::{self, Page, Role};
use super::place::Texts;
use super::steps::{self, Step};
use super::{Options, verdict};
use crate::{Certainty, Finding, Level, Report, Reported, Verdict};

/// From this many findings on, the denied ones are listed again at the end.
const INDEX_FROM: usize = 4;

/// Labels in a frame at most: more of them in so few lines are a list, not a picture.
const MARKS: usize = 8;

/// The whole report.
pub(super) fn render(report: &Report, page: &Page, options: &Options) -> String {
    let texts = Texts::new(report);
    let mut shown: Vec<&Reported> = verdict::shown(report).collect();
    // Stable: by part, so that one outage follows the other, and places in order within it.
    shown.sort_by_key(|reported| reported.part);
    let mut out = String::new();
    let mut part = None;
    let (whole, more) = alike::split(&shown);
    for reported in &whole {
        if let Some(name) = reported.part.filter(|_| reported.part != part) {
            out.push_str(&heading(name, page));
        }
        part = reported.part;
        finding(reported, &texts, page, &mut out);
    }
    alike::draw(&more, page, &mut out);
    undecided(report, page, &mut out);
    if !options.quiet {
        if shown.len() >= INDEX_FROM {
            index(&whole, page, &mut out);
        }
        last_line(report, page, &mut out);
    }
    escape::line_starts(&out)
}

/// `── structlint ─────…`
fn heading(part: &str, page: &Page) -> String {
    let bar = page.pick("─", "-");
    let rest = page.width.saturating_sub(part.chars().count() + 4);
    format!(
        "{} {} {}\n\n",
        page.paint(Role::Dim, &bar.repeat(2)),
        page.paint(Role::Strong, part),
        page.paint(Role::Dim, &bar.repeat(rest)),
    )
}

fn finding(reported: &Reported, texts: &Texts<'_>, page: &Page, out: &mut String) {
    let finding = &reported.finding;
    header(reported, page, out);
    places(finding, reported.level, texts, page, out);
    if let Some(help) = &finding.help {
        advice("help", Role::Help, help, page, out);
    }
    for note in &finding.notes {
        advice("note", Role::Strong, note, page, out);
    }
    if let Some(fix) = &finding.fix {
        let safe = if fix.safe { "safe" } else { "needs a look" };
        let text = format!("{} ({safe})", fix.message);
        advice("fix", Role::Good, &text, page, out);
    }
    out.push('\n');
}

/// `deny[relock-in-scrutinee]: message`, wrapped.
fn header(reported: &Reported, page: &Page, out: &mut String) {
    let finding = &reported.finding;
    let certainty = match finding.certainty {
        Certainty::Proven => String::new(),
        certainty => format!(" ({})", certainty.as_str()),
    };
    let level = reported.level.as_str();
    let lead = format!("{level}[{}]{certainty}:", finding.rule.id);
    let text = format!("{lead} {}", escape::text(&finding.message));
    for (at, line) in page.wrap(&text, "", "  ").into_iter().enumerate() {
        match line.strip_prefix(lead.as_str()) {
            Some(rest) if at == 0 => {
                out.push_str(&page.paint(paint::role(reported.level), &lead));
                out.push_str(&page.paint(Role::Strong, rest));
            }
            _ => out.push_str(&page.paint(Role::Strong, &line)),
        }
        out.push('\n');
    }
}

/// The frame with the labels near the fault, then the other labels as steps.
fn places(finding: &Finding, level: Level, texts: &Texts<'_>, page: &Page, out: &mut String) {
    let whole_file = verdict::is_whole_file(&finding.span);
    let primary = if whole_file {
        None
    } else {
        texts.locate(&finding.span)
    };
    let near = match &primary {
        Some(primary) => {
            let places: Vec<_> = finding
                .labels
                .iter()
                .map(|label| {
                    let same = label.span.path == finding.span.path;
                    if same {
                        texts.locate(&label.span)
                    } else {
                        None
                    }
                })
                .collect();
            let near = frame::near(primary, &places);
            let chosen = places.into_iter().zip(near);
            chosen.map(|(place, near)| place.filter(|_| near)).collect()
        }
        None => vec![None; finding.labels.len()],
    };

    let numbered = finding.labels.len() > 1;
    let mut marks = Vec::new();
    if let Some(place) = primary {
        marks.push(Mark {
            place,
            text: None,
            primary: true,
        });
    }
    let mut steps = Vec::new();
    for (at, (label, near)) in finding.labels.iter().zip(near).enumerate() {
        let number = numbered.then_some(at + 1);
        let Some(place) = near.filter(|_| marks.len() <= MARKS) else {
            steps.push(Step { number, label });
            continue;
        };
        let message = escape::text(&label.message);
        let text = match number {
            Some(number) => format!("{number} {message}"),
            None => message,
        };
        // Two marks at one place would be drawn over each other.
        match marks.iter_mut().find(|mark| mark.place == place) {
            Some(mark) => {
                let both = mark.text.take().map(|first| format!("{first}; {text}"));
                mark.text = Some(both.unwrap_or(text));
            }
            None => marks.push(Mark {
                place,
                text: Some(text),
                primary: false,
            }),
        }
    }

    let drawn = frame::draw(texts, &finding.span, &marks, level, page);
    if drawn.is_empty() {
        let place = verdict::at(&finding.span);
        let arrow = page.paint(Role::Dim, page.pick("╶─▶", "-->"));
        put!(out, "  {arrow} {}\n", page.paint(Role::Place, &place));
    } else {
        out.push_str(&drawn);
    }
    out.push_str(&steps::draw(texts, &steps, page));
}

/// `  help: …`, wrapped under itself; line breaks are kept.
fn advice(word: &str, role: Role, text: &str, page: &Page, out: &mut String) {
    let first = format!("  {word}: ");
    let rest = " ".repeat(first.chars().count());
    let text = escape::lines(text);
    for (at, paragraph) in text.lines().enumerate() {
        let indent = if at == 0 { &first } else { &rest };
        for line in page.wrap(paragraph, indent, &rest) {
            match line.strip_prefix(first.as_str()) {
                Some(line) => {
                    put!(out, "  {} {line}", page.paint(role, &format!("{word}:")));
                }
                None => out.push_str(line.trim_end()),
            }
            out.push('\n');
        }
    }
}

/// Everything that could not be seen, by reason, with every place.
fn undecided(report: &Report, page: &Page, out: &mut String) {
    for (reason, places) in verdict::by_reason(&report.undecided) {
        let reason = escape::text(reason);
        let lead = "undecided:";
        let text = if places.len() > 1 {
            format!("{lead} {reason} ({} places)", places.len())
        } else {
            format!("{lead} {reason}")
        };
        for line in page.wrap(&text, "", "  ") {
            match line.strip_prefix(lead) {
                Some(rest) => {
                    out.push_str(&page.paint(Role::Warn, lead));
                    out.push_str(&page.paint(Role::Strong, rest));
                }
                None => out.push_str(&page.paint(Role::Strong, &line)),
            }
            out.push('\n');
        }
        let arrow = page.pick("╶─▶", "-->");
        for (at, place) in places.iter().enumerate() {
            let arrow = if at == 0 { arrow } else { "   " };
            put!(
                out,
                "  {} {}\n",
                page.paint(Role::Dim, arrow),
                page.paint(Role::Place, &escape::text(place)),
            );
        }
        out.push('\n');
    }
}

/// The denied findings once more, one line each: they may have scrolled away.
fn index(shown: &[&Reported], page: &Page, out: &mut String) {
    let denied: Vec<_> = shown
        .iter()
        .filter(|reported| reported.level == Level::Deny)
        .collect();
    let width = denied
        .iter()
        .map(|reported| reported.finding.rule.id.len())
        .max()
        .unwrap_or(0);
    for reported in &denied {
        let finding = &reported.finding;
        let place = verdict::at(&finding.span);
        put!(
            out,
            "{} {:width$}  {}\n",
            page.paint(Role::Deny, "deny"),
            finding.rule.id,
            page.paint(Role::Place, &place),
        );
    }
    if !denied.is_empty() {
        out.push('\n');
    }
}

/// `denied: 2 denied, 1 warning · 120 files · 1 suppressed`
fn last_line(report: &Report, page: &Page, out: &mut String) {
    let word = format!("{}:", verdict::word(report.verdict));
    let role = match report.verdict {
        Verdict::Clean => Role::Good,
        Verdict::Denied => Role::Deny,
        Verdict::Undecided => Role::Warn,
    };
    let mut parts = verdict::coverage(report);
    let between = match report.verdict {
        // "clean: 120 files, nothing denied"
        Verdict::Clean => {
            parts.insert(1.min(parts.len()), verdict::reasons(report));
            ", "
        }
        Verdict::Denied | Verdict::Undecided => {
            parts.insert(0, verdict::reasons(report));
            page.pick(" · ", " - ")
        }
    };
    // Lines break between the parts and not in them.
    let text = parts
        .iter()
        .map(|part| part.replace(' ', "\u{a0}"))
        .collect::<Vec<_>>()
        .join(between);
    for line in page.wrap(&format!("{word} {text}"), "", "  ") {
        let line = line.replace('\u{a0}', " ");
        match line.strip_prefix(word.as_str()) {
            Some(rest) => {
                out.push_str(&page.paint(role, &word));
                out.push_str(rest);
            }
            None => out.push_str(&line),
        }
        out.push('\n');
    }
}
