//! What a neighbour is sent and what is taken from it, as one policy each.

use super::Lowering;
use super::tree::{At, COMMUNITIES, EXTENDED, LARGE, LOCAL_PREFERENCE, PATH};
use crate::filter::ir::{BinaryOperator, Edit, Method, Substitution};
use crate::filter::program::FunctionId;
use crate::filter::{Expression, ExpressionKind, Statement};
use crate::frr::config::{Action, Clause, CommunityValue, Next, Set};
use crate::model::{Asn, Family, Name};
use crate::place::Place;
use crate::router::Policy;

/// A name that a setting gives, with the line of the setting.
pub(in super::super) type Named = Option<(Name, Place)>;

/// What stands between the table and a neighbour.
#[derive(Debug, Clone)]
pub(in super::super) struct Export {
    /// `distribute-list NAME out`.
    pub(in super::super) distribute_list: Named,
    /// `prefix-list NAME out`.
    pub(in super::super) prefix_list: Named,
    /// `filter-list NAME out`.
    pub(in super::super) filter_list: Named,
    /// `route-map NAME out`, or the map of what an aggregate keeps back.
    pub(in super::super) route_map: Named,
    /// `remove-private-AS`.
    pub(in super::super) remove_private: Option<RemovePrivate>,
    /// `as-override`.
    pub(in super::super) as_override: Option<Place>,
    /// Kinds of communities that are not sent.
    pub(in super::super) withheld: Vec<(Withheld, Place)>,
    /// `bgp graceful-shutdown`, towards another system.
    pub(in super::super) graceful_shutdown: Option<Place>,
    /// Our own number, behind another that the neighbour sees.
    pub(in super::super) behind: Option<(Asn, Place)>,
    /// The number that the neighbour sees, where that is not put in front of a path that is
    /// there, and neither is the one behind it.
    pub(in super::super) shown: Option<Asn>,
    /// Our number.
    pub(in super::super) own: Asn,
    /// The neighbour's, where it is known.
    pub(in super::super) remote: Option<Asn>,
    /// What is written beside the map.
    pub(in super::super) writes: Vec<(Place, Set)>,
}

impl Export {
    /// Nothing between the table of `own` and `remote`.
    pub(in super::super) fn new(own: Asn, remote: Option<Asn>) -> Self {
        Self {
            distribute_list: None,
            prefix_list: None,
            filter_list: None,
            route_map: None,
            remove_private: None,
            as_override: None,
            withheld: Vec::new(),
            graceful_shutdown: None,
            behind: None,
            shown: None,
            own,
            remote,
            writes: Vec::new(),
        }
    }
}

/// `remove-private-AS`.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct RemovePrivate {
    /// Its line.
    pub(in super::super) place: Place,
    /// `all`: in paths with public numbers, too.
    pub(in super::super) all: bool,
    /// `replace-AS`: our own number takes their place.
    pub(in super::super) replace: bool,
}

/// A kind of communities that a neighbour is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Withheld {
    /// Standard.
    Standard,
    /// Extended.
    Extended,
    /// Large.
    Large,
}

/// What stands between a neighbour and the table.
#[derive(Debug, Default, Clone)]
pub(in super::super) struct Import {
    /// `distribute-list NAME in`.
    pub(in super::super) distribute_list: Named,
    /// `prefix-list NAME in`.
    pub(in super::super) prefix_list: Named,
    /// `filter-list NAME in`.
    pub(in super::super) filter_list: Named,
    /// `route-map NAME in`.
    pub(in super::super) route_map: Named,
    /// Whether the neighbour is of another system.
    pub(in super::super) foreign: bool,
    /// `bgp graceful-shutdown`.
    pub(in super::super) graceful_shutdown: Option<Place>,
}

/// The private numbers that FRR takes out.
const PRIVATE: [(u32, u32); 2] = [(64512, 65534), (4_200_000_000, 4_294_967_294)];

const BLACKHOLE: CommunityValue = CommunityValue::Standard(0xffff_029a);

const NO_EXPORT: CommunityValue = CommunityValue::Standard(0xffff_ff01);

const GRACEFUL_SHUTDOWN: CommunityValue = CommunityValue::Standard(0xffff_0000);

