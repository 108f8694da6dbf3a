//! What a routing change makes every neighbour receive, with a verdict, before it merges.
//!
//! A difference of configuration lines does not say what a change does, and a difference of
//! prefixes says it for one change in ten: most touch attributes, and an attribute can withdraw
//! as much as a removed line. So both sides of a change are carried out — every statement of
//! intent becomes what each neighbour receives at each site ([`model`]) — and the checks judge
//! the two results against what the policy says must hold ([`policy`]).
//!
//! A prefix is *present* where an external neighbour receives it and passes it on; floors count
//! presence. What this version cannot see or judge is undecided, never clean.

pub mod approval;
pub mod arguments;
pub mod before;
pub mod bird;
pub mod blackhole;
pub mod change;
pub mod channels;
pub mod check;
pub mod checks;
pub mod commands;
pub mod configured;
pub mod data;
pub mod dead;
pub mod diff;
pub mod evidence;
pub mod files;
pub mod filter;
pub mod footprint;
pub mod frr;
pub mod gaps;
pub mod intent;
pub mod irr;
pub mod learned;
pub mod loose;
pub mod matching;
pub mod model;
pub mod nesting;
pub mod place;
pub mod plan;
pub mod policy;
pub mod reachability;
pub mod received;
pub mod registry;
pub mod relaxation;
pub mod reserved;
pub mod rewriting;
pub mod router;
pub mod rpki;
pub mod search;
pub mod side;
pub mod sides;
pub mod standing;
pub mod symbolic;
pub mod terms;
pub mod transit_free;
pub mod trial;
pub mod why;
pub mod withdrawal;
pub mod wording;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::marker::PhantomData;
use std::num::NonZeroUsize;

use jiff::Timestamp;
use rules::ids::{self, Part};
use rules::policy::{Exemption, Policy};
use rules::suppression::{self, Comments};
use rules::tool::{self, Failure, Tool};
use rules::{Exit, Finding, Io, LineIndex, Outcome, Rule, Undecided, escape};

use arguments::Comparison;
use change::{Change, Side};
use commands::Commands;
use data::Data;
use model::Difference;
use policy::{Network, Section};
use sides::{Sides, Written};

/// What a check of this part is given.
pub type Input<'a> = tool::Input<'a, Section, Comparison>;

/// Every rule, sorted by id.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated when it is compiled, where an index out of range is an error"
)]
pub const RULES: &[&Rule] = &{
    let mut rules = [checks::ALL[0].rule; checks::ALL.len()];
    let mut at = 0;
    while at < rules.len() {
        rules[at] = checks::ALL[at].rule;
        at += 1;
    }
    rules
};

/// The command `bgp-ci`: without a network there is nothing that it could call clean.
pub static TOOL: Tool<Section, Comparison, Commands> = Tool {
    check: check_alone,
    ..member()
};

/// The part as `preflight` runs it, where a repository without announcements is an ordinary one.
pub static MEMBER: Tool<Section, Comparison, Commands> = member();

const fn member() -> Tool<Section, Comparison, Commands> {
    Tool {
        name: "bgp-ci",
        version: env!("CARGO_PKG_VERSION"),
        about: "What a routing change makes every neighbour receive, with a verdict",
        part: Part::Bgp,
        rules: RULES,
        check,
        explain: None,
        command: commands::run,
        reads_stdin: false,
        marker: PhantomData,
    }
}

/// Runs the command line `args`, whose first element is the name it was called by.
pub fn run(args: impl IntoIterator<Item = OsString>, io: &mut Io<'_>) -> Exit {
    let args = arguments::resolved(args, &io.cwd);
    TOOL.run(args, io)
}

fn check_alone(input: &Input<'_>) -> Result<Outcome, Failure> {
    if input.section.is_none() && input.args.head.is_none() && input.args.base.is_none() {
        return Ok(Outcome {
            undecided: without_network(input.policy),
            ..Outcome::default()
        });
    }
    check(input)
}

/// What keeps a policy without a network from being judged.
fn without_network(policy: &Policy) -> Vec<Undecided> {
    let path = policy.path();
    let reason = match path {
        Some(_) => "the policy has no `bgp` section: nothing says what is announced",
        None => "there is no `preflight.yaml` here or above: nothing says what is announced",
    };
    vec![Undecided {
        path: path.cloned().unwrap_or_else(|| ".".into()),
        at: None,
        reason: reason.to_owned(),
    }]
}

/// Runs `work` on `jobs` threads.
fn bounded<T: Send>(jobs: NonZeroUsize, work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.get())
        .build()
    {
        Ok(pool) => pool.install(work),
        // Where no threads can be had, the global pool is what is left.
        Err(_) => work(),
    }
}

