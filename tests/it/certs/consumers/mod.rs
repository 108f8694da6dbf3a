//! References in configurations, decided by the servers that read them.
//!
//! For those with a check mode, generated configurations are judged by this: with the files that
//! our reader names, and no other, the server accepts the configuration; without any one of them it
//! refuses and names that file. For the others, the values are what their own parser prints.

mod files;
mod printed;
mod servers;
mod shipped;

use std::path::{Path, PathBuf};

use cert_audit::consumer::{self, Config, Mounts, Seen, Target};

/// Numbers in an order that is always the same.
struct Dice(u64);

impl Dice {
    fn of(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.below(2);
        dice
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).expect("53 bits fit") % end.max(1)
    }

    /// True once in `times`.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// How many generated configurations a server is asked about.
const ROUNDS: u64 = 100;

/// What we read in a configuration that lies at `path` below `root`.
fn read(root: &Path, path: &str) -> Config {
    let bytes = std::fs::read(root.join(path)).unwrap();
    consumer::read(&bytes, path).unwrap_or_else(|| {
        let text = String::from_utf8_lossy(&bytes);
        panic!("nothing was read in {path}:\n{text}")
    })
}

/// Where each reference of a configuration leads while none of the files is there.
fn places(config: &Config, root: &Path, path: &str) -> Vec<PathBuf> {
    let seen = Seen::new([path], []);
    config
        .references
        .iter()
        .map(|reference| {
            match consumer::resolve(reference, path, root, &seen, &Mounts::default()) {
                Target::Missing { path, .. } => root.join(path),
                other => panic!("{}: {other:?}", reference.target),
            }
        })
        .collect()
}
