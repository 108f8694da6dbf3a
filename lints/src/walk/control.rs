//! Control flow: conditions, arms, loops, blocks, closures, `select!`.

use std::sync::Arc;

use crate::hir::{
    Arm, BinaryOp, BlockKind, Branch, ExprId, ExprKind, LoopHead, Name, PatId, PatKind, Range, Stmt,
};
use crate::index::ty::Ty;

use super::facts::{Construct, Happening, Head, Why};
use super::pattern::Polarity;
use super::state::{Owner, State};
use super::value::{Pending, Value};
use super::{Breakable, Local, Scopes, Walker};

impl Walker<'_, '_> {
    fn construct(&mut self, head: Head, range: Range, whole: Range) -> u32 {
        let id = u32::try_from(self.facts.constructs.len()).unwrap_or(u32::MAX);
        self.facts.constructs.push(Construct {
            head,
            range,
            whole,
            owned: false,
            busy: false,
        });
        id
    }

    /// Evaluates the head of `construct`.
    fn head(&mut self, construct: u32, scrutinee: ExprId) -> Value {
        self.heads.push(construct);
        let value = self.expr(scrutinee, None);
        self.heads.pop();
        if let Some(found) = usize::try_from(construct)
            .ok()
            .and_then(|at| self.facts.constructs.get_mut(at))
        {
            found.owned = value.owned || (value.borrows.is_empty() && value.guards.is_empty());
        }
        value
    }

    /// Whether `value` is matched by value, so that patterns move out of it.
    fn scrutinee(&mut self, value: Value) -> (Value, bool) {
        let by_value = !matches!(value.ty, Ty::Ref(_));
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
    fn bind_head(&mut self, construct: u32, pat: PatId, value: Value, by_value: bool) {
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
        let since_2024 = self.scopes == Scopes::Since2024;
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
    fn finish(&mut self, guard: u32, at: u32, why: Why) {
        if let Some(found) = self.guard_mut(guard)
            && found.end.is_none_or(|(before, _)| before <= at)
        {
            found.end = Some((at, why));
        }
    }

    /// A condition with `let` in it; `failed` collects the states in which it fails.
    fn condition(&mut self, construct: u32, id: ExprId, failed: &mut Option<State>) {
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
                let value = self.head(construct, *scrutinee);
                let (value, by_value) = self.scrutinee(value);
                let polarity = self.polarity(*pat);
                let mut state = self.state.clone();
                if polarity == Polarity::Success {
                    std::mem::swap(&mut self.state, &mut state);
                    self.failed(&value.guards.clone());
                    std::mem::swap(&mut self.state, &mut state);
                }
                fail(state, failed);
                if polarity == Polarity::Failure {
                    self.failed(&value.guards.clone());
                }
                self.bind_head(construct, *pat, value, by_value);
            }
            _ => {
                self.operand(id);
                fail(self.state.clone(), failed);
            }
        }
    }

