//! What is known, as the format has it.

use std::collections::BTreeSet;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use rules::{Position, Undecided};
use sha2::{Digest as _, Sha256};

use super::{
    Artifact, Class, Consumer, Coverage, Effective, Gap, GapKind, Header, Inventory, Key, Kind,
    Occurrence, SCHEMA,
};
use crate::audit::{self, Audit};
use crate::certificate::{self, Certificate, Expiry};
use crate::crl::Crl;
use crate::der::Skeleton;
use crate::expectation::Found;
use crate::instant::Instant;
use crate::inventory::{self, Other};
use crate::ocsp::{Basic, Responder, Response};
use crate::role::Role;
use crate::{View, algorithm, base64, material, name, policy, ssh};

/// What a user chooses.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What tells this machine from others.
    pub source: String,
    /// Whether DER is written.
    pub der: bool,
}

impl Inventory {
    /// All that was seen. Runs on the current rayon pool.
    pub fn of(view: &View<'_>, terms: &Terms) -> Self {
        let audit = view.audit;
        let found = audit.inventory;
        let certificates: Vec<_> = found.artifacts.values().collect();
        let others = found.others.values();
        let mut artifacts: Vec<Artifact> = certificates
            .par_iter()
            .map(|artifact| of_certificate(view, artifact, terms))
            .collect();
        artifacts.extend(others.map(|other| of_other(view, other, terms)));
        let unreadable = found.gaps.iter().map(|gap| Gap {
            kind: GapKind::Gap,
            source: terms.source.clone(),
            path: gap.span.path.to_string(),
            place: place(Some(gap.span.start)),
            reason: gap.reason.clone(),
            unseen: false,
        });
        let unseen = found.undecided.iter().map(|gap: &Undecided| Gap {
            kind: GapKind::Gap,
            source: terms.source.clone(),
            path: gap.path.to_string(),
            place: place(gap.at),
            reason: gap.reason.clone(),
            unseen: true,
        });
        let expected = audit.expectations.iter().filter_map(|expectation| {
            let reason = match expectation.found {
                Found::Nowhere => "a certificate is expected here, and there is no file",
                Found::Nothing => "a certificate is expected here, and there is none in it",
                Found::Unseen | Found::Certificates(_) => return None,
            };
            Some(Gap {
                kind: GapKind::Gap,
                source: terms.source.clone(),
                path: expectation.path.to_string(),
                place: String::new(),
                reason: reason.to_owned(),
                unseen: false,
            })
        });
        let mut inventory = Self {
            header: Header {
                schema: SCHEMA.to_owned(),
                now: audit.now.rfc3339(),
                policy_sha256: name::hex(&Sha256::digest(view.policy_text.as_bytes())),
                trust_sha256: audit.trust.digest().to_string(),
                coverage: Coverage::of(audit),
            },
            artifacts,
            gaps: unreadable.chain(unseen).chain(expected).collect(),
        };
        inventory.sort();
        inventory
    }
}

impl Coverage {
    /// What was seen, and what was not.
    pub fn of(audit: &Audit<'_>) -> Self {
        let inventory = audit.inventory;
        let files = || inventory.files.values();
        let places = |fixture: bool| {
            files()
                .filter(|file| file.fixture == fixture)
                .map(|file| file.certificates.len())
                .sum()
        };
        let passed = inventory.coverage.passed.iter();
        Self {
            files: inventory.coverage.files,
            certificates: inventory.artifacts.len(),
            judged: audit.cases.len(),
            places: places(false),
            places_in_fixtures: places(true),
            trust_stores: files().filter(|file| file.store).count(),
            private_keys: files().map(|file| file.keys.len()).sum(),
            requests: files().map(|file| file.requests).sum(),
            others: inventory.others.len(),
            unreadable: inventory.gaps.len(),
            unseen: inventory.undecided.len(),
            pem_blocks_in_other_files_not_certificates: inventory.coverage.doubtful,
            passed_over: passed
                .map(|(why, count)| (why.as_str().to_owned(), *count))
                .collect(),
        }
    }
}

