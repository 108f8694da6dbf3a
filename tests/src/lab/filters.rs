//! Routes of our own model as BIRD writes and shows them.

use std::fmt::Write as _;

use bgp_ci::filter::attribute::{Attribute, BgpAttribute, StaticAttribute};
use bgp_ci::filter::program::Program;
use bgp_ci::filter::route::Route;
use bgp_ci::filter::types::{EnumType, Enumerated};
use bgp_ci::filter::value::{Address, Value};

use super::pipe::Shown;

/// The route as `show route all` would print it.
pub fn shown(program: &Program, route: &Route) -> Shown {
    let destination = match route.destination {
        Some(Enumerated::RTD_BLACKHOLE) => "blackhole",
        Some(Enumerated::RTD_UNREACHABLE) => "unreachable",
        Some(Enumerated::RTD_PROHIBIT) => "prohibited",
        _ => "unicast",
    };
    let mut facts = vec![destination.to_owned()];
    if let Some(from) = route.from.filter(|from| *from != Address::NONE) {
        facts.push(format!("from {}", from.ip()));
    }
    let preference = route.preference;
    let metric = Attribute::Static(StaticAttribute::IgpMetric);
    facts.push(match route.attribute(metric) {
        Some(Value::Int(metric)) => format!("({preference}/{metric})"),
        _ => format!("({preference})"),
    });
    let scope = match route.scope {
        Enumerated::SCOPE_HOST => "host",
        Enumerated::SCOPE_LINK => "link",
        Enumerated::SCOPE_SITE => "site",
        Enumerated::SCOPE_ORGANIZATION => "org",
        _ => "univ",
    };
    let mut attributes = vec![format!("Type: static {scope}")];
    for (attribute, value) in route.attributes() {
        let name = match attribute {
            Attribute::Bgp(BgpAttribute::Path) => "BGP.as_path".to_owned(),
            Attribute::Bgp(known) => known.name().replacen("bgp_", "BGP.", 1),
            Attribute::Static(known) => known.name().to_owned(),
            Attribute::Other(known) => match known.name.split_once('_') {
                Some(("krt", rest)) => format!("Kernel.{rest}"),
                Some(("ospf", rest)) => format!("OSPF.{rest}"),
                Some(("rip", rest)) => format!("RIP.{rest}"),
                _ => known.name.to_owned(),
            },
            Attribute::Custom(id) => program.attribute(*id).name.to_string(),
        };
        let quads = matches!(attribute, Attribute::Bgp(BgpAttribute::ClusterList));
        attributes.push(
            format!("{name}: {}", value_text(value, quads))
                .trim_end()
                .to_owned(),
        );
    }
    attributes.sort();
    Shown {
        net: route.net.to_string(),
        facts,
        attributes,
    }
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(" ")
}

fn value_text(value: &Value, quads: bool) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Quad(quad) => std::net::Ipv4Addr::from(*quad).to_string(),
        Value::Ip(address) => address.ip().to_string(),
        Value::Path(path) => path.to_string(),
        Value::Communities(list) if quads => joined(
            list.iter()
                .map(|item| std::net::Ipv4Addr::from(*item).to_string()),
        ),
        Value::Communities(list) => joined(list.iter().map(|item| pair(*item))),
        Value::ExtendedCommunities(list) => joined(list.iter().map(|item| extended(*item))),
        Value::LargeCommunities(list) => joined(
            list.iter()
                .map(|item| format!("({}, {}, {})", item.0, item.1, item.2)),
        ),
        Value::Enum(constant) if constant.of == EnumType::Origin => match *constant {
            Enumerated::ORIGIN_IGP => "IGP".to_owned(),
            Enumerated::ORIGIN_EGP => "EGP".to_owned(),
            _ => "Incomplete".to_owned(),
        },
        other => panic!("no attribute of these tests is {other:?}"),
    }
}

fn pair(item: u32) -> String {
    format!("({},{})", item >> 16, item & 0xffff)
}

/// The kinds that BIRD knows by a name, else both halves.
fn extended(item: u64) -> String {
    let [kind, form, ..] = [(item >> 48) & 0xff, item >> 56];
    let name = match kind {
        2 => "rt".to_owned(),
        3 => "ro".to_owned(),
        _ => format!("unknown {:#x}", item >> 48),
    };
    let (key, value) = ((item >> 16) & 0xffff_ffff, item & 0xffff);
    match form {
        0 => {
            format!(
                "({name}, {}, {})",
                (item >> 32) & 0xffff,
                item & 0xffff_ffff
            )
        }
        1 => {
            let key = std::net::Ipv4Addr::from(u32::try_from(key).expect("it is masked"));
            format!("({name}, {key}, {value})")
        }
        2 => format!("({name}, {key}, {value})"),
        _ => format!("(generic, {:#x}, {:#x})", item >> 32, item & 0xffff_ffff),
    }
}

/// The statements on a static route that give it the attributes it has.
pub fn block(program: &Program, route: &Route) -> String {
    let mut text = String::new();
    let mut line =
        |statement: String| writeln!(text, "\t\t{statement};").expect("a string takes it");
    if route.preference != 200 {
        line(format!("preference = {}", route.preference));
    }
    for (attribute, value) in route.attributes() {
        let name = match attribute {
            Attribute::Bgp(known) => known.name().to_owned(),
            Attribute::Static(known) => known.name().to_owned(),
            Attribute::Other(known) => known.name.to_owned(),
            Attribute::Custom(id) => program.attribute(*id).name.to_string(),
        };
        match value {
            Value::Int(number) => line(format!("{name} = {number}")),
            Value::Ip(address) => line(format!("{name} = {}", address.ip())),
            Value::Quad(quad) => line(format!("{name} = {}", std::net::Ipv4Addr::from(*quad))),
            Value::Enum(constant) => line(format!("{name} = {}", constant.name())),
            Value::Path(path) => {
                line(format!("{name} = +empty+"));
                let mut asns: Vec<u32> = path.asns().collect();
                asns.reverse();
                for asn in asns {
                    line(format!("{name} = prepend({name}, {asn})"));
                }
            }
            Value::Communities(list) => {
                line(format!("{name} = -empty-"));
                for item in list.iter() {
                    line(format!("{name} = add({name}, {})", pair(*item)));
                }
            }
            Value::ExtendedCommunities(list) => {
                line(format!("{name} = --empty--"));
                for item in list.iter() {
                    let (high, low) = (item >> 32, item & 0xffff_ffff);
                    line(format!("{name} = add({name}, (generic, {high}, {low}))"));
                }
            }
            Value::LargeCommunities(list) => {
                line(format!("{name} = ---empty---"));
                for item in list.iter() {
                    line(format!(
                        "{name} = add({name}, ({}, {}, {}))",
                        item.0, item.1, item.2
                    ));
                }
            }
            other => panic!("no attribute of these tests is {other:?}"),
        }
    }
    text
}
