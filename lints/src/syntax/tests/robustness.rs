//! Published source, broken source, and source that nests too deep.

use ra_ap_syntax::Edition;

use super::super::{MAX_DEPTH, lower};
use super::crates::{crates, sources};
use super::parse;
use crate::hir::{ExprKind, File, ItemKind};

fn on_large_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let worker = std::thread::Builder::new().stack_size(64 << 20);
    worker.spawn(run).unwrap().join().unwrap()
}

/// The size of the facts, so that a test has something to hold on to.
fn size(file: &File) -> usize {
    file.items.len() + file.errors.len() + file.opaque_macros.len()
}

#[test]
fn published_libraries_have_no_errors() {
    let mut seen = 0;
    for (folder, edition) in crates() {
        for path in sources(&folder.join("src")) {
            let text = std::fs::read_to_string(&path).unwrap();
            let file = lower("a.rs".into(), &text, edition, 0);
            assert_eq!(file.errors, [], "{}", path.display());
            seen += size(&file);
        }
    }
    assert!(seen > 10_000, "{seen}");
}

#[test]
fn text_without_some_tokens_does_not_panic() {
    let (folder, edition) = crates().into_iter().next().unwrap();
    let mut seed = 7_u64;
    let mut random = move |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let mut seen = 0;
    for path in sources(&folder.join("src")).into_iter().take(12) {
        let text = std::fs::read_to_string(&path).unwrap();
        for _ in 0..10 {
            let mut mutant: Vec<char> = text.chars().collect();
            for _ in 0..5 {
                let at = random(mutant.len());
                let cut = 1 + random(6);
                mutant.drain(at..(at + cut).min(mutant.len()));
            }
            let mutant: String = mutant.into_iter().collect();
            seen += size(&lower("a.rs".into(), &mutant, edition, 0));
        }
    }
    assert!(seen > 100);
}

#[test]
fn every_prefix_of_a_file_is_lowered() {
    let text = "lazy_static! { static ref A: M<T> = M::new(); } #[cfg(all(a, not(b)))] fn f(a: A) \
                -> B { tokio::select! { x = a.0.1.b(), if c => d, else => e } \
                info!(a = ?b, { c }, \"d\"); matches!(a, Some(b) if c, \"m\"); json!({\"a\": [b]}); \
                cfg_if! { if #[cfg(x)] { a } else { b } } m!(a => b; 'c: d, @\"e\" in f) } \
                use a::{b::*, self}; crossbeam::select! { recv(r) -> m => n, default(t) => u }";
    for end in 0..text.len() {
        let start = text.get(end..).unwrap();
        let file = lower(
            "a.rs".into(),
            text.get(..end).unwrap(),
            Edition::Edition2021,
            0,
        );
        let rest = lower("a.rs".into(), start, Edition::Edition2015, 0);
        assert!(file.lines.line_start(1).is_some() && rest.lines.line_start(1).is_some());
    }
    assert_eq!(parse(text).items.len(), 4);
}

/// Errors of a function that is `text`, and whether its value is missing.
fn value(text: String) -> (Vec<String>, bool) {
    on_large_stack(move || {
        let file = parse(&format!("fn f() {{ {text} }}"));
        let ItemKind::Fn(function) = &file.items[0].kind else {
            panic!("the item is a function");
        };
        let body = function.body.as_ref().unwrap();
        let is_missing = matches!(body.expr(body.root).kind, ExprKind::Missing)
            || body
                .exprs
                .iter()
                .any(|expr| matches!(expr.kind, ExprKind::Missing));
        (
            file.errors
                .into_iter()
                .map(|(_, message)| message)
                .collect(),
            is_missing,
        )
    })
}

#[test]
fn long_chains_are_followed_or_refused() {
    let chains = |links: usize| {
        [
            format!("a{}", ".b()".repeat(links)),
            format!("a{}", " + b".repeat(links)),
            format!("a{}", "?".repeat(links)),
            format!("{}a", "*".repeat(links)),
            format!("m!(a{})", ".b()".repeat(links)),
        ]
    };
    let refusal = format!("nested deeper than {MAX_DEPTH} levels");
    for chain in chains(1_500) {
        assert_eq!(value(chain), (vec![], false));
    }
    for chain in chains(10_000) {
        assert_eq!(value(chain), (vec![refusal.clone()], true));
    }
}

#[test]
fn deep_nesting_is_lowered_or_refused() {
    let nested = |open: &str, close: &str, levels: usize| {
        format!("{}a{}", open.repeat(levels), close.repeat(levels))
    };
    for (open, close) in [
        ("(", ")"),
        ("{", "}"),
        ("f(", ")"),
        ("if a {", "}"),
        ("[", "]"),
    ] {
        assert_eq!(
            value(nested(open, close, 390)).0,
            Vec::<String>::new(),
            "{open}"
        );
    }
    assert_eq!(value(nested("|| ", "", 3_000)).0.len(), 1);
    let paths = format!("a{}", "::b".repeat(10_000));
    assert_eq!(value(paths).0, Vec::<String>::new());
}

#[test]
fn macros_in_macros_cannot_take_quadratic_time() {
    let text = format!("{}a{}", "m!(".repeat(390), ")".repeat(390));
    let opaque = on_large_stack(move || parse(&format!("fn f() {{ {text} }}")).opaque_macros.len());
    assert_eq!(opaque, 1);
}
