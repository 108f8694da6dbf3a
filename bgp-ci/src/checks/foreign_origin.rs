use std::collections::{BTreeMap, BTreeSet};

use rules::{Certainty, Finding, Span};

use crate::change::{Change, Side};
use crate::check::{Check, existing};
use crate::checks::bogon_asn;
use crate::model::{Announcement, Asn, Key, Name, Prefix, Source};
use crate::wording::{json, list};

rules::rule! {
    /// Reports an announcement of ours with an origin that is not one of our numbers.
    ///
    /// ## Why
    /// The last number of the path is whom the rest of the world takes for the owner.
    /// A prepend with a mistyped number, or a `local as` that was meant for one neighbour, makes
    /// somebody else the origin of our prefix: validators drop it, and the somebody is asked why
    /// they hijack us.
    ///
    /// Our numbers are `asn`, `origins`, and what neighbours show in place of them, `presents-as`.
    /// Where a neighbour `strips-private-as`, its own number is an origin of ours too, as it is
    /// all that is left of a path of private numbers.
    ///
    /// ## Bad
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24, AS64496-AS64511]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, address: 192.0.2.1 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol static { ipv4; route 203.0.113.0/24 blackhole; }
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 {
    ///     import limit 10 action block;
    ///     import none;
    ///     export filter { if source = RTS_STATIC then { bgp_path.prepend(64505); accept; } reject; };
    ///   };
    /// }
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24 }]
    ///   treat-as-public: [203.0.113.0/24, AS64496-AS64511]
    ///   sites: { fra: {} }
    ///   neighbors: { transit-a: { asn: 64501, address: 192.0.2.1 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol static { ipv4; route 203.0.113.0/24 blackhole; }
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 {
    ///     import limit 10 action block;
    ///     import none;
    ///     export filter { if source = RTS_STATIC then { bgp_path.prepend(64500); accept; } reject; };
    ///   };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 6811, section 2; RFC 6907, section 3.
    pub FOREIGN_ORIGIN = { id: "foreign-origin", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &FOREIGN_ORIGIN,
    run,
};

/// Who sees a prefix from an origin that is not ours.
struct Seen<'a> {
    sites: BTreeSet<&'a Name>,
    neighbors: BTreeSet<&'a Name>,
    places: BTreeSet<&'a Span>,
    certainty: Certainty,
    /// Whether base had each of them.
    known: bool,
}

fn run(change: &Change) -> Vec<Finding> {
    let head = &change.head;
    let before: BTreeSet<(Key, Asn)> = change
        .base
        .iter()
        .flat_map(|base| foreign(base).map(move |found| (base, found)))
        .filter_map(|(_, (key, _, origin))| {
            let session = change.sessions.get(&key.session())?;
            Some((Key::new(key.prefix, session), origin))
        })
        .collect();
    let mut seen: BTreeMap<(Prefix, Asn), Seen<'_>> = BTreeMap::new();
    for (key, announcement, origin) in foreign(head) {
        let there = seen.entry((key.prefix, origin)).or_insert_with(|| Seen {
            sites: BTreeSet::new(),
            neighbors: BTreeSet::new(),
            places: BTreeSet::new(),
            certainty: announcement.certainty,
            known: true,
        });
        there.sites.insert(&key.site);
        there.neighbors.insert(&key.neighbor);
        let statement = announcement.provenance.first();
        there.places.extend(announcement.terms.last().or(statement));
        there.certainty = there.certainty.max(announcement.certainty);
        there.known &= before.contains(&(key.clone(), origin));
    }
    seen.into_iter()
        .map(|((prefix, origin), seen)| {
            existing(change, seen.known, wording(head, prefix, origin, &seen))
        })
        .collect()
}

/// What is announced as ours, or is ours, from an origin that is not.
fn foreign(side: &Side) -> impl Iterator<Item = (&Key, &Announcement, Asn)> {
    let network = &side.network;
    side.external().filter_map(move |(key, announcement)| {
        let origin = announcement.route.origin()?;
        let learned = matches!(announcement.route.source, Source::Learned { .. });
        let is_ours = !learned || network.owned.covering(key.prefix).next().is_some();
        let neighbor = network.neighbors.get(&key.neighbor);
        let is_foreign = is_ours && !network.is_origin(origin, neighbor);
        (is_foreign && !bogon_asn::is_told(side, key, origin)).then_some((
            key,
            announcement,
            origin,
        ))
    })
}

fn wording(head: &Side, prefix: Prefix, origin: Asn, seen: &Seen<'_>) -> Finding {
    let about = prefix.to_string();
    let message = format!("`{prefix}` is announced with {origin} as its origin, which is not ours");
    let place = seen.places.first();
    let span = place.map_or(&head.network.span, |place| *place).clone();
    let finding = FOREIGN_ORIGIN
        .at(span, message, &[&about, &origin.to_string()])
        .with_certainty(seen.certainty)
        .with_note(format!(
            "{} at {} see it so",
            list(&seen.neighbors, "nobody"),
            list(&seen.sites, "no site")
        ))
        .with_help(
            "let the path end in one of our numbers; one that is missing belongs below `origins`, or to the neighbour that shows it as `presents-as`",
        )
        .with_data("prefix", about.clone())
        .with_data("family", prefix.family().as_str())
        .with_data("origin", origin.0)
        .with_data("sites", json(&seen.sites))
        .with_data("neighbors", json(&seen.neighbors));
    match head.network.origins.values().min() {
        Some(ours) => finding.with_label(ours.clone(), "our numbers are here"),
        None => finding,
    }
}
