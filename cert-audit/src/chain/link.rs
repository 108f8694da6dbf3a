//! A certificate as the rules about paths see it (RFC 5280 §6.1).

use std::collections::BTreeSet;

use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::OID_PKCS9_EMAIL_ADDRESS;
use x509_parser::prelude::FromDer as _;

use crate::certificate::{Certificate, Expiry, Fingerprint, Validity};
use crate::der;
use crate::name;

use super::canonical::CanonicalName;
use super::constraints::{Claim, Constraints};
use super::key;
use super::signature::Signed;

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
    der: Box<[u8]>,
    /// What identifies it.
    pub sha256: Fingerprint,
    /// The fields that people read.
    pub certificate: Certificate,
    /// The subject, comparable.
    pub subject: CanonicalName,
    /// The issuer, comparable.
    pub issuer: CanonicalName,
    /// A digest of the public key: equal for equal keys.
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
    /// What name constraints look at besides: the subject, and the mailboxes in it.
    pub subjects: Vec<Claim>,
    /// What is wrong with it wherever it stands in a path: a lower-case fragment.
    pub defect: Option<String>,
}

/// Extensions that are understood, or known to be about what is not evaluated here (revocation and
/// certificate policies): they may be critical.
///
/// Key identifiers must not be critical (RFC 5280 §4.2.1.1, §4.2.1.2), and no validator in use
/// takes them if they are.
const RECOGNISED: [&str; 13] = [
    "1.3.6.1.5.5.7.48.1.5",  // OCSP no check
    "2.16.840.1.113730.1.1", // Netscape certificate type
    "2.5.29.15",             // keyUsage
    "2.5.29.17",             // subjectAltName
    "2.5.29.19",             // basicConstraints
    "2.5.29.30",             // nameConstraints
    "2.5.29.31",             // cRLDistributionPoints
    "2.5.29.32",             // certificatePolicies
    "2.5.29.33",             // policyMappings
    "2.5.29.36",             // policyConstraints
    "2.5.29.37",             // extKeyUsage
    "2.5.29.46",             // freshestCRL
    "2.5.29.54",             // inhibitAnyPolicy
];

/// Extensions that decide about paths: one that cannot be read breaks every path.
const DECIDING: [&str; 5] = [
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.37",
];

impl Link {
    /// Reads a certificate in DER; what follows its outermost SEQUENCE is ignored.
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
        let subject = CanonicalName::of(parsed.subject());
        let mut subjects = Vec::new();
        if !subject.is_empty() {
            subjects.push(Claim::Directory(subject.clone()));
        }
        let mailboxes = parsed.subject().iter_by_oid(&OID_PKCS9_EMAIL_ADDRESS);
        subjects.extend(mailboxes.map(|mailbox| {
            let value = mailbox.attr_value();
            Claim::Email(name::value_text(value.tag().0, value.data))
        }));
        let mut link = Self {
            der: parsed.as_raw().into(),
            sha256: Fingerprint::of(parsed.as_raw()),
            certificate,
            subject,
            issuer: CanonicalName::of(parsed.issuer()),
            key: key::identity(parsed.public_key().raw),
            version: parsed.version().0.saturating_add(1),
            basic_constraints: None,
            key_usage: None,
            purposes: None,
            constraints: None,
            names: Vec::new(),
            subjects,
            defect: defect(&parsed),
        };
        for extension in parsed.extensions() {
            link.extend(extension.parsed_extension());
        }
        Ok(link)
    }

    fn extend(&mut self, extension: &ParsedExtension<'_>) {
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
            _ => {}
        }
    }

    /// When it is valid.
    pub fn validity(&self) -> Option<Validity> {
        self.certificate.validity
    }

    /// Its last valid second; one that cannot be read is no end, and breaks the path elsewhere.
    pub fn end(&self) -> Expiry {
        self.validity()
            .map_or(Expiry::Never, |validity| validity.not_after)
    }

    /// Whether subject and issuer are one name.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether its basic constraints make it a CA.
    pub fn is_ca(&self) -> bool {
        self.basic_constraints
            .is_some_and(|constraints| constraints.ca)
    }

    /// Every name that name constraints above it are held against.
    pub fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.names.iter().chain(&self.subjects)
    }

    /// What its issuer signed.
    pub(super) fn signed(&self) -> Option<Signed<'_>> {
        Signed::read(&self.der)
    }

    /// Its SubjectPublicKeyInfo in DER.
    pub(super) fn public_key(&self) -> Option<&[u8]> {
        use der::tag::{INTEGER, SEQUENCE, VERSION};
        let (certificate, _) = der::expect(&self.der, SEQUENCE)?;
        let (tbs, _) = der::expect(certificate.value, SEQUENCE)?;
        let rest = der::expect(tbs.value, VERSION).map_or(tbs.value, |(_, rest)| rest);
        let (_, mut rest) = der::expect(rest, INTEGER)?;
        // The algorithm, the issuer, the validity and the subject.
        for _ in 0..4 {
            (_, rest) = der::expect(rest, SEQUENCE)?;
        }
        Some(der::expect(rest, SEQUENCE)?.0.raw)
    }
}

/// What is wrong with a certificate wherever it stands in a path.
fn defect(parsed: &X509Certificate<'_>) -> Option<String> {
    if parsed.signature_algorithm != parsed.tbs_certificate.signature {
        return Some(
            "the signature algorithms inside and outside of its signed part differ \
             (RFC 5280 §4.1.1.2)"
                .to_owned(),
        );
    }
    let mut seen: BTreeSet<&[u8]> = BTreeSet::new();
    for extension in parsed.extensions() {
        let oid: &Oid<'_> = &extension.oid;
        let text = || oid.to_id_string();
        if !seen.insert(oid.as_bytes()) {
            return Some(format!(
                "it has its extension {} twice (RFC 5280 §4.2)",
                text()
            ));
        }
        let broken = extension.parsed_extension().error().is_some();
        if (extension.critical && !RECOGNISED.contains(&text().as_str()))
            || (broken && extension.critical)
        {
            return Some(format!(
                "its critical extension {} is not understood (RFC 5280 §4.2)",
                text()
            ));
        }
        if broken && DECIDING.contains(&text().as_str()) {
            return Some(format!("its extension {} cannot be read", text()));
        }
    }
    None
}
