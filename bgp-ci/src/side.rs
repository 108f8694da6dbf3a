//! From a policy that was read to a side that the checks can judge.

use std::collections::BTreeSet;

use rules::policy::Section as Placed;
use rules::{Outcome, Span, Undecided, escape, ids};

use crate::change::Side;
use crate::configured::{self, Configured};
use crate::data::Data;
use crate::intent;
use crate::model::{Name, Sessions};
use crate::policy::{Network, Problem, Section, resolve};
use crate::sides::Written;

/// What the section means.
///
/// # Errors
/// Everything that is wrong with it.
pub fn network(
    written: &Written<'_>,
    section: &Placed<Section>,
) -> Result<Network, Vec<Undecided>> {
    resolve(&written.policy, &section.value, &section.span)
        .map_err(|problems| problems.into_iter().map(undecided).collect())
}

/// Makes a side that the checks can judge: its statements and its routers' files carried out.
///
/// # Errors
/// Statements contradict each other.
pub fn build(
    written: &Written<'_>,
    section: &Placed<Section>,
    mut network: Network,
    data: Data,
    outcome: &mut Outcome,
) -> Result<Side, Vec<Undecided>> {
    let policy = &written.policy;
    let Configured {
        mut carried,
        undecided: unseen,
        texts,
        files,
    } = configured::read(&network, &written.files, &data);
    outcome.files += files;
    for (path, text) in texts {
        outcome.sources.insert(path, text);
    }
    let routers = carried.sessions.keys().map(|key| key.site.clone());
    network.configured.extend(routers);
    let intent = intent::announce(&network).map_err(|problems| {
        let each = problems.into_iter().map(undecided);
        each.collect::<Vec<_>>()
    })?;
    outcome
        .undecided
        .extend(intent.silent.into_iter().map(undecided));
    outcome
        .undecided
        .extend(intent.contradictions.into_iter().map(undecided));
    let (path, at) = (&section.span.path, section.span.start);
    if network.statements.is_empty() && network.sources.is_empty() {
        outcome.undecided.push(Undecided {
            path: path.clone(),
            at: Some(network.announcements.as_ref().map_or(at, |span| span.start)),
            reason: "`announcements` is empty or missing: nothing is announced, so there is \
                     nothing to judge"
                .to_owned(),
        });
    }
    carried.sessions.extend(intent::sessions(&network));
    carried.announcements.extend(intent.announcements);
    if carried.unseen.is_empty() {
        let strangers = strangers(&network, &carried.sessions);
        outcome
            .undecided
            .extend(strangers.into_iter().map(undecided));
    }
    let side = Side::new(
        network,
        carried,
        data,
        policy.clone(),
        section.value.clone(),
    );
    Ok(Side {
        undecided: unseen,
        ..side
    })
}

/// Names in `pairs` that no router has: such a pair would guard nothing that anybody meant.
fn strangers(network: &Network, sessions: &Sessions) -> Vec<Problem> {
    let mut known: BTreeSet<&Name> = sessions.keys().map(|key| &key.router).collect();
    known.extend(network.sites.keys());
    let named = network
        .sources
        .iter()
        .filter_map(|source| source.router.as_ref());
    known.extend(named.map(|router| &router.value));
    let mut problems = Vec::new();
    for pair in &network.pairs {
        for name in pair.value.iter().filter(|name| !known.contains(*name)) {
            let near = ids::nearest_of(name, known.iter().map(AsRef::as_ref));
            let advice = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "no site and no router has this name".to_owned(),
            };
            problems.push(Problem {
                span: pair.span.clone(),
                message: format!("there is no router `{}`: {advice}", escape::word(name)),
            });
        }
    }
    problems
}

fn undecided(problem: Problem) -> Undecided {
    let Span { path, start, .. } = problem.span;
    Undecided {
        path,
        at: Some(start),
        reason: problem.message,
    }
}
