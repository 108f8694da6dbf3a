//! What `syn`, which we did not write, says of the same macro calls.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;

use super::super::lower;
use super::crates::{crates, sources};
use crate::hir::{Body, ExprKind, File, Item, ItemKind, Range};

/// Macros that take expressions between commas.
const MACROS: &[&str] = &[
    "assert_eq",
    "assert_ne",
    "dbg",
    "eprintln",
    "format",
    "format_args",
    "print",
    "println",
    "vec",
    "write",
    "writeln",
];

/// For each call in `tokens`, by the end of its arguments: the ranges of these.
fn calls(tokens: TokenStream, found: &mut BTreeMap<u32, Vec<Range>>) {
    let mut name = String::new();
    let mut is_call = false;
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) => name = ident.to_string(),
            TokenTree::Punct(punct) => {
                is_call = punct.as_char() == '!' && MACROS.contains(&name.as_str());
                continue;
            }
            TokenTree::Group(group) => {
                let arguments = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
                if is_call && let Ok(arguments) = arguments.parse2(group.stream()) {
                    let end = group.span_close().byte_range().end;
                    let ranges = arguments.iter().map(|argument| {
                        let value = match argument {
                            syn::Expr::Assign(assign) => assign.right.span(),
                            other => other.span(),
                        };
                        range(&value.byte_range())
                    });
                    found.insert(u32::try_from(end).unwrap(), ranges.collect());
                }
                calls(group.stream(), found);
                name.clear();
            }
            TokenTree::Literal(_) => name.clear(),
        }
        is_call = false;
    }
}

fn range(of: &std::ops::Range<usize>) -> Range {
    Range {
        start: u32::try_from(of.start).unwrap(),
        end: u32::try_from(of.end).unwrap(),
    }
}

/// The same from our facts.
fn lowered(file: &File) -> BTreeMap<u32, Vec<Range>> {
    let mut found = BTreeMap::new();
    items(&file.items, &mut found);
    found
}

fn items(all: &[Item], found: &mut BTreeMap<u32, Vec<Range>>) {
    for item in all {
        match &item.kind {
            ItemKind::Module {
                items: Some(inner), ..
            }
            | ItemKind::Trait { items: inner, .. }
            | ItemKind::Impl { items: inner, .. } => items(inner, found),
            ItemKind::Fn(function) => {
                function.body.iter().for_each(|inner| body(inner, found));
            }
            ItemKind::Static {
                init: Some(inner), ..
            } => body(inner, found),
            _ => {}
        }
    }
}

fn body(body: &Body, found: &mut BTreeMap<u32, Vec<Range>>) {
    items(&body.items, found);
    for expr in &body.exprs {
        if let ExprKind::Macro(name, _, args) = &expr.kind
            && MACROS.contains(&name.as_str())
        {
            let ranges = args.iter().map(|arg| body.expr(*arg).range);
            found.insert(expr.range.end, ranges.collect());
        }
    }
}

#[test]
fn arguments_end_where_syn_says() {
    let mut seen = 0;
    for (folder, edition) in crates() {
        for path in sources(&folder.join("src")) {
            let text = std::fs::read_to_string(&path).unwrap();
            let Ok(tokens) = text.parse::<TokenStream>() else {
                continue;
            };
            let mut expected = BTreeMap::new();
            calls(tokens, &mut expected);
            proc_macro2::extra::invalidate_current_thread_spans();
            for (end, ours) in lowered(&lower("a.rs".into(), &text, edition, 0)) {
                let Some(theirs) = expected.get(&end) else {
                    continue;
                };
                let place = || format!("{} at {end}", path.display());
                assert_eq!(ours.len(), theirs.len(), "{}", place());
                for (our, their) in ours.iter().zip(theirs) {
                    // Parentheses around an expression are not kept.
                    let is_within = their.start <= our.start && our.end <= their.end;
                    assert!(is_within, "{our:?} {their:?} {}", place());
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 2_000, "{seen}");
}
