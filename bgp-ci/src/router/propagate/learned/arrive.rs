//! What the BGP layer does with a received route before the import policy.

use std::fmt;
use std::sync::Arc;

use super::super::Sent;
use super::super::wire::fits;
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::route::Route;
use crate::filter::types::Enumerated;
use crate::filter::value::{self, Address, Large, SegmentKind, Value};
use crate::model::{AsPath, Asn, Community, NextHop, OriginCode, Prefix, Segment};
use crate::router::{Channel, Daemon, RemoteAs, Role, Router, Session};

/// Why the BGP layer drops a route that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// The session has no channel of its family.
    Family,
    /// Our own number is in its path, more often than [`Session::allow_local_as`] says.
    Loop,
    /// Its path does not begin with the neighbour's number.
    FirstAs,
    /// Its path has segments of a confederation that the neighbour is not of, or a member's path
    /// does not begin with one (RFC 5065, section 5).
    Confederation,
    /// ONLY_TO_CUSTOMER: somebody leaked it (RFC 9234, section 5).
    OnlyToCustomer,
    /// Its next hop is of another family, or our own address.
    NextHop,
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Family => "the session has no channel of its family",
            Self::Loop => "our own number is in its path",
            Self::FirstAs => "its path does not begin with the neighbour's number",
            Self::Confederation => "its path and the neighbour are not of one confederation",
            Self::OnlyToCustomer => "ONLY_TO_CUSTOMER says that it is a leak",
            Self::NextHop => "its next hop is of another family or our own address",
        })
    }
}

/// The route to `prefix` as the import policy of `channel` sees it, where the neighbour of
/// `session` sends it as `received`.
///
/// # Errors
/// Why it never comes to the import policy.
pub fn arrive(
    router: &Router,
    session: &Session,
    channel: &Channel,
    prefix: Prefix,
    received: &Sent,
) -> Result<Route, Dropped> {
    if channel.family != prefix.family() {
        return Err(Dropped::Family);
    }
    if misplaced(router.daemon, session, &received.path) {
        return Err(Dropped::Confederation);
    }
    if session.enforce_first_as && !session.interior() {
        let first = received.path.first();
        let right = match session.remote_as {
            RemoteAs::One(asn) => first == Some(asn),
            // The neighbour has the number that it says.
            _ => first.is_some(),
        };
        if !right {
            return Err(Dropped::FirstAs);
        }
    }
    let path = shown_inside(session, &received.path);
    if looped(session, &path) {
        return Err(Dropped::Loop);
    }
    let otc = only_to_customer(session, received)?;
    let next_hop = match received.next_hop {
        NextHop::Address(address) => Some(address),
        NextHop::Own => session.address.filter(|address| fits(channel, *address)),
    };
    let ours = |address| session.local_address == Some(address);
    if next_hop.is_some_and(|address| !fits(channel, address) || ours(address)) {
        return Err(Dropped::NextHop);
    }
    let mut route = Route::learned(prefix, &session.name);
    route.preference = u16::try_from(channel.preference).unwrap_or(u16::MAX);
    route.from = session.address.map(Address::from);
    if !session.multihop {
        // A next hop on the link is the gateway; any other is looked up.
        route.gateway = next_hop.map(Address::from);
        route.interface = session.interface.as_deref().map(Arc::from);
    }
    let mut set = |attribute, value| route.set(Attribute::Bgp(attribute), value);
    set(BgpAttribute::Origin, origin(received.origin_code).into());
    set(BgpAttribute::Path, Value::Path(Arc::new(path_value(&path))));
    let next_hop = next_hop.map_or(Value::Open, |address| Value::Ip(address.into()));
    set(BgpAttribute::NextHop, next_hop);
    if let Some(med) = received.med {
        set(BgpAttribute::Med, Value::Int(med));
    }
    let taken = session.interior() || session.allow_local_preference;
    let preference = match received.local_preference {
        Some(preference) => taken.then_some(preference),
        // BIRD fills it in only where there is none, and not where one is not taken (measured).
        None if router.daemon.fills_local_preference => Some(session.default_local_preference),
        None => None,
    };
    if let Some(preference) = preference {
        set(BgpAttribute::LocalPreference, Value::Int(preference));
    }
    if let Some(otc) = otc {
        set(BgpAttribute::OnlyToCustomer, otc);
    }
    for (attribute, list) in lists(received) {
        set(attribute, list);
    }
    // `igp_metric` is absent on what BGP brings, however far the next hop is (measured on BIRD).
    Ok(route)
}

