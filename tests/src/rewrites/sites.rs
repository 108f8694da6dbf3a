//! The places in a program at which something can be rewritten.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, File, Item, Signature};

/// The program as text.
pub(super) fn printed(file: &File) -> String {
    prettyplease::unparse(file)
}

/// Hands the items of every module to `edit`, inner ones first.
pub(super) fn each_module(file: &mut File, mut edit: impl FnMut(&mut Vec<Item>)) {
    fn below(items: &mut Vec<Item>, edit: &mut impl FnMut(&mut Vec<Item>)) {
        for item in items.iter_mut() {
            if let Item::Mod(module) = item
                && let Some((_, items)) = &mut module.content
            {
                below(items, edit);
            }
        }
        edit(items);
    }
    below(&mut file.items, &mut edit);
}

/// Hands every expression to `edit`, inner ones first.
pub(super) fn each_expr(file: &mut File, edit: impl FnMut(&mut Expr)) {
    struct Each<F>(F);
    impl<F: FnMut(&mut Expr)> VisitMut for Each<F> {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            visit_mut::visit_expr_mut(self, expr);
            (self.0)(expr);
        }
    }
    Each(edit).visit_file_mut(file);
}

/// Hands every block to `edit`, inner ones first.
pub(super) fn each_block(file: &mut File, edit: impl FnMut(&mut Block)) {
    struct Each<F>(F);
    impl<F: FnMut(&mut Block)> VisitMut for Each<F> {
        fn visit_block_mut(&mut self, block: &mut Block) {
            visit_mut::visit_block_mut(self, block);
            (self.0)(block);
        }
    }
    Each(edit).visit_file_mut(file);
}

/// Hands the signature and body of every function and method to `edit`.
pub(super) fn each_function(file: &mut File, edit: impl FnMut(&Signature, &mut Block)) {
    struct Each<F>(F);
    impl<F: FnMut(&Signature, &mut Block)> VisitMut for Each<F> {
        fn visit_item_fn_mut(&mut self, function: &mut syn::ItemFn) {
            visit_mut::visit_item_fn_mut(self, function);
            (self.0)(&function.sig, &mut function.block);
        }
        fn visit_impl_item_fn_mut(&mut self, method: &mut syn::ImplItemFn) {
            visit_mut::visit_impl_item_fn_mut(self, method);
            (self.0)(&method.sig, &mut method.block);
        }
    }
    Each(edit).visit_file_mut(file);
}

/// The tokens with every identifier as `rename` wants it; it is told whether a `.` stands before and a `(` behind.
pub(super) fn idents(
    tokens: TokenStream,
    rename: &mut impl FnMut(&str, bool, bool) -> Option<TokenStream>,
) -> TokenStream {
    let mut renamed = TokenStream::new();
    let mut after_dot = false;
    let mut rest = tokens.into_iter().peekable();
    while let Some(tree) = rest.next() {
        let dot = matches!(&tree, TokenTree::Punct(dot) if dot.as_char() == '.');
        match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), idents(group.stream(), rename));
                inner.set_span(group.span());
                renamed.extend([TokenTree::from(inner)]);
            }
            TokenTree::Ident(name) => {
                let call = matches!(
                    rest.peek(),
                    Some(TokenTree::Group(group))
                        if group.delimiter() == proc_macro2::Delimiter::Parenthesis
                );
                match rename(&name.to_string(), after_dot, call) {
                    Some(with) => renamed.extend(with),
                    None => renamed.extend([TokenTree::from(name)]),
                }
            }
            tree => renamed.extend([tree]),
        }
        after_dot = dot;
    }
    renamed
}

/// Every identifier in the tokens.
pub(super) fn words(tokens: TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    idents(tokens, &mut |word, _, _| {
        words.push(word.to_owned());
        None
    });
    words
}
