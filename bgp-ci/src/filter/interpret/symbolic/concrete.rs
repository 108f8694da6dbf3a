//! One route of a state, and whether a route is of a state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::state::State;
use super::symbol::{ListKind, Symbol};
use super::world::{ABSENT, Atom, Choice, Opaque, OpaqueId, World};
use crate::filter::attribute::{Attribute, BgpAttribute, StaticAttribute};
use crate::filter::interpret::Subject;
use crate::filter::route::Route;
use crate::filter::types::Enumerated;
use crate::filter::value::{AsPath, Value};
use crate::model::Prefix;
use crate::symbolic::{PathAtom, PathTest, Ranges, Solution};

/// A received route of a state, as far as the state says something of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The network.
    pub net: Prefix,
    /// The path, the nearest number first.
    pub path: Arc<[u32]>,
    /// Communities by their numbers.
    pub communities: BTreeMap<ListKind, BTreeSet<u128>>,
    /// Other attributes by the keys of their values; [`ABSENT`] for none.
    pub values: BTreeMap<Attribute, u128>,
    /// What live data has to say.
    pub answers: Vec<(Subject, u8)>,
    /// Whether it is of the state for certain: nothing was asked that is not followed.
    pub exact: bool,
}

/// The networks that are tried for one state.
const NETWORKS: usize = 6;

impl State {
    /// Whether `route`, as it was received, is of the state: as far as that is followed, so a
    /// route of which this is false is certainly not.
    pub fn has(&self, route: &Route, world: &World) -> bool {
        if !self.space.contains(route.net) {
            return false;
        }
        let empty = Arc::new(AsPath::default());
        let path = route.path().unwrap_or(&empty);
        let cube = self
            .cube
            .iter()
            .all(|(atom, truth)| match world.atom_of(*atom) {
                Atom::Community(kind, members) => {
                    let has = numbers(route, *kind)
                        .iter()
                        .any(|item| members.contains(*item));
                    has == *truth
                }
                Atom::Path(atom) => holds(atom, path).is_none_or(|found| found == *truth),
            });
        cube && self
            .choices
            .iter()
            .all(|(choice, left)| match world.choice_of(*choice) {
                Choice::Received(attribute) => {
                    received(route, *attribute).is_none_or(|key| left.contains(key))
                }
                _ => true,
            })
    }

    /// Routes of the state: the first is the plainest. None where the state is empty, or where no
    /// path was found.
    pub fn examples(&self, world: &mut World) -> Vec<Example> {
        let (path, found) = match world.path(&self.cube) {
            Solution::Path(path) => (path, true),
            Solution::None => return Vec::new(),
            Solution::Unknown => ([].into(), false),
        };
        let mut communities = BTreeMap::new();
        for kind in ListKind::ALL {
            communities.insert(kind, world.wanted(kind, &self.cube));
        }
        let mut values = BTreeMap::new();
        let mut answers = Vec::new();
        let mut exact = found;
        for (choice, left) in &self.choices {
            let Some(first) = left.first() else {
                return Vec::new();
            };
            match world.choice_of(*choice).clone() {
                Choice::Received(attribute) => {
                    let value = if left.contains(ABSENT) { ABSENT } else { first };
                    exact &= value == ABSENT || self::value(attribute, value).is_some();
                    values.insert(attribute, value);
                }
                Choice::Roa { table, .. } => {
                    answers.push((Subject::Roa { table, of: None }, small(first)));
                }
                Choice::Aspa {
                    table, upstream, ..
                } => {
                    let path = None;
                    answers.push((
                        Subject::Aspa {
                            table,
                            upstream,
                            path,
                        },
                        small(first),
                    ));
                }
                Choice::Element(_) | Choice::PathElement => {}
                Choice::Opaque(opaque) => {
                    exact = false;
                    let wanted = first == 1;
                    self.please(opaque, wanted, world, &mut communities);
                }
            }
        }
        self.space
            .witnesses(NETWORKS)
            .into_iter()
            .map(|net| Example {
                net,
                path: Arc::clone(&path),
                communities: communities.clone(),
                values: values.clone(),
                answers: answers.clone(),
                exact,
            })
            .collect()
    }

    /// `route` with the attributes that the BGP layer gave the state.
    pub fn settled(&self, mut route: Route) -> Route {
        for (attribute, symbol) in self.given.iter() {
            match symbol {
                Symbol::Known(Value::Void) => route.unset(*attribute),
                Symbol::Known(value) => route.set(*attribute, value.clone()),
                _ => {}
            }
        }
        route
    }

    /// Adds communities with which something that is not followed may be as wanted.
    fn please(
        &self,
        opaque: OpaqueId,
        wanted: bool,
        world: &World,
        communities: &mut BTreeMap<ListKind, BTreeSet<u128>>,
    ) {
        if let (Opaque::Text(pattern, Symbol::List(list)), true) = (world.opaque_of(opaque), wanted)
            && list.base.is_none()
        {
            let (missing, _) = world.communities(list.kind, &self.cube);
            let free = missing.union(&list.absent).complement();
            let sample = pattern.community(list.kind, &free);
            communities.entry(list.kind).or_default().extend(sample);
        }
    }
}