/// Whether a path has segments of a confederation where none belong, or a member's has none.
fn misplaced(daemon: Daemon, session: &Session, path: &AsPath) -> bool {
    let confederated = |segment: &Segment| {
        matches!(
            segment,
            Segment::ConfederationSequence(_) | Segment::ConfederationSet(_)
        )
    };
    let some = path.segments().iter().any(confederated);
    match (session.external(), session.interior()) {
        (true, true) => !matches!(
            path.segments().first(),
            Some(Segment::ConfederationSequence(_))
        ),
        (true, false) => some,
        // Measured on BIRD; nothing is known of FRR.
        (false, _) => some && session.confederation.is_none() && daemon == Daemon::BIRD,
    }
}

/// The path with the number that the neighbour is shown in front, where that is asked for.
fn shown_inside(session: &Session, path: &AsPath) -> AsPath {
    match session.behind {
        Some(behind) if behind.shown_inside => path.prepended(session.local_as, 1),
        _ => path.clone(),
    }
}

/// Whether a path has been here (RFC 4271, section 9.1.2); `path` is the one with
/// [`shown_inside`].
fn looped(session: &Session, path: &AsPath) -> bool {
    let often = |asn: Asn, allowed: u32| {
        let times = path.asns().filter(|other| *other == asn).count();
        u32::try_from(times).unwrap_or(u32::MAX) > allowed
    };
    let allowed = session.allow_local_as;
    let system = session.behind.map_or(session.local_as, |behind| behind.asn);
    let begun = session.allow_local_origin && path.asns().last() == Some(system);
    let own = match session.behind {
        None => !begun && often(session.local_as, allowed),
        Some(behind) => {
            let shown = if allowed == 0 {
                u32::from(behind.shown_inside)
            } else {
                allowed
            };
            !begun && often(behind.asn, allowed) || often(session.local_as, shown)
        }
    };
    // Inside, the number that others see is not looked for (measured on BIRD).
    let shown = session.confederation.filter(|_| session.external());
    own || !begun && shown.is_some_and(|confederation| often(confederation.id, allowed))
}

/// ONLY_TO_CUSTOMER as the session's role has it (RFC 9234, section 5); outside of a role, as it
/// came.
fn only_to_customer(session: &Session, received: &Sent) -> Result<Option<Value>, Dropped> {
    let came = received.otc.map(|asn| Value::Int(asn.0));
    let Some(role) = session.role else {
        return Ok(came);
    };
    let neighbour = match session.remote_as {
        RemoteAs::One(asn) => Some(asn),
        RemoteAs::Internal => Some(session.local_as),
        RemoteAs::External | RemoteAs::Range(_) => received.path.first(),
    };
    let leaked = match role {
        Role::Provider | Role::RouteServer => received.otc.is_some(),
        Role::Peer => received.otc.is_some() && received.otc != neighbour,
        Role::Customer | Role::RouteServerClient => false,
    };
    if leaked {
        return Err(Dropped::OnlyToCustomer);
    }
    let marked = matches!(role, Role::Customer | Role::RouteServerClient | Role::Peer)
        .then(|| neighbour.map_or(Value::Open, |asn| Value::Int(asn.0)));
    Ok(came.or(marked))
}

fn origin(code: OriginCode) -> Enumerated {
    match code {
        OriginCode::Igp => Enumerated::ORIGIN_IGP,
        OriginCode::Egp => Enumerated::ORIGIN_EGP,
        OriginCode::Incomplete => Enumerated::ORIGIN_INCOMPLETE,
    }
}

fn path_value(path: &AsPath) -> value::AsPath {
    let segments = path.segments().iter().map(|segment| value::Segment {
        kind: match segment {
            Segment::Sequence(_) => SegmentKind::Sequence,
            Segment::Set(_) => SegmentKind::Set,
            Segment::ConfederationSequence(_) => SegmentKind::ConfederationSequence,
            Segment::ConfederationSet(_) => SegmentKind::ConfederationSet,
        },
        asns: segment.asns().iter().map(|asn| asn.0).collect(),
    });
    value::AsPath::new(segments.collect())
}

/// The lists of communities that a route has, in their order.
fn lists(received: &Sent) -> Vec<(BgpAttribute, Value)> {
    let (mut standard, mut extended, mut large) = (Vec::new(), Vec::new(), Vec::new());
    for community in &received.communities {
        match *community {
            Community::Standard(a, b) => standard.push(u32::from(a) << 16 | u32::from(b)),
            Community::Extended(octets) => extended.push(octets),
            Community::Large(a, b, c) => large.push(Large(a, b, c)),
        }
    }
    let mut lists = Vec::new();
    if !standard.is_empty() {
        let list = Value::Communities(standard.into());
        lists.push((BgpAttribute::Communities, list));
    }
    if !extended.is_empty() {
        let list = Value::ExtendedCommunities(extended.into());
        lists.push((BgpAttribute::ExtendedCommunities, list));
    }
    if !large.is_empty() {
        let list = Value::LargeCommunities(large.into());
        lists.push((BgpAttribute::LargeCommunities, list));
    }
    lists
}
