//! Tails of blocks and functions, `return` and `break`: seen by what a local's destructor does.

use crate::programs::construct::{Construct, Need, free, held_2021};

pub(super) const ALL: &[Construct] = &[
    Construct::new("block_tail", "let v = { let _l = Defer(|| { B_local; }); G.num() }; sink(v); B_after;",
        &[held_2021("local").unasked(), free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new("block_tail_in_statement", "sink({ let _l = Defer(|| { B_local; }); G.num() }); B_after;",
        &[held_2021("local").unasked(), free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new("block_without_tail", "{ let _l = Defer(|| { B_local; }); G.num(); } B_after;",
        &[free("local").unasked(), free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new("function_tail", "self.HELPER(); B_after;", &[held_2021("local").unasked(), free("after")])
        .items("fn HELPER(&self) -> u64 { let _l = Defer(|| { B_local; }); G.num() }")
        .needs(&[Need::Blocking]),
    Construct::new("function_tail_match", "self.HELPER(); B_after;", &[held_2021("local").unasked(), free("after")])
        .items("fn HELPER(&self) -> u64 { let _l = Defer(|| { B_local; }); match G.val() { Some(v) => v, None => 0 } }")
        .needs(&[Need::Blocking]),
    Construct::new("closure_tail", "let f = || { let _l = Defer(|| { B_local; }); G.num() }; sink(f()); B_after;",
        &[held_2021("local").unasked(), free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new("return_tail", "self.HELPER(); B_after;", &[held_2021("local").unasked(), free("after")])
        .items("fn HELPER(&self) -> u64 { let _l = Defer(|| { B_local; }); TAIL_RETURN..G.num() }")
        .needs(&[Need::Blocking]),
    Construct::new("return_statement", "self.HELPER(); B_after;", &[free("local").unasked(), free("after")])
        .items("fn HELPER(&self) -> u64 { let _l = Defer(|| { B_local; }); return G.num(); }")
        .needs(&[Need::Blocking]),
    Construct::new("break_tail", "let v = 'a: { let _l = Defer(|| { B_local; }); TAIL_BREAK..G.num() }; sink(v); B_after;",
        &[held_2021("local").unasked(), free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new("break_statement", "let v = 'a: { let _l = Defer(|| { B_local; }); break 'a G.num(); }; sink(v); B_after;",
        &[free("local").unasked(), free("after")],
    )
    .needs(&[Need::Blocking]),
    Construct::new("break_tail_in_argument", "sink(pair('a: { TAIL_BREAK..G.num() }, B_argument));", &[held_2021("argument")]),
    Construct::new("break_statement_in_argument", "sink(pair('a: { break 'a G.num(); }, B_argument));", &[free("argument")]),
    Construct::new("break_statement_in_loop", "let v = loop { if c { break G.num(); } break 0; }; sink(v); B_after;", &[free("after")]),
    Construct::new("return_in_branch", "if c { return G.num(); } B_after;", &[free("after")]),
];
