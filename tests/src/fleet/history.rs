//! The history: states that follow each other by healthy changes, and the mistakes beside it.

use super::Files;
use super::Language;
use super::edit;
use super::mistake::{Kind, MISTAKES};
use super::network::Network;
use crate::programs::choice::Dice;

/// A state, and what the change to it was.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The kind of change.
    pub kind: &'static str,
    /// What the team wrote.
    pub subject: String,
    /// The state.
    pub network: Network,
}

/// A mistake beside the history.
#[derive(Debug, Clone, Copy)]
pub struct Planted {
    /// The state that it changes, by its place in the history.
    pub at: usize,
    /// What it does.
    pub kind: &'static Kind,
}

/// A history and its mistakes.
#[derive(Debug, Clone)]
pub struct History {
    /// From the oldest on.
    pub commits: Vec<Commit>,
    /// Every kind of mistake, so many times.
    pub planted: Vec<Planted>,
}

impl History {
    /// A history of `length` changes in which each kind of mistake is made `times`.
    pub fn new(length: usize, times: usize, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut network = Network::first();
        let mut commits = vec![Commit {
            kind: "first",
            subject: "the network".to_owned(),
            network: network.clone(),
        }];
        while commits.len() <= length {
            let edit = edit::chosen(&mut dice);
            let before = network.clone();
            let Some(subject) = (edit.apply)(&mut network, &mut dice) else {
                network = before;
                continue;
            };
            if network != before {
                commits.push(Commit {
                    kind: edit.name,
                    subject,
                    network: network.clone(),
                });
            }
        }
        let places: Vec<usize> = (0..commits.len()).collect();
        let mut planted = Vec::new();
        for kind in MISTAKES {
            for _ in 0..times {
                let at = *dice.pick(&places).expect("there are commits");
                planted.push(Planted { at, kind });
            }
        }
        Self { commits, planted }
    }

    /// The files before and after a mistake, where the language can make it.
    pub fn made(&self, planted: &Planted, language: Language) -> Option<(Files, Files)> {
        let commit = self.commits.get(planted.at).expect("it is in the history");
        planted.kind.made(&commit.network, language)
    }
}
