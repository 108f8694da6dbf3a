//! What makes a chain of calls impossible: a callee gets to a lock only where another one that it
//! tries is free, or where a parameter has a value that its caller does not give.

use crate::index::Program;
use crate::locks::{Conflict, conflict};
use crate::walk::facts::{Conditions, Event, Facts, Freed, Happening, LockRef, Place, Root, Told};

/// More conditions of each kind are not kept.
const KEPT: usize = 8;

impl Conditions {
    /// Those that a caller can name.
    #[must_use]
    pub fn exported(&self) -> Self {
        let named = |freed: &&Freed| {
            let place = freed.lock.place.as_ref();
            place.is_some_and(|place| !matches!(place.root, Root::Local(_)))
        };
        Self {
            free: self.free.iter().filter(named).take(KEPT).cloned().collect(),
            flags: self.flags.iter().take(KEPT).copied().collect(),
        }
    }
}

/// Under which conditions call `event` gets to what lies `behind` it, in terms of its function.
pub fn on_the_way(event: &Event, behind: &Conditions) -> Conditions {
    let mut all = event.only_if.exported();
    let Happening::Call { args, told, .. } = &event.what else {
        return all;
    };
    for freed in in_own_terms(&behind.free, args) {
        if !all.free.contains(&freed) {
            all.free.push(freed);
        }
    }
    for &(param, value) in &behind.flags {
        if let Some((_, Told::Param(own))) = told.iter().find(|(at, _)| *at == param)
            && !all.flags.contains(&(*own, value))
        {
            all.flags.push((*own, value));
        }
    }
    all.exported()
}

/// Whether call `event` never gets to what lies `behind` it: a lock that must be free is held here,
/// so that trying it fails, or an argument has the other value.
pub fn never(program: &Program<'_>, facts: &Facts, event: &Event, behind: &Conditions) -> bool {
    let Happening::Call { args, told, .. } = &event.what else {
        return false;
    };
    let other = |&(param, value): &(u32, bool)| told.contains(&(param, Told::Is(!value)));
    behind.flags.iter().any(other)
        || in_own_terms(&behind.free, args).any(|freed| is_held(program, facts, event, &freed))
}

/// Whether a guard that is surely alive at `event` keeps `freed` from being free.
fn is_held(program: &Program<'_>, facts: &Facts, event: &Event, freed: &Freed) -> bool {
    let kind = program.locks.lock(freed.lock.lock).kind;
    event.held.iter().filter(|held| !held.maybe).any(|held| {
        let guard = usize::try_from(held.guard)
            .ok()
            .and_then(|at| facts.guards.get(at));
        guard.is_some_and(|guard| {
            let place = guard.lock.place.as_ref();
            let same = guard.lock.lock == freed.lock.lock
                && guard.lock.place == freed.lock.place
                && place.is_some_and(|place| !place.has_element());
            let conflict = conflict(kind, guard.mode, freed.mode);
            same && matches!(conflict, Some(Conflict::Deadlock | Conflict::Panic))
        })
    })
}

fn in_own_terms<'a>(
    free: &'a [Freed],
    args: &'a [Option<Place>],
) -> impl Iterator<Item = Freed> + 'a {
    free.iter().filter_map(|freed| {
        let place = freed.lock.place.as_ref()?.subst(args)?;
        let lock = LockRef {
            place: Some(place),
            ..freed.lock.clone()
        };
        Some(Freed {
            lock,
            mode: freed.mode,
        })
    })
}
