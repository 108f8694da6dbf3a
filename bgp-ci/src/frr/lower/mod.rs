//! From lists and route maps to the policies that the interpreter runs.
//!
//! Each list becomes a function that says whether it permits the route at hand, and each route
//! map one that also writes what it sets. A function has a statement for each entry, so that what
//! decided can be shown with its line.

mod delete;
mod export;
mod lists;
mod maps;
mod named;
mod plain;
mod tree;

use std::collections::BTreeMap;

use super::config::Config;
use crate::filter::Program;
use crate::filter::program::{
    AttributeId, CustomAttribute, Filter, FilterId, FilterKind, Frame, Function, FunctionId,
};
use crate::filter::types::Type;
use crate::filter::{Attribute, Statement};
use crate::model::{Family, GapKind, Name};
use crate::place::{FileId, Place};
use crate::router::{Gap, Reach};

pub(super) use export::{Export, Import, RemovePrivate, Withheld};
pub(super) use named::names;

/// What a list is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    /// Whether it permits the route.
    Route,
    /// Whether it permits a route with exactly its communities.
    Exactly,
    /// Whether it permits one community, to delete it.
    Member,
}

/// A kind of lists of communities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Standard,
    Large,
    Extended,
}

/// A program in the making.
pub(super) struct Lowering<'c> {
    config: &'c Config,
    /// The policies.
    pub(super) program: Program,
    /// What was not understood.
    pub(super) gaps: Vec<Gap>,
    /// Whether each entry of a list is a statement of its own, for those who want to see which
    /// one decides; together they are judged faster.
    pub(super) apart: bool,
    /// The first `match rpki`: such maps ask what no file lists.
    pub(super) validates: Option<Place>,
    prefix_lists: BTreeMap<(Family, Name), FunctionId>,
    access_lists: BTreeMap<(Family, Name), FunctionId>,
    communities: BTreeMap<(Kind, Name, Asked), FunctionId>,
    path_lists: BTreeMap<Name, FunctionId>,
    maps: BTreeMap<Name, FunctionId>,
    depths: BTreeMap<(Name, u32), bool>,
}

/// The place of what the daemon does by itself.
const NOWHERE: Place = Place {
    file: FileId(0),
    start: 0,
    end: 0,
};

/// The table of payloads that `match rpki` asks.
pub(super) const PAYLOADS: &str = "rpki";

/// The MED that was taken off a route before a neighbour's map.
pub(crate) const TAKEN_OFF: Attribute = Attribute::Custom(AttributeId(1));

/// That the map which let a route in wrote its next hop.
pub(crate) const HOP_SET: Attribute = Attribute::Custom(AttributeId(2));

/// The tag of a route.
const TAG: Attribute = Attribute::Custom(AttributeId(0));

impl<'c> Lowering<'c> {
    /// The policies of `config`, nothing lowered yet.
    pub(super) fn new(config: &'c Config) -> Self {
        let program = Program {
            attributes: ["tag", "metric before", "next hop set"]
                .map(|name| CustomAttribute {
                    name: name.into(),
                    place: NOWHERE,
                    value_type: Type::Int,
                })
                .into(),
            ..Program::default()
        };
        Self {
            config,
            program,
            gaps: Vec::new(),
            apart: false,
            validates: None,
            prefix_lists: BTreeMap::new(),
            access_lists: BTreeMap::new(),
            communities: BTreeMap::new(),
            path_lists: BTreeMap::new(),
            maps: BTreeMap::new(),
            depths: BTreeMap::new(),
        }
    }

    fn function(
        &mut self,
        name: &Name,
        place: Place,
        parameters: usize,
        frame: Frame,
        body: Vec<Statement>,
    ) -> FunctionId {
        let id = FunctionId(u32::try_from(self.program.functions.len()).unwrap_or(u32::MAX));
        self.program.functions.push(Function {
            name: name.clone(),
            place,
            parameters,
            returns: Some(Type::Bool),
            frame,
            body,
        });
        id
    }

    fn filter(&mut self, place: Place, body: Vec<Statement>) -> FilterId {
        let id = FilterId(u32::try_from(self.program.filters.len()).unwrap_or(u32::MAX));
        self.program.filters.push(Filter {
            kind: FilterKind::Inline,
            place,
            frame: Frame::default(),
            body,
        });
        id
    }

    /// Says that nothing is called `name`, and what FRR does about it.
    fn undefined(&mut self, place: Place, what: &str, name: &str, follows: &str) {
        self.gaps.push(Gap {
            place,
            kind: GapKind::Undefined,
            message: format!("no {what} is called `{name}`: {follows}"),
            reach: Reach::Nothing,
        });
    }
}
