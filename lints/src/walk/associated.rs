//! What a path to an associated function means: `Type::f`, `Self::f`, `Trait::f`, `<T as Trait>::f`.

use crate::hir::{PathRef, TypeRef};
use crate::index::methods::Callees;
use crate::index::ty::Ty;

use super::Walker;
use super::value::Value;

impl Walker<'_, '_> {
    /// The type before the last segment, and the functions of the workspace that `path` may be;
    /// `first` is the first argument, which tells the implementation of `Trait::f`.
    pub(super) fn associated(&self, path: &PathRef, first: Option<&Value>) -> (Ty, Callees) {
        let Some((last, before)) = path.segments.split_last() else {
            return (Ty::Unknown, Callees::default());
        };
        let prefix = |segments: &[crate::hir::Segment]| {
            TypeRef::Path(PathRef {
                qself: None,
                segments: segments.to_vec(),
            })
        };
        let owner = match (&path.qself, before) {
            (Some(qself), _) => self.program.lower(qself, &self.scope),
            (None, []) => Ty::Unknown,
            (None, segments) => self.program.lower(&prefix(segments), &self.scope),
        };
        let trait_ = before.last().map(|segment| segment.name.as_str());
        let of_trait = |ty: &Ty| {
            let trait_ = trait_.unwrap_or_default();
            self.program.method_of_trait(ty, trait_, &last.name, None)
        };
        // `<Type as Trait>::f`: the type's own function of that name is not meant.
        if path.qself.is_some() && trait_.is_some() {
            let found = of_trait(&owner);
            if !found.fns.is_empty() {
                return (owner, found);
            }
        }
        let is_trait = path.qself.is_none() && matches!(owner, Ty::Bounds(_));
        if let (true, Some(first)) = (is_trait, first) {
            for step in self.program.deref_steps(&first.ty) {
                let found = of_trait(&step);
                if !found.fns.is_empty() {
                    return (owner, found);
                }
            }
        }
        let mut found = self.program.methods_on(&owner, &last.name, &self.scope);
        if let (true, true, Some(first)) = (found.fns.is_empty(), is_trait, first) {
            // `Trait::method(receiver)`.
            for step in self.program.deref_steps(&first.ty) {
                found = self.program.methods_on(&step, &last.name, &self.scope);
                if !found.fns.is_empty() {
                    break;
                }
            }
        }
        (owner, found)
    }

    /// An associated function as a value: `.for_each(Self::touch)`.
    pub(super) fn function_value(&self, path: &PathRef) -> Value {
        if path.segments.len() < 2 && path.qself.is_none() {
            return Value::default();
        }
        match self.associated(path, None).1.fns.as_slice() {
            &[(only, _)] => Value::of(Ty::FnItem(only)),
            _ => Value::default(),
        }
    }
}
