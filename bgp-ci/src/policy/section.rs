//! The `bgp:` section as it is written: every key, typed, with its place.
//!
//! Texts that stand for prefixes, numbers and communities are still texts here, so that
//! [`resolve`](super::resolve()) can name everything that is wrong with them at once.

use rules::policy::{Entries, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Scalar, Sensitive};

/// What `bgp-ci` needs to know: our numbers and space, who receives what, and what must hold.
///
/// Either the network itself, or `base` and `head`: folders with a `preflight.yaml` each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    rename = "bgp"
)]
pub struct Section {
    /// Before the change: a folder relative to this file, or a git revision.
    pub base: Option<Spanned<String>>,
    /// After the change: a folder relative to this file.
    pub head: Option<Spanned<String>>,
    /// Our autonomous system number.
    pub asn: Option<Spanned<Scalar>>,
    /// Every number that we originate from, where there is more than one.
    pub origins: Vec<Spanned<Scalar>>,
    /// The address space that is ours to announce.
    pub owned: Vec<Spanned<OwnedEntry>>,
    /// What the space is for, and what must hold for it.
    pub services: Entries<Spanned<Option<ServiceEntry>>>,
    /// Where we announce from.
    pub sites: Entries<Spanned<Option<SiteEntry>>>,
    /// Who receives our announcements.
    pub neighbors: Entries<Spanned<NeighborEntry>>,
    /// Special-purpose prefixes and numbers that this policy means, with their more-specifics.
    pub treat_as_public: Vec<Spanned<Scalar>>,
    /// Who is told what.
    pub announcements: Option<Spanned<Vec<Spanned<StatementEntry>>>>,
    /// Router configurations to read announcements from.
    pub sources: Vec<Spanned<SourceEntry>>,
    /// Data to compare announcements with.
    pub data: Option<Spanned<DataEntry>>,
    /// How large a change may be.
    pub limits: Option<Spanned<LimitsEntry>>,
    /// Changes that are denied until people have approved them.
    pub needs_approval: Vec<Spanned<Sensitive>>,
    /// The signers that count, as `ssh-keygen -Y verify` reads them.
    pub approvers: Option<Spanned<String>>,
    /// Signed approvals of changes.
    pub approvals: Vec<Spanned<ApprovalEntry>>,
    /// Routers that no single change may touch together.
    pub pairs: Vec<Spanned<Vec<Spanned<String>>>>,
    /// What becomes of violations that base already had: `warn` (at most), or `deny` as if new.
    pub existing: Option<Spanned<Existing>>,
}

impl Section {
    /// Whether it holds a network, or a part of one, itself.
    pub fn has_network(&self) -> bool {
        let Self {
            base: _,
            head: _,
            asn,
            origins,
            owned,
            services,
            sites,
            neighbors,
            treat_as_public,
            announcements,
            sources,
            data,
            limits,
            needs_approval,
            approvers,
            approvals,
            pairs,
            existing,
        } = self;
        asn.is_some()
            || !origins.is_empty()
            || !owned.is_empty()
            || !services.0.is_empty()
            || !sites.0.is_empty()
            || !neighbors.0.is_empty()
            || !treat_as_public.is_empty()
            || announcements.is_some()
            || !sources.is_empty()
            || data.is_some()
            || limits.is_some()
            || !needs_approval.is_empty()
            || approvers.is_some()
            || !approvals.is_empty()
            || !pairs.is_empty()
            || existing.is_some()
    }
}

/// What becomes of a violation that base already had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Existing {
    /// It is at most a warning.
    Warn,
    /// It is judged as if the change had brought it.
    Deny,
}

/// A prefix that is ours.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename = "owned")]
pub struct OwnedEntry {
    /// The prefix, such as 192.0.2.0/24.
    pub prefix: Spanned<String>,
    /// The longest more-specific that we announce.
    pub max_length: Option<Spanned<u8>>,
    /// The service that it carries.
    pub service: Option<Spanned<String>>,
}

/// A service and what must hold for each of its prefixes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    rename = "service"
)]
pub struct ServiceEntry {
    /// How it is announced.
    pub kind: Option<Spanned<Kind>>,
    /// Whether changes of its attributes deserve a look.
    pub critical: Option<Spanned<bool>>,
    /// Sites that must announce each of its prefixes.
    pub min_sites: Option<Spanned<u32>>,
    /// The same, by region.
    pub min_sites_per_region: Entries<Spanned<u32>>,
    /// Sites that one change may take from a prefix.
    pub max_site_loss_per_change: Option<Spanned<u32>>,
    /// Services that no change may touch together with this one.
    pub disjoint_from: Vec<Spanned<String>>,
}

/// How a service is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The same prefixes from many sites.
    Anycast,
    /// Each prefix from where its addresses are.
    Unicast,
}

/// A site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    rename = "site"
)]
pub struct SiteEntry {
    /// The region that it counts for.
    pub region: Option<Spanned<String>>,
}

