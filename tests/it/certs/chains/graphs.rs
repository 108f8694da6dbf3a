//! Graphs of certificates by chance: crossed and re-keyed CAs, loops, constraints, and everything
//! that can be wrong with them; the same ones every time.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use cert_audit::chain::link::Link;
use cert_audit::chain::pool::Pool;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, CustomExtension, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};

use crate::certs::mint;

/// When paths are asked for; certificates end and begin around it.
pub(super) const AT: &str = "2026-06-01T00:00:00Z";

/// Numbers that look random (xorshift), from a seed.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let end = u64::try_from(end).unwrap();
        usize::try_from((self.0 >> 11) % end).unwrap()
    }

    /// Whether it happens, in so many of a hundred cases.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of_these<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What may be wrong with the certificates of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Faults {
    /// All, also with the anchors.
    All,
    /// What `rustls-webpki` looks at: no key usage, and of anchors nothing but their constraints
    /// on names.
    OfWebpki,
}

/// A question with its certificates.
pub(super) struct Graph {
    pub(super) leaf: Vec<u8>,
    pub(super) intermediates: Vec<Vec<u8>>,
    pub(super) roots: Vec<Vec<u8>>,
}

/// The validities that occur, and how often of a hundred.
const TIMES: [(&str, &str, usize); 5] = [
    ("2020-01-01T00:00:00", "2030-01-01T00:00:00", 40),
    ("2021-01-01T00:00:00", "2028-01-01T00:00:00", 25),
    ("2022-01-01T00:00:00", "2027-01-01T00:00:00", 25),
    ("2015-01-01T00:00:00", "2026-01-01T00:00:00", 6),
    ("2027-01-01T00:00:00", "2035-01-01T00:00:00", 4),
];

const HOSTS: [&str; 4] = [
    "a.example.com",
    "b.example.com",
    "example.com",
    "a.example.org",
];

/// A name with one of its keys.
type Identity = (usize, usize);

struct Maker {
    chance: Chance,
    faults: Faults,
    keys: BTreeMap<String, KeyPair>,
    serial: u64,
}

impl Graph {
    /// The graph of that number.
    pub(super) fn of(seed: u64, faults: Faults) -> Self {
        let mut maker = Maker {
            chance: Chance::of(seed + 1),
            faults,
            keys: BTreeMap::new(),
            serial: seed << 16,
        };
        maker.graph()
    }

    pub(super) fn pool(&self) -> Pool {
        pool(&self.intermediates, &self.roots)
    }

    pub(super) fn link(&self) -> Link {
        Link::read(&self.leaf).unwrap()
    }
}

/// A pool of certificates in DER.
pub(super) fn pool(intermediates: &[Vec<u8>], roots: &[Vec<u8>]) -> Pool {
    let links = |all: &[Vec<u8>]| all.iter().map(|der| Link::read(der).unwrap()).collect();
    Pool::of(links(intermediates), links(roots), |_| false)
}

impl Maker {
    fn graph(&mut self) -> Graph {
        let names = 2 + self.chance.below(2);
        let identities: Vec<Identity> = (0..names)
            .flat_map(|name| {
                let keys = if self.chance.percent(30) { 2 } else { 1 };
                (0..keys).map(move |key| (name, key))
            })
            .collect();
        let mut roots = Vec::new();
        for _ in 0..=self.chance.below(2) {
            let root = *self.chance.of_these(&identities);
            roots.push(self.ca(root, root, true));
        }
        let mut intermediates = Vec::new();
        for _ in 0..2 + self.chance.below(7) {
            let subject = *self.chance.of_these(&identities);
            let issuer = *self.chance.of_these(&identities);
            intermediates.push(self.ca(subject, issuer, false));
        }
        let issuer = *self.chance.of_these(&identities);
        let leaf = self.leaf(issuer);
        Graph {
            leaf,
            intermediates,
            roots,
        }
    }

    fn key(&mut self, (name, key): Identity) -> &KeyPair {
        let name = format!("CA {name} key {key}");
        self.keys
            .entry(name.clone())
            .or_insert_with(|| mint::key(&name))
    }

    fn params(&mut self, name: &str) -> CertificateParams {
        let mut dice = self.chance.below(100);
        let (from, to, _) = TIMES
            .iter()
            .find(|(.., share)| match dice.checked_sub(*share) {
                Some(rest) => {
                    dice = rest;
                    false
                }
                None => true,
            })
            .unwrap();
        let mut params = mint::params(name, from, to);
        self.serial += 1;
        params.serial_number = Some(self.serial.into());
        params.use_authority_key_identifier_extension = self.chance.percent(70);
        params
    }

