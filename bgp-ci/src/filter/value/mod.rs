//! The values that a filter computes with.
//!
//! Lists, sets and paths are shared: a filter copies them all the time and seldom changes one.

pub mod mask;
pub mod network_set;
pub mod path;
pub mod pattern;
pub mod set;
mod text;

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

pub use mask::{MaskPart, PathMask};
pub use network_set::{NetworkPattern, NetworkSet};
pub use path::{AsPath, Segment, SegmentKind};
pub use pattern::TextPattern;
pub use set::ValueSet;

use super::types::{EnumType, Enumerated, SetType, Type};
use crate::model::Prefix;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// None: an absent attribute, or what a function without `return` gives.
    Void,
    /// Something, nobody knows what: an attribute of a route that was learned outside the
    /// repository. Whatever is computed from it is as open.
    Open,
    /// A truth value.
    Bool(bool),
    /// A number.
    Int(u32),
    /// A pair: the first number in the high half.
    Pair(u32),
    /// A router id.
    Quad(u32),
    /// An address.
    Ip(Address),
    /// A network.
    Prefix(Prefix),
    /// A route distinguisher as its bits on the wire.
    RouteDistinguisher(u64),
    /// An extended community as its bits on the wire.
    Extended(u64),
    /// A large community.
    Large(Large),
    /// Text.
    String(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A constant of an enumeration.
    Enum(Enumerated),
    /// An AS path.
    Path(Arc<AsPath>),
    /// A pattern for AS paths.
    PathMask(Arc<PathMask>),
    /// Standard communities, or the router ids of a cluster list, in their order.
    Communities(Arc<[u32]>),
    /// Extended communities in their order.
    ExtendedCommunities(Arc<[u64]>),
    /// Large communities in their order.
    LargeCommunities(Arc<[Large]>),
    /// A set of anything but networks.
    Set(Arc<ValueSet>),
    /// A set of networks.
    NetworkSet(Arc<NetworkSet>),
}

/// A large community (RFC 8092); ordered as BIRD orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Large(pub u32, pub u32, pub u32);

/// An address of either family. IPv4 ones are kept mapped into IPv6, which gives BIRD's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(u128);

impl Address {
    /// `::`: what BIRD holds where there is no address.
    pub const NONE: Self = Self(0);

    /// The bits, an IPv4 address in the low 32 below `::ffff`.
    pub fn bits(self) -> u128 {
        self.0
    }

    /// The address of these bits, as [`Address::bits`] gives them.
    pub fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The IPv4 address, if it is one.
    pub fn ipv4(self) -> Option<u32> {
        u32::try_from(self.0 ^ MAPPED).ok()
    }

    /// The IPv4 address of these 32 bits.
    pub fn from_ipv4(bits: u32) -> Self {
        Self(MAPPED | u128::from(bits))
    }

    /// The address as the standard library has it.
    pub fn ip(self) -> IpAddr {
        match self.ipv4() {
            Some(bits) => IpAddr::V4(bits.into()),
            None => IpAddr::V6(Ipv6Addr::from(self.0)),
        }
    }

    /// All bits after the first `length` cleared; `None` where the family has fewer bits, for
    /// which versions of BIRD differ.
    pub fn masked(self, length: u32) -> Option<Self> {
        let (host, width) = match self.ipv4() {
            Some(_) => (32_u32, 32),
            None => (128, 128),
        };
        let keep = host.checked_sub(length)?;
        let mask = u128::MAX.checked_shl(keep).unwrap_or_default();
        let mask = if width == 32 {
            mask | !0xffff_ffff
        } else {
            mask
        };
        Some(Self(self.0 & mask))
    }

    /// True where `net` holds the address; never across families.
    pub fn is_in(self, net: Prefix) -> bool {
        let address = Self::from(net.address());
        self.ipv4().is_some() == address.ipv4().is_some()
            && self.masked(u32::from(net.length())) == Some(address)
    }
}

/// `::ffff:0.0.0.0`.
const MAPPED: u128 = 0xffff_0000_0000;

impl From<IpAddr> for Address {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => Self::from_ipv4(ip.to_bits()),
            IpAddr::V6(ip) => Self(ip.to_bits()),
        }
    }
}

