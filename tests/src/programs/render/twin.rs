//! The end of the twin: a `main` that tries every function with every input.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::text::{ident, parse, tokens};
use crate::programs::construct::Need;
use crate::programs::lock::Family;
use crate::programs::locks::locks;
use crate::programs::plan::Plan;

/// The twin's `main`: every function with every input.
pub(super) fn harness(plans: &[Plan]) -> String {
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
    let begins = locks().map(|lock| {
        let (begin, name) = (format_ident!("begin_{}", lock.name), ident(lock.name));
        // Every place in which the first lock may be.
        let firsts: Vec<TokenStream> = [
            "state.a",
            "state.shared",
            "state.inner.a",
            "state.wrapped.0",
            "state.boxed",
            "state.listed[0]",
            "state.keyed[&1]",
            "state.slot.as_ref().unwrap()",
        ]
        .into_iter()
        .map(tokens)
        .collect();
        let prepared = match lock.family {
            Family::Cell => quote!(),
            Family::Map => quote! {
                state.c.insert(1, tools::Data::new());
                state.d.insert(1, tools::Data::new());
                if !first.busy {
                    #(#firsts.insert(1, tools::Data::new());)*
                }
                if !second.busy {
                    state.b.insert(1, tools::Data::second());
                }
            },
            // A lock that is only waited for begins free and healthy.
            _ if lock.forms.iter().all(|form| form.tries.is_none()) => quote!(),
            Family::Blocking | Family::Async => quote! {
                #(#firsts.core().start(first);)*
                state.b.core().start(second);
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
    let file = parse(&quote! {
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

/// What the twin's `main` calls.
const HARNESS: &str = include_str!("../source/harness.rs");
