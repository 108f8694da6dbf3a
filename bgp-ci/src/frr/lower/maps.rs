//! Route maps, as measured on FRR 8.4.4.
//!
//! A clause matches where all its conditions hold. One that denies ends the map. One that permits
//! writes what it sets, asks the map that it calls, which can still deny, and then ends the map or
//! goes on; where no clause is left to go on to the route is permitted, and where the clauses left
//! do not match it is denied.

use super::lists::NET;
use super::tree::{
    At, COMMUNITIES, EXTENDED, LARGE, LOCAL_PREFERENCE, MED, NEXT_HOP, ORIGIN, PATH,
};
use super::{Asked, Kind, Lowering, TAG, TAKEN_OFF};
use crate::filter::ir::{BinaryOperator, Block, Edit, Literal, Method, SetItem, TableName};
use crate::filter::program::{Frame, FunctionId, Slot, Variable};
use crate::filter::types::{Enumerated, SetType, Type};
use crate::filter::{Attribute, Expression, ExpressionKind, Statement, StatementKind};
use crate::frr::config::{Action, Change, Clause, CommunityValue, Match, Next, Set, Validity};
use crate::model::{Family, Name};
use crate::place::Place;

/// The number of the first clause that may be looked at.
const FROM: Slot = Slot(0);
/// A standard community.
const COMMUNITY: Slot = Slot(1);
/// A large community.
const LARGE_COMMUNITY: Slot = Slot(2);

/// How deep route maps may call each other before FRR gives up, and denies.
const MAX_CALLS: u32 = 9;

/// How many numbers one `set` may put into a path or a list; FRR's own lines are shorter.
const MAX_VALUES: usize = 1000;

