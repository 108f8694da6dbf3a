//! Makes certificates and remembers what it put into them.
//!
//! Keys are Ed25519 with the key's name as seed, so that two runs write the same bytes and no
//! private key is kept anywhere.

use std::sync::LazyLock;
use std::time::Duration;

use jiff::civil::DateTime;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PKCS_RSA_SHA256, PublicKeyData, SanType, SerialNumber, SignatureAlgorithm,
    date_time_ymd,
};
use sha2::{Digest as _, Sha256};

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    cert_audit::name::hex(bytes)
}

/// SHA-256 as lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A key and the name that it was made from.
#[derive(Debug)]
pub struct Key {
    /// Two keys are equal where their names are.
    pub name: String,
    /// PKCS#8 DER.
    pub pkcs8: Vec<u8>,
}

impl Key {
    /// The key of `name`.
    pub fn of(name: &str) -> Self {
        // PKCS#8 of an Ed25519 key (RFC 8410 §7), up to the 32 bytes of its seed.
        let mut pkcs8 = vec![
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ];
        pkcs8.extend(Sha256::digest(name));
        Self {
            name: name.to_owned(),
            pkcs8,
        }
    }

    pub(super) fn pair(&self) -> KeyPair {
        KeyPair::try_from(self.pkcs8.as_slice()).expect("any 32 bytes are a seed")
    }
}

/// What a certificate may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A CA, with the most CAs below it.
    Ca(Option<u8>),
    /// Server authentication.
    Server,
    /// Client authentication.
    Client,
}

/// What is out of the ordinary about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Oddity {
    /// Nothing.
    #[default]
    None,
    /// No alternative names: the common name is all there is.
    NoNames,
    /// The serial number zero.
    SerialZero,
    /// A serial number of 21 octets.
    SerialLong,
    /// A critical extension under an OID that nobody knows.
    UnknownCritical,
    /// An RSA key of 1024 bits.
    WeakKey,
    /// A CA that may issue for names below `inside.example` only.
    Constrained,
}

/// What to make.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// The common name.
    pub name: &'a str,
    /// The name of its key.
    pub key: &'a str,
    /// First second, RFC 3339.
    pub from: &'a str,
    /// Last second, RFC 3339.
    pub to: &'a str,
    /// Alternative names: `dns:…`, `ip:…`, `uri:…`, `email:…`.
    pub sans: Vec<String>,
    /// What for.
    pub purpose: Purpose,
    /// What is odd about it.
    pub oddity: Oddity,
}

/// A certificate and what we know of it because we made it.
#[derive(Debug, Clone)]
pub struct Made {
    /// DER.
    pub der: Vec<u8>,
    /// SHA-256 of the DER.
    pub sha256: String,
    /// RFC 4514.
    pub subject: String,
    /// RFC 4514.
    pub issuer: String,
    /// Lower-case hex.
    pub serial: String,
    /// RFC 3339.
    pub not_before: String,
    /// RFC 3339.
    pub not_after: String,
    /// As in [`Wish`].
    pub sans: Vec<String>,
    /// Whether it is a CA.
    pub is_ca: bool,
    /// The name of its key.
    pub key: String,
    /// The name of the key that signed it.
    pub signed_by: String,
    /// Whether the key is the weak one, of which there is no private half.
    pub weak: bool,
}

/// A CA's name and key: whoever has both is the same issuer, whatever certificates it has.
#[derive(Debug)]
pub struct Authority {
    name: String,
    key: Key,
    issuer: Issuer<'static, KeyPair>,
}

/// The organisation in every name.
const COMPANY: &str = "Example Company";

fn distinguished(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::OrganizationName, COMPANY);
    names.push(DnType::CommonName, name);
    names
}

/// How RFC 4514 writes the name that [`distinguished`] makes: the last part first.
fn written(name: &str) -> String {
    format!("CN={name},O={COMPANY}")
}

impl Authority {
    /// The CA `name` with the key `key`.
    pub fn new(name: &str, key: &str) -> Self {
        let key = Key::of(key);
        let mut params = CertificateParams::default();
        params.distinguished_name = distinguished(name);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = Issuer::new(params, key.pair());
        Self {
            name: name.to_owned(),
            key,
            issuer,
        }
    }

    /// What signs for this CA, for what is not a certificate.
    pub fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    /// PKCS#8 DER of its key.
    pub fn pkcs8(&self) -> &[u8] {
        &self.key.pkcs8
    }

