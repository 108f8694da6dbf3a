//! Policies that somebody asks about by their names.

use super::{Asked, Kind, Lowering};
use crate::filter::ir::Literal;
use crate::filter::program::{Filter, FilterKind, FunctionId};
use crate::filter::{ExpressionKind, Statement, StatementKind};
use crate::frr::config::Config;
use crate::model::{Family, Name};

/// The kinds of policies that have names, as they are written, in the order in which a name
/// without a kind is looked for.
const KINDS: [&str; 7] = [
    "route-map",
    "prefix-list",
    "as-path access-list",
    "community-list",
    "large-community-list",
    "extcommunity-list",
    "access-list",
];

/// Every name that can be asked about: of a route map alone, of a list with its kind.
pub(in super::super) fn names(config: &Config) -> Vec<String> {
    let mut names: Vec<String> = config.route_maps.keys().map(ToString::to_string).collect();
    let mut add = |kind: &str, name: &Name| names.push(format!("{kind} {name}"));
    for (_, name) in config.prefix_lists.keys() {
        add("prefix-list", name);
    }
    for name in config.path_lists.keys() {
        add("as-path access-list", name);
    }
    let communities = [
        ("community-list", &config.community_lists),
        ("large-community-list", &config.large_lists),
        ("extcommunity-list", &config.extended_lists),
    ];
    for (kind, lists) in communities {
        for name in lists.keys() {
            add(kind, name);
        }
    }
    for (_, name) in config.access_lists.keys() {
        add("access-list", name);
    }
    names
}

impl Lowering<'_> {
    /// Makes a filter called `asked` of what has this name: a route map or a list, or the kind of
    /// it and its name. Nothing, where there is no such thing for routes of `family`.
    pub(in super::super) fn named(&mut self, asked: &str, family: Family) {
        let mut kinds = KINDS.into_iter();
        let with_kind =
            kinds.find_map(|kind| Some((kind, asked.strip_prefix(kind)?.strip_prefix(' ')?)));
        let found = if let Some((kind, name)) = with_kind {
            self.of_kind(kind, &name.into(), family)
        } else {
            let mut kinds = KINDS.into_iter();
            kinds.find_map(|kind| self.of_kind(kind, &asked.into(), family))
        };
        let Some(function) = found else { return };
        let function = usize::try_from(function.0).ok();
        let Some(function) = function.and_then(|at| self.program.functions.get(at)) else {
            return;
        };
        let mut body = function.body.clone();
        // What it answers is what becomes of the route.
        for statement in &mut body {
            decide(statement);
        }
        let filter = Filter {
            kind: FilterKind::Named(asked.into()),
            place: function.place,
            frame: function.frame.clone(),
            body,
        };
        self.program.filters.push(filter);
    }

    fn of_kind(&mut self, kind: &str, name: &Name, family: Family) -> Option<FunctionId> {
        match kind {
            "route-map" => self.map(name),
            "prefix-list" => self.prefix_list(family, name),
            "as-path access-list" => self.path_list(name),
            "community-list" => self.community_list(Kind::Standard, name, Asked::Route),
            "large-community-list" => self.community_list(Kind::Large, name, Asked::Route),
            "extcommunity-list" => self.community_list(Kind::Extended, name, Asked::Route),
            _ => self.access_list(family, name),
        }
    }
}

/// Puts a decision in the place of each answer. Maps and lists answer in the bodies of conditions
/// and no deeper than two of them.
fn decide(statement: &mut Statement) {
    match &mut statement.kind {
        StatementKind::Return(Some(answer)) => {
            let permits = matches!(answer.kind, ExpressionKind::Literal(Literal::Bool(true)));
            statement.kind = if permits {
                StatementKind::Accept(Vec::new())
            } else {
                StatementKind::Reject(Vec::new())
            };
        }
        StatementKind::If {
            then, otherwise, ..
        } => then.iter_mut().chain(otherwise).for_each(decide),
        _ => {}
    }
}
