//! `cert-audit.inventory/v1`: what `report` writes for machines, and what `diff` reads.
//!
//! These types are the format: the model may change, these only grow. Instants are RFC 3339 in
//! UTC with `Z` and whole seconds; digests are lower-case hex; paths are relative to the directory
//! given, with `/`. What a kind of artifact does not have is null. Text from certificates is given
//! as it is: whoever shows it makes it harmless.
//!
//! As JSON Lines the header comes first, then the artifacts sorted by SHA-256, then the gaps
//! sorted by source and path; as one object they are members of it, with the findings of the same
//! run beside them.

mod lines;
mod record;

use std::collections::BTreeMap;

use rules::report::v1::{Finding, Summary, Undecided, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use lines::Fault;
pub(crate) use lines::pretty;
pub use record::{Terms, ari};

/// The value of `schema`.
pub const SCHEMA: &str = "cert-audit.inventory/v1";

/// All that one run saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// When and by what it was seen.
    pub header: Header,
    /// Sorted by SHA-256.
    pub artifacts: Vec<Artifact>,
    /// Sorted by source, path and place.
    pub gaps: Vec<Gap>,
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "first line of a cert-audit inventory, version 1")]
pub struct Header {
    /// Always `cert-audit.inventory/v1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The time that everything was judged at.
    pub now: String,
    /// SHA-256 over the policy's text; over nothing where there is none.
    pub policy_sha256: String,
    /// What tells one set of trusted anchors from another.
    pub trust_sha256: String,
    /// What was seen, and what was not.
    pub coverage: Coverage,
}

/// What was seen, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Coverage {
    /// Files that were read.
    pub files: usize,
    /// Certificates, each counted once however many copies there are.
    pub certificates: usize,
    /// Certificates that are judged: outside of fixtures, and not left out by the policy.
    pub judged: usize,
    /// Places outside of fixtures where a certificate lies.
    pub places: usize,
    /// Places in fixtures.
    pub places_in_fixtures: usize,
    /// Files that hold trusted anchors and nothing else.
    pub trust_stores: usize,
    /// Private keys.
    pub private_keys: usize,
    /// Certificate signing requests.
    pub requests: usize,
    /// Revocation lists, OCSP responses and OpenSSH certificates.
    pub others: usize,
    /// Pieces that are malformed.
    pub unreadable: usize,
    /// What could not be looked at: no permission, no password, an I/O error.
    pub unseen: usize,
    /// PEM blocks in programs and documents that do not even begin like a certificate.
    pub pem_blocks_in_other_files_not_certificates: usize,
    /// Files that were passed over, by reason.
    pub passed_over: BTreeMap<String, usize>,
}

/// What an artifact is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An X.509 certificate.
    Certificate,
    /// A certificate revocation list.
    Crl,
    /// An OCSP response.
    Ocsp,
    /// An OpenSSH certificate.
    SshCertificate,
}

impl Kind {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Crl => "crl",
            Self::Ocsp => "ocsp",
            Self::SshCertificate => "ssh-certificate",
        }
    }
}

/// How it is renewed, or that it is a fixture, which nobody renews.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// By a machine.
    Auto,
    /// By a person.
    Manual,
    /// It is a CA.
    Ca,
    /// It lies in folders of fixtures only.
    Fixture,
}

impl Class {
    /// The word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Manual => "manual",
            Self::Ca => "ca",
            Self::Fixture => "fixture",
        }
    }
}

