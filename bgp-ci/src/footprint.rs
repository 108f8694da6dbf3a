//! What a change touches: the sites, routers and services whose reach it alters.
//!
//! Presence, origin and sessions count. Tuning does not: a third of a healthy fleet's changes
//! set communities, prepends or metrics at more sites than any limit would allow, and none of
//! them takes anything away. Neither does what only the change brings: a site, a router or a
//! session that base does not have carried nothing that could be lost. And a prefix that goes
//! everywhere, or that no site of base has, is no matter of sites or routers: rules about
//! withdrawals and about space speak of it.

use std::collections::{BTreeMap, BTreeSet};

use rules::Span;

use crate::change::{Change, Side};
use crate::model::{
    Announcement, Announcements, Asn, Difference, Key, Name, Prefix, Presence, SessionKey,
};

/// A router: its site and its name.
pub type Router = (Name, Name);

/// What a change touches, by head's names.
#[derive(Debug, Clone, Default)]
pub struct Footprint {
    /// Sites.
    pub sites: BTreeMap<Name, Touch>,
    /// Routers; a site that is drained whole takes its routers along and touches none of them.
    pub routers: BTreeMap<Router, Touch>,
    /// Services, on sessions that carry something before and after.
    pub services: BTreeMap<Name, Touch>,
}

/// What changes in one place.
#[derive(Debug, Clone, Default)]
pub struct Touch {
    /// Prefixes that a neighbour there received and no longer does, or the other way round.
    pub presence: BTreeSet<Prefix>,
    /// Prefixes that show another origin.
    pub origin: BTreeSet<Prefix>,
    /// Neighbours whose sessions come or go.
    pub sessions: BTreeSet<Name>,
    /// The statement that does it: head's where there is one.
    pub head: Option<Span>,
    /// Base's.
    pub base: Option<Span>,
}

impl Touch {
    /// The kinds of change, in words.
    pub fn kinds(&self) -> BTreeSet<&'static str> {
        [
            ("presence", self.presence.is_empty()),
            ("origin", self.origin.is_empty()),
            ("sessions", self.sessions.is_empty()),
        ]
        .into_iter()
        .filter(|(_, none)| !none)
        .map(|(kind, _)| kind)
        .collect()
    }

    /// The place to point at.
    pub fn place(&self) -> Option<&Span> {
        self.head.as_ref().or(self.base.as_ref())
    }
}

/// One thing that changes.
struct Event<'a> {
    /// Head's session, or base's where head has none.
    session: SessionKey,
    services: BTreeSet<&'a Name>,
    what: What<'a>,
    head: Option<&'a Span>,
    base: Option<&'a Span>,
}

#[derive(Clone, Copy)]
enum What<'a> {
    Presence(Prefix),
    Origin(Prefix),
    Session(&'a Name),
}

impl Footprint {
    /// What `change` touches; nothing where it is not known what both sides announce.
    pub fn of(change: &Change) -> Self {
        let mut footprint = Self::default();
        let Some((base, head)) = change.complete() else {
            return footprint;
        };
        let before = Carrying::of(&base.announcements, |session| change.in_head(session));
        let after = Carrying::of(&head.announcements, SessionKey::clone);
        let known: BTreeSet<&Name> = change.sites.values().collect();
        // A site that a change drains is everyday work; two are a change of the fleet.
        let drained: Vec<&Name> = before.sites.difference(&after.sites).collect();
        let whole = (drained.len() == 1)
            .then(|| drained.first().copied())
            .flatten();
        for event in events(change, base, head) {
            let SessionKey { site, router, .. } = &event.session;
            let is_new = head.network.sites.contains_key(site) && !known.contains(site);
            if is_new {
                continue;
            }
            let is_everywhere = match event.what {
                What::Presence(prefix) => {
                    base.fleet.is_present(prefix) != head.fleet.is_present(prefix)
                }
                What::Origin(_) | What::Session(_) => false,
            };
            if !is_everywhere {
                event.mark(footprint.sites.entry(site.clone()).or_default());
            }
            if whole == Some(site) {
                continue;
            }
            let router = (site.clone(), router.clone());
            if !is_everywhere && before.routers.contains(&router) {
                event.mark(footprint.routers.entry(router).or_default());
            }
            let carries = |side: &Carrying| side.sessions.contains(&event.session);
            let is_drained = drained.contains(&site);
            if before.sessions.contains(&event.session) && (carries(&after) || is_drained) {
                for service in &event.services {
                    let touched = footprint.services.entry(Name::clone(service));
                    event.mark(touched.or_default());
                }
            }
        }
        footprint
    }
}

