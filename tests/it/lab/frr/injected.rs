//! Routes that neighbours send: what bgpd makes of them through made-up policies.
//!
//! Every neighbour that listens is sent what every neighbour that sends was allowed in, so each
//! configuration compares as many pairs of policies as it has of neighbours.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::net::Ipv4Addr;

use bgp_ci::filter::interpret::{Machine, NoData};
use bgp_ci::model::{AsPath, Asn, Community, NextHop, OriginCode, Prefix, Segment};
use bgp_ci::router::SessionId;
use bgp_ci::router::propagate::Sent;
use bgp_ci::router::propagate::learned::{Kept, Relayed, follow};
use testkit::lab::dice::Dice;
use testkit::lab::frr::{Ran, Sends, address};
use testkit::lab::speaker::Heard;

use super::made_up::{POOL, made_up};

/// How many neighbours of a configuration send, and how many listen.
pub(super) const SENDERS: u32 = 32;
pub(super) const LISTENERS: u32 = 48;

/// Lists over the networks that are sent.
const LISTS: &str = "
ip prefix-list S1 permit 192.0.2.0/24 ge 30
ip prefix-list S2 deny 192.0.2.128/25 le 30
ip prefix-list S2 permit 0.0.0.0/0 le 31
ip prefix-list S3 deny 198.51.100.0/25 ge 29 le 29
ip prefix-list S3 permit 198.51.100.0/24 le 32
ip prefix-list S3 permit 192.0.2.0/25 le 32
ip prefix-list S4 permit 0.0.0.0/0 ge 29 le 29
ip prefix-list EMPTY description nothing
access-list S5 deny 198.51.100.0/26
access-list S5 permit 198.51.100.0/24
access-list S5 permit 192.0.2.0/25
bgp as-path access-list S6 deny _64506$
bgp as-path access-list S6 permit ^6450[0-9]_
bgp as-path access-list S7 permit ^[0-9]+( 64512)*( 64505)?
";

/// What policies of neighbours may be, with `X` for `in` or `out`.
const POLICIES: &[&str] = &[
    "prefix-list S1 X",
    "prefix-list S2 X",
    "prefix-list S3 X",
    "prefix-list S4 X",
    "prefix-list EMPTY X",
    "distribute-list S5 X",
    "filter-list S6 X",
    "filter-list S7 X",
];

/// Names that nothing defines.
const BROKEN: &[&str] = &[
    "prefix-list NOWHERE X",
    "distribute-list NOWHERE X",
    "filter-list NOWHERE X",
    "route-map NOWHERE X",
];

/// What is said of a session, by whether the neighbour is external.
const EXTERNAL: &[&str] = &[
    "local-as 64555",
    "local-as 64555 no-prepend",
    "local-as 64555 no-prepend replace-as",
    "local-role customer",
    "local-role provider",
    "local-role peer",
    "local-role rs-server",
    "local-role rs-client",
    "enforce-first-as",
];

/// What is said of an address family.
const FAMILY: &[&str] = &[
    "allowas-in",
    "allowas-in 1",
    "allowas-in origin",
    "next-hop-self",
    "next-hop-self force",
];
const EXTERNAL_FAMILY: &[&str] = &[
    "remove-private-AS",
    "remove-private-AS all",
    "remove-private-AS replace-AS",
    "remove-private-AS all replace-AS",
    "as-override",
    "route-server-client",
    "attribute-unchanged",
    "attribute-unchanged as-path",
    "attribute-unchanged next-hop",
    "attribute-unchanged med",
];
const INTERNAL_FAMILY: &[&str] = &["route-reflector-client"];

const OWN: u32 = 64500;

/// The neighbour `PEERn`: the lines of it in `router bgp` and in the family, its map before both.
struct Written {
    maps: String,
    session: String,
    family: String,
    asn: u32,
}

