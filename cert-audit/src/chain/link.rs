//! A certificate as the rules about paths see it (RFC 5280 §6.1).

use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::OID_PKCS9_EMAIL_ADDRESS;
use x509_parser::prelude::FromDer as _;

use crate::certificate::{Certificate, Fingerprint, Validity};
use crate::name;

use super::canonical::CanonicalName;
use super::constraints::{Claim, Constraints};
use super::signature::{self, Verdict};

/// What its basic constraints say (RFC 5280 §4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether it may sign certificates.
    pub ca: bool,
    /// How many intermediate certificates may follow it.
    pub path_length: Option<u32>,
}

/// What a certificate may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Usage {
    /// To name a TLS server.
    Server,
    /// To name a TLS client.
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
    any: bool,
    server: bool,
    client: bool,
}

impl Purposes {
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

/// One certificate of a path, with all that validation asks of it.
#[derive(Debug, Clone)]
pub struct Link {
    /// DER.
    der: Vec<u8>,
    /// What identifies it.
    pub sha256: Fingerprint,
    /// The fields that people read.
    pub certificate: Certificate,
    /// The subject, comparable.
    pub subject: CanonicalName,
    /// The issuer, comparable.
    pub issuer: CanonicalName,
    /// A digest of the public key with its algorithm.
    pub key: Fingerprint,
    /// 1, 2 or 3.
    pub version: u32,
    /// Basic constraints, if it has them.
    pub basic_constraints: Option<BasicConstraints>,
    /// Key usage, if it has it.
    pub key_usage: Option<KeyUsage>,
    /// Extended key usage, if it has it.
    pub purposes: Option<Purposes>,
    /// Name constraints, if it has them.
    pub constraints: Option<Constraints>,
    /// The subject alternative names.
    pub names: Vec<Claim>,
    /// Mailboxes in the subject, which name constraints look at too.
    pub mailboxes: Vec<String>,
    /// Dotted OIDs of critical extensions that are not understood.
    pub unknown_critical: Vec<String>,
    /// What of its extensions cannot be read: names.
    pub unreadable: Vec<String>,
}

/// Extensions that are understood, or known to be about what is not evaluated here (revocation and
/// certificate policies): they may be critical.
const RECOGNISED: [&str; 11] = [
    "2.5.29.14", // subjectKeyIdentifier
    "2.5.29.15", // keyUsage
    "2.5.29.17", // subjectAltName
    "2.5.29.18", // issuerAltName
    "2.5.29.19", // basicConstraints
    "2.5.29.30", // nameConstraints
    "2.5.29.32", // certificatePolicies
    "2.5.29.33", // policyMappings
    "2.5.29.36", // policyConstraints
    "2.5.29.37", // extKeyUsage
    "2.5.29.54", // inhibitAnyPolicy
];

impl Link {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// Why it cannot be a part of a path: a lower-case fragment.
    pub fn read(der: &[u8]) -> Result<Self, String> {
        let certificate =
            Certificate::read(der).ok_or_else(|| "it is not a certificate".to_owned())?;
        let Ok((_, parsed)) = X509Certificate::from_der(der) else {
            let fault = certificate.faults.first();
            return Err(fault.map_or_else(|| "it cannot be read".to_owned(), Clone::clone));
        };
        let mut link = Self {
            der: parsed.as_raw().to_vec(),
            sha256: Fingerprint::of(parsed.as_raw()),
            certificate,
            subject: CanonicalName::of(parsed.subject()),
            issuer: CanonicalName::of(parsed.issuer()),
            key: Fingerprint::of(parsed.public_key().raw),
            version: parsed.version().0 + 1,
            basic_constraints: None,
            key_usage: None,
            purposes: None,
            constraints: None,
            names: Vec::new(),
            mailboxes: parsed
                .subject()
                .iter_by_oid(&OID_PKCS9_EMAIL_ADDRESS)
                .map(|mailbox| {
                    let value = mailbox.attr_value();
                    name::value_text(value.tag().0, value.data)
                })
                .collect(),
            unknown_critical: Vec::new(),
            unreadable: Vec::new(),
        };
        for extension in parsed.extensions() {
            if extension.critical && !RECOGNISED.contains(&extension.oid.to_id_string().as_str()) {
                link.unknown_critical.push(extension.oid.to_id_string());
            }
            link.extend(&extension.oid, extension.parsed_extension());
        }
        Ok(link)
    }

    fn extend(&mut self, oid: &Oid<'_>, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::BasicConstraints(constraints) => {
                self.basic_constraints = Some(BasicConstraints {
                    ca: constraints.ca,
                    path_length: constraints.path_len_constraint,
                });
            }
            ParsedExtension::KeyUsage(usage) => {
                self.key_usage = Some(KeyUsage {
                    signs_certificates: usage.key_cert_sign(),
                    digital_signature: usage.digital_signature(),
                    establishes_keys: usage.key_encipherment() || usage.key_agreement(),
                    agrees_on_keys: usage.key_agreement(),
                });
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                self.purposes = Some(Purposes {
                    any: usage.any,
                    server: usage.server_auth,
                    client: usage.client_auth,
                });
            }
            ParsedExtension::NameConstraints(constraints) => {
                self.constraints = Some(Constraints::of(constraints));
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                self.names = names.general_names.iter().map(Claim::of).collect();
            }
            ParsedExtension::ParseError { .. } => {
                let oid = oid.to_id_string();
                if RECOGNISED.contains(&oid.as_str()) {
                    self.unreadable.push(oid);
                }
            }
            _ => {}
        }
    }

    /// When it is valid.
    pub fn validity(&self) -> Option<Validity> {
        self.certificate.validity
    }

    /// Whether subject and issuer are one name.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether `issuer`'s key made the signature. The names are not compared.
    pub fn is_signed_by(&self, issuer: &Self) -> Verdict {
        let subject = X509Certificate::from_der(&self.der);
        let issuer = X509Certificate::from_der(&issuer.der);
        match (subject, issuer) {
            (Ok((_, subject)), Ok((_, issuer))) => signature::verify(&subject, issuer.public_key()),
            _ => Verdict::Unverifiable("a certificate that cannot be read twice".to_owned()),
        }
    }

    /// Every name that name constraints above it are held against.
    pub fn claims(&self) -> Vec<Claim> {
        let mut claims = self.names.clone();
        if !self.subject.is_empty() {
            claims.push(Claim::Directory(self.subject.clone()));
        }
        claims.extend(self.mailboxes.iter().cloned().map(Claim::Email));
        claims
    }
}
