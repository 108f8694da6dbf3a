//! Routes that a daemon makes where there are routes inside them.

use rules::Certainty;

use super::local::first;
use super::{Carried, Entry, ExportGap, Origin, Run, Variant};
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::model::{GapKind, Prefix};
use crate::router::{Aggregate, Suppressed};

/// How surely something is there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum There {
    /// Only a route that no file lists could bring it.
    Perhaps,
    /// It is.
    Surely,
}

impl Run<'_> {
    /// Puts every aggregate that has a contributor into its table.
    ///
    /// Aggregates contribute to no other: what is inside one of them is inside the wider one.
    pub(super) fn aggregate(&mut self) {
        let router = self.router;
        let mut made = Vec::new();
        for aggregate in &router.aggregates {
            made.extend(self.made(aggregate));
        }
        self.suppress_all();
        for (table, prefix, entry) in made {
            self.store(table, prefix, entry);
        }
    }

    /// Marks what aggregates keep back of the routes that are in their tables.
    pub(super) fn suppress_all(&mut self) {
        let router = self.router;
        for aggregate in &router.aggregates {
            self.suppress(aggregate);
        }
    }

    fn made(&self, aggregate: &Aggregate) -> Option<(crate::router::TableId, Prefix, Entry)> {
        let source = self.router.local(aggregate.local);
        let statement = source.routes.first()?;
        let mut there = There::Perhaps;
        let mut bare = true;
        for (prefix, entries) in self.contents(source.table) {
            if !inside(*prefix, statement.prefix) {
                continue;
            }
            for entry in entries {
                for variant in &entry.variants {
                    if let Variant::Route(carried) = variant {
                        bare &= is_bare(carried);
                        if entry.variants.len() == 1 {
                            there = There::Surely;
                        }
                    }
                }
            }
        }
        let mut variants = self.through(source.import, source.place, &[first(source, statement)]);
        if aggregate.merged && !bare {
            variants = vec![Variant::Unknown(std::sync::Arc::new(ExportGap {
                place: statement.place,
                kind: GapKind::Unmodelled,
                message: "an aggregate whose attributes are made from those of its contributors \
                          has no model here"
                    .to_owned(),
                family: Some(statement.prefix.family()),
                prefix: Some(statement.prefix),
            }))];
        }
        if there == There::Perhaps {
            variants.push(Variant::Rejected);
        }
        let origin = Origin::Local {
            local: aggregate.local,
            index: 0,
        };
        let entry = Entry {
            origin,
            pipe: None,
            variants,
            certainty: Certainty::Proven,
            suppressed: false,
        };
        Some((source.table, statement.prefix, entry))
    }

    /// Marks the contributors of `aggregate` that it keeps back.
    fn suppress(&mut self, aggregate: &Aggregate) {
        if aggregate.suppressed == Suppressed::None {
            return;
        }
        let source = self.router.local(aggregate.local);
        let Some(statement) = source.routes.first() else {
            return;
        };
        let table = source.table;
        let mut marked = Vec::new();
        for (prefix, entries) in self.contents(table) {
            if !inside(*prefix, statement.prefix) {
                continue;
            }
            for (at, entry) in entries.iter().enumerate() {
                let verdicts = match aggregate.suppressed {
                    Suppressed::None => continue,
                    Suppressed::All => Vec::new(),
                    Suppressed::Filter(filter) => self.filtered(filter, &entry.variants),
                };
                let accepted = |variant: &Variant| matches!(variant, Variant::Route(_));
                if verdicts.iter().all(accepted) {
                    marked.push((*prefix, at, None));
                } else if verdicts
                    .iter()
                    .any(|variant| !matches!(variant, Variant::Rejected))
                {
                    marked.push((*prefix, at, verdicts.into_iter().find(|of| !accepted(of))));
                }
            }
        }
        for (prefix, at, unknown) in marked {
            let contents = self.tables.get_mut(table.index());
            let entry = contents
                .and_then(|contents| contents.get_mut(&prefix))
                .and_then(|entries| entries.get_mut(at));
            if let Some(entry) = entry {
                match unknown {
                    // Whether it is kept back is not known, so neither is what is sent of it.
                    Some(unknown @ Variant::Unknown(_)) => entry.variants = vec![unknown],
                    _ => entry.suppressed = true,
                }
            }
        }
    }
}

/// Whether `prefix` contributes to `of`.
fn inside(prefix: Prefix, of: Prefix) -> bool {
    prefix != of && of.covers(prefix)
}

/// Whether a route has nothing that an aggregate would take over.
fn is_bare(carried: &Carried) -> bool {
    let has = |attribute| carried.route.attribute(Attribute::Bgp(attribute)).is_some();
    ![
        BgpAttribute::Path,
        BgpAttribute::Communities,
        BgpAttribute::LargeCommunities,
        BgpAttribute::ExtendedCommunities,
    ]
    .into_iter()
    .any(has)
}
