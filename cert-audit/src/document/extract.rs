//! Takes out of a parsed document what is embedded in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;

use super::content::{self, Content};
use super::role::Role;
use super::tree::{Id, Tree, Value, shortened};
use super::{
    Document, Embedded, MOST, Marker, Pair, Reference, Trouble, filter, kubernetes, position,
    read_into, secrets,
};

/// What is known about the document while it is taken apart.
pub(super) struct Source<'a> {
    pub(super) tree: &'a Tree<'a>,
    pub(super) text: &'a str,
    /// What stands before every pointer.
    pub(super) prefix: &'a str,
}

impl Source<'_> {
    pub(super) fn place(&self, id: Id) -> String {
        format!("{}{}", self.prefix, self.tree.pointer(id))
    }

    fn raw(&self, id: Id) -> &str {
        self.text.get(self.tree.span(id)).unwrap_or_default()
    }

    pub(super) fn trouble(&self, id: Id, reason: &'static str, encrypted: bool) -> Trouble {
        let span = self.tree.span(id);
        Trouble {
            start: position::of(span.start),
            end: position::of(span.end),
            place: self.place(id),
            reason,
            encrypted,
        }
    }
}

/// kubectl's copy of the object as it was applied last. What it holds is no longer, or not yet, in
/// use, so its certificates are not reported; its keys are masked like any other.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Takes everything out of one document.
pub(super) fn all(document: &mut Document, source: &Source<'_>, depth: usize) {
    let tree = source.tree;
    let mut found = BTreeMap::new();
    for (id, node) in tree.nodes() {
        let text: Cow<'_, str> = match &node.value {
            Value::Text(text) => text.as_ref().into(),
            Value::List(lines) => match joined(tree, lines) {
                Some(text) => text.into(),
                None => continue,
            },
            _ => continue,
        };
        let raw = source.raw(id);
        if tree.key(id) == Some(LAST_APPLIED) {
            document.masked.push(tree.span(id));
            document.claimed.push(tree.span(id));
            continue;
        }
        if document.embedded.len() >= MOST {
            let trouble = source.trouble(id, "the file holds too many certificates to read", false);
            document.trouble.push(trouble);
            break;
        }
        let Some(content) = content::of(text.as_bytes()) else {
            if text.len() > content::SHORTEST && filter::may_hold(text.as_bytes()) {
                nested(document, source, id, text.as_bytes(), depth);
            }
            continue;
        };
        if memmem::find(raw.as_bytes(), BEGIN).is_some() {
            document.claimed.push(tree.span(id));
        }
        if content.is_secret() {
            mask(document, raw, tree.span(id));
        }
        if let Content::Text(bytes) = content {
            nested(document, source, id, &bytes, depth);
            continue;
        }
        if filter::armour_starts(content.bytes()).next().is_some() {
            // PEM and base64 of PEM side by side: a script, a cloud-init.
            nested(document, source, id, content.bytes(), depth);
        }
        found.insert(id, document.embedded.len());
        document.embedded.push(embedded(source, id, content, raw));
    }
    chains(document, tree, &found);
    pairs(document, tree, &found);
    kubernetes::objects(document, source, &found);
    references(document, source);
    if *document != Document::default() {
        secrets::mask(document, tree, &found);
    }
}

const BEGIN: &[u8] = b"-----BEGIN ";

/// PEM that is written as a list of its lines.
fn joined(tree: &Tree<'_>, lines: &[Id]) -> Option<String> {
    let first = tree.text(*lines.first()?)?;
    if !first.starts_with("-----BEGIN ") || first.len() > 2 * content::SHORTEST {
        return None;
    }
    let lines: Option<Vec<&str>> = lines.iter().map(|&line| tree.text(line)).collect();
    Some(lines?.join("\n"))
}

fn embedded(source: &Source<'_>, id: Id, content: Content, raw: &str) -> Embedded {
    let span = source.tree.span(id);
    Embedded {
        start: position::of(span.start),
        end: position::of(span.end),
        place: source.place(id),
        role: role(source.tree, id, &content),
        secret: content.is_secret(),
        markers: markers(raw.as_bytes(), span.start, content.bytes()),
        bytes: content.into_bytes(),
        chain: None,
        manifest: None,
    }
}

