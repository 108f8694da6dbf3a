//! Between text and tokens.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

pub(super) fn tokens(text: &str) -> TokenStream {
    match TokenStream::from_str(text) {
        Ok(tokens) => tokens,
        Err(error) => panic!("the table's text is no Rust: {error}\n{text}"),
    }
}

pub(super) fn parse(tokens: &TokenStream) -> syn::File {
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

pub(super) fn parse_text(text: &str) -> syn::File {
    syn::parse_file(text).expect("what prettyplease prints is Rust")
}

pub(super) fn rename(text: TokenStream, from: &str, to: &TokenStream) -> TokenStream {
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
                renamed.extend([tree]);
            }
        }
    }
    renamed
}

pub(super) fn regroup(group: &Group, stream: TokenStream) -> TokenTree {
    let delimiter = if group.delimiter() == Delimiter::None {
        Delimiter::Parenthesis
    } else {
        group.delimiter()
    };
    Group::new(delimiter, stream).into()
}
