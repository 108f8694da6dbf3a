//! Routes as a person writes them on a command line.
//!
//! `203.0.113.0/24 path=64501,64502 communities=64500:100,no-export med=5`: the network, then
//! what the route has. What is not written is absent, as it is on the wire; where a value is
//! about the router and not about the route (a next hop, a gateway), it is open.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::Route;
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::types::{EnumType, Enumerated};
use crate::filter::value::{Address, AsPath, Large, Segment, SegmentKind, Value};
use crate::filter::{Program, StaticAttribute};
use crate::model::{Asn, Community, Prefix};

/// A text is no route.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotationError(String);

/// A route as it is written, of which not all may be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notation {
    /// The network.
    pub net: Prefix,
    fields: BTreeMap<Field, String>,
}

/// What a route can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Path,
    Communities,
    Med,
    LocalPreference,
    Origin,
    NextHop,
    OnlyToCustomer,
    Preference,
    Source,
    Protocol,
    From,
    Gateway,
    Interface,
    Destination,
}

/// The names of what a route can have, ours first, then BIRD's.
const FIELDS: [(Field, &[&str]); 14] = [
    (Field::Path, &["path", "bgp_path"]),
    (
        Field::Communities,
        &[
            "communities",
            "community",
            "large-communities",
            "ext-communities",
            "bgp_community",
            "bgp_large_community",
            "bgp_ext_community",
        ],
    ),
    (Field::Med, &["med", "bgp_med"]),
    (Field::LocalPreference, &["local-pref", "bgp_local_pref"]),
    (Field::Origin, &["origin", "bgp_origin"]),
    (Field::NextHop, &["next-hop", "bgp_next_hop"]),
    (Field::OnlyToCustomer, &["otc", "bgp_otc"]),
    (Field::Preference, &["preference"]),
    (Field::Source, &["source"]),
    (Field::Protocol, &["protocol", "proto"]),
    (Field::From, &["from"]),
    (Field::Gateway, &["gateway", "gw"]),
    (Field::Interface, &["interface", "ifname"]),
    (Field::Destination, &["dest"]),
];

/// What makes a route one that a neighbour sent.
const LEARNED: [Field; 5] = [
    Field::Path,
    Field::From,
    Field::NextHop,
    Field::LocalPreference,
    Field::OnlyToCustomer,
];

/// The longest notation, in bytes.
const LONGEST: usize = 64 << 10;

impl std::str::FromStr for Notation {
    type Err = NotationError;

    /// Reads `PREFIX [NAME=VALUE]…`; a list goes on with commas or spaces.
    fn from_str(text: &str) -> Result<Self, NotationError> {
        if text.len() > LONGEST {
            return Err(NotationError(format!(
                "a route of {} bytes is longer than any that is announced",
                text.len()
            )));
        }
        let mut words = text.split_whitespace();
        let net = words.next().unwrap_or_default();
        let net = net
            .parse::<Prefix>()
            .map_err(|error| NotationError(error.to_string()))?;
        let mut notation = Self {
            net,
            fields: BTreeMap::new(),
        };
        let mut last: Option<Field> = None;
        for word in words {
            match (word.split_once('='), last) {
                (Some((name, value)), _) => {
                    let field = field(name)?;
                    let list = field == Field::Communities;
                    if notation.fields.contains_key(&field) && !list {
                        return Err(NotationError(format!("`{name}` is given twice")));
                    }
                    notation.add(field, value);
                    last = Some(field);
                }
                (None, Some(field @ (Field::Path | Field::Communities))) => {
                    notation.add(field, word);
                }
                (None, _) => {
                    return Err(NotationError(format!(
                        "`{word}` is no attribute: they are written NAME=VALUE, such as \
                         path=64501,64502"
                    )));
                }
            }
        }
        // Every value is tried, so that a wrong one is found before any file is read.
        notation.route("", notation.is_learned())?;
        Ok(notation)
    }
}

