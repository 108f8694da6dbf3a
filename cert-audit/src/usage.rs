//! What a certificate may be used for: basic constraints, key usage, extended key usage.

use x509_parser::extensions as parsed;

/// What its basic constraints say (RFC 5280 §4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether it may sign certificates.
    pub ca: bool,
    /// How many intermediate certificates may follow it.
    pub path_length: Option<u32>,
}

/// What a certificate may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Usage {
    /// To name a TLS server
    Server,
    /// To name a TLS client
    Client,
}

impl Usage {
    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

/// The purposes of an extended key usage extension (RFC 5280 §4.2.1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purposes {
    /// `anyExtendedKeyUsage`.
    pub any: bool,
    /// `id-kp-serverAuth`.
    pub server: bool,
    /// `id-kp-clientAuth`.
    pub client: bool,
}

impl Purposes {
    /// The purposes of a parsed extension.
    pub fn of(usage: &parsed::ExtendedKeyUsage<'_>) -> Self {
        Self {
            any: usage.any,
            server: usage.server_auth,
            client: usage.client_auth,
        }
    }

    /// Whether `usage` is among them.
    pub fn allow(self, usage: Usage) -> bool {
        self.any
            || match usage {
                Usage::Server => self.server,
                Usage::Client => self.client,
            }
    }
}

/// The bits of a key usage extension that paths and TLS look at (RFC 5280 §4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    /// It may sign certificates.
    pub signs_certificates: bool,
    /// It may sign handshakes.
    pub digital_signature: bool,
    /// It may encrypt or agree on keys.
    pub establishes_keys: bool,
    /// It may agree on keys.
    pub agrees_on_keys: bool,
}

impl KeyUsage {
    /// The bits of a parsed extension.
    pub fn of(usage: parsed::KeyUsage) -> Self {
        Self {
            signs_certificates: usage.key_cert_sign(),
            digital_signature: usage.digital_signature(),
            establishes_keys: usage.key_encipherment() || usage.key_agreement(),
            agrees_on_keys: usage.key_agreement(),
        }
    }
}
