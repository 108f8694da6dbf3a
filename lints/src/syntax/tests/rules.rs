//! Macros that the file defines, as what they expand to.

use super::{block, items, parse};
use crate::hir::{Body, File, Item, ItemKind, MacroCall, Name, Range};
use crate::syntax::{Foreign, lower_with};
use ra_ap_syntax::Edition;

/// Each text, in a block behind the macro `m` with these rules, as text.
fn all(cases: &[(&str, &str, &str)]) {
    for (rules, text, expected) in cases {
        let whole = format!("macro_rules! m {{ {rules} }} {text}");
        let expected = format!("{expected} where macro m");
        assert_eq!(block(&whole), expected, "{whole}");
    }
}

/// The body of the last function of `file`.
fn last_body(file: &File) -> &Body {
    let mut functions = file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Fn(function) => function.body.as_ref(),
        _ => None,
    });
    functions.next_back().expect("there is a function")
}

#[test]
fn a_call_is_what_it_expands_to() {
    all(&[
        (
            "($s:expr) => { $s.a.lock().b() }",
            "m!(self); f(m!(c))",
            "{self.a.lock().b(); f(c.a.lock().b())}",
        ),
        // The temporaries of a tail are the block's value's.
        ("() => { a.lock().b() }", "m!()", "{a.lock().b()}"),
        ("() => { a.b(); }", "let x = m!();", "{let x = a.b();}"),
        ("() => { a.b(); c.d() }", "m!()", "{{a.b(); c.d()}}"),
        ("() => { a.b(); c.d() }", "m! {}", "{a.b(); c.d()}"),
        ("() => { a.b(); c.d() }", "m!(); e", "{a.b(); c.d(); e}"),
        ("() => {}", "m!(); e", "{e}"),
        ("() => {{ a.b(); c }}", "d(m!())", "{d({a.b(); c})}"),
        ("() => { a.b()? }", "m!().c().await;", "{a.b()?.c().await;}"),
    ]);
}

#[test]
fn rules_are_tried_in_order() {
    all(&[
        (
            "() => { a }; ($x:ident) => { b($x) }; ($x:expr) => { c($x) }; ($($x:tt)*) => { d };",
            "m!(); m!(x); m!(x.y); m!(x, => y);",
            "{a; b(x); c(x.y); d;}",
        ),
        (
            "(@one $x:expr) => { $x.b() }; ($($x:expr),* $(,)?) => { [$(m!(@one $x)),*] };",
            "m!(p, q.r(),)",
            "{[p.b(), q.r().b()]}",
        ),
        (
            "(a => $x:expr) => { b($x) }; (a = $x:expr) => { c($x) };",
            "m!(a = x); m!(a => x);",
            "{c(x); b(x);}",
        ),
        // No rule takes it: as a macro that is not known, whatever its name.
        ("(a) => { b }", "m!(x.lock())", "{m!unknown(x.lock())}"),
        ("($x:colour) => { b }", "m!(x.y())", "{m!unknown(x.y())}"),
    ]);
    let own =
        "macro_rules! println { ($x:expr) => { $x.lock().a() } } println!(b); std::println!(c)";
    assert_eq!(
        block(own),
        "{b.lock().a(); println!stmt(c)} where macro println"
    );
}

