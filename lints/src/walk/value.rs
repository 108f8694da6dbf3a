//! Where a guard's value goes: what an expression carries, borrows and denotes.

use crate::hir::{ExprId, Name};
use crate::index::ty::Ty;

use super::facts::{Place, Slot, Step};

/// Something that happens only when it is awaited.
#[derive(Debug, Clone, Default)]
pub(super) enum Pending {
    /// Nothing.
    #[default]
    None,
    /// A lock's future: the acquisition.
    Acquire(Box<super::call::Acquisition>),
    /// An async function's future.
    Call(Box<super::call::PendingCall>),
    /// An async block.
    Block(ExprId),
    /// Several, which are awaited together.
    Many(Vec<Pending>),
}

/// The value of an expression, as far as locks are concerned.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    /// Its type.
    pub(super) ty: Ty,
    /// The object that it is, refers to, or is a counted reference of.
    pub(super) place: Option<Place>,
    /// The expression is exactly this variable: using it by value moves out of it.
    pub(super) local: Option<u32>,
    /// It is this part of this variable: using it by value moves out of that.
    pub(super) within: Option<(u32, Slot)>,
    /// One part of a matched value: whether it holds the guard is told by its type.
    pub(super) part: bool,
    /// The function's parameter that it is.
    pub(super) param: Option<u32>,
    /// Guards that it owns and that nobody else keeps yet.
    pub(super) guards: Vec<u32>,
    /// Guards that exist if, and only if, it is `Some` or `Ok`: it looks into an option that holds
    /// them, or is what became of one.
    pub(super) present: Vec<u32>,
    /// Guards whose protected data it may borrow.
    pub(super) borrows: Vec<u32>,
    /// What awaiting it does.
    pub(super) pending: Pending,
    /// Closures that run when it is asked for an item.
    pub(super) lazy: Vec<super::lazy::Lazy>,
    /// A closure of this body.
    pub(super) closure: Option<ExprId>,
    /// It provably owns what it is: it borrows from no guard.
    pub(super) owned: bool,
    /// Of what a function gives back: where its guards sit.
    pub(super) slots: Vec<(u32, Slot)>,
    /// It is this truth value.
    pub(super) truth: Option<bool>,
    /// Its text, where it is a plain path or literal (keys of maps).
    pub(super) text: Option<Name>,
    /// Fields of a value that was just built, and the objects that were put there.
    pub(super) parts: Vec<(Vec<Step>, Place)>,
}

impl Value {
    /// A value of a type, nothing else known.
    pub(super) fn of(ty: Ty) -> Self {
        Self {
            ty,
            ..Self::default()
        }
    }

    /// The same with another type.
    pub(super) fn with_ty(mut self, ty: Ty) -> Self {
        self.ty = ty;
        self
    }

    /// The value where two paths meet: `known` keeps what both agree on.
    pub(super) fn join(self, other: Value) -> Value {
        let ty = if matches!(self.ty, Ty::Unknown | Ty::Never) {
            other.ty
        } else {
            self.ty
        };
        let mut guards = self.guards;
        guards.extend(
            other
                .guards
                .into_iter()
                .filter(|guard| !guards.contains(guard))
                .collect::<Vec<_>>(),
        );
        let mut borrows = self.borrows;
        borrows.extend(
            other
                .borrows
                .into_iter()
                .filter(|guard| !borrows.contains(guard))
                .collect::<Vec<_>>(),
        );
        let mut lazy = self.lazy;
        lazy.extend(other.lazy);
        Value {
            ty,
            lazy,
            place: if self.place == other.place {
                self.place
            } else {
                None
            },
            guards,
            borrows,
            owned: self.owned && other.owned,
            ..Value::default()
        }
    }
}
