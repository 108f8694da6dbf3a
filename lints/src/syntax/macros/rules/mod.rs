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
use crate::hir::{MacroCall, MacroRules, Name, Range};
use crate::syntax::Foreign;
use crate::syntax::expansion::Expansion;
use crate::syntax::tokens::{TokenId, Tokens, is_open};
use crate::syntax::tree::{Node, Tree};
use crate::syntax::types::name;
use pieces::Rule;

/// Expansions inside expansions: deeper ones stay calls of an unknown macro.
const MAX_NESTING: u32 = 32;

/// Calls that are remembered of a file, and of a definition.
const MISSED: usize = 4_096;

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
    /// Definitions of other files, by how they are called here.
    foreign: BTreeMap<(Name, Name), usize>,
    /// Calls of what is not found here.
    missed: BTreeSet<MacroCall>,
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
    /// The name of the macro; empty for one of another file.
    name: Name,
    /// Whether it is visible to the end of the file.
    is_outermost: bool,
    /// Which of the definitions of other files it is.
    elsewhere: Option<usize>,
    /// What `$crate` means in it, where that is another crate.
    krate: Option<Name>,
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
                    let scope = scopes.last().map_or(0, |scope| scope.0);
                    let named = rules.named.entry(name(node)).or_default();
                    named.push(rules.definitions.len());
                    rules.definitions.push(Definition {
                        from: tokens.at(body.start()) + 1,
                        to: tokens.at(body.end()).saturating_sub(1),
                        visible: (node.end(), scope),
                        is_exported: has_attribute(node, "macro_export"),
                        has_path: !scopes.iter().any(|scope| scope.1),
                        name: name(node),
                        is_outermost: scopes.first().is_none_or(|file| file.0 == scope),
                        elsewhere: None,
                        krate: None,
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

    /// With definitions of other files, whose tokens are `tokens`.
    pub(in crate::syntax) fn with(mut self, foreign: &[Foreign], tokens: &[Tokens<'_>]) -> Self {
        for (at, (found, tokens)) in foreign.iter().zip(tokens).enumerate() {
            for key in &found.keys {
                self.foreign.insert(key.clone(), self.definitions.len());
            }
            self.definitions.push(Definition {
                from: 0,
                to: tokens.len(),
                visible: (0, 0),
                is_exported: false,
                has_path: false,
                name: Name::default(),
                is_outermost: false,
                elsewhere: Some(at),
                krate: found.krate.clone(),
                rules: None,
            });
        }
        self
    }

    /// The definitions of the file, whose tokens are `source`, for others; ranges are `shift` bytes
    /// further on disk.
    pub(in crate::syntax) fn exported(&self, source: &Tokens<'_>, shift: u32) -> Vec<MacroRules> {
        let own = self.definitions.iter().filter(|it| it.elsewhere.is_none());
        own.map(|it| MacroRules {
            name: it.name.clone(),
            body: match it.to.checked_sub(1).filter(|last| *last >= it.from) {
                Some(last) => source.slice(source.start(it.from), source.end(last)).into(),
                None => "".into(),
            },
            visible: Range {
                start: it.visible.0.saturating_add(shift),
                end: it.visible.1.saturating_add(shift),
            },
            is_outermost: it.is_outermost,
            is_exported: it.is_exported,
            has_path: it.has_path,
            calls: calls(source, it.from, it.to),
        })
        .collect()
    }

    /// Calls of macros that the file does not define.
    pub(in crate::syntax) fn calls(&self) -> Vec<MacroCall> {
        self.missed.iter().cloned().collect()
    }

    /// Remembers that `call` is of a macro that is not found.
    fn miss(&mut self, call: Node<'_>) {
        if self.missed.len() < MISSED {
            self.missed.insert(MacroCall {
                root: root_of(call).map(Name::new).unwrap_or_default(),
                name: macro_name(call),
            });
        }
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
        let root = root_of(call);
        let is_local = root.is_none_or(|root| matches!(root, "crate" | "self" | "super"));
        let is_visible = |it: &Definition| it.visible.0 <= at && at < it.visible.1;
        let is_imported = |it: &Definition| it.is_exported || self.imported.contains(&name);
        let named = self.named.get(&name).filter(|_| is_local);
        let last = |is_wanted: &dyn Fn(&Definition) -> bool| {
            let mut latest = named?.iter().rev().copied();
            latest.find(|&at| self.definitions.get(at).is_some_and(is_wanted))
        };
        let found = match root {
            Some(_) => last(&|it| it.has_path),
            None => last(&is_visible).or_else(|| last(&|it| it.has_path && is_imported(it))),
        };
        found.or_else(|| {
            let key = (root.map(Name::new).unwrap_or_default(), name.clone());
            self.foreign.get(&key).copied()
        })
    }

    /// The rules of a definition, whose tokens are among `source`.
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

/// The first segment of a macro call's path, where it has more than one.
fn root_of(call: Node<'_>) -> Option<&str> {
    let path = call.child(K::PATH)?.child(K::PATH)?;
    path.leaves()
        .map(Node::text)
        .find(|text| *text != "::" && *text != ":")
}

/// The macros that tokens `from..to` call.
fn calls(tokens: &Tokens<'_>, from: TokenId, to: TokenId) -> Vec<MacroCall> {
    let mut calls = BTreeSet::new();
    for id in from..to {
        let is_call = tokens.kind(id) == K::IDENT
            && tokens.kind(id + 1) == K::BANG
            && id + 2 < to
            && is_open(tokens.kind(id + 2));
        if !is_call || calls.len() >= MISSED {
            continue;
        }
        let mut first = id;
        while let Some(before) = first.checked_sub(3).filter(|before| *before >= from)
            && tokens.kind(before + 1) == K::COLON
            && tokens.kind(before + 2) == K::COLON
            && (tokens.kind(before) == K::IDENT || tokens.kind(before).is_keyword(tokens.edition()))
        {
            first = before;
        }
        let is_dollar = first > from && tokens.kind(first - 1) == K::DOLLAR;
        let root = if first == id {
            Name::default()
        } else if is_dollar {
            Name::new_static("$crate")
        } else {
            Name::new(tokens.token_text(first))
        };
        // A name that is an argument is told where it is given.
        if first != id || !is_dollar {
            calls.insert(MacroCall {
                root,
                name: Name::new(tokens.token_text(id)),
            });
        }
    }
    calls.into_iter().collect()
}

/// Leaves the scopes that end before `start`.
fn leave(scopes: &mut Vec<(u32, bool)>, start: u32) {
    while scopes.last().is_some_and(|scope| scope.0 <= start) {
        scopes.pop();
    }
}

/// Whether an attribute of `node` says `word`.
pub(in crate::syntax) fn has_attribute(node: Node<'_>, word: &str) -> bool {
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
        let Some(at) = self.rules.find(self.tokens, call) else {
            self.rules.miss(call);
            return None;
        };
        if self.rules.nesting >= MAX_NESTING {
            return None;
        }
        self.charge(LEAST_COST)?;
        let args = super::args::Args::of(self.tokens, call)?;
        let found = self.rules.definitions.get(at)?;
        let (elsewhere, krate) = (found.elsewhere, found.krate.clone());
        let definition = match elsewhere {
            Some(at) => self.elsewhere.get(at)?,
            None => self.source,
        };
        let rules = self.rules.compiled(definition, at)?;
        let outer = std::mem::replace(&mut self.definition, definition);
        let expansion = self.expanded(&rules, &args, call, krate.as_ref(), locals);
        self.definition = outer;
        expansion
    }

    /// What the first of `rules` that takes `args` makes of them.
    fn expanded(
        &mut self,
        rules: &[Rule],
        args: &super::args::Args,
        call: Node<'_>,
        krate: Option<&Name>,
        locals: Locals,
    ) -> Option<Expansion> {
        let place = self.tokens.place(call.start(), call.end());
        for rule in rules {
            let Some(bindings) = self.matched(&rule.pattern, args) else {
                continue;
            };
            let context = match locals {
                Locals::Renamed => self.hygiene.expansion(),
                Locals::Kept => 0,
            };
            return self.transcribed(&rule.body, &bindings, place, context, krate);
        }
        None
    }
}
