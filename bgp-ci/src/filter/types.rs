//! The types of values, and the named constants of enumerations.

use std::fmt;

/// The type of a value, as far as it is known without running a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// No value: what a function without a `return` gives.
    Void,
    /// `bool`.
    Bool,
    /// `int`: 32 bits, unsigned, wrapping.
    Int,
    /// `pair`: two numbers of 16 bits, also a standard community (RFC 1997).
    Pair,
    /// `quad`: a router id.
    Quad,
    /// `ip`: an address of either family.
    Ip,
    /// `prefix`: a network of any address family.
    Prefix,
    /// `rd`: a route distinguisher (RFC 4364).
    RouteDistinguisher,
    /// `ec`: an extended community (RFC 4360).
    Extended,
    /// `lc`: a large community (RFC 8092).
    Large,
    /// `string`.
    String,
    /// `bytestring`.
    Bytes,
    /// `bgpmask`: a pattern for AS paths.
    PathMask,
    /// `bgppath`: an AS path.
    Path,
    /// `clist`: a list of standard communities.
    Communities,
    /// `eclist`: a list of extended communities.
    ExtendedCommunities,
    /// `lclist`: a list of large communities.
    LargeCommunities,
    /// A set of values.
    Set(SetType),
    /// A value of an enumeration.
    Enum(EnumType),
    /// Not known before the filter runs, or a type that is not modelled.
    Unknown,
}

/// What a set holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SetType {
    /// `[ ]`: goes with anything.
    Empty,
    /// Numbers.
    Int,
    /// Pairs.
    Pair,
    /// Router ids.
    Quad,
    /// Addresses.
    Ip,
    /// Route distinguishers.
    RouteDistinguisher,
    /// Extended communities.
    Extended,
    /// Large communities.
    Large,
    /// Values of one enumeration.
    Enum(EnumType),
    /// Prefixes with ranges of lengths.
    Prefix,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Void => "void",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Pair => "pair",
            Self::Quad => "quad",
            Self::Ip => "ip",
            Self::Prefix => "prefix",
            Self::RouteDistinguisher => "rd",
            Self::Extended => "ec",
            Self::Large => "lc",
            Self::String => "string",
            Self::Bytes => "bytestring",
            Self::PathMask => "bgpmask",
            Self::Path => "bgppath",
            Self::Communities => "clist",
            Self::ExtendedCommunities => "eclist",
            Self::LargeCommunities => "lclist",
            Self::Set(SetType::Empty) => "set",
            Self::Set(SetType::Int) => "int set",
            Self::Set(SetType::Pair) => "pair set",
            Self::Set(SetType::Quad) => "quad set",
            Self::Set(SetType::Ip) => "ip set",
            Self::Set(SetType::RouteDistinguisher) => "rd set",
            Self::Set(SetType::Extended) => "ec set",
            Self::Set(SetType::Large) => "lc set",
            Self::Set(SetType::Enum(_)) => "enum set",
            Self::Set(SetType::Prefix) => "prefix set",
            Self::Enum(of) => return write!(f, "enum {}", of.as_str()),
            Self::Unknown => "unknown type",
        })
    }
}

/// An enumeration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EnumType {
    /// `RTS_…`: what `source` holds.
    Source,
    /// `SCOPE_…`: what `scope` holds.
    Scope,
    /// `RTD_…`: what `dest` holds.
    Destination,
    /// `ROA_…`: what `roa_check` answers.
    Roa,
    /// `ASPA_…`: what `aspa_check` answers.
    Aspa,
    /// `ORIGIN_…`: what `bgp_origin` holds.
    Origin,
    /// `NET_…`: what `net.type` answers.
    Net,
    /// `AF_…`: what `aftype` answers.
    AddressFamily,
    /// `MPLS_POLICY_…`.
    MplsPolicy,
}

impl EnumType {
    /// The word in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Scope => "scope",
            Self::Destination => "dest",
            Self::Roa => "roa",
            Self::Aspa => "aspa",
            Self::Origin => "bgp_origin",
            Self::Net => "net type",
            Self::AddressFamily => "address family",
            Self::MplsPolicy => "mpls policy",
        }
    }
}

