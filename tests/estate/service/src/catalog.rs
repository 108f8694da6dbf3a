//! Which services exist and where their machines listen: written by the control plane, read by everyone.

use std::collections::HashMap;
use std::net::SocketAddr;

use tokio::sync::RwLock;

/// A customer's service, as the first bytes of a connection name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServiceId(pub u64);

/// The machines of every service.
#[derive(Debug, Default)]
pub struct Catalog {
    machines: RwLock<HashMap<ServiceId, Vec<SocketAddr>>>,
}

impl Catalog {
    /// Where `service` runs. The guard is named and ends with the block: nothing is awaited under it but the lock.
    pub async fn machines(&self, service: ServiceId) -> Vec<SocketAddr> {
        let machines = self.machines.read().await;
        machines.get(&service).cloned().unwrap_or_default()
    }

    /// Replaces what is known of `service`.
    pub async fn publish(&self, service: ServiceId, found: Vec<SocketAddr>) {
        self.machines.write().await.insert(service, found);
    }
}
