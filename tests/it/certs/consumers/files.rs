//! Files that servers accept: certificates, keys, revocation lists.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cert_audit::consumer::{Config, Kind};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, SerialNumber, date_time_ymd,
};

/// A certificate and its key, as PEM.
struct Identity {
    certificate: String,
    key: String,
}

/// More than a generated configuration needs.
const IDENTITIES: usize = 24;

fn identities() -> &'static [Identity] {
    static ALL: OnceLock<Vec<Identity>> = OnceLock::new();
    ALL.get_or_init(|| {
        (0..IDENTITIES)
            .map(|number| {
                let key = KeyPair::generate().unwrap();
                let params = CertificateParams::new(vec![format!("host{number}.example")]).unwrap();
                Identity {
                    certificate: params.self_signed(&key).unwrap().pem(),
                    key: key.serialize_pem(),
                }
            })
            .collect()
    })
}

/// An anchor, and a list that it signed.
fn authority() -> &'static (String, String) {
    static BOTH: OnceLock<(String, String)> = OnceLock::new();
    BOTH.get_or_init(|| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::CrlSign, KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key).unwrap().pem();
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2036, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&Issuer::new(params, key)).unwrap();
        (certificate, list.pem().unwrap())
    })
}

/// Parameters of a named group, which openssl writes at once.
fn parameters() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let ran = Command::new("openssl")
            .args(["genpkey", "-genparam", "-algorithm", "DH"])
            .args(["-pkeyopt", "group:ffdhe2048"])
            .output()
            .expect("openssl runs");
        assert!(ran.status.success());
        String::from_utf8(ran.stdout).unwrap()
    })
}

/// Writes every file that a configuration refers to, so that certificates fit the keys that belong
/// to them, and no others. Gives the files in the order of the references.
pub(super) fn write(config: &Config, places: &[PathBuf]) {
    // Files that belong together, through however many pairs, share an identity.
    let mut identity: BTreeMap<&Path, usize> = BTreeMap::new();
    for place in places {
        let next = identity.len();
        identity.entry(place).or_insert(next);
    }
    for _ in 0..places.len() {
        for pair in &config.pairs {
            let (one, other) = (&places[pair.certificate], &places[pair.key]);
            let least = identity[one.as_path()].min(identity[other.as_path()]);
            identity.insert(one, least);
            identity.insert(other, least);
        }
    }
    for (reference, place) in config.references.iter().zip(places) {
        let number = identity[place.as_path()];
        assert!(number < IDENTITIES, "more files than identities");
        let Identity { certificate, key } = &identities()[number];
        let (anchor, list) = authority();
        let text = match reference.kind {
            Kind::Certificate => certificate.clone(),
            Kind::Key => key.clone(),
            Kind::CertificateAndKey => format!("{certificate}{key}"),
            Kind::Chain | Kind::Trust => anchor.clone(),
            Kind::Revocations => list.clone(),
            Kind::Parameters => parameters().to_owned(),
            Kind::Password => "no password is needed\n".to_owned(),
            other => panic!("no test writes {other:?}"),
        };
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        // A file that is named as a certificate and as a key has both.
        let before = fs::read_to_string(place).unwrap_or_default();
        if !before.contains(&text) {
            fs::write(place, before + &text).unwrap();
        }
    }
}

/// A key that fits none of the certificates written.
pub(super) fn foreign_key() -> String {
    KeyPair::generate().unwrap().serialize_pem()
}
