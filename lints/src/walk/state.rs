//! Which guards are alive at a point of the walk, and who keeps them.

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Live {
    pub(super) guard: u32,
    pub(super) owner: Owner,
    /// Only on some of the paths that lead here.
    pub(super) maybe: bool,
}

/// The state at a point of the walk.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) live: Vec<Live>,
    /// Variables with a destructor that have been moved on some path.
    pub(super) moved: Vec<u32>,
    /// No path leads here.
    pub(super) unreachable: bool,
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

    /// The state where two paths meet.
    pub(super) fn join(self, other: State) -> State {
        if self.unreachable {
            return other;
        }
        if other.unreachable {
            return self;
        }
        let mut joined = self;
        for local in other.moved {
            if !joined.moved.contains(&local) {
                joined.moved.push(local);
            }
        }
        for live in &mut joined.live {
            let twin = other.live.iter().find(|other| other.guard == live.guard);
            live.maybe |= twin.is_none_or(|twin| twin.maybe);
        }
        for live in other.live {
            if !joined.live.iter().any(|found| found.guard == live.guard) {
                joined.live.push(Live {
                    maybe: true,
                    ..live
                });
            }
        }
        joined
    }
}
