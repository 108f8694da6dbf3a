//! The file of allowed signers, as `ssh-keygen` reads it (see its manual page).
//!
//! Lines are `principals [options] key-type base64 [comment]`. The first line with the signer's
//! key that its options allow decides; a line that cannot be read ends the search, as it does for
//! `ssh-keygen`. Times without a `Z` are taken as UTC, as the machine that judges has no time zone
//! of its own. Signatures by certificates are not read, so `cert-authority` lines never match.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ssh_key::PublicKey;
use ssh_key::public::KeyData;

/// The principals of the line of `list` that lets `key` sign in `namespace` at `now`, in seconds
/// since 1970.
///
/// # Errors
/// None does: why.
pub(super) fn principals(
    list: &str,
    key: &KeyData,
    namespace: &str,
    now: u64,
) -> Result<String, String> {
    let mut refused = None;
    for (at, line) in list.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = at + 1;
        let signer = Signer::read(line).map_err(|why| format!("line {number}: {why}"))?;
        if signer.key != *key || signer.options.is_authority {
            continue;
        }
        match signer.options.refuse(namespace, now) {
            None => return Ok(signer.principals),
            Some(why) => {
                refused.get_or_insert(format!("line {number}: {why}"));
            }
        }
    }
    Err(refused.unwrap_or_else(|| "it does not list the key that signed".to_owned()))
}

/// One line.
#[derive(Debug)]
struct Signer {
    principals: String,
    options: Options,
    key: KeyData,
}

#[derive(Debug, Default)]
struct Options {
    is_authority: bool,
    namespaces: Option<String>,
    after: Option<u64>,
    before: Option<u64>,
}

impl Signer {
    fn read(line: &str) -> Result<Self, String> {
        let (principals, rest) = word(line)?;
        let rest = rest.trim_start();
        if let Some(key) = public(rest) {
            return Ok(Self {
                principals: principals.to_owned(),
                options: Options::default(),
                key,
            });
        }
        let end = end_of_options(rest).ok_or("the key is missing")?;
        let (options, rest) = rest.split_at_checked(end).ok_or("the key is missing")?;
        let options = Options::read(options)?;
        let key = public(rest.trim_start()).ok_or("the key cannot be read")?;
        Ok(Self {
            principals: principals.to_owned(),
            options,
            key,
        })
    }
}

/// The first word of a line, which may be in quotes, and the rest.
fn word(line: &str) -> Result<(&str, &str), String> {
    if let Some(rest) = line.strip_prefix('"') {
        return rest
            .split_once('"')
            .ok_or_else(|| "a quote is not closed".to_owned());
    }
    line.split_once([' ', '\t'])
        .ok_or_else(|| "the key is missing".to_owned())
}

/// A key: its type, its base64 and perhaps a comment.
fn public(text: &str) -> Option<KeyData> {
    let mut words = text.split_ascii_whitespace();
    let (kind, base64) = (words.next()?, words.next()?);
    let key = PublicKey::from_openssh(&format!("{kind} {base64}")).ok()?;
    Some(key.key_data().clone())
}

