//! What is deployed together: a certificate, the chain that is presented with it, and its key.

use std::collections::BTreeMap;
use std::sync::Arc;

use rules::Certainty;

use crate::certificate::{Expiry, Fingerprint, Kind};
use crate::effective::Effectives;
use crate::inventory::{Artifact, FileFacts, Inventory, KeyHere, Occurrence};
use crate::place;
use crate::uses::Use;

/// Longest chain that is followed within a bundle; RFC 5280 has no bound, servers send five.
const LONGEST_CHAIN: usize = 16;

/// A certificate at its place in a bundle.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The certificate.
    pub artifact: &'a Artifact,
    /// Where it lies.
    pub occurrence: &'a Occurrence,
}

/// A private key that goes with a bundle.
#[derive(Debug, Clone, Copy)]
pub struct Pairing<'a> {
    /// The key.
    pub key: &'a KeyHere,
    /// How sure it is that the two belong together: *proven* where a Secret, a keystore entry or
    /// a server's configuration says so, *likely* by their names.
    pub certainty: Certainty,
}

/// Certificates that are presented together, in their order.
#[derive(Debug)]
pub struct Bundle<'a> {
    /// The file.
    pub path: &'a Arc<str>,
    /// The file's facts.
    pub file: &'a FileFacts,
    /// The group inside the file; `None` for the whole file.
    pub group: Option<&'a Arc<str>>,
    /// The certificates, in order.
    pub members: Vec<Member<'a>>,
    /// The keys that go with it.
    pub keys: Vec<Pairing<'a>>,
    /// What presents it.
    pub uses: Vec<&'a Use>,
}

/// A file, and the group inside it.
type Place<'a> = (&'a Arc<str>, Option<&'a Arc<str>>);

/// Every bundle, by path and group.
pub fn all(inventory: &Inventory) -> Vec<Bundle<'_>> {
    let mut at: BTreeMap<Place<'_>, Vec<Member<'_>>> = BTreeMap::new();
    for artifact in inventory.artifacts.values() {
        for occurrence in &artifact.occurrences {
            let key = (&occurrence.span.path, occurrence.inside.group.as_ref());
            at.entry(key).or_default().push(Member {
                artifact,
                occurrence,
            });
        }
    }
    // In a keystore the certificates of CAs belong to every entry that they are issuers of.
    let shared: BTreeMap<&Arc<str>, Vec<Member<'_>>> = at
        .iter()
        .filter(|((_, group), _)| group.is_none())
        .map(|((path, _), members)| {
            let is_ca = |member: &&Member<'_>| member.artifact.certificate.kind == Kind::Ca;
            (*path, members.iter().filter(is_ca).copied().collect())
        })
        .collect();
    at.into_iter()
        .filter_map(|((path, group), mut members)| {
            let file = inventory.files.get(path)?;
            if group.is_some() {
                members.extend(shared.get(path).into_iter().flatten());
            }
            members.sort_by_key(|member| member.occurrence.ordinal);
            Some(Bundle {
                path,
                file,
                group,
                keys: keys(inventory, path, file, group),
                uses: inventory
                    .uses
                    .to(path)
                    .filter(|known| known.presents())
                    .collect(),
                members,
            })
        })
        .collect()
}

impl<'a> Bundle<'a> {
    /// The certificate that is presented first: the first that is no CA, or of a file with
    /// one certificate that one.
    pub fn leaf(&self) -> Option<Member<'a>> {
        let mut leaves = self.leaves();
        leaves.next().or(match self.members.as_slice() {
            [only] => Some(*only),
            _ => None,
        })
    }

    /// The certificates that are presented as somebody's own.
    pub fn leaves(&self) -> impl Iterator<Item = Member<'a>> + '_ {
        let members = self.members.iter().copied();
        members.filter(|member| !member.artifact.certificate.is_anchor())
    }

    /// Each leaf with its chain as far as it lies in the bundle, the leaf first; issuers are
    /// verified ones.
    pub fn chains(&self, effectives: &Effectives) -> Vec<(&'a Artifact, Vec<&'a Artifact>)> {
        let cas: Vec<&'a Artifact> = self
            .members
            .iter()
            .map(|member| member.artifact)
            .filter(|artifact| artifact.certificate.kind == Kind::Ca)
            .collect();
        let known: BTreeMap<Fingerprint, &'a Artifact> =
            cas.iter().map(|ca| (ca.sha256, *ca)).collect();
        let leaves = self.leaves().map(|member| member.artifact);
        leaves
            .map(|leaf| {
                let mut chain = vec![leaf];
                while let Some(last) = chain.last()
                    && chain.len() < LONGEST_CHAIN
                {
                    let issuers = effectives.get(&last.sha256).map(|known| &known.issuers);
                    let issuer = issuers
                        .into_iter()
                        .flatten()
                        .filter_map(|issuer| known.get(issuer))
                        .filter(|issuer| !chain.iter().any(|had| had.sha256 == issuer.sha256))
                        // A client takes what holds longest; of equals always the same.
                        .max_by_key(|issuer| {
                            let end = issuer
                                .certificate
                                .validity
                                .map(|validity| validity.not_after);
                            (end, issuer.sha256)
                        });
                    let Some(issuer) = issuer else { break };
                    chain.push(issuer);
                }
                (leaf, chain)
            })
            .collect()
    }
}