#[test]
fn every_fragment_is_matched() {
    all(&[
        (
            "($b:block $l:lifetime $n:literal) => { $l: loop { a($n, $b); break $l } }",
            "m!({ b } 'x -1);",
            "{'x: loop {a(!#i32, {b}); break'x()};}",
        ),
        (
            "($p:pat => $t:ty, $q:path) => { let $p: $t = $q(); }",
            "m!((x, y) => Vec<A<B>>, c::D::<E>::e);",
            "{let (x, y): Vec<A<B>> = c::D<E>::e();}",
        ),
        (
            "($s:stmt; $($t:tt)+) => { $s; $($t)+ }",
            "m!(let x = a.b(); x.c([d, e]));",
            "{let x = a.b(); x.c([d, e]);}",
        ),
        // One expression, whatever stands around it.
        (
            "($a:expr) => { $a * 2 }",
            "m!(b - c);",
            "{((b + c) + #i32);}",
        ),
        (
            "($a:expr, $b:expr) => { $a.f($b) }",
            "m!(&x, |y, z| y);",
            "{&x.f(|y: _, z: _| y);}",
        ),
        (
            "($($x:ident: [$($y:expr);*]),+) => { $($x.set($(f($y)),*);)+ }",
            "m!(a: [b; c.d()], e: []);",
            "{a.set(f(b), f(c.d())); e.set();}",
        ),
        (
            "($($x:ident)?) => { a($($x)?) }",
            "m!(); m!(b);",
            "{a(); a(b);}",
        ),
        ("($x:expr) => { $crate::a($x) }", "m!(b);", "{crate::a(b);}"),
        // Known macros inside, and a float that is two fields.
        (
            "($x:expr) => { println!(\"{}\", $x.0.1) }",
            "m!(a.b);",
            "{println!stmt(#str, a.b.0.1);}",
        ),
    ]);
}

#[test]
fn variables_of_a_definition_are_its_own() {
    all(&[
        (
            "($v:expr) => {{ let g = a.lock(); g.b($v) }}",
            "let g = c; m!(g); g",
            "{let g = c; {let g#1 = a.lock(); g#1.b(g)}; g}",
        ),
        (
            "($g:ident) => { let $g = a.lock(); let t = $g.b(); t.c(t); }",
            "m!(x); x.d(t);",
            "{let x = a.lock(); let t#1 = x.b(); t#1.c(t#1); x.d(t);}",
        ),
        // What is not bound in it is what it is around it; and a variant is no variable.
        (
            "() => { match a { None => b, x => S { x }.c(x) } }",
            "m!();",
            "{match a {None => b, x#1 => S {x: x#1}.c(x#1)};}",
        ),
    ]);
}

#[test]
fn a_definition_is_found_where_rustc_finds_it() {
    let body = |text: &str| {
        let file = parse(text);
        assert_eq!(file.errors, [], "{text}");
        let printed = super::printer::body(last_body(&file));
        printed.replace("unknown", "?")
    };
    for (text, expected) in [
        (
            "fn f() { m!(a); } macro_rules! m { ($x:expr) => { b($x) } }",
            "{m!?(a);}",
        ),
        (
            "fn f() { m!(a); } #[macro_export] macro_rules! m { ($x:expr) => { b($x) } }",
            "{b(a);}",
        ),
        (
            "fn f() { m!(a); } macro_rules! m { ($x:expr) => { b($x) } } pub(crate) use m;",
            "{b(a);}",
        ),
        (
            "macro_rules! m { ($x:expr) => { b($x) } } macro_rules! m { ($x:expr) => { c($x) } } \
             fn f() { m!(a); }",
            "{c(a);}",
        ),
        (
            "mod n { macro_rules! m { ($x:expr) => { b($x) } } } fn f() { m!(a); }",
            "{m!?(a);}",
        ),
        (
            "#[macro_use] mod n { macro_rules! m { ($x:expr) => { b($x) } } } fn f() { m!(a); }",
            "{b(a);}",
        ),
        (
            "fn g() { macro_rules! m { ($x:expr) => { b($x) } } } fn f() { m!(a); crate::m!(a); }",
            "{m!?(a); m!?(a);}",
        ),
        (
            "macro_rules! m { ($x:expr) => { b($x) } } fn f() { self::m!(a); other::m!(a); }",
            "{b(a); m!?(a);}",
        ),
    ] {
        assert_eq!(body(text), expected, "{text}");
    }
}

