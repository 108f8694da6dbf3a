//! One router's answer.

use std::collections::BTreeMap;

use rules::Undecided;

use super::lines::Lines;
use super::{Change, Outcome, Question, Router as Named, Term, Tested, Verdict};
use crate::configured::{self, Live, Planned};
use crate::data::Data;
use crate::files::Files;
use crate::filter::interpret::{self, Context, Machine, Subject, TermKind};
use crate::filter::program::FilterKind;
use crate::filter::route::{Route, attributes};
use crate::filter::{Attribute, FilterId, Program};
use crate::frr;
use crate::model::{Family, GapKind};
use crate::place::Place;
use crate::router::{Policy, Reach, Router, Session, propagate};
use crate::why::Fact;

/// One router's answer.
pub(super) struct Answer {
    /// What becomes of the route; `None` where the router does not have the policy.
    pub(super) tested: Option<Tested>,
    /// The policies that it has.
    pub(super) known: Vec<String>,
    /// What keeps the answer from being certain.
    pub(super) undecided: Vec<Undecided>,
    /// Whether data that nobody has would make a difference.
    pub(super) data_asked: bool,
}

/// A policy that was found by its name.
pub(crate) struct Found<'r> {
    pub(crate) policy: Policy,
    pub(crate) place: Place,
    /// The session and whether routes come in, where it was named by one.
    pub(crate) session: Option<(&'r Session, bool)>,
    /// There is a session, and it has no such family.
    pub(crate) missing: Option<Family>,
}

pub(super) fn answer(
    question: &Question<'_>,
    files: &Files<'_>,
    data: &Data,
    planned: &Planned<'_>,
) -> Answer {
    let asked = frr::Question {
        policy: question.policy,
        family: question.route.net.family(),
    };
    let loaded = configured::load_with(files, planned, Some(asked));
    let Some(router) = loaded.router else {
        return Answer {
            tested: None,
            known: Vec::new(),
            undecided: loaded.undecided,
            data_asked: false,
        };
    };
    let found = find(&router, question.policy, question.route.net.family());
    let Some(found) = found else {
        return Answer {
            tested: None,
            known: known(&router).chain(loaded.policies).collect(),
            // What was not seen may define it.
            undecided: loaded.undecided,
            data_asked: false,
        };
    };
    let mut lines = Lines::new(&router, planned);
    let (tested, data_asked) = test(question, &router, &found, data, planned, &mut lines);
    Answer {
        tested: Some(tested),
        known: Vec::new(),
        undecided: refused(&router),
        data_asked,
    }
}

/// What keeps the daemon from loading the file: it decides nothing then, and what runs is the one
/// before it.
pub(crate) fn refused(router: &Router) -> Vec<Undecided> {
    let refused = router.gaps.iter().filter(|gap| {
        gap.reach == Reach::Router && matches!(gap.kind, GapKind::Unparsed | GapKind::Undefined)
    });
    let undecided = refused.map(|gap| {
        let span = router.sources.span(gap.place);
        Undecided {
            path: span.path,
            at: Some(span.start),
            reason: gap.message.clone(),
        }
    });
    undecided.collect()
}

/// Every name that can be asked about.
pub(crate) fn known(router: &Router) -> impl Iterator<Item = String> {
    let filters = router.program.filters.iter();
    let filters = filters.filter_map(|filter| match &filter.kind {
        FilterKind::Named(name) => Some(name.to_string()),
        _ => None,
    });
    let sessions = router.sessions.iter().flat_map(|session| {
        ["import", "export"].map(|direction| format!("{}.{direction}", session.name))
    });
    filters.chain(sessions)
}

