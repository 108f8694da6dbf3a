//! Which routers' files are read: what counts is who is covered, not by which entries.

use std::collections::{BTreeMap, BTreeSet};

use super::Relaxation;
use crate::change::{RouterFile, Side};
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
        // Nobody has seen what the other language said.
        let unread = now.is_some() && base.unseen.contains(&router.0);
        if now == Some(was.adapter) || unread || is_judged_otherwise(base, head, router, *was) {
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
            head: head
                .network
                .sources
                .first()
                .map_or(&head.network.span, |first| &first.span)
                .clone(),
            base: Some(source.span.clone()),
        });
    }
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
fn is_judged_otherwise(base: &Side, head: &Side, (site, _): &Router, was: RouterFile) -> bool {
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
