//! Certificates inside text documents: manifests, configurations, metadata, programs.
//!
//! A certificate that is encoded once more, as Kubernetes and its friends do it, is invisible to
//! whoever looks for PEM; and it expires like any other.
//! [`may_hold`] says cheaply whether a file is worth the work. [`read`] then tells the format by
//! content, and gives back what is embedded, decoded: PEM text, DER or a keystore, each with its
//! place in the file and inside the document, and what the document says about it.
//!
//! What cannot be parsed (a template, a program, a broken file) is searched as text: nothing that
//! begins like an encoded certificate is passed over because of a brace.
//!
//! Not followed: compressed values (Helm's release records, `gz+b64` of cloud-init), encrypted
//! ones (they are named as such where a certificate was meant), and encodings of encodings beyond
//! two layers of base64 and three documents inside one another.

mod content;
mod extract;
mod filter;
mod format;
mod issuance;
mod json;
mod kubernetes;
mod position;
mod role;
mod secrets;
mod text;
mod toml;
mod tree;
mod xml;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use rules::Position;

pub use filter::may_hold;
pub use issuance::Issuance;
pub use role::Role;

use format::Format;

/// What a text document holds for us. Everything is in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Certificates, keys and keystores.
    pub embedded: Vec<Embedded>,
    /// Which of them belong together.
    pub pairs: Vec<Pair>,
    /// Kubernetes objects that have something embedded, or say something about certificates.
    pub manifests: Vec<Manifest>,
    /// Files that the document names as certificates or keys.
    pub references: Vec<Reference>,
    /// What was clearly meant to be a certificate and cannot be read.
    pub trouble: Vec<Trouble>,
    /// Bytes of the file whose PEM blocks are in `embedded`: a reader of the raw text passes over
    /// blocks that begin in one of these. In order, apart from one another.
    pub claimed: Vec<Range<usize>>,
    /// Bytes of the file that no report may show: private keys and what else is secret.
    /// In order, apart from one another.
    pub masked: Vec<Range<usize>>,
    /// How many numbers [`Embedded::chain`] uses.
    chains: u32,
}

impl Document {
    /// Whether the PEM block that begins at this byte of the file is in `embedded`.
    pub fn claims(&self, byte: usize) -> bool {
        let before = self.claimed.partition_point(|range| range.start <= byte);
        before
            .checked_sub(1)
            .and_then(|index| self.claimed.get(index))
            .is_some_and(|range| range.contains(&byte))
    }
}

/// Something embedded in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// Where its text begins in the file.
    pub start: Position,
    /// Where its text ends.
    pub end: Position,
    /// Where it is inside the document: a JSON pointer (RFC 6901), before it `document N` (from 1)
    /// where a stream has several; for XML a path of local names. Where a value is a document
    /// itself, the place inside that follows behind ` > `. Empty where text has no structure.
    pub place: String,
    /// What it is used for, as far as the document says.
    pub role: Role,
    /// PEM text (perhaps with other text around it), one DER object, or a keystore.
    pub bytes: Vec<u8>,
    /// Whether it is a private key, or may hold one.
    pub secret: bool,
    /// What has the same number here is one chain in the order of the file.
    pub chain: Option<u32>,
    /// Which of the document's manifests it is in.
    pub manifest: Option<usize>,
    /// Where the BEGIN markers of `bytes` stand in the file, where they stand there literally; in
    /// order.
    markers: Vec<Marker>,
}

/// One BEGIN marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marker {
    /// Offset in the decoded bytes.
    at: usize,
    start: Position,
    end: Position,
}

impl Embedded {
    /// Where in the file the PEM block stands that begins at byte `at` of `bytes`: its BEGIN
    /// marker where that can be pointed at, and else the whole text.
    pub fn place_of(&self, at: usize) -> (Position, Position) {
        self.markers
            .binary_search_by_key(&at, |marker| marker.at)
            .ok()
            .and_then(|index| self.markers.get(index))
            .map_or((self.start, self.end), |marker| (marker.start, marker.end))
    }
}

/// A certificate and its private key, as indexes into [`Document::embedded`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The certificate, or the chain that begins with it.
    pub certificate: usize,
    /// The private key.
    pub key: usize,
    /// The authorities that the same object names.
    pub authority: Option<usize>,
    /// Whether the format says that they belong together; else it is concluded from their being
    /// the only two of their kinds at one place.
    pub proven: bool,
}

