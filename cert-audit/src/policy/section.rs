//! The `certs:` section as it is written.

use rules::Level;
use rules::policy::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::threshold::Bound;

/// The section as it is written.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "certs")]
pub struct Section {
    /// When certificates of each class warn and deny.
    #[serde(default)]
    pub classes: Classes,
    /// Class, owner and runbook by path or name; of several entries that match, the last wins.
    #[serde(default)]
    pub assign: Vec<Spanned<Assign>>,
    /// What is trusted.
    pub trust: Option<Spanned<Trust>>,
    /// Certificates that must be there.
    #[serde(default)]
    pub expect: Vec<Spanned<Expect>>,
    /// Servers to ask, only with `--online`; read by a later release.
    #[serde(default)]
    pub endpoints: Vec<Spanned<Endpoint>>,
    /// Where the passwords of keystores are.
    #[serde(default)]
    pub passwords: Vec<Spanned<Password>>,
}

/// The three classes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Classes {
    /// Renewed by a machine.
    pub auto: Option<ClassEntry>,
    /// Renewed by a person.
    pub manual: Option<ClassEntry>,
    /// A CA.
    pub ca: Option<ClassEntry>,
}

/// When a class warns and denies; what is not given keeps its default.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassEntry {
    /// At and below this much time left the level is warn.
    pub warn: Option<Spanned<Bound>>,
    /// At and below this much time left the level is deny.
    pub deny: Option<Spanned<Bound>>,
}

/// How a certificate is renewed, which decides how much time must be left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// By a machine: only a broken renewal shows up.
    Auto,
    /// By a person, who needs weeks.
    Manual,
    /// A CA: measured by the certificates that it issues.
    Ca,
}

impl Class {
    /// The word used in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Manual => "manual",
            Self::Ca => "ca",
        }
    }
}

/// What certificates at a path, or with a name, are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Assign {
    /// Which certificates; all keys given must match.
    #[serde(rename = "match")]
    pub matching: Spanned<Match>,
    /// Their class, where it is not the automatic one.
    pub class: Option<Class>,
    /// The team that answers for them.
    pub owner: Option<String>,
    /// Where it is written how they are renewed.
    pub runbook: Option<String>,
    /// The highest level of findings about them; `allow` leaves them out.
    pub level: Option<Level>,
    /// Names that the certificate must have.
    pub expect_san: Option<Vec<String>>,
}

/// Which certificates an entry is about.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "certificate match")]
pub struct Match {
    /// A glob for the path, relative to the policy's folder.
    pub path: Option<String>,
    /// A pattern for one of the names: `*` stands for one label, as in certificates, `**` for any
    /// number of them.
    pub san: Option<String>,
}

/// Which anchors are trusted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trust {
    /// `public`, `system`, or paths of files.
    pub roots: Vec<String>,
    /// Whether the anchor's own expiry counts.
    pub anchor_expiry: Option<AnchorExpiry>,
}

/// Whether the anchor's own expiry counts: OpenSSL and Go say yes, many libraries no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum AnchorExpiry {
    /// It counts.
    Strict,
    /// It does not.
    Ignore,
}

/// A certificate that must be there.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Where.
    pub path: String,
    /// A name that it must have.
    pub san: Option<String>,
}

/// A server to ask.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Endpoint {
    /// `host:port`.
    pub host: String,
    /// The protocol that is spoken before TLS.
    pub starttls: Option<String>,
    /// The file whose certificate it should present.
    pub served_from: Option<String>,
}

/// Where the password of a keystore is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Password {
    /// Which keystores.
    #[serde(rename = "match")]
    pub matching: Match,
    /// The environment variable that holds it.
    pub env: Option<String>,
    /// The file that holds it.
    pub file: Option<String>,
    /// The file descriptor that it is read from.
    pub fd: Option<u32>,
}
