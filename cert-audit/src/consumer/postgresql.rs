//! `PostgreSQL` and `PgBouncer`: a setting a line, the last one counts.
//!
//! From "Setting Parameters" and "Secure TCP/IP Connections with SSL": relative paths count from
//! the data directory, and `server.crt` and `server.key` in it are what `ssl = on` means if
//! nothing else is said. Connection strings name files of the client's side.

use std::collections::BTreeMap;

use super::text::{self, Word};
use super::{Base, Build, Directive, Kind, Role, find, row};

const SERVER: [Directive; 7] = [
    row("ssl_cert_file", Role::Server, Kind::Certificate),
    row("ssl_key_file", Role::Server, Kind::Key),
    row("ssl_ca_file", Role::Trust, Kind::Trust),
    row("ssl_crl_file", Role::Trust, Kind::Revocations),
    row("ssl_crl_dir", Role::Trust, Kind::Revocations),
    row("ssl_dh_params_file", Role::Server, Kind::Parameters),
    row("ssl_passphrase_file", Role::Server, Kind::Password),
];

/// Words of a connection string.
const CONNECTION: [Directive; 4] = [
    row("sslcert", Role::Client, Kind::Certificate),
    row("sslkey", Role::Client, Kind::Key),
    row("sslrootcert", Role::Trust, Kind::Trust),
    row("sslcrl", Role::Trust, Kind::Revocations),
];

const PGBOUNCER: [Directive; 6] = [
    row("client_tls_cert_file", Role::Server, Kind::Certificate),
    row("client_tls_key_file", Role::Server, Kind::Key),
    row("client_tls_ca_file", Role::Trust, Kind::Trust),
    row("server_tls_cert_file", Role::Client, Kind::Certificate),
    row("server_tls_key_file", Role::Client, Kind::Key),
    row("server_tls_ca_file", Role::Trust, Kind::Trust),
];

/// Reads `postgresql.conf` or a part of it.
pub(super) fn read(text: &str, path: &str, build: &mut Build) {
    let mut settings = Vec::new();
    for (start, line) in text::lines(text) {
        let Some((name, value)) = setting(line, start) else {
            continue;
        };
        if matches!(
            name.as_str(),
            "include" | "include_dir" | "include_if_exists"
        ) {
            build.include(&value, Base::Folder);
            continue;
        }
        settings.push((name, value));
    }
    let settings: BTreeMap<String, Word> = text::latest(settings).into_iter().collect();
    if let Some(connection) = settings.get("primary_conninfo") {
        client(connection, build);
    }
    let ssl = settings.get("ssl");
    if ssl.is_some_and(|value| truth(&value.text) == Some(false)) {
        return;
    }
    let base = match settings.get("data_directory") {
        Some(folder) => Base::Given(folder.text.clone()),
        None => Base::Main("PG_VERSION"),
    };
    let service = build.service("postgresql");
    let mut found = BTreeMap::new();
    for row in &SERVER {
        let default = match row.name {
            "ssl_cert_file" => Some("server.crt"),
            "ssl_key_file" => Some("server.key"),
            _ => None,
        };
        let main = path.rsplit('/').next() == Some("postgresql.conf");
        let (value, implied) = match (settings.get(row.name), ssl, default) {
            (Some(value), ..) => (value.clone(), false),
            (None, Some(on), Some(default)) if main => (on.with(default), true),
            _ => continue,
        };
        let Some(index) = build.refer(row.name, *row, &value) else {
            continue;
        };
        found.insert(row.name, index);
        if let Some(reference) = build.reference(index) {
            reference.base = base.clone();
            reference.service = Some(service).filter(|_| row.role == Role::Server);
            // Another file of the same server may say otherwise.
            reference.optional = implied;
        }
    }
    if let (Some(certificate), Some(key)) = (found.get("ssl_cert_file"), found.get("ssl_key_file"))
    {
        build.pair(*certificate, *key);
    }
}

/// Reads `pgbouncer.ini`.
pub(super) fn pgbouncer(text: &str, _path: &str, build: &mut Build) {
    let mut settings = Vec::new();
    for (start, line) in text::lines(text) {
        let trimmed = line.trim_start();
        if trimmed.starts_with([';', '#', '[', '%']) {
            continue;
        }
        if let Some((name, value)) = text::setting(line, start, '=') {
            settings.push((name.to_ascii_lowercase(), value));
        }
    }
    let mut found = BTreeMap::new();
    for (name, value) in text::latest(settings) {
        if let Some(row) = find(&PGBOUNCER, &name)
            && let Some(index) = build.refer(row.name, *row, &value)
        {
            found.insert(row.name, index);
        }
    }
    for side in [
        ("client_tls_cert_file", "client_tls_key_file"),
        ("server_tls_cert_file", "server_tls_key_file"),
    ] {
        if let (Some(certificate), Some(key)) = (found.get(side.0), found.get(side.1)) {
            build.pair(*certificate, *key);
        }
    }
}

/// One line: a name, perhaps `=`, and a value, perhaps in quotes.
fn setting(line: &str, start: usize) -> Option<(String, Word)> {
    let trimmed = line.trim_start();
    let at = start + (line.len() - trimmed.len());
    let length = trimmed
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')))
        .unwrap_or(trimmed.len());
    let name = trimmed.get(..length).filter(|name| !name.is_empty())?;
    let behind = trimmed.get(length..)?;
    let value = behind.trim_start();
    let value = value.strip_prefix('=').unwrap_or(value).trim_start();
    let first = at + (trimmed.len() - value.len());
    let mut text = String::new();
    let mut end = value.len();
    if let Some(quoted) = value.strip_prefix('\'') {
        let mut characters = quoted.char_indices().peekable();
        while let Some((index, character)) = characters.next() {
            match character {
                '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                    characters.next();
                    text.push('\'');
                }
                '\'' => {
                    end = index + 2;
                    break;
                }
                '\\' => text.extend(characters.next().map(|(_, next)| next)),
                _ => text.push(character),
            }
        }
    } else {
        end = value
            .find(|c: char| c.is_whitespace() || c == '#')
            .unwrap_or(value.len());
        text.push_str(value.get(..end)?);
    }
    Some((
        name.to_ascii_lowercase(),
        Word {
            text,
            start: first,
            end: first + end,
        },
    ))
}

/// What a word says that is true or false, of which a beginning is enough.
fn truth(word: &str) -> Option<bool> {
    let word = word.to_ascii_lowercase();
    let begins = |whole: &str| !word.is_empty() && whole.starts_with(&word);
    if begins("true") || begins("yes") || word == "on" || word == "1" {
        return Some(true);
    }
    let no = begins("false") || begins("no") || word == "of" || word == "off" || word == "0";
    no.then_some(false)
}

/// The files of a connection string.
fn client(connection: &Word, build: &mut Build) {
    let mut found = BTreeMap::new();
    for part in connection.text.split_whitespace() {
        let Some((name, value)) = part.split_once('=') else {
            continue;
        };
        let value = value.trim_matches('\'');
        // `system` is the store of the operating system.
        if value == "system" {
            continue;
        }
        if let Some(row) = find(&CONNECTION, name)
            && let Some(index) = build.refer(row.name, *row, &connection.with(value))
        {
            found.insert(row.name, index);
        }
    }
    if let (Some(certificate), Some(key)) = (found.get("sslcert"), found.get("sslkey")) {
        build.pair(*certificate, *key);
    }
}
