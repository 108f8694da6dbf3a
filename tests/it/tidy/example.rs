//! The examples in the documentation of a rule: *Bad* ones fire, *Good* ones are silent.
//!
//! The examples of `structlint` are whole files of Rust, so they are linted as they stand.
//! Those of the other parts are excerpts of a policy or a listing; their fixtures stand for them.

use testkit::{cli, tree};

use crate::parts;

/// A rule's documentation without the blank that follows the slashes of a doc comment.
pub(super) fn unindented(docs: &str) -> String {
    let unindented = |line: &'_ str| line.strip_prefix(' ').unwrap_or(line).to_owned();
    let lines: Vec<_> = docs.lines().map(unindented).collect();
    lines.join("\n") + "\n"
}

/// What stands below the heading `name`, up to the next one.
pub(super) fn section<'a>(docs: &'a str, name: &str) -> &'a str {
    let heading = format!("## {name}\n");
    let body = docs.split_once(&heading).map_or("", |(_, body)| body);
    body.split("\n## ").next().unwrap_or_default()
}

/// Info string and text of every fenced block.
fn blocks(section: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in section.lines() {
        if let Some(info) = line.strip_prefix("```") {
            open = !open;
            if open {
                blocks.push((info.to_owned(), String::new()));
            }
        } else if let (true, Some((_, text))) = (open, blocks.last_mut()) {
            text.push_str(line);
            text.push('\n');
        }
    }
    blocks
}

/// Lints `source` as a package's library with `rule` at deny; what was found, by rule.
fn lint(rule: &str, info: &str, source: &str) -> Vec<String> {
    let edition = if info.contains("2024") {
        "2024"
    } else {
        "2021"
    };
    let manifest = format!("[package]\nname = \"example\"\nedition = \"{edition}\"\n");
    let policy = format!("version: 1\nlevels: {{ {rule}: deny }}\n");
    let folder = tree::write(&[
        ("Cargo.toml", manifest.as_str()),
        ("preflight.yaml", policy.as_str()),
        ("src/lib.rs", source),
    ]);
    let tool = parts::structlint().tool().cwd(folder.path());
    let (_, report) = tool.args(["check", "."]).report();
    cli::findings(&report)
        .into_iter()
        .map(|found| found.rule)
        .collect()
}

#[test]
fn bad_examples_fire_and_good_ones_are_silent() {
    let mut wrong = Vec::new();
    for rule in parts::structlint().rules {
        let docs = unindented(rule.docs);
        for (name, fires) in [("Bad", true), ("Good", false)] {
            let blocks = blocks(section(&docs, name));
            let mut sources = blocks
                .iter()
                .filter(|(info, _)| info.starts_with("rust"))
                .peekable();
            if sources.peek().is_none() {
                wrong.push(format!("{}: no Rust under {name}", rule.id));
            }
            for (info, source) in sources {
                let found = lint(rule.id, info, source);
                let right = if fires {
                    found.iter().any(|found| found == rule.id)
                } else {
                    found.is_empty()
                };
                if !right {
                    wrong.push(format!("{}: {name} finds {found:?} in\n{source}", rule.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn sections_and_blocks_are_cut_out() {
    let docs = "Sum.\n\n## Why\nBecause.\n\n## Bad\n```rust,ignore\nf();\n```\n## Good\nx\n";
    assert_eq!(section(docs, "Why"), "Because.\n");
    assert_eq!(
        blocks(section(docs, "Bad")),
        [("rust,ignore".to_owned(), "f();\n".to_owned())]
    );
    assert_eq!(section(docs, "Reference"), "");
}
