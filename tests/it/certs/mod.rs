//! `cert-audit` from outside: its command line, its oracles, and input that means harm.

mod artifacts;
mod bombs;
mod boundaries;
mod chains;
mod consumers;
mod containers;
mod damage;
mod deployments;
mod documents;
mod estate;
mod hostile;
mod java;
mod keys;
mod mint;
mod minted;
mod mutants;
pub(crate) mod oracles;
mod places;
mod policy;
mod reports;
mod tools;

use testkit::cli::{Found, Tool};

/// The command, ready to run.
fn tool() -> Tool {
    Tool::new("cert-audit", cert_audit::run)
}

/// Rule and level of findings.
fn rules(found: &[Found]) -> Vec<(&str, &str)> {
    found
        .iter()
        .map(|found| (found.rule.as_str(), found.level.as_str()))
        .collect()
}
