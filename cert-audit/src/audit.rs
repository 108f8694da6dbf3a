//! The inventory as the policy sees it at one instant: what every check works on.

use std::borrow::Cow;

use rules::{Certainty, Level, Span};

use crate::bundle::{self, Bundle};
use crate::certificate::{Certificate, Expiry, Fingerprint, Kind, Validity};
use crate::effective::{self, Effectives};
use crate::expectation::Expectation;
use crate::instant::{DAY, Instant, brief};
use crate::inventory::{Artifact, FileFacts, Gap, Inventory};
use crate::issued::{Issued, Longest, has_horizon};
use crate::place;
use crate::policy::{Assignment, Class, Policy, Threshold};
use crate::standing::{Standing, standing};
use crate::threshold::{Bound, Terms};
use crate::trust::Trust;

/// Up to this lifetime, in seconds, a certificate counts as renewed by a machine: people who
/// renew by hand do not do it four times a year.
const SHORT_LIVED: i64 = 100 * DAY;

/// Everything that a check may look at.
#[derive(Debug)]
pub struct Audit<'a> {
    /// What there is.
    pub inventory: &'a Inventory,
    /// Who issued what.
    pub issued: Issued<'a>,
    /// What is deployed together.
    pub bundles: Vec<Bundle<'a>>,
    /// Until when each certificate holds.
    pub effective: Effectives,
    /// Which anchors are trusted.
    pub trust: Trust,
    /// The time to judge at.
    pub now: Instant,
    /// Certificates that are judged: those with a place outside of fixtures that the policy does
    /// not leave out.
    pub cases: Vec<Case<'a>>,
    /// Pieces that cannot be read and are judged.
    pub gaps: Vec<JudgedGap<'a>>,
    /// What the policy expects, and what is there.
    pub expectations: Vec<Expectation>,
    /// The policy.
    pub policy: &'a Policy,
    /// What makes report paths relative to the policy's folder when it is put before them.
    pub prefix: &'a str,
}

/// One certificate and its places, the most urgent first.
#[derive(Debug)]
pub struct Case<'a> {
    /// The certificate.
    pub artifact: &'a Artifact,
    /// The most urgent place.
    pub place: Place<'a>,
    /// The others, by path.
    pub others: Vec<Place<'a>>,
}

/// A certificate at one place.
#[derive(Debug)]
pub struct Place<'a> {
    /// Where.
    pub span: &'a Span,
    /// The file's facts.
    pub file: &'a FileFacts,
    /// What the policy says.
    pub assignment: Assignment,
    /// How it is renewed.
    pub class: Class,
    /// Why it has that class: a fragment that follows "because".
    pub because: String,
    /// Where it stands; `None` where its validity cannot be read.
    pub standing: Option<Standing>,
    /// The threshold that it passed, if it passed one.
    pub limit: Option<Limit<'a>>,
    /// Where its chain ends before it does.
    pub chain: Option<ChainEnd<'a>>,
    /// The longest-lived certificate that it issued, where it can issue none like it any more.
    pub past_horizon: Option<Longest<'a>>,
    /// Whether it is an anchor, or lies among them, and is not deployed.
    pub in_store: bool,
    /// The highest level of findings at this place.
    pub cap: Level,
}

/// A chain that ends before the certificate that it carries.
#[derive(Debug, Clone)]
pub struct ChainEnd<'a> {
    /// The last second in which the chain holds.
    pub end: Instant,
    /// The certificate that ends first.
    pub binding: Fingerprint,
    /// By how much is left.
    pub level: Level,
    /// The threshold that it passed, if it passed one.
    pub limit: Option<Limit<'a>>,
    /// Whether this is the best path to a trusted anchor; else it is the chain as deployed.
    pub best: bool,
}

/// A threshold, computed for one certificate.
#[derive(Debug, Clone)]
pub struct Limit<'a> {
    /// The level from here on.
    pub level: Level,
    /// Seconds left.
    pub seconds: i64,
    /// How the seconds come about.
    pub arithmetic: String,
    /// The policy line.
    pub span: Option<Span>,
    /// The certificate that sets a CA's horizon.
    pub horizon: Option<Longest<'a>>,
}

