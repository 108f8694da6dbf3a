//! Every rule is registered, documented, exercised and listed, and its id never changes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use rules::gate::OWN;
use rules::{Rule, ids};
use testkit::{fixture, tree};

use crate::parts;

/// Name of the part and rule, the kernel's own rules last.
fn rules() -> Vec<(&'static str, &'static Rule)> {
    let parts = parts::all().into_iter();
    let of_parts = parts.flat_map(|part| part.rules.iter().map(move |&rule| (part.name, rule)));
    of_parts
        .chain(OWN.iter().map(|&rule| ("all", rule)))
        .collect()
}

/// Ids are in other people's policies, comments and baselines: none is renamed, none vanishes.
#[test]
fn ids_are_frozen() {
    let list: Vec<_> = rules()
        .iter()
        .map(|(part, rule)| format!("{part}: {} ({})", rule.id, rule.level.as_str()))
        .collect();
    insta::assert_snapshot!(list.join("\n"));
}

#[test]
fn ids_are_sorted_and_kebab_case() {
    for list in parts::all().iter().map(|part| part.rules).chain([OWN]) {
        let ids: Vec<_> = list.iter().map(|rule| rule.id).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        for id in ids {
            let kebab = id.split('-').all(|word| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            });
            assert!(kebab, "{id}");
        }
    }
}

/// A part that runs alone must know the others' ids, so the kernel lists them all.
#[test]
fn the_kernel_knows_every_id() {
    for (part, rule) in rules() {
        let known = ids::part(rule.id).map(ids::Part::tool);
        let expected = if part == "all" { "preflight" } else { part };
        assert_eq!(known, Some(expected), "{}", rule.id);
    }
}

/// One rule, one file, named after it.
#[test]
fn every_check_is_registered() {
    for part in parts::all() {
        let folder = tree::at(part.folder).join("src/checks");
        let files: BTreeSet<_> = tree::children(&folder)
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end == "rs"))
            .map(|path| {
                path.file_stem()
                    .unwrap()
                    .to_string_lossy()
                    .replace('_', "-")
            })
            .filter(|name| name != "mod")
            .collect();
        let ids: BTreeSet<_> = part.rules.iter().map(|rule| rule.id.to_owned()).collect();
        assert_eq!(files, ids, "{}: files of src/checks, and RULES", part.name);
        let text = fs::read_to_string(folder.join("mod.rs")).unwrap();
        let modules: Vec<_> = text
            .lines()
            .filter(|line| line.trim_start_matches("pub ").starts_with("mod "))
            .filter(|line| line.ends_with(';'))
            .collect();
        assert!(modules.is_sorted(), "{}: {modules:?}", part.name);
    }
}

/// Rules about what public CAs issue: none would issue a bad case, so those are beside the rule,
/// below a root that counts as public.
const UNMINTABLE: [&str; 2] = ["overlong-validity", "public-client-auth"];

#[test]
fn every_rule_has_a_bad_and_a_good_fixture() {
    let mut missing = Vec::new();
    for part in parts::all() {
        let cases = fixture::cases(part.fixtures);
        for rule in part.rules {
            for kind in ["bad", "good"] {
                if kind == "bad" && UNMINTABLE.contains(&rule.id) {
                    continue;
                }
                let mut of_rule = cases.iter().filter(|case| case.rule == rule.id);
                if !of_rule.any(|case| case.name.starts_with(kind)) {
                    missing.push(format!(
                        "tests/fixtures/{}/{}/{kind}*",
                        part.fixtures, rule.id
                    ));
                }
            }
        }
        for case in &cases {
            let known = part.rules.iter().any(|rule| rule.id == case.rule);
            assert!(known, "a fixture of no rule: {}", case.path.display());
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}

/// The documentation of a rule is the same everywhere because there is only one.
#[test]
fn every_rule_is_documented() {
    for (_, rule) in rules() {
        let docs = super::example::unindented(rule.docs);
        let first = docs.lines().next().unwrap_or_default();
        assert!(
            first.ends_with('.'),
            "{}: the summary is a sentence: {first:?}",
            rule.id
        );
        assert!(
            first.len() <= 120,
            "{}: the summary is one line: {first:?}",
            rule.id
        );
        let sections: Vec<_> = docs
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        assert_eq!(sections, ["Why", "Bad", "Good", "Reference"], "{}", rule.id);
        for section in sections {
            let body = super::example::section(&docs, section);
            assert!(!body.trim().is_empty(), "{}: `{section}` is empty", rule.id);
        }
        assert!(!rule.since.is_empty(), "{}", rule.id);
    }
}

const BEGIN: &str = "<!-- rules: generated; `PREFLIGHT_UPDATE=1 tests/run readme` writes it -->\n";
const END: &str = "<!-- /rules -->";

#[test]
fn the_readme_lists_every_rule() {
    let mut table =
        String::from("| rule | part | default | what it reports |\n|---|---|---|---|\n");
    for (part, rule) in rules() {
        let summary = rule.summary().replace('|', "\\|");
        let level = rule.level.as_str();
        writeln!(table, "| `{}` | {part} | {level} | {summary} |", rule.id)
            .expect("a string takes everything");
    }
    let readme = tree::text("README.md").unwrap();
    let (before, rest) = readme
        .split_once(BEGIN)
        .expect("the README has the first marker");
    let (written, after) = rest
        .split_once(END)
        .expect("the README has the second marker");
    if update() {
        let new = format!("{before}{BEGIN}{table}{END}{after}");
        fs::write(tree::at("README.md"), new).unwrap();
    } else {
        assert_eq!(written, table, "the README's table of rules is out of date");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test may be told to write what it compares"
)]
fn update() -> bool {
    std::env::var("PREFLIGHT_UPDATE").is_ok_and(|value| value == "1")
}
