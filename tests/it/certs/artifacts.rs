//! Private keys, revocation lists, OCSP responses and OpenSSH certificates: what python's
//! `cryptography` reads in its vectors, and in what it signs itself.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use cert_audit::certificate::Fingerprint;
use cert_audit::container::{self, Object};
use cert_audit::crl::Crl;
use cert_audit::instant::Instant;
use cert_audit::key::{self, KeyFacts};
use cert_audit::material::{self, Kind, What};
use cert_audit::ocsp::Response;
use cert_audit::pem::{self, Label};
use cert_audit::{base64, ssh};
use serde_json::{Value, json};
use testkit::tree;

use super::oracles;

/// What python prints, of one kind.
fn lines(kind: &str) -> impl Iterator<Item = &'static Value> {
    static LINES: OnceLock<Vec<Value>> = OnceLock::new();
    let lines = LINES.get_or_init(|| {
        let script = tree::at("tests/it/certs/artifacts.py");
        let ran = oracles::python().arg(script).output().expect("python runs");
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{errors}");
        let text = String::from_utf8(ran.stdout).expect("JSON is UTF-8");
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    });
    lines.iter().filter(move |line| line["kind"] == kind)
}

fn path(line: &Value) -> &Path {
    Path::new(line["path"].as_str().unwrap())
}

/// The private keys of a file, in order.
pub(super) fn keys(bytes: &[u8], passwords: &[&[u8]]) -> Vec<Option<KeyFacts>> {
    let blocks: Vec<Option<KeyFacts>> = pem::blocks(bytes)
        .filter(|block| block.label == Label::PrivateKey)
        .map(|block| {
            let marker = usize::try_from(block.start.byte).unwrap()
                ..usize::try_from(block.end.byte).unwrap();
            let label = bytes[marker].strip_prefix(b"-----BEGIN ").unwrap();
            let label = label.strip_suffix(b"-----").unwrap();
            key::of_pem(label, &bytes[block.body], passwords)
        })
        .collect();
    if blocks.is_empty() {
        vec![key::of_der(bytes, passwords)]
    } else {
        blocks
    }
}

/// The DER of a file of one PEM block, or the file.
fn der(bytes: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&bytes);
    let Some((_, rest)) = text.split_once("-----BEGIN X509 CRL-----") else {
        return bytes;
    };
    let (body, _) = rest.split_once("-----END").unwrap();
    base64::decode(body.as_bytes()).unwrap()
}

/// Keys of kinds whose public half is not computed: Diffie-Hellman's, Ed448, X448, those of after
/// the quantum computer, and those that never leave a token.
const NOT_COMPUTED: [&str; 15] = [
    "dhkey.der",
    "dhkey.pem",
    "dhkey_rfc5114_2.der",
    "dhkey_rfc5114_2.pem",
    "ed448-pkcs8.der",
    "ed448-pkcs8.pem",
    "mldsa44_priv.der",
    "mlkem768.der",
    "mlkem768.pem",
    "sk-ecdsa-nopsw.key",
    "sk-ecdsa-psw.key",
    "sk-ed25519-nopsw.key",
    "sk-ed25519-psw.key",
    "x448-pkcs8.der",
    "x448-pkcs8.pem",
];

/// Keys of which python drops what certificates for them have, so that the digests differ: a
/// curve that is spelled out and not named, and the restriction of an RSA key to PSS.
/// `openssl` keeps both, and so do we (see `keys`).
const SIMPLIFIED: [&str; 11] = [
    "rsa_pss_2048.pem",
    "rsa_pss_2048_hash.pem",
    "rsa_pss_2048_hash_mask.pem",
    "rsa_pss_2048_hash_mask_diff.pem",
    "rsa_pss_2048_hash_mask_salt.pem",
    "secp256r1-explicit-no-seed.pem",
    "secp256r1-explicit-seed.pem",
    "secp384r1-explicit-no-seed.pem",
    "secp384r1-explicit-seed.pem",
    "secp521r1-explicit-no-seed.pem",
    "secp521r1-explicit-seed.pem",
];

#[test]
fn public_halves_of_private_keys() {
    let mut compared = 0;
    let (mut missing, mut other) = (BTreeSet::new(), BTreeSet::new());
    for line in lines("key") {
        let path = path(line);
        let found = keys(&std::fs::read(path).unwrap(), &[]);
        let wanted = line["spki"].as_array().unwrap();
        assert_eq!(found.len(), wanted.len(), "{}", path.display());
        for (found, wanted) in found.iter().zip(wanted) {
            // What python refuses we may read, or not.
            let Some(wanted) = wanted.as_str() else {
                continue;
            };
            let found = found
                .as_ref()
                .unwrap_or_else(|| panic!("no key: {}", path.display()));
            let name = path.file_name().unwrap().to_str().unwrap();
            // OpenSSH's form has the public half also where the key is locked.
            assert_eq!(found.encrypted, name.ends_with("-psw.key"), "{name}");
            match found.spki_sha256 {
                Some(spki) if spki.to_string() == wanted => compared += 1,
                Some(_) => drop(other.insert(name)),
                None => drop(missing.insert(name)),
            }
        }
    }
    assert_eq!(other, SIMPLIFIED.into_iter().collect());
    assert_eq!(missing, NOT_COMPUTED.into_iter().collect());
    assert!(compared > 35, "{compared}");
}