impl Lowering<'_> {
    /// The policy of `export`, which stands at `place`.
    pub(in super::super) fn export(
        &mut self,
        family: Family,
        place: Place,
        export: &Export,
    ) -> Policy {
        let lists = Import {
            distribute_list: export.distribute_list.clone(),
            prefix_list: export.prefix_list.clone(),
            filter_list: export.filter_list.clone(),
            ..Import::default()
        };
        let Some(mut body) = self.lists(family, &lists, "FRR sends nothing") else {
            return Policy::Nothing;
        };
        if let Some(private) = export.remove_private {
            remove_private(private, export, &mut body);
        }
        if let Some(place) = export.as_override {
            let at = At(place);
            body.push(match export.remote {
                Some(remote) => {
                    let members = at.numbers(&[(remote.0, remote.0)]);
                    at.assign(PATH, substituted(at, members, export.own))
                }
                None => unless_empty(at, "`as-override` of a neighbour whose number is not told"),
            });
        }
        if let Some((name, place)) = &export.route_map {
            let Some(step) = self.through_map(name, *place, "FRR sends nothing") else {
                return Policy::Nothing;
            };
            body.push(step);
        }
        for (place, set) in &export.writes {
            self.write(*place, set, &mut body);
        }
        for (withheld, place) in &export.withheld {
            body.push(At(*place).unset(match withheld {
                Withheld::Standard => COMMUNITIES,
                Withheld::Extended => EXTENDED,
                Withheld::Large => LARGE,
            }));
        }
        if let Some(place) = export.graceful_shutdown
            && !export
                .withheld
                .iter()
                .any(|(kind, _)| *kind == Withheld::Standard)
        {
            body.push(marked(At(place)));
        }
        if let Some((own, place)) = export.behind {
            let at = At(place);
            let prepend = |asn: Asn| at.edit(PATH, Edit::Prepend, at.number(asn.0));
            match export.shown {
                None => body.push(prepend(own)),
                Some(shown) => {
                    let none = at.equal(at.method(Method::Length, path(at)), at.number(0));
                    body.push(at.when(none, vec![prepend(own), prepend(shown)]));
                }
            }
        }
        if body.is_empty() {
            return Policy::All;
        }
        body.push(At(place).accept());
        Policy::Filter(self.filter(place, body))
    }

    /// The policy of `import`, which stands at `place`.
    pub(in super::super) fn import(
        &mut self,
        family: Family,
        place: Place,
        import: &Import,
    ) -> Policy {
        let Some(mut body) = self.lists(family, import, "FRR takes nothing") else {
            return Policy::Nothing;
        };
        if let Some((name, place)) = &import.route_map {
            let Some(step) = self.through_map(name, *place, "FRR takes nothing") else {
                return Policy::Nothing;
            };
            body.push(step);
        }
        if import.foreign
            && let Some(place) = import.graceful_shutdown
        {
            let at = At(place);
            body.push(marked(at));
            body.push(at.assign(LOCAL_PREFERENCE, at.number(0)));
        }
        if body.is_empty() {
            return Policy::All;
        }
        if import.foreign && import.graceful_shutdown.is_none() {
            // RFC 8326, section 4: whatever the map says.
            let at = At(place);
            let told = at.is_in(at.value(GRACEFUL_SHUTDOWN), at.attribute(COMMUNITIES));
            let last = at.assign(LOCAL_PREFERENCE, at.number(0));
            body.push(at.when(told, vec![last]));
        }
        if import.foreign {
            // RFC 7999, section 3.2: one of the two communities that it names.
            let at = At(place);
            let marked = at.is_in(at.value(BLACKHOLE), at.attribute(COMMUNITIES));
            let kept = at.edit(COMMUNITIES, Edit::Add, at.value(NO_EXPORT));
            body.push(at.when(marked, vec![kept]));
        }
        body.push(At(place).accept());
        Policy::Filter(self.filter(place, body))
    }

    /// The policy of a route of our own: its map, and what a graceful shutdown adds.
    pub(in super::super) fn origination(
        &mut self,
        place: Place,
        map: Option<&Name>,
        graceful_shutdown: Option<Place>,
    ) -> Policy {
        let mut body = Vec::new();
        if let Some(name) = map {
            let Some(step) = self.through_map(name, place, "FRR originates nothing") else {
                return Policy::Nothing;
            };
            body.push(step);
        }
        if let Some(place) = graceful_shutdown {
            let at = At(place);
            body.push(marked(at));
            body.push(at.assign(LOCAL_PREFERENCE, at.number(0)));
        }
        if body.is_empty() {
            return Policy::All;
        }
        body.push(At(place).accept());
        Policy::Filter(self.filter(place, body))
    }

    /// A filter that accepts what the map `name` permits, where there is such a map.
    pub(in super::super) fn selection(
        &mut self,
        name: &Name,
        place: Place,
        follows: &str,
    ) -> Option<crate::filter::FilterId> {
        let step = self.through_map(name, place, follows)?;
        Some(self.filter(place, vec![step, At(place).accept()]))
    }

    /// What the map writes, whichever clause permits; `None` where that differs, or is not known.
    pub(in super::super) fn only_sets(&self, name: &Name) -> Option<Vec<(Place, Set)>> {
        let map = self.config.route_maps.get(name)?;
        let mut permits = map
            .clauses
            .values()
            .filter(|clause| clause.action == Action::Permit);
        let plain = |clause: &Clause| clause.call.is_none() && clause.next == Next::End;
        // These need variables, which a policy of a neighbour has none of.
        let loops = |(_, set): &(Place, Set)| {
            matches!(
                set,
                Set::DeleteCommunities(_) | Set::DeleteLargeCommunities(_)
            )
        };
        let writes = |clause: &Clause| !clause.sets.is_empty() || clause.call.is_some();
        if !map.clauses.values().any(writes) {
            return Some(Vec::new());
        }
        match (permits.next(), permits.next()) {
            (Some(only), None) if plain(only) && !only.sets.iter().any(loops) => {
                Some(only.sets.clone())
            }
            _ => None,
        }
    }

    fn through_map(&mut self, name: &Name, place: Place, follows: &str) -> Option<Statement> {
        if let Some(function) = self.map(name) {
            return Some(passes(place, function));
        }
        self.undefined(place, "route map", name, follows);
        None
    }

    /// The lists of a neighbour; `None` where one of them is not there.
    fn lists(&mut self, family: Family, lists: &Import, follows: &str) -> Option<Vec<Statement>> {
        let mut body = Vec::new();
        if let Some((name, place)) = &lists.distribute_list {
            let Some(function) = self.access_list(family, name) else {
                self.undefined(*place, "access list", name, follows);
                return None;
            };
            body.push(passes(*place, function));
        }
        if let Some((name, place)) = &lists.prefix_list {
            let known = self
                .config
                .prefix_lists
                .contains_key(&(family, name.clone()));
            match self.prefix_list(family, name) {
                Some(function) => body.push(passes(*place, function)),
                // A list that only has a description permits everything.
                None if known => {}
                None => {
                    self.undefined(*place, "prefix list", name, follows);
                    return None;
                }
            }
        }
        if let Some((name, place)) = &lists.filter_list {
            let Some(function) = self.path_list(name) else {
                self.undefined(*place, "list of paths", name, follows);
                return None;
            };
            body.push(passes(*place, function));
        }
        Some(body)
    }
}

