//! Cases of the rules about what servers load, and about what expires beside certificates, for
//! 2026-11-22T00:00:00Z.

use std::collections::BTreeMap;

use rcgen::{
    ExtendedKeyUsagePurpose, PKCS_RSA_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm,
    SigningKey,
};

use super::rules::{FROM, TO, fine, leaf};
use super::{Ca, certificate, joined, key, params, pem};

/// Files by their paths below `tests/fixtures/cert-audit`.
pub(super) fn fixtures(root: &Ca) -> BTreeMap<String, Vec<u8>> {
    let issuing = &root.intermediate(
        "Example Issuing CA 3",
        "2025-09-01T00:00:00",
        "2030-08-31T23:59:59",
    );
    let ca = |ca: &Ca| certificate(&ca.der);
    let api = fine(issuing, "api.prod.example");
    let www = fine(issuing, "www.prod.example");
    let wildcard = leaf(
        issuing,
        "*.prod.example",
        (FROM, TO),
        &key("wildcard"),
        |_| {},
    );
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |path: &str, parts: &[&str]| files.push((path.to_owned(), joined(parts)));

    // A server's configuration, and what it loads.
    let nginx = |file: &str, note: &str| {
        format!(
            "events {{}}\nhttp {{\n  server {{\n    listen 443 ssl;\n    server_name \
             api.prod.example;\n    ssl_certificate {file};{note}\n    ssl_certificate_key \
             tls.key;\n  }}\n}}\n"
        )
    };
    let loaded = nginx("tls.pem", "");
    let of_client = leaf(
        issuing,
        "api.prod.example",
        (FROM, TO),
        &key("api"),
        |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        },
    );
    let of_both = leaf(
        issuing,
        "api.prod.example",
        (FROM, TO),
        &key("api"),
        |params| {
            params.extended_key_usages = vec![
                ExtendedKeyUsagePurpose::ClientAuth,
                ExtendedKeyUsagePurpose::ServerAuth,
            ];
        },
    );
    for (case, rule, own) in [
        ("wrong-usage/bad", "#~v wrong-usage\n", &of_client),
        ("wrong-usage/good", "", &of_both),
        ("name-mismatch/bad_served", "#~v name-mismatch\n", &www),
        ("name-mismatch/good_served", "", &wildcard),
        ("missing-certificate/good", "", &api),
    ] {
        add(&format!("{case}/nginx.conf"), &[&loaded]);
        add(&format!("{case}/tls.pem"), &[rule, own, &ca(issuing)]);
    }
    let dead = leaf(
        issuing,
        "api.prod.example",
        ("2025-10-18T00:00:00", "2026-11-19T12:00:00"),
        &key("api"),
        |_| {},
    );
    add("fails-at-restart/bad/nginx.conf", &[&loaded]);
    add(
        "fails-at-restart/bad/tls.pem",
        &["#~v fails-at-restart\n", &dead, &ca(issuing)],
    );
    add("fails-at-restart/good/nginx.conf", &[&loaded]);
    add("fails-at-restart/good/tls.pem", &[&api, &ca(issuing)]);
    add("missing-intermediate/bad_loaded/nginx.conf", &[&loaded]);
    add(
        "missing-intermediate/bad_loaded/tls.pem",
        &["#~v missing-intermediate\n", &api],
    );
    // Here it lies beside, and the configuration says that it is not loaded.
    add(
        "missing-intermediate/bad_loaded/chain.pem",
        &[&www, &ca(issuing), &ca(root)],
    );
    add(
        "missing-certificate/bad/nginx.conf",
        &[&nginx("gone.pem", " #~ missing-certificate")],
    );

    let list = |from: &str, to: &str| {
        let times = params("list", from, to);
        let list = rcgen::CertificateRevocationListParams {
            this_update: times.not_before,
            next_update: times.not_after,
            crl_number: SerialNumber::from(7_u64),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&issuing.issuer).expect("it can be signed");
        pem("X509 CRL", list.der())
    };
    add(
        "stale-crl/bad.pem",
        &[
            "#~v stale-crl\n",
            &list("2026-10-01T00:00:00", "2026-11-21T23:59:59"),
        ],
    );
    add(
        "stale-crl/good.pem",
        &[&list("2026-10-01T00:00:00", "2026-11-22T00:00:00")],
    );

    add("stale-ocsp/bad/web.ocsp.announced", &["#~ stale-ocsp\n"]);
    add("stale-ocsp/good/web.ocsp.announced", &["nothing\n"]);
    let response = |path: &str, next: &str| (path.to_owned(), ocsp(next));
    let responses = [
        response("stale-ocsp/bad/web.ocsp", "20261121235959Z"),
        response("stale-ocsp/good/web.ocsp", "20261122000000Z"),
    ];

    let signed = |end: u64| ssh_line("web1", end);
    add(
        "ssh-certificate-without-expiry/bad-cert.pub",
        &["#~v ssh-certificate-without-expiry\n", &signed(u64::MAX)],
    );
    // 2027-06-30.
    add(
        "ssh-certificate-without-expiry/good-cert.pub",
        &[&signed(1_814_313_600)],
    );

    // One's own CA may issue for as long as it likes, and for clients.
    let ten_years = ("2020-06-01T00:00:00", "2030-05-30T23:59:59");
    let long = leaf(issuing, "api.prod.example", ten_years, &key("api"), |_| {});
    add("overlong-validity/good.pem", &[&long]);
    add("public-client-auth/good.pem", &[&of_client]);

    files.extend(responses);
    files.into_iter().collect()
}

