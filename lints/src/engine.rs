//! The pipeline behind the command: facts → link → settle → overlaps → findings.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rules::Finding;

use crate::analysis::blocked::blocked;
use crate::analysis::dormant::queued;
use crate::analysis::evidence::Evidence;
use crate::analysis::order::{Drawing, Order};
use crate::analysis::overlap::{Overlap, overlaps};
use crate::analysis::reach::{Reach, Waits};
use crate::analysis::whole::Whole;
use crate::analysis::{Settled, scopes_of, settle};
use crate::checks;
use crate::hir::File;
use crate::index::{CrateInput, FnId, Program};
use crate::locks::Vocabulary;
use crate::stats;
use crate::walk::facts::{Facts, Summary, Thread};
use crate::walk::{Scopes, walk};

/// What judging one workspace gives.
#[derive(Debug, Default)]
pub struct Judged {
    /// Findings, not yet sorted.
    pub findings: Vec<Finding>,
    /// How much was resolved, by crate.
    pub(crate) crates: BTreeMap<String, stats::Crate>,
    /// The order in which locks are taken, to be drawn.
    pub drawing: Drawing,
}

/// Judges the crates of one workspace.
pub fn judge(files: &[File], crates: Vec<CrateInput>, locks: &Vocabulary) -> Judged {
    let program = Program::link(files, crates, locks);
    let settled = settle(&program);
    let reach = Reach::of(&program, &settled);
    judge_linked(&program, &settled, &reach)
}

/// Judges what is linked and settled.
pub(crate) fn judge_linked(program: &Program<'_>, settled: &Settled, reach: &Reach) -> Judged {
    let waits = Reach::<Waits>::of(program, settled);
    let found: Vec<Vec<Finding>> = settled
        .facts
        .par_iter()
        .enumerate()
        .map(|(at, facts)| {
            let id = FnId::of(at);
            if !matters(facts)
                || program.krate(program.function(id).module).silent
                || program.file(program.function(id).file).generated
            {
                return Vec::new();
            }
            let own = overlaps(program, reach, id, facts);
            let elsewhere = if own.is_empty() {
                Vec::new()
            } else {
                in_other_editions(program, &settled.summaries, reach, id)
            };
            let evidence = Evidence {
                program,
                id,
                facts,
                overlaps: &own,
                elsewhere: &elsewhere,
                blocked: &blocked(program, &waits, id, facts),
                queued: &queued(program, reach, id, facts),
            };
            let mut findings = Vec::new();
            for check in checks::ALL {
                (check.run)(&evidence, &mut findings);
            }
            findings
        })
        .collect();
    let order = Order::of(program, settled);
    let whole = Whole {
        program,
        settled,
        order: &order,
    };
    let mut findings: Vec<Finding> = found.into_iter().flatten().collect();
    for check in checks::WHOLE {
        (check.run)(&whole, &mut findings);
    }
    Judged {
        findings: dedup(findings),
        crates: counts(program, settled),
        drawing: order.drawing(program),
    }
}

/// Whether any rule can have something to say about a function.
fn matters(facts: &Facts) -> bool {
    let in_async = || {
        facts
            .events
            .iter()
            .any(|event| event.thread == Thread::Executor)
    };
    !facts.guards.is_empty() || in_async()
}

/// How much was resolved, by crate.
fn counts(program: &Program<'_>, settled: &Settled) -> BTreeMap<String, stats::Crate> {
    let mut crates: BTreeMap<String, stats::Crate> = BTreeMap::new();
    let name = |id| program.krate(program.function(id).module).name.to_string();
    for (at, facts) in settled.facts.iter().enumerate() {
        let found = crates.entry(name(FnId::of(at))).or_default();
        found.add(&facts.tally);
    }
    for &id in &settled.gave_up {
        let found = crates.entry(name(id)).or_default();
        found.given_up.push(program.fn_path(id));
    }
    crates
}

/// The overlaps of a function under the drop scopes of the other editions.
fn in_other_editions(
    program: &Program<'_>,
    summaries: &[Summary],
    reach: &Reach,
    id: FnId,
) -> Vec<Overlap> {
    let other = match scopes_of(program, id) {
        Scopes::Until2021 => Scopes::Since2024,
        Scopes::Since2024 => Scopes::Until2021,
    };
    let facts = walk(program, summaries, id, other);
    overlaps(program, reach, id, &facts)
}

/// A file that two crates share is judged twice; the findings are the same.
fn dedup(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    findings.dedup_by(|a, b| {
        a.rule == b.rule && a.span == b.span && a.data.get("lock") == b.data.get("lock")
    });
    findings
}