fn neighbour(dice: &mut Dice, number: u32, direction: &str) -> Written {
    let asn = dice.pick(&[64501, 64502, 64505, 64512, 64513, 65550, OWN, OWN]);
    let mut maps = String::new();
    let mut session = format!(" neighbor PEER{number} remote-as {asn}\n");
    let mut family = String::new();
    let external = asn != OWN;
    if external && dice.one_in(3) {
        let _ = writeln!(session, " neighbor PEER{number} {}", dice.pick(EXTERNAL));
    }
    let mut say = |said: &str| {
        let _ = writeln!(family, "  neighbor PEER{number} {said}");
    };
    let lists = |dice: &mut Dice| dice.pick(POLICIES).replace('X', direction);
    match dice.below(8) {
        0..4 => {
            let name = format!("M{number}");
            maps = made_up(dice, &name);
            say(&format!("route-map {name} {direction}"));
            if dice.one_in(3) {
                say(&lists(dice));
            }
        }
        4 | 5 => say(&lists(dice)),
        6 => {
            say(&lists(dice));
            // A prefix list and an access list are not said of one neighbour.
            say(&dice
                .pick(&["filter-list S6 X", "filter-list S7 X"])
                .replace('X', direction));
        }
        _ if dice.one_in(2) => say(&dice.pick(BROKEN).replace('X', direction)),
        // RFC 8212, where the neighbour is external.
        _ => {}
    }
    if dice.one_in(3) {
        say(dice.pick(FAMILY));
    }
    if dice.one_in(3) {
        say(dice.pick(if external {
            EXTERNAL_FAMILY
        } else {
            INTERNAL_FAMILY
        }));
    }
    if dice.one_in(8) {
        let _ = writeln!(family, "  no neighbor PEER{number} send-community");
    }
    Written {
        maps,
        session,
        family,
        asn,
    }
}

/// The network at `at` of those of `sender`: each has eight addresses of its own.
fn network(sender: u32, at: usize) -> Prefix {
    let start = if sender < 16 {
        Ipv4Addr::new(192, 0, 2, 0)
    } else {
        Ipv4Addr::new(198, 51, 100, 0)
    };
    let block = u32::from(start) + 16 * (sender % 16);
    let (offset, length) = [(0, 29), (8, 30), (12, 31), (14, 32), (15, 32)][at];
    let address = Ipv4Addr::from(block + offset);
    format!("{address}/{length}").parse().unwrap()
}

/// A route near the constants of the policies.
fn route(dice: &mut Dice, asn: u32) -> Sent {
    let mut path: Vec<Asn> = Vec::new();
    if asn != OWN && !dice.one_in(12) {
        path.push(Asn(asn));
    }
    let numbers = [
        64501, 64502, 64505, 64505, 64506, 64512, 64513, 65550, 64555, OWN,
    ];
    for _ in 0..dice.below(4) {
        path.push(Asn(dice.pick(&numbers)));
    }
    let mut segments = vec![Segment::Sequence(path)];
    if dice.one_in(10) {
        segments.push(Segment::Set(vec![Asn(64505), Asn(64507)]));
    }
    segments.retain(|segment| !segment.asns().is_empty());
    let mut communities = BTreeSet::new();
    let standard = [
        (64500, 1),
        (64500, 1),
        (64500, 2),
        (64500, 3),
        (64500, 7),
        (64500, 100),
        (64501, 9),
        (65535, 65281),
        (65535, 65282),
        (65535, 65283),
        (65535, 0),
        (65535, 666),
    ];
    for _ in 0..dice.below(4) {
        let (high, low) = dice.pick(&standard);
        communities.insert(Community::Standard(high, low));
    }
    for _ in 0..dice.below(3) {
        let (a, b, c) = dice.pick(&[(64500, 1, 2), (64500, 3, 4), (64500, 7, 7), (64501, 1, 2)]);
        communities.insert(Community::Large(a, b, c));
    }
    if dice.one_in(4) {
        let octets = dice.pick(&[
            0x0002_fbf4_0000_0005,
            0x0002_fbf4_0000_0006,
            0x4002_fbf4_0000_0005,
        ]);
        communities.insert(Community::Extended(octets));
    }
    Sent {
        path: AsPath::from_segments(segments),
        origin_code: dice.pick(&[
            OriginCode::Igp,
            OriginCode::Igp,
            OriginCode::Egp,
            OriginCode::Incomplete,
        ]),
        communities,
        med: dice.pick(&[None, Some(0), Some(4), Some(7), Some(u32::MAX)]),
        local_preference: (asn == OWN).then(|| dice.pick(&[100, 100, 200, 0])),
        next_hop: NextHop::Address(Ipv4Addr::new(203, 0, 113, 77).into()),
        otc: dice.one_in(8).then(|| Asn(dice.pick(&[asn, 64510]))),
    }
}

