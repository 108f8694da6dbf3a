//! Paths from a leaf to an anchor of trust, and until when they hold.
//!
//! A certificate does not end with its own `notAfter` but with the first of everything above it,
//! and which that is depends on the paths that there are: a crossed sign keeps alive what a root's
//! end would stop. So the question "until when?" is the question "which paths?", and both are
//! answered here, by the rules of RFC 5280 §6; neither revocation nor certificate policies are
//! evaluated.
//!
//! A [`Pool`] of CAs and anchors is built once; [`Pool::search`] answers for one leaf, and
//! [`Answer`] lists every path as well.

pub mod canonical;
pub mod constraints;
mod key;
pub mod link;
pub mod listing;
pub mod pool;
mod pss;
mod rsa;
pub mod rules;
pub mod search;
mod signature;
pub mod wanted;

use link::Link;
use listing::Judged;
use pool::Pool;
use rules::Question;
use search::{Found, Reach};

/// What is said of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A verified path holds.
    Valid,
    /// None does.
    Invalid,
    /// It is not known: a signature cannot be verified, or there was too much to look at.
    Undecided,
}

impl Verdict {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Undecided => "undecided",
        }
    }
}

/// What was found for a leaf, with every path.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The verdict.
    pub verdict: Verdict,
    /// Why: a lower-case fragment.
    pub reason: String,
    /// The best ways.
    pub found: Found,
    /// Every way, those that hold first.
    pub paths: Vec<Judged<'a>>,
    /// There are more ways than are listed.
    pub more: bool,
}

impl<'a> Answer<'a> {
    /// Looks for paths from `leaf` over the certificates of `pool`.
    pub fn of(pool: &'a Pool, leaf: &'a Link, question: &Question) -> Self {
        let reach = Reach::of(pool, leaf);
        let found = pool.climb(leaf, question, &reach);
        let (paths, more) = listing::list(pool, leaf, question, &reach, &found);
        let verdict = match (&found.valid, &found.likely_valid) {
            (Some(_), _) => Verdict::Valid,
            (None, None) if !found.cut => Verdict::Invalid,
            (None, _) => Verdict::Undecided,
        };
        let reason = reason(verdict, &found, &paths);
        Self {
            verdict,
            reason,
            found,
            paths,
            more,
        }
    }
}

/// Why the verdict is what it is.
fn reason(verdict: Verdict, found: &Found, paths: &[Judged<'_>]) -> String {
    let Some(first) = paths.first() else {
        return "no path was found".to_owned();
    };
    match verdict {
        Verdict::Valid => match first.end {
            Some((end, at)) => match end.at() {
                Some(end) => format!("it holds until {end}, when {} ends", named(first, at)),
                None => "it holds without an end".to_owned(),
            },
            None => "a path holds".to_owned(),
        },
        Verdict::Undecided if found.likely_valid.is_some() => {
            let unverifiable = first.unverifiable.first();
            let (at, why) = unverifiable.map_or((0, "a signature is not verified"), |(at, why)| {
                (*at, why.as_ref())
            });
            format!(
                "a path is there, but not the signature of {} is verified: {why}",
                named(first, at)
            )
        }
        Verdict::Undecided => {
            "the search stopped at its bounds before it found a path that holds".to_owned()
        }
        Verdict::Invalid => match first.breaks.first() {
            Some(broken) => format!("{}: {}", named(first, broken.at), broken.reason),
            None => "no path holds".to_owned(),
        },
    }
}

/// A certificate of a path in a sentence.
fn named(path: &Judged<'_>, at: usize) -> String {
    let called = path.links.get(at).map(|link| link.certificate.called());
    format!("`{}`", called.unwrap_or_default())
}
