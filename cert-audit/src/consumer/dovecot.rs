//! Dovecot: settings and blocks, of version 2.3 (`ssl_cert = <file`) and 2.4
//! (`ssl_server_cert_file = file`).
//!
//! From the manual's "SSL configuration" and "Config file syntax": relative paths count from the
//! folder of the file that they stand in, and a `local_name` block is for the names behind it.

use std::collections::BTreeMap;

use super::block::{Blocks, FILE};
use super::text::{self, Quoting, Word};
use super::{Base, Build, Directive, Kind, Role, find, row};

/// Settings whose value is the content of a file, by `<`.
const CONTENTS: [Directive; 9] = [
    row("ssl_cert", Role::Server, Kind::Certificate),
    row("ssl_key", Role::Server, Kind::Key),
    row("ssl_alt_cert", Role::Server, Kind::Certificate),
    row("ssl_alt_key", Role::Server, Kind::Key),
    row("ssl_ca", Role::Trust, Kind::Trust),
    row("ssl_dh", Role::Server, Kind::Parameters),
    row("ssl_client_cert", Role::Client, Kind::Certificate),
    row("ssl_client_key", Role::Client, Kind::Key),
    row("ssl_key_password", Role::Server, Kind::Password),
];

/// Settings whose value is a path.
const PATHS: [Directive; 10] = [
    row("ssl_server_cert_file", Role::Server, Kind::Certificate),
    row("ssl_server_key_file", Role::Server, Kind::Key),
    row("ssl_server_alt_cert_file", Role::Server, Kind::Certificate),
    row("ssl_server_alt_key_file", Role::Server, Kind::Key),
    row("ssl_server_ca_file", Role::Trust, Kind::Trust),
    row("ssl_server_dh_file", Role::Server, Kind::Parameters),
    row("ssl_client_cert_file", Role::Client, Kind::Certificate),
    row("ssl_client_key_file", Role::Client, Kind::Key),
    row("ssl_client_ca_file", Role::Trust, Kind::Trust),
    row("ssl_client_ca_dir", Role::Trust, Kind::TrustFolder),
];

const QUOTING: Quoting = Quoting {
    single: true,
    escape: Some(""),
    comment: None,
};

/// Reads a configuration or a part of one.
pub(super) fn read(text: &str, _path: &str, build: &mut Build) {
    let mut blocks = Blocks::new();
    let mut open = FILE;
    let mut depth = 0_usize;
    let mut settings = Vec::new();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (start, line) in text::joined(text) {
        let line = without_comment(&line);
        let trimmed = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        if trimmed.is_empty() {
            continue;
        }
        if trimmed == "}" {
            if depth == 0 {
                build.trouble(at, "a brace closes nothing");
            }
            depth = depth.saturating_sub(1);
            open = blocks.parent(open);
            continue;
        }
        if let Some(rest) = trimmed.strip_prefix("!include") {
            let value = rest.strip_prefix("_try").unwrap_or(rest).trim();
            let end = at + trimmed.len();
            let word = Word {
                text: value.to_owned(),
                start: end - value.len(),
                end,
            };
            build.include(&word, Base::Folder);
            continue;
        }
        if let Some(head) = trimmed.strip_suffix('{').filter(|head| !head.contains('=')) {
            depth += 1;
            open = blocks.open(open);
            section(head, at, open, &mut blocks, build);
            continue;
        }
        let Some((name, value)) = text::setting(line, start, '=') else {
            continue;
        };
        let mut value = text::unquoted(&value);
        if let Some(whole) = value
            .text
            .strip_prefix('$')
            .and_then(|name| known.get(name))
        {
            value.text.clone_from(whole);
        }
        known.insert(name.to_owned(), value.text.clone());
        settings.push(((open, name.to_owned()), value));
    }
    if depth > 0 {
        build.trouble(text.len(), "it ends within a block");
    }
    for ((block, name), value) in text::latest(settings) {
        file(&name, &value, block, &mut blocks, build);
    }
    build.rest_on(&Base::Folder);
    blocks.pair(build, false);
}

/// The head of a block: `local_name` says which names it is for.
fn section(head: &str, start: usize, block: usize, blocks: &mut Blocks, build: &mut Build) {
    let words = text::words(head, start, QUOTING);
    let Some((first, names)) = words.split_first() else {
        return;
    };
    if first.text != "local_name" {
        return;
    }
    let service = build.service("local_name");
    for name in names {
        build.name(service, name);
    }
    if let Some(block) = blocks.at(block) {
        block.service = Some(service);
    }
}

/// A setting that names a file.
fn file(name: &str, value: &Word, block: usize, blocks: &mut Blocks, build: &mut Build) {
    let (row, value) = if let Some(row) = find(&PATHS, name) {
        (*row, value.clone())
    } else if let Some(row) = find(&CONTENTS, name) {
        let Some(path) = value.text.strip_prefix('<') else {
            if value.text.starts_with('/') {
                build.trouble(
                    value.start,
                    "without `<` the path itself is taken as the content",
                );
            }
            return;
        };
        (*row, value.with(path.trim_start()))
    } else {
        return;
    };
    let Some(index) = build.refer(row.name, row, &value) else {
        return;
    };
    let service = blocks.at(block).and_then(|block| block.service);
    if let Some(reference) = build.reference(index) {
        reference.service = service.filter(|_| row.role == Role::Server);
    }
    let purpose = match (row.role, name.contains("alt_")) {
        (Role::Client, _) => "client",
        (_, true) => "alternative",
        _ => "",
    };
    match row.kind {
        Kind::Certificate => blocks.certificate(block, purpose, index),
        Kind::Key => blocks.key(block, purpose, index),
        _ => {}
    }
}

/// A line up to the `#` that begins a comment: at its start or behind a blank, outside quotes.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut blank = true;
    for (at, character) in line.char_indices() {
        match character {
            '#' if blank && quote.is_none() => return line.get(..at).unwrap_or(line),
            _ if quote == Some(character) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(character),
            _ => {}
        }
        blank = character.is_whitespace();
    }
    line
}
