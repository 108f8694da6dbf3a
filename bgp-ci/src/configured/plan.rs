//! Which router is configured by which file, as the policy's `sources` say.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};
use rules::{Span, Undecided, escape, ids};

use crate::files::Files;
use crate::model::Name;
use crate::policy::network::{Network, Placed, RouterFiles, RouterSource};

/// Routers that one policy may have; more could not be judged in bounded time.
const MOST: usize = 20_000;

/// A router and the file that it starts from.
#[derive(Debug, Clone)]
pub struct Planned<'n> {
    /// The policy's entry.
    pub source: &'n RouterSource,
    /// Which one it is, from 0.
    pub at: usize,
    /// Where the router is.
    pub site: Name,
    /// Its name: that of its site where the policy gives none.
    pub router: Name,
    /// Its first file, relative to the policy's folder.
    pub entry: String,
}

/// Every router, and what is wrong with the list.
#[derive(Debug, Default)]
pub struct Plan<'n> {
    /// The routers, sorted by site and name.
    pub routers: Vec<Planned<'n>>,
    /// Sources that say nothing about any router, and why: each leaves the fleet known in part.
    pub undecided: Vec<Undecided>,
    /// Sites of which it is not known what their routers are.
    pub unseen: BTreeSet<Name>,
}

/// Carries out the `sources` of `network`.
pub fn plan<'n>(network: &'n Network, files: &Files<'_>) -> Plan<'n> {
    let mut plan = Plan::default();
    let mut taken: BTreeMap<(Name, Name), (Span, String)> = BTreeMap::new();
    for (at, source) in network.sources.iter().enumerate() {
        let mut found = Vec::new();
        match &source.files {
            RouterFiles::Entry { site, path } => {
                found.push((site.clone(), None, path.value.clone()));
            }
            RouterFiles::Glob { pattern, names } => {
                match listed(network, files, pattern, names, &mut plan) {
                    Ok(listed) => found = listed,
                    Err(gap) => {
                        plan.undecided.push(gap);
                        plan.unseen.extend(network.sites.keys().cloned());
                    }
                }
            }
        }
        for (site, named, entry) in found {
            let given = source.router.as_ref().map(|router| router.value.clone());
            let router = named.or(given).unwrap_or_else(|| site.clone());
            let key = (site.clone(), router.clone());
            if let Some((first, other)) = taken.get(&key) {
                plan.undecided.push(gap_at(
                    &source.span,
                    format!(
                        "`{}` and `{}` are both router `{router}` at `{site}` (line {} has it \
                         already): give each a `router` name",
                        escape::word(other),
                        escape::word(&entry),
                        first.start.line
                    ),
                ));
                plan.unseen.insert(site);
                continue;
            }
            taken.insert(key, (source.span.clone(), entry.clone()));
            if plan.routers.len() == MOST {
                plan.undecided.push(gap_at(
                    &source.span,
                    format!("with this entry there are more than {MOST} routers"),
                ));
                plan.unseen.insert(site);
                return plan;
            }
            plan.routers.push(Planned {
                source,
                at,
                site,
                router,
                entry,
            });
        }
    }
    plan.routers
        .sort_by(|a, b| (&a.site, &a.router).cmp(&(&b.site, &b.router)));
    plan
}

type Found = Vec<(Name, Option<Name>, String)>;

