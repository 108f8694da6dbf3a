//! Each construct of expressions, statements and patterns.

use super::block;

#[test]
fn postfix_and_prefix() {
    let cases = [
        ("self.a.lock().unwrap()", "self.a.lock().unwrap()"),
        ("a.read::<T>(b, c)?", "a.read::<T>(b, c)?"),
        ("a.0.1.x", "a.0.1.x"),
        ("a.0. b", "a.0.b"),
        ("f(a)(b)", "f(a)(b)"),
        ("a[i][j]", "a[i][j]"),
        ("a.b().await?", "a.b().await?"),
        ("&mut *a.b", "&*a.b"),
        ("&raw const a", "&a"),
        ("-a.b()", "!a.b()"),
        ("(a.b()).c()", "a.b().c()"),
        ("a as *const u8 as usize", "((a as *u8) as usize)"),
        ("<T as Lock>::lock(&a)", "<T>::Lock::lock(&a)"),
        ("Vec::<u8>::new()", "Vec<u8>::new()"),
        ("::std::mem::drop(g)", "::std::mem::drop(g)"),
        ("r#type.r#fn()", "type.fn()"),
    ];
    for (text, expected) in cases {
        assert_eq!(block(text), format!("{{{expected}}}"));
    }
}

#[test]
fn operators() {
    let cases = [
        ("a && b || c", "((a && b) || c)"),
        ("a == b + c * d", "(a == (b + (c + d)))"),
        ("a << 1 < b", "((a + #i32) == b)"),
        ("*a = b", "(*a = b)"),
        ("a = b = c", "(a = (b = c))"),
        ("a += b", "(a += b)"),
        ("_ = a", "(_ = a)"),
        ("(_, x) = (a, b)", "((_, x) = (a, b))"),
        ("a..b", "(a..b)"),
        ("..=b", "(..b)"),
        ("a..", "(a..)"),
        ("..", "(..)"),
    ];
    for (text, expected) in cases {
        assert_eq!(block(text), format!("{{{expected}}}"));
    }
}

#[test]
fn literals_say_their_type() {
    let text = "(1, 2u8, 0x1f32, 1f32, 1.5, 1e3, true, 'c', b'c', \"s\", c\"s\", b\"s\")";
    let expected = "(#i32, #u8, #i32, #f32, #f64, #f64, #bool, #char, #u8, #str, #CStr, #)";
    assert_eq!(block(text), format!("{{{expected}}}"));
}

#[test]
fn conditions() {
    let cases = [
        (
            "if let Some(x) = a.b() { c } else if d { e } else { f }",
            "if let Some(x) = a.b() {c} else if d {e} else {f}",
        ),
        (
            "if let Some(x) = a && x.b() && let y = c {}",
            "if ((let Some(x) = a && x.b()) && let y = c) {}",
        ),
        ("if { a } { b }", "if {a} {b}"),
        (
            "while let Some(x) = a.pop() { b(); }",
            "while let Some(x) = a.pop() {b();}",
        ),
        (
            "'x: for (i, _) in a.iter() { break 'x; }",
            "'x: for (i, _) in a.iter() {break'x();}",
        ),
        ("loop { continue; }", "loop {continue;}"),
        ("let a = loop { break b.c() };", ""),
        (
            "match a.b() { Some(x) if x.c() => d, None | Some(_) => { e } }",
            "match a.b() {Some(x) if x.c() => d, None | Some(_) => {e}}",
        ),
    ];
    for (text, expected) in cases {
        match expected {
            "" => assert_eq!(block(text), "{let a = loop {break(b.c())};}"),
            _ => assert_eq!(block(text), format!("{{{expected}}}")),
        }
    }
}

#[test]
fn statements_and_tails_are_told_apart() {
    let cases = [
        ("a.b(); c", "{a.b(); c}"),
        ("a.b(); c;", "{a.b(); c;}"),
        ("match a {} match b {}", "{match a {}; match b {}}"),
        ("match a {}; match b {};", "{match a {}; match b {};}"),
        ("if a {} b", "{if a {}; b}"),
        ("if a {}", "{if a {}}"),
        ("{ a } & b", "{{a}; &b}"),
        ("let x = a; x", "{let x = a; x}"),
        ("foo!{ a } bar!{ b }", "{foo!unknown(a); bar!unknown(b)}"),
        ("foo!(a); bar!(b)", "{foo!unknown(a); bar!unknown(b)}"),
        ("vec![a].b()", "{vec!move(a).b()}"),
        (";;a;;", "{a;}"),
        (
            "let x: T = a else { return };",
            "{let x: T = a else {return()};}",
        ),
        ("let x; x = a;", "{let x; (x = a);}"),
        ("#[x] { a } b", "{{a}; b}"),
    ];
    for (text, expected) in cases {
        assert_eq!(block(text), expected, "{text}");
    }
}

#[test]
fn blocks_and_closures() {
    let cases = [
        ("unsafe { a }", "unsafe {a}"),
        ("const { a }", "unsafe {a}"),
        ("async move { a.await }", "async {a.await}"),
        ("'a: { break 'a b }", "'a: {break'a(b)}"),
        ("try { a? }", "{a?}"),
        (
            "|x, (y, z): (A, B)| x.a(y)",
            "|x: _, (y, z): (A, B)| x.a(y)",
        ),
        ("move || { a }", "move || {a}"),
        ("async move |x| x.await", "async move |x: _| x.await"),
        ("|| -> u8 { 1 }", "|| {#i32}"),
        ("return a", "return(a)"),
        ("become f(a)", "return(f(a))"),
        ("yield a", "yield!move(a)"),
    ];
    for (text, expected) in cases {
        assert_eq!(block(text), format!("{{{expected}}}"));
    }
}

#[test]
fn constructors() {
    let cases = [
        ("(a,)", "(a)"),
        ("()", "()"),
        ("[a, b]", "[a, b]"),
        ("[a; 3]", "[a, #i32]"),
        (
            "S { a, b: c.d(), 0: e, ..f() }",
            "S {a: a, b: c.d(), 0: e, ..f()}",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(block(text), format!("{{{expected}}}"));
    }
}

#[test]
fn patterns() {
    let cases = [
        ("ref mut x", "ref x"),
        ("x @ Some(_)", "x @ Some(_)"),
        (
            "a::B { c, ref d, e: (f, ..), .. }",
            "a::B {c: c, d: ref d, e: (f, ..)}",
        ),
        ("a::B", "a::B"),
        ("[first, .., last]", "[first, .., last]"),
        ("&(ref a, mut b)", "&(ref a, b)"),
        ("1..=9 | -1 | 'c'", "<test> | <test> | <test>"),
        ("(a)", "a"),
        ("box x", "x"),
        ("&mut x", "&x"),
    ];
    for (text, expected) in cases {
        assert_eq!(
            block(&format!("match v {{ {text} => () }}")),
            format!("{{match v {{{expected} => ()}}}}")
        );
    }
}

#[test]
fn items_in_bodies() {
    assert_eq!(
        block("use a::b; fn g() -> T { h } const C: U = d; static S: V = e; g()"),
        "{g()} where use a::b = b\nfn g() -> T {h}\nconst C: U = d\nstatic S: V = e"
    );
}
