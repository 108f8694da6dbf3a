//! How loaded each service is, and which of its machines takes the next connection.

mod choose;
mod record;
mod report;

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::catalog::{Catalog, ServiceId};

/// What is known of one service's load.
#[derive(Debug, Clone, Copy, Default)]
pub struct Load {
    /// Connections open now.
    pub open: usize,
    /// Connections since the entry was made.
    pub total: u64,
}

/// The load table, shared by every connection of the process.
pub struct Balancer {
    load: Arc<RwLock<HashMap<ServiceId, Load>>>,
    catalog: Arc<Catalog>,
}

impl Balancer {
    /// An empty table over `catalog`.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            load: Arc::new(RwLock::new(HashMap::new())),
            catalog,
        }
    }

    /// Copies of what the control plane published, for the admin page.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog)
    }
}