/// A piece that cannot be read, where it matters.
#[derive(Debug)]
pub struct JudgedGap<'a> {
    /// The piece.
    pub gap: &'a Gap,
    /// The file's facts.
    pub file: &'a FileFacts,
    /// What the policy says.
    pub assignment: Assignment,
}

impl<'a> Audit<'a> {
    /// Judges the inventory at `now`; `prefix` makes report paths relative to the policy.
    ///
    /// Runs on the current rayon pool.
    pub fn of(
        inventory: &'a Inventory,
        policy: &'a Policy,
        trust: Trust,
        prefix: &'a str,
        now: Instant,
    ) -> Self {
        let bundles = bundle::all(inventory);
        let effective = effective::all(inventory, &trust, &bundles, now);
        let issued = Issued::of(inventory, &effective, &bundles, now);
        let judge = Judge {
            inventory,
            issued: &issued,
            effective: &effective,
            policy,
            prefix,
            now,
        };
        let cases = inventory
            .artifacts
            .values()
            .filter_map(|artifact| judge.case(artifact))
            .collect();
        let gaps = inventory
            .gaps
            .iter()
            .filter_map(|gap| judge.gap(gap))
            .collect();
        Self {
            inventory,
            issued,
            bundles,
            effective,
            trust,
            now,
            cases,
            gaps,
            expectations: Vec::new(),
            policy,
            prefix,
        }
    }

    /// A certificate that was found, or is a trusted anchor.
    pub fn certificate(&self, sha256: Fingerprint) -> Option<Cow<'_, Certificate>> {
        if let Some(artifact) = self.inventory.artifacts.get(&sha256) {
            return Some(Cow::Borrowed(&artifact.certificate));
        }
        Certificate::read(self.trust.anchors.get(&sha256)?).map(Cow::Owned)
    }

    /// Where a certificate lies first, if it was found.
    pub fn place_of(&self, sha256: Fingerprint) -> Option<Span> {
        let artifact = self.inventory.artifacts.get(&sha256)?;
        Some(artifact.occurrences.first()?.span.clone())
    }

    /// What the policy says about a file as such.
    pub fn assignment(&self, path: &str) -> Assignment {
        self.policy
            .assignment(&format!("{}{path}", self.prefix), &[])
    }
}

impl Place<'_> {
    /// The level of a finding here that would have `level` elsewhere.
    pub fn level(&self, level: Level) -> Level {
        level.min(self.cap)
    }

    /// How urgent it is: what decides which place of a certificate comes first.
    fn urgency(&self) -> Level {
        match self.standing {
            Some(Standing::Expired) => self.cap,
            Some(Standing::ExpiresSoon(level)) => self.level(level),
            _ => Level::Allow,
        }
    }

    /// How sure it is that the threshold is the right one.
    pub fn certainty(&self, certificate: &Certificate) -> Certainty {
        if certificate.faults.is_empty() {
            Certainty::Proven
        } else {
            Certainty::Likely
        }
    }
}

struct Judge<'a, 'p> {
    inventory: &'a Inventory,
    issued: &'p Issued<'a>,
    effective: &'p Effectives,
    policy: &'p Policy,
    prefix: &'p str,
    now: Instant,
}

