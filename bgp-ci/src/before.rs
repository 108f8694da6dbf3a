//! What base had where head has something: its session, and what that was sent.

use std::collections::BTreeMap;

use crate::change::{Change, Side};
use crate::model::session::Session;
use crate::model::{Announcement, Key, Prefix, SessionKey};

/// Base's counterparts of head's sessions.
#[derive(Debug)]
pub struct Before<'a> {
    base: Option<&'a Side>,
    sessions: BTreeMap<&'a SessionKey, &'a SessionKey>,
}

impl<'a> Before<'a> {
    /// Those of `change`; there are none without a base.
    pub fn new(change: &'a Change) -> Self {
        Self {
            base: change.base.as_ref(),
            sessions: change
                .sessions
                .iter()
                .map(|(old, new)| (new, old))
                .collect(),
        }
    }

    /// Base's session for one of head's.
    pub fn session(&self, key: &SessionKey) -> Option<(&'a Side, &'a SessionKey, &'a Session)> {
        let base = self.base?;
        let old = self.sessions.get(key)?;
        Some((base, old, base.sessions.get(old)?))
    }

    /// What base sent of the same prefix over the same session.
    pub fn announcement(&self, key: &Key) -> Option<(&'a Side, &'a Key, &'a Announcement)> {
        let base = self.base?;
        let old = self.sessions.get(&key.session())?;
        let (key, announcement) = base
            .announcements
            .get_key_value(&Key::new(key.prefix, old))?;
        Some((base, key, announcement))
    }

    /// True where base announced `prefix` to everybody in `received`, and `wrong` was true of all
    /// of that, too.
    pub fn had(
        &self,
        received: &[(&Key, &Announcement)],
        wrong: impl Fn(&Side, &Key, &Announcement) -> bool,
    ) -> bool {
        received.iter().all(|(key, _)| {
            self.announcement(key)
                .is_some_and(|(base, key, announcement)| wrong(base, key, announcement))
        })
    }

    /// Whether some external neighbour received `prefix` from base.
    pub fn announced(&self, prefix: Prefix) -> bool {
        self.base
            .is_some_and(|base| base.of(prefix).next().is_some())
    }
}
