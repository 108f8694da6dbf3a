//! Walking a body in order of evaluation, with the guards alive at each point.
//!
//! This is the drop-scope table as code: each construct opens and closes the scopes that the
//! reference (chapter "Destructors") gives it in the edition of its crate, and every acquisition,
//! call and await is recorded with the guards that are alive then. Rules never look at syntax;
//! they look at these facts.

mod acquisition;
mod adaptors;
mod associated;
mod block;
mod blocking;
mod call;
mod closure;
mod collection;
mod conditions;
mod condvar;
mod control;
mod deferred;
mod dormant;
mod expr;
pub mod facts;
mod future;
mod guards;
mod implicit;
mod invoke;
mod known;
mod lazy;
mod method;
mod moment;
mod object;
mod operator;
mod outside;
mod parts;
mod pattern;
mod place;
mod repeat;
mod scopes;
mod slot;
mod state;
mod summary;
pub mod trace;
mod truth;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use crate::grounds::Grounds;
use crate::hir::{Body, Cfg, ExprId, ExprKind, Name, PatKind, Range};
use crate::index::lower::TyScope;
use crate::index::ty::Ty;
use crate::index::{FnId, Program};
use crate::locks::{Mode, Shards, Vocabulary};

pub use scopes::Scopes;

use facts::{
    ClosureCall, Event, Facts, Guard, Happening, Held, Keeper, Place, ReturnedGuard, Root, Slot,
    Summary, Thread, Why,
};
use state::{Owner, State};
use trace::{Grade, Trace};
use value::{Pending, Value};

/// Expressions walked in one function before the walk gives up (loops and closures repeat some).
const BUDGET: u32 = 400_000;

/// Nesting of expressions that the walk follows; parsing refuses far less.
const DEPTH: u32 = 3_000;

/// Walks function `id`; `summaries` say what callees hand back.
pub fn walk(program: &Program<'_>, summaries: &[Summary], id: FnId, scopes: Scopes) -> Facts {
    walk_with(program, summaries, id, scopes, None).0
}

/// As [`walk`], with a record of what was resolved.
pub fn walk_traced(
    program: &Program<'_>,
    summaries: &[Summary],
    id: FnId,
    scopes: Scopes,
) -> (Facts, Trace) {
    let (facts, trace) = walk_with(program, summaries, id, scopes, Some(Box::default()));
    (facts, trace.map(|trace| *trace).unwrap_or_default())
}

fn walk_with(
    program: &Program<'_>,
    summaries: &[Summary],
    id: FnId,
    scopes: Scopes,
    trace: Option<Box<Trace>>,
) -> (Facts, Option<Box<Trace>>) {
    let def = program.function(id);
    let Some(body) = def.body else {
        return (Facts::default(), trace);
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
        thread: match def.function {
            Some(function) if function.is_async => Thread::Executor,
            _ => Thread::Caller,
        },
        parked: 0,
        scans: 0,
        current: body.root,
        grades: vec![Grade::default(); body.exprs.len()],
        trace,
        tried: BTreeSet::new(),
        tests: BTreeMap::new(),
        wavering: Vec::new(),
        guess: 0,
        later_perhaps: 0,
        given_later: BTreeMap::new(),
        site: None,
    };
    walker.function();
    walker.tally();
    (walker.facts, walker.trace)
}

