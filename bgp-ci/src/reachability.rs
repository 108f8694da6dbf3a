//! What still carries the traffic of a prefix that nobody announces any more.
//!
//! Routers forward by the longest match, so a withdrawn prefix is not out of reach while an
//! aggregate of ours is announced, or more-specifics that hold all its addresses between them.
//! Whether that is enough, the floors of its service say.

use std::collections::BTreeSet;

use rules::Finding;

use crate::change::{Change, Side};
use crate::check::at_most_a_warning;
use crate::model::{Name, Prefix};
use crate::wording::{count, json, list};

/// What the longest match finds in place of a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// One aggregate, or more-specifics that hold every address.
    pub prefixes: BTreeSet<Prefix>,
    /// Sites where all of them are present.
    pub sites: BTreeSet<Name>,
}

impl Cover {
    /// What covers `prefix` in `side`; `None` where it is present itself, or nothing of ours
    /// holds all its addresses.
    pub fn of(side: &Side, prefix: Prefix) -> Option<Self> {
        if side.fleet.is_present(prefix) {
            return None;
        }
        // A default route is an offer to a customer and no reach of ours, and space that is not
        // ours is no cover.
        let is_ours = |other: &Prefix| {
            other.length() > 0 && side.network.owned.covering(*other).next().is_some()
        };
        let aggregate = prefix
            .covering()
            .skip(1)
            .filter(|wider| side.fleet.is_present(*wider))
            .find(is_ours);
        let prefixes = match aggregate {
            Some(aggregate) => [aggregate].into(),
            None => parts(side.fleet.inside(prefix).filter(is_ours), prefix)?,
        };
        let mut at = prefixes.iter().map(|part| side.fleet.site_names(*part));
        let first = at.next()?;
        let sites = at.fold(first, |sites, other| &sites & &other);
        (!sites.is_empty()).then_some(Self { prefixes, sites })
    }

    /// The cover of `prefix` in head, if it keeps every floor of the services that it carries.
    pub fn sufficient(change: &Change, prefix: Prefix) -> Option<Self> {
        let services = |side: &Side| side.network.owned.services_of(prefix);
        let mut carried = services(&change.head);
        carried.extend(change.base.iter().flat_map(services));
        Self::of(&change.head, prefix)
            .filter(|cover| carried.iter().all(|name| cover.keeps_floors(change, name)))
    }

    /// Whether its sites are enough for `service`; without a floor any is. The floors of a
    /// service that head no longer defines are those of base.
    pub fn keeps_floors(&self, change: &Change, service: &str) -> bool {
        let defined = |side: &'_ Side| side.network.services.get(service).cloned();
        let service = defined(&change.head).or_else(|| change.base.as_ref().and_then(defined));
        let Some(service) = service else {
            return true;
        };
        let sites = &change.head.network.sites;
        let reaches = |sites: usize, floor: u32| u32::try_from(sites).map_or(true, |n| n >= floor);
        let in_region = |region: &Name| {
            let there = self.sites.iter().filter_map(|site| sites.get(site));
            let there = there.filter(|site| site.region.as_ref() == Some(region));
            there.count()
        };
        service
            .min_sites
            .is_none_or(|floor| reaches(self.sites.len(), floor.value))
            && service
                .min_sites_per_region
                .iter()
                .all(|(region, floor)| reaches(in_region(region), floor.value))
    }

    /// Lowers a finding about the withdrawal of `prefix`, as its traffic still arrives.
    pub fn lower(&self, change: &Change, prefix: Prefix, finding: Finding) -> Finding {
        at_most_a_warning(change, finding)
            .with_note(format!(
                "{} still {} {prefix} at {}, so it is at most a warning",
                list(&self.prefixes, "nothing"),
                if self.prefixes.len() == 1 {
                    "covers"
                } else {
                    "cover"
                },
                count(self.sites.len(), "site", "sites")
            ))
            .with_data("covered-by", json(&self.prefixes))
    }
}

/// The widest of `inside`, where they hold every address of `prefix`.
fn parts(inside: impl Iterator<Item = Prefix>, prefix: Prefix) -> Option<BTreeSet<Prefix>> {
    let size = |part: Prefix| 1_u128.checked_shl(u32::from(part.max_length() - part.length()));
    let mut parts: BTreeSet<Prefix> = BTreeSet::new();
    let mut held = 0_u128;
    // A prefix comes before what it covers.
    for part in inside {
        if parts.last().is_none_or(|last| !last.covers(part)) {
            held = held.saturating_add(size(part)?);
            parts.insert(part);
        }
    }
    (held == size(prefix)?).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(list: &[&str]) -> BTreeSet<Prefix> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn held(prefix: &str, inside: &[&str]) -> Option<BTreeSet<Prefix>> {
        parts(prefixes(inside).into_iter(), prefix.parse().unwrap())
    }

    #[test]
    fn parts_hold_a_prefix_between_them() {
        let halves = ["203.0.113.0/25", "203.0.113.128/25"];
        assert_eq!(held("203.0.113.0/24", &halves), Some(prefixes(&halves)));
        assert_eq!(held("203.0.113.0/24", &["203.0.113.0/25"]), None);
        assert_eq!(held("203.0.113.0/24", &[]), None);
        // What a wider part holds does not count twice.
        let nested = ["203.0.113.0/25", "203.0.113.0/26", "203.0.113.64/26"];
        assert_eq!(held("203.0.113.0/24", &nested), None);
        let all = [
            "203.0.113.0/25",
            "203.0.113.64/26",
            "203.0.113.128/26",
            "203.0.113.192/26",
        ];
        assert_eq!(
            held("203.0.113.0/24", &all),
            Some(prefixes(&[
                "203.0.113.0/25",
                "203.0.113.128/26",
                "203.0.113.192/26"
            ]))
        );
    }

    #[test]
    fn the_largest_and_the_smallest_space_are_measured() {
        assert_eq!(
            held("::/1", &["::/2", "4000::/2"]),
            Some(prefixes(&["::/2", "4000::/2"]))
        );
        assert_eq!(held("::/0", &["::/1", "8000::/1"]), None);
        assert_eq!(
            held("2001:db8::/127", &["2001:db8::/128", "2001:db8::1/128"]),
            Some(prefixes(&["2001:db8::/128", "2001:db8::1/128"]))
        );
    }
}