/// The policy called `wanted`, as far as it is about `family`.
pub(crate) fn find<'r>(router: &'r Router, wanted: &str, family: Family) -> Option<Found<'r>> {
    let filters = (0..).map(FilterId).zip(&router.program.filters);
    for (id, filter) in filters {
        if matches!(&filter.kind, FilterKind::Named(name) if **name == *wanted) {
            return Some(Found {
                policy: Policy::Filter(id),
                place: filter.place,
                session: None,
                missing: None,
            });
        }
    }
    let (name, incoming) = match wanted.rsplit_once('.')? {
        (name, "import") => (name, true),
        (name, "export") => (name, false),
        _ => return None,
    };
    let session = router.sessions.iter().find(|one| *one.name == *name)?;
    Some(match session.channel(family) {
        Some(channel) => Found {
            policy: if incoming {
                channel.import
            } else {
                channel.export
            },
            place: channel.place,
            session: Some((session, incoming)),
            missing: None,
        },
        None => Found {
            policy: Policy::Nothing,
            place: session.place,
            session: Some((session, incoming)),
            missing: Some(family),
        },
    })
}

/// The route as it is before the policy.
fn starting(question: &Question<'_>, router: &Router, found: &Found<'_>) -> Route {
    let notation = question.route;
    let (protocol, learned) = match found.session {
        Some((session, true)) => (&*session.name, true),
        _ if notation.is_learned() => ("", true),
        _ => {
            // One of our own is the statement's of this network, if there is one.
            let mut own = router.locals.iter().filter(|source| {
                let mut routes = source.routes.iter();
                routes.any(|route| route.prefix == notation.net)
            });
            match (own.next(), own.next()) {
                (Some(only), None) => (&*only.name, false),
                _ => ("", false),
            }
        }
    };
    let route = notation.route(protocol, learned);
    route.expect("every value was tried when the route was read")
}

fn test(
    question: &Question<'_>,
    router: &Router,
    found: &Found<'_>,
    data: &Data,
    planned: &Planned<'_>,
    lines: &mut Lines<'_>,
) -> (Tested, bool) {
    let program = &router.program;
    let route = starting(question, router, found);
    let before = attributes(&route, program);
    let mut data_asked = false;
    let mut open = Vec::new();
    let outcomes = match found.policy {
        Policy::Filter(id) => {
            let machine = Machine::new(program);
            let live = Live(data);
            let authorizations = propagate::authorizations(router, &live);
            let context = Context {
                authorizations: &authorizations,
                trace: true,
            };
            let (outcomes, asked) = machine.questioned(id, &route, &context);
            for question in asked {
                data_asked |= matches!(question.subject, Subject::Roa { .. });
                let fact = Fact {
                    message: words(&question.subject),
                    place: Some(lines.line(question.place)),
                };
                if !open.contains(&fact) {
                    open.push(fact);
                }
            }
            let mut all: Vec<Outcome> = Vec::new();
            for outcome in outcomes {
                let outcome = shown(&outcome, &before, &machine, lines);
                // Two ways to the same end are one.
                let known = all.iter().any(|one| {
                    one.verdict == outcome.verdict
                        && one.changes == outcome.changes
                        && one.reason == outcome.reason
                });
                if !known {
                    all.push(outcome);
                }
            }
            all
        }
        policy => vec![unfiltered(policy, found, lines)],
    };
    let first = outcomes
        .first()
        .map_or(Verdict::Undecided, |one| one.verdict);
    let verdict = if outcomes.iter().all(|one| one.verdict == first) {
        first
    } else {
        Verdict::Undecided
    };
    let tested = Tested {
        verdict,
        routers: vec![Named {
            site: planned.site.to_string(),
            router: planned.router.to_string(),
        }],
        place: lines.line(found.place),
        attributes: before,
        outcomes,
        open,
    };
    (tested, data_asked)
}

