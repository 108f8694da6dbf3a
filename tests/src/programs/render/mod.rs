//! From plans to text: the program that a linter reads, and the twin that runs.
//!
//! Both are the same functions on the same lines.
//! The twin names the shim where the original names the standard library's locks, and has a `main` at its end.
mod holes;
mod route;
mod text;
mod twin;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;

use self::holes::Holes;
use self::text::{ident, parse, parse_text, tokens};
use super::edition::Edition;
use super::lock::Lock;
use super::locks::locks;
use super::plan::{Plan, Root};

/// A program of many functions, as text.
#[derive(Debug)]
pub struct Program {
    /// Its edition.
    pub edition: Edition,
    /// What a linter reads: `src/lib.rs`.
    pub text: String,
    /// What is compiled and run.
    pub twin: String,
    /// The lines of each function with all that belongs to it, counted from 1.
    pub lines: BTreeMap<String, RangeInclusive<usize>>,
}

impl Program {
    /// The function on a line.
    pub fn function_at(&self, line: usize) -> Option<&str> {
        self.lines
            .iter()
            .find(|(_, lines)| lines.contains(&line))
            .map(|(name, _)| name.as_str())
    }

    /// The text of a function.
    pub fn source_of(&self, name: &str) -> String {
        let Some(lines) = self.lines.get(name) else {
            return String::new();
        };
        let from = lines.start().saturating_sub(1);
        self.text
            .lines()
            .skip(from)
            .take(lines.end() - from)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Writes the functions of one edition as a program.
pub fn program(edition: Edition, plans: &[Plan]) -> Program {
    let tools = tokens(TOOLS);
    let modules = locks().map(|lock| module(lock, plans));
    let file = parse(&quote!(#tools #(#modules)*));
    let text = prettyplease::unparse(&file);
    // Printing puts a `;` after a `return` or `break` at the end of a block, which changes the program.
    let text = text
        .replace("TAIL_RETURN..", "return ")
        .replace("TAIL_BREAK..", "break 'a ");
    let lines = lines(&text);
    let twin = format!(
        "{}\n{}",
        text.replace("std::sync::", "shim::std_sync::"),
        twin::harness(plans)
    );
    Program {
        edition,
        text,
        twin,
        lines,
    }
}

fn module(lock: &'static Lock, plans: &[Plan]) -> TokenStream {
    let name = ident(lock.name);
    let imports = tokens(lock.imports);
    let items = tokens(lock.items);
    let ty = tokens(lock.ty);
    let (first, second) = (
        tokens(lock.new),
        tokens(&lock.new.replace("Data::new", "Data::second")),
    );
    let functions = plans
        .iter()
        .filter(|plan| plan.lock.name == lock.name)
        .map(function);
    quote! {
        pub mod #name {
            use crate::tools::*;
            #imports
            #items
            pub struct State {
                pub a: #ty,
                pub b: #ty,
                pub c: Arc<#ty>,
                pub d: Arc<#ty>,
                pub shared: Arc<#ty>,
                pub boxed: Box<#ty>,
                pub listed: Vec<#ty>,
                pub keyed: std::collections::BTreeMap<u64, #ty>,
                pub slot: Option<#ty>,
                pub inner: Inner,
                pub wrapped: Wrapped,
            }
            pub struct Inner {
                pub a: #ty,
            }
            pub struct Wrapped(pub #ty);
            impl State {
                pub fn new() -> Self {
                    Self {
                        a: #first,
                        b: #second,
                        c: Arc::new(#first),
                        d: Arc::new(#first),
                        shared: Arc::new(#first),
                        boxed: Box::new(#first),
                        listed: vec![#first],
                        keyed: std::collections::BTreeMap::from([(1, #first)]),
                        slot: Some(#first),
                        inner: Inner { a: #first },
                        wrapped: Wrapped(#first),
                    }
                }
            }
            #(#functions)*
        }
    }
}

/// A function, in a module of its own with whatever it needs.
fn function(plan: &Plan) -> TokenStream {
    let name = ident(&plan.name);
    let asynchronous = plan.is_async().then(|| quote!(async));
    let awaited = plan.is_async().then(|| quote!(.await));
    let mut parts = Parts {
        beside: TokenStream::new(),
        methods: TokenStream::new(),
        before: TokenStream::new(),
    };
    let again = route::second(plan, &mut parts);
    let mut statements = layer(plan, 0, &again, &mut parts);
    let Parts {
        beside,
        methods,
        before,
    } = parts;
    let ty = tokens(plan.lock.ty);
    let mut before = before;
    statements.extend(quote!(one()));
    if plan.root == Root::ThreadLocal {
        statements = quote!(HERE.with(|here| { #before #statements }));
        before = TokenStream::new();
    }
    let body = if plan.root == Root::Parameter {
        let on = format_ident!("{}_on", plan.name);
        quote! {
            pub #asynchronous fn #name(&self, c0: bool, c1: bool) -> u64 {
                self.#on(&self.a, c0, c1) #awaited
            }
            #asynchronous fn #on(&self, lock: &#ty, c0: bool, c1: bool) -> u64 {
                #before
                #statements
            }
        }
    } else {
        quote! {
            pub #asynchronous fn #name(&self, c0: bool, c1: bool) -> u64 {
                #before
                #statements
            }
        }
    };
    let here = static_of(plan);
    quote! {
        pub mod #name {
            use super::*;
            #here
            #beside
            impl State {
                #body
                #methods
            }
        }
    }
}

/// The static that the lock is in.
fn static_of(plan: &Plan) -> Option<TokenStream> {
    let ty = tokens(plan.lock.ty);
    let new = tokens(plan.lock.new);
    Some(match plan.root {
        Root::Static => {
            let new = tokens(
                plan.lock
                    .new_static
                    .expect("only locks that can be in a static are put there"),
            );
            quote!(static HERE: #ty = #new;)
        }
        Root::Lazy => {
            quote!(static HERE: std::sync::LazyLock<#ty> = std::sync::LazyLock::new(|| #new);)
        }
        Root::Once => quote!(static HERE: std::sync::OnceLock<#ty> = std::sync::OnceLock::new();),
        Root::LazyStatic => quote!(lazy_static::lazy_static! { static ref HERE: #ty = #new; }),
        Root::ThreadLocal => quote!(thread_local! { static HERE: #ty = #new; }),
        _ => return None,
    })
}

/// What a function needs around its statements.
struct Parts {
    beside: TokenStream,
    methods: TokenStream,
    before: TokenStream,
}

/// The statements of a layer, with the next one, or the second acquisition, in its hole.
fn layer(plan: &Plan, depth: usize, again: &TokenStream, parts: &mut Parts) -> TokenStream {
    let Some(this) = plan.layers.get(depth) else {
        return again.clone();
    };
    let place = match (depth, plan.root) {
        (0, Root::Local) => {
            parts.before.extend(quote!(let here = &self.a;));
            tokens("here")
        }
        (0, Root::Cloned) => {
            parts
                .before
                .extend(quote!(let here = Arc::clone(&self.shared);));
            tokens("here")
        }
        (0, _) => route::again_root(&Plan {
            target: 0,
            ..plan.clone()
        }),
        _ => tokens("self.b"),
    };
    let filler = if depth + 1 < plan.layers.len() {
        let inner = layer(plan, depth + 1, again, parts);
        quote!({ #inner one() })
    } else {
        again.clone()
    };
    let holes = Holes::new(plan, depth, this, &place, &filler, parts);
    parts
        .methods
        .extend(holes.fill(tokens(this.construct.items)));
    holes.fill(tokens(this.construct.text))
}

/// The lines of each function's module.
fn lines(text: &str) -> BTreeMap<String, RangeInclusive<usize>> {
    let file = parse_text(text);
    let mut lines = BTreeMap::new();
    for item in &file.items {
        let syn::Item::Mod(module) = item else {
            continue;
        };
        for inner in module.content.iter().flat_map(|(_, items)| items) {
            if let syn::Item::Mod(function) = inner {
                let span = function.span();
                lines.insert(
                    function.ident.to_string(),
                    span.start().line..=span.end().line,
                );
            }
        }
    }
    lines
}

/// What the functions call. A linter reads it too.
const TOOLS: &str = include_str!("../source/tools.rs");
