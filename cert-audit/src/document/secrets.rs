//! What no report may show besides private keys: passwords, tokens and the other values of a
//! Kubernetes Secret, which stand beside certificates in the lines that a report quotes.

use std::collections::BTreeMap;

use super::Document;
use super::tree::{Id, Tree, Value};

/// Ends of the names of secret values, as lower-case letters and digits alone.
const NAMES: [&str; 9] = [
    "accesskey",
    "apikey",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "secretkey",
    "token",
];

/// The private members of a JWK (RFC 7518 §6).
const JWK: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// Whether a value of this name is secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    NAMES.iter().any(|end| plain.ends_with(end))
}

/// Masks the secret values of a document. What was `found` in them is masked already where it is
/// secret.
pub(super) fn mask(document: &mut Document, tree: &Tree<'_>, found: &BTreeMap<Id, usize>) {
    for (map, node) in tree.nodes() {
        let Value::Map(children) = &node.value else {
            continue;
        };
        let is_jwk = tree.get(map, "kty").is_some();
        let is_data = is_data_of_secret(tree, map);
        for &child in children {
            let key = tree.key(child).unwrap_or_default();
            let is_secret = is_data || is_jwk && JWK.contains(&key) || is_secret_name(key);
            let is_text = matches!(
                tree.node(child).map(|node| &node.value),
                Some(Value::Text(_))
            );
            if is_text && is_secret && !found.contains_key(&child) {
                document.masked.push(tree.span(child));
            }
        }
    }
}

fn is_data_of_secret(tree: &Tree<'_>, map: Id) -> bool {
    matches!(tree.key(map), Some("data" | "stringData"))
        && tree
            .parent(map)
            .is_some_and(|object| tree.text_at(object, &["kind"]) == Some("Secret"))
}
