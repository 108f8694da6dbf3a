use std::collections::BTreeMap;

use rules::{Finding, Span};

use crate::change::{Change, Side};
use crate::check::Check;
use crate::model::{List, ListKey};
use crate::policy::limits::Share;
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports a prefix or AS list used in a policy that became empty or lost a large part.
    ///
    /// ## Why
    /// Lists for filters are generated, and a generator whose source did not answer writes a
    /// short list or an empty one.
    /// What the filter then drops are a customer's routes, or our own; and where an empty list
    /// matches nothing, a term that should refuse refuses no more.
    ///
    /// An entry that a wider one covers is not lost.
    /// More than a fifth is much, unless `limits.filter-shrink` says otherwise.
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
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// define OURS = [ 198.51.100.0/24, 203.0.113.0/24 ];
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export where net ~ OURS; };
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
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// define OURS = [ 203.0.113.0/24 ];
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export where net ~ OURS; };
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
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// define OURS = [ 203.0.113.0/24 ];
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export where net ~ OURS; };
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
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// define OURS = [ 198.51.100.0/24, 203.0.113.0/24 ];
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   ipv4 { import none; export where net ~ OURS; };
    /// }
    /// ```
    ///
    /// ## Reference
    /// RFC 7454, section 6.1.2.
    pub SHRUNKEN_FILTER = { id: "shrunken-filter", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &SHRUNKEN_FILTER,
    run,
};

/// A list of several routers that stands at one place.
type Shared<'a> = Vec<(&'a ListKey, &'a List, &'a List)>;

fn run(change: &Change) -> Vec<Finding> {
    let Some(base) = &change.base else {
        return Vec::new();
    };
    let head = &change.head;
    let limit = head.network.limits.filter_shrink.as_ref();
    let share = limit.map_or(Share::FILTER_SHRINK, |limit| limit.value);
    let mut found: BTreeMap<(&Span, &str), Shared<'_>> = BTreeMap::new();
    for (key, now) in &head.lists {
        let Some(then) = base.lists.get(key) else {
            continue;
        };
        let emptied = now.entries.is_empty() && !then.entries.is_empty();
        let lost = then.entries.missing_from(&now.entries);
        if emptied || lost > 0 && share.is_exceeded(lost, then.entries.len()) {
            let shared = found.entry((&now.span, &key.name)).or_default();
            shared.push((key, then, now));
        }
    }
    found
        .into_iter()
        .filter_map(|((span, name), shared)| {
            let &(_, then, now) = shared.first()?;
            let message = message(name, then, now, share);
            Some(wording(head, span, name, message, &shared))
        })
        .collect()
}

fn message(name: &str, then: &List, now: &List, share: Share) -> String {
    let whole = then.entries.len();
    if now.entries.is_empty() {
        let held = count(whole, "entry", "entries");
        return format!("the list `{name}` is empty; in base it held {held}");
    }
    let lost = then.entries.missing_from(&now.entries);
    format!("the list `{name}` loses {lost} of {whole} entries, which is more than {share}")
}

fn wording(
    head: &Side,
    span: &Span,
    name: &str,
    message: String,
    shared: &[(&ListKey, &List, &List)],
) -> Finding {
    let sites: std::collections::BTreeSet<_> = shared.iter().map(|(key, ..)| &key.site).collect();
    let mut finding = SHRUNKEN_FILTER
        .at(span.clone(), message, &[&span.path, name])
        .with_note(format!("policies at {} use it", list(&sites, "no site")))
        .with_help(
            "look at what wrote the list before you look at the list; a list that shall shrink              does so in a change that says so",
        )
        .with_data("list", name)
        .with_data("sites", json(&sites));
    if let Some((_, then, now)) = shared.first() {
        finding = finding
            .with_label(then.span.clone(), "base's list")
            .with_data("before", then.entries.len())
            .with_data("after", now.entries.len());
    }
    match &head.network.limits.filter_shrink {
        Some(limit) => finding.with_label(limit.span.clone(), "what it may lose"),
        None => finding,
    }
}
