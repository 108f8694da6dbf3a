//! Attributes that matter: `cfg`, tests, and where a module's file is.

use ra_ap_syntax::SyntaxKind as K;

use super::tree::Node;
use super::types::plain;
use crate::hir::{Cfg, Name};

/// Last segments of the attributes that make a function a test or a benchmark.
const TESTS: &[&str] = &[
    "bench",
    "proptest",
    "quickcheck",
    "rstest",
    "test",
    "test_case",
    "test_log",
    "wasm_bindgen_test",
];

/// What the attributes of one item say.
#[derive(Default)]
pub(super) struct Attrs {
    /// Predicates of `#[cfg(…)]`.
    pub(super) cfg: Vec<Cfg>,
    /// `#[test]` and its like.
    pub(super) is_test: bool,
    /// `#[allow(clippy::await_holding_lock)]`, or the one for borrows of cells.
    pub(super) allows_await: bool,
    /// `#[path = "…"]`, also inside `#[cfg_attr(…)]`.
    pub(super) path: Option<Name>,
}

impl Attrs {
    /// The attributes of `node`; inner ones (`#![…]`) too.
    pub(super) fn of(node: Node<'_>) -> Self {
        let mut attrs = Self::default();
        for attr in node.children().filter(|child| child.kind() == K::ATTR) {
            for meta in attr.children() {
                attrs.meta(meta);
            }
        }
        attrs
    }

    fn meta(&mut self, meta: Node<'_>) {
        match meta.kind() {
            K::CFG_META => self.cfg.extend(predicates(meta)),
            K::CFG_ATTR_META | K::UNSAFE_META => {
                for inner in meta.children() {
                    // A cfg inside cfg_attr holds only under the other predicate.
                    if inner.kind() != K::CFG_META {
                        self.meta(inner);
                    }
                }
            }
            K::PATH_META | K::TOKEN_TREE_META => {
                let last = meta
                    .child(K::PATH)
                    .and_then(|path| path.child(K::PATH_SEGMENT));
                self.is_test |= last.is_some_and(|last| TESTS.contains(&last.text()));
                if last.is_some_and(|last| matches!(last.text(), "allow" | "expect")) {
                    self.allows_await |= meta.leaves().any(|leaf| {
                        matches!(
                            leaf.text(),
                            "await_holding_lock" | "await_holding_refcell_ref"
                        )
                    });
                }
            }
            K::KEY_VALUE_META => {
                let key = meta.child(K::PATH).map_or("", Node::text);
                if key == "path" {
                    self.path = meta.expr().and_then(|value| string(value.text()));
                }
            }
            _ => {}
        }
    }
}

/// The content of a string literal without escapes; `None` for anything else.
pub(super) fn string(literal: &str) -> Option<Name> {
    let raw = literal.strip_prefix('r').map(|raw| raw.trim_matches('#'));
    let quoted = raw.unwrap_or(literal);
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    // A path with an escape in it (`\\` on Windows) is taken with `/`, as every path here.
    Some(Name::new(inner.replace("\\\\", "/")))
}

/// The predicates of `cfg(…)`.
pub(super) fn predicates(meta: Node<'_>) -> Vec<Cfg> {
    let mut out = Vec::new();
    for child in meta.children() {
        collect(child, false, &mut out, 0);
    }
    out
}

/// `not(all(a, b))` as one predicate: what holds where none of an earlier branch's did.
pub(super) fn negation(of: &[Cfg]) -> Option<Cfg> {
    match of {
        [] => None,
        [one] => Some(Cfg {
            predicate: one.predicate.clone(),
            negated: !one.negated,
        }),
        many => {
            let parts: Vec<String> = many
                .iter()
                .map(|cfg| {
                    if cfg.negated {
                        format!("not({})", cfg.predicate)
                    } else {
                        cfg.predicate.to_string()
                    }
                })
                .collect();
            Some(Cfg {
                predicate: Name::new(format!("all({})", parts.join(","))),
                negated: true,
            })
        }
    }
}

/// Deeper than anyone nests predicates; beyond, one is kept as it is written.
const PREDICATE_DEPTH: u32 = 64;

fn collect(node: Node<'_>, negated: bool, out: &mut Vec<Cfg>, depth: u32) {
    let is_composite = node.kind() == K::CFG_COMPOSITE;
    if !is_composite && node.kind() != K::CFG_ATOM {
        return;
    }
    let operator = node.children().next().map_or("", Node::text);
    let inner: Vec<Node<'_>> = node
        .children()
        .filter(|child| matches!(child.kind(), K::CFG_COMPOSITE | K::CFG_ATOM))
        .collect();
    let single = inner.len() == 1;
    match operator {
        _ if !is_composite || depth > PREDICATE_DEPTH => {}
        "not" if single => {
            return inner
                .into_iter()
                .for_each(|it| collect(it, !negated, out, depth + 1));
        }
        // By De Morgan `not(any(a, b))` is two predicates as well.
        "all" if !negated || single => {
            return inner
                .into_iter()
                .for_each(|it| collect(it, negated, out, depth + 1));
        }
        "any" if negated || single => {
            return inner
                .into_iter()
                .for_each(|it| collect(it, negated, out, depth + 1));
        }
        _ => {}
    }
    let predicate: String =
        node.leaves()
            .map(|leaf| plain(leaf.text()))
            .fold(String::new(), |mut text, leaf| {
                text.push_str(&leaf);
                text
            });
    out.push(Cfg {
        predicate: Name::new(predicate),
        negated,
    });
}
