//! Rewrites of single expressions.

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, File, parse_quote};

use super::sites::{each_expr, printed};
use crate::programs::choice::Dice;

/// `(x)`
pub(super) fn parenthesised(file: &File, dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    let mut count = 0;
    each_expr(&mut file, |expr| {
        if is_plain(expr) && dice.one_in(2) {
            *expr = parse_quote!((#expr));
            count += 1;
        }
    });
    (count > 0).then(|| printed(&file))
}

/// `id!(x)`, with a macro that is its argument.
pub(super) fn through_macro(file: &File, dice: &mut Dice) -> Option<String> {
    struct Wrap<'d>(&'d mut Dice, usize);
    impl VisitMut for Wrap<'_> {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            match expr {
                // What is assigned to must stay a place.
                Expr::Assign(assign) => return self.visit_expr_mut(&mut assign.right),
                Expr::Binary(binary) if is_assignment(binary.op) => {
                    return self.visit_expr_mut(&mut binary.right);
                }
                _ => {}
            }
            visit_mut::visit_expr_mut(self, expr);
            if is_plain(expr) && self.0.one_in(2) {
                *expr = parse_quote!(id__!(#expr));
                self.1 += 1;
            }
        }
    }
    let mut file = file.clone();
    let mut wrap = Wrap(dice, 0);
    wrap.visit_file_mut(&mut file);
    if wrap.1 == 0 {
        return None;
    }
    file.items.insert(
        0,
        parse_quote!(
            macro_rules! id__ {
                ($e:expr) => {
                    $e
                };
            }
        ),
    );
    Some(printed(&file))
}

/// Whether brackets around the expression are nothing but brackets.
fn is_plain(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::MethodCall(_)
            | Expr::Call(_)
            | Expr::Field(_)
            | Expr::Await(_)
            | Expr::Try(_)
            | Expr::Reference(_)
    )
}

fn is_assignment(op: syn::BinOp) -> bool {
    use syn::BinOp;
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}
