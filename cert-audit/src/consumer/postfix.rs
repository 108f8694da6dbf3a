//! Postfix: `main.cf` and the `-o` overrides of `master.cf`.
//!
//! From postconf(5) and master(5): a line that begins with a blank continues the one before, the
//! last setting counts, `$name` stands for another setting.

use std::collections::BTreeMap;

use super::text::{self, Word};
use super::{Base, Build, Directive, Kind, Role, row};

/// Programs, whose names the settings begin with, and in which role they use TLS.
const PROGRAMS: [(&str, Role); 5] = [
    ("smtpd_tls_", Role::Server),
    ("smtp_tls_", Role::Client),
    ("lmtp_tls_", Role::Client),
    ("tlsproxy_tls_", Role::Server),
    ("tlsproxy_client_", Role::Client),
];

/// What follows the program's name.
const SETTINGS: [Directive; 11] = [
    row("cert_file", Role::Server, Kind::Certificate),
    row("key_file", Role::Server, Kind::Key),
    row("eccert_file", Role::Server, Kind::Certificate),
    row("eckey_file", Role::Server, Kind::Key),
    row("dcert_file", Role::Server, Kind::Certificate),
    row("dkey_file", Role::Server, Kind::Key),
    row("chain_files", Role::Server, Kind::Material),
    row("CAfile", Role::Trust, Kind::Trust),
    row("CApath", Role::Trust, Kind::TrustFolder),
    row("dh1024_param_file", Role::Server, Kind::Parameters),
    row("dh512_param_file", Role::Server, Kind::Parameters),
];

/// Certificates and the keys that belong to them.
const PAIRS: [(&str, &str); 3] = [
    ("cert_file", "key_file"),
    ("eccert_file", "eckey_file"),
    ("dcert_file", "dkey_file"),
];

/// Most settings that are replaced within one value.
const MOST_VARIABLES: usize = 64;

/// Reads `main.cf`.
pub(super) fn main(text: &str, _path: &str, build: &mut Build) {
    let settings: Vec<(String, Word)> = logical(text)
        .into_iter()
        .filter_map(|(start, line)| {
            let (name, value) = text::setting(&line, start, '=')?;
            Some((name.to_owned(), value))
        })
        .collect();
    let settings: BTreeMap<String, Word> = text::latest(settings).into_iter().collect();
    group(&settings, &settings, "", build);
}

/// Reads `master.cf`.
pub(super) fn master(text: &str, _path: &str, build: &mut Build) {
    for (start, line) in logical(text) {
        let mut settings = Vec::new();
        let service = line
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
        let mut rest = line.as_str();
        while let Some(at) = rest.find("-o") {
            let separate = rest
                .get(..at)
                .is_some_and(|before| before.ends_with(char::is_whitespace));
            let behind = rest.get(at + 2..).unwrap_or_default();
            let from = start + (line.len() - behind.len());
            if !separate {
                rest = behind;
                continue;
            }
            let trimmed = behind.trim_start();
            let from = from + (behind.len() - trimmed.len());
            // `-o { name = value with blanks }` or `-o name=value`.
            let (part, from, length) = if let Some(braced) = trimmed.strip_prefix('{') {
                let length = braced.find('}').unwrap_or(braced.len());
                let part = braced.get(..length).unwrap_or_default();
                (part, from + 1, length + 1)
            } else {
                let length = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
                (trimmed.get(..length).unwrap_or_default(), from, length)
            };
            if let Some((name, value)) = text::setting(part, from, '=') {
                settings.push((name.to_owned(), value));
            }
            rest = trimmed.get(length..).unwrap_or_default();
        }
        let settings: BTreeMap<String, Word> = text::latest(settings).into_iter().collect();
        group(
            &settings,
            &BTreeMap::new(),
            &format!("{service} -o "),
            build,
        );
    }
}

