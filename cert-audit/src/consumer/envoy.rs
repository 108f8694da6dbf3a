//! Envoy: `filename` in the messages of its TLS transport sockets and secrets.
//!
//! From `extensions.transport_sockets.tls.v3`: `TlsCertificate`, `CertificateValidationContext`,
//! `CommonTlsContext`. Names are written in snake case or, as protobuf's JSON allows, camel case.

use super::document::{self, Id, Tree};
use super::{Build, Directive, Kind, Role, hcl, row};

/// Fields that hold a `DataSource`.
const SOURCES: [Directive; 9] = [
    row("certificate_chain", Role::Unstated, Kind::Certificate),
    row("certificateChain", Role::Unstated, Kind::Certificate),
    row("private_key", Role::Unstated, Kind::Key),
    row("privateKey", Role::Unstated, Kind::Key),
    row("trusted_ca", Role::Trust, Kind::Trust),
    row("trustedCa", Role::Trust, Kind::Trust),
    row("crl", Role::Trust, Kind::Revocations),
    row("pkcs12", Role::Unstated, Kind::CertificateAndKey),
    row("password", Role::Unstated, Kind::Password),
];

/// Reads a bootstrap or a discovery response.
pub(super) fn read(text: &str, _path: &str, build: &mut Build) {
    let tree = if text.trim_start().starts_with('{') {
        hcl::read(text, build)
    } else {
        document::yaml(text, build)
    };
    for map in tree.maps() {
        let role = role(&tree, map);
        let mut certificate = None;
        let mut key = None;
        for (name, source) in tree.entries(map) {
            let Some(row) = SOURCES.iter().find(|row| row.name == name) else {
                continue;
            };
            let Some(word) = tree.text(*source, "filename") else {
                continue;
            };
            let mut row = *row;
            if row.role == Role::Unstated {
                row.role = role;
            }
            let Some(index) = build.refer(row.name, row, word) else {
                continue;
            };
            match row.kind {
                Kind::Certificate => certificate = Some(index),
                Kind::Key => key = Some(index),
                _ => {}
            }
        }
        if let (Some(certificate), Some(key)) = (certificate, key) {
            build.pair(certificate, key);
        }
        if let Some(index) = certificate {
            serve(&tree, map, index, build);
        }
    }
}

/// Which side of a connection the messages around a certificate are for.
fn role(tree: &Tree, map: Id) -> Role {
    for above in std::iter::once(map).chain(tree.above(map)) {
        let word = tree
            .text(above, "@type")
            .map_or("", |word| word.text.as_str());
        if word.ends_with("DownstreamTlsContext") || word.ends_with("QuicDownstreamTransport") {
            return Role::Server;
        }
        if word.ends_with("UpstreamTlsContext") || word.ends_with("QuicUpstreamTransport") {
            return Role::Client;
        }
    }
    Role::Unstated
}

/// The names that a filter chain is chosen by.
fn serve(tree: &Tree, map: Id, certificate: usize, build: &mut Build) {
    for above in tree.above(map) {
        let condition = ["filter_chain_match", "filterChainMatch"]
            .iter()
            .find_map(|key| tree.value(above, key));
        let Some(condition) = condition else { continue };
        let mut names = tree.texts(condition, "server_names");
        names.extend(tree.texts(condition, "serverNames"));
        let service = build.service("filter chain");
        for name in &names {
            build.name(service, name);
        }
        if let Some(reference) = build.reference(certificate) {
            reference.service = Some(service);
        }
        return;
    }
}
