//! `if let` as `match`, and back.

use quote::quote;
use syn::{Expr, File, Pat, parse_quote};

use super::sites::{each_expr, printed};
use crate::programs::choice::Dice;

/// `if let P = e { a } else { b }` becomes `match e { P => { a } _ => { b } }`.
pub(super) fn to_match(file: &File, dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    let mut count = 0;
    each_expr(&mut file, |expr| {
        let Expr::If(whole) = &*expr else { return };
        let Expr::Let(condition) = &*whole.cond else {
            return;
        };
        if dice.one_in(3) {
            return;
        }
        let (pat, scrutinee, then) = (&condition.pat, &condition.expr, &whole.then_branch);
        let otherwise = whole.else_branch.as_ref();
        let otherwise = otherwise.map_or_else(|| quote!({}), |(_, otherwise)| quote!(#otherwise));
        let made: Expr = parse_quote!(match #scrutinee { #pat => #then _ => #otherwise, });
        *expr = made;
        count += 1;
    });
    (count > 0).then(|| printed(&file))
}

/// A `match` of two arms, of which the second takes the rest, becomes `if let … else`.
pub(super) fn to_if_let(file: &File, dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    let mut count = 0;
    each_expr(&mut file, |expr| {
        let Expr::Match(whole) = &*expr else { return };
        let [first, second] = whole.arms.as_slice() else {
            return;
        };
        if matches!(first.pat, Pat::Guard(_) | Pat::Ident(_) | Pat::Wild(_))
            || !takes_the_rest(&second.pat)
            || !first.attrs.is_empty()
            || !second.attrs.is_empty()
            || dice.one_in(3)
        {
            return;
        }
        let (scrutinee, pat, then, otherwise) =
            (&whole.expr, &first.pat, &first.body, &second.body);
        let block = |body: &Expr| match body {
            Expr::Block(block) if block.label.is_none() => quote!(#block),
            body => quote!({ #body }),
        };
        let (then, otherwise) = (block(then), block(otherwise));
        *expr = parse_quote!(if let #pat = #scrutinee #then else #otherwise);
        count += 1;
    });
    (count > 0).then(|| printed(&file))
}

/// `_`, and the failures that leave only a success.
fn takes_the_rest(pat: &Pat) -> bool {
    match pat {
        Pat::Wild(_) => true,
        Pat::Ident(pat) => pat.ident == "None",
        Pat::TupleStruct(pat) => {
            pat.path.is_ident("Err") && pat.elems.iter().all(|pat| matches!(pat, Pat::Wild(_)))
        }
        _ => false,
    }
}
