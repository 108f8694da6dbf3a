//! Kubernetes objects: what they say about what is embedded in them.

use std::collections::BTreeMap;

use super::extract::Source;
use super::tree::{Id, Tree, Value};
use super::{Document, Manifest, Trouble, content, issuance};

/// Longer labels and annotations say nothing to people.
const LONGEST_LABEL: usize = 256;

/// Most labels or annotations of one object.
const MOST_LABELS: usize = 64;

/// Finds the objects of a document, ties what is embedded to them, and names what they meant to
/// hold and do not.
pub(super) fn objects(document: &mut Document, source: &Source<'_>, found: &BTreeMap<Id, usize>) {
    let tree = source.tree;
    let mut objects: BTreeMap<Id, Option<usize>> = BTreeMap::new();
    for (id, node) in tree.nodes() {
        if !matches!(node.value, Value::Map(_)) || !is_object(tree, id) {
            continue;
        }
        // Lists of objects have both keys as well, and say nothing themselves.
        if tree
            .text_at(id, &["kind"])
            .is_some_and(|kind| kind.ends_with("List"))
        {
            continue;
        }
        let speaks = is_certificate(tree, id) || has_annotation(tree, id);
        let index = speaks.then(|| add(document, source, id));
        objects.insert(id, index);
        document.trouble.extend(of_secret(source, id, found));
    }
    for (&id, &index) in found {
        let Some(object) = ancestors(tree, id).find(|id| objects.contains_key(id)) else {
            continue;
        };
        let slot = objects.entry(object).or_default();
        let manifest = *slot.get_or_insert_with(|| add(document, source, object));
        if let Some(embedded) = document.embedded.get_mut(index) {
            embedded.manifest = Some(manifest);
        }
    }
    bundles(document, source, found);
}

/// The containers around a value, from the innermost on.
fn ancestors(tree: &Tree<'_>, id: Id) -> impl Iterator<Item = Id> {
    std::iter::successors(tree.parent(id), |&id| tree.parent(id))
}

fn is_object(tree: &Tree<'_>, id: Id) -> bool {
    tree.text_at(id, &["apiVersion"]).is_some() && tree.text_at(id, &["kind"]).is_some()
}

/// Whether it is a `Certificate` of cert-manager.
fn is_certificate(tree: &Tree<'_>, id: Id) -> bool {
    tree.text_at(id, &["kind"]) == Some("Certificate")
        && tree
            .text_at(id, &["apiVersion"])
            .is_some_and(|version| version.starts_with("cert-manager.io/"))
}

fn has_annotation(tree: &Tree<'_>, id: Id) -> bool {
    tree.at(id, &["metadata", "annotations"])
        .is_some_and(|annotations| {
            tree.children(annotations).iter().any(|&annotation| {
                tree.key(annotation)
                    .is_some_and(|key| key.starts_with("cert-manager.io/"))
            })
        })
}

/// Adds the object's manifest, and returns its number.
fn add(document: &mut Document, source: &Source<'_>, id: Id) -> usize {
    let tree = source.tree;
    let text = |path: &[&str]| tree.text_at(id, path).map(str::to_owned);
    let strings = |key: &str| {
        let map = tree.at(id, &["metadata", key]);
        map.map_or(&[][..], |map| tree.children(map))
            .iter()
            .filter_map(|&entry| Some((tree.key(entry)?, tree.text(entry)?)))
            .filter(|(key, value)| key.len() <= LONGEST_LABEL && value.len() <= LONGEST_LABEL)
            .take(MOST_LABELS)
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    document.manifests.push(Manifest {
        place: source.place(id),
        api_version: text(&["apiVersion"]).unwrap_or_default(),
        kind: text(&["kind"]).unwrap_or_default(),
        name: text(&["metadata", "name"]),
        namespace: text(&["metadata", "namespace"]),
        secret_type: text(&["type"]).filter(|_| text(&["kind"]).as_deref() == Some("Secret")),
        labels: strings("labels"),
        annotations: strings("annotations"),
        issuance: is_certificate(tree, id).then(|| issuance::of(tree, id)),
    });
    document.manifests.len() - 1
}

/// What a Secret for TLS, or the sealed form of one, has in place of a certificate.
fn of_secret(source: &Source<'_>, object: Id, found: &BTreeMap<Id, usize>) -> Option<Trouble> {
    let tree = source.tree;
    let text = |path: &[&str]| tree.text_at(object, path);
    let encrypted = "it is encrypted, so its expiry is not known";
    if text(&["kind"]) == Some("SealedSecret") {
        let sealed = tree.at(object, &["spec", "encryptedData", "tls.crt"])?;
        return Some(source.trouble(sealed, encrypted, true));
    }
    if text(&["kind"]) != Some("Secret") {
        return None;
    }
    let plain = tree.at(object, &["stringData", "tls.crt"]);
    // The API server lets `stringData` win.
    let value = plain.or_else(|| tree.at(object, &["data", "tls.crt"]))?;
    let text_of_value = tree.text(value)?;
    if found.contains_key(&tree.target(value)) {
        return None;
    }
    if text_of_value.starts_with("ENC[") {
        return Some(source.trouble(value, encrypted, true));
    }
    if text(&["type"]) != Some("kubernetes.io/tls") || is_placeholder(text_of_value) {
        return None;
    }
    let reason = match content::decoded(text_of_value.as_bytes()) {
        _ if plain.is_some() => "it holds no PEM, although its Secret is of type kubernetes.io/tls",
        Some(bytes) if bytes.trim_ascii().is_empty() => return None,
        Some(_) => "it is base64 of something that is neither PEM nor DER",
        None => "it is not base64, although its Secret is of type kubernetes.io/tls",
    };
    Some(source.trouble(value, reason, false))
}

/// Fields whose long values are base64 of PEM or DER, wherever they stand.
const BUNDLES: [&str; 4] = [
    "caBundle",
    "certificate-authority-data",
    "client-certificate-data",
    "x5c",
];

/// A shorter value is a placeholder like `DATA+OMITTED`.
const SHORTEST_BUNDLE: usize = 64;

fn bundles(document: &mut Document, source: &Source<'_>, found: &BTreeMap<Id, usize>) {
    let tree = source.tree;
    for (id, node) in tree.nodes() {
        let Value::Text(text) = &node.value else {
            continue;
        };
        let list = tree.parent(id).filter(|_| tree.key(id).is_none());
        let Some(key) = list.map_or_else(|| tree.key(id), |list| tree.key(list)) else {
            continue;
        };
        if text.len() < SHORTEST_BUNDLE
            || !BUNDLES.contains(&key)
            || found.contains_key(&id)
            || is_placeholder(text)
        {
            continue;
        }
        let reason = if content::decoded(text.as_bytes()).is_some() {
            "it is base64 of something that is neither PEM nor DER"
        } else {
            "it is not base64, although its name says that it is a certificate"
        };
        document.trouble.push(source.trouble(id, reason, false));
    }
}

/// Words that say that something else will stand here.
const PLACEHOLDERS: [&str; 15] = [
    "${",
    "$(",
    "$ANSIBLE_VAULT",
    "***",
    "...",
    "<",
    "CHANGE",
    "PLACEHOLDER",
    "REDACTED",
    "REPLACE",
    "TODO",
    "base64 encoded",
    "ref+",
    "vault:",
    "{{",
];

/// Whether a value is nothing, or will be filled in by something that runs later.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || PLACEHOLDERS.iter().any(|word| text.contains(word))
}
