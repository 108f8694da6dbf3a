//! The certificates that end, and what ends with them.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::{Audit, Case, ChainEnd, Place};
use crate::certificate::{Certificate, Expiry, Fingerprint};
use crate::instant::{Instant, brief};
use crate::inventory::Artifact;
use crate::standing::Standing;
use crate::wording;

/// Most causes that are told in full; no screen holds more.
const MOST: usize = 200;

/// A certificate whose end is the end of others, or only of itself.
#[derive(Debug, Clone)]
pub struct Cause {
    /// What people call it.
    pub name: String,
    /// Whether it is a CA.
    pub is_ca: bool,
    /// The last second.
    pub end: Instant,
    /// The first second in which it is valid, where that is ahead.
    pub begin: Option<Instant>,
    /// The highest level of the findings about it and about what it breaks; `None` where there
    /// are none.
    pub level: Option<rules::Level>,
    /// The digests of the certificates that it concerns, its own first.
    pub concerns: Vec<String>,
    /// Where it lies, the most urgent place first; empty where it was not found.
    pub places: Vec<Spot>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What ends with it though it is valid for longer.
    pub breaks: Vec<Broken>,
    /// Why: fragments.
    pub why: Vec<String>,
    /// What uses it, and what makes that load a renewed one.
    pub loaded: Vec<String>,
    /// What to do.
    pub fix: String,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The file.
    pub path: String,
    /// Where inside; empty where the file holds nothing else.
    pub place: String,
}

/// A certificate that ends before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What people call it.
    pub name: String,
    /// Where it lies.
    pub path: String,
    /// Its own end.
    pub own: Option<Instant>,
}

/// What is gathered before anything is put into words.
#[derive(Default)]
struct Gathered<'a, 'c> {
    /// The certificate itself, where it is judged.
    own: Option<&'c Case<'a>>,
    /// What ends with it.
    broken: Vec<(&'c Case<'a>, &'c ChainEnd<'a>)>,
    end: Option<Instant>,
    urgent: bool,
}

/// The most urgent causes, the own ends of everything that is deployed, and how many causes are
/// not told.
pub(super) fn all(audit: &Audit<'_>) -> (Vec<Cause>, Vec<Option<Instant>>, usize) {
    let mut gathered: BTreeMap<Fingerprint, Gathered<'_, '_>> = BTreeMap::new();
    let mut ends = Vec::new();
    for case in &audit.cases {
        let Some(place) = places(case).find(|place| !place.in_store) else {
            continue;
        };
        let own = case
            .artifact
            .certificate
            .validity
            .map(|validity| validity.not_after);
        let own_end = own.and_then(Expiry::at);
        let chain = places(case)
            .filter_map(|place| place.chain.as_ref())
            .min_by_key(|chain| chain.end);
        let end = chain.map(|chain| chain.end).or(own_end);
        // However early its chain ends, it is renewed for its own end.
        ends.push(own_end);
        let Some(end) = end else { continue };
        let urgent =
            places(case).any(|place| !matches!(place.standing, None | Some(Standing::Valid)));
        if let Some(chain) = chain {
            let cause = gathered.entry(chain.binding).or_default();
            cause.broken.push((case, chain));
            cause.urgent |= chain.limit.is_some() || urgent || chain.end < audit.now;
            cause.end = cause.end.into_iter().chain([end]).min();
        } else {
            let cause = gathered.entry(case.artifact.sha256).or_default();
            cause.own = Some(case);
            cause.urgent |= urgent || place.past_horizon.is_some();
            cause.end = cause.end.into_iter().chain([end]).min();
        }
    }
    let mut order: Vec<(bool, Instant, Fingerprint)> = gathered
        .iter()
        .filter_map(|(sha256, cause)| Some((!cause.urgent, cause.end?, *sha256)))
        .collect();
    order.sort();
    let more = order.len().saturating_sub(MOST);
    let causes = order
        .iter()
        .take(MOST)
        .filter_map(|(_, end, sha256)| Some(told(audit, *sha256, *end, gathered.get(sha256)?)))
        .collect();
    (causes, ends, more)
}

fn places<'c, 'a>(case: &'c Case<'a>) -> impl Iterator<Item = &'c Place<'a>> {
    std::iter::once(&case.place).chain(&case.others)
}