#[test]
fn items_are_expanded() {
    assert_eq!(
        items(
            "macro_rules! m { ($($v:vis fn $n:ident($($a:ident: $t:ty),*) $b:block)*) => { \
             $($v fn $n($($a: $t),*) { let g = L.lock(); $b })* } } \
             m! { pub fn f(a: Vec<u8>, b: B) { g(a) } fn h() {} }"
        ),
        items(
            "macro_rules! m {} fn f(a: Vec<u8>, b: B) { let g = L.lock(); { g(a) } } \
             fn h() { let g = L.lock(); {} }"
        )
    );
    assert_eq!(
        items("macro_rules! m { ($t:ty) => { fn f(&self) -> $t { a } } } impl A { m!(B); }"),
        items("macro_rules! m {} impl A { fn f(&self) -> B { a } }")
    );
}

#[test]
fn what_a_definition_says_is_where_the_call_is() {
    let text = "macro_rules! m { ($e:expr) => { a.lock().b($e.c()) } } fn f() { m!(x.y); }";
    let file = crate::syntax::lower("a.rs".into(), text, Edition::Edition2021, 3);
    let range = |part: &str| {
        let start = u32::try_from(text.rfind(part).unwrap()).unwrap() + 3;
        Range {
            start,
            end: start + u32::try_from(part.len()).unwrap(),
        }
    };
    let body = last_body(&file);
    let block = text.find("{ m!").unwrap() + 3;
    for expr in &body.exprs {
        let is_argument = [range("x.y"), range("x")].contains(&expr.range);
        let is_block = usize::try_from(expr.range.start).unwrap() == block;
        assert!(
            is_argument || is_block || expr.range == range("m!(x.y)"),
            "{expr:?}"
        );
    }
    assert_eq!(
        body.exprs
            .iter()
            .filter(|it| it.range == range("x.y"))
            .count(),
        1
    );
    assert_eq!(
        body.exprs
            .iter()
            .filter(|it| it.range == range("m!(x.y)"))
            .count(),
        4
    );
}

#[test]
fn expansions_that_would_not_end_are_calls() {
    for text in [
        "macro_rules! m { ($x:expr) => { m!($x) } } fn f() { m!(a); }",
        "macro_rules! m { ($($x:tt)*) => { m!($($x)* $($x)*); m!($($x)*) } } fn f() { m!(a.b()); }",
        "macro_rules! m { ($x:expr) => { { m!($x.a()); m!($x.b()) } } } fn f() { m!(a); }",
    ] {
        let file = parse(text);
        assert_eq!(file.errors, [], "{text}");
        let exprs = last_body(&file).exprs.len();
        assert!((2..50_000).contains(&exprs), "{exprs} {text}");
    }
}

#[test]
fn broken_definitions_and_calls_are_lowered() {
    let text = "macro_rules! m { ($($k:ident = $v:expr),* $(,)?) => {{ $(a.$k($v);)* $crate::b }}; \
                (@x $($t:tt)*) => { m!($($t)*) } } fn f() { m!(a = 1 + 1, b = c.d::<E, F>()); \
                m!(@x a = [x; 2]) } #[macro_export] macro_rules! n { ($v:vis $i:item) => { $v $i } } \
                n!(pub fn g() { m! { a = b } });";
    for end in 0..text.len() {
        let file = parse(text.get(..end).unwrap());
        let rest = parse(text.get(end..).unwrap());
        assert!(file.lines.line_start(1).is_some() && rest.lines.line_start(1).is_some());
        let mut cut = text.to_owned();
        cut.remove(end);
        assert!(parse(&cut).lines.line_start(1).is_some());
    }
    assert_eq!(parse(text).opaque_macros, []);
}

/// The last body of a file that is given these definitions of other files.
fn given(foreign: &[Foreign], text: &str) -> (String, Vec<MacroCall>) {
    let file = lower_with("a.rs".into(), text, Edition::Edition2021, 0, foreign);
    assert_eq!(file.errors, []);
    let text = super::super::printer::body(last_body(&file));
    (text, file.macro_calls)
}

