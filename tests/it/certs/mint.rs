//! Mints the certificates of the estate and of the fixtures, the same bytes every time.
//!
//! Keys are Ed25519 and come from the names, so that nothing random is in them and no private key
//! has to be kept: `cargo run -p testkit --example mint` writes the files again, and a test
//! compares them.

#[path = "mint/rules.rs"]
pub(crate) mod rules;
#[path = "mint/served.rs"]
mod served;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::DateTime;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, SerialNumber, date_time_ymd,
};

/// A certificate authority, ready to issue.
pub(crate) struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) der: Vec<u8>,
}

/// The key of `name`: its seed is the name.
pub(crate) fn key(name: &str) -> KeyPair {
    // PKCS#8 of an Ed25519 key (RFC 8410 §7), up to the 32 bytes of its seed.
    let mut pkcs8 = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    pkcs8.extend(name.bytes().chain(std::iter::repeat(0)).take(32));
    KeyPair::try_from(pkcs8).expect("any 32 bytes are a seed")
}

/// The parameters that all certificates share; `from` and `to` are civil times in UTC.
pub(crate) fn params(name: &str, from: &str, to: &str) -> CertificateParams {
    let instant = |text: &str| {
        let at: DateTime = text.parse().expect("a civil time");
        let of_day = [at.hour(), at.minute(), at.second()]
            .into_iter()
            .fold(0, |sum, part| {
                sum * 60 + u64::try_from(part).expect("not negative")
            });
        let number = |part: i8| u8::try_from(part).expect("not negative");
        date_time_ymd(at.year().into(), number(at.month()), number(at.day()))
            + Duration::from_secs(of_day)
    };
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Example Company");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = instant(from);
    params.not_after = instant(to);
    let digest = name
        .bytes()
        .chain(from.bytes())
        .fold(0x1d_u64, |sum, byte| {
            sum.wrapping_mul(131).wrapping_add(byte.into())
        });
    params.serial_number = Some(SerialNumber::from(digest >> 1));
    params.use_authority_key_identifier_extension = true;
    params
}

impl Ca {
    fn params(name: &str, from: &str, to: &str) -> CertificateParams {
        let mut params = params(name, from, to);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
    }