/// Reads both sides of the change that `input` names, and judges it.
///
/// # Errors
/// None: what cannot be read is undecided, so that the other parts of a run still answer.
pub fn check(input: &Input<'_>) -> Result<Outcome, Failure> {
    if input.section.is_none() && input.args.head.is_none() && input.args.base.is_none() {
        return Ok(Outcome::default());
    }
    Ok(match sides::read(input) {
        Ok(sides) => {
            let mut outcome = bounded(input.jobs, || judge(&sides, input.now));
            outcome
                .undecided
                .extend(unread_exemptions(&sides.head, input.policy));
            outcome
        }
        Err(undecided) => Outcome {
            undecided,
            ..Outcome::default()
        },
    })
}

/// Judges the change between two sides at `now`.
pub fn judge(sides: &Sides<'_>, now: Timestamp) -> Outcome {
    let mut outcome = Outcome::default();
    let Some(change) = change(sides, now, &mut outcome) else {
        return outcome;
    };
    outcome.stats.extend(stats(&change));
    let findings = checks::ALL.iter().flat_map(|check| (check.run)(&change));
    outcome.findings = findings
        .map(|finding| levelled(finding, &sides.head))
        .map(|finding| bound(finding, &change, now))
        .map(|finding| approval::applied(finding, &change.approvals))
        .collect();
    outcome
}

/// The change between two sides at `now`, ready to be judged; `None` where a side cannot be had.
/// What could not be seen, and what was read, is added to `outcome`.
pub fn change(sides: &Sides<'_>, now: Timestamp, outcome: &mut Outcome) -> Option<Change> {
    for written in std::iter::once(&sides.head).chain(&sides.base) {
        outcome.files += 1;
        if let (Some(path), Some(text)) = (written.policy.path(), written.policy.text()) {
            outcome.sources.insert(path.clone(), text.clone());
        }
    }
    outcome.suppressions = suppressions(&sides.head.policy);
    let Some(section) = &sides.head.section else {
        no_network(sides, outcome);
        return None;
    };
    let mut wrong = Vec::new();
    let written = std::iter::once((&sides.head, section)).chain(
        sides
            .base
            .as_ref()
            .and_then(|base| Some((base, base.section.as_ref()?))),
    );
    let mut networks: Vec<Network> = Vec::new();
    for (written, section) in written.clone() {
        match side::network(written, section) {
            Ok(network) => networks.push(network),
            Err(gaps) => wrong.extend(gaps),
        }
    }
    if !wrong.is_empty() {
        outcome.undecided.extend(wrong);
        return None;
    }
    let (data, skipped) = compared_with(sides, &networks, now, outcome);
    if !skipped.is_empty() {
        outcome.stats.insert("skipped".to_owned(), skipped.into());
    }
    let mut built = Vec::new();
    for (((written, section), network), data) in written.zip(networks).zip(data) {
        // What a statement of base leaves open is base's own business.
        let mut aside = Outcome::default();
        let into = if built.is_empty() {
            &mut *outcome
        } else {
            &mut aside
        };
        match side::build(written, section, network, data, into) {
            Ok(mut side) => {
                side.signers = approval::signers(&side.network.approvals, &written.files);
                built.push(side);
            }
            Err(gaps) => wrong.extend(gaps),
        }
        outcome.files += aside.files;
        outcome.sources.extend(aside.sources);
    }
    if !wrong.is_empty() {
        outcome.undecided.extend(wrong);
        return None;
    }
    let mut built = built.into_iter();
    let (mut head, base) = (built.next()?, built.next());
    if let Some(base) = &base {
        head.left = relaxation::sources::left(base, &head, &sides.head.files);
    }
    // A base that could not be read leaves nothing to compare with, which is no "no change".
    for side in std::iter::once(&head).chain(&base) {
        outcome.undecided.extend(side.undecided.iter().cloned());
    }
    let mut change = Change::new(base, head);
    if let (Some(plan), Some(base), Some(written)) = (&change.plan, &change.base, &sides.base) {
        change.approvals = approval::verify(
            plan,
            (&change.head.network.approvals, &sides.head.files),
            (&base.network.approvals, &written.files),
            now,
        );
    }
    outcome.undecided.extend(gaps::blind(&change));
    if let Some(note) = gaps::relayed(&change.head) {
        outcome.aside.push(format!("note: {note}"));
        outcome.stats.insert("notes".to_owned(), vec![note].into());
    }
    Some(change)
}

