//! What expires first, why, and who owns it: an offline audit of every certificate below a folder.
//!
//! The outages that this prevents have one cause: a certificate, or a CA above it, that nobody
//! had in view. So everything starts from the files and not from a list: each file is looked at
//! by its content, each certificate is read once and remembered with every place where it lies,
//! and what could not be read is named, because a gate that did not see must not say "clean".
//!
//! The stages, each owning its result: [`walk`] finds files, [`material`] tells what is in one
//! (opening [`container`]s and [`document`]s), [`consumer`] tells what a server's configuration
//! refers to, [`certificate`] reads a certificate, [`inventory`] puts all of them together,
//! [`effective`] says until when each holds and what binds it, [`audit`] looks at everything
//! through the policy at one instant, and the [`checks`] speak.
//! Nothing after the reading does input or output or knows the clock.
//!
//! # What this release leaves out
//!
//! * Nothing is asked of servers: `endpoints` of the policy is checked for its form and not
//!   applied, and the JSON report says so under `policy_not_applied`.
//! * Neither revocation nor certificate policies are evaluated.
//! * Signatures of Ed448, DSA, P-224, brainpool curves, ML-DSA and over MD2 and MD5 are not
//!   verified; a path over one of them is *likely*.
//! * Keystores that are locked by what needs MD5, or by Camellia or ARIA, are undecided.
//! * Compressed values in documents (Helm's releases) are not seen.
//! * Of consumers: nothing is inherited across included files; Caddy, Traefik, Redis and others
//!   are not read.

pub mod algorithm;
pub mod args;
pub mod audit;
pub mod base64;
pub mod bundle;
pub mod certificate;
pub mod chain;
pub mod check;
pub mod checks;
pub mod commands;
pub mod consumer;
pub mod container;
pub mod crl;
mod cursor;
mod deployment;
pub mod der;
pub mod difference;
pub mod document;
pub mod draft;
pub mod effective;
mod evidence;
pub mod expectation;
pub mod exposure;
pub mod instant;
pub mod inventory;
pub mod issued;
pub mod key;
pub mod keyring;
mod lineage;
pub mod material;
#[cfg(test)]
mod minted;
pub mod name;
mod naming;
pub mod ocsp;
pub mod outlook;
pub mod pem;
pub mod place;
pub mod policy;
pub mod read;
pub mod report;
pub mod role;
mod side;
pub mod ssh;
pub mod standing;
pub mod threshold;
mod tracked;
pub mod trust;
pub mod usage;
pub mod uses;
pub mod v1;
pub mod walk;
mod wording;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::marker::PhantomData;

use rules::ids::Part;
use rules::tool::{Failure, Input, Tool};
use rules::{Exit, Finding, Io, Outcome, Rule, Sources};
use serde_json::{Value, json};

use crate::args::Args;
use crate::audit::Audit;
use crate::commands::Commands;
use crate::instant::Instant;
use crate::inventory::Inventory;
use crate::keyring::Keyring;
use crate::policy::{Policy, Section};
use crate::trust::Trust;

/// Every rule, sorted by id.
pub static RULES: &[&Rule] = &checks::RULES;

/// The command.
pub static TOOL: Tool<Section, Args, Commands> = Tool {
    name: "cert-audit",
    version: env!("CARGO_PKG_VERSION"),
    about: "What expires first, why, and who owns it: an offline audit of every certificate",
    part: Part::Certs,
    rules: RULES,
    check,
    explain: None,
    command: commands::run,
    reads_stdin: true,
    marker: PhantomData,
};

/// Runs the command line `args`, whose first element is the name it was called by.
pub fn run(args: Vec<OsString>, io: &mut Io<'_>) -> Exit {
    TOOL.run(args, io)
}

/// All that is known when the checks have run.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The inventory, judged.
    pub audit: &'a Audit<'a>,
    /// The policy.
    pub policy: &'a Policy,
    /// The policy's text; empty without one.
    pub policy_text: &'a str,
    /// What makes a report path relative to the policy's folder when it is put before it.
    pub prefix: &'a str,
}

/// What the checks find in what was asked for.
///
/// # Errors
/// The `certs:` section of the policy cannot be used.
pub fn check(input: &Input<'_, Section, Args>) -> Result<Outcome, Failure> {
    examine(input, |_| ()).map(|((), outcome)| outcome)
}

/// What the checks find in what was asked for, and what `see` makes of all that is known then.
///
/// # Errors
/// The `certs:` section of the policy cannot be used.
pub fn examine<T: Send>(
    input: &Input<'_, Section, Args>,
    see: impl FnOnce(View<'_>) -> T + Send,
) -> Result<(T, Outcome), Failure> {
    let policy = match input.section {
        Some(section) => Policy::compile(&section.value, input.policy)?,
        None => Policy::none(),
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(input.jobs.get())
        .build();
    Ok(match pool {
        Ok(pool) => pool.install(|| outcome(input, &policy, see)),
        // Where no threads can be had, the global pool is what is left.
        Err(_) => outcome(input, &policy, see),
    })
}

/// Reads, judges and checks. Runs on the current rayon pool.
fn outcome<T>(
    input: &Input<'_, Section, Args>,
    policy: &Policy,
    see: impl FnOnce(View<'_>) -> T,
) -> (T, Outcome) {
    let mut keyring = Keyring::of(policy, input);
    let mut inventory = read::inventory(input, &keyring);
    inventory.undecided.append(&mut keyring.undecided);
    let place = trust::Place {
        scope: input.scope,
        tree: input.tree,
        prefix: input.policy_prefix,
        folder: input.policy_folder,
    };
    let mut trust = Trust::of(&inventory, policy, place);
    inventory.undecided.append(&mut trust.undecided);
    let mut audit = Audit::of(
        &inventory,
        policy,
        trust,
        input.policy_prefix,
        Instant::of_timestamp(input.now),
    );
    audit.expectations = expectation::all(&inventory, policy, place);
    let findings: Vec<Finding> = checks::ALL
        .iter()
        .flat_map(|check| (check.run)(&audit))
        .collect();
    let seen = see(View {
        audit: &audit,
        policy,
        policy_text: input.policy.text().map_or("", |text| text),
        prefix: input.policy_prefix,
    });
    let outcome = Outcome {
        sources: sources(&inventory, &findings),
        stats: stats(&audit, policy),
        files: inventory.coverage.files,
        skipped: inventory.coverage.passed.values().sum(),
        findings,
        undecided: inventory.undecided.clone(),
        suppressions: inventory.suppressions.clone(),
        ..Outcome::default()
    };
    (seen, outcome)
}

/// The texts of files that must not, or cannot, be shown as they are: those with private keys,
/// binary ones, and standard input.
fn sources(inventory: &Inventory, findings: &[Finding]) -> Sources {
    let places = findings.iter().flat_map(|finding| {
        let labels = finding.labels.iter().map(|label| &label.span.path);
        labels.chain([&finding.span.path])
    });
    let gaps = inventory.undecided.iter().map(|gap| &gap.path);
    places
        .chain(gaps)
        .filter_map(|path| {
            let shown = inventory.files.get(path)?.shown.as_ref()?;
            Some((path.clone(), shown.clone()))
        })
        .collect()
}

/// What was covered, and what of the policy no rule reads yet.
fn stats(audit: &Audit<'_>, policy: &Policy) -> BTreeMap<String, Value> {
    let coverage = json!(v1::Coverage::of(audit));
    let mut stats = BTreeMap::from([("coverage".to_owned(), coverage)]);
    if !policy.unread.is_empty() {
        stats.insert("policy_not_applied".to_owned(), json!(policy.unread));
    }
    stats
}
