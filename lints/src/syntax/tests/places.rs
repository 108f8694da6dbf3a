//! Ranges, lines, suppressions, and what is refused.

use ra_ap_syntax::Edition;

use super::super::lower;
use super::super::tokens::wide;
use super::parse;
use crate::hir::{Body, ExprKind, File, ItemKind};

fn body(file: &File) -> &Body {
    match &file.items[0].kind {
        ItemKind::Fn(function) => function.body.as_ref().expect("it has a body"),
        _ => panic!("the item is a function"),
    }
}

/// The text that each method call, its name and each pattern stand for.
fn places(disk: &str, file: &File) -> Vec<String> {
    let text = |start: u32, end: u32| {
        let place = disk.get(wide(start)..wide(end));
        place.expect("a range is one of the file").to_owned()
    };
    let body = body(file);
    let mut found = Vec::new();
    for expr in &body.exprs {
        if let ExprKind::MethodCall { name_range, .. } = &expr.kind {
            found.push(text(expr.range.start, expr.range.end));
            found.push(text(name_range.start, name_range.end));
        }
    }
    found
}

#[test]
fn ranges_are_those_of_the_file() {
    let text = "fn f() { /* é */ a . lock( ) ; }";
    assert_eq!(places(text, &parse(text)), ["a . lock( )", "lock"]);
}

#[test]
fn ranges_inside_macros_are_those_of_the_file() {
    let cases = [
        "println!(\"é {}\", a.lock())",
        "vec! [ x, /* c */ a.lock() ]",
        "foo!{ b, a.lock(), }",
        "info!(?x, y = %a.lock(), \"m\")",
        "json!({ \"k\": [ { \"l\": a.lock() } ] })",
        "outer!(println!(\"{}\", a.lock()))",
        "matches!(a.lock(), Some(_))",
        "tokio::select! { _ = a.lock() => {} }",
        "tokio::select! { _ = b => a.lock(), }",
        "custom! { let x = 1; a.lock() }",
        "custom! { Some(x) if y => a.lock(), _ => z }",
        "assert!(x, \"{}\", a.lock())",
    ];
    for case in cases {
        let text = format!("fn f() {{ {case} }}");
        assert_eq!(places(&text, &parse(&text)), ["a.lock()", "lock"], "{case}");
    }
}

#[test]
fn a_byte_order_mark_and_crlf_keep_their_bytes() {
    let text = "fn f() {\r\n    a.lock();\r\n    p!(a.lock());\r\n}";
    let file = lower("a.rs".into(), text, Edition::Edition2021, 3);
    let disk = format!("\u{feff}{text}");
    assert_eq!(
        places(&disk, &file),
        ["a.lock()", "lock", "a.lock()", "lock"]
    );
    let name = file.items[0].name_range;
    let at = file.lines.position(name.start);
    assert_eq!((at.line, at.column, at.byte), (1, 4, 6));
    assert_eq!(file.lines.position(16).line, 2);
}

#[test]
fn children_come_before_their_parents() {
    let file = parse("fn f() { if a.b(c) { d } else { e! { let x = g; x } } }");
    let body = body(&file);
    for (at, expr) in body.exprs.iter().enumerate() {
        if let ExprKind::MethodCall { receiver, args, .. } = &expr.kind {
            assert!(wide(receiver.0) < at && args.iter().all(|arg| wide(arg.0) < at));
        }
    }
    assert_eq!(wide(body.root.0), body.exprs.len() - 1);
}

#[test]
fn a_reading_that_failed_leaves_nothing_behind() {
    let file = parse("fn f() { ready!(a.b(), c.d()) }");
    let calls = |expr: &&crate::hir::Expr| matches!(expr.kind, ExprKind::MethodCall { .. });
    assert_eq!(body(&file).exprs.iter().filter(calls).count(), 2);
}

#[test]
fn errors_have_places_and_the_rest_is_lowered() {
    let file = parse("fn f() { a.lock( }\nfn g() {}");
    assert_eq!(file.lines.position(file.errors[0].0.start).line, 1);
    assert!(file.items.iter().any(|item| item.name == "g"));
    assert_eq!(parse("fn f() { \"\\q\" }").errors, []);
    assert_eq!(parse("fn f() { \"open }").errors.len(), 3);
}

fn covered(text: &str) -> Vec<(u32, u32)> {
    parse(text)
        .suppressions
        .iter()
        .map(|found| found.lines)
        .collect()
}

#[test]
fn a_comment_of_its_own_covers_what_begins_below() {
    let above = "// preflight: allow(relock): why\n";
    let cases = [
        (format!("{above}fn f() {{\n}}\n"), (2, 3)),
        (format!("{above}#[x]\n// words\nfn f() {{\n}}\n"), (2, 5)),
        (format!("fn f() {{\n{above}let a =\n b;\n c }}"), (3, 4)),
        (
            format!("fn f() {{\n{above}if a {{\n}} else {{\n}}\n c }}"),
            (3, 5),
        ),
        (format!("fn f() {{\n{above}a\n.b()\n}}"), (3, 4)),
        (
            format!("fn f() {{ match a {{\n{above}A =>\n b,\n _ => c }} }}"),
            (3, 4),
        ),
        (
            format!("fn f() {{ S {{\n{above}a: b(\n),\n c }} }}"),
            (3, 4),
        ),
        (format!("fn f() {{ g(\n{above}a.b(\n),\n c) }}"), (3, 4)),
        (format!("struct S {{\n{above}a: A<\n>,\n b: B }}"), (3, 4)),
        (format!("fn f() {{ a\n{above}.b()\n.c() }}"), (3, 3)),
        (format!("fn f() {{ m!(a,\n{above}b.c(\n), d) }}"), (3, 4)),
        (
            format!(
                "fn f() {{ select! {{ a = b => {{}}\n{above}c = d => {{\n}}\n e = g => {{}} }} }}"
            ),
            (3, 4),
        ),
        (format!("fn f() {{ a;\n{above}}}"), (2, 2)),
        (format!("fn f() {{}}\n{above}"), (2, 2)),
    ];
    for (text, lines) in cases {
        assert_eq!(covered(&text), [lines], "{text}");
    }
}

#[test]
fn a_comment_behind_code_covers_its_line_and_the_statement() {
    let beside = "// preflight: allow(relock): why\n";
    let cases = [
        (format!("fn f() {{\na.b(); {beside} c; }}"), (2, 2)),
        (
            format!("fn f() {{\nif a {{ {beside} b;\n}}\n c; }}"),
            (2, 4),
        ),
        (format!("fn f() {{\na\n.b(); {beside} c; }}"), (2, 3)),
        (format!("fn f() {{\na\n.b() {beside} .c(); }}"), (3, 3)),
        (format!("fn f() {{ {beside} a;\n}}"), (1, 1)),
        (format!("fn f() {{ a }} {beside}"), (1, 1)),
        (format!("fn f() {{ m!(a,\nb, {beside}c) }}"), (2, 2)),
    ];
    for (text, lines) in cases {
        assert_eq!(covered(&text), [lines], "{text}");
    }
}

#[test]
fn only_comments_suppress() {
    assert!(covered("const A: &str = \"// preflight: allow(relock): why\";").is_empty());
    let file = parse("\n  a!(); /* preflight: allow(x, y): why */");
    let found = &file.suppressions[0];
    assert_eq!((found.span.start.line, found.span.start.column), (2, 9));
    let rules: Vec<_> = found.rules.iter().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!((rules, found.reason.as_str()), (vec!["x", "y"], "why"));
}
