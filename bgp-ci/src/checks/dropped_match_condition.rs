use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rules::{Finding, Span};

use crate::change::Change;
use crate::check::Check;
use crate::filter::guards::{self, Term};
use crate::filter::interpret::symbolic::World;
use crate::filter::interpret::{Decision, Machine, TermKind};
use crate::learned::{self, Search};
use crate::place::Place;
use crate::search;
use crate::terms::{self, Policied};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a term of a policy that lost a condition and lets more routes pass.
    ///
    /// ## Why
    /// A term says "from the backbone, and in the list of Bogota".
    /// When somebody deletes the list, or a tool cleans up after it, the term remains, and what
    /// remains of it says "from the backbone": every route there.
    /// A reviewer sees lines that go.
    ///
    /// Reported is a term that asks less than the same term of base did, where a route is found
    /// that passes by it and did not pass before.
    /// A list that has other entries is another matter, and so is a term that is new.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { customer-c: { asn: 64510 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter out_c {
    ///   if (64501, 10) ~ bgp_community && net ~ [ 198.51.100.0/24 ] then accept;
    ///   reject;
    /// }
    /// protocol bgp customer_c {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64510;
    ///   ipv4 { import none; export filter out_c; };
    /// }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { customer-c: { asn: 64510 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter out_c {
    ///   if (64501, 10) ~ bgp_community then accept;
    ///   reject;
    /// }
    /// protocol bgp customer_c {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64510;
    ///   ipv4 { import none; export filter out_c; };
    /// }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { customer-c: { asn: 64510 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter out_c {
    ///   if (64501, 10) ~ bgp_community && net ~ [ 198.51.100.0/24 ] then accept;
    ///   reject;
    /// }
    /// protocol bgp customer_c {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64510;
    ///   ipv4 { import none; export filter out_c; };
    /// }
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { customer-c: { asn: 64510 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter out_c {
    ///   reject;
    /// }
    /// protocol bgp customer_c {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64510;
    ///   ipv4 { import none; export filter out_c; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 6; RFC 7908, section 3.
    pub DROPPED_MATCH_CONDITION = { id: "dropped-match-condition", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &DROPPED_MATCH_CONDITION,
    run,
};

/// Places that are shown as labels.
const LABELS: usize = 3;

/// What a term of one policy lost.
struct Loss<'a> {
    policy: Policied<'a>,
    /// The term.
    place: Span,
    /// The conditions that are gone, and where base has them.
    lost: Vec<String>,
    before: Vec<Span>,
    /// A route that passes by it now.
    route: String,
}

fn run(change: &Change) -> Vec<Finding> {
    let pairs: Vec<(Policied<'_>, Policied<'_>)> = pairs(change);
    let losses: Vec<Loss<'_>> = pairs
        .par_iter()
        .filter_map(|(base, head)| loss(base, head))
        .collect();
    let mut found: BTreeMap<(Span, Vec<String>), Vec<Loss<'_>>> = BTreeMap::new();
    for loss in losses {
        let about = (loss.place.clone(), loss.lost.clone());
        found.entry(about).or_default().push(loss);
    }
    found
        .into_iter()
        .filter_map(|((place, lost), losses)| wording(place, &lost, &losses))
        .collect()
}

/// The filters of sessions that are on both sides.
fn pairs(change: &Change) -> Vec<(Policied<'_>, Policied<'_>)> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    let before: BTreeMap<_, _> = change
        .sessions
        .iter()
        .map(|(old, new)| (new, old))
        .collect();
    let head = change.head.models.iter().flat_map(terms::policies);
    head.filter_map(|policy| {
        let old = before.get(policy.key)?;
        Some((terms::counterpart(base, old, &policy)?, policy))
    })
    .collect()
}

fn loss<'a>(base: &Policied<'_>, head: &Policied<'a>) -> Option<Loss<'a>> {
    let of = |policy: &Policied<'_>| {
        let router = &policy.model.router;
        guards::terms(&router.program, &router.sources, policy.filter)
    };
    let (then, now) = (of(base)?, of(head)?);
    let suspects: Vec<(&Term, Vec<&guards::Condition>)> = now
        .iter()
        .filter_map(|term| Some((term, guards::dropped(&then, &now, term)?)))
        .collect();
    if suspects.is_empty() {
        return None;
    }
    let router = &head.model.router;
    let machine = Machine::new(&router.program);
    let old = Machine::new(&base.model.router.program);
    let mut world = World::default();
    let states = if head.incoming {
        learned::arriving(router, head.session, head.channel, &mut world)
    } else {
        learned::brought(head.channel.family, protocols(head), &mut world)
    };
    let by = |decision: &Decision| suspect(&machine, decision, &now, &suspects).is_some();
    let search = learned::excess(
        (&old, base.filter),
        (&machine, head.filter),
        states,
        &mut world,
        by,
    );
    let Search::Found(found) = search else {
        return None;
    };
    let (_, lost) = suspect(&machine, &found.decision, &now, &suspects)?;
    let trace = places(&machine, &found.decision);
    let place = terms::deciding(&router.sources, &trace)?;
    let sources = &base.model.router.sources;
    Some(Loss {
        policy: *head,
        place: router.sources.span(place),
        lost: lost.iter().map(|one| one.text.to_string()).collect(),
        before: lost.iter().map(|one| sources.span(one.place)).collect(),
        route: search::written(&found.route, &router.program),
    })
}

