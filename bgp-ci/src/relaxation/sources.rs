//! Which routers' files are read: what counts is who is covered, not by which entries.

use std::collections::{BTreeMap, BTreeSet};

use rules::{Span, escape};

use super::Relaxation;
use crate::change::{RouterFile, Side};
use crate::files::Files;
use crate::model::Name;
use crate::policy::network::{RouterFiles, RouterSource};
use crate::policy::section::Adapter;
use crate::wording::list;

/// A router: its site and its name.
type Router = (Name, Name);

pub(super) fn compare(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    let mut gone: BTreeMap<(usize, Option<Adapter>), BTreeSet<&Router>> = BTreeMap::new();
    let mut spare = spare(base, head);
    for (router, was) in &base.routers {
        let now = head.routers.get(router).map(|now| now.adapter);
        if let Some(path) = left_behind(base, head, router) {
            found.push(Relaxation {
                key: "sources",
                subject: format!("{} {path}", router.1),
                message: format!(
                    "{} is read from elsewhere, and `{}` is still there",
                    name(router),
                    escape::word(path)
                ),
                head: place(head),
                base: base
                    .network
                    .sources
                    .get(was.source)
                    .map(|source| source.span.clone()),
            });
        }
        // Nobody has seen what the other language said.
        let unread = now.is_some() && base.unseen.contains(&router.0);
        if now == Some(was.adapter) || unread || is_judged_otherwise(base, head, router, was) {
            continue;
        }
        // Another router of the site in the same language is the same one under another name.
        let renamed = spare.entry((&router.0, was.adapter)).or_default();
        if now.is_none() && *renamed > 0 {
            *renamed -= 1;
            continue;
        }
        gone.entry((was.source, now)).or_default().insert(router);
    }
    for ((source, now), routers) in gone {
        let Some(source) = base.network.sources.get(source) else {
            continue;
        };
        let names: BTreeSet<String> = routers.iter().map(|router| name(router)).collect();
        let message = match now {
            Some(now) => format!(
                "the files of {} are read as {} now, and as {} in base",
                list(&names, "no router"),
                now.as_str(),
                source.adapter.value.as_str()
            ),
            None => format!(
                "no entry of `sources` covers {} any more",
                list(&names, "no router")
            ),
        };
        found.push(Relaxation {
            key: "sources",
            subject: names.into_iter().collect::<Vec<_>>().join(" "),
            message,
            head: place(head),
            base: Some(source.span.clone()),
        });
    }
}

/// Where head says what is read.
fn place(head: &Side) -> Span {
    let first = head.network.sources.first();
    first
        .map_or(&head.network.span, |first| &first.span)
        .clone()
}

/// The files of base's routers that head reads other files for, and that head still has.
///
/// A pull request that points a source at a harmless copy, while the routers still load the old
/// file, would hide what it changes. So a source may follow a file only where the old one is gone:
/// then nothing can be deployed from it any more.
pub fn left(base: &Side, head: &Side, files: &Files<'_>) -> BTreeSet<String> {
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    for (router, was) in &base.routers {
        let Some(now) = head.routers.get(router) else {
            continue;
        };
        for path in was.paths.difference(&now.paths) {
            let is_here = || {
                files
                    .read(path, 0)
                    .map_or_else(|unread| !unread.missing, |_| true)
            };
            known.entry(path).or_insert_with(is_here);
        }
    }
    let left = known.into_iter().filter(|(_, is_here)| *is_here);
    left.map(|(path, _)| path.to_owned()).collect()
}

/// The first file of `router` that head does not read any more although it is there.
fn left_behind<'a>(base: &'a Side, head: &'a Side, router: &Router) -> Option<&'a str> {
    let (was, now) = (base.routers.get(router)?, head.routers.get(router)?);
    let mut gone = was.paths.difference(&now.paths);
    gone.find(|path| head.left.contains(*path))
        .map(String::as_str)
}

/// How many routers of each site and language only head has.
fn spare<'a>(base: &Side, head: &'a Side) -> BTreeMap<(&'a Name, Adapter), usize> {
    let mut spare = BTreeMap::new();
    for (router, now) in &head.routers {
        if !base.routers.contains_key(router) {
            *spare.entry((&router.0, now.adapter)).or_default() += 1;
        }
    }
    spare
}

/// Whether another finding is about a router that head does not have: its site is gone from the
/// policy too, what there is cannot be seen, or its file is gone below a pattern that still holds.
fn is_judged_otherwise(base: &Side, head: &Side, (site, _): &Router, was: &RouterFile) -> bool {
    let source = base.network.sources.get(was.source);
    let holds = |source: &RouterSource| {
        let mut others = head.network.sources.iter();
        matches!(source.files, RouterFiles::Glob { .. }) && others.any(|now| same(source, now))
    };
    !head.network.sites.contains_key(site)
        || head.unseen.contains(site)
        || source.is_some_and(holds)
}

/// Whether two entries are for the same files, wherever they stand.
fn same(was: &RouterSource, now: &RouterSource) -> bool {
    let (
        RouterFiles::Glob { pattern, names },
        RouterFiles::Glob {
            pattern: p,
            names: n,
        },
    ) = (&was.files, &now.files)
    else {
        return false;
    };
    was.adapter.value == now.adapter.value && pattern.value == p.value && names.value == n.value
}

fn name((site, router): &Router) -> String {
    if site == router {
        format!("`{router}`")
    } else {
        format!("`{router}` at `{site}`")
    }
}
