//! What a change does to the announcements, one by one.

use std::borrow::Cow;
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
        let mut before: Vec<(Cow<'_, Key>, &Key, &Announcement)> = Vec::with_capacity(base.len());
        for (key, announcement) in base {
            let session = key.session();
            match sessions.get(&session) {
                Some(now) if *now == session => {
                    before.push((Cow::Borrowed(key), key, announcement));
                }
                Some(now) => {
                    before.push((Cow::Owned(Key::new(key.prefix, now)), key, announcement));
                }
                None => difference.removed.push((key, announcement)),
            }
        }
        // Where no session is renamed, they are in order already.
        before.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        let mut before = before.into_iter().peekable();
        for (key, now) in head {
            while let Some((_, gone, then)) = before.next_if(|(known, ..)| **known < *key) {
                difference.removed.push((gone, then));
            }
            match before.next_if(|(known, ..)| **known == *key) {
                None => difference.added.push((key, now)),
                Some((_, _, then)) if then.route == now.route && then.presence == now.presence => {}
                Some((_, _, then)) => difference.changed.push((key, then, now)),
            }
        }
        difference
            .removed
            .extend(before.map(|(_, gone, then)| (gone, then)));
        difference.removed.sort_by_key(|(key, _)| *key);
        difference
    }

    /// True where every neighbour receives what it received before.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}
