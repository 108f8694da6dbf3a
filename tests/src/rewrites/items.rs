//! Items in other places, and methods as functions.

use quote::{ToTokens, format_ident, quote};
use syn::{File, FnArg, ImplItem, Item, Pat, ReceiverKind, ReturnType, Visibility, parse_quote};

use super::sites::{each_module, idents, printed, words};
use crate::programs::choice::Dice;

/// The last item first; macros and imports keep their places.
pub(super) fn reversed(file: &File, _dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    each_module(&mut file, |items| {
        let (first, mut rest): (Vec<Item>, Vec<Item>) = std::mem::take(items)
            .into_iter()
            .partition(|item| matches!(item, Item::Macro(_) | Item::Use(_) | Item::ExternCrate(_)));
        rest.reverse();
        items.extend(first);
        items.extend(rest);
    });
    (file.items.len() > 1).then(|| printed(&file))
}

/// Functions and methods move into a module, and are imported from there.
pub(super) fn in_module(file: &File, dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    let mut moved = false;
    each_module(&mut file, |items| moved |= into_module(items, dice));
    moved.then(|| printed(&file))
}

fn into_module(items: &mut Vec<Item>, dice: &mut Dice) -> bool {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    let mut names = Vec::new();
    for item in std::mem::take(items) {
        match item {
            Item::Fn(mut item) if !dice.one_in(3) => {
                if matches!(item.vis, Visibility::Inherited) {
                    item.vis = parse_quote!(pub(super));
                }
                names.push((item.vis.clone(), item.sig.ident.clone()));
                inside.push(Item::Fn(item));
            }
            Item::Impl(mut block) if !dice.one_in(3) => {
                if block.trait_.is_none() {
                    for item in &mut block.items {
                        if let ImplItem::Fn(method) = item
                            && matches!(method.vis, Visibility::Inherited)
                        {
                            method.vis = parse_quote!(pub(super));
                        }
                    }
                }
                inside.push(Item::Impl(block));
            }
            item => outside.push(item),
        }
    }
    *items = outside;
    if inside.is_empty() {
        return false;
    }
    items.push(parse_quote! {
        mod moved__ {
            use super::*;
            #(#inside)*
        }
    });
    for (vis, name) in names {
        let vis = if matches!(vis, Visibility::Public(_)) {
            Some(vis)
        } else {
            None
        };
        items.push(parse_quote!(#vis use moved__::#name;));
    }
    true
}

/// The body of a method becomes a function's, which the method calls.
pub(super) fn as_functions(file: &File, dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    let mut count = 0_usize;
    each_module(&mut file, |items| {
        let mut added: Vec<Item> = Vec::new();
        for item in items.iter_mut() {
            if let Item::Impl(block) = item {
                functions_of(block, &mut added, dice);
            }
        }
        count += added.len();
        items.extend(added);
    });
    (count > 0).then(|| printed(&file))
}

fn functions_of(block: &mut syn::ItemImpl, added: &mut Vec<Item>, dice: &mut Dice) {
    if block.trait_.is_some() || !block.generics.params.is_empty() {
        return;
    }
    let ty = &block.self_ty;
    for member in &mut block.items {
        let ImplItem::Fn(method) = member else {
            continue;
        };
        let Some(arguments) = plain_arguments(method) else {
            continue;
        };
        if dice.one_in(4) {
            continue;
        }
        let name = format_ident!("{}__free{}", method.sig.ident, added.len());
        let rename = |tokens| {
            idents(tokens, &mut |word, _, _| match word {
                "self" => Some(quote!(this__)),
                "Self" => Some(quote!(#ty)),
                _ => None,
            })
        };
        let body = rename(method.block.to_token_stream());
        let output = rename(method.sig.output.to_token_stream());
        let inputs = method.sig.inputs.iter().skip(1);
        let inputs = rename(quote!(#(#inputs),*));
        let asynchronous = &method.sig.asyncness;
        let awaited = asynchronous.map(|_| quote!(.await));
        added.push(parse_quote! {
            #asynchronous fn #name(this__: &#ty, #inputs) #output #body
        });
        method.block = parse_quote!({ #name(self, #(#arguments),*) #awaited });
    }
}

/// The names of a method's arguments, where it can be a function: `&self`, no generics, nothing borrowed out.
fn plain_arguments(method: &syn::ImplItemFn) -> Option<Vec<syn::Ident>> {
    let mut inputs = method.sig.inputs.iter();
    let Some(FnArg::Receiver(receiver)) = inputs.next() else {
        return None;
    };
    let by_reference = matches!(receiver.kind, ReceiverKind::Reference(_, None, None));
    // A `cfg` of the method would have to hold for the function too.
    if !by_reference
        || !method.attrs.is_empty()
        || !method.sig.generics.params.is_empty()
        || method.sig.constness.is_some()
    {
        return None;
    }
    let output = match &method.sig.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, ty) => ty.to_token_stream().to_string(),
    };
    // With more than one reference the compiler would not know which one the result borrows from.
    let borrows =
        output.contains(['&', '\'']) || words(output.parse().ok()?).contains(&"impl".to_owned());
    if borrows && method.sig.inputs.len() > 1 {
        return None;
    }
    inputs
        .map(|input| match input {
            FnArg::Typed(input) => match &*input.pat {
                Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                    let ty = input.ty.to_token_stream().to_string();
                    (!ty.contains("impl ")).then(|| pat.ident.clone())
                }
                _ => None,
            },
            FnArg::Receiver(_) => None,
        })
        .collect()
}
