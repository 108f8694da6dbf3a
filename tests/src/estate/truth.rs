//! What is true of the estate, because the generator knows what it wrote.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::mint::Made;

/// The expiry of a leaf in three numbers, RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effective {
    /// Its own.
    pub leaf: String,
    /// The earliest in the file that it leads, where the file is a chain.
    pub served: Option<String>,
    /// The best over all paths to an anchor, with the SHA-256 of the certificate that binds;
    /// `None` where there is no path.
    pub best_path: Option<(String, String)>,
}

/// Everything that is known.
#[derive(Debug, Default)]
pub struct Truth {
    /// Every certificate that lies in some file, by SHA-256.
    pub certificates: BTreeMap<String, Made>,
    /// Where each lies: paths, sorted, by SHA-256.
    pub places: BTreeMap<String, BTreeSet<String>>,
    /// By SHA-256, of what is no CA.
    pub effective: BTreeMap<String, Effective>,
    /// Owners by SHA-256, of what has one.
    pub owners: BTreeMap<String, String>,
    /// What must be found: rule, level, path; sorted.
    pub findings: Vec<(String, String, String)>,
    /// Other things that can expire: kind and path.
    pub others: BTreeSet<(String, String)>,
    /// Files that cannot be opened.
    pub undecided: BTreeSet<String>,
    /// What a planted path shows: for whoever reads a failure.
    pub shows: BTreeMap<String, String>,
    /// Which format each file is in.
    pub formats: BTreeMap<String, String>,
}

impl Truth {
    /// Remembers that `made` lies at `path`.
    pub(super) fn place(&mut self, made: &Made, path: &str) {
        let sha256 = &made.sha256;
        if !self.certificates.contains_key(sha256) {
            self.certificates.insert(sha256.clone(), made.clone());
        }
        let places = self.places.entry(sha256.clone()).or_default();
        places.insert(path.to_owned());
    }

    /// Remembers that a chain lies in one file.
    pub(super) fn chain(&mut self, chain: &[&Made]) {
        let Some(leaf) = chain.first().filter(|made| !made.is_ca) else {
            return;
        };
        let served = chain.iter().map(|made| &made.not_after).min();
        let effective = self.effective_of(leaf);
        effective.served = effective
            .served
            .clone()
            .min(served.cloned())
            .or(served.cloned());
    }

    fn effective_of(&mut self, leaf: &Made) -> &mut Effective {
        self.effective
            .entry(leaf.sha256.clone())
            .or_insert_with(|| Effective {
                leaf: leaf.not_after.clone(),
                served: None,
                best_path: None,
            })
    }

    /// Works out the best paths to `anchors`; `forbidden` are leaves that no path may lead to.
    pub(super) fn paths(&mut self, anchors: &BTreeSet<String>, forbidden: &BTreeSet<String>) {
        let graph = Graph::of(self.certificates.values(), anchors);
        let leaves = self.certificates.values().filter(|made| !made.is_ca);
        let best: Vec<_> = leaves
            .filter(|leaf| !forbidden.contains(&leaf.sha256))
            .map(|leaf| (leaf.clone(), graph.best(leaf, 0)))
            .collect();
        for (leaf, best) in best {
            self.effective_of(&leaf).best_path = best;
        }
    }

    /// The truth as a file.
    pub fn json(&self) -> Value {
        let certificate = |(sha256, made): (&String, &Made)| {
            let effective = self.effective.get(sha256);
            let best = effective.and_then(|effective| effective.best_path.clone());
            let (best_path, binding) = best.unzip();
            json!({
                "sha256": sha256, "subject": made.subject, "issuer": made.issuer, "serial": made.serial,
                "not_before": made.not_before, "not_after": made.not_after, "is_ca": made.is_ca,
                "sans": made.sans, "places": self.places.get(sha256), "owner": self.owners.get(sha256),
                "served": effective.map(|effective| &effective.served),
                "best_path": best_path, "binding": binding,
            })
        };
        json!({
            "certificates": self.certificates.iter().map(certificate).collect::<Vec<_>>(),
            "findings": self.findings, "others": self.others, "undecided": self.undecided,
        })
    }
}

/// Who can have issued what: by the name and the key, as the generator knows them.
struct Graph<'a> {
    by_name_and_key: BTreeMap<(&'a str, &'a str), Vec<&'a Made>>,
    anchors: &'a BTreeSet<String>,
}

impl<'a> Graph<'a> {
    fn of(made: impl Iterator<Item = &'a Made>, anchors: &'a BTreeSet<String>) -> Self {
        let mut by_name_and_key: BTreeMap<_, Vec<&Made>> = BTreeMap::new();
        for made in made.filter(|made| made.is_ca) {
            let key = (made.subject.as_str(), made.key.as_str());
            by_name_and_key.entry(key).or_default().push(made);
        }
        Self {
            by_name_and_key,
            anchors,
        }
    }

    /// The end of the best path from `made` up, and what binds it. The estate's longest path has
    /// five certificates.
    fn best(&self, made: &Made, depth: usize) -> Option<(String, String)> {
        let own = (made.not_after.clone(), made.sha256.clone());
        if self.anchors.contains(&made.sha256) {
            return Some(own);
        }
        let issuers = self
            .by_name_and_key
            .get(&(made.issuer.as_str(), made.signed_by.as_str()))?;
        issuers
            .iter()
            .filter(|issuer| issuer.sha256 != made.sha256 && depth < 8)
            .filter_map(|issuer| self.best(issuer, depth + 1))
            .map(|above| above.min(own.clone()))
            .max()
    }
}
