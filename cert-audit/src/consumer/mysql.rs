//! `MySQL` and `MariaDB`: option files with groups.
//!
//! From "Using Option Files": dashes and underscores mean the same, the last setting of a group
//! counts, `#` begins a comment anywhere outside quotes. The server changes to its data directory,
//! so its relative paths count from there.

use std::collections::BTreeMap;

use super::text::{self, Word};
use super::{Base, Build, Directive, Kind, Role, find, row};

const OPTIONS: [Directive; 16] = [
    row("ssl-cert", Role::Server, Kind::Certificate),
    row("ssl-key", Role::Server, Kind::Key),
    row("ssl-ca", Role::Trust, Kind::Trust),
    row("ssl-capath", Role::Trust, Kind::TrustFolder),
    row("ssl-crl", Role::Trust, Kind::Revocations),
    row("ssl-crlpath", Role::Trust, Kind::Revocations),
    row("admin-ssl-cert", Role::Server, Kind::Certificate),
    row("admin-ssl-key", Role::Server, Kind::Key),
    row("admin-ssl-ca", Role::Trust, Kind::Trust),
    row("admin-ssl-crl", Role::Trust, Kind::Revocations),
    row("mysqlx-ssl-cert", Role::Server, Kind::Certificate),
    row("mysqlx-ssl-key", Role::Server, Kind::Key),
    row("mysqlx-ssl-ca", Role::Trust, Kind::Trust),
    row("socket.ssl_cert", Role::Peer, Kind::Certificate),
    row("socket.ssl_key", Role::Peer, Kind::Key),
    row("socket.ssl_ca", Role::Trust, Kind::Trust),
];

/// Certificates and the keys that belong to them.
const PAIRS: [(&str, &str); 4] = [
    ("ssl-cert", "ssl-key"),
    ("admin-ssl-cert", "admin-ssl-key"),
    ("mysqlx-ssl-cert", "mysqlx-ssl-key"),
    ("socket.ssl_cert", "socket.ssl_key"),
];

/// What groups of the server begin with; the others are for clients.
const SERVERS: [&str; 5] = ["galera", "mariadb", "mariadbd", "mysqld", "server"];

/// Reads an option file.
pub(super) fn read(text: &str, _path: &str, build: &mut Build) {
    let mut group = String::new();
    let mut settings = Vec::new();
    let mut folder = None;
    for (start, line) in text::lines(text) {
        let trimmed = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = trimmed.strip_prefix("!include") {
            let value = rest.strip_prefix("dir").unwrap_or(rest).trim();
            let end = at + trimmed.len();
            let word = Word {
                text: value.to_owned(),
                start: end - value.len(),
                end,
            };
            build.include(&word, Base::Process);
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[') {
            let name = name.split(']').next().unwrap_or_default();
            group = name.trim().to_ascii_lowercase();
            continue;
        }
        let Some((name, value)) = text::setting(without_comment(line), start, '=') else {
            continue;
        };
        let value = unescaped(&text::unquoted(&value));
        let name = name.replace('_', "-").to_ascii_lowercase();
        let name = name.strip_prefix("loose-").unwrap_or(&name).to_owned();
        if name == "datadir" && is_server(&group) {
            folder = Some(value.text.clone());
        }
        if name == "wsrep-provider-options" {
            for part in value.text.split(';') {
                if let Some((name, path)) = part.split_once('=') {
                    let key = (group.clone(), name.trim().to_ascii_lowercase());
                    settings.push((key, value.with(path.trim())));
                }
            }
            continue;
        }
        settings.push(((group.clone(), name), value));
    }
    let base = folder.map_or(Base::Process, Base::Given);
    let mut found = BTreeMap::new();
    for ((group, name), value) in text::latest(settings) {
        let Some(row) = find(&OPTIONS, &name) else {
            continue;
        };
        let server = is_server(&group);
        let mut row = *row;
        if !server && row.role == Role::Server {
            row.role = Role::Client;
        }
        let Some(index) = build.refer(&format!("[{group}] {}", row.name), row, &value) else {
            continue;
        };
        if let Some(reference) = build.reference(index).filter(|_| server) {
            reference.base = base.clone();
        }
        found.insert((group, row.name), index);
    }
    for ((group, name), certificate) in &found {
        let Some((_, key)) = PAIRS.iter().find(|(first, _)| first == name) else {
            continue;
        };
        if let Some(key) = found.get(&(group.clone(), *key)) {
            build.pair(*certificate, *key);
        }
    }
}

fn is_server(group: &str) -> bool {
    let stem = group.split(['-', '.']).next().unwrap_or(group);
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    SERVERS.contains(&stem) && !group.starts_with("mariadb-client")
}

/// A line up to the `#` that begins a comment.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut escape = false;
    for (at, character) in line.char_indices() {
        match character {
            '#' if quote.is_none() => return line.get(..at).unwrap_or(line),
            _ if quote == Some(character) && !escape => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(character),
            _ => {}
        }
        escape = quote.is_some() && character == '\\' && !escape;
    }
    line
}

/// A value with its escapes replaced.
fn unescaped(word: &Word) -> Word {
    if !word.text.contains('\\') {
        return word.clone();
    }
    let mut text = String::new();
    let mut characters = word.text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('s') => text.push(' '),
            Some(plain @ ('"' | '\'' | '\\')) => text.push(plain),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    word.with(text)
}