    /// Signs what is in `params` for the key of `subject`.
    fn signed(
        &mut self,
        params: &CertificateParams,
        subject: &KeyPair,
        issuer: Identity,
    ) -> Vec<u8> {
        let mut of_issuer = CertificateParams::default();
        of_issuer.distinguished_name = mint::params(
            &format!("CA {}", issuer.0),
            "2020-01-01T00:00:00",
            "2030-01-01T00:00:00",
        )
        .distinguished_name;
        // A key that does not belong to the name.
        let signer = if self.chance.percent(5) {
            (9, 9)
        } else {
            issuer
        };
        let issuer = Issuer::from_params(&of_issuer, self.key(signer));
        let certificate = params.signed_by(subject, &issuer);
        certificate.expect("it can be signed").der().to_vec()
    }

    fn ca(&mut self, subject: Identity, issuer: Identity, is_root: bool) -> Vec<u8> {
        let mut params = self.params(&format!("CA {}", subject.0));
        let plain = is_root && self.faults == Faults::OfWebpki;
        params.is_ca = match self.chance.below(20) {
            0 if !plain => IsCa::NoCa,
            1 if !plain => IsCa::ExplicitNoCa,
            2..=5 if !plain => {
                let length = u8::try_from(self.chance.below(3)).unwrap();
                IsCa::Ca(BasicConstraints::Constrained(length))
            }
            _ => IsCa::Ca(BasicConstraints::Unconstrained),
        };
        params.key_usages = match self.chance.below(20) {
            0 if self.faults == Faults::All => vec![KeyUsagePurpose::CrlSign],
            1..=4 => Vec::new(),
            _ => vec![KeyUsagePurpose::KeyCertSign],
        };
        if params.is_ca == IsCa::NoCa {
            // openssl takes a certificate without basic constraints for a CA where its key usage
            // says that it signs certificates, which RFC 5280 forbids.
            params.key_usages = Vec::new();
        }
        params.extended_key_usages = self.purposes(plain);
        if self.chance.percent(15) {
            params.name_constraints = Some(self.constraints());
        }
        if !plain && self.chance.percent(2) {
            params.custom_extensions.push(unknown());
        }
        let key = mint::key(&format!("CA {} key {}", subject.0, subject.1));
        self.signed(&params, &key, issuer)
    }

    fn leaf(&mut self, issuer: Identity) -> Vec<u8> {
        let mut params = self.params("leaf");
        let hosts = 1 + self.chance.below(2);
        for _ in 0..hosts {
            let host = *self.chance.of_these(&HOSTS);
            params
                .subject_alt_names
                .push(SanType::DnsName(host.try_into().unwrap()));
        }
        if self.chance.percent(20) {
            let last = if self.chance.percent(50) { 1 } else { 129 };
            let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, last));
            params.subject_alt_names.push(SanType::IpAddress(address));
        }
        params.extended_key_usages = self.purposes(false);
        if self.chance.percent(2) {
            params.custom_extensions.push(unknown());
        }
        let key = mint::key("leaf");
        self.signed(&params, &key, issuer)
    }

    fn purposes(&mut self, plain: bool) -> Vec<ExtendedKeyUsagePurpose> {
        use ExtendedKeyUsagePurpose::{ClientAuth, CodeSigning, ServerAuth};
        match self.chance.below(20) {
            0 if !plain => vec![ClientAuth],
            1 if !plain => vec![CodeSigning, ClientAuth],
            2..=4 if !plain => vec![ServerAuth, ClientAuth],
            _ => Vec::new(),
        }
    }

    fn constraints(&mut self) -> NameConstraints {
        let mut subtrees = |percent: usize| {
            let mut all = Vec::new();
            if self.chance.percent(percent) {
                let host = *self
                    .chance
                    .of_these(&["example.com", "a.example.com", "example.org"]);
                all.push(GeneralSubtree::DnsName(host.to_owned()));
            }
            if self.chance.percent(percent / 2) {
                let half = CidrSubnet::V4([192, 0, 2, 128], [255, 255, 255, 128]);
                all.push(GeneralSubtree::IpAddress(half));
            }
            all
        };
        let mut constraints = NameConstraints {
            permitted_subtrees: subtrees(70),
            excluded_subtrees: subtrees(30),
        };
        if constraints.permitted_subtrees.is_empty() && constraints.excluded_subtrees.is_empty() {
            constraints
                .permitted_subtrees
                .push(GeneralSubtree::DnsName("example.com".to_owned()));
        }
        constraints
    }
}

/// A critical extension that nobody knows, in the arc for examples.
fn unknown() -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(&[2, 999, 1], vec![0x05, 0x00]);
    extension.set_criticality(true);
    extension
}
