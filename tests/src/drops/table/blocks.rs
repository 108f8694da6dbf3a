//! Blocks, branches and loop bodies as scrutinees and arguments.

use crate::drops::row::{Case, Row};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "block_value",
        "plain, `unsafe` and labelled block as scrutinee or argument",
        &[
            Case::differs(
                "block_in_match",
                "match { G.val() } { Some(_) => { at(1); } None => { at(2); } } at(3);",
                ["+g 1 -g 3", "+g 2 -g 3"],
                ["+g -g 1 3", "+g -g 2 3"],
            ),
            Case::differs(
                "block_in_if_let",
                "if let Some(_) = { G.val() } { at(1); } else { at(2); } at(3);",
                ["+g 1 -g 3", "+g 2 -g 3"],
                ["+g -g 1 3", "+g -g 2 3"],
            ),
            Case::differs(
                "block_in_while_let",
                "while let Some(_) = { G.val() } { at(1); break; } at(2);",
                ["+g 1 -g 2", "+g -g 2"],
                ["+g -g 1 2", "+g -g 2"],
            ),
            Case::differs(
                "block_in_for",
                "for v in { G.list.clone() } { at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::differs(
                "block_in_argument",
                "sink(({ G.num() }, at(1))); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "block_in_let",
                "let v = { G.num() }; at(1);",
                ["+g -g 1", "+g -g 1"],
            ),
            Case::differs(
                "unsafe_block_in_match",
                "match unsafe { G.val() } { _ => { at(1); } } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::differs(
                "unsafe_block_in_argument",
                "sink((unsafe { G.num() }, at(1))); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::differs(
                "labelled_block_in_match",
                "match 'a: { if c { break 'a None; } G.val() } { _ => { at(1); } } at(2);",
                ["1 2", "+g 1 -g 2"],
                ["1 2", "+g -g 1 2"],
            ),
            Case::differs(
                "labelled_block_in_argument",
                "sink(('a: { if c { break 'a 0; } G.num() }, at(1))); at(2);",
                ["1 2", "+g 1 -g 2"],
                ["1 2", "+g -g 1 2"],
            ),
            Case::differs(
                "break_as_tail",
                "sink(('a: { break 'a G.num() }, at(1))); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::differs(
                "blocks_in_blocks",
                "match { { G.val() } } { _ => { at(1); } } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::differs(
                "block_with_local",
                "match { let n = at(1); G.val() } { _ => { at(2); } } at(3);",
                ["1 +g 2 -g 3", "1 +g 2 -g 3"],
                ["1 +g -g 2 3", "1 +g -g 2 3"],
            ),
        ],
    ),
    Row::new(
        "branch_value",
        "branch of `if`/`else`, arm body or loop body as the value",
        &[
            Case::same(
                "if_branch_in_match",
                "match if c { G.val() } else { None } { _ => { at(1); } } at(2);",
                ["+g -g 1 2", "1 2"],
            ),
            Case::same(
                "else_branch_in_if_let",
                "if let Some(_) = if c { None } else { G.val() } { at(1); } else { at(2); } at(3);",
                ["2 3", "+g -g 2 3"],
            ),
            Case::same(
                "if_branch_in_argument",
                "sink((if c { G.num() } else { 0 }, at(1))); at(2);",
                ["+g -g 1 2", "1 2"],
            ),
            Case::same(
                "arm_in_match",
                "match (match c { true => G.val(), false => None }) { _ => { at(1); } } at(2);",
                ["+g -g 1 2", "1 2"],
            ),
            Case::same(
                "arm_in_argument",
                "sink((match c { true => G.num(), false => 0 }, at(1))); at(2);",
                ["+g -g 1 2", "1 2"],
            ),
            Case::same(
                "loop_body_in_match",
                "match loop { break G.val() } { _ => { at(1); } } at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "loop_body_in_argument",
                "sink((loop { break G.num() }, at(1))); at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::differs(
                "if_let_branch_in_argument",
                "sink((if let Some(_) = O.val() { G.num() } else { 0 }, at(1))); at(2);",
                ["+o +g -g 1 -o 2", "+o 1 -o 2"],
                ["+o +g -g -o 1 2", "+o -o 1 2"],
            ),
        ],
    ),
    Row::new(
        "let_in_block",
        "`match { let v = G.x(); v } {}`",
        &[
            Case::same(
                "let_in_block",
                "match { let v = G.val(); v } { _ => { at(1); } } at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "let_in_block_if_let",
                "if let Some(_) = { let v = G.val(); v } { at(1); } else { at(2); } at(3);",
                ["+g -g 1 3", "+g -g 2 3"],
            ),
            Case::same(
                "let_in_block_argument",
                "sink(({ let v = G.num(); v }, at(1))); at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
        ],
    ),
];
