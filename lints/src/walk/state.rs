//! Which guards are alive at a point of the walk, and who keeps them.

use super::facts::Slot;
use super::truth::{Flag, Truths};

/// Who drops a guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Nobody yet: it is part of a value being computed.
    Flight,
    /// The temporary scope of this depth.
    Temp(u32),
    /// A local variable, or the hidden one of an extended temporary.
    Local(u32),
    /// A function that is being called.
    Callee,
}

/// A guard that is alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Live {
    pub(super) guard: u32,
    pub(super) owner: Owner,
    /// Where in the value or variable it sits.
    pub(super) slot: Slot,
    /// Only on some of the paths that lead here.
    pub(super) maybe: bool,
    /// It is gone where one of these holds.
    pub(super) gone_if: Vec<Flag>,
}

/// The state at a point of the walk.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) live: Vec<Live>,
    /// Variables with a destructor that have been moved on some path.
    pub(super) moved: Vec<u32>,
    /// No path leads here.
    pub(super) unreachable: bool,
    /// What is known of variables and locks.
    pub(super) truths: Truths,
}

impl State {
    pub(super) fn owner_of(&self, guard: u32) -> Option<Owner> {
        self.live
            .iter()
            .find(|live| live.guard == guard)
            .map(|live| live.owner)
    }

    pub(super) fn set_owner(&mut self, guard: u32, owner: Owner) {
        for live in &mut self.live {
            if live.guard == guard {
                live.owner = owner;
            }
        }
    }

    pub(super) fn slot_of(&self, guard: u32) -> Option<Slot> {
        self.live
            .iter()
            .find(|live| live.guard == guard)
            .map(|live| live.slot.clone())
    }

    pub(super) fn set_slot(&mut self, guard: u32, slot: Slot) {
        if let Some(live) = self.live.iter_mut().find(|live| live.guard == guard) {
            live.slot = slot;
        }
    }

    pub(super) fn owned_by(&self, owner: Owner) -> Vec<u32> {
        self.live
            .iter()
            .filter(|live| live.owner == owner)
            .map(|live| live.guard)
            .collect()
    }

    /// Takes `guards` out, to be put back later.
    pub(super) fn without(&mut self, guards: &[u32]) -> Vec<Live> {
        let (out, rest) = std::mem::take(&mut self.live)
            .into_iter()
            .partition(|live| guards.contains(&live.guard));
        self.live = rest;
        out
    }

    /// Forgets `guard`.
    pub(super) fn remove(&mut self, guard: u32) {
        self.live.retain(|live| live.guard != guard);
    }

    /// Variable `flag` is `value` here: guards that are gone then are.
    pub(super) fn learn_flag(&mut self, flag: u32, value: bool) {
        self.live
            .retain(|live| !live.gone_if.contains(&(flag, value)));
        self.truths.learn(flag, value);
    }

    /// Variable `flag` has another value from here on: what it told is lost.
    pub(super) fn forget_flag(&mut self, flag: u32) {
        for live in &mut self.live {
            live.gone_if.retain(|(found, _)| *found != flag);
        }
        self.truths.forget(flag);
    }

    /// No variable's value is known from here on.
    pub(super) fn forget_flags(&mut self) {
        for live in &mut self.live {
            live.gone_if.clear();
        }
        self.truths.forget_all();
    }

    /// The state where two paths meet.
    pub(super) fn join(self, other: State) -> State {
        if self.unreachable {
            return other;
        }
        if other.unreachable {
            return self;
        }
        let mut live = Vec::with_capacity(self.live.len());
        for mine in self.live {
            live.push(
                match other.live.iter().find(|other| other.guard == mine.guard) {
                    Some(twin) => Live {
                        slot: mine.slot.common(&twin.slot),
                        maybe: mine.maybe || twin.maybe,
                        gone_if: both(&mine.gone_if, &twin.gone_if),
                        ..mine
                    },
                    None => Live {
                        gone_if: [mine.gone_if, self.truths.told_by(&other.truths)].concat(),
                        maybe: true,
                        ..mine
                    },
                },
            );
        }
        for theirs in other.live {
            if !live.iter().any(|found| found.guard == theirs.guard) {
                live.push(Live {
                    gone_if: [theirs.gone_if, other.truths.told_by(&self.truths)].concat(),
                    maybe: true,
                    ..theirs
                });
            }
        }
        let mut moved = self.moved;
        for local in other.moved {
            if !moved.contains(&local) {
                moved.push(local);
            }
        }
        State {
            live,
            unreachable: false,
            truths: self.truths.join(&other.truths),
            moved,
        }
    }
}

/// What both lists have.
fn both(a: &[Flag], b: &[Flag]) -> Vec<Flag> {
    a.iter().filter(|flag| b.contains(flag)).copied().collect()
}
