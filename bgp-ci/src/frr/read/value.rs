//! Values as they are written.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use crate::frr::config::{Action, CommunityValue};
use crate::model::{Asn, Prefix};

/// A network; bits of the host are dropped, as FRR does.
pub(super) fn prefix(text: &str) -> Option<Prefix> {
    let (address, length) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let net = IpNet::new(address, length.parse().ok()?).ok()?;
    Some(Prefix::truncated(net))
}

/// `permit` or `deny`.
pub(super) fn action(word: &str) -> Option<Action> {
    match word {
        "permit" => Some(Action::Permit),
        "deny" => Some(Action::Deny),
        _ => None,
    }
}

/// A number of a system, plain or with a dot.
pub(in super::super) fn asn(text: &str) -> Option<Asn> {
    if let Some((high, low)) = text.split_once('.') {
        let (high, low): (u16, u16) = (high.parse().ok()?, low.parse().ok()?);
        return Some(Asn((u32::from(high) << 16) | u32::from(low)));
    }
    text.parse().ok().map(Asn)
}

/// The communities that have names (those of FRR 8).
pub(crate) const WELL_KNOWN: &[(&str, u32)] = &[
    ("internet", 0),
    ("graceful-shutdown", 0xffff_0000),
    ("accept-own", 0xffff_0001),
    ("route-filter-translated-v4", 0xffff_0002),
    ("route-filter-v4", 0xffff_0003),
    ("route-filter-translated-v6", 0xffff_0004),
    ("route-filter-v6", 0xffff_0005),
    ("llgr-stale", 0xffff_0006),
    ("no-llgr", 0xffff_0007),
    ("accept-own-nexthop", 0xffff_0008),
    ("blackhole", 0xffff_029a),
    ("no-export", 0xffff_ff01),
    ("no-advertise", 0xffff_ff02),
    ("local-AS", 0xffff_ff03),
    ("no-peer", 0xffff_ff04),
];

/// A standard community.
pub(super) fn community(text: &str) -> Option<u32> {
    if let Some((_, value)) = WELL_KNOWN.iter().find(|(name, _)| *name == text) {
        return Some(*value);
    }
    let (high, low) = text.split_once(':')?;
    let (high, low): (u16, u16) = (high.parse().ok()?, low.parse().ok()?);
    Some((u32::from(high) << 16) | u32::from(low))
}

/// A large community.
pub(super) fn large(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split(':').map(str::parse);
    let found = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    parts.next().is_none().then_some(found)
}

/// An extended community of the kind `rt` or `soo`, as on the wire.
pub(super) fn extended(kind: &str, text: &str) -> Option<u64> {
    let low: u64 = match kind {
        "rt" => 0x02,
        "soo" => 0x03,
        _ => return None,
    };
    let (key, value) = text.split_once(':')?;
    let value: u32 = value.parse().ok()?;
    if let Ok(address) = key.parse::<Ipv4Addr>() {
        let value = u16::try_from(value).ok()?;
        let bits = u64::from(address.to_bits()) << 16 | u64::from(value);
        return Some((0x01_u64 << 56) | (low << 48) | bits);
    }
    let key = asn(key)?.0;
    if let Ok(key) = u16::try_from(key) {
        return Some((low << 48) | (u64::from(key) << 32) | u64::from(value));
    }
    let value = u16::try_from(value).ok()?;
    Some((0x02_u64 << 56) | (low << 48) | (u64::from(key) << 16) | u64::from(value))
}

/// The communities of one entry of a list of `kind`.
pub(super) fn communities(kind: &str, words: &[&str]) -> Option<Vec<CommunityValue>> {
    if words.is_empty() {
        return None;
    }
    if kind == "extcommunity-list" {
        let mut values = Vec::new();
        let mut of = None;
        for word in words {
            if matches!(*word, "rt" | "soo") {
                of = Some(*word);
            } else {
                values.push(CommunityValue::Extended(extended(of?, word)?));
            }
        }
        return (!values.is_empty()).then_some(values);
    }
    let values = words.iter().map(|word| {
        Some(if kind == "community-list" {
            CommunityValue::Standard(community(word)?)
        } else {
            let (a, b, c) = large(word)?;
            CommunityValue::Large(a, b, c)
        })
    });
    values.collect()
}

/// The code on the wire of `igp`, `egp` or `incomplete`.
pub(super) fn origin(word: &str) -> Option<u8> {
    match word {
        "igp" => Some(0),
        "egp" => Some(1),
        "incomplete" => Some(2),
        _ => None,
    }
}
