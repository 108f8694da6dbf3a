//! Searches text that has no structure that we know: settings line by line, templates, programs,
//! prose.
//!
//! Two things are found that a reader of PEM does not see: PEM on one line (with `\n` for its line
//! breaks, or as strings of a program, one a line), and base64 of PEM, of DER or of a keystore.

use std::collections::BTreeSet;
use std::ops::Range;

use memchr::memmem;

use super::content::{self, Content};
use super::{Document, Embedded, MOST, Role, Trouble, extract, filter, position, secrets};

/// Searches `range` of `bytes`, apart from what begins in a place that is in the document already.
pub(super) fn scan(document: &mut Document, bytes: &[u8], range: Range<usize>) {
    let text = bytes.get(..range.end).unwrap_or(bytes);
    let known: BTreeSet<u32> = document
        .embedded
        .iter()
        .map(|embedded| embedded.start.byte)
        .collect();
    let mut runs = armour(document, text, range.start);
    runs.extend(encoded(text, range.start));
    runs.sort_by_key(|run| (run.start, run.end));
    let mut done = range.start;
    for run in runs {
        if run.start < done
            || is_comment(text, run.start)
            || known.contains(&position::of(run.start).byte)
        {
            continue;
        }
        if document.embedded.len() >= MOST {
            document.trouble.push(Trouble {
                start: position::of(run.start),
                end: position::of(run.end),
                place: String::new(),
                reason: "the file holds too many certificates to read",
                encrypted: false,
            });
            return;
        }
        if take(document, text, &run) {
            done = run.end;
        }
    }
    if *document != Document::default() {
        mask_settings(document, text, range.start);
    }
}

/// Whether byte `at` is behind a mark that makes its line a comment.
fn is_comment(text: &[u8], at: usize) -> bool {
    const FAR: usize = 4096;
    let before = text.get(at.saturating_sub(FAR)..at).unwrap_or_default();
    let line = memchr::memrchr(b'\n', before)
        .map_or(before, |last| before.get(last + 1..).unwrap_or_default());
    let line = line.trim_ascii_start();
    [b"#".as_slice(), b"//", b";", b"--"]
        .iter()
        .any(|mark| line.starts_with(mark))
}

/// A stretch of text that may be something.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    start: usize,
    end: usize,
    /// What it is, where that had to be decoded already.
    content: Option<Content>,
}

/// Adds what a run holds; false where it holds nothing.
fn take(document: &mut Document, text: &[u8], run: &Run) -> bool {
    let raw = text.get(run.start..run.end).unwrap_or_default();
    let content = run.content.clone().or_else(|| content::of(raw));
    let Some(content) = content.filter(|content| !matches!(content, Content::Text(_))) else {
        return false;
    };
    let key = key(text, run.start);
    let is_pem = raw.starts_with(BEGIN);
    if is_pem {
        document.claimed.push(run.start..run.end);
    }
    if content.is_secret() {
        document.masked.push(run.start..run.end);
    }
    let role = match &content {
        Content::Keystore(_) => Role::Keystore,
        content if content.is_secret() && !content.holds_certificate() => Role::Key,
        _ => Role::of_key(&key),
    };
    let pointer = key.replace('~', "~0").replace('/', "~1");
    document.embedded.push(Embedded {
        start: position::of(run.start),
        end: position::of(run.end),
        place: if key.is_empty() {
            String::new()
        } else {
            format!("/{pointer}")
        },
        role,
        secret: content.is_secret(),
        markers: if is_pem {
            extract::markers(raw, run.start, content.bytes())
        } else {
            Vec::new()
        },
        bytes: content.into_bytes(),
        chain: None,
        manifest: None,
    });
    true
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Shortest base64 of a key: those of elliptic curves are in PKCS#8 a little longer.
const SHORTEST_BODY: usize = 60;

/// Longest block of PEM that is looked for on one line.
const LONGEST: usize = 256 << 10;

/// PEM blocks whose BEGIN marker does not end its line. Blocks that follow one another with
/// nothing but a line break between them are one run.
fn armour(document: &Document, text: &[u8], from: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut done = from;
    for found in memmem::find_iter(text.get(from..).unwrap_or_default(), BEGIN) {
        let at = from + found;
        if at < done || document.embedded.len() >= MOST {
            continue;
        }
        let Some((end, block)) = block(text, at) else {
            continue;
        };
        done = end;
        match runs.last_mut() {
            Some(Run {
                end: last,
                content: Some(Content::Pem(pem)),
                ..
            }) if is_break(text.get(*last..at).unwrap_or_default()) => {
                *last = end;
                pem.extend_from_slice(&block);
            }
            _ => runs.push(Run {
                start: at,
                end,
                content: Some(Content::Pem(block)),
            }),
        }
    }
    runs.retain(|run| {
        run.content
            .as_ref()
            .is_some_and(|content| content.is_secret() || content.holds_certificate())
    });
    runs
}

/// Whether nothing but line breaks, real or escaped, stands between two blocks.
fn is_break(between: &[u8]) -> bool {
    between.len() <= 16
        && between
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || b"\\nr\"'".contains(byte))
}