/// What a Kubernetes object says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Where the object is inside the document, as [`Embedded::place`].
    pub place: String,
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`.
    pub name: Option<String>,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// `type`, of a Secret.
    pub secret_type: Option<String>,
    /// `metadata.labels`, without very long values.
    pub labels: BTreeMap<String, String>,
    /// `metadata.annotations`, without very long values.
    pub annotations: BTreeMap<String, String>,
    /// What a cert-manager `Certificate` asks for and has.
    pub issuance: Option<Issuance>,
}

impl Manifest {
    /// `Secret/shop/frontend-tls`: kind, namespace if there is one, and name.
    pub fn title(&self) -> String {
        let name = self.name.as_deref().unwrap_or("?");
        match &self.namespace {
            Some(namespace) => format!("{}/{namespace}/{name}", self.kind),
            None => format!("{}/{name}", self.kind),
        }
    }

    /// Whether cert-manager renews what this object holds or asks for.
    pub fn is_renewed_automatically(&self) -> bool {
        self.issuance.is_some()
            || MANAGED
                .iter()
                .any(|&annotation| self.annotations.contains_key(annotation))
    }

    /// Who it belongs to, by the labels and annotations that people use for that.
    pub fn owner(&self) -> Option<&str> {
        OWNERS
            .iter()
            .find_map(|&key| self.labels.get(key).or_else(|| self.annotations.get(key)))
            .map(String::as_str)
    }
}

/// Annotations that cert-manager writes on the Secrets that it fills, or reads on Ingresses.
const MANAGED: [&str; 5] = [
    "cert-manager.io/certificate-name",
    "cert-manager.io/issuer",
    "cert-manager.io/issuer-name",
    "cert-manager.io/cluster-issuer",
    "cert-manager.io/inject-ca-from",
];

/// Labels and annotations that name an owner, the most explicit first.
const OWNERS: [&str; 6] = [
    "owner",
    "team",
    "app.kubernetes.io/owner",
    "app.kubernetes.io/team",
    "backstage.io/owner",
    "a8r.io/owner",
];

/// A file that a document names as certificate or key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where the path stands in the file.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// Where it is inside the document, as [`Embedded::place`].
    pub place: String,
    /// The key that names it: `certificate-authority`.
    pub key: String,
    /// The path as written; relative ones count from the document's folder.
    pub path: String,
    /// What the file is used for.
    pub role: Role,
}

/// What was clearly meant to be a certificate and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Where its text begins in the file.
    pub start: Position,
    /// Where its text ends.
    pub end: Position,
    /// Where it is inside the document, as [`Embedded::place`].
    pub place: String,
    /// Why, as a lower-case fragment.
    pub reason: &'static str,
    /// Whether it is encrypted: a gap, and no defect.
    pub encrypted: bool,
}

/// Most things that are taken out of one file; what such a file holds beyond is named as trouble.
const MOST: usize = 100_000;

/// How many documents deep inside one another are read.
const DEPTH: usize = 3;

/// A file with a zero byte among so many at its start is no text.
const BINARY: usize = 8000;

/// Reads `bytes`; `None` where it holds nothing for us that a reader of PEM would not see as well.
/// The extension of `path` decides only where the content leaves it open.
pub fn read(bytes: &[u8], path: &str) -> Option<Document> {
    let head = bytes.get(..BINARY).unwrap_or(bytes);
    if memchr::memchr(0, head).is_some() || !may_hold(bytes) {
        return None;
    }
    let mut document = Document::default();
    read_into(&mut document, bytes, path, DEPTH);
    if document == Document::default() {
        return None;
    }
    document.settle(bytes);
    Some(document)
}

/// Reads one document, with bytes for positions: lines and columns come in [`Document::settle`].
fn read_into(document: &mut Document, bytes: &[u8], path: &str, depth: usize) {
    let Ok(source) = str::from_utf8(bytes) else {
        return text::scan(document, bytes, 0..bytes.len());
    };
    let (trees, loose) = match Format::of(bytes, path) {
        Format::Json => or_yaml(json::parse(source), source),
        Format::Yaml => yaml::parse(source),
        Format::Toml => toml::parse(source),
        // Property lists and others have base64 in elements of other names.
        Format::Xml => (Vec::new(), xml::scan(document, source)),
        Format::Text => unparsed(0..bytes.len()),
    };
    let several = trees.last().is_some_and(|tree| tree.number > 1);
    for tree in &trees {
        let prefix = if several {
            format!("document {} ", tree.number)
        } else {
            String::new()
        };
        let source = extract::Source {
            tree,
            text: source,
            prefix: &prefix,
        };
        extract::all(document, &source, depth);
    }
    for range in loose {
        text::scan(document, bytes, range);
    }
}

/// What a parser makes of a text: the documents in it, and the ranges that it cannot parse.
type Parsed<'a> = (Vec<tree::Tree<'a>>, Vec<Range<usize>>);

/// What a parser makes of a text that it cannot parse.
fn unparsed<'a>(range: Range<usize>) -> Parsed<'a> {
    (Vec::new(), std::iter::once(range).collect())
}

/// YAML's flow style begins like JSON, and so does a template.
fn or_yaml<'a>(parsed: Parsed<'a>, source: &'a str) -> Parsed<'a> {
    if parsed.1.is_empty() {
        return parsed;
    }
    let yaml = yaml::parse(source);
    if yaml.1.is_empty() { yaml } else { parsed }
}
