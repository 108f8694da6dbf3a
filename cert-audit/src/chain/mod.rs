//! Paths from a leaf to an anchor of trust, and until when they hold.
//!
//! A certificate does not end with its own `notAfter` but with the first of everything above it,
//! and which that is depends on the paths that there are: a crossed sign keeps alive what a root's
//! end would stop. So the question "until when?" is the question "which paths?", and both are
//! answered here, by the rules of RFC 5280 §6.

pub mod canonical;
pub mod constraints;
pub mod link;
pub mod path;
mod rsa;
pub mod search;
pub mod signature;
pub mod wanted;

use crate::certificate::Expiry;

use link::Link;
use path::{Break, Question};
use search::{End, Path, Pool};

/// One way up from the leaf, and what becomes of it.
#[derive(Debug)]
pub struct Judged<'a> {
    /// The certificates, the leaf first.
    pub links: Vec<&'a Link>,
    /// Why it does not hold; `None` where it does.
    pub broken: Option<Break>,
    /// The position of the certificate that ends first, if none breaks the path but by time.
    pub binding: Option<usize>,
    /// Signatures that cannot be verified: position and reason. The path is *likely* then.
    pub unverifiable: Vec<(usize, String)>,
}

/// What was found for a leaf.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Every way, those that hold first, then by how far they came.
    pub paths: Vec<Judged<'a>>,
    /// The search stopped at its bounds: there may be more.
    pub cut: bool,
}

impl<'a> Answer<'a> {
    /// Looks for paths from `leaf` over `intermediates` to `anchors`.
    pub fn of(
        leaf: &'a Link,
        intermediates: &'a [Link],
        anchors: &'a [Link],
        question: &Question,
    ) -> Self {
        let pool = Pool::of(leaf, intermediates, anchors);
        let found = pool.search();
        let mut paths: Vec<Judged<'a>> = found
            .paths
            .iter()
            .map(|path| judged(&pool, path, question))
            .collect();
        paths.sort_by_key(|path| match &path.broken {
            None => (0, path.unverifiable.len()),
            Some(Break { is_time: true, .. }) => (1, 0),
            Some(_) => (2, 0),
        });
        Self {
            paths,
            cut: found.cut,
        }
    }

    /// The path that holds, if one does; a verified one before one that is not.
    pub fn valid(&self) -> Option<&Judged<'a>> {
        self.paths.first().filter(|path| path.broken.is_none())
    }

    /// The best path's end: over all paths that only time can break, the latest of their first
    /// ends, and which certificate binds it.
    pub fn best(&self) -> Option<(&Judged<'a>, Expiry)> {
        self.paths
            .iter()
            .filter_map(|path| {
                let binding = path.links.get(path.binding?)?;
                Some((path, binding.validity()?.not_after))
            })
            .max_by_key(|(_, end)| *end)
    }
}

fn judged<'a>(pool: &Pool<'a>, path: &Path, question: &Question) -> Judged<'a> {
    let links = pool.path(path);
    let last = links.len().saturating_sub(1);
    let broken = match path.end {
        End::Anchor => path::judge(&links, question),
        End::NoIssuer => Some(unfinished(
            last,
            format!(
                "no certificate is there of its issuer, `{}`",
                links
                    .last()
                    .map_or("", |link| &link.certificate.issuer.text)
            ),
        )),
        End::Forged => Some(unfinished(
            last,
            "none of the keys of its issuer made its signature".to_owned(),
        )),
        End::TooLong => Some(unfinished(
            last,
            "the path is too long to follow".to_owned(),
        )),
    };
    let only_time = broken.as_ref().is_none_or(|broken| broken.is_time);
    let binding = if only_time {
        binding(&links, question)
    } else {
        None
    };
    Judged {
        links,
        broken,
        binding,
        unverifiable: path.unverifiable.clone(),
    }
}

fn unfinished(at: usize, reason: String) -> Break {
    Break {
        at,
        reason,
        is_time: false,
    }
}

/// The certificate that ends first; of equals the one nearest to the leaf.
fn binding(links: &[&Link], question: &Question) -> Option<usize> {
    links
        .iter()
        .enumerate()
        .filter(|&(at, _)| question.anchor_expires || at + 1 < links.len() || at == 0)
        .filter_map(|(at, link)| Some((link.validity()?.not_after, at)))
        .min()
        .map(|(_, at)| at)
}