fn time(instant: Instant) -> String {
    instant.rfc3339()
}

#[test]
fn revocation_lists() {
    let mut compared = 0;
    for line in lines("crl") {
        let bytes = der(std::fs::read(path(line)).unwrap());
        let read = Crl::read(&bytes).unwrap_or_else(|| panic!("{}", path(line).display()));
        let wanted = &line["crl"];
        let mut found = json!({
            "issuer": read.issuer.text,
            "this_update": time(read.this_update),
            "next_update": read.next_update.map(time),
            "number": read.number,
            "signature_algorithm": read.signature_algorithm,
            "revoked": read.revoked,
            "is_delta": read.is_delta,
        });
        // Python refuses some names and extensions, and then says nothing of them.
        for field in ["issuer", "number"] {
            if wanted[field].is_null() {
                found[field] = Value::Null;
            }
        }
        assert_eq!(&found, wanted, "{}", path(line).display());
        let told = container::tell(&bytes, &[]);
        assert!(
            matches!(told, Some(Object::Revocations(_))),
            "{}",
            path(line).display()
        );
        compared += 1;
    }
    assert!(compared > 190, "{compared}");
}

#[test]
fn ocsp_responses() {
    let mut compared = 0;
    for line in lines("ocsp") {
        let bytes = std::fs::read(path(line)).unwrap();
        let read = Response::read(&bytes).unwrap_or_else(|| panic!("{}", path(line).display()));
        let found = match read.basic {
            None => json!({"status": read.status}),
            Some(basic) => json!({
                "status": read.status,
                "produced_at": time(basic.produced_at),
                "signature_algorithm": basic.signature_algorithm,
                "certificates": basic.certificates.iter()
                    .map(|der| Fingerprint::of(der).to_string()).collect::<Vec<_>>(),
                "answers": basic.answers.iter().map(|answer| json!({
                    "status": answer.status,
                    "serial": answer.serial,
                    "issuer_key_hash": answer.issuer_key_hash.iter()
                        .map(|byte| format!("{byte:02x}")).collect::<String>(),
                    "this_update": time(answer.this_update),
                    "next_update": answer.next_update.map(time),
                })).collect::<Vec<_>>(),
            }),
        };
        assert_eq!(found, line["ocsp"], "{}", path(line).display());
        assert!(matches!(
            container::tell(&bytes, &[]),
            Some(Object::Response(_))
        ));
        compared += 1;
    }
    assert!(compared >= 13, "{compared}");
    // What python refuses in part is a response all the same, and a request is none.
    for path in oracles::vectors() {
        let name = path.file_name().unwrap().to_str().unwrap();
        if path
            .parent()
            .is_some_and(|folder| folder.ends_with("x509/ocsp"))
        {
            let read = Response::read(&std::fs::read(&path).unwrap());
            let is_response = name.starts_with("resp-") || name.ends_with("-resp.der");
            assert_eq!(read.is_some(), is_response, "{name}");
        }
    }
}

#[test]
fn openssh_certificates() {
    let mut counts = (0, 0);
    for line in lines("ssh") {
        let text = match line["line"].as_str() {
            Some(text) => format!("# a comment\n{text} someone@api.example\n").into_bytes(),
            None => std::fs::read(path(line)).unwrap(),
        };
        let entries = ssh::entries(&text);
        let [
            ssh::Entry {
                line: at,
                at: range,
                what: ssh::What::Certificate(blob),
            },
        ] = &entries[..]
        else {
            panic!("{line}: {entries:?}");
        };
        assert!(text[range.clone()].ends_with(b"-cert-v01@openssh.com"));
        let found = material::read(&text, "hosts", &[]);
        let [piece] = &found.pieces[..] else {
            panic!("{line}: {found:?}");
        };
        assert!(matches!(&piece.what, What::Other(Kind::Ssh, der) if der == blob));
        assert_eq!(piece.start.line, *at);
        let read = ssh::Certificate::read(blob).expect("entries are readable");
        let seconds = |instant: Option<Instant>, none: u64| {
            instant.map_or(none, |instant| {
                u64::try_from(instant.since(Instant::of(0))).unwrap()
            })
        };
        let wanted = &line["ssh"];
        let found = json!({
            "kind": match read.kind {
                ssh::Kind::User => "USER",
                ssh::Kind::Host => "HOST",
                ssh::Kind::Other(_) => "?",
            },
            "serial": read.serial,
            "key_id": read.key_id,
            "principals": read.principals,
            "valid_after": seconds(read.valid_after, 0),
            // Beyond 2^63 there is no instant.
            "valid_before": match (read.valid_before, wanted["valid_before"].as_u64()) {
                (Some(end), Some(far)) if end == Instant::of(i64::MAX) => far,
                (end, _) => seconds(end, u64::MAX),
            },
            "key": read.key.to_string(),
            "authority": read.authority.to_string(),
        });
        assert_eq!(&found, wanted);
        if line["line"].is_string() {
            assert_eq!(*at, 2);
            counts.1 += 1;
        } else {
            counts.0 += 1;
        }
    }
    assert!(counts.0 >= 9, "{counts:?}");
    assert_eq!(counts.1, 15);
}
