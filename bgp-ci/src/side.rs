//! From a policy that was read to a side that the checks can judge.

use std::collections::BTreeSet;

use rules::policy::Section as Placed;
use rules::{Outcome, Span, Undecided};

use crate::change::{Carried, Side};
use crate::intent;
use crate::policy::unjudged::unjudged;
use crate::policy::{Problem, Section, resolve};
use crate::sides::Written;

/// Makes a side that the checks can judge.
///
/// # Errors
/// Everything that is wrong with the section.
pub fn build(
    written: &Written<'_>,
    section: &Placed<Section>,
    outcome: &mut Outcome,
) -> Result<Side, Vec<Undecided>> {
    let policy = &written.policy;
    let wrong = |problems: Vec<Problem>| problems.into_iter().map(undecided).collect::<Vec<_>>();
    let network = resolve(policy, &section.value, &section.span).map_err(wrong)?;
    let intent = intent::announce(&network).map_err(wrong)?;
    let (path, at) = (&section.span.path, section.span.start);
    for gap in unjudged(policy, &section.value) {
        outcome.undecided.push(undecided(Problem {
            message: format!("`{}` is not evaluated: {}", gap.key, gap.reason),
            span: gap.span,
        }));
    }
    outcome
        .undecided
        .extend(intent.silent.into_iter().map(undecided));
    if network.statements.is_empty() && network.sources.is_empty() {
        outcome.undecided.push(Undecided {
            path: path.clone(),
            at: Some(network.announcements.as_ref().map_or(at, |span| span.start)),
            reason: "`announcements` is empty or missing: nothing is announced, so there is \
                     nothing to judge"
                .to_owned(),
        });
    }
    let carried = Carried {
        sessions: intent::sessions(&network),
        announcements: intent.announcements,
        gaps: Vec::new(),
        unseen: if network.sources.is_empty() {
            BTreeSet::new()
        } else {
            network.sites.keys().cloned().collect()
        },
        ..Carried::default()
    };
    Ok(Side::new(
        network,
        carried,
        policy.clone(),
        section.value.clone(),
    ))
}

fn undecided(problem: Problem) -> Undecided {
    let Span { path, start, .. } = problem.span;
    Undecided {
        path,
        at: Some(start),
        reason: problem.message,
    }
}
