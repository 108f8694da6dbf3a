//! Macros: some end their arguments' temporaries inside, some leave them to the enclosing statement.

use crate::programs::construct::{Construct, Need, free, head, held, open};

pub(super) const ALL: &[Construct] = &[
    Construct::new(
        "assert",
        "assert!(G.num() < 90); B_after;",
        &[free("after")],
    ),
    Construct::new(
        "assert_operand",
        "assert!(G.has() || B_next > 0);",
        &[free("next")],
    ),
    Construct::new(
        "assert_next_operand",
        "assert!(G.num() > 90 || B_next > 0);",
        &[free("next")],
    ),
    Construct::new(
        "assert_message",
        "assert!(G.num() > 90, \"{}\", B_message);",
        &[free("message")],
    ),
    Construct::new(
        "debug_assert",
        "debug_assert!(G.num() < B_operand + 90); B_after;",
        &[held("operand"), free("after")],
    ),
    Construct::new(
        "assert_eq",
        "assert_eq!(G.num() > 0, B_right > 0); B_after;",
        &[held("right"), free("after")],
    ),
    Construct::new(
        "println",
        "println!(\"{} {}\", G.num(), B_second); B_after;",
        &[held("second"), free("after")],
    ),
    Construct::new(
        "println_named",
        "println!(\"{x} {y}\", x = G.num(), y = B_second);",
        &[held("second")],
    ),
    Construct::new(
        "println_in_match",
        "match println!(\"{}\", G.num()) { () => { B_arm; } }",
        &[free("arm")],
    ),
    Construct::new(
        "eprintln",
        "eprintln!(\"{} {}\", G.num(), B_second); B_after;",
        &[held("second"), free("after")],
    ),
    Construct::new(
        "format",
        "let text = format!(\"{} {}\", G.num(), B_second); sink(text); B_after;",
        &[held("second"), free("after")],
    ),
    Construct::new(
        "format_in_argument",
        "sink((format!(\"{}\", G.num()), B_second));",
        &[free("second")],
    ),
    Construct::new(
        "format_in_match",
        "match format!(\"{}\", G.num()).len() { _ => { B_arm; } }",
        &[free("arm")],
    ),
    Construct::new(
        "format_in_if_let",
        "if let Some(text) = Some(format!(\"{}\", G.num())) { sink(text); B_then; }",
        &[free("then")],
    ),
    Construct::new(
        "write_in_if_let",
        "let mut text = String::new(); if let Ok(_) = write!(text, \"{}\", G.num()) { B_then; } B_after;",
        &[head("then"), free("after")],
    ),
    Construct::new(
        "write",
        "let mut text = String::new(); let _ = write!(text, \"{} {}\", G.num(), B_second); B_after;",
        &[held("second"), free("after")],
    ),
    Construct::new(
        "format_args",
        "sink(pair(length(format_args!(\"{}\", G.num())), B_second)); B_after;",
        &[held("second"), free("after")],
    ),
    Construct::new(
        "dbg_in_match",
        "match dbg!(G.num()) { _ => { B_arm; } } B_after;",
        &[head("arm"), free("after")],
    ),
    Construct::new(
        "dbg_in_argument",
        "sink(pair(dbg!(G.num()), B_argument));",
        &[held("argument")],
    ),
    Construct::new(
        "matches_in_argument",
        "sink(pair(matches!(G.val(), Some(_)) as u64, B_argument)); B_after;",
        &[held("argument"), free("after")],
    ),
    Construct::new(
        "matches_in_match",
        "match matches!(G.val(), Some(_)) { _ => { B_arm; } }",
        &[head("arm")],
    ),
    Construct::new(
        "vec",
        "let list = vec![G.num(), B_second]; sink(list); B_after;",
        &[held("second"), free("after")],
    ),
    Construct::new(
        "vec_in_for",
        "for v in vec![G.num()] { sink(v); B_body; } B_after;",
        &[head("body"), free("after")],
    ),
    Construct::new(
        "vec_in_argument",
        "sink((vec![G.num()], B_second));",
        &[held("second")],
    ),
    // Futures: their expressions' temporaries end before a handler runs, a guard that comes out does not.
    Construct::new(
        "select_output",
        "tokio::select! { g = RAW => { sink(g.num()); B_then; } _ = std::future::pending::<()>() => { } } B_after;",
        &[open("then"), free("after")],
    )
    .needs(&[Need::Awaited]),
    Construct::new(
        "select_output_unnamed",
        "tokio::select! { _ = RAW => { B_then; } _ = std::future::pending::<()>() => { } } B_after;",
        &[open("then"), free("after")],
    )
    .needs(&[Need::Awaited]),
    Construct::new(
        "select_expression",
        "tokio::select! { v = echo(G.num()) => { sink(v); B_then; } _ = std::future::pending::<()>() => { } } B_after;",
        &[free("then"), free("after")],
    )
    .needs(&[Need::Async]),
    Construct::new(
        "select_block",
        "tokio::select! { v = async { G.num() + B_inside } => { sink(v); B_then; } _ = std::future::pending::<()>() => { } }",
        &[held("inside"), free("then")],
    )
    .needs(&[Need::Async]),
    Construct::new(
        "join_output",
        "let (g, n) = tokio::join!(RAW, echo(1)); B_after; sink((g.num(), n));",
        &[held("after")],
    )
    .needs(&[Need::Awaited]),
    Construct::new(
        "join_blocks",
        "let (n, m) = tokio::join!(async { G.num() }, async { B_second }); sink((n, m)); B_after;",
        &[free("second"), free("after")],
    )
    .needs(&[Need::Async]),
];
