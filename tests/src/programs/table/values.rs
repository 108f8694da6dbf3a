//! Where a guard's value goes: adaptors, consumption, passing through, wrapping.

use crate::programs::construct::{Construct, Need, free, head, head_2021, held, held_2021};

pub(super) const ALL: &[Construct] = &[
    // A closure given to an adaptor runs under the guard that the value came from.
    Construct::new("mapped", "let v = G.val().map(|a| a + B_body); sink(v); B_after;", &[held("body"), free("after")])
        .needs(&[Need::Blocking]),
    Construct::new("mapped_reference", "let v = G.get().map(|a| *a + B_body); sink(v); B_after;", &[held("body"), free("after")])
        .needs(&[Need::Blocking]),
    Construct::new("unwrapped_or_else", "let v = G.val().unwrap_or_else(|| B_body); sink(v); B_after;", &[held("body"), free("after")])
        .needs(&[Need::Blocking]),
    Construct::new("unwrapped_or", "let v = G.val().unwrap_or(B_argument); sink(v);", &[held("argument")]),
    Construct::new("iterated", "let v: u64 = G.list.iter().map(|a| *a + B_body).sum(); sink(v); B_after;", &[held("body"), free("after")])
        .needs(&[Need::Blocking]),
    Construct::new("then_in_if", "if G.has().then(|| B_body).is_some() { B_then; }", &[held("body"), free("then")]).needs(&[Need::Blocking]),
    Construct::new("mapped_in_if_let", "if let Some(v) = G.val().map(|a| a + B_body) { sink(v); B_then; } else { B_otherwise; }",
        &[held("body"), head("then"), head_2021("otherwise")],
    )
    .needs(&[Need::Blocking]),
    // The guard itself is consumed by the adaptor.
    Construct::new("consumed_by_map", "let v = RAW.map(|g| { sink(g.num()); B_body }).unwrap_or(0); sink(v); B_after;",
        &[held("body"), free("after")],
    )
    .needs(&[Need::Fallible, Need::Blocking]),
    Construct::new("consumed_in_argument", "sink(pair(RAW.map(|g| g.num()).unwrap_or(0), B_argument));", &[free("argument")])
        .needs(&[Need::Fallible]),
    Construct::new("consumed_in_if_let", "if let Some(v) = RAW.ok().and_then(|g| g.val()) { sink(v); B_then; } else { B_otherwise; }",
        &[free("then"), free("otherwise")],
    )
    .needs(&[Need::Fallible]),
    Construct::new("consumed_in_match", "match RAW.ok().map(|g| g.num()) { _ => { B_arm; } }", &[free("arm")]).needs(&[Need::Fallible]),
    Construct::new("consumed_failure_remains", "if let Ok(v) = RAW.map(|g| g.num()) { sink(v); B_then; } else { B_otherwise; }",
        &[free("then"), head_2021("otherwise")],
    )
    .needs(&[Need::Fallible]),
    Construct::new("not_consumed_by_as_ref", "if let Some(v) = RAW.as_ref().ok().and_then(|g| g.val()) { sink(v); B_then; } else { B_otherwise; }",
        &[head("then"), head_2021("otherwise")],
    )
    .needs(&[Need::Fallible]),
    Construct::new("try_consumed_in_match", "match TRY.map(|g| g.num()) { YES(v) => { sink(v); B_arm; } NO => { } }", &[free("arm")])
        .needs(&[Need::Tries, Need::Sound]),
    Construct::new("try_consumed_in_if_let", "if let YES(v) = TRY.map(|g| g.num()) { sink(v); B_then; } else { B_otherwise; }",
        &[free("then"), free("otherwise")],
    )
    .needs(&[Need::Tries, Need::Sound]),
    Construct::new("try_consumed_body", "let v = TRY.map(|g| g.num() + B_body); sink(v.is_ok_or_some()); B_after;", &[held("body"), free("after")])
        .needs(&[Need::Tries, Need::Sound, Need::Blocking]),
    // Receivers and indices: the guard is there first.
    Construct::new("pushed", "G.more.push(B_argument); B_after;", &[held("argument"), free("after")]).needs(&[Need::Exclusive]),
    Construct::new("method_with_argument", "sink(G.plus(B_argument)); B_after;", &[held("argument"), free("after")]),
    Construct::new("entry", "*G.map.entry(9).or_insert_with(|| B_body) += 1; B_after;", &[held("body"), free("after")])
        .needs(&[Need::Exclusive, Need::Blocking]),
    Construct::new("indexed", "sink(G.list[(B_index % 1) as usize]); B_after;", &[held("index"), free("after")]),
    Construct::new("let_indexed", "let v = G.list[(B_index % 1) as usize]; sink(v);", &[held("index")]),
    // Through a call and back.
    Construct::new("kept", "let g = keep(G); B_after; sink(g.num());", &[held("after")]),
    Construct::new("kept_in_match", "match keep(G).val() { _ => { B_arm; } } B_after;", &[head("arm"), free("after")]),
    Construct::new("kept_in_if_let", "if let Some(v) = keep(G).val() { sink(v); } else { B_otherwise; }", &[head_2021("otherwise")]),
    Construct::new("wrapped_in_some", "if let Some(g) = Some(G) { sink(g.num()); B_then; } B_after;", &[head("then"), free("after")]),
    Construct::new("wrapped_in_match", "match (G, c) { (g, _) => { sink(g.num()); B_arm; } } B_after;", &[head("arm"), free("after")]),
    Construct::new("recovered_by_match", "let g = match RAW { Ok(g) => g, Err(p) => p.into_inner() }; B_after; sink(g.num());", &[held("after")])
        .needs(&[Need::Fallible]),
    Construct::new("recovered_by_closure", "let g = RAW.unwrap_or_else(|p| p.into_inner()); B_after; sink(g.num());", &[held("after")])
        .needs(&[Need::Fallible]),
    Construct::new("recovered_by_path", "let g = RAW.unwrap_or_else(std::sync::PoisonError::into_inner); B_after; sink(g.num());", &[held("after")])
        .needs(&[Need::Fallible]),
    Construct::new("recovered_in_head", "match RAW.unwrap_or_else(|p| p.into_inner()).val() { _ => { B_arm; } }", &[head("arm")])
        .needs(&[Need::Fallible]),
    Construct::new("mapped_guard", "let g = KIND::map(G, |d| &mut d.n); B_after; sink(*g);", &[held("after")]).needs(&[Need::MapsMut]),
    Construct::new("mapped_guard_in_head", "match *KIND::map(G, |d| &mut d.n) { _ => { B_arm; } } B_after;", &[head("arm"), free("after")])
        .needs(&[Need::MapsMut]),
    // A closure or function that returns a guard makes a temporary where it is called.
    Construct::new("closure_returns_guard", "let f = || G; sink(pair(f().num(), B_argument)); B_after;", &[held("argument"), free("after")])
        .needs(&[Need::Blocking]),
    Construct::new("closure_returns_guard_in_match", "let f = || G; match f().val() { _ => { B_arm; } }", &[head("arm")])
        .needs(&[Need::Blocking]),
    Construct::new("closure_returns_guard_in_if_let", "let f = || G; if let Some(v) = f().val() { sink(v); } else { B_otherwise; }", &[head_2021("otherwise")])
        .needs(&[Need::Blocking]),
    Construct::new("closure_returns_guard_to_let", "let f = || G; let g = f(); B_after; sink(g.num());", &[held("after")])
        .needs(&[Need::Blocking]),
    Construct::new("function_returns_guard", "if let Some(v) = self.HELPER().AWAIT.val() { sink(v); B_then; } else { B_otherwise; }",
        &[head("then"), head_2021("otherwise")],
    )
    .items("ASYNC fn HELPER(&self) -> GUARD { G }")
    .needs(&[Need::Named]),
    Construct::new("function_returns_guard_to_let", "let g = self.HELPER().AWAIT; B_after; sink(g.num());", &[held("after")])
        .items("ASYNC fn HELPER(&self) -> GUARD { let g = G; g }")
        .needs(&[Need::Named]),
    Construct::new("function_returns_option_of_guard", "if let Some(g) = self.HELPER(c).AWAIT { sink(g.num()); B_then; } else { B_otherwise; }",
        &[head("then"), free("otherwise")],
    )
    .items("ASYNC fn HELPER(&self, c: bool) -> Option<GUARD> { if c { Some(G) } else { None } }")
    .needs(&[Need::Named]),
    Construct::new("function_returns_struct_with_guard", "let held = self.HELPER().AWAIT; B_after; sink(held.g.num());", &[held("after")])
        .items("ASYNC fn HELPER(&self) -> Holder<GUARD> { Holder { g: G } }")
        .needs(&[Need::Named]),
    Construct::new("function_returns_value", "let v = self.HELPER().AWAIT; B_after; sink(v);", &[free("after")])
        .items("ASYNC fn HELPER(&self) -> Option<u64> { let g = G; g.val() }"),
    Construct::new("block_returns_guard", "sink(pair({ let g = G; g }.num(), B_argument)); B_after;", &[held("argument"), free("after")]),
    Construct::new("block_reads_guard", "sink(pair({ let g = G; let n = g.num(); n }, B_argument));", &[free("argument")]),
    Construct::new("block_argument_then_held", "sink(pair({ let l = one(); G.num() + l }, { B_argument }));", &[held_2021("argument")]),
    // A helper calls its closure, under the guard or after it.
    Construct::new("held_by_helper", "sink(self.HELPER(|n| n + B_body)); B_after;", &[held("body"), free("after")])
        .items("fn HELPER(&self, f: impl FnOnce(u64) -> u64) -> u64 { let g = G; f(g.num()) }")
        .needs(&[Need::Blocking]),
    Construct::new("held_by_helper_object", "sink(self.HELPER(&|n| n + B_body)); B_after;", &[held("body"), free("after")])
        .items("fn HELPER(&self, f: &dyn Fn(u64) -> u64) -> u64 { f(G.num()) }")
        .needs(&[Need::Blocking]),
    Construct::new("held_by_helper_boxed", "sink(self.HELPER(Box::new(|n| n + B_body))); B_after;", &[held("body"), free("after")])
        .items("fn HELPER<'f>(&self, f: Box<dyn FnOnce(u64) -> u64 + 'f>) -> u64 { let g = G; f(g.num()) }")
        .needs(&[Need::Blocking]),
    Construct::new("held_by_helper_of_helper", "sink(self.HELPER(|n| n + B_body)); B_after;", &[held("body"), free("after")])
        .items("fn HELPER(&self, f: impl FnOnce(u64) -> u64) -> u64 { fn below<F: FnOnce(u64) -> u64>(n: u64, f: F) -> u64 { f(n) } let g = G; below(g.num(), f) }")
        .needs(&[Need::Blocking]),
    Construct::new("held_by_helper_through_closure", "sink(self.HELPER(|n| n + B_body)); B_after;", &[held("body"), free("after")])
        .items("fn HELPER(&self, f: impl Fn(u64) -> u64) -> u64 { let g = G; run(g.num(), || f(1)) }")
        .needs(&[Need::Blocking]),
    Construct::new("helper_lets_go_first", "sink(self.HELPER(|n| n + B_body)); B_after;", &[free("body"), free("after")])
        .items("fn HELPER(&self, f: impl FnOnce(u64) -> u64) -> u64 { let n = G.num(); f(n) }")
        .needs(&[Need::Blocking]),
    Construct::new("helper_in_head", "if let 90 = self.HELPER(|n| n + B_body) { } else { B_otherwise; }", &[held("body"), free("otherwise")])
        .items("fn HELPER(&self, f: impl FnOnce(u64) -> u64) -> u64 { let g = G; f(g.num()) }")
        .needs(&[Need::Blocking]),
    Construct::new("stored_closure", "let kept = Holder { g: || B_body }; let g = G; sink((kept.g)()); drop(g); B_after;", &[held("body"), free("after")])
        .needs(&[Need::Blocking]),
    Construct::new("boxed_closure", "let kept: Box<dyn Fn() -> u64> = Box::new(|| B_body); let g = G; sink(kept()); drop(g); B_after;", &[held("body"), free("after")])
        .needs(&[Need::Blocking]),
    Construct::new("stored_closure_not_called", "let kept = Holder { g: || B_body }; let g = G; sink(g.num()); drop(g); sink(&kept);", &[free("body")])
        .needs(&[Need::Blocking]),
];
