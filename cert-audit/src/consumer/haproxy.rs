//! `HAProxy`: sections, a keyword a line, certificates named on `bind` and `server` lines.
//!
//! From the configuration manual, sections 2 (quoting), 3.1 (`crt-base`, `ca-base`), 5.1 (bind
//! options), 5.2 (server options) and 3.11 (`crt-store`).

use std::collections::BTreeMap;

use super::text::{self, Quoting, Word};
use super::{Base, Build, Directive, Kind, Role, find, row};

/// Options that take a file, on lines of sockets and of servers.
const OPTIONS: [Directive; 8] = [
    row("crt", Role::Server, Kind::CertificateAndKey),
    row("crt-list", Role::Server, Kind::Material),
    row("ca-file", Role::Trust, Kind::Trust),
    row("ca-verify-file", Role::Trust, Kind::Trust),
    row("ca-sign-file", Role::Signer, Kind::CertificateAndKey),
    row("crl-file", Role::Trust, Kind::Revocations),
    row("default-crt", Role::Server, Kind::CertificateAndKey),
    row("dh-param-file", Role::Server, Kind::Parameters),
];

/// What `load` in a `crt-store` names.
const LOADED: [Directive; 5] = [
    row("crt", Role::Server, Kind::Certificate),
    row("key", Role::Server, Kind::Key),
    row("ocsp", Role::Server, Kind::Status),
    row("issuer", Role::Trust, Kind::Trust),
    row("sctl", Role::Server, Kind::Parameters),
];

/// Settings of the section `global`.
const GLOBAL: [Directive; 3] = [
    row("ssl-dh-param-file", Role::Server, Kind::Parameters),
    row("issuers-chain-path", Role::Server, Kind::Chain),
    row("httpclient.ssl.ca-file", Role::Trust, Kind::Trust),
];

/// Words that begin a section.
const SECTIONS: [&str; 20] = [
    "acme",
    "backend",
    "cache",
    "crt-store",
    "defaults",
    "dynamic-update",
    "fcgi-app",
    "frontend",
    "global",
    "http-errors",
    "listen",
    "log-forward",
    "log-profile",
    "mailers",
    "peers",
    "program",
    "resolvers",
    "ring",
    "traces",
    "userlist",
];

const QUOTING: Quoting = Quoting {
    single: true,
    escape: Some(" \\#\"'$"),
    comment: Some('#'),
};

/// Most variables that are replaced.
const MOST_VARIABLES: usize = 256;

/// Folders from which relative paths count.
#[derive(Debug, Default, Clone)]
struct Bases {
    certificate: Option<String>,
    key: Option<String>,
    authority: Option<String>,
    beside: bool,
}

