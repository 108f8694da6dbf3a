//! From plans to text: the program that a linter reads, and the twin that runs.
//!
//! Both are the same functions on the same lines.
//! The twin names the shim where the original names the standard library's locks, and has a `main` at its end.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::spanned::Spanned;

use super::construct::{ITSELF, Need};
use super::edition::Edition;
use super::lock::{Family, Form, LOCKS, Lock, Mode};
use super::plan::{Layer, Plan, Root, Route, Taken};

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
    let modules = LOCKS.iter().map(|lock| module(lock, plans));
    let file = parse(quote!(#tools #(#modules)*));
    let text = prettyplease::unparse(&file);
    // Printing puts a `;` after a `return` or `break` at the end of a block, which changes the program.
    let text = text
        .replace("TAIL_RETURN..", "return ")
        .replace("TAIL_BREAK..", "break 'a ");
    let lines = lines(&text);
    let twin = format!(
        "{}\n{}",
        text.replace("std::sync::", "shim::std_sync::"),
        harness(plans)
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
                pub c: #ty,
                pub d: #ty,
                pub shared: Arc<#ty>,
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
                        c: #first,
                        d: #first,
                        shared: Arc::new(#first),
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
    let again = second(plan, &mut parts);
    let statements = layer(plan, 0, &again, &mut parts);
    let Parts {
        beside,
        methods,
        before,
    } = parts;
    let ty = tokens(plan.lock.ty);
    let body = if plan.root == Root::Parameter {
        let on = format_ident!("{}_on", plan.name);
        quote! {
            pub #asynchronous fn #name(&self, c0: bool, c1: bool) -> u64 {
                self.#on(&self.a, c0, c1) #awaited
            }
            #asynchronous fn #on(&self, lock: &#ty, c0: bool, c1: bool) -> u64 {
                #before
                #statements
                one()
            }
        }
    } else {
        quote! {
            pub #asynchronous fn #name(&self, c0: bool, c1: bool) -> u64 {
                #before
                #statements
                one()
            }
        }
    };
    let here = (plan.root == Root::Static).then(|| {
        let new = tokens(
            plan.lock
                .new_static
                .expect("only locks that can be in a static are put there"),
        );
        quote!(static HERE: #ty = #new;)
    });
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

/// What a function needs around its statements.
struct Parts {
    beside: TokenStream,
    methods: TokenStream,
    before: TokenStream,
}

/// The second acquisition, as the expression that fills the hole.
fn second(plan: &Plan, parts: &mut Parts) -> TokenStream {
    let (form, place) = match plan.taken {
        Taken::Again(form) | Taken::Tried(form) => (form, again_root(plan)),
        Taken::Other(form) => (form, tokens("self.d")),
    };
    let awaits = plan.lock.family == Family::Async;
    let value = if form.mode == Mode::Exclusive {
        quote!(bump())
    } else {
        quote!(num())
    };
    let direct = |place: &TokenStream| match plan.taken {
        Taken::Tried(form) => {
            let tries = tokens(form.tries.expect("only what can be tried is tried"));
            if form.mode == Mode::Exclusive {
                quote!(#place #tries.map(|mut g| g.bump()).unwrap_or(1))
            } else {
                quote!(#place #tries.map(|g| g.num()).unwrap_or(1))
            }
        }
        _ => {
            let call = tokens(form.call);
            let unwrap = tokens(
                form.unwraps
                    .first()
                    .expect("every form says how its guard is had"),
            );
            quote!(#place #call #unwrap.#value)
        }
    };
    let waits = awaits && !matches!(plan.taken, Taken::Tried(_));
    let asynchronous = waits.then(|| quote!(async));
    let awaited = waits.then(|| quote!(.await));
    let ty = tokens(plan.lock.ty);
    let by_parameter =
        plan.root == Root::Parameter && !matches!(plan.taken, Taken::Other(_)) && plan.target == 0;
    let (parameter, argument) = if by_parameter {
        (quote!(, lock: &#ty), quote!(, lock))
    } else {
        Default::default()
    };
    let only_argument = by_parameter.then(|| quote!(lock));
    match plan.route {
        Route::InPlace => direct(&place),
        Route::Methods(depth) => {
            for step in 1..=depth {
                let name = format_ident!("{}_down{}", plan.name, step);
                let body = if step == depth {
                    direct(&place)
                } else {
                    let next = format_ident!("{}_down{}", plan.name, step + 1);
                    quote!(self.#next(#only_argument) #awaited)
                };
                parts
                    .methods
                    .extend(quote!(#asynchronous fn #name(&self #parameter) -> u64 { #body }));
            }
            let first = format_ident!("{}_down1", plan.name);
            quote!(self.#first(#only_argument) #awaited)
        }
        Route::Function => {
            let name = format_ident!("{}_free", plan.name);
            let body = rename(direct(&place), "self", &quote!(state));
            parts
                .beside
                .extend(quote!(#asynchronous fn #name(state: &State #parameter) -> u64 { #body }));
            quote!(#name(self #argument) #awaited)
        }
        Route::Trait => {
            let (name, method) = (
                format_ident!("Again{}", plan.name),
                format_ident!("{}_again", plan.name),
            );
            let body = direct(&place);
            parts.beside.extend(quote! {
                trait #name { fn #method(&self #parameter) -> u64; }
                impl #name for State { fn #method(&self #parameter) -> u64 { #body } }
            });
            quote!(self.#method(#only_argument))
        }
        Route::Closure => {
            let body = direct(&place);
            parts.before.extend(quote!(let again = || #body;));
            quote!(again())
        }
        Route::Macro => {
            let name = format_ident!("{}_again", plan.name);
            if by_parameter {
                let body = rename(direct(&place), "lock", &quote!($lock));
                parts
                    .beside
                    .extend(quote!(macro_rules! #name { ($lock:expr) => { #body }; }));
                quote!(#name!(lock))
            } else {
                let body = rename(direct(&place), "self", &quote!($state));
                parts
                    .beside
                    .extend(quote!(macro_rules! #name { ($state:expr) => { #body }; }));
                quote!(#name!(self))
            }
        }
        Route::Getter => {
            let name = format_ident!("{}_taken", plan.name);
            let guard = tokens(&lend(
                form.guard.expect("only named guards are returned"),
                by_parameter,
            ));
            let call = tokens(form.call);
            let unwrap = tokens(
                form.unwraps
                    .first()
                    .expect("every form says how its guard is had"),
            );
            let signature = if by_parameter {
                quote!(<'l>(&self, lock: &'l #ty))
            } else {
                quote!((&self))
            };
            parts.methods.extend(
                quote!(#asynchronous fn #name #signature -> #guard { #place #call #unwrap }),
            );
            quote!(self.#name(#only_argument) #awaited.#value)
        }
    }
}

fn lend(guard: &str, by_parameter: bool) -> String {
    if by_parameter {
        guard.replace("'_", "'l")
    } else {
        guard.to_owned()
    }
}

/// Where the lock that is taken again is.
fn again_root(plan: &Plan) -> TokenStream {
    match plan.target {
        0 => tokens(match plan.root {
            Root::Field | Root::Local => "self.a",
            Root::Shared => "self.shared",
            Root::Nested => "self.inner.a",
            Root::Newtype => "self.wrapped.0",
            Root::Parameter => "lock",
            Root::Static => "HERE",
        }),
        _ => tokens("self.b"),
    }
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
        (0, _) => again_root(&Plan {
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
    let holes = Holes::new(plan, depth, this, &place, filler, parts);
    parts
        .methods
        .extend(holes.fill(tokens(this.construct.items)));
    holes.fill(tokens(this.construct.text))
}

/// What stands for each hole of a construct's text.
struct Holes {
    named: BTreeMap<String, TokenStream>,
    asynchronous: bool,
}

impl Holes {
    fn new(
        plan: &Plan,
        depth: usize,
        layer: &Layer,
        place: &TokenStream,
        filler: TokenStream,
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

    fn fill(&self, text: TokenStream) -> TokenStream {
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

fn rename(text: TokenStream, from: &str, to: &TokenStream) -> TokenStream {
    let mut renamed = TokenStream::new();
    let mut after_dot = false;
    for tree in text {
        let named = !std::mem::replace(
            &mut after_dot,
            matches!(&tree, TokenTree::Punct(dot) if dot.as_char() == '.'),
        );
        match &tree {
            TokenTree::Group(group) => {
                renamed.extend([regroup(group, rename(group.stream(), from, to))]);
            }
            TokenTree::Ident(name) if named && name == from => renamed.extend(to.clone()),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {
                renamed.extend([tree])
            }
        }
    }
    renamed
}

fn regroup(group: &Group, stream: TokenStream) -> TokenTree {
    let delimiter = if group.delimiter() == Delimiter::None {
        Delimiter::Parenthesis
    } else {
        group.delimiter()
    };
    Group::new(delimiter, stream).into()
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

fn tokens(text: &str) -> TokenStream {
    match TokenStream::from_str(text) {
        Ok(tokens) => tokens,
        Err(error) => panic!("the table's text is no Rust: {error}\n{text}"),
    }
}

fn parse(tokens: TokenStream) -> syn::File {
    // Parsed again from text, so that an error has a place.
    let text = tokens.to_string();
    match syn::parse_file(&text) {
        Ok(file) => file,
        Err(error) => {
            let column = error.span().start().column;
            let near: String = text
                .chars()
                .skip(column.saturating_sub(400))
                .take(600)
                .collect();
            panic!("the program is no Rust: {error}\n{near}")
        }
    }
}

fn parse_text(text: &str) -> syn::File {
    syn::parse_file(text).expect("what prettyplease prints is Rust")
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

/// The twin's `main`: every function with every input.
fn harness(plans: &[Plan]) -> String {
    let probes = plans.iter().map(|plan| {
        let name = &plan.name;
        let (lock, function) = (ident(plan.lock.name), ident(name));
        let mask = mask(plan);
        let call = if plan.is_async() {
            quote!(block_on(state.#function(c0, c1)))
        } else {
            quote!(state.#function(c0, c1))
        };
        let begin = format_ident!("begin_{}", plan.lock.name);
        quote! {
            probe(#name, #mask, |c0, c1, first, second| {
                let state = #begin(first, second);
                let _: &#lock::State = &state;
                #call
            });
        }
    });
    let begins = LOCKS.iter().map(|lock| {
        let (begin, name) = (format_ident!("begin_{}", lock.name), ident(lock.name));
        let prepared = match lock.family {
            Family::Cell => quote!(),
            Family::Map => quote! {
                state.c.insert(1, tools::Data::new());
                state.d.insert(1, tools::Data::new());
                if !first.busy {
                    state.a.insert(1, tools::Data::new());
                    state.shared.insert(1, tools::Data::new());
                    state.inner.a.insert(1, tools::Data::new());
                    state.wrapped.0.insert(1, tools::Data::new());
                }
                if !second.busy {
                    state.b.insert(1, tools::Data::second());
                }
            },
            Family::Blocking | Family::Async => quote! {
                state.a.start(first);
                state.shared.start(first);
                state.inner.a.start(first);
                state.wrapped.0.start(first);
                state.b.start(second);
            },
        };
        quote! {
            fn #begin(first: Start, second: Start) -> #name::State {
                let _ = (first, second);
                let state = #name::State::new();
                #prepared
                state
            }
        }
    });
    let probes: Vec<TokenStream> = probes.collect();
    // One function of many closures is slow to compile; a few of fewer are not.
    let groups = probes.chunks(64).enumerate().map(|(at, probes)| {
        let name = format_ident!("probes_{}", at);
        quote!(fn #name() { #(#probes)* })
    });
    let names = (0..probes.len().div_ceil(64)).map(|at| format_ident!("probes_{}", at));
    let file = parse(quote! {
        #(#begins)*
        #(#groups)*
        fn main() {
            std::panic::set_hook(Box::new(|_| {}));
            #(#names();)*
        }
    });
    format!("{HARNESS}\n{}", prettyplease::unparse(&file))
}

/// The inputs that make a difference: for each layer its condition, presence, busyness and poison.
fn mask(plan: &Plan) -> u32 {
    let mut mask = 0;
    for (at, layer) in plan.layers.iter().enumerate() {
        let wants = |need| layer.construct.wants(need);
        let mut bits = 0b0011;
        if wants(Need::Tries) || plan.lock.family == Family::Map {
            bits |= 0b0100;
        }
        if wants(Need::Fallible) && !wants(Need::Sound) {
            bits |= 0b1000;
        }
        mask |= bits << (4 * at);
    }
    mask
}

/// What the functions call. A linter reads it too.
const TOOLS: &str = include_str!("source/tools.rs");

/// What the twin's `main` calls.
const HARNESS: &str = include_str!("source/harness.rs");
