//! What the settings of each protocol are called, and what they take.

use super::setting::{Effect, Row, Shape, Units};
use crate::bird::SettingName as Name;
use crate::bird::ast::ProtocolKind;

const fn row(phrase: &'static str, shape: Shape, name: Name) -> Row {
    Row {
        phrase,
        shape,
        effect: Effect::Matters(name),
    }
}

const fn inert(phrase: &'static str, shape: Shape) -> Row {
    Row {
        phrase,
        shape,
        effect: Effect::Inert,
    }
}

const fn unmodelled(phrase: &'static str) -> Row {
    Row {
        phrase,
        shape: Shape::Rest,
        effect: Effect::Unmodelled,
    }
}

const TIME: Shape = Shape::Value(Units::Time);
const VALUE: Shape = Shape::Value(Units::None);

/// Settings of every protocol.
pub(super) const COMMON: &[Row] = &[
    row("disabled", Shape::Switch, Name::Disabled),
    row("router id", VALUE, Name::RouterId),
    row("description", Shape::Text, Name::Description),
    row("vrf", Shape::SwitchOrWord(&["default"]), Name::Vrf),
    inert("debug", Shape::Rest),
    inert("mrtdump", Shape::Rest),
    inert("hostname", Shape::Text),
    inert("thread group", Shape::Rest),
    inert("restart time", TIME),
];

/// Settings of a channel.
pub(super) const CHANNEL: &[Row] = &[
    row("table", Shape::Table, Name::Table),
    row("preference", VALUE, Name::Preference),
    row("import table", Shape::Switch, Name::ImportTable),
    row("export table", Shape::Switch, Name::ExportTable),
    row(
        "import keep filtered",
        Shape::Switch,
        Name::ImportKeepFiltered,
    ),
    row("import in", VALUE, Name::ImportIn),
    row("export in", VALUE, Name::ExportIn),
    row("rpki reload", Shape::Switch, Name::RpkiReload),
    row("mandatory", Shape::Switch, Name::Mandatory),
    row(
        "next hop self",
        Shape::SwitchOrWord(&["ebgp", "ibgp"]),
        Name::NextHopSelf,
    ),
    row(
        "next hop keep",
        Shape::SwitchOrWord(&["ebgp", "ibgp"]),
        Name::NextHopKeep,
    ),
    row("next hop address", VALUE, Name::NextHopAddress),
    row(
        "next hop prefer",
        Shape::Word(&["global", "local"]),
        Name::NextHopPrefer,
    ),
    row(
        "missing lladdr",
        Shape::Word(&["self", "drop", "ignore"]),
        Name::MissingLladdr,
    ),
    row(
        "gateway",
        Shape::Word(&["direct", "recursive"]),
        Name::Gateway,
    ),
    row("igp table", Shape::Table, Name::IgpTable),
    row("extended next hop", Shape::Switch, Name::ExtendedNextHop),
    row(
        "require extended next hop",
        Shape::Switch,
        Name::RequireExtendedNextHop,
    ),
    row(
        "add paths",
        Shape::SwitchOrWord(&["rx", "tx"]),
        Name::AddPaths,
    ),
    row("require add paths", Shape::Switch, Name::RequireAddPaths),
    row("secondary", Shape::Switch, Name::Secondary),
    row("validate", Shape::Switch, Name::Validate),
    row("validate next hop", Shape::Switch, Name::ValidateNextHop),
    row("aigp", Shape::SwitchOrWord(&["originate"]), Name::Aigp),
    row("cost", VALUE, Name::Cost),
    row("base table", Shape::Table, Name::BaseTable),
    inert("merge paths", Shape::Rest),
    inert("debug", Shape::Rest),
    inert("graceful restart", Shape::SwitchOrWord(&["aware"])),
    inert(
        "long lived graceful restart",
        Shape::SwitchOrWord(&["aware"]),
    ),
    inert("long lived stale time", TIME),
    inert("min long lived stale time", TIME),
    inert("max long lived stale time", TIME),
    inert("roa table", Shape::Rest),
    inert("settle time", Shape::Rest),
    inert("roa settle time", Shape::Rest),
    inert("aspa settle time", Shape::Rest),
    inert("import settle time", Shape::Rest),
    inert("export block", Shape::Switch),
    inert("tx size warning", VALUE),
    inert("link local next hop format", Shape::Rest),
    inert("label policy", Shape::Rest),
    inert("label domain", Shape::Rest),
    inert("label range", Shape::Rest),
];

