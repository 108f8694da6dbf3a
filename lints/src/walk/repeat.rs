//! Loops, and what leaves them.

use std::sync::Arc;

use crate::hir::{ExprId, LoopHead, Name, PatId};
use crate::index::ty::Ty;

use super::facts::{Head, Place, Step, Why};
use super::state::{Owner, State};
use super::value::Value;
use super::{Breakable, Walker};

impl Walker<'_, '_> {
    pub(super) fn loop_(
        &mut self,
        id: ExprId,
        head: LoopHead,
        body: ExprId,
        label: Option<&Name>,
    ) -> Value {
        let end = self.end_of(id);
        // Temporaries of a `for` head live as long as the loop.
        self.open();
        let iterated = match head {
            LoopHead::For(pat, iterable) => {
                let construct = self.construct(Head::For, self.range(iterable), self.range(id));
                let value = self.head(construct, iterable);
                let mut value = self.moved(value);
                self.iterates(&value, self.range(iterable));
                self.force(&mut value);
                let at = self.range(iterable);
                self.heads.push(construct);
                let taken = self.operated(&value, "for", at);
                let made = self.trait_call(&value, "IntoIterator", "into_iter", at);
                self.heads.pop();
                let mut value = self.kept(value, None);
                if let Some(made) = made {
                    value = self.kept(made, None);
                }
                value.guards.extend(taken);
                let value = self.kept(value, None);
                Some((construct, pat, value))
            }
            _ => None,
        };
        // A round may change what was known before the first.
        self.state.forget_flags();
        let before = self.state.clone();
        let guards_before = self.facts.guards.len();
        self.loop_depth += 1;
        let (value, back) = self.round(id, head, body, label, iterated.as_ref());
        // What a round leaves in outer variables is alive in the next one.
        let left = !back.unreachable
            && back
                .live
                .iter()
                .any(|live| usize::try_from(live.guard).is_ok_and(|guard| guard >= guards_before));
        let value = if left && self.loop_depth <= 3 && !matches!(head, LoopHead::For(..)) {
            let after = std::mem::replace(&mut self.state, before.join(back));
            let (again, _) = self.round(id, head, body, label, iterated.as_ref());
            let mut state = std::mem::take(&mut self.state);
            self.same_births(&after, &mut state);
            self.state = after.join(state);
            value.join(again)
        } else {
            value
        };
        self.loop_depth -= 1;
        self.close(end, Why::For);
        value
    }

    /// The second walk of a body makes the guards of the first once more: they are the same.
    fn same_births(&self, first: &State, second: &mut State) {
        for live in &mut second.live {
            let birth = self.guard(live.guard).map(|guard| guard.birth);
            let twin = first.live.iter().find(|twin| {
                twin.owner == live.owner && self.guard(twin.guard).map(|guard| guard.birth) == birth
            });
            let known = first.live.iter().any(|twin| twin.guard == live.guard);
            if let (Some(twin), false) = (twin, known) {
                live.guard = twin.guard;
            }
        }
    }