/// Where the BEGIN markers of the decoded text stand in the file: those of the raw text in the
/// same order, where there are as many.
pub(super) fn markers(raw: &[u8], offset: usize, decoded: &[u8]) -> Vec<Marker> {
    let there: Vec<usize> = memmem::find_iter(raw, BEGIN).collect();
    let here: Vec<usize> = memmem::find_iter(decoded, BEGIN).collect();
    if there.len() != here.len() {
        return Vec::new();
    }
    here.into_iter()
        .zip(there)
        .map(|(at, start)| {
            let label = raw.get(start + BEGIN.len()..).unwrap_or_default();
            let label = label.get(..label.len().min(70)).unwrap_or_default();
            let length = memmem::find(label, b"-----").map_or(0, |length| length + 5);
            Marker {
                at,
                start: position::of(offset + start),
                end: position::of(offset + start + BEGIN.len() + length),
            }
        })
        .collect()
}

fn role(tree: &Tree<'_>, id: Id, content: &Content) -> Role {
    match content {
        Content::Keystore(_) => return Role::Keystore,
        _ if !content.holds_certificate() && content.is_secret() => return Role::Key,
        _ => {}
    }
    Role::of_key(tree.nearest_key(id).unwrap_or_default())
}

/// Masks the private keys in a string: their blocks where they can be told, else the whole.
pub(super) fn mask(document: &mut Document, raw: &str, span: Range<usize>) {
    const KEY: &str = "PRIVATE KEY-----";
    let mut at = 0;
    let mut masked = false;
    while let Some(begin) = raw.get(at..).and_then(|rest| rest.find(KEY)) {
        let body = at + begin + KEY.len();
        let rest = raw.get(body..).unwrap_or_default();
        let end = rest.find("-----END").unwrap_or(rest.len());
        document
            .masked
            .push(span.start + body..span.start + body + end);
        masked = true;
        // Behind the END marker of the same block, which names a private key as well.
        let behind = rest.get(end..).unwrap_or_default();
        at = body
            + end
            + behind
                .find(KEY)
                .map_or(behind.len(), |found| found + KEY.len());
    }
    if !masked {
        document.masked.push(span);
    }
}

/// Reads a string that is a document itself, or holds something encoded among other text.
fn nested(document: &mut Document, source: &Source<'_>, id: Id, bytes: &[u8], depth: usize) {
    let Some(depth) = depth.checked_sub(1).filter(|&depth| depth > 0) else {
        return;
    };
    let mut inner = Document::default();
    read_into(&mut inner, bytes, "", depth);
    document.adopt(inner, &source.tree.span(id), &source.place(id));
}

impl Document {
    /// Takes over what a document inside this one holds, with the place of the string that it is.
    /// Blocks that stand in the string as PEM are read with the string.
    fn adopt(&mut self, inner: Self, span: &Range<usize>, outer: &str) {
        let (start, end) = (position::of(span.start), position::of(span.end));
        let within = |place: &str| shortened(&format!("{outer} > {place}")).into_owned();
        let manifests = self.manifests.len();
        let known = Self {
            claimed: position::joined(inner.claimed),
            ..Self::default()
        };
        let mut moved = BTreeMap::new();
        for (from, mut embedded) in inner.embedded.into_iter().enumerate() {
            let at = usize::try_from(embedded.start.byte).unwrap_or(usize::MAX);
            if known.claims(at) {
                continue;
            }
            moved.insert(from, self.embedded.len());
            embedded.start = start;
            embedded.end = end;
            embedded.markers = Vec::new();
            embedded.place = within(&embedded.place);
            embedded.manifest = embedded.manifest.map(|index| index + manifests);
            embedded.chain = embedded.chain.map(|chain| chain + self.chains);
            self.embedded.push(embedded);
        }
        self.chains += inner.chains;
        for pair in inner.pairs {
            if let (Some(&certificate), Some(&key)) =
                (moved.get(&pair.certificate), moved.get(&pair.key))
            {
                self.pairs.push(Pair {
                    certificate,
                    key,
                    authority: pair.authority.and_then(|index| moved.get(&index).copied()),
                    proven: pair.proven,
                });
            }
        }
        self.manifests
            .extend(inner.manifests.into_iter().map(|mut manifest| {
                manifest.place = within(&manifest.place);
                manifest
            }));
        self.trouble
            .extend(inner.trouble.into_iter().map(|trouble| Trouble {
                start,
                end,
                place: within(&trouble.place),
                ..trouble
            }));
        if !inner.masked.is_empty() {
            self.masked.push(span.clone());
        }
    }
}

