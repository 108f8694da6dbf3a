//! PKCS#12 (RFC 7292): bags in safes, some of them locked.

use std::collections::BTreeMap;

use super::hash;
use super::kdf::{Budget, Derivation, Password, Pkcs12, Purpose};
use super::{Item, Object, Opened, Trouble, ber, octets, pbe};
use crate::base64;
use crate::cursor::Cursor;
use crate::der::{Tlv, tag};
use crate::key::{self, KeyFacts};
use crate::name;

/// 1.2.840.113549.1.7.{1, 2, 3, 6}.
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const SIGNED_DATA: &[u8] = super::pkcs7::SIGNED_DATA;
const ENVELOPED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
/// The arc 1.2.840.113549.1.12.10.1, under which the kinds of bags are.
const BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01];
/// 1.2.840.113549.1.9.{20, 21}, 1.2.840.113549.1.9.22.{1, 2} and 1.2.840.113549.1.9.23.1.
const FRIENDLY_NAME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x14];
const LOCAL_KEY_ID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x15];
const X509: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01];
const SDSI: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x02];
const X509_CRL: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x17, 0x01];
/// 1.2.840.113549.1.5.14.
const PBMAC1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0e];
/// The context-specific, constructed tag 0.
const ZERO: u8 = 0xa0;
const BMP_STRING: u8 = 0x1e;

/// Levels of safes within safes.
const DEPTH: usize = 16;

/// Reads a PFX in DER.
pub(super) fn open(der: &[u8], passwords: &[&[u8]]) -> Opened {
    let mut safe = Safe {
        opened: Opened::default(),
        ids: BTreeMap::new(),
        given: !passwords.is_empty(),
        attempts: Password::all(passwords)
            .into_iter()
            .map(|password| Attempt {
                password,
                budget: Budget::new(),
            })
            .collect(),
        fits: None,
        decrypted: false,
    };
    if let Err(trouble) = safe.pfx(der) {
        safe.trouble(trouble);
    }
    // Where contents open with a password that does not fit the integrity code, something was
    // changed after it was written; where nothing was locked, nothing is known of the password.
    if safe.fits == Some(false) && safe.decrypted {
        safe.trouble(Trouble::broken(
            "its integrity code does not fit its contents: it was changed or damaged",
        ));
    }
    safe.opened.verified = safe.fits.filter(|fits| *fits || !passwords.is_empty());
    safe.opened
}

/// A password, and what may be spent on it.
struct Attempt {
    password: Password,
    budget: Budget,
}

struct Safe {
    opened: Opened,
    /// Numbers of key identifiers.
    ids: BTreeMap<Vec<u8>, u32>,
    given: bool,
    /// The one that fitted last comes first.
    attempts: Vec<Attempt>,
    /// Whether one fits the integrity code, if that can be checked.
    fits: Option<bool>,
    /// Whether something encrypted was opened.
    decrypted: bool,
}

fn malformed() -> Trouble {
    Trouble::broken("its structure is broken")
}

impl Safe {
    fn trouble(&mut self, trouble: Trouble) {
        if !self.opened.trouble.contains(&trouble) {
            self.opened.trouble.push(trouble);
        }
    }

    fn pfx(&mut self, der: &[u8]) -> Result<(), Trouble> {
        let mut pfx = Cursor::of(der).enter(tag::SEQUENCE).ok_or_else(malformed)?;
        pfx.expect(tag::INTEGER).ok_or_else(malformed)?;
        let info = pfx.enter(tag::SEQUENCE).ok_or_else(malformed)?;
        let content = authenticated(info).ok_or_else(malformed)?;
        if !pfx.is_empty() {
            let mac = pfx.enter(tag::SEQUENCE).and_then(Mac::of);
            match mac {
                Some(mac) => self.verify(&mac, content),
                None => self.trouble(Trouble::broken("its integrity code cannot be read")),
            }
        }
        let content = ber::to_der(content).map_err(|fault| Trouble::broken(fault.reason()))?;
        let mut infos = Cursor::of(&content)
            .enter(tag::SEQUENCE)
            .ok_or_else(malformed)?;
        while !infos.is_empty() {
            let info = infos.enter(tag::SEQUENCE).ok_or_else(malformed)?;
            if let Err(trouble) = self.content(info) {
                self.trouble(trouble);
            }
        }
        Ok(())
    }

