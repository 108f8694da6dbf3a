//! Other names for the same things.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{File, Item, Type, UseTree, parse_quote};

use super::sites::{each_module, idents, printed, words};
use crate::programs::choice::Dice;

/// Everything that the file itself names has another name.
pub(super) fn renamed(file: &File, dice: &mut Dice) -> Option<String> {
    let mut defined = Defined::default();
    defined.visit_file_mut(&mut file.clone());
    let Defined {
        names,
        functions,
        mut foreign,
    } = defined;
    foreign.extend(members_of_others(file.to_token_stream(), &names));
    let text = printed(file);
    let chosen: BTreeSet<String> = names
        .union(&functions)
        .filter(|name| {
            !foreign.contains(*name)
                && !METHODS.contains(&name.as_str())
                && !KEPT.contains(&name.as_str())
                // A name inside a format string stays.
                && !text.contains(&format!("{{{name}}}"))
                && !text.contains(&format!("{{{name}:"))
        })
        .filter(|_| !dice.one_in(4))
        .cloned()
        .collect();
    let tokens = idents(file.to_token_stream(), &mut |word, after_dot, call| {
        if !chosen.contains(word) || after_dot && call && !functions.contains(word) {
            return None;
        }
        let new = format_ident!("{}__x", word);
        Some(quote!(#new))
    });
    let file: File = syn::parse2(tokens).expect("other names are as good");
    (!chosen.is_empty()).then(|| printed(&file))
}

/// Names that something else may mean: segments of paths that do not begin here, and plain words that are called on
/// anything but `self`.
fn members_of_others(tokens: TokenStream, types: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let word = |at: Option<usize>| match at.and_then(|at| trees.get(at)) {
        Some(TokenTree::Ident(name)) => name.to_string(),
        _ => String::new(),
    };
    let is = |at: usize, char: char| matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == char);
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => found.extend(members_of_others(group.stream(), types)),
            TokenTree::Ident(name) if at > 0 && is(at - 1, '.') => {
                let name = name.to_string();
                let called = matches!(trees.get(at + 1), Some(TokenTree::Group(_)));
                if called && !name.contains('_') && word(at.checked_sub(2)) != "self" {
                    found.insert(name);
                }
            }
            TokenTree::Ident(name) if at > 1 && is(at - 1, ':') && is(at - 2, ':') => {
                let owner = word(at.checked_sub(3));
                if !types.contains(&owner) && !KEPT.contains(&owner.as_str()) {
                    found.insert(name.to_string());
                }
            }
            _ => {}
        }
    }
    found
}

/// What a file defines.
#[derive(Default)]
struct Defined {
    /// Types, fields, statics, variables.
    names: BTreeSet<String>,
    functions: BTreeSet<String>,
    /// Names that others chose: imports, and members of foreign traits.
    foreign: BTreeSet<String>,
}

impl VisitMut for Defined {
    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Struct(item) => self.names.insert(item.ident.to_string()),
            Item::Enum(item) => self.names.insert(item.ident.to_string()),
            Item::Trait(item) => self.names.insert(item.ident.to_string()),
            Item::Type(item) => self.names.insert(item.ident.to_string()),
            Item::Static(item) => self.names.insert(item.ident.to_string()),
            Item::Fn(item) => self.functions.insert(item.sig.ident.to_string()),
            Item::Use(item) => {
                self.foreign.extend(words(item.to_token_stream()));
                return;
            }
            Item::Macro(item) => {
                // What a macro's rules bind is not ours to know.
                self.foreign.extend(words(item.mac.tokens.clone()));
                return;
            }
            _ => true,
        };
        visit_mut::visit_item_mut(self, item);
    }
    fn visit_item_impl_mut(&mut self, block: &mut syn::ItemImpl) {
        visit_mut::visit_item_impl_mut(self, block);
        for member in &block.items {
            let syn::ImplItem::Fn(method) = member else {
                continue;
            };
            let name = method.sig.ident.to_string();
            // Methods of traits keep their names: the trait may be another's.
            if block.trait_.is_some() {
                self.foreign.insert(name);
            } else {
                self.functions.insert(name);
            }
        }
    }
    fn visit_trait_item_fn_mut(&mut self, method: &mut syn::TraitItemFn) {
        self.foreign.insert(method.sig.ident.to_string());
        visit_mut::visit_trait_item_fn_mut(self, method);
    }
    fn visit_field_mut(&mut self, field: &mut syn::Field) {
        self.names
            .extend(field.ident.as_ref().map(ToString::to_string));
        visit_mut::visit_field_mut(self, field);
    }
    fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
        let name = pat.ident.to_string();
        if !name.starts_with(char::is_uppercase) && name != "self" {
            self.names.insert(name);
        }
        visit_mut::visit_pat_ident_mut(self, pat);
    }
    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        // `println!("{x}", x = …)`: names in front of a `=` belong to the text.
        let text = mac.tokens.to_string();
        let words = words(mac.tokens.clone());
        self.foreign.extend(
            words
                .into_iter()
                .filter(|word| text.contains(&format!("{word} = "))),
        );
        visit_mut::visit_macro_mut(self, mac);
    }
}

