//! What stands for the holes of a construct.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::Parts;
use super::text::{regroup, tokens};
use crate::programs::construct::ITSELF;
use crate::programs::lock::{Family, Form};
use crate::programs::plan::{Layer, Plan};

/// What stands for each hole of a construct's text.
pub(super) struct Holes {
    named: BTreeMap<String, TokenStream>,
    asynchronous: bool,
}

impl Holes {
    pub(super) fn new(
        plan: &Plan,
        depth: usize,
        layer: &Layer,
        place: &TokenStream,
        filler: &TokenStream,
        parts: &mut Parts,
    ) -> Self {
        let Form {
            call,
            tries,
            outcomes,
            guard,
            kind,
            ..
        } = *layer.held;
        let (call, unwrap) = (tokens(call), tokens(layer.unwrap));
        let waits = plan.lock.family == Family::Async;
        let mut made = quote!(#place #call #unwrap);
        if let (true, Some(guard)) = (layer.getter, guard) {
            let getter = format_ident!("{}_guard", plan.name);
            let (asynchronous, awaited) =
                (waits.then(|| quote!(async)), waits.then(|| quote!(.await)));
            let guard = tokens(guard);
            parts
                .methods
                .extend(quote!(#asynchronous fn #getter(&self) -> #guard { #made }));
            made = quote!(self.#getter() #awaited);
        }
        let mut named = BTreeMap::from([
            ("G".to_owned(), made),
            ("RAW".to_owned(), quote!(#place #call)),
            ("O".to_owned(), quote!(self.c #call #unwrap)),
            ("YES".to_owned(), tokens(outcomes.0)),
            ("NO".to_owned(), tokens(outcomes.1)),
            ("KIND".to_owned(), tokens(kind.0)),
            (
                "c".to_owned(),
                TokenTree::from(format_ident!("c{}", depth)).into(),
            ),
            (
                "HELPER".to_owned(),
                TokenTree::from(format_ident!("{}_helper{}", plan.name, depth)).into(),
            ),
        ]);
        if let Some(tries) = tries {
            let tries = tokens(tries);
            named.insert("TRY".to_owned(), quote!(#place #tries));
        }
        if let Some(guard) = guard {
            named.insert("GUARD".to_owned(), tokens(guard));
        }
        for hole in layer.construct.holes {
            let chosen = hole.name == layer.hole.name && hole.name != ITSELF;
            let with = if chosen {
                filler.clone()
            } else {
                quote!(one())
            };
            named.insert(format!("B_{}", hole.name), with);
        }
        Self {
            named,
            asynchronous: plan.is_async(),
        }
    }

    pub(super) fn fill(&self, text: TokenStream) -> TokenStream {
        let mut filled = TokenStream::new();
        let mut rest = text.into_iter().peekable();
        while let Some(tree) = rest.next() {
            match &tree {
                TokenTree::Group(group) => {
                    filled.extend([regroup(group, self.fill(group.stream()))]);
                }
                TokenTree::Punct(dot) if dot.as_char() == '.' && is(rest.peek(), "AWAIT") => {
                    rest.next();
                    if self.asynchronous {
                        filled.extend(quote!(.await));
                    }
                }
                TokenTree::Ident(name) if name == "ASYNC" => {
                    if self.asynchronous {
                        filled.extend(quote!(async));
                    }
                }
                TokenTree::Ident(name) => match self.named.get(&name.to_string()) {
                    Some(with) => filled.extend(with.clone()),
                    None => filled.extend([tree]),
                },
                TokenTree::Punct(_) | TokenTree::Literal(_) => filled.extend([tree]),
            }
        }
        filled
    }
}

fn is(tree: Option<&TokenTree>, name: &str) -> bool {
    matches!(tree, Some(TokenTree::Ident(ident)) if ident == name)
}
