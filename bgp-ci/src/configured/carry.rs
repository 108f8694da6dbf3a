//! From one router, and what it sends, to a side's sessions and announcements.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use rules::Span;

use crate::change::Carried;
use crate::filter::interpret::{Context, Machine};
use crate::filter::value::Value;
use crate::filter::{self, Attribute, BgpAttribute, ConstantId, SetType};
use crate::model::flow::Numbers;
use crate::model::list::{Entries, List, ListKey, PrefixRange};
use crate::model::session::{self, Protection};
use crate::model::{
    Announcement, Asn, AsnRange, Family, Flow, Gap, GapKind, Key, Name, Prefix, Presence, Route,
    Secret, Session, SessionKey, Source, Statement, StatementKey,
};
use crate::place::Place;
use crate::policy::network::{Neighbor, Network};
use crate::rewriting;
use crate::router::propagate::{self, Exported, Exports, Sent};
use crate::router::{self, LocalKind, Reach, RemoteAs, Router, SessionId};
use crate::wording::brief;

/// Announcements of one router at most. An Internet of 2014 was hijacked with 320,000 prefixes.
const MOST: usize = 400_000;

/// A router with what its files make of it.
#[derive(Clone, Copy)]
pub struct Read<'a> {
    /// Where it is.
    pub site: &'a Name,
    /// Its name.
    pub name: &'a Name,
    /// The router.
    pub router: &'a Router,
    /// Its program, ready to run.
    pub machine: &'a Machine<'a>,
    /// What it sends.
    pub exports: &'a Exports,
}

/// What `read` adds to its side, and the names of its sessions that are up.
pub fn carry(network: &Network, read: Read<'_>) -> (Carried, BTreeMap<SessionId, SessionKey>) {
    let mut carrier = Carrier {
        network,
        read,
        carried: Carried::default(),
        keys: BTreeMap::new(),
        spans: BTreeMap::new(),
        terms: BTreeMap::new(),
        routes: BTreeMap::new(),
    };
    for (id, session) in read.router.each_session() {
        carrier.session(id, session);
    }
    carrier.gaps();
    carrier.flows();
    carrier.statements();
    carrier.lists();
    carrier.secrets();
    (carrier.carried, carrier.keys)
}

struct Carrier<'a> {
    network: &'a Network,
    read: Read<'a>,
    carried: Carried,
    /// The sessions that are up, by their index.
    keys: BTreeMap<SessionId, SessionKey>,
    /// Shared pieces: a statement or a list of terms stands behind many announcements.
    spans: BTreeMap<Place, Arc<[Span]>>,
    terms: BTreeMap<Arc<[Place]>, Arc<[Span]>>,
    routes: BTreeMap<RouteKey, Arc<Route>>,
}

/// What makes an announced route: what is sent, the neighbour that shows it, and the services.
type RouteKey = (Arc<Sent>, SessionId, Source, BTreeSet<Name>);

impl<'a> Carrier<'a> {
    fn span(&self, place: Place) -> Span {
        self.read.router.sources.span(place)
    }

