//! What we know of one certificate: owned facts, read once however many copies of it there are.

use std::fmt;

use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::oid;
use x509_parser::der_parser::oid::Oid;
use x509_parser::error::X509Error;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::{
    OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_CERT_TYPE,
    OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
    OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_FRESHEST_CRL, OID_X509_EXT_INHIBIT_ANY_POLICY,
    OID_X509_EXT_KEY_USAGE, OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_POLICY_CONSTRAINTS,
    OID_X509_EXT_POLICY_MAPPINGS, OID_X509_EXT_SUBJECT_ALT_NAME,
    OID_X509_EXT_SUBJECT_KEY_IDENTIFIER,
};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Name;

use crate::algorithm::{Key, Signature};
use crate::chain::canonical::CanonicalName;
use crate::der::Skeleton;
use crate::instant::Instant;
use crate::name::{self, Name};
use crate::usage::{BasicConstraints, KeyUsage, Purposes};

/// SHA-256 over a certificate's DER: what identifies it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate in DER.
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// The digest itself.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&name::hex(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The end of a validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expiry {
    /// The last second in which it is valid.
    At(Instant),
    /// `99991231235959Z`: no well-defined end (RFC 5280 §4.1.2.5).
    Never,
}

impl Expiry {
    fn of(not_after: Instant) -> Self {
        if not_after == Instant::NEVER {
            Self::Never
        } else {
            Self::At(not_after)
        }
    }

    /// The last valid second, if there is one.
    pub fn at(self) -> Option<Instant> {
        match self {
            Self::At(instant) => Some(instant),
            Self::Never => None,
        }
    }
}

/// The seconds in which a certificate is valid, inclusive at both ends (RFC 5280 §4.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first valid second.
    pub not_before: Instant,
    /// The last one.
    pub not_after: Expiry,
}

impl Validity {
    /// Seconds from the first to the last; `None` where it never ends.
    pub fn lifetime(&self) -> Option<i64> {
        Some(self.not_after.at()?.since(self.not_before))
    }
}

/// Extensions that are understood, or known to be about what is not evaluated (revocation and
/// certificate policies): they may be critical.
///
/// Key identifiers must not be critical (RFC 5280 §4.2.1.1, §4.2.1.2), and no validator in use
/// takes them where they are.
pub static RECOGNISED: [Oid<'static>; 13] = [
    OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_SUBJECT_ALT_NAME,
    OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_NAME_CONSTRAINTS,
    OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
    OID_X509_EXT_CERTIFICATE_POLICIES,
    OID_X509_EXT_POLICY_MAPPINGS,
    OID_X509_EXT_POLICY_CONSTRAINTS,
    OID_X509_EXT_EXTENDED_KEY_USAGE,
    OID_X509_EXT_FRESHEST_CRL,
    OID_X509_EXT_INHIBIT_ANY_POLICY,
    OID_X509_EXT_CERT_TYPE,
    OCSP_NO_CHECK,
];

/// 1.3.6.1.5.5.7.48.1.5 (RFC 6960 §4.2.2.2.1).
const OCSP_NO_CHECK: Oid<'static> = oid!(1.3.6.1.5.5.7.48.1.5);

