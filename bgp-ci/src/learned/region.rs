//! Routers that tell each other what they learn: learned routes from where they come in to where
//! they go out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::carry::{self, Lost};
use super::link::End;
use super::{Model, Node, ingress, is_beside, relation};
use crate::filter::attribute::Attribute;
use crate::filter::interpret::Machine;
use crate::filter::interpret::symbolic::{Live, State, World};
use crate::model::{Asn, Family};
use crate::policy::network::Network;
use crate::router::propagate::learned::passes;
use crate::router::{RemoteAs, Session, SessionId, TableId};

/// How many internal sessions a route is followed over: to a reflector, between two of them, and
/// from one.
const MAX_HOPS: usize = 3;

/// Where routes come into a router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// Which router, of the region.
    pub(super) node: usize,
    /// Over which session.
    pub(super) session: SessionId,
    /// The entry of the router before, for an internal session.
    pub(super) before: Option<usize>,
    /// Whether the other end is inside and not in the repository.
    pub(super) outside: bool,
}

/// Routes that a session sends, and that came from where they must not.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) node: usize,
    pub(super) session: SessionId,
    pub(super) family: Family,
    pub(super) states: Vec<State>,
}

/// What a family of a region comes to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) world: World,
    pub(super) entries: Vec<Entry>,
    pub(super) candidates: Vec<Candidate>,
    /// What was not understood, with the router and the sessions that it matters for.
    pub(super) lost: BTreeMap<(usize, Lost), BTreeSet<SessionId>>,
}

/// Routers that are connected inside the repository.
pub(super) struct Region<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    network: &'a Network,
    /// The other ends of internal sessions.
    links: BTreeMap<End, Vec<End>>,
}

/// States that came into the tables of a router.
struct Item {
    node: usize,
    tables: BTreeMap<TableId, Vec<State>>,
    hops: usize,
}

impl<'a> Region<'a> {
    pub(super) fn new(
        network: &'a Network,
        models: &[&'a Model],
        members: &[usize],
        links: &BTreeMap<End, Vec<End>>,
    ) -> Self {
        let place = |at: usize| members.iter().position(|member| *member == at);
        let mut own: BTreeMap<End, Vec<End>> = BTreeMap::new();
        for ((from, session), ends) in links {
            let Some(from) = place(*from) else { continue };
            let ends = ends
                .iter()
                .filter_map(|(to, back)| Some((place(*to)?, *back)));
            own.insert((from, *session), ends.collect());
        }
        let nodes = members
            .iter()
            .filter_map(|at| models.get(*at))
            .map(|model| Node {
                model,
                machine: Machine::new(&model.router.program),
            });
        Self {
            nodes: nodes.collect(),
            network,
            links: own,
        }
    }

    fn node(&self, at: usize) -> &Node<'a> {
        self.nodes
            .get(at)
            .expect("the places of nodes are those of this region")
    }

    /// Sessions of `family` that bring or take routes which are only for customers.
    fn beside(&self, at: usize, family: Family) -> impl Iterator<Item = (SessionId, &Session)> {
        let model = self.node(at).model;
        model.router.each_session().filter(move |(id, session)| {
            let related = || {
                let key = model.keys.get(id)?;
                relation(self.network, key, session)
            };
            !session.disabled
                && session.external()
                && session.channel(family).is_some()
                && related().is_some_and(|(relation, _)| is_beside(relation))
        })
    }

    /// Whether anything can leak at all: routes come in from such a neighbour, or over internal
    /// sessions from elsewhere, and go out to another.
    fn is_exposed(&self, family: Family) -> bool {
        let mut numbers = BTreeSet::new();
        let mut sessions = 0;
        let mut inside = false;
        for at in 0..self.nodes.len() {
            for (_, session) in self.beside(at, family) {
                sessions += 1;
                numbers.insert(remote(session));
            }
            let model = self.node(at).model;
            inside |= model.router.each_session().any(|(id, session)| {
                self.is_outside(at, id, session) && session.channel(family).is_some()
            });
        }
        sessions > 0 && (numbers.len() > 1 || numbers.contains(&None) || inside)
    }

    /// Whether the other end of a session is inside and not in the repository.
    fn is_outside(&self, at: usize, id: SessionId, session: &Session) -> bool {
        !session.disabled && !session.external() && !self.links.contains_key(&(at, id))
    }

