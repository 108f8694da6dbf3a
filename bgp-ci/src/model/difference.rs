//! What a change does to the announcements, one by one.

use std::collections::BTreeMap;

use super::{Announcement, Announcements, Key, SessionKey};

/// The announcements that a change adds, removes and alters.
#[derive(Debug, Default)]
pub struct Difference<'a> {
    /// Only in head, by head's key.
    pub added: Vec<(&'a Key, &'a Announcement)>,
    /// Only in base, by base's key.
    pub removed: Vec<(&'a Key, &'a Announcement)>,
    /// In both with different attributes, or passed on by one and kept back by the other: head's
    /// key, base's announcement, head's.
    pub changed: Vec<(&'a Key, &'a Announcement, &'a Announcement)>,
}

impl<'a> Difference<'a> {
    /// Compares two sides. `sessions` gives head's name of each of base's sessions: they match by
    /// address and number, so a rename is no withdrawal.
    pub fn between(
        base: &'a Announcements,
        head: &'a Announcements,
        sessions: &BTreeMap<SessionKey, SessionKey>,
    ) -> Self {
        let mut difference = Self::default();
        let mut before = BTreeMap::new();
        for (key, announcement) in base {
            match sessions.get(&key.session()) {
                Some(session) => {
                    before.insert(Key::new(key.prefix, session), (key, announcement));
                }
                None => difference.removed.push((key, announcement)),
            }
        }
        for (key, now) in head {
            match before.remove(key) {
                None => difference.added.push((key, now)),
                Some((_, then)) if then.route == now.route && then.presence == now.presence => {}
                Some((_, then)) => difference.changed.push((key, then, now)),
            }
        }
        difference.removed.extend(before.into_values());
        difference.removed.sort_by_key(|(key, _)| *key);
        difference
    }

    /// True where every neighbour receives what it received before.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}