/// Reads a configuration.
pub(super) fn read(text: &str, path: &str, build: &mut Build) {
    if is_list(path) {
        return list(text, build);
    }
    let mut section = String::new();
    let mut title = String::new();
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    let mut bases = Bases::default();
    let mut store = Bases::default();
    for (start, line) in text::joined(text) {
        let mut words = text::words(&line, start, QUOTING);
        for word in &mut words {
            expand(word, &variables);
        }
        let Some((first, values)) = words.split_first() else {
            continue;
        };
        if SECTIONS.contains(&first.text.as_str()) {
            section.clone_from(&first.text);
            title = words
                .iter()
                .take(2)
                .map(|word| word.text.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            store = bases.clone();
            continue;
        }
        let here = if section == "crt-store" {
            &mut store
        } else {
            &mut bases
        };
        let value = values.first().map(|value| value.text.clone());
        match first.text.as_str() {
            "crt-base" => here.certificate = value,
            "key-base" => here.key = value,
            "ca-base" => here.authority = value,
            "default-path" => here.beside = matches!(value.as_deref(), Some("config" | "parent")),
            "setenv" | "presetenv" => {
                if let [name, value, ..] = values
                    && variables.len() < MOST_VARIABLES
                {
                    variables.insert(name.text.clone(), value.text.clone());
                }
            }
            "bind" | "server" | "default-server" | "server-template" => {
                socket(&first.text, values, &title, &bases, build);
            }
            "load" if section == "crt-store" => load(values, &store, build),
            name => {
                if let (Some(row), Some(value)) = (find(&GLOBAL, name), values.first()) {
                    refer(row.name, *row, value, None, &bases, build);
                }
            }
        }
    }
}

/// A line `bind` or `server`: its options name files.
fn socket(first: &str, values: &[Word], title: &str, bases: &Bases, build: &mut Build) {
    let mut service = None;
    let mut words = values.iter();
    let mut added = Vec::new();
    while let Some(word) = words.next() {
        if first != "bind" && word.text == "sni" {
            // `sni str(name)` is the name that the server is asked for; others are computed.
            continue;
        }
        let Some(mut row) = find(&OPTIONS, &word.text).copied() else {
            continue;
        };
        let Some(value) = words.next() else { break };
        if first != "bind" && row.role == Role::Server {
            row.role = Role::Client;
        }
        if first == "bind" && service.is_none() && row.role == Role::Server {
            let address = values.first().map_or("", |word| word.text.as_str());
            service = Some(build.service(&format!("{title} bind {address}")));
        }
        added.push((row, value, &word.text));
    }
    for (row, value, option) in added {
        let service = service.filter(|_| row.role == Role::Server);
        refer(
            &format!("{first} {option}"),
            row,
            value,
            service,
            bases,
            build,
        );
    }
}

/// A line of a `crt-store`: certificate and key, each in a file of its own.
fn load(values: &[Word], bases: &Bases, build: &mut Build) {
    let mut certificate = None;
    let mut key = None;
    let mut words = values.iter();
    while let Some(word) = words.next() {
        let (Some(row), Some(value)) = (find(&LOADED, &word.text), words.next()) else {
            continue;
        };
        let index = refer(
            &format!("load {}", row.name),
            *row,
            value,
            None,
            bases,
            build,
        );
        match row.kind {
            Kind::Certificate => certificate = index,
            Kind::Key => key = index,
            _ => {}
        }
    }
    match (certificate, key) {
        (Some(certificate), Some(key)) => build.pair(certificate, key),
        (Some(certificate), None) => build.holds_key(certificate),
        _ => {}
    }
}

fn refer(
    directive: &str,
    row: Directive,
    value: &Word,
    service: Option<usize>,
    bases: &Bases,
    build: &mut Build,
) -> Option<usize> {
    // `@store/name` is a certificate of a store, `@system-ca` what the system trusts.
    if value.text.starts_with('@') {
        return None;
    }
    let index = build.refer(directive, row, value)?;
    let base = match row.kind {
        Kind::Trust | Kind::Revocations => &bases.authority,
        Kind::Key => &bases.key,
        Kind::CertificateAndKey | Kind::Certificate => &bases.certificate,
        _ => &None,
    };
    let reference = build.reference(index)?;
    reference.service = service;
    match base {
        Some(base) => reference.base = Base::Given(base.clone()),
        // The certificate of a server is opened later, when the process is back in its folder.
        None if bases.beside && row.role != Role::Client => reference.base = Base::Folder,
        None => {}
    }
    Some(index)
}

/// Replaces the variables that the same file sets.
fn expand(word: &mut Word, variables: &BTreeMap<String, String>) {
    if !word.text.contains('$') || word.text.len() > 4096 {
        return;
    }
    for (name, value) in variables {
        let braced = format!("${{{name}}}");
        if word.text.contains(&braced) && word.text.len() < 4096 {
            word.text = word.text.replace(&braced, value);
        }
    }
}

/// Whether the name is that of a list of certificates, as `crt-list` refers to.
pub(super) fn is_list(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.starts_with("crt-list") || name.starts_with("crt_list") || name.starts_with("crtlist")
}

/// A list of certificates: a file a line, options in brackets, then the names that it serves.
fn list(text: &str, build: &mut Build) {
    for (start, line) in text::lines(text) {
        let words = text::words(line, start, QUOTING);
        let Some((file, rest)) = words.split_first() else {
            continue;
        };
        let row = row("crt-list", Role::Server, Kind::CertificateAndKey);
        let Some(index) = refer(row.name, row, file, None, &Bases::default(), build) else {
            continue;
        };
        let service = build.service("crt-list");
        if let Some(reference) = build.reference(index) {
            reference.service = Some(service);
        }
        let mut bracket = false;
        for word in rest {
            let options = bracket || word.text.starts_with('[');
            bracket = options && !word.text.ends_with(']');
            if !options && !word.text.starts_with('!') && word.text.contains('.') {
                build.name(service, word);
            }
        }
    }
}
