//! From statements to announcements: each prefix × each site × each neighbour that is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rules::{Certainty, Span};

use crate::model::session::Channel;
use crate::model::{
    Announcement, Announcements, AsPath, Family, Key, Name, Prefix, Presence, Route, Session,
    SessionKey, Sessions,
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
    /// Statements that give a prefix of several services other attributes than an earlier one,
    /// which counts.
    pub contradictions: Vec<Problem>,
}

/// Carries out every statement of `network`.
///
/// # Errors
/// Two statements give one announcement different attributes, or there are too many. Where the
/// prefix belongs to several services, that is what the rules must say first: it is only noted.
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
        let mut contradicted = Contradicted::new();
        for (prefix, provenance) in &prefixes {
            twice |= carry_out(
                network,
                statement,
                *prefix,
                provenance,
                &mut intent.announcements,
                &mut contradicted,
            );
        }
        for (line, prefixes) in contradicted {
            let (claimed, ours): (Vec<_>, Vec<_>) = prefixes
                .into_iter()
                .partition(|(prefix, _)| network.owned.services_of(*prefix).len() > 1);
            for (list, found) in [(&mut intent.contradictions, claimed), (&mut problems, ours)] {
                list.extend(contradiction(statement, line, &found));
            }
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
            local_address: None,
            external: neighbor.asn != network.asn,
            declared: true,
            takes_role: false,
            role: None,
            protections: BTreeSet::new(),
            channels: [Family::Ipv4, Family::Ipv6]
                .map(|family| (family, Channel::default()))
                .into(),
        };
        let sites = network.sites.keys().filter(|site| neighbor.is_at(site));
        for site in sites.filter(|site| is_stated(network, site)) {
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

/// Whether `site` is described by statements: where routers' files are read, a site without one has
/// no session unless a statement speaks of it.
fn is_stated(network: &Network, site: &Name) -> bool {
    let mut statements = network.statements.iter();
    !network.is_configured(site)
        && (network.sources.is_empty()
            || statements.any(|statement| statement.sites.contains(site)))
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

/// Prefixes to which a statement gives other attributes, with one neighbour and site as an
/// example, by the line of the statement that gave them theirs.
type Contradicted = BTreeMap<u32, Vec<(Prefix, (Name, Name))>>;

fn contradiction(
    statement: &Statement,
    line: u32,
    found: &[(Prefix, (Name, Name))],
) -> Option<Problem> {
    let (first, (neighbor, site)) = found.first()?;
    let others = match found.len() - 1 {
        0 => String::new(),
        1 => ", and so does 1 prefix more".to_owned(),
        more => format!(", and so do {more} prefixes more"),
    };
    Some(Problem {
        span: statement.span.clone(),
        message: format!(
            "`{first}` goes to `{neighbor}` at `{site}` with other attributes than line {line} \
             gives it{others}"
        ),
    })
}

/// Adds the announcements of one prefix of a statement; true where some were there already.
fn carry_out(
    network: &Network,
    statement: &Statement,
    prefix: Prefix,
    provenance: &Arc<[Span]>,
    announcements: &mut Announcements,
    contradicted: &mut Contradicted,
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
                let example = (name.clone(), site.clone());
                // One conflict of a prefix tells enough; a fleet would repeat it a thousand times.
                match contradicted.entry(line).or_default() {
                    known if known.last().is_some_and(|(last, _)| *last == prefix) => {}
                    known => known.push((prefix, example)),
                }
            }
        }
    }
    twice
}

/// Says the same thing once more; false where it is not the same thing.
///
/// A prefix that two services claim may be announced for both: it is one announcement that
/// carries both, with the attributes of the first statement.
fn merge(known: &mut Announcement, route: &Route) -> bool {
    let same = Route {
        services: route.services.clone(),
        ..Route::clone(&known.route)
    } == *route;
    if !route.services.is_subset(&known.route.services) {
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
