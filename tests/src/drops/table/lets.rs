//! `let`, `let … else`, assignments, and temporaries that a `let` extends.

use crate::drops::row::{Case, Row};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "let_else",
        "`let P = G.x() else { e };`",
        &[
            Case::same(
                "let_else",
                "let Some(_) = G.val() else { at(1); return None; }; at(2);",
                ["+g -g 2", "+g -g 1"],
            ),
            Case::same(
                "let_else_copied",
                "let Some(v) = G.get().copied() else { at(1); return None; }; at(2);",
                ["+g -g 2", "+g -g 1"],
            ),
            Case::same(
                "let_else_extended",
                "let Some(_) = Some(&*G).filter(|_| c) else { at(1); return None; }; at(2);",
                ["+g -g 2", "+g -g 1"],
            ),
            Case::same(
                "let_else_reborrowed",
                "let (true, r) = (c, &*G) else { at(1); return None; }; at(2);",
                ["+g 2 -g", "+g -g 1"],
            ),
            Case::same(
                "let_else_guard",
                "let Ok(g) = s.p.lock() else { at(1); return None; }; at(2);",
                ["+p 2 -p", "+p -p 1"],
            ),
            Case::same(
                "let_else_try",
                "let Some(g) = s.g.try_lock() else { at(1); return None; }; at(2);",
                ["+g 2 -g", "1"],
            ),
            Case::same(
                "let_else_map",
                "let Some(r) = s.m.get(&1) else { at(1); return None; }; at(2);",
                ["+m 2 -m", "+m -m 1"],
            ),
        ],
    ),
    Row::new(
        "statement",
        "`let v = G.x();`, `y = G.x();`, `G.x()?;`, `_ = G;`, `(_, a) = (G, B);`",
        &[
            Case::same(
                "let_value",
                "let v = G.val(); at(1);",
                ["+g -g 1", "+g -g 1"],
            ),
            Case::same(
                "let_sum",
                "let v = G.num() + at(1); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "let_deferred",
                "let v; v = G.num(); at(1);",
                ["+g -g 1", "+g -g 1"],
            ),
            Case::same("plain_statement", "G.num(); at(1);", ["+g -g 1", "+g -g 1"]),
            Case::same("guard_as_statement", "G; at(1);", ["+g -g 1", "+g -g 1"]),
            Case::same("question_mark", "G.val()?; at(1);", ["+g -g 1", "+g -g"]),
            Case::same(
                "question_mark_in_let",
                "let v = G.val()?; at(1);",
                ["+g -g 1", "+g -g"],
            ),
            Case::same(
                "question_mark_in_argument",
                "sink((G.val()?, at(1))); at(2);",
                ["+g 1 -g 2", "+g -g"],
            ),
            Case::same(
                "question_mark_after_local",
                "let l = L; G.val()?; at(1);",
                ["+l +g -g 1 -l", "+l +g -g -l"],
            ),
            Case::same(
                "underscore_assigned",
                "_ = G; at(1);",
                ["+g -g 1", "+g -g 1"],
            ),
            Case::same(
                "underscore_assigned_value",
                "_ = G.num() + at(1); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "destructuring_assigned",
                "let a; (_, a) = (G, at(1)); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
        ],
    ),
    Row::new(
        "assign_through",
        "`*G = B`, `G.f = B`, `G[0] = B`",
        &[
            Case::same(
                "assign_whole",
                "*G = Data::with(at(1)); at(2);",
                ["1 +g -g 2", "1 +g -g 2"],
            ),
            Case::same(
                "assign_field",
                "G.n = at(1); at(2);",
                ["1 +g -g 2", "1 +g -g 2"],
            ),
            Case::same(
                "assign_element",
                "G.list[0] = at(1); at(2);",
                ["1 +g -g 2", "1 +g -g 2"],
            ),
        ],
    ),
    Row::new(
        "assign_operator",
        "`*G += B`",
        &[
            Case::same(
                "add_to_primitive",
                "G.n += at(1); at(2);",
                ["1 +g -g 2", "1 +g -g 2"],
            ),
            Case::same(
                "add_overloaded",
                "*G += at(1); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "add_overloaded_field",
                "G.tally += at(1); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
        ],
    ),
    Row::new(
        "assign_from_itself",
        "`*m.lock() = *m.lock() + 1`",
        &[
            Case::same(
                "assign_from_itself",
                "G.n = G.n + 1; at(1);",
                ["+g !", "+g !"],
            ),
            Case::same("add_from_itself", "G.n += G.n; at(1);", ["+g !", "+g !"]),
        ],
    ),
    Row::new(
        "reassigned",
        "`g = m.lock()` while `g` is alive (also `x = Some(m.lock())`)",
        &[
            Case::same(
                "reassigned",
                "let mut g = G; at(1); g = G; at(2);",
                ["+g 1 !", "+g 1 !"],
            ),
            Case::same(
                "reassigned_option",
                "let mut g = Some(G); at(1); g = Some(G); at(2);",
                ["+g 1 !", "+g 1 !"],
            ),
            Case::same(
                "reassigned_other",
                "let mut g = G; at(1); g = O; at(2);",
                ["+g 1 +o -g 2 -o", "+g 1 +o -g 2 -o"],
            ),
            Case::same(
                "reassigned_after_drop",
                "let mut g = G; drop(g); at(1); g = G; at(2);",
                ["+g -g 1 +g 2 -g", "+g -g 1 +g 2 -g"],
            ),
            Case::same(
                "reassigned_field",
                "let mut h = Holder { g: G }; at(1); h.g = O; at(2);",
                ["+g 1 +o -g 2 -o", "+g 1 +o -g 2 -o"],
            ),
        ],
    ),
    Row::new(
        "extended",
        "`let r = &G;`, `&*G`, `&mut *G`, `&G.field`, `&G[i]`, `(&G,)`, `Some(&G)`, struct fields, arrays, `let ref r = G`, `let _ = &G`, `pin!(G)`, through `if`, `match` and block tails",
        &[
            Case::same(
                "extended_reference",
                "{ let r = &G; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_reborrow",
                "{ let r = &*G; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_reborrow_mut",
                "{ let r = &mut *G; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_field",
                "{ let r = &G.list; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_element",
                "{ let r = &G.list[0]; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_tuple",
                "{ let r = (&G, at(1)); at(2); } at(3);",
                ["+g 1 2 -g 3", "+g 1 2 -g 3"],
            ),
            Case::same(
                "extended_some",
                "{ let r = Some(&G); at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_struct",
                "{ let r = Holder { g: &G }; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_array",
                "{ let r = [&*G]; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_ref",
                "{ let ref r = G; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_ref_in_tuple",
                "{ let (ref r, n) = (G, at(1)); at(2); } at(3);",
                ["+g 1 2 -g 3", "+g 1 2 -g 3"],
            ),
            Case::same(
                "extended_unnamed",
                "{ let _ = &G; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_pin",
                "{ let r = std::pin::pin!(G); at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_if",
                "{ let r = if c { &*G } else { &*O }; at(1); } at(2);",
                ["+g 1 -g 2", "+o 1 -o 2"],
            ),
            Case::same(
                "extended_match",
                "{ let r = match c { true => &*G, false => &*O }; at(1); } at(2);",
                ["+g 1 -g 2", "+o 1 -o 2"],
            ),
            Case::same(
                "extended_block",
                "{ let r = { at(1); &*G }; at(2); } at(3);",
                ["1 +g 2 -g 3", "1 +g 2 -g 3"],
            ),
            Case::same(
                "extended_cast",
                "{ let r = &G.n as *const u64; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "extended_before_locals",
                "{ let l = L; let r = &*G; at(1); } at(2);",
                ["+l +g 1 -g -l 2", "+l +g 1 -g -l 2"],
            ),
            Case::same(
                "extended_in_call_is_not",
                "{ let r = keep(&*G).num(); at(1); } at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "extended_by_method_is_not",
                "{ let v = (&*G).num(); at(1); } at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
            Case::same(
                "extended_value_is_not",
                "{ let r = &G.num(); at(1); } at(2);",
                ["+g -g 1 2", "+g -g 1 2"],
            ),
        ],
    ),
    Row::new(
        "let_underscore",
        "`let _ = G;` is dropped at once; `let _ = g;` and `match g { _ => }` do not drop",
        &[
            Case::same(
                "let_underscore",
                "let _ = G; at(1);",
                ["+g -g 1", "+g -g 1"],
            ),
            Case::same(
                "let_underscore_value",
                "let _ = G.num() + at(1); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "let_underscore_place",
                "{ let g = G; let _ = g; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "let_underscore_tuple",
                "let (_, n) = (G, at(1)); at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "match_underscore_place",
                "{ let g = G; match g { _ => { at(1); } } at(2); } at(3);",
                ["+g 1 2 -g 3", "+g 1 2 -g 3"],
            ),
            Case::same(
                "let_underscore_option",
                "let _ = Some(G); at(1);",
                ["+g -g 1", "+g -g 1"],
            ),
        ],
    ),
    Row::new(
        "let_underscore_name",
        "`let _g = G;`",
        &[
            Case::same(
                "let_underscore_name",
                "{ let _g = G; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
            Case::same(
                "let_name_unused",
                "{ let g = G; at(1); } at(2);",
                ["+g 1 -g 2", "+g 1 -g 2"],
            ),
        ],
    ),
];
