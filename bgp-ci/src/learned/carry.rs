//! Learned routes from the import policy through tables and pipes to an export policy.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Node, egress};
use crate::filter::interpret::symbolic::{Live, State, World};
use crate::model::Family;
use crate::place::Place;
use crate::router::{Policy, SessionId, TableId};

/// How often states are carried through pipes: a graph of tables with many ways has no bound of
/// its own.
const MAX_CARRIED: usize = 512;

/// Why it is not known what becomes of some routes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lost {
    pub(super) place: Place,
    pub(super) reason: String,
}

/// What a policy lets through.
#[derive(Debug, Default)]
pub(super) struct Passed {
    pub(super) states: Vec<State>,
    pub(super) lost: BTreeSet<Lost>,
}

/// What every policy of a router asks of routes, and the BGP layer.
pub(super) fn asked(node: &Node<'_>) -> Live {
    let mut live = egress::asked();
    let mut add = |policy: Policy| {
        if let Policy::Filter(filter) = policy {
            live.add(&node.machine.reads(filter));
        }
    };
    for pipe in &node.model.router.pipes {
        add(pipe.export);
        add(pipe.import);
    }
    for channel in node
        .model
        .router
        .sessions
        .iter()
        .flat_map(|session| &session.channels)
    {
        add(channel.import);
        add(channel.export);
    }
    live
}

/// The states of `states` that `policy` lets through.
pub(super) fn through(
    node: &Node<'_>,
    policy: Policy,
    states: Vec<State>,
    later: &Live,
    world: &mut World,
) -> Passed {
    let mut passed = Passed::default();
    if states.is_empty() {
        return passed;
    }
    match policy {
        Policy::All => passed.states = states,
        // Of a policy that could not be read, a gap of the router says why.
        Policy::Nothing | Policy::Absent | Policy::Unknown => {}
        Policy::Filter(filter) => {
            let explored = node.machine.explore(filter, states, later, world);
            if explored.over {
                let filter = node.model.router.program.filter(filter);
                passed.lost.insert(Lost {
                    place: filter.place,
                    reason: "this policy treats learned routes in more ways than are followed"
                        .to_owned(),
                });
                return passed;
            }
            for (place, reason, _) in explored.unknown() {
                passed.lost.insert(Lost {
                    place,
                    reason: format!("what becomes of learned routes is not known: {reason}"),
                });
            }
            passed.states = explored.accepted().cloned().collect();
        }
    }
    passed
}

/// What is in each table of a router when the states of `imported` have come to theirs.
pub(super) fn tables(
    node: &Node<'_>,
    family: Family,
    imported: BTreeMap<TableId, Vec<State>>,
    later: &Live,
    world: &mut World,
    lost: &mut BTreeSet<Lost>,
) -> BTreeMap<TableId, Vec<State>> {
    let router = &node.model.router;
    let mut tables = imported.clone();
    let mut open: VecDeque<(TableId, Vec<State>, BTreeSet<usize>)> = imported
        .into_iter()
        .map(|(table, states)| (table, states, BTreeSet::new()))
        .collect();
    let mut carried = 0;
    while let Some((table, states, used)) = open.pop_front() {
        for (at, pipe) in router.pipes.iter().enumerate() {
            if pipe.disabled || used.contains(&at) {
                continue;
            }
            let (to, policy) = if pipe.table == table {
                (pipe.peer, pipe.export)
            } else if pipe.peer == table {
                (pipe.table, pipe.import)
            } else {
                continue;
            };
            if router.table(to).family != Some(family) {
                continue;
            }
            carried += 1;
            if carried > MAX_CARRIED {
                lost.insert(Lost {
                    place: pipe.place,
                    reason: "learned routes go through pipes in more ways than are followed"
                        .to_owned(),
                });
                return tables;
            }
            let passed = through(node, policy, states.clone(), later, world);
            lost.extend(passed.lost);
            if passed.states.is_empty() {
                continue;
            }
            let mut used = used.clone();
            used.insert(at);
            tables
                .entry(to)
                .or_default()
                .extend(passed.states.iter().cloned());
            open.push_back((to, passed.states, used));
        }
    }
    tables
}

/// What the BGP layer and the export policy of `session` let through of `states`.
pub(super) fn sent(
    node: &Node<'_>,
    session: SessionId,
    family: Family,
    states: Vec<State>,
    later: &Live,
    world: &mut World,
) -> Passed {
    let daemon = node.model.router.daemon;
    let session = node.model.router.session(session);
    let Some(channel) = session.channel(family) else {
        return Passed::default();
    };
    let mut offered = Vec::new();
    for state in states {
        offered.extend(egress::offered(daemon, session, state, world));
    }
    through(node, channel.export, offered, later, world)
}
