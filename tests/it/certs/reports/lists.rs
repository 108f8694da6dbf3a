//! What expires beside certificates, in reports.

use cert_audit::v1;
use serde_json::json;
use testkit::tree;

use super::lines;

/// A revocation list of nobody.
fn revocations() -> Vec<u8> {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, "Example Root CA");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let list = rcgen::CertificateRevocationListParams {
        this_update: rcgen::date_time_ymd(2026, 11, 1),
        next_update: rcgen::date_time_ymd(2026, 12, 1),
        crl_number: rcgen::SerialNumber::from(7_u64),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    let issuer = rcgen::Issuer::new(params, key);
    list.signed_by(&issuer).unwrap().der().to_vec()
}

/// Each kind has its fields; what it does not have is null.
#[test]
fn revocation_lists_are_artifacts_too() {
    let folder = tree::write(&[("ca/root.crl", revocations())]);
    let (_, lines) = lines(&["--no-der", folder.path().to_str().unwrap()]);
    let mut line = lines[1].clone();
    jsonschema::validator_for(&v1::schema_of_line())
        .unwrap()
        .validate(&line)
        .unwrap();
    assert!(line["sha256"].take().is_string());
    assert_eq!(
        line,
        json!({
            "sha256": null,
            "kind": "crl",
            "subject": null,
            "issuer": "CN=Example Root CA",
            "serial": null,
            "not_before": "2026-11-01T00:00:00Z",
            "not_after": "2026-12-01T00:00:00Z",
            "is_ca": null,
            "key": null,
            "signature_algorithm": "ecdsa-with-SHA256",
            "sans": [],
            "spki_sha256": null,
            "ari": null,
            "effective": null,
            "class": null,
            "owner": null,
            "occurrences": [{ "source": "", "path": "ca/root.crl", "place": "", "role": null }],
            "consumers": [],
        })
    );
}
