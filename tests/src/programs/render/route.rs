//! The way from a hole to the second acquisition.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::Parts;
use super::text::{rename, tokens};
use crate::programs::lock::{Family, Mode};
use crate::programs::plan::{Plan, Root, Route, Taken};

/// The second acquisition, as the expression that fills the hole.
pub(super) fn second(plan: &Plan, parts: &mut Parts) -> TokenStream {
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
    let thread_local = plan.root == Root::ThreadLocal
        && plan.target == 0
        && !matches!(plan.taken, Taken::Other(_));
    let expression = |place: &TokenStream| {
        let Taken::Tried(form) = plan.taken else {
            let call = tokens(form.call);
            let unwrap = tokens(
                form.unwraps
                    .first()
                    .expect("every form says how its guard is had"),
            );
            if form.moment {
                return quote!({ let _ = #place #call; 1u64 });
            }
            return quote!(#place #call #unwrap.#value);
        };
        let tries = tokens(form.tries.expect("only what can be tried is tried"));
        let mutable = (form.mode == Mode::Exclusive).then(|| quote!(mut));
        quote!(#place #tries.map(|#mutable g| g.#value).unwrap_or(1))
    };
    let direct = |place: &TokenStream| {
        let taken = expression(place);
        if thread_local {
            quote!(HERE.with(|here| #taken))
        } else {
            taken
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
        Route::Trait | Route::Bound | Route::Object | Route::Provided => {
            let (name, method, function) = (
                format_ident!("Again{}", plan.name),
                format_ident!("{}_again", plan.name),
                format_ident!("{}_by_trait", plan.name),
            );
            let body = direct(&place);
            let (asked, provided) = if plan.route == Route::Provided {
                let asked = format_ident!("{}_asked", plan.name);
                let provided = quote!(fn #method(&self) -> u64 { self.#asked() });
                (asked, Some(provided))
            } else {
                (method.clone(), None)
            };
            parts.beside.extend(quote! {
                trait #name { fn #asked(&self #parameter) -> u64; #provided }
                impl #name for State { fn #asked(&self #parameter) -> u64 { #body } }
            });
            match plan.route {
                Route::Bound => parts
                    .beside
                    .extend(quote!(fn #function<T: #name>(state: &T) -> u64 { state.#method() })),
                Route::Object => parts
                    .beside
                    .extend(quote!(fn #function(state: &dyn #name) -> u64 { state.#method() })),
                _ => return quote!(self.#method(#only_argument)),
            }
            quote!(#function(self))
        }
        Route::Passed(depth) => {
            for step in 1..=depth {
                let name = format_ident!("{}_pass{}", plan.name, step);
                let body = if step == depth {
                    quote!(f())
                } else {
                    let next = format_ident!("{}_pass{}", plan.name, step + 1);
                    quote!(#next(f))
                };
                let ty = if depth == 2 {
                    quote!(&dyn Fn() -> u64)
                } else {
                    quote!(impl Fn() -> u64)
                };
                parts
                    .beside
                    .extend(quote!(fn #name(f: #ty) -> u64 { #body }));
            }
            let first = format_ident!("{}_pass1", plan.name);
            let body = direct(&place);
            let by_reference = (depth == 2).then(|| quote!(&));
            quote!(#first(#by_reference || #body))
        }
        Route::Stored => {
            let body = direct(&place);
            parts
                .before
                .extend(quote!(let again = Holder { g: || #body };));
            quote!((again.g)())
        }
        Route::With => {
            let name = format_ident!("{}_with", plan.name);
            let call = tokens(form.call);
            let unwrap = tokens(
                form.unwraps
                    .first()
                    .expect("every form says how its guard is had"),
            );
            parts.methods.extend(quote! {
                fn #name<R>(&self, f: impl FnOnce(&Data) -> R) -> R {
                    let guard = #place #call #unwrap;
                    f(&guard)
                }
            });
            quote!(self.#name(|data| data.num()))
        }
        Route::Format => {
            let body = direct(&place);
            quote!((format!("{}", #body).len() as u64))
        }
        Route::Block => {
            let body = direct(&place);
            quote!(async { #body }.await)
        }
        Route::Joined => {
            let body = direct(&place);
            quote!(tokio::join!(async { #body }, echo(1)).0)
        }
        Route::Selected => {
            let body = direct(&place);
            quote!(
                tokio::select! { v = async { #body } => { v } v = std::future::pending::<u64>() => { v } }
            )
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
pub(super) fn again_root(plan: &Plan) -> TokenStream {
    match plan.target {
        0 => tokens(match plan.root {
            Root::Field | Root::Local => "self.a",
            Root::Shared | Root::Cloned => "self.shared",
            Root::Nested => "self.inner.a",
            Root::Newtype => "self.wrapped.0",
            Root::Parameter => "lock",
            Root::Static | Root::Lazy | Root::LazyStatic => "HERE",
            Root::Once => return once(plan),
            Root::ThreadLocal => "here",
            Root::Boxed => "self.boxed",
            Root::Element => "self.listed[0]",
            Root::Keyed => "self.keyed[&1]",
            Root::Optional => "self.slot.as_ref().unwrap()",
        }),
        _ => tokens("self.b"),
    }
}

/// A lock that is made where it is asked for.
fn once(plan: &Plan) -> TokenStream {
    let new = tokens(plan.lock.new);
    quote!(HERE.get_or_init(|| #new))
}
