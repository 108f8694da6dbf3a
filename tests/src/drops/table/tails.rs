//! Tails of blocks and functions, `return` and `break`.

use crate::drops::row::{Case, Row};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "block_tail",
        "tail of a block `{ let l = …; G.x() }`",
        &[
            Case::differs(
                "block_tail",
                "{ let l = L; G.num() }; at(1);",
                ["+l +g -l -g 1", "+l +g -l -g 1"],
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
            Case::differs(
                "block_tail_in_let",
                "let v = { let l = L; G.num() }; at(1);",
                ["+l +g -l -g 1", "+l +g -l -g 1"],
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
            Case::differs(
                "block_tail_in_argument",
                "sink(({ let l = L; G.num() }, at(1))); at(2);",
                ["+l +g -l 1 -g 2", "+l +g -l 1 -g 2"],
                ["+l +g -g -l 1 2", "+l +g -g -l 1 2"],
            ),
            Case::differs(
                "block_tail_in_match",
                "match { let l = L; G.val() } { _ => { at(1); } } at(2);",
                ["+l +g -l 1 -g 2", "+l +g -l 1 -g 2"],
                ["+l +g -g -l 1 2", "+l +g -g -l 1 2"],
            ),
            Case::differs(
                "block_tail_match",
                "let v = { let l = L; match G.val() { Some(_) => at(1), None => at(2) } }; at(3);",
                ["+l +g 1 -l -g 3", "+l +g 2 -l -g 3"],
                ["+l +g 1 -g -l 3", "+l +g 2 -g -l 3"],
            ),
            Case::same(
                "block_without_tail",
                "{ let l = L; G.num(); } at(1);",
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
        ],
    ),
    Row::new(
        "function_tail",
        "tail of a function or closure; `return G.x()` or `break 'a G.x()` without `;` as a block's tail",
        &[
            Case::differs(
                "function_tail",
                "fn tail(s: &State) -> u64 { let l = L; G.num() } tail(s); at(1);",
                ["+l +g -l -g 1", "+l +g -l -g 1"],
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
            Case::differs(
                "function_tail_match",
                "fn tail(s: &State) -> u64 { let l = L; match G.val() { Some(_) => at(1), None => at(2) } } tail(s); at(3);",
                ["+l +g 1 -l -g 3", "+l +g 2 -l -g 3"],
                ["+l +g 1 -g -l 3", "+l +g 2 -g -l 3"],
            ),
            Case::differs(
                "closure_tail",
                "let f = || { let l = L; G.num() }; f(); at(1);",
                ["+l +g -l -g 1", "+l +g -l -g 1"],
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
            Case::differs(
                "return_tail",
                "fn tail(s: &State) -> u64 { let l = L; return G.num() } tail(s); at(1);",
                ["+l +g -l -g 1", "+l +g -l -g 1"],
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
            Case::differs(
                "break_tail",
                "let v = 'a: { let l = L; break 'a G.num() }; at(1);",
                ["+l +g -l -g 1", "+l +g -l -g 1"],
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
        ],
    ),
    Row::new(
        "return_statement",
        "`return G.x();`, `break G.x();`",
        &[
            Case::same(
                "return_statement",
                "fn tail(s: &State) -> u64 { let l = L; return G.num(); } tail(s); at(1);",
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
            Case::same(
                "break_statement",
                "let v = 'a: { let l = L; break 'a G.num(); }; at(1);",
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
            Case::same(
                "break_from_loop",
                "let v = loop { let l = L; break G.num(); }; at(1);",
                ["+l +g -g -l 1", "+l +g -g -l 1"],
            ),
            Case::same(
                "return_in_branch",
                "if c { let l = L; at(1); return G.val(); } at(2);",
                ["+l 1 +g -g -l", "2"],
            ),
        ],
    ),
    Row::new(
        "bodies",
        "closure and `async` bodies",
        &[
            Case::same(
                "closure_body_in_argument",
                "sink(((|| G.num())(), at(1))); at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "closure_body_in_match",
                "match (|| G.val())() { _ => { at(1); } } at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "closure_returns_guard",
                "let f = || G; sink((f().num(), at(1))); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "closure_returns_guard_to_let",
                "{ let f = || G; let g = f(); at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "closure_never_called",
                "let f = || { let g = G; at(1) }; at(2);",
                ["2", "2"],
            ),
            Case::same(
                "closure_called_twice",
                "let f = || { let g = G; at(1) }; f(); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "async_body_in_argument",
                "sink((async { G.num() }.await, at(1))); at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "async_body_in_match",
                "match async { G.val() }.await { _ => { at(1); } } at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "async_function_returns_guard",
                "async fn take(s: &State) -> MutexGuard<'_, Data> { G } sink((take(s).await.num(), at(1))); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "function_returns_guard",
                "fn take(s: &State) -> MutexGuard<'_, Data> { let l = L; G } match take(s).val() { _ => { at(1); } } at(2);",
                ["+l +g -l 1 -g 2", "+l +g -l 1 -g 2"],
            ),
        ],
    ),
];
