//! The texts that a report shows lines of.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Found, Terms};
use crate::tree::Tree;
use crate::{Reported, Sources};

/// Longest file whose lines are shown, in bytes.
const LONGEST: u64 = 8 << 20;

/// Most bytes of all texts together.
const MOST: u64 = 128 << 20;

/// The texts of the files that the report points at, as far as they can be had: a report without
/// a text shows the place alone.
pub(super) fn load(findings: &[Reported], found: &Found, terms: &Terms<'_>) -> Sources {
    let pointed = findings.iter().flat_map(|reported| {
        let finding = &reported.finding;
        let labels = finding.labels.iter().map(|label| &label.span.path);
        std::iter::once(&finding.span.path).chain(labels)
    });
    let placed = found.undecided.iter().filter(|gap| gap.at.is_some());
    let wanted: BTreeSet<&Arc<str>> = pointed.chain(placed.map(|gap| &gap.path)).collect();
    let tree = Tree::folder(&*terms.scope.root);
    let mut left = MOST;
    let mut sources = Sources::new();
    for path in wanted {
        let known = found
            .sources
            .get(path)
            .or_else(|| match terms.policy.path() {
                Some(policy) if policy == path => terms.policy.text(),
                _ => None,
            });
        let text: Arc<str> = match known {
            Some(text) => text.clone(),
            None => match tree.read(path, LONGEST.min(left)) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into(),
                Err(_) => continue,
            },
        };
        left = left.saturating_sub(u64::try_from(text.len()).unwrap_or(u64::MAX));
        sources.insert(path.clone(), text);
    }
    sources
}
