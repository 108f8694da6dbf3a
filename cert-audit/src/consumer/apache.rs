//! Apache: a directive a line, sections in angle brackets.
//!
//! From the manual pages of `mod_ssl`, `mod_ldap`, `mod_md` and `core`. Relative paths count from
//! `ServerRoot`.

use std::collections::BTreeMap;

use super::block::{Blocks, FILE};
use super::text::{self, Quoting, Word};
use super::{Base, Build, Directive, Kind, Role, find, row};

const DIRECTIVES: [Directive; 22] = [
    row("SSLCertificateFile", Role::Server, Kind::Certificate),
    row("SSLCertificateKeyFile", Role::Server, Kind::Key),
    row("SSLCertificateChainFile", Role::Server, Kind::Chain),
    row("SSLCACertificateFile", Role::Trust, Kind::Trust),
    row("SSLCACertificatePath", Role::Trust, Kind::TrustFolder),
    row("SSLCADNRequestFile", Role::Trust, Kind::Trust),
    row("SSLCADNRequestPath", Role::Trust, Kind::TrustFolder),
    row("SSLCARevocationFile", Role::Trust, Kind::Revocations),
    row("SSLCARevocationPath", Role::Trust, Kind::Revocations),
    row("SSLOCSPResponderCertificateFile", Role::Trust, Kind::Trust),
    row(
        "SSLProxyMachineCertificateFile",
        Role::Client,
        Kind::CertificateAndKey,
    ),
    row(
        "SSLProxyMachineCertificatePath",
        Role::Client,
        Kind::CertificateAndKey,
    ),
    row(
        "SSLProxyMachineCertificateChainFile",
        Role::Client,
        Kind::Chain,
    ),
    row("SSLProxyCACertificateFile", Role::Trust, Kind::Trust),
    row("SSLProxyCACertificatePath", Role::Trust, Kind::TrustFolder),
    row("SSLProxyCARevocationFile", Role::Trust, Kind::Revocations),
    row("SSLProxyCARevocationPath", Role::Trust, Kind::Revocations),
    row("MDCertificateFile", Role::Server, Kind::Certificate),
    row("MDCertificateKeyFile", Role::Server, Kind::Key),
    row("MDCACertificateFile", Role::Trust, Kind::Trust),
    row("LDAPTrustedGlobalCert", Role::Trust, Kind::Material),
    row("LDAPTrustedClientCert", Role::Client, Kind::Material),
];

const QUOTING: Quoting = Quoting {
    single: true,
    escape: None,
    comment: None,
};

/// Reads a configuration or a part of one.
pub(super) fn read(text: &str, _path: &str, build: &mut Build) {
    let mut reader = Reader {
        blocks: Blocks::new(),
        open: vec![Section::plain(FILE)],
        defined: BTreeMap::new(),
        root: None,
        build,
    };
    for (start, line) in text::joined(text) {
        let trimmed = line.trim_start();
        let start = start + (line.len() - trimmed.len());
        if trimmed.starts_with('#') || trimmed.is_empty() {
            continue;
        }
        reader.line(trimmed, start);
    }
    let Reader { blocks, root, .. } = reader;
    let base = root.map_or(Base::Near, Base::Given);
    build.rest_on(&base);
    for include in &mut build.config.includes {
        include.base = base.clone();
    }
    blocks.pair(build, true);
}

struct Section {
    name: String,
    block: usize,
    /// Whether what stands in it applies only under a condition about files.
    guarded: bool,
}

impl Section {
    fn plain(block: usize) -> Self {
        Self {
            name: String::new(),
            block,
            guarded: false,
        }
    }
}

