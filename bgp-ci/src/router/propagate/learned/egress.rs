//! What the BGP layer does with a received route before and after the export policy, beyond what
//! it does with our own.

use std::fmt;
use std::sync::Arc;

use super::super::wire::{kept_by_community, transparent};
use super::super::{Carried, ExportGap, Variant};
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::route::Route;
use crate::filter::value::Value;
use crate::frr::lower::TAKEN_OFF;
use crate::model::GapKind;
use crate::router::{Channel, Daemon, Role, Session};

/// Why a session does not send a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// The BGP layer or a policy before it kept it out of the session's table.
    Table,
    /// The export policy rejects it.
    Policy,
    /// It came from the same neighbour.
    Sender,
    /// It came from an internal neighbour and goes to another, without a reflector between them
    /// (RFC 4456).
    Reflection,
    /// NO_EXPORT, NO_ADVERTISE or NO_EXPORT_SUBCONFED (RFC 1997).
    Community,
    /// ONLY_TO_CUSTOMER, towards a provider, a peer or a route server (RFC 9234, section 5).
    OnlyToCustomer,
    /// Our confederation's number is in its path.
    Confederation,
    /// Its next hop is the neighbour itself, nobody, or of another family.
    NextHop,
    /// It is sent only while something is, or is not, in the table.
    Condition,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "it does not come into the session's table",
            Self::Policy => "the export policy rejects it",
            Self::Sender => "it came from there",
            Self::Reflection => "it came from an internal neighbour and is not reflected",
            Self::Community => "a community says so",
            Self::OnlyToCustomer => "ONLY_TO_CUSTOMER says so",
            Self::Confederation => "our confederation's number is in its path",
            Self::NextHop => "its next hop is the neighbour itself, nobody, or of another family",
            Self::Condition => "it is sent under a condition",
        })
    }
}

/// Whether a route that the neighbour of `from` sends may go to that of `to`, whatever its
/// attributes and all policies: never back, and from one internal neighbour to another only by a
/// route reflector (RFC 4456).
///
/// Both must be sessions of one router; one that stands for a range of neighbours may send to
/// others of the range.
pub fn passes(from: &Session, to: &Session) -> bool {
    if std::ptr::eq(from, to) && from.range.is_none() {
        return false;
    }
    let inside = !from.external() && !to.external() && from.local_as == to.local_as;
    !inside || from.rr_client || to.rr_client
}

/// Why `to` keeps a route before its export policy sees it; `from` is the session that brought it,
/// `None` for one of our own.
pub(in super::super) fn kept_before(
    daemon: Daemon,
    from: Option<&Session>,
    to: &Session,
    route: &Route,
) -> Option<Kept> {
    if let Some(from) = from
        && !passes(from, to)
    {
        return Some(if std::ptr::eq(from, to) && from.range.is_none() {
            Kept::Sender
        } else {
            Kept::Reflection
        });
    }
    let learned = from.is_some();
    // From one client of its route server to another FRR passes even those on.
    let passed = learned && daemon.transparent_between_clients && transparent(daemon, from, to);
    if (learned || daemon.local_routes_obey_communities)
        && !passed
        && to.interpret_communities
        && kept_by_community(to, route)
    {
        return Some(Kept::Community);
    }
    let otc = Attribute::Bgp(BgpAttribute::OnlyToCustomer);
    if (learned || daemon.local_routes_obey_otc)
        && route.attribute(otc).is_some()
        && to.role.is_some_and(Role::blocks)
    {
        return Some(Kept::OnlyToCustomer);
    }
    if let Some(confederation) = to.confederation
        && learned
        && daemon.reflects_unchanged
        && route
            .path()
            .is_some_and(|path| path.asns().any(|asn| asn == confederation.id.0))
    {
        return Some(Kept::Confederation);
    }
    None
}

/// Takes off what the daemon takes off before the export policy.
pub(in super::super) fn stripped(
    daemon: Daemon,
    from: Option<&Session>,
    to: &Session,
    channel: &Channel,
    carried: &mut Arc<Carried>,
) {
    let med = Attribute::Bgp(BgpAttribute::Med);
    let preference = Attribute::Bgp(BgpAttribute::LocalPreference);
    if daemon.fills_late && to.interior() {
        if carried.route.attribute(preference).is_none() {
            let value = Value::Int(to.default_local_preference);
            Arc::make_mut(carried).route.set(preference, value);
        }
        let inside = from.is_some_and(|from| !from.external()) && !to.external();
        if inside && carried.route.attribute(med).is_none() {
            Arc::make_mut(carried).route.set(med, Value::Int(0));
        }
    }
    if from.is_some()
        && daemon.received_med_ends_early
        && !to.interior()
        && !transparent(daemon, from, to)
        && !channel.keep_med
        && carried.route.attribute(med).is_some()
    {
        let route = &mut Arc::make_mut(carried).route;
        if let Some(value) = route.attribute(med).cloned() {
            // FRR's maps see it all the same.
            route.set(TAKEN_OFF, value);
        }
        route.unset(med);
    }
}

/// The lists that a neighbour may be set not to be sent.
const WITHHELD: [BgpAttribute; 3] = [
    BgpAttribute::Communities,
    BgpAttribute::ExtendedCommunities,
    BgpAttribute::LargeCommunities,
];

/// What is left of the export policy's changes: on a reflected route, FRR takes its verdict alone.
pub(in super::super) fn reflected(
    daemon: Daemon,
    from: Option<&Session>,
    to: &Session,
    channel: &Channel,
    before: &Arc<Carried>,
    after: Arc<Carried>,
) -> Variant {
    let inside = from.is_some_and(|from| !from.external()) && !to.external();
    if !daemon.reflects_unchanged || !inside || before.route == after.route {
        return Variant::Route(after);
    }
    let lost = |attribute: &BgpAttribute| {
        let attribute = Attribute::Bgp(*attribute);
        before.route.attribute(attribute).is_some() && after.route.attribute(attribute).is_none()
    };
    if WITHHELD.iter().any(lost) {
        // A map that takes them all away has no effect here, `no send-community` has.
        return Variant::Unknown(Arc::new(ExportGap {
            place: channel.place,
            kind: GapKind::Unmodelled,
            message: "which communities of a reflected route are sent has no model here".to_owned(),
            family: Some(channel.family),
            prefix: Some(before.route.net),
        }));
    }
    Variant::Route(Arc::new(Carried {
        terms: after.terms.clone(),
        ..Carried::clone(before)
    }))
}
