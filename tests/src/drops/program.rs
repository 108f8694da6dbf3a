//! The functions of the table as a program: what a linter reads, and a twin that runs and logs.

use std::fmt::Write as _;

use super::row::{Case, Group};
use super::table;
use crate::programs::edition::Edition;

/// A program of all cases that an edition has.
#[derive(Debug)]
pub struct Program {
    /// Its edition.
    pub edition: Edition,
    /// What a linter reads.
    pub text: String,
    /// What is compiled and run.
    pub twin: String,
}

/// Which drop order an edition has.
pub fn group(edition: Edition) -> Group {
    if edition < Edition::E2024 {
        Group::Until2021
    } else {
        Group::Since2024
    }
}

/// The cases that an edition has.
pub fn cases(edition: Edition) -> impl Iterator<Item = &'static Case> {
    let cases = table::rows().flat_map(|row| row.cases);
    cases.filter(move |case| case.happens(group(edition)).is_some())
}

/// Writes the program of an edition.
pub fn program(edition: Edition) -> Program {
    let mut text = format!("{TOOLS}\n{PRELUDE}\n");
    let mut probes = String::new();
    for case in cases(edition) {
        let Case { name, .. } = case;
        let body = written(case.text);
        let waits = [".await", "join!", "select!"]
            .iter()
            .any(|word| body.contains(word));
        let (asynchronous, call) = if waits {
            ("async ", format!("block_on({name}::run(s, c))"))
        } else {
            ("", format!("{name}::run(s, c)"))
        };
        write!(
            text,
            "pub mod {name} {{\n    use super::*;\n    pub {asynchronous}fn run(s: &State, c: bool) -> Option<u64> {{\n        \
             {body}\n        None\n    }}\n}}\n"
        )
        .expect("a string takes all");
        writeln!(probes, "    probe({name:?}, |s, c| {{ let _ = {call}; }});")
            .expect("a string takes all");
    }
    let twin = text
        .replace("std::sync::", "shim::std_sync::")
        .replace("/* at */", "shim::core::note(n.to_string());");
    let twin = format!(
        "{twin}\n{HARNESS}\nfn main() {{\n    std::panic::set_hook(Box::new(|_| {{}}));\n{probes}}}\n"
    );
    Program {
        edition,
        text,
        twin,
    }
}

/// The text with the locks in place of the letters.
pub fn written(text: &str) -> String {
    let mut written = String::new();
    let mut word = String::new();
    for char in text.chars().chain(std::iter::once('\n')) {
        if char.is_alphanumeric() || char == '_' {
            word.push(char);
            continue;
        }
        written.push_str(match word.as_str() {
            "G" => "s.g.lock()",
            "O" => "s.o.lock()",
            "L" => "s.l.lock()",
            word => word,
        });
        word.clear();
        written.push(char);
    }
    written.trim_end().to_owned()
}

const TOOLS: &str = include_str!("../programs/source/tools.rs");
const PRELUDE: &str = include_str!("source/prelude.rs");
const HARNESS: &str = include_str!("source/harness.rs");
