use ra_ap_parser::{LexedStr, TopEntryPoint};
use ra_ap_syntax::Edition;

use super::*;

/// A text, lexed.
struct Source<'t>(LexedStr<'t>, Vec<usize>);

impl Tokens for Source<'_> {
    fn count(&self) -> usize {
        self.1.len()
    }

    fn token(&self, at: usize) -> (K, &str) {
        (self.0.kind(self.1[at]), self.0.text(self.1[at]))
    }

    fn input(&self, len: usize) -> Input {
        let end = self.1.get(len).map_or_else(
            || self.0.text_start(self.0.len()),
            |&token| self.0.text_start(token),
        );
        let text: String = (0..self.0.len())
            .take_while(|&at| self.0.text_start(at) < end)
            .map(|at| self.0.text(at))
            .collect();
        LexedStr::new(Edition::Edition2021, &text).to_input(Edition::Edition2021)
    }
}

/// Parses `text` on a thread as large as a worker's.
fn parsed(text: &str) -> Result<usize, Limit> {
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || {
                let lexed = LexedStr::new(Edition::Edition2021, text);
                let tokens = (0..lexed.len())
                    .filter(|&at| !lexed.kind(at).is_trivia())
                    .collect();
                parse(&Source(lexed, tokens), &|input| {
                    TopEntryPoint::SourceFile.parse(input)
                })
                .map(|output| output.iter().count())
            })
            .unwrap()
            .join()
            .unwrap()
    })
}

#[test]
fn nothing_nests_its_way_through() {
    // Beginning, what is repeated, middle, what closes it.
    let ways = [
        ("fn f() { ", "(", "x", ")"),
        ("fn f() { ", "{", "x", "}"),
        ("fn f() { ", "[", "x", "]"),
        ("fn f() { ", "!", "x", ""),
        ("fn f() { ", "&", "x", ""),
        ("fn f() { ", "*-", "x", ""),
        ("fn f() { ", "|a|", "x", ""),
        ("fn f() { ", "a=", "x", ""),
        ("fn f() { ", "a+=", "x", ""),
        ("fn f() { ", "..", "x", ""),
        ("fn f() { ", "return ", "x", ""),
        ("fn f() { ", "if a {} else ", "{}", ""),
        ("fn f() { ", "if a {", "x", "}"),
        ("fn f() { ", "if let a = ", "x", " {}"),
        ("fn f() { ", "match a { b => ", "x", "}"),
        ("fn f() { ", "a[", "x", "]"),
        ("fn f() { ", "f(", "x", ")"),
        ("fn f() { ", "while ", "x", " {}"),
        ("fn f() { ", "S { a: ", "x", "}"),
        ("fn f() { ", "let a = ", "x", ""),
        ("fn f() { let ", "&", "a = x;", ""),
        ("fn f() { let ", "a @ ", "b = x;", ""),
        ("fn f() { let ", "box ", "b = x;", ""),
        ("fn f() { let ", "S(", "b", ") = x;"),
        ("type T = ", "A<", "u8", ">"),
        ("type T = ", "Box<dyn A<", "u8", ">>"),
        ("type T = ", "&", "u8", ""),
        ("type T = ", "*const ", "u8", ""),
        ("type T = ", "fn() -> ", "u8", ""),
        ("type T = ", "fn(", "u8", ")"),
        ("type T = ", "[", "u8", "; 1]"),
        ("type T = ", "impl Fn() -> ", "u8", ""),
        ("type T = ", "<", "u8", " as A>::B"),
        ("type T = A<", "{ a::<", "1", ">() }"),
        ("", "mod a {", "", "}"),
        ("", "fn f() {", "", "}"),
        ("", "impl A { fn f() {", "", "}}"),
        ("use ", "a::{", "b", "}"),
        ("m!{", "(", "a", ")"),
        ("#[a = ", "#[a = ", "1", "] 1]"),
        // Where the parser recovers, it swallows what would end the construct.
        ("fn f() { ", "|x:;|", "x", ""),
        ("fn f() { ", "= - ;", "x", ""),
        ("fn f() { ", "| , become ", "x", ""),
        ("fn f() { ", "for ;", "x", ""),
        ("", "} { #", "", ""),
    ];
    for (head, open, middle, close) in ways {
        let times = LARGE + LARGE / 4;
        let text = format!(
            "{head}{}{middle}{}",
            open.repeat(times),
            close.repeat(times)
        );
        assert!(
            matches!(parsed(&text), Err(Limit::TooDeep { .. })),
            "`{open}` passes {times} times"
        );
    }
}

#[test]
fn what_is_only_long_passes() {
    let alternatives = format!(
        "fn f() {{ match x {{ {} => 1 }} }}",
        vec!["'a'"; 150_000].join(" | ")
    );
    let constants = "pub const A: &[u8] = &[-1, 1 << 3, !0];\n".repeat(20_000);
    let branches = format!("fn f() {{ {} }}", "if a < b { return &c; } ".repeat(20_000));
    for text in [alternatives, constants, branches] {
        assert!(parsed(&text).is_ok_and(|events| events > 100_000));
    }
}

#[test]
fn the_place_is_where_it_gets_too_deep() {
    let text = format!(
        "fn f() {{ {}x{} }}",
        "(".repeat(LARGE + 1),
        ")".repeat(LARGE + 1)
    );
    let Err(Limit::TooDeep { token }) = parsed(&text) else {
        panic!("so many brackets are too many");
    };
    assert!((1_990..2_010).contains(&token), "token {token}");
}