/// The block whose BEGIN marker starts at `at`, if something stands behind the marker on its line:
/// where it ends, and the block with its lines.
fn block(text: &[u8], at: usize) -> Option<(usize, Vec<u8>)> {
    let label = at + BEGIN.len();
    let rest = text.get(label..)?;
    let length = memmem::find(rest.get(..rest.len().min(70))?, DASHES)?;
    let name = rest.get(..length)?;
    let body = label + length + DASHES.len();
    let rest = text.get(body..text.len().min(body + LONGEST))?;
    let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
    if line.trim_ascii().is_empty() {
        return None;
    }
    let length = memmem::find(rest, DASHES)?;
    let end = body + length;
    let behind = end + END.len() + name.len() + DASHES.len();
    let marker = text.get(end..behind)?.strip_prefix(END)?;
    if marker.strip_prefix(name)? != DASHES {
        return None;
    }
    let mut block = BEGIN.to_vec();
    block.extend_from_slice(name);
    block.extend_from_slice(b"-----\n");
    let head = block.len();
    for line in rest.get(..length)?.split(|&byte| byte == b'\n') {
        digits(line, &mut block)?;
    }
    // A shorter one is a pattern or an example; a certificate is a SEQUENCE of more than 127 bytes.
    let body = block.get(head..)?;
    if body.len() < SHORTEST_BODY || name.ends_with(b"CERTIFICATE") && !body.starts_with(b"MI") {
        return None;
    }
    block.extend_from_slice(END);
    block.extend_from_slice(name);
    block.extend_from_slice(b"-----\n");
    Some((behind, block))
}

/// Appends the base64 of one line of a block: all of it, or what stands in quotes. Escapes and
/// white space break lines; anything else makes it no block.
fn digits(line: &[u8], block: &mut Vec<u8>) -> Option<()> {
    let line = line.trim_ascii();
    let quoted = match line {
        // What begins inside of quotes is over where they end: `…\n" +`.
        [quote @ (b'"' | b'\'' | b'`'), rest @ ..] => {
            rest.split(|byte| byte == quote).next().unwrap_or_default()
        }
        _ => line
            .split(|byte| matches!(byte, b'"' | b'\'' | b'`'))
            .next()
            .unwrap_or_default(),
    };
    let mut escaped = false;
    let mut fresh = true;
    for &byte in quoted {
        match byte {
            b'\\' => escaped = true,
            b'n' | b'r' | b't' if escaped => {
                escaped = false;
                fresh = true;
            }
            b' ' | b'\t' => fresh = true,
            _ if byte.is_ascii_alphanumeric() || b"+/=:,-".contains(&byte) => {
                if fresh && !block.ends_with(b"\n") {
                    block.push(b'\n');
                }
                escaped = false;
                fresh = false;
                block.push(byte);
            }
            _ => return None,
        }
    }
    if !block.ends_with(b"\n") {
        block.push(b'\n');
    }
    Some(())
}

