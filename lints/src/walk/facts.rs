//! What walking a function's body leaves: guards with their lives, and what happens meanwhile.

use crate::blocking::OperationId;
use crate::grounds::Grounds;
use crate::hir::{Cfg, Name, Range};
use crate::index::ty::Ty;
use crate::index::{FileId, FnId};
use crate::locks::Mode;

pub use super::conditions::{Conditions, Freed, Told};
pub use super::object::{LockRef, Place, Root, Slot, Step};
use super::trace::Tally;

/// A guard that is moved into a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The argument's number.
    pub param: u32,
    /// The guard.
    pub guard: u32,
    /// Where in the argument it sits.
    pub slot: Slot,
}

/// A call on the way from a function to something it reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// In which function the call, or at the end the acquisition, stands.
    pub function: FnId,
    /// Its file.
    pub file: FileId,
    /// The call or acquisition.
    pub range: Range,
    /// What is called; `None` for the acquisition itself.
    pub callee: Option<FnId>,
}

/// How a guard is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keeper {
    /// A temporary.
    Temporary,
    /// A temporary whose life a `let` extends.
    Extended,
    /// A variable.
    Variable(Name),
    /// A function that is being called holds it while it calls a closure.
    Callee(FnId),
    /// The acquiring method itself holds it while it runs what it is given: a cell's initialiser, a
    /// map's `retain`.
    Method,
    /// The caller's guard came in through this parameter: which lock, only callers know. The
    /// guard's place says where in it.
    Parameter(u32),
}

/// Why a guard's life ends where it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The end of the enclosing statement.
    Statement,
    /// The end of the `if let` with its `else`, before edition 2024 the enclosing statement's.
    IfLet,
    /// The end of an `if` or `while` condition, or of an operand of `&&`.
    Condition,
    /// One round of a loop.
    Round,
    /// The end of a `for` loop.
    For,
    /// The end of a match arm or of its guard.
    Arm,
    /// The end of a block.
    Block,
    /// The end of the function or closure.
    Function,
    /// Moved into a call, or dropped there.
    Moved,
    /// Replaced by an assignment.
    Assigned,
    /// Stored where the analysis does not follow it.
    Stored,
    /// Inside a macro.
    Macro,
    /// The end of the method that took it.
    Method,
}

/// A construct with a head: `if let`, `match`, `while let`, `for`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// `if let`, also in a chain.
    IfLet,
    /// `match`, `matches!`.
    Match,
    /// `while let`.
    WhileLet,
    /// `for`.
    For,
}

impl Head {
    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IfLet => "if let",
            Self::Match => "match",
            Self::WhileLet => "while let",
            Self::For => "for",
        }
    }
}

/// One construct of the body.
#[derive(Debug, Clone)]
pub struct Construct {
    /// What it is.
    pub head: Head,
    /// The head's expression.
    pub range: Range,
    /// The whole construct.
    pub whole: Range,
    /// Guards that live through the body although the value does not need them.
    pub owned: bool,
    /// Whether the body calls, awaits or loops: then the time matters.
    pub busy: bool,
    /// Whether the head's expression is a block.
    pub braces: bool,
}

/// A lock guard, from its birth to its end.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Which lock.
    pub lock: LockRef,
    /// How it is held.
    pub mode: Mode,
    /// The type of what the lock protects.
    pub protects: Ty,
    /// The acquiring expression, or the call that gave the guard.
    pub birth: Range,
    /// Calls from here to the acquisition, where a callee acquires.
    pub via: Vec<Link>,
    /// How it is kept.
    pub keeper: Keeper,
    /// Constructs in whose head it was born, outermost first.
    pub heads: Vec<u32>,
    /// Last byte of its life and why.
    pub end: Option<(u32, Why)>,
    /// How sure it is that this is a guard of that lock.
    pub grounds: Grounds,
    /// No guard exists where the acquiring call failed.
    pub optional: bool,
    /// Bound by a pattern of its head.
    pub bound_by_head: bool,
    /// It came out of an `.await`: a lock told by its name is then an async one.
    pub awaited: bool,
    /// Predicates of the statements that it was born in.
    pub cfg: Vec<Cfg>,
}

impl Guard {
    /// Of a parameter's guard: where in the argument it sits.
    pub fn slot_in_param(&self) -> Slot {
        let steps = self.lock.place.iter().flat_map(|place| &place.path);
        let names = steps.filter_map(|step| match step {
            Step::Field(name) => Some(name.clone()),
            Step::Element | Step::At(_) => None,
        });
        Slot(names.collect())
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Happening {
    /// A lock is taken, waiting for it.
    Acquire {
        /// Which.
        lock: LockRef,
        /// How.
        mode: Mode,
        /// How sure it is.
        grounds: Grounds,
        /// Calls from here to the acquisition, where a callee's guard comes back.
        via: Vec<Link>,
        /// The guard that it makes, if any.
        guard: Option<u32>,
    },
    /// Functions of the workspace are called.
    Call {
        /// Which it may be.
        callees: Vec<(FnId, Grounds)>,
        /// Places of the arguments, receiver first.
        args: Vec<Option<Place>>,
        /// Guards that are moved into the call.
        passed: Vec<Passed>,
        /// What is known of arguments that are truth values, by number.
        told: Vec<(u32, Told)>,
        /// Guards of which the call is told by an `Option` that borrows from them.
        lent: Vec<u32>,
    },
    /// `.await`.
    Await,
    /// The thread waits for something other than a lock.
    Block {
        /// How.
        operation: OperationId,
        /// The receiver.
        place: Option<Place>,
        /// The receiver's type.
        of: Ty,
        /// Guards whose protected data waits or is waited for.
        taking_part: Vec<u32>,
    },
    /// A parameter is called: its number.
    CallParam(u32),
    /// A guard was made and dropped at once by `let _ =` or `_ =`: the guard.
    DroppedAtOnce(u32),
}

/// On whose thread something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Thread {
    /// The caller's.
    #[default]
    Caller,
    /// An executor's: in an `async fn`, an async block or an async closure.
    Executor,
    /// Another, or one that may block: in `spawn_blocking`, `block_in_place`, a closure that is not
    /// known to run here, or after asking whether there is an executor.
    Free,
}

/// A guard that is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Which guard.
    pub guard: u32,
    /// Only on some paths.
    pub maybe: bool,
}

