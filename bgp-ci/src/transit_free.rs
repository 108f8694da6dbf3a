//! Networks that buy transit from nobody.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::Asn;

/// The table as it is shipped: dated, with its source.
const PACK: &str = rules::packs::TRANSIT_FREE;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    version: u32,
    updated: String,
    networks: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    asn: u32,
    name: String,
}

/// The networks by their numbers.
#[derive(Debug)]
pub struct TransitFree {
    /// The day on which the table was compared with its source.
    pub updated: String,
    /// Their names.
    pub networks: BTreeMap<Asn, String>,
}

impl TransitFree {
    /// The table that this version ships.
    ///
    /// # Panics
    /// The table that is compiled in is broken, which a test rules out.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<TransitFree> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            let pack: Pack =
                serde_saphyr::from_str(PACK).expect("the shipped table is read by a test");
            assert_eq!(pack.version, 1, "the shipped table is of version 1");
            let networks = pack.networks.into_iter();
            TransitFree {
                updated: pack.updated,
                networks: networks.map(|entry| (Asn(entry.asn), entry.name)).collect(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let shipped = TransitFree::shipped();
        assert_eq!(shipped.updated.len(), 10);
        assert!((10..30).contains(&shipped.networks.len()));
        assert!(shipped.networks.values().all(|name| !name.is_empty()));
    }
}