fn of_certificate(view: &View<'_>, artifact: &inventory::Artifact, terms: &Terms) -> Artifact {
    let certificate = &artifact.certificate;
    let is_read = certificate.key.algorithm != "unknown";
    let (class, owner) = assigned(view, artifact);
    let effective = view.audit.effective.get(&artifact.sha256);
    let validity = certificate.validity;
    Artifact {
        sha256: artifact.sha256.to_string(),
        kind: Kind::Certificate,
        der: terms.der.then(|| base64::encode(&artifact.der)),
        subject: Some(certificate.subject.text.clone()),
        issuer: Some(certificate.issuer.text.clone()),
        serial: Some(certificate.serial.clone()),
        not_before: validity.map(|validity| validity.not_before.rfc3339()),
        not_after: validity.and_then(|validity| instant(validity.not_after)),
        is_ca: is_read.then_some(certificate.kind == certificate::Kind::Ca),
        key: is_read.then(|| Key {
            algorithm: certificate.key.algorithm.to_string(),
            bits: certificate.key.bits,
        }),
        signature_algorithm: is_read.then(|| certificate.signature.algorithm.to_string()),
        sans: certificate.sans.clone(),
        spki_sha256: is_read.then(|| certificate.spki.to_string()),
        ari: ari(&artifact.der, certificate),
        effective: effective.map(|effective| Effective {
            leaf: effective.leaf.and_then(instant),
            served: effective.served.and_then(instant),
            best_path: effective.best_path.and_then(instant),
            binding: effective.binding.to_string(),
        }),
        class: Some(class),
        owner,
        occurrences: occurrences(view, &artifact.occurrences, terms),
        consumers: consumers(view, &artifact.occurrences, terms),
    }
}

/// What is no certificate of X.509 has no chain, class or key here; what cannot be read is null.
fn of_other(view: &View<'_>, other: &Other, terms: &Terms) -> Artifact {
    let facts = facts(other);
    let paths = other
        .occurrences
        .iter()
        .map(|occurrence| &occurrence.span.path);
    let mut owners = paths.filter_map(|path| {
        let path = format!("{}{path}", view.prefix);
        view.policy.assignment(&path, &[]).owner
    });
    Artifact {
        sha256: other.sha256.to_string(),
        kind: match other.kind {
            material::Kind::Revocations => Kind::Crl,
            material::Kind::Ocsp => Kind::Ocsp,
            material::Kind::Ssh => Kind::SshCertificate,
        },
        der: terms.der.then(|| base64::encode(&other.der)),
        subject: facts.subject,
        issuer: facts.issuer,
        serial: facts.serial,
        not_before: facts.not_before.map(Instant::rfc3339),
        not_after: facts.not_after.map(Instant::rfc3339),
        is_ca: None,
        key: facts.key.map(|algorithm| Key {
            algorithm,
            bits: None,
        }),
        signature_algorithm: facts.signature.map(|oid| algorithm::named(&oid)),
        sans: facts.sans,
        spki_sha256: None,
        ari: None,
        effective: None,
        class: None,
        owner: owners.next().map(|(owner, _)| owner),
        occurrences: occurrences(view, &other.occurrences, terms),
        consumers: consumers(view, &other.occurrences, terms),
    }
}

/// What is told of something that is no certificate.
#[derive(Default)]
struct Facts {
    subject: Option<String>,
    issuer: Option<String>,
    serial: Option<String>,
    not_before: Option<Instant>,
    not_after: Option<Instant>,
    key: Option<String>,
    /// Dotted.
    signature: Option<String>,
    sans: Vec<String>,
}

fn facts(other: &Other) -> Facts {
    match other.kind {
        material::Kind::Revocations => Crl::read(&other.der).map(of_crl).unwrap_or_default(),
        material::Kind::Ocsp => Response::read(&other.der)
            .and_then(|response| response.basic)
            .map(of_ocsp)
            .unwrap_or_default(),
        material::Kind::Ssh => ssh::Certificate::read(&other.der)
            .map(of_ssh)
            .unwrap_or_default(),
    }
}

fn of_crl(crl: Crl) -> Facts {
    Facts {
        issuer: Some(crl.issuer.text),
        not_before: Some(crl.this_update),
        not_after: crl.next_update,
        signature: Some(crl.signature_algorithm),
        ..Facts::default()
    }
}

fn of_ssh(certificate: ssh::Certificate) -> Facts {
    let principals = certificate.principals.iter();
    Facts {
        subject: Some(certificate.key_id),
        serial: Some(format!("{:x}", certificate.serial)),
        not_before: certificate.valid_after,
        not_after: certificate.valid_before,
        key: Some(certificate.algorithm),
        sans: principals.map(|name| format!("principal:{name}")).collect(),
        ..Facts::default()
    }
}

