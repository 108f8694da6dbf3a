//! Source that does not parse.

use rules::Exit;
use testkit::tree;

use super::{DEADLOCK, MANIFEST, check, fired, skipped, undecided};

/// The undecided entries of a library that is `text`, which must not be clean.
fn library(text: &str) -> (Exit, Vec<String>, Vec<String>) {
    let folder = tree::write(&[MANIFEST, ("src/lib.rs", text)]);
    let (exit, report) = check(folder.path());
    (exit, undecided(&report), fired(&report))
}

#[test]
fn the_rest_of_a_broken_file_is_judged() {
    let (exit, undecided, fired) = library(&format!("fn broken( {{\n{DEADLOCK}\nfn ) -> {{}}\n"));
    assert_eq!(exit, Exit::Denied);
    assert_eq!(fired, ["relock-in-scrutinee src/lib.rs"]);
    assert_eq!(undecided.len(), 1);
    assert!(
        undecided[0].starts_with("src/lib.rs: does not parse here: "),
        "{undecided:?}"
    );
}

#[test]
fn what_is_never_closed_is_undecided() {
    for open in [
        "fn f() { g(\"",
        "fn f() { g(r#\"",
        "fn f() { g('\\",
        "fn f() { g(b\"",
        "/* fn f() {}",
        "fn f() { /* /* */",
        "fn f() {",
        "fn f(",
        "#[",
        "m!{",
        "use a::{",
        "impl A for B<",
    ] {
        let (exit, undecided, _) = library(open);
        assert_eq!(exit, Exit::Undecided, "{open}");
        assert_eq!(undecided.len(), 1, "{open}");
        assert!(undecided[0].starts_with("src/lib.rs: "), "{undecided:?}");
    }
}

#[test]
fn fixtures_that_are_not_meant_to_parse_decide_nothing() {
    let folder = tree::write(&[
        MANIFEST,
        ("src/lib.rs", "fn f() {}\n"),
        ("tests/ui.rs", "#[test] fn ui() {}\n"),
        ("tests/ui/unclosed.rs", "fn f( {"),
        ("tests/ui/string.rs", "const A: &str = \""),
        ("tests/ui/package/Cargo.toml", "[package"),
        ("tests/ui/package/src/lib.rs", "fn f() {}\n"),
    ]);
    let (exit, report) = check(folder.path());
    assert_eq!((exit, undecided(&report)), (Exit::Clean, vec![]));
    assert_eq!(skipped(&report), 3);
}

#[test]
fn a_fixture_that_is_named_decides() {
    let folder = tree::write(&[MANIFEST, ("tests/ui/unclosed.rs", "fn f( {")]);
    let (exit, report) = check(&folder.path().join("tests/ui/unclosed.rs"));
    assert_eq!(exit, Exit::Undecided);
    assert_eq!(undecided(&report).len(), 1);
}

#[test]
fn odd_but_valid_texts_are_clean() {
    for text in [
        "",
        "\u{feff}",
        "\u{feff}fn f() {}\r\n",
        "#!/usr/bin/env run\nfn f() {}",
        "fn f() { let a = \"\r\n\"; }",
        "//",
        "/**/",
        "fn \u{e9}\u{5b57}() {}",
    ] {
        let (exit, undecided, _) = library(text);
        assert_eq!((exit, undecided), (Exit::Clean, vec![]), "{text:?}");
    }
}
