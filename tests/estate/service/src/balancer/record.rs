//! What writes the load table.

use super::Balancer;
use crate::catalog::ServiceId;

impl Balancer {
    /// Makes an entry for `service`, so that its connections are counted from the first on.
    pub(super) fn track(&self, service: ServiceId) {
        self.load.write().entry(service).or_default();
    }

    /// Begins one connection of `service`.
    pub fn take(&self, service: ServiceId) {
        let mut table = self.load.write();
        let load = table.entry(service).or_default();
        load.open += 1;
        load.total += 1;
    }

    /// Ends one connection of `service`.
    pub fn release(&self, service: ServiceId) {
        if let Some(load) = self.load.write().get_mut(&service) {
            load.open = load.open.saturating_sub(1);
        }
    }

    /// Forgets services without a connection.
    pub fn sweep(&self) {
        self.load.write().retain(|_, load| load.open > 0);
    }
}