fn field(name: &str) -> Result<Field, NotationError> {
    let found = FIELDS.iter().find(|(_, names)| names.contains(&name));
    found.map(|(field, _)| *field).ok_or_else(|| {
        let names = FIELDS
            .iter()
            .filter_map(|(_, names)| names.first().copied());
        let advice =
            rules::ids::nearest_of(name, FIELDS.iter().flat_map(|(_, names)| *names).copied())
                .map_or_else(
                    || format!("known are {}", names.collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
        NotationError(format!("a route has no `{name}`: {advice}"))
    })
}

impl Notation {
    fn add(&mut self, field: Field, value: &str) {
        let whole = self.fields.entry(field).or_default();
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(value);
    }

    /// Whether what is written makes it a route that a neighbour sent, and not one of our own.
    pub fn is_learned(&self) -> bool {
        match self.fields.get(&Field::Source) {
            Some(source) => source_named(source) == Some(Enumerated::RTS_BGP),
            None => LEARNED.iter().any(|field| self.fields.contains_key(field)),
        }
    }

    /// The route: one that the session `protocol` learned, or one of the router's own.
    ///
    /// # Errors
    /// A value is not one of its kind.
    pub fn route(&self, protocol: &str, learned: bool) -> Result<Route, NotationError> {
        let mut route = if learned {
            Route::learned(self.net, protocol)
        } else {
            Route::local(self.net, protocol)
        };
        if protocol.is_empty() {
            route.protocol = None;
        }
        if learned {
            // What every route has that a neighbour sends, and what BIRD adds to it.
            route.set(bgp(BgpAttribute::Path), Value::Path(Arc::default()));
            route.set(bgp(BgpAttribute::Origin), Enumerated::ORIGIN_IGP.into());
            route.set(bgp(BgpAttribute::NextHop), Value::Open);
            route.set(bgp(BgpAttribute::LocalPreference), Value::Int(100));
        }
        for (field, value) in &self.fields {
            set(&mut route, *field, value)
                .ok_or_else(|| NotationError(format!("`{value}` is no {}", asked(*field))))?;
        }
        Ok(route)
    }
}

fn bgp(attribute: BgpAttribute) -> Attribute {
    Attribute::Bgp(attribute)
}

/// What a value must be.
fn asked(field: Field) -> &'static str {
    match field {
        Field::Path => "path: numbers such as 64501,64502, sets of them in braces",
        Field::Communities => {
            "list of communities such as 64500:100,64500:1:2,rt:64500:1,no-export"
        }
        Field::Med | Field::LocalPreference => "number of 32 bits",
        Field::OnlyToCustomer => "number of a system",
        Field::Preference => "number of 16 bits",
        Field::Origin => "origin: igp, egp or incomplete",
        Field::NextHop | Field::From | Field::Gateway => "address",
        Field::Source => "source of routes such as static, bgp, device or ospf",
        Field::Protocol | Field::Interface => "name",
        Field::Destination => "destination: unicast, blackhole, unreachable or prohibit",
    }
}

fn set(route: &mut Route, field: Field, value: &str) -> Option<()> {
    let address = || value.parse::<IpAddr>().ok().map(Address::from);
    let number = || Some(Value::Int(value.parse().ok()?));
    match field {
        Field::Path => route.set(bgp(BgpAttribute::Path), Value::Path(path(value)?.into())),
        Field::Communities => communities(route, value)?,
        Field::Med => route.set(bgp(BgpAttribute::Med), number()?),
        Field::LocalPreference => route.set(bgp(BgpAttribute::LocalPreference), number()?),
        Field::Origin => {
            let origin = constant("ORIGIN", value).filter(|one| one.of == EnumType::Origin)?;
            route.set(bgp(BgpAttribute::Origin), origin.into());
        }
        Field::NextHop => route.set(bgp(BgpAttribute::NextHop), Value::Ip(address()?)),
        Field::OnlyToCustomer => {
            let asn: Asn = value.parse().ok()?;
            route.set(bgp(BgpAttribute::OnlyToCustomer), Value::Int(asn.0));
        }
        Field::Preference => route.preference = value.parse().ok()?,
        Field::Source => route.source = Some(source_named(value)?),
        Field::Protocol => route.protocol = Some(name(value)?),
        Field::From => route.from = Some(address()?),
        Field::Gateway => route.gateway = Some(address()?),
        Field::Interface => route.interface = Some(name(value)?),
        Field::Destination => {
            let known = constant("RTD", value).filter(|one| one.of == EnumType::Destination)?;
            route.destination = Some(known);
        }
    }
    Some(())
}

fn name(value: &str) -> Option<Arc<str>> {
    (!value.is_empty()).then(|| value.into())
}

fn source_named(value: &str) -> Option<Enumerated> {
    constant("RTS", value).filter(|one| one.of == EnumType::Source)
}

/// A constant by BIRD's name, or by what follows its first word.
fn constant(kind: &str, value: &str) -> Option<Enumerated> {
    let value = value.to_ascii_uppercase().replace('-', "_");
    Enumerated::named(&value).or_else(|| Enumerated::named(&format!("{kind}_{value}")))
}

/// `64501,64502 {64503,64504}`; `(…)` is a sequence of a confederation.
fn path(text: &str) -> Option<AsPath> {
    let mut segments = Vec::new();
    let mut open = Segment {
        kind: SegmentKind::Sequence,
        asns: Vec::new(),
    };
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', ',']);
        let Some(first) = rest.chars().next() else {
            break;
        };
        let after = rest.strip_prefix(first)?;
        let next = match (first, open.kind) {
            ('{', SegmentKind::Sequence) => SegmentKind::Set,
            ('(', SegmentKind::Sequence) => SegmentKind::ConfederationSequence,
            ('}', SegmentKind::Set) | (')', SegmentKind::ConfederationSequence) => {
                SegmentKind::Sequence
            }
            _ => {
                let end = rest
                    .find([' ', ',', '{', '}', '(', ')'])
                    .unwrap_or(rest.len());
                let (asn, after) = rest.split_at_checked(end)?;
                open.asns.push(asn.parse::<Asn>().ok()?.0);
                rest = after;
                continue;
            }
        };
        let kind = next;
        let asns = Vec::new();
        segments.push(std::mem::replace(&mut open, Segment { kind, asns }));
        rest = after;
    }
    if open.kind != SegmentKind::Sequence {
        return None;
    }
    segments.push(open);
    Some(AsPath::new(segments))
}