/// The certificate of a chain that ends first, and when; of equals the one nearest to the leaf.
pub fn first_to_end<'a>(chain: &[&'a Artifact]) -> Option<(Expiry, &'a Artifact)> {
    let ends = chain
        .iter()
        .filter_map(|artifact| Some((artifact.certificate.validity?.not_after, *artifact)));
    ends.reduce(|first, next| if next.0 < first.0 { next } else { first })
}

/// The keys that go with a bundle: of its group, of its file, or beside it by their names.
fn keys<'a>(
    inventory: &'a Inventory,
    path: &str,
    file: &'a FileFacts,
    group: Option<&Arc<str>>,
) -> Vec<Pairing<'a>> {
    let used: Vec<Pairing<'a>> = inventory
        .uses
        .to(path)
        .filter(|known| group.is_none() && known.presents())
        .flat_map(|known| {
            let paths = inventory.uses.key_paths(known).iter();
            let files = paths.filter_map(|path| inventory.files.get(path.as_str()));
            let keys = files.flat_map(|file| &file.keys);
            keys.map(|key| Pairing {
                key,
                certainty: known.certainty(),
            })
        })
        .collect();
    if !used.is_empty() {
        return used;
    }
    let own = file
        .keys
        .iter()
        .filter(|key| key.occurrence.inside.group.as_ref() == group);
    let own: Vec<Pairing<'a>> = own
        .map(|key| Pairing {
            key,
            certainty: match group {
                Some(_) if !key.occurrence.inside.is_guess => Certainty::Proven,
                _ => Certainty::Likely,
            },
        })
        .collect();
    if !own.is_empty() || group.is_some() {
        return own;
    }
    let beside = key_names(path);
    let beside = beside
        .iter()
        .filter_map(|name| inventory.files.get(name.as_str()));
    let held = beside
        .filter(|file| file.certificates.is_empty())
        .find_map(|file| match file.keys.as_slice() {
            [key] => Some(Pairing {
                key,
                certainty: Certainty::Likely,
            }),
            _ => None,
        });
    held.into_iter().collect()
}

/// What the key of a certificate file is called: `api.pem` has `api.key`, `api-key.pem` and so on.
fn key_names(path: &str) -> Vec<String> {
    /// What ACME clients and Kubernetes write.
    const KNOWN: [(&str, &str); 8] = [
        ("fullchain.pem", "privkey.pem"),
        ("cert.pem", "privkey.pem"),
        ("cert.pem", "key.pem"),
        ("fullchain.cer", "key.pem"),
        ("tls.crt", "tls.key"),
        ("server.crt", "server.key"),
        ("certificate.pem", "private-key.pem"),
        ("cert.crt", "key.key"),
    ];
    let folder = place::folder(path);
    let name = path
        .strip_prefix(folder)
        .unwrap_or(path)
        .trim_start_matches('/');
    let within = |name: &str| {
        if folder.is_empty() {
            name.to_owned()
        } else {
            format!("{folder}/{name}")
        }
    };
    let mut names: Vec<String> = KNOWN
        .iter()
        .filter(|(certificate, _)| *certificate == name)
        .map(|(_, key)| within(key))
        .collect();
    if let Some((stem, extension)) = name.rsplit_once('.') {
        let stem = [
            "-cert",
            ".cert",
            "_cert",
            "-fullchain",
            ".fullchain",
            "-chain",
        ]
        .iter()
        .find_map(|end| stem.strip_suffix(end))
        .unwrap_or(stem);
        for form in [
            format!("{stem}.key"),
            format!("{stem}-key.{extension}"),
            format!("{stem}_key.{extension}"),
            format!("{stem}.key.{extension}"),
            format!("{stem}-key.pem"),
            format!("{stem}.{extension}.key"),
        ] {
            names.push(within(&form));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_the_names_that_people_give_them() {
        for (certificate, key) in [
            ("tls/api.pem", "tls/api.key"),
            ("tls/api.crt", "tls/api-key.pem"),
            ("live/fullchain.pem", "live/privkey.pem"),
            ("tls.crt", "tls.key"),
            ("api-fullchain.pem", "api.key"),
        ] {
            assert!(
                key_names(certificate).contains(&key.to_owned()),
                "{certificate}"
            );
        }
    }
}