    /// One round of a loop, from the state at its head to the state after the loop; with the value,
    /// the state in which the next round begins.
    pub(super) fn round(
        &mut self,
        id: ExprId,
        head: LoopHead,
        body: ExprId,
        label: Option<&Name>,
        iterated: Option<&(u32, PatId, Value)>,
    ) -> (Value, State) {
        let end = self.end_of(body);
        let mark = self.mark();
        self.loops.push(Breakable {
            label: label.cloned(),
            is_loop: true,
            temps: self.temps,
            locals: self.locals.len(),
            exits: Vec::new(),
            nexts: Vec::new(),
            value: None,
        });
        let entry = self.state.clone();
        self.open();
        let mut exit = match head {
            LoopHead::Infinite => State {
                unreachable: true,
                ..State::default()
            },
            LoopHead::While(cond) if self.has_let(cond) => {
                let construct = self.construct(Head::WhileLet, self.range(cond), self.range(id));
                let mut failed = None;
                self.condition(construct, cond, &mut failed);
                self.bodies.push(construct);
                let mut exit = failed.unwrap_or_default();
                exit.live
                    .retain(|live| live.owner != Owner::Temp(self.temps));
                exit
            }
            LoopHead::While(cond) => {
                self.operand(cond);
                self.state.clone()
            }
            LoopHead::For(..) => entry,
        };
        if let Some((construct, pat, value)) = iterated {
            if let Ty::Adt(..) = value.ty.peeled()
                && let LoopHead::For(_, iterable) = head
            {
                self.trait_call(value, "Iterator", "next", self.range(iterable));
            }
            self.bodies.push(*construct);
            let item = self.item_of(&value.ty);
            let place = match value.ty.peeled() {
                Ty::Ext(path, _) if &**path == "std::iter::Iterator" => value.place.clone(),
                _ => value
                    .place
                    .as_ref()
                    .and_then(|place| place.step(Step::Element)),
            };
            let value = Value {
                ty: item,
                place: place.filter(Place::has_element),
                borrows: value.borrows.clone(),
                ..Value::default()
            };
            self.bind(*pat, value, true);
        }
        let pushed = !matches!(head, LoopHead::Infinite)
            && (iterated.is_some() || matches!(head, LoopHead::While(cond) if self.has_let(cond)));
        self.touch();
        let value = self.branch(body, None);
        self.kept(value, None);
        self.drop_locals(mark, end, Why::Round);
        self.close(end, Why::Round);
        if pushed {
            self.bodies.pop();
        }
        let mut back = std::mem::take(&mut self.state);
        let Some(found) = self.loops.pop() else {
            return (Value::default(), State::default());
        };
        for state in found.nexts {
            back = back.join(state);
        }
        // A `while` or `for` also ends after this round.
        if !matches!(head, LoopHead::Infinite) {
            exit = exit.join(back.clone());
        }
        for state in found.exits {
            exit = exit.join(state);
        }
        let first = u32::try_from(found.locals).unwrap_or(u32::MAX);
        exit.live
            .retain(|live| !matches!(live.owner, Owner::Local(local) if local >= first));
        self.state = exit;
        let value = match head {
            LoopHead::Infinite => found.value.unwrap_or_default(),
            _ => Value {
                owned: true,
                ..Value::of(Ty::Tuple(Arc::new([])))
            },
        };
        (value, back)
    }

    /// What iterating over a value of the type gives.
    pub(super) fn item_of(&self, ty: &Ty) -> Ty {
        let by_ref = matches!(ty, Ty::Ref(_) | Ty::Guard(_));
        let wrap = |ty: Ty| {
            if by_ref && ty != Ty::Unknown {
                ty.reference()
            } else {
                ty
            }
        };
        if let Some(item) = self.program.associated_type(ty, "Iterator", "Item") {
            return item;
        }
        for step in self.program.deref_steps(ty) {
            match &step {
                Ty::Slice(element) => return wrap((**element).clone()),
                Ty::Ext(path, args) => match (&**path, args.len()) {
                    ("std::iter::Iterator", _) => return step.arg(0),
                    ("std::option::Option", _) => return wrap(step.arg(0)),
                    (path, _) if path.ends_with("Map") => {
                        return Ty::Tuple(Arc::new([wrap(step.arg(0)), wrap(step.arg(1))]));
                    }
                    (path, _) if path.ends_with("Set") || path.ends_with("VecDeque") => {
                        return wrap(step.arg(0));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        Ty::Unknown
    }

    pub(super) fn break_(&mut self, label: Option<&Name>, value: Option<ExprId>) -> Value {
        let value = value
            .map(|value| self.expr(value, None))
            .map(|value| self.moved(value));
        if let Some((found, state)) = self.leaving(label) {
            found.exits.push(state);
            if let Some(value) = value {
                found.value = Some(match found.value.take() {
                    Some(before) => before.join(value),
                    None => value,
                });
            }
        }
        self.state.unreachable = true;
        Value::of(Ty::Never)
    }

    pub(super) fn continue_(&mut self, label: Option<&Name>) -> Value {
        if let Some((found, state)) = self.leaving(label) {
            found.nexts.push(state);
        }
        self.state.unreachable = true;
        Value::of(Ty::Never)
    }

    /// The loop or block that `label` means, and the state with what is inside of it dropped.
    pub(super) fn leaving(&mut self, label: Option<&Name>) -> Option<(&mut Breakable, State)> {
        if self.state.unreachable {
            return None;
        }
        let mut state = self.state.clone();
        let found = self.loops.iter_mut().rev().find(|found| match label {
            Some(label) => found.label.as_ref() == Some(label),
            None => found.is_loop,
        })?;
        let first = u32::try_from(found.locals).unwrap_or(u32::MAX);
        state.live.retain(|live| match live.owner {
            Owner::Temp(depth) => depth <= found.temps,
            Owner::Local(local) => local < first,
            Owner::Flight | Owner::Callee => true,
        });
        Some((found, state))
    }
}
