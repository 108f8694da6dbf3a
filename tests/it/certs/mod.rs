//! `cert-audit` from outside: its command line, its oracles, and input that means harm.

mod boundaries;
mod consumers;
mod containers;
mod hostile;
mod mint;
mod minted;
mod oracles;
mod places;
mod policy;

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