fn communities(route: &mut Route, text: &str) -> Option<()> {
    let mut all: BTreeSet<Community> = BTreeSet::new();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        all.insert(word.parse().ok()?);
    }
    let (mut standard, mut extended, mut large) = (Vec::new(), Vec::new(), Vec::new());
    for community in all {
        match community {
            Community::Standard(a, b) => standard.push(u32::from(a) << 16 | u32::from(b)),
            Community::Extended(octets) => extended.push(octets),
            Community::Large(a, b, c) => large.push(Large(a, b, c)),
        }
    }
    if !standard.is_empty() {
        let value = Value::Communities(standard.into());
        route.set(bgp(BgpAttribute::Communities), value);
    }
    if !extended.is_empty() {
        let value = Value::ExtendedCommunities(extended.into());
        route.set(bgp(BgpAttribute::ExtendedCommunities), value);
    }
    if !large.is_empty() {
        let value = Value::LargeCommunities(large.into());
        route.set(bgp(BgpAttribute::LargeCommunities), value);
    }
    Some(())
}

/// Everything that a route has, by BIRD's names, as text; what is not known is a question mark.
pub fn attributes(route: &Route, program: &Program) -> BTreeMap<String, String> {
    let always = [
        StaticAttribute::Source,
        StaticAttribute::Protocol,
        StaticAttribute::From,
        StaticAttribute::Gateway,
        StaticAttribute::InterfaceName,
        StaticAttribute::Destination,
        StaticAttribute::Scope,
        StaticAttribute::Preference,
    ];
    let always = always.into_iter().map(|one| {
        let value = route.read_static(one);
        (one.name().to_owned(), shown(&value))
    });
    let carried = route.attributes().iter().map(|(attribute, value)| {
        let name = match attribute {
            Attribute::Static(one) => one.name(),
            Attribute::Bgp(one) => one.name(),
            Attribute::Other(one) => one.name,
            Attribute::Custom(id) => &*program.attribute(*id).name,
        };
        (name.to_owned(), shown(value))
    });
    let all = always.chain(carried);
    all.filter(|(_, value)| !value.is_empty()).collect()
}

