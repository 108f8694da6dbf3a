//! Reserved numbers of autonomous systems: what has no place in a path of the global routing
//! table, and which RFC says so.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::{Asn, AsnRange};
use crate::policy::network::{Network, Public};

/// The table as it is shipped: dated, with its source.
const PACK: &str = rules::packs::RESERVED_ASNS;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    version: u32,
    updated: String,
    blocks: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    first: u32,
    last: u32,
    name: String,
    rfc: Option<u32>,
    purpose: Purpose,
}

/// What a block is set aside for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// For networks that nobody else sees: neighbours take these out of a path.
    Private,
    /// For examples: no system has such a number.
    Documentation,
    /// For nothing.
    Reserved,
}

/// Numbers that are set aside.
#[derive(Debug)]
pub struct Block {
    /// Which.
    pub range: AsnRange,
    /// What for.
    pub name: String,
    /// The RFC that says so; `None` where only the registry does.
    pub rfc: Option<u32>,
    /// What follows from it.
    pub purpose: Purpose,
}

/// The blocks, in the order of their numbers.
#[derive(Debug)]
pub struct Reserved {
    /// The day on which the table was compared with its source.
    pub updated: String,
    blocks: Vec<Block>,
}

impl Reserved {
    /// The table that this version ships.
    ///
    /// # Panics
    /// The table that is compiled in is broken, which a test rules out.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Reserved> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            let pack: Pack =
                serde_saphyr::from_str(PACK).expect("the shipped table is read by a test");
            assert_eq!(pack.version, 1, "the shipped table is of version 1");
            let blocks = pack.blocks.into_iter().map(|entry| Block {
                range: AsnRange::new(Asn(entry.first), Asn(entry.last))
                    .expect("the shipped table is read by a test"),
                name: entry.name,
                rfc: entry.rfc,
                purpose: entry.purpose,
            });
            Reserved {
                updated: pack.updated,
                blocks: blocks.collect(),
            }
        })
    }

    /// The block that holds `asn`, if one does.
    pub fn block(&self, asn: Asn) -> Option<&Block> {
        self.blocks.iter().find(|block| block.range.contains(asn))
    }

    /// The block that makes `asn` a bogon in the paths of `network`, if one does.
    ///
    /// The policy means what it lists below `treat-as-public`, and numbers for documentation that
    /// it uses itself: a network that calls itself by one is an example.
    pub fn bogon(&self, network: &Network, asn: Asn) -> Option<&Block> {
        let listed = network.public.iter().any(|public| match public.value {
            Public::Asns(range) => range.contains(asn),
            Public::Prefix(_) => false,
        });
        if listed {
            return None;
        }
        let block = self.block(asn)?;
        let example = block.purpose == Purpose::Documentation && uses(network, asn);
        (!example).then_some(block)
    }
}

/// Whether the policy gives the number to us or to a neighbour.
fn uses(network: &Network, asn: Asn) -> bool {
    let mut neighbors = network.neighbors.values();
    network.asn == asn
        || network.origins.contains_key(&asn)
        || neighbors.any(|neighbor| neighbor.asn == asn || neighbor.presents_as == Some(asn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blocks_are_those_of_the_registry() {
        let reserved = Reserved::shipped();
        assert_eq!(reserved.updated.len(), 10);
        let block = reserved.block(Asn(65552)).or(reserved.block(Asn(131_071)));
        assert_eq!(block.map(|block| block.rfc), Some(None));
        for (asn, rfc) in [
            (0, 7607),
            (23456, 6793),
            (64496, 5398),
            (64511, 5398),
            (64512, 6996),
            (65534, 6996),
            (65535, 7300),
            (65536, 5398),
            (65551, 5398),
            (4_200_000_000, 6996),
            (4_294_967_294, 6996),
            (u32::MAX, 7300),
        ] {
            let block = reserved.block(Asn(asn)).and_then(|block| block.rfc);
            assert_eq!(block, Some(rfc), "{asn}");
        }
        for asn in [1, 23455, 23457, 64495, 131_072, 4_199_999_999] {
            assert!(reserved.block(Asn(asn)).is_none(), "{asn}");
        }
    }

    #[test]
    fn the_blocks_are_sorted_and_apart() {
        let blocks = &Reserved::shipped().blocks;
        let apart = |pair: &[Block]| pair[0].range.last() < pair[1].range.first();
        assert!(blocks.windows(2).all(apart));
    }
}
