//! Consul, Nomad and Vault: stanzas in HCL or JSON.
//!
//! From the agents' configuration references: Consul's `tls` stanza and the settings at the top
//! that it replaced, Nomad's `tls` stanza, Vault's `listener`, `storage`, `seal`,
//! `service_registration`, and the `vault` stanza of its agent.

use std::collections::BTreeMap;

use super::block::{Blocks, FILE};
use super::document::{Id, Tree};
use super::{Build, Directive, Kind, Role, find, hcl, row};

const CONSUL: [Directive; 4] = [
    row("ca_file", Role::Trust, Kind::Trust),
    row("ca_path", Role::Trust, Kind::TrustFolder),
    row("cert_file", Role::Peer, Kind::Certificate),
    row("key_file", Role::Peer, Kind::Key),
];

const VAULT: [Directive; 15] = [
    row("tls_cert_file", Role::Server, Kind::Certificate),
    row("tls_key_file", Role::Server, Kind::Key),
    row("tls_client_ca_file", Role::Trust, Kind::Trust),
    row("tls_ca_file", Role::Trust, Kind::Trust),
    row("tls_ca_cert", Role::Trust, Kind::Trust),
    row("tls_client_cert", Role::Client, Kind::Certificate),
    row("tls_client_key", Role::Client, Kind::Key),
    row("leader_ca_cert_file", Role::Trust, Kind::Trust),
    row("leader_client_cert_file", Role::Client, Kind::Certificate),
    row("leader_client_key_file", Role::Client, Kind::Key),
    row("ca_cert", Role::Trust, Kind::Trust),
    row("ca_path", Role::Trust, Kind::TrustFolder),
    row("client_cert", Role::Client, Kind::Certificate),
    row("client_key", Role::Client, Kind::Key),
    row("pem_bundle_file", Role::Client, Kind::CertificateAndKey),
];

/// Stanzas of Vault in which those settings count.
const STANZAS: [&str; 10] = [
    "auto_auth",
    "config",
    "ha_storage",
    "listener",
    "retry_join",
    "seal",
    "service_registration",
    "storage",
    "template_config",
    "vault",
];

/// Reads Consul's or Nomad's configuration.
pub(super) fn consul(text: &str, _path: &str, build: &mut Build) {
    let tree = hcl::read(text, build);
    let mut blocks = Blocks::new();
    let root = tree.roots.first().copied();
    // What `tls { defaults { … } }` says, the other stanzas inherit.
    let defaults = root.and_then(|root| tree.at(root, &["tls", "defaults"]));
    let mut seen = BTreeMap::new();
    if let Some(defaults) = defaults {
        seen.insert(defaults, blocks.open(FILE));
    }
    for map in tree.maps() {
        let key = tree.node(map).map_or("", |node| node.key.as_str());
        let within = tree.above(map).any(|above| {
            tree.node(above)
                .is_some_and(|node| node.key == "tls" && node.parent == root)
        });
        if Some(map) != root && key != "tls" && !within {
            continue;
        }
        let parent = defaults.and_then(|defaults| seen.get(&defaults)).copied();
        let block = match seen.get(&map) {
            Some(block) => *block,
            None => blocks.open(parent.unwrap_or(FILE)),
        };
        let role = match key {
            "https" | "grpc" => Role::Server,
            _ => Role::Peer,
        };
        stanza(&tree, map, block, &CONSUL, role, &mut blocks, build);
    }
    blocks.pair(build, false);
}

/// Reads Vault's configuration.
pub(super) fn vault(text: &str, _path: &str, build: &mut Build) {
    let tree = hcl::read(text, build);
    let mut blocks = Blocks::new();
    for map in tree.maps() {
        let name = std::iter::once(map)
            .chain(tree.above(map))
            .filter_map(|id| tree.node(id))
            .map(|node| node.key.as_str())
            .find(|key| STANZAS.contains(key));
        let Some(name) = name else { continue };
        let off = tree.text(map, "tls_disable").map(|word| word.text.as_str());
        if matches!(off, Some("true" | "1")) {
            continue;
        }
        let role = if name == "listener" {
            Role::Server
        } else {
            Role::Client
        };
        let block = blocks.open(FILE);
        stanza(&tree, map, block, &VAULT, role, &mut blocks, build);
    }
    blocks.pair(build, false);
}

/// What one stanza names.
fn stanza(
    tree: &Tree,
    map: Id,
    block: usize,
    table: &[Directive],
    role: Role,
    blocks: &mut Blocks,
    build: &mut Build,
) {
    for (key, value) in tree.entries(map) {
        let (Some(row), Some(word)) = (find(table, key), tree.scalar(*value)) else {
            continue;
        };
        let mut row = *row;
        if matches!(row.role, Role::Server | Role::Peer) {
            row.role = role;
        }
        // Some of these settings take the certificate itself.
        if word.text.contains("-----BEGIN") {
            continue;
        }
        let Some(index) = build.refer(row.name, row, word) else {
            continue;
        };
        match row.kind {
            Kind::Certificate => blocks.certificate(block, "", index),
            Kind::Key => blocks.key(block, "", index),
            _ => {}
        }
    }
}
