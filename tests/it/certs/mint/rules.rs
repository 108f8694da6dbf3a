//! Cases of the rules about deployments, keys and quality, for 2026-11-22T00:00:00Z.

use std::collections::BTreeMap;

use rcgen::{
    CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, KeyPair, PublicKeyData, SanType,
    SerialNumber,
};

use super::served::{Rsa, over_sha1};
use super::{Ca, certificate, joined, key, params};

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

pub(super) const FROM: &str = "2026-06-01T00:00:00";
pub(super) const TO: &str = "2027-07-03T23:59:59";

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
pub(super) fn leaf(
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
pub(super) fn fine(ca: &Ca, name: &str) -> String {
    leaf(ca, name, (FROM, TO), &key(name), |_| {})
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
            &format!("missing-intermediate/{case}/anchors/root.pem"),
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
    files.into_iter().collect()
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
