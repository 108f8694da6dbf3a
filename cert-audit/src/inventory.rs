//! What there is: each certificate once, with every place where it lies, and what could not be
//! read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use rules::{Position, Span, Suppression, Undecided};

use crate::certificate::{Certificate, Fingerprint};
use crate::consumer::Config;
use crate::exposure::Exposure;
use crate::key::KeyFacts;
use crate::material::{Inside, Kind, Material, What};
use crate::place;
use crate::uses::Uses;
use crate::walk::Passed;

/// From so many on, anchors in one file or folder are a store, whose old members are anchors too.
const MANY_ANCHORS: usize = 8;

/// One place where a certificate lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The BEGIN line of the PEM block, the value in a document, or the start of the file.
    pub span: Span,
    /// The how-manieth piece of its file it is, from 0.
    pub ordinal: usize,
    /// Where inside the file.
    pub inside: Inside,
}

impl Occurrence {
    /// Where inside the file, for people: `line 12`, `/data/tls.crt`, `alias web`; empty where the
    /// file holds nothing else.
    pub fn place(&self) -> String {
        match &self.inside.place {
            Some(place) => place.to_string(),
            None if self.span.start == Position::START && self.span.end == Position::START => {
                String::new()
            }
            None => format!("line {}", self.span.start.line),
        }
    }
}

/// A certificate and all its places.
#[derive(Debug)]
pub struct Artifact {
    /// What identifies it.
    pub sha256: Fingerprint,
    /// DER.
    pub der: Box<[u8]>,
    /// What it says.
    pub certificate: Certificate,
    /// Where it lies, sorted.
    pub occurrences: Vec<Occurrence>,
}

/// Something else that can expire, and all its places.
#[derive(Debug)]
pub struct Other {
    /// What identifies it.
    pub sha256: Fingerprint,
    /// What it is.
    pub kind: Kind,
    /// DER; of an OpenSSH certificate its blob.
    pub der: Box<[u8]>,
    /// Where it lies, sorted.
    pub occurrences: Vec<Occurrence>,
}

/// A private key at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHere {
    /// Where.
    pub occurrence: Occurrence,
    /// What is known of it.
    pub key: KeyFacts,
}

/// Something that should have been a certificate and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Where.
    pub span: Span,
    /// Which of the broken pieces of its file it is, from 1.
    pub ordinal: usize,
    /// Why: a lower-case fragment.
    pub reason: String,
    /// Whether it may well be nothing: servers read the file all the same.
    pub harmless: bool,
}

/// What is known of a file in which something was found.
#[derive(Debug, Clone, Default)]
pub struct FileFacts {
    /// Its certificates, in order.
    pub certificates: Vec<Fingerprint>,
    /// Its private keys, in order.
    pub keys: Vec<KeyHere>,
    /// How many certificate signing requests it holds.
    pub requests: usize,
    /// Whether it exists to hold such material.
    pub container: bool,
    /// Whether it lies in a folder of fixtures.
    pub fixture: bool,
    /// Whether it is a trust store: anchors and nothing else, and no key beside them.
    pub store: bool,
    /// What a report may show of it, where that is not the file itself.
    pub shown: Option<Arc<str>>,
    /// How others can read it, where it holds a private key that they could use.
    pub exposure: Option<Exposure>,
}

/// Counts for the report.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Files read.
    pub files: usize,
    /// What was passed over, by reason.
    pub passed: BTreeMap<Passed, usize>,
    /// PEM blocks in programs and documents that do not even begin like a certificate.
    pub doubtful: usize,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Certificates, by fingerprint.
    pub artifacts: BTreeMap<Fingerprint, Artifact>,
    /// What else can expire, by fingerprint.
    pub others: BTreeMap<Fingerprint, Other>,
    /// By path as reports show it; only files in which something was found.
    pub files: BTreeMap<Arc<str>, FileFacts>,
    /// Sorted.
    pub gaps: Vec<Gap>,
    /// What could not be seen, sorted.
    pub undecided: Vec<Undecided>,
    /// Suppression comments in PEM files.
    pub suppressions: Vec<Suppression>,
    /// Counts.
    pub coverage: Coverage,
    /// What uses the files.
    pub uses: Uses,
}