/// The settings of one kind of protocol, beside those of all.
pub(super) fn of(kind: ProtocolKind) -> &'static [Row] {
    match kind {
        ProtocolKind::Bgp => BGP,
        ProtocolKind::Static => STATIC,
        ProtocolKind::Kernel => KERNEL,
        ProtocolKind::Device => DEVICE,
        ProtocolKind::Direct => DIRECT,
        ProtocolKind::Pipe => PIPE,
        ProtocolKind::Rpki => RPKI,
        ProtocolKind::Bfd => BFD,
        ProtocolKind::OspfV2 | ProtocolKind::OspfV3 => OSPF,
        ProtocolKind::Rip | ProtocolKind::RipNg => RIP,
        ProtocolKind::Radv => RADV,
        ProtocolKind::Babel => BABEL,
        ProtocolKind::Aggregator => AGGREGATOR,
        ProtocolKind::Bmp => BMP,
        ProtocolKind::Mrt => MRT,
        ProtocolKind::Perf => PERF,
        ProtocolKind::L3vpn | ProtocolKind::Evpn | ProtocolKind::Bridge => VPN,
    }
}

const ROLES: Shape = Shape::Word(&["peer", "provider", "customer", "rs_server", "rs_client"]);

const BGP: &[Row] = &[
    row("local role", ROLES, Name::LocalRole),
    row("require roles", Shape::Switch, Name::RequireRoles),
    row("multihop", Shape::MaybeValue, Name::Multihop),
    row("direct", Shape::Flag, Name::Direct),
    row("source address", VALUE, Name::SourceAddress),
    row("interface", Shape::Text, Name::Interface),
    row("strict bind", Shape::Switch, Name::StrictBind),
    row("free bind", Shape::Switch, Name::FreeBind),
    row("check link", Shape::Switch, Name::CheckLink),
    row("dynamic name", Shape::Text, Name::DynamicName),
    row("passive", Shape::Switch, Name::Passive),
    row("rr client", Shape::Switch, Name::RrClient),
    row("rr cluster id", VALUE, Name::RrClusterId),
    row("rs client", Shape::Switch, Name::RsClient),
    row("confederation", VALUE, Name::Confederation),
    row(
        "confederation member",
        Shape::Switch,
        Name::ConfederationMember,
    ),
    row("allow local as", Shape::MaybeValue, Name::AllowLocalAs),
    row("allow as sets", Shape::Switch, Name::AllowAsSets),
    row("enforce first as", Shape::Switch, Name::EnforceFirstAs),
    row(
        "allow bgp_local_pref",
        Shape::Switch,
        Name::AllowLocalPreference,
    ),
    row("allow bgp_med", Shape::Switch, Name::AllowMed),
    row(
        "interpret communities",
        Shape::Switch,
        Name::InterpretCommunities,
    ),
    row(
        "default bgp_local_pref",
        VALUE,
        Name::DefaultLocalPreference,
    ),
    row("default bgp_med", VALUE, Name::DefaultMed),
    row("med metric", Shape::Switch, Name::MedMetric),
    row("igp metric", Shape::Switch, Name::IgpMetric),
    row("path metric", Shape::Switch, Name::PathMetric),
    row("prefer older", Shape::Switch, Name::PreferOlder),
    row("deterministic med", Shape::Switch, Name::DeterministicMed),
    row("enable as4", Shape::Switch, Name::EnableAs4),
    row("capabilities", Shape::Switch, Name::Capabilities),
    row("advertise ipv4", Shape::Switch, Name::AdvertiseIpv4),
    row("password", Shape::Secret, Name::Password),
    row("ttl security", Shape::Switch, Name::TtlSecurity),
    inert("bfd", Shape::Rest),
    inert("onlink", Shape::Switch),
    inert("dynamic name digits", VALUE),
    inert("hold time", TIME),
    inert("min hold time", TIME),
    inert("keepalive time", TIME),
    inert("min keepalive time", TIME),
    inert("send hold time", TIME),
    inert("startup hold time", TIME),
    inert("connect retry time", TIME),
    inert("connect delay time", TIME),
    inert("start delay time", TIME),
    inert("error wait time", TIME),
    inert("error forget time", TIME),
    inert("disable after error", Shape::Switch),
    inert("disable after cease", Shape::Rest),
    inert("enable route refresh", Shape::Switch),
    inert("require route refresh", Shape::Switch),
    inert("enable enhanced route refresh", Shape::Switch),
    inert("require enhanced route refresh", Shape::Switch),
    inert("enable extended messages", Shape::Switch),
    inert("require extended messages", Shape::Switch),
    inert("require as4", Shape::Switch),
    inert("require graceful restart", Shape::Switch),
    inert("require long lived graceful restart", Shape::Switch),
    inert("require hostname", Shape::Switch),
    inert("advertise hostname", Shape::Switch),
    inert("setkey", Shape::Switch),
    inert("authentication", Shape::Rest),
    inert("keys", Shape::Rest),
    inert("key", Shape::Rest),
    inert("graceful restart", Shape::SwitchOrWord(&["aware"])),
    inert("graceful restart time", TIME),
    inert("min graceful restart time", TIME),
    inert("max graceful restart time", TIME),
    inert(
        "long lived graceful restart",
        Shape::SwitchOrWord(&["aware"]),
    ),
    inert("long lived stale time", TIME),
    inert("min long lived stale time", TIME),
    inert("max long lived stale time", TIME),
    inert("tx size warning", VALUE),
    inert("tx priority", VALUE),
    inert("rx priority", VALUE),
];

