//! Types as far as lock analysis needs them: nominal, without lifetimes, `Unknown` where in doubt.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::hir::Name;

use super::{AdtId, FnId, TraitId};

/// Type arguments.
pub type Args = Arc<[Ty]>;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Ty {
    /// Not resolved: nothing is concluded from it.
    #[default]
    Unknown,
    /// A struct, enum or union of the workspace.
    Adt(AdtId, Args),
    /// A type of another crate, by canonical path; primitives by their name.
    Ext(Arc<str>, Args),
    /// A reference.
    Ref(Arc<Ty>),
    /// A lock guard that dereferences to the type.
    Guard(Arc<Ty>),
    /// A tuple.
    Tuple(Args),
    /// A slice or array.
    Slice(Arc<Ty>),
    /// A callable: what it gives.
    Callable(Args, Arc<Ty>),
    /// A type parameter of the item being looked at.
    Param(Name),
    /// `dyn` or `impl` of these traits.
    Bounds(Arc<[Bound]>),
    /// Something that can be awaited for the type.
    Future(Arc<Ty>),
    /// A named function.
    FnItem(FnId),
    /// `!`.
    Never,
}

/// A trait as a bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// Of the workspace.
    Trait(TraitId, Args),
    /// Of another crate, by canonical path.
    Ext(Arc<str>, Args),
}

/// What type parameters stand for.
pub type Subst = BTreeMap<Name, Ty>;

impl Ty {
    /// The type of another crate without arguments.
    pub fn ext(path: &str) -> Self {
        Self::Ext(path.into(), Arc::new([]))
    }

    /// The type of another crate with one argument.
    pub fn ext1(path: &str, arg: Ty) -> Self {
        Self::Ext(path.into(), Arc::new([arg]))
    }

    /// `&self`.
    #[must_use]
    pub fn reference(self) -> Self {
        Self::Ref(Arc::new(self))
    }

    /// Without references.
    pub fn peeled(&self) -> &Self {
        let mut ty = self;
        while let Self::Ref(inner) = ty {
            ty = inner;
        }
        ty
    }

    /// Whether it is the external type `path`.
    pub fn is_ext(&self, path: &str) -> bool {
        matches!(self, Self::Ext(found, _) if **found == *path)
    }

    /// Argument `at` of an external or workspace type.
    #[must_use]
    pub fn arg(&self, at: usize) -> Ty {
        match self {
            Self::Ext(_, args) | Self::Adt(_, args) | Self::Tuple(args) => {
                args.get(at).cloned().unwrap_or_default()
            }
            _ => Self::Unknown,
        }
    }

    /// With parameters replaced; those that `subst` lacks become `Unknown` where `close` is set.
    #[must_use]
    pub fn subst(&self, subst: &Subst, close: bool) -> Self {
        let list = |args: &Args| -> Args { args.iter().map(|ty| ty.subst(subst, close)).collect() };
        match self {
            Self::Param(name) => match subst.get(name) {
                Some(ty) => ty.clone(),
                None if close => Self::Unknown,
                None => self.clone(),
            },
            Self::Adt(id, args) => Self::Adt(*id, list(args)),
            Self::Ext(path, args) => Self::Ext(path.clone(), list(args)),
            Self::Ref(ty) => Self::Ref(Arc::new(ty.subst(subst, close))),
            Self::Guard(ty) => Self::Guard(Arc::new(ty.subst(subst, close))),
            Self::Tuple(args) => Self::Tuple(list(args)),
            Self::Slice(ty) => Self::Slice(Arc::new(ty.subst(subst, close))),
            Self::Callable(args, ret) => {
                Self::Callable(list(args), Arc::new(ret.subst(subst, close)))
            }
            Self::Bounds(bounds) => Self::Bounds(
                bounds
                    .iter()
                    .map(|bound| match bound {
                        Bound::Trait(id, args) => Bound::Trait(*id, list(args)),
                        Bound::Ext(path, args) => Bound::Ext(path.clone(), list(args)),
                    })
                    .collect(),
            ),
            Self::Future(ty) => Self::Future(Arc::new(ty.subst(subst, close))),
            Self::Unknown | Self::FnItem(_) | Self::Never => self.clone(),
        }
    }

