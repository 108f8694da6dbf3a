//! Blocks and statements: where variables and temporaries end.

use std::sync::Arc;

use crate::hir::{ExprId, Name, PatId, PatKind, Range, Stmt};
use crate::index::ty::Ty;

use super::facts::{Happening, Why};
use super::pattern::Polarity;
use super::state::Owner;
use super::value::Value;
use super::{Breakable, Walker};

impl Walker<'_, '_> {
    pub(super) fn block(
        &mut self,
        id: ExprId,
        label: Option<&Name>,
        stmts: &[Stmt],
        tail: Option<ExprId>,
        holder: Option<u32>,
    ) -> Value {
        let end = self.end_of(id);
        let mark = self.mark();
        if label.is_some() {
            self.loops.push(Breakable {
                label: label.cloned(),
                is_loop: false,
                temps: self.temps,
                locals: self.locals.len(),
                exits: Vec::new(),
                nexts: Vec::new(),
                value: None,
            });
        }
        for stmt in stmts {
            self.stmt(stmt);
        }
        let mut value = match tail {
            None if self.state.unreachable => Value::of(Ty::Never),
            None => Value {
                owned: true,
                ..Value::of(Ty::Tuple(Arc::new([])))
            },
            Some(tail) if self.scopes.ends_tail_with_block() => {
                self.open();
                let value = self.expr(tail, holder);
                let value = self.moved(value);
                self.close(self.end_of(tail), Why::Block);
                value
            }
            Some(tail) => {
                let value = self.expr(tail, holder);
                self.moved(value)
            }
        };
        self.drop_locals(mark, end, Why::Block);
        if label.is_some()
            && let Some(found) = self.loops.pop()
        {
            let mut state = std::mem::take(&mut self.state);
            for exit in found.exits {
                state = state.join(exit);
            }
            self.state = state;
            if let Some(other) = found.value {
                value = value.join(other);
            }
        }
        // What was a variable here is nothing outside.
        value.local = None;
        value
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Cfg(cfg, stmt) => {
                let before = self.cfg.len();
                self.cfg.extend(cfg.iter().cloned());
                self.stmt(stmt);
                self.cfg.truncate(before);
            }
            Stmt::Expr(id) => {
                self.open();
                let value = self.expr(*id, None);
                // `g;` moves the variable and drops it.
                let value = self.moved(value);
                self.kept(value, None);
                self.close(self.end_of(*id), Why::Statement);
            }
            Stmt::Let {
                pat,
                ty,
                init,
                els,
                range,
            } => {
                let Some(init) = init else {
                    let ty = self.program.lower(ty, &self.scope);
                    self.bind(*pat, Value::of(ty), true);
                    return;
                };
                // Extended temporaries outlive the variables of the pattern.
                let hidden = self.hidden();
                self.open();
                let mut value = self.expr(*init, Some(hidden));
                let annotated = self.program.lower(ty, &self.scope);
                value.ty = annotated.filled(&value.ty);
                self.let_(*pat, value, *els, hidden, *range, *init);
            }
        }
    }

    /// The rest of a `let`: binds, drops the temporaries, runs `else`.
    pub(super) fn let_(
        &mut self,
        pat: PatId,
        value: Value,
        els: Option<ExprId>,
        hidden: u32,
        range: Range,
        init: ExprId,
    ) {
        let at = range.end;
        if matches!(self.body.pat(pat).kind, PatKind::Wild) {
            // `let _ = place` neither moves nor drops; `let _ = value` drops at once.
            for &guard in &value.guards {
                self.record(Happening::DroppedAtOnce(guard), self.range(init));
            }
            self.kept(value, None);
            self.close(at, Why::Statement);
            return;
        }
        let value = if binds_by_ref(self, pat) {
            // `let ref r = G;` extends as `let r = &G;` does.
            let guards = value.guards.clone();
            let mut value = self.kept(value, Some(hidden));
            value.guards = guards;
            value
        } else if els.is_some() || !matches!(self.body.pat(pat).kind, PatKind::Bind { .. }) {
            // What no pattern takes over stays where it is.
            let (value, _) = self.scrutinee(value);
            value
        } else {
            let mut value = self.moved(value);
            let guards = value.guards.clone();
            value = self.kept(value, None);
            value.guards = guards;
            value
        };
        let failed = els.map(|els| (els, self.state.clone()));
        let polarity = self.polarity(pat);
        match polarity {
            Polarity::Failure => self.failed(&value),
            Polarity::Success => self.succeeded(&value),
            Polarity::Either => {}
        }
        if let Some((els, state)) = failed {
            // The temporaries are dropped before `else` and before what follows.
            let success = std::mem::replace(&mut self.state, state);
            if polarity == Polarity::Success {
                self.failed(&value);
            }
            let live = self.state.owned_by(Owner::Temp(self.temps));
            for guard in live {
                self.state.remove(guard);
            }
            let hidden_live = self.state.owned_by(Owner::Local(hidden));
            for guard in hidden_live {
                self.state.remove(guard);
            }
            let value = self.branch(els, None);
            self.kept(value, None);
            self.state = success;
        }
        self.bind(pat, value, true);
        if let (PatKind::Bind { .. }, Some(&(_, local))) =
            (&self.body.pat(pat).kind, self.names.last())
        {
            self.note_flag(local, init);
        }
        self.close(at, Why::Statement);
    }
}

/// Whether the pattern takes a reference to what it matches (`ref x`, at any depth).
pub(super) fn binds_by_ref(walker: &Walker<'_, '_>, pat: PatId) -> bool {
    let mut stack = vec![pat];
    while let Some(pat) = stack.pop() {
        match &walker.body.pat(pat).kind {
            PatKind::Bind { by_ref: true, .. } => return true,
            PatKind::Bind { sub, .. } => stack.extend(*sub),
            PatKind::TupleStruct(_, subs)
            | PatKind::Tuple(subs)
            | PatKind::Slice(subs)
            | PatKind::Or(subs) => stack.extend(subs.iter().copied()),
            PatKind::Struct(_, subs) => stack.extend(subs.iter().map(|(_, sub)| *sub)),
            PatKind::Ref(sub) => stack.push(*sub),
            _ => {}
        }
    }
    false
}