    /// Looks for the password that fits the integrity code.
    fn verify(&mut self, mac: &Mac<'_>, content: &[u8]) {
        for at in 0..self.attempts.len() {
            let Some(attempt) = self.attempts.get_mut(at) else {
                return;
            };
            match mac.fits(content, &attempt.password, &mut attempt.budget) {
                Ok(true) => {
                    self.fits = Some(true);
                    self.prefer(at);
                    return;
                }
                Ok(false) => self.fits = Some(false),
                // What the contents say of the password is as good.
                Err(Trouble::Unsupported(_)) => return,
                Err(trouble) => {
                    self.trouble(trouble);
                    return;
                }
            }
        }
    }

    fn prefer(&mut self, at: usize) {
        if let Some(first) = self.attempts.get_mut(..=at) {
            first.rotate_right(1);
        }
    }

    /// One ContentInfo: bags, or bags that are locked.
    fn content(&mut self, mut info: Cursor<'_>) -> Result<(), Trouble> {
        let kind = info.oid().ok_or_else(malformed)?;
        let mut content = info.enter(ZERO).ok_or_else(malformed)?;
        match kind {
            DATA => {
                let bags = content.expect(tag::OCTET_STRING).ok_or_else(malformed)?;
                let bags =
                    ber::to_der(bags.value).map_err(|fault| Trouble::broken(fault.reason()))?;
                self.bags(&bags)
            }
            ENCRYPTED_DATA => {
                let bags = self.encrypted(content)?;
                self.bags(&bags)
            }
            ENVELOPED_DATA => Err(Trouble::Unsupported(
                "a part of it is encrypted to a public key".to_owned(),
            )),
            _ => Err(Trouble::unsupported("kind of content", kind)),
        }
    }

    fn encrypted(&mut self, mut content: Cursor<'_>) -> Result<Vec<u8>, Trouble> {
        let mut parts = || {
            let mut data = content.enter(tag::SEQUENCE)?;
            data.expect(tag::INTEGER)?;
            let mut info = data.enter(tag::SEQUENCE)?;
            info.oid()?;
            let algorithm = info.enter(tag::SEQUENCE)?;
            Some((algorithm, octets(info.take()?)))
        };
        let (algorithm, text) = parts().ok_or_else(malformed)?;
        let bags = self.decrypt(algorithm, &text, |plain| {
            // A wrong password can leave a proper padding by chance, but not a structure.
            let bags = ber::to_der(plain).ok()?;
            (bags.first() == Some(&tag::SEQUENCE)).then(|| bags.into_owned())
        })?;
        self.decrypted = true;
        Ok(bags)
    }