/// One file as it was read; the order of readings does not matter.
#[derive(Debug)]
pub struct Reading {
    /// As reports show it.
    pub path: Arc<str>,
    /// Whether it lies in a folder of fixtures.
    pub fixture: bool,
    /// What it holds.
    pub material: Material,
    /// Suppression comments in it.
    pub suppressions: Vec<Suppression>,
    /// What it says as a server's configuration.
    pub config: Option<Config>,
}

/// A certificate before it is parsed: however many copies there are, it is parsed once.
struct Raw {
    der: Vec<u8>,
    occurrences: Vec<Occurrence>,
}

impl Inventory {
    /// Puts the readings together. Runs on the current rayon pool.
    pub fn of(readings: Vec<Reading>, undecided: Vec<Undecided>, coverage: Coverage) -> Self {
        let mut inventory = Self {
            undecided,
            coverage,
            ..Self::default()
        };
        let hashed: Vec<(Reading, Vec<Fingerprint>)> = readings
            .into_par_iter()
            .map(|reading| {
                let fingerprints = reading
                    .material
                    .pieces
                    .iter()
                    .filter_map(|piece| match &piece.what {
                        What::Certificate(der) => Some(Fingerprint::of(der)),
                        _ => None,
                    });
                let fingerprints = fingerprints.collect();
                (reading, fingerprints)
            })
            .collect();
        let mut raw = BTreeMap::new();
        for (reading, fingerprints) in hashed {
            inventory.take(reading, fingerprints, &mut raw);
        }
        inventory.parse(raw);
        inventory.mark_stores();
        for other in inventory.others.values_mut() {
            other.occurrences.sort();
        }
        inventory.gaps.sort();
        inventory.undecided.sort();
        inventory
    }

    /// Takes one file.
    fn take(
        &mut self,
        reading: Reading,
        fingerprints: Vec<Fingerprint>,
        raw: &mut BTreeMap<Fingerprint, Raw>,
    ) {
        let Reading {
            path,
            fixture,
            material,
            suppressions,
            config: _,
        } = reading;
        self.suppressions.extend(suppressions);
        self.coverage.doubtful += material.doubtful;
        let mut next = fingerprints.iter();
        let mut broken = 0;
        let mut keys = Vec::new();
        let mut requests = 0;
        for (ordinal, piece) in material.pieces.into_iter().enumerate() {
            let span = Span {
                path: path.clone(),
                start: piece.start,
                end: piece.end,
            };
            let occurrence = Occurrence {
                span,
                ordinal,
                inside: piece.inside,
            };
            match piece.what {
                What::Certificate(der) => {
                    let Some(&fingerprint) = next.next() else {
                        continue;
                    };
                    raw.entry(fingerprint)
                        .or_insert_with(|| Raw {
                            der,
                            occurrences: Vec::new(),
                        })
                        .occurrences
                        .push(occurrence);
                }
                What::Key(key) => keys.push(KeyHere { occurrence, key }),
                What::Other(kind, der) => {
                    let sha256 = Fingerprint::of(&der);
                    let other = self.others.entry(sha256).or_insert_with(|| Other {
                        sha256,
                        kind,
                        der: der.into(),
                        occurrences: Vec::new(),
                    });
                    other.occurrences.push(occurrence);
                }
                What::Request => requests += 1,
                What::Broken(reason) => {
                    broken += 1;
                    self.gaps.push(Gap {
                        span: occurrence.span,
                        ordinal: broken,
                        reason,
                        harmless: false,
                    });
                }
                What::Trailing(bytes) => {
                    broken += 1;
                    self.gaps.push(Gap {
                        span: occurrence.span,
                        ordinal: broken,
                        reason: format!("{bytes} bytes behind the last certificate are none"),
                        harmless: true,
                    });
                }
                What::Unseen(reason) | What::Locked(reason) if !fixture => {
                    self.undecided.push(Undecided {
                        path: path.clone(),
                        at: Some(occurrence.span.start).filter(|&start| start != Position::START),
                        reason: match &occurrence.inside.place {
                            Some(place) => format!("{place}: {reason}"),
                            None => reason,
                        },
                    });
                }
                What::Unseen(_) | What::Locked(_) => {}
            }
        }
        self.files.insert(
            path,
            FileFacts {
                certificates: fingerprints,
                keys,
                requests,
                container: material.container,
                fixture,
                store: false,
                shown: material.shown,
                exposure: None,
            },
        );
    }

