//! Where in a value a guard sits: `Pending { snatch, index }` carries one guard in each field.
//!
//! A slot is a path of fields from the value that carries the guard, as far as it is known: the
//! guard sits there or somewhere below. `Some`, `Ok`, `Box` and their kin are not steps.

use crate::hir::Name;

use super::Walker;
use super::facts::Slot;
use super::state::Owner;
use super::value::Value;

/// Longer slots are cut: what is known of them stays true.
const STEPS: usize = 6;

impl Slot {
    /// Whether one lies on the way to the other, so that they may be the same place.
    pub fn meets(&self, other: &Slot) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a == b)
    }

    /// Whether the guard surely sits at `path` or below.
    pub(super) fn is_below(&self, path: &Slot) -> bool {
        self.0.starts_with(&path.0)
    }

    /// The same seen from field `field`, where the guard may sit in that field at all.
    fn inside(&self, field: &str) -> Option<Slot> {
        match self.0.split_first() {
            None => Some(Slot::default()),
            Some((first, rest)) => (first == field).then(|| Slot(rest.to_vec())),
        }
    }

    /// The same seen from what has the value in its field `field`.
    fn outside(&self, field: &str) -> Slot {
        let steps = std::iter::once(Name::new(field)).chain(self.0.iter().cloned());
        Slot(steps.take(STEPS).collect())
    }

    /// `self`, and from there `below`.
    pub(super) fn joined(&self, below: &Slot) -> Slot {
        let steps = self.0.iter().chain(&below.0).cloned();
        Slot(steps.take(STEPS).collect())
    }

    /// What is left of `self` below `path`; nothing known where it is not below.
    pub(super) fn below(&self, path: &Slot) -> Slot {
        let rest = self.0.strip_prefix(path.0.as_slice());
        Slot(rest.unwrap_or_default().to_vec())
    }

    /// What two paths agree on.
    pub(super) fn common(&self, other: &Slot) -> Slot {
        let same = self.0.iter().zip(&other.0).take_while(|(a, b)| a == b);
        Slot(same.map(|(name, _)| name.clone()).collect())
    }
}

impl Walker<'_, '_> {
    /// `value` becomes field `field` of something.
    pub(super) fn enter(&mut self, value: &Value, field: &str) {
        for live in &mut self.state.live {
            if value.guards.contains(&live.guard) {
                live.slot = live.slot.outside(field);
            }
        }
    }

    /// What the value went through says nothing of where its guards sit in the result.
    pub(super) fn loosen(&mut self, guards: &[u32]) {
        for live in &mut self.state.live {
            if guards.contains(&live.guard) {
                live.slot = Slot::default();
            }
        }
    }

    /// Guards of `value` that may sit in its field `field`, and whether each surely does.
    pub(super) fn in_field(&self, value: &Value, field: &str) -> (Vec<u32>, bool) {
        let mut sure = true;
        let mut found = Vec::new();
        for &guard in &value.guards {
            let slot = self.state.slot_of(guard).unwrap_or_default();
            if slot.inside(field).is_some() {
                sure &= !slot.0.is_empty();
                found.push(guard);
            }
        }
        let sure = sure && !found.is_empty();
        (found, sure)
    }

    /// Runs `bind` with the slots of `guards` as seen from field `field`. A guard that it leaves
    /// where it was sits where it sat.
    pub(super) fn seen_from(
        &mut self,
        guards: &[u32],
        field: &str,
        bind: impl FnOnce(&mut Self) -> bool,
    ) -> bool {
        let mut before: Vec<(u32, Owner, Slot)> = Vec::new();
        for live in &mut self.state.live {
            if let (true, Some(inside)) = (guards.contains(&live.guard), live.slot.inside(field)) {
                let whole = std::mem::replace(&mut live.slot, inside);
                before.push((live.guard, live.owner, whole));
            }
        }
        let taken = bind(self);
        for (guard, owner, slot) in before {
            if self.state.owner_of(guard) == Some(owner) {
                self.state.set_slot(guard, slot);
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(path: &str) -> Slot {
        Slot(
            path.split('.')
                .filter(|step| !step.is_empty())
                .map(Name::new)
                .collect(),
        )
    }

    #[test]
    fn a_field_is_left_as_it_was_entered() {
        let deep = slot("snatch");
        assert_eq!(deep.outside("pending"), slot("pending.snatch"));
        assert_eq!(deep.outside("pending").inside("pending"), Some(deep));
        assert_eq!(slot("pending.snatch").inside("index"), None);
    }

    #[test]
    fn nothing_known_is_anywhere() {
        let anywhere = Slot::default();
        assert_eq!(anywhere.inside("index"), Some(Slot::default()));
        assert!(anywhere.meets(&slot("index")));
        assert!(!anywhere.is_below(&slot("index")));
        assert!(!slot("index").meets(&slot("snatch")));
    }

    #[test]
    fn two_paths_keep_what_they_share() {
        assert_eq!(slot("a.b").common(&slot("a.c")), slot("a"));
        assert_eq!(slot("a.b").below(&slot("a")), slot("b"));
        assert_eq!(slot("a").joined(&slot("b")), slot("a.b"));
    }

    #[test]
    fn a_slot_does_not_grow_without_end() {
        let grown = (0..100).fold(slot("g"), |grown, _| grown.outside("f"));
        assert_eq!(grown.0.len(), STEPS);
    }
}
