use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::change::Change;
use crate::check::{Check, existing};
use crate::model::{Name, Secret};
use crate::wording::{json, list};

rules::rule! {
    /// Reports a password or key that a router's file holds in clear text.
    ///
    /// ## Why
    /// A repository is copied to every laptop and every runner, and keeps what was once in it.
    /// Whoever has the password of a session can reset it, or open one in the neighbour's name.
    ///
    /// The text itself appears in no report.
    /// A placeholder that a deploy script fills in is no secret.
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
    ///   sources: [{ adapter: bird, site: fra, entry: routers/fra.conf }]
    /// ```
    /// ```bird
    /// # file: routers/fra.conf
    /// router id 192.0.2.2;
    /// protocol bgp transit_a {
    ///   local 192.0.2.2 as 64500;
    ///   neighbor 192.0.2.1 as 64501;
    ///   password "not so secret";
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
    ///   neighbors: { transit-a: { asn: 64501 } }
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
    /// ## Reference
    /// RFC 7454, section 5.1; CWE-798.
    pub SECRET_IN_CONFIG = { id: "secret-in-config", level: Warn, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &SECRET_IN_CONFIG,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let had: BTreeSet<(&Name, &Name, &Name)> = change
        .base
        .iter()
        .flat_map(|base| &base.secrets)
        .map(about)
        .collect();
    // A file that many routers include holds its secret once.
    let mut places: BTreeMap<&Span, Vec<&Secret>> = BTreeMap::new();
    for secret in &change.head.secrets {
        places.entry(&secret.span).or_default().push(secret);
    }
    let judge = |(place, secrets): (&Span, Vec<&Secret>)| {
        let known = secrets.iter().all(|secret| had.contains(&about(secret)));
        existing(change, known, wording(place, &secrets))
    };
    places.into_iter().map(judge).collect()
}

fn about(secret: &Secret) -> (&Name, &Name, &Name) {
    (&secret.site, &secret.router, &secret.of)
}

fn wording(place: &Span, secrets: &[&Secret]) -> Finding {
    let of: BTreeSet<&Name> = secrets.iter().map(|secret| &secret.of).collect();
    let sites: BTreeSet<&Name> = secrets.iter().map(|secret| &secret.site).collect();
    let name = list(&of, "a session");
    SECRET_IN_CONFIG
        .at(
            place.clone(),
            format!("the secret of `{name}` stands here in clear text"),
            &[&place.path, &name],
        )
        .with_help(
            "let the deployment fill it in from where secrets are kept, and change it: it is in \
             the history",
        )
        .with_data("of", json(&of))
        .with_data("sites", json(&sites))
}
