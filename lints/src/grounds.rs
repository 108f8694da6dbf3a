//! What a conclusion rests on: every step is resolved, or one of them is a heuristic, by name.
//!
//! There are no types here, so each step of a finding (which lock, which callee, whether the guard
//! is still there) says what it rests on, and a finding rests on its weakest step.

use rules::{Certainty, Finding};

/// The weakest step of a conclusion; `min` of two is what both together rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grounds {
    /// The receiver's type is not known: a lock by its method's name only.
    UnknownReceiver,
    /// Arguments of a macro that is not in view: it may put each in a statement of its own.
    UnknownMacro,
    /// Operands whose order of evaluation depends on a type that is not known.
    UnknownOrder,
    /// One of several implementations may be the one that is called.
    SeveralCallees,
    /// Both are elements of a collection, and may be different ones.
    Element,
    /// Both are shards of one map, and may be different ones.
    Shard,
    /// The function that hands the guard out also takes the lock otherwise, the first time.
    FirstTime,
    /// The semaphore was built with one permit.
    OnePermit,
    /// The guard is dropped on some of the paths through a call's arguments: they tell whether.
    Argument,
    /// A callee is given an iterator, and may ask it for items then or later.
    GivenAway,
    /// The function that takes the lock asks a thread-local, which may say that it is held.
    ThreadLocal,
    /// The callee is given an option of the guard, and may take the lock only without one.
    Lent,
    /// The lock's type is of a crate that is not in view, and has the name of a lock.
    NamedLike,
    /// The callee is one of a few that `cfg` tells apart.
    Twins,
    /// The callee is the only implementation in view.
    OnlyCallee,
    /// What is waited for may not need the executor whose thread waits.
    OtherExecutor,
    /// A lazy cell's initialiser runs at its first use only.
    FirstUse,
    /// Locks are told apart by what declares them, and the objects may be different ones.
    SameClass,
    /// The method of an unknown type may run its closure at once, or later.
    UnknownAdaptor,
    /// The guard is dropped on some of the paths that lead here.
    SomePaths,
    /// Every step is resolved.
    Resolved,
}

impl Grounds {
    /// How sure a finding on these grounds is.
    pub fn certainty(self) -> Certainty {
        match self {
            Self::UnknownReceiver
            | Self::UnknownMacro
            | Self::UnknownOrder
            | Self::SeveralCallees
            | Self::Element
            | Self::Shard
            | Self::FirstTime
            | Self::OnePermit
            | Self::Argument
            | Self::GivenAway
            | Self::ThreadLocal
            | Self::Lent => Certainty::Possible,
            Self::NamedLike
            | Self::Twins
            | Self::OnlyCallee
            | Self::OtherExecutor
            | Self::FirstUse
            | Self::SameClass
            | Self::UnknownAdaptor
            | Self::SomePaths => Certainty::Likely,
            Self::Resolved => Certainty::Proven,
        }
    }

    /// `finding` with its certainty, and with the reason for anything less than *proven*.
    pub fn qualify(self, finding: Finding) -> Finding {
        let certainty = self.certainty();
        let finding = finding.with_certainty(certainty);
        match self.doubt() {
            Some(doubt) => {
                finding.with_note(format!("{}, not proven: {doubt}", certainty.as_str()))
            }
            None => finding,
        }
    }

    /// The reason for anything less than certainty, for a note.
    pub fn doubt(self) -> Option<&'static str> {
        Some(match self {
            Self::UnknownReceiver => {
                "the receiver's type is not known: it is a lock by the method's name only"
            }
            Self::UnknownMacro => {
                "the macro is not in view: it may give each argument a statement of its own"
            }
            Self::UnknownOrder => "the order of evaluation depends on a type that is not known",
            Self::SeveralCallees => "a call on the way has several implementations",
            Self::Element => "both are elements of a collection, and may be different ones",
            Self::Shard => "different keys can share a shard",
            Self::FirstTime => {
                "the function that hands the guard out takes the lock otherwise only once, the first time"
            }
            Self::Argument => {
                "the guard is dropped on some of the paths through the call's arguments, which tell the callee"
            }
            Self::GivenAway => {
                "the closure belongs to an iterator that a callee is given: it may run then or later"
            }
            Self::ThreadLocal => {
                "the function that takes the lock asks a thread-local, which may say that this thread holds it"
            }
            Self::Lent => {
                "the callee is given an option of the guard, and may take the lock only without it"
            }
            Self::NamedLike => {
                "the lock's type is of a crate that is not in view; its name says what it is"
            }
            Self::Twins => "a callee on the way is one of several that `cfg` tells apart",
            Self::OnlyCallee => "a call on the way goes to the only implementation in view",
            Self::OtherExecutor => {
                "it is another executor's: whether it waits for something that needs this one is not known"
            }
            Self::OnePermit => {
                "the semaphore is built with one permit, and may have been given more"
            }
            Self::FirstUse => "a lazy cell's initialiser runs at its first use only",
            Self::SameClass => {
                "the places name locks of the same declarations, and could mean different objects"
            }
            Self::UnknownAdaptor => {
                "a method of an unknown type may run its closure at once, or later"
            }
            Self::SomePaths => "the guard is gone on some of the paths that lead here",
            Self::Resolved => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weaker_step_decides() {
        assert_eq!(Grounds::SomePaths.min(Grounds::Element), Grounds::Element);
        assert_eq!(Grounds::Resolved.min(Grounds::Twins), Grounds::Twins);
        // `min` of grounds and `min` of certainties never disagree.
        let weakest_likely = Grounds::NamedLike;
        assert_eq!(Grounds::FirstTime.certainty(), Certainty::Possible);
        assert_eq!(weakest_likely.certainty(), Certainty::Likely);
        assert!(Grounds::FirstTime < weakest_likely && Grounds::SomePaths < Grounds::Resolved);
    }
}
