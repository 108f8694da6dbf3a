//! Audits of certificates below a root that counts as public: no public CA would issue them.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};

use crate::audit::Audit;
use crate::certificate::Fingerprint;
use crate::check::Check;
use crate::instant::Instant;
use crate::inventory::{Coverage, Inventory, Reading};
use crate::material;
use crate::policy::Policy;
use crate::trust::Trust;

/// A day of the calendar.
type Day = (i32, u8, u8);

/// What a check says on 2026-11-22 of a certificate that is valid from midnight to midnight, below
/// a root that is public or not.
pub(crate) fn messages(
    check: &Check,
    is_public: bool,
    (from, to): (Day, Day),
    purposes: Vec<ExtendedKeyUsagePurpose>,
) -> Vec<String> {
    let key = KeyPair::generate().expect("a key");
    let mut root = CertificateParams::default();
    root.distinguished_name
        .push(DnType::CommonName, "Example Root CA");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.not_before = date_time_ymd(2000, 1, 1);
    root.not_after = date_time_ymd(2060, 1, 1);
    let anchor = root.self_signed(&key).expect("it can be signed");
    let issuer = Issuer::new(root, key);
    let mut leaf = CertificateParams::new(vec!["api.example".to_owned()]).expect("a name");
    leaf.not_before = date_time_ymd(from.0, from.1, from.2);
    leaf.not_after = date_time_ymd(to.0, to.1, to.2);
    leaf.extended_key_usages = purposes;
    let key = KeyPair::generate().expect("a key");
    let leaf = leaf.signed_by(&key, &issuer).expect("it can be signed");
    let inventory = Inventory::of(
        vec![Reading {
            path: "api.der".into(),
            fixture: false,
            material: material::read(leaf.der(), "api.der", &[]),
            config: None,
            suppressions: Vec::new(),
        }],
        Vec::new(),
        Coverage::default(),
    );
    let sha256 = Fingerprint::of(anchor.der());
    let mut trust = Trust {
        anchor_expires: true,
        ..Trust::default()
    };
    trust.anchors.insert(sha256, anchor.der().as_ref().into());
    if is_public {
        trust.public.insert(sha256);
    }
    let policy = Policy::none();
    // 2026-11-22T00:00:00Z.
    let now = Instant::of(1_795_305_600);
    let audit = Audit::of(&inventory, &policy, trust, "", now);
    let findings = (check.run)(&audit);
    findings
        .into_iter()
        .map(|finding| finding.message)
        .collect()
}