/// A value as it is written; empty for none.
fn shown(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(" ");
    match value {
        Value::Void => String::new(),
        Value::Open => "?".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Pair(pair) => format!("{}:{}", pair >> 16, pair & 0xffff),
        Value::Quad(quad) => Ipv4Addr::from(*quad).to_string(),
        Value::Ip(Address::NONE) => String::new(),
        Value::Ip(address) => address.ip().to_string(),
        Value::Prefix(prefix) => prefix.to_string(),
        Value::RouteDistinguisher(bits) => format!("{bits:#018x}"),
        Value::Extended(octets) => Community::Extended(*octets).to_string(),
        Value::Large(Large(a, b, c)) => Community::Large(*a, *b, *c).to_string(),
        Value::String(text) => text.to_string(),
        Value::Bytes(bytes) => hexadecimal(bytes),
        Value::Enum(constant) => constant.name().to_owned(),
        Value::Path(path) => path.to_string(),
        Value::Communities(all) => joined(all.iter().map(|one| standard(*one)).collect()),
        Value::ExtendedCommunities(all) => {
            let all = all
                .iter()
                .map(|octets| Community::Extended(*octets).to_string());
            joined(all.collect())
        }
        Value::LargeCommunities(all) => {
            let all = all
                .iter()
                .map(|Large(a, b, c)| Community::Large(*a, *b, *c).to_string());
            joined(all.collect())
        }
        // No attribute holds one.
        Value::PathMask(_) | Value::Set(_) | Value::NetworkSet(_) => "a set".to_owned(),
    }
}

fn standard(bits: u32) -> String {
    let half = |bits: u32| u16::try_from(bits & 0xffff).unwrap_or_default();
    Community::Standard(half(bits >> 16), half(bits)).to_string()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> BTreeMap<String, String> {
        let notation: Notation = text.parse().unwrap();
        let route = notation.route("", notation.is_learned()).unwrap();
        attributes(&route, &Program::default())
    }

    #[test]
    fn a_network_alone_is_a_route_of_our_own() {
        let read = read("203.0.113.0/24");
        assert_eq!(read["source"], "RTS_STATIC");
        assert_eq!(read["dest"], "RTD_BLACKHOLE");
        assert_eq!(read["proto"], "?");
        assert!(!read.contains_key("bgp_path"));
    }

    #[test]
    fn what_is_written_is_what_the_route_has() {
        let read = read(
            "2001:db8::/32 path=64501,64502,{64503 64504} 64505 communities=64500:1,no-export \
             64500:1:2 community=rt:64500:7 med=5 local-pref=200 origin=egp otc=AS64501 \
             next-hop=2001:db8::1 gw=192.0.2.1 ifname=eth0 proto=transit_a preference=90",
        );
        for (name, value) in [
            ("bgp_path", "64501 64502 {64503 64504} 64505"),
            ("bgp_community", "64500:1 no-export"),
            ("bgp_large_community", "64500:1:2"),
            ("bgp_ext_community", "rt:64500:7"),
            ("bgp_med", "5"),
            ("bgp_local_pref", "200"),
            ("bgp_origin", "ORIGIN_EGP"),
            ("bgp_otc", "64501"),
            ("bgp_next_hop", "2001:db8::1"),
            ("source", "RTS_BGP"),
            ("gw", "192.0.2.1"),
            ("ifname", "eth0"),
            ("proto", "transit_a"),
            ("preference", "90"),
        ] {
            assert_eq!(read[name], value, "{name}");
        }
        assert_eq!(read["from"], "?");
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (text, said) in [
            ("", "prefix"),
            ("203.0.113.1/24", "203.0.113.0/24"),
            ("203.0.113.0/24 path", "NAME=VALUE"),
            ("203.0.113.0/24 pth=1", "did you mean `path`?"),
            ("203.0.113.0/24 colour=1", "known are path, communities"),
            ("203.0.113.0/24 path=a", "`a` is no path"),
            ("203.0.113.0/24 path={1", "is no path"),
            ("203.0.113.0/24 path=1}", "is no path"),
            ("203.0.113.0/24 path={1,{2}}", "is no path"),
            (
                "203.0.113.0/24 communities=1:2:3:4",
                "is no list of communities",
            ),
            ("203.0.113.0/24 med=-1", "`-1` is no number of 32 bits"),
            ("203.0.113.0/24 med=1 med=2", "`med` is given twice"),
            ("203.0.113.0/24 origin=static", "is no origin"),
            ("203.0.113.0/24 source=igp", "is no source"),
            ("203.0.113.0/24 next-hop=here", "is no address"),
            ("203.0.113.0/24 preference=65536", "is no number of 16 bits"),
        ] {
            let error = text.parse::<Notation>().unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
        let long = format!("203.0.113.0/24 path={}", "1,".repeat(LONGEST));
        assert!(long.parse::<Notation>().is_err());
    }
}
