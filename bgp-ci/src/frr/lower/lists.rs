//! Lists.

use super::plain;
use super::tree::{At, COMMUNITIES, EXTENDED, LARGE, PATH};
use super::{Asked, Kind, Lowering};
use crate::filter::ir::{Lengths, Literal, Method, SetItem};
use crate::filter::program::{Constant, Frame, FunctionId, Slot, Variable};
use crate::filter::types::{SetType, Type};
use crate::filter::{Attribute, Expression, Statement, StaticAttribute};
use crate::frr::config::{
    AccessMatch, Action, CommunityList, CommunityMatch, CommunityValue, PrefixEntry, PrefixList,
};
use crate::model::{Family, Name};
use crate::place::Place;

/// The network of the route at hand.
pub(super) const NET: Attribute = Attribute::Static(StaticAttribute::Net);

impl Kind {
    fn attribute(self) -> Attribute {
        match self {
            Self::Standard => COMMUNITIES,
            Self::Large => LARGE,
            Self::Extended => EXTENDED,
        }
    }

    fn member(self) -> (Type, SetType) {
        match self {
            Self::Standard => (Type::Pair, SetType::Pair),
            Self::Large => (Type::Large, SetType::Large),
            Self::Extended => (Type::Extended, SetType::Extended),
        }
    }
}

impl Lowering<'_> {
    /// Whether the prefix list permits the route; `None` where there is no such list, or it has no
    /// entry.
    pub(super) fn prefix_list(&mut self, family: Family, name: &Name) -> Option<FunctionId> {
        let key = (family, name.clone());
        if let Some(known) = self.prefix_lists.get(&key) {
            return Some(*known);
        }
        let list = self.config.prefix_lists.get(&key)?;
        let place = list.entries.values().next()?.place;
        let body = self.prefixes(name, list);
        let id = self.function(name, place, 0, Frame::default(), body);
        self.prefix_lists.insert(key, id);
        Some(id)
    }

    /// Entries of one action side by side are one set: their order does not matter.
    fn prefixes(&mut self, name: &Name, list: &PrefixList) -> Vec<Statement> {
        let entries: Vec<&PrefixEntry> = list.entries.values().collect();
        let mut body = Vec::new();
        let mut last = Place::file(crate::place::FileId(0));
        let apart = self.apart;
        for run in entries.chunk_by(|a, b| a.action == b.action && !apart) {
            let Some(first) = run.first() else { continue };
            let at = At(first.place);
            let items = run.iter().map(|entry| {
                let net = At(entry.place).literal(Literal::Prefix(entry.prefix));
                SetItem::Prefix(net, Lengths::Between(entry.low, entry.high))
            });
            let set = at.set(SetType::Prefix, items.collect());
            if run.len() == entries.len() && first.action == Action::Permit {
                self.program.constants.push(Constant {
                    name: name.clone(),
                    place: first.place,
                    value: set.clone(),
                    value_type: Type::Set(SetType::Prefix),
                });
            }
            let found = at.is_in(at.attribute(NET), set);
            body.push(at.when(found, vec![at.give(first.action == Action::Permit)]));
            last = first.place;
        }
        body.push(At(last).give(false));
        body
    }

    /// Whether the access list permits the route; `None` where there is no such list.
    pub(super) fn access_list(&mut self, family: Family, name: &Name) -> Option<FunctionId> {
        let key = (family, name.clone());
        if let Some(known) = self.access_lists.get(&key) {
            return Some(*known);
        }
        let list = self.config.access_lists.get(&key)?;
        let place = list.place.unwrap_or(super::NOWHERE);
        let mut body = Vec::new();
        for entry in list.entries.values() {
            let at = At(entry.place);
            let any = match family {
                Family::Ipv4 => "0.0.0.0/0",
                Family::Ipv6 => "::/0",
            };
            let of = match entry.of {
                Some(AccessMatch::Any) => any.parse().ok().map(|prefix| AccessMatch::Inside {
                    prefix,
                    exact: false,
                }),
                of => of,
            };
            let found = match of {
                Some(AccessMatch::Inside { prefix, exact }) => {
                    let lengths = if exact {
                        Lengths::Exact
                    } else {
                        Lengths::OrLonger
                    };
                    let net = at.literal(Literal::Prefix(prefix));
                    let set = at.set(SetType::Prefix, vec![SetItem::Prefix(net, lengths)]);
                    at.is_in(at.attribute(NET), set)
                }
                Some(AccessMatch::Address(prefix)) => {
                    // Those inside, and those around that begin with the same address.
                    let net = |prefix| at.literal(Literal::Prefix(prefix));
                    let mut items = vec![SetItem::Prefix(net(prefix), Lengths::OrLonger)];
                    let wider = prefix.covering();
                    items.extend(
                        wider
                            .filter(|wider| wider.address() == prefix.address() && *wider != prefix)
                            .map(|wider| SetItem::Prefix(net(wider), Lengths::Exact)),
                    );
                    at.is_in(at.attribute(NET), at.set(SetType::Prefix, items))
                }
                Some(AccessMatch::Any) | None => at.unknown("this form of an access list"),
            };
            body.push(at.when(found, vec![at.give(entry.action == Action::Permit)]));
        }
        if list.entries.is_empty() {
            body.push(At(place).lost("an access list without entries"));
        }
        body.push(At(place).give(false));
        let id = self.function(name, place, 0, Frame::default(), body);
        self.access_lists.insert(key, id);
        Some(id)
    }

    /// Whether the list of expressions permits the path of the route.
    pub(super) fn path_list(&mut self, name: &Name) -> Option<FunctionId> {
        if let Some(known) = self.path_lists.get(name) {
            return Some(*known);
        }
        let list = self.config.path_lists.get(name)?;
        let place = list.place.unwrap_or(super::NOWHERE);
        let mut body = Vec::new();
        for entry in list.entries.values() {
            let at = At(entry.place);
            let found = at.text(at.attribute(PATH), &entry.pattern);
            body.push(at.when(found, vec![at.give(entry.action == Action::Permit)]));
        }
        body.push(At(place).give(false));
        let id = self.function(name, place, 0, Frame::default(), body);
        self.path_lists.insert(name.clone(), id);
        Some(id)
    }

    /// What a list of communities answers.
    pub(super) fn community_list(
        &mut self,
        kind: Kind,
        name: &Name,
        asked: Asked,
    ) -> Option<FunctionId> {
        let key = (kind, name.clone(), asked);
        if let Some(known) = self.communities.get(&key) {
            return Some(*known);
        }
        let config = self.config;
        let list: &CommunityList = match kind {
            Kind::Standard => &config.community_lists,
            Kind::Large => &config.large_lists,
            Kind::Extended => &config.extended_lists,
        }
        .get(name)?;
        let place = list.place.unwrap_or(super::NOWHERE);
        let mut body = Vec::new();
        for entry in list.entries.values() {
            let at = At(entry.place);
            let found = match (&entry.of, asked) {
                (CommunityMatch::Unknown, _) => at.unknown("this entry of a list of communities"),
                (CommunityMatch::All(values), Asked::Member) => one_of(at, kind, values),
                (CommunityMatch::All(values), _) => all_of(at, kind, values, asked),
                (CommunityMatch::Text(_), _) if kind == Kind::Extended => {
                    at.unknown("a regular expression over extended communities")
                }
                (CommunityMatch::Text(pattern), Asked::Member) => {
                    plain::is_in(at, kind, Slot(0), pattern)
                        .unwrap_or_else(|| at.text(at.variable(Slot(0)), pattern))
                }
                (CommunityMatch::Text(pattern), _) => {
                    at.text(at.attribute(kind.attribute()), pattern)
                }
            };
            body.push(at.when(found, vec![at.give(entry.action == Action::Permit)]));
        }
        body.push(At(place).give(false));
        let mut frame = Frame::default();
        if asked == Asked::Member {
            frame.variables.push(Variable {
                name: "community".into(),
                place,
                value_type: kind.member().0,
            });
        }
        let parameters = frame.variables.len();
        let id = self.function(name, place, parameters, frame, body);
        self.communities.insert(key, id);
        Some(id)
    }
}

