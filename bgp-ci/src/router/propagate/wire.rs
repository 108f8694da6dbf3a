//! The BGP layer: what a daemon adds and drops after the export policy.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use rules::Certainty;

use super::learned::Kept;
use super::{Carried, Sent};
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::route::Route;
use crate::filter::types::Enumerated;
use crate::filter::value::path::SegmentKind;
use crate::filter::value::{Address, Value};
use crate::frr::lower::HOP_SET;
use crate::model::{AsPath, Asn, Community, Family, NextHop, OriginCode, Segment};
use crate::router::{Channel, Daemon, Session};

/// What becomes of a route that the policy let through.
pub(super) enum Wire {
    /// It is sent like this, as surely as that.
    Sent(Arc<Sent>, Certainty),
    /// The daemon keeps it back.
    Kept(Kept),
    /// An attribute is not known.
    Unknown(&'static str),
}

/// What `session` sends of a route that came through the export policy of `channel`; `from` is the
/// session that brought it, `None` for one of our own.
pub(super) fn wire(
    daemon: Daemon,
    from: Option<&Session>,
    session: &Session,
    channel: &Channel,
    carried: &Carried,
) -> Wire {
    let route = &carried.route;
    let interior = session.interior();
    let Some(path) = path(route) else {
        return Wire::Unknown("the path");
    };
    let Some(mut communities) = communities(route) else {
        return Wire::Unknown("a list of communities");
    };
    let passed =
        from.is_some() && daemon.transparent_between_clients && transparent(daemon, from, session);
    if session.external() && !interior && !passed {
        communities.retain(|community| crosses(*community));
    }
    let Some(med) = number(route, BgpAttribute::Med) else {
        return Wire::Unknown("the MED");
    };
    let Some(local_preference) = number(route, BgpAttribute::LocalPreference) else {
        return Wire::Unknown("the local preference");
    };
    let Some(otc) = number(route, BgpAttribute::OnlyToCustomer) else {
        return Wire::Unknown("ONLY_TO_CUSTOMER");
    };
    let med_crosses = interior
        || transparent(daemon, from, session)
        || session.allow_med
        || carried.med_fresh
        || !daemon.settled_med_stays;
    let local_preference = if interior {
        let own = channel.told_preference.or(local_preference);
        Some(own.unwrap_or(session.default_local_preference))
    } else {
        local_preference.filter(|_| session.allow_local_preference)
    };
    let Some((next_hop, certainty)) = next_hop(daemon, from, session, channel, carried) else {
        return Wire::Unknown("the next hop");
    };
    if daemon.refuses_odd_next_hops && !reachable(session, channel, next_hop) {
        return Wire::Kept(Kept::NextHop);
    }
    let marked = session
        .role
        .filter(|role| role.marks())
        .map(|_| session.public_as());
    Wire::Sent(
        Arc::new(Sent {
            path: prepended(session, channel, &path),
            origin_code: origin_code(from, route),
            communities,
            med: med.filter(|_| med_crosses),
            local_preference,
            next_hop,
            otc: otc.map(Asn).or(marked),
        }),
        certainty,
    )
}

/// Whether MED and next hop pass a route server as they are (RFC 7947, section 2.2).
pub(super) fn transparent(daemon: Daemon, from: Option<&Session>, to: &Session) -> bool {
    let from_client = from.is_none_or(|from| from.rs_client);
    to.rs_client && (from_client || !daemon.transparent_between_clients)
}

/// The path with our number in front, as the neighbour's side of it wants it.
fn prepended(session: &Session, channel: &Channel, path: &AsPath) -> AsPath {
    if !session.external() {
        return path.clone();
    }
    if session
        .confederation
        .is_some_and(|confederation| confederation.member)
    {
        let own = Segment::ConfederationSequence(vec![session.local_as]);
        return AsPath::from_segments(std::iter::once(own).chain(path.segments().iter().cloned()));
    }
    let outside = path.segments().iter().filter(|segment| {
        // What happened inside a confederation is nobody else's business (RFC 5065, section 4);
        // a route server that is of none passes it on.
        session.rs_client && session.confederation.is_none()
            || !matches!(
                segment,
                Segment::ConfederationSequence(_) | Segment::ConfederationSet(_)
            )
    });
    let path = AsPath::from_segments(outside.cloned());
    if session.rs_client || channel.keep_path && !path.segments().is_empty() {
        return path;
    }
    path.prepended(session.public_as(), 1)
}

/// NO_EXPORT and its kin (RFC 1997). Communities that are not known are told later.
pub(super) fn kept_by_community(session: &Session, route: &Route) -> bool {
    let communities = communities(route).unwrap_or_default();
    let has = |community| communities.contains(&community);
    has(Community::NO_ADVERTISE)
        || session.external() && has(Community::NO_EXPORT_SUBCONFED)
        || !session.interior() && has(Community::NO_EXPORT)
}

/// Extended communities of a non-transitive type stay inside (RFC 4360, section 6).
fn crosses(community: Community) -> bool {
    match community {
        Community::Extended(octets) => octets & (1 << 62) == 0,
        Community::Standard(..) | Community::Large(..) => true,
    }
}

/// Where the neighbour is told to send traffic, and how sure that is.
fn next_hop(
    daemon: Daemon,
    from: Option<&Session>,
    session: &Session,
    channel: &Channel,
    carried: &Carried,
) -> Option<(NextHop, Certainty)> {
    let route = &carried.route;
    let own = channel
        .next_hop
        .address
        .map_or(NextHop::Own, NextHop::Address);
    // FRR's route maps win over `next-hop-self`, BIRD's policies do not.
    let let_in = daemon.fills_late && !channel.mapped && route.attribute(HOP_SET).is_some();
    let wins = carried.next_hop_fresh && !daemon.settled_med_stays || let_in;
    // A client of a route server of FRR is told the next hop that came.
    let passed = daemon.transparent_between_clients && session.rs_client && from.is_some();
    if channel.next_hop.own.take(from) && !wins && !passed {
        return Some((own, Certainty::Proven));
    }
    // What the policy at hand did not write stays inside, as the MED does.
    let kept = carried.next_hop_fresh
        || channel.next_hop.keep.take(from)
        || passed
        || daemon.transparent_between_clients && transparent(daemon, from, session)
        || from.is_none() && !daemon.settled_med_stays;
    let open = match route.attribute(Attribute::Bgp(BgpAttribute::NextHop)) {
        None => false,
        Some(Value::Ip(address)) => {
            let address = address.ip();
            if kept || session.interior() && fits(channel, address) {
                return Some((NextHop::Address(address), Certainty::Proven));
            }
            if from.is_some_and(|from| shares_link(daemon, from, session, address))
                && fits(channel, address)
            {
                return Some((NextHop::Address(address), Certainty::Likely));
            }
            false
        }
        Some(_) => true,
    };
    if open && (kept || session.interior()) {
        return None;
    }
    if from.is_some() && !daemon.settled_med_stays {
        return Some((own, Certainty::Proven));
    }
    let unicast = route.destination == Some(Enumerated::RTD_UNICAST);
    // With several next hops, as with none, neighbours are pointed to the router itself.
    let gateway = route
        .gateway
        .filter(|gateway| unicast && *gateway != Address::NONE);
    let Some(gateway) = gateway.map(Address::ip) else {
        // A next hop that is looked up may be one that internal neighbours are pointed to.
        let looked_up = route.destination.is_none() && session.interior();
        let certainty = if looked_up {
            Certainty::Likely
        } else {
            Certainty::Proven
        };
        return Some((own, certainty));
    };
    if gateway.is_ipv4() != (channel.family == Family::Ipv4) {
        return Some((own, Certainty::Proven));
    }
    if session.interior() {
        return Some((NextHop::Address(gateway), Certainty::Proven));
    }
    // An external neighbour on the same link is pointed to the gateway itself (RFC 4271, section
    // 5.1.3). Which addresses are on one link is not in the files.
    if !session.multihop
        && session
            .address
            .is_some_and(|peer| neighbours(peer, gateway))
    {
        return Some((NextHop::Address(gateway), Certainty::Likely));
    }
    Some((own, Certainty::Proven))
}

/// Whether an external neighbour is on the link that a received route points to, so that it is
/// pointed there, too (RFC 4271, section 5.1.3): with BIRD where both sessions are on it, with FRR
/// where the next hop is. Which addresses are on one link is not in the files.
fn shares_link(daemon: Daemon, from: &Session, to: &Session, next_hop: IpAddr) -> bool {
    let Some(peer) = to.address.filter(|_| !to.multihop) else {
        return false;
    };
    if !daemon.settled_med_stays {
        return neighbours(peer, next_hop);
    }
    !from.multihop
        && from
            .address
            .is_some_and(|address| neighbours(peer, address))
}

/// Whether two addresses are on one link, as far as a usual length tells.
fn neighbours(a: IpAddr, b: IpAddr) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => u32::from(a) >> 8 == u32::from(b) >> 8,
        (IpAddr::V6(a), IpAddr::V6(b)) => u128::from(a) >> 64 == u128::from(b) >> 64,
        _ => false,
    }
}

