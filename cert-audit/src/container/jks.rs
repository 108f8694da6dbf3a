//! Java's own keystores, JKS and JCEKS: their certificates lie open.
//!
//! A keystore is a list of entries: a private key with its chain, a trusted certificate, or (JCEKS
//! alone) a secret key. The last 20 bytes are a digest over a password and everything before.
//! All numbers are big-endian, and none is believed before so many bytes are there.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::{Item, Object, Opened, Trouble, java};
use crate::cursor::Cursor;
use crate::der::tag;
use crate::key::{self, KeyFacts};
use crate::name;

const JKS: &[u8] = &[0xfe, 0xed, 0xfe, 0xed];
const JCEKS: &[u8] = &[0xce, 0xce, 0xce, 0xce];

/// The password that Java's own tools and distributions set.
const DEFAULT: &[u8] = b"changeit";

/// What is mixed into the digest over the whole.
const WHITENER: &[u8] = b"Mighty Aphrodite";

/// Bytes of that digest.
const DIGEST: usize = 20;

/// Opens a keystore; `None` where it is none.
pub(super) fn open(bytes: &[u8], passwords: &[&[u8]]) -> Option<Opened> {
    let rest = bytes
        .strip_prefix(JKS)
        .or_else(|| bytes.strip_prefix(JCEKS))?;
    let mut store = Store {
        bytes: Bytes(rest),
        opened: Opened::default(),
        passwords: passwords
            .iter()
            .copied()
            .chain([DEFAULT])
            .map(wide)
            .collect(),
    };
    let entries = store.entries();
    let mut opened = match entries {
        Some(()) => {
            let guarded = bytes.len() - store.bytes.0.len();
            let fits = bytes
                .split_at_checked(guarded)
                .is_some_and(|(content, digest)| store.fits(content, digest));
            Opened {
                verified: (fits || !passwords.is_empty()).then_some(fits),
                ..store.opened
            }
        }
        None => store.opened,
    };
    let whole = entries.is_some() && store.bytes.0.len() >= DIGEST;
    if !whole && opened.trouble.is_empty() {
        opened.trouble.push(Trouble::broken("it was cut off"));
    }
    Some(opened)
}

/// A password as UTF-16, big-endian; one that is no UTF-8 byte by byte.
fn wide(password: &[u8]) -> Vec<u8> {
    let units: Vec<u16> = match str::from_utf8(password) {
        Ok(text) => text.encode_utf16().collect(),
        Err(_) => password.iter().map(|&byte| u16::from(byte)).collect(),
    };
    units.into_iter().flat_map(u16::to_be_bytes).collect()
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, octets: usize) -> Option<usize> {
        let octets = self.take(octets)?;
        octets.iter().try_fold(0_usize, |number, &octet| {
            Some(number.checked_mul(256)? | usize::from(octet))
        })
    }

    fn text(&mut self) -> Option<String> {
        let length = self.number(2)?;
        Some(java::text(self.take(length)?))
    }
}

struct Store<'a> {
    bytes: Bytes<'a>,
    opened: Opened,
    passwords: Vec<Vec<u8>>,
}

