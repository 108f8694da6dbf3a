//! What changed between two inventories, by lineage and never by the days that are left.
//!
//! A *lineage* is a certificate and what follows it: the same subject and alternative names, with
//! the same issuer or another, or the same place. Nothing changes by waiting alone: the same
//! files on two days differ in nothing, unless a certificate has ended in between.

mod facts;
mod pairing;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::v1::{self, Artifact, Gap, Inventory, Kind};
use facts::Facts;
use pairing::Pairing;

pub use words::Change;

/// The value of `schema`.
pub const SCHEMA: &str = "cert-audit.diff/v1";

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "cert-audit difference, version 1")]
pub struct Difference {
    /// Always `cert-audit.diff/v1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The earlier side.
    pub old: Side,
    /// The later side.
    pub new: Side,
    /// Lineages that are there now.
    pub added: Vec<One>,
    /// Lineages that are gone.
    pub removed: Vec<One>,
    /// Certificates that another one of their lineage follows.
    pub renewed: Vec<Renewed>,
    /// Certificates that are still there, though another follows elsewhere, or they have ended.
    pub not_renewed: Vec<NotRenewed>,
    /// Certificates that lie in other files than before.
    pub moved: Vec<Moved>,
    /// Lineages that somebody else answers for.
    pub owner_changed: Vec<OwnerChanged>,
    /// What cannot be seen or understood now, and could be before.
    pub no_longer_seen: Vec<Unseen>,
    /// What can be seen again.
    pub seen_again: Vec<Unseen>,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// When it was judged.
    pub now: String,
    /// By which policy.
    pub policy_sha256: String,
    /// With which anchors.
    pub trust_sha256: String,
    /// What could not be looked at.
    pub unseen: usize,
}

/// One certificate, or another thing that can expire.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct One {
    /// Where it lies.
    pub places: Vec<Place>,
    /// What people call it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What identifies it.
    pub sha256: String,
    /// RFC 4514.
    pub subject: Option<String>,
    /// RFC 4514.
    pub issuer: Option<String>,
    /// In their order.
    pub sans: Vec<String>,
    /// The last second in which it is valid; null is no end.
    pub not_after: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Place {
    /// The machine.
    pub source: String,
    /// The file.
    pub path: String,
}

/// One that another of its lineage follows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Renewed {
    /// The earlier one.
    pub old: One,
    /// The later one.
    pub new: One,
    /// Whether the two have other names: they are one lineage by their place alone.
    pub other_names: bool,
}

/// One that was not renewed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct NotRenewed {
    /// The certificate, with the places where it still lies.
    pub what: One,
    /// Why it should have been.
    pub why: Why,
    /// What follows it elsewhere.
    pub successor: Option<One>,
}

/// Why a certificate should have been renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// It was renewed elsewhere.
    Superseded,
    /// It ended between the two sides.
    Ended,
}

/// One that lies in other files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Moved {
    /// As it is now.
    pub what: One,
    /// Where it lay and does not now.
    pub from: Vec<Place>,
    /// Where it lies and did not before.
    pub to: Vec<Place>,
}

/// One that somebody else answers for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct OwnerChanged {
    /// As it is now.
    pub what: One,
    /// Who did.
    pub from: Option<String>,
    /// Who does.
    pub to: Option<String>,
}

