//! What is said of a neighbour, with its group's behind it.

use crate::frr::config::{Setting, Settings};
use crate::model::{Family, Name};
use crate::place::Place;

/// What is said of a neighbour, and of its group.
#[derive(Clone, Copy)]
pub(super) struct Said<'c> {
    /// The neighbour's own.
    pub(super) own: Option<&'c Settings>,
    /// Its group's.
    pub(super) group: Option<&'c Settings>,
}

impl<'c> Said<'c> {
    /// What is said about `key`, switched off or not.
    pub(super) fn any(self, family: Option<Family>, key: &'static str) -> Option<&'c Setting> {
        let of = |settings: Option<&'c Settings>| settings.and_then(|all| all.get(&(family, key)));
        of(self.own).or_else(|| of(self.group))
    }

    /// What is said about `key`, where it is not switched off.
    ///
    /// A `no` of the neighbour about something that its group says takes it back.
    pub(super) fn on(self, family: Option<Family>, key: &'static str) -> Option<&'c Setting> {
        self.any(family, key).filter(|setting| setting.on)
    }

    /// The first argument of `key`, and its line.
    pub(super) fn named(self, family: Family, key: &'static str) -> Option<(Name, Place)> {
        let setting = self.on(Some(family), key)?;
        Some((setting.arguments.first()?.clone(), setting.place))
    }
}
