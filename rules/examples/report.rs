//! Prints the sample report of the tests: `cargo run -p preflight-rules --example report -- human`.
//!
//! The arguments are a request (`FMT[=PATH]`), a sample (`rich`, `deep`, `small`, `clean`), and a
//! width.

extern crate rules;

#[path = "../src/report/sample.rs"]
mod sample;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use rules::report::{FormatRequest, Options};
use rules::{Io, Level, Reported, Terminal};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let request: FormatRequest = arguments.next().as_deref().unwrap_or("human").parse()?;
    let report = match arguments.next().as_deref() {
        Some("deep") => sample::deep(14),
        Some("clean") => sample::clean(),
        Some("small") => sample::small(Reported {
            finding: sample::RELOCK.at(rules::Span::file("a.rs"), "a small thing", &["a"]),
            level: Level::Deny,
            part: None,
            suppressed: None,
        }),
        _ => sample::rich(),
    };
    let width = match arguments.next() {
        Some(width) => Some(width.parse()?),
        None => terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
    };
    let stdout = std::io::stdout();
    let mut io = Io {
        stdin: &mut std::io::empty(),
        stdout: &mut stdout.lock(),
        stderr: &mut std::io::stderr().lock(),
        cwd: std::path::PathBuf::from("."),
        now: jiff::Timestamp::UNIX_EPOCH,
        env: BTreeMap::new(),
        stdout_terminal: width
            .filter(|_| stdout.is_terminal())
            .map(|width| Terminal { width }),
        stderr_terminal: None,
    };
    rules::report::write(&report, &[request], &mut io, &Options::default())?;
    Ok(())
}