/// A response is as old as its youngest answer, and stale with the first of them; its serial is
/// that of the certificate that it is about, if it is about one.
fn of_ocsp(response: Basic) -> Facts {
    let answers = &response.answers;
    Facts {
        issuer: match response.responder {
            Responder::Name(name, _) => Some(name.text),
            Responder::Key(_) => None,
        },
        serial: match answers.as_slice() {
            [only] => Some(only.serial.clone()),
            _ => None,
        },
        not_before: answers.iter().map(|answer| answer.this_update).max(),
        not_after: answers.iter().filter_map(|answer| answer.next_update).min(),
        signature: Some(response.signature_algorithm),
        ..Facts::default()
    }
}

/// Class and owner of a certificate: of its first place that is no fixture, and of the first place
/// that has one. They never depend on the time, so that nothing changes hands by waiting.
fn assigned(view: &View<'_>, artifact: &inventory::Artifact) -> (Class, Option<String>) {
    let mut class = None;
    let mut owner = None;
    for occurrence in &artifact.occurrences {
        let path = &occurrence.span.path;
        let files = &view.audit.inventory.files;
        let is_fixture = files.get(path).is_none_or(|file| file.fixture);
        let certificate = &artifact.certificate;
        let assignment = audit::assignment(view.policy, view.prefix, path, certificate);
        if class.is_none() && !is_fixture {
            class = Some(match audit::class(certificate, &assignment).0 {
                policy::Class::Auto => Class::Auto,
                policy::Class::Manual => Class::Manual,
                policy::Class::Ca => Class::Ca,
            });
        }
        owner = owner.or_else(|| assignment.owner.map(|(owner, _)| owner));
    }
    (class.unwrap_or(Class::Fixture), owner)
}

fn occurrences(view: &View<'_>, found: &[inventory::Occurrence], terms: &Terms) -> Vec<Occurrence> {
    found
        .iter()
        .map(|occurrence| {
            let path = &occurrence.span.path;
            let file = view.audit.inventory.files.get(path);
            let in_store = file.is_some_and(|file| file.store).then_some(Role::Trust);
            let uses = view.audit.inventory.uses.to(path);
            // What is shown to others says more than that others are held against it.
            let used = uses.filter_map(|known| known.role).min();
            let role = occurrence.inside.role.or(used).or(in_store);
            let role = role.map(Role::as_str);
            Occurrence {
                source: terms.source.clone(),
                path: path.to_string(),
                place: occurrence.place(),
                role: role.map(str::to_owned),
            }
        })
        .collect()
}

/// What uses the files that something lies in.
fn consumers(view: &View<'_>, found: &[inventory::Occurrence], terms: &Terms) -> Vec<Consumer> {
    let paths: BTreeSet<&str> = found.iter().map(|one| &*one.span.path).collect();
    let uses = paths
        .into_iter()
        .flat_map(|path| view.audit.inventory.uses.to(path));
    let consumers: BTreeSet<Consumer> = uses
        .map(|known| Consumer {
            source: terms.source.clone(),
            path: known.span.path.to_string(),
            line: known.span.start.line,
            software: known.software.as_str().to_owned(),
            directive: known.directive.clone(),
            role: known.role.map(|role| role.as_str().to_owned()),
            reload: known.reload().to_owned(),
        })
        .collect();
    consumers.into_iter().collect()
}

fn instant(end: Expiry) -> Option<String> {
    end.at().map(Instant::rfc3339)
}

fn place(at: Option<Position>) -> String {
    match at {
        Some(at) if at != Position::START => format!("line {}", at.line),
        _ => String::new(),
    }
}

/// What RFC 9773 §4.1 identifies a certificate by: the key identifier of its issuer and its own
/// serial number, the content octets of each in base64url without padding.
pub fn ari(der: &[u8], certificate: &Certificate) -> Option<String> {
    let key = certificate.authority_key()?;
    let serial = Skeleton::of(der)?.serial;
    let [key, serial] = [key, serial].map(base64::encode_url);
    Some(format!("{key}.{serial}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 9773 §4.1 names a key identifier and a serial number.
    #[test]
    fn identifiers_are_those_of_rfc_9773() {
        let key = [
            0x69, 0x88, 0x5b, 0x6b, 0x87, 0x46, 0x40, 0x41, 0xe1, 0xb3, 0x7b, 0x84, 0x7b, 0xa0,
            0xae, 0x2c, 0xde, 0x01, 0xc8, 0xd4,
        ];
        let serial = [0x00, 0x87, 0x65, 0x43, 0x21];
        let [key, serial] = [&key[..], &serial[..]].map(base64::encode_url);
        assert_eq!(
            format!("{key}.{serial}"),
            "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"
        );
    }
}
