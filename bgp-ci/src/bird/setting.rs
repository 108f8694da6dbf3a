//! Settings of protocols and channels.

use super::ast::Reference;
use crate::filter::Expression;

/// A setting and its value.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Which; the tables of the parser say what each is called and takes.
    pub name: SettingName,
    /// Its value.
    pub value: SettingValue,
}

/// The value of a setting.
#[derive(Debug, Clone)]
pub enum SettingValue {
    /// A switch. `yes`, `on`, `true` and no word at all switch it on.
    Switch(bool),
    /// A switch whose value is an expression.
    SwitchIf(Expression),
    /// A number, an address, a text.
    Value(Expression),
    /// One of the words that the setting knows.
    Word(&'static str),
    /// The name of something.
    Reference(Reference),
}

/// A setting that bears on what a neighbour receives, or on what its absence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SettingName {
    /// `disabled SWITCH`.
    Disabled,
    /// `router id VALUE`.
    RouterId,
    /// `description TEXT`.
    Description,
    /// `vrf NAME`; the value is the word `default` or the name.
    Vrf,
    /// `preference N`, of a protocol or a channel.
    Preference,
    /// `multihop [N]` (switch on, or the number).
    Multihop,
    /// `direct`.
    Direct,
    /// `source address IP`.
    SourceAddress,
    /// `interface TEXT`.
    Interface,
    /// `strict bind SWITCH`.
    StrictBind,
    /// `passive SWITCH`.
    Passive,
    /// `local role WORD`: `peer`, `provider`, `customer`, `rs_server`, `rs_client`.
    LocalRole,
    /// `require roles SWITCH`.
    RequireRoles,
    /// `rr client SWITCH`.
    RrClient,
    /// `rr cluster id QUAD`.
    RrClusterId,
    /// `rs client SWITCH`.
    RsClient,
    /// `confederation N`.
    Confederation,
    /// `confederation member SWITCH`.
    ConfederationMember,
    /// `allow local as [N]` (switch on, or the number).
    AllowLocalAs,
    /// `allow as sets SWITCH`.
    AllowAsSets,
    /// `enforce first as SWITCH`.
    EnforceFirstAs,
    /// `allow bgp_local_pref SWITCH`.
    AllowLocalPreference,
    /// `allow bgp_med SWITCH`.
    AllowMed,
    /// `interpret communities SWITCH`.
    InterpretCommunities,
    /// `default bgp_local_pref N`.
    DefaultLocalPreference,
    /// `default bgp_med N`.
    DefaultMed,
    /// `med metric SWITCH`.
    MedMetric,
    /// `igp metric SWITCH`.
    IgpMetric,
    /// `path metric SWITCH`.
    PathMetric,
    /// `prefer older SWITCH`.
    PreferOlder,
    /// `deterministic med SWITCH`.
    DeterministicMed,
    /// `enable as4 SWITCH`.
    EnableAs4,
    /// `capabilities SWITCH`.
    Capabilities,
    /// `advertise ipv4 SWITCH`, of versions before 2.
    AdvertiseIpv4,
    /// `password TEXT`: the value is that there is one, never the text.
    Password,
    /// `ttl security SWITCH`.
    TtlSecurity,
    /// `free bind SWITCH`.
    FreeBind,
    /// `dynamic name TEXT`.
    DynamicName,
    /// `check link SWITCH`, of `static` and `direct`.
    CheckLink,
    /// `learn SWITCH` or `learn all`, of `kernel`.
    Learn,
    /// `persist SWITCH`, of `kernel`.
    Persist,
    /// `kernel table N`.
    KernelTable,
    /// `metric N`, of `kernel`.
    Metric,
    /// `peer table NAME`, of `pipe` and `aggregator`.
    PeerTable,
    /// `max generation N`, of `pipe`.
    MaxGeneration,
    /// `transparent` and other modes of a `pipe` in old versions.
    PipeMode,
    /// `table NAME`, of a channel.
    Table,
    /// `import table SWITCH`.
    ImportTable,
    /// `export table SWITCH`.
    ExportTable,
    /// `import keep filtered SWITCH`.
    ImportKeepFiltered,
    /// `rpki reload SWITCH`.
    RpkiReload,
    /// `mandatory SWITCH`.
    Mandatory,
    /// `next hop self` (switch, or the word `ebgp` or `ibgp`).
    NextHopSelf,
    /// `next hop keep` (switch, or the word `ebgp` or `ibgp`).
    NextHopKeep,
    /// `next hop address IP`.
    NextHopAddress,
    /// `next hop prefer WORD`: `global` or `local`.
    NextHopPrefer,
    /// `missing lladdr WORD`.
    MissingLladdr,
    /// `gateway WORD`: `direct` or `recursive`.
    Gateway,
    /// `igp table NAME`.
    IgpTable,
    /// `base table NAME`, of flow channels.
    BaseTable,
    /// `extended next hop SWITCH`.
    ExtendedNextHop,
    /// `require extended next hop SWITCH`.
    RequireExtendedNextHop,
    /// `add paths WORD`: `on`, `off`, `rx` or `tx`.
    AddPaths,
    /// `require add paths SWITCH`.
    RequireAddPaths,
    /// `secondary SWITCH`.
    Secondary,
    /// `validate SWITCH`, of flow channels.
    Validate,
    /// `validate next hop SWITCH`.
    ValidateNextHop,
    /// `aigp SWITCH` or `aigp originate`.
    Aigp,
    /// `cost N`.
    Cost,
    /// `import in PREFIX`.
    ImportIn,
    /// `export in PREFIX`.
    ExportIn,
}
