//! What a filter can read and set on a route.

use super::program::AttributeId;
use super::types::{EnumType, Type};

/// An attribute of the route that a filter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attribute {
    /// Always there.
    Static(StaticAttribute),
    /// Carried by BGP; may be absent.
    Bgp(BgpAttribute),
    /// Of another protocol or of the kernel; may be absent, and never on a BGP wire.
    Other(&'static OtherAttribute),
    /// Declared by `attribute TYPE NAME;`: crosses filters and pipes, never the wire.
    Custom(AttributeId),
}

/// Declares the variants, their names in BIRD and their types in one table.
macro_rules! attributes {
    ($(#[$meta:meta])* $enum:ident { $($variant:ident $name:literal $type:expr, $doc:literal;)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $enum {
            $(#[doc = $doc] $variant,)*
        }

        impl $enum {
            /// Every one, by BIRD's name.
            pub const ALL: &[(&'static str, Self)] = &[$(($name, Self::$variant),)*];

            /// The attribute that BIRD calls `name`.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, attribute)| *attribute)
            }

            /// BIRD's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The type of its values.
            pub fn value_type(self) -> Type {
                match self {
                    $(Self::$variant => $type,)*
                }
            }
        }
    };
}

attributes! {
    /// An attribute that every route has.
    StaticAttribute {
        Net "net" Type::Prefix, "The network; read-only.";
        Scope "scope" Type::Enum(EnumType::Scope), "How far the addresses of the route reach.";
        From "from" Type::Ip, "The router that the route was learned from.";
        Gateway "gw" Type::Ip, "The next hop towards the network.";
        InterfaceName "ifname" Type::String, "The interface of the next hop.";
        InterfaceIndex "ifindex" Type::Int, "The index of that interface; read-only.";
        Protocol "proto" Type::String, "The name of the protocol that imported the route; read-only.";
        Source "source" Type::Enum(EnumType::Source), "What kind of protocol it was; read-only.";
        Destination "dest" Type::Enum(EnumType::Destination), "What happens to packets.";
        Preference "preference" Type::Int, "Which route of one network is the best: higher wins.";
        Weight "weight" Type::Int, "Share of this next hop among several, 1 to 256.";
        OnLink "onlink" Type::Bool, "Whether the next hop counts as directly connected.";
        GatewayMpls "gw_mpls" Type::Int, "The outgoing MPLS label.";
        GatewayMplsStack "gw_mpls_stack" Type::Unknown, "The outgoing stack of MPLS labels.";
        IgpMetric "igp_metric" Type::Int, "The distance to the next hop.";
    }
}

attributes! {
    /// An attribute of RFC 4271 and its extensions.
    BgpAttribute {
        Origin "bgp_origin" Type::Enum(EnumType::Origin), "How the route came into BGP.";
        Path "bgp_path" Type::Path, "The AS path.";
        NextHop "bgp_next_hop" Type::Ip, "The next hop.";
        Med "bgp_med" Type::Int, "The multi-exit discriminator.";
        LocalPreference "bgp_local_pref" Type::Int, "The local preference.";
        AtomicAggregate "bgp_atomic_aggr" Type::Unknown, "Whether parts of the path were lost in an aggregate.";
        Aggregator "bgp_aggregator" Type::Unknown, "Who aggregated.";
        Communities "bgp_community" Type::Communities, "Standard communities (RFC 1997).";
        OriginatorId "bgp_originator_id" Type::Quad, "The router that brought the route to a reflector (RFC 4456).";
        ClusterList "bgp_cluster_list" Type::Communities, "The reflectors that the route passed (RFC 4456).";
        ExtendedCommunities "bgp_ext_community" Type::ExtendedCommunities, "Extended communities (RFC 4360).";
        LargeCommunities "bgp_large_community" Type::LargeCommunities, "Large communities (RFC 8092).";
        Aigp "bgp_aigp" Type::Unknown, "Accumulated IGP metric (RFC 7311).";
        OnlyToCustomer "bgp_otc" Type::Int, "Only to customer (RFC 9234).";
        MplsLabelStack "bgp_mpls_label_stack" Type::Unknown, "MPLS labels (RFC 8277).";
    }
}

/// An attribute that no BGP neighbour ever sees.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OtherAttribute {
    /// BIRD's name.
    pub name: &'static str,
    /// The type of its values.
    pub value_type: Type,
}

impl OtherAttribute {
    /// The attribute that BIRD calls `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        OTHER.iter().find(|known| known.name == name)
    }
}

const fn other(name: &'static str, value_type: Type) -> OtherAttribute {
    OtherAttribute { name, value_type }
}

/// Every attribute of the kernel and of the other protocols.
static OTHER: &[OtherAttribute] = &[
    other("krt_source", Type::Int),
    other("krt_metric", Type::Int),
    other("krt_scope", Type::Int),
    other("krt_realm", Type::Int),
    other("krt_prefsrc", Type::Ip),
    other("krt_mtu", Type::Int),
    other("krt_window", Type::Int),
    other("krt_rtt", Type::Int),
    other("krt_rttvar", Type::Int),
    other("krt_ssthresh", Type::Int),
    other("krt_sstresh", Type::Int),
    other("krt_cwnd", Type::Int),
    other("krt_advmss", Type::Int),
    other("krt_reordering", Type::Int),
    other("krt_hoplimit", Type::Int),
    other("krt_initcwnd", Type::Int),
    other("krt_rto_min", Type::Int),
    other("krt_initrwnd", Type::Int),
    other("krt_quickack", Type::Int),
    other("krt_congctl", Type::String),
    other("krt_fastopen_no_cookie", Type::Int),
    other("krt_lock_mtu", Type::Bool),
    other("krt_lock_window", Type::Bool),
    other("krt_lock_rtt", Type::Bool),
    other("krt_lock_rttvar", Type::Bool),
    other("krt_lock_ssthresh", Type::Bool),
    other("krt_lock_sstresh", Type::Bool),
    other("krt_lock_cwnd", Type::Bool),
    other("krt_lock_advmss", Type::Bool),
    other("krt_lock_reordering", Type::Bool),
    other("krt_lock_hoplimit", Type::Bool),
    other("krt_lock_rto_min", Type::Bool),
    other("krt_feature_ecn", Type::Bool),
    other("krt_feature_allfrag", Type::Bool),
    other("ospf_metric1", Type::Int),
    other("ospf_metric2", Type::Int),
    other("ospf_tag", Type::Int),
    other("ospf_router_id", Type::Quad),
    other("rip_metric", Type::Int),
    other("rip_tag", Type::Int),
    other("rip_from", Type::Unknown),
    other("radv_preference", Type::Unknown),
    other("radv_lifetime", Type::Int),
    other("babel_metric", Type::Int),
    other("babel_router_id", Type::Unknown),
    other("babel_seqno", Type::Int),
    other("mpls_label", Type::Int),
    other("mpls_policy", Type::Enum(EnumType::MplsPolicy)),
    other("mpls_class", Type::Int),
    other("aspa_providers", Type::Unknown),
    other("hostentry", Type::Unknown),
];
