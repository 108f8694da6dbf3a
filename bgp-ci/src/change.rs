//! A change: the network before and after, ready to be judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rules::policy::Policy;
use rules::{Span, Undecided};

use crate::approval::Approval;
use crate::configured::Live;
use crate::data::Data;
use crate::learned::{self, Leaks, Model};
use crate::matching::{self, Names};
use crate::model::{
    Announcement, Announcements, Fleet, Flow, Gap, Key, Lists, Name, Prefix, Secret, SessionKey,
    Sessions, Statements,
};
use crate::plan::Plan;
use crate::policy::network::Network;
use crate::policy::section::{Adapter, Section};
use crate::standing::{self, Standing};

/// One side of a change.
#[derive(Debug)]
pub struct Side {
    /// The network and what must hold.
    pub network: Network,
    /// Every session, also those over which nothing is announced.
    pub sessions: Sessions,
    /// What every neighbour receives.
    pub announcements: Announcements,
    /// What announcements are compared with.
    pub data: Data,
    /// What was not understood of the routers' files.
    pub gaps: Vec<Gap>,
    /// Lists that the routers' policies use.
    pub lists: Lists,
    /// Flow specifications of the routers.
    pub flows: Vec<Flow>,
    /// `network` statements of the routers.
    pub statements: Statements,
    /// Where the routers' files hold passwords and keys.
    pub secrets: Vec<Secret>,
    /// Sessions that could pass on routes that are not followed: of other protocols, and of
    /// neighbours of whom nobody says what they are to us.
    pub relays: BTreeSet<SessionKey>,
    /// Sites whose routers' files could not be read, so that what they announce is not known.
    pub unseen: BTreeSet<Name>,
    /// Why not.
    pub undecided: Vec<Undecided>,
    /// The routers whose files are read, by site and name.
    pub routers: BTreeMap<(Name, Name), RouterFile>,
    /// The routers as they were read, by site and name.
    pub models: Vec<Model>,
    /// Sessions that are configured and switched off.
    pub resting: BTreeSet<SessionKey>,
    /// The same, by prefix and site.
    pub fleet: Fleet,
    /// The lines of the file of approvers, without comments.
    pub signers: BTreeSet<String>,
    /// Of the files that the routers of the other side are read from and the same ones here are
    /// not: those that are still here.
    pub left: BTreeSet<String>,
    /// The whole policy: levels, exemptions, places.
    pub policy: Policy,
    /// The section as it is written.
    pub section: Section,
}

/// What statements and routers' files make every neighbour receive.
#[derive(Debug, Default)]
pub struct Carried {
    /// Every session.
    pub sessions: Sessions,
    /// What is announced over them.
    pub announcements: Announcements,
    /// What was not understood.
    pub gaps: Vec<Gap>,
    /// Sites whose routers' files could not be read.
    pub unseen: BTreeSet<Name>,
    /// Lists that the routers' policies use.
    pub lists: Lists,
    /// Flow specifications of the routers.
    pub flows: Vec<Flow>,
    /// `network` statements of the routers.
    pub statements: Statements,
    /// Where the routers' files hold passwords and keys.
    pub secrets: Vec<Secret>,
    /// Sessions that could pass on routes that are not followed: of other protocols, and of
    /// neighbours of whom nobody says what they are to us.
    pub relays: BTreeSet<SessionKey>,
    /// The routers whose files are read, by site and name.
    pub routers: BTreeMap<(Name, Name), RouterFile>,
    /// The routers as they were read, by site and name.
    pub models: Vec<Model>,
    /// Sessions that are configured and switched off.
    pub resting: BTreeSet<SessionKey>,
}

/// How a router's file is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouterFile {
    /// The language that it is read in.
    pub adapter: Adapter,
    /// Which entry of the policy's `sources` names it, from 0.
    pub source: usize,
    /// The file itself and those that stand for its includes, relative to the policy's folder.
    pub paths: BTreeSet<String>,
}

/// What the checks judge.
#[derive(Debug)]
pub struct Change {
    /// After.
    pub head: Side,
    /// Before; without it only rules about state have something to judge.
    pub base: Option<Side>,
    /// Head's name of each of base's neighbours that is still there.
    pub neighbors: Names,
    /// Head's name of each of base's sites that is still there.
    pub sites: Names,
    /// Head's session for each of base's that is still there.
    pub sessions: BTreeMap<SessionKey, SessionKey>,
    /// What approvals name; without a base there is no plan, and nothing to approve.
    pub plan: Option<Plan>,
    /// The approvals of head's policy, verified.
    pub approvals: Vec<Approval>,
    /// What head's data says about every prefix and origin, as soon as a rule asks.
    standings: OnceLock<Vec<Standing>>,
    /// What learned routes do in head, and in base.
    leaks: [OnceLock<Leaks>; 2],
}

impl Side {
    /// Builds the fleet view over the announcements of `carried`.
    pub fn new(
        network: Network,
        carried: Carried,
        data: Data,
        policy: Policy,
        section: Section,
    ) -> Self {
        let Carried {
            sessions,
            announcements,
            gaps,
            unseen,
            lists,
            flows,
            statements,
            secrets,
            routers,
            models,
            resting,
            relays,
        } = carried;
        Self {
            fleet: Fleet::new(&announcements),
            signers: BTreeSet::new(),
            left: BTreeSet::new(),
            network,
            sessions,
            announcements,
            data,
            gaps,
            unseen,
            undecided: Vec::new(),
            lists,
            flows,
            statements,
            secrets,
            routers,
            models,
            resting,
            relays,
            policy,
            section,
        }
    }

