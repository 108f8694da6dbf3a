use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rules::{Finding, Span};

use crate::before::Before;
use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::filter::interpret::symbolic::{Live, State, Test, World};
use crate::filter::interpret::{Machine, NoData, Verdict};
use crate::learned::{self, Search};
use crate::model::{Asn, Name};
use crate::policy::section::Relation;
use crate::symbolic::{PathAtom, PathTest, Ranges, Space};
use crate::terms::{self, Policied};
use crate::transit_free::TransitFree;
use crate::wording::{json, list};

rules::rule! {
    /// Reports an import from a customer that takes paths with a transit-free network in them.
    ///
    /// ## Why
    /// No customer brings transit to a network that buys transit from nobody: such a number in a
    /// path behind a customer means that it passes on what an upstream sent it.
    /// One line at the door ends every leak of that kind, however long the customer's list of
    /// networks is.
    ///
    /// An import that only takes the networks of a list harms little, and is left alone unless
    /// the change takes such a line away.
    /// Where base took such paths too, it is a warning, one for all customers.
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
    ///   neighbors: { customer-c: { asn: 64510, relation: customer } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// levels: { missing-role: allow }
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter in_c {
    ///   if bgp_path ~ [ 174, 701, 1299, 2914, 3257, 3320, 3356, 3491, 4134, 5511, 6453, 6461, 6762, 6830, 7018 ] then reject;
    ///   if net ~ [ 198.51.100.0/24 ] then accept;
    ///   reject;
    /// }
    /// protocol bgp customer_c {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64510;
    ///   ipv4 { import limit 10 action block; import filter in_c; export none; };
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
    ///   neighbors: { customer-c: { asn: 64510, relation: customer } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// levels: { missing-role: allow }
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter in_c {
    ///   if net ~ [ 198.51.100.0/24 ] then accept;
    ///   reject;
    /// }
    /// protocol bgp customer_c {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64510;
    ///   ipv4 { import limit 10 action block; import filter in_c; export none; };
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
    ///   neighbors: { customer-c: { asn: 64510, relation: customer } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// levels: { missing-role: allow }
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// filter in_c {
    ///   if net ~ [ 198.51.100.0/24 ] then accept;
    ///   reject;
    /// }
    /// protocol bgp customer_c {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64510;
    ///   ipv4 { import limit 10 action block; import filter in_c; export none; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 6; RFC 7908, section 3.1.
    pub TIER1_IN_CUSTOMER_PATH = { id: "tier1-in-customer-path", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &TIER1_IN_CUSTOMER_PATH,
    run,
};

/// Places that are shown as labels.
const LABELS: usize = 3;

/// An import from a customer that takes such paths.
struct Open<'a> {
    policy: Policied<'a>,
    /// The change takes away what refused them.
    lost: bool,
    /// Such a path.
    path: String,
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before = Before::new(change);
    let customers: Vec<Policied<'_>> = head
        .models
        .iter()
        .flat_map(terms::policies)
        .filter(|policy| policy.incoming && is_customer(head, policy))
        .collect();
    let open: Vec<Open<'_>> = customers
        .par_iter()
        .filter_map(|policy| {
            let (path, wide) = taken(policy)?;
            let old = before.session(policy.key);
            let old = old.and_then(|(base, key, _)| terms::counterpart(base, key, policy));
            let lost = old.is_some_and(|old| refuses(&old));
            (lost || wide).then_some(Open {
                policy: *policy,
                lost,
                path,
            })
        })
        .collect();
    let mut found: BTreeMap<Option<&Name>, Vec<&Open<'_>>> = BTreeMap::new();
    for one in &open {
        let neighbor = one.lost.then_some(&one.policy.key.neighbor);
        found.entry(neighbor).or_default().push(one);
    }
    found
        .values()
        .filter_map(|open| wording(change, open))
        .collect()
}

fn is_customer(side: &Side, policy: &Policied<'_>) -> bool {
    learned::relation(&side.network, policy.key, policy.session)
        .is_some_and(|(relation, _)| relation == Relation::Customer)
}

/// The routes of `policy`'s neighbour with a transit-free network in their paths.
fn suspicious(policy: &Policied<'_>, world: &mut World) -> Vec<State> {
    let numbers = TransitFree::shipped().networks.keys();
    let theirs = match policy.session.remote_as {
        crate::router::RemoteAs::One(asn) => Some(asn),
        _ => None,
    };
    let numbers = numbers.filter(|asn| Some(**asn) != theirs);
    let members = Ranges::of(numbers.map(|asn: &Asn| (asn.0.into(), asn.0.into())));
    let states = learned::arriving(&policy.model.router, policy.session, policy.channel, world);
    states
        .into_iter()
        .filter_map(|state| {
            let atom = PathAtom {
                front: [].into(),
                test: PathTest::Member(members.clone()),
            };
            state.split(Test::Path(atom), world).0
        })
        .collect()
}

/// A path with a transit-free network that the import takes, and whether it takes it with more
/// networks than a list has.
fn taken(policy: &Policied<'_>) -> Option<(String, bool)> {
    let machine = Machine::new(&policy.model.router.program);
    let mut world = World::default();
    let states = suspicious(policy, &mut world);
    let search = learned::search(
        &machine,
        policy.filter,
        states.clone(),
        Verdict::Accept,
        &mut world,
        &NoData,
    );
    let Search::Found(found) = search else {
        return None;
    };
    let explored = machine.explore(policy.filter, states, &Live::default(), &mut world);
    let spaces = explored.accepted().map(|state| state.space.clone());
    let space = Space::union_of(policy.channel.family, spaces);
    let path: Vec<String> = found.example.path.iter().map(u32::to_string).collect();
    Some((path.join(" "), learned::is_wide(&space)))
}

/// Whether the import takes no such path, which is proven.
fn refuses(policy: &Policied<'_>) -> bool {
    let machine = Machine::new(&policy.model.router.program);
    let mut world = World::default();
    let states = suspicious(policy, &mut world);
    let verdict = Verdict::Accept;
    let search = learned::search(
        &machine,
        policy.filter,
        states,
        verdict,
        &mut world,
        &NoData,
    );
    search == Search::None
}

fn wording(change: &Change, open: &[&Open<'_>]) -> Option<Finding> {
    let first = open.first()?;
    let neighbors: BTreeSet<&Name> = open.iter().map(|one| &one.policy.key.neighbor).collect();
    let sites: BTreeSet<&Name> = open.iter().map(|one| &one.policy.key.site).collect();
    let message = format!(
        "paths through a transit-free network are taken from {} at {}",
        list(neighbors.iter().map(|name| format!("`{name}`")), "nobody"),
        list(&sites, "no site")
    );
    let spans: BTreeSet<Span> = open
        .iter()
        .map(|one| {
            one.policy
                .model
                .router
                .sources
                .span(one.policy.channel.place)
        })
        .collect();
    let mut spans = spans.into_iter();
    let about = if first.lost {
        first.policy.key.neighbor.to_string()
    } else {
        "customers".to_owned()
    };
    let shipped = TransitFree::shipped();
    let finding = TIER1_IN_CUSTOMER_PATH
        .at(spans.next()?, message, &[&about])
        .with_note(format!("such a path: {}", first.path))
        .with_help(format!(
            "refuse paths with one of the {} transit-free networks in them: no customer brings \
             transit to those",
            shipped.networks.len()
        ))
        .with_data("neighbors", json(&neighbors))
        .with_data("sites", json(&sites))
        .with_data("path", first.path.clone());
    let finding = spans.take(LABELS).fold(finding, |finding, span| {
        finding.with_label(span, "and here")
    });
    if first.lost {
        return Some(finding.with_note("base refused them"));
    }
    let known = change.base.is_some();
    if known {
        return Some(existing(change, true, finding));
    }
    Some(
        finding
            .with_lowered(true)
            .with_note("without a base it is at most a warning, as most networks have it"),
    )
}