/// One constant of an enumeration; ordered as BIRD orders them, which ranges in sets use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Enumerated {
    /// Which enumeration.
    pub of: EnumType,
    /// The number behind the name, as BIRD 2.0 has it.
    pub value: u8,
}

/// Declares the constants, the table of their names, and nothing twice.
macro_rules! constants {
    ($($name:ident = $of:ident $value:literal,)*) => {
        impl Enumerated {
            $(
                #[doc = concat!("BIRD's `", stringify!($name), "`.")]
                pub const $name: Self = Self { of: EnumType::$of, value: $value };
            )*
        }

        /// Every constant by its name in BIRD.
        const CONSTANTS: &[(&str, Enumerated)] = &[$((stringify!($name), Enumerated::$name),)*];
    };
}

constants! {
    RTS_STATIC = Source 1,
    RTS_INHERIT = Source 2,
    RTS_DEVICE = Source 3,
    RTS_STATIC_DEVICE = Source 4,
    RTS_REDIRECT = Source 5,
    RTS_RIP = Source 6,
    RTS_OSPF = Source 7,
    RTS_OSPF_IA = Source 8,
    RTS_OSPF_EXT1 = Source 9,
    RTS_OSPF_EXT2 = Source 10,
    RTS_BGP = Source 11,
    RTS_PIPE = Source 12,
    RTS_BABEL = Source 13,
    RTS_RPKI = Source 14,
    RTS_PERF = Source 15,
    RTS_AGGREGATED = Source 16,
    RTS_L3VPN = Source 17,
    RTS_EVPN = Source 18,
    SCOPE_HOST = Scope 0,
    SCOPE_LINK = Scope 1,
    SCOPE_SITE = Scope 2,
    SCOPE_ORGANIZATION = Scope 3,
    SCOPE_UNIVERSE = Scope 4,
    SCOPE_UNDEFINED = Scope 5,
    RTD_UNICAST = Destination 1,
    RTD_BLACKHOLE = Destination 2,
    RTD_UNREACHABLE = Destination 3,
    RTD_PROHIBIT = Destination 4,
    ROA_UNKNOWN = Roa 0,
    ROA_VALID = Roa 1,
    ROA_INVALID = Roa 2,
    ASPA_UNKNOWN = Aspa 0,
    ASPA_VALID = Aspa 1,
    ASPA_INVALID = Aspa 2,
    ORIGIN_IGP = Origin 0,
    ORIGIN_EGP = Origin 1,
    ORIGIN_INCOMPLETE = Origin 2,
    NET_IP4 = Net 1,
    NET_IP6 = Net 2,
    NET_VPN4 = Net 3,
    NET_VPN6 = Net 4,
    NET_ROA4 = Net 5,
    NET_ROA6 = Net 6,
    NET_FLOW4 = Net 7,
    NET_FLOW6 = Net 8,
    NET_IP6_SADR = Net 9,
    NET_MPLS = Net 10,
    NET_ASPA = Net 11,
    NET_ETH = Net 12,
    NET_EVPN = Net 13,
    AF_IPV4 = AddressFamily 1,
    AF_IPV6 = AddressFamily 2,
    MPLS_POLICY_NONE = MplsPolicy 0,
    MPLS_POLICY_STATIC = MplsPolicy 1,
    MPLS_POLICY_PREFIX = MplsPolicy 2,
    MPLS_POLICY_AGGREGATE = MplsPolicy 3,
    MPLS_POLICY_VRF = MplsPolicy 4,
}

impl Enumerated {
    /// The constant that BIRD calls `name`.
    pub fn named(name: &str) -> Option<Self> {
        let found = CONSTANTS.iter().find(|(known, _)| *known == name);
        found.map(|(_, constant)| *constant)
    }

    /// BIRD's name.
    pub fn name(self) -> &'static str {
        let found = CONSTANTS.iter().find(|(_, constant)| *constant == self);
        found.map_or("an unnamed constant", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_and_names_are_one_to_one() {
        for (name, constant) in CONSTANTS {
            assert_eq!(Enumerated::named(name), Some(*constant), "{name}");
            assert_eq!(constant.name(), *name);
        }
        assert_eq!(Enumerated::named("RTS_SOMETHING"), None);
    }
}