    fn has_let(&self, id: ExprId) -> bool {
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

    /// What follows of `cond` being `truth`: an option that is `None` holds no guard.
    fn learn(&mut self, cond: ExprId, truth: bool) {
        match self.kind(cond) {
            ExprKind::Unary(inner) => self.learn(*inner, !truth),
            ExprKind::Binary(BinaryOp::And, left, right) if truth => {
                self.learn(*left, true);
                self.learn(*right, true);
            }
            ExprKind::Binary(BinaryOp::Or, left, right) if !truth => {
                self.learn(*left, false);
                self.learn(*right, false);
            }
            ExprKind::MethodCall { receiver, name, .. } => {
                let empty = match name.as_str() {
                    "is_none" => truth,
                    "is_some" => !truth,
                    _ => return,
                };
                let ExprKind::Path(path) = self.kind(*receiver) else {
                    return;
                };
                let [only] = path.segments.as_slice() else {
                    return;
                };
                let local = self.names.iter().rev().find(|(name, _)| *name == only.name);
                if let (true, Some(&(_, local))) = (empty, local) {
                    for guard in self.state.owned_by(Owner::Local(local)) {
                        self.state.remove(guard);
                    }
                }
            }
            _ => {}
        }
    }

    /// A branch, arm or body: a temporary scope of its own, whose value moves out.
    fn branch(&mut self, id: ExprId, holder: Option<u32>) -> Value {
        self.open();
        let value = self.expr(id, holder);
        let value = self.moved(value);
        self.close(self.end_of(id), Why::Block);
        value
    }

    /// Where paths meet again.
    fn meet(&mut self, paths: Vec<(Value, State)>) -> Value {
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
        match met {
            Some((value, state)) => {
                self.state = state;
                value
            }
            None => {
                self.state = State {
                    unreachable: true,
                    ..State::default()
                };
                Value::of(Ty::Never)
            }
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
        let value = self.head(construct, scrutinee);
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
                self.failed(&value.guards.clone());
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
                let value = self.moved(value);
                let value = self.kept(value, None);
                Some((construct, pat, value))
            }
            _ => None,
        };
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
            let state = std::mem::take(&mut self.state);
            self.state = after.join(state);
            value.join(again)
        } else {
            value
        };
        self.loop_depth -= 1;
        self.close(end, Why::For);
        value
    }

    /// One round of a loop, from the state at its head to the state after the loop; with the value,
    /// the state in which the next round begins.
    fn round(
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
            self.bodies.push(*construct);
            let item = self.item_of(&value.ty);
            let element = value.place.as_ref().and_then(|_| None);
            let value = Value {
                ty: item,
                place: element,
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
    fn item_of(&self, ty: &Ty) -> Ty {
        let by_ref = matches!(ty, Ty::Ref(_) | Ty::Guard(_));
        let wrap = |ty: Ty| {
            if by_ref && ty != Ty::Unknown {
                ty.reference()
            } else {
                ty
            }
        };
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
            Some(tail) if self.tail_ends_with_block() && holder.is_none() => {
                self.open();
                let value = self.expr(tail, None);
                let value = self.moved(value);
                self.close(self.end_of(tail), Why::Block);
                value
            }
            Some(tail) if self.tail_ends_with_block() => {
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

    fn stmt(&mut self, stmt: &Stmt) {
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
                if annotated != Ty::Unknown {
                    value.ty = annotated;
                }
                self.let_(*pat, value, *els, hidden, *range, *init);
            }
        }
    }

    /// The rest of a `let`: binds, drops the temporaries, runs `else`.
    fn let_(
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
        } else if els.is_some() {
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
        if polarity == Polarity::Failure {
            self.failed(&value.guards.clone());
        }
        let guards = value.guards.clone();
        if let Some((els, state)) = failed {
            // The temporaries are dropped before `else` and before what follows.
            let after_guards = guards.clone();
            let success = std::mem::replace(&mut self.state, state);
            if polarity == Polarity::Success {
                self.failed(&after_guards);
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
        self.close(at, Why::Statement);
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
    fn leaving(&mut self, label: Option<&Name>) -> Option<(&mut Breakable, State)> {
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

    /// An async block: a future; its body runs when it is awaited, or somewhere else.
    pub(super) fn async_block(&mut self, id: ExprId) -> Value {
        if self.replay == 0 {
            self.apart(|walker| {
                walker.async_body(id);
            });
        }
        Value {
            owned: true,
            pending: Pending::Block(id),
            ..Value::of(Ty::Future(Arc::new(Ty::Unknown)))
        }
    }

    /// Runs the body of async block `id` here.
    pub(super) fn async_body(&mut self, id: ExprId) -> Value {
        let ExprKind::Block {
            kind: BlockKind::Async,
            label,
            stmts,
            tail,
        } = self.kind(id)
        else {
            return Value::default();
        };
        let returned = self.returned.take();
        self.open();
        let value = self.block(id, label.as_ref(), stmts, *tail, None);
        self.close(self.end_of(id), Why::Function);
        self.state.unreachable = false;
        self.returned = returned;
        value
    }

    /// A closure: a value; its body runs when it is called.
    pub(super) fn closure(&mut self, id: ExprId) -> Value {
        let ExprKind::Closure { is_move, .. } = self.kind(id) else {
            return Value::default();
        };
        let mut value = Value {
            owned: true,
            closure: Some(id),
            ..Value::default()
        };
        if *is_move {
            // Guards that it mentions move into it.
            for guard in self.mentioned(id) {
                self.state.set_owner(guard, Owner::Flight);
                value.guards.push(guard);
            }
        }
        value
    }

    /// Guards kept by variables that closure `id` names.
    fn mentioned(&self, id: ExprId) -> Vec<u32> {
        let range = self.range(id);
        let mut guards = Vec::new();
        for expr in &self.body.exprs {
            let ExprKind::Path(path) = &expr.kind else {
                continue;
            };
            let [only] = path.segments.as_slice() else {
                continue;
            };
            if expr.range.start < range.start || expr.range.end > range.end {
                continue;
            }
            let found = self.names.iter().rev().find(|(name, _)| *name == only.name);
            if let Some(&(_, local)) = found {
                for guard in self.state.owned_by(Owner::Local(local)) {
                    if !guards.contains(&guard) {
                        guards.push(guard);
                    }
                }
            }
        }
        guards
    }

    /// Walks closure `id` as something that runs at another time.
    pub(super) fn closure_apart(&mut self, id: ExprId) {
        if self.replay == 0 && !self.inlining.contains(&id) {
            self.inlining.push(id);
            self.apart(|walker| {
                walker.closure_body(id, &[]);
            });
            self.inlining.pop();
        }
    }

    /// Runs the body of closure `id` here, with `args` for its parameters.
    pub(super) fn closure_here(&mut self, id: ExprId, args: &[Value]) -> Value {
        if self.inlining.contains(&id) || self.inlining.len() > 6 {
            return Value::default();
        }
        self.inlining.push(id);
        let value = self.closure_body(id, args);
        self.inlining.pop();
        value
    }

    fn closure_body(&mut self, id: ExprId, args: &[Value]) -> Value {
        let ExprKind::Closure {
            params,
            body,
            is_async,
            ..
        } = self.kind(id)
        else {
            return Value::default();
        };
        let returned = self.returned.take();
        let loops = std::mem::take(&mut self.loops);
        let mark = self.mark();
        let mut kept: Vec<u32> = Vec::new();
        for (at, (pat, ty)) in params.iter().enumerate() {
            let mut value = args.get(at).cloned().unwrap_or_default();
            let annotated = self.program.lower(ty, &self.scope);
            if annotated != Ty::Unknown {
                value.ty = annotated;
            }
            kept.extend(value.guards.iter().copied());
            self.bind(*pat, value, true);
        }
        // What no parameter took over ends with the call all the same.
        let hidden = u32::try_from(mark.1).unwrap_or(u32::MAX);
        for guard in kept {
            if self.state.owner_of(guard) == Some(Owner::Flight) {
                self.state.set_owner(guard, Owner::Local(hidden));
            }
        }
        self.open();
        let value = self.expr(*body, None);
        let mut value = self.moved(value);
        let unreachable = std::mem::take(&mut self.state.unreachable);
        self.close(self.end_of(*body), Why::Function);
        if let Some(other) = self.returned.take() {
            value = if unreachable {
                other
            } else {
                value.join(other)
            };
        }
        self.drop_locals(mark, self.end_of(*body), Why::Function);
        self.returned = returned;
        self.loops = loops;
        value.local = None;
        if *is_async {
            value.ty = Ty::Future(Arc::new(value.ty));
        }
        value
    }

    pub(super) fn select(&mut self, id: ExprId, branches: &[Branch], els: Option<ExprId>) -> Value {
        let mut futures = Vec::new();
        for branch in branches {
            if let Some(condition) = branch.precondition {
                self.operand(condition);
            }
            // A future's expression ends its temporaries before the first poll.
            self.open();
            let value = self.expr(branch.future, None);
            let value = self.moved(value);
            self.close(self.end_of(branch.future), Why::Macro);
            futures.push(value);
        }
        self.record(Happening::Await, self.range(id));
        let before = self.state.clone();
        let mut paths = Vec::new();
        for (branch, future) in branches.iter().zip(futures) {
            self.state = before.clone();
            let mark = self.mark();
            let construct = self.construct(Head::Match, self.range(branch.future), self.range(id));
            self.heads.push(construct);
            let output = self.awaited(future, self.range(branch.future));
            self.heads.pop();
            // A branch's output lives through its handler, even with `_ =`.
            let hidden = self.new_local(Name::new_static("<output>"), Local::default());
            let guards = output.guards.clone();
            let mut output = self.kept(output, Some(hidden));
            output.guards = guards;
            self.bodies.push(construct);
            self.bind_head(construct, branch.pat, output, true);
            let value = self.branch(branch.handler, None);
            self.bodies.pop();
            self.drop_locals(mark, self.end_of(branch.handler), Why::Arm);
            paths.push((value, std::mem::take(&mut self.state)));
        }
        if let Some(els) = els {
            self.state = before;
            let value = self.branch(els, None);
            paths.push((value, std::mem::take(&mut self.state)));
        }
        if paths.is_empty() {
            return Value::default();
        }
        self.meet(paths)
    }
}

/// Whether the pattern takes a reference to what it matches (`ref x`, at any depth).
fn binds_by_ref(walker: &Walker<'_, '_>, pat: PatId) -> bool {
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