struct Reader<'b> {
    blocks: Blocks,
    open: Vec<Section>,
    defined: BTreeMap<String, String>,
    root: Option<String>,
    build: &'b mut Build,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, start: usize) {
        if let Some(name) = line.strip_prefix("</") {
            let name = name.split('>').next().unwrap_or_default().trim();
            let at = self
                .open
                .iter()
                .rposition(|section| section.name.eq_ignore_ascii_case(name));
            match at {
                Some(at) => self.open.truncate(at.max(1)),
                None => self
                    .build
                    .trouble(start, "a section ends that was not begun"),
            }
            return;
        }
        let block = self.open.last().map_or(FILE, |section| section.block);
        let guarded = self.open.last().is_some_and(|section| section.guarded);
        if let Some(head) = line.strip_prefix('<') {
            let head = head.split('>').next().unwrap_or_default();
            let words = text::words(head, start + 1, QUOTING);
            let Some((name, values)) = words.split_first() else {
                return;
            };
            if self.open.len() > 256 {
                return;
            }
            let mut section = Section {
                name: name.text.clone(),
                block,
                guarded: guarded || name.text.eq_ignore_ascii_case("IfFile"),
            };
            if name.text.eq_ignore_ascii_case("VirtualHost") {
                section.block = self.host(block, values);
            }
            self.open.push(section);
            return;
        }
        let words = text::words(line, start, QUOTING);
        let Some((name, values)) = words.split_first() else {
            return;
        };
        let values: Vec<Word> = values.iter().map(|value| self.expanded(value)).collect();
        self.setting(&name.text, &values, block, guarded);
    }

    /// Opens a virtual host.
    fn host(&mut self, parent: usize, values: &[Word]) -> usize {
        let addresses: Vec<&str> = values.iter().map(|value| value.text.as_str()).collect();
        let title = format!("VirtualHost {}", addresses.join(" "));
        let service = self.build.service(title.trim_end());
        let block = self.blocks.open(parent);
        if let Some(block) = self.blocks.at(block) {
            block.service = Some(service);
        }
        block
    }

    fn setting(&mut self, name: &str, values: &[Word], block: usize, guarded: bool) {
        let Some(value) = values.first() else { return };
        let service = self.blocks.at(block).and_then(|block| block.service);
        match name.to_ascii_lowercase().as_str() {
            "define" => {
                if let Some(text) = values.get(1) {
                    self.defined.insert(value.text.clone(), text.text.clone());
                }
                return;
            }
            "serverroot" => {
                self.root = Some(value.text.clone());
                return;
            }
            "include" | "includeoptional" => {
                self.build.include(value, Base::Near);
                return;
            }
            "servername" | "serveralias" => {
                if let Some(service) = service {
                    for value in values {
                        self.name(service, value);
                    }
                }
                return;
            }
            _ => {}
        }
        // The last value is the path: some take a type or a number before it.
        let (Some(value), name) = (match name.to_ascii_lowercase().as_str() {
            "ldaptrustedglobalcert" | "ldaptrustedclientcert" => (values.get(1), name),
            "sslopensslconfcmd" if value.text.eq_ignore_ascii_case("DHParameters") => {
                (values.get(1), "SSLOpenSSLConfCmd DHParameters")
            }
            _ => (Some(value), name),
        }) else {
            return;
        };
        let row = match find(&DIRECTIVES, name) {
            Some(row) => *row,
            None if name == "SSLOpenSSLConfCmd DHParameters" => row(
                "SSLOpenSSLConfCmd DHParameters",
                Role::Server,
                Kind::Parameters,
            ),
            None => return,
        };
        // A key in a token, and the word that means "none".
        if value.text.starts_with("pkcs11:") || value.text.eq_ignore_ascii_case("none") {
            return;
        }
        let Some(index) = self.build.refer(row.name, row, value) else {
            return;
        };
        if let Some(reference) = self.build.reference(index) {
            reference.service = service.filter(|_| row.role == Role::Server);
            reference.optional = guarded;
        }
        match (row.name, row.kind) {
            ("MDCertificateFile", _) => self.blocks.certificate(block, "md", index),
            ("MDCertificateKeyFile", _) => self.blocks.key(block, "md", index),
            (_, Kind::Certificate) => self.blocks.certificate(block, "", index),
            (_, Kind::Key) => self.blocks.key(block, "", index),
            _ => {}
        }
    }

    /// A name of a virtual host, without scheme and port.
    fn name(&mut self, service: usize, value: &Word) {
        let host = value.text.rsplit("://").next().unwrap_or_default();
        let host = match host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => host,
        };
        if !host.is_empty() && !host.contains(['$', '?', '@', '%']) {
            self.build.name(service, &value.with(host));
        }
    }

    /// A value with the variables that this file defines.
    fn expanded(&self, value: &Word) -> Word {
        if !value.text.contains("${") {
            return value.clone();
        }
        let mut text = String::new();
        let mut rest = value.text.as_str();
        while let Some((before, behind)) = rest.split_once("${") {
            text.push_str(before);
            match behind.split_once('}') {
                Some((name, after)) if self.defined.contains_key(name) => {
                    text.extend(self.defined.get(name).map(String::as_str));
                    rest = after;
                }
                _ => {
                    text.push_str("${");
                    rest = behind;
                }
            }
            if text.len() > 4096 {
                break;
            }
        }
        text.push_str(rest);
        value.with(text)
    }
}
