//! Walking a body in order of evaluation, with the guards alive at each point.
//!
//! This is the drop-scope table as code: each construct opens and closes the scopes that the
//! reference (chapter "Destructors") gives it in the edition of its crate, and every acquisition,
//! call and await is recorded with the guards that are alive then. Rules never look at syntax;
//! they look at these facts.

mod block;
mod call;
mod closure;
mod control;
mod expr;
pub mod facts;
mod future;
mod invoke;
mod known;
mod method;
mod operator;
mod outside;
mod pattern;
mod place;
mod repeat;
mod state;
mod value;

use rules::Certainty;

use crate::hir::{Body, Cfg, ExprId, ExprKind, Name, PatKind, Range};
use crate::index::names::TyScope;
use crate::index::ty::Ty;
use crate::index::{FnId, Program};
use crate::locks::{Mode, Shards, Vocabulary};

use facts::{
    ClosureCall, Event, Facts, Guard, Happening, Held, Keeper, Place, ReturnedGuard, Root, Summary,
    Why,
};
use state::{Live, Owner, State};
use value::{Pending, Value};

/// Expressions walked in one function before the walk gives up (loops and closures repeat some).
const BUDGET: u32 = 400_000;

/// Nesting of expressions that the walk follows; parsing refuses far less.
const DEPTH: u32 = 3_000;

/// Which drop scopes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scopes {
    /// Editions 2015, 2018 and 2021.
    Until2021,
    /// Edition 2024.
    Since2024,
}

/// Walks function `id`; `summaries` say what callees hand back.
pub fn walk(program: &Program<'_>, summaries: &[Summary], id: FnId, scopes: Scopes) -> Facts {
    let def = program.function(id);
    let Some(body) = def.body else {
        return Facts::default();
    };
    let mut walker = Walker {
        program,
        summaries,
        id,
        body,
        scope: program.scope_of(def),
        scopes,
        facts: Facts::default(),
        state: State::default(),
        locals: Vec::new(),
        names: Vec::new(),
        temps: 0,
        heads: Vec::new(),
        bodies: Vec::new(),
        loops: Vec::new(),
        detached: 0,
        weak: 0,
        foreign: 0,
        replay: 0,
        depth: 0,
        budget: BUDGET,
        returned: None,
        inlining: Vec::new(),
        loop_depth: 0,
        cfg: Vec::new(),
    };
    walker.function();
    walker.facts
}

/// A local variable.
#[derive(Debug, Clone, Default)]
struct Local {
    ty: Ty,
    place: Option<Place>,
    borrows: Vec<u32>,
    closure: Option<ExprId>,
    pending: Pending,
    param: Option<u32>,
}

/// A loop or labelled block that `break` can leave.
#[derive(Debug)]
struct Breakable {
    label: Option<Name>,
    is_loop: bool,
    /// Depth of temporaries and number of locals outside of it.
    temps: u32,
    locals: usize,
    exits: Vec<State>,
    /// States in which the next round begins, by `continue`.
    nexts: Vec<State>,
    value: Option<Value>,
}

struct Walker<'p, 'a> {
    program: &'p Program<'a>,
    summaries: &'p [Summary],
    id: FnId,
    body: &'a Body,
    scope: TyScope<'a>,
    scopes: Scopes,
    facts: Facts,
    state: State,
    locals: Vec<Local>,
    /// Variables in view, innermost last.
    names: Vec<(Name, u32)>,
    /// Depth of temporary scopes.
    temps: u32,
    /// Constructs in whose head we are.
    heads: Vec<u32>,
    /// Constructs in whose body we are.
    bodies: Vec<u32>,
    loops: Vec<Breakable>,
    detached: u32,
    /// Operands whose order of evaluation is not known.
    weak: u32,
    /// Arguments of macros whose scopes are not known.
    foreign: u32,
    /// Closures and blocks that have been walked on their own are being walked again.
    replay: u32,
    depth: u32,
    budget: u32,
    /// What `return` and the body's end give.
    returned: Option<Value>,
    inlining: Vec<ExprId>,
    loop_depth: u32,
    /// Predicates of the statements that we are in.
    cfg: Vec<Cfg>,
}

