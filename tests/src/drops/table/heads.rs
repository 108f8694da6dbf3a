//! Conditions, and guards born in the head of an `if let`, `match`, `while let` or `for`.

use crate::drops::row::{Case, Row};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "plain_condition",
        "`if G.c() {}`, `while G.c() {}`, operands of lazy `&&` and `||`, `assert!(G.c())`, `if matches!(G.x(), P)`",
        &[
            Case::same(
                "if_bool",
                "if G.has() { at(1); } else { at(2); } at(3);",
                ["+g -g 1 3", "+g -g 2 3"],
            ),
            Case::same(
                "else_if_bool",
                "if at(1) > 9 { } else if G.has() { at(2); } else { at(3); }",
                ["1 +g -g 2", "1 +g -g 3"],
            ),
            Case::same(
                "while_bool",
                "while G.has() { at(1); break; } at(2);",
                ["+g -g 1 2", "+g -g 2"],
            ),
            Case::same(
                "lazy_and",
                "let both = G.has() && at(1) > 0; at(2);",
                ["+g -g 1 2", "+g -g 2"],
            ),
            Case::same(
                "lazy_or",
                "let either = G.has() || at(1) > 0; at(2);",
                ["+g -g 2", "+g -g 1 2"],
            ),
            Case::same(
                "lazy_operands_in_if",
                "if O.has() && G.has() && at(1) > 0 { at(2); } else { at(3); }",
                ["+o -o +g -g 1 2", "+o -o 3"],
            ),
            Case::same(
                "lazy_operands_mixed",
                "if (O.num() > 99 || G.has()) && at(1) > 0 { at(2); } at(3);",
                ["+o -o +g -g 1 2 3", "+o -o +g -g 3"],
            ),
            Case::same(
                "lazy_in_argument",
                "sink((G.has() && at(1) > 0, at(2))); at(3);",
                ["+g -g 1 2 3", "+g -g 2 3"],
            ),
            Case::same(
                "eager_and",
                "let both = G.has() & (at(1) > 0); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "assert_bool",
                "assert!(G.num() > 0); at(1);",
                ["+g -g 1", "+g -g 1"],
            ),
            Case::same(
                "assert_lazy",
                "assert!(G.num() > 99 || at(1) > 0); at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "assert_message",
                "assert!(G.num() > 0, \"{}\", at(1)); at(2);",
                ["+g -g 2", "+g -g 2"],
            ),
            Case::same(
                "if_matches",
                "if matches!(G.val(), Some(_)) { at(1); } else { at(2); } at(3);",
                ["+g -g 1 3", "+g -g 2 3"],
            ),
            Case::same(
                "if_negated",
                "if !G.has() { at(1); } else { at(2); }",
                ["+g -g 2", "+g -g 1"],
            ),
        ],
    ),
    Row::new(
        "if_let_then",
        "`if let P = G.x() { then }`: then, and on to the end of the enclosing statement",
        &[
            Case::same(
                "if_let",
                "if let Some(_) = G.val() { at(1); } at(2);",
                ["+g 1 -g 2", "+g -g 2"],
            ),
            Case::same(
                "if_let_borrowed",
                "if let Some(v) = G.get() { at(1); } at(2);",
                ["+g 1 -g 2", "+g -g 2"],
            ),
            Case::differs(
                "if_let_as_argument",
                "sink((if let Some(_) = G.val() { at(1) } else { 0 }, at(2))); at(3);",
                ["+g 1 2 -g 3", "+g 2 -g 3"],
                ["+g 1 -g 2 3", "+g -g 2 3"],
            ),
            Case::differs(
                "if_let_into_callee",
                "fn callee(n: u64, m: u64) -> u64 { at(4) } callee(if let Some(_) = G.val() { at(1) } else { 0 }, at(2)); at(3);",
                ["+g 1 2 4 -g 3", "+g 2 4 -g 3"],
                ["+g 1 -g 2 4 3", "+g -g 2 4 3"],
            ),
            Case::differs(
                "if_let_as_operand",
                "let sum = (if let Some(_) = G.val() { at(1) } else { 0 }) + at(2); at(3);",
                ["+g 1 2 -g 3", "+g 2 -g 3"],
                ["+g 1 -g 2 3", "+g -g 2 3"],
            ),
            Case::same(
                "if_let_in_block",
                "{ if let Some(_) = G.val() { at(1); } } at(2);",
                ["+g 1 -g 2", "+g -g 2"],
            ),
            Case::differs(
                "if_let_as_block_tail",
                "sink(({ at(1); if let Some(_) = G.val() { at(2) } else { 0 } }, at(3))); at(4);",
                ["1 +g 2 3 -g 4", "1 +g 3 -g 4"],
                ["1 +g 2 -g 3 4", "1 +g -g 3 4"],
            ),
            Case::differs(
                "if_let_as_function_tail",
                "fn tail(s: &State) -> u64 { let l = L; if let Some(_) = G.val() { at(1) } else { at(2) } } tail(s); at(3);",
                ["+l +g 1 -l -g 3", "+l +g 2 -l -g 3"],
                ["+l +g 1 -g -l 3", "+l +g -g 2 -l 3"],
            ),
        ],
    ),
    Row::new(
        "if_let_else",
        "… its `else`, and every later `else if` condition and body",
        &[
            Case::differs(
                "if_let_else",
                "if let Some(_) = G.val() { at(1); } else { at(2); } at(3);",
                ["+g 1 -g 3", "+g 2 -g 3"],
                ["+g 1 -g 3", "+g -g 2 3"],
            ),
            Case::differs(
                "if_let_else_if",
                "if let Some(_) = G.val() { at(1); } else if at(2) > 9 { at(3); } else { at(4); } at(5);",
                ["+g 1 -g 5", "+g 2 4 -g 5"],
                ["+g 1 -g 5", "+g -g 2 4 5"],
            ),
            Case::differs(
                "if_let_else_if_let",
                "if let Some(_) = G.val() { at(1); } else if let 2 = at(2) { at(3); } else { at(4); } at(5);",
                ["+g 1 -g 5", "+g 2 3 -g 5"],
                ["+g 1 -g 5", "+g -g 2 3 5"],
            ),
            Case::differs(
                "if_let_after_else",
                "if at(1) > 9 { at(2); } else if let Some(_) = G.val() { at(3); } else { at(4); } at(5);",
                ["1 +g 3 -g 5", "1 +g 4 -g 5"],
                ["1 +g 3 -g 5", "1 +g -g 4 5"],
            ),
            Case::differs(
                "if_let_twice",
                "if let Some(_) = G.val() { at(1); } else if let Some(_) = O.val() { at(2); } else { at(3); } at(4);",
                ["+g 1 -g 4", "+g +o 3 -o -g 4"],
                ["+g 1 -g 4", "+g -g +o -o 3 4"],
            ),
            Case::differs(
                "if_let_nested_in_else",
                "if let Some(_) = G.val() { at(1); } else { if let Some(_) = O.val() { at(2); } else { at(3); } at(4); } at(5);",
                ["+g 1 -g 5", "+g +o 3 -o 4 -g 5"],
                ["+g 1 -g 5", "+g -g +o -o 3 4 5"],
            ),
            Case::differs(
                "if_let_nested_in_then",
                "if let Some(_) = G.val() { if let Some(_) = O.val() { at(1); } else { at(2); } at(3); } else { at(4); } at(5);",
                ["+g +o 1 -o 3 -g 5", "+g 4 -g 5"],
                ["+g +o 1 -o 3 -g 5", "+g -g 4 5"],
            ),
            Case::differs(
                "if_let_in_let",
                "let v = if let Some(_) = G.val() { at(1) } else { at(2) }; at(3);",
                ["+g 1 -g 3", "+g 2 -g 3"],
                ["+g 1 -g 3", "+g -g 2 3"],
            ),
        ],
    ),
    Row::new(
        "failure_with_guard",
        "a failing value that still carries a guard",
        &[
            Case::differs(
                "poisoned_if_err",
                "if let Err(_) = s.p.lock() { at(1); } else { at(2); } at(3);",
                ["+p 2 -p 3", "+p 1 -p 3"],
                ["+p -p 2 3", "+p 1 -p 3"],
            ),
            Case::differs(
                "poisoned_if_ok",
                "if let Ok(_) = s.p.lock() { at(1); } else { at(2); } at(3);",
                ["+p 1 -p 3", "+p 2 -p 3"],
                ["+p 1 -p 3", "+p -p 2 3"],
            ),
        ],
    ),
    Row::new(
        "failure_without_guard",
        "a failing value that carries none",
        &[
            Case::same(
                "try_lock_if_some",
                "if let Some(_) = s.g.try_lock() { at(1); } else { at(2); } at(3);",
                ["+g 1 -g 3", "2 3"],
            ),
            Case::same(
                "try_lock_bound",
                "if let Some(g) = s.g.try_lock() { at(1); } else { at(2); } at(3);",
                ["+g 1 -g 3", "2 3"],
            ),
            Case::differs(
                "try_lock_if_none",
                "if let None = s.g.try_lock() { at(1); } else { at(2); } at(3);",
                ["+g 2 -g 3", "1 3"],
                ["+g -g 2 3", "1 3"],
            ),
            Case::same(
                "try_lock_match",
                "match s.g.try_lock() { Some(_) => { at(1); } None => { at(2); } } at(3);",
                ["+g 1 -g 3", "2 3"],
            ),
            Case::same(
                "map_get",
                "if let Some(_) = s.m.get(&1) { at(1); } else { at(2); } at(3);",
                ["+m 1 -m 3", "+m -m 2 3"],
            ),
            Case::same(
                "map_get_bound",
                "if let Some(r) = s.m.get(&1) { at(1); } else { at(2); } at(3);",
                ["+m 1 -m 3", "+m -m 2 3"],
            ),
            Case::same(
                "map_get_match",
                "match s.m.get(&1) { Some(r) => { at(1); } None => { at(2); } } at(3);",
                ["+m 1 -m 3", "+m -m 2 3"],
            ),
        ],
    ),
    Row::new(
        "let_chain",
        "let chain",
        &[
            Case::recent(
                "chain",
                "if let Some(_) = G.val() && at(1) > 0 && let 2 = at(2) { at(3); } else { at(4); } at(5);",
                ["+g 1 2 3 -g 5", "+g -g 4 5"],
            ),
            Case::recent(
                "chain_fails_late",
                "if let 1 = at(1) && let Some(_) = G.val() && at(2) > 9 { at(3); } else { at(4); } at(5);",
                ["1 +g 2 -g 4 5", "1 +g -g 4 5"],
            ),
            Case::recent(
                "chain_plain_operand",
                "if G.has() && let 1 = at(1) { at(2); } else { at(3); } at(4);",
                ["+g -g 1 2 4", "+g -g 3 4"],
            ),
            Case::recent(
                "chain_plain_operand_last",
                "if let 1 = at(1) && G.has() { at(2); } else { at(3); } at(4);",
                ["1 +g -g 2 4", "1 +g -g 3 4"],
            ),
            Case::recent(
                "chain_two_guards",
                "if let Some(_) = G.val() && let Some(_) = O.val() { at(1); } else { at(2); } at(3);",
                ["+g +o 1 -o -g 3", "+g -g 2 3"],
            ),
            Case::recent(
                "chain_in_while",
                "while let Some(_) = G.val() && at(1) > 0 { at(2); break; } at(3);",
                ["+g 1 2 -g 3", "+g -g 3"],
            ),
        ],
    ),
    Row::new(
        "match_arms",
        "`match G.x() { arms }`, `match m.lock() {…}`, `match f(G.v()).await {…}`, tuple of two locks",
        &[
            Case::same(
                "match_value",
                "match G.val() { Some(_) => { at(1); } None => { at(2); } } at(3);",
                ["+g 1 -g 3", "+g 2 -g 3"],
            ),
            Case::same(
                "match_borrowed",
                "match G.get() { Some(v) => { at(1); } None => { at(2); } } at(3);",
                ["+g 1 -g 3", "+g 2 -g 3"],
            ),
            Case::same(
                "match_guard",
                "match G { g => { at(1); } } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "match_guard_unbound",
                "match G { _ => { at(1); } } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "match_raw",
                "match s.p.lock() { Ok(g) => { at(1); } Err(_) => { at(2); } } at(3);",
                ["+p 1 -p 3", "+p 2 -p 3"],
            ),
            Case::same(
                "match_awaited",
                "match echo(G.num()).await { _ => { at(1); } } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "match_async_lock",
                "match s.t.lock().await.val() { Some(_) => { at(1); } None => { at(2); } } at(3);",
                ["+t 1 -t 3", "+t 2 -t 3"],
            ),
            Case::same(
                "match_tuple",
                "match (G.val(), O.val()) { (Some(_), _) => { at(1); } _ => { at(2); } } at(3);",
                ["+g +o 1 -o -g 3", "+g +o 2 -o -g 3"],
            ),
            Case::same(
                "match_as_argument",
                "sink((match G.val() { Some(_) => at(1), None => at(2) }, at(3))); at(4);",
                ["+g 1 3 -g 4", "+g 2 3 -g 4"],
            ),
            Case::same(
                "match_on_place",
                "match *&G.n { _ => { at(1); } } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
        ],
    ),
    Row::new(
        "match_guards",
        "match-arm guard `if G.c()`",
        &[
            Case::same(
                "arm_guard",
                "match at(1) { _ if G.has() => { at(2); } _ => { at(3); } } at(4);",
                ["1 +g -g 2 4", "1 +g -g 3 4"],
            ),
            Case::same(
                "arm_guard_operand",
                "match at(1) { _ if G.num() > at(2) => { at(3); } _ => { at(4); } } at(5);",
                ["1 +g 2 -g 3 5", "1 +g 2 -g 3 5"],
            ),
            Case::same(
                "arm_guard_under_head",
                "match O.val() { _ if G.has() => { at(1); } _ => { at(2); } } at(3);",
                ["+o +g -g 1 -o 3", "+o +g -g 2 -o 3"],
            ),
        ],
    ),
    Row::new(
        "match_guard_let",
        "match-arm guard `if let P = G.x()`",
        &[
            Case::same(
                "arm_guard_let",
                "match at(1) { _ if let Some(_) = G.val() => { at(2); } _ => { at(3); } } at(4);",
                ["1 +g 2 -g 4", "1 +g -g 3 4"],
            ),
            Case::same(
                "arm_guard_let_then_other",
                "match at(1) { 1 if let Some(_) = G.val() => { at(2); } 1 if at(3) > 9 => { at(4); } _ => { at(5); } } at(6);",
                ["1 +g 2 -g 6", "1 +g -g 3 5 6"],
            ),
        ],
    ),
    Row::new(
        "while_let",
        "`while let P = G.x() { body }`",
        &[
            Case::same(
                "while_let",
                "while let Some(_) = G.val() { at(1); break; } at(2);",
                ["+g 1 -g 2", "+g -g 2"],
            ),
            Case::same(
                "while_let_pop",
                "G.more.push(1); while let Some(_) = G.more.pop() { at(1); } at(2);",
                ["+g -g +g 1 -g +g -g 2", "+g -g +g 1 -g +g -g 2"],
            ),
            Case::same(
                "while_let_continue",
                "let mut n = 0; while let Some(_) = G.val() { at(1); n += 1; if n > 0 { break; } at(2); } at(3);",
                ["+g 1 -g 3", "+g -g 3"],
            ),
            Case::same(
                "while_let_guard",
                "while let Some(g) = s.g.try_lock() { at(1); break; } at(2);",
                ["+g 1 -g 2", "2"],
            ),
        ],
    ),
    Row::new(
        "for_head",
        "`for x in G.iter() { body }`, range heads",
        &[
            Case::same(
                "for_iter",
                "for v in G.list.iter() { at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "for_reference",
                "for v in &G.list { at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "for_owned",
                "for v in G.list.clone() { at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "for_range",
                "for _ in 0..G.num() { at(1); break; } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "for_option",
                "for v in G.val() { at(1); } at(2);",
                ["+g 1 -g 2", "+g -g 2"],
            ),
        ],
    ),
];
