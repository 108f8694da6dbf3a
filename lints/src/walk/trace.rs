//! What the walk resolves, and how: counted always, and written down where somebody asks.
//!
//! A rule never looks here. The counts say how much of a crate was understood; the record is what
//! `explain` reads, so that what it tells is what the walk did and not a second opinion.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::grounds::Grounds;
use crate::hir::{ExprId, ExprKind, Name, PatId};
use crate::index::ty::Ty;
use crate::index::{AdtId, FnId};
use crate::locks::{LockId, Mode};

use super::Walker;
use super::facts::Place;
use super::value::Value;

/// How much of a body's calls was resolved; each is counted once, however often it is walked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Method calls on a receiver whose type is known.
    pub receivers: u32,
    /// Method calls on a receiver whose type is not known.
    pub unknown_receivers: u32,
    /// Calls of something in view or in the vocabulary, where a receiver's type is known.
    pub calls: u32,
    /// Calls of something outside of the source in view.
    pub outside: u32,
    /// Calls of something of which not even the name is known.
    pub unknown_calls: u32,
}

/// How far a call was resolved; the furthest of several walks counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Grade {
    /// Never walked.
    #[default]
    Unseen,
    /// Nothing is known.
    Unknown,
    /// It is known what it is, and that lies outside.
    Outside,
    /// What it does is known.
    Known,
}

/// What a call was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It acquires a lock: the type's path and how sure that is the lock.
    Lock {
        /// Which.
        lock: LockId,
        /// The lock's type.
        path: Arc<str>,
        /// The acquiring method.
        method: Name,
        /// How sure it is that the type is this lock.
        grounds: Grounds,
    },
    /// A function of a guard type, such as `MutexGuard::map`.
    Guard,
    /// Functions of the workspace, with how sure each is.
    Functions(Vec<(FnId, Grounds)>),
    /// A constructor of the workspace.
    Constructor(AdtId),
    /// A method of the standard library that the analysis knows.
    Standard,
    /// A method that makes the thread wait, by the vocabulary.
    Blocking,
    /// A function outside of the source in view.
    Outside(Arc<str>),
    /// A method that is not known, on a type that is.
    OutsideMethod,
    /// A closure of the same body.
    Closure,
    /// A function parameter.
    Parameter(u32),
    /// A value of which it is not known what it runs.
    Value,
    /// Taken for a lock by the method's name only.
    Guessed(Mode),
    /// Nothing: the type of the receiver, or the name, is not known.
    Unknown,
}

impl Found {
    /// A lock's method.
    pub(super) fn lock(lock: LockId, path: &Arc<str>, method: &Name, grounds: Grounds) -> Self {
        Self::Lock {
            lock,
            path: path.clone(),
            method: method.clone(),
            grounds,
        }
    }

    /// One function, told by its path.
    pub(super) fn function(id: FnId) -> Self {
        Self::Functions(vec![(id, Grounds::Resolved)])
    }

    /// A callable value, which may be parameter `param`.
    pub(super) fn value(param: Option<u32>) -> Self {
        param.map_or(Self::Value, Self::Parameter)
    }
}

/// A call with the types that its receiver went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The receiver's type and what it dereferences to, up to where the method was found.
    pub steps: Vec<Ty>,
    /// What it was found to be.
    pub found: Found,
}

/// What an expression was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its type.
    pub ty: Ty,
    /// Which object it is.
    pub place: Option<Place>,
    /// The variable that it is.
    pub local: Option<u32>,
}

/// A variable and how it came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The pattern that binds it.
    pub pat: PatId,
    /// Its type.
    pub ty: Ty,
}

/// The record of one body.
#[derive(Debug, Default)]
pub struct Trace {
    /// Expressions.
    pub exprs: BTreeMap<ExprId, Seen>,
    /// Calls.
    pub calls: BTreeMap<ExprId, Call>,
    /// Variables, by their number.
    pub variables: BTreeMap<u32, Variable>,
}

impl Walker<'_, '_> {
    /// Notes what the call being walked was found to be; `tell` is asked only where somebody
    /// reads it.
    fn note(&mut self, grade: Grade, tell: impl FnOnce() -> (Vec<Ty>, Found)) {
        let current = self.current;
        let grades = usize::try_from(current.0)
            .ok()
            .and_then(|at| self.grades.get_mut(at));
        let better = grades.is_some_and(|found| {
            let better = grade >= *found;
            *found = (*found).max(grade);
            better
        });
        if let (true, Some(trace)) = (better, &mut self.trace) {
            let (steps, found) = tell();
            trace.calls.insert(current, Call { steps, found });
        }
    }

    /// A method found on step `last` of what the receiver dereferences to.
    pub(super) fn note_step(&mut self, steps: &[Ty], last: usize, found: impl FnOnce() -> Found) {
        self.note(Grade::Known, || {
            (steps.iter().take(last + 1).cloned().collect(), found())
        });
    }

    /// A call of something in view; `on` is the type that it is a member of, if any.
    pub(super) fn note_call(&mut self, on: &Ty, found: impl FnOnce() -> Found) {
        self.note(Grade::Known, || (vec![on.clone()], found()));
    }

    /// A call of something outside.
    pub(super) fn note_outside(&mut self, on: &Ty, found: impl FnOnce() -> Found) {
        self.note(Grade::Outside, || (vec![on.clone()], found()));
    }

    /// Nothing of that name was found on `last`, which is all that the receiver dereferences to.
    pub(super) fn note_miss(&mut self, last: &Ty, steps: &[Ty]) {
        if matches!(last, Ty::Unknown) {
            self.note(Grade::Unknown, || (steps.to_vec(), Found::Unknown));
        } else {
            self.note(Grade::Outside, || (steps.to_vec(), Found::OutsideMethod));
        }
    }

    /// A lock by the name of its method only.
    pub(super) fn note_guess(&mut self, mode: Mode) {
        self.note(Grade::Unknown, || (vec![Ty::Unknown], Found::Guessed(mode)));
    }

    /// Notes what expression `id` was found to be. A type that was known once stays.
    pub(super) fn note_value(&mut self, id: ExprId, value: &Value) {
        let Some(trace) = &mut self.trace else { return };
        let seen = Seen {
            ty: value.ty.clone(),
            place: value.place.clone(),
            local: value.local,
        };
        let before = trace.exprs.get(&id);
        if before.is_none_or(|before| before.ty == Ty::Unknown || seen.ty != Ty::Unknown) {
            trace.exprs.insert(id, seen);
        }
    }

    /// Notes the pattern that binds variable `local`.
    pub(super) fn note_variable(&mut self, local: u32, pat: PatId) {
        let Some(ty) = self.local(local).map(|found| found.ty.clone()) else {
            return;
        };
        if let Some(trace) = &mut self.trace {
            trace.variables.insert(local, Variable { pat, ty });
        }
    }

    /// Counts what was noted.
    pub(super) fn tally(&mut self) {
        let mut tally = Tally::default();
        for (expr, grade) in self.body.exprs.iter().zip(&self.grades) {
            let is_method = matches!(expr.kind, ExprKind::MethodCall { .. });
            match (grade, is_method) {
                (Grade::Unseen, _) => {}
                (Grade::Unknown, true) => tally.unknown_receivers += 1,
                (Grade::Unknown, false) => tally.unknown_calls += 1,
                (Grade::Outside, _) => tally.outside += 1,
                (Grade::Known, _) => tally.calls += 1,
            }
            tally.receivers += u32::from(is_method && *grade > Grade::Unknown);
        }
        self.facts.tally = tally;
    }
}
