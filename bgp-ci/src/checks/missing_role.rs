use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::before::Before;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::model::session::Role;
use crate::model::{Name, Session, SessionKey};
use crate::policy::section::{Adapter, Relation};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a session without a BGP role, or with one that contradicts the declared relation.
    ///
    /// ## Why
    /// With a role on our end of the session, the router itself marks what comes from a provider
    /// or a peer, and refuses to send it to another one, whatever the filters say: a mistake in a
    /// filter stays at home.
    /// It works alone, also where the neighbour has never heard of roles.
    /// A role that says the opposite of what the neighbour is marks nothing, or marks what it
    /// must not; and a neighbour that checks it refuses the session.
    ///
    /// BIRD knows roles from 2.0.11 on, FRR from 8.4.
    /// A network without any role is told once, not for each session.
    /// Neighbours without a `relation` in the policy are left alone.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, relation: provider } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export none; };
    /// }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, relation: provider } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   local role customer;
    ///   ipv4 { import none; export none; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 9234, sections 4 and 5.
    pub MISSING_ROLE = { id: "missing-role", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &MISSING_ROLE,
    run,
};

/// Places that are shown as labels; the message names every site anyway.
const LABELS: usize = 3;

/// What is wrong with a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    /// It has the first role, and the neighbour's relation asks for the second.
    Contradicts(Role, Role),
    /// It has none, and others have one.
    Lacks(Role),
}

/// Sessions that one finding is about, and whether base had them so.
type Found<'a> = Vec<(&'a SessionKey, &'a Session)>;

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    // Those of each neighbour with one mistake; what base had too is apart from what is new.
    let mut found: BTreeMap<(bool, &Name, Wrong), Found<'_>> = BTreeMap::new();
    for (key, session) in &head.sessions {
        let Some(wrong) = wrong(head, key, session) else {
            continue;
        };
        let known = before
            .session(key)
            .is_some_and(|(base, key, session)| self::wrong(base, key, session) == Some(wrong));
        let sessions = found.entry((known, &key.neighbor, wrong)).or_default();
        sessions.push((key, session));
    }
    let has_roles = head.sessions.values().any(|session| session.role.is_some());
    if has_roles || found.len() <= 1 {
        return found
            .iter()
            .map(|((known, neighbor, wrong), sessions)| {
                let finding = one(head, neighbor, *wrong, *known, sessions);
                existing(change, *known, finding)
            })
            .collect();
    }
    // A network that uses no roles hears of them once.
    let known = found.keys().all(|(known, ..)| *known);
    let sessions: Found<'_> = found.values().flatten().copied().collect();
    let finding = everywhere(head, known, &sessions);
    finding
        .map(|finding| existing(change, known, finding))
        .into_iter()
        .collect()
}

/// What is wrong with `session` of `side`, if anything is.
fn wrong(side: &Side, key: &SessionKey, session: &Session) -> Option<Wrong> {
    if !session.configured || !session.takes_role || !session.declared {
        return None;
    }
    let neighbor = side.network.neighbors.get(&key.neighbor)?;
    let relation = neighbor.relation.as_ref()?.value;
    let wanted = wanted(relation);
    match session.role {
        None => Some(Wrong::Lacks(wanted)),
        Some(role) if fits(relation, role) => None,
        Some(role) => Some(Wrong::Contradicts(role, wanted)),
    }
}

/// What we are to a neighbour with which we have `relation`.
fn wanted(relation: Relation) -> Role {
    match relation {
        Relation::Provider => Role::Customer,
        Relation::Peer => Role::Peer,
        Relation::Customer => Role::Provider,
        Relation::RouteServer => Role::RouteServerClient,
    }
}

/// Whether `role` is one that we may have. Policies have no word for the members of an exchange
/// whose route server we run, and a route server counts as a peer in many of them.
fn fits(relation: Relation, role: Role) -> bool {
    let also = match relation {
        Relation::Provider => false,
        Relation::Customer => role == Role::RouteServer,
        Relation::Peer => matches!(role, Role::RouteServer | Role::RouteServerClient),
        Relation::RouteServer => false,
    };
    also || role == wanted(relation)
}

