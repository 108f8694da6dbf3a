//! What a change withdraws everywhere, and whether that is more than its limits allow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rules::Span;

use crate::blackhole;
use crate::change::{Change, Side};
use crate::model::{Family, Prefix, Presence};
use crate::policy::limits::{Addresses, Limits, Share};
use crate::policy::network::Placed;
use crate::reachability::Cover;

/// Prefixes of ours that some neighbour of base passed on, and none of head does.
#[derive(Debug)]
pub struct Withdrawal {
    /// Those out of reach.
    pub lost: BTreeSet<Prefix>,
    /// Those whose traffic still arrives, with what covers them at enough sites.
    pub covered: BTreeMap<Prefix, Cover>,
    /// Prefixes of ours in base.
    pub before: usize,
    /// IPv4 addresses that no prefix of ours carries any more.
    pub addresses: u64,
}

/// A limit that a change exceeds.
#[derive(Debug, Clone, Copy)]
pub enum Exceeded<'a> {
    /// Of prefixes.
    Prefixes(&'a Placed<u32>),
    /// Of their share of base's.
    Share(&'a Placed<Share>),
    /// Of IPv4 addresses, with what they are.
    Addresses(&'a Placed<Addresses>, u64),
}

impl Exceeded<'_> {
    /// Where the policy sets it.
    pub fn span(&self) -> &Span {
        match self {
            Self::Prefixes(limit) => &limit.span,
            Self::Share(limit) => &limit.span,
            Self::Addresses(limit, _) => &limit.span,
        }
    }
}

impl fmt::Display for Exceeded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefixes(limit) if limit.value == 1 => f.write_str("1 prefix"),
            Self::Prefixes(limit) => write!(f, "{} prefixes", limit.value),
            Self::Share(limit) => write!(f, "{} of what base announces", limit.value),
            Self::Addresses(limit, count) => {
                write!(f, "a {} of addresses, and these are {count}", limit.value)
            }
        }
    }
}

impl Withdrawal {
    /// What `change` withdraws; `None` where it is not known what both sides announce.
    pub fn of(change: &Change) -> Option<Self> {
        let (base, head) = change.complete()?;
        let mut withdrawal = Self {
            lost: BTreeSet::new(),
            covered: BTreeMap::new(),
            before: 0,
            addresses: 0,
        };
        for prefix in base.fleet.present().filter(|prefix| counts(base, *prefix)) {
            withdrawal.before += 1;
            if head.fleet.is_present(prefix) {
                continue;
            }
            match Cover::sufficient(change, prefix) {
                Some(cover) => drop(withdrawal.covered.insert(prefix, cover)),
                None => drop(withdrawal.lost.insert(prefix)),
            }
        }
        withdrawal.addresses = addresses(&withdrawal.lost, head);
        Some(withdrawal)
    }

    /// The limits that the prefixes out of reach exceed.
    pub fn exceeded<'a>(&self, limits: &'a Limits) -> Vec<Exceeded<'a>> {
        exceeded(limits, self.lost.len(), self.before, self.addresses)
    }

    /// The limits that all withdrawn prefixes together exceed, the covered ones included.
    pub fn exceeded_with_covered<'a>(&self, limits: &'a Limits) -> Vec<Exceeded<'a>> {
        let covered: u64 = widest(self.covered.keys().copied()).filter_map(size).sum();
        let held = self.addresses.saturating_add(covered);
        let all = self.covered.len() + self.lost.len();
        exceeded(limits, all, self.before, held)
    }
}

/// Whether the withdrawal of `prefix` is a loss: it is ours, and not only the request to discard
/// what goes to one address. Taking back what somebody else's network is told is a repair.
fn counts(base: &Side, prefix: Prefix) -> bool {
    let owned = &base.network.owned;
    let is_ours = owned.iter().next().is_none() || owned.covering(prefix).next().is_some();
    let mut present = base
        .of(prefix)
        .filter(|(_, a)| a.presence == Presence::Present);
    is_ours && !present.all(|(_, a)| blackhole::is_host(prefix) && blackhole::is_tagged(a))
}

fn exceeded(limits: &Limits, lost: usize, before: usize, addresses: u64) -> Vec<Exceeded<'_>> {
    let mut found = Vec::new();
    if let Some(limit) = &limits.withdraw_prefixes
        && u32::try_from(lost).map_or(true, |lost| lost > limit.value)
    {
        found.push(Exceeded::Prefixes(limit));
    }
    if let Some(limit) = &limits.withdraw_share
        && limit.value.is_exceeded(lost, before)
    {
        found.push(Exceeded::Share(limit));
    }
    if let Some(limit) = &limits.withdraw_addresses
        && limit.value.is_exceeded(addresses)
    {
        found.push(Exceeded::Addresses(limit, addresses));
    }
    found
}

/// The IPv4 addresses of `lost` that no prefix in head holds.
fn addresses(lost: &BTreeSet<Prefix>, head: &Side) -> u64 {
    widest(lost.iter().copied())
        .filter_map(|prefix| {
            let left = widest(head.fleet.inside(prefix)).filter_map(size).sum();
            Some(size(prefix)?.saturating_sub(left))
        })
        .sum()
}

/// The prefixes that none before them covers; in their order, a prefix comes before what it
/// covers.
fn widest(prefixes: impl Iterator<Item = Prefix>) -> impl Iterator<Item = Prefix> {
    let mut last: Option<Prefix> = None;
    prefixes.filter(move |prefix| {
        let is_inside = last.is_some_and(|last| last.covers(*prefix));
        if !is_inside {
            last = Some(*prefix);
        }
        !is_inside
    })
}

/// Addresses of an IPv4 prefix.
fn size(prefix: Prefix) -> Option<u64> {
    (prefix.family() == Family::Ipv4)
        .then(|| 1_u64 << u32::from(prefix.max_length() - prefix.length()))
}