impl<'a> Judge<'a, '_> {
    fn case(&self, artifact: &'a Artifact) -> Option<Case<'a>> {
        let mut places: Vec<Place<'a>> = artifact
            .occurrences
            .iter()
            .filter_map(|occurrence| self.place(artifact, &occurrence.span))
            .collect();
        // The sort is stable, so that places of equal urgency stay in the order of their paths.
        places.sort_by_key(|place| std::cmp::Reverse(place.urgency()));
        let mut places = places.into_iter();
        Some(Case {
            artifact,
            place: places.next()?,
            others: places.collect(),
        })
    }

    fn place(&self, artifact: &'a Artifact, span: &'a Span) -> Option<Place<'a>> {
        let file = self.inventory.files.get(&span.path)?;
        if file.fixture {
            return None;
        }
        let certificate = &artifact.certificate;
        let assignment = assignment(self.policy, self.prefix, &span.path, certificate);
        if assignment.level == Some(Level::Allow) {
            return None;
        }
        let (class, because) = class(certificate, &assignment);
        let in_store = file.store && !self.is_deployed(artifact, &span.path);
        let in_source = place::is_source(&span.path) && !file.container;
        let cap = if in_store || in_source {
            Level::Warn
        } else {
            Level::Deny
        };
        let mut place = Place {
            span,
            file,
            class,
            because,
            standing: None,
            limit: None,
            chain: None,
            past_horizon: None,
            in_store,
            cap: cap.min(assignment.level.unwrap_or(Level::Deny)),
            assignment,
        };
        if let Some(validity) = &certificate.validity {
            let warn = self.limit(artifact, validity, class, Level::Warn);
            let deny = self.limit(artifact, validity, class, Level::Deny);
            place.past_horizon = self.past_horizon(artifact, validity);
            place.chain = self.chain(artifact, &span.path, [&deny, &warn]);
            let standing = standing(validity, self.now, warn.seconds, deny.seconds);
            place.standing = Some(standing);
            place.limit = match standing {
                Standing::ExpiresSoon(Level::Deny) => Some(deny),
                Standing::ExpiresSoon(_) => Some(warn),
                _ => None,
            };
        }
        Some(place)
    }

    /// Whether a CA in a file of its own is part of a chain that is deployed in that folder rather
    /// than an anchor: an intermediate whose certificates lie beside it.
    fn is_deployed(&self, artifact: &Artifact, path: &str) -> bool {
        !artifact.certificate.is_self_issued()
            && self
                .issued
                .lies_beside(place::folder(path), artifact.sha256)
    }

    /// What a CA issued that it can issue no more; a CA whose own end is near has other worries.
    fn past_horizon(&self, artifact: &Artifact, validity: &Validity) -> Option<Longest<'a>> {
        let longest = self.issued.longest(artifact.sha256)?;
        let left = validity.not_after.at()?.since(self.now);
        let near = self.manual(validity, Level::Warn).seconds;
        (has_horizon(&artifact.certificate, longest) && left <= longest.lifetime && left > near)
            .then_some(longest)
    }

    /// Where the chain ends before a certificate that is no CA.
    fn chain(
        &self,
        artifact: &'a Artifact,
        path: &str,
        limits: [&Limit<'a>; 2],
    ) -> Option<ChainEnd<'a>> {
        if artifact.certificate.kind == Kind::Ca {
            return None;
        }
        let known = self.effective.get(&artifact.sha256)?;
        let own = known.leaf?;
        if let Some(Expiry::At(end)) = known.end()
            && Expiry::At(end) < own
        {
            let left = end.since(self.now);
            let limit = limits.into_iter().find(|limit| left <= limit.seconds);
            return Some(ChainEnd {
                end,
                binding: known.binding,
                level: limit.map_or(Level::Warn, |limit| limit.level),
                limit: limit.cloned(),
                best: known.best_path.is_some(),
            });
        }
        // Clients that look for no other path than the one that is presented.
        let binding = self.issued.binding(path, artifact.sha256)?;
        let end = binding.certificate.validity?.not_after.at()?;
        (Expiry::At(end) < own).then_some(ChainEnd {
            end,
            binding: binding.sha256,
            level: Level::Warn,
            limit: None,
            best: false,
        })
    }

    fn gap(&self, gap: &'a Gap) -> Option<JudgedGap<'a>> {
        let file = self.inventory.files.get(&gap.span.path)?;
        let path = format!("{}{}", self.prefix, gap.span.path);
        let assignment = self.policy.assignment(&path, &[]);
        (!file.fixture && assignment.level != Some(Level::Allow)).then_some(JudgedGap {
            gap,
            file,
            assignment,
        })
    }

    fn limit(
        &self,
        artifact: &'a Artifact,
        validity: &Validity,
        class: Class,
        level: Level,
    ) -> Limit<'a> {
        let Threshold { bound, span } = self.threshold(class, level);
        match bound {
            Bound::Terms(terms) => of_terms(terms, validity, level, span.clone()),
            Bound::Horizon { before } => match self.issued.longest(artifact.sha256) {
                Some(longest) if has_horizon(&artifact.certificate, longest) => {
                    of_horizon(*before, longest, level, span.clone())
                }
                // It issued nothing that we see, or never had a horizon: it is renewed by people,
                // as any other.
                _ => self.manual(validity, level),
            },
        }
    }

    fn manual(&self, validity: &Validity, level: Level) -> Limit<'a> {
        match self.threshold(Class::Manual, level) {
            Threshold {
                bound: Bound::Terms(terms),
                span,
            } => of_terms(terms, validity, level, span.clone()),
            Threshold { .. } => of_terms(&Terms::default(), validity, level, None),
        }
    }

    fn threshold(&self, class: Class, level: Level) -> &Threshold {
        let thresholds = self.policy.thresholds(class);
        match level {
            Level::Deny => &thresholds.deny,
            Level::Warn | Level::Allow => &thresholds.warn,
        }
    }
}

