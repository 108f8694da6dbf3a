use rules::Finding;

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::irr::RouteObjects;
use crate::rpki::Origin;
use crate::standing::{self, Standing};
use crate::wording::{json, list};

rules::rule! {
    /// Reports an announced prefix for which no registry has a route object with its origin.
    ///
    /// ## Why
    /// Most providers and exchanges build the filters for our session from route objects, once a day or so.
    /// A prefix without one is dropped by them when the filter is next built, or from the start: the announcement leaves our router and goes nowhere, and nothing on our side shows it.
    ///
    /// The object must be for exactly the prefix, as many filters accept nothing else; where one for a shorter prefix with the same origin exists, the finding says so.
    /// Special-purpose space that the policy means (`treat-as-public`) is left out unless the registries' data knows some of that block.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    ///   data: { irr: [data/routes.rpsl] }
    /// ```
    ///
    /// ```text
    /// # file: data/routes.rpsl
    /// route:  203.0.113.0/24
    /// origin: AS64510
    /// source: EXAMPLE
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
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { prefixes: [203.0.113.0/24], to: [transit-a] }
    ///   data: { irr: [data/routes.rpsl] }
    /// ```
    ///
    /// ```text
    /// # file: data/routes.rpsl
    /// route:  203.0.113.0/24
    /// origin: AS64500
    /// source: EXAMPLE
    /// ```
    ///
    /// ## Reference
    /// RFC 2622, section 4; RFC 7682, section 3.
    pub MISSING_ROUTE_OBJECT = { id: "missing-route-object", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &MISSING_ROUTE_OBJECT,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let Some(irr) = change.head.data.irr.as_deref() else {
        return Vec::new();
    };
    let before = change.base.as_ref();
    let before = before.map(|base| base.data.irr.as_deref().unwrap_or(irr));
    change
        .standings()
        .iter()
        .filter(|standing| lacks(irr, standing) && registrable(&change.head, irr, standing))
        .map(|standing| {
            let known = standing.before.is_some() && before.is_some_and(|irr| lacks(irr, standing));
            existing(
                change,
                known,
                standing.explain(wording(change, irr, standing)),
            )
        })
        .collect()
}

fn lacks(irr: &RouteObjects, standing: &Standing) -> bool {
    match standing.origin {
        Origin::System(asn) => !irr.exactly(standing.prefix).contains(&asn),
        Origin::None => irr.exactly(standing.prefix).is_empty(),
    }
}

fn registrable(side: &Side, irr: &RouteObjects, standing: &Standing) -> bool {
    standing::is_registrable(side, standing.prefix, |block| irr.knows(block))
}

fn wording(change: &Change, irr: &RouteObjects, standing: &Standing) -> Finding {
    let [prefix, origin] = standing.about();
    let message = format!("`{prefix}` from {origin} has no route object");
    let mut finding = MISSING_ROUTE_OBJECT
        .at(standing.span.clone(), message, &[&prefix, &origin])
        .with_help(
            "register one, and wait until the neighbours have built their filters anew before \
             counting on the prefix",
        );
    let others = irr.exactly(standing.prefix);
    let mut broader = irr
        .covering(standing.prefix)
        .filter(|(_, asn)| Origin::System(*asn) == standing.origin);
    if !others.is_empty() {
        finding = finding.with_note(format!(
            "route objects for it name {}",
            list(&others, "nobody")
        ));
    } else if let Some((broader, _)) = broader.next() {
        finding = finding.with_note(format!(
            "there is one for {broader}, which helps where filters accept more-specifics"
        ));
    }
    let named = change.head.network.data.as_ref();
    if let Some(first) = named.and_then(|named| named.irr.first()) {
        finding = finding.with_label(first.span.clone(), "compared with these route objects");
    }
    finding.with_data("registered", json(&others))
}