    /// Where learned routes go that are not for it.
    fn leaks(&self) -> Leaks {
        let models: Vec<&Model> = self.models.iter().collect();
        learned::leaks(&self.network, &models, &Live(&self.data))
    }

    /// True where everything that is announced is known.
    pub fn is_complete(&self) -> bool {
        self.unseen.is_empty() && self.gaps.iter().all(|gap| gap.affects.is_empty())
    }

    /// What external neighbours receive, by prefix.
    pub fn by_prefix(&self) -> BTreeMap<Prefix, Vec<(&Key, &Announcement)>> {
        let mut grouped: BTreeMap<Prefix, Vec<_>> = BTreeMap::new();
        for (key, announcement) in self.external() {
            grouped
                .entry(key.prefix)
                .or_default()
                .push((key, announcement));
        }
        grouped
    }

    /// What external neighbours receive of `prefix`.
    pub fn of(&self, prefix: Prefix) -> impl Iterator<Item = (&Key, &Announcement)> {
        let empty = Name::from("");
        let first = Key {
            prefix,
            site: empty.clone(),
            router: empty.clone(),
            neighbor: empty,
            address: None,
        };
        self.announcements
            .range(first..)
            .take_while(move |(key, _)| key.prefix == prefix)
            .filter(|(_, announcement)| announcement.external)
    }

    /// What external neighbours receive.
    pub fn external(&self) -> impl Iterator<Item = (&Key, &Announcement)> {
        self.announcements
            .iter()
            .filter(|(_, announcement)| announcement.external)
    }
}

impl Change {
    /// The change from `base` to `head`.
    pub fn new(base: Option<Side>, head: Side) -> Self {
        let Some(before) = &base else {
            return Self {
                head,
                base,
                neighbors: Names::new(),
                sites: Names::new(),
                sessions: BTreeMap::new(),
                plan: None,
                approvals: Vec::new(),
                standings: OnceLock::new(),
                leaks: Default::default(),
            };
        };
        let neighbors = matching::neighbors(&before.network.neighbors, &head.network.neighbors);
        let sites = matching::sites(before, &head, &neighbors);
        let sessions = matching::sessions(&before.sessions, &head.sessions, &sites, &neighbors);
        let plan = Some(Plan::of(before, &head, &sessions));
        Self {
            head,
            base,
            neighbors,
            sites,
            sessions,
            plan,
            approvals: Vec::new(),
            standings: OnceLock::new(),
            leaks: Default::default(),
        }
    }

    /// Head's name of a site of base; base's own where head has no such site.
    pub fn site_in_head<'a>(&'a self, site: &'a Name) -> &'a Name {
        self.sites.get(site).unwrap_or(site)
    }

    /// Head's session for one of base's: where it is gone, base's own at head's site.
    pub fn in_head(&self, session: &SessionKey) -> SessionKey {
        if let Some(matched) = self.sessions.get(session) {
            return matched.clone();
        }
        let site = self.site_in_head(&session.site).clone();
        let router = if session.router == session.site {
            site.clone()
        } else {
            session.router.clone()
        };
        let SessionKey {
            neighbor, address, ..
        } = session.clone();
        SessionKey {
            site,
            router,
            neighbor,
            address,
        }
    }

    /// What head's data says about every prefix and origin, by prefix.
    pub fn standings(&self) -> &[Standing] {
        self.standings
            .get_or_init(|| standing::standings(self.base.as_ref(), &self.head))
    }

    /// Where learned routes of head go that are not for it.
    pub fn leaks(&self) -> &Leaks {
        self.leaks[0].get_or_init(|| self.head.leaks())
    }

    /// The same of base; none without one.
    pub fn leaks_before(&self) -> &Leaks {
        self.leaks[1].get_or_init(|| self.base.as_ref().map(Side::leaks).unwrap_or_default())
    }

    /// Both sides, where there is a base and everything that is announced is known on both:
    /// only then is a missing announcement a withdrawn one.
    pub fn complete(&self) -> Option<(&Side, &Side)> {
        let base = self.base.as_ref()?;
        (base.is_complete() && self.head.is_complete()).then_some((base, &self.head))
    }

    /// True where `service` is announced before or after: one that never was has no floor.
    pub fn is_in_use(&self, service: &str) -> bool {
        let base = self.base.as_ref();
        self.head.fleet.announces(service) || base.is_some_and(|base| base.fleet.announces(service))
    }

    /// True where every neighbour that receives `prefix` from head received it from base.
    pub fn is_unchanged(&self, prefix: Prefix) -> bool {
        let Some(base) = &self.base else { return false };
        let sessions = base
            .of(prefix)
            .filter_map(|(key, _)| self.sessions.get(&key.session()));
        let before: BTreeSet<&SessionKey> = sessions.collect();
        self.head
            .of(prefix)
            .all(|(key, _)| before.contains(&key.session()))
    }

    /// Where head's policy says that violations of base are judged as new.
    pub fn existing_denies(&self) -> Option<&Span> {
        self.head.network.existing_denies.as_ref()
    }
}
