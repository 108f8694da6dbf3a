//! Guards and the scopes that drop them: temporaries and variables.
//!
//! Temporary scopes are a depth: a construct that ends its temporaries opens a scope and closes it
//! where they are dropped, and a temporary belongs to the scope that is innermost when its value is
//! used as a place. So a construct that has no scope of its own (`match`, a plain block before 2024)
//! leaves them to the statement around it, which is the whole of the reference's chapter
//! "Destructors" except for two rules that depend on the edition: [`Scopes`].

use crate::hir::{Name, Range};
use crate::index::ty::Ty;

use super::facts::{Guard, Keeper, Slot, Why};
use super::state::{Live, Owner};
use super::value::Value;
use super::{Local, Walker};

/// Which drop scopes hold: all in which the editions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scopes {
    /// Editions 2015, 2018 and 2021.
    Until2021,
    /// Edition 2024.
    Since2024,
}

impl Scopes {
    /// Whether the temporaries of an `if let` head are dropped before its `else`, and not by the
    /// statement around it (edition guide, "`if let` temporary scope").
    pub(super) fn ends_head_before_else(self) -> bool {
        self == Self::Since2024
    }

    /// Whether the temporaries of a block's tail are dropped with the block, before its variables,
    /// and not by the statement around it (RFC 3606).
    pub(super) fn ends_tail_with_block(self) -> bool {
        self == Self::Since2024
    }
}

impl Walker<'_, '_> {
    pub(super) fn guard(&self, guard: u32) -> Option<&Guard> {
        self.facts.guards.get(usize::try_from(guard).ok()?)
    }

    pub(super) fn guard_mut(&mut self, guard: u32) -> Option<&mut Guard> {
        self.facts.guards.get_mut(usize::try_from(guard).ok()?)
    }

    /// A new guard, alive and in flight.
    pub(super) fn new_guard(&mut self, guard: Guard) -> u32 {
        let id = u32::try_from(self.facts.guards.len()).unwrap_or(u32::MAX);
        self.facts.guards.push(guard);
        if !self.state.unreachable {
            self.state.live.push(Live {
                guard: id,
                owner: Owner::Flight,
                slot: Slot::default(),
                maybe: false,
                gone_if: Vec::new(),
            });
        }
        id
    }

    /// Ends the life of `guard` at byte `at`; the latest end counts.
    pub(super) fn end(&mut self, guard: u32, at: u32, why: Why) {
        self.state.remove(guard);
        if let Some(found) = self.guard_mut(guard)
            && found.end.is_none_or(|(before, _)| before <= at)
        {
            found.end = Some((at, why));
        }
    }

    pub(super) fn end_all(&mut self, owner: Owner, at: u32, why: Why) {
        for guard in self.state.owned_by(owner) {
            self.end(guard, at, why);
        }
    }

    /// The value is used by value: a variable that it is gives its guards away.
    pub(super) fn moved(&mut self, mut value: Value) -> Value {
        if let Some(local) = value.local.take()
            && !matches!(value.ty, Ty::Ref(_))
        {
            self.gone(local);
            for guard in self.state.owned_by(Owner::Local(local)) {
                self.state.set_owner(guard, Owner::Flight);
                value.guards.push(guard);
            }
        }
        // `drop(holder.guard)`.
        if let Some((local, path)) = value.within.take()
            && !matches!(value.ty, Ty::Ref(_))
        {
            for guard in self.in_slot(local, &path, self.program.holds_guard(&value.ty)) {
                let slot = self.state.slot_of(guard).unwrap_or_default();
                self.state.set_slot(guard, slot.below(&path));
                self.state.set_owner(guard, Owner::Flight);
                value.guards.push(guard);
            }
        }
        value
    }

    /// Guards of variable `local` that sit at `path`. With `likely`, also the only guard that it
    /// has at all.
    pub(super) fn in_slot(&self, local: u32, path: &Slot, likely: bool) -> Vec<u32> {
        let owned: Vec<_> = self
            .state
            .live
            .iter()
            .filter(|live| live.owner == Owner::Local(local))
            .collect();
        if let ([only], true) = (owned.as_slice(), likely)
            && only.slot.meets(path)
        {
            return vec![only.guard];
        }
        let sure = owned.iter().filter(|live| live.slot.is_below(path));
        sure.map(|live| live.guard).collect()
    }

    /// The value is used as a place: a temporary keeps its guards.
    pub(super) fn kept(&mut self, mut value: Value, holder: Option<u32>) -> Value {
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
    pub(super) fn consumed(&mut self, value: Value, at: u32) {
        let value = self.moved(value);
        for guard in value.guards {
            self.end(guard, at, Why::Moved);
        }
    }

    pub(super) fn open(&mut self) {
        self.temps += 1;
    }

    pub(super) fn close(&mut self, at: u32, why: Why) {
        self.end_all(Owner::Temp(self.temps), at, why);
        self.temps = self.temps.saturating_sub(1);
    }

    pub(super) fn new_local(&mut self, name: Name, local: Local) -> u32 {
        let id = u32::try_from(self.locals.len()).unwrap_or(u32::MAX);
        self.locals.push(local);
        self.facts.locals.push(name.clone());
        self.names.push((name, id));
        id
    }

    pub(super) fn local(&self, id: u32) -> Option<&Local> {
        self.locals.get(usize::try_from(id).ok()?)
    }

    pub(super) fn local_mut(&mut self, id: u32) -> Option<&mut Local> {
        self.locals.get_mut(usize::try_from(id).ok()?)
    }

    /// Where scopes of variables stand.
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.names.len(), self.locals.len())
    }

    /// Variables from `first` on that have a destructor, the last one first; what is declared after
    /// one is dropped before it.
    fn run_destructors(&mut self, first: u32, at: u32, why: Why) {
        let range = Range {
            start: at.saturating_sub(1),
            end: at,
        };
        let end = u32::try_from(self.locals.len()).unwrap_or(u32::MAX);
        for local in (first..end).rev() {
            let Some(found) = self.local(local).filter(|found| found.drops).cloned() else {
                continue;
            };
            if self.state.moved.contains(&local) {
                continue;
            }
            let later = |live: &&Live| matches!(live.owner, Owner::Local(of) if of > local);
            let dead: Vec<u32> = self
                .state
                .live
                .iter()
                .filter(later)
                .map(|live| live.guard)
                .collect();
            for guard in dead {
                self.end(guard, at, why);
            }
            if let Some(place) = &found.place {
                self.dropped(&found.ty, place, range);
            }
        }
    }

    /// Drops the variables made since `mark`.
    pub(super) fn drop_locals(&mut self, mark: (usize, usize), at: u32, why: Why) {
        self.names.truncate(mark.0);
        let first = u32::try_from(mark.1).unwrap_or(u32::MAX);
        self.run_destructors(first, at, why);
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
}