    /// Issues what is wished for.
    pub fn issue(&self, wish: &Wish<'_>) -> Made {
        let serial = serial(wish, &self.key.name);
        let mut params = params(wish);
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        let weak = wish.oddity == Oddity::WeakKey;
        let signed = if weak {
            params.signed_by(&Weak, &self.issuer)
        } else {
            params.signed_by(&Key::of(wish.key).pair(), &self.issuer)
        };
        let der = signed.expect("it can be signed").der().to_vec();
        let digits = hex(&serial);
        let digits = digits.trim_start_matches('0');
        Made {
            sha256: sha256(&der),
            der,
            subject: written(wish.name),
            issuer: written(&self.name),
            serial: if digits.is_empty() { "0" } else { digits }.to_owned(),
            not_before: wish.from.to_owned(),
            not_after: wish.to.to_owned(),
            sans: wish.sans.clone(),
            is_ca: matches!(wish.purpose, Purpose::Ca(_)),
            key: if weak { "weak" } else { wish.key }.to_owned(),
            signed_by: self.key.name.clone(),
            weak,
        }
    }
}

fn serial(wish: &Wish<'_>, issuer: &str) -> Vec<u8> {
    let text = [wish.name, wish.key, wish.from, wish.to, issuer].join("|");
    let digest = Sha256::digest(text);
    match wish.oddity {
        Oddity::SerialZero => vec![0],
        // 0x7f is positive, so that no octet is added.
        Oddity::SerialLong => [0x7f].into_iter().chain(digest).take(21).collect(),
        _ => [0x1d].into_iter().chain(digest).take(16).collect(),
    }
}

fn params(wish: &Wish<'_>) -> CertificateParams {
    let mut params = lasting(wish.from, wish.to);
    params.distinguished_name = distinguished(wish.name);
    params.use_authority_key_identifier_extension = true;
    params.subject_alt_names = wish.sans.iter().map(|san| alternative(san)).collect();
    match wish.purpose {
        Purpose::Ca(depth) => {
            let depth = depth.map_or(
                BasicConstraints::Unconstrained,
                BasicConstraints::Constrained,
            );
            params.is_ca = IsCa::Ca(depth);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        }
        Purpose::Server | Purpose::Client => {
            params.is_ca = IsCa::ExplicitNoCa;
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![if wish.purpose == Purpose::Server {
                ExtendedKeyUsagePurpose::ServerAuth
            } else {
                ExtendedKeyUsagePurpose::ClientAuth
            }];
        }
    }
    match wish.oddity {
        Oddity::UnknownCritical => {
            // 2.25.… is for whoever needs an OID without asking for one.
            let mut unknown =
                CustomExtension::from_oid_content(&[2, 25, 20_261_122], vec![0x05, 0x00]);
            unknown.set_criticality(true);
            params.custom_extensions.push(unknown);
        }
        Oddity::Constrained => {
            params.name_constraints = Some(NameConstraints {
                permitted_subtrees: vec![GeneralSubtree::DnsName("inside.example".to_owned())],
                excluded_subtrees: Vec::new(),
            });
        }
        _ => {}
    }
    params
}

fn alternative(san: &str) -> SanType {
    let (kind, name) = san.split_once(':').expect("a kind and a name");
    let ascii = |name: &str| name.try_into().expect("ASCII");
    match kind {
        "dns" => SanType::DnsName(ascii(name)),
        "ip" => SanType::IpAddress(name.parse().expect("an address")),
        "uri" => SanType::URI(ascii(name)),
        "email" => SanType::Rfc822Name(ascii(name)),
        _ => panic!("unknown kind of name: {kind}"),
    }
}

/// Parameters that hold nothing but a time from `from` to `to`, both RFC 3339: the type of a time
/// there belongs to a library that we do not name.
pub fn lasting(from: &str, to: &str) -> CertificateParams {
    let instant = |text: &str| {
        // A civil time, because the last one of X.509 is beyond what a timestamp holds.
        let civil = text.strip_suffix('Z').expect("it is UTC");
        let civil: DateTime = civil.parse().expect("an RFC 3339 time");
        let small = |part: i8| u8::try_from(part).expect("not negative");
        let of_day = [civil.hour(), civil.minute(), civil.second()]
            .into_iter()
            .fold(0, |sum, part| sum * 60 + u64::from(small(part)));
        let (month, day) = (small(civil.month()), small(civil.day()));
        date_time_ymd(civil.year().into(), month, day) + Duration::from_secs(of_day)
    };
    let mut params = CertificateParams::default();
    params.not_before = instant(from);
    params.not_after = instant(to);
    params
}

/// The public half of an RSA key of 1024 bits that never had a private one.
struct Weak;

/// `RSAPublicKey` (RFC 8017, appendix A.1.1): a modulus of 1024 bits and the exponent 65537.
static WEAK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut modulus: Vec<u8> = (0_u8..4).flat_map(|part| Sha256::digest([part])).collect();
    if let Some(first) = modulus.first_mut() {
        *first |= 0x80;
    }
    if let Some(last) = modulus.last_mut() {
        *last |= 1;
    }
    let mut der = vec![0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00];
    der.extend(modulus);
    der.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
    der
});

impl PublicKeyData for Weak {
    fn der_bytes(&self) -> &[u8] {
        &WEAK
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}
