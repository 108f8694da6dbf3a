//! What a change does to the announcements, one by one.

use std::collections::BTreeMap;

use super::{Announcement, Announcements, Key, Name};

/// The announcements that a change adds, removes and alters.
#[derive(Debug, Default)]
pub struct Difference<'a> {
    /// Only in head, by head's key.
    pub added: Vec<(&'a Key, &'a Announcement)>,
    /// Only in base, by base's key.
    pub removed: Vec<(&'a Key, &'a Announcement)>,
    /// In both with different attributes: head's key, base's announcement, head's.
    pub changed: Vec<(&'a Key, &'a Announcement, &'a Announcement)>,
}

impl<'a> Difference<'a> {
    /// Compares two sides. `renamed` gives head's name of each of base's neighbours: sessions
    /// match by address and number, so a rename is no withdrawal.
    pub fn between(
        base: &'a Announcements,
        head: &'a Announcements,
        renamed: &BTreeMap<Name, Name>,
    ) -> Self {
        let mut difference = Self::default();
        let mut before = BTreeMap::new();
        for (key, announcement) in base {
            match renamed.get(&key.neighbor) {
                Some(name) => {
                    let mut key_in_head = key.clone();
                    key_in_head.neighbor = name.clone();
                    before.insert(key_in_head, (key, announcement));
                }
                None => difference.removed.push((key, announcement)),
            }
        }
        for (key, now) in head {
            match before.remove(key) {
                None => difference.added.push((key, now)),
                Some((_, then)) if then.route == now.route => {}
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