/// Joins what is one chain: the members of `x5c`, and Vault's certificate with its `ca_chain`.
fn chains(document: &mut Document, tree: &Tree<'_>, found: &BTreeMap<Id, usize>) {
    let mut lists: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
    for (&id, &index) in found {
        let Some(list) = tree.parent(id).filter(|_| tree.key(id).is_none()) else {
            continue;
        };
        if matches!(tree.key(list), Some("x5c" | "ca_chain")) {
            lists.entry(list).or_default().push(index);
        }
    }
    for (list, mut members) in lists {
        let map = tree.parent(list);
        let role = if tree.key(list) == Some("x5c") {
            match map.and_then(|jwk| tree.text_at(jwk, &["use"])) {
                // A bundle of a SPIFFE trust domain.
                Some("x509-svid") => Role::Trust,
                Some("enc") => Role::Encryption,
                _ => Role::Signing,
            }
        } else {
            Role::Issuer
        };
        for &index in &members {
            if let Some(embedded) = document.embedded.get_mut(index) {
                embedded.role = role;
            }
        }
        if role == Role::Issuer {
            let leaf = map.and_then(|map| tree.get(map, "certificate"));
            members.extend(leaf.and_then(|leaf| found.get(&leaf)));
        }
        for index in members {
            if let Some(embedded) = document.embedded.get_mut(index) {
                embedded.chain = Some(document.chains);
            }
        }
        document.chains += 1;
    }
}

/// Names of certificate and key that belong together wherever they stand in one map: Kubernetes,
/// kubeconfig, Vault, Terraform, Argo CD.
const PAIRS: [(&str, &str); 5] = [
    ("tls.crt", "tls.key"),
    ("client-certificate-data", "client-key-data"),
    ("certificate", "private_key"),
    ("cert_pem", "private_key_pem"),
    ("certData", "keyData"),
];

/// Finds certificates and keys that belong together: those that stand in one map.
fn pairs(document: &mut Document, tree: &Tree<'_>, found: &BTreeMap<Id, usize>) {
    let mut maps: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
    // An alias stands for what is found elsewhere.
    let aliases = tree.nodes().filter_map(|(id, node)| match node.value {
        Value::Alias(target) => Some((id, *found.get(&target)?)),
        _ => None,
    });
    for (id, index) in found.iter().map(|(&id, &index)| (id, index)).chain(aliases) {
        if let Some(map) = tree.parent(id).filter(|_| tree.key(id).is_some()) {
            maps.entry(map).or_default().push(index);
        }
    }
    for (map, members) in maps {
        let is = |index: &&usize, role: &[Role]| {
            let embedded = document.embedded.get(**index);
            embedded.is_some_and(|embedded| role.contains(&embedded.role))
        };
        let at = |key: &str| {
            let id = tree.target(tree.get(map, key)?);
            found.get(&id).copied()
        };
        let authority = members
            .iter()
            .find(|index| is(index, &[Role::Trust]))
            .copied();
        let named = PAIRS
            .iter()
            .find_map(|&(certificate, key)| Some((at(certificate)?, at(key)?)));
        let pair = |(certificate, key): (usize, usize), proven| Pair {
            certificate,
            key,
            authority: authority.filter(|&authority| authority != certificate),
            proven,
        };
        if let Some(named) = named {
            document.pairs.push(pair(named, true));
            continue;
        }
        let of = |roles: &[Role]| -> Vec<usize> {
            let members = members.iter().filter(|index| is(index, roles));
            members.copied().collect()
        };
        let keys = of(&[Role::Key]);
        let certificates = of(&[Role::Unknown, Role::Served, Role::Client]);
        if let (&[key], &[certificate]) = (keys.as_slice(), certificates.as_slice()) {
            document.pairs.push(pair((certificate, key), false));
        }
    }
}

/// Keys of a kubeconfig that name files, with the map that they stand in and the file's role.
const FILES: [(&str, &str, Role); 3] = [
    ("certificate-authority", "cluster", Role::Trust),
    ("client-certificate", "user", Role::Client),
    ("client-key", "user", Role::Key),
];

fn references(document: &mut Document, source: &Source<'_>) {
    let tree = source.tree;
    for (id, node) in tree.nodes() {
        let (Value::Text(path), Some(key)) = (&node.value, tree.key(id)) else {
            continue;
        };
        let Some(&(key, around, role)) = FILES.iter().find(|(name, ..)| *name == key) else {
            continue;
        };
        let map = tree.parent(id).and_then(|map| tree.key(map));
        if path.is_empty() || map != Some(around) {
            continue;
        }
        let span = tree.span(id);
        document.references.push(Reference {
            start: position::of(span.start),
            end: position::of(span.end),
            place: source.place(id),
            key: key.to_owned(),
            path: path.clone().into_owned(),
            role,
        });
    }
}
