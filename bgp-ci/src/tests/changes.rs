//! Changes whose announcements are altered by hand: what intent cannot say, and routers can.

use rules::Finding;

use super::written;
use crate::change::{Carried, Change, Side};
use crate::checks;
use crate::intent;
use crate::model::{Announcement, Key, Route};
use crate::policy::resolve;

/// A policy, and what its routers make of what it announces.
pub(super) struct Made<'a> {
    pub(super) text: &'a str,
    pub(super) alter: &'a dyn Fn(&mut Carried),
}

impl<'a> Made<'a> {
    /// The policy as it is.
    pub(super) fn plain(text: &'a str) -> Self {
        Self {
            text,
            alter: &|_| (),
        }
    }

    fn side(&self, name: &str) -> Side {
        let written = written(name, self.text);
        let section = written.section.unwrap();
        let network = resolve(&written.policy, &section.value, &section.span).unwrap();
        let mut carried = Carried {
            sessions: intent::sessions(&network),
            announcements: intent::announce(&network).unwrap().announcements,
            ..Carried::default()
        };
        (self.alter)(&mut carried);
        Side::new(
            network,
            carried,
            crate::data::Data::default(),
            written.policy,
            section.value,
        )
    }
}

/// The change between two sides.
pub(super) fn change(base: &Made<'_>, head: &Made<'_>) -> Change {
    Change::new(Some(base.side("base")), head.side("head"))
}

/// What `rule` finds in a change.
pub(super) fn run(rule: &str, change: &Change) -> Vec<Finding> {
    let check = checks::ALL.iter().find(|check| check.rule.id == rule);
    (check.unwrap().run)(change)
}

/// The messages of `rule` about the change.
pub(super) fn messages(rule: &str, base: &Made<'_>, head: &Made<'_>) -> Vec<String> {
    let found = run(rule, &change(base, head)).into_iter();
    found.map(|finding| finding.message).collect()
}

/// Alters the routes of the announcements that `is_meant`.
pub(super) fn alter(
    carried: &mut Carried,
    is_meant: impl Fn(&Key) -> bool,
    alter: impl Fn(&mut Route),
) {
    for (key, announcement) in &mut carried.announcements {
        if is_meant(key) {
            let mut route = Route::clone(&announcement.route);
            alter(&mut route);
            *announcement = Announcement {
                route: route.into(),
                ..announcement.clone()
            };
        }
    }
}
