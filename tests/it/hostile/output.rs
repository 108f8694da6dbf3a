//! What the input holds does not act on whoever reads the report.

use rules::Exit;
use testkit::tree;

use super::{MANIFEST, structlint};

/// Every format of a report.
const FORMATS: [&str; 9] = [
    "human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown",
];

/// A deadlock among escape sequences (clear the screen, set the title, a link), bidirectional
/// controls, a workflow command and HTML.
const TEXT: &str = "\
use std::{collections::HashMap, sync::RwLock};
/* \u{1b}[2J\u{1b}]0;owned\u{7} \u{9b}31m \u{202e}evil\u{2066} */
struct Pool { load: RwLock<HashMap<u32, u32>> }
impl Pool {
    fn serve(&self, key: u32) {
        if let Some(load) = self.load.read().unwrap().get(&key) { // \u{1b}[8m \u{202e} <script>
            drop(*load); // \u{1b}]8;;https://example.com\u{7}
        } else { // ::error::forged
            self.load.write().unwrap().insert(key, 0); // \u{1b}[1A\u{1b}[2K \u{2067} \r clean
        }
    }
}
";

/// Characters that act on a terminal or on the order of text.
fn acts(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// Runs every format over `files`, of which one is denied.
fn silent(files: &[(&str, &str)]) {
    let folder = tree::write(files);
    for format in FORMATS {
        let ran = structlint()
            .cwd(folder.path())
            .args(["check", ".", "--format", format])
            .run();
        assert_eq!(ran.exit, Exit::Denied, "{format}: {}", ran.stderr);
        for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            if let Some(at) = text.find(acts) {
                panic!(
                    "{format} writes {:?} to {stream}",
                    &text[at..].chars().next()
                );
            }
        }
        assert!(
            !ran.stdout
                .lines()
                .any(|line| line.starts_with("::error::forged")),
            "{format} passes a workflow command on"
        );
    }
}

#[test]
fn controls_in_a_source_file_stay_there() {
    silent(&[MANIFEST, ("src/lib.rs", TEXT)]);
}

#[test]
fn controls_in_names_stay_there() {
    let library = "#[path = \"a\u{1b}[2J\u{202e}\u{7}.rs\"]\nmod a;\nmod gone;\n";
    silent(&[
        MANIFEST,
        ("src/lib.rs", library),
        ("src/a\u{1b}[2J\u{202e}\u{7}.rs", TEXT),
    ]);
}

#[test]
fn controls_in_what_is_undecided_stay_there() {
    silent(&[
        MANIFEST,
        ("src/lib.rs", TEXT),
        ("src/bin/b\u{1b}[2J.rs", "fn main( { \u{1b}[2J \u{202e}"),
        ("src/bin/c\nd.rs", "fn main( {"),
    ]);
}