/// What the policy says of a certificate at `path`; `prefix` makes it relative to the policy.
pub(crate) fn assignment(
    policy: &Policy,
    prefix: &str,
    path: &str,
    certificate: &Certificate,
) -> Assignment {
    let mut names: Vec<&str> = certificate
        .sans
        .iter()
        .filter_map(|san| san.split_once(':').map(|(_, name)| name))
        .collect();
    // Before there were alternative names the common name was the host's.
    if names.is_empty() {
        names.extend(certificate.subject.common_name.as_deref());
    }
    policy.assignment(&format!("{prefix}{path}"), &names)
}

fn of_terms<'a>(terms: &Terms, validity: &Validity, level: Level, span: Option<Span>) -> Limit<'a> {
    let lifetime = validity.lifetime().unwrap_or(i64::MAX);
    Limit {
        level,
        seconds: terms.seconds(lifetime),
        arithmetic: terms.arithmetic(lifetime),
        span,
        horizon: None,
    }
}

fn of_horizon(before: i64, longest: Longest<'_>, level: Level, span: Option<Span>) -> Limit<'_> {
    let seconds = longest.lifetime.saturating_add(before);
    let (sign, shift) = if before < 0 {
        ('-', -before)
    } else {
        ('+', before)
    };
    let shift = match shift {
        0 => String::new(),
        shift => format!(" {sign} {}", brief(shift)),
    };
    Limit {
        level,
        seconds,
        arithmetic: format!(
            "{} = the lifetime of `{}`, the longest-lived certificate that it issued{shift}",
            brief(seconds),
            longest.artifact.certificate.called(),
        ),
        span,
        horizon: Some(longest),
    }
}

/// How a certificate is renewed, and how we know.
pub(crate) fn class(certificate: &Certificate, assignment: &Assignment) -> (Class, String) {
    if let Some((class, _)) = &assignment.class {
        return (*class, "the policy says so".to_owned());
    }
    if certificate.kind == Kind::Ca {
        return (Class::Ca, "it is a CA".to_owned());
    }
    match certificate
        .validity
        .and_then(|validity| validity.lifetime())
    {
        None => (Class::Manual, "it has no end".to_owned()),
        Some(lifetime) if lifetime <= SHORT_LIVED => (
            Class::Auto,
            format!("it lives {}, at most 100d", brief(lifetime)),
        ),
        Some(lifetime) => (
            Class::Manual,
            format!("it lives {}, more than 100d", brief(lifetime)),
        ),
    }
}