    fn session(&mut self, id: SessionId, session: &'a router::Session) {
        let asn = match session.remote_as {
            RemoteAs::One(asn) => Some(asn),
            RemoteAs::Internal => Some(session.local_as),
            RemoteAs::External | RemoteAs::Range(_) => None,
        };
        let declared = self
            .network
            .neighbor_at(self.read.site, session.address, asn);
        let key = SessionKey {
            site: self.read.site.clone(),
            router: self.read.name.clone(),
            neighbor: declared.map_or(&session.name, |(name, _)| name).clone(),
            address: session.address,
        };
        // What is switched off carries nothing, and can be switched on again.
        if session.disabled {
            self.carried.resting.insert(key);
            return;
        }
        let external = session.external();
        let sent = self.read.exports.of(id);
        let unrelated = sent.relayed.iter().any(|from| self.is_unrelated(*from));
        if unrelated || !sent.open.is_empty() {
            self.carried.relays.insert(key.clone());
        }
        // What a filter lets through by mistake can be a table of millions: as many as judge
        // themselves in bounded memory are kept, and the rest is a gap.
        let room = MOST.saturating_sub(self.carried.announcements.len());
        if sent.routes.len() > room {
            self.carried.gaps.push(Gap {
                span: self.span(session.place),
                kind: GapKind::Unmodelled,
                message: format!(
                    "{} routes of this router go over this session, and {MOST} of a router are \
                     judged at most",
                    sent.routes.len()
                ),
                affects: [key.clone()].into(),
            });
        }
        for exported in sent.routes.iter().take(room) {
            let announcement = self.announcement(id, session, declared, exported, external);
            self.carried
                .announcements
                .insert(Key::new(exported.prefix, &key), announcement);
        }
        let session = Session {
            span: self.span(session.place),
            configured: true,
            asn,
            local_asn: session.public_as(),
            local_address: session.local_address,
            external,
            declared: declared.is_some(),
            takes_role: !session.interior(),
            role: session.role,
            protections: protections(session),
            channels: session
                .channels
                .iter()
                .map(|channel| (channel.family, self.channel(channel)))
                .collect(),
        };
        self.carried.sessions.insert(key.clone(), session);
        self.keys.insert(id, key);
    }

    /// Whether nobody says what a neighbour is to us, so that its routes are not followed.
    fn is_unrelated(&self, id: SessionId) -> bool {
        let session = self.read.router.session(id);
        let asn = match session.remote_as {
            RemoteAs::One(asn) => Some(asn),
            _ => None,
        };
        let declared = self
            .network
            .neighbor_at(self.read.site, session.address, asn)
            .is_some_and(|(_, neighbor)| neighbor.relation.is_some());
        session.external() && session.role.is_none() && !declared
    }

    fn channel(&self, channel: &router::Channel) -> session::Channel {
        // The limit on what arrives counts before the policy, so it is the stricter guard.
        let limit = channel.import_limit.or(channel.receive_limit);
        session::Channel {
            span: Some(self.span(channel.place)),
            import_limit: limit.map(|limit| session::Limit {
                prefixes: limit.count,
                action: limit.action,
                span: self.span(limit.place),
            }),
            import: policy(channel.import),
            export: policy(channel.export),
        }
    }

    fn announcement(
        &mut self,
        id: SessionId,
        session: &router::Session,
        declared: Option<(&Name, &Neighbor)>,
        exported: &Exported,
        external: bool,
    ) -> Announcement {
        let nothing = BTreeSet::new();
        let no_announce = declared.map_or(&nothing, |(_, neighbor)| &neighbor.no_announce);
        let sent = &exported.sent;
        let asn = match (session.remote_as, external) {
            (RemoteAs::One(asn), true) => Some(asn),
            _ => None,
        };
        let presence = Presence::at(asn, no_announce, &sent.path, &sent.communities);
        Announcement {
            route: self.route(id, session, declared, exported),
            external,
            presence,
            provenance: self.provenance(exported.statement),
            terms: self.terms(&exported.terms),
            certainty: exported.certainty,
        }
    }

    fn route(
        &mut self,
        id: SessionId,
        session: &router::Session,
        declared: Option<(&Name, &Neighbor)>,
        exported: &Exported,
    ) -> Arc<Route> {
        let source = match exported.kind {
            LocalKind::Static => Source::Static,
            LocalKind::Network => Source::Network,
            LocalKind::Aggregate => Source::Aggregate,
        };
        let services = self.network.owned.services_of(exported.prefix);
        let key = (exported.sent.clone(), id, source, services);
        if let Some(known) = self.routes.get(&key) {
            return known.clone();
        }
        let sent = &exported.sent;
        let path = match declared {
            Some((_, neighbor)) => {
                rewriting::seen(self.network, neighbor, session.public_as(), &sent.path)
            }
            None => sent.path.clone(),
        };
        let (_, _, source, services) = &key;
        let route = Arc::new(Route {
            path,
            origin_code: sent.origin_code,
            communities: sent.communities.clone(),
            med: sent.med,
            local_pref: sent.local_preference,
            next_hop: sent.next_hop,
            otc: sent.otc,
            source: source.clone(),
            services: services.clone(),
        });
        self.routes.insert(key, route.clone());
        route
    }

