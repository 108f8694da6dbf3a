//! `dashmap` with one shard, which panics where its own would wait for ever.

use crate::core::{Core, Exclusive, Mapped, Shared};
use std::collections::HashMap;
use std::hash::Hash;

pub struct DashMap<K, V>(Core<HashMap<K, V>>);

pub mod mapref {
    pub mod one {
        /// The key's type is only there to be written, as in the original.
        pub type Ref<'a, K, V> = <K as super::super::Key>::Of<super::super::Mapped<'a, std::cell::Ref<'a, V>>>;
        /// The same.
        pub type RefMut<'a, K, V> = <K as super::super::Key>::Of<super::super::Mapped<'a, std::cell::RefMut<'a, V>>>;
    }
}

pub trait Key {
    type Of<G>;
}
impl<K> Key for K {
    type Of<G> = G;
}

impl<K: Eq + Hash, V> DashMap<K, V> {
    pub fn new() -> Self {
        Self(Core::new(HashMap::new()))
    }
    pub fn core(&self) -> &Core<HashMap<K, V>> {
        &self.0
    }
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        self.0.exclusive().insert(key, value)
    }
    pub fn remove(&self, key: &K) -> Option<(K, V)> {
        self.0.exclusive().remove_entry(key)
    }
    pub fn contains_key(&self, key: &K) -> bool {
        self.0.shared_recursive().contains_key(key)
    }
    pub fn len(&self) -> usize {
        self.0.shared_recursive().len()
    }
    pub fn get(&self, key: &K) -> Option<mapref::one::Ref<'_, K, V>> {
        Shared::filter_map(self.0.shared_recursive(), |map| map.get(key))
    }
    pub fn get_mut(&self, key: &K) -> Option<mapref::one::RefMut<'_, K, V>> {
        Exclusive::filter_map(self.0.exclusive(), |map| map.get_mut(key))
    }
}