/// `internet` in a list stands for every route.
const INTERNET: CommunityValue = CommunityValue::Standard(0);

/// Whether the community at hand is one of `values`.
fn one_of(at: At, kind: Kind, values: &[CommunityValue]) -> Expression {
    if values.contains(&INTERNET) {
        return at.truth(true);
    }
    let items = values.iter().map(|value| SetItem::Value(at.value(*value)));
    let set = at.set(kind.member().1, items.collect());
    at.is_in(at.variable(Slot(0)), set)
}

/// Whether the route has all of `values`, and no other where that is asked.
fn all_of(at: At, kind: Kind, values: &[CommunityValue], asked: Asked) -> Expression {
    let list = || at.attribute(kind.attribute());
    if values.contains(&INTERNET) {
        return if asked == Asked::Exactly {
            at.unknown("`internet` in a list that must match exactly")
        } else {
            at.truth(true)
        };
    }
    let mut distinct = values.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let count = u32::try_from(distinct.len()).unwrap_or(u32::MAX);
    let mut conditions: Vec<Expression> = distinct
        .into_iter()
        .map(|value| at.is_in(at.value(value), list()))
        .collect();
    if asked == Asked::Exactly {
        conditions.push(at.equal(at.method(Method::Length, list()), at.number(count)));
    }
    at.all(conditions)
}