    fn provenance(&mut self, statement: Place) -> Arc<[Span]> {
        let router = self.read.router;
        let span = || Arc::from([router.sources.span(statement)]);
        self.spans.entry(statement).or_insert_with(span).clone()
    }

    fn terms(&mut self, terms: &Arc<[Place]>) -> Arc<[Span]> {
        let sources = &self.read.router.sources;
        let spans = || terms.iter().map(|place| sources.span(*place)).collect();
        self.terms
            .entry(terms.clone())
            .or_insert_with(spans)
            .clone()
    }

    /// Each gap once, with every session that it affects.
    fn gaps(&mut self) {
        let mut gaps: BTreeMap<_, BTreeSet<SessionKey>> = BTreeMap::new();
        // A file that the daemon refuses hides sessions too, all of them at worst; and what each
        // policy would have made of its routes is no matter then.
        let mut all = self.read.router.gaps.iter();
        let refused = all.any(|gap| gap.reach == Reach::Router && gap.kind != GapKind::Unmodelled);
        if refused {
            self.carried.unseen.insert(self.read.site.clone());
        }
        for gap in &self.read.router.gaps {
            let affects = match gap.reach {
                Reach::Router => self.keys.values().cloned().collect(),
                Reach::Session(id) | Reach::Channel(id, _) => {
                    self.keys.get(&id).cloned().into_iter().collect()
                }
                // Those that a table reaches say so themselves.
                Reach::Nothing | Reach::Table(_) => BTreeSet::new(),
            };
            let about = (self.span(gap.place), gap.kind, brief(&gap.message));
            gaps.entry(about).or_default().extend(affects);
        }
        let exporting = self.keys.iter().filter(|_| !refused);
        for (id, key) in exporting {
            for gap in &self.read.exports.of(*id).gaps {
                let about = (self.span(gap.place), gap.kind, brief(&gap.message));
                gaps.entry(about).or_default().insert(key.clone());
            }
        }
        // A policy that could not be read has a problem that says why, and that is enough.
        let is_told = |message: &str| message != propagate::UNREAD;
        let told: BTreeSet<SessionKey> = gaps
            .iter()
            .filter(|((_, _, message), _)| is_told(message))
            .flat_map(|(_, affects)| affects.iter().cloned())
            .collect();
        gaps.retain(|(_, _, message), affects| {
            is_told(message) || !affects.iter().all(|key| told.contains(key))
        });
        let gap = |((span, kind, message), affects)| Gap {
            span,
            kind,
            message,
            affects,
        };
        self.carried.gaps.extend(gaps.into_iter().map(gap));
    }

    fn flows(&mut self) {
        for flow in &self.read.router.flows {
            let numbers = |ports: &Option<Vec<router::Ports>>| {
                ports.as_ref().map(|ports| {
                    let range = |ports: &router::Ports| Numbers {
                        first: ports.first,
                        last: ports.last,
                    };
                    ports.iter().map(range).collect()
                })
            };
            let flow = Flow {
                site: self.read.site.clone(),
                router: self.read.name.clone(),
                span: self.span(flow.place),
                family: flow.family,
                destination: flow.destination,
                source: flow.source,
                protocols: numbers(&flow.protocols),
                ports: numbers(&flow.ports),
                destination_ports: numbers(&flow.destination_ports),
                source_ports: numbers(&flow.source_ports),
                drops: self.drops(flow),
                narrower: flow.unmodelled,
            };
            self.carried.flows.push(flow);
        }
    }