fn foreign(keys: &[(&str, &str)], body: &str, krate: Option<&str>) -> Foreign {
    Foreign {
        keys: keys
            .iter()
            .map(|(root, name)| (Name::new(root), Name::new(name)))
            .collect(),
        body: body.into(),
        edition: Edition::Edition2021,
        krate: krate.map(Name::new),
    }
}

#[test]
fn macros_of_other_files_are_expanded_where_they_are_given() {
    let lock = foreign(&[("", "l")], "($s:expr) => { $s.lock().b() }", None);
    let (text, missed) = given(&[lock], "fn f() { l!(self.a); m!(c); other::n!(d) }");
    assert_eq!(text, "{self.a.lock().b(); m!unknown(c); n!unknown(d)}");
    let missed: Vec<String> = missed
        .iter()
        .map(|call| format!("{}/{}", call.root, call.name))
        .collect();
    assert_eq!(missed, ["/m", "other/n"]);
    // `$crate` is the crate of the definition.
    let list = [
        foreign(
            &[("other", "o")],
            "($e:expr) => { $crate::p!($e) }",
            Some("other"),
        ),
        foreign(
            &[("other", "p")],
            "($e:expr) => { $crate::g($e, x) }",
            Some("other"),
        ),
        foreign(&[("crate", "q")], "() => { $crate::g() }", None),
    ];
    let (text, missed) = given(&list, "fn f(x: u8) { other::o!(x); crate::q!() }");
    assert_eq!(text, "|x| {other::g(x, x); crate::g()}");
    assert_eq!(missed, []);
    // What the file defines comes first, and its variables are its own.
    let two = foreign(&[("", "t")], "($e:expr) => {{ let x = 1; x + $e }}", None);
    let (text, _) = given(std::slice::from_ref(&two), "fn f(x: u8) { t!(x) }");
    assert_eq!(text, "|x| {{let x#1 = #i32; (x#1 + x)}}");
    let own = "macro_rules! t { ($e:expr) => { $e } } fn f(x: u8) { t!(x) }";
    assert_eq!(given(&[two], own).0, "|x| {x}");
}

#[test]
fn arguments_keep_their_place_in_macros_of_other_files() {
    let text = "fn f() { l!(self.a) }";
    let lock = foreign(&[("", "l")], "($s:expr) => { $s.lock() }", None);
    let file = lower_with("a.rs".into(), text, Edition::Edition2021, 0, &[lock]);
    let body = last_body(&file);
    let places: Vec<&str> = body
        .exprs
        .iter()
        .map(|expr| {
            let Range { start, end } = expr.range;
            text.get(usize::try_from(start).unwrap()..usize::try_from(end).unwrap())
                .unwrap()
        })
        .collect();
    assert_eq!(places, ["self", "self.a", "l!(self.a)", "{ l!(self.a) }"]);
}

#[test]
fn definitions_say_how_far_they_are_seen_and_what_they_call() {
    let text = "#[macro_export] macro_rules! a { () => { $crate::b!(); c!(); d::e::f! {} } }\n\
                mod m { macro_rules! g { () => {} } }\n\
                #[macro_use] extern crate h; #[macro_use] mod n;";
    let file = parse(text);
    let told: Vec<_> = file
        .macro_rules
        .iter()
        .map(|it| (it.name.as_str(), &*it.body, it.is_exported, it.is_outermost))
        .collect();
    assert_eq!(
        told,
        [
            ("a", "() => { $crate::b!(); c!(); d::e::f! {} }", true, true),
            ("g", "() => {}", false, false),
        ]
    );
    let calls: Vec<_> = file.macro_rules[0]
        .calls
        .iter()
        .map(|call| (call.root.as_str(), call.name.as_str()))
        .collect();
    assert_eq!(calls, [("", "c"), ("$crate", "b"), ("d", "f")]);
    assert_eq!(file.macro_crates, ["h"]);
    let is_used = |item: &Item| {
        matches!(
            item.kind,
            ItemKind::Module {
                is_macro_use: true,
                ..
            }
        )
    };
    assert_eq!(file.items.iter().filter(|item| is_used(item)).count(), 1);
}