impl Lowering<'_> {
    /// Whether the route map permits the route, which it changes; `None` where there is no such
    /// map.
    pub(super) fn map(&mut self, name: &Name) -> Option<FunctionId> {
        if let Some(known) = self.maps.get(name) {
            return Some(*known);
        }
        let config = self.config;
        let map = config.route_maps.get(name)?;
        let place = map.place.unwrap_or(super::NOWHERE);
        let at = At(place);
        let variable = |name: &str, value_type| Variable {
            name: name.into(),
            place,
            value_type,
        };
        let frame = Frame {
            variables: vec![
                variable("from", Type::Int),
                variable("community", Type::Pair),
                variable("large", Type::Large),
            ],
        };
        let mut body = vec![at.statement(StatementKind::Declare {
            slot: FROM,
            value: Some(at.number(0)),
        })];
        if self.calls_within(name, MAX_CALLS) {
            let jumps = map
                .clauses
                .values()
                .any(|clause| matches!(clause.next, Next::Goto(_)));
            let last = map
                .clauses
                .last_key_value()
                .map_or(0, |(number, _)| *number);
            for (number, clause) in &map.clauses {
                let statement = self.clause(*number, last, clause, jumps);
                body.push(statement);
            }
        } else {
            body.push(at.lost("route maps that call each other more deeply than FRR follows"));
        }
        body.push(at.give(false));
        let id = self.function(name, place, 0, frame, body);
        self.maps.insert(name.clone(), id);
        Some(id)
    }

    /// Whether the calls from the map end within `left` steps.
    fn calls_within(&mut self, name: &Name, left: u32) -> bool {
        let config = self.config;
        let Some(map) = config.route_maps.get(name) else {
            return true;
        };
        if let Some(known) = self.depths.get(&(name.clone(), left)) {
            return *known;
        }
        let within = map.clauses.values().all(|clause| {
            clause.call.as_ref().is_none_or(|(_, called)| {
                left.checked_sub(1)
                    .is_some_and(|left| self.calls_within(called, left))
            })
        });
        self.depths.insert((name.clone(), left), within);
        within
    }

    fn clause(&mut self, number: u32, last: u32, clause: &Clause, jumps: bool) -> Statement {
        let at = At(clause.place);
        let mut known = Vec::new();
        let mut unknown = Vec::new();
        if jumps {
            let from = at.variable(FROM);
            known.push(at.binary(BinaryOperator::LessOrEqual, from, at.number(number)));
        }
        for (place, of) in &clause.matches {
            let condition = self.condition(*place, of);
            // Which comes first does not matter to FRR, and what is known first spares questions.
            if matches!(of, Match::Unmodelled(_)) {
                unknown.push(condition);
            } else {
                known.push(condition);
            }
        }
        let mut then: Block = Vec::new();
        if clause.action == Action::Permit {
            for (place, set) in &clause.sets {
                self.write(*place, set, &mut then);
            }
            if let Some((place, called)) = &clause.call {
                let at = At(*place);
                match self.map(called) {
                    Some(function) => {
                        let denied = at.not(at.call(function, Vec::new()));
                        then.push(at.when(denied, vec![at.give(false)]));
                    }
                    None => self.undefined(*place, "route map", called, "FRR permits"),
                }
            }
            match clause.next {
                Next::Next if number < last => {}
                Next::Goto(to) if to <= last => {
                    then.push(at.set_variable(FROM, at.number(to)));
                }
                Next::End | Next::Next | Next::Goto(_) => then.push(at.give(true)),
            }
        } else {
            then.push(at.give(false));
        }
        at.when(at.all(known.into_iter().chain(unknown)), then)
    }

    /// One condition of several questions, as a function: whoever reads the policy sees one line.
    fn whole(&mut self, at: At, condition: Expression) -> Expression {
        let body = vec![at.statement(StatementKind::Return(Some(condition)))];
        let function = self.function(&"match".into(), at.0, 0, Frame::default(), body);
        at.call(function, Vec::new())
    }

    /// `match rpki`: FRR asks about the last number of the path, and about our own where there is
    /// none.
    fn validity(&mut self, at: At, wanted: Validity) -> Expression {
        self.validates.get_or_insert(at.0);
        let own = self.config.bgp.as_ref().map_or(0, |bgp| bgp.asn.0);
        let answer = match wanted {
            Validity::Valid => Enumerated::ROA_VALID,
            Validity::Invalid => Enumerated::ROA_INVALID,
            Validity::NotFound => Enumerated::ROA_UNKNOWN,
        };
        let asked = |origin: Expression| {
            let table = TableName {
                name: super::PAYLOADS.into(),
                place: at.0,
            };
            let of = Some(Box::new([at.attribute(NET), origin]));
            let answered = at.expression(ExpressionKind::RoaCheck { table, of });
            at.equal(answered, at.literal(Literal::Enum(answer)))
        };
        let length = || at.method(Method::Length, at.attribute(PATH));
        let last = at.method(Method::Last, at.attribute(PATH));
        let none = at.equal(length(), at.number(0));
        let some = at.binary(BinaryOperator::Greater, length(), at.number(0));
        at.binary(
            BinaryOperator::Or,
            at.all([none, asked(at.number(own))]),
            at.all([some, asked(last)]),
        )
    }

    fn condition(&mut self, place: Place, of: &Match) -> Expression {
        let at = At(place);
        let (function, what, name) = match of {
            Match::PrefixList(family, name) => {
                let key = (*family, name.clone());
                let empty = self
                    .config
                    .prefix_lists
                    .get(&key)
                    .is_some_and(|list| list.entries.is_empty());
                if empty {
                    // A list that only has a description: a route map finds nothing in it.
                    return at.truth(false);
                }
                (self.prefix_list(*family, name), "prefix list", name)
            }
            Match::AccessList(family, name) => {
                (self.access_list(*family, name), "access list", name)
            }
            Match::Community(name, exact) => {
                let asked = if *exact { Asked::Exactly } else { Asked::Route };
                let function = self.community_list(Kind::Standard, name, asked);
                (function, "list of communities", name)
            }
            Match::LargeCommunity(name, exact) => {
                let asked = if *exact { Asked::Exactly } else { Asked::Route };
                let function = self.community_list(Kind::Large, name, asked);
                (function, "list of large communities", name)
            }
            Match::ExtendedCommunity(name) => {
                let function = self.community_list(Kind::Extended, name, Asked::Route);
                (function, "list of extended communities", name)
            }
            Match::Path(name) => (self.path_list(name), "list of paths", name),
            Match::PrefixLength(..) => return at.unknown("a match of the prefix length"),
            Match::Metric(number) => {
                // What is taken off towards another system is seen by the map all the same.
                let off = at.equal(at.attribute(TAKEN_OFF), at.number(*number));
                let off = at.all([at.not(at.defined(MED)), off]);
                let there = or_absent(at, MED, *number, 0);
                let either = at.binary(BinaryOperator::Or, there, off);
                return self.whole(at, either);
            }
            Match::LocalPreference(number) => {
                // What came from another system has none, which is none of these but 0.
                return or_absent(at, LOCAL_PREFERENCE, *number, 0);
            }
            Match::Tag(number) => return or_absent(at, TAG, *number, 0),
            Match::Origin(code) => {
                let own = at.equal(at.attribute(ORIGIN), at.origin(*code));
                let absent = at.all([at.not(at.defined(ORIGIN)), at.truth(*code == 0)]);
                let either = at.binary(BinaryOperator::Or, own, absent);
                return self.whole(at, either);
            }
            Match::Validity(wanted) => {
                let either = self.validity(at, *wanted);
                return self.whole(at, either);
            }
            Match::Unmodelled(words) => return at.unknown(&format!("`match {words}`")),
        };
        if let Some(function) = function {
            return at.call(function, Vec::new());
        }
        self.undefined(place, what, name, "the clause never matches");
        at.truth(false)
    }

    pub(super) fn write(&mut self, place: Place, set: &Set, body: &mut Block) {
        let at = At(place);
        let add = |attribute, value| at.edit(attribute, Edit::Add, at.value(value));
        match set {
            Set::Communities(values, additive) if values.len() <= MAX_VALUES => {
                if !additive {
                    body.push(at.unset(COMMUNITIES));
                }
                body.extend(
                    values
                        .iter()
                        .map(|value| add(COMMUNITIES, CommunityValue::Standard(*value))),
                );
            }
            Set::LargeCommunities(values, additive) if values.len() <= MAX_VALUES => {
                if !additive {
                    body.push(at.unset(LARGE));
                }
                let value = |(a, b, c): &(u32, u32, u32)| CommunityValue::Large(*a, *b, *c);
                body.extend(values.iter().map(|values| add(LARGE, value(values))));
            }
            Set::ExtendedCommunities(_, values) if values.len() <= MAX_VALUES => {
                let values = values.iter().copied().map(CommunityValue::Extended);
                body.extend(values.map(|value| add(EXTENDED, value)));
            }
            Set::NoCommunities => body.push(at.unset(COMMUNITIES)),
            Set::NoLargeCommunities => body.push(at.unset(LARGE)),
            Set::NoExtendedCommunities => body.push(at.unset(EXTENDED)),
            Set::DeleteCommunities(name) => {
                body.extend(self.delete(Kind::Standard, name, place, COMMUNITY));
            }
            Set::DeleteLargeCommunities(name) => {
                body.extend(self.delete(Kind::Large, name, place, LARGE_COMMUNITY));
            }
            Set::Prepend(numbers) if numbers.len() <= MAX_VALUES => {
                let numbers = numbers.iter().rev();
                body.extend(numbers.map(|asn| at.edit(PATH, Edit::Prepend, at.number(asn.0))));
            }
            Set::PrependLast(count) => {
                // The number next to us, where there is one.
                let first = || at.method(Method::First, at.attribute(PATH));
                let there = at.binary(BinaryOperator::NotEqual, first(), at.number(0));
                let again = (0..*count).map(|_| at.edit(PATH, Edit::Prepend, first()));
                body.push(at.when(there, again.collect()));
            }
            Set::Exclude(numbers) if numbers.len() <= MAX_VALUES => {
                let mut numbers: Vec<u32> = numbers.iter().map(|asn| asn.0).collect();
                numbers.sort_unstable();
                numbers.dedup();
                let items = numbers.iter().map(|asn| SetItem::Value(at.number(*asn)));
                let set = at.set(SetType::Int, items.collect());
                body.push(at.edit(PATH, Edit::Delete, set));
            }
            Set::Metric(change) => metric(at, *change, body),
            Set::LocalPreference(number) => {
                body.push(at.assign(LOCAL_PREFERENCE, at.number(*number)));
            }
            Set::Origin(code) => body.push(at.assign(ORIGIN, at.origin(*code))),
            Set::NextHop(address) => {
                let own = at.assign(NEXT_HOP, at.literal(Literal::Ip(*address)));
                let family = if address.is_ipv4() {
                    Family::Ipv4
                } else {
                    Family::Ipv6
                };
                body.push(at.when(family_of(family, at), vec![own]));
            }
            Set::NextHopPeer(family) => {
                let own = at.unset(NEXT_HOP);
                body.push(at.when(family_of(*family, at), vec![own]));
            }
            Set::NextHopUnchanged(family) => {
                // What the policy at hand writes is sent, be it what was there.
                let own = at.assign(NEXT_HOP, at.attribute(NEXT_HOP));
                let there = at.all([family_of(*family, at), at.defined(NEXT_HOP)]);
                body.push(at.when(there, vec![own]));
            }
            Set::Tag(number) => body.push(at.assign(TAG, at.number(*number))),
            Set::Inert(_) => {}
            Set::Unmodelled(words) => body.push(at.lost(&format!("`set {words}`"))),
            Set::Communities(..)
            | Set::LargeCommunities(..)
            | Set::ExtendedCommunities(..)
            | Set::Prepend(_)
            | Set::Exclude(_) => body.push(at.lost("a list of more than 1000 values")),
        }
    }
}