/// Something that cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Unseen {
    /// The machine.
    pub source: String,
    /// The file.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Difference {
    /// What changed from `old` to `new`.
    pub fn between(old: &Inventory, new: &Inventory) -> Self {
        let plain = [old, new].into_iter().any(has_one_source);
        let (olds, news) = (Facts::all(old, plain), Facts::all(new, plain));
        let pairing = Pairing::of(&olds, &news);
        let gone = |sha: &&str| !news.contains_key(*sha);
        let fresh = |sha: &&str| !olds.contains_key(*sha);
        let mut difference = Self {
            schema: SCHEMA.to_owned(),
            old: side(old),
            new: side(new),
            added: ones(&news, |sha| fresh(sha) && !pairing.is_follower(sha)),
            removed: ones(&olds, |sha| gone(sha) && !pairing.is_followed(sha)),
            renewed: Vec::new(),
            not_renewed: Vec::new(),
            moved: Vec::new(),
            owner_changed: Vec::new(),
            no_longer_seen: gaps(new, old, plain),
            seen_again: gaps(old, new, plain),
        };
        for (was, is) in &pairing.pairs {
            let (Some(was), Some(is)) = (olds.get(was), news.get(is)) else {
                continue;
            };
            difference.renewed(was, is, &news);
        }
        for (sha, is) in &news {
            if let Some(was) = olds.get(sha) {
                difference.same(was, is, &pairing, (&old.header.now, &new.header.now));
            }
        }
        difference.sort();
        difference
    }

    /// One indented object.
    pub fn to_json(&self) -> String {
        v1::pretty(self)
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.renewed.is_empty()
            && self.not_renewed.is_empty()
            && self.moved.is_empty()
            && self.owner_changed.is_empty()
            && self.no_longer_seen.is_empty()
            && self.seen_again.is_empty()
    }

    /// Takes in that one follows another.
    fn renewed(&mut self, was: &Facts<'_>, is: &Facts<'_>, news: &BTreeMap<&str, Facts<'_>>) {
        self.renewed.push(Renewed {
            old: was.one(),
            new: is.one(),
            other_names: was.names != is.names,
        });
        self.owner(was, is);
        if let Some(left) = news.get(was.artifact.sha256.as_str()) {
            self.not_renewed.push(NotRenewed {
                what: left.one(),
                why: Why::Superseded,
                successor: Some(is.one()),
            });
        }
    }

    /// Takes in one that both sides have.
    fn same(
        &mut self,
        was: &Facts<'_>,
        is: &Facts<'_>,
        pairing: &Pairing<'_>,
        (before, now): (&str, &str),
    ) {
        self.owner(was, is);
        let explained = pairing.explained.get(is.artifact.sha256.as_str());
        let unexplained = |place: &&Place| explained.is_none_or(|known| !known.contains(*place));
        let from: Vec<Place> = was
            .places
            .difference(&is.places)
            .filter(unexplained)
            .cloned()
            .collect();
        let to: Vec<Place> = is
            .places
            .difference(&was.places)
            .filter(unexplained)
            .cloned()
            .collect();
        if !from.is_empty() || !to.is_empty() {
            let what = is.one();
            self.moved.push(Moved { what, from, to });
        }
        // Instants of one form and length compare as texts.
        let ended = |end: &str| before <= end && end < now;
        let superseded = pairing.is_followed(&is.artifact.sha256);
        if is.artifact.not_after.as_deref().is_some_and(ended) && !superseded {
            self.not_renewed.push(NotRenewed {
                what: is.one(),
                why: Why::Ended,
                successor: None,
            });
        }
    }

    fn owner(&mut self, was: &Facts<'_>, is: &Facts<'_>) {
        if was.artifact.owner != is.artifact.owner {
            self.owner_changed.push(OwnerChanged {
                what: is.one(),
                from: was.artifact.owner.clone(),
                to: is.artifact.owner.clone(),
            });
        }
    }

    /// By place, so that the order of files on either side changes nothing.
    fn sort(&mut self) {
        self.added.sort();
        self.removed.sort();
        self.renewed.sort();
        self.not_renewed.sort();
        self.not_renewed.dedup_by(|a, b| a.what == b.what);
        self.moved.sort();
        self.owner_changed.sort();
        self.owner_changed.dedup();
    }
}

fn side(inventory: &Inventory) -> Side {
    let header = &inventory.header;
    Side {
        now: header.now.clone(),
        policy_sha256: header.policy_sha256.clone(),
        trust_sha256: header.trust_sha256.clone(),
        unseen: inventory.gaps.iter().filter(|gap| gap.unseen).count(),
    }
}

/// Whether an inventory names no machines, so that they cannot be compared.
fn has_one_source(inventory: &Inventory) -> bool {
    let occurrences = inventory.artifacts.iter().flat_map(|one| &one.occurrences);
    let gaps = inventory.gaps.iter().map(|gap| gap.source.as_str());
    occurrences
        .map(|occurrence| occurrence.source.as_str())
        .chain(gaps)
        .all(str::is_empty)
}

fn ones(facts: &BTreeMap<&str, Facts<'_>>, keep: impl Fn(&&str) -> bool) -> Vec<One> {
    let kept = facts.iter().filter(|(sha, _)| keep(sha));
    kept.map(|(_, facts)| facts.one()).collect()
}

/// The gaps of `of` that `against` does not have; a line that shifts is none.
fn gaps(of: &Inventory, against: &Inventory, plain: bool) -> Vec<Unseen> {
    let all = |inventory: &Inventory| -> BTreeSet<Unseen> {
        let unseen = |gap: &Gap| Unseen {
            source: if plain {
                String::new()
            } else {
                gap.source.clone()
            },
            path: gap.path.clone(),
            reason: gap.reason.clone(),
        };
        inventory.gaps.iter().map(unseen).collect()
    };
    all(of).difference(&all(against)).cloned().collect()
}

/// The JSON Schema of [`Difference`].
pub fn schema() -> Value {
    schemars::schema_for!(Difference).to_value()
}

/// What people call an artifact: its subject's common name, else its first alternative name, else
/// its subject, its issuer or its digest.
pub fn called(artifact: &Artifact) -> String {
    let subject = artifact.subject.as_deref().unwrap_or_default();
    let common = common_name(subject);
    let san = || {
        let (_, name) = artifact.sans.first()?.split_once(':')?;
        Some(name.to_owned())
    };
    let whole = || (!subject.is_empty()).then(|| subject.to_owned());
    let issuer = || {
        artifact
            .issuer
            .as_deref()
            .map(|issuer| format!("{} of {issuer}", artifact.kind.as_str()))
    };
    let digest = || format!("{} {}", artifact.kind.as_str(), artifact.sha256);
    let name = common
        .or_else(san)
        .or_else(whole)
        .or_else(issuer)
        .unwrap_or_else(digest);
    crate::name::cut(&name)
}

/// The common name of a name as RFC 4514 writes it.
fn common_name(subject: &str) -> Option<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in subject.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => {
                escaped = true;
                continue;
            }
            ',' | '+' => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let names = parts.iter().rev();
    names
        .filter_map(|part| part.strip_prefix("CN="))
        .find(|name| !name.trim().is_empty())
        .map(str::to_owned)
}
