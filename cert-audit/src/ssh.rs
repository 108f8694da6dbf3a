//! OpenSSH's certificates (its file PROTOCOL.certkeys) and the authorities that are trusted by
//! line: in `*-cert.pub`, `authorized_keys` and `known_hosts`.
//!
//! They expire like those of X.509, and one without an end never does. Signatures are not checked.

use std::ops::Range;

use memchr::memmem;

use crate::base64;
use crate::certificate::Fingerprint;
use crate::instant::Instant;

/// What stands on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The line, from 1.
    pub line: u32,
    /// Bytes of the text in which the kind of the key stands: where a report points at.
    pub at: Range<usize>,
    /// What it is.
    pub what: What,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A certificate: its blob, as it stands behind the base64.
    Certificate(Vec<u8>),
    /// A key whose certificates are trusted: the digest of its blob, and for which hosts
    /// (`known_hosts`; everything is trusted in `authorized_keys`).
    Authority {
        /// SHA-256 over the key's blob, equal to [`Certificate::authority`] of what it signed.
        key: Fingerprint,
        /// The pattern of hosts.
        hosts: Option<String>,
    },
    /// It begins like a certificate and cannot be read.
    Broken,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To log in.
    User,
    /// To be logged in to.
    Host,
    /// A number that nobody has given a meaning.
    Other(u32),
}

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The kind of key that it is for, such as `ssh-ed25519-cert-v01@openssh.com`.
    pub algorithm: String,
    /// What it is for.
    pub kind: Kind,
    /// The serial number that the authority gave it, or 0.
    pub serial: u64,
    /// What the authority calls it.
    pub key_id: String,
    /// Users or hosts; empty is everyone.
    pub principals: Vec<String>,
    /// The first second in which it is valid; `None` is always.
    pub valid_after: Option<Instant>,
    /// The first second in which it is no longer valid; `None` is never.
    pub valid_before: Option<Instant>,
    /// SHA-256 over the blob of the key that it is for.
    pub key: Fingerprint,
    /// SHA-256 over the blob of the key that signed it.
    pub authority: Fingerprint,
}