/// What a session does without a filter.
fn unfiltered(policy: Policy, found: &Found<'_>, lines: &mut Lines<'_>) -> Outcome {
    let (verdict, message) = match (policy, found.missing) {
        (_, Some(family)) => (
            Verdict::Rejected,
            format!("the session has no channel for {}", family.as_str()),
        ),
        (Policy::All, None) => (Verdict::Accepted, "everything passes".to_owned()),
        (Policy::Nothing, None) => (Verdict::Rejected, "nothing passes".to_owned()),
        (Policy::Absent, None) => (
            Verdict::Rejected,
            "there is no policy, so nothing passes (RFC 8212)".to_owned(),
        ),
        (Policy::Unknown | Policy::Filter(_), None) => (
            Verdict::Undecided,
            "the policy was not understood; `check` says why".to_owned(),
        ),
    };
    Outcome {
        verdict,
        changes: Vec::new(),
        terms: Vec::new(),
        reason: Some(Fact {
            message,
            place: Some(lines.line(found.place)),
        }),
    }
}

/// An outcome for a report.
pub(crate) fn shown(
    outcome: &interpret::Outcome,
    before: &BTreeMap<String, String>,
    machine: &Machine<'_>,
    lines: &mut Lines<'_>,
) -> Outcome {
    let decision = match outcome {
        interpret::Outcome::Decided(decision) => decision,
        interpret::Outcome::Unmodelled(gap) => {
            return Outcome {
                verdict: Verdict::Undecided,
                changes: Vec::new(),
                terms: Vec::new(),
                reason: Some(Fact {
                    message: gap.reason.to_string(),
                    place: Some(lines.line(gap.place)),
                }),
            };
        }
    };
    let program = machine.program();
    let verdict = match decision.verdict {
        interpret::Verdict::Accept => Verdict::Accepted,
        interpret::Verdict::Reject => Verdict::Rejected,
    };
    let after = attributes(&decision.route, program);
    let terms = decision.trace.iter().map(|id| {
        let term = machine.term(*id);
        Term {
            did: did(term.kind, program),
            place: lines.line(term.place),
        }
    });
    let terms = terms.collect();
    Outcome {
        verdict,
        changes: changes(before, &after),
        terms,
        reason: decision.failure.as_ref().map(|failure| Fact {
            message: failure.message.to_string(),
            place: Some(lines.line(failure.place)),
        }),
    }
}

fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Change> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| Change {
            attribute: name.clone(),
            before: before.get(name).cloned(),
            after: after.get(name).cloned(),
        })
        .collect()
}

fn did(kind: TermKind, program: &Program) -> String {
    let name = |attribute: Attribute| match attribute {
        Attribute::Static(one) => one.name().to_owned(),
        Attribute::Bgp(one) => one.name().to_owned(),
        Attribute::Other(one) => one.name.to_owned(),
        Attribute::Custom(id) => program.attribute(id).name.to_string(),
    };
    match kind {
        TermKind::Then => "true".to_owned(),
        TermKind::Otherwise => "false".to_owned(),
        TermKind::Arm => "case".to_owned(),
        TermKind::Set(attribute) => format!("sets {}", name(attribute)),
        TermKind::Unset(attribute) => format!("unsets {}", name(attribute)),
        TermKind::Accept => "accepts".to_owned(),
        TermKind::Reject => "rejects".to_owned(),
        TermKind::Call => "calls".to_owned(),
    }
}

fn words(subject: &Subject) -> String {
    match subject {
        Subject::Roa { table, of } => {
            let of = of.map_or(String::new(), |(net, origin)| {
                format!(" about {net} from AS{origin}")
            });
            format!("what the ROAs in `{table}` say{of} is not known: give payloads with `--vrps`")
        }
        Subject::Aspa { table, .. } => {
            format!("what the provider authorizations in `{table}` say is not known")
        }
        Subject::Truth => {
            "whether this is true depends on what the route does not say: write it after the \
             network, such as protocol=NAME"
                .to_owned()
        }
        Subject::Arm => {
            "which of these it is depends on what the route does not say: write it after the \
             network, such as protocol=NAME"
                .to_owned()
        }
    }
}