/// What a certificate may do, as far as its basic constraints say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It may sign certificates.
    Ca,
    /// It may not, or does not say so.
    Leaf,
}

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The subject.
    pub subject: Name,
    /// The issuer.
    pub issuer: Name,
    /// Lower-case hex of the integer without leading zeros; `-` before it if it is negative.
    pub serial: String,
    /// When it is valid; `None` where not even that could be read.
    pub validity: Option<Validity>,
    /// Whether its basic constraints make it a CA.
    pub kind: Kind,
    /// `dns:…`, `ip:…`, `uri:…`, `email:…`, and other kinds alike, in the certificate's order.
    pub sans: Vec<String>,
    /// 1, 2 or 3; 0 where it cannot be read.
    pub version: u8,
    /// Content octets of the serial number; RFC 5280 §4.1.2.2 allows 20.
    pub serial_octets: usize,
    /// The public key.
    pub key: Key,
    /// SHA-256 over the SubjectPublicKeyInfo in DER: equal for equal keys.
    pub spki: Fingerprint,
    /// How it was signed.
    pub signature: Signature,
    /// Basic constraints, if it has them.
    pub basic_constraints: Option<BasicConstraints>,
    /// Key usage, if it has it.
    pub key_usage: Option<KeyUsage>,
    /// Extended key usage, if it has it.
    pub purposes: Option<Purposes>,
    /// Dotted OIDs of critical extensions that are not understood.
    pub unknown_critical: Vec<String>,
    /// Dotted OIDs of extensions that are understood but cannot be read.
    pub unreadable: Vec<String>,
    /// A digest of the subject in its comparable form: equal for equal names.
    subject_name: Fingerprint,
    issuer_name: Fingerprint,
    subject_key: Option<Box<[u8]>>,
    authority_key: Option<Box<[u8]>>,
    /// What of it cannot be read: lower-case fragments.
    pub faults: Vec<String>,
}

impl Certificate {
    /// Reads a certificate in DER; what follows its outermost SEQUENCE is ignored.
    ///
    /// Where the full parser refuses it, the fields that a skeleton gives are kept and
    /// [`Certificate::faults`] says why. `None` where it has not even the shape of a certificate.
    pub fn read(der: &[u8]) -> Option<Self> {
        match X509Certificate::from_der(der) {
            Ok((_, parsed)) => Some(Self::of(&parsed)),
            Err(error) => Self::of_skeleton(&Skeleton::of(der)?, &fault(&error.into())),
        }
    }

    fn of(parsed: &X509Certificate<'_>) -> Self {
        let validity = parsed.validity();
        let mut certificate = Self {
            subject: Name::of(parsed.subject()),
            issuer: Name::of(parsed.issuer()),
            serial: integer(parsed.raw_serial()),
            validity: Some(Validity {
                not_before: Instant::of(validity.not_before.timestamp()),
                not_after: Expiry::of(Instant::of(validity.not_after.timestamp())),
            }),
            kind: Kind::Leaf,
            sans: Vec::new(),
            version: u8::try_from(parsed.version().0.saturating_add(1)).unwrap_or(0),
            serial_octets: parsed.raw_serial().len(),
            key: Key::of(parsed.public_key()),
            spki: Fingerprint::of(parsed.public_key().raw),
            signature: Signature::of(&parsed.signature_algorithm),
            basic_constraints: None,
            key_usage: None,
            purposes: None,
            unknown_critical: Vec::new(),
            unreadable: Vec::new(),
            subject_name: CanonicalName::of(parsed.subject()).digest(),
            issuer_name: CanonicalName::of(parsed.issuer()).digest(),
            subject_key: None,
            authority_key: None,
            faults: Vec::new(),
        };
        for extension in parsed.extensions() {
            if extension.critical && !RECOGNISED.contains(&extension.oid) {
                let oid = name::dotted(extension.oid.as_bytes());
                certificate.unknown_critical.push(oid);
            }
            certificate.extend(&extension.oid, extension.parsed_extension());
        }
        certificate
    }

