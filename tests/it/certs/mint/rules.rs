//! Cases of the rules about deployments, keys and quality, for 2026-11-22T00:00:00Z.

use std::collections::BTreeMap;

use rcgen::{
    CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, KeyPair, PKCS_RSA_SHA256,
    PublicKeyData, SanType, SerialNumber, SignatureAlgorithm, SigningKey,
};

use super::{Ca, certificate, joined, key, params, pem};

/// The private key that RFC 8410 §10.3 prints: everybody has it, so nobody loses anything by it
/// lying here.
pub(crate) const KNOWN_KEY: &str =
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";

/// The key of RFC 8410 §10.3 in DER.
const KNOWN_PKCS8: [u8; 48] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    0xd4, 0xee, 0x72, 0xdb, 0xf9, 0x13, 0x58, 0x4a, 0xd5, 0xb6, 0xd8, 0xf1, 0xf7, 0x69, 0xf8, 0xad,
    0x3a, 0xfe, 0x7c, 0x28, 0xcb, 0xf1, 0xd4, 0xfb, 0xe0, 0x97, 0xa8, 0x8f, 0x44, 0x75, 0x58, 0x42,
];

const FROM: &str = "2026-06-01T00:00:00";
const TO: &str = "2027-07-03T23:59:59";

/// The one private key of the fixtures, in PEM.
pub(crate) fn known_key() -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{KNOWN_KEY}\n-----END PRIVATE KEY-----\n")
}

/// A server's certificate for that key.
#[cfg(test)]
pub(crate) fn held(ca: &Ca, name: &str) -> Vec<u8> {
    leaf_der(ca, name, (FROM, TO), &known(), |_| {})
}

fn known() -> KeyPair {
    KeyPair::try_from(KNOWN_PKCS8.to_vec()).expect("it is a key")
}

/// A server's certificate, in PEM, but for what `change` makes of it.
fn leaf(
    ca: &Ca,
    name: &str,
    (from, to): (&str, &str),
    key: &impl PublicKeyData,
    change: impl FnOnce(&mut CertificateParams),
) -> String {
    certificate(&leaf_der(ca, name, (from, to), key, change))
}

fn leaf_der(
    ca: &Ca,
    name: &str,
    (from, to): (&str, &str),
    key: &impl PublicKeyData,
    change: impl FnOnce(&mut CertificateParams),
) -> Vec<u8> {
    let mut params = params(name, from, to);
    params.subject_alt_names = vec![SanType::DnsName(name.try_into().expect("ASCII"))];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    change(&mut params);
    let certificate = params.signed_by(key, &ca.issuer).expect("it can be signed");
    certificate.der().to_vec()
}

/// A healthy one.
fn fine(ca: &Ca, name: &str) -> String {
    leaf(ca, name, (FROM, TO), &key(name), |_| {})
}

/// An RSA key of so many bits: nobody knows its private half, and nobody needs it.
struct Rsa(Vec<u8>);