/// A neighbour, at each of its sites.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename = "neighbor")]
pub struct NeighborEntry {
    /// Its autonomous system number.
    pub asn: Spanned<Scalar>,
    /// Its address on the session.
    pub address: Option<Spanned<String>>,
    /// Where it is; all sites where absent.
    pub sites: Option<Spanned<Vec<Spanned<String>>>>,
    /// What it is to us.
    pub relation: Option<Spanned<Relation>>,
    /// Prefixes that it accepts from us on a session, for each address family.
    pub max_prefix: Option<Spanned<u32>>,
    /// Whether it discards traffic to routes with the BLACKHOLE community.
    pub accepts_blackhole: Option<Spanned<bool>>,
    /// Our number as it shows it to others.
    pub presents_as: Option<Spanned<Scalar>>,
    /// Whether it takes private numbers out of our paths.
    pub strips_private_as: Option<Spanned<bool>>,
    /// Communities by which it keeps a route to itself.
    #[serde(default)]
    pub no_announce: Vec<Spanned<String>>,
}

/// What a neighbour is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// We buy transit from it.
    Provider,
    /// We exchange our own and our customers' routes.
    Peer,
    /// It buys transit from us.
    Customer,
    /// It passes our routes on to the members of an exchange.
    RouteServer,
}

impl Relation {
    /// The word used in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Peer => "peer",
            Self::Customer => "customer",
            Self::RouteServer => "route-server",
        }
    }
}

/// Who is told what: each prefix, at each of the sites, to each of the neighbours that are there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    rename = "announcement"
)]
pub struct StatementEntry {
    /// Announce every prefix that is owned for this service.
    pub service: Option<Spanned<String>>,
    /// Or announce these prefixes.
    pub prefixes: Option<Spanned<Vec<Spanned<String>>>>,
    /// Where; at all sites where absent.
    pub sites: Option<Spanned<Vec<Spanned<String>>>>,
    /// To whom.
    pub to: Spanned<Vec<Spanned<String>>>,
    /// Standard communities, such as 64500:100 or no-export.
    #[serde(default)]
    pub communities: Vec<Spanned<String>>,
    /// Large communities, such as 64500:1:1.
    #[serde(default)]
    pub large_communities: Vec<Spanned<String>>,
    /// How often our number is put before the path once more.
    pub prepend: Option<Spanned<u8>>,
}

/// Router configurations.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename = "source")]
pub struct SourceEntry {
    /// The language.
    pub adapter: Spanned<Adapter>,
    /// The site that it configures.
    pub site: Option<Spanned<String>>,
    /// The router's name, where a site has several.
    pub router: Option<Spanned<String>>,
    /// The first file.
    pub entry: Option<Spanned<String>>,
    /// Or a glob of first files.
    pub glob: Option<Spanned<String>>,
    /// A path pattern with `{site}` where the site's name stands.
    pub site_from: Option<Spanned<String>>,
    /// Files that stand for an include, by the name included.
    #[serde(default)]
    pub include: Entries<Spanned<String>>,
    /// Values that a deploy script would fill in.
    #[serde(default)]
    pub vars: Entries<Spanned<Scalar>>,
}

/// The language of a router configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Adapter {
    /// BIRD 2 and 3.
    Bird,
    /// FRRouting.
    Frr,
    /// GoBGP.
    Gobgp,
    /// ExaBGP.
    Exabgp,
    /// OpenBGPD.
    Openbgpd,
}

impl Adapter {
    /// As the policy writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bird => "bird",
            Self::Frr => "frr",
            Self::Gobgp => "gobgp",
            Self::Exabgp => "exabgp",
            Self::Openbgpd => "openbgpd",
        }
    }
}

/// Data to compare announcements with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    rename = "data"
)]
pub struct DataEntry {
    /// Validated ROA payloads.
    pub vrps: Option<Spanned<String>>,
    /// The age at which data no longer counts.
    pub max_age: Option<Spanned<String>>,
    /// Trust anchors that the payloads must come from.
    pub anchors: Vec<Spanned<String>>,
    /// Local exceptions (RFC 8416).
    pub slurm: Option<Spanned<String>>,
    /// Route objects.
    pub irr: Vec<Spanned<String>>,
    /// Provider authorizations.
    pub aspa: Option<Spanned<String>>,
}

/// How large a change may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    rename = "limits"
)]
pub struct LimitsEntry {
    /// What it may withdraw everywhere.
    pub withdraw: Option<Spanned<WithdrawEntry>>,
    /// How a session may grow, such as 2x.
    pub growth: Option<Spanned<Scalar>>,
    /// Sites that it may touch.
    pub sites_per_change: Option<Spanned<u32>>,
    /// How a list that filters use may shrink, such as 20%.
    pub filter_shrink: Option<Spanned<Scalar>>,
}

/// What a change may withdraw everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    default,
    deny_unknown_fields,
    rename_all = "kebab-case",
    rename = "withdraw"
)]
pub struct WithdrawEntry {
    /// Prefixes.
    pub prefixes: Option<Spanned<u32>>,
    /// Their share of all, such as 10%.
    pub share: Option<Spanned<Scalar>>,
    /// Addresses, as the prefix length that holds as many: /20 is 4,096 IPv4 addresses.
    pub addresses: Option<Spanned<Scalar>>,
}

/// Any change of a service's announcements.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "service change")]
pub struct ServiceChange {
    /// The service.
    pub service: Spanned<String>,
}

/// A signed approval.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename = "approval")]
pub struct ApprovalEntry {
    /// The hash of the plan that it is for.
    pub plan: Spanned<String>,
    /// Rules that it waives.
    pub waives: Vec<Spanned<String>>,
    /// The last day on which it holds.
    pub until: Option<Spanned<String>>,
    /// Why.
    pub reason: Option<Spanned<String>>,
    /// The signature's file.
    pub signature: Option<Spanned<String>>,
}
