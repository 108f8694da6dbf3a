//! What `chain` says to people: the verdict, then each path from the certificate up to its root.

use std::fmt::Write as _;

use rules::Io;
use rules::escape::word;
use rules::report::ColorChoice;

use crate::certificate::Expiry;
use crate::chain::listing::Judged;
use crate::chain::{Answer, Verdict};
use crate::instant::{Instant, spoken};

use super::Asked;

/// Columns that names may take before the ends are no longer below each other.
const WIDEST_NAME: usize = 56;

/// Writes colours, or leaves them out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    /// What the person and the terminal want.
    pub(super) fn of(color: ColorChoice, io: &Io<'_>) -> Self {
        let set = |name: &str| io.env.get(name).is_some_and(|value| !value.is_empty());
        let dumb = io.env.get("TERM").is_some_and(|term| term == "dumb");
        Self(match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => io.stdout_terminal.is_some() && !set("NO_COLOR") && !dumb,
        })
    }

    fn code(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn good(self, text: &str) -> String {
        self.code("1;32", text)
    }

    fn bad(self, text: &str) -> String {
        self.code("1;31", text)
    }

    fn odd(self, text: &str) -> String {
        self.code("1;33", text)
    }

    fn faint(self, text: &str) -> String {
        self.code("2", text)
    }

    fn verdict(self, verdict: Verdict) -> String {
        match verdict {
            Verdict::Valid => self.good("valid"),
            Verdict::Invalid => self.bad("not valid"),
            Verdict::Undecided => self.odd("undecided"),
        }
    }
}

/// An answer.
pub(super) fn of(asked: &Asked, answer: &Answer<'_>, paint: Paint) -> String {
    let mut text = format!(
        "{}: {}\n",
        paint.verdict(answer.verdict),
        word(&answer.reason)
    );
    let at = asked.question.at;
    let _ = writeln!(text, "{}", paint.faint(&circumstances(asked)));
    let count = answer.paths.len();
    for (number, path) in answer.paths.iter().enumerate() {
        let _ = writeln!(
            text,
            "\npath {} of {count} {}",
            number + 1,
            heading(path, at, paint)
        );
        certificates(&mut text, path, at, paint);
    }
    if answer.more {
        text.push_str("\nThere are more paths than are listed.\n");
    }
    foot(&mut text, asked, paint);
    text
}

/// A leaf that is broken.
pub(super) fn of_broken(asked: &Asked, reason: &str, paint: Paint) -> String {
    let mut text = format!("{}: {}\n", paint.verdict(Verdict::Invalid), word(reason));
    let _ = writeln!(text, "{}", paint.faint(&circumstances(asked)));
    foot(&mut text, asked, paint);
    text
}

/// What was asked, in one line.
fn circumstances(asked: &Asked) -> String {
    let question = &asked.question;
    let mut line = format!("at {}", question.at);
    if let Some(name) = &question.name {
        let _ = write!(line, ", as {}", word(&name.shown()));
    }
    if let Some(usage) = question.usage {
        let _ = write!(line, ", for a {}", usage.as_str());
    }
    let (intermediates, roots) = asked.counts;
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let _ = write!(
        line,
        ", over {intermediates} intermediate{} to {roots} root{}",
        plural(intermediates),
        plural(roots)
    );
    if !question.anchor_expires {
        line.push_str(" whose own end does not count");
    }
    line
}

fn heading(path: &Judged<'_>, now: Instant, paint: Paint) -> String {
    let ends = |end: Expiry| match end.at() {
        Some(end) => format!("until {end}{}", distance(end, now)),
        None => "without an end".to_owned(),
    };
    match (path.breaks.first(), path.end) {
        (None, Some((end, _))) if path.unverifiable.is_empty() => {
            format!("{} {}", paint.good("holds"), ends(end))
        }
        (None, Some((end, _))) => format!(
            "{} {}, if the signatures are good that cannot be verified",
            paint.odd("likely holds"),
            ends(end)
        ),
        _ if path.anchored => paint.bad("does not hold"),
        _ => paint.bad("leads to no root"),
    }
}

/// How far away an instant is.
fn distance(end: Instant, now: Instant) -> String {
    let left = end.since(now);
    if left < 0 {
        format!(", {} earlier", spoken(left.saturating_neg()))
    } else {
        format!(", {} later", spoken(left))
    }
}

/// One line a certificate, the leaf first, and what is to say of it below.
fn certificates(text: &mut String, path: &Judged<'_>, now: Instant, paint: Paint) {
    let names: Vec<String> = path
        .links
        .iter()
        .enumerate()
        .map(|(at, link)| {
            let called = link.certificate.called();
            let indent = "   ".repeat(at.saturating_sub(1));
            let branch = if at == 0 { "" } else { "└─ " };
            format!("{indent}{branch}{}", word(&called))
        })
        .collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    let column = widest.unwrap_or_default().min(WIDEST_NAME);
    let last = path.links.len().saturating_sub(1);
    for (at, (name, link)) in names.iter().zip(&path.links).enumerate() {
        let padding = " ".repeat(column.saturating_sub(name.chars().count()));
        let end = match link.end().at() {
            Some(end) if now > end => paint.bad(&format!("ended {}", end.date())),
            Some(end) => format!("ends {}", end.date()),
            None => "never ends".to_owned(),
        };
        let mut line = format!("  {name}{padding}  {end}");
        if at == last && path.anchored {
            line.push_str(", root");
        }
        if path.end.is_some_and(|(_, binding)| binding == at) && path.links.len() > 1 {
            let _ = write!(line, "  {}", paint.odd("◀ ends first"));
        }
        let _ = writeln!(text, "{line}");
        let indent = "   ".repeat(at);
        for broken in path.breaks.iter().filter(|broken| broken.at == at) {
            let _ = writeln!(
                text,
                "  {indent}{} {}",
                paint.bad("✗"),
                word(&broken.reason)
            );
        }
        for (_, why) in path
            .unverifiable
            .iter()
            .filter(|(position, _)| *position == at)
        {
            let _ = writeln!(text, "  {indent}{} {}", paint.odd("?"), word(why));
        }
    }
}

fn foot(text: &mut String, asked: &Asked, paint: Paint) {
    text.push('\n');
    for note in &asked.notes {
        let _ = writeln!(text, "{} {}", paint.odd("note:"), word(note));
    }
    let _ = writeln!(
        text,
        "{}",
        paint.faint("Revocation and certificate policies are not evaluated.")
    );
}
