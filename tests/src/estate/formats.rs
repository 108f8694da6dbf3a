//! Every format in which the estate holds certificates: one row each.

use super::mint::{Made, Purpose};
use super::text;

/// What is written into one file.
#[derive(Debug)]
pub struct Bundle<'a> {
    /// Certificates, the leaf first.
    pub made: &'a [&'a Made],
    /// PKCS#8 DER.
    pub key: Option<&'a [u8]>,
    /// A name, as in `api.example`.
    pub name: &'a str,
}

/// How a format is written.
#[derive(Debug, Clone, Copy)]
pub enum Writer {
    /// Text, by us.
    Text(fn(&Bundle<'_>) -> String),
    /// DER: the first certificate, or all of them one behind the other.
    Der {
        /// Whether all of them are written.
        all: bool,
    },
    /// By python's `cryptography`, `openssl` or `keytool`: the kind of job for `formats.py`.
    Tool(&'static str),
}

/// Which certificates of a chain a format can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// The first alone.
    Leaf,
    /// All.
    Chain,
    /// CAs, and nothing else.
    Anchors,
}

/// One format.
#[derive(Debug)]
pub struct Format {
    /// What tables call it.
    pub name: &'static str,
    /// What follows the file's stem.
    pub suffix: &'static str,
    /// Which certificates it holds.
    pub holds: Holds,
    /// Whether the private key lies in it.
    pub keyed: bool,
    /// How it is written.
    pub writer: Writer,
    /// How many healthy files of it there are beside the planted ones.
    pub many: usize,
}

impl Format {
    /// What a certificate in it is for.
    pub(super) fn purpose(&self) -> Purpose {
        if self.name == "kubeconfig" {
            Purpose::Client
        } else {
            Purpose::Server
        }
    }

    /// The format called `name`.
    pub fn named(name: &str) -> &'static Self {
        let found = ALL.iter().find(|format| format.name == name);
        found.unwrap_or_else(|| panic!("there is no format {name}"))
    }
}

const fn row(
    name: &'static str,
    suffix: &'static str,
    holds: Holds,
    keyed: bool,
    many: usize,
    writer: Writer,
) -> Format {
    Format {
        name,
        suffix,
        holds,
        keyed,
        writer,
        many,
    }
}

use Holds::{Anchors, Chain, Leaf};
use Writer::{Der, Text, Tool};

/// The password of every keystore that has one.
pub const PASSWORD: &str = "correct horse";

/// All formats.
#[rustfmt::skip]
pub static ALL: &[Format] = &[
    row("pem",              ".pem",          Chain, false, 1100, Text(text::chain)),
    row("pem-with-key",     ".pem",          Chain, true,   300, Text(text::with_key)),
    row("pem-with-text",    ".crt",          Chain, false,  300, Text(text::with_text)),
    row("pem-crlf",         ".crt",          Chain, false,  300, Text(text::crlf)),
    row("pem-trusted",      ".pem",          Chain, false,  120, Text(text::trusted)),
    row("pem-old-label",    ".cer",          Chain, false,  100, Text(text::old_label)),
    row("der",              ".der",          Leaf,  false,  400, Der { all: false }),
    row("der-chain",        ".der",          Chain, false,   60, Der { all: true }),
    row("base64",           ".cer",          Leaf,  false,  150, Text(text::bare)),
    row("base64-lines",     ".b64",          Leaf,  false,  100, Text(text::bare_lines)),
    row("pkcs7-der",        ".p7b",          Chain, false,   80, Tool("pkcs7-der")),
    // A bundle is told from a signature by what is in it.
    row("pkcs7-unnamed",    ".bin",          Chain, false,   20, Tool("pkcs7-der")),
    row("pkcs7-pem",        ".p7b",          Chain, false,   80, Tool("pkcs7-pem")),
    row("pkcs7-ber",        ".p7c",          Chain, false,    6, Tool("pkcs7-ber")),
    row("pkcs12-aes",       ".p12",          Chain, true,    10, Tool("pkcs12-aes")),
    row("pkcs12-3des",      ".pfx",          Chain, true,    10, Tool("pkcs12-3des")),
    row("pkcs12-rc2",       ".p12",          Chain, true,     4, Tool("pkcs12-rc2")),
    row("pkcs12-open",      ".p12",          Chain, true,    20, Tool("pkcs12-open")),
    row("jks",              ".jks",          Chain, true,     1, Tool("jks")),
    row("jceks",            ".jceks",        Chain, true,     1, Tool("jceks")),
    row("kubeconfig",       ".kubeconfig",   Chain, true,   150, Text(text::kubeconfig)),
    row("secret-yaml",      ".yaml",         Chain, true,   250, Text(text::secret_yaml)),
    row("secret-string",    ".yaml",         Chain, true,   100, Text(text::secret_string_data)),
    row("secret-json",      ".json",         Chain, true,   150, Text(text::secret_json)),
    row("list-yaml",        ".yml",          Chain, true,   100, Text(text::list_yaml)),
    row("list-json",        ".json",         Chain, true,   100, Text(text::list_json)),
    row("documents-yaml",   ".yaml",         Chain, true,   100, Text(text::documents_yaml)),
    row("configmap-yaml",   ".yaml",         Chain, false,  120, Text(text::configmap_yaml)),
    row("configmap-json",   ".json",         Chain, false,  100, Text(text::configmap_json)),
    row("ca-bundle",        ".yaml",         Anchors, false,  0, Text(text::ca_bundle)),
    row("base64-twice",     ".yaml",         Chain, false,  100, Text(text::twice)),
    row("quoted-yaml",      ".yaml",         Chain, false,  100, Text(text::quoted_yaml)),
    row("dotenv",           ".env",          Chain, false,  120, Text(text::dotenv)),
    row("dotenv-escaped",   ".env",          Chain, false,  100, Text(text::dotenv_escaped)),
    row("toml",             ".toml",         Chain, false,  120, Text(text::toml)),
    row("vault",            ".json",         Chain, false,  120, Text(text::vault)),
    row("jwks",             ".json",         Chain, false,  120, Text(text::jwks)),
    row("spiffe",           ".json",         Anchors, false,  0, Text(text::spiffe)),
    row("saml",             ".xml",          Chain, false,  120, Text(text::saml)),
    row("source-code",      ".rs",           Chain, false,  100, Text(text::source_code)),
];
