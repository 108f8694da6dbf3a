//! Rewrites of a program that do not change what it does: a verdict about it must not change either.
//!
//! Each is a function over [`syn`]'s tree that is applied at places the dice choose, and data: which verdicts may
//! change all the same, and why. What a rewrite adds has a name with [`MARK`] in it, so that a finding in a new
//! function is told of the one it came from.

mod bodies;
mod expressions;
mod heads;
mod items;
mod names;
mod sites;

use syn::File;

use crate::drops::row::Group;
use crate::programs::choice::Dice;

/// What ends the old part of a new name.
pub const MARK: &str = "__";

/// One kind of rewrite.
#[derive(Debug, Clone, Copy)]
pub struct Rewrite {
    /// Unique, in snake case.
    pub name: &'static str,
    /// The rewritten program; nothing where it has no place for this.
    pub apply: fn(&File, &mut Dice) -> Option<String>,
    /// What may change.
    pub changes: &'static [Change],
}

/// A verdict that a rewrite may change.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// The rules concerned; all where there are none.
    pub rules: &'static [&'static str],
    /// The editions; both where there is none.
    pub group: Option<Group>,
    /// In which way.
    pub how: How,
    /// Why that is right, or what is known to be wrong.
    pub why: &'static str,
}

/// How a verdict changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// There may be more findings.
    More,
    /// There may be fewer.
    Fewer,
    /// They may be found with another certainty.
    Surer,
}

const fn same(name: &'static str, apply: fn(&File, &mut Dice) -> Option<String>) -> Rewrite {
    Rewrite {
        name,
        apply,
        changes: &[],
    }
}

impl Rewrite {
    const fn changes(self, changes: &'static [Change]) -> Self {
        Self { changes, ..self }
    }
}

/// Every rewrite.
pub const ALL: &[Rewrite] = &[
    same("printed", |file, _| Some(sites::printed(file))),
    same("commented", bodies::commented),
    same("unrelated_statements", bodies::unrelated),
    same("body_in_block", bodies::in_block),
    same("body_in_unsafe_block", bodies::in_unsafe_block),
    same("body_in_loop", bodies::in_loop),
    same("statement_in_method", bodies::extracted),
    same("parenthesised", expressions::parenthesised),
    same("through_identity_macro", expressions::through_macro),
    same("if_let_to_match", heads::to_match).changes(&[Change {
        rules: &[],
        group: Some(Group::Since2024),
        how: How::More,
        why: "since 2024 `if let` drops its temporaries before `else`, and `match` keeps them in every arm",
    }]),
    same("match_to_if_let", heads::to_if_let).changes(&[Change {
        rules: &[],
        group: Some(Group::Since2024),
        how: How::Fewer,
        why: "the last arm becomes an `else`, before which edition 2024 drops the temporaries",
    }]),
    same("renamed", names::renamed),
    same("imports_renamed", names::imports_renamed),
    same("fields_aliased", names::fields_aliased),
    same("items_reversed", items::reversed),
    same("functions_in_module", items::in_module),
    same("methods_as_functions", items::as_functions),
];