    /// Takes from an extension what expiry and use depend on.
    fn extend(&mut self, oid: &Oid<'_>, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::BasicConstraints(constraints) => {
                if constraints.ca {
                    self.kind = Kind::Ca;
                }
                self.basic_constraints = Some(BasicConstraints {
                    ca: constraints.ca,
                    path_length: constraints.path_len_constraint,
                });
            }
            ParsedExtension::KeyUsage(usage) => self.key_usage = Some(KeyUsage::of(*usage)),
            ParsedExtension::ExtendedKeyUsage(usage) => self.purposes = Some(Purposes::of(usage)),
            ParsedExtension::SubjectAlternativeName(names) => {
                self.sans
                    .extend(names.general_names.iter().map(name::alternative));
                if names
                    .general_names
                    .iter()
                    .any(|name| matches!(name, GeneralName::Invalid(..)))
                {
                    self.faults
                        .push("a name in its subjectAltName extension cannot be read".to_owned());
                }
            }
            ParsedExtension::SubjectKeyIdentifier(id) => self.subject_key = Some(id.0.into()),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                self.authority_key = id.key_identifier.as_ref().map(|id| id.0.into());
            }
            ParsedExtension::ParseError { .. } => {
                if RECOGNISED.contains(oid) {
                    self.unreadable.push(name::dotted(oid.as_bytes()));
                }
                let known = [
                    (&OID_X509_EXT_BASIC_CONSTRAINTS, "basicConstraints"),
                    (&OID_X509_EXT_SUBJECT_ALT_NAME, "subjectAltName"),
                    (&OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, "subjectKeyIdentifier"),
                    (
                        &OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER,
                        "authorityKeyIdentifier",
                    ),
                ];
                let name = known.iter().find(|(known, _)| *known == oid);
                if let Some((_, name)) = name {
                    self.faults
                        .push(format!("its {name} extension cannot be read"));
                }
            }
            _ => {}
        }
    }

    fn of_skeleton(skeleton: &Skeleton<'_>, fault: &str) -> Option<Self> {
        let validity =
            skeleton
                .not_before
                .zip(skeleton.not_after)
                .map(|(not_before, not_after)| Validity {
                    not_before,
                    not_after: Expiry::of(not_after),
                });
        let subject = skeleton.subject.and_then(Name::of_der);
        let issuer = Name::of_der(skeleton.issuer);
        if validity.is_none() && subject.is_none() && issuer.is_none() {
            return None;
        }
        let names = skeleton.subject_alt_name.and_then(|der| {
            let (_, names) = x509_parser::extensions::SubjectAlternativeName::from_der(der).ok()?;
            Some(names.general_names.iter().map(name::alternative).collect())
        });
        Some(Self {
            subject: subject.unwrap_or_default(),
            issuer: issuer.unwrap_or_default(),
            serial: integer(skeleton.serial),
            validity,
            kind: Kind::Leaf,
            sans: names.unwrap_or_default(),
            version: 0,
            serial_octets: skeleton.serial.len(),
            key: Key::unknown(),
            spki: Fingerprint::of(&[]),
            signature: Signature::unknown(),
            basic_constraints: None,
            key_usage: None,
            purposes: None,
            unknown_critical: Vec::new(),
            unreadable: Vec::new(),
            subject_name: digest(skeleton.subject.unwrap_or_default()),
            issuer_name: digest(skeleton.issuer),
            subject_key: None,
            authority_key: None,
            faults: vec![fault.to_owned()],
        })
    }

    /// What people call it: the subject's common name, else the first alternative name, else
    /// the whole subject, else the serial number; cut to what fits into a message.
    pub fn called(&self) -> String {
        if let Some(name) = &self.subject.common_name {
            return name::cut(name);
        }
        if let Some((_, name)) = self.sans.first().and_then(|san| san.split_once(':')) {
            return name::cut(name);
        }
        if self.subject.text.is_empty() {
            return name::cut(&format!("serial {}", self.serial));
        }
        name::cut(&self.subject.text)
    }

    /// Whether subject and issuer are one name: a root, or a certificate that vouches for itself.
    pub fn is_self_issued(&self) -> bool {
        self.subject_name == self.issuer_name
    }

    /// Whether this is an anchor of trust, or an issuer on the way to one, rather than something
    /// that a server presents as its own.
    ///
    /// `openssl req -x509` makes every certificate a CA, also those for servers; the host name or
    /// address in them tells those apart.
    pub fn is_anchor(&self) -> bool {
        self.kind == Kind::Ca && !self.names_a_host()
    }

    /// Whether this may be an anchor of the time before basic constraints: self-issued, and it
    /// names no host. Only the company it keeps tells it from a server's.
    pub fn is_old_anchor(&self) -> bool {
        self.kind == Kind::Leaf && self.is_self_issued() && !self.names_a_host()
    }

    fn names_a_host(&self) -> bool {
        self.sans
            .iter()
            .any(|san| san.starts_with("dns:") || san.starts_with("ip:"))
    }

    /// Whether `issuer` can have issued this, by its name and, where both have them, by the key
    /// identifiers (RFC 5280 §4.2.1.1). The signature is not checked.
    pub fn may_be_issued_by(&self, issuer: &Self) -> bool {
        issuer.kind == Kind::Ca
            && self.issuer_name == issuer.subject_name
            && match (&self.authority_key, &issuer.subject_key) {
                (Some(wanted), Some(had)) => wanted == had,
                _ => true,
            }
    }

    /// The subject key identifier.
    pub fn subject_key(&self) -> Option<&[u8]> {
        self.subject_key.as_deref()
    }

    /// The key identifier of the issuer, as the certificate gives it.
    pub fn authority_key(&self) -> Option<&[u8]> {
        self.authority_key.as_deref()
    }

    /// A digest of the issuer's name, to look issuers up by.
    pub fn issuer_name(&self) -> Fingerprint {
        self.issuer_name
    }

    /// A digest of the subject's name.
    pub fn subject_name(&self) -> Fingerprint {
        self.subject_name
    }
}

