//! Control flow: conditions, arms, loops, blocks, closures, `select!`.

use std::sync::Arc;

use crate::hir::{Arm, BinaryOp, ExprId, ExprKind, PatId, Range};
use crate::index::ty::Ty;

use super::Walker;
use super::facts::{Construct, Head, Why};
use super::pattern::Polarity;
use super::state::{Owner, State};
use super::value::Value;

impl Walker<'_, '_> {
    pub(super) fn construct(&mut self, head: Head, range: Range, whole: Range) -> u32 {
        let id = u32::try_from(self.facts.constructs.len()).unwrap_or(u32::MAX);
        self.facts.constructs.push(Construct {
            head,
            range,
            whole,
            owned: false,
            busy: false,
            braces: false,
        });
        id
    }

    /// Evaluates the head of `construct`.
    pub(super) fn head(&mut self, construct: u32, scrutinee: ExprId) -> Value {
        self.heads.push(construct);
        let value = self.expr(scrutinee, None);
        self.heads.pop();
        let braces = matches!(self.kind(scrutinee), ExprKind::Block { .. });
        if let Some(found) = usize::try_from(construct)
            .ok()
            .and_then(|at| self.facts.constructs.get_mut(at))
        {
            found.braces = braces;
            found.owned = value.owned || (value.borrows.is_empty() && value.guards.is_empty());
        }
        value
    }

    /// Whether `value` is matched by value, so that patterns move out of it.
    pub(super) fn scrutinee(&mut self, value: Value) -> (Value, bool) {
        let by_value = !matches!(value.ty, Ty::Ref(_));
        if let (Some(local), true) = (value.local, by_value) {
            self.gone(local);
        }
        let owned = match value.local {
            Some(local) if by_value => self.state.owned_by(Owner::Local(local)),
            _ => value.guards.clone(),
        };
        // A temporary keeps what the patterns do not take over.
        let mut value = Value {
            local: None,
            ..self.kept(value, None)
        };
        value.guards = owned;
        (value, by_value)
    }

    /// Binds the pattern of `construct`; guards that a pattern of their head binds are wanted.
    pub(super) fn bind_head(&mut self, construct: u32, pat: PatId, value: Value, by_value: bool) {
        let guards = value.guards.clone();
        self.bind(pat, value, by_value);
        for guard in guards {
            let taken = matches!(self.state.owner_of(guard), Some(Owner::Local(_)));
            if let Some(found) = self.guard_mut(guard)
                && taken
                && found.heads.contains(&construct)
            {
                found.bound_by_head = true;
            }
        }
    }

    pub(super) fn if_(
        &mut self,
        id: ExprId,
        cond: ExprId,
        then: ExprId,
        els: Option<ExprId>,
        holder: Option<u32>,
    ) -> Value {
        if !self.has_let(cond) {
            self.operand(cond);
            let mut before = self.state.clone();
            self.learn(cond, true);
            std::mem::swap(&mut before, &mut self.state);
            self.learn(cond, false);
            std::mem::swap(&mut before, &mut self.state);
            let value = self.branch(then, holder);
            let after = std::mem::replace(&mut self.state, before);
            let other = match els {
                Some(els) => self.branch(els, holder),
                None => Value {
                    owned: true,
                    ..Value::of(Ty::Tuple(Arc::new([])))
                },
            };
            let other_state = std::mem::take(&mut self.state);
            return self.meet(vec![(value, after), (other, other_state)]);
        }
        let construct = self.construct(Head::IfLet, self.range(cond), self.range(id));
        let since_2024 = self.scopes.ends_head_before_else();
        let mark = self.mark();
        if since_2024 {
            self.open();
        }
        let temps = self.temps;
        let mut failed = None;
        self.condition(construct, cond, &mut failed);
        self.bodies.push(construct);
        let value = self.branch(then, holder);
        self.drop_locals(mark, self.end_of(then), Why::Block);
        let mut after = self.state.clone();
        // The path on which the condition fails.
        self.state = failed.unwrap_or_default();
        self.drop_locals(mark, self.end_of(cond), Why::Block);
        if since_2024 {
            // Dropped before `else`.
            let at = self.end_of(then);
            for state in [&mut after] {
                let dead: Vec<u32> = state.owned_by(Owner::Temp(temps));
                for guard in dead {
                    state.remove(guard);
                    self.finish(guard, at, Why::IfLet);
                }
            }
            self.close(at, Why::IfLet);
        }
        let other = match els {
            Some(els) => {
                if since_2024 {
                    self.bodies.pop();
                }
                let other = self.branch(els, holder);
                if since_2024 {
                    self.bodies.push(construct);
                }
                other
            }
            None => Value {
                owned: true,
                ..Value::of(Ty::Tuple(Arc::new([])))
            },
        };
        self.bodies.pop();
        let other_state = std::mem::take(&mut self.state);
        self.meet(vec![(value, after), (other, other_state)])
    }

