//! nginx: blocks in braces, statements that end in `;`.
//!
//! The module's manual pages are `ngx_http_ssl_module`, `ngx_stream_ssl_module`,
//! `ngx_mail_ssl_module` and the proxying modules; relative paths count from the folder of
//! `nginx.conf`.

use super::block::{Blocks, FILE};
use super::text::Word;
use super::{Base, Build, Directive, Kind, Role, find, row};

/// What the servers themselves use; with a prefix of [`UPSTREAM`] it is for the other direction.
const DIRECTIVES: [Directive; 8] = [
    row("ssl_certificate", Role::Server, Kind::Certificate),
    row("ssl_certificate_key", Role::Server, Kind::Key),
    row("ssl_client_certificate", Role::Trust, Kind::Trust),
    row("ssl_trusted_certificate", Role::Trust, Kind::Trust),
    row("ssl_crl", Role::Trust, Kind::Revocations),
    row("ssl_dhparam", Role::Server, Kind::Parameters),
    row("ssl_password_file", Role::Server, Kind::Password),
    row("ssl_stapling_file", Role::Server, Kind::Status),
];

/// Prefixes of the settings for connections to other servers.
const UPSTREAM: [&str; 4] = ["proxy_", "grpc_", "uwsgi_", "zone_sync_"];

/// Settings that connect to other servers.
const CONNECTING: [&str; 4] = ["proxy_pass", "grpc_pass", "uwsgi_pass", "zone_sync"];

/// Values that name no file but a key or a certificate in another way.
const SCHEMES: [&str; 3] = ["data:", "engine:", "store:"];

/// Reads a configuration or a part of one.
pub(super) fn read(text: &str, _path: &str, build: &mut Build) {
    let mut lexer = Lexer { text, at: 0 };
    let mut blocks = Blocks::new();
    let mut open = FILE;
    let mut placed = Vec::new();
    loop {
        let (words, end) = lexer.statement();
        let first = words.first().map(|word| word.text.as_str());
        match (first, end) {
            (_, End::File) => {
                if !words.is_empty() {
                    build.trouble(lexer.at, "it ends within a statement");
                } else if open != FILE {
                    build.trouble(lexer.at, "it ends within a block");
                }
                break;
            }
            (_, End::Closes) => {
                if open == FILE {
                    build.trouble(lexer.at.saturating_sub(1), "a brace closes nothing");
                }
                open = blocks.parent(open);
            }
            (Some(name), End::Opens) if name.ends_with("_by_lua_block") => lexer.skip_block(),
            (name, End::Opens) => {
                open = blocks.open(open);
                if name == Some("server") {
                    let service = build.service("server");
                    if let Some(block) = blocks.at(open) {
                        block.service = Some(service);
                    }
                }
            }
            (Some(name), End::Semicolon) => {
                let values = words.get(1..).unwrap_or_default();
                if let Some(reference) = setting(name, values, open, &mut blocks, build) {
                    placed.push(Placed {
                        block: open,
                        reference,
                    });
                }
            }
            (None, End::Semicolon) => {}
        }
    }
    build.rest_on(&Base::Main("nginx.conf"));
    blocks.pair(build, false);
    hand_down(&blocks, build);
    release(&mut blocks, &placed, build);
}

/// A certificate of an outer block serves the servers in it that have none of their own.
fn hand_down(blocks: &Blocks, build: &mut Build) {
    for (block, heirs) in blocks.inherited("") {
        let service = build.service("servers without a certificate of their own");
        for heir in heirs {
            let names = build.config.services.get(heir);
            let names = names.map_or(Vec::new(), |heir| heir.names.clone());
            if let Some(service) = build.config.services.get_mut(service) {
                service.names.extend(names);
            }
        }
        for &certificate in blocks.certificates(block, "") {
            if let Some(reference) = build.reference(certificate) {
                reference.service = Some(service);
            }
        }
    }
}

/// What no server of this file uses, nginx may never load: the defaults around servers that all
/// have their own, and parts of configurations that others include.
fn release(blocks: &mut Blocks, placed: &[Placed], build: &mut Build) {
    let mut used = blocks.used("");
    for prefix in UPSTREAM {
        used.extend(blocks.used(prefix));
    }
    for &Placed { block, reference } in placed {
        let Some(found) = build.reference(reference) else {
            continue;
        };
        found.optional = match found.kind {
            Kind::Certificate | Kind::Key => !used.contains(&reference),
            _ if UPSTREAM
                .iter()
                .any(|prefix| found.directive.starts_with(prefix)) =>
            {
                blocks.at(block).is_none_or(|block| !block.connects)
            }
            _ => found.service.is_none() || !blocks.is_certified(block),
        };
    }
}

/// In which block a reference stands.
struct Placed {
    block: usize,
    reference: usize,
}

