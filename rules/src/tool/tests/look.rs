//! A command of a part's own sees what `check` sees, and gets it judged alike.

use std::io;

use super::{WORDS, folder, words};
use crate::args::LookArgs;
use crate::{Io, Level, Verdict};

/// Looks at a folder with `WORDS`: what was found raw, and the judged report; or the error.
fn look(files: &[(&str, &str)]) -> Result<(usize, crate::Report), String> {
    let folder = folder(files);
    let mut io = Io {
        stdin: &mut io::empty(),
        stdout: &mut io::sink(),
        stderr: &mut io::sink(),
        cwd: folder.path().to_owned(),
        now: jiff::Timestamp::UNIX_EPOCH,
        env: std::collections::BTreeMap::new(),
        stdout_terminal: None,
        stderr_terminal: None,
    };
    let args = LookArgs::default();
    let own = crate::args::NoArgs {};
    let seen = WORDS.look(&args, &own, &mut io, |input| {
        let outcome = words(input)?;
        Ok((outcome.findings.len(), outcome))
    });
    seen.map_err(|failure| failure.to_string())
}

#[test]
fn a_look_is_judged_by_the_policy() {
    let policy = "version: 1\nlevels: { relock: warn }\nlints: { forbid: word }\n";
    let text = "word\nword // preflight: allow(relock): it is known\n";
    let (raw, report) = look(&[("preflight.yaml", policy), ("a.rs", text)]).unwrap();
    assert_eq!(raw, 2);
    assert_eq!(report.verdict, Verdict::Clean);
    let levels: Vec<_> = report
        .findings
        .iter()
        .map(|found| (found.level, found.suppressed.is_some()))
        .collect();
    assert_eq!(levels, [(Level::Warn, false), (Level::Warn, true)]);
}

#[test]
fn what_ends_a_check_ends_a_look() {
    let policy = "version: 1\nlints: { forbid: \"\" }\n";
    let error = look(&[("preflight.yaml", policy)]).unwrap_err();
    assert_eq!(error, "an empty word");
    let error = look(&[("preflight.yaml", "version: 2\n")]).unwrap_err();
    assert_eq!(error, "this is a policy of version 2");
}
