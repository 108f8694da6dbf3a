//! Named guards: from the `let` to the end of the block, less what ends them earlier.

use crate::programs::construct::{Construct, ITSELF, Need, free, head, held};
use crate::programs::lock::Mode;

pub(super) const ALL: &[Construct] = &[
    Construct::new("named", "let g = G; B_after; sink(g.num());", &[held("after")]),
    Construct::new("named_last_use_before", "let g = G; sink(g.num()); B_after;", &[held("after")]),
    Construct::new("named_in_block", "{ let g = G; sink(g.num()); B_inside; } B_after;", &[held("inside"), free("after")]),
    Construct::new("named_twice", "let g = G; let h = G; sink((g.num(), h.num()));", &[held(ITSELF)]),
    Construct::new("named_one_after_the_other", "{ let g = G; sink(g.num()); } let h = G; sink(h.num());", &[free(ITSELF)]),
    Construct::new("named_in_branch", "if c { let g = G; sink(g.num()); B_inside; } B_after;", &[held("inside"), free("after")]),
    Construct::new("named_in_loop", "for _ in 0..2u64 { B_before; let g = G; sink(g.num()); B_inside; } B_after;",
        &[free("before"), held("inside"), free("after")],
    ),
    Construct::new("named_across_head", "let g = G; if let Some(v) = g.get() { sink(*v); B_then; } else { B_otherwise; }",
        &[held("then"), held("otherwise")],
    ),
    Construct::new("named_across_match", "let g = G; match g.val() { Some(_) => { B_some; } None => { B_none; } }", &[held("some"), held("none")]),
    Construct::new("named_then_early_return", "let g = G; if g.has() { drop(g); B_then; return 0; } B_after;", &[free("then"), held("after")]),
    Construct::new("deferred", "let g; g = G; B_after; sink(g.num());", &[held("after")]),
    Construct::new("deferred_in_branch", "let g; if c { g = G; sink(g.num()); } B_after;", &[held("after")]),
    // Dropped.
    Construct::new("dropped", "let g = G; B_before; drop(g); B_after;", &[held("before"), free("after")]),
    Construct::new("dropped_by_path", "let g = G; sink(g.num()); std::mem::drop(g); B_after;", &[free("after")]),
    Construct::new("dropped_by_core_path", "let g = G; core::mem::drop(g); B_after;", &[free("after")]),
    Construct::new("dropped_in_one_branch", "let g = G; if c { drop(g); B_then; } B_after;", &[free("then"), held("after")]),
    Construct::new("dropped_in_both_branches", "let g = G; if c { drop(g); } else { drop(g); } B_after;", &[free("after")]),
    Construct::new("dropped_in_every_arm", "let g = G; match c { true => drop(g), false => drop(g) } B_after;", &[free("after")]),
    Construct::new("dropped_in_block", "let g = G; { drop(g); } B_after;", &[free("after")]),
    Construct::new("dropped_in_loop", "let mut g = Some(G); loop { drop(g.take()); break; } B_after;", &[free("after")]),
    Construct::new("kept_where_branch_returns", "let g = G; if c { drop(g); return 0; } B_after; sink(g.num());", &[held("after")]),
    Construct::new("dropped_where_branch_stays", "let g = G; if c { return g.num(); } drop(g); B_after;", &[free("after")]),
    Construct::new("forgotten_reference", "let g = G; drop(&g); B_after;", &[held("after")]),
    Construct::new("copied_out_and_dropped", "let g = G; let n = g.num(); drop(g); sink(pair(n, B_argument));", &[free("argument")]),
    // Moved.
    Construct::new("moved", "let g = G; let h = g; B_after; sink(h.num());", &[held("after")]),
    Construct::new("moved_and_dropped", "let g = G; let h = g; drop(h); B_after;", &[free("after")]),
    Construct::new("moved_into_inner_block", "let g = G; { let h = g; sink(h.num()); } B_after;", &[free("after")]),
    Construct::new("moved_into_call", "let g = G; eat(g); B_after;", &[free("after")]),
    Construct::new("moved_through_call", "let g = G; let h = keep(g); B_after; sink(h.num());", &[held("after")]),
    Construct::new("moved_into_closure", "let g = G; let f = move || g.num(); B_after; sink(f());", &[held("after")]).needs(&[Need::Blocking]),
    Construct::new("moved_into_closure_given_away", "let g = G; eat(move || g.num()); B_after;", &[free("after")]).needs(&[Need::Blocking]),
    Construct::new("moved_into_struct", "let g = G; let holder = Holder { g }; B_after; sink(holder.g.num());", &[held("after")]),
    Construct::new("moved_into_struct_and_dropped", "let holder = Holder { g: G }; drop(holder); B_after;", &[free("after")]),
    Construct::new("moved_out_of_struct", "let holder = Holder { g: G }; drop(holder.g); B_after;", &[free("after")]),
    Construct::new("moved_into_vec", "let mut all = Vec::new(); all.push(G); B_after; sink(all.len());", &[held("after")]),
    // Shadowed, which drops nothing.
    Construct::new("shadowed", "let g = G; sink(g.num()); let g = 1u64; B_after; sink(g);", &[held("after")]),
    Construct::new("shadowed_by_its_value", "let g = G; let g = g.num(); B_after; sink(g);", &[held("after")]),
    Construct::new("shadowed_by_pattern", "let g = G; if let Some(g) = Some(g.num()) { sink(g); B_then; }", &[held("then")]),
    Construct::new("shadowed_and_dropped_inside", "let g = G; { let g = 1u64; drop(g); } B_after; sink(g.num());", &[held("after")]),
    // In an `Option`.
    Construct::new("option", "let slot = Some(G); B_after; sink(slot.is_some());", &[held("after")]),
    Construct::new("option_taken", "let mut slot = Some(G); slot.take(); B_after; sink(slot.is_some());", &[free("after")]),
    Construct::new("option_taken_and_dropped", "let mut slot = Some(G); drop(slot.take()); B_after; sink(slot.is_some());", &[free("after")]),
    Construct::new("option_taken_and_named", "let mut slot = Some(G); let g = slot.take(); B_after; sink(g.is_some());", &[held("after")]),
    Construct::new("option_cleared", "let mut slot = Some(G); sink(slot.is_some()); slot = None; B_after; sink(slot.is_some());", &[free("after")]),
    Construct::new("option_taken_in_one_branch", "let mut slot = Some(G); if c { slot.take(); } B_after; sink(slot.is_some());", &[held("after")]),
    // Attempts.
    Construct::new("tried", "let t = TRY; B_after; sink(t.is_ok_or_some());", &[held("after")]).needs(&[Need::Tries, Need::Sound]),
    Construct::new("tried_and_asked", "if TRY.is_ok_or_some() { B_then; }", &[free("then")]).needs(&[Need::Tries, Need::Sound]),
    Construct::new("tried_and_matched", "let t = TRY; if let YES(g) = t { sink(g.num()); B_then; } B_after;", &[held("then"), free("after")])
        .needs(&[Need::Tries, Need::Sound]),
    Construct::new("tried_and_bound_by_reference", "let t = TRY; if let YES(g) = &t { sink(g.num()); } B_after;", &[held("after")])
        .needs(&[Need::Tries, Need::Sound]),
    Construct::new("tried_in_guarded_arm", "match TRY { YES(g) if g.has() => { B_arm; } _ => { } }", &[head("arm")])
        .needs(&[Need::Tries, Need::Sound]),
    // Released by the lock's own functions.
    Construct::new("unlocked", "let mut g = G; MutexGuard::unlocked(&mut g, || { B_inside; }); B_after; sink(g.num());",
        &[free("inside"), held("after")],
    )
    .needs(&[Need::ParkingLotMutex]),
    Construct::new("downgraded", "let g = G; B_before; let g = RwLockWriteGuard::downgrade(g); B_after; sink(g.num());",
        &[held("before"), held("after").as_mode(Mode::Shared)],
    )
    .needs(&[Need::ParkingLotWrite]),
    Construct::new("upgraded", "let g = G; B_before; let g = RwLockUpgradableReadGuard::upgrade(g); B_after; sink(g.num());",
        &[held("before"), held("after").as_mode(Mode::Exclusive)],
    )
    .needs(&[Need::ParkingLotUpgradable]),
    // Waiting gives the lock back, and takes it again before it returns.
    Construct::new("waited", "let v = std::sync::Condvar::new(); let mut g = G; while g.num() == 90 { g = v.wait(g).unwrap(); } B_after; drop(g); B_later;",
        &[held("after"), free("later")],
    )
    .needs(&[Need::StdMutex]),
    Construct::new("waited_while", "let v = std::sync::Condvar::new(); let g = v.wait_while(G, |data| data.n == 90).unwrap(); B_after; drop(g); B_later;",
        &[held("after"), free("later")],
    )
    .needs(&[Need::StdMutex]),
    Construct::new("waited_by_reference", "let v = parking_lot::Condvar::new(); let mut g = G; while g.num() == 90 { v.wait(&mut g); } B_after; drop(g); B_later;",
        &[held("after"), free("later")],
    )
    .needs(&[Need::ParkingLotMutex]),
];