/// The files that a group of settings names.
fn group(
    settings: &BTreeMap<String, Word>,
    variables: &BTreeMap<String, Word>,
    prefix: &str,
    build: &mut Build,
) {
    let mut found = BTreeMap::new();
    for (program, role) in PROGRAMS {
        for row in &SETTINGS {
            let name = format!("{program}{}", row.name);
            let Some(value) = settings.get(&name) else {
                continue;
            };
            let mut row = *row;
            if row.role == Role::Server {
                row.role = role;
            }
            let value = expanded(value, variables);
            // With `none` the others are looked at no further.
            if value.text == "none" {
                continue;
            }
            let values: Vec<Word> = if row.kind == Kind::Material {
                let files = value.text.split([',', ' ', '\t', '\r', '\n']);
                files.map(|file| value.with(file)).collect()
            } else {
                vec![value]
            };
            for value in values {
                let (target, base) = match value.text.strip_prefix("$config_directory/") {
                    Some(rest) => (value.with(rest), Base::Folder),
                    None => (value, Base::Process),
                };
                let directive = format!("{prefix}{name}");
                let Some(index) = build.refer(&directive, row, &target) else {
                    continue;
                };
                if let Some(reference) = build.reference(index) {
                    reference.base = base;
                }
                found.insert((program, row.name), index);
            }
        }
    }
    for (program, _) in PROGRAMS {
        for (certificate, key) in PAIRS {
            let certificate = found.get(&(program, certificate)).copied();
            let key = found.get(&(program, key)).copied();
            match (certificate, key) {
                (Some(certificate), Some(key)) => same_or_pair(certificate, key, build),
                // In `main.cf` the key's default is the certificate's file.
                (Some(certificate), None) if prefix.is_empty() => build.holds_key(certificate),
                _ => {}
            }
        }
    }
}

/// Where key and certificate are one file, it holds both.
fn same_or_pair(certificate: usize, key: usize, build: &mut Build) {
    let target = |index: usize| build.config.references.get(index).map(|r| r.target.clone());
    if target(certificate) == target(key) {
        build.holds_key(certificate);
        if let Some(reference) = build.reference(key) {
            reference.kind = Kind::CertificateAndKey;
        }
    } else {
        build.pair(certificate, key);
    }
}

/// Logical lines: without comments, with what continues them. Every line break becomes a blank, so
/// that offsets within a line stay as long as no comment stands in the middle of it.
fn logical(text: &str) -> Vec<(usize, String)> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    for (start, line) in text::lines(text) {
        if line.trim_start().starts_with('#') || line.trim().is_empty() {
            continue;
        }
        match whole.last_mut() {
            Some((first, last)) if line.starts_with([' ', '\t']) => {
                let gap = start.saturating_sub(*first + last.len());
                last.extend(std::iter::repeat_n(' ', gap));
                last.push_str(line);
            }
            _ => whole.push((start, line.to_owned())),
        }
    }
    whole
}

/// A value with the settings of this file in place of their names. `$config_directory` stays: its
/// default is the folder of the file.
fn expanded(value: &Word, settings: &BTreeMap<String, Word>) -> Word {
    let mut text = value.text.clone();
    let mut from = 0;
    for _ in 0..MOST_VARIABLES {
        let Some(at) = text
            .get(from..)
            .and_then(|rest| rest.find('$'))
            .map(|at| at + from)
        else {
            break;
        };
        let rest = text.get(at + 1..).unwrap_or_default();
        let open = rest.chars().next().filter(|open| matches!(open, '{' | '('));
        let (name, length) = if let Some(open) = open {
            let close = if open == '{' { '}' } else { ')' };
            let length = rest.find(close).unwrap_or(rest.len());
            (rest.get(1..length).unwrap_or_default(), length + 1)
        } else {
            let length = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            (rest.get(..length).unwrap_or_default(), length)
        };
        match settings.get(name) {
            Some(known) if text.len() + known.text.len() < 65_536 => {
                let end = (at + 1 + length).min(text.len());
                text.replace_range(at..end, &known.text);
            }
            _ if name == "config_directory" => {
                let end = (at + 1 + length).min(text.len());
                text.replace_range(at..end, "$config_directory");
                from = at + 1;
            }
            _ => from = at + 1,
        }
    }
    value.with(text)
}
