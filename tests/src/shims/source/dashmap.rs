//! `dashmap` with one shard, which panics where its own would wait for ever.

use crate::core::Core;
use std::cell::{Ref as Shared, RefMut as Exclusive};
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};

pub struct DashMap<K, V>(Core<HashMap<K, V>>);

pub mod mapref {
    pub mod one {
        pub use crate::dashmap::{Ref, RefMut};
    }
}

/// The key's type is kept as in the original.
pub struct Ref<'a, K, V>(Shared<'a, V>, std::marker::PhantomData<K>);
pub struct RefMut<'a, K, V>(Exclusive<'a, V>, std::marker::PhantomData<K>);

impl<K: Eq + Hash, V> DashMap<K, V> {
    pub fn new() -> Self {
        Self(Core::new(HashMap::new()))
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
    pub fn get(&self, key: &K) -> Option<Ref<'_, K, V>> {
        let guard = Shared::filter_map(self.0.shared_recursive(), |map| map.get(key)).ok()?;
        Some(Ref(guard, std::marker::PhantomData))
    }
    pub fn get_mut(&self, key: &K) -> Option<RefMut<'_, K, V>> {
        let guard = Exclusive::filter_map(self.0.exclusive(), |map| map.get_mut(key)).ok()?;
        Some(RefMut(guard, std::marker::PhantomData))
    }
}

impl<K, V> Deref for Ref<'_, K, V> {
    type Target = V;
    fn deref(&self) -> &V {
        &self.0
    }
}
impl<K, V> Deref for RefMut<'_, K, V> {
    type Target = V;
    fn deref(&self) -> &V {
        &self.0
    }
}
impl<K, V> DerefMut for RefMut<'_, K, V> {
    fn deref_mut(&mut self) -> &mut V {
        &mut self.0
    }
}