impl Value {
    /// The type; unknown where the value is.
    pub fn value_type(&self) -> Type {
        match self {
            Self::Void => Type::Void,
            Self::Open => Type::Unknown,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Pair(_) => Type::Pair,
            Self::Quad(_) => Type::Quad,
            Self::Ip(_) => Type::Ip,
            Self::Prefix(_) => Type::Prefix,
            Self::RouteDistinguisher(_) => Type::RouteDistinguisher,
            Self::Extended(_) => Type::Extended,
            Self::Large(_) => Type::Large,
            Self::String(_) => Type::String,
            Self::Bytes(_) => Type::Bytes,
            Self::Enum(constant) => Type::Enum(constant.of),
            Self::Path(_) => Type::Path,
            Self::PathMask(_) => Type::PathMask,
            Self::Communities(_) => Type::Communities,
            Self::ExtendedCommunities(_) => Type::ExtendedCommunities,
            Self::LargeCommunities(_) => Type::LargeCommunities,
            Self::Set(set) => Type::Set(set.of()),
            Self::NetworkSet(_) => Type::Set(SetType::Prefix),
        }
    }

    /// What BIRD reads where an attribute of this type is absent: an empty list, else nothing.
    pub fn absent(of: Type) -> Self {
        Self::empty(of).unwrap_or(Self::Void)
    }

    /// The empty list of a type of lists.
    pub fn empty(of: Type) -> Option<Self> {
        Some(match of {
            Type::Path => Self::Path(Arc::default()),
            Type::Communities => Self::Communities(Arc::default()),
            Type::ExtendedCommunities => Self::ExtendedCommunities(Arc::default()),
            Type::LargeCommunities => Self::LargeCommunities(Arc::default()),
            _ => return None,
        })
    }

    /// The value where one of type `of` is wanted. An IPv4 address stands for a router id too.
    ///
    /// # Errors
    ///
    /// Gives the value back where it is of another type.
    pub fn fit(self, of: Type) -> Result<Self, Self> {
        match (&self, of) {
            (Self::Open, _) => Ok(self),
            (Self::Ip(address), Type::Quad) => address.ipv4().map(Self::Quad).ok_or(self),
            // `[ ]` goes with anything.
            (Self::Set(set), Type::Set(_)) if set.is_empty() => Ok(self),
            _ if self.value_type() == of => Ok(self),
            _ => Err(self),
        }
    }

    /// `=`: values of different types are never the same.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Quad(quad), Self::Ip(ip)) | (Self::Ip(ip), Self::Quad(quad)) => {
                ip.ipv4() == Some(*quad)
            }
            (Self::Set(a), Self::Set(b)) => a.is_empty() && b.is_empty() || a == b,
            (a, b) => a == b,
        }
    }

    /// The order of two values; `None` where there is none.
    ///
    /// Nothing (an absent attribute) comes before everything, as in BIRD.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        Some(match (self, other) {
            (Self::Void, Self::Void) => Ordering::Equal,
            (Self::Void, _) => Ordering::Less,
            (_, Self::Void) => Ordering::Greater,
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Pair(a), Self::Pair(b)) => a.cmp(b),
            (Self::Quad(a), Self::Quad(b)) => a.cmp(b),
            (Self::Quad(a), Self::Ip(b)) => a.cmp(&b.ipv4()?),
            (Self::Ip(a), Self::Quad(b)) => a.ipv4()?.cmp(b),
            (Self::Ip(a), Self::Ip(b)) => a.cmp(b),
            (Self::Prefix(a), Self::Prefix(b)) => a.cmp(b),
            (Self::RouteDistinguisher(a), Self::RouteDistinguisher(b)) => a.cmp(b),
            (Self::Extended(a), Self::Extended(b)) => a.cmp(b),
            (Self::Large(a), Self::Large(b)) => a.cmp(b),
            (Self::Enum(a), Self::Enum(b)) if a.of == b.of => a.value.cmp(&b.value),
            _ => return None,
        })
    }

    /// Whether it is a path or a list of communities without members.
    pub fn is_empty_list(&self) -> bool {
        match self {
            Self::Path(path) => path.asns().next().is_none(),
            Self::Communities(list) => list.is_empty(),
            Self::ExtendedCommunities(list) => list.is_empty(),
            Self::LargeCommunities(list) => list.is_empty(),
            _ => false,
        }
    }

    /// What a set is searched for: the place of the value among those of its type.
    pub(crate) fn key(&self) -> Option<(SetType, u128)> {
        Some(match self {
            Self::Int(value) => (SetType::Int, (*value).into()),
            Self::Pair(value) => (SetType::Pair, (*value).into()),
            Self::Quad(value) => (SetType::Quad, (*value).into()),
            Self::Ip(value) => (SetType::Ip, value.bits()),
            Self::RouteDistinguisher(value) => (SetType::RouteDistinguisher, (*value).into()),
            Self::Extended(value) => (SetType::Extended, (*value).into()),
            Self::Large(value) => (SetType::Large, value.key()),
            Self::Enum(value) => (SetType::Enum(value.of), value.value.into()),
            _ => return None,
        })
    }
}