    /// Parses each certificate; what turns out to be none becomes a gap at each of its places.
    fn parse(&mut self, raw: BTreeMap<Fingerprint, Raw>) {
        let parsed: Vec<(Fingerprint, Option<Certificate>, Raw)> = raw
            .into_par_iter()
            .map(|(sha256, raw)| (sha256, Certificate::read(&raw.der), raw))
            .collect();
        let mut broken: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for gap in &self.gaps {
            *broken.entry(gap.span.path.clone()).or_default() += 1;
        }
        for (sha256, certificate, mut raw) in parsed {
            raw.occurrences.sort();
            if let Some(certificate) = certificate {
                let artifact = Artifact {
                    sha256,
                    der: raw.der.into(),
                    certificate,
                    occurrences: raw.occurrences,
                };
                self.artifacts.insert(sha256, artifact);
                continue;
            }
            for occurrence in raw.occurrences {
                let ordinal = broken.entry(occurrence.span.path.clone()).or_default();
                *ordinal += 1;
                self.gaps.push(Gap {
                    span: occurrence.span,
                    ordinal: *ordinal,
                    reason: "it is shaped like a certificate, but none of its fields can be read"
                        .to_owned(),
                    harmless: false,
                });
            }
        }
    }

    /// Marks files that hold anchors and nothing else, where no private key lies in the folder.
    ///
    /// Where many anchors lie together, also those of the time before basic constraints count.
    fn mark_stores(&mut self) {
        let mut with_keys = BTreeSet::new();
        let mut with_leaves = BTreeSet::new();
        let mut in_folder: BTreeMap<&str, usize> = BTreeMap::new();
        for (path, file) in &self.files {
            let folder = place::folder(path);
            if !file.keys.is_empty() {
                with_keys.insert(folder);
            }
            for certificate in self.certificates(file) {
                if certificate.is_anchor() {
                    *in_folder.entry(folder).or_default() += 1;
                } else if !certificate.is_old_anchor() {
                    with_leaves.insert(folder);
                }
            }
        }
        let stores: Vec<Arc<str>> = self
            .files
            .par_iter()
            .filter(|(path, file)| {
                let folder = place::folder(path);
                let here = self
                    .certificates(file)
                    .filter(|certificate| certificate.is_anchor());
                let beside = in_folder.get(folder).copied().unwrap_or(0);
                let many = here.count() >= MANY_ANCHORS
                    || (beside >= MANY_ANCHORS && !with_leaves.contains(folder));
                let known = self.certificates(file).count();
                known > 0
                    && known == file.certificates.len()
                    && !with_keys.contains(folder)
                    && self.certificates(file).all(|certificate| {
                        certificate.is_anchor() || (many && certificate.is_old_anchor())
                    })
            })
            .map(|(path, _)| path.clone())
            .collect();
        for path in stores {
            if let Some(file) = self.files.get_mut(&path) {
                file.store = true;
            }
        }
    }

    /// The certificates of a file, in order, as far as they could be parsed.
    pub fn certificates<'a>(
        &'a self,
        file: &'a FileFacts,
    ) -> impl Iterator<Item = &'a Certificate> + 'a {
        self.artifacts_of(file)
            .map(|artifact| &artifact.certificate)
    }

    /// The artifacts of a file, in order.
    pub fn artifacts_of<'a>(
        &'a self,
        file: &'a FileFacts,
    ) -> impl Iterator<Item = &'a Artifact> + 'a {
        file.certificates
            .iter()
            .filter_map(|sha256| self.artifacts.get(sha256))
    }
}
