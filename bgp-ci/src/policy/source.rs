//! The parts of a section that name files and bound changes.

use std::collections::BTreeSet;

use rules::escape;
use rules::policy::Spanned;

use super::limits::Limits;
use super::network::{Placed, RouterFiles, RouterSource};
use super::reader::Reader;
use super::section::{LimitsEntry, Section, SourceEntry, WithdrawEntry};
use crate::model::Name;

/// Sites that a source names itself; those of a glob are known when it is carried out.
pub(super) fn configured(section: &Section, sites: &BTreeSet<Name>) -> BTreeSet<Name> {
    let named = section
        .sources
        .iter()
        .filter_map(|source| source.site.as_ref());
    named
        .filter_map(|site| sites.get(site.as_str()).cloned())
        .collect()
}

impl Reader<'_> {
    pub(super) fn source(
        &mut self,
        entry: &Spanned<SourceEntry>,
        sites: &BTreeSet<Name>,
    ) -> Option<RouterSource> {
        let router = entry
            .router
            .as_ref()
            .and_then(|router| self.named("router", router));
        let files = match (&entry.entry, &entry.glob) {
            (Some(path), None) => {
                if let Some(pattern) = &entry.site_from {
                    self.problem_at(
                        pattern,
                        "`site-from` belongs to `glob`: with `entry`, write `site`",
                    );
                }
                let Some(site) = &entry.site else {
                    self.problem_at(
                        entry,
                        "`site` is missing: which site does this file configure?",
                    );
                    return None;
                };
                RouterFiles::Entry {
                    site: self.known("site", "sites", site, sites)?,
                    path: self.owned_placed(path),
                }
            }
            (None, Some(pattern)) => {
                if let Some(site) = &entry.site {
                    self.problem_at(
                        site,
                        "`site` belongs to `entry`: with `glob`, write `site-from`",
                    );
                }
                let Some(names) = &entry.site_from else {
                    self.problem_at(
                        pattern,
                        "`site-from` is missing: a path pattern such as hosts/{site}/bird.conf",
                    );
                    return None;
                };
                if names.matches("{site}").count() != 1 {
                    self.problem_at(names, "`site-from` must hold `{site}` once");
                    return None;
                }
                // More of them would take time that grows with every one.
                if names.split('/').any(|part| part.matches('*').count() > 1)
                    || names.matches("{router}").count() > 1
                {
                    self.problem_at(
                        names,
                        "`site-from` may hold one `*` a component, and one `{router}`",
                    );
                    return None;
                }
                RouterFiles::Glob {
                    pattern: self.owned_placed(pattern),
                    names: self.owned_placed(names),
                }
            }
            (Some(_), Some(pattern)) => {
                self.problem_at(pattern, "give `entry` or `glob`, not both");
                return None;
            }
            (None, None) => {
                self.problem_at(entry, "the file is missing: give `entry` or `glob`");
                return None;
            }
        };
        let mut include = std::collections::BTreeMap::new();
        for (name, path) in &entry.include {
            include.insert(name.value.clone(), self.owned_placed(path));
        }
        let vars = entry
            .vars
            .iter()
            .map(|(name, value)| (name.value.clone(), value.value.0.clone()));
        Some(RouterSource {
            span: self.policy.span(entry),
            adapter: self.placed(&entry.adapter),
            files,
            router,
            include,
            vars: vars.collect(),
        })
    }

    pub(super) fn limits(&mut self, section: &Section) -> Limits {
        let none = LimitsEntry::default();
        let entry = section
            .limits
            .as_ref()
            .map_or(&none, |limits| &limits.value);
        let nothing = WithdrawEntry::default();
        let withdraw = entry
            .withdraw
            .as_ref()
            .map_or(&nothing, |withdraw| &withdraw.value);
        Limits {
            withdraw_prefixes: withdraw.prefixes.as_ref().map(|limit| self.placed(limit)),
            withdraw_share: self.limit(withdraw.share.as_ref()),
            withdraw_addresses: self.limit(withdraw.addresses.as_ref()),
            growth: self.limit(entry.growth.as_ref()),
            sites: entry
                .sites_per_change
                .as_ref()
                .map(|limit| self.placed(limit)),
            filter_shrink: self.limit(entry.filter_shrink.as_ref()),
        }
    }

    fn limit<T: std::str::FromStr<Err: std::fmt::Display>>(
        &mut self,
        written: Option<&Spanned<super::scalar::Scalar>>,
    ) -> Option<Placed<T>> {
        let written = written?;
        Some(Placed {
            value: self.scalar(written)?,
            span: self.policy.span(written),
        })
    }

    /// Routers have names of their own, or that of their site; which there are is known when the
    /// sources are read.
    pub(super) fn pair(
        &mut self,
        pair: &Spanned<Vec<Spanned<String>>>,
    ) -> Option<Placed<BTreeSet<Name>>> {
        let names: BTreeSet<Name> = pair
            .value
            .iter()
            .filter_map(|name| self.name("router", name))
            .collect();
        if names.len() < 2 {
            self.problem_at(pair, "a pair has two routers or more");
            return None;
        }
        Some(Placed {
            value: names,
            span: self.policy.span(pair),
        })
    }

    fn named(&mut self, kind: &str, text: &Spanned<String>) -> Option<Placed<Name>> {
        Some(Placed {
            value: self.name(kind, text)?,
            span: self.policy.span(text),
        })
    }

    fn owned_placed(&mut self, text: &Spanned<String>) -> Placed<String> {
        if text.is_empty() || text.chars().any(escape::acts) {
            self.problem_at(text, "a path has printable characters, and at least one");
        }
        Placed {
            value: text.value.clone(),
            span: self.policy.span(text),
        }
    }
}