impl Large {
    /// The three numbers in a row, so that their order is that of the communities.
    pub(crate) fn key(self) -> u128 {
        (u128::from(self.0) << 64) | (u128::from(self.1) << 32) | u128::from(self.2)
    }
}

/// True where `text` matches the shell pattern; `None` for a pattern that BIRD reads in its own
/// way: a `*` before another `*` or a `?`.
pub fn text_matches(text: &str, pattern: &str) -> Option<bool> {
    text::matches(text.as_bytes(), pattern.as_bytes())
}

/// The constants of an enumeration as values.
impl From<Enumerated> for Value {
    fn from(constant: Enumerated) -> Self {
        Self::Enum(constant)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

/// True where values of the two types may meet in one comparison.
pub(crate) fn comparable(a: Type, b: Type) -> bool {
    let address = |of| matches!(of, Type::Ip | Type::Quad);
    a == b || a == Type::Void || b == Type::Void || address(a) && address(b)
}

/// The enumeration of `net.type` for a network.
pub(crate) fn net_type(net: Prefix) -> Enumerated {
    let value = match net.family() {
        crate::model::Family::Ipv4 => Enumerated::NET_IP4.value,
        crate::model::Family::Ipv6 => Enumerated::NET_IP6.value,
    };
    Enumerated {
        of: EnumType::Net,
        value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::from(text.parse::<IpAddr>().unwrap())
    }

    #[test]
    fn addresses_are_masked_within_their_family() {
        assert_eq!(address("192.0.2.77").masked(24), Some(address("192.0.2.0")));
        assert_eq!(address("192.0.2.77").masked(0), Some(address("0.0.0.0")));
        assert_eq!(address("192.0.2.77").masked(33), None);
        assert_eq!(
            address("2001:db8::1").masked(32),
            Some(address("2001:db8::"))
        );
        assert_eq!(address("2001:db8::1").masked(0), Some(Address::NONE));
        assert_eq!(address("2001:db8::1").masked(129), None);
    }

    #[test]
    fn no_address_is_in_a_network_of_the_other_family() {
        let all4: Prefix = "0.0.0.0/0".parse().unwrap();
        let all6: Prefix = "::/0".parse().unwrap();
        assert!(address("192.0.2.1").is_in(all4) && !address("192.0.2.1").is_in(all6));
        assert!(Address::NONE.is_in(all6) && !Address::NONE.is_in(all4));
    }

    #[test]
    fn nothing_comes_before_everything() {
        assert_eq!(Value::Void.order(&Value::Int(0)), Some(Ordering::Less));
        assert_eq!(Value::Int(0).order(&Value::Void), Some(Ordering::Greater));
        assert_eq!(Value::Int(1).order(&Value::Pair(1)), None);
        assert!(Value::Void.same(&Value::Void) && !Value::Void.same(&Value::Int(0)));
    }

    #[test]
    fn a_router_id_is_an_address_of_four_bytes() {
        let id = Value::Ip(address("192.0.2.1"));
        assert_eq!(id.clone().fit(Type::Quad), Ok(Value::Quad(0xc000_0201)));
        assert!(id.same(&Value::Quad(0xc000_0201)));
        assert!(Value::Quad(1).fit(Type::Ip).is_err());
        assert!(Value::Ip(Address::NONE).fit(Type::Quad).is_err());
    }
}
