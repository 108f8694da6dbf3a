//! From statements to announcements: each prefix × each site × each neighbour that is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rules::{Certainty, Span};

use crate::model::session::Channel;
use crate::model::{
    Announcement, Announcements, AsPath, Family, Key, Prefix, Presence, Route, Session, SessionKey,
    Sessions,
};
use crate::policy::network::{Network, Statement, What};
use crate::policy::resolve::Problem;
use crate::rewriting;

/// Announcements of one side at most; a policy that asks for more cannot be judged in bounded
/// time and memory.
const MOST: usize = 1_000_000;

/// What the statements of a network announce.
#[derive(Debug, Default)]
pub struct Intent {
    /// The announcements.
    pub announcements: Announcements,
    /// Statements that announce nothing, and why.
    pub silent: Vec<Problem>,
}

/// Carries out every statement of `network`.
///
/// # Errors
/// Two statements give one announcement different attributes, or there are too many.
pub fn announce(network: &Network) -> Result<Intent, Vec<Problem>> {
    let mut intent = Intent::default();
    let mut problems = Vec::new();
    let mut expected = 0_usize;
    for statement in &network.statements {
        let prefixes = prefixes(network, statement);
        expected = expected.saturating_add(
            prefixes
                .len()
                .saturating_mul(statement.sites.len().max(1))
                .saturating_mul(statement.to.len()),
        );
        if expected > MOST {
            problems.push(Problem {
                span: statement.span.clone(),
                message: format!("with this statement there are more than {MOST} announcements"),
            });
            return Err(problems);
        }
        let before = intent.announcements.len();
        let mut twice = false;
        for (prefix, provenance) in &prefixes {
            twice |= carry_out(
                network,
                statement,
                *prefix,
                provenance,
                &mut intent.announcements,
                &mut problems,
            );
        }
        if intent.announcements.len() == before && !twice {
            intent.silent.push(Problem {
                span: statement.span.clone(),
                message: why_silent(statement, prefixes.is_empty()),
            });
        }
    }
    if problems.is_empty() {
        Ok(intent)
    } else {
        problems.sort_by(|a, b| (&a.span, &a.message).cmp(&(&b.span, &b.message)));
        problems.dedup();
        Err(problems)
    }
}

/// The sessions that intent speaks of: each neighbour at each of its sites.
pub fn sessions(network: &Network) -> Sessions {
    let mut sessions = Sessions::new();
    for (name, neighbor) in &network.neighbors {
        let session = Session {
            span: neighbor.span.clone(),
            configured: false,
            asn: Some(neighbor.asn),
            local_asn: network.asn,
            external: neighbor.asn != network.asn,
            declared: true,
            protections: BTreeSet::new(),
            channels: [Family::Ipv4, Family::Ipv6]
                .map(|family| (family, Channel::default()))
                .into(),
        };
        let sites = network.sites.keys().filter(|site| neighbor.is_at(site));
        for site in sites.filter(|site| !network.is_configured(site)) {
            let key = SessionKey {
                site: site.clone(),
                router: site.clone(),
                neighbor: name.clone(),
                address: neighbor.address,
            };
            sessions.insert(key, session.clone());
        }
    }
    sessions
}

/// What a statement announces, each prefix with the places that say so.
fn prefixes(network: &Network, statement: &Statement) -> BTreeMap<Prefix, Arc<[Span]>> {
    match &statement.what {
        What::Service(service) => network
            .owned
            .of(&service.value)
            .map(|owned| {
                let places = [service.span.clone(), owned.prefix.span.clone()];
                (owned.prefix.value, Arc::from(places))
            })
            .collect(),
        What::Prefixes(list) => list
            .iter()
            .map(|prefix| (prefix.value, Arc::from([prefix.span.clone()])))
            .collect(),
    }
}

/// Adds the announcements of one prefix of a statement; true where some were there already.
fn carry_out(
    network: &Network,
    statement: &Statement,
    prefix: Prefix,
    provenance: &Arc<[Span]>,
    announcements: &mut Announcements,
    problems: &mut Vec<Problem>,
) -> bool {
    let mut twice = false;
    let services = match &statement.what {
        What::Service(service) => [service.value.clone()].into(),
        What::Prefixes(_) => network.owned.services_of(prefix),
    };
    for name in &statement.to {
        let Some(neighbor) = network.neighbors.get(name) else {
            continue;
        };
        let sent = Route {
            path: AsPath::sequence(vec![network.asn; usize::from(statement.prepend) + 1]),
            communities: statement.communities.clone(),
            services: services.clone(),
            ..Route::originated(network.asn)
        };
        let presence = Presence::at(
            Some(neighbor.asn),
            &neighbor.no_announce,
            &sent.path,
            &sent.communities,
        );
        let external = neighbor.asn != network.asn;
        let route = Arc::new(if external {
            Route {
                path: rewriting::seen(network, neighbor, network.asn, &sent.path),
                ..sent
            }
        } else {
            sent
        });
        let sites = statement.sites.iter().filter(|site| neighbor.is_at(site));
        for site in sites.filter(|site| !network.is_configured(site)) {
            let key = Key {
                prefix,
                site: site.clone(),
                router: site.clone(),
                neighbor: name.clone(),
                address: neighbor.address,
            };
            let Some(known) = announcements.get_mut(&key) else {
                let announcement = Announcement {
                    route: route.clone(),
                    external,
                    presence,
                    provenance: provenance.clone(),
                    terms: Arc::default(),
                    certainty: Certainty::Proven,
                };
                announcements.insert(key, announcement);
                continue;
            };
            twice = true;
            if !merge(known, &route) {
                let line = known.provenance.first().map_or(0, |span| span.start.line);
                problems.push(Problem {
                    span: statement.span.clone(),
                    message: format!(
                        "`{prefix}` goes to `{name}` at `{site}` with other attributes than line {line} gives it"
                    ),
                });
                // One conflict of a statement tells enough; a fleet would repeat it a thousand times.
                return true;
            }
        }
    }
    twice
}

/// Says the same thing once more; false where it is not the same thing.
///
/// A prefix that two services claim may be announced for both: it is one announcement that
/// carries both.
fn merge(known: &mut Announcement, route: &Route) -> bool {
    let same = Route {
        services: route.services.clone(),
        ..Route::clone(&known.route)
    } == *route;
    if same && !route.services.is_subset(&known.route.services) {
        let mut merged = Route::clone(&known.route);
        merged.services.extend(route.services.iter().cloned());
        known.route = Arc::new(merged);
    }
    same
}

fn why_silent(statement: &Statement, no_prefixes: bool) -> String {
    match &statement.what {
        What::Service(service) if no_prefixes => format!(
            "this statement announces nothing: `owned` lists no prefix for service `{}`",
            service.value
        ),
        _ => "this statement announces nothing: none of its neighbours is at any of its sites"
            .to_owned(),
    }
}
