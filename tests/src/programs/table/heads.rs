//! Guards born in the head of an `if`, `if let`, `match`, `while let` or `for`.

use crate::programs::construct::{Construct, Need, free, head, head_2021, held, held_2021, open};
use crate::programs::edition::Edition;

pub(super) const ALL: &[Construct] = &[
    // A condition that is a plain `bool` ends its temporaries.
    Construct::new(
        "if_bool",
        "if G.has() { B_then; } else { B_otherwise; } B_after;",
        &[free("then"), free("otherwise"), free("after")],
    ),
    Construct::new(
        "else_if_bool",
        "if c { } else if G.has() { B_then; } else { B_otherwise; }",
        &[free("then"), free("otherwise")],
    ),
    Construct::new("while_bool", "while G.has() { B_body; break; } B_after;", &[free("body"), free("after")]),
    Construct::new("lazy_and", "let both = G.has() && B_next > 0; sink(both); B_after;", &[free("next"), free("after")]),
    Construct::new("lazy_or", "let one_of = G.has() || B_next > 0; sink(one_of);", &[free("next")]),
    Construct::new(
        "lazy_chain_in_if",
        "if G.has() && B_second > 0 && B_third > 0 { B_then; }",
        &[free("second"), free("third"), free("then")],
    ),
    Construct::new(
        "lazy_or_in_while",
        "while !G.has() || B_next > 0 { B_body; break; }",
        &[free("next"), free("body")],
    ),
    Construct::new("if_comparison", "if G.num() == 90 || B_next > 0 { B_then; }", &[free("next"), free("then")]),
    Construct::new("if_comparison_operand", "if G.num() > B_operand { B_then; }", &[held("operand"), free("then")]),
    Construct::new("if_matches", "if matches!(G.val(), Some(_)) { B_then; }", &[free("then")]),
    // `if let`: the scrutinee's temporaries outlive `else` before 2024.
    Construct::new(
        "if_let_borrowed",
        "if let Some(v) = G.get() { sink(*v); B_then; } else { B_otherwise; } B_after;",
        &[head("then"), head_2021("otherwise"), free("after")],
    ),
    Construct::new(
        "if_let_owned",
        "if let Some(v) = G.val() { sink(v); B_then; } else { B_otherwise; } B_after;",
        &[head("then"), head_2021("otherwise"), free("after")],
    ),
    Construct::new("if_let_alone", "if let Some(_) = G.val() { B_then; } B_after;", &[head("then"), free("after")]),
    Construct::new(
        "if_let_chained_calls",
        "if let Some(v) = G.get().copied().map(|v| v + 1) { sink(v); B_then; } else { B_otherwise; }",
        &[head("then"), head_2021("otherwise")],
    ),
    Construct::new(
        "if_let_reference",
        "if let Some(v) = &G.keys[c as usize] { sink(*v); B_then; } else { B_otherwise; }",
        &[head("then"), head_2021("otherwise")],
    ),
    Construct::new(
        "if_let_then_else_if",
        "if let Some(v) = G.get() { sink(*v); } else if B_condition > 5 { } else if c { B_middle; } else { B_last; }",
        &[head_2021("condition"), head_2021("middle"), head_2021("last")],
    ),
    Construct::new(
        "if_let_then_else_if_let",
        "if let Some(v) = G.get() { sink(*v); } else if let 7 = B_condition { } else { B_last; }",
        &[head_2021("condition"), head_2021("last")],
    ),
    Construct::new(
        "if_let_second_in_chain",
        "if let 7 = { let b = B_before; b } { } else if let Some(v) = G.get() { sink(*v); B_then; } else { B_last; }",
        &[free("before"), head("then"), head_2021("last")],
    ),
    Construct::new(
        "if_let_as_argument",
        "sink(pair(if let Some(v) = G.get() { *v } else { 0 }, B_argument)); B_after;",
        &[held_2021("argument"), free("after")],
    ),
    Construct::new(
        "if_let_as_operand",
        "let sum = (if let Some(v) = G.get() { *v } else { 0 }) + B_operand; sink(sum); B_after;",
        &[held_2021("operand"), free("after")],
    ),
    Construct::new(
        "if_let_into_callee",
        "self.HELPER(if let Some(v) = G.get() { *v } else { 0 }).AWAIT;",
        &[held_2021("callee")],
    )
    .items("ASYNC fn HELPER(&self, value: u64) -> u64 { value + B_callee }"),
    Construct::new(
        "if_let_in_let",
        "let value = if let Some(v) = G.get() { *v } else { B_otherwise }; sink(value); B_after;",
        &[head_2021("otherwise"), free("after")],
    ),
    Construct::new(
        "if_let_in_else_of_if",
        "if c { B_sibling; } else { if let Some(v) = G.get() { sink(*v); } else { B_inner; } } B_after;",
        &[free("sibling"), head_2021("inner"), free("after")],
    ),
    Construct::new(
        "if_let_last_in_block",
        "sink(pair({ sink(0u64); if let Some(v) = G.val() { v } else { B_otherwise } }, B_argument));",
        &[head_2021("otherwise"), held_2021("argument")],
    ),
    Construct::new(
        "if_let_parenthesised",
        "if let Some(v) = (((G)).val()) { sink(v); B_then; } else { B_otherwise; }",
        &[head("then"), head_2021("otherwise")],
    ),
    Construct::new(
        "if_let_failed_lock",
        "if let Err(_) = RAW { B_then; } else { B_otherwise; }",
        &[head("then"), head_2021("otherwise")],
    )
    .needs(&[Need::Fallible]),
    Construct::new(
        "if_let_ok_lock",
        "if let Ok(g) = RAW { sink(g.num()); B_then; } else { B_otherwise; } B_after;",
        &[head("then"), head_2021("otherwise"), free("after")],
    )
    .needs(&[Need::Fallible]),
    Construct::new(
        "if_let_try",
        "if let YES(g) = TRY { sink(g.num()); B_then; } else { B_otherwise; } B_after;",
        &[head("then"), free("otherwise"), free("after")],
    )
    .needs(&[Need::Tries, Need::Sound]),
    Construct::new("if_let_try_failed", "if let NO = TRY { B_then; } else { B_otherwise; }", &[free("then"), head_2021("otherwise")])
        .needs(&[Need::Tries, Need::Sound]),
    // An attempt on a poisoned lock fails with the guard in the failure.
    Construct::new("if_let_try_poisoned", "if let Ok(_) = TRY { } else { B_otherwise; }", &[head_2021("otherwise").unasked()])
        .needs(&[Need::Tries, Need::Fallible]),
    // Let chains.
    Construct::new(
        "chain_let_first",
        "if let Some(v) = G.get() && B_next > 0 && let 1 = B_later { sink(*v); B_then; } else { B_otherwise; } B_after;",
        &[open("next"), open("later"), head("then"), free("otherwise"), free("after")],
    )
    .since(Edition::E2024),
    Construct::new(
        "chain_bool_first",
        "if G.has() && let 1 = B_later { B_then; } else { B_otherwise; }",
        &[free("later"), free("then"), free("otherwise")],
    )
    .since(Edition::E2024),
    Construct::new(
        "chain_bool_last",
        "if let 1 = B_before && G.has() { B_then; } else { B_otherwise; }",
        &[free("before"), free("then"), free("otherwise")],
    )
    .since(Edition::E2024),
    Construct::new(
        "chain_let_last",
        "if c && let Some(v) = G.val() { sink(v); B_then; } else { B_otherwise; }",
        &[head("then"), free("otherwise")],
    )
    .since(Edition::E2024),
    Construct::new(
        "chain_in_while",
        "while let Some(v) = G.val() && B_later > 0 { sink(v); B_body; break; }",
        &[open("later"), head("body")],
    )
    .since(Edition::E2024),
    // `match`: every arm, in every edition.
    Construct::new(
        "match_borrowed",
        "match G.get() { Some(v) => { sink(*v); B_some; } None => { B_none; } } B_after;",
        &[head("some"), head("none"), free("after")],
    ),
    Construct::new(
        "match_owned",
        "match G.val() { Some(_) => { B_some; } None => { B_none; } }",
        &[head("some"), head("none")],
    ),
    Construct::new("match_number", "match G.num() { 0 => { } _ => { B_arm; } }", &[head("arm")]),
    Construct::new(
        "match_on_reference",
        "match *(&G.keys[c as usize]) { Some(_) => { B_some; } None => { B_none; } }",
        &[head("some"), head("none")],
    ),
    Construct::new(
        "match_raw",
        "match RAW { Ok(g) => { sink(g.num()); B_ok; } Err(_) => { B_err; } } B_after;",
        &[head("ok"), head("err"), free("after")],
    )
    .needs(&[Need::Fallible]),
    Construct::new(
        "match_try",
        "match TRY { YES(g) => { sink(g.num()); B_yes; } NO => { B_no; } } B_after;",
        &[head("yes"), free("no"), free("after")],
    )
    .needs(&[Need::Tries, Need::Sound]),
    Construct::new("match_awaited", "match echo(G.num()).await { _ => { B_arm; } }", &[head("arm")]).needs(&[Need::Async]),
    Construct::new("match_tuple_of_locks", "match (G.val(), O.val()) { _ => { B_arm; } }", &[head("arm")]),
    Construct::new("match_tuple_second", "match (O.val(), G.val()) { _ => { B_arm; } }", &[head("arm")]),
    Construct::new(
        "match_as_argument",
        "sink(pair(match G.get() { Some(v) => *v, None => 0 }, B_argument)); B_after;",
        &[held("argument"), free("after")],
    ),
    Construct::new(
        "match_in_let",
        "let value = match G.val() { Some(v) => v, None => B_none }; sink(value); B_after;",
        &[head("none"), free("after")],
    ),
    Construct::new(
        "match_guard_under_head",
        "match G.val() { Some(_) if B_guard > 5 => { } Some(_) => { B_some; } None => { } }",
        &[head("guard"), head("some")],
    ),
    // Guards of arms.
    Construct::new(
        "arm_guard_bool",
        "match one() { _ if G.has() => { B_arm; } _ => { B_next; } } B_after;",
        &[free("arm"), free("next"), free("after")],
    ),
    Construct::new(
        "arm_guard_operand",
        "match one() { _ if G.num() < B_operand => { } _ => { } }",
        &[held("operand")],
    ),
    Construct::new(
        "arm_guard_next_guard",
        "match one() { _ if G.num() == 90 => { } _ if B_guard > 0 => { B_arm; } _ => { } }",
        &[free("guard"), free("arm")],
    ),
    Construct::new(
        "arm_guard_let",
        "match one() { _ if let Some(v) = G.get() => { sink(*v); B_arm; } _ => { B_next; } } B_after;",
        &[open("arm"), free("next"), free("after")],
    ),
    // Loops.
    Construct::new(
        "while_let_borrowed",
        "while let Some(v) = G.get() { sink(*v); B_body; break; } B_after;",
        &[head("body"), free("after")],
    ),
    Construct::new(
        "while_let_owned",
        "while let Some(v) = G.val() { sink(v); B_body; break; } B_after;",
        &[head("body"), free("after")],
    ),
    Construct::new(
        "while_let_pop",
        "G.more.push(1); while let Some(v) = G.more.pop() { sink(v); B_body; break; } B_after;",
        &[head("body"), free("after")],
    )
    .needs(&[Need::Exclusive]),
    Construct::new("while_let_try", "while let YES(g) = TRY { sink(g.num()); B_body; break; } B_after;", &[head("body"), free("after")])
        .needs(&[Need::Tries, Need::Sound]),
    Construct::new(
        "for_iter",
        "for v in G.list.iter() { sink(*v); B_body; } B_after;",
        &[head("body"), free("after")],
    ),
    Construct::new("for_reference", "for v in &G.list { sink(*v); B_body; }", &[head("body")]),
    Construct::new("for_owned", "for v in G.list.clone() { sink(v); B_body; }", &[head("body")]),
    Construct::new("for_range", "for _ in 0..G.num() { B_body; break; }", &[head("body")]),
    Construct::new(
        "for_nested",
        "for _ in 0..2u64 { for v in G.list.iter() { sink(*v); } B_between; }",
        &[free("between")],
    ),
    Construct::new(
        "loop_break_value",
        "let value = loop { break G.num(); }; sink(value); B_after;",
        &[free("after")],
    ),
];