/// An OCSP response about one certificate, good until `next`; nobody's signature (RFC 6960 §4.2.1).
fn ocsp(next: &str) -> Vec<u8> {
    let element = |tag: u8, parts: &[&[u8]]| {
        let content = parts.concat();
        let [high, low] = u16::try_from(content.len()).expect("short").to_be_bytes();
        [&[tag, 0x82, high, low], content.as_slice()].concat()
    };
    let sequence = |parts: &[&[u8]]| element(0x30, parts);
    let octets = |content: &[u8]| element(0x04, &[content]);
    let time = |text: &str| element(0x18, &[text.as_bytes()]);
    let sha1 = sequence(&[&[0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a], &[0x05, 0x00]]);
    let ed25519 = sequence(&[&[0x06, 0x03, 0x2b, 0x65, 0x70]]);
    let id = sequence(&[
        &sha1,
        &octets(&[1; 20]),
        &octets(&[2; 20]),
        &[0x02, 0x01, 0x2a],
    ]);
    let answer = sequence(&[
        &id,
        &[0x80, 0x00],
        &time("20261115000000Z"),
        &element(0xa0, &[&time(next)]),
    ]);
    let data = sequence(&[
        &element(0xa2, &[&octets(&[2; 20])]),
        &time("20261115000000Z"),
        &sequence(&[&answer]),
    ]);
    let signature = element(0x03, &[&[0; 65]]);
    let basic = sequence(&[&data, &ed25519, &signature]);
    let kind = [
        0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01,
    ];
    let bytes = sequence(&[&kind, &octets(&basic)]);
    sequence(&[&[0x0a, 0x01, 0x00], &element(0xa0, &[&bytes])])
}

/// A line with an OpenSSH certificate for a host, valid until second `end` (PROTOCOL.certkeys).
/// Keys and signature are of the right shape and nobody's.
fn ssh_line(host: &str, end: u64) -> String {
    const KIND: &[u8] = b"ssh-ed25519-cert-v01@openssh.com";
    let string = |content: &[u8]| {
        let length = u32::try_from(content.len()).expect("short").to_be_bytes();
        [&length[..], content].concat()
    };
    let plain = |content: &[u8]| [string(b"ssh-ed25519"), string(content)].concat();
    let blob = [
        string(KIND),
        string(&[7; 32]),
        string(&[0x11; 32]),
        1_u64.to_be_bytes().to_vec(),
        2_u32.to_be_bytes().to_vec(),
        string(host.as_bytes()),
        string(&string(host.as_bytes())),
        0_u64.to_be_bytes().to_vec(),
        end.to_be_bytes().to_vec(),
        string(&[]),
        string(&[]),
        string(&[]),
        string(&plain(&[0x22; 32])),
        string(&plain(&[0x33; 64])),
    ]
    .concat();
    let text = pem("X", &blob);
    let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    format!("ssh-ed25519-cert-v01@openssh.com {base64} {host}\n")
}

/// An RSA key of so many bits: nobody knows its private half, and nobody needs it.
pub(super) struct Rsa(Vec<u8>);

impl Rsa {
    pub(super) fn of(bits: usize) -> Self {
        let length = bits / 8;
        // SEQUENCE { INTEGER modulus, INTEGER 65537 } (RFC 8017 §A.1.1).
        let size = |length: usize| {
            let [high, low] = u16::try_from(length).expect("small").to_be_bytes();
            [0x82, high, low]
        };
        let mut modulus = vec![0x00, 0xb5];
        modulus.extend((1..length).map(|at| u8::try_from(at * 167 % 251).expect("below 251") | 1));
        let mut content = vec![0x02];
        content.extend(size(modulus.len()));
        content.extend(modulus);
        content.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
        let mut der = vec![0x30];
        der.extend(size(content.len()));
        der.extend(content);
        Self(der)
    }
}

impl PublicKeyData for Rsa {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

/// It has no private half: what it "signs" is not verified by the rule that looks at it.
impl SigningKey for Rsa {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let start = message.iter().copied().chain(std::iter::repeat(0x5a));
        Ok(start.take(256).collect())
    }
}

/// The certificate with `sha1WithRSAEncryption` for `sha256WithRSAEncryption`.
pub(super) fn over_sha1(mut der: Vec<u8>) -> Vec<u8> {
    const SHA256: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    for at in 0..der.len() {
        if der[at..].starts_with(&SHA256) {
            der[at + SHA256.len() - 1] = 0x05;
        }
    }
    der
}