    /// Follows every route of `family`.
    pub(super) fn followed(&self, family: Family) -> Outcome {
        let mut outcome = Outcome::default();
        if !self.is_exposed(family) {
            return outcome;
        }
        let mut asked = Live::default();
        for node in &self.nodes {
            asked.add(&carry::asked(node));
        }
        let mut held: BTreeMap<(usize, TableId), Vec<State>> = BTreeMap::new();
        let mut open: VecDeque<Item> = (0..self.nodes.len())
            .map(|at| self.entered(at, family, &asked, &mut outcome))
            .collect();
        while let Some(item) = open.pop_front() {
            let at = item.node;
            let mut lost = BTreeSet::new();
            let tables = carry::tables(
                self.node(at),
                family,
                item.tables,
                &asked,
                &mut outcome.world,
                &mut lost,
            );
            for lost in lost {
                outcome.lost.entry((at, lost)).or_default();
            }
            if item.hops < MAX_HOPS {
                self.tell(
                    at,
                    family,
                    &tables,
                    item.hops + 1,
                    &asked,
                    &mut outcome,
                    &mut open,
                );
            }
            for (table, states) in tables {
                held.entry((at, table)).or_default().extend(states);
            }
        }
        for at in 0..self.nodes.len() {
            self.send(at, family, &held, &mut outcome);
        }
        outcome
    }

    /// What neighbours that are not customers bring, after the import policy.
    fn entered(&self, at: usize, family: Family, asked: &Live, outcome: &mut Outcome) -> Item {
        let model = self.node(at).model;
        let beside: BTreeSet<SessionId> = self.beside(at, family).map(|(id, _)| id).collect();
        let mut tables: BTreeMap<TableId, Vec<State>> = BTreeMap::new();
        for (id, session) in model.router.each_session() {
            let outside = self.is_outside(at, id, session);
            if !outside && !beside.contains(&id) {
                continue;
            }
            let entry = Entry {
                node: at,
                session: id,
                before: None,
                outside,
            };
            self.take(entry, family, None, asked, outcome, &mut tables);
        }
        Item {
            node: at,
            tables,
            hops: 0,
        }
    }

    /// Brings routes through the import policy of a session: all that its neighbour can send, or
    /// those of `states`.
    fn take(
        &self,
        entry: Entry,
        family: Family,
        states: Option<Vec<State>>,
        asked: &Live,
        outcome: &mut Outcome,
        tables: &mut BTreeMap<TableId, Vec<State>>,
    ) {
        let node = self.node(entry.node);
        let router = &node.model.router;
        let session = router.session(entry.session);
        let Some(channel) = session.channel(family) else {
            return;
        };
        let states = if let Some(states) = states {
            states
        } else {
            let at = outcome.enter(entry, session, channel);
            ingress::states(router, session, channel, at, &mut outcome.world)
        };
        let world = &mut outcome.world;
        let passed = carry::through(node, channel.import, states, asked, world);
        for lost in passed.lost {
            outcome
                .lost
                .entry((entry.node, lost))
                .or_default()
                .insert(entry.session);
        }
        tables
            .entry(channel.table)
            .or_default()
            .extend(passed.states);
    }

    /// Tells internal neighbours in the repository.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one step of the walk"
    )]
    fn tell(
        &self,
        at: usize,
        family: Family,
        tables: &BTreeMap<TableId, Vec<State>>,
        hops: usize,
        asked: &Live,
        outcome: &mut Outcome,
        open: &mut VecDeque<Item>,
    ) {
        let node = self.node(at);
        for (id, session) in node.model.router.each_session() {
            let Some(ends) = self.links.get(&(at, id)) else {
                continue;
            };
            let Some(channel) = session.channel(family) else {
                continue;
            };
            let held = tables.get(&channel.table).cloned().unwrap_or_default();
            let states = outcome.passing(node, session, held);
            let world = &mut outcome.world;
            let sent = carry::sent(node, id, family, states, asked, world);
            for lost in sent.lost {
                outcome.lost.entry((at, lost)).or_default().insert(id);
            }
            if sent.states.is_empty() {
                continue;
            }
            for (to, back) in ends {
                let far = self.node(*to).model.router.session(*back);
                let Some(channel) = far.channel(family) else {
                    continue;
                };
                let states = outcome.arriving(&sent.states, *to, *back, far, channel);
                let mut tables = BTreeMap::new();
                let entry = Entry {
                    node: *to,
                    session: *back,
                    before: None,
                    outside: false,
                };
                self.take(entry, family, Some(states), asked, outcome, &mut tables);
                open.push_back(Item {
                    node: *to,
                    tables,
                    hops,
                });
            }
        }
    }

    /// What goes out to neighbours that are not customers.
    fn send(
        &self,
        at: usize,
        family: Family,
        held: &BTreeMap<(usize, TableId), Vec<State>>,
        outcome: &mut Outcome,
    ) {
        let node = self.node(at);
        let later = Live::default();
        let beside: Vec<SessionId> = self.beside(at, family).map(|(id, _)| id).collect();
        for id in beside {
            let session = node.model.router.session(id);
            let Some(states) = session
                .channel(family)
                .and_then(|channel| held.get(&(at, channel.table)))
            else {
                continue;
            };
            let mut states = outcome.passing(node, session, states.clone());
            // What goes back to the system that it came from, over another session, is dropped
            // there: its own number is in the path.
            let same: BTreeSet<usize> = (0..outcome.entries.len())
                .filter(|entry| self.is_same(*entry, session, outcome))
                .collect();
            retain(&mut states, |entry| !same.contains(&entry));
            let world = &mut outcome.world;
            let sent = carry::sent(node, id, family, states, &later, world);
            for lost in sent.lost {
                outcome.lost.entry((at, lost)).or_default().insert(id);
            }
            if !sent.states.is_empty() {
                outcome.candidates.push(Candidate {
                    node: at,
                    session: id,
                    family,
                    states: sent.states,
                });
            }
        }
    }

    /// The session by which the router at `at` tells the entry of another.
    pub(super) fn towards(&self, at: usize, next: &Entry) -> Option<SessionId> {
        let found = self
            .links
            .iter()
            .find(|((node, _), ends)| *node == at && ends.contains(&(next.node, next.session)));
        found.map(|((_, session), _)| *session)
    }

    fn is_same(&self, entry: usize, session: &Session, outcome: &Outcome) -> bool {
        let Some(root) = outcome.root(entry) else {
            return false;
        };
        let from = self.node(root.node).model.router.session(root.session);
        from.external() && remote(from).is_some() && remote(from) == remote(session)
    }
}

