//! Command lines and environment variables: what their names say about the file they name.
//!
//! Programs that we know have tables. For the others the words of a name decide (`--tls-cert`,
//! `PEER_KEY_FILE`), and only where the value is a path.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{self, Word};
use super::{Build, Directive, Kind, Reference, Role, find, row};

/// A flag or a variable, with its value.
pub(super) type Setting = (String, Word);

/// Flags of the parts of Kubernetes and of etcd whose names do not say everything.
const KNOWN: [Directive; 30] = [
    row("tls-cert-file", Role::Server, Kind::Certificate),
    row("tls-private-key-file", Role::Server, Kind::Key),
    row("etcd-cafile", Role::Trust, Kind::Trust),
    row("etcd-certfile", Role::Client, Kind::Certificate),
    row("etcd-keyfile", Role::Client, Kind::Key),
    row("kubelet-certificate-authority", Role::Trust, Kind::Trust),
    row(
        "kubelet-client-certificate",
        Role::Client,
        Kind::Certificate,
    ),
    row("kubelet-client-key", Role::Client, Kind::Key),
    row("requestheader-client-ca-file", Role::Trust, Kind::Trust),
    row("root-ca-file", Role::Trust, Kind::Trust),
    row("oidc-ca-file", Role::Trust, Kind::Trust),
    row("cluster-signing-cert-file", Role::Signer, Kind::Certificate),
    row("cluster-signing-key-file", Role::Signer, Kind::Key),
    row("service-account-private-key-file", Role::Signer, Kind::Key),
    row("service-account-signing-key-file", Role::Signer, Kind::Key),
    row("service-account-key-file", Role::Trust, Kind::Material),
    row("ssl-cert-file", Role::Trust, Kind::Trust),
    row("ssl-cert-dir", Role::Trust, Kind::TrustFolder),
    row("node-extra-ca-certs", Role::Trust, Kind::Trust),
    row("requests-ca-bundle", Role::Trust, Kind::Trust),
    row("curl-ca-bundle", Role::Trust, Kind::Trust),
    row("aws-ca-bundle", Role::Trust, Kind::Trust),
    row("git-ssl-cainfo", Role::Trust, Kind::Trust),
    row("pgsslcert", Role::Client, Kind::Certificate),
    row("pgsslkey", Role::Client, Kind::Key),
    row("pgsslrootcert", Role::Trust, Kind::Trust),
    row("pgsslcrl", Role::Trust, Kind::Revocations),
    row("etcdctl-cert", Role::Client, Kind::Certificate),
    row("etcdctl-key", Role::Client, Kind::Key),
    row("etcdctl-cacert", Role::Trust, Kind::Trust),
];

/// etcd's own flags, which are its variables too, with `ETCD_` before them.
const ETCD: [Directive; 14] = [
    row("cert-file", Role::Server, Kind::Certificate),
    row("key-file", Role::Server, Kind::Key),
    row("client-cert-file", Role::Client, Kind::Certificate),
    row("client-key-file", Role::Client, Kind::Key),
    row("trusted-ca-file", Role::Trust, Kind::Trust),
    row("client-crl-file", Role::Trust, Kind::Revocations),
    row("peer-cert-file", Role::Peer, Kind::Certificate),
    row("peer-key-file", Role::Peer, Kind::Key),
    row("peer-client-cert-file", Role::Client, Kind::Certificate),
    row("peer-client-key-file", Role::Client, Kind::Key),
    row("peer-trusted-ca-file", Role::Trust, Kind::Trust),
    row("peer-crl-file", Role::Trust, Kind::Revocations),
    row("ca-file", Role::Trust, Kind::Trust),
    row("peer-ca-file", Role::Trust, Kind::Trust),
];

/// What a word of a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facet {
    Certificate,
    Key,
    Authority,
    Revocations,
    Folder,
    Parameters,
    Client,
    Peer,
    Server,
    /// It is about TLS.
    Secure,
    /// Says nothing, and belongs to no pair's name.
    Filler,
    /// It is no such file.
    Other,
}