/// A configuration, and what its senders send.
pub(super) fn made_up_case(seed: u64) -> (String, Sends) {
    let mut dice = Dice::new(seed ^ 0x1a2b_3c4d);
    let mut text = format!("frr version 8.4.4\nfrr defaults traditional\n{POOL}{LISTS}");
    let (mut sessions, mut families) = (String::new(), String::new());
    let mut sends = Sends::new();
    for number in 2..2 + SENDERS + LISTENERS {
        let sender = number - 2;
        let direction = if sender < SENDERS { "in" } else { "out" };
        let written = neighbour(&mut dice, number, direction);
        text.push_str(&written.maps);
        sessions.push_str(&written.session);
        families.push_str(&written.family);
        if sender < SENDERS {
            let routes = (0..5).map(|at| (network(sender, at), route(&mut dice, written.asn)));
            sends.insert(number, routes.collect());
        }
    }
    let graceful = if seed % 4 == 3 {
        " bgp graceful-shutdown\n"
    } else {
        ""
    };
    let text = format!(
        "{text}router bgp {OWN}\n bgp router-id 192.0.2.200\n{graceful}{sessions} \
         address-family ipv4 unicast\n{families} exit-address-family\n"
    );
    (text, sends)
}

/// What a number of runs came to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) wrong: Vec<String>,
    asked: usize,
    sent: usize,
    kept: BTreeMap<Kept, usize>,
    dropped: usize,
    unknown: BTreeMap<String, usize>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} compared: {} sent, kept {:?}, {} dropped on arrival, unknown {:?}",
            self.asked, self.sent, self.kept, self.dropped, self.unknown
        )
    }
}

/// Compares what every listener heard with what our model says of every route.
pub(super) fn compare(name: &str, text: &str, sends: &Sends, ran: &Ran, tally: &mut Tally) {
    let refused = ran.refused.iter();
    tally
        .wrong
        .extend(refused.map(|line| format!("{name}: refused: {line}")));
    let machine = Machine::new(&ran.router.program);
    let session_of = |number: u32| -> SessionId {
        let found = ran.router.each_session();
        let mut found = found.filter(|(_, session)| session.address == Some(address(number)));
        found.next().expect("every neighbour has a session").0
    };
    let senders: BTreeSet<SessionId> = sends.keys().map(|number| session_of(*number)).collect();
    for (number, routes) in sends {
        let ingress = session_of(*number);
        for (prefix, route) in routes {
            let followed = follow(&ran.router, &machine, &NoData, ingress, *prefix, route);
            tally.dropped += usize::from(followed.arrived.is_err());
            for (id, heard) in ran.heard.iter().filter(|(id, _)| !senders.contains(id)) {
                let Heard::Routes(theirs) = heard else {
                    tally.wrong.push(format!("{name}: {id:?}: {heard:?}"));
                    continue;
                };
                tally.asked += 1;
                let ours = match followed.by(*id) {
                    Some(Relayed::Sent {
                        sent, otherwise, ..
                    }) if otherwise.is_empty() => {
                        tally.sent += 1;
                        Some(&**sent)
                    }
                    Some(Relayed::Kept(why)) => {
                        *tally.kept.entry(*why).or_default() += 1;
                        None
                    }
                    Some(Relayed::Unknown(gap)) => {
                        *tally.unknown.entry(gap.message.clone()).or_default() += 1;
                        continue;
                    }
                    Some(Relayed::Sent { .. }) => {
                        *tally.unknown.entry("otherwise".to_owned()).or_default() += 1;
                        continue;
                    }
                    None => None,
                };
                let theirs = theirs.get(prefix);
                if ours == theirs {
                    continue;
                }
                let of = |id: SessionId| ran.router.session(id).name.to_string();
                tally.wrong.push(format!(
                    "{name}: {prefix} from {} to {}\n  got  {route:?}\n  arrived {:?}\n  ours {:?}\n  \
                     sent {theirs:?}\n    {}\n    {}",
                    of(ingress),
                    of(*id),
                    followed.arrived.as_ref().err(),
                    followed.by(*id),
                    lines(text, &of(ingress)),
                    lines(text, &of(*id)),
                ));
            }
        }
    }
}

/// What `text` says of the neighbour at `peer`, for whoever looks into a difference.
fn lines(text: &str, peer: &str) -> String {
    let mut numbers = 2..2 + SENDERS + LISTENERS;
    let number = numbers.find(|number| address(*number).to_string() == peer);
    let (name, map) = match number {
        Some(number) => (format!("PEER{number}"), format!("route-map M{number} ")),
        None => return String::new(),
    };
    let said = text
        .lines()
        .filter(|line| line.split(' ').any(|word| word == name));
    let mut lines: Vec<&str> = said.collect();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("route-map") || line.starts_with("router") {
            inside = line.starts_with(&map);
        }
        if inside {
            lines.push(line);
        }
    }
    lines.join("\n    ")
}
