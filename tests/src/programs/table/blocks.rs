//! Blocks as scrutinees and arguments: braces help from edition 2024 on, branches always did.

use crate::programs::construct::{Construct, Need, free, head_2021, held_2021};

pub(super) const ALL: &[Construct] = &[
    Construct::new(
        "block_in_match",
        "match { G.val() } { Some(_) => { B_some; } None => { B_none; } } B_after;",
        &[head_2021("some"), head_2021("none"), free("after")],
    ),
    Construct::new(
        "unsafe_block_in_match",
        "match unsafe { G.val() } { _ => { B_arm; } }",
        &[head_2021("arm")],
    ),
    Construct::new(
        "labelled_block_in_match",
        "match 'a: { if c { break 'a None; } G.val() } { _ => { B_arm; } }",
        &[head_2021("arm")],
    ),
    Construct::new(
        "break_tail_in_match",
        "match 'a: { TAIL_BREAK..G.val() } { _ => { B_arm; } }",
        &[head_2021("arm")],
    ),
    Construct::new(
        "break_statement_in_match",
        "match 'a: { break 'a G.val(); } { _ => { B_arm; } }",
        &[free("arm")],
    ),
    Construct::new(
        "blocks_in_match",
        "match { { G.val() } } { _ => { B_arm; } }",
        &[head_2021("arm")],
    ),
    Construct::new(
        "block_in_if_let",
        "if let Some(_) = { G.val() } { B_then; } else { B_otherwise; }",
        &[head_2021("then"), head_2021("otherwise")],
    ),
    Construct::new(
        "block_in_while_let",
        "while let Some(_) = { G.val() } { B_body; break; }",
        &[head_2021("body")],
    ),
    Construct::new(
        "block_in_for",
        "for v in { G.list.clone() } { sink(v); B_body; }",
        &[head_2021("body")],
    ),
    Construct::new(
        "block_in_if",
        "if { G.has() } { B_then; } else { B_otherwise; }",
        &[free("then"), free("otherwise")],
    ),
    Construct::new(
        "block_in_argument",
        "sink(pair({ G.num() }, B_argument));",
        &[held_2021("argument")],
    ),
    Construct::new(
        "unsafe_block_in_argument",
        "sink(pair(unsafe { G.num() }, B_argument));",
        &[held_2021("argument")],
    ),
    Construct::new(
        "labelled_block_in_argument",
        "sink(pair('a: { if c { break 'a 0; } G.num() }, B_argument));",
        &[held_2021("argument")],
    ),
    Construct::new(
        "locals_before_tail_in_match",
        "match { let l = one(); G.val().map(|v| v + l) } { _ => { B_arm; } }",
        &[head_2021("arm")],
    ),
    Construct::new(
        "locals_before_tail_in_argument",
        "sink(pair({ let l = one(); G.num() + l }, B_argument)); B_after;",
        &[held_2021("argument"), free("after")],
    ),
    Construct::new(
        "block_in_let",
        "let v = { G.val() }; sink(v); B_after;",
        &[free("after")],
    ),
    // Branches, arms and loop bodies end their temporaries in every edition.
    Construct::new(
        "if_branch_in_match",
        "match if c { G.val() } else { None } { Some(_) => { B_some; } None => { B_none; } }",
        &[free("some"), free("none")],
    ),
    Construct::new(
        "else_branch_in_if_let",
        "if let Some(_) = if c { None } else { G.val() } { B_then; } else { B_otherwise; }",
        &[free("then"), free("otherwise")],
    ),
    Construct::new(
        "arm_in_match",
        "match (match c { true => G.val(), false => None }) { Some(_) => { B_some; } None => { B_none; } }",
        &[free("some"), free("none")],
    ),
    Construct::new(
        "loop_body_in_match",
        "match loop { break G.val() } { _ => { B_arm; } }",
        &[free("arm")],
    ),
    Construct::new(
        "if_branch_in_argument",
        "sink(pair(if c { G.num() } else { 0 }, B_argument));",
        &[free("argument")],
    ),
    Construct::new(
        "arm_in_argument",
        "sink(pair(match c { true => G.num(), false => 0 }, B_argument));",
        &[free("argument")],
    ),
    Construct::new(
        "let_in_block_in_match",
        "match { let v = G.val(); v } { _ => { B_arm; } }",
        &[free("arm")],
    ),
    Construct::new(
        "let_in_block_in_if_let",
        "if let Some(_) = { let v = G.val(); v } { B_then; } else { B_otherwise; }",
        &[free("then"), free("otherwise")],
    ),
    // Bodies of functions.
    Construct::new(
        "closure_body",
        "let f = || G.num(); sink(f()); B_after;",
        &[free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new(
        "closure_body_in_argument",
        "sink(pair((|| G.num())(), B_argument));",
        &[free("argument")],
    )
    .needs(&[Need::Blocking]),
    Construct::new(
        "closure_body_in_match",
        "match (|| G.val())() { _ => { B_arm; } }",
        &[free("arm")],
    )
    .needs(&[Need::Blocking]),
    Construct::new(
        "closure_never_called",
        "let f = || { let g = G; g.num() }; B_after; sink(&f);",
        &[free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new(
        "async_body_in_argument",
        "sink(pair(async { G.num() }.await, B_argument));",
        &[free("argument")],
    )
    .needs(&[Need::Async]),
    Construct::new(
        "async_body_in_match",
        "match async { G.val() }.await { _ => { B_arm; } }",
        &[free("arm")],
    )
    .needs(&[Need::Async]),
    Construct::new(
        "function_body_in_argument",
        "sink(pair(self.HELPER().AWAIT, B_argument));",
        &[free("argument")],
    )
    .items("ASYNC fn HELPER(&self) -> u64 { G.num() }"),
    Construct::new(
        "function_body_in_match",
        "match self.HELPER().AWAIT { _ => { B_arm; } }",
        &[free("arm")],
    )
    .items("ASYNC fn HELPER(&self) -> Option<u64> { G.val() }"),
];
