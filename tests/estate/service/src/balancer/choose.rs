//! The choice of a machine: the hot path, once a connection.

use std::net::SocketAddr;

use super::Balancer;
use crate::catalog::ServiceId;

impl Balancer {
    /// The machine that takes the next connection of `service`.
    pub fn choose(&self, service: ServiceId, machines: &[SocketAddr]) -> Option<SocketAddr> {
        if let Some(load) = self.load.read().get(&service) {
            machines.get(load.open % machines.len().max(1)).copied()
        } else {
            self.admit(service);
            machines.first().copied()
        }
    }

    /// Makes `service` known before its first connection.
    fn admit(&self, service: ServiceId) {
        self.track(service);
    }

    /// As `choose`, with the guard named and dropped before the table is written.
    pub fn choose_with_named_guard(
        &self,
        service: ServiceId,
        machines: &[SocketAddr],
    ) -> Option<SocketAddr> {
        let table = self.load.read();
        let open = table.get(&service).map(|load| load.open);
        drop(table);
        if let Some(open) = open {
            machines.get(open % machines.len().max(1)).copied()
        } else {
            self.admit(service);
            machines.first().copied()
        }
    }

    /// As `choose`, with the guard's life ended by a block around a named guard.
    pub fn choose_in_block(
        &self,
        service: ServiceId,
        machines: &[SocketAddr],
    ) -> Option<SocketAddr> {
        let open = {
            let table = self.load.read();
            table.get(&service).map(|load| load.open)
        };
        if let Some(open) = open {
            machines.get(open % machines.len().max(1)).copied()
        } else {
            self.admit(service);
            machines.first().copied()
        }
    }

    /// As `choose`, with the value copied out by a `let` of its own: the guard ends with that statement.
    pub fn choose_by_copy(
        &self,
        service: ServiceId,
        machines: &[SocketAddr],
    ) -> Option<SocketAddr> {
        let load = self.load.read().get(&service).copied();
        if let Some(load) = load {
            machines.get(load.open % machines.len().max(1)).copied()
        } else {
            self.admit(service);
            machines.first().copied()
        }
    }

    /// As `choose`, by `match`. Over `self.load.read().get(&service)` it would hang in every edition,
    /// 2024 included: only `if let` drops its temporaries before the `else` there.
    pub fn choose_by_match(
        &self,
        service: ServiceId,
        machines: &[SocketAddr],
    ) -> Option<SocketAddr> {
        let load = self.load.read().get(&service).copied();
        match load {
            Some(load) => machines.get(load.open % machines.len().max(1)).copied(),
            None => {
                self.admit(service);
                machines.first().copied()
            }
        }
    }
}
