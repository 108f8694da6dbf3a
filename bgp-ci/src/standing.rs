//! What the data says about each prefix and origin that we announce, once for all rules.
//!
//! A prefix goes to dozens of sessions and is one matter for the payloads: the rules speak about
//! prefix and origin, and name the sites. What base already had is looked up here too, so that
//! every rule means the same by "unchanged" and no two of them report one cause.

use std::collections::{BTreeMap, BTreeSet};

use rules::{Certainty, Finding, Span};

use crate::blackhole;
use crate::change::Side;
use crate::model::{Announcement, Name, Prefix};
use crate::received;
use crate::rpki::{Answer, Origin, Reason, Validity, Vrp, Vrps};

/// Payloads that are listed before the rest is counted.
const LISTED: usize = 6;

/// A prefix as it is announced from one origin.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What is announced.
    pub prefix: Prefix,
    /// The origin on the wire, after what neighbours rewrite.
    pub origin: Origin,
    /// What head's payloads say; `None` where there are none to ask.
    pub validity: Option<Validity>,
    /// What was known before; `None` where base did not announce this prefix from this origin.
    pub before: Option<Before>,
    /// The statement, the first of the file where several make it.
    pub span: Span,
    /// The sites.
    pub sites: BTreeSet<Name>,
    /// The neighbours.
    pub neighbors: BTreeSet<Name>,
    /// How surely anybody receives it.
    pub certainty: Certainty,
}

/// An announcement that base had too.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    /// What the payloads said.
    pub validity: Option<Validity>,
    /// Whether those were base's own. Without them head's are asked, because the announcement is
    /// no newer for that.
    pub own: bool,
}

impl Before {
    /// Whether it was invalid already.
    pub fn is_invalid(&self) -> bool {
        matches!(self.validity, Some(Validity::Invalid(_)))
    }
}

/// Every standing of `head`, by prefix and origin.
pub fn standings(base: Option<&Side>, head: &Side) -> Vec<Standing> {
    let mut standings = originated(head);
    judge(
        &mut standings,
        head.data.vrps.as_deref(),
        |standing, found| {
            standing.validity = Some(found);
        },
    );
    let Some(base) = base else { return standings };
    let before: BTreeSet<(Prefix, Origin)> = base
        .external()
        .filter(|(key, announcement)| !blackhole::is_told(base, key, announcement))
        .map(|(key, announcement)| (key.prefix, origin(base, announcement)))
        .collect();
    let own = base.data.vrps.as_deref();
    for standing in &mut standings {
        if before.contains(&(standing.prefix, standing.origin)) {
            standing.before = Some(Before {
                validity: standing.validity,
                own: own.is_some(),
            });
        }
    }
    judge(&mut standings, own, |standing, found| {
        if let Some(before) = &mut standing.before {
            before.validity = Some(found);
        }
    });
    standings
}

fn judge(standings: &mut [Standing], vrps: Option<&Vrps>, set: impl Fn(&mut Standing, Validity)) {
    let Some(vrps) = vrps else { return };
    let routes = standings.iter().map(|one| (one.prefix, one.origin));
    let found: Vec<Validity> = vrps.sweep(routes).collect();
    for (standing, found) in standings.iter_mut().zip(found) {
        set(standing, found);
    }
}

fn originated(side: &Side) -> Vec<Standing> {
    let mut standings: BTreeMap<(Prefix, Origin), Standing> = BTreeMap::new();
    for (key, announcement) in side.external() {
        // Nobody publishes an authorization for those, and no neighbour asks for one.
        if blackhole::is_told(side, key, announcement) {
            continue;
        }
        let span = announcement.provenance.first();
        let span = span.unwrap_or(&side.network.span);
        let origin = origin(side, announcement);
        let standing = standings
            .entry((key.prefix, origin))
            .or_insert_with(|| Standing {
                prefix: key.prefix,
                origin,
                validity: None,
                before: None,
                span: span.clone(),
                sites: BTreeSet::new(),
                neighbors: BTreeSet::new(),
                certainty: announcement.certainty,
            });
        if *span < standing.span {
            standing.span = span.clone();
        }
        standing.certainty = standing.certainty.max(announcement.certainty);
        if !standing.sites.contains(&key.site) {
            standing.sites.insert(key.site.clone());
        }
        if !standing.neighbors.contains(&key.neighbor) {
            standing.neighbors.insert(key.neighbor.clone());
        }
    }
    standings.into_values().collect()
}