    /// Whether a flow specification drops what it matches, or leads it elsewhere, as far as the
    /// statements on it say (RFC 8955, section 7).
    fn drops(&self, flow: &router::FlowRoute) -> Option<bool> {
        let any: Prefix = match flow.family {
            Family::Ipv4 => Prefix::truncated(IpAddr::from(Ipv4Addr::UNSPECIFIED).into()),
            Family::Ipv6 => Prefix::truncated(IpAddr::from(Ipv6Addr::UNSPECIFIED).into()),
        };
        let route = filter::route::Route::local(any, &flow.protocol);
        let block = flow.block?;
        let outcome = self.read.machine.run(block, &route, &Context::default());
        let attribute = Attribute::Bgp(BgpAttribute::ExtendedCommunities);
        let Value::ExtendedCommunities(actions) = outcome.decision()?.route.attribute(attribute)?
        else {
            return None;
        };
        actions.iter().filter_map(|action| drops(*action)).max()
    }

    fn statements(&mut self) {
        for network in &self.read.router.networks {
            let key = StatementKey {
                site: self.read.site.clone(),
                router: self.read.name.clone(),
                prefix: network.prefix,
            };
            let statement = Statement {
                span: self.span(network.place),
                checked: network.checked,
                route: network.route.map(|place| self.span(place)),
            };
            self.carried.statements.insert(key, statement);
        }
    }

    fn secrets(&mut self) {
        for secret in &self.read.router.secrets {
            let secret = Secret {
                span: self.span(secret.place),
                site: self.read.site.clone(),
                router: self.read.name.clone(),
                of: secret.of.clone(),
            };
            self.carried.secrets.push(secret);
        }
    }

    /// The sets that have a name: what filters are built from.
    fn lists(&mut self) {
        let program = self.read.machine.program();
        for (id, constant) in (0..).map(ConstantId).zip(&program.constants) {
            let Some(entries) = self.read.machine.constant(id).ok().and_then(entries) else {
                continue;
            };
            let key = ListKey {
                site: self.read.site.clone(),
                router: self.read.name.clone(),
                name: constant.name.clone(),
            };
            let span = self.span(constant.place);
            self.carried.lists.insert(key, List { span, entries });
        }
    }
}

/// Whether an action takes packets from where they go; `None` where it is none of RFC 8955.
fn drops(action: u64) -> Option<bool> {
    let rate = f32::from_bits(u32::try_from(action & 0xffff_ffff).unwrap_or_default());
    match action >> 48 {
        // At most so many bytes or packets a second; not a number lets nothing pass either.
        0x8006 | 0x800c => Some(rate.is_nan() || rate <= 0.0),
        // Samples, and marks with a DSCP.
        0x8007 | 0x8009 => Some(false),
        // Redirects into another VRF.
        0x8008 | 0x8108 | 0x8208 => Some(true),
        _ => None,
    }
}

fn entries(value: &Value) -> Option<Entries> {
    match value {
        Value::NetworkSet(set) => {
            let range = |pattern: &filter::value::NetworkPattern| PrefixRange {
                prefix: pattern.net,
                shortest: pattern.low,
                longest: pattern.high,
            };
            Some(Entries::Prefixes(
                set.patterns().iter().map(range).collect(),
            ))
        }
        Value::Set(set) if set.of() == SetType::Int => {
            let asn = |number: u128| u32::try_from(number).ok().map(Asn);
            let ranges = set.ranges().iter();
            let ranges = ranges.map(|(first, last)| AsnRange::new(asn(*first)?, asn(*last)?));
            ranges.collect::<Option<Vec<_>>>().map(Entries::Asns)
        }
        _ => None,
    }
}

fn policy(policy: router::Policy) -> session::Policy {
    match policy {
        router::Policy::All => session::Policy::All,
        router::Policy::Nothing => session::Policy::Nothing,
        router::Policy::Absent => session::Policy::Absent,
        router::Policy::Filter(_) => session::Policy::Filtered,
        router::Policy::Unknown => session::Policy::Unknown,
    }
}

fn protections(session: &router::Session) -> BTreeSet<Protection> {
    let held = [
        (Protection::Password, session.password),
        (Protection::TtlSecurity, session.ttl_security),
        (Protection::Role, session.role.is_some()),
        (Protection::EnforceFirstAs, session.enforce_first_as),
    ];
    held.into_iter()
        .filter_map(|(protection, held)| held.then_some(protection))
        .collect()
}