const WORDS: [(&str, Facet); 74] = [
    ("apikey", Facet::Other),
    ("authority", Facet::Authority),
    ("bundle", Facet::Filler),
    ("ca", Facet::Authority),
    ("cabundle", Facet::Authority),
    ("cacert", Facet::Authority),
    ("cacerts", Facet::Authority),
    ("cadir", Facet::Folder),
    ("cafile", Facet::Authority),
    ("cainfo", Facet::Authority),
    ("capath", Facet::Folder),
    ("cas", Facet::Authority),
    ("cert", Facet::Certificate),
    ("certfile", Facet::Certificate),
    ("certificate", Facet::Certificate),
    ("certificatefile", Facet::Certificate),
    ("certificates", Facet::Certificate),
    ("certs", Facet::Certificate),
    ("chain", Facet::Certificate),
    ("client", Facet::Client),
    ("cluster", Facet::Peer),
    ("crl", Facet::Revocations),
    ("crlfile", Facet::Revocations),
    ("crt", Facet::Certificate),
    ("decryption", Facet::Other),
    ("deploy", Facet::Other),
    ("dh", Facet::Parameters),
    ("dhparam", Facet::Parameters),
    ("dhparams", Facet::Parameters),
    ("dir", Facet::Folder),
    ("directory", Facet::Folder),
    ("encryption", Facet::Other),
    ("file", Facet::Filler),
    ("fullchain", Facet::Certificate),
    ("gpg", Facet::Other),
    ("host", Facet::Other),
    ("hostkey", Facet::Other),
    ("https", Facet::Server),
    ("jwt", Facet::Other),
    ("key", Facet::Key),
    ("keyfile", Facet::Key),
    ("keyring", Facet::Other),
    ("keytab", Facet::Other),
    ("listen", Facet::Server),
    ("listener", Facet::Server),
    ("mtls", Facet::Secure),
    ("pass", Facet::Other),
    ("passphrase", Facet::Other),
    ("password", Facet::Other),
    ("path", Facet::Filler),
    ("peer", Facet::Peer),
    ("pem", Facet::Filler),
    ("private", Facet::Filler),
    ("privatekey", Facet::Key),
    ("privkey", Facet::Key),
    ("pub", Facet::Other),
    ("public", Facet::Other),
    ("root", Facet::Authority),
    ("rootcert", Facet::Authority),
    ("secret", Facet::Other),
    ("server", Facet::Server),
    ("serving", Facet::Server),
    ("signing", Facet::Other),
    ("ssh", Facet::Other),
    ("ssl", Facet::Secure),
    ("sslcert", Facet::Certificate),
    ("sslkey", Facet::Key),
    ("sslrootcert", Facet::Authority),
    ("tls", Facet::Secure),
    ("tlscacert", Facet::Authority),
    ("tlscert", Facet::Certificate),
    ("tlskey", Facet::Key),
    ("token", Facet::Other),
    ("trusted", Facet::Authority),
];

/// The settings of a command line, whose first word is the program: `--name=value`,
/// `--name value`, `-name value`.
pub(super) fn of_command(words: &[Word]) -> Vec<Setting> {
    let program = words
        .first()
        .map(|word| word.text.rsplit('/').next().unwrap_or_default());
    let etcd = program == Some("etcd");
    let mut settings = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let Some(name) = word.text.strip_prefix('-') else {
            continue;
        };
        let name = name.strip_prefix('-').unwrap_or(name);
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => {
                let before = word.text.len() - value.len();
                let place = Word {
                    text: value.to_owned(),
                    start: (word.start + before).min(word.end),
                    end: word.end,
                };
                (name, place)
            }
            None => match words.peek() {
                Some(next) if !next.text.starts_with('-') => (name, (*next).clone()),
                _ => continue,
            },
        };
        let name = if etcd {
            format!("etcd-{name}")
        } else {
            name.to_owned()
        };
        settings.push((name, value));
    }
    settings
}

/// Adds the references that settings are, and pairs them by what their names have in common.
/// `place` has the last word on each: where its path counts from.
pub(super) fn refer(
    settings: &[Setting],
    build: &mut Build,
    mut place: impl FnMut(&mut Reference),
) {
    let mut certificates: BTreeMap<String, usize> = BTreeMap::new();
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    let meanings: Vec<Option<Meaning>> = settings
        .iter()
        .map(|(name, value)| meaning(name, &value.text))
        .collect();
    let stems: BTreeSet<String> = meanings
        .iter()
        .flatten()
        .filter(|meaning| meaning.kind == Kind::Certificate)
        .map(|meaning| meaning.stem.clone())
        .collect();
    for ((name, value), meaning) in settings.iter().zip(meanings) {
        if name.eq_ignore_ascii_case("tls-sni-cert-key") {
            sni(name, value, build, &mut place);
            continue;
        }
        let Some(meaning) = meaning else { continue };
        if meaning.doubtful && !stems.contains(&meaning.stem) {
            continue;
        }
        let stripped = Word {
            text: value
                .text
                .strip_prefix("file://")
                .unwrap_or(&value.text)
                .to_owned(),
            ..*value
        };
        let row = row("", meaning.role, meaning.kind);
        let Some(index) = build.refer(name, row, &stripped) else {
            continue;
        };
        if let Some(reference) = build.reference(index) {
            place(reference);
        }
        match meaning.kind {
            Kind::Certificate => certificates.insert(meaning.stem, index),
            Kind::Key => keys.insert(meaning.stem, index),
            _ => None,
        };
    }
    for (stem, certificate) in certificates {
        if let Some(key) = keys.get(&stem) {
            build.pair(certificate, *key);
        }
    }
}

