//! Kubernetes on a node, and etcd: kubelet's configuration, static pods' command lines, kubeconfig
//! files, kubeadm's configuration, etcd's configuration file.
//!
//! Secrets and what is embedded in manifests are material and no references. kubelet's and
//! kubeconfig's relative paths count from the folder of the file; a container's paths are
//! translated by its `hostPath` volumes.

use super::document::{self, Id, Tree};
use super::flags;
use super::{Base, Build, Directive, Kind, Role, find, row};

const KUBELET: [Directive; 3] = [
    row("tlsCertFile", Role::Server, Kind::Certificate),
    row("tlsPrivateKeyFile", Role::Server, Kind::Key),
    row("clientCAFile", Role::Trust, Kind::Trust),
];

const KUBECONFIG: [Directive; 3] = [
    row("certificate-authority", Role::Trust, Kind::Trust),
    row("client-certificate", Role::Client, Kind::Certificate),
    row("client-key", Role::Client, Kind::Key),
];

/// kubeadm's `etcd.external`.
const KUBEADM: [Directive; 3] = [
    row("caFile", Role::Trust, Kind::Trust),
    row("certFile", Role::Client, Kind::Certificate),
    row("keyFile", Role::Client, Kind::Key),
];

/// Within the stanzas of etcd's file.
const ETCD: [Directive; 6] = [
    row("cert-file", Role::Server, Kind::Certificate),
    row("key-file", Role::Server, Kind::Key),
    row("client-cert-file", Role::Client, Kind::Certificate),
    row("client-key-file", Role::Client, Kind::Key),
    row("trusted-ca-file", Role::Trust, Kind::Trust),
    row("crl-file", Role::Trust, Kind::Revocations),
];

/// Most volumes of a pod that are looked at.
const MOST_MOUNTS: usize = 256;

/// Reads manifests and configurations.
pub(super) fn read(text: &str, _path: &str, build: &mut Build) {
    let tree = document::yaml(text, build);
    for &root in &tree.roots {
        let kind = tree
            .text(root, "kind")
            .map_or("", |word| word.text.as_str());
        match kind {
            "KubeletConfiguration" => {
                table(&tree, root, &KUBELET, &Base::Folder, None, build);
                if let Some(x509) = tree.at(root, &["authentication", "x509"]) {
                    table(&tree, x509, &KUBELET, &Base::Folder, None, build);
                }
            }
            "Config" => {
                for (list, entry) in [("clusters", "cluster"), ("users", "user")] {
                    let items = tree
                        .value(root, list)
                        .map_or(&[][..], |all| tree.items(all));
                    for item in items {
                        if let Some(entry) = tree.value(*item, entry) {
                            table(&tree, entry, &KUBECONFIG, &Base::Folder, None, build);
                        }
                    }
                }
            }
            "ClusterConfiguration" => {
                if let Some(external) = tree.at(root, &["etcd", "external"]) {
                    table(&tree, external, &KUBEADM, &Base::Process, None, build);
                }
            }
            _ => {}
        }
    }
    // Pods stand alone, or as the template of something else.
    for map in tree.maps() {
        for key in ["initContainers", "containers"] {
            let Some(containers) = tree.value(map, key) else {
                continue;
            };
            for &container in tree.items(containers) {
                command(&tree, map, container, build);
            }
        }
    }
}

/// Reads etcd's configuration file.
pub(super) fn etcd(text: &str, _path: &str, build: &mut Build) {
    let tree = document::yaml(text, build);
    let Some(&root) = tree.roots.first() else {
        return;
    };
    for (stanza, role) in [
        ("client-transport-security", Role::Server),
        ("peer-transport-security", Role::Peer),
    ] {
        if let Some(stanza) = tree.value(root, stanza) {
            table(&tree, stanza, &ETCD, &Base::Process, Some(role), build);
        }
    }
}

/// The settings of one map that a table knows.
fn table(
    tree: &Tree,
    map: Id,
    table: &[Directive],
    base: &Base,
    server: Option<Role>,
    build: &mut Build,
) {
    let mut certificates = Vec::new();
    let mut keys = Vec::new();
    for (name, value) in tree.entries(map) {
        let (Some(row), Some(word)) = (find(table, name), tree.scalar(*value)) else {
            continue;
        };
        let mut row = *row;
        if row.role == Role::Server {
            row.role = server.unwrap_or(Role::Server);
        }
        let Some(index) = build.refer(row.name, row, word) else {
            continue;
        };
        if let Some(reference) = build.reference(index) {
            reference.base = base.clone();
        }
        match row.kind {
            Kind::Certificate => certificates.push((row.role, index)),
            Kind::Key => keys.push((row.role, index)),
            _ => {}
        }
    }
    for (role, certificate) in certificates {
        if let Some((_, key)) = keys.iter().find(|(of, _)| *of == role) {
            build.pair(certificate, *key);
        }
    }
}

/// The command line of a container in the pod `pod`.
fn command(tree: &Tree, pod: Id, container: Id, build: &mut Build) {
    let mut words = tree.texts(container, "command");
    if words.is_empty() {
        words.push(super::text::Word::default());
    }
    words.extend(tree.texts(container, "args"));
    let settings = flags::of_command(&words);
    if settings.is_empty() {
        return;
    }
    let mounts = mounts(tree, pod, container);
    flags::refer(&settings, build, |reference| {
        reference.directive = format!("--{}", reference.directive);
        let mount = mounts
            .iter()
            .filter(|(target, _)| {
                let rest = reference.target.strip_prefix(target.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
            .max_by_key(|(target, _)| target.len());
        match mount {
            Some((target, host)) => {
                let rest = reference
                    .target
                    .strip_prefix(target.as_str())
                    .unwrap_or_default();
                reference.target = format!("{host}{rest}");
            }
            None => reference.base = Base::Image,
        }
    });
}

/// What a container mounts from the node: its path, and the node's.
fn mounts(tree: &Tree, pod: Id, container: Id) -> Vec<(String, String)> {
    let items = |id: Id, key: &str| tree.value(id, key).map_or(&[][..], |list| tree.items(list));
    let text = |id: Id, key: &str| tree.text(id, key).map(|word| word.text.clone());
    items(container, "volumeMounts")
        .iter()
        .take(MOST_MOUNTS)
        .filter_map(|mount| {
            let name = text(*mount, "name")?;
            let target = text(*mount, "mountPath")?;
            let volume = items(pod, "volumes")
                .iter()
                .take(MOST_MOUNTS)
                .find(|volume| text(**volume, "name").as_ref() == Some(&name))?;
            let host = tree.at(*volume, &["hostPath", "path"])?;
            let mut host = tree.scalar(host)?.text.trim_end_matches('/').to_owned();
            if let Some(inner) = text(*mount, "subPath") {
                host = format!("{host}/{inner}");
            }
            Some((target.trim_end_matches('/').to_owned(), host))
        })
        .collect()
}
