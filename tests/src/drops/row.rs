//! A row of the table, and the small functions that show it.

/// One row of the table of drop scopes.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Unique, in snake case.
    pub id: &'static str,
    /// What the row is about, as the table says it.
    pub name: &'static str,
    /// Functions in which it happens.
    pub cases: &'static [Case],
}

/// A small function, and what happens in it.
///
/// Its text is Rust, with the words `G`, `O` and `L` for `s.g.lock()`, `s.o.lock()` and `s.l.lock()`.
/// `s` is a [state](super::program) with one lock of each kind, and `c` a `bool`: whether an option
/// below a lock has something in it, a lock is free to be tried, a map has the key, a mutex is healthy.
///
/// What happens is a list of words, for `c` and for `!c`:
///
/// | word | means |
/// |---|---|
/// | `+g` | the lock `g` is taken |
/// | `-g` | its guard is dropped |
/// | `3` | `at(3)` is called |
/// | `!` | the thread waits for itself |
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Unique, in snake case.
    pub name: &'static str,
    /// Statements.
    pub text: &'static str,
    /// What happens up to edition 2021; `None` where the language has no such thing.
    pub until_2021: Option<Happens>,
    /// What happens since edition 2024.
    pub since_2024: Happens,
    /// What the resolver is known to get wrong here.
    pub known: Option<Known>,
}

/// What happens for `c`, and for `!c`.
pub type Happens = [&'static str; 2];

/// What the resolver is known to get wrong in a case.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Why it is so.
    pub reason: &'static str,
}

impl Row {
    pub(super) const fn new(id: &'static str, name: &'static str, cases: &'static [Case]) -> Self {
        Self { id, name, cases }
    }
}

impl Case {
    /// The same in every edition.
    pub(super) const fn same(name: &'static str, text: &'static str, happens: Happens) -> Self {
        Self::differs(name, text, happens, happens)
    }

    /// Another order since edition 2024.
    pub(super) const fn differs(
        name: &'static str,
        text: &'static str,
        until_2021: Happens,
        since_2024: Happens,
    ) -> Self {
        Self {
            name,
            text,
            until_2021: Some(until_2021),
            since_2024,
            known: None,
        }
    }

    /// Only edition 2024 has it.
    pub(super) const fn recent(name: &'static str, text: &'static str, happens: Happens) -> Self {
        Self {
            until_2021: None,
            ..Self::same(name, text, happens)
        }
    }

    /// Known to be judged wrong.
    pub(super) const fn known(self, reason: &'static str) -> Self {
        Self {
            known: Some(Known { reason }),
            ..self
        }
    }

    /// What the table says happens in an edition.
    pub fn happens(&self, group: Group) -> Option<Happens> {
        match group {
            Group::Until2021 => self.until_2021,
            Group::Since2024 => Some(self.since_2024),
        }
    }
}

/// The editions in which values are dropped alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// 2015, 2018 and 2021.
    Until2021,
    /// 2024.
    Since2024,
}