/// Something that happens in the body, with the guards alive then.
#[derive(Debug, Clone)]
pub struct Event {
    /// What.
    pub what: Happening,
    /// Where.
    pub range: Range,
    /// Guards alive.
    pub held: Vec<Held>,
    /// Constructs in whose body (arm, `else`) it happens.
    pub bodies: Vec<u32>,
    /// Predicates of the statements that it stands in.
    pub cfg: Vec<Cfg>,
    /// Inside a closure or async block that runs at another time.
    pub detached: bool,
    /// On whose thread.
    pub thread: Thread,
    /// On which paths.
    pub only_if: Conditions,
    /// How sure it is that it happens in this order, in these scopes.
    pub grounds: Grounds,
    /// The call of a variable that holds the closure in which this stands.
    pub site: Option<Range>,
}

/// A future that a `select!` borrows: nobody polls it while a handler of another branch runs.
#[derive(Debug, Clone)]
pub struct Dormant {
    /// The branch's future.
    pub future: Range,
    /// Its variable.
    pub name: Name,
    /// What polling it does.
    pub polled: Polled,
    /// Handlers of the other branches that leave it as it is.
    pub handlers: Vec<Range>,
}

/// What polling a future does.
#[derive(Debug, Clone)]
pub enum Polled {
    /// A call or an acquisition.
    Event(Box<Event>),
    /// The events of an async block.
    Block(Range),
}

/// A guard that a function hands to its caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedGuard {
    /// Which lock, in terms of parameters and statics.
    pub lock: LockRef,
    /// How.
    pub mode: Mode,
    /// The type of what the lock protects, as the function that takes it knows it.
    pub protects: Ty,
    /// Not in every value.
    pub optional: bool,
    /// Where in the value.
    pub slot: Slot,
    /// How sure.
    pub grounds: Grounds,
    /// From this function to the acquisition.
    pub via: Vec<Link>,
}

/// A guard of a parameter that comes back (`keep(g)`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedParam {
    /// Which parameter.
    pub param: u32,
    /// Where in the argument it sat.
    pub from: Slot,
    /// Where in the result it sits.
    pub to: Slot,
}

/// A lock that a function holds while it calls one of its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosureCall {
    /// Which parameter.
    pub param: u32,
    /// Locks held meanwhile, in terms of parameters and statics.
    pub held: Vec<ReturnedGuard>,
    /// On whose thread.
    pub thread: Thread,
}

/// What a caller's walk must know of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Guards that come back.
    pub guards: Vec<ReturnedGuard>,
    /// What a returned reference or `Arc` is part of.
    pub place: Option<Place>,
    /// Parameters that are called.
    pub closures: Vec<ClosureCall>,
    /// Parameters whose guards are followed through the body.
    pub guard_params: Vec<u32>,
    /// Which of their guards come back.
    pub returns_params: Vec<ReturnedParam>,
    /// Fields of the result that are parts of parameters or statics.
    pub parts: Vec<(Vec<Step>, Place)>,
    /// What the function takes is taken when its result is awaited or called.
    pub deferred: bool,
}

/// All facts of one body.
#[derive(Debug, Default)]
pub struct Facts {
    /// Guards by number.
    pub guards: Vec<Guard>,
    /// Events in order of evaluation.
    pub events: Vec<Event>,
    /// Constructs by number.
    pub constructs: Vec<Construct>,
    /// Futures that a `select!` borrows.
    pub dormant: Vec<Dormant>,
    /// Names of locals, for messages.
    pub locals: Vec<Name>,
    /// Types of the locals in which paths to locks or arguments start, by number.
    pub local_types: Vec<(u32, Ty)>,
    /// What callers must know.
    pub summary: Summary,
    /// How much was resolved.
    pub tally: Tally,
    /// Whether the body was too large to be walked whole.
    pub gave_up: bool,
    /// Whether it looks at a `Cell` of its thread.
    pub asks_thread: bool,
    /// Fields of local values and the objects that they were built from.
    pub aliases: Vec<(Place, Place)>,
    /// Variables that are elements of a collection.
    pub elements: Vec<(Place, Place)>,
    /// Functions whose summaries the walk looked at without a call.
    pub reads: Vec<FnId>,
}

impl Facts {
    /// The place under the name of what it was built from.
    pub fn canonical(&self, place: Place) -> Place {
        let mut place = place;
        // Values are built from values that were built before: few steps, and each leads back.
        for _ in 0..4 {
            let found = self
                .aliases
                .iter()
                .rev()
                .find_map(|(from, to)| place.rebased(from, to));
            match found {
                Some(found) if found != place => place = found,
                _ => break,
            }
        }
        place
    }

    /// The place as an element of the collection that it was taken from; itself where it is none.
    pub fn widened(&self, place: &Place) -> Place {
        let mut place = place.clone();
        for _ in 0..4 {
            let found = self
                .elements
                .iter()
                .rev()
                .find_map(|(from, to)| place.rebased(from, to));
            match found {
                Some(found) => place = self.canonical(found),
                None => break,
            }
        }
        place
    }
}
