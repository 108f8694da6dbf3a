pub use dashmap::DashMap;
pub use parking_lot::{Mutex, MutexGuard};
pub use tools::*;

pub struct State {
    pub g: Mutex<Data>,
    pub o: Mutex<Data>,
    pub l: Mutex<Data>,
    /// Poisoned where `c` is false.
    pub p: std::sync::Mutex<Data>,
    pub v: std::sync::Condvar,
    pub t: tokio::sync::Mutex<Data>,
    /// Has the key 1 where `c` is true.
    pub m: DashMap<u64, Data>,
}

pub struct Both<A, B> {
    pub a: A,
    pub b: B,
}

pub fn at(n: u64) -> u64 {
    /* at */
    n
}
