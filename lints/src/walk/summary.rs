//! What a function's callers must know: guards, places and parameters that come back.

use crate::hir::Range;
use crate::index::ty::Ty;

use super::facts::{Happening, Place, ReturnedGuard, ReturnedParam, Root, Slot};
use super::value::Value;
use super::{Walker, facts};

impl Walker<'_, '_> {
    /// Remembers a value that the function gives back.
    pub(super) fn give_back(&mut self, mut value: Value) {
        for &guard in &value.guards {
            let slot = self.state.slot_of(guard).unwrap_or_default();
            value.slots.push((guard, slot));
        }
        self.returned = Some(match self.returned.take() {
            Some(before) => {
                let mut slots = before.slots.clone();
                for (guard, slot) in std::mem::take(&mut value.slots) {
                    match slots.iter_mut().find(|(found, _)| *found == guard) {
                        Some((_, known)) => *known = known.common(&slot),
                        None => slots.push((guard, slot)),
                    }
                }
                Value {
                    slots,
                    ..before.join(value)
                }
            }
            None => value,
        });
    }

    /// Turns what the body gave back into the summary for callers.
    pub(super) fn summarise(&mut self) {
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
            let to = value.slots.iter().find(|(at, _)| *at == guard);
            let to = to.map(|(_, slot)| slot.clone()).unwrap_or_default();
            if found.birth == Range::default() {
                if let Some(Place {
                    root: Root::Param(param),
                    ..
                }) = &found.lock.place
                {
                    let back = ReturnedParam {
                        param: *param,
                        from: found.slot_in_param(),
                        to,
                    };
                    self.facts.summary.returns_params.push(back);
                }
                continue;
            }
            if let Some(mut returned) = self.exported(guard) {
                returned.slot = to;
                self.facts.summary.guards.push(returned);
            }
        }
        self.facts.summary.guards.truncate(8);
        if self.gives_nothing_on_failure(&ty) {
            for guard in &mut self.facts.summary.guards {
                guard.optional = true;
            }
        }
        self.facts.summary.parts = self.exported_parts(&value);
        let exportable = |place: &Place| !matches!(place.root, Root::Local(_));
        let place = value.place.map(|place| self.facts.widened(&place));
        self.facts.summary.place = place.filter(exportable);
    }

    /// Keeps the types of the locals in which paths to locks or arguments start: what a lock is
    /// part of is told by them.
    pub(super) fn note_local_types(&mut self) {
        let mut roots = std::collections::BTreeSet::new();
        let mut note = |place: Option<&Place>| {
            if let Some(Root::Local(local)) = place.map(|place| &place.root) {
                roots.insert(*local);
            }
        };
        for guard in &self.facts.guards {
            note(guard.lock.place.as_ref());
        }
        for event in &self.facts.events {
            match &event.what {
                Happening::Acquire { lock, .. } => note(lock.place.as_ref()),
                Happening::Call { args, .. } => args.iter().for_each(|arg| note(arg.as_ref())),
                _ => {}
            }
        }
        self.facts.local_types = roots
            .into_iter()
            .filter_map(|local| Some((local, self.local(local)?.ty.clone())))
            .filter(|(_, ty)| !matches!(ty, Ty::Unknown))
            .collect();
    }

    /// Whether the result can be a `None` or an error that carries no guard.
    pub(super) fn gives_nothing_on_failure(&self, ty: &Ty) -> bool {
        ty.is_ext("std::option::Option")
            || (ty.is_ext("std::result::Result") && !self.program.holds_guard(&ty.arg(1)))
    }

    /// Guard `guard` in the terms of a caller, where its lock has such terms.
    pub(super) fn exported(&self, guard: u32) -> Option<ReturnedGuard> {
        let found = self.guard(guard)?;
        let place = self.facts.widened(found.lock.place.as_ref()?);
        if matches!(place.root, Root::Local(_)) || found.birth == Range::default() {
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
            lock: facts::LockRef {
                place: Some(place),
                ..found.lock.clone()
            },
            mode: found.mode,
            protects: found.protects.clone(),
            optional: found.optional,
            slot: Slot::default(),
            grounds: found.grounds,
            via,
        })
    }
}