/// A local variable.
#[derive(Debug, Clone, Default)]
struct Local {
    ty: Ty,
    place: Option<Place>,
    borrows: Vec<u32>,
    closure: Option<ExprId>,
    pending: Pending,
    lazy: Vec<lazy::Lazy>,
    param: Option<u32>,
    /// Dropping it runs code of the workspace.
    drops: bool,
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
    /// On whose thread the code runs that we are in.
    thread: Thread,
    /// Guards with a lower number are outside of a `block_on` that we are in: its thread keeps them,
    /// not the task that it drives.
    parked: u32,
    /// How often the body has been looked through.
    scans: u32,
    /// The expression being evaluated.
    current: ExprId,
    /// How far each call was resolved, by expression.
    grades: Vec<Grade>,
    trace: Option<Box<Trace>>,
    /// Guards that `try_lock` and its kin gave.
    tried: BTreeSet<u32>,
    /// Receivers of `is_ok()` and its kin, with the guards that they carry on success.
    tests: BTreeMap<ExprId, Vec<u32>>,
    /// Guards that are gone on some of the paths through the arguments of the call being made.
    wavering: Vec<u32>,
    /// Closures that may run here, or later.
    guess: u32,
    /// Closures of iterators that were given away: a callee may run them here, or later.
    later_perhaps: u32,
    /// What closures give that run later.
    given_later: BTreeMap<ExprId, Ty>,
    /// The call of a variable that holds the closure which is being walked.
    site: Option<Range>,
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
                self.guards_of_param(index, u32::try_from(first).unwrap_or(u32::MAX));
            } else if matches!(self.body.pat(pat).kind, PatKind::Wild) {
                // An argument without a name lives as long as one with a name.
                let unnamed = Local {
                    ty: types.get(at).cloned().unwrap_or_default(),
                    ..Local::default()
                };
                let unnamed = self.new_local(Name::new_static("<argument>"), unnamed);
                self.guards_of_param(index, unnamed);
            }
        }
        self.hold_own_cell();
        let root = self.body.root;
        let end = self.body.expr(root).range.end;
        let value = self.expr(root, None);
        let value = self.moved(value);
        let value = self.deferred(value);
        if !self.state.unreachable {
            self.give_back(value);
        }
        let live: Vec<u32> = self.state.live.iter().map(|live| live.guard).collect();
        for guard in live {
            self.end(guard, end, Why::Function);
        }
        self.summarise();
        self.note_local_types();
    }

    /// A parameter that holds guards of the caller: of which locks, only the caller knows.
    fn guards_of_param(&mut self, index: u32, local: u32) {
        let slots = self
            .local(local)
            .map(|local| self.program.guard_slots(&local.ty))
            .unwrap_or_default();
        if !slots.is_empty() {
            self.facts.summary.guard_params.push(index);
        }
        for slot in slots {
            self.guard_of_param(index, local, slot);
        }
    }

    fn guard_of_param(&mut self, index: u32, local: u32, slot: Slot) {
        let place = Place {
            root: Root::Param(index),
            path: slot.0.iter().cloned().map(facts::Step::Field).collect(),
        };
        let guard = self.new_guard(Guard {
            lock: facts::LockRef {
                place: Some(place),
                lock: Vocabulary::UNKNOWN,
                shards: Shards::One,
                key: None,
            },
            mode: Mode::Exclusive,
            protects: Ty::Unknown,
            birth: Range::default(),
            via: Vec::new(),
            keeper: Keeper::Parameter(index),
            heads: Vec::new(),
            end: None,
            grounds: Grounds::Resolved,
            optional: false,
            bound_by_head: false,
            awaited: false,
            cfg: self.cfg.clone(),
        });
        self.state.set_owner(guard, Owner::Local(local));
        self.state.set_slot(guard, slot);
    }

    fn record(&mut self, what: Happening, range: Range) {
        if self.state.unreachable || self.facts.events.len() > 100_000 {
            return;
        }
        if let Happening::CallParam(param) = what {
            self.note_param_call(param);
        }
        let own = if matches!(what, Happening::Await) {
            self.parked
        } else {
            0
        };
        let held = self
            .state
            .live
            .iter()
            .filter(|live| live.guard >= own)
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
            thread: self.thread,
            only_if: self.conditions(),
            site: self.site,
            grounds: if self.foreign > 0 {
                Grounds::UnknownMacro
            } else if self.weak > 0 {
                Grounds::UnknownOrder
            } else if self.later_perhaps > 0 {
                Grounds::GivenAway
            } else if self.guess > 0 {
                Grounds::UnknownAdaptor
            } else {
                Grounds::Resolved
            },
        });
    }

    /// The body of the function calls its parameter while it holds what is alive now.
    fn note_param_call(&mut self, param: u32) {
        if self.detached > 0 {
            return;
        }
        let live: Vec<(u32, bool)> = self
            .state
            .live
            .iter()
            .map(|live| (live.guard, live.maybe))
            .collect();
        let held: Vec<ReturnedGuard> = live
            .into_iter()
            .filter_map(|(guard, maybe)| {
                let mut held = self.exported(guard)?;
                if self.wavering.contains(&guard) {
                    held.grounds = held.grounds.min(Grounds::Argument);
                } else if maybe {
                    held.grounds = held.grounds.min(Grounds::SomePaths);
                }
                Some(held)
            })
            .collect();
        let thread = self.thread;
        let closures = &mut self.facts.summary.closures;
        match closures.iter_mut().find(|call| call.param == param) {
            Some(call) => {
                call.thread = call.thread.min(thread);
                for guard in held {
                    if !call.held.contains(&guard) && call.held.len() < 8 {
                        call.held.push(guard);
                    }
                }
            }
            None => closures.push(ClosureCall {
                param,
                held,
                thread,
            }),
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
        let thread = std::mem::replace(&mut self.thread, Thread::Free);
        let parked = std::mem::take(&mut self.parked);
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
        self.thread = thread;
        self.parked = parked;
        self.names.truncate(mark.0);
        self.state = state;
        // It may assign what it captures.
        self.state.forget_flags();
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
fn weaker(a: Grounds, b: Grounds) -> Grounds {
    a.min(b)
}