/// The sessions that may have brought what `policy` lets out; beyond many of them, any.
fn protocols(policy: &Policied<'_>) -> Vec<Arc<str>> {
    const MANY: usize = 64;
    let sessions = policy.model.router.sessions.iter();
    let names = sessions.map(|session| Arc::from(&*session.name));
    names.take(MANY).collect()
}

/// The suspect by which a route was accepted.
fn suspect<'t, T>(
    machine: &Machine<'_>,
    decision: &Decision,
    all: &'t [Term],
    suspects: &'t [(&'t Term, T)],
) -> Option<&'t (&'t Term, T)> {
    let trace = decision.trace.iter().map(|id| machine.term(*id));
    let passed: BTreeSet<Place> = trace
        .filter(|term| matches!(term.kind, TermKind::Then | TermKind::Accept))
        .map(|term| term.place)
        .collect();
    let way = guards::way(all, &passed)?;
    suspects.iter().find(|(term, _)| *term == way)
}

fn places(machine: &Machine<'_>, decision: &Decision) -> Vec<Place> {
    let trace = decision.trace.iter();
    trace.map(|id| machine.term(*id).place).collect()
}

fn wording(place: Span, lost: &[String], losses: &[Loss<'_>]) -> Option<Finding> {
    let first = losses.first()?;
    let neighbors: BTreeSet<_> = losses
        .iter()
        .map(|loss| &loss.policy.key.neighbor)
        .collect();
    let sites: BTreeSet<_> = losses.iter().map(|loss| &loss.policy.key.site).collect();
    let families: BTreeSet<&str> = losses
        .iter()
        .map(|loss| loss.policy.channel.family.as_str())
        .collect();
    let conditions: Vec<String> = lost.iter().map(|text| format!("`{text}`")).collect();
    let message = format!(
        "the {} policy of {} at {} permits more: this term no longer asks {}",
        first.policy.direction(),
        list(neighbors.iter().map(|name| format!("`{name}`")), "nobody"),
        list(&sites, "no site"),
        list(&conditions, "anything")
    );
    let names = json(&neighbors).to_string();
    let mut finding = DROPPED_MATCH_CONDITION
        .at(
            place,
            message,
            &[&names, &lost.join(" "), first.policy.direction()],
        )
        .with_note(format!("such a route passes now: {}", first.route))
        .with_help("put the condition back; if the term shall go with its list, take all of it out")
        .with_data("neighbors", json(&neighbors))
        .with_data("sites", json(&sites))
        .with_data("families", json(&families))
        .with_data("direction", first.policy.direction())
        .with_data("lost", json(lost))
        .with_data("witness", first.route.clone());
    for span in first.before.iter().take(LABELS) {
        finding = finding.with_label(span.clone(), "base asked this");
    }
    Some(finding)
}
