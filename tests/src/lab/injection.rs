//! Routes that are sent into a daemon, and what its other sessions do with them.
//!
//! The configuration has the placeholders of [`super::configuration::on_the_wire`]; sessions that
//! send do so before the others come up, so that those hear the outcome at once.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::thread;

use bgp_ci::filter::interpret::{Machine, NoData};
use bgp_ci::model::Prefix;
use bgp_ci::router::propagate::Sent;
use bgp_ci::router::propagate::learned::{Followed, follow};
use bgp_ci::router::{RemoteAs, Router, SessionId};

use super::configuration::{HEAD, router};
use super::pipe::Bird;
use super::speaker::{Heard, Listeners, Peer, free_port};

/// A configuration, and what the neighbours of its sessions send.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// Statements of BIRD, without what stands at the beginning of every configuration here:
    /// `LOCAL` is our end, `PEER2` to `PEER4000` are other ends, and `QUICK` stands for what makes
    /// such sessions possible.
    pub text: String,
    /// By the session's name, each network once in all of them.
    pub sends: BTreeMap<String, Vec<(Prefix, Sent)>>,
}

/// What came of a case.
#[derive(Debug)]
pub struct Injected {
    /// The router as our reader reads it.
    pub router: Router,
    /// What each session heard, by its name. Those that send have heard only what there was before
    /// the others came up.
    pub heard: BTreeMap<String, Heard>,
}

impl Injected {
    /// The session called `name`.
    pub fn session(&self, name: &str) -> SessionId {
        let named = |(_, session): &(SessionId, &bgp_ci::router::Session)| *session.name == *name;
        let found = self.router.each_session().find(named);
        found.unwrap_or_else(|| panic!("there is no {name}")).0
    }

    /// What the session called `name` heard of a network.
    pub fn route(&self, name: &str, prefix: Prefix) -> Option<&Sent> {
        match self.heard.get(name) {
            Some(Heard::Routes(routes)) => routes.get(&prefix),
            ended => panic!("{name}: {ended:?}"),
        }
    }

    /// What our model says of a route that the neighbour of the session `name` sends.
    pub fn follow(
        &self,
        machine: &Machine<'_>,
        name: &str,
        prefix: Prefix,
        sent: &Sent,
    ) -> Followed {
        let ingress = self.session(name);
        follow(&self.router, machine, &NoData, ingress, prefix, sent)
    }
}

/// The address of `PEERn`.
pub fn address(number: u32) -> IpAddr {
    let octet = |value: u32| u8::try_from(value).expect("there are not so many neighbours");
    Ipv4Addr::new(127, 0, octet(number / 250), octet(number % 250)).into()
}

/// Runs one case in one daemon.
pub fn bird(case: &Case) -> Injected {
    let mut used = Vec::new();
    replaced(&case.text, |number| {
        used.push(number);
        String::new()
    });
    used.sort_unstable();
    used.dedup();
    let addresses: Vec<IpAddr> = used.iter().map(|number| address(*number)).collect();
    let mut listeners = Listeners::bind(&addresses);
    let port = listeners.port;
    let text = replaced(&case.text, |number| {
        format!("{} port {port}", address(number))
    })
    .replace("LOCAL", &format!("127.0.0.1 port {}", free_port()))
    .replace(
        "QUICK",
        "strict bind yes; multihop; connect delay time 1; error wait time 1,1",
    );
    let text = format!("{HEAD}{text}");
    let router = router(&text);
    let up: Vec<(String, Peer)> = router
        .each_session()
        .filter(|(_, session)| !session.disabled)
        .map(|(_, session)| {
            let asn = match session.remote_as {
                RemoteAs::One(asn) => asn,
                _ => session.local_as,
            };
            let address = session.address.expect("a session of a test has an address");
            let families = session.channels.iter().map(|channel| channel.family);
            let name = session.name.to_string();
            let sends = case.sends.get(&name).cloned().unwrap_or_default();
            let peer = Peer {
                sends,
                ..Peer::listening(address, asn, families.collect())
            };
            (name, peer)
        })
        .collect();
    let (names, peers): (Vec<_>, Vec<_>) = up.into_iter().unzip();
    let speakers = listeners.speak(peers);
    let bird = Bird::start(&text);
    let heard = speakers.heard();
    drop(bird);
    Injected {
        router,
        heard: names.into_iter().zip(heard).collect(),
    }
}

/// Runs each case in a daemon of its own, a few at a time.
pub fn all(cases: &[Case]) -> Vec<Injected> {
    let mut done = Vec::with_capacity(cases.len());
    for few in cases.chunks(6) {
        done.extend(thread::scope(|scope| {
            let running: Vec<_> = few.iter().map(|case| scope.spawn(|| bird(case))).collect();
            let ended = running
                .into_iter()
                .map(|thread| thread.join().expect("a run of the daemon does not panic"));
            ended.collect::<Vec<_>>()
        }));
    }
    done
}

/// `text` with `by` in the place of each `PEERn`.
fn replaced(text: &str, mut by: impl FnMut(u32) -> String) -> String {
    let mut parts = text.split("PEER");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        match number.parse() {
            Ok(number) => whole.push_str(&by(number)),
            Err(_) => whole.push_str("PEER"),
        }
        whole.push_str(rest);
    }
    whole
}
