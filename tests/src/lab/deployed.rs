//! Whole networks: what the tool says of their repository, and what their daemons send.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use bgp_ci::model::{Asn, Community, Prefix};
use bgp_ci::router::propagate::Sent;
use serde_json::{Value, json};

use super::networks::{Deployed, Network};
use super::pipe::Bird;
use super::speaker::{Heard, Listeners, Peer, free_port};
use crate::cli::Tool;
use crate::tree;

/// What stands for a router before it has any session.
const NOTHING: &str = "router id 192.0.2.200;\nprotocol device { }\n";

/// An announcement's key: site, address of the other end, network.
pub type Key = (String, String, String);

/// Both answers for a network, and what the tool has not seen of it.
#[derive(Debug)]
pub struct Answers {
    /// What the tool says that neighbours receive.
    pub ours: BTreeMap<Key, Value>,
    /// What they received.
    pub theirs: BTreeMap<Key, Value>,
    /// What the tool does not know.
    pub undecided: Vec<Value>,
    /// Sessions that there are.
    pub sessions: usize,
}

/// Asks the tool and the daemons.
pub fn answers(network: &Network) -> Answers {
    let numbers: Vec<u8> = network
        .routers
        .iter()
        .flat_map(|router| router.peers.iter().map(|(number, ..)| *number))
        .collect();
    let addresses: Vec<IpAddr> = numbers.iter().map(|number| address(*number)).collect();
    let mut listeners = Listeners::bind(&addresses);
    let local = free_port();
    let port = listeners.port;
    let filled = |text: &str| filled(text, local, port);
    let files: Vec<(&str, String)> = network
        .files
        .iter()
        .map(|(path, text)| (*path, filled(text)))
        .collect();
    let (ours, undecided) = said(network, &files);
    let mut theirs = BTreeMap::new();
    for router in network.routers {
        let peers = router.peers.iter().map(|(number, asn, families)| {
            Peer::listening(address(*number), Asn(*asn), families.to_vec())
        });
        let speakers = listeners.speak(peers.collect());
        let bird = Bird::start_in(deployed(router, &files, filled), router.entry);
        let heard = speakers.heard();
        drop(bird);
        for ((number, ..), heard) in router.peers.iter().zip(heard) {
            let Heard::Routes(routes) = heard else {
                panic!("{}: {} ended: {heard:?}", network.name, address(*number))
            };
            for (prefix, sent) in routes {
                let key = key(router.site, &address(*number).to_string(), prefix);
                theirs.insert(key, received(&sent));
            }
        }
    }
    Answers {
        ours,
        theirs,
        undecided,
        sessions: numbers.len(),
    }
}

fn key(site: &str, address: &str, prefix: Prefix) -> Key {
    (site.to_owned(), address.to_owned(), prefix.to_string())
}

fn address(number: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, number).into()
}

fn filled(text: &str, local: u16, port: u16) -> String {
    let mut text = text
        .replace("LOCAL", &format!("127.0.0.1 port {local}"))
        .replace(
            "QUICK",
            "strict bind yes; multihop; connect delay time 1; error wait time 1,1",
        );
    for number in (2..60).rev() {
        let address = address(number);
        text = text
            .replace(&format!("PEERADDRESS{number}"), &address.to_string())
            .replace(&format!("PEER{number}"), &format!("{address} port {port}"));
    }
    text
}

/// The folder that a deployment makes for a router.
fn deployed(
    router: &Deployed,
    files: &[(&str, String)],
    filled: impl Fn(&str) -> String,
) -> tempfile::TempDir {
    let valued = |text: &str| {
        let mut text = text.to_owned();
        for (placeholder, value) in router.values {
            text = text.replace(placeholder, &filled(value));
        }
        text
    };
    let mut all: Vec<(&str, String)> = files
        .iter()
        .map(|(path, text)| (*path, valued(text)))
        .collect();
    for (from, to) in router.copies {
        let text = all.iter().find(|(path, _)| path == from);
        let text = text.expect("what is copied is there").1.clone();
        all.push((to, text));
    }
    tree::write(&all)
}

/// What the tool says that the network announces, from a base that announces nothing.
fn said(network: &Network, files: &[(&str, String)]) -> (BTreeMap<Key, Value>, Vec<Value>) {
    let head = tree::write(files);
    let base = tree::write(files);
    for router in network.routers {
        fs::write(base.path().join(router.entry), NOTHING).expect("it is a temporary folder");
    }
    let report = difference(base.path(), head.path());
    let list = |key: &str| -> Vec<Value> {
        let list = report.get(key).and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let mut announcements = BTreeMap::new();
    for change in list("announcements") {
        let text = |key: &str| -> String {
            let text = change.get(key).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let after = change.get("after").expect("it is announced now");
        let fields = FIELDS.map(|field| (field, after.get(field).cloned()));
        let route: BTreeMap<&str, Option<Value>> = fields.into_iter().collect();
        let key = (text("site"), text("address"), text("prefix"));
        assert_eq!(text("change"), "added", "{key:?}");
        let before = announcements.insert(key.clone(), json!(route));
        assert_eq!(before, None, "{key:?} twice");
    }
    let mut undecided = list("undecided");
    if report.pointer("/head/complete") != Some(&Value::Bool(true)) {
        undecided.push("head is not complete".into());
    }
    (announcements, undecided)
}

fn difference(base: &Path, head: &Path) -> Value {
    let tool = Tool::new("bgp-ci", bgp_ci::run).cwd(head);
    let tool = tool.arg("diff").arg("--base").arg(base);
    tool.arg("--head").arg(head).report().1
}

/// What of an announcement neighbours can see.
const FIELDS: [&str; 9] = [
    "path",
    "origin_code",
    "communities",
    "large_communities",
    "extended_communities",
    "med",
    "local_pref",
    "next_hop",
    "otc",
];

/// What was received, in the words of the report.
fn received(sent: &Sent) -> Value {
    let communities = |kind: fn(&Community) -> bool| -> Vec<String> {
        let all = sent.communities.iter().filter(|one| kind(one));
        all.map(ToString::to_string).collect()
    };
    json!({
        "path": sent.path.to_string(),
        "origin_code": sent.origin_code.as_str(),
        "communities": communities(|one| matches!(one, Community::Standard(..))),
        "large_communities": communities(|one| matches!(one, Community::Large(..))),
        "extended_communities": communities(|one| matches!(one, Community::Extended(_))),
        "med": sent.med,
        "local_pref": sent.local_preference,
        "next_hop": sent.next_hop.to_string(),
        "otc": sent.otc.map(|asn| asn.0),
    })
}
