//! Pipe mode: a configuration whose sessions are pipes into tables of their own.
//!
//! A session that is down shows nothing, and filters need no session: so each channel of each
//! session becomes a table and a pipe with its export policy. What the BGP layer adds does not
//! show this way; the tests on the wire see it. Next hops become blackholes, because one that is
//! not on a link never enters a table.

use std::fmt::Write as _;

use bgp_ci::bird::ast::{Destination, ItemKind, ProtocolItem, ProtocolItemKind, ProtocolKind};
use bgp_ci::bird::{self, Parsed};
use bgp_ci::filter::program::FilterKind;
use bgp_ci::model::Family;
use bgp_ci::place::Place;
use bgp_ci::router::{Policy, Router};

use super::configuration::parsed;

/// A configuration without sessions.
#[derive(Debug)]
pub struct Rewritten {
    /// Its text.
    pub text: String,
    /// The tables that stand for sessions: the session's number, the family, the table.
    pub tables: Vec<(usize, Family, String)>,
}

/// `text`, which has one file, without sessions.
pub fn rewritten(text: &str) -> Rewritten {
    let first = parsed(text);
    let mut edits = Vec::new();
    let mut protocols = Vec::new();
    for item in &first.config.items {
        match &item.kind {
            ItemKind::Protocol(protocol) | ItemKind::Template(protocol) => {
                for item in &protocol.items {
                    edits.extend(blackhole(text, item));
                }
                if matches!(item.kind, ItemKind::Protocol(_)) && protocol.kind == ProtocolKind::Bgp
                {
                    protocols.push(item.place);
                }
            }
            _ => {}
        }
    }
    let Parsed { sources, .. } = parsed(text);
    let router = bird::configure::router(first);
    assert_eq!(router.sessions.len(), protocols.len(), "{:?}", router.gaps);
    let mut tables = Vec::new();
    for (number, place) in protocols.into_iter().enumerate() {
        let mut pipes = String::new();
        let session = router.sessions.get(number).expect("there are as many");
        for channel in session.channels.iter().filter(|_| !session.disabled) {
            let (digit, word) = match channel.family {
                Family::Ipv4 => ('4', "ipv4"),
                Family::Ipv6 => ('6', "ipv6"),
            };
            let table = format!("session{number}_{digit}");
            let from = &router.table(channel.table).name;
            let policy = policy(&router, &sources, channel.export);
            write!(
                pipes,
                "{word} table {table}; protocol pipe into_{table} {{ table {from}; peer table {table}; import none; export {policy}; }} "
            )
            .expect("a string takes it");
            tables.push((number, channel.family, table));
        }
        edits.push((place, pipes));
    }
    edits.sort_by_key(|(place, _)| place.start);
    let mut written = String::new();
    let mut at = 0;
    for (place, replacement) in edits {
        let (start, end) = (offset(place.start), offset(place.end));
        written.push_str(text.get(at..start).expect("edits do not overlap"));
        written.push_str(&replacement);
        at = end;
    }
    written.push_str(text.get(at..).expect("the last edit is inside the text"));
    Rewritten {
        text: written,
        tables,
    }
}

fn offset(of: u32) -> usize {
    usize::try_from(of).expect("texts of tests are short")
}

/// The text of a policy.
fn policy(router: &Router, sources: &bgp_ci::place::Sources, policy: Policy) -> String {
    match policy {
        Policy::All => "all".to_owned(),
        Policy::Nothing | Policy::Absent => "none".to_owned(),
        Policy::Filter(id) => {
            let filter = router.program.filter(id);
            match &filter.kind {
                FilterKind::Named(name) => format!("filter {name}"),
                _ => sources.text(filter.place).to_owned(),
            }
        }
        Policy::Unknown => panic!("a policy of a test can be read"),
    }
}

/// The edit that takes next hops out of a static route.
fn blackhole(text: &str, item: &ProtocolItem) -> Option<(Place, String)> {
    let ProtocolItemKind::Route(route) = &item.kind else {
        return None;
    };
    if !matches!(
        route.destination,
        Destination::Via(_) | Destination::Recursive(_)
    ) {
        return None;
    }
    let from = offset(item.place.start);
    let statement = text.get(from..)?;
    let start = statement
        .find(" via ")
        .or_else(|| statement.find(" recursive "))?
        + 1;
    let rest = statement.get(start..)?;
    let end = start + rest.find(['{', ';'])?;
    let place = Place {
        start: u32::try_from(from + start).ok()?,
        end: u32::try_from(from + end).ok()?,
        ..item.place
    };
    Some((place, "blackhole ".to_owned()))
}
