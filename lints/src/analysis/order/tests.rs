use std::collections::BTreeSet;

use super::cycle::{Graph, LONGEST, cycles};
use super::drawing::{Arrow, Drawing, Form, Node};
use crate::engine::judge;
use crate::hir::{File, Name};
use crate::index::{CrateId, CrateInput, Edition, Extern, FileId};
use crate::locks::Vocabulary;
use crate::syntax;
use crate::testing::findings;

/// Numbers that look random and are the same in every run (Knuth's constants for 64 bits).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Every elementary cycle up to the length that is looked for, each beginning with its least node:
/// by trying all sequences of nodes.
fn all_cycles(nodes: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let mut paths: Vec<Vec<usize>> = (0..nodes).map(|node| vec![node]).collect();
    while let Some(path) = paths.pop() {
        let (first, last) = (path[0], path[path.len() - 1]);
        if path.len() > 1 && edges.contains(&(last, first)) {
            found.push(path.clone());
        }
        if path.len() < LONGEST {
            for next in first + 1..nodes {
                if edges.contains(&(last, next)) && !path.contains(&next) {
                    let mut longer = path.clone();
                    longer.push(next);
                    paths.push(longer);
                }
            }
        }
    }
    found
}

fn edges_of(cycle: &[usize]) -> Vec<(usize, usize)> {
    (0..cycle.len())
        .map(|at| (cycle[at], cycle[(at + 1) % cycle.len()]))
        .collect()
}

#[test]
fn the_cycles_are_the_shortest_that_trying_everything_finds() {
    let mut numbers = Numbers(7);
    for _ in 0..400 {
        let nodes = usize::try_from(2 + numbers.next(6)).unwrap();
        let mut edges = BTreeSet::new();
        for from in 0..nodes {
            for to in 0..nodes {
                if from != to && numbers.next(3) == 0 {
                    edges.insert((from, to));
                }
            }
        }
        // Some cycles are not possible, whichever way round they are named.
        let salt = numbers.next(5);
        let possible = |cycle: &[usize]| {
            let sum: usize = cycle.iter().map(|node| node * node + 1).sum();
            u64::try_from(sum).unwrap() % 5 != salt
        };
        let graph = Graph::new(nodes, edges.iter().copied());
        let order: Vec<_> = edges.iter().copied().collect();
        let found = cycles(&graph, &order, possible);
        let every: Vec<Vec<usize>> = all_cycles(nodes, &edges)
            .into_iter()
            .filter(|cycle| possible(cycle))
            .collect();
        let mut covered = BTreeSet::new();
        for cycle in &found {
            let distinct: BTreeSet<_> = cycle.iter().collect();
            assert_eq!(distinct.len(), cycle.len(), "elementary");
            assert!(possible(cycle));
            let own = edges_of(cycle);
            assert!(own.iter().all(|edge| edges.contains(edge)), "of the graph");
            let free = |other: &&Vec<usize>| {
                let mut own = edges_of(other).into_iter();
                own.all(|edge| !covered.contains(&edge))
            };
            let shortest = every.iter().filter(free).map(Vec::len).min();
            assert_eq!(Some(cycle.len()), shortest, "the shortest that is left");
            covered.extend(own);
        }
        let mut left = every.iter().map(|cycle| edges_of(cycle));
        assert!(
            left.all(|own| own.iter().any(|edge| covered.contains(edge))),
            "none is left"
        );
    }
}

#[test]
fn a_large_tangle_ends() {
    let nodes = 300;
    let edges: Vec<_> = (0..nodes)
        .flat_map(|from| (1..20).map(move |step| (from, (from + step) % nodes)))
        .collect();
    let graph = Graph::new(nodes, edges.iter().copied());
    assert!(cycles(&graph, &edges, |_| false).is_empty());
}

/// The messages of `lock-order-cycle` in `text`.
fn messages(text: &str) -> Vec<String> {
    findings(text, Edition::E2021)
        .into_iter()
        .filter(|finding| finding.rule.id == "lock-order-cycle")
        .map(|finding| format!("{:?}: {}", finding.certainty, finding.message))
        .collect()
}

/// A type with two locks, and functions on it.
fn pair(functions: &str) -> String {
    format!(
        "use std::sync::{{Arc, Mutex, RwLock}};
         pub struct Pair {{ left: Mutex<u32>, right: Mutex<u32>, third: Mutex<u32>, shared: RwLock<u32>, book: RwLock<u32> }}
         impl Pair {{ {functions} }}"
    )
}

const FORTH: &str =
    "fn forth(&self) { let l = self.left.lock().unwrap(); *self.right.lock().unwrap() += *l; }";