/// What carries a prefix that somebody passes on, by head's names.
struct Carrying {
    sessions: BTreeSet<SessionKey>,
    routers: BTreeSet<Router>,
    sites: BTreeSet<Name>,
}

impl Carrying {
    fn of(announcements: &Announcements, in_head: impl Fn(&SessionKey) -> SessionKey) -> Self {
        let present = announcements.iter().filter(|(_, a)| is_present(a));
        let sessions: BTreeSet<SessionKey> = present.map(|(key, _)| key.session()).collect();
        let sessions: BTreeSet<SessionKey> = sessions.iter().map(in_head).collect();
        Self {
            routers: sessions
                .iter()
                .map(|session| (session.site.clone(), session.router.clone()))
                .collect(),
            sites: sessions
                .iter()
                .map(|session| session.site.clone())
                .collect(),
            sessions,
        }
    }
}

fn is_present(announcement: &Announcement) -> bool {
    announcement.external && announcement.presence == Presence::Present
}

fn events<'a>(change: &'a Change, base: &'a Side, head: &'a Side) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    let difference =
        Difference::between(&base.announcements, &head.announcements, &change.sessions);
    for (key, then) in difference.removed {
        if is_present(then) {
            let session = change.in_head(&key.session());
            events.push(Event::of(
                session,
                What::Presence(key.prefix),
                Some(then),
                None,
            ));
        }
    }
    for (key, now) in difference.added {
        if is_present(now) {
            let what = What::Presence(key.prefix);
            events.push(Event::of(key.session(), what, None, Some(now)));
        }
    }
    for (key, then, now) in difference.changed {
        if let Some(what) = altered(key, then, now) {
            events.push(Event::of(key.session(), what, Some(then), Some(now)));
        }
    }
    events.extend(sessions(change, base, head));
    events
}

/// What counts of an announcement that both sides have.
fn altered<'a>(key: &Key, then: &Announcement, now: &Announcement) -> Option<What<'a>> {
    let origin = |announcement: &Announcement| -> Option<Asn> { announcement.route.origin() };
    match (is_present(then), is_present(now)) {
        (true, true) => (origin(then) != origin(now)).then_some(What::Origin(key.prefix)),
        (false, false) => None,
        _ => Some(What::Presence(key.prefix)),
    }
}

/// Sessions with other systems that routers configure and that come or go. What intent knows of a
/// session is what goes over it.
fn sessions<'a>(
    change: &'a Change,
    base: &'a Side,
    head: &'a Side,
) -> impl Iterator<Item = Event<'a>> {
    let kept: BTreeSet<&SessionKey> = change.sessions.values().collect();
    let gone = base
        .sessions
        .iter()
        .filter(|(key, _)| !change.sessions.contains_key(*key))
        .map(|(key, session)| (change.in_head(key), key, session, false));
    let new = head
        .sessions
        .iter()
        .filter(move |(key, _)| !kept.contains(*key))
        .map(|(key, session)| (key.clone(), key, session, true));
    gone.chain(new)
        .filter(|(_, _, session, _)| session.external && session.configured)
        .map(|(in_head, key, session, is_new)| Event {
            session: in_head,
            services: BTreeSet::new(),
            what: What::Session(&key.neighbor),
            head: is_new.then_some(&session.span),
            base: (!is_new).then_some(&session.span),
        })
}

impl<'a> Event<'a> {
    fn of(
        session: SessionKey,
        what: What<'a>,
        then: Option<&'a Announcement>,
        now: Option<&'a Announcement>,
    ) -> Self {
        let both = || then.into_iter().chain(now);
        Self {
            session,
            services: both().flat_map(|side| &side.route.services).collect(),
            what,
            head: now.and_then(|now| now.provenance.first()),
            base: then.and_then(|then| then.provenance.first()),
        }
    }

    fn mark(&self, touch: &mut Touch) {
        match self.what {
            What::Presence(prefix) => drop(touch.presence.insert(prefix)),
            What::Origin(prefix) => drop(touch.origin.insert(prefix)),
            What::Session(neighbor) => drop(touch.sessions.insert(neighbor.clone())),
        }
        for (place, span) in [(&mut touch.head, self.head), (&mut touch.base, self.base)] {
            // The first of the file, whatever the order of the keys.
            if let Some(span) = span
                && place.as_ref().is_none_or(|known| span < known)
            {
                *place = Some(span.clone());
            }
        }
    }
}