fn listed(
    network: &Network,
    files: &Files<'_>,
    pattern: &Placed<String>,
    names: &Placed<String>,
    plan: &mut Plan<'_>,
) -> Result<Found, Undecided> {
    let glob = matcher(&pattern.value).map_err(|reason| gap_at(&pattern.span, reason))?;
    let mut found = Vec::new();
    for path in files.list()? {
        if !glob.is_match(&path) {
            continue;
        }
        let Some((site, router)) = named(&names.value, &path) else {
            plan.undecided.push(gap_at(
                &names.span,
                format!(
                    "`{}` is one of the files and does not fit `{}`, so its site is not known",
                    escape::word(&path),
                    escape::word(&names.value)
                ),
            ));
            plan.unseen.extend(network.sites.keys().cloned());
            continue;
        };
        let Some((known, _)) = network.sites.get_key_value(site) else {
            let near = ids::nearest_of(site, network.sites.keys().map(AsRef::as_ref));
            let advice = near.map_or_else(
                || "add it to `sites`, or take the file out".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            plan.undecided.push(gap_at(
                &pattern.span,
                format!(
                    "`{}` belongs to site `{}`, which `sites` does not name: {advice}",
                    escape::word(&path),
                    escape::word(site)
                ),
            ));
            plan.unseen.extend(network.sites.keys().cloned());
            continue;
        };
        found.push((known.clone(), router.map(Name::from), path));
    }
    if found.is_empty() && plan.undecided.is_empty() {
        return Err(gap_at(
            &pattern.span,
            format!("no file matches `{}`", escape::word(&pattern.value)),
        ));
    }
    Ok(found)
}

fn matcher(pattern: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(pattern.trim_start_matches("./"))
        .literal_separator(true)
        .build();
    glob.map(|glob| glob.compile_matcher()).map_err(|error| {
        format!(
            "`{}` is no pattern of paths: {}",
            escape::word(pattern),
            error.kind()
        )
    })
}

/// The site, and perhaps the router, that `path` names by `pattern`.
fn named<'p>(pattern: &str, path: &'p str) -> Option<(&'p str, Option<&'p str>)> {
    let mut pattern = pattern.trim_start_matches("./").split('/');
    let mut path = path.split('/');
    let (mut site, mut router) = (None, None);
    loop {
        let (wanted, is) = match (pattern.next(), path.next()) {
            (None, None) => break,
            (Some(wanted), Some(is)) => (wanted, is),
            _ => return None,
        };
        captured(wanted, is, &mut site, &mut router)?;
    }
    Some((site?, router))
}

/// Reads one component: literals, `*`, `{site}` and `{router}`. Where two of them stand side by
/// side, the first takes as little as it can.
fn captured<'p>(
    wanted: &str,
    is: &'p str,
    site: &mut Option<&'p str>,
    router: &mut Option<&'p str>,
) -> Option<()> {
    let holes = ["{site}", "{router}", "*"];
    let next = holes
        .iter()
        .filter_map(|hole| Some((wanted.find(hole)?, *hole)))
        .min();
    let Some((at, hole)) = next else {
        return (wanted == is).then_some(());
    };
    let (before, after) = wanted.split_at_checked(at)?;
    let after = after.strip_prefix(hole)?;
    let rest = is.strip_prefix(before)?;
    // What follows decides how much the hole takes; the component is short, so all are tried.
    let ends = rest
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .chain((hole == "*").then_some(0));
    let mut ends: Vec<usize> = ends.collect();
    ends.sort_unstable();
    for end in ends {
        let (value, left) = rest.split_at_checked(end)?;
        let (mut inner_site, mut inner_router) = (*site, *router);
        match hole {
            "{site}" => inner_site = Some(value),
            "{router}" => inner_router = Some(value),
            _ => {}
        }
        if captured(after, left, &mut inner_site, &mut inner_router).is_some() {
            (*site, *router) = (inner_site, inner_router);
            return Some(());
        }
    }
    None
}

pub(super) fn gap_at(span: &Span, reason: String) -> Undecided {
    Undecided {
        path: span.path.clone(),
        at: Some(span.start),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_their_site_and_router() {
        assert_eq!(
            named("hosts/{site}/bird.conf", "hosts/fra/bird.conf"),
            Some(("fra", None))
        );
        assert_eq!(
            named("{site}/{router}.conf", "fra/edge-1.conf"),
            Some(("fra", Some("edge-1")))
        );
        assert_eq!(
            named("hosts/{router}.{site}.conf", "hosts/r1.fra.conf"),
            Some(("fra", Some("r1")))
        );
        assert_eq!(
            named("*/rtr-{site}*.conf", "eu/rtr-fra.conf"),
            Some(("f", None))
        );
        for path in [
            "hosts/bird.conf",
            "hosts/fra/x/bird.conf",
            "hosts//bird.conf",
        ] {
            assert_eq!(named("hosts/{site}/bird.conf", path), None, "{path}");
        }
    }
}