/// A route is not sent whose next hop is the neighbour itself, nobody, or of the other family.
fn reachable(session: &Session, channel: &Channel, next_hop: NextHop) -> bool {
    match next_hop {
        NextHop::Address(address) => {
            session.address != Some(address) && !address.is_unspecified() && fits(channel, address)
        }
        NextHop::Own => true,
    }
}

/// Whether `address` can be the next hop of networks of the channel's family.
pub(super) fn fits(channel: &Channel, address: IpAddr) -> bool {
    address.is_ipv4() == (channel.family == Family::Ipv4)
        || channel.extended_next_hop && address.is_ipv6()
}

/// ORIGIN; a received route that lost it is of unknown origin.
fn origin_code(from: Option<&Session>, route: &Route) -> OriginCode {
    match route.attribute(Attribute::Bgp(BgpAttribute::Origin)) {
        Some(Value::Enum(Enumerated::ORIGIN_EGP)) => OriginCode::Egp,
        Some(Value::Enum(Enumerated::ORIGIN_INCOMPLETE)) => OriginCode::Incomplete,
        None if from.is_some() => OriginCode::Incomplete,
        _ => OriginCode::Igp,
    }
}

/// The path; empty where there is none, `None` where it is not known.
fn path(route: &Route) -> Option<AsPath> {
    match route.attribute(Attribute::Bgp(BgpAttribute::Path)) {
        None => Some(AsPath::default()),
        Some(Value::Path(path)) => Some(AsPath::from_segments(path.segments().iter().map(
            |segment| {
                let asns = segment.asns.iter().copied().map(Asn).collect();
                match segment.kind {
                    SegmentKind::Sequence => Segment::Sequence(asns),
                    SegmentKind::Set => Segment::Set(asns),
                    SegmentKind::ConfederationSequence => Segment::ConfederationSequence(asns),
                    SegmentKind::ConfederationSet => Segment::ConfederationSet(asns),
                }
            },
        ))),
        Some(_) => None,
    }
}