/// Methods of the standard library and of locks: a name like theirs is not changed.
const METHODS: &[&str] = &[
    "borrow",
    "borrow_mut",
    "clear",
    "clone",
    "count",
    "deref",
    "drop",
    "first",
    "fmt",
    "get",
    "insert",
    "into_inner",
    "is_empty",
    "iter",
    "last",
    "len",
    "lock",
    "map",
    "new",
    "next",
    "poll",
    "pop",
    "push",
    "read",
    "remove",
    "replace",
    "send",
    "take",
    "then",
    "wait",
    "write",
];

/// Words that mean something of their own.
const KEPT: &[&str] = &["self", "Self", "main", "std", "core", "crate", "super"];

/// Imported types that have another name.
pub(super) fn imports_renamed(file: &File, dice: &mut Dice) -> Option<String> {
    struct Imports(BTreeSet<String>, BTreeSet<String>);
    impl VisitMut for Imports {
        fn visit_use_tree_mut(&mut self, tree: &mut UseTree) {
            match tree {
                UseTree::Name(name) if self.1.is_empty() => {
                    self.0.insert(name.ident.to_string());
                }
                UseTree::Name(name) if self.1.contains(&name.ident.to_string()) => {
                    let (ident, new) = (&name.ident, format_ident!("{}__as", name.ident));
                    *tree = parse_quote!(#ident as #new);
                }
                _ => visit_mut::visit_use_tree_mut(self, tree),
            }
        }
    }
    let mut file = file.clone();
    let mut imports = Imports(BTreeSet::new(), BTreeSet::new());
    imports.visit_file_mut(&mut file);
    let mut defined = Defined::default();
    defined.visit_file_mut(&mut file.clone());
    // Traits are in force by any name, but what is re-exported or defined here too is left alone.
    imports.1 = std::mem::take(&mut imports.0)
        .into_iter()
        .filter(|name| {
            name.starts_with(char::is_uppercase) && !defined.names.contains(name) && !dice.one_in(4)
        })
        .collect();
    if imports.1.is_empty() {
        return None;
    }
    imports.visit_file_mut(&mut file);
    let mut outside = Outside(&imports.1);
    outside.visit_file_mut(&mut file);
    Some(printed(&file))
}

/// Renames the first word of every path, and the words in macros.
struct Outside<'n>(&'n BTreeSet<String>);

impl VisitMut for Outside<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if path.leading_colon.is_some() {
            return;
        }
        if let Some(first) = path.segments.first_mut()
            && self.0.contains(&first.ident.to_string())
        {
            first.ident = format_ident!("{}__as", first.ident);
        }
    }
    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        visit_mut::visit_macro_mut(self, mac);
        let tokens = std::mem::take(&mut mac.tokens);
        let mut after_colons = false;
        mac.tokens = idents(tokens, &mut |word, _, _| {
            let chosen = self.0.contains(word) && !std::mem::take(&mut after_colons);
            let new = format_ident!("{}__as", word);
            chosen.then(|| quote!(#new))
        });
    }
}

/// Each field's type, where it is a lock, is an alias.
pub(super) fn fields_aliased(file: &File, dice: &mut Dice) -> Option<String> {
    let mut file = file.clone();
    let mut count = 0_usize;
    each_module(&mut file, |items| {
        let mut aliases: Vec<Item> = Vec::new();
        for item in items.iter_mut() {
            let Item::Struct(item) = item else { continue };
            if !item.generics.params.is_empty() {
                continue;
            }
            for field in &mut item.fields {
                let words = words(field.ty.to_token_stream());
                let is_lock = words.iter().any(|word| LOCKS.contains(&word.as_str()));
                let borrows = field.ty.to_token_stream().to_string().contains('\'');
                if !is_lock || borrows || dice.one_in(4) {
                    continue;
                }
                let name = format_ident!("Alias__{}", count);
                count += 1;
                let ty: Type = field.ty.clone();
                let vis = &field.vis;
                aliases.push(parse_quote!(#vis type #name = #ty;));
                field.ty = parse_quote!(#name);
            }
        }
        items.extend(aliases);
    });
    (count > 0).then(|| printed(&file))
}

const LOCKS: &[&str] = &[
    "Mutex",
    "RwLock",
    "RefCell",
    "DashMap",
    "StdMutex",
    "ReentrantMutex",
    "FairMutex",
    "Semaphore",
];
