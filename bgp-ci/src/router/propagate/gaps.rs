//! Which gaps lie on the way to which session.

use super::graph::Graph;
use super::{ExportGap, Run, SessionExports};
use crate::model::Family;
use crate::router::{Policy, Reach, Session, SessionId};

impl Run<'_> {
    /// Adds what was not understood on the way to `session`.
    pub(super) fn add_gaps(
        &self,
        graph: &Graph,
        id: SessionId,
        session: &Session,
        exports: &mut SessionExports,
    ) {
        for gap in &self.router.gaps {
            let Some(family) = reached(graph, gap.reach, id, session) else {
                continue;
            };
            exports.gaps.push(ExportGap {
                place: gap.place,
                kind: gap.kind,
                message: gap.message.clone(),
                family,
                prefix: None,
            });
        }
        for (table, gap) in &self.lost {
            let reach = Reach::Table(*table);
            if let Some(family) = reached(graph, reach, id, session) {
                exports.gaps.push(ExportGap {
                    family,
                    ..gap.clone()
                });
            }
        }
    }
}

/// The family of `session` that `reach` reaches: `None` for neither, `Some(None)` for all.
#[expect(
    clippy::option_option,
    reason = "not reached and all families are two things"
)]
fn reached(
    graph: &Graph,
    reach: Reach,
    id: SessionId,
    session: &Session,
) -> Option<Option<Family>> {
    match reach {
        Reach::Nothing => None,
        Reach::Router => Some(None),
        Reach::Session(of) => (of == id).then_some(None),
        Reach::Channel(of, family) => (of == id).then_some(Some(family)),
        Reach::Table(table) => session
            .channels
            .iter()
            .find(|channel| {
                channel.export != Policy::Nothing && graph.upstream(channel.table).contains(&table)
            })
            .map(|channel| Some(channel.family)),
    }
}
