//! The Rust sources of this repository: their sizes, their names, and what must not stand in them.

use testkit::tree;

/// Path and text of every Rust file that is ours to keep tidy.
fn sources() -> Vec<(String, String)> {
    let sources: Vec<_> = tree::files_with("rs")
        .filter(|path| !is_input(path))
        .map(|path| (path.clone(), tree::text(&path).expect("source is text")))
        .collect();
    assert!(sources.len() > 10, "the sources were not found");
    sources
}

/// True for what the tools are run on, and for text that is pasted into generated programs, which
/// follow what they imitate.
fn is_input(path: &str) -> bool {
    [
        "tests/fixtures/",
        "tests/estate/",
        "tests/corpus/",
        "tests/src/drops/source/",
        "tests/src/programs/source/",
        "tests/src/shims/source/",
    ]
    .iter()
    .any(|folder| path.starts_with(folder))
}

/// The lines of `text` that are code, at least in part.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
}

/// Fails with every offence in its message, not only the first.
fn none(offences: &[String]) {
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let long: Vec<_> = sources()
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|&(_, lines)| lines > 500)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    none(&long);
}

/// `main.rs` is where the world enters, and nothing else.
#[test]
fn every_main_is_short() {
    let long: Vec<_> = sources()
        .iter()
        .filter(|(path, _)| path.ends_with("src/main.rs") || path.contains("/src/bin/"))
        .map(|(path, text)| (path, code(text).count()))
        .filter(|&(_, lines)| lines > 20)
        .map(|(path, lines)| format!("{path}: {lines} lines of code"))
        .collect();
    none(&long);
}

#[test]
fn nothing_is_left_undone_or_left_out() {
    // In two halves, because this file is a source as well.
    let forbidden = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("#[ig", "nore"),
        concat!("should_", "panic"),
        concat!("#[al", "low("),
    ];
    let mut found = Vec::new();
    for (path, text) in sources() {
        for (line, code) in code(&text) {
            let hits = forbidden.iter().filter(|word| code.contains(**word));
            found.extend(hits.map(|word| format!("{path}:{line}: {word}")));
        }
    }
    none(&found);
}

#[test]
fn names_say_what_a_thing_is() {
    let vague = [
        "util", "utils", "helper", "helpers", "common", "manager", "misc",
    ];
    let mut found = Vec::new();
    for (path, text) in sources() {
        let parts = path.trim_end_matches(".rs").split('/');
        found.extend(
            parts
                .filter(|part| vague.contains(part))
                .map(|part| format!("{path}: a module called `{part}`")),
        );
        let getters = code(&text).filter(|(_, code)| code.contains(concat!("fn ", "get_")));
        found.extend(getters.map(|(line, _)| format!("{path}:{line}: a getter called `get_…`")));
    }
    none(&found);
}

/// A path of the machine that something was written on is of no use on another.
#[test]
fn no_file_names_a_folder_of_one_machine() {
    let homes = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("C:\\Us", "ers\\"),
    ];
    let mut found = Vec::new();
    for path in tree::files() {
        let Some(text) = tree::text(&path) else {
            continue;
        };
        for (line, text) in (1..).zip(text.lines()) {
            let hits = homes.iter().filter(|home| text.contains(**home));
            found.extend(hits.map(|home| format!("{path}:{line}: {home}")));
        }
    }
    none(&found);
}

/// The documentation opens with the idea: each module says what it is for.
///
/// The documentation of a rule's module is the rule's own, and that of tests their names.
#[test]
fn every_module_opens_with_its_idea() {
    let speaks_otherwise = |path: &str| {
        let is_rule = path.contains("/src/checks/") && !path.ends_with("/mod.rs");
        is_rule || path.ends_with("/tests.rs") || is_unit_test(path)
    };
    let silent: Vec<_> = sources()
        .iter()
        .filter(|(path, text)| !text.starts_with("//!") && !speaks_otherwise(path))
        .map(|(path, _)| path.clone())
        .collect();
    none(&silent);
}

/// True for the files of a `mod tests;` that is a folder.
fn is_unit_test(path: &str) -> bool {
    path.contains("/src/") && path.contains("/tests/")
}