/// Puts a cause into words.
fn told(audit: &Audit<'_>, sha256: Fingerprint, end: Instant, all: &Gathered<'_, '_>) -> Cause {
    let certificate = audit.certificate(sha256);
    let certificate = certificate.as_deref();
    let artifact = audit.inventory.artifacts.get(&sha256);
    let mut broken = all.broken.clone();
    broken.sort_by_key(|(case, _)| (&case.place.span.path, case.artifact.sha256));
    let concerns =
        std::iter::once(sha256).chain(broken.iter().map(|(case, _)| case.artifact.sha256));
    let assignments = all
        .own
        .into_iter()
        .chain(broken.iter().map(|(case, _)| *case));
    let owner = assignments
        .filter_map(|case| case.place.assignment.owner.as_ref())
        .map(|(owner, _)| owner.clone())
        .next();
    let begin = all.own.and_then(|case| begin(case, audit.now));
    Cause {
        name: certificate.map_or_else(|| sha256.to_string(), Certificate::called),
        is_ca: certificate.is_some_and(Certificate::is_anchor),
        end,
        begin,
        level: None,
        concerns: concerns.map(|sha256| sha256.to_string()).collect(),
        places: spots(artifact, all.own),
        owner,
        breaks: broken
            .iter()
            .map(|(case, _)| Broken {
                name: case.artifact.certificate.called(),
                path: case.place.span.path.to_string(),
                own: own_end(case.artifact),
            })
            .collect(),
        why: why(audit, all.own, &broken),
        loaded: loaded(audit, artifact, &broken),
        fix: match (all.own, broken.first()) {
            (Some(_), _) if begin.is_some() => {
                "deploy one that is valid now, and this one when it is; if it should be valid, \
                 look at the clock of this machine and of the one that issued it"
                    .to_owned()
            }
            (Some(case), _) => wording::help(case),
            (None, Some(_)) => "put the CA's next certificate into the chain, or have the \
                                certificate issued by another CA, then reload what serves it"
                .to_owned(),
            (None, None) => String::new(),
        },
    }
}

/// Where it lies: the most urgent place first, the others by path.
fn spots(artifact: Option<&Artifact>, case: Option<&Case<'_>>) -> Vec<Spot> {
    let Some(artifact) = artifact else {
        return Vec::new();
    };
    let first = case.map(|case| case.place.span);
    let mut occurrences: Vec<_> = artifact.occurrences.iter().collect();
    // The sort is stable, so that the others stay in the order of their paths.
    occurrences.sort_by_key(|occurrence| Some(&occurrence.span) != first);
    occurrences
        .into_iter()
        .map(|occurrence| Spot {
            path: occurrence.span.path.to_string(),
            place: occurrence.place(),
        })
        .collect()
}

/// What uses the files that it lies in, or those that end with it, and how to make that load a
/// renewed one.
fn loaded(
    audit: &Audit<'_>,
    artifact: Option<&Artifact>,
    broken: &[(&Case<'_>, &ChainEnd<'_>)],
) -> Vec<String> {
    let own = artifact.into_iter();
    let artifacts = own.chain(broken.iter().map(|(case, _)| case.artifact));
    let paths: BTreeSet<&str> = artifacts
        .flat_map(|artifact| &artifact.occurrences)
        .map(|occurrence| &*occurrence.span.path)
        .collect();
    let uses = paths
        .into_iter()
        .flat_map(|path| audit.inventory.uses.to(path));
    let loaded: BTreeSet<String> = uses
        .map(|known| {
            let (path, line) = (&known.span.path, known.span.start.line);
            let (software, reload) = (known.software.as_str(), known.reload());
            let directive = &known.directive;
            format!("{software}, {path}:{line} {directive}: {reload}")
        })
        .collect();
    loaded.into_iter().collect()
}

fn why(
    audit: &Audit<'_>,
    own: Option<&Case<'_>>,
    broken: &[(&Case<'_>, &ChainEnd<'_>)],
) -> Vec<String> {
    let mut why = Vec::new();
    if let Some(case) = own {
        let place = &case.place;
        let class = place.class.as_str();
        let because = &place.because;
        let left = own_end(case.artifact).map(|end| end.since(audit.now));
        why.push(match (&place.limit, left) {
            (Some(limit), Some(left)) => format!(
                "class {class}, because {because}; {} left is within the threshold for {}: {}",
                brief(left),
                limit.level.as_str(),
                limit.arithmetic
            ),
            _ => format!("class {class}, because {because}"),
        });
        if let Some(begin) = begin(case, audit.now) {
            why.push(format!("it is not valid before {begin}"));
        }
        if let Some(longest) = place.past_horizon {
            why.push(format!(
                "it can issue no other certificate of {}, as that of {} is",
                brief(longest.lifetime),
                longest.artifact.certificate.called()
            ));
        }
    }
    if let Some((case, chain)) = broken.first() {
        let name = case.artifact.certificate.called();
        let until = match own_end(case.artifact) {
            Some(end) => format!("is valid until {} by itself", end.date()),
            None => "has no end by itself".to_owned(),
        };
        let how = if chain.best {
            "on its best path to a trusted anchor"
        } else {
            "as it is deployed"
        };
        why.push(format!("{name} {until}, and ends with this one {how}"));
        if own.is_none_or(|case| case.place.limit.is_none())
            && let Some(limit) = &chain.limit
        {
            why.push(format!(
                "{} left is within the threshold for {}: {}",
                brief(chain.end.since(audit.now)),
                limit.level.as_str(),
                limit.arithmetic
            ));
        }
    }
    why
}

/// When it begins to be valid, where that is ahead.
fn begin(case: &Case<'_>, now: Instant) -> Option<Instant> {
    let begin = case.artifact.certificate.validity?.not_before;
    (begin > now).then_some(begin)
}

fn own_end(artifact: &Artifact) -> Option<Instant> {
    artifact.certificate.validity?.not_after.at()
}