/// A finding about the sessions with one neighbour.
fn one(
    head: &Side,
    neighbor: &Name,
    wrong: Wrong,
    known: bool,
    sessions: &[(&SessionKey, &Session)],
) -> Finding {
    let sites = sites(sessions);
    let at = list(&sites, "no site");
    let (message, help, wanted) = match wrong {
        Wrong::Contradicts(role, wanted) => (
            format!(
                "`{neighbor}` at {at} has the role `{}`, and its relation makes us its {}",
                role.as_str(),
                wanted.as_str()
            ),
            format!(
                "the router acts on the role: put {}, or correct the relation",
                statement(head, sessions, wanted)
            ),
            wanted,
        ),
        Wrong::Lacks(wanted) => (
            format!("`{neighbor}` at {at} has no BGP role"),
            format!("put {}", statement(head, sessions, wanted)),
            wanted,
        ),
    };
    let about = match wrong {
        Wrong::Contradicts(..) => "contradicts",
        Wrong::Lacks(_) => "lacks",
    };
    let state = if known { "existing" } else { "new" };
    let finding = placed(head, message, &[neighbor, about, state], sessions)
        .with_help(help)
        .with_data("neighbor", neighbor.to_string())
        .with_data("sites", json(&sites))
        .with_data("wanted", wanted.as_str());
    let finding = match wrong {
        Wrong::Contradicts(role, _) => finding.with_data("role", role.as_str()),
        Wrong::Lacks(_) => finding,
    };
    let declared = head.network.neighbors.get(neighbor);
    match declared.and_then(|neighbor| neighbor.relation.as_ref()) {
        Some(relation) => finding.with_label(relation.span.clone(), "the policy says what it is"),
        None => finding,
    }
}

/// A finding about all sessions of a network without roles; `None` where there are none.
fn everywhere(head: &Side, known: bool, sessions: &[(&SessionKey, &Session)]) -> Option<Finding> {
    let (first, _) = sessions.first()?;
    let neighbors: BTreeSet<&Name> = sessions.iter().map(|(key, _)| &key.neighbor).collect();
    let message = format!(
        "no session has a BGP role: {}",
        list(&neighbors, "no neighbour")
    );
    let state = if known { "existing" } else { "new" };
    let relation = head.network.neighbors.get(&first.neighbor);
    let relation = relation.and_then(|neighbor| neighbor.relation.as_ref());
    let role = relation.map_or(Role::Customer, |relation| wanted(relation.value));
    let help = format!(
        "begin with one session and roll it out: {} for `{}`",
        statement(head, sessions, role),
        first.neighbor
    );
    Some(
        placed(head, message, &["everywhere", state], sessions)
            .with_help(help)
            .with_data("neighbors", json(&neighbors))
            .with_data("sites", json(sites(sessions))),
    )
}

/// A finding at the first of `sessions`, with others as labels.
fn placed(
    head: &Side,
    message: String,
    about: &[&str],
    sessions: &[(&SessionKey, &Session)],
) -> Finding {
    let spans: BTreeSet<&Span> = sessions.iter().map(|(_, session)| &session.span).collect();
    let mut spans = spans.into_iter();
    let first = spans.next().unwrap_or(&head.network.span);
    let finding = MISSING_ROLE.at(first.clone(), message, about);
    spans.take(LABELS).fold(finding, |finding, span| {
        finding.with_label(span.clone(), "and here")
    })
}

fn sites<'a>(sessions: &[(&'a SessionKey, &Session)]) -> BTreeSet<&'a Name> {
    sessions.iter().map(|(key, _)| &key.site).collect()
}

/// What to write for `role`, in the language of the first session's router.
fn statement(head: &Side, sessions: &[(&SessionKey, &Session)], role: Role) -> String {
    let router = sessions
        .first()
        .and_then(|(key, _)| head.routers.get(&(key.site.clone(), key.router.clone())));
    if router.is_some_and(|router| router.adapter == Adapter::Frr) {
        let word = match role {
            Role::Provider => "provider",
            Role::RouteServer => "rs-server",
            Role::RouteServerClient => "rs-client",
            Role::Customer => "customer",
            Role::Peer => "peer",
        };
        let at = sessions.first().and_then(|(key, _)| key.address);
        let at = at.map_or("NEIGHBOR".to_owned(), |address| address.to_string());
        return format!("`neighbor {at} local-role {word}`");
    }
    let word = match role {
        Role::Provider => "provider",
        Role::RouteServer => "rs_server",
        Role::RouteServerClient => "rs_client",
        Role::Customer => "customer",
        Role::Peer => "peer",
    };
    format!("`local role {word};`")
}