/// The origin that the neighbour sees; an empty path means that it is ours.
fn origin(side: &Side, announcement: &Announcement) -> Origin {
    let path = &announcement.route.path;
    match announcement.route.origin() {
        Some(asn) => Origin::System(asn),
        None if path.is_empty() => Origin::System(side.network.asn),
        None => Origin::None,
    }
}

impl Standing {
    /// Names prefix and origin, for a message.
    pub fn about(&self) -> [String; 2] {
        [self.prefix.to_string(), self.origin.to_string()]
    }

    /// True where it was valid by base's payloads and none of head's covers it.
    pub fn is_downgraded(&self) -> bool {
        let valid = |before: Before| before.own && before.validity == Some(Validity::Valid);
        self.validity == Some(Validity::NotFound) && self.before.is_some_and(valid)
    }

    /// True where no payload covers it and one could, unless that is a loss that base shows.
    pub fn is_unprotected(&self, side: &Side) -> bool {
        self.validity == Some(Validity::NotFound)
            && !self.is_downgraded()
            && side.data.vrps.as_deref().is_some_and(|vrps| {
                is_registrable(side, self.prefix, |block| {
                    vrps.inside(block).next().is_some()
                })
            })
    }

    /// The payloads that decided, with what they say.
    pub fn answer(&self, vrps: &Vrps) -> Answer {
        vrps.answer(self.prefix, self.origin)
    }

    /// Adds to a finding where the announcement goes, and how sure that is.
    pub fn explain(&self, finding: Finding) -> Finding {
        let [prefix, origin] = self.about();
        let finding = finding
            .with_certainty(self.certainty)
            .with_data("prefix", prefix)
            .with_data("family", self.prefix.family().as_str())
            .with_data("origin", origin);
        received::sent(finding, &self.neighbors, &self.sites)
    }
}

/// Adds to a finding the payloads that decided.
pub fn with_covering(finding: Finding, answer: &Answer) -> Finding {
    let listed: Vec<String> = answer
        .covering
        .iter()
        .take(LISTED)
        .map(ToString::to_string)
        .collect();
    let more = match answer.covering.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let finding = if listed.is_empty() {
        finding
    } else {
        finding.with_note(format!("covering payloads: {}{more}", listed.join(", ")))
    };
    let covering: Vec<serde_json::Value> = answer.covering.iter().map(as_json).collect();
    let finding = finding
        .with_data("validity", answer.validity.as_str())
        .with_data("covering", covering);
    match answer.validity {
        Validity::Invalid(reason) => finding.with_data("reason", reason.as_str()),
        Validity::Valid | Validity::NotFound => finding,
    }
}

/// A payload, for machines.
pub fn as_json(vrp: &Vrp) -> serde_json::Value {
    serde_json::json!({
        "prefix": vrp.prefix.to_string(),
        "max_length": vrp.max_length,
        "asn": vrp.asn.to_string(),
        "anchor": &*vrp.anchor,
    })
}

/// Points a finding at the line of the policy that names the payloads.
pub fn with_payloads(finding: Finding, side: &Side) -> Finding {
    let named = side.network.data.as_ref();
    match named.and_then(|named| named.vrps.as_ref()) {
        Some(vrps) => finding.with_label(vrps.span.clone(), "compared with these payloads"),
        None => finding,
    }
}

/// Why no payload matches, as a fragment.
pub fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Origin => "no covering payload authorizes this origin",
        Reason::Length => "this origin is authorized for shorter prefixes only",
    }
}

/// Whether data that is silent about `prefix` says anything by that: nobody can register
/// special-purpose space that the policy means, unless the data has some of that block.
pub fn is_registrable(side: &Side, prefix: Prefix, knows: impl Fn(Prefix) -> bool) -> bool {
    let meant = prefix
        .covering()
        .filter(|wider| side.network.public_prefixes.contains(wider))
        .last();
    meant.is_none_or(knows)
}