/// What a statement says; the reference that it is.
fn setting(
    name: &str,
    values: &[Word],
    block: usize,
    blocks: &mut Blocks,
    build: &mut Build,
) -> Option<usize> {
    let value = values.first()?;
    if CONNECTING.contains(&name)
        && let Some(block) = blocks.at(block)
    {
        block.connects = true;
    }
    match name {
        "include" => {
            build.include(value, Base::Main("nginx.conf"));
            return None;
        }
        "listen" => {
            let tls = values
                .iter()
                .any(|word| ["ssl", "quic"].contains(&word.text.as_str()));
            if let Some(block) = blocks.at(block) {
                block.tls |= tls;
            }
            return None;
        }
        "ssl" => {
            if let Some(block) = blocks.at(block) {
                block.tls |= value.text == "on";
            }
            return None;
        }
        "server_name" => {
            if let Some(service) = blocks.at(block).and_then(|block| block.service) {
                for value in values {
                    server_name(value, service, build);
                }
            }
            return None;
        }
        _ => {}
    }
    let upstream = UPSTREAM.iter().find(|prefix| name.starts_with(**prefix));
    let bare = upstream.map_or(name, |prefix| name.strip_prefix(prefix).unwrap_or(name));
    let mut row = find(&DIRECTIVES, bare).copied()?;
    if SCHEMES.iter().any(|scheme| value.text.starts_with(scheme)) {
        return None;
    }
    if upstream.is_some() && row.role == Role::Server {
        row.role = Role::Client;
    }
    let index = build.refer(name, row, value)?;
    let purpose = upstream.copied().unwrap_or("");
    match row.kind {
        Kind::Certificate => blocks.certificate(block, purpose, index),
        Kind::Key => blocks.key(block, purpose, index),
        _ => {}
    }
    let service = blocks.at(block).and_then(|block| block.service);
    if upstream.is_none()
        && let Some(reference) = build.reference(index)
    {
        reference.service = service;
    }
    Some(index)
}

/// A name of a server, unless it is a pattern or stands for no name.
fn server_name(value: &Word, service: usize, build: &mut Build) {
    let name = value.text.as_str();
    if name.is_empty() || name == "_" || name.starts_with('~') || name.contains('$') {
        return;
    }
    match name.strip_prefix('.') {
        // `.example.org` is the name itself and all below it.
        Some(bare) => {
            build.name(service, &value.with(bare));
            build.name(service, &value.with(format!("*.{bare}")));
        }
        None if name.ends_with(".*") => {}
        None => build.name(service, value),
    }
}

/// How a statement ended.
enum End {
    Semicolon,
    Opens,
    Closes,
    File,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// The next statement or head of a block.
    fn statement(&mut self) -> (Vec<Word>, End) {
        let mut words = Vec::new();
        while let Some(next) = self.peek() {
            match next {
                ';' | '{' | '}' => {
                    self.at += 1;
                    let end = match next {
                        ';' => End::Semicolon,
                        '{' => End::Opens,
                        _ => End::Closes,
                    };
                    return (words, end);
                }
                '#' => {
                    let line = memchr::memchr(b'\n', self.rest().as_bytes());
                    self.at += line.unwrap_or(self.rest().len());
                }
                _ if next.is_whitespace() => self.at += next.len_utf8(),
                '"' | '\'' => words.push(self.quoted(next)),
                _ => words.push(self.bare()),
            }
        }
        (words, End::File)
    }

    fn quoted(&mut self, quote: char) -> Word {
        let start = self.at;
        let mut text = String::new();
        self.next();
        while let Some(next) = self.next() {
            match next {
                '\\' => text.extend(self.escaped()),
                _ if next == quote => break,
                _ => text.push(next),
            }
        }
        Word {
            text,
            start,
            end: self.at,
        }
    }

    fn bare(&mut self) -> Word {
        let start = self.at;
        let mut text = String::new();
        let mut last = ' ';
        while let Some(next) = self.peek() {
            match next {
                // `${name}` is a variable within the word.
                '{' if last == '$' => {}
                ';' | '{' => break,
                _ if next.is_whitespace() => break,
                _ => {}
            }
            self.at += next.len_utf8();
            last = next;
            match next {
                '\\' => text.extend(self.escaped()),
                _ => text.push(next),
            }
        }
        Word {
            text,
            start,
            end: self.at,
        }
    }

    /// What a backslash and the character behind it mean; most of them keep the backslash.
    fn escaped(&mut self) -> Vec<char> {
        match self.next() {
            Some(plain @ ('"' | '\'' | '\\')) => vec![plain],
            Some('t') => vec!['\t'],
            Some('r') => vec!['\r'],
            Some('n') => vec!['\n'],
            Some(other) => vec!['\\', other],
            None => vec!['\\'],
        }
    }

    /// Skips a block of another language up to the brace that closes it. Braces within its strings
    /// are believed to be balanced.
    fn skip_block(&mut self) {
        let mut depth = 1_usize;
        while let Some(next) = self.next() {
            match next {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
}
