use std::collections::BTreeSet;

use rules::{Finding, Span};

use crate::change::Change;
use crate::check::{Check, existing};
use crate::dead::{self, Dead};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a term of a policy that no route can come to.
    ///
    /// ## Why
    /// Terms are asked in their order, and one that refuses the rest hides all that stand behind
    /// it.
    /// When lines move in a review, nothing looks wrong, and in June 2022 nineteen locations of a
    /// large network went away at once.
    ///
    /// Every route is tried, ours and learned ones, with whatever attributes.
    /// A term that base's routes came to denies; one that is new, and lets pass nothing, warns.
    /// A condition that a constant switches off is meant, and so is a term that a function keeps
    /// for other callers.
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
    ///   if net.len < 8 then reject;
    ///   if (64501, 10) ~ bgp_community then accept;
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
    ///   if net.len < 8 then reject;
    ///   reject;
    ///   if (64501, 10) ~ bgp_community then accept;
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
    /// define DRAINED = false;
    /// filter out_c {
    ///   if DRAINED then reject;
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
    /// ## Reference
    /// RFC 7454, section 6.
    pub UNREACHABLE_TERM = { id: "unreachable-term", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &UNREACHABLE_TERM,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let head = dead::terms(&change.head.models);
    if head.dead.is_empty() {
        return Vec::new();
    }
    let base = change.base.as_ref();
    let base = base
        .map(|base| dead::terms(&base.models))
        .unwrap_or_default();
    let was_dead: BTreeSet<_> = base.dead.values().map(|dead| &dead.name).collect();
    let found = head.dead.iter();
    found
        .filter_map(|(span, dead)| {
            let known = was_dead.contains(&dead.name);
            // The same words elsewhere on the router do what this did.
            let reached = dead.sites.iter().any(|site| {
                let name = (site.clone(), dead.name.clone());
                base.live.contains(&name) && !head.live.contains(&name)
            });
            wording(change, span, dead, known, reached)
        })
        .collect()
}

fn wording(
    change: &Change,
    span: &Span,
    dead: &Dead,
    known: bool,
    reached: bool,
) -> Option<Finding> {
    let (owner, asked) = &dead.name;
    // What refuses and was never of use is only untidy.
    if !reached && !dead.accepts {
        return None;
    }
    let what = if asked.is_empty() {
        "this term".to_owned()
    } else {
        format!("`{}`", asked.join(" && "))
    };
    let policy = if owner.is_empty() {
        String::new()
    } else {
        format!(" in `{owner}`")
    };
    let message = format!("no route comes to {what}{policy}: the terms before it take all");
    let state = if known { "existing" } else { "new" };
    let finding = UNREACHABLE_TERM
        .at(span.clone(), message, &[owner, &asked.join(" "), state])
        .with_note(format!(
            "routers at {} have it",
            list(&dead.sites, "no site")
        ))
        .with_help("look at what stands before it; take it out, or put it where routes come by")
        .with_data("sites", json(&dead.sites))
        .with_data("policy", owner.clone())
        .with_data("asked", json(asked));
    if reached && !known {
        return Some(finding.with_note("routes came to it in base"));
    }
    if known {
        return Some(existing(change, true, finding));
    }
    let finding = finding.with_lowered(true);
    Some(finding.with_note("it was not there before, so it is at most a warning"))
}