/// A number; `None` inside where there is none, outside where it is not known.
#[expect(clippy::option_option, reason = "absent and unknown are two things")]
fn number(route: &Route, attribute: BgpAttribute) -> Option<Option<u32>> {
    match route.attribute(Attribute::Bgp(attribute)) {
        None => Some(None),
        Some(Value::Int(number)) => Some(Some(*number)),
        Some(_) => None,
    }
}

/// Every community; `None` where a list is not known.
pub(super) fn communities(route: &Route) -> Option<BTreeSet<Community>> {
    let mut all = BTreeSet::new();
    match route.attribute(Attribute::Bgp(BgpAttribute::Communities)) {
        None => {}
        Some(Value::Communities(list)) => {
            all.extend(list.iter().map(|community| {
                let half = |bits: u32| u16::try_from(bits & 0xffff).unwrap_or_default();
                Community::Standard(half(community >> 16), half(*community))
            }));
        }
        Some(_) => return None,
    }
    match route.attribute(Attribute::Bgp(BgpAttribute::ExtendedCommunities)) {
        None => {}
        Some(Value::ExtendedCommunities(list)) => {
            all.extend(list.iter().copied().map(Community::Extended));
        }
        Some(_) => return None,
    }
    match route.attribute(Attribute::Bgp(BgpAttribute::LargeCommunities)) {
        None => {}
        Some(Value::LargeCommunities(list)) => {
            all.extend(
                list.iter()
                    .map(|large| Community::Large(large.0, large.1, large.2)),
            );
        }
        Some(_) => return None,
    }
    Some(all)
}
