//! Names of variables in expansions: a variable that a definition binds is seen by what comes from
//! the same expansion of the definition, and by nothing of the caller's.

use std::collections::BTreeSet;

use ra_ap_syntax::SyntaxKind as K;

use super::{BodyLowering, Name, Node};
use crate::hir::PathRef;
use crate::syntax::types::name;

/// The names that expansions bound so far in one body.
#[derive(Default)]
pub(in crate::syntax) struct Hygiene {
    /// Expansions in this body, counted from 1.
    expansions: u32,
    bound: BTreeSet<(Name, u32)>,
}

impl Hygiene {
    /// Begins a body, so that what stands in one changes no name in another. A body inside an
    /// expansion has tokens of that expansion, so it counts on.
    pub(in crate::syntax) fn enter_body(&mut self, is_expansion: bool) -> Option<Self> {
        (!is_expansion).then(|| std::mem::take(self))
    }

    /// Goes back to what [`Self::enter_body`] left.
    pub(in crate::syntax) fn leave_body(&mut self, outer: Option<Self>) {
        if let Some(outer) = outer {
            *self = outer;
        }
    }

    /// The number of a new expansion.
    pub(super) fn expansion(&mut self) -> u32 {
        self.expansions = self.expansions.saturating_add(1);
        self.expansions
    }

    /// The name of a variable that expansion `context` binds.
    fn bind(&mut self, name: Name, context: u32) -> Name {
        // `None` and `LIMIT` are variants and constants, as far as their form says.
        let is_variable = name.starts_with(|first: char| first == '_' || first.is_lowercase());
        if context == 0 || !is_variable {
            return name;
        }
        let marked = marked(&name, context);
        self.bound.insert((name, context));
        marked
    }

    /// The name by which expansion `context` knows a variable, function or constant.
    pub(super) fn used(&self, name: Name, context: u32) -> Name {
        if context == 0 {
            return name;
        }
        let key = (name, context);
        if self.bound.contains(&key) {
            return marked(&key.0, context);
        }
        key.0
    }
}

/// No identifier has a `#` in it.
fn marked(name: &Name, context: u32) -> Name {
    Name::new(format!("{name}#{context}"))
}

impl BodyLowering<'_, '_> {
    /// The variable that the pattern `node` binds.
    pub(in crate::syntax) fn bound_name(&mut self, node: Node<'_>) -> Name {
        let context = node
            .child(K::NAME)
            .map_or(0, |name| self.context(name.start()));
        self.file.hygiene.bind(name(node), context)
    }

    /// The path that is the expression `node`.
    pub(in crate::syntax) fn variable(&mut self, node: Node<'_>) -> PathRef {
        let mut path = self.child_path(node);
        if let [only] = path.segments.as_mut_slice()
            && path.qself.is_none()
        {
            let context = self.context(node.start());
            only.name = self
                .file
                .hygiene
                .used(std::mem::take(&mut only.name), context);
        }
        path
    }

    fn context(&self, start: u32) -> u32 {
        let tokens = self.tokens();
        if !tokens.is_expansion() {
            return 0;
        }
        tokens.context(tokens.at(start))
    }
}
