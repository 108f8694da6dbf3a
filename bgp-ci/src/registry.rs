//! Special-purpose address space: what is not for the global routing table, and says which RFC.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::Prefix;

/// The table as it is shipped: dated, with its sources.
const PACK: &str = rules::packs::SPECIAL_PURPOSE;

/// A block of address space that is registered for a purpose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    #[serde(rename = "prefix")]
    text: String,
    /// What it is for.
    pub name: String,
    /// The RFC that says so.
    pub rfc: u32,
    /// The registry that lists it.
    pub registry: String,
    /// Whether it belongs into the global routing table.
    pub reachable: Reachable,
}

/// Whether a block belongs into the global routing table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "ReachableText")]
pub enum Reachable {
    /// It does, whatever covers it.
    Yes,
    /// It does not.
    No,
    /// The registry does not say, and no RFC withdraws it.
    Unstated,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReachableText {
    Known(bool),
    Unstated(Unstated),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unstated {
    Unstated,
}

impl From<ReachableText> for Reachable {
    fn from(text: ReachableText) -> Self {
        match text {
            ReachableText::Known(true) => Self::Yes,
            ReachableText::Known(false) => Self::No,
            ReachableText::Unstated(Unstated::Unstated) => Self::Unstated,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    version: u32,
    updated: String,
    blocks: Vec<Block>,
}

/// The special-purpose blocks, by prefix.
#[derive(Debug)]
pub struct Registry {
    /// The day of the registries' last change that the table knows.
    pub updated: String,
    blocks: BTreeMap<Prefix, Block>,
}

impl Registry {
    /// The table that this version ships.
    ///
    /// # Panics
    /// The table that is compiled in is broken, which a test rules out.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Registry> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            let pack: Pack =
                serde_saphyr::from_str(PACK).expect("the shipped table is read by a test");
            assert_eq!(pack.version, 1, "the shipped table is of version 1");
            let blocks = pack.blocks.into_iter().map(|block| {
                let prefix = block.text.parse();
                (prefix.expect("the shipped table is read by a test"), block)
            });
            Registry {
                updated: pack.updated,
                blocks: blocks.collect(),
            }
        })
    }

    /// The longest block that covers `prefix`.
    pub fn covering(&self, prefix: Prefix) -> Option<(Prefix, &Block)> {
        prefix
            .covering()
            .find_map(|wider| self.blocks.get(&wider).map(|block| (wider, block)))
    }

    /// The block that makes `prefix` a bogon, if one does.
    pub fn bogon(&self, prefix: Prefix) -> Option<(Prefix, &Block)> {
        self.covering(prefix)
            .filter(|(_, block)| block.reachable == Reachable::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Option<String> {
        let (prefix, block) = Registry::shipped().bogon(text.parse().unwrap())?;
        Some(format!("{prefix} {} RFC {}", block.name, block.rfc))
    }

    #[test]
    fn the_longest_block_decides() {
        assert_eq!(
            block("10.1.0.0/16").unwrap(),
            "10.0.0.0/8 private use RFC 1918"
        );
        assert_eq!(
            block("192.0.0.8/29").unwrap(),
            "192.0.0.0/24 IETF protocol assignments RFC 6890"
        );
        // An exception inside a block, and what is globally reachable.
        assert_eq!(block("192.0.0.9/32"), None);
        assert_eq!(block("64:ff9b::/96"), None);
        assert_eq!(block("2001:4:112::/48"), None);
        assert_eq!(block("2001::/32"), None);
        assert_eq!(
            block("2001:1::/64").unwrap(),
            "2001::/23 IETF protocol assignments RFC 2928"
        );
        assert_eq!(
            block("2001:db8:100::/40").unwrap(),
            "2001:db8::/32 documentation RFC 3849"
        );
        // What only contains special space is ordinary to this table.
        assert_eq!(block("203.0.112.0/23"), None);
        assert_eq!(block("0.0.0.0/0"), None);
        assert_eq!(block("::/0"), None);
        assert_eq!(block("2000::/3"), None);
    }

    #[test]
    fn both_ends_of_the_space_are_reserved() {
        assert_eq!(
            block("0.0.0.0/8").unwrap(),
            "0.0.0.0/8 \"this network\" RFC 791"
        );
        assert_eq!(
            block("239.1.2.0/24").unwrap(),
            "224.0.0.0/4 multicast RFC 5771"
        );
        assert_eq!(
            block("255.255.255.0/24").unwrap(),
            "240.0.0.0/4 reserved (class E) RFC 1112"
        );
        assert_eq!(block("ff02::/16").unwrap(), "ff00::/8 multicast RFC 4291");
        assert_eq!(
            block("::1/128").unwrap(),
            "::1/128 loopback address RFC 4291"
        );
    }

    /// Outside 2000::/3 nothing but what the table says is reachable.
    #[test]
    fn every_ipv6_prefix_outside_global_unicast_is_a_bogon() {
        for first in (0..=0xff_u16).filter(|first| !(0x20..=0x3f).contains(first)) {
            let text = format!("{:x}::/16", first << 8 | 0x77);
            assert!(block(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn every_block_has_a_source() {
        let registry = Registry::shipped();
        assert_eq!(registry.updated.len(), 10);
        assert!(registry.blocks.len() >= 60);
        for (prefix, block) in &registry.blocks {
            assert!(block.rfc > 0 && !block.name.is_empty(), "{prefix}");
            let known = [
                "ipv4-special",
                "ipv6-special",
                "ipv4-multicast",
                "ipv6-space",
            ];
            assert!(known.contains(&block.registry.as_str()), "{prefix}");
        }
    }
}
