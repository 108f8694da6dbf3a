//! `set comm-list NAME delete`.

use super::tree::{At, COMMUNITIES, LARGE};
use super::{Asked, Kind, Lowering};
use crate::filter::ir::Edit;
use crate::filter::program::Slot;
use crate::filter::{Statement, StatementKind};
use crate::model::Name;
use crate::place::Place;

impl Lowering<'_> {
    /// Takes every community out of the route that the list permits, each by itself; `slot` is a
    /// variable for one of them.
    pub(super) fn delete(
        &mut self,
        kind: Kind,
        name: &Name,
        place: Place,
        slot: Slot,
    ) -> Option<Statement> {
        let at = At(place);
        let attribute = match kind {
            Kind::Standard => COMMUNITIES,
            _ => LARGE,
        };
        let Some(function) = self.community_list(kind, name, Asked::Member) else {
            self.undefined(place, "list of communities", name, "nothing is deleted");
            return None;
        };
        let asked = at.call(function, vec![at.variable(slot)]);
        let delete = at.edit(attribute, Edit::Delete, at.variable(slot));
        Some(at.statement(StatementKind::For {
            slot,
            list: at.attribute(attribute),
            body: vec![at.when(asked, vec![delete])],
        }))
    }
}