const STATIC: &[Row] = &[
    row("check link", Shape::Switch, Name::CheckLink),
    row("igp table", Shape::Table, Name::IgpTable),
];

const KERNEL: &[Row] = &[
    row("learn", Shape::SwitchOrWord(&["all"]), Name::Learn),
    row("persist", Shape::Switch, Name::Persist),
    row("kernel table", VALUE, Name::KernelTable),
    row("metric", VALUE, Name::Metric),
    inert("merge paths", Shape::Rest),
    inert("scan time", TIME),
    inert("graceful restart", Shape::Switch),
    inert("netlink rx buffer", VALUE),
    inert("device routes", Shape::Switch),
];

const DEVICE: &[Row] = &[
    inert("scan time", TIME),
    inert("interface", Shape::Rest),
    inert("primary", Shape::Rest),
];

const DIRECT: &[Row] = &[
    row("check link", Shape::Switch, Name::CheckLink),
    inert("interface", Shape::Rest),
];

const PIPE: &[Row] = &[
    row("peer table", Shape::Table, Name::PeerTable),
    row("max generation", VALUE, Name::MaxGeneration),
    row(
        "mode",
        Shape::Word(&["transparent", "opaque"]),
        Name::PipeMode,
    ),
];

const RPKI: &[Row] = &[
    inert("remote", Shape::Rest),
    inert("port", VALUE),
    inert("local address", VALUE),
    inert("retry", Shape::Rest),
    inert("refresh", Shape::Rest),
    inert("expire", Shape::Rest),
    inert("transport", Shape::Rest),
    inert("ignore max length", Shape::Switch),
    inert("min version", VALUE),
    inert("max version", VALUE),
    inert("authentication", Shape::Rest),
    inert("password", Shape::Rest),
    inert("interface", Shape::Rest),
];

const BFD: &[Row] = &[
    inert("interface", Shape::Rest),
    inert("multihop", Shape::Rest),
    inert("neighbor", Shape::Rest),
    inert("accept", Shape::Rest),
    inert("strict bind", Shape::Switch),
    inert("zero udp6 checksum rx", Shape::Switch),
];

const OSPF: &[Row] = &[
    inert("area", Shape::Rest),
    inert("rfc1583compat", Shape::Switch),
    inert("rfc5838", Shape::Switch),
    inert("ecmp", Shape::Rest),
    inert("merge external", Shape::Switch),
    inert("tick", VALUE),
    inert("instance id", VALUE),
    inert("stub router", Shape::Switch),
    inert("graceful restart", Shape::Rest),
    inert("vpn pe", Shape::Switch),
];

const RIP: &[Row] = &[
    inert("interface", Shape::Rest),
    inert("infinity", VALUE),
    inert("ecmp", Shape::Rest),
];

const RADV: &[Row] = &[
    inert("interface", Shape::Rest),
    inert("prefix", Shape::Rest),
    inert("rdnss", Shape::Rest),
    inert("dnssl", Shape::Rest),
    inert("custom option", Shape::Rest),
    inert("trigger", Shape::Rest),
    inert("propagate routes", Shape::Switch),
];

const BABEL: &[Row] = &[
    inert("interface", Shape::Rest),
    inert("randomize router id", Shape::Switch),
];

const AGGREGATOR: &[Row] = &[
    row("peer table", Shape::Table, Name::PeerTable),
    unmodelled("aggregate on"),
    unmodelled("merge by"),
];

const BMP: &[Row] = &[
    inert("station address", Shape::Rest),
    inert("local address", Shape::Rest),
    inert("system description", Shape::Text),
    inert("system name", Shape::Text),
    inert("monitoring rib in pre_policy", Shape::Switch),
    inert("monitoring rib in post_policy", Shape::Switch),
    inert("tx buffer limit", VALUE),
];

const MRT: &[Row] = &[
    inert("table", Shape::Rest),
    inert("filename", Shape::Text),
    inert("period", TIME),
    inert("filter", Shape::Rest),
    inert("where", Shape::Rest),
    inert("always add path", Shape::Switch),
];

const PERF: &[Row] = &[
    inert("exp", Shape::Rest),
    inert("repeat", VALUE),
    inert("keep", VALUE),
    inert("mode", Shape::Rest),
    inert("threshold", Shape::Rest),
    inert("attributes", Shape::Rest),
];

const VPN: &[Row] = &[
    unmodelled("rd"),
    unmodelled("route distinguisher"),
    unmodelled("route target"),
    unmodelled("import target"),
    unmodelled("export target"),
    unmodelled("encapsulation"),
    unmodelled("vlan"),
    unmodelled("vni"),
    unmodelled("vid"),
    unmodelled("bridge device"),
    unmodelled("tunnel device"),
    unmodelled("router address"),
    unmodelled("learn"),
];
