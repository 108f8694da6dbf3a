//! A certificate as the rules about paths see it (RFC 5280 §6.1).

use std::collections::BTreeSet;

use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::{
    OID_PKCS9_EMAIL_ADDRESS, OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_EXTENDED_KEY_USAGE,
    OID_X509_EXT_KEY_USAGE, OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_SUBJECT_ALT_NAME,
};
use x509_parser::prelude::FromDer as _;

use crate::certificate::{Certificate, Expiry, Fingerprint, Kind, Validity};
use crate::der;
use crate::name;

use super::canonical::CanonicalName;
use super::constraints::{Claim, Constraints};
use super::key;
use super::signature::Signed;

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
    /// Name constraints, if it has them.
    pub constraints: Option<Constraints>,
    /// The subject alternative names.
    pub names: Vec<Claim>,
    /// What name constraints look at besides: the subject, and the mailboxes in it.
    pub subjects: Vec<Claim>,
    /// What is wrong with it wherever it stands in a path: a lower-case fragment.
    pub defect: Option<String>,
}

/// Extensions that decide about paths: one that cannot be read breaks every path.
static DECIDING: [Oid<'static>; 5] = [
    OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_EXTENDED_KEY_USAGE,
    OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_NAME_CONSTRAINTS,
    OID_X509_EXT_SUBJECT_ALT_NAME,
];

impl Link {
    /// Reads a certificate in DER; what follows its outermost SEQUENCE is ignored.
    ///
    /// # Errors
    /// Why it cannot be a part of a path: a lower-case fragment.
    pub fn read(der: &[u8]) -> Result<Self, String> {
        match Certificate::read(der) {
            Some(certificate) => Self::of(certificate, der),
            None => Err("it is not a certificate".to_owned()),
        }
    }

    /// The link of a certificate that was read from `der` before.
    ///
    /// # Errors
    /// Why it cannot be a part of a path: a lower-case fragment.
    pub fn of(certificate: Certificate, der: &[u8]) -> Result<Self, String> {
        let Ok((_, parsed)) = X509Certificate::from_der(der) else {
            let fault = certificate.faults.into_iter().next();
            return Err(fault.unwrap_or_else(|| "it cannot be read".to_owned()));
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
            defect: defect(&certificate, &parsed),
            certificate,
            subject,
            issuer: CanonicalName::of(parsed.issuer()),
            key: key::identity(parsed.public_key().raw),
            constraints: None,
            names: Vec::new(),
            subjects,
        };
        for extension in parsed.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::NameConstraints(constraints) => {
                    link.constraints = Some(Constraints::of(constraints));
                }
                ParsedExtension::SubjectAlternativeName(names) => {
                    link.names = names.general_names.iter().map(Claim::of).collect();
                }
                _ => {}
            }
        }
        Ok(link)
    }

    /// DER.
    pub fn der(&self) -> &[u8] {
        &self.der
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
        self.certificate.kind == Kind::Ca
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
fn defect(certificate: &Certificate, parsed: &X509Certificate<'_>) -> Option<String> {
    if parsed.signature_algorithm != parsed.tbs_certificate.signature {
        return Some(
            "the signature algorithms inside and outside of its signed part differ \
             (RFC 5280 §4.1.1.2)"
                .to_owned(),
        );
    }
    if let Some(oid) = certificate.unknown_critical.first() {
        return Some(format!(
            "its critical extension {oid} is not understood (RFC 5280 §4.2)"
        ));
    }
    let mut seen: BTreeSet<&[u8]> = BTreeSet::new();
    for extension in parsed.extensions() {
        let oid = &extension.oid;
        if !seen.insert(oid.as_bytes()) {
            return Some(format!(
                "it has its extension {} twice (RFC 5280 §4.2)",
                name::dotted(oid.as_bytes())
            ));
        }
        let broken = extension.parsed_extension().error().is_some();
        if broken && (extension.critical || DECIDING.contains(oid)) {
            return Some(format!(
                "its extension {} cannot be read",
                name::dotted(oid.as_bytes())
            ));
        }
    }
    None
}