/// Where the options end: at the first blank outside of quotes.
fn end_of_options(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

impl Options {
    fn read(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        let mut rest = text;
        loop {
            let (name, after) = rest
                .find(['=', ','])
                .and_then(|at| rest.split_at_checked(at))
                .unwrap_or((rest, ""));
            let name = name.to_ascii_lowercase();
            let value = if let Some(quoted) = after.strip_prefix('=') {
                let quoted = quoted.strip_prefix('"');
                let closed = quoted.and_then(|quoted| quoted.split_once('"'));
                let (value, left) =
                    closed.ok_or_else(|| format!("the value of `{name}` needs quotes"))?;
                rest = left;
                Some(value)
            } else {
                rest = after;
                None
            };
            options.set(&name, value)?;
            if rest.is_empty() {
                break;
            }
            rest = rest
                .strip_prefix(',')
                .filter(|rest| !rest.is_empty())
                .ok_or_else(|| format!("something is wrong behind `{name}`"))?;
        }
        match (options.after, options.before) {
            (Some(after), Some(before)) if before <= after => {
                Err("`valid-before` lies before `valid-after`".to_owned())
            }
            _ => Ok(options),
        }
    }

    fn set(&mut self, name: &str, value: Option<&str>) -> Result<(), String> {
        let once = |known: bool| {
            if known {
                Err(format!("`{name}` is there twice"))
            } else {
                Ok(())
            }
        };
        match (name, value) {
            ("cert-authority", None) => self.is_authority = true,
            ("namespaces", Some(value)) => {
                once(self.namespaces.is_some())?;
                self.namespaces = Some(value.to_owned());
            }
            ("valid-after", Some(value)) => {
                once(self.after.is_some())?;
                self.after = Some(seconds(value)?);
            }
            ("valid-before", Some(value)) => {
                once(self.before.is_some())?;
                self.before = Some(seconds(value)?);
            }
            _ => {
                let shown = rules::escape::word(name).into_owned();
                return Err(format!("the option `{shown}` is not understood"));
            }
        }
        Ok(())
    }

    /// Why the key may not sign in `namespace` at `now`.
    fn refuse(&self, namespace: &str, now: u64) -> Option<String> {
        if let Some(namespaces) = &self.namespaces
            && !listed(namespaces, namespace)
        {
            return Some(format!(
                "the key may not sign in the namespace `{namespace}`"
            ));
        }
        if self.after.is_some_and(|after| now < after) {
            return Some("the key is not valid yet".to_owned());
        }
        if self.before.is_some_and(|before| now > before) {
            return Some("the key is no longer valid".to_owned());
        }
        None
    }
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with a `Z` or without, in seconds since 1970.
fn seconds(text: &str) -> Result<u64, String> {
    let malformed = || {
        let shown = rules::escape::word(text).into_owned();
        format!("`{shown}` is no time such as 20261231 or 20261231235959Z")
    };
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed());
    }
    let part = |from: usize, length: usize| -> Option<i8> {
        match digits.get(from..from + length) {
            Some(part) => part.parse().ok(),
            None => Some(0),
        }
    };
    let read = || {
        let year = digits.get(0..4)?.parse().ok()?;
        let time = DateTime::new(
            year,
            part(4, 2)?,
            part(6, 2)?,
            part(8, 2)?,
            part(10, 2)?,
            part(12, 2)?,
            0,
        );
        let instant = time.ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
        u64::try_from(instant.as_second()).ok()
    };
    match digits.len() {
        8 | 12 | 14 => read().ok_or_else(malformed),
        _ => Err(malformed()),
    }
}

/// Whether a list of patterns, of which `!` excludes, has `word`.
fn listed(patterns: &str, word: &str) -> bool {
    let mut found = false;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(excluded) if matches(excluded, word) => return false,
            Some(_) => {}
            None => found |= matches(pattern, word),
        }
    }
    found
}

/// Whether a pattern with `*` and `?` matches `word` as a whole.
fn matches(pattern: &str, word: &str) -> bool {
    let (pattern, word) = (pattern.as_bytes(), word.as_bytes());
    // For each prefix of the word, whether the pattern so far matches it.
    let mut reached = vec![false; word.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for &byte in pattern {
        let before = reached.clone();
        if byte == b'*' {
            let mut any = false;
            for (now, before) in reached.iter_mut().zip(&before) {
                any |= before;
                *now = any;
            }
            continue;
        }
        for (at, now) in reached.iter_mut().enumerate() {
            let previous = at.checked_sub(1);
            *now = previous.is_some_and(|at| {
                let here = word.get(at).is_some_and(|c| byte == b'?' || *c == byte);
                here && before.get(at) == Some(&true)
            });
        }
    }
    reached.last() == Some(&true)
}