#[test]
fn opposite_orders() {
    let back =
        "fn back(&self) { let r = self.right.lock().unwrap(); *self.left.lock().unwrap() += *r; }";
    insta::assert_snapshot!(
        messages(&pair(&format!("{FORTH} {back}"))).join("\n"),
        @"Likely: `Pair.right` is taken while `Pair.left` is held, and elsewhere `Pair.left` while `Pair.right` is held: each can wait for the other"
    );
    assert!(messages(&pair(FORTH)).is_empty());
}

#[test]
fn a_guard_that_comes_back_from_a_call_or_moves_into_one() {
    let back = "fn right(&self) -> std::sync::MutexGuard<'_, u32> { self.right.lock().unwrap() }
                fn back(&self) { let r = self.right(); *self.left.lock().unwrap() += *r; }";
    assert_eq!(messages(&pair(&format!("{FORTH} {back}"))).len(), 1);
    let back = "fn back(&self) { let r = self.right.lock().unwrap(); self.with(r) }
                fn with(&self, r: std::sync::MutexGuard<'_, u32>) { *self.left.lock().unwrap() += *r; }";
    assert_eq!(messages(&pair(&format!("{FORTH} {back}"))).len(), 1);
}

#[test]
fn a_closure_that_runs_under_a_lock() {
    let back = "fn with<R>(&self, f: impl FnOnce(u32) -> R) -> R { let r = self.right.lock().unwrap(); f(*r) }
                fn back(&self) { self.with(|r| *self.left.lock().unwrap() += r); }";
    assert_eq!(messages(&pair(&format!("{FORTH} {back}"))).len(), 1);
    let later = "fn back(&self, this: Arc<Self>) { let r = self.right.lock().unwrap(); std::thread::spawn(move || *this.left.lock().unwrap() += 1); drop(r); }";
    assert!(messages(&pair(&format!("{FORTH} {later}"))).is_empty());
}

#[test]
fn readers_wait_for_writers_only() {
    let reads = "fn a(&self) -> u32 { let s = self.shared.read().unwrap(); *s + *self.book.read().unwrap() }
                 fn b(&self) -> u32 { let b = self.book.read().unwrap(); *b + *self.shared.read().unwrap() }";
    assert!(messages(&pair(reads)).is_empty());
    let one_writes = "fn a(&self) { let s = self.shared.read().unwrap(); *self.book.write().unwrap() += *s; }
                      fn b(&self) -> u32 { let b = self.book.read().unwrap(); *b + *self.shared.read().unwrap() }";
    assert!(messages(&pair(one_writes)).is_empty());
    let both_write = "fn a(&self) { let s = self.shared.read().unwrap(); *self.book.write().unwrap() += *s; }
                      fn b(&self) { let b = self.book.read().unwrap(); *self.shared.write().unwrap() += *b; }";
    assert_eq!(messages(&pair(both_write)).len(), 1);
}

#[test]
fn an_upgrade_is_no_second_lock() {
    let text = |end: &str| {
        format!(
            "use parking_lot::{{Mutex, RwLock, RwLockUpgradableReadGuard}};
             struct Cache {{ local: RwLock<u32>, shared: Mutex<u32> }}
             impl Cache {{
                 fn get(&self) {{
                     let local = self.local.upgradable_read();
                     let shared = self.shared.lock();
                     {end}
                 }}
             }}"
        )
    };
    let upgrade = "*RwLockUpgradableReadGuard::upgrade(local) += *shared;";
    assert!(messages(&text(upgrade)).is_empty());
    let again = "drop(local); *self.local.write() += *shared;";
    assert_eq!(messages(&text(again)).len(), 1);
}

#[test]
fn one_more_lock_above_both_is_a_gate() {
    let gated = "fn a(&self) { let _g = self.third.lock().unwrap(); self.forth() }
                 fn b(&self) { let _g = self.third.lock().unwrap(); self.back() }
                 fn back(&self) { let r = self.right.lock().unwrap(); *self.left.lock().unwrap() += *r; }";
    assert!(messages(&pair(&format!("{FORTH} {gated}"))).is_empty());
    let open =
        format!("{FORTH} {gated} fn c(&self) {{ self.back() }} fn d(&self) {{ self.forth() }}");
    assert_eq!(messages(&pair(&open)).len(), 1);
    // Readers pass the gate together.
    let read = gated.replace("self.third.lock()", "self.shared.read()");
    assert_eq!(messages(&pair(&format!("{FORTH} {read}"))).len(), 1);
}

#[test]
fn an_object_that_only_its_owner_has() {
    let owner = "fn reset(&mut self) { self.back() }
                 fn back(&self) { let r = self.right.lock().unwrap(); *self.left.lock().unwrap() += *r; }";
    assert!(messages(&pair(&format!("{FORTH} {owner}"))).is_empty());
    // Outside of the crate anybody may call it.
    let open = owner.replace("fn back", "pub fn back");
    assert_eq!(messages(&pair(&format!("{FORTH} {open}"))).len(), 1);
    let shared = "fn reset(self: Arc<Self>) { self.back() }
                  fn back(&self) { let r = self.right.lock().unwrap(); *self.left.lock().unwrap() += *r; }";
    assert_eq!(messages(&pair(&format!("{FORTH} {shared}"))).len(), 1);
}

#[test]
fn a_newtype_for_any_content_has_the_role_of_its_field() {
    let text = |first: &str, second: &str| {
        format!(
            "use std::sync::Mutex;
             struct Cell<T>(Mutex<T>);
             impl<T: Copy> Cell<T> {{ fn value(&self) -> T {{ *self.0.lock().unwrap() }} fn run(&self, f: impl FnOnce(T)) {{ f(*self.0.lock().unwrap()) }} }}
             struct Levels {{ a: Cell<u32>, b: Cell<u32>, m: Mutex<u32> }}
             impl Levels {{
                 fn up(&self) {{ let m = self.m.lock().unwrap(); println!(\"{{m}} {{}}\", self.{first}.value()); }}
                 fn down(&self) {{ self.{second}.run(|a| *self.m.lock().unwrap() += a); }}
             }}"
        )
    };
    assert!(messages(&text("a", "b")).is_empty());
    assert_eq!(messages(&text("a", "a")).len(), 1);
}

/// The number of findings of `lock-order-cycle` in crates that are told apart by their dependencies.
fn found_in(crates: &[(&'static str, &[usize], &str)]) -> usize {
    let files: Vec<File> = crates
        .iter()
        .map(|(name, _, text)| {
            let edition = ra_ap_syntax::Edition::Edition2021;
            syntax::lower(format!("{name}.rs").into(), text, edition, 0)
        })
        .collect();
    let inputs = crates
        .iter()
        .enumerate()
        .map(|(at, (name, uses, _))| CrateInput {
            name: Name::new_static(name),
            edition: Edition::E2021,
            is_test: false,
            silent: false,
            externs: uses
                .iter()
                .map(|&used| {
                    let used_name = Name::new_static(crates[used].0);
                    (used_name, Extern::Crate(CrateId::of(used)))
                })
                .collect(),
            modules: vec![(Vec::new(), FileId::of(at), Vec::new())],
        })
        .collect();
    let judged = judge(&files, inputs, &Vocabulary::shipped());
    let rules = judged.findings.iter().map(|finding| finding.rule.id);
    rules.filter(|id| *id == "lock-order-cycle").count()
}

#[test]
fn places_that_are_never_in_one_program() {
    let base =
        "use std::sync::Mutex; pub struct Pair { pub left: Mutex<u32>, pub right: Mutex<u32> }";
    let forth = "use base::Pair; pub fn forth(p: &Pair) { let l = p.left.lock().unwrap(); *p.right.lock().unwrap() += *l; }";
    let back = "use base::Pair; pub fn back(p: &Pair) { let r = p.right.lock().unwrap(); *p.left.lock().unwrap() += *r; }";
    let apart: [(_, &[usize], _); 3] = [
        ("base", &[], base),
        ("forth", &[0], forth),
        ("back", &[0], back),
    ];
    assert_eq!(found_in(&apart), 0);
    let both: [(_, &[usize], _); 4] = [
        apart[0],
        apart[1],
        apart[2],
        ("app", &[1, 2], "fn main() {}"),
    ];
    assert_eq!(found_in(&both), 1);
}

#[test]
fn a_type_that_is_used_for_different_contents() {
    let text = |field: &str| {
        format!(
            "use std::sync::{{Arc, Mutex, RwLock}};
             struct Ids(u32); struct Storage<T>(Vec<T>);
             struct Registry<T> {{ ids: Mutex<Ids>, name: String, data: RwLock<Storage<T>> }}
             struct Hub {{ devices: Registry<u8>, buffers: Registry<u16>, life: Mutex<u32> }}
             fn a(hub: &Hub) {{ let l = hub.life.lock().unwrap(); hub.buffers.data.write().unwrap().0.push(*l as u16); }}
             fn b(hub: &Hub) {{ let d = hub.{field}.data.read().unwrap(); *hub.life.lock().unwrap() += d.0.len() as u32; }}"
        )
    };
    assert!(messages(&text("devices")).is_empty());
    assert_eq!(messages(&text("buffers")).len(), 1);
}

#[test]
fn a_drawing_escapes_what_it_is_made_of() {
    let node = |name: &str| Node {
        name: name.to_owned(),
        place: "src/\"net\\.rs:3".to_owned(),
    };
    let drawing = Drawing {
        arrows: BTreeSet::from([Arrow {
            from: node("a::B.c\"]; x [label=\"<b>"),
            to: node("a::D.\u{202e}e"),
            place: "src/<i>#quot;|.rs:9".to_owned(),
            cyclic: true,
        }]),
    };
    insta::assert_snapshot!(drawing.to_text(Form::Dot));
    insta::assert_snapshot!(drawing.to_text(Form::Mermaid));
}