impl<'a> Walker<'_, 'a> {
    fn function(&mut self) {
        let types = self.program.param_types(self.id);
        self.temps = 1;
        for (at, &pat) in self.body.params.iter().enumerate() {
            let index = u32::try_from(at).unwrap_or(u32::MAX);
            let value = Value {
                ty: types.get(at).cloned().unwrap_or_default(),
                place: Some(Place::root(Root::Param(index))),
                ..Value::default()
            };
            let first = self.locals.len();
            self.bind(pat, value, false);
            if matches!(self.body.pat(pat).kind, PatKind::Bind { .. })
                && let Some(local) = self.locals.get_mut(first)
            {
                local.param = Some(index);
                self.guard_of_param(index, u32::try_from(first).unwrap_or(u32::MAX));
            }
        }
        let root = self.body.root;
        let end = self.body.expr(root).range.end;
        let value = self.expr(root, None);
        let value = self.moved(value);
        if !self.state.unreachable {
            self.give_back(value);
        }
        let live: Vec<u32> = self.state.live.iter().map(|live| live.guard).collect();
        for guard in live {
            self.end(guard, end, Why::Function);
        }
        self.summarise();
    }

    /// A parameter that holds a guard of the caller: which lock, only the caller knows.
    fn guard_of_param(&mut self, index: u32, local: u32) {
        let holds = self
            .local(local)
            .is_some_and(|local| self.program.holds_guard(&local.ty));
        if !holds {
            return;
        }
        let guard = self.new_guard(Guard {
            lock: facts::LockRef {
                place: Some(Place::root(Root::Param(index))),
                lock: Vocabulary::UNKNOWN,
                class: None,
                shards: Shards::One,
                key: None,
            },
            mode: Mode::Exclusive,
            birth: Range::default(),
            via: Vec::new(),
            keeper: Keeper::Parameter(index),
            heads: Vec::new(),
            end: None,
            certainty: Certainty::Proven,
            optional: false,
            bound_by_head: false,
            awaited: false,
            cfg: self.cfg.clone(),
        });
        self.state.set_owner(guard, Owner::Local(local));
    }

    /// Remembers a value that the function gives back.
    fn give_back(&mut self, value: Value) {
        self.returned = Some(match self.returned.take() {
            Some(before) => before.join(value),
            None => value,
        });
    }

    /// Turns what the body gave back into the summary for callers.
    fn summarise(&mut self) {
        let Some(value) = self.returned.take() else {
            return;
        };
        let ty = self
            .program
            .return_type(self.id, &std::collections::BTreeMap::new());
        let ty = if let Ty::Future(inner) = &ty {
            (**inner).clone()
        } else {
            ty
        };
        // What is read through a guard is not the guard: the declared type says so.
        let open = matches!(ty, Ty::Unknown | Ty::Bounds(_));
        let holds = open || self.program.holds_guard(&ty);
        for &guard in value.guards.iter().filter(|_| holds) {
            let Some(found) = self.guard(guard) else {
                continue;
            };
            if found.birth == Range::default() {
                if let Some(Place {
                    root: Root::Param(k),
                    ..
                }) = &found.lock.place
                {
                    self.facts.summary.returns_params.push(*k);
                }
                continue;
            }
            if let Some(returned) = self.exported(guard) {
                self.facts.summary.guards.push(returned);
            }
        }
        self.facts.summary.guards.truncate(8);
        if self.gives_nothing_on_failure(&ty) {
            for guard in &mut self.facts.summary.guards {
                guard.optional = true;
            }
        }
        let exportable = |place: &Place| !matches!(place.root, Root::Local(_));
        self.facts.summary.place = value.place.filter(exportable);
    }

    /// Whether the result can be a `None` or an error that carries no guard.
    fn gives_nothing_on_failure(&self, ty: &Ty) -> bool {
        ty.is_ext("std::option::Option")
            || (ty.is_ext("std::result::Result") && !self.program.holds_guard(&ty.arg(1)))
    }

    /// Guard `guard` in the terms of a caller, where its lock has such terms.
    fn exported(&self, guard: u32) -> Option<ReturnedGuard> {
        let found = self.guard(guard)?;
        if matches!(found.lock.place.as_ref()?.root, Root::Local(_))
            || found.birth == Range::default()
        {
            return None;
        }
        let mut via = found.via.clone();
        if via.is_empty() {
            via.push(facts::Link {
                function: self.id,
                file: self.program.function(self.id).file,
                range: found.birth,
                callee: None,
            });
        }
        Some(ReturnedGuard {
            lock: found.lock.clone(),
            mode: found.mode,
            optional: found.optional,
            certainty: found.certainty,
            via,
        })
    }

    // --- guards -------------------------------------------------------------------------------

    fn guard(&self, guard: u32) -> Option<&Guard> {
        self.facts.guards.get(usize::try_from(guard).ok()?)
    }

    fn guard_mut(&mut self, guard: u32) -> Option<&mut Guard> {
        self.facts.guards.get_mut(usize::try_from(guard).ok()?)
    }

    /// A new guard, alive and in flight.
    fn new_guard(&mut self, guard: Guard) -> u32 {
        let id = u32::try_from(self.facts.guards.len()).unwrap_or(u32::MAX);
        self.facts.guards.push(guard);
        if !self.state.unreachable {
            self.state.live.push(Live {
                guard: id,
                owner: Owner::Flight,
                maybe: false,
            });
        }
        id
    }

    /// Ends the life of `guard` at byte `at`; the latest end counts.
    fn end(&mut self, guard: u32, at: u32, why: Why) {
        self.state.remove(guard);
        if let Some(found) = self.guard_mut(guard)
            && found.end.is_none_or(|(before, _)| before <= at)
        {
            found.end = Some((at, why));
        }
    }

    fn end_all(&mut self, owner: Owner, at: u32, why: Why) {
        for guard in self.state.owned_by(owner) {
            self.end(guard, at, why);
        }
    }

    /// The value is used by value: a variable that it is gives its guards away.
    fn moved(&mut self, mut value: Value) -> Value {
        if let Some(local) = value.local.take()
            && !matches!(value.ty, Ty::Ref(_))
        {
            for guard in self.state.owned_by(Owner::Local(local)) {
                self.state.set_owner(guard, Owner::Flight);
                value.guards.push(guard);
            }
        }
        // `drop(holder.guard)`: of several guards in one variable, which it is is not known.
        if let Some(local) = value.within.take()
            && self.program.holds_guard(&value.ty)
            && let [guard] = self.state.owned_by(Owner::Local(local)).as_slice()
        {
            self.state.set_owner(*guard, Owner::Flight);
            value.guards.push(*guard);
        }
        value
    }

    /// The value is used as a place: a temporary keeps its guards.
    fn kept(&mut self, mut value: Value, holder: Option<u32>) -> Value {
        let owner = holder.map_or(Owner::Temp(self.temps), Owner::Local);
        for guard in std::mem::take(&mut value.guards) {
            self.state.set_owner(guard, owner);
            if holder.is_some()
                && let Some(found) = self.guard_mut(guard)
            {
                found.keeper = Keeper::Extended;
            }
            value.borrows.push(guard);
        }
        value
    }

    /// The value goes into a call that does not give it back.
    fn consumed(&mut self, value: Value, at: u32) {
        let value = self.moved(value);
        for guard in value.guards {
            self.end(guard, at, Why::Moved);
        }
    }

    // --- scopes -------------------------------------------------------------------------------

    fn open(&mut self) {
        self.temps += 1;
    }

    fn close(&mut self, at: u32, why: Why) {
        self.end_all(Owner::Temp(self.temps), at, why);
        self.temps = self.temps.saturating_sub(1);
    }

    fn new_local(&mut self, name: Name, local: Local) -> u32 {
        let id = u32::try_from(self.locals.len()).unwrap_or(u32::MAX);
        self.locals.push(local);
        self.facts.locals.push(name.clone());
        self.names.push((name, id));
        id
    }

    fn local(&self, id: u32) -> Option<&Local> {
        self.locals.get(usize::try_from(id).ok()?)
    }

    fn local_mut(&mut self, id: u32) -> Option<&mut Local> {
        self.locals.get_mut(usize::try_from(id).ok()?)
    }

    /// Where scopes of variables stand.
    fn mark(&self) -> (usize, usize) {
        (self.names.len(), self.locals.len())
    }

    /// Drops the variables made since `mark`.
    fn drop_locals(&mut self, mark: (usize, usize), at: u32, why: Why) {
        self.names.truncate(mark.0);
        let first = u32::try_from(mark.1).unwrap_or(u32::MAX);
        let dead: Vec<u32> = self
            .state
            .live
            .iter()
            .filter(|live| matches!(live.owner, Owner::Local(local) if local >= first))
            .map(|live| live.guard)
            .collect();
        for guard in dead {
            self.end(guard, at, why);
        }
    }

    // --- events -------------------------------------------------------------------------------

    fn record(&mut self, what: Happening, range: Range) {
        if self.state.unreachable || self.facts.events.len() > 100_000 {
            return;
        }
        if let Happening::CallParam(param) = what {
            self.note_param_call(param);
        }
        let held = self
            .state
            .live
            .iter()
            .map(|live| Held {
                guard: live.guard,
                maybe: live.maybe,
            })
            .collect();
        for &construct in &self.bodies {
            if let Some(found) = usize::try_from(construct)
                .ok()
                .and_then(|at| self.facts.constructs.get_mut(at))
            {
                found.busy = true;
            }
        }
        self.facts.events.push(Event {
            what,
            range,
            held,
            bodies: self.bodies.clone(),
            cfg: self.cfg.clone(),
            detached: self.detached > 0,
            certainty: match (self.weak, self.foreign) {
                (0, 0) => Certainty::Proven,
                _ => Certainty::Possible,
            },
        });
    }

    /// The body of the function calls its parameter while it holds what is alive now.
    fn note_param_call(&mut self, param: u32) {
        if self.detached > 0 {
            return;
        }
        let live: Vec<u32> = self.state.live.iter().map(|live| live.guard).collect();
        let held: Vec<ReturnedGuard> = live
            .into_iter()
            .filter_map(|guard| self.exported(guard))
            .collect();
        let closures = &mut self.facts.summary.closures;
        match closures.iter_mut().find(|call| call.param == param) {
            Some(call) => {
                for guard in held {
                    if !call.held.contains(&guard) && call.held.len() < 8 {
                        call.held.push(guard);
                    }
                }
            }
            None => closures.push(ClosureCall { param, held }),
        }
    }

    /// Runs `walk` as a body of its own, at another time: nothing outside is held.
    fn apart(&mut self, walk: impl FnOnce(&mut Self)) {
        let state = std::mem::take(&mut self.state);
        let bodies = std::mem::take(&mut self.bodies);
        let heads = std::mem::take(&mut self.heads);
        let loops = std::mem::take(&mut self.loops);
        let returned = self.returned.take();
        let mark = self.mark();
        let temps = self.temps;
        self.detached += 1;
        self.temps += 1;
        walk(self);
        let live: Vec<u32> = self.state.live.iter().map(|live| live.guard).collect();
        for guard in live {
            let at = self.guard(guard).map_or(0, |guard| guard.birth.end);
            self.end(guard, at, Why::Function);
        }
        self.detached -= 1;
        self.temps = temps;
        self.names.truncate(mark.0);
        self.state = state;
        self.bodies = bodies;
        self.heads = heads;
        self.loops = loops;
        self.returned = returned;
    }

    fn range(&self, id: ExprId) -> Range {
        self.body.expr(id).range
    }

    fn kind(&self, id: ExprId) -> &'a ExprKind {
        &self.body.expr(id).kind
    }

    /// The last byte of an expression.
    fn end_of(&self, id: ExprId) -> u32 {
        self.range(id).end
    }
}

/// The weaker of two.
fn weaker(a: Certainty, b: Certainty) -> Certainty {
    a.min(b)
}