    /// Notes the end of a guard that is not in the current state.
    pub(super) fn finish(&mut self, guard: u32, at: u32, why: Why) {
        if let Some(found) = self.guard_mut(guard)
            && found.end.is_none_or(|(before, _)| before <= at)
        {
            found.end = Some((at, why));
        }
    }

    /// A condition with `let` in it; `failed` collects the states in which it fails.
    pub(super) fn condition(&mut self, construct: u32, id: ExprId, failed: &mut Option<State>) {
        let fail = |state: State, failed: &mut Option<State>| {
            *failed = Some(match failed.take() {
                Some(before) => before.join(state),
                None => state,
            });
        };
        match self.kind(id) {
            ExprKind::Binary(BinaryOp::And, left, right) if self.has_let(id) => {
                self.condition(construct, *left, failed);
                self.condition(construct, *right, failed);
            }
            ExprKind::Let(pat, scrutinee) => {
                let mut value = self.head(construct, *scrutinee);
                let polarity = self.polarity(*pat);
                if polarity != Polarity::Either {
                    self.force(&mut value);
                }
                let (value, by_value) = self.scrutinee(value);
                let mut state = self.state.clone();
                if polarity == Polarity::Success {
                    std::mem::swap(&mut self.state, &mut state);
                    self.failed(&value);
                    std::mem::swap(&mut self.state, &mut state);
                }
                fail(state, failed);
                match polarity {
                    Polarity::Failure => self.failed(&value),
                    Polarity::Success => self.succeeded(&value),
                    Polarity::Either => {}
                }
                self.bind_head(construct, *pat, value, by_value);
            }
            _ => {
                self.operand(id);
                fail(self.state.clone(), failed);
            }
        }
    }

    pub(super) fn has_let(&self, id: ExprId) -> bool {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            match self.kind(id) {
                ExprKind::Let(..) => return true,
                ExprKind::Binary(BinaryOp::And, left, right) => stack.extend([*left, *right]),
                _ => {}
            }
        }
        false
    }

    /// A branch, arm or body: a temporary scope of its own, whose value moves out.
    pub(super) fn branch(&mut self, id: ExprId, holder: Option<u32>) -> Value {
        self.open();
        let value = self.expr(id, holder);
        let value = self.moved(value);
        self.close(self.end_of(id), Why::Block);
        value
    }

    /// Where paths meet again.
    pub(super) fn meet(&mut self, paths: Vec<(Value, State)>) -> Value {
        let mut met: Option<(Value, State)> = None;
        for (value, state) in paths {
            if state.unreachable {
                continue;
            }
            met = Some(match met.take() {
                None => (value, state),
                Some((before, joined)) => (before.join(value), joined.join(state)),
            });
        }
        if let Some((value, state)) = met {
            self.state = state;
            value
        } else {
            self.state = State {
                unreachable: true,
                ..State::default()
            };
            Value::of(Ty::Never)
        }
    }

    pub(super) fn match_(
        &mut self,
        id: ExprId,
        scrutinee: ExprId,
        arms: &[Arm],
        holder: Option<u32>,
    ) -> Value {
        let construct = self.construct(Head::Match, self.range(scrutinee), self.range(id));
        let mut value = self.head(construct, scrutinee);
        if arms
            .iter()
            .any(|arm| self.polarity(arm.pat) != Polarity::Either)
        {
            self.force(&mut value);
        }
        let (value, by_value) = self.scrutinee(value);
        self.bodies.push(construct);
        let before = self.state.clone();
        let mut paths = Vec::new();
        let mut succeeded = false;
        let mut guard_failed: Option<State> = None;
        for arm in arms {
            let mut state = before.clone();
            if let Some(failed) = guard_failed.take() {
                state = state.join(failed);
            }
            self.state = state;
            let mark = self.mark();
            let polarity = self.polarity(arm.pat);
            if polarity == Polarity::Failure || (polarity == Polarity::Either && succeeded) {
                self.failed(&value);
            }
            if polarity == Polarity::Success {
                self.succeeded(&value);
            }
            if arm.guard.is_none() && polarity == Polarity::Success {
                succeeded = true;
            }
            self.bind_head(construct, arm.pat, value.clone(), by_value);
            // An `if let` of the guard lives through this arm.
            self.open();
            if let Some(guard) = arm.guard {
                if self.has_let(guard) {
                    let inner = self.construct(Head::IfLet, self.range(guard), arm.range);
                    let mut failed = None;
                    self.condition(inner, guard, &mut failed);
                } else {
                    self.operand(guard);
                }
            }
            let result = self.branch(arm.body, holder);
            self.drop_locals(mark, self.end_of(arm.body), Why::Arm);
            self.close(self.end_of(arm.body), Why::Arm);
            paths.push((result, std::mem::take(&mut self.state)));
        }
        self.bodies.pop();
        if arms.is_empty() {
            self.state = before;
            return Value::of(Ty::Never);
        }
        self.meet(paths)
    }
}