    /// A root.
    pub(crate) fn root(name: &str, from: &str, to: &str) -> Self {
        let params = Self::params(name, from, to);
        let key = key(name);
        let certificate = params.self_signed(&key).expect("it can be signed");
        Self {
            der: certificate.der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }

    /// An intermediate below this one.
    pub(crate) fn intermediate(&self, name: &str, from: &str, to: &str) -> Self {
        let params = Self::params(name, from, to);
        let key = key(name);
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("it can be signed");
        Self {
            der: certificate.der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A server certificate for `names`, the first of which is its common name.
    pub(crate) fn server(&self, names: &[&str], from: &str, to: &str) -> Vec<u8> {
        let first = names.first().expect("a server has a name");
        let mut params = params(first, from, to);
        params.subject_alt_names = names
            .iter()
            .map(|name| SanType::DnsName((*name).try_into().expect("ASCII")))
            .collect();
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params
            .signed_by(&key(first), &self.issuer)
            .expect("it can be signed");
        certificate.der().to_vec()
    }
}

/// A PEM block.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in der.chunks(48) {
        for three in line.chunks(3) {
            let group = (0..3).fold(0_usize, |group, at| {
                group << 8 | usize::from(three.get(at).copied().unwrap_or(0))
            });
            for digit in 0..4 {
                let six = group >> (18 - 6 * digit) & 0x3f;
                let shown = if digit > three.len() {
                    b'='
                } else {
                    ALPHABET[six]
                };
                text.push(char::from(shown));
            }
        }
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}

fn certificate(der: &[u8]) -> String {
    pem("CERTIFICATE", der)
}

/// Every file that is minted, by its path in the repository.
pub(crate) fn files() -> BTreeMap<String, Vec<u8>> {
    let root = Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let mut files = estate(&root);
    for (path, text) in fixtures(&root) {
        files.insert(format!("tests/fixtures/cert-audit/{path}"), text);
    }
    for (path, text) in rules::fixtures(&root)
        .into_iter()
        .chain(served::fixtures(&root))
    {
        files.insert(format!("tests/fixtures/cert-audit/{path}"), text);
    }
    files
}

/// The company's TLS folder.
fn estate(root: &Ca) -> BTreeMap<String, Vec<u8>> {
    // Five years ago somebody made the issuing CA, and everybody renews leaves ever since.
    let old = root.intermediate(
        "Example Issuing CA 2",
        "2021-11-26T00:00:00",
        "2026-11-25T23:59:59",
    );
    let new = root.intermediate(
        "Example Issuing CA 3",
        "2025-09-01T00:00:00",
        "2030-08-31T23:59:59",
    );
    let api = old.server(
        &["api.prod.example", "grpc.prod.example"],
        "2026-01-12T00:00:00",
        "2027-02-12T23:59:59",
    );
    let www = new.server(
        &["www.prod.example", "prod.example"],
        "2026-09-07T00:00:00",
        "2027-10-08T23:59:59",
    );
    let metrics = new.server(
        &["metrics.internal.example"],
        "2026-11-02T00:00:00",
        "2027-01-30T23:59:59",
    );
    let chain = |leaf: &[u8], issuer: &Ca| {
        format!(
            "# leaf\n{}# issued by\n{}",
            certificate(leaf),
            certificate(&issuer.der)
        )
    };
    [
        ("ca/root.pem", certificate(&root.der).into_bytes()),
        ("tls/api.pem", chain(&api, &old).into_bytes()),
        ("tls/www.pem", chain(&www, &new).into_bytes()),
        ("tls/metrics.der", metrics),
    ]
    .into_iter()
    .map(|(path, bytes)| (format!("tests/estate/deploy/{path}"), bytes))
    .collect()
}

/// A file of several texts.
fn joined(parts: &[&str]) -> Vec<u8> {
    parts.concat().into_bytes()
}

/// Good and bad cases of each rule, for 2026-11-22T00:00:00Z.
fn fixtures(root: &Ca) -> BTreeMap<&'static str, Vec<u8>> {
    let issuing = root.intermediate(
        "Example Issuing CA 3",
        "2025-09-01T00:00:00",
        "2030-08-31T23:59:59",
    );
    let ended = root.intermediate(
        "Example Issuing CA 1",
        "2021-11-20T00:00:00",
        "2026-11-18T23:59:59",
    );
    let ending = root.intermediate(
        "Example Issuing CA 2",
        "2021-11-26T00:00:00",
        "2026-11-25T23:59:59",
    );
    // A year of full-life certificates ago this one should have been followed by another.
    let late = root.intermediate(
        "Example Issuing CA 4",
        "2022-06-01T00:00:00",
        "2027-05-31T23:59:59",
    );
    let server = |issuer: &Ca, name: &str, from: &str, to: &str| {
        certificate(&issuer.server(&[name], from, to))
    };
    let ca = |ca: &Ca| certificate(&ca.der);
    let dead = server(
        &issuing,
        "api.prod.example",
        "2025-10-18T00:00:00",
        "2026-11-19T12:00:00",
    );
    let below_dead = server(
        &ended,
        "api.prod.example",
        "2026-06-01T00:00:00",
        "2027-06-30T23:59:59",
    );
    let below_ending = server(
        &ending,
        "api.prod.example",
        "2026-06-01T00:00:00",
        "2027-06-30T23:59:59",
    );
    let below_late = server(
        &late,
        "api.prod.example",
        "2026-05-01T00:00:00",
        "2027-05-30T23:59:59",
    );
    let whole = server(
        &issuing,
        "api.prod.example",
        "2026-09-01T00:00:00",
        "2027-09-30T23:59:59",
    );
    let half: String = whole.split_inclusive('\n').take(6).collect();
    let line = whole.lines().nth(3).expect("it is longer");
    let broken = whole.replacen(
        line,
        &line.replacen(|c: char| c.is_alphanumeric(), "*", 1),
        1,
    );
    let issuing_der = issuing.server(
        &["api.prod.example"],
        "2026-09-01T00:00:00",
        "2027-09-30T23:59:59",
    );
    // What OpenSSL writes behind a certificate that it trusts for nothing in particular.
    let trusted = [issuing_der.as_slice(), &[0x30, 0x00]].concat();
    // The threshold of a certificate of 396 days is 45 days for warn: one second more is silence.
    let just_enough = server(
        &issuing,
        "api.prod.example",
        "2025-12-06T00:00:01",
        "2027-01-06T00:00:01",
    );
    let just_late = server(
        &issuing,
        "api.prod.example",
        "2025-12-06T00:00:00",
        "2027-01-06T00:00:00",
    );
    let days_left = server(
        &issuing,
        "api.prod.example",
        "2025-10-27T00:00:00",
        "2026-11-28T23:59:59",
    );
    let short = server(
        &issuing,
        "api.prod.example",
        "2026-11-18T12:00:00",
        "2026-11-24T12:00:00",
    );
    let short_late = server(
        &issuing,
        "api.prod.example",
        "2026-11-16T12:00:00",
        "2026-11-22T12:00:00",
    );
    let outliving = root.intermediate(
        "Example Issuing CA 5",
        "2026-06-01T00:00:00",
        "2046-05-31T23:59:59",
    );
    let below_outliving = server(
        &outliving,
        "api.prod.example",
        "2026-09-01T00:00:00",
        "2027-09-30T23:59:59",
    );
    [
        (
            "chain-expires-first/bad.pem",
            joined(&[
                "#~v chain-expires-first\n",
                &below_ending,
                "#~v expires-soon\n",
                &ca(&ending),
                &ca(root),
            ]),
        ),
        (
            "chain-expires-first/good.pem",
            joined(&[&whole, &ca(&issuing), &ca(root)]),
        ),
        (
            "outlives-issuer/bad.pem",
            joined(&[
                &below_outliving,
                "#~v outlives-issuer\n",
                &ca(&outliving),
                &ca(root),
            ]),
        ),
        (
            "outlives-issuer/good.pem",
            joined(&[&whole, &ca(&issuing), &ca(root)]),
        ),
        (
            "past-issuing-horizon/bad.pem",
            joined(&[
                &below_late,
                "#~v expires-soon past-issuing-horizon\n",
                &ca(&late),
                &ca(root),
            ]),
        ),
        (
            "past-issuing-horizon/good.pem",
            joined(&[&whole, &ca(&issuing), &ca(root)]),
        ),
        ("expired/bad.pem", joined(&["#~v expired\n", &dead])),
        (
            "expired/bad_chain.pem",
            joined(&[
                "#~v chain-expires-first\n",
                &below_dead,
                "#~v expired\n",
                &ca(&ended),
            ]),
        ),
        ("expired/good.pem", joined(&[&whole, &ca(&issuing)])),
        (
            "expired/good_no_end.pem",
            joined(&[&server(
                &issuing,
                "device.example",
                "2020-01-01T00:00:00",
                "9999-12-31T23:59:59",
            )]),
        ),
        (
            "expires-soon/bad.pem",
            joined(&["#~v expires-soon\n", &days_left]),
        ),
        (
            "expires-soon/bad_warn.pem",
            joined(&["#~v expires-soon\n", &just_late]),
        ),
        (
            "expires-soon/bad_short.pem",
            joined(&["#~v expires-soon\n", &short_late]),
        ),
        (
            "expires-soon/bad_chain.pem",
            joined(&[
                "#~v chain-expires-first\n",
                &below_ending,
                "#~v expires-soon\n",
                &ca(&ending),
            ]),
        ),
        (
            "expires-soon/bad_horizon.pem",
            joined(&[
                &below_late,
                "#~v expires-soon past-issuing-horizon\n",
                &ca(&late),
            ]),
        ),
        ("expires-soon/good.pem", joined(&[&just_enough])),
        ("expires-soon/good_short.pem", joined(&[&short])),
        (
            "expires-soon/good_chain.pem",
            joined(&[&whole, &ca(&issuing), &ca(root)]),
        ),
        (
            "unreadable/bad.pem",
            joined(&[
                "#~v unreadable\n",
                &half,
                "#~v unreadable\n",
                &broken,
                &whole,
            ]),
        ),
        (
            "unreadable/good.pem",
            joined(&[
                "Subject: a text before\n",
                &whole.replace('\n', "\r\n"),
                &pem("X509 CERTIFICATE", &issuing_der),
                &pem("TRUSTED CERTIFICATE", &trusted),
                &format!("  {}\n", whole.trim_end().replace('\n', "\n  ")),
                "# -----BEGIN CERTIFICATE-----\n# a block that is commented out\n",
            ]),
        ),
    ]
    .into_iter()
    .collect()
}
