//! What happened to a prefix: the sites it lost and kept, why, and the statements that did it.

use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Span};

use crate::change::{Change, Side};
use crate::model::{Name, Prefix, Presence};
use crate::reachability::Cover;
use crate::wording::{json, list};

/// Statements of base that are shown as labels; the notes name every site anyway.
const LABELS: usize = 3;

/// Where a prefix is present before and after.
#[derive(Debug)]
pub struct Reach {
    /// The prefix.
    pub prefix: Prefix,
    /// The sites in head.
    pub sites: BTreeSet<Name>,
    /// The sites that head loses, by head's names where it still has them; empty without a base
    /// that is known as a whole.
    pub lost: BTreeSet<Name>,
    /// What still carries its traffic, where it is present nowhere.
    pub cover: Option<Cover>,
}

impl Reach {
    /// Compares the sites of `prefix`.
    pub fn of(change: &Change, prefix: Prefix) -> Self {
        let sites = change.head.fleet.site_names(prefix);
        let before = change
            .complete()
            .map(|(base, _)| base.fleet.site_names(prefix))
            .unwrap_or_default();
        let before = before.iter().map(|site| change.site_in_head(site));
        Self {
            prefix,
            lost: before
                .filter(|site| !sites.contains(*site))
                .cloned()
                .collect(),
            sites,
            cover: Cover::of(&change.head, prefix),
        }
    }

    /// The statement of head that announces the prefix, if one does.
    pub fn statement(&self, change: &Change) -> Option<Span> {
        statement(&change.head, self.prefix)
    }

    /// Lowers a finding about a floor of `service` or its sites, where head announces the prefix
    /// nowhere and what covers it keeps the floors: floors are about traffic, which goes by the
    /// longest match.
    pub fn lower(&self, change: &Change, service: &str, finding: Finding) -> Finding {
        match &self.cover {
            Some(cover) if cover.keeps_floors(change, service) => {
                cover.lower(change, self.prefix, finding)
            }
            _ => finding,
        }
    }

    /// Adds to a finding where the prefix was, what is left and why it went.
    pub fn explain(&self, change: &Change, finding: Finding) -> Finding {
        let mut finding = finding
            .with_data("prefix", self.prefix.to_string())
            .with_data("family", self.prefix.family().as_str())
            .with_data("sites", json(&self.sites))
            .with_data("lost", json(&self.lost))
            .with_data("neighbors", json(neighbors(&change.head, self.prefix)));
        if !self.lost.is_empty() {
            finding = finding.with_note(format!(
                "{}: lost {}; left {}",
                self.prefix,
                list(&self.lost, "nothing"),
                list(&self.sites, "nowhere")
            ));
        }
        for note in kept_back(&change.head, self.prefix) {
            finding = finding.with_note(note);
        }
        self.label_base(change, finding)
    }

    /// Points at the statements of base that made the announcements that are lost.
    fn label_base(&self, change: &Change, finding: Finding) -> Finding {
        let Some(base) = &change.base else {
            return finding;
        };
        let mut statements: BTreeMap<&Span, BTreeSet<&Name>> = BTreeMap::new();
        for (key, announcement) in base.of(self.prefix) {
            if announcement.presence == Presence::Present
                && self.lost.contains(change.site_in_head(&key.site))
                && let Some(span) = announcement.provenance.first()
            {
                statements.entry(span).or_default().insert(&key.site);
            }
        }
        statements
            .into_iter()
            .take(LABELS)
            .fold(finding, |finding, (span, sites)| {
                let sites = list(sites, "nowhere");
                finding.with_label(span.clone(), format!("base announces it at {sites} here"))
            })
    }
}

/// The statement of `side` that announces `prefix`, the first of the file where several do.
pub fn statement(side: &Side, prefix: Prefix) -> Option<Span> {
    side.of(prefix)
        .filter_map(|(_, announcement)| announcement.provenance.first())
        .min()
        .cloned()
}

/// The external neighbours of `side` that pass `prefix` on.
pub fn neighbors(side: &Side, prefix: Prefix) -> BTreeSet<&Name> {
    side.fleet
        .sites(prefix)
        .flat_map(|(_, neighbors)| neighbors)
        .collect()
}

/// Announcements of `prefix` that reach a neighbour and go no further: an attribute can withdraw
/// as much as a removed line, and nobody sees it in a list of prefixes.
fn kept_back(side: &Side, prefix: Prefix) -> Vec<String> {
    let mut reasons: BTreeMap<String, BTreeSet<&Name>> = BTreeMap::new();
    for (key, announcement) in side.of(prefix) {
        if announcement.presence != Presence::Present {
            let reason = format!(
                "{} receives it, but it {}",
                key.neighbor, announcement.presence
            );
            reasons.entry(reason).or_default().insert(&key.site);
        }
    }
    reasons
        .into_iter()
        .map(|(reason, sites)| format!("{reason} (at {})", list(sites, "no site")))
        .collect()
}
