//! What is known by key, some of it on top of what was known before.

use std::collections::HashMap;
use std::hash::Hash;

/// What is known of one thing.
#[derive(Clone, Debug)]
pub(super) enum Slot<V> {
    There(V),
    /// It was dropped.
    Gone,
    /// Something that is not understood may have changed it.
    Unknown,
}

/// Things by key.
#[derive(Debug)]
pub(super) struct Layer<K, V>(HashMap<K, Slot<V>>);

impl<K, V> Default for Layer<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq, V> Layer<K, V> {
    pub(super) fn get<'a>(&'a self, base: Option<&'a Self>, key: &K) -> Option<&'a Slot<V>> {
        self.0.get(key).or_else(|| base?.0.get(key))
    }

    pub(super) fn there<'a>(&'a self, base: Option<&'a Self>, key: &K) -> Option<&'a V> {
        match self.get(base, key)? {
            Slot::There(value) => Some(value),
            Slot::Gone | Slot::Unknown => None,
        }
    }

    /// What is there, to be changed and set again.
    pub(super) fn take(&mut self, base: Option<&Self>, key: &K) -> Option<V>
    where
        V: Clone,
    {
        match self.0.get_mut(key) {
            Some(slot) => match std::mem::replace(slot, Slot::Unknown) {
                Slot::There(value) => Some(value),
                Slot::Gone | Slot::Unknown => None,
            },
            None => base?.there(None, key).cloned(),
        }
    }

    pub(super) fn set(&mut self, key: K, slot: Slot<V>) {
        self.0.insert(key, slot);
    }

    /// What was set in a layer on top of this one.
    pub(super) fn take_over(&mut self, top: Self) {
        self.0.extend(top.0);
    }

    /// All that are there.
    pub(super) fn all<'a>(&'a self, base: Option<&'a Self>) -> impl Iterator<Item = &'a V>
    where
        K: 'a,
    {
        let beneath = base.into_iter().flat_map(|base| base.0.iter());
        let beneath = beneath.filter(|(key, _)| !self.0.contains_key(key));
        self.0.iter().chain(beneath).filter_map(|(_, slot)| match slot {
            Slot::There(value) => Some(value),
            Slot::Gone | Slot::Unknown => None,
        })
    }

    /// The keys of all about which nobody knows anything any more.
    pub(super) fn doubtful<'a>(&'a self, base: Option<&'a Self>) -> impl Iterator<Item = &'a K> {
        let beneath = base.into_iter().flat_map(|base| base.0.iter());
        let beneath = beneath.filter(|(key, _)| !self.0.contains_key(key));
        let doubtful = self.0.iter().chain(beneath);
        doubtful.filter(|(_, slot)| matches!(slot, Slot::Unknown)).map(|(key, _)| key)
    }

    /// The keys of all that are there and fit.
    pub(super) fn keys_where(&self, base: Option<&Self>, fits: impl Fn(&K, &V) -> bool) -> Vec<K>
    where
        K: Clone,
    {
        let beneath = base.into_iter().flat_map(|base| base.0.iter());
        let beneath = beneath.filter(|(key, _)| !self.0.contains_key(key));
        let there = self.0.iter().chain(beneath).filter(|(key, slot)| match slot {
            Slot::There(value) => fits(key, value),
            Slot::Gone | Slot::Unknown => false,
        });
        there.map(|(key, _)| key.clone()).collect()
    }
}
