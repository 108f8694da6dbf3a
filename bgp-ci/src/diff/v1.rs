//! `bgp-ci.difference/v1`: what `diff` writes for machines, and what its other formats show.
//!
//! These types are the format: the model may change, these only grow. Everything is sorted; paths
//! are relative to the directory given, with `/`, and begin with the revision and a `:` where a
//! side is one; positions are as in `preflight.report/v1`.

use rules::Certainty;
use rules::report::v1::{Span, Undecided};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The value of `schema`.
pub const SCHEMA: &str = "bgp-ci.difference/v1";

/// What a change makes neighbours receive differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "bgp-ci difference, version 1")]
pub struct Difference {
    /// Always `bgp-ci.difference/v1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The hash that approvals name: `sha256:` and 64 hexadecimal digits.
    pub plan: String,
    /// Before.
    pub base: Side,
    /// After.
    pub head: Side,
    /// The difference in lines, the most important kind first.
    pub groups: Vec<Group>,
    /// Each prefix that changes, at each site.
    pub matrix: Matrix,
    /// Every announcement that changes, by prefix, site, router and neighbour.
    pub announcements: Vec<Change>,
    /// What was not understood of either side, or could not be seen.
    pub undecided: Vec<Undecided>,
    /// What this version does not look at and could make a difference.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// Its policy.
    pub policy: String,
    /// Announcements to external neighbours.
    pub announcements: usize,
    /// Announcements to our own routers.
    pub internal: usize,
    /// Whether everything that it announces is known.
    pub complete: bool,
}

/// Changes of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// Which.
    pub kind: Kind,
    /// Announcements that change so; 0 for sessions and the policy.
    pub announcements: usize,
    /// One for each thing that there is to say.
    pub lines: Vec<Line>,
}

/// Kinds of changes, the most important first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A neighbour receives a prefix no longer.
    Withdrawn,
    /// It still receives it, and no longer passes it on.
    KeptBack,
    /// It receives a prefix that it did not.
    New,
    /// It passes on what it kept back.
    PassedOn,
    /// Another system originates the prefix.
    Origin,
    /// Other attributes.
    Attributes,
    /// Sessions themselves.
    Sessions,
    /// What must hold.
    Policy,
    /// What no neighbour sees: the service that a prefix is for, and where a route comes from.
    Unseen,
}

/// One thing that many announcements have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// `-` gone, `!` kept back, `+` there now, `~` other than before.
    pub sign: char,
    /// What; empty where the announcement itself is what comes or goes.
    pub what: String,
    /// What to know about it; may be empty.
    pub note: String,
    /// Which prefixes.
    pub prefixes: Vec<String>,
    /// To which neighbours.
    pub neighbors: Vec<String>,
    /// At which sites.
    pub sites: Vec<String>,
    /// How many announcements or sessions.
    pub count: usize,
    /// Whether it is so for each of the prefixes, to each of the neighbours, at each of the sites.
    pub each: bool,
}

/// Sites × prefixes, as one sign each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Matrix {
    /// The columns: every site that announces one of the prefixes before or after.
    pub sites: Vec<String>,
    /// The rows: every prefix that changes.
    pub rows: Vec<Row>,
}

/// What becomes of one prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// The prefix.
    pub prefix: String,
    /// One sign a site: `-` gone, `!` kept back now, `O` another origin, `<` fewer neighbours, `+`
    /// new, `>` more neighbours, `~` other attributes, `=` as before, `x` kept back before and
    /// after, `?` not known, `.` not announced.
    pub cells: String,
}

/// One announcement that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The prefix.
    pub prefix: String,
    /// `ipv4` or `ipv6`.
    pub family: String,
    /// Where.
    pub site: String,
    /// The router there.
    pub router: String,
    /// To whom.
    pub neighbor: String,
    /// The other end's address, where the files say one.
    pub address: Option<String>,
    /// Whether the neighbour is another system.
    pub external: bool,
    /// What happens.
    pub change: How,
    /// Which attributes differ, by the names of the fields of `before` and `after`.
    pub attributes: Vec<String>,
    /// What is received before; null where nothing is.
    pub before: Option<Route>,
    /// What is received after; null where nothing is.
    pub after: Option<Route>,
}

/// What happens to an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// Only head makes it.
    Added,
    /// Only base makes it.
    Removed,
    /// Both do, with other attributes.
    Changed,
}

/// What a neighbour receives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Route {
    /// The path as it is on the wire, nearest first; sets in braces, confederations in
    /// parentheses.
    pub path: String,
    /// The system that originates it; null where the path is empty or ends in a set.
    pub origin: Option<u32>,
    /// `igp`, `egp` or `incomplete`.
    pub origin_code: String,
    /// Standard communities.
    pub communities: Vec<String>,
    /// Large communities.
    pub large_communities: Vec<String>,
    /// Extended communities.
    pub extended_communities: Vec<String>,
    /// The multi-exit discriminator.
    pub med: Option<u32>,
    /// The local preference.
    pub local_pref: Option<u32>,
    /// `self`, or an address.
    pub next_hop: String,
    /// ONLY_TO_CUSTOMER.
    pub otc: Option<u32>,
    /// `intent`, `static`, `network`, `aggregate`, `redistributed` or `learned`.
    pub source: String,
    /// The services that it carries.
    pub services: Vec<String>,
    /// Whether the neighbour passes it on.
    pub present: bool,
    /// The community that keeps it back, or the neighbour's own number in the path; null where it
    /// is passed on.
    pub kept_by: Option<String>,
    /// How surely it is received.
    pub certainty: Certainty,
    /// The statement that makes it, most exact place first.
    pub provenance: Vec<Place>,
    /// The policy terms that touched it, in their order.
    pub terms: Vec<Place>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The file.
    pub path: String,
    /// Where in it.
    pub span: Span,
}

impl Kind {
    /// The heading of its group.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Withdrawn => "Withdrawn",
            Self::KeptBack => "Kept back by an attribute",
            Self::New => "New",
            Self::PassedOn => "Passed on again",
            Self::Origin => "Origin",
            Self::Attributes => "Attributes",
            Self::Sessions => "Sessions",
            Self::Policy => "Policy",
            Self::Unseen => "Seen by no neighbour",
        }
    }
}

impl Difference {
    /// Whether everything that either side announces is known.
    pub fn is_complete(&self) -> bool {
        self.undecided.is_empty() && self.base.complete && self.head.complete
    }

    /// One indented object with nothing in it that a terminal or a log obeys.
    ///
    /// # Panics
    /// Never: all keys are text.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("its keys are text");
        rules::report::escape::json(&text) + "\n"
    }
}

/// The JSON Schema of [`Difference`], as shipped in `schema/bgp-ci-difference-v1.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Difference).to_value()
}