/// Whether the network at hand is of `family`.
fn family_of(family: Family, at: At) -> Expression {
    let of = match family {
        Family::Ipv4 => Enumerated::NET_IP4,
        Family::Ipv6 => Enumerated::NET_IP6,
    };
    let kind = at.method(Method::NetType, at.attribute(NET));
    at.equal(kind, at.literal(Literal::Enum(of)))
}

/// Whether a number is `wanted`, where an absent one counts as `absent`.
fn or_absent(at: At, attribute: Attribute, wanted: u32, absent: u32) -> Expression {
    let own = at.equal(at.attribute(attribute), at.number(wanted));
    if wanted != absent {
        return own;
    }
    at.binary(BinaryOperator::Or, own, at.not(at.defined(attribute)))
}

fn metric(at: At, change: Change, body: &mut Block) {
    let own = || at.attribute(MED);
    match change {
        Change::To(number) => body.push(at.assign(MED, at.number(number))),
        Change::More(number) => {
            body.push(at.when(at.not(at.defined(MED)), vec![at.assign(MED, at.number(0))]));
            let room = at.number(u32::MAX - number);
            let more = at.binary(BinaryOperator::Add, own(), at.number(number));
            body.push(at.statement(StatementKind::If {
                condition: at.binary(BinaryOperator::Greater, own(), room),
                then: vec![at.assign(MED, at.number(u32::MAX))],
                otherwise: vec![at.assign(MED, more)],
            }));
        }
        Change::Less(number) => {
            body.push(at.when(at.not(at.defined(MED)), vec![at.assign(MED, at.number(0))]));
            let less = at.binary(BinaryOperator::Subtract, own(), at.number(number));
            body.push(at.statement(StatementKind::If {
                condition: at.binary(BinaryOperator::Less, own(), at.number(number)),
                then: vec![at.assign(MED, at.number(0))],
                otherwise: vec![at.assign(MED, less)],
            }));
        }
    }
}
