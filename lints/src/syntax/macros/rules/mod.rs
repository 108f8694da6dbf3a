//! The macros that a file defines with `macro_rules!`.
//!
//! A definition is found by its place, as rustc does it: behind it, in the block or module that it
//! stands in (and around it, under `#[macro_use]`), the last one counts. Elsewhere it is found by a
//! path, or if it is exported or imported.

mod matching;
mod pieces;
mod transcription;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ra_ap_syntax::SyntaxKind as K;

use super::macro_name;
use crate::hir::Name;
use crate::syntax::expansion::Expansion;
use crate::syntax::tokens::{TokenId, Tokens};
use crate::syntax::tree::{Node, Tree};
use crate::syntax::types::name;
use pieces::Rule;

/// Expansions inside expansions: deeper ones stay calls of an unknown macro.
const MAX_NESTING: u32 = 32;

/// What an expansion costs at least, in tokens: one without tokens takes time as well.
const LEAST_COST: u32 = 8;

/// The macros of a file, and how far we are into them.
#[derive(Default)]
pub(in crate::syntax) struct Rules {
    definitions: Vec<Definition>,
    /// Which of these have a name, in order.
    named: BTreeMap<Name, Vec<usize>>,
    /// Names of macros that a `use` says as well.
    imported: BTreeSet<Name>,
    /// Expansions that we are in.
    pub(super) nesting: u32,
    /// Where the outermost of these was called.
    pub(super) site: u32,
    /// Tokens that expansions may still take, while we are in none; and those that macro arguments
    /// may, while we are in one.
    pub(super) reserve: u32,
}

/// One `macro_rules!`.
struct Definition {
    /// The tokens between its delimiters.
    from: TokenId,
    to: TokenId,
    /// Bytes of the file in which it is found by its name alone.
    visible: (u32, u32),
    is_exported: bool,
    /// Whether it stands in no function.
    has_path: bool,
    /// Its rules, once they were needed; none where any is not understood.
    rules: Option<Rc<[Rule]>>,
}

impl Rules {
    /// The macros that `tree`, a whole file, defines.
    pub(in crate::syntax) fn of(tokens: &Tokens<'_>, tree: &Tree<'_>) -> Self {
        let mut rules = Self {
            reserve: crate::syntax::Lowering::budget(tokens.len()),
            ..Self::default()
        };
        // The end of each module and block we are in, and whether it is a block.
        let mut scopes: Vec<(u32, bool)> = Vec::new();
        let mut is_open_module = false;
        let mut uses = Vec::new();
        for node in tree.nodes() {
            match node.kind() {
                K::SOURCE_FILE => scopes.push((node.end(), false)),
                K::MODULE => is_open_module = has_attribute(node, "macro_use"),
                K::ITEM_LIST if is_open_module => is_open_module = false,
                K::ITEM_LIST | K::STMT_LIST => {
                    leave(&mut scopes, node.start());
                    scopes.push((node.end(), node.kind() == K::STMT_LIST));
                }
                K::USE => uses.push(node),
                K::MACRO_RULES => {
                    leave(&mut scopes, node.start());
                    let Some(body) = node.child(K::TOKEN_TREE) else {
                        continue;
                    };
                    let named = rules.named.entry(name(node)).or_default();
                    named.push(rules.definitions.len());
                    rules.definitions.push(Definition {
                        from: tokens.at(body.start()) + 1,
                        to: tokens.at(body.end()).saturating_sub(1),
                        visible: (node.end(), scopes.last().map_or(0, |scope| scope.0)),
                        is_exported: has_attribute(node, "macro_export"),
                        has_path: !scopes.iter().any(|scope| scope.1),
                        rules: None,
                    });
                }
                _ => {}
            }
        }
        if !rules.definitions.is_empty() {
            let leaves = uses.into_iter().flat_map(Node::leaves);
            let names = leaves.filter(|leaf| leaf.kind() == K::IDENT);
            rules.imported = names.map(|leaf| Name::new(leaf.text())).collect();
        }
        rules
    }

    /// Which definition `call`, among `tokens`, is a call of.
    pub(super) fn find(&self, tokens: &Tokens<'_>, call: Node<'_>) -> Option<usize> {
        if self.definitions.is_empty() {
            return None;
        }
        let name = macro_name(call);
        let at = if tokens.is_expansion() {
            self.site
        } else {
            call.start()
        };
        let qualifier = call.child(K::PATH).and_then(|path| path.child(K::PATH));
        let root = qualifier.map(|path| path.leaves().next().map_or("", Node::text));
        let is_local = root.is_none_or(|root| matches!(root, "crate" | "self" | "super"));
        let is_visible = |it: &Definition| it.visible.0 <= at && at < it.visible.1;
        let is_imported = |it: &Definition| it.is_exported || self.imported.contains(&name);
        let named = self.named.get(&name)?;
        let last = |is_wanted: &dyn Fn(&Definition) -> bool| {
            let mut latest = named.iter().rev().copied();
            latest.find(|&at| self.definitions.get(at).is_some_and(is_wanted))
        };
        if !is_local {
            return None;
        }
        if root.is_some() {
            return last(&|it| it.has_path);
        }
        last(&is_visible).or_else(|| last(&|it| it.has_path && is_imported(it)))
    }

    fn compiled(&mut self, source: &Tokens<'_>, at: usize) -> Option<Rc<[Rule]>> {
        let definition = self.definitions.get_mut(at)?;
        let (from, to) = (definition.from, definition.to);
        let rules = definition.rules.get_or_insert_with(|| {
            let read = pieces::rules(source, from, to);
            read.unwrap_or_default().into()
        });
        Some(Rc::clone(rules))
    }
}

/// Leaves the scopes that end before `start`.
fn leave(scopes: &mut Vec<(u32, bool)>, start: u32) {
    while scopes.last().is_some_and(|scope| scope.0 <= start) {
        scopes.pop();
    }
}

/// Whether an attribute of `node` says `word`.
fn has_attribute(node: Node<'_>, word: &str) -> bool {
    let attributes = node.children().filter(|child| child.kind() == K::ATTR);
    attributes
        .flat_map(Node::leaves)
        .any(|leaf| leaf.text() == word)
}

/// Whether variables that the definition binds are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Locals {
    /// In a body.
    Renamed,
    /// In items, around which there are no variables.
    Kept,
}

impl super::Lowering<'_> {
    /// Takes `cost` tokens from what expansions may take.
    fn charge(&mut self, cost: u32) -> Option<()> {
        let left = if self.rules.nesting == 0 {
            &mut self.rules.reserve
        } else {
            &mut self.budget
        };
        *left = left.checked_sub(cost)?;
        Some(())
    }

    /// What `call` expands to; `None` where the file does not define the macro, no rule of it takes
    /// the arguments, or there would be too much of it.
    pub(super) fn expansion(&mut self, call: Node<'_>, locals: Locals) -> Option<Expansion> {
        let at = self.rules.find(self.tokens, call)?;
        if self.rules.nesting >= MAX_NESTING {
            return None;
        }
        self.charge(LEAST_COST)?;
        let args = super::args::Args::of(self.tokens, call)?;
        let rules = self.rules.compiled(self.source, at)?;
        let place = self.tokens.place(call.start(), call.end());
        for rule in rules.iter() {
            let Some(bindings) = self.matched(&rule.pattern, &args) else {
                continue;
            };
            let context = match locals {
                Locals::Renamed => self.hygiene.expansion(),
                Locals::Kept => 0,
            };
            return self.transcribed(&rule.body, &bindings, place, context);
        }
        None
    }
}
