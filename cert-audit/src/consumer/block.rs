//! Nested blocks that inherit: which key belongs to which certificate.
//!
//! nginx, Apache and Dovecot let an inner block take what an outer one says and it does not.
//! Certificates and keys are inherited each for itself, and the n-th of one belongs to the n-th
//! of the other.

use std::collections::{BTreeMap, BTreeSet};

use super::Build;

/// The certificates and keys of one purpose in one block: indices of references.
#[derive(Debug, Default)]
struct Slot {
    purpose: &'static str,
    certificates: Vec<usize>,
    keys: Vec<usize>,
}

/// A block.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Index of the block around it.
    parent: Option<usize>,
    slots: Vec<Slot>,
    /// The service of a block that serves something.
    pub(super) service: Option<usize>,
    /// Whether it is itself what serves over TLS.
    pub(super) tls: bool,
    /// Whether it is itself what connects to another server.
    pub(super) connects: bool,
}

/// All blocks of a file; the first is the file.
#[derive(Debug)]
pub(super) struct Blocks(Vec<Block>);

/// The block of the file itself.
pub(super) const FILE: usize = 0;

/// Most blocks that an inherited setting is looked for in, from the inside.
const DEEPEST: usize = 64;

impl Blocks {
    pub(super) fn new() -> Self {
        Self(vec![Block::default()])
    }

    /// Opens a block and gives its index.
    pub(super) fn open(&mut self, parent: usize) -> usize {
        let service = self.0.get(parent).and_then(|block| block.service);
        self.0.push(Block {
            parent: Some(parent),
            service,
            ..Block::default()
        });
        self.0.len() - 1
    }

    /// The block around `block`; the file where there is none.
    pub(super) fn parent(&self, block: usize) -> usize {
        self.0
            .get(block)
            .and_then(|block| block.parent)
            .unwrap_or(FILE)
    }

    pub(super) fn at(&mut self, block: usize) -> Option<&mut Block> {
        self.0.get_mut(block)
    }

    fn slot(&mut self, block: usize, purpose: &'static str) -> Option<&mut Slot> {
        let slots = &mut self.0.get_mut(block)?.slots;
        let at = slots.iter().position(|slot| slot.purpose == purpose);
        let at = at.unwrap_or_else(|| {
            slots.push(Slot {
                purpose,
                ..Slot::default()
            });
            slots.len() - 1
        });
        slots.get_mut(at)
    }

    /// Remembers a certificate.
    pub(super) fn certificate(&mut self, block: usize, purpose: &'static str, reference: usize) {
        if let Some(slot) = self.slot(block, purpose) {
            slot.certificates.push(reference);
        }
    }

    /// Remembers a key.
    pub(super) fn key(&mut self, block: usize, purpose: &'static str, reference: usize) {
        if let Some(slot) = self.slot(block, purpose) {
            slot.keys.push(reference);
        }
    }

    /// Whether the block itself names a certificate for the purpose.
    pub(super) fn has_certificate(&self, block: usize, purpose: &str) -> bool {
        !self.certificates(block, purpose).is_empty()
    }

    fn own<'b>(
        &'b self,
        block: usize,
        purpose: &str,
        which: impl Fn(&'b Slot) -> &'b Vec<usize>,
    ) -> &'b [usize] {
        self.0
            .get(block)
            .and_then(|block| block.slots.iter().find(|slot| slot.purpose == purpose))
            .map_or(&[], |slot| which(slot))
    }

    fn effective<'b>(
        &'b self,
        block: usize,
        purpose: &str,
        which: impl Fn(&'b Slot) -> &'b Vec<usize> + Copy,
    ) -> &'b [usize] {
        let mut at = Some(block);
        for _ in 0..DEEPEST {
            let Some(here) = at else { break };
            let own = self.own(here, purpose, which);
            if !own.is_empty() {
                return own;
            }
            at = self.0.get(here).and_then(|block| block.parent);
        }
        &[]
    }

    /// Writes all pairs. Where `inside` is set, a certificate without key is taken to hold it.
    pub(super) fn pair(&self, build: &mut Build, inside: bool) {
        for (index, block) in self.0.iter().enumerate() {
            for slot in &block.slots {
                let certificates = self.effective(index, slot.purpose, |slot| &slot.certificates);
                let keys = self.effective(index, slot.purpose, |slot| &slot.keys);
                for (&certificate, &key) in certificates.iter().zip(keys) {
                    build.pair(certificate, key);
                }
                if inside && !slot.certificates.is_empty() {
                    for &certificate in certificates.iter().skip(keys.len()) {
                        build.holds_key(certificate);
                    }
                }
            }
        }
    }

    /// Which services use a certificate of a block around theirs: that block, and those services.
    pub(super) fn inherited(&self, purpose: &str) -> BTreeMap<usize, Vec<usize>> {
        let mut heirs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, block) in self.0.iter().enumerate() {
            if !block.tls || self.has_certificate(index, purpose) {
                continue;
            }
            let (Some(service), Some(parent)) = (block.service, block.parent) else {
                continue;
            };
            let mut at = Some(parent);
            for _ in 0..DEEPEST {
                let Some(here) = at else { break };
                if self.has_certificate(here, purpose) {
                    heirs.entry(here).or_default().push(service);
                    break;
                }
                at = self.0.get(here).and_then(|block| block.parent);
            }
        }
        heirs
    }

    /// Whether the block is itself what serves something.
    fn is_service(&self, index: usize) -> bool {
        let service = |index: usize| self.0.get(index).and_then(|block| block.service);
        service(index).is_some()
            && self
                .0
                .get(index)
                .and_then(|block| block.parent)
                .is_none_or(|parent| service(parent) != service(index))
    }

    /// The certificates and keys that some block uses: one that serves, or, for another purpose
    /// than that, one that connects.
    pub(super) fn used(&self, purpose: &str) -> BTreeSet<usize> {
        let mut used = BTreeSet::new();
        for (index, block) in self.0.iter().enumerate() {
            let uses = match purpose {
                "" => self.is_service(index),
                _ => block.connects,
            };
            if uses {
                used.extend(self.effective(index, purpose, |slot| &slot.certificates));
                used.extend(self.effective(index, purpose, |slot| &slot.keys));
            }
        }
        used
    }

    /// Whether a certificate counts in the block, its own or one around it.
    pub(super) fn is_certified(&self, block: usize) -> bool {
        !self
            .effective(block, "", |slot| &slot.certificates)
            .is_empty()
    }

    /// The certificates that the block itself names.
    pub(super) fn certificates(&self, block: usize, purpose: &str) -> &[usize] {
        self.own(block, purpose, |slot| &slot.certificates)
    }
}
