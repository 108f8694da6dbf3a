//! Guards among arguments, operands and the elements of literals, and guards that move into calls.

use crate::programs::construct::{Construct, Need, free, held};

pub(super) const ALL: &[Construct] = &[
    Construct::new(
        "argument",
        "sink(pair(G.num(), B_argument)); B_after;",
        &[held("argument"), free("after")],
    ),
    Construct::new(
        "argument_before",
        "sink(pair({ let b = B_argument; b }, G.num()));",
        &[free("argument")],
    ),
    Construct::new(
        "method_argument",
        "sink(7u64.max(G.num()).max(B_argument));",
        &[held("argument")],
    ),
    Construct::new(
        "callee",
        "self.HELPER(G.num()).AWAIT; B_after;",
        &[held("callee"), free("after")],
    )
    .items("ASYNC fn HELPER(&self, value: u64) -> u64 { value + B_callee }"),
    Construct::new(
        "callee_of_free_function",
        "sink(run(G.num(), || B_callee)); B_after;",
        &[held("callee"), free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new(
        "callee_with_borrow",
        "self.HELPER(&*G).AWAIT; B_after;",
        &[held("callee"), free("after")],
    )
    .items("ASYNC fn HELPER(&self, data: &Data) -> u64 { data.num() + B_callee }"),
    Construct::new(
        "struct_literal",
        "let t = Twin { x: G.num(), y: B_field }; sink(t); B_after;",
        &[held("field"), free("after")],
    ),
    Construct::new(
        "struct_literal_before",
        "let t = Twin { x: { let b = B_field; b }, y: G.num() }; sink(t);",
        &[free("field")],
    ),
    Construct::new(
        "tuple",
        "let t = (G.num(), B_second); sink(t); B_after;",
        &[held("second"), free("after")],
    ),
    Construct::new(
        "array",
        "let t = [G.num(), B_second]; sink(t); B_after;",
        &[held("second"), free("after")],
    ),
    Construct::new(
        "sum",
        "let v = 1 + G.num() + B_operand; sink(v);",
        &[held("operand")],
    ),
    Construct::new(
        "comparison",
        "let v = G.num() == B_operand; sink(v); B_after;",
        &[held("operand"), free("after")],
    ),
    Construct::new(
        "range",
        "let v = G.num()..B_end; sink(v); B_after;",
        &[held("end"), free("after")],
    ),
    Construct::new(
        "cast_and_negation",
        "let v = !(G.num() as u32) as u64 ^ B_operand; sink(v);",
        &[held("operand")],
    ),
    // Moves.
    Construct::new("dropped_in_place", "drop(G); B_after;", &[free("after")]),
    Construct::new("eaten", "eat(G); B_after;", &[free("after")]),
    Construct::new(
        "eaten_in_argument",
        "sink(pair(eat(G), B_argument));",
        &[free("argument")],
    ),
    Construct::new(
        "moved_into_method",
        "let g = G; self.HELPER(g).AWAIT; B_after;",
        &[held("callee"), free("after")],
    )
    .items("ASYNC fn HELPER(&self, g: GUARD) -> u64 { g.num() + B_callee }")
    .needs(&[Need::Named]),
    Construct::new(
        "moved_into_method_that_drops",
        "self.HELPER(G).AWAIT; B_after;",
        &[free("callee"), free("after")],
    )
    .items("ASYNC fn HELPER(&self, g: GUARD) -> u64 { let n = g.num(); drop(g); n + B_callee }")
    .needs(&[Need::Named]),
    Construct::new(
        "moved_into_async_function",
        "self.HELPER(G).await; B_after;",
        &[held("callee"), free("after")],
    )
    .items("async fn HELPER(&self, _g: GUARD) -> u64 { B_callee }")
    .needs(&[Need::Named, Need::Async]),
    Construct::new(
        "moved_into_future_never_polled",
        "drop(self.HELPER(G)); B_after;",
        &[free("after")],
    )
    .items("async fn HELPER(&self, _g: GUARD) -> u64 { one() }")
    .needs(&[Need::Named, Need::Async]),
];