fn small(key: u128) -> u8 {
    u8::try_from(key).unwrap_or_default()
}

impl PathTest {
    /// What the test says of a whole path; `None` where that depends on the daemon's version.
    fn holds(&self, path: &AsPath) -> Option<bool> {
        let length = u128::try_from(path.length()).unwrap_or(u128::MAX);
        let number = |asn: Option<u32>| u128::from(asn.unwrap_or(0));
        Some(match self {
            Self::Mask(mask) => return mask.matches(path),
            Self::Member(of) => path.asns().any(|asn| of.contains(asn.into())),
            Self::Length(of) => of.contains(length),
            Self::First(of) => of.contains(number(path.first())),
            Self::Last(of) => of.contains(number(path.last())),
            Self::Text(pattern) => return pattern.is_in(&Value::Path(Arc::new(path.clone()))),
        })
    }
}

fn holds(atom: &PathAtom, path: &AsPath) -> Option<bool> {
    let mut path = path.clone();
    for asn in atom.front.iter().rev() {
        path = path.prepended(*asn);
    }
    atom.test.holds(&path)
}

/// The communities of a route by their numbers.
fn numbers(route: &Route, kind: ListKind) -> Vec<u128> {
    match route.attribute(kind.attribute()) {
        Some(Value::Communities(list)) => list.iter().map(|item| u128::from(*item)).collect(),
        Some(Value::ExtendedCommunities(list)) => {
            list.iter().map(|item| u128::from(*item)).collect()
        }
        Some(Value::LargeCommunities(list)) => list.iter().map(|item| item.key()).collect(),
        _ => Vec::new(),
    }
}

/// The key of an attribute; `None` where it is not known.
fn received(route: &Route, attribute: Attribute) -> Option<u128> {
    let value = match attribute {
        Attribute::Static(StaticAttribute::IgpMetric) => return None,
        Attribute::Static(known) => Some(route.read_static(known)),
        _ => route.attribute(attribute).cloned(),
    };
    match value {
        None | Some(Value::Void) => Some(ABSENT),
        Some(Value::Bool(truth)) => Some(truth.into()),
        Some(value) => value.key().map(|(_, key)| key),
    }
}

impl Example {
    /// The route as a BGP session called `protocol` takes it in.
    pub fn route(&self, protocol: &str) -> Route {
        let mut route = Route::learned(self.net, protocol);
        let path = AsPath::sequence(self.path.to_vec());
        route.set(Attribute::Bgp(BgpAttribute::Path), Value::Path(path.into()));
        route.set(
            Attribute::Bgp(BgpAttribute::Origin),
            Enumerated::ORIGIN_IGP.into(),
        );
        for (kind, items) in &self.communities {
            if let Some(list) = list(*kind, items) {
                route.set(kind.attribute(), list);
            }
        }
        for (attribute, key) in &self.values {
            match (*key, value(*attribute, *key)) {
                (ABSENT, _) => route.unset(*attribute),
                (_, Some(value)) => route.set(*attribute, value),
                (_, None) => {}
            }
        }
        route
    }
}

fn list(kind: ListKind, items: &BTreeSet<u128>) -> Option<Value> {
    use crate::filter::value::Large;
    let part = |item: u128, shift: u32| u32::try_from((item >> shift) & 0xffff_ffff).unwrap_or(0);
    (!items.is_empty()).then(|| match kind {
        ListKind::Standard => Value::Communities(items.iter().map(|item| part(*item, 0)).collect()),
        ListKind::Extended => Value::ExtendedCommunities(
            items
                .iter()
                .map(|item| u64::try_from(*item).unwrap_or(0))
                .collect(),
        ),
        ListKind::Large => Value::LargeCommunities(
            items
                .iter()
                .map(|item| Large(part(*item, 64), part(*item, 32), part(*item, 0)))
                .collect(),
        ),
    })
}

/// The value of an attribute with a key.
fn value(attribute: Attribute, key: u128) -> Option<Value> {
    use crate::filter::types::{EnumType, Type};
    use crate::filter::value::Address;
    let of = match attribute {
        Attribute::Bgp(attribute) => attribute.value_type(),
        _ => return None,
    };
    Some(match of {
        Type::Int => Value::Int(u32::try_from(key).ok()?),
        Type::Quad => Value::Quad(u32::try_from(key).ok()?),
        Type::Ip => Value::Ip(Address::from_bits(key)),
        Type::Enum(EnumType::Origin) => Value::Enum(Enumerated {
            of: EnumType::Origin,
            value: u8::try_from(key).ok()?,
        }),
        _ => return None,
    })
}

/// The values that an attribute of a received route can have, by their keys.
pub(super) fn domain(attribute: BgpAttribute) -> Ranges {
    use crate::filter::types::{EnumType, Type};
    let absent = Ranges::only(ABSENT);
    match attribute.value_type() {
        Type::Int | Type::Quad => Ranges::between(0, u32::MAX.into()).union(&absent),
        Type::Enum(EnumType::Origin) => Ranges::between(0, 2),
        _ => Ranges::all(),
    }
}