/// One thing that can expire, however many copies of it there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "line of a cert-audit inventory, version 1, about an artifact")]
pub struct Artifact {
    /// SHA-256 over `der`: what identifies it.
    pub sha256: String,
    /// What it is.
    pub kind: Kind,
    /// DER in base64; of an OpenSSH certificate its blob. Left out by `--no-der`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub der: Option<String>,
    /// RFC 4514; of an OpenSSH certificate its key identifier.
    pub subject: Option<String>,
    /// RFC 4514; of an OCSP response its responder.
    pub issuer: Option<String>,
    /// The integer in hex without leading zeros, `-` before it if it is negative.
    pub serial: Option<String>,
    /// The first second in which it is valid; null where it cannot be read.
    pub not_before: Option<String>,
    /// The last one; null where it never expires, or where `not_before` is null too. Of a
    /// revocation list and an OCSP response it is when the next update is due; of an OpenSSH
    /// certificate the end that it names itself, which is the first second after its validity.
    pub not_after: Option<String>,
    /// Whether it may sign certificates.
    pub is_ca: Option<bool>,
    /// Its public key.
    pub key: Option<Key>,
    /// How it was signed.
    pub signature_algorithm: Option<String>,
    /// `dns:…`, `ip:…`, `uri:…`, `email:…`, and other kinds alike, in the certificate's order; of
    /// an OpenSSH certificate `principal:…`.
    pub sans: Vec<String>,
    /// SHA-256 over its SubjectPublicKeyInfo.
    pub spki_sha256: Option<String>,
    /// What RFC 9773 identifies it by; null without an authority key identifier.
    pub ari: Option<String>,
    /// Until when it holds.
    pub effective: Option<Effective>,
    /// How it is renewed.
    pub class: Option<Class>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it lies, sorted.
    pub occurrences: Vec<Occurrence>,
    /// What uses it, sorted.
    pub consumers: Vec<Consumer>,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// `RSA`, `EC`, `Ed25519`, …; a dotted OID where it has no name here.
    pub algorithm: String,
    /// Bits of the modulus, the field or the key; null where they cannot be told.
    pub bits: Option<u32>,
}

/// Until when a certificate holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Effective {
    /// Its own end; null is none.
    pub leaf: Option<String>,
    /// The earliest end in its chain as deployed.
    pub served: Option<String>,
    /// Of all verified paths to the trusted anchors the latest of the earliest ends; null where
    /// no path leads there, or where it never ends.
    pub best_path: Option<String>,
    /// SHA-256 of the certificate that decides.
    pub binding: String,
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Occurrence {
    /// What `--source` says; empty without it.
    pub source: String,
    /// The file.
    pub path: String,
    /// Where inside: a line, a pointer, an alias; empty where the file holds nothing else.
    pub place: String,
    /// `server`, `client`, `peer`, `trust` or `signer`, as the file itself, what uses it, or the
    /// store that it is says; null where nothing does.
    pub role: Option<String>,
}

/// What uses an artifact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Consumer {
    /// What `--source` says; empty without it.
    pub source: String,
    /// The configuration.
    pub path: String,
    /// The line in it.
    pub line: u32,
    /// The program.
    pub software: String,
    /// The setting.
    pub directive: String,
    /// In which role it is used, as in an occurrence; null where the configuration does not say.
    pub role: Option<String>,
    /// What makes the program load a renewed file.
    pub reload: String,
}

/// Something that was not seen, or not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "line of a cert-audit inventory, version 1, about a gap")]
pub struct Gap {
    /// Always `gap`.
    pub kind: GapKind,
    /// What `--source` says; empty without it.
    pub source: String,
    /// The file.
    pub path: String,
    /// Where inside.
    pub place: String,
    /// Why.
    pub reason: String,
    /// True where it could not be looked at, false where it was looked at and is malformed.
    pub unseen: bool,
}

/// The `kind` of a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GapKind {
    /// Something that was not seen, or not understood.
    Gap,
}

/// The inventory as one object, with the findings of the same run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "cert-audit inventory, version 1, as one object with findings")]
pub struct Whole {
    /// As in the first line.
    #[serde(flatten)]
    pub header: Header,
    /// As in the lines.
    pub artifacts: Vec<Artifact>,
    /// As in the lines.
    pub gaps: Vec<Gap>,
    /// What `check` answers.
    pub verdict: Verdict,
    /// As in `preflight.report/v1`.
    pub findings: Vec<Finding>,
    /// As in `preflight.report/v1`.
    pub undecided: Vec<Undecided>,
    /// As in `preflight.report/v1`.
    pub summary: Summary,
}

/// The JSON Schema of [`Whole`], whose definitions are those of the lines.
pub fn schema() -> Value {
    schemars::schema_for!(Whole).to_value()
}

/// The JSON Schema of one line: a header, an artifact or a gap.
pub fn schema_of_line() -> Value {
    #[derive(JsonSchema)]
    #[schemars(
        title = "line of a cert-audit inventory, version 1",
        rename = "Line",
        untagged
    )]
    #[expect(
        dead_code,
        clippy::large_enum_variant,
        reason = "its schema is all that is asked of it"
    )]
    enum Line {
        Header(Header),
        Artifact(Artifact),
        Gap(Gap),
    }
    schemars::schema_for!(Line).to_value()
}
