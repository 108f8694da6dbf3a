//! Authorizations of ours that allow longer prefixes than we announce (RFC 9319).

use std::collections::{BTreeMap, BTreeSet};

use crate::change::Side;
use crate::model::Prefix;
use crate::policy::Owned;
use crate::rpki::{Origin, Vrp};

/// The loose authorizations for one owned prefix.
#[derive(Debug)]
pub struct Loose<'a> {
    /// The owned prefix.
    pub owned: &'a Owned,
    /// The authorizations.
    pub vrps: BTreeSet<Vrp>,
}

/// Every loose authorization of `side`.
pub fn vrps(side: &Side) -> Vec<Vrp> {
    let by_owned = by_owned(side).into_values();
    by_owned.flat_map(|loose| loose.vrps).collect()
}

/// The loose authorizations of `side`, by the owned prefix that they are about.
pub fn by_owned(side: &Side) -> BTreeMap<Prefix, Loose<'_>> {
    let mut found: BTreeMap<Prefix, Loose<'_>> = BTreeMap::new();
    let Some(vrps) = side.data.vrps.as_deref() else {
        return found;
    };
    let announced = Announced::of(side);
    let owned = &side.network.owned;
    let ours: BTreeSet<Vrp> = owned
        .prefixes()
        .flat_map(|prefix| vrps.covering(prefix).chain(vrps.inside(prefix)))
        .filter(|vrp| side.network.origins.contains_key(&vrp.asn))
        .collect();
    for vrp in ours {
        let about = owned.covering(vrp.prefix).next();
        let about = about.or_else(|| owned.inside(vrp.prefix).next());
        if let Some(about) = about
            && announced.leaves_room(&vrp)
        {
            found
                .entry(about.prefix.value)
                .or_insert_with(|| Loose {
                    owned: about,
                    vrps: BTreeSet::new(),
                })
                .vrps
                .insert(vrp);
        }
    }
    found
}

/// What is announced, by origin.
struct Announced(BTreeMap<Origin, BTreeSet<Prefix>>);

impl Announced {
    fn of(side: &Side) -> Self {
        let mut announced: BTreeMap<Origin, BTreeSet<Prefix>> = BTreeMap::new();
        for (key, announcement) in side.external() {
            if let Some(asn) = announcement.route.origin() {
                announced.entry(asn.into()).or_default().insert(key.prefix);
            }
        }
        Self(announced)
    }

    /// Whether space of the authorization is announced, and not all of it at the longest that it
    /// allows: a longer prefix of the rest would win over ours.
    fn leaves_room(&self, vrp: &Vrp) -> bool {
        let free = vrp.max_length.saturating_sub(vrp.prefix.length());
        let Some(announced) = self.0.get(&vrp.asn.into()) else {
            return false;
        };
        if free == 0 {
            return false;
        }
        let (mut inside, mut longest) = (false, 0_u64);
        for prefix in announced
            .range(vrp.prefix..)
            .take_while(|prefix| vrp.prefix.covers(**prefix))
        {
            inside = true;
            longest += u64::from(prefix.length() == vrp.max_length);
        }
        let all = 1_u64.checked_shl(free.into());
        let touched = inside
            || vrp
                .prefix
                .covering()
                .any(|wider| announced.contains(&wider));
        touched && all != Some(longest)
    }
}