/// Ends the policy unless the function permits the route.
fn passes(place: Place, function: FunctionId) -> Statement {
    let at = At(place);
    at.when(at.not(at.call(function, Vec::new())), vec![at.reject()])
}

fn marked(at: At) -> Statement {
    at.edit(COMMUNITIES, Edit::Add, at.value(GRACEFUL_SHUTDOWN))
}

fn path(at: At) -> Expression {
    at.attribute(PATH)
}

fn substituted(at: At, members: Expression, by: Asn) -> Expression {
    at.expression(ExpressionKind::Substitute(Box::new(Substitution {
        path: path(at),
        members,
        by: at.number(by.0),
    })))
}

/// Nothing is known of a route with a path.
fn unless_empty(at: At, what: &str) -> Statement {
    let some = at.binary(
        BinaryOperator::Greater,
        at.method(Method::Length, path(at)),
        at.number(0),
    );
    at.when(some, vec![at.lost(what)])
}

/// `remove-private-AS`: the neighbour's own number stays.
fn remove_private(private: RemovePrivate, export: &Export, body: &mut Vec<Statement>) {
    let at = At(private.place);
    let Some(remote) = export.remote else {
        body.push(unless_empty(
            at,
            "`remove-private-AS` towards a neighbour whose number is not told",
        ));
        return;
    };
    let members = at.numbers(&without(remote.0));
    let result = if private.replace {
        substituted(at, members, export.own)
    } else {
        edited(at, members)
    };
    let change = at.assign(PATH, result);
    if private.all {
        body.push(change);
        return;
    }
    let left = at.method(Method::Length, edited(at, at.numbers(&PRIVATE)));
    body.push(at.when(at.equal(left, at.number(0)), vec![change]));
}

fn edited(at: At, members: Expression) -> Expression {
    at.expression(ExpressionKind::Edit {
        edit: Edit::Delete,
        list: Box::new(path(at)),
        operand: Box::new(members),
    })
}

/// The private numbers but one.
fn without(one: u32) -> Vec<(u32, u32)> {
    let mut ranges = Vec::new();
    for (first, last) in PRIVATE {
        if (first..=last).contains(&one) {
            if first < one {
                ranges.push((first, one - 1));
            }
            if one < last {
                ranges.push((one + 1, last));
            }
        } else {
            ranges.push((first, last));
        }
    }
    ranges
}