    /// The type as annotated, with what the annotation leaves open (`_`) told by the value.
    #[must_use]
    pub fn filled(self, value: &Ty) -> Self {
        let list = |own: Args, of: &Args| -> Args {
            let of = of.iter().map(Some).chain(std::iter::repeat(None));
            own.iter()
                .zip(of)
                .map(|(own, of)| of.map_or(own.clone(), |of| own.clone().filled(of)))
                .collect()
        };
        match (self, value) {
            (Self::Unknown, value) => value.clone(),
            (Self::Ext(path, own), Self::Ext(other, of)) if path == *other => {
                Self::Ext(path, list(own, of))
            }
            // What an iterator is collected into.
            (Self::Ext(path, own), Self::Ext(other, of)) if &**other == Self::COLLECTED => {
                match (of.first(), own.len()) {
                    (Some(Self::Tuple(pair)), 2) => Self::Ext(path, list(own, pair)),
                    (Some(_), 1) => Self::Ext(path, list(own, of)),
                    _ => Self::Ext(path, own),
                }
            }
            (Self::Adt(id, own), Self::Adt(other, of)) if id == *other => {
                Self::Adt(id, list(own, of))
            }
            (Self::Tuple(own), Self::Tuple(of)) => Self::Tuple(list(own, of)),
            (Self::Ref(own), Self::Ref(of)) => (*own).clone().filled(of).reference(),
            (own, _) => own,
        }
    }

    /// The result of `collect()`, whose container only an annotation tells; its argument is the
    /// item.
    pub const COLLECTED: &'static str = "std::iter::Collected";

    /// Depth and size are bounded so that recursive aliases cannot grow types without end.
    pub fn is_small(&self, budget: &mut u32) -> bool {
        if *budget == 0 {
            return false;
        }
        *budget -= 1;
        match self {
            Self::Adt(_, args) | Self::Ext(_, args) | Self::Tuple(args) => {
                args.iter().all(|ty| ty.is_small(budget))
            }
            Self::Ref(ty) | Self::Guard(ty) | Self::Slice(ty) | Self::Future(ty) => {
                ty.is_small(budget)
            }
            Self::Callable(args, ret) => {
                ret.is_small(budget) && args.iter().all(|ty| ty.is_small(budget))
            }
            Self::Bounds(bounds) => bounds.iter().all(|bound| match bound {
                Bound::Trait(_, args) | Bound::Ext(_, args) => {
                    args.iter().all(|ty| ty.is_small(budget))
                }
            }),
            Self::Unknown | Self::Param(_) | Self::FnItem(_) | Self::Never => true,
        }
    }
}

/// Matches `pattern` (parameters bind) against `actual`; `Unknown` on either side matches.
pub fn unify(pattern: &Ty, actual: &Ty, subst: &mut Subst) -> bool {
    let lists = |a: &Args, b: &Args, subst: &mut Subst| {
        a.iter().zip(b.iter()).all(|(a, b)| unify(a, b, subst))
    };
    match (pattern, actual) {
        (Ty::Param(name), _) => {
            subst.entry(name.clone()).or_insert_with(|| actual.clone());
            true
        }
        (Ty::Unknown, _) | (_, Ty::Unknown) => true,
        (Ty::Adt(a, xs), Ty::Adt(b, ys)) => a == b && lists(xs, ys, subst),
        (Ty::Ext(a, xs), Ty::Ext(b, ys)) => a == b && lists(xs, ys, subst),
        (Ty::Tuple(xs), Ty::Tuple(ys)) => xs.len() == ys.len() && lists(xs, ys, subst),
        (Ty::Ref(a), Ty::Ref(b))
        | (Ty::Slice(a), Ty::Slice(b))
        | (Ty::Guard(a), Ty::Guard(b))
        | (Ty::Future(a), Ty::Future(b)) => unify(a, b, subst),
        (Ty::Bounds(a), Ty::Bounds(b)) => a == b,
        (Ty::Callable(..), Ty::Callable(..) | Ty::FnItem(_)) => true,
        (Ty::Never, Ty::Never) => true,
        _ => false,
    }
}
