//! `cert-audit chain`: every path from a certificate to a root, and what binds or breaks it.

mod human;
mod input;
mod json;

use std::path::PathBuf;

use clap::ValueEnum;
use rules::report::ColorChoice;
use rules::{Exit, Io};

use crate::certificate::Fingerprint;
use crate::chain::pool::Pool;
use crate::chain::rules::Question;
use crate::chain::wanted::Wanted;
use crate::chain::{Answer, Verdict};
use crate::instant::Instant;
use crate::policy::AnchorExpiry;
use crate::usage::Usage;

pub(super) const EXITS: &str = "Exit status: 0 valid; 1 not valid; 2 undecided: bad usage, I/O error, \
a signature that cannot be verified, or more paths than can be looked at.";

/// What `chain` is asked.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The certificate, PEM or DER; more certificates behind it in the file are intermediates;
    /// `-` is standard input
    #[arg(value_name = "LEAF")]
    leaf: PathBuf,

    /// Files with certificates that the path may go through; an empty file is an empty set
    #[arg(long, value_name = "FILE", num_args = 1..)]
    intermediates: Vec<PathBuf>,

    /// Files with the roots that are trusted, or `public` for the public roots that are built in
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    roots: Vec<PathBuf>,

    /// The time to judge at, as 2026-11-22T00:00:00Z or 2026-11-22 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// Whom the certificate must name: a host, an address or a mailbox
    #[arg(long, value_name = "DNS|IP|EMAIL")]
    name: Option<String>,

    /// What the certificate must be good for
    #[arg(long, value_enum)]
    usage: Option<Usage>,

    /// Whether the root's own end counts: OpenSSL and Go say yes, many libraries no
    #[arg(long, value_enum, value_name = "RULE", default_value = "strict")]
    anchor_expiry: AnchorExpiry,

    /// How to report
    #[arg(long, value_enum, default_value = "human")]
    format: Format,

    /// When to colour
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

/// How `chain` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For machines
    Json,
}

/// What was read and asked.
#[derive(Debug)]
struct Asked {
    question: Question,
    leaf: input::Read,
    /// The rest of the leaf's file, then the files of intermediates.
    pool: Pool,
    /// How many certificates there are to go through, and how many roots.
    counts: (usize, usize),
    /// What of the input could not be used: fragments.
    notes: Vec<String>,
}

/// Runs the command.
pub(super) fn run(args: &Args, io: &mut Io<'_>) -> Exit {
    let (text, exit) = match ask(args, io) {
        Err(error) => {
            let text = match args.format {
                Format::Json => json::of_error(&error),
                Format::Human => {
                    let shown = rules::escape::source(&error);
                    // A closed standard error leaves nobody to tell, and the status says it.
                    drop(writeln!(io.stderr, "error: {shown}"));
                    String::new()
                }
            };
            (text, Exit::Undecided)
        }
        Ok(asked) => match &asked.leaf {
            Err(fault) => {
                let reason = format!("the leaf is broken: {fault}");
                let text = match args.format {
                    Format::Json => json::of_broken(&asked, &reason),
                    Format::Human => {
                        human::of_broken(&asked, &reason, human::Paint::of(args.color, io))
                    }
                };
                (text, Exit::Denied)
            }
            Ok(leaf) => {
                let answer = Answer::of(&asked.pool, leaf, &asked.question);
                let text = match args.format {
                    Format::Json => json::of(&asked, &answer),
                    Format::Human => human::of(&asked, &answer, human::Paint::of(args.color, io)),
                };
                (text, exit(answer.verdict))
            }
        },
    };
    match io
        .stdout
        .write_all(text.as_bytes())
        .and_then(|()| io.stdout.flush())
    {
        Ok(()) => exit,
        // The reader has seen enough, as `head` does.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => exit,
        Err(error) => {
            let kind = error.kind();
            drop(writeln!(
                io.stderr,
                "cannot write to standard output: {kind}"
            ));
            Exit::Undecided
        }
    }
}

fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Valid => Exit::Clean,
        Verdict::Invalid => Exit::Denied,
        Verdict::Undecided => Exit::Undecided,
    }
}

/// Reads what was asked for.
///
/// # Errors
/// Why it cannot be read: a fragment.
fn ask(args: &Args, io: &mut Io<'_>) -> Result<Asked, String> {
    let question = Question {
        at: match &args.at {
            Some(text) => instant(text)?,
            None => Instant::of_timestamp(io.now),
        },
        name: args.name.as_deref().map(Wanted::of),
        usage: args.usage,
        anchor_expires: args.anchor_expiry == AnchorExpiry::Strict,
    };
    let mut notes = Vec::new();
    let file = input::file(&args.leaf, io)?;
    let mut certificates = file.certificates.into_iter();
    let Some(leaf) = certificates.next() else {
        return Err(format!(
            "there is no certificate in {}",
            input::shown(&args.leaf)
        ));
    };
    let mut intermediates: Vec<input::Read> = certificates.collect();
    for path in &args.intermediates {
        intermediates.extend(input::file(path, io)?.certificates);
    }
    let mut roots = Vec::new();
    for path in &args.roots {
        if path.as_os_str() == "public" {
            roots.extend(input::public());
        } else {
            roots.extend(input::file(path, io)?.certificates);
        }
    }
    let mut usable = |what: &str, all: Vec<input::Read>| {
        let mut links = Vec::new();
        for one in all {
            match one {
                Ok(link) => links.push(link),
                Err(fault) => notes.push(format!("one of the {what} is left out: {fault}")),
            }
        }
        links
    };
    let intermediates = usable("intermediates", intermediates);
    let roots = usable("roots", roots);
    if roots.is_empty() {
        notes.push("there is no certificate among the roots".to_owned());
    }
    notes.sort();
    notes.dedup();
    Ok(Asked {
        question,
        leaf,
        counts: (intermediates.len(), roots.len()),
        pool: Pool::of(intermediates, roots, |_: &Fingerprint| false),
        notes,
    })
}

/// A moment, or the start of a day in UTC.
fn instant(text: &str) -> Result<Instant, String> {
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Ok(Instant::of_timestamp(timestamp));
    }
    let day = text.parse::<jiff::civil::Date>().ok();
    let midnight = day.and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC).ok());
    match midnight {
        // A moment that does not say where it is must not be taken for midnight.
        Some(midnight) if !text.contains(['T', 't', ' ']) => {
            Ok(Instant::of_timestamp(midnight.timestamp()))
        }
        _ => Err(format!(
            "`{}` is no time: it is written as 2026-11-22T00:00:00Z or 2026-11-22",
            rules::escape::word(text)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_moments_or_days() {
        for (text, at) in [
            ("2026-11-22T00:00:00Z", Some("2026-11-22T00:00:00Z")),
            ("2026-11-22T02:00:00+02:00", Some("2026-11-22T00:00:00Z")),
            ("2026-11-22", Some("2026-11-22T00:00:00Z")),
            ("2026-11-22T12:00:00", None),
            ("2026-11-31", None),
            ("tomorrow", None),
        ] {
            let read = instant(text).ok().map(Instant::rfc3339);
            assert_eq!(read.as_deref(), at, "{text}");
        }
    }
}
