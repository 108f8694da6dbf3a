//! `let`, `let … else`, assignments, and temporaries that a `let` extends.

use crate::programs::construct::{Construct, ITSELF, Need, free, held};

pub(super) const ALL: &[Construct] = &[
    Construct::new(
        "let_value",
        "let v = G.val(); sink(v); B_after;",
        &[free("after")],
    ),
    Construct::new(
        "assign_value",
        "let y; y = G.num(); sink(y); B_after;",
        &[free("after")],
    ),
    Construct::new("statement", "G.num(); B_after;", &[free("after")]),
    Construct::new(
        "let_sum",
        "let v = G.num() + B_operand; sink(v); B_after;",
        &[held("operand"), free("after")],
    ),
    Construct::new(
        "question_mark",
        "let answer = (|| { G.val()?; B_after; Some(1u64) })(); sink(answer);",
        &[free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new("underscore_assigned", "_ = G; B_after;", &[free("after")]),
    Construct::new(
        "underscore_assigned_place",
        "let g = G; _ = g; B_after;",
        &[held("after")],
    ),
    Construct::new(
        "destructuring_assigned",
        "let y; (_, y) = (G, B_second); sink(y); B_after;",
        &[held("second"), free("after")],
    ),
    // `let … else`.
    Construct::new(
        "let_else",
        "let Some(v) = G.val() else { B_otherwise; return 0; }; sink(v); B_after;",
        &[free("otherwise"), free("after")],
    ),
    Construct::new(
        "let_else_copied",
        "let Some(v) = G.get().copied() else { B_otherwise; return 0; }; sink(v); B_after;",
        &[free("otherwise"), free("after")],
    ),
    Construct::new(
        "let_else_reference",
        "let Some(_) = &G.keys[c as usize] else { B_otherwise; return 0; }; B_after;",
        &[free("otherwise"), held("after")],
    ),
    Construct::new(
        "let_else_reborrow",
        "let (true, r) = (c, &*G) else { B_otherwise; return 0; }; B_after; sink(r.num());",
        &[free("otherwise"), held("after")],
    ),
    Construct::new(
        "let_else_ok_lock",
        "let Ok(g) = RAW else { B_otherwise; return 0; }; sink(g.num()); B_after;",
        &[free("otherwise"), held("after")],
    )
    .needs(&[Need::Fallible]),
    Construct::new(
        "let_else_try",
        "let YES(g) = TRY else { B_otherwise; return 0; }; sink(g.num()); B_after;",
        &[free("otherwise"), held("after")],
    )
    .needs(&[Need::Tries, Need::Sound]),
    // Assignments through a guard: the right side runs first.
    Construct::new(
        "assign_whole",
        "*G = Data::with({ let b = B_value; b }); B_after;",
        &[free("value"), free("after")],
    )
    .needs(&[Need::Exclusive]),
    Construct::new(
        "assign_field",
        "G.n = { let b = B_value; b }; B_after;",
        &[free("value"), free("after")],
    )
    .needs(&[Need::Exclusive]),
    Construct::new(
        "assign_element",
        "G.list[0] = { let b = B_value; b }; B_after;",
        &[free("value"), free("after")],
    )
    .needs(&[Need::Exclusive]),
    Construct::new(
        "add_to_primitive",
        "G.n += { let b = B_value; b }; B_after;",
        &[free("value"), free("after")],
    )
    .needs(&[Need::Exclusive]),
    Construct::new(
        "add_overloaded",
        "*G += B_value; B_after;",
        &[held("value"), free("after")],
    )
    .needs(&[Need::Exclusive]),
    Construct::new(
        "add_overloaded_field",
        "G.tally += B_value;",
        &[held("value")],
    )
    .needs(&[Need::Exclusive]),
    Construct::new("assign_from_itself", "G.n = B_value + 1;", &[held("value")])
        .needs(&[Need::Exclusive, Need::InPlace]),
    Construct::new(
        "assign_whole_from_itself",
        "*G = Data::with(B_value);",
        &[held("value")],
    )
    .needs(&[Need::Exclusive, Need::InPlace]),
    Construct::new("add_from_itself", "G.n += B_value;", &[held("value")])
        .needs(&[Need::Exclusive, Need::InPlace]),
    Construct::new(
        "reassigned_while_alive",
        "let mut g = G; sink(g.num()); g = G; sink(g.num());",
        &[held(ITSELF)],
    ),
    Construct::new(
        "reassigned_option",
        "let mut g = Some(G); sink(g.is_some()); g = Some(G); sink(g.is_some());",
        &[held(ITSELF)],
    ),
    Construct::new(
        "reassigned_after_drop",
        "let mut g = G; sink(g.num()); drop(g); g = G; sink(g.num());",
        &[free(ITSELF)],
    ),
    // Temporaries that a `let` extends to the end of its block.
    Construct::new(
        "extended_reference",
        "let r = &G; B_after; sink(r.num());",
        &[held("after")],
    ),
    Construct::new(
        "extended_reborrow",
        "let r = &*G; B_after; sink(r.num());",
        &[held("after")],
    ),
    Construct::new(
        "extended_reborrow_mut",
        "let r = &mut *G; B_after; sink(r.bump());",
        &[held("after")],
    )
    .needs(&[Need::Exclusive]),
    Construct::new(
        "extended_field",
        "let r = &G.list; B_after; sink(r.len());",
        &[held("after")],
    ),
    Construct::new(
        "extended_element",
        "let r = &G.list[0]; B_after; sink(*r);",
        &[held("after")],
    ),
    Construct::new(
        "extended_tuple",
        "let r = (&G,); B_after; sink(r.0.num());",
        &[held("after")],
    ),
    Construct::new(
        "extended_some",
        "let r = Some(&G); B_after; sink(r.is_some());",
        &[held("after")],
    ),
    Construct::new(
        "extended_struct",
        "let r = Holder { g: &G }; B_after; sink(r.g.num());",
        &[held("after")],
    ),
    Construct::new(
        "extended_array",
        "let r = [&G]; B_after; sink(r.len());",
        &[held("after")],
    ),
    Construct::new(
        "extended_ref_pattern",
        "let ref r = G; B_after; sink(r.num());",
        &[held("after")],
    ),
    Construct::new(
        "extended_ref_in_tuple",
        "let (ref r, _) = (G, 1u64); B_after; sink(r.num());",
        &[held("after")],
    ),
    Construct::new("extended_unnamed", "let _ = &G; B_after;", &[held("after")]),
    Construct::new(
        "extended_unnamed_value",
        "let _ = &G.num(); B_after;",
        &[free("after")],
    ),
    Construct::new(
        "extended_pin",
        "let r = std::pin::pin!(G); B_after; sink(r.num());",
        &[held("after")],
    ),
    Construct::new(
        "extended_if",
        "let r = if c { &*G } else { &*O }; B_after; sink(r.num());",
        &[held("after")],
    ),
    Construct::new(
        "extended_match",
        "let r = match c { true => &*G, false => &*O }; B_after; sink(r.num());",
        &[held("after")],
    ),
    Construct::new(
        "extended_block",
        "let r = { sink(c); &*G }; B_after; sink(r.num());",
        &[held("after")],
    ),
    Construct::new(
        "extended_method_is_not",
        "let v = (&*G).num(); sink(v); B_after;",
        &[free("after")],
    ),
    Construct::new(
        "extended_until_block_ends",
        "{ let r = &*G; sink(r.num()); } B_after;",
        &[free("after")],
    ),
    // Bound, or not.
    Construct::new("let_underscore", "let _ = G; B_after;", &[free("after")]),
    Construct::new(
        "let_underscore_name",
        "let _g = G; B_after;",
        &[held("after")],
    ),
    Construct::new(
        "let_underscore_place",
        "let g = G; let _ = g; B_after;",
        &[held("after")],
    ),
    Construct::new(
        "match_underscore_place",
        "let g = G; match g { _ => { } } B_after;",
        &[held("after")],
    ),
    Construct::new(
        "let_tuple",
        "let (g, x) = (G, B_second); sink(x); B_after; sink(g.num());",
        &[held("second"), held("after")],
    ),
    Construct::new(
        "let_tuple_unnamed",
        "let (_, x) = (G, B_second); sink(x); B_after;",
        &[held("second"), free("after")],
    ),
];
