//! Nesting a hundred thousand deep, in each way that the grammar has: a recursive parser overflows
//! its stack, which no report survives.

use std::fmt::Write as _;

use rules::Exit;
use testkit::tree;

use super::{MANIFEST, check, undecided};

/// How deep.
const TIMES: usize = 100_000;

/// Beginning, what is repeated, middle, what closes it.
const WAYS: &[(&str, &str, &str, &str)] = &[
    ("fn f() { ", "(", "x", ")"),
    ("fn f() { ", "{", "x", "}"),
    ("fn f() { ", "[", "x", "]"),
    ("fn f() { ", "-", "x", ""),
    ("fn f() { ", "&", "x", ""),
    ("fn f() { ", "a + ", "x", ""),
    ("fn f() { ", "a = ", "x", ""),
    ("fn f() { ", "|a| ", "x", ""),
    ("fn f() { ", "return ", "x", ""),
    ("fn f() { a", ".b()", "", ""),
    ("fn f() { a", "?", "", ""),
    ("fn f() { a", "()", "", ""),
    ("fn f() { a", " as b", "", ""),
    ("fn f() { ", "if a {} else ", "{}", ""),
    ("fn f() { ", "if a { ", "x", "}"),
    ("fn f() { ", "match a { b => ", "x", "}"),
    ("fn f() { ", "loop { ", "x", "}"),
    ("fn f() { ", "f(", "x", ")"),
    ("fn f() { ", "vec![", "x", "]"),
    ("fn f() { let ", "&", "a = x;", ""),
    ("fn f() { let ", "Some(", "a", ") = x;"),
    ("fn f() { let ", "a @ ", "b = x;", ""),
    ("type T = ", "A<", "u8", ">;"),
    ("type T = ", "Box<dyn A<", "u8", ">>;"),
    ("type T = ", "fn() -> ", "u8", ";"),
    ("type T = ", "&", "u8", ";"),
    ("type T = ", "a::", "b", ";"),
    ("use ", "a::{", "b", "}"),
    ("", "mod a { ", "", "}"),
    ("", "fn f() { ", "", "}"),
    ("m!", "{", "", "}"),
    // Where the parser recovers from an error, it swallows what would have ended the construct.
    ("fn f() { ", "|x:;|", "x", ""),
    ("", "} { #", "", ""),
];

#[test]
fn each_way_is_refused_with_its_place() {
    let mut library = String::new();
    let mut files = Vec::new();
    for (at, (head, open, middle, close)) in WAYS.iter().enumerate() {
        writeln!(library, "mod way{at};").unwrap();
        let text = format!(
            "{head}{}{middle}{}",
            open.repeat(TIMES),
            close.repeat(TIMES)
        );
        files.push((format!("src/way{at}.rs"), text));
    }
    files.push(("src/lib.rs".to_owned(), library));
    files.push((MANIFEST.0.to_owned(), MANIFEST.1.to_owned()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let folder = tree::write(&files);
    let (exit, report) = check(folder.path());
    assert_eq!(exit, Exit::Undecided);
    let found = undecided(&report);
    for (at, (_, open, _, _)) in WAYS.iter().enumerate() {
        let path = format!("src/way{at}.rs: ");
        assert!(
            found.iter().any(|entry| entry.starts_with(&path)),
            "`{open}` {TIMES} times passes for judged"
        );
    }
    assert_eq!(found.len(), WAYS.len());
}

#[test]
fn nested_comments_and_long_literals_are_not_nesting() {
    let comments = format!("{}{}\nfn f() {{}}", "/*".repeat(TIMES), "*/".repeat(TIMES));
    let raw = format!("const A: &str = r{0}\"x\"{0};", "#".repeat(200));
    let string = format!("const B: &str = \"{}\";", "(".repeat(TIMES));
    let patterns = format!(
        "fn g(x: char) -> u8 {{ match x {{ {} => 1, _ => 2 }} }}",
        vec!["'a'"; 20_000].join(" | ")
    );
    let library = format!("{comments}\n{raw}\n{string}\n{patterns}\n");
    let folder = tree::write(&[MANIFEST, ("src/lib.rs", &library)]);
    let (exit, report) = check(folder.path());
    assert_eq!((exit, undecided(&report)), (Exit::Clean, vec![]));
}
