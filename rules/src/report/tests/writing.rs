//! Where reports go, and in which colours.

use std::collections::BTreeMap;

use super::rich;
use crate::report::{ColorChoice, Error, Format, FormatRequest, Options, sample, write};
use crate::{Io, Terminal};

/// Runs [`write`] in a fresh folder and returns what went to standard output.
fn written(
    requests: &[&str],
    env: &[(&str, &str)],
    terminal: Option<usize>,
    color: ColorChoice,
) -> (Result<(), Error>, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let requests: Vec<FormatRequest> = requests.iter().map(|text| text.parse().unwrap()).collect();
    let mut stdout = Vec::new();
    let result = {
        let mut io = Io {
            stdin: &mut std::io::empty(),
            stdout: &mut stdout,
            stderr: &mut std::io::sink(),
            cwd: folder.path().to_owned(),
            now: jiff::Timestamp::UNIX_EPOCH,
            env: env
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect::<BTreeMap<_, _>>(),
            stdout_terminal: terminal.map(|width| Terminal { width }),
            stderr_terminal: None,
        };
        let options = Options {
            color,
            ..Options::default()
        };
        write(&sample::rich(), &requests, &mut io, &options)
    };
    (result, String::from_utf8(stdout).unwrap(), folder)
}

#[test]
fn several_formats_go_to_several_places() {
    let (result, stdout, folder) = written(
        &["human", "json=report.json", "sarif=report.sarif"],
        &[],
        None,
        ColorChoice::Auto,
    );
    result.unwrap();
    assert_eq!(stdout, rich(Format::Human));
    for (name, format) in [
        ("report.json", Format::Json),
        ("report.sarif", Format::Sarif),
    ] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(text, rich(format));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn requests_that_would_mix_are_refused_before_anything_is_written() {
    let (result, stdout, _folder) = written(&["human", "json"], &[], None, ColorChoice::Auto);
    assert_eq!(
        result.unwrap_err().to_string(),
        "`--format human` and `--format json` both go to standard output"
    );
    assert_eq!(stdout, "");
    let (result, ..) = written(&["json=a", "sarif=a"], &[], None, ColorChoice::Auto);
    assert_eq!(result.unwrap_err().to_string(), "two reports go to `a`");
    let (result, stdout, _folder) = written(&["human", "github"], &[], None, ColorChoice::Auto);
    result.unwrap();
    assert_eq!(stdout, rich(Format::Human) + &rich(Format::Github));
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_with_its_path() {
    let (result, stdout, _folder) = written(
        &["human", "json=no/report.json"],
        &[],
        None,
        ColorChoice::Auto,
    );
    let error = result.unwrap_err().to_string();
    assert!(
        error.starts_with("cannot write the json report to `")
            && error.ends_with("no/report.json`"),
        "{error}"
    );
    assert_eq!(stdout, "");
}

#[test]
fn the_default_format_follows_the_environment() {
    let (_, stdout, _folder) = written(&[], &[], None, ColorChoice::Auto);
    assert_eq!(stdout, rich(Format::Human));
    let (_, stdout, _folder) = written(&[], &[("GITHUB_ACTIONS", "true")], None, ColorChoice::Auto);
    assert_eq!(stdout, rich(Format::Github));
}

#[test]
fn colours_are_for_terminals() {
    let colour = |env: &[(&str, &str)], terminal, color| {
        written(&["human"], env, terminal, color)
            .1
            .contains('\u{1b}')
    };
    assert!(colour(&[], Some(80), ColorChoice::Auto));
    assert!(!colour(&[], None, ColorChoice::Auto));
    assert!(!colour(&[("NO_COLOR", "1")], Some(80), ColorChoice::Auto));
    assert!(colour(&[("NO_COLOR", "")], Some(80), ColorChoice::Auto));
    assert!(!colour(&[("TERM", "dumb")], Some(80), ColorChoice::Auto));
    assert!(!colour(&[], Some(80), ColorChoice::Never));
    assert!(colour(&[("NO_COLOR", "1")], None, ColorChoice::Always));
}
