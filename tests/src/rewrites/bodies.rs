//! Rewrites of bodies: what stands around statements and among them.

use quote::{format_ident, quote};
use syn::{Block, Expr, File, ImplItem, Item, ReturnType, Stmt, parse_quote};

use super::sites::{each_block, each_function, each_module, printed, words};
use crate::programs::choice::Dice;

/// Comments at the ends of lines and on lines of their own.
pub(super) fn commented(file: &File, dice: &mut Dice) -> Option<String> {
    let mut text = String::new();
    if file.items.is_empty() {
        return None;
    }
    for line in printed(file).lines() {
        text.push_str(line);
        if line.ends_with([';', '{']) && dice.one_in(2) {
            text.push_str(" // of no consequence: self.lock().await");
        }
        text.push('\n');
        if line.ends_with(';') && dice.one_in(3) {
            text.push_str("/* let guard = nothing; /* nested */ */\n");
        }
    }
    Some(text)
}

/// Statements that have nothing to do with the others.
pub(super) fn unrelated(file: &File, dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    let mut count = 0_usize;
    each_block(&mut file, |block| {
        let places = block.stmts.len();
        for at in (0..places).rev() {
            if !dice.one_in(3) {
                continue;
            }
            count += 1;
            let name = format_ident!("unrelated__{}", count);
            let statement: Stmt = match count % 3 {
                0 => parse_quote!(let #name = 1u32;),
                1 => parse_quote!({ let #name = (1u32, "text"); let _ = #name; }),
                _ => parse_quote!(if false { let #name = || 2u32; #name(); }),
            };
            block.stmts.insert(at, statement);
        }
    });
    (count > 0).then(|| printed(&file))
}

/// `{ body }`
pub(super) fn in_block(file: &File, dice: &mut Dice) -> Option<String> {
    wrapped(file, dice, |stmts| Some(parse_quote!({ { #(#stmts)* } })))
}

/// `unsafe { body }`
pub(super) fn in_unsafe_block(file: &File, dice: &mut Dice) -> Option<String> {
    wrapped(file, dice, |stmts| {
        Some(parse_quote!({ unsafe { #(#stmts)* } }))
    })
}

/// `loop { body; break; }`, where the body has no value.
pub(super) fn in_loop(file: &File, dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    let mut count = 0;
    each_function(&mut file, |signature, body| {
        if !matches!(signature.output, ReturnType::Default)
            || signature.constness.is_some()
            || !dice.one_in(2)
        {
            return;
        }
        let mut stmts = body.stmts.clone();
        if let Some(Stmt::Expr(_, semi @ None)) = stmts.last_mut() {
            *semi = Some(syn::token::Semi::default());
        }
        *body = parse_quote!({ loop { #(#stmts)* break; } });
        count += 1;
    });
    (count > 0).then(|| printed(&file))
}

fn wrapped(
    file: &File,
    dice: &mut Dice,
    wrap: impl Fn(&[Stmt]) -> Option<Block>,
) -> Option<String> {
    let mut file = file.clone();
    let mut count = 0;
    each_function(&mut file, |signature, body| {
        if signature.constness.is_some() || !dice.one_in(2) {
            return;
        }
        if let Some(block) = wrap(&body.stmts) {
            *body = block;
            count += 1;
        }
    });
    (count > 0).then(|| printed(&file))
}

/// A statement that speaks of nothing but `self` becomes a method.
pub(super) fn extracted(file: &File, dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    let mut count = 0_usize;
    each_module(&mut file, |items| {
        for item in items {
            if let Item::Impl(block) = item {
                extracted_from(block, &mut count, dice);
            }
        }
    });
    (count > 0).then(|| printed(&file))
}

fn extracted_from(block: &mut syn::ItemImpl, count: &mut usize, dice: &mut Dice) {
    if block.trait_.is_some() {
        return;
    }
    let mut added: Vec<ImplItem> = Vec::new();
    for method in &mut block.items {
        let ImplItem::Fn(method) = method else {
            continue;
        };
        let by_reference = matches!(
            method.sig.inputs.first(),
            Some(syn::FnArg::Receiver(receiver))
                if matches!(receiver.kind, syn::ReceiverKind::Reference(_, None, None))
        );
        if !by_reference || !method.attrs.is_empty() {
            continue;
        }
        let known = parameters_and_locals(method);
        for statement in &mut method.block.stmts {
            let Stmt::Expr(expr, Some(_)) = statement else {
                continue;
            };
            if !stands_alone(expr, &known) || dice.one_in(3) {
                continue;
            }
            *count += 1;
            let name = format_ident!("{}__part{}", method.sig.ident, count);
            let waits = words(quote!(#expr)).iter().any(|word| word == "await");
            let (asynchronous, awaited) =
                (waits.then(|| quote!(async)), waits.then(|| quote!(.await)));
            added.push(parse_quote!(#asynchronous fn #name(&self) { #expr; }));
            *statement = parse_quote!(self.#name() #awaited;);
        }
    }
    block.items.extend(added);
}

/// Every name that a method's parameters and patterns bind, or seem to.
fn parameters_and_locals(method: &syn::ImplItemFn) -> Vec<String> {
    struct Bound(Vec<String>);
    impl syn::visit_mut::VisitMut for Bound {
        fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
            self.0.push(pat.ident.to_string());
            syn::visit_mut::visit_pat_ident_mut(self, pat);
        }
    }
    let mut bound = Bound(Vec::new());
    syn::visit_mut::VisitMut::visit_impl_item_fn_mut(&mut bound, &mut method.clone());
    let generics = method
        .sig
        .generics
        .params
        .iter()
        .filter_map(|param| match param {
            syn::GenericParam::Type(param) => Some(param.ident.to_string()),
            _ => None,
        });
    bound.0.extend(generics);
    bound.0
}

/// Whether an expression can be a method's whole body: nothing leaves it, nothing local is in it.
fn stands_alone(expr: &Expr, known: &[String]) -> bool {
    let calls = matches!(
        expr,
        Expr::MethodCall(_) | Expr::Call(_) | Expr::Await(_) | Expr::Match(_) | Expr::If(_)
    );
    let words = words(quote!(#expr));
    let leaves = ["return", "break", "continue"];
    let outside = ["drop"];
    calls
        && words.iter().any(|word| word == "self")
        && !quote!(#expr).to_string().contains('?')
        && !words.iter().any(|word| {
            known.contains(word)
                || leaves.contains(&word.as_str())
                || outside.contains(&word.as_str())
        })
}