fn remote(session: &Session) -> Option<Asn> {
    match session.remote_as {
        RemoteAs::One(asn) => Some(asn),
        _ => None,
    }
}

/// Keeps the routes of the entries that `keep` wants.
fn retain(states: &mut Vec<State>, keep: impl Fn(usize) -> bool) {
    for state in states.iter_mut() {
        if !state.ingress.iter().all(|entry| keep(*entry)) {
            let left = state.ingress.iter().copied().filter(|entry| keep(*entry));
            state.ingress = Arc::new(left.collect());
        }
    }
    states.retain(|state| !state.ingress.is_empty());
}

impl Outcome {
    fn enter(
        &mut self,
        entry: Entry,
        session: &Session,
        channel: &crate::router::Channel,
    ) -> usize {
        if let Some(known) = self.entries.iter().position(|known| *known == entry) {
            return known;
        }
        self.entries.push(entry);
        self.world.ingress.push(ingress::given(session, channel));
        self.entries.len() - 1
    }

    /// Where a route came into our network.
    pub(super) fn root(&self, entry: usize) -> Option<Entry> {
        let mut entry = self.entries.get(entry)?;
        while let Some(before) = entry.before {
            entry = self.entries.get(before)?;
        }
        Some(*entry)
    }

    /// Every step of a route's way, the first one first.
    pub(super) fn way(&self, entry: usize) -> Vec<Entry> {
        let mut way = Vec::new();
        let mut at = Some(entry);
        while let Some(entry) = at.and_then(|at| self.entries.get(at)) {
            way.push(*entry);
            at = entry.before;
        }
        way.reverse();
        way
    }

    /// The routes that may go to `to` at all.
    fn passing(&self, node: &Node<'_>, to: &Session, mut states: Vec<State>) -> Vec<State> {
        retain(&mut states, |entry| {
            self.entries
                .get(entry)
                .is_some_and(|entry| passes(node.model.router.session(entry.session), to))
        });
        states
    }

    /// The routes of `states` as they come in at the other end of an internal session.
    fn arriving(
        &mut self,
        states: &[State],
        node: usize,
        session: SessionId,
        far: &Session,
        channel: &crate::router::Channel,
    ) -> Vec<State> {
        let mut arriving = Vec::with_capacity(states.len());
        for state in states {
            let mut entries = BTreeSet::new();
            for before in state.ingress.iter() {
                // A route does not come back to a router that it was at.
                if self.way(*before).iter().any(|entry| entry.node == node) {
                    continue;
                }
                let entry = Entry {
                    node,
                    session,
                    before: Some(*before),
                    outside: false,
                };
                entries.insert(self.enter(entry, far, channel));
            }
            if entries.is_empty() {
                continue;
            }
            let mut state = state.only(|attribute| matches!(attribute, Attribute::Bgp(_)));
            state.ingress = Arc::new(entries);
            arriving.push(state);
        }
        arriving
    }
}