/// `certificate,key:name,name` of the API server.
fn sni(name: &str, value: &Word, build: &mut Build, place: &mut impl FnMut(&mut Reference)) {
    let (files, names) = value.text.split_once(':').unwrap_or((&value.text, ""));
    let Some((certificate, key)) = files.split_once(',') else {
        return;
    };
    let service = build.service(name);
    for host in names.split(',').filter(|host| !host.is_empty()) {
        build.name(service, &value.with(host));
    }
    let rows = [(certificate, Kind::Certificate), (key, Kind::Key)];
    let indices = rows.map(|(path, kind)| {
        let index = build.refer(name, row("", Role::Server, kind), &value.with(path))?;
        let reference = build.reference(index)?;
        reference.service = Some(service);
        place(reference);
        Some(index)
    });
    if let [Some(certificate), Some(key)] = indices {
        build.pair(certificate, key);
    }
}

struct Meaning {
    role: Role,
    kind: Kind,
    /// What the names of a certificate and its key have in common.
    stem: String,
    /// A key that says of itself neither by its name nor by its path that it is one of TLS.
    doubtful: bool,
}

/// What a name says about the file that is its value; none if it is no such file.
fn meaning(name: &str, value: &str) -> Option<Meaning> {
    if !is_path(value) {
        return None;
    }
    let plain: String = name
        .chars()
        .map(|c| {
            if c == '_' || c == '.' {
                '-'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let facets: Vec<Option<Facet>> = words
        .iter()
        .map(|word| {
            let known = WORDS.iter().find(|(known, _)| known == word);
            known.map(|(_, facet)| *facet)
        })
        .collect();
    let stem: Vec<&str> = words
        .iter()
        .zip(&facets)
        .filter(|(_, facet)| {
            !matches!(facet, Some(Facet::Certificate | Facet::Key | Facet::Filler))
        })
        .map(|(word, _)| *word)
        .collect();
    let stem = stem.join("-");
    let etcd = plain
        .strip_prefix("etcd-")
        .and_then(|bare| find(&ETCD, bare));
    if let Some(row) = find(&KNOWN, &plain).or(etcd) {
        return Some(Meaning {
            role: row.role,
            kind: row.kind,
            stem: match row.name {
                // Names of one pair that the words do not show to be one.
                "etcd-certfile" | "etcd-keyfile" => "etcd".to_owned(),
                "pgsslcert" | "pgsslkey" => "pgssl".to_owned(),
                _ => stem,
            },
            doubtful: false,
        });
    }
    let has = |facet: Facet| facets.contains(&Some(facet));
    if has(Facet::Other) {
        return None;
    }
    let mut doubtful = false;
    let kind = if has(Facet::Revocations) {
        Kind::Revocations
    } else if has(Facet::Parameters) {
        Kind::Parameters
    } else if has(Facet::Key) {
        // Many things are keys: it must be about TLS, look like such a file, or have a certificate.
        let told = has(Facet::Secure) || has(Facet::Certificate) || has(Facet::Server);
        doubtful = !told && !text::is_material(value);
        Kind::Key
    } else if has(Facet::Authority) && has(Facet::Folder) {
        Kind::TrustFolder
    } else if has(Facet::Authority) {
        Kind::Trust
    } else if has(Facet::Certificate) && !has(Facet::Folder) {
        Kind::Certificate
    } else {
        return None;
    };
    let role = match kind {
        Kind::Trust | Kind::TrustFolder | Kind::Revocations => Role::Trust,
        Kind::Key if has(Facet::Authority) => Role::Signer,
        _ if has(Facet::Client) => Role::Client,
        _ if has(Facet::Peer) => Role::Peer,
        _ if has(Facet::Server) => Role::Server,
        _ => Role::Unstated,
    };
    Some(Meaning {
        role,
        kind,
        stem,
        doubtful,
    })
}

/// Whether a value is written like the path of a file.
fn is_path(value: &str) -> bool {
    let value = value.strip_prefix("file://").unwrap_or(value);
    if value.len() > 4096 || value.contains("://") || value.contains("-----") {
        return false;
    }
    if value.contains(['\n', ',', ';', '*', ' ']) || value.ends_with('/') {
        return false;
    }
    value.starts_with('/')
        || value.starts_with("./")
        || value.starts_with("../")
        || value.starts_with('$')
        || (text::is_material(value) && !value.contains(':'))
}
