//! NIST's Public Key Interoperability Test Suite: 405 certificates that others made to be hard,
//! from the vectors of python's `cryptography`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cert_audit::chain::link::Link;
use cert_audit::chain::pool::Pool;
use cert_audit::chain::{Answer, Verdict};

use crate::certs::{mint, oracles};

use super::{instant, openssl_verify, question};

/// When they are valid, as far as they are meant to be.
const AT: &str = "2020-01-01T00:00:00Z";

/// The sections about what is evaluated, with the names of their tests behind `Valid` or `Invalid`
/// and before `TestNEE`, and how many there are.
const SECTIONS: &[(&str, &[&str], usize)] = &[
    (
        "4.1 signatures, less those by DSA",
        &["CertificatePath", "CASignature", "EESignature"],
        3,
    ),
    (
        "4.2 validity periods",
        &[
            "CAnotBeforeDate",
            "EEnotBeforeDate",
            "pre2000UTCnotBeforeDate",
            "GeneralizedTimenotBeforeDate",
            "CAnotAfterDate",
            "EEnotAfterDate",
            "pre2000UTCEEnotAfterDate",
            "GeneralizedTimenotAfterDate",
        ],
        8,
    ),
    (
        "4.3 names",
        &[
            "NameChainingOrder",
            "NameChaining",
            "NameChainingWhitespace",
            "NameChainingCapitalization",
            "NameUIDs",
            "RFC3280MandatoryAttributeTypes",
            "RFC3280OptionalAttributeTypes",
            "UTF8StringEncodedNames",
            "RolloverfromPrintableStringtoUTF8String",
            "UTF8StringCaseInsensitiveMatch",
        ],
        11,
    ),
    (
        "4.5 self-issued certificates, less 2, 5 and 7, about revocation",
        &[
            "BasicSelfIssuedOldWithNew",
            "BasicSelfIssuedNewWithOld",
            "BasicSelfIssuedCRLSigningKey",
        ],
        5,
    ),
    (
        "4.6 basic constraints",
        &[
            "MissingbasicConstraints",
            "cAFalse",
            "basicConstraintsNotCritical",
            "pathLenConstraint",
            "SelfIssuedpathLenConstraint",
        ],
        17,
    ),
    (
        "4.7 key usage, less 4 and 5, about revocation",
        &[
            "keyUsageCriticalkeyCertSignFalse",
            "keyUsageNotCriticalkeyCertSignFalse",
            "keyUsageNotCritical",
        ],
        3,
    ),
    (
        "4.13 name constraints",
        &[
            "DNnameConstraints",
            "RFC822nameConstraints",
            "DNandRFC822nameConstraints",
            "DNSnameConstraints",
            "URInameConstraints",
        ],
        38,
    ),
    (
        "4.16 extensions",
        &[
            "UnknownNotCriticalCertificateExtension",
            "UnknownCriticalCertificateExtension",
        ],
        2,
    ),
];

/// Tests of those sections whose certificates are revoked: nothing else is wrong with them.
const REVOKED: &[&str] = &[
    "InvalidBasicSelfIssuedOldWithNewTest2EE",
    "InvalidBasicSelfIssuedNewWithOldTest5EE",
    "InvalidBasicSelfIssuedCRLSigningKeyTest7EE",
];

struct Suite {
    pool: Pool,
    /// By name: path and what it holds.
    leaves: BTreeMap<String, (PathBuf, Vec<u8>)>,
    /// The rest but for the anchor, and the anchor.
    others: Vec<Vec<u8>>,
    anchor: Vec<u8>,
}

fn suite() -> Suite {
    let mut leaves = BTreeMap::new();
    let (mut others, mut anchor) = (Vec::new(), Vec::new());
    for path in oracles::corpus() {
        let shown = path.to_str().expect("vectors have names in ASCII");
        if !shown.contains("PKITS_data/certs/") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let der = std::fs::read(&path).unwrap();
        if name == "TrustAnchorRootCertificate" {
            anchor = der;
        } else if name.ends_with("EE") {
            leaves.insert(name, (path, der));
        } else {
            others.push(der);
        }
    }
    let links = |all: &[Vec<u8>]| all.iter().map(|der| Link::read(der).unwrap()).collect();
    Suite {
        pool: Pool::of(links(&others), links(std::slice::from_ref(&anchor)), |_| {
            false
        }),
        leaves,
        others,
        anchor,
    }
}

#[test]
fn the_named_tests_come_out_as_they_should() {
    let suite = suite();
    let question = question(instant(AT));
    for (section, names, count) in SECTIONS {
        let tests = suite.leaves.iter().filter(|(name, _)| {
            let stem = name
                .strip_prefix("Valid")
                .or_else(|| name.strip_prefix("Invalid"));
            let stem = stem.and_then(|stem| stem.rsplit_once("Test"));
            stem.is_some_and(|(stem, _)| names.contains(&stem))
        });
        let mut seen = 0;
        for (name, (_, der)) in tests {
            if REVOKED.contains(&name.as_str()) {
                continue;
            }
            seen += 1;
            let wanted = if name.starts_with("Valid") {
                Verdict::Valid
            } else {
                Verdict::Invalid
            };
            let leaf = Link::read(der).unwrap();
            let answer = Answer::of(&suite.pool, &leaf, &question);
            assert_eq!(
                answer.verdict, wanted,
                "{section}: {name}: {}",
                answer.reason
            );
        }
        assert_eq!(seen, *count, "{section}");
    }
}

/// Where openssl and we differ, and why; a reason that is no longer needed must go.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "ValidDSASignaturesTest4EE",
        "signatures by DSA are not verified here",
    ),
    (
        "ValidDSAParameterInheritanceTest5EE",
        "signatures by DSA are not verified here, and openssl does not know inherited parameters",
    ),
];

#[test]
fn every_leaf_is_as_good_as_openssl_says() {
    let suite = suite();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, all: &[Vec<u8>]| {
        let path = folder.path().join(name);
        let text: String = all
            .iter()
            .map(|der| mint::pem("CERTIFICATE", der))
            .collect();
        std::fs::write(&path, text).unwrap();
        path
    };
    let trusted = file("trusted.pem", std::slice::from_ref(&suite.anchor));
    let untrusted = file("untrusted.pem", &suite.others);
    let paths: Vec<String> = suite
        .leaves
        .values()
        .map(|(path, _)| path.to_str().unwrap().to_owned())
        .collect();
    let seconds = AT.parse::<jiff::Timestamp>().unwrap().as_second();
    let said = openssl_verify(
        &paths,
        &trusted,
        Some(&untrusted),
        &["-attime", &seconds.to_string()],
    );
    assert_eq!(said.len(), 223);
    let question = question(instant(AT));
    let (mut wrong, mut explained) = (Vec::new(), BTreeSet::new());
    for (name, (path, der)) in &suite.leaves {
        let leaf = Link::read(der).unwrap();
        let answer = Answer::of(&suite.pool, &leaf, &question);
        let reason = &said[path.to_str().unwrap()];
        let wanted = match reason {
            None => Verdict::Valid,
            Some(_) => Verdict::Invalid,
        };
        if answer.verdict == wanted {
            continue;
        }
        if DIFFERENCES.iter().any(|(known, _)| known == name) {
            explained.insert(name.as_str());
        } else {
            wrong.push(format!("{name}: {} / {reason:?}", answer.reason));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (name, why) in DIFFERENCES {
        assert!(explained.contains(name), "no longer needed: {name}: {why}");
    }
}