impl Store<'_> {
    /// Reads every entry; nothing where the rest makes no sense, and `opened` says why.
    fn entries(&mut self) -> Option<()> {
        let version = self.bytes.number(4)?;
        if !(1..=2).contains(&version) {
            return self.give_up("it is of a version that no Java writes");
        }
        let count = self.bytes.number(4)?;
        for number in 1..=count {
            let kind = self.bytes.number(4)?;
            let alias = format!("alias {}", name::cut(&self.bytes.text()?));
            // When it was made.
            self.bytes.take(8)?;
            match kind {
                1 => self.key(version, &alias, number)?,
                2 => {
                    let certificate = self.certificate(version)?;
                    self.push(alias, certificate, None);
                }
                3 => match java::skip(self.bytes.0) {
                    Some(rest) => {
                        self.bytes.0 = rest;
                        self.opened.secrets += 1;
                    }
                    None => return self.give_up("a secret key in it cannot be passed over"),
                },
                _ => return self.give_up("an entry of it is of no kind that Java knows"),
            }
        }
        Some(())
    }

    fn give_up(&mut self, reason: &str) -> Option<()> {
        self.opened.trouble.push(Trouble::broken(reason));
        None
    }

    /// A private key and its chain.
    fn key(&mut self, version: usize, alias: &str, number: usize) -> Option<()> {
        let length = self.bytes.number(4)?;
        let locked = self.bytes.take(length)?;
        let facts = self.unlocked(locked).unwrap_or_else(KeyFacts::unknown);
        let pairs = u32::try_from(number).ok();
        let facts = KeyFacts {
            encrypted: true,
            ..facts
        };
        self.push(alias.to_owned(), Object::Key(facts), pairs);
        let count = self.bytes.number(4)?;
        for position in 1..=count {
            let certificate = self.certificate(version)?;
            let place = match position {
                1 => alias.to_owned(),
                _ => format!("{alias}, certificate {position}"),
            };
            self.push(place, certificate, pairs);
        }
        Some(())
    }

    fn certificate(&mut self, version: usize) -> Option<Object> {
        if version == 2 {
            // Nothing but "X.509" has ever been written there.
            self.bytes.text()?;
        }
        let length = self.bytes.number(4)?;
        Some(Object::Certificate(self.bytes.take(length)?.to_vec()))
    }

    fn push(&mut self, place: String, what: Object, pairs: Option<u32>) {
        self.opened.items.push(Item {
            place: Some(place),
            what,
            pairs,
        });
    }

    /// Whether a password fits the digest over `content`.
    fn fits(&self, content: &[u8], digest: &[u8]) -> bool {
        self.passwords.iter().any(|password| {
            let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
            context.update(password);
            context.update(WHITENER);
            context.update(content);
            digest.get(..DIGEST) == Some(context.finish().as_ref())
        })
    }

    /// What may be known of a private key that one of the passwords opens. JCEKS's own lock needs
    /// MD5 and stays closed.
    fn unlocked(&self, locked: &[u8]) -> Option<KeyFacts> {
        /// 1.3.6.1.4.1.42.2.17.1.1.
        const PROTECTOR: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01];
        let mut info = Cursor::of(locked).enter(tag::SEQUENCE)?;
        if info.enter(tag::SEQUENCE)?.oid()? != PROTECTOR {
            return None;
        }
        let text = info.expect(tag::OCTET_STRING)?.value;
        let (salt, rest) = text.split_at_checked(DIGEST)?;
        let (text, check) = rest.split_at_checked(rest.len().checked_sub(DIGEST)?)?;
        let hash = |parts: &[&[u8]]| digest(&SHA1_FOR_LEGACY_USE_ONLY, &parts.concat());
        self.passwords.iter().find_map(|password| {
            // Each block of the key stream is the digest of the password and the block before.
            let mut stream = salt.to_vec();
            let mut plain = Vec::with_capacity(text.len());
            for block in text.chunks(DIGEST) {
                stream = hash(&[password, &stream]).as_ref().to_vec();
                plain.extend(block.iter().zip(&stream).map(|(byte, key)| byte ^ key));
            }
            let fits = hash(&[password, &plain]).as_ref() == check;
            fits.then(|| key::of_pkcs8(&plain)).flatten()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_counts_are_not_believed() {
        let cut = vec![Trouble::broken("it was cut off")];
        for tail in [
            &[][..],
            &[0, 0, 0, 2],
            &[0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff],
            &[0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, b'a'],
        ] {
            let store = [JKS, tail].concat();
            let opened = open(&store, &[]).expect("a keystore");
            assert_eq!(opened.trouble, cut, "{tail:02x?}");
        }
        let empty = [JKS, &[0, 0, 0, 2, 0, 0, 0, 0], &[0; 20]].concat();
        assert_eq!(open(&empty, &[]), Some(Opened::default()));
        assert_eq!(
            open(&empty, &[b"wrong"]).map(|opened| opened.verified),
            Some(Some(false))
        );
    }
}