/// A digest of a name in DER, in its comparable form where it is one.
fn digest(der: &[u8]) -> Fingerprint {
    match X509Name::from_der(der) {
        Ok((_, name)) => CanonicalName::of(&name).digest(),
        Err(_) => Fingerprint::of(der),
    }
}

/// An integer's content octets in lower-case hex, as a number: without leading zeros, with a sign.
fn integer(content: &[u8]) -> String {
    let negative = content.first().is_some_and(|&byte| byte >= 0x80);
    let magnitude = if negative {
        // Two's complement: invert every bit and add one, from the last byte on.
        let mut carry = true;
        let mut bytes: Vec<u8> = content
            .iter()
            .rev()
            .map(|&byte| {
                let (sum, over) = (!byte).overflowing_add(u8::from(carry));
                carry = over;
                sum
            })
            .collect();
        bytes.reverse();
        name::hex(&bytes)
    } else {
        name::hex(content)
    };
    let digits = magnitude.trim_start_matches('0');
    match (digits, negative) {
        ("", _) => "0".to_owned(),
        (digits, true) => format!("-{digits}"),
        (digits, false) => digits.to_owned(),
    }
}

/// What the parser could not read, as a fragment.
fn fault(error: &X509Error) -> String {
    match error {
        X509Error::InvalidVersion => "its version cannot be read",
        X509Error::InvalidSerial => "its serial number cannot be read",
        X509Error::InvalidAlgorithmIdentifier => "its signature algorithm cannot be read",
        X509Error::InvalidX509Name => "its issuer or subject cannot be read",
        X509Error::InvalidDate => "its validity is not a date",
        X509Error::InvalidSPKI => "its public key cannot be read",
        X509Error::InvalidExtensions | X509Error::DuplicateExtensions => {
            "its extensions cannot be read"
        }
        X509Error::InvalidSignatureValue => "its signature cannot be read",
        _ => "its structure is broken",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_integers() {
        for (content, text) in [
            (&[0x00][..], "0"),
            (&[], "0"),
            (&[0x00, 0xff], "ff"),
            (&[0x01, 0x00], "100"),
            (&[0xff], "-1"),
            (&[0x80], "-80"),
            (&[0xff, 0x00], "-100"),
        ] {
            assert_eq!(integer(content), text);
        }
    }
}