/// Kinds of certificates, and how many strings a key of the kind is made of.
const KINDS: [(&[u8], usize); 8] = [
    (b"ssh-ed25519-cert-v01@openssh.com", 1),
    (b"ecdsa-sha2-nistp256-cert-v01@openssh.com", 2),
    (b"ecdsa-sha2-nistp384-cert-v01@openssh.com", 2),
    (b"ecdsa-sha2-nistp521-cert-v01@openssh.com", 2),
    (b"ssh-rsa-cert-v01@openssh.com", 2),
    (b"ssh-dss-cert-v01@openssh.com", 4),
    (b"sk-ssh-ed25519-cert-v01@openssh.com", 2),
    (b"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3),
];

/// What all of them end with.
const SUFFIX: &[u8] = b"-cert-v01@openssh.com";

/// How an authority is marked in `known_hosts`, and, among other options, in `authorized_keys`.
const MARK: &[u8] = b"@cert-authority";
const OPTION: &[u8] = b"cert-authority";

/// The base64 of every blob begins so: its first length is far below 2^18.
const BLOB: &[u8] = b"AAAA";

/// The entries of a text that are certificates or authorities, in order.
pub fn entries(text: &[u8]) -> Vec<Entry> {
    if memmem::find(text, SUFFIX).is_none() && memmem::find(text, OPTION).is_none() {
        return Vec::new();
    }
    let mut start = 0;
    let mut entries = Vec::new();
    for (line, text) in (1..).zip(text.split(|&byte| byte == b'\n')) {
        if let Some((at, what)) = entry(text) {
            entries.push(Entry {
                line,
                at: start + at.start..start + at.end,
                what,
            });
        }
        start += text.len() + 1;
    }
    entries
}

/// What stands on a line; nothing where that is no matter of ours.
fn entry(line: &[u8]) -> Option<(Range<usize>, What)> {
    if line.trim_ascii_start().starts_with(b"#") {
        return None;
    }
    let mut before: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    let mut kind = 0..0;
    // The kind of the key stands before the key, whatever else comes before both.
    let blob = loop {
        let rest = line.get(at..)?;
        let lead = rest.iter().take_while(|byte| byte.is_ascii_whitespace());
        at += lead.count();
        let word = line.get(at..)?;
        let length = word.iter().position(u8::is_ascii_whitespace);
        let word = word.get(..length.unwrap_or(word.len()))?;
        if word.is_empty() {
            return None;
        }
        if word.starts_with(BLOB) && !before.is_empty() {
            break word;
        }
        before.push(word);
        kind = at..at + word.len();
        at = kind.end;
    };
    let blob = base64::decode(blob).ok();
    if before.pop()?.ends_with(SUFFIX) {
        let read = blob.filter(|blob| Certificate::read(blob).is_some());
        return Some((kind, read.map_or(What::Broken, What::Certificate)));
    }
    let hosts = match before.as_slice() {
        [MARK, hosts, ..] => Some(String::from_utf8_lossy(hosts).into_owned()),
        [options, ..] if has_option(options) => None,
        _ => return None,
    };
    let what = blob.map_or(What::Broken, |blob| What::Authority {
        key: Fingerprint::of(&blob),
        hosts,
    });
    Some((kind, what))
}

/// Whether one of the options before a key makes it an authority.
fn has_option(options: &[u8]) -> bool {
    options
        .split(|&byte| byte == b',')
        .any(|option| option == OPTION)
}

impl Certificate {
    /// Reads a blob; `None` where it is no certificate.
    pub fn read(blob: &[u8]) -> Option<Self> {
        let mut rest = blob;
        let algorithm = string(&mut rest)?;
        let &(_, strings) = KINDS.iter().find(|(kind, _)| *kind == algorithm)?;
        // A nonce.
        string(&mut rest)?;
        let plain = algorithm.strip_suffix(SUFFIX)?;
        let plain = if algorithm.starts_with(b"sk-") {
            [plain, b"@openssh.com"].concat()
        } else {
            plain.to_vec()
        };
        let mut key = written(&plain);
        for _ in 0..strings {
            key.extend(written(string(&mut rest)?));
        }
        let serial = number(&mut rest)?;
        let (kind, after) = rest.split_first_chunk()?;
        rest = after;
        let key_id = string(&mut rest)?;
        let mut list = string(&mut rest)?;
        let mut principals = Vec::new();
        while !list.is_empty() {
            principals.push(text(string(&mut list)?));
        }
        let (after, before) = (number(&mut rest)?, number(&mut rest)?);
        // Critical options, extensions, and what is reserved.
        for _ in 0..3 {
            string(&mut rest)?;
        }
        let authority = Fingerprint::of(string(&mut rest)?);
        // The signature.
        string(&mut rest)?;
        rest.is_empty().then(|| Self {
            algorithm: text(algorithm),
            kind: match u32::from_be_bytes(*kind) {
                1 => Kind::User,
                2 => Kind::Host,
                other => Kind::Other(other),
            },
            serial,
            key_id: text(key_id),
            principals,
            valid_after: (after > 0).then(|| instant(after)),
            valid_before: (before < u64::MAX).then(|| instant(before)),
            key: Fingerprint::of(&key),
            authority,
        })
    }
}

/// Seconds since 1970; what is beyond every calendar is the last that can be said.
fn instant(seconds: u64) -> Instant {
    Instant::of(i64::try_from(seconds).unwrap_or(i64::MAX))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A string of SSH: four bytes of length, and the content (RFC 4251 §5).
pub(crate) fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (string, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(string)
}

/// A string as it is written; it was read as one before, so its length fits.
fn written(string: &[u8]) -> Vec<u8> {
    let length = u32::try_from(string.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), string].concat()
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u64::from_be_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_only_name_a_kind_are_no_entries() {
        for line in [
            "HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com,ssh-ed25519",
            "# ssh-ed25519-cert-v01@openssh.com AAAA",
            "ssh-ed25519 AAAAC3Nz user",
            "AAAA",
            "cert-authority",
            "",
        ] {
            assert_eq!(entries(line.as_bytes()), [], "{line}");
        }
    }

    #[test]
    fn authorities_are_marked_in_two_ways() {
        let text = "\n@cert-authority *.example,!bad.example ssh-ed25519 AAAAC3Nz comment\n\
                    principals=\"a,b\",cert-authority ssh-ed25519 AAAAC3Nz\n\
                    @cert-authority * ssh-ed25519 AAAA?\n\
                    ssh-rsa-cert-v01@openssh.com AAAAC3Nz\n";
        let key = Fingerprint::of(&[0, 0, 0, 11, 115, 115]);
        let hosts = Some("*.example,!bad.example".to_owned());
        let wanted = [
            (2, What::Authority { key, hosts }),
            (3, What::Authority { key, hosts: None }),
            (4, What::Broken),
            (5, What::Broken),
        ];
        let found = entries(text.as_bytes());
        let kinds: Vec<&str> = found
            .iter()
            .map(|entry| text.get(entry.at.clone()).unwrap_or_default())
            .collect();
        let kind = "ssh-ed25519";
        assert_eq!(kinds, [kind, kind, kind, "ssh-rsa-cert-v01@openssh.com"]);
        let found: Vec<(u32, What)> = found.into_iter().map(|it| (it.line, it.what)).collect();
        assert_eq!(found, wanted);
    }
}
