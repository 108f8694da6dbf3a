//! Mistakes: changes that must not merge, each with the rule that says why.

mod table;

use super::network::{Extra, Network};
use super::style::Style;
use super::{Files, Language};

pub use table::MISTAKES;

/// A kind of mistake.
#[derive(Debug)]
pub struct Kind {
    /// What happened.
    pub name: &'static str,
    /// The rules that may say so, of which one must; none where it cannot be decided.
    pub rules: &'static [&'static str],
    /// What it does.
    pub change: Change,
}

/// What a mistake does, and where.
#[derive(Debug)]
pub enum Change {
    /// To the network: both languages can make it.
    Network(fn(&mut Network)),
    /// The same, where only configurations say it.
    Configured(fn(&mut Network)),
    /// To both sides first, then to head.
    Prepared(fn(&mut Network), fn(&mut Network)),
    /// To both sides first, then to the text of head's configurations.
    Edited(fn(&mut Network), fn(&mut Files)),
    /// To the text of configurations: in files whose path contains the first, the second becomes
    /// the third.
    Text(&'static str, &'static str, &'static str),
    /// The same in the text that both languages have.
    Shared(&'static str, &'static str, &'static str),
}

impl Kind {
    /// The files before and after.
    ///
    /// # Panics
    /// The text that it changes is not there, which is a mistake of this table.
    pub fn made(&self, network: &Network, language: Language) -> Option<(Files, Files)> {
        let mut base = network.clone();
        // Words that the history may have changed stand as they were, so that texts are found.
        if matches!(
            self.change,
            Change::Text(..) | Change::Shared(..) | Change::Edited(..)
        ) {
            base.style = Style::default();
        }
        let mut head = base.clone();
        match &self.change {
            Change::Configured(_) | Change::Text(..) | Change::Edited(..)
                if language == Language::Intent =>
            {
                None
            }
            Change::Network(apply) | Change::Configured(apply) => {
                apply(&mut head);
                Some((language.files(&base), language.files(&head)))
            }
            Change::Prepared(prepare, apply) => {
                prepare(&mut base);
                let mut head = base.clone();
                apply(&mut head);
                Some((language.files(&base), language.files(&head)))
            }
            Change::Edited(prepare, apply) => {
                prepare(&mut base);
                let files = language.files(&base);
                let mut changed = files.clone();
                apply(&mut changed);
                Some((files, changed))
            }
            Change::Text(path, from, to) | Change::Shared(path, from, to) => {
                let files = language.files(&base);
                let mut changed = files.clone();
                let mut found = false;
                for (_, text) in changed.iter_mut().filter(|(name, _)| name.contains(path)) {
                    found |= text.contains(from);
                    *text = text.replace(from, to);
                }
                assert!(found, "{}: `{from}` is not in `{path}`", self.name);
                Some((files, changed))
            }
        }
    }
}

/// Announces `prefix` from every site that announces.
fn extra(network: &mut Network, prefix: &str, communities: &[(u32, u32)]) {
    let sites = network.announcing().into_iter().collect();
    network.extras.push(Extra {
        prefix: prefix.to_owned(),
        sites,
        communities: communities.to_vec(),
    });
}

/// Sites of the edge service whose only neighbour that receives it is the first provider.
fn single_homed(network: &Network) -> Vec<String> {
    let announcing = network.announcing().into_iter();
    announcing
        .filter(|site| {
            let mut others = network.neighbors.iter().skip(1);
            !others.any(|neighbor| neighbor.sites.contains(site))
        })
        .collect()
}

/// Adds a community at every site towards a neighbour.
fn marked(network: &mut Network, place: usize, community: (u32, u32)) {
    for site in network.announcing() {
        let tuning = network.tuning.entry((site, place)).or_default();
        tuning.communities.insert(community);
    }
}

/// Sites other than those with a meaning of their own stop announcing.
fn silenced(network: &mut Network, count: usize, belongs: fn(&str) -> bool) {
    let names = network.announcing().into_iter();
    let names: Vec<_> = names
        .filter(|name| !network.is_hidden(name))
        .filter(|name| {
            network
                .sites
                .get(name)
                .is_some_and(|site| belongs(site.region))
        })
        .take(count)
        .collect();
    for name in names {
        if let Some(site) = network.sites.get_mut(&name) {
            site.announces = false;
        }
    }
}

const fn kind(name: &'static str, rules: &'static [&'static str], change: Change) -> Kind {
    Kind {
        name,
        rules,
        change,
    }
}
