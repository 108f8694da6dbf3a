//! Which sites, neighbours and sessions of the two sides are the same.
//!
//! A session is its address and number, and a site is what stands there, so a rename is neither a
//! withdrawal nor an addition.

mod neighbors;
mod replaced;
mod sessions;
mod sites;

use std::collections::BTreeMap;

use crate::model::Name;

pub use neighbors::neighbors;
pub use replaced::replaced;
pub use sessions::sessions;
pub use sites::sites;

/// Head's name of each of base's things that is still there.
pub type Names = BTreeMap<Name, Name>;
