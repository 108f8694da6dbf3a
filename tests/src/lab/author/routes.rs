//! Routes of a static protocol.

use std::sync::Arc;

use bgp_ci::filter::route::Route;
use bgp_ci::filter::types::{EnumType, Type};
use bgp_ci::filter::value::{Address, AsPath, Large, Value};
use bgp_ci::model::Prefix;

use super::{Author, writable};
use crate::lab::dice::Dice;

/// A blackhole route of the protocol `feeder` with some attributes.
pub fn route(seed: u64) -> Route {
    some(seed, Author::network, "feeder")
}

/// The same of an IPv6 network, from the protocol `feeder6`.
pub fn route6(seed: u64) -> Route {
    some(seed, Author::network6, "feeder6")
}

fn some(seed: u64, net: fn(&mut Author) -> Prefix, protocol: &str) -> Route {
    let mut author = Author {
        dice: Dice::new(seed),
        name: String::new(),
        program: super::empty(),
        frame: bgp_ci::filter::program::Frame::default(),
        scope: Vec::new(),
        functions: Vec::new(),
        returns: None,
        constant: true,
        stale: false,
        numbers: &super::expressions::NUMBERS,
    };
    let mut route = Route::local(net(&mut author), protocol);
    if author.dice.one_in(3) {
        route.preference = u16::try_from(author.dice.below(65536)).expect("it is 16 bits");
    }
    let types = [
        Type::Int,
        Type::Ip,
        Type::Quad,
        Type::Path,
        Type::Communities,
        Type::ExtendedCommunities,
        Type::LargeCommunities,
        Type::Enum(EnumType::Origin),
    ];
    for of in types {
        for attribute in writable(of) {
            let optional = match attribute {
                bgp_ci::filter::Attribute::Static(known) => known.name() == "igp_metric",
                _ => true,
            };
            if optional && author.dice.one_in(2) {
                let value = author.value(of);
                route.set(attribute, value);
            }
        }
    }
    route
}

impl Author {
    fn value(&mut self, of: Type) -> Value {
        let length = self.dice.below(5);
        match of {
            Type::Int => Value::Int(self.number()),
            Type::Ip => Value::Ip(Address::from_ipv4(
                0xc000_0200 | u32::from(self.dice.one_in(2)),
            )),
            Type::Quad => Value::Quad(0xc000_0200 | u32::from(self.dice.one_in(2))),
            Type::Path => {
                let asns = (0..length).map(|_| self.number()).collect();
                Value::Path(Arc::new(AsPath::sequence(asns)))
            }
            Type::Communities => {
                let list = (0..length).map(|_| (self.number() << 16) | (self.number() & 0xffff));
                Value::Communities(distinct(list.collect()).into())
            }
            Type::ExtendedCommunities => {
                let list = (0..length).map(|_| {
                    let kind = if self.dice.one_in(2) { 2_u64 } else { 3 };
                    (kind << 48)
                        | (u64::from(self.number() & 0xffff) << 32)
                        | u64::from(self.number())
                });
                Value::ExtendedCommunities(distinct(list.collect()).into())
            }
            Type::LargeCommunities => {
                let list = (0..length).map(|_| Large(self.number(), self.number(), self.number()));
                Value::LargeCommunities(distinct(list.collect()).into())
            }
            _ => Value::Enum(self.dice.pick(&[
                bgp_ci::filter::Enumerated::ORIGIN_IGP,
                bgp_ci::filter::Enumerated::ORIGIN_EGP,
                bgp_ci::filter::Enumerated::ORIGIN_INCOMPLETE,
            ])),
        }
    }
}

fn distinct<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for item in list {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