    /// Tries every password until what comes out is something to `read`.
    fn decrypt<T>(
        &mut self,
        algorithm: Cursor<'_>,
        text: &[u8],
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<T, Trouble> {
        for at in 0..self.attempts.len() {
            let Some(attempt) = self.attempts.get_mut(at) else {
                break;
            };
            match pbe::decrypt(algorithm, text, &attempt.password, &mut attempt.budget) {
                Ok(plain) => {
                    if let Some(read) = read(&plain) {
                        self.prefer(at);
                        return Ok(read);
                    }
                }
                Err(Trouble::Locked(_)) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Err(Trouble::Locked(
            match (self.given, self.fits) {
                (_, Some(true)) => "a part of it has another password than the rest",
                (true, _) => "none of the passwords given opens it",
                (false, _) => "it needs a password, and none is given",
            }
            .to_owned(),
        ))
    }

    /// SafeContents and the safes within.
    fn bags(&mut self, der: &[u8]) -> Result<(), Trouble> {
        let content = Cursor::of(der).enter(tag::SEQUENCE);
        let mut levels = vec![content.ok_or_else(malformed)?];
        while let Some(level) = levels.last_mut() {
            if level.is_empty() {
                levels.pop();
                continue;
            }
            let mut bag = level.enter(tag::SEQUENCE).ok_or_else(malformed)?;
            let kind = bag.oid().and_then(|oid| oid.strip_prefix(BAG));
            let value = bag.enter(ZERO).ok_or_else(malformed)?;
            let attributes = Attributes::of(bag.enter(tag::SET));
            if kind == Some(&[6]) {
                if levels.len() >= DEPTH {
                    return Err(Trouble::broken("it is nested too deeply"));
                }
                let mut value = value;
                levels.push(value.enter(tag::SEQUENCE).ok_or_else(malformed)?);
                continue;
            }
            match self.bag(kind, value) {
                Ok(Some(what)) => self.item(what, attributes),
                Ok(None) => self.opened.secrets += 1,
                Err(trouble) => self.trouble(trouble),
            }
        }
        Ok(())
    }

    /// What is in a bag; nothing where it is no matter of ours.
    fn bag(
        &mut self,
        kind: Option<&[u8]>,
        mut value: Cursor<'_>,
    ) -> Result<Option<Object>, Trouble> {
        Ok(match kind {
            Some([1]) => {
                let key = value.expect(tag::SEQUENCE).ok_or_else(malformed)?;
                Some(Object::Key(
                    key::of_pkcs8(key.raw).unwrap_or_else(KeyFacts::unknown),
                ))
            }
            Some([2]) => {
                let mut key = value.enter(tag::SEQUENCE).ok_or_else(malformed)?;
                let algorithm = key.enter(tag::SEQUENCE).ok_or_else(malformed)?;
                let text = key.expect(tag::OCTET_STRING).ok_or_else(malformed)?;
                let facts = self.decrypt(algorithm, text.value, key::of_pkcs8);
                // A key that stays locked hides no certificate.
                let facts = facts.unwrap_or_else(|_| KeyFacts::unknown());
                Some(Object::Key(KeyFacts {
                    encrypted: true,
                    ..facts
                }))
            }
            Some([3]) => {
                let (kind, value) = inner(&mut value).ok_or_else(malformed)?;
                match kind {
                    X509 => Some(Object::Certificate(value.to_vec())),
                    SDSI => {
                        let der = base64::decode(value).map_err(|_| malformed())?;
                        Some(Object::Certificate(der))
                    }
                    _ => return Err(Trouble::unsupported("kind of certificate", kind)),
                }
            }
            Some([4]) => {
                let (kind, value) = inner(&mut value).ok_or_else(malformed)?;
                (kind == X509_CRL).then(|| Object::Revocations(value.to_vec()))
            }
            _ => None,
        })
    }

    fn item(&mut self, what: Object, attributes: Attributes) {
        let next = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let pairs = attributes
            .id
            .map(|id| *self.ids.entry(id).or_insert(next.saturating_add(1)));
        let number = self.opened.items.len() + 1;
        let place = match attributes.alias {
            Some(alias) => format!("alias {}", name::cut(&alias)),
            None => format!("entry {number}"),
        };
        self.opened.items.push(Item {
            place: Some(place),
            what,
            pairs,
        });
    }
}

/// What is guarded by the integrity code: the content of the outermost `data`, or of `signedData`,
/// whose signature is not checked.
fn authenticated(mut info: Cursor<'_>) -> Option<&[u8]> {
    match info.oid()? {
        DATA => Some(info.enter(ZERO)?.expect(tag::OCTET_STRING)?.value),
        SIGNED_DATA => {
            let mut signed = info.enter(ZERO)?.enter(tag::SEQUENCE)?;
            signed.expect(tag::INTEGER)?;
            signed.expect(tag::SET)?;
            let mut inner = signed.enter(tag::SEQUENCE)?;
            inner.oid()?;
            Some(inner.enter(ZERO)?.expect(tag::OCTET_STRING)?.value)
        }
        _ => None,
    }
}

/// What CertBag and CRLBag share: an identifier and a string.
fn inner<'a>(value: &mut Cursor<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let mut bag = value.enter(tag::SEQUENCE)?;
    Some((bag.oid()?, bag.enter(ZERO)?.take()?.value))
}

#[derive(Debug, Default)]
struct Attributes {
    alias: Option<String>,
    id: Option<Vec<u8>>,
}

impl Attributes {
    fn of(set: Option<Cursor<'_>>) -> Self {
        let mut attributes = Self::default();
        let Some(mut set) = set else {
            return attributes;
        };
        while let Some(mut attribute) = set.enter(tag::SEQUENCE) {
            let kind = attribute.oid();
            let value = attribute.enter(tag::SET).and_then(|mut set| set.take());
            match (kind, value) {
                (Some(FRIENDLY_NAME), Some(value)) if value.tag == BMP_STRING => {
                    attributes.alias = Some(text(value));
                }
                (Some(LOCAL_KEY_ID), Some(value)) if value.tag == tag::OCTET_STRING => {
                    attributes.id = Some(value.value.to_vec());
                }
                _ => {}
            }
        }
        attributes
    }
}

/// A BMPString, in which also characters outside of that plane stand.
fn text(value: Tlv<'_>) -> String {
    let units = value.value.chunks_exact(2).map(|unit| {
        unit.iter()
            .fold(0, |number: u16, &byte| number << 8 | u16::from(byte))
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The integrity code (RFC 7292 §4, and RFC 9579 for PBMAC1).
struct Mac<'a> {
    algorithm: Cursor<'a>,
    digest: &'a [u8],
    salt: &'a [u8],
    rounds: &'a [u8],
}

impl<'a> Mac<'a> {
    fn of(mut data: Cursor<'a>) -> Option<Self> {
        let mut info = data.enter(tag::SEQUENCE)?;
        Some(Self {
            algorithm: info.enter(tag::SEQUENCE)?,
            digest: info.expect(tag::OCTET_STRING)?.value,
            salt: data.expect(tag::OCTET_STRING)?.value,
            // One round is the default.
            rounds: data
                .expect(tag::INTEGER)
                .map_or(&[1], |rounds| rounds.value),
        })
    }

    /// Whether this password made it over `content`.
    fn fits(
        &self,
        content: &[u8],
        password: &Password,
        budget: &mut Budget,
    ) -> Result<bool, Trouble> {
        let malformed = || Trouble::broken("its integrity code cannot be read");
        let mut algorithm = self.algorithm;
        let oid = algorithm.oid().ok_or_else(malformed)?;
        let (function, key) = if oid == PBMAC1 {
            let mut parameters = algorithm.enter(tag::SEQUENCE).ok_or_else(malformed)?;
            let derivation = parameters.enter(tag::SEQUENCE).ok_or_else(malformed)?;
            let mut scheme = parameters.enter(tag::SEQUENCE).ok_or_else(malformed)?;
            let function = hash::hmac_hash(scheme.oid().ok_or_else(malformed)?)?;
            let derivation = Derivation::of(derivation)?;
            let length = u64::try_from(function.output_len()).unwrap_or_default();
            let length = derivation.length().unwrap_or(length);
            (function, derivation.derive(&password.text, length, budget)?)
        } else {
            let function = hash::hash(oid)?;
            let derivation = Pkcs12::new(function, self.salt, self.rounds, budget)?;
            let key = derivation.derive(password, Purpose::Mac, function.output_len());
            (function, key)
        };
        Ok(hash::hmac(function, &key, content) == self.digest)
    }
}