/// Reads the data that both sides are compared with, head's first; with what was not compared,
/// and why.
fn compared_with(
    sides: &Sides<'_>,
    networks: &[Network],
    now: Timestamp,
    outcome: &mut Outcome,
) -> ([Data; 2], Vec<String>) {
    fn request<'a>(network: &'a Network, written: &'a Written<'_>) -> data::Request<'a> {
        data::Request {
            named: network.data.as_ref(),
            files: &written.files,
        }
    }
    let mut networks = networks.iter();
    let head = networks.next().map(|network| request(network, &sides.head));
    let base = networks.next().zip(sides.base.as_ref());
    let base = base.map(|(network, written)| request(network, written));
    let Some(head) = head else {
        return (<[Data; 2]>::default(), Vec::new());
    };
    let loaded = data::load(head, base, sides.vrps.as_ref(), now);
    outcome.undecided.extend(loaded.undecided);
    outcome.aside.extend(
        loaded
            .skipped
            .iter()
            .map(|skipped| format!("note: {skipped}")),
    );
    ([loaded.head, loaded.base], loaded.skipped)
}

/// Exemptions of head that the policy that governs the run does not have: nobody would apply them.
fn unread_exemptions(head: &Written<'_>, governing: &Policy) -> Vec<Undecided> {
    let known: Vec<_> = governing
        .exemptions()
        .iter()
        .map(Exemption::about)
        .collect();
    let unread = head.policy.exemptions().iter().filter(|exemption| {
        head.foreign
            && ids::part(&exemption.rule) == Some(Part::Bgp)
            && !known.contains(&exemption.about())
    });
    unread
        .map(|exemption| Undecided {
            path: exemption.span.path.clone(),
            at: Some(exemption.span.start),
            reason: match governing.path() {
                Some(path) => format!(
                    "this exemption has no effect here: `{}` governs the run and must hold it",
                    escape::word(path)
                ),
                None => "this exemption has no effect here: no policy governs the run".to_owned(),
            },
        })
        .collect()
}

/// Head says nothing about announcements: where base did, that is the change to judge.
fn no_network(sides: &Sides<'_>, outcome: &mut Outcome) {
    let head = sides.head.policy.path();
    let path = head.cloned().unwrap_or_else(|| rules::policy::NAME.into());
    if let Some(base) = sides.base.as_ref()
        && let Some(section) = &base.section
    {
        let finding = checks::section_removed(&path, &section.span);
        let level = relaxation::level(&base.policy);
        outcome.findings.push(finding.with_binding_level(level));
    }
    outcome.undecided.push(Undecided {
        path,
        at: None,
        reason: "the policy has no `bgp` section: nothing says what is announced".to_owned(),
    });
}

/// The level that head's own policy gives, where another policy governs the run.
fn levelled(finding: Finding, head: &Written<'_>) -> Finding {
    let setting = head.policy.setting(finding.rule.id);
    match setting.and_then(|(setting, _)| setting.level) {
        Some(level) if head.foreign => finding.with_level(level),
        _ => finding,
    }
}

/// What weakens the gate is judged by base's policy, which the change did not write.
fn bound(finding: Finding, change: &Change, now: Timestamp) -> Finding {
    let Some(base) = &change.base else {
        return finding;
    };
    if finding.rule != &checks::POLICY_RELAXED || excused(&finding, base, now) {
        return finding;
    }
    finding.with_binding_level(relaxation::level(&base.policy))
}

/// Whether an exemption of base covers the finding: then head's copy of it may do so.
fn excused(finding: &Finding, base: &Side, now: Timestamp) -> bool {
    base.policy
        .exemptions()
        .iter()
        .any(|exemption| now < exemption.ends && exemption.covers(finding, &finding.span.path))
}

fn suppressions(policy: &Policy) -> Vec<rules::Suppression> {
    let (Some(path), Some(text)) = (policy.path(), policy.text()) else {
        return Vec::new();
    };
    suppression::scan(text, path, &LineIndex::new(text), Comments::Hash)
}

fn stats(change: &Change) -> std::collections::BTreeMap<String, serde_json::Value> {
    let mut stats = std::collections::BTreeMap::new();
    let mut insert = |key: &str, count: usize| stats.insert(key.to_owned(), count.into());
    insert("announcements", change.head.announcements.len());
    if let Some(base) = &change.base {
        let difference = Difference::between(
            &base.announcements,
            &change.head.announcements,
            &change.sessions,
        );
        insert("announcements-in-base", base.announcements.len());
        insert("announcements-added", difference.added.len());
        insert("announcements-removed", difference.removed.len());
        insert("announcements-changed", difference.changed.len());
    }
    if let Some(plan) = &change.plan {
        stats.insert("plan".to_owned(), plan.as_str().into());
    }
    stats
}