impl Rsa {
    fn of(bits: usize) -> Self {
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
fn over_sha1(mut der: Vec<u8>) -> Vec<u8> {
    const SHA256: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    for at in 0..der.len() {
        if der[at..].starts_with(&SHA256) {
            der[at + SHA256.len() - 1] = 0x05;
        }
    }
    der
}

/// So many certificates, each for a name of its own, that end on `days` after 2027-03-01.
fn ending(ca: &Ca, days: impl IntoIterator<Item = u32>) -> Vec<String> {
    (0..)
        .zip(days)
        .map(|(number, day)| {
            let name = format!("host-{number}.prod.example");
            let (month, day) = (3 + day / 30, day % 30 + 1);
            let to = format!("2027-{month:02}-{day:02}T23:59:59");
            leaf(ca, &name, (FROM, &to), &key(&name), |_| {})
        })
        .collect()
}

/// Files by their paths below `tests/fixtures/cert-audit`.
pub(super) fn fixtures(root: &Ca) -> BTreeMap<String, Vec<u8>> {
    let issuing = &root.intermediate(
        "Example Issuing CA 3",
        "2025-09-01T00:00:00",
        "2030-08-31T23:59:59",
    );
    let ca = |ca: &Ca| certificate(&ca.der);
    let api = fine(issuing, "api.prod.example");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |path: &str, parts: &[&str]| files.push((path.to_owned(), joined(parts)));

    let early = leaf(
        issuing,
        "api.prod.example",
        ("2026-11-22T00:00:01", TO),
        &key("api"),
        |_| {},
    );
    let on_time = leaf(
        issuing,
        "api.prod.example",
        ("2026-11-22T00:00:00", TO),
        &key("api"),
        |_| {},
    );
    add("not-yet-valid/bad.pem", &["#~v not-yet-valid\n", &early]);
    add("not-yet-valid/good.pem", &[&on_time]);

    let ended = Ca::root(
        "Example Root CA 1",
        "2001-11-20T00:00:00",
        "2026-11-18T23:59:59",
    );
    add(
        "expired-anchor/bad.pem",
        &["#~v expired-anchor\n", &ca(&ended), &ca(root)],
    );
    add("expired-anchor/good.pem", &[&ca(root)]);

    // Ten of forty within one week, and nine.
    let spread = |count: u32| {
        (0..30)
            .map(move |at| 20 + at * 7)
            .chain((0..count).map(|at| at % 7))
    };
    let cliff = ending(issuing, spread(10));
    let (spread_out, week) = cliff.split_at(30);
    add(
        "renewal-cliff/bad.pem",
        &["#~v renewal-cliff\n", &week.concat(), &spread_out.concat()],
    );
    add(
        "renewal-cliff/good.pem",
        &[&ending(issuing, spread(9)).concat()],
    );

    let known = known();
    let held = leaf(issuing, "api.prod.example", (FROM, TO), &known, |_| {});
    for (case, chain) in [
        ("bad", vec![format!("#~v missing-intermediate\n{held}")]),
        ("good", vec![held.clone(), ca(issuing)]),
        // Without a consumer nobody knows what is loaded: the server may be told of both.
        ("good_beside", vec![held.clone()]),
    ] {
        add(
            &format!("missing-intermediate/{case}/tls/server.crt"),
            &[&chain.concat()],
        );
        add(
            &format!("missing-intermediate/{case}/tls/server.key"),
            &[&known_key()],
        );
        let folder = if case == "good_beside" { "tls" } else { "ca" };
        add(
            &format!("missing-intermediate/{case}/{folder}/issuing.pem"),
            &[&ca(issuing)],
        );
        // A leaf of another service keeps the folder from being a trust store.
        add(
            &format!("missing-intermediate/{case}/{folder}/other.pem"),
            &[&fine(issuing, "other.prod.example"), &ca(issuing)],
        );
        add(
            &format!("missing-intermediate/{case}/root/root.pem"),
            &[&ca(root)],
        );
    }
    add(
        "missing-intermediate/good_self_signed/server.crt",
        &[&self_signed(&known)],
    );
    add(
        "missing-intermediate/good_self_signed/server.key",
        &[&known_key()],
    );

    add(
        "misordered-chain/bad.pem",
        &["#~v misordered-chain\n", &api, &ca(root), &ca(issuing)],
    );
    add(
        "misordered-chain/bad_last.pem",
        &[&ca(issuing), &ca(root), "#~v misordered-chain\n", &api],
    );
    add(
        "misordered-chain/good.pem",
        &[&api, &ca(issuing), &ca(root)],
    );
    add(
        "misordered-chain/good_without_root.pem",
        &[&api, &ca(issuing)],
    );
    let unrelated = Ca::root(
        "Example Root CA 9",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    add(
        "misordered-chain/good_unrelated.pem",
        &[&api, &ca(&unrelated), &ca(issuing)],
    );

    add(
        "key-mismatch/bad/server.crt",
        &["#~v key-mismatch\n", &api, &ca(issuing)],
    );
    add("key-mismatch/bad/server.key", &[&known_key()]);
    add("key-mismatch/good/server.crt", &[&held, &ca(issuing)]);
    add("key-mismatch/good/server.key", &[&known_key()]);
    // By its name `server.key` belongs to it, but it is the other one that fits.
    add(
        "key-mismatch/good_misled/server.crt",
        &[&held, &ca(issuing)],
    );
    add(
        "key-mismatch/good_misled/server.key",
        &["-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHs\n-----END ENCRYPTED PRIVATE KEY-----\n"],
    );

    let www = fine(issuing, "www.prod.example");
    let wildcard = leaf(
        issuing,
        "*.prod.example",
        (FROM, TO),
        &key("wildcard"),
        |_| {},
    );
    add(
        "name-mismatch/bad.pem",
        &["#~v name-mismatch\n", &www, &ca(issuing)],
    );
    add("name-mismatch/good.pem", &[&api, &ca(issuing)]);
    add(
        "name-mismatch/good_wildcard.pem",
        &[&wildcard, &ca(issuing)],
    );

    let nameless = |purpose: ExtendedKeyUsagePurpose, san: Option<SanType>| {
        leaf(
            issuing,
            "db.prod.example",
            (FROM, TO),
            &key("db"),
            move |params| {
                params.subject_alt_names = san.into_iter().collect();
                params.extended_key_usages = vec![purpose];
            },
        )
    };
    let uri = SanType::URI("spiffe://prod.example/db".try_into().expect("ASCII"));
    let mailbox = SanType::Rfc822Name("db@prod.example".try_into().expect("ASCII"));
    add(
        "missing-san/bad.pem",
        &[
            "#~v missing-san\n",
            &nameless(ExtendedKeyUsagePurpose::ServerAuth, None),
            "#~v missing-san\n",
            &nameless(ExtendedKeyUsagePurpose::ServerAuth, Some(mailbox)),
        ],
    );
    add(
        "missing-san/good.pem",
        &[
            &nameless(ExtendedKeyUsagePurpose::ServerAuth, Some(uri)),
            &nameless(ExtendedKeyUsagePurpose::ClientAuth, None),
        ],
    );

    // A renewal that keeps its key, and one that does not.
    let old = ("2025-12-10T00:00:00", "2027-01-11T23:59:59");
    let new = ("2026-11-10T00:00:00", "2027-12-12T23:59:59");
    let shop = |life, owner: &str| leaf(issuing, "shop.example", life, &key(owner), |_| {});
    add(
        "stale-copy/bad/web1/shop.pem",
        &[&shop(new, "shop"), &ca(issuing)],
    );
    add(
        "stale-copy/bad/two/other.pem",
        &["#~v stale-copy\n", &shop(old, "shop"), &ca(issuing)],
    );
    add(
        "stale-copy/bad_sibling/web1/shop.pem",
        &[&shop(new, "one"), &ca(issuing)],
    );
    add(
        "stale-copy/bad_sibling/web2/shop.pem",
        &["#~v stale-copy\n", &shop(old, "two"), &ca(issuing)],
    );
    add(
        "stale-copy/good/one/web.pem",
        &[&shop(new, "one"), &ca(issuing)],
    );
    add(
        "stale-copy/good/two/tls.pem",
        &[&shop(old, "two"), &ca(issuing)],
    );
    add(
        "stale-copy/good_archive/live/shop.pem",
        &[&shop(new, "shop"), &ca(issuing)],
    );
    add(
        "stale-copy/good_archive/archive/shop.pem",
        &[&shop(old, "shop"), &ca(issuing)],
    );
    // Two that were issued together are twins: nothing says that one replaces the other.
    let twin = ("2025-12-11T00:00:00", "2027-01-12T23:59:59");
    add(
        "stale-copy/good_twins/web1/shop.pem",
        &[&shop(old, "shop"), &ca(issuing)],
    );
    add(
        "stale-copy/good_twins/web2/shop.pem",
        &[&shop(twin, "shop"), &ca(issuing)],
    );

    let shared = |name: &str, more: &[&str]| {
        leaf(issuing, name, (FROM, TO), &key("shared"), |params| {
            params.subject_alt_names.extend(
                more.iter()
                    .map(|name| SanType::DnsName((*name).try_into().expect("ASCII"))),
            );
        })
    };
    add(
        "shared-key/bad.pem",
        &[
            "#~v shared-key\n",
            &shared("one.example", &[]),
            &shared("two.example", &[]),
        ],
    );
    add(
        "shared-key/good.pem",
        &[
            &shared("one.example", &[]),
            &shared("two.example", &["one.example"]),
            &fine(issuing, "three.example"),
        ],
    );

    add(
        "empty-source/bad/export.txt",
        &["nothing came out #~ empty-source\n"],
    );
    add("empty-source/good/export.txt", &[&api]);

    add(
        "exposed-private-key/bad/server.pem",
        &[
            &held,
            &ca(issuing),
            "#~v exposed-private-key\n",
            &known_key(),
        ],
    );
    add("exposed-private-key/good/server.key", &[&known_key()]);
    add(
        "exposed-private-key/good/server.crt",
        &[&held, &ca(issuing)],
    );

    add("unowned/bad.pem", &["#~v unowned\n", &api]);
    add("unowned/good_owned.pem", &[&api]);

    let rsa = |bits| {
        leaf(
            issuing,
            "old.prod.example",
            (FROM, TO),
            &Rsa::of(bits),
            |_| {},
        )
    };
    add("weak-key/bad.pem", &["#~v weak-key\n", &rsa(1024)]);
    add("weak-key/good.pem", &[&rsa(2048)]);
    // An old anchor, in a store.
    let mut old_root = Ca::params(
        "Example Root CA 0",
        "2001-03-01T00:00:00",
        "2031-02-28T23:59:59",
    );
    old_root.serial_number = Some(SerialNumber::from(vec![0]));
    let old_root = old_root
        .self_signed(&Rsa::of(1024))
        .expect("it can be signed");
    let old_root = certificate(&over_sha1(old_root.der().to_vec()));
    add("weak-key/good_store.pem", &[&old_root]);

    let by_rsa = |name: &str| {
        let params = Ca::params(
            "Example RSA CA",
            "2021-03-01T00:00:00",
            "2041-02-28T23:59:59",
        );
        let ca = rcgen::Issuer::new(params, Rsa::of(2048));
        let leaf = super::params(name, FROM, TO);
        let leaf = leaf.signed_by(&key(name), &ca).expect("it can be signed");
        leaf.der().to_vec()
    };
    let weak = certificate(&over_sha1(by_rsa("old.prod.example")));
    add("weak-signature/bad.pem", &["#~v weak-signature\n", &weak]);
    add(
        "weak-signature/good.pem",
        &[&certificate(&by_rsa("old.prod.example"))],
    );
    add("weak-signature/good_store.pem", &[&old_root]);

    let numbered = |octets: &[u8]| {
        leaf(
            issuing,
            "api.prod.example",
            (FROM, TO),
            &key("api"),
            |params| {
                params.serial_number = Some(SerialNumber::from(octets.to_vec()));
            },
        )
    };
    let mut long = [0x11; 21];
    add(
        "bad-serial/bad.pem",
        &[
            "#~v bad-serial\n",
            &numbered(&[0]),
            "#~v bad-serial\n",
            &numbered(&long),
        ],
    );
    long[20] = 0x12;
    add(
        "bad-serial/good.pem",
        &[&numbered(&long[1..]), &numbered(&[1])],
    );
    add("bad-serial/good_store.pem", &[&old_root]);

    add(
        "weak-key/good_program.rs",
        &["const ROOT: &str = \"\n", &old_root, "\";\n"],
    );

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

    let extended = |is_critical| {
        leaf(
            issuing,
            "api.prod.example",
            (FROM, TO),
            &key("api"),
            |params| {
                // Private enterprise number 32473 is for examples (RFC 5612).
                let oid = [1, 3, 6, 1, 4, 1, 32473, 1];
                let mut extension = CustomExtension::from_oid_content(&oid, vec![0x05, 0x00]);
                extension.set_criticality(is_critical);
                params.custom_extensions = vec![extension];
            },
        )
    };
    add(
        "unknown-critical-extension/bad.pem",
        &["#~v unknown-critical-extension\n", &extended(true)],
    );
    add("unknown-critical-extension/good.pem", &[&extended(false)]);
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

/// What `openssl req -x509` makes for a developer: a CA by its basic constraints.
fn self_signed(key: &KeyPair) -> String {
    let mut params = Ca::params("dev.prod.example", FROM, TO);
    params.key_usages = Vec::new();
    params.subject_alt_names = vec![SanType::DnsName(
        "dev.prod.example".try_into().expect("ASCII"),
    )];
    let certificate = params.self_signed(key).expect("it can be signed");
    super::certificate(certificate.der())
}