/// Runs of base64 that may hold PEM, DER or a keystore.
fn encoded(text: &[u8], from: usize) -> Vec<Run> {
    let rest = text.get(from..).unwrap_or_default();
    let armour = filter::armour_starts(rest).map(|at| (from + at, true));
    let other = filter::starts(rest).map(|at| (from + at, false));
    let mut starts: Vec<(usize, bool)> = armour.chain(other).collect();
    starts.sort_unstable();
    let mut runs: Vec<Run> = Vec::new();
    for (at, is_armour) in starts {
        let known = runs.last().map_or(from, |run| run.end);
        if at < known {
            continue;
        }
        let start = if is_armour {
            start_of_run(text, at, known)
        } else if text.get(..at).is_some_and(begins_run) {
            at
        } else {
            continue;
        };
        let end = end_of_run(text, at);
        runs.push(Run {
            start,
            end,
            content: None,
        });
    }
    runs
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Whether a run of base64 may begin behind `before`: not in the middle of another, and not as the
/// body of a PEM block, which is read as such.
fn begins_run(before: &[u8]) -> bool {
    if before.ends_with(b"\\n") {
        return false;
    }
    if before.last().is_some_and(|&byte| is_digit(byte)) {
        return false;
    }
    let space = before
        .iter()
        .rev()
        .take(200)
        .take_while(|byte| byte.is_ascii_whitespace() || b"\"'`,+\\".contains(byte))
        .count();
    let text = before.get(..before.len() - space).unwrap_or_default();
    !text.ends_with(DASHES) && !text.ends_with(b"-----\\n")
}

/// Where the run begins that `at` is in the first line of.
fn start_of_run(text: &[u8], at: usize, from: usize) -> usize {
    let before = text.get(from..at).unwrap_or_default();
    at - before
        .iter()
        .rev()
        .take_while(|&&byte| is_digit(byte))
        .count()
}

/// Where the run ends that `at` is in: behind its padding, on this line or on one of those that
/// follow where the lines are as long as base64's lines are.
fn end_of_run(text: &[u8], at: usize) -> usize {
    let mut end = at;
    let mut lines = 0_usize;
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let digits = rest.iter().take_while(|&&byte| is_digit(byte)).count();
        end += digits;
        let rest = rest.get(digits..).unwrap_or_default();
        let padding = rest
            .iter()
            .take(2)
            .take_while(|&&byte| byte == b'=')
            .count();
        // Longer lines are no part of wrapped text, and what follows is something else.
        if padding > 0 || digits > 128 {
            return end + padding;
        }
        let Some((space, next)) = to_next_line(rest) else {
            return end;
        };
        // The first line is shorter where it begins behind a name, the last where the text ends.
        if digits < 40 && (next < 60 || lines > 0) {
            return end;
        }
        lines += 1;
        end += space;
    }
}

/// How far the next line is, and how long, if it is base64 alone, perhaps up to a quote.
fn to_next_line(rest: &[u8]) -> Option<(usize, usize)> {
    let space = rest
        .iter()
        .take(200)
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let (space, next) = rest.split_at(space);
    let digits = next
        .iter()
        .take(200)
        .take_while(|&&byte| is_digit(byte) || byte == b'=')
        .count();
    let ends = next
        .get(digits)
        .is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`<".contains(byte));
    (space.contains(&b'\n') && digits > 0 && ends).then_some((space.len(), digits))
}

/// The name that the line of byte `at` gives to its value: `KEY=…`, `export KEY="…"`, `key: …`,
/// `- key: …`. Empty where the line is something else.
fn key(text: &[u8], at: usize) -> String {
    const LONGEST_KEY: usize = 128;
    let before = text
        .get(at.saturating_sub(2 * LONGEST_KEY)..at)
        .unwrap_or_default();
    let line = memchr::memrchr(b'\n', before)
        .map_or(before, |last| before.get(last + 1..).unwrap_or_default());
    let line = line
        .trim_ascii_end()
        .strip_suffix(b"\"")
        .or_else(|| line.trim_ascii_end().strip_suffix(b"'"))
        .unwrap_or(line)
        .trim_ascii();
    // LDIF marks base64 by a second colon.
    let Some(line) = [b"=".as_slice(), b"::", b":"]
        .iter()
        .find_map(|mark| line.strip_suffix(*mark))
    else {
        return String::new();
    };
    let mut line = line.trim_ascii();
    for word in [
        b"export ".as_slice(),
        b"set ",
        b"- ",
        b"Environment=",
        b"ENV ",
    ] {
        line = line.strip_prefix(word).unwrap_or(line).trim_ascii();
    }
    for quote in [b"\"", b"'"] {
        let stripped = line
            .strip_prefix(quote)
            .and_then(|line| line.strip_suffix(quote));
        line = stripped.unwrap_or_else(|| line.strip_prefix(quote).unwrap_or(line));
    }
    let is_name = line.len() <= LONGEST_KEY
        && line
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || b"._-/$@;".contains(&byte));
    if is_name {
        String::from_utf8_lossy(line).into_owned()
    } else {
        String::new()
    }
}

/// Masks the values of settings whose names say that they are secret.
fn mask_settings(document: &mut Document, text: &[u8], from: usize) {
    let mut at = from;
    for line in text
        .get(from..)
        .unwrap_or_default()
        .split_inclusive(|&byte| byte == b'\n')
    {
        let start = at;
        at += line.len();
        let Some(mark) = memchr::memchr2(b'=', b':', line) else {
            continue;
        };
        let name = line.get(..mark).unwrap_or_default();
        let is_secret =
            name.len() <= 128 && str::from_utf8(name).is_ok_and(secrets::is_secret_name);
        let value = line.get(mark + 1..).unwrap_or_default();
        if is_secret && !value.trim_ascii().is_empty() {
            let value = start + mark + 1..start + mark + 1 + value.trim_ascii_end().len();
            document.masked.push(value);
        }
    }
}
