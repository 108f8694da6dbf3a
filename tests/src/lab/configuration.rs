//! Whole configurations, as our model reads them and as the daemon runs them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bgp_ci::bird::{self, Files, Options, Parsed, Unread};
use bgp_ci::model::Prefix;
use bgp_ci::router::propagate::{self, Sent};
use bgp_ci::router::{RemoteAs, Router, SessionId};

use super::pipe::Bird;
use super::speaker::{Heard, Listeners, Peer, free_port};

/// One file and nothing to include.
struct OneFile(Arc<str>);

impl Files for OneFile {
    fn read(&self, path: &str) -> Result<Arc<str>, Unread> {
        if path == "bird.conf" {
            Ok(Arc::clone(&self.0))
        } else {
            Err(Unread::Missing)
        }
    }

    fn list(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// `text` as our reader reads it.
pub fn parsed(text: &str) -> Parsed {
    bird::parse("bird.conf", &OneFile(text.into()), &Options::default())
}

/// The router that `text` configures.
pub fn router(text: &str) -> Router {
    bird::configure::router(parsed(text))
}

/// What stands before every configuration of a test.
pub const HEAD: &str =
    "log stderr all;\nrouter id 192.0.2.200;\nprotocol device { scan time 1000; }\n";

/// A session's results: ours and the daemon's.
#[derive(Debug)]
pub struct Compared {
    /// The session's name.
    pub session: String,
    /// What our model says that it sends.
    pub ours: BTreeMap<Prefix, Sent>,
    /// What it sent.
    pub theirs: Heard,
    /// What our model did not understand, or is not sure of.
    pub doubts: Vec<String>,
}

/// Runs `text` in the daemon with a speaker at the other end of each session.
///
/// In it `LOCAL` stands for our end, `PEER2` and so on for other ends, and `QUICK` for what makes
/// such sessions possible.
pub fn on_the_wire(text: &str) -> Vec<Compared> {
    let addresses: Vec<IpAddr> = (2..60)
        .map(|last| Ipv4Addr::new(127, 0, 0, last).into())
        .collect();
    let used: Vec<IpAddr> = addresses
        .iter()
        .zip(2..)
        .filter(|(_, number)| mentions(text, *number))
        .map(|(address, _)| *address)
        .collect();
    let mut listeners = Listeners::bind(&used);
    let mut filled = format!("{HEAD}{text}")
        .replace("LOCAL", &format!("127.0.0.1 port {}", free_port()))
        .replace(
            "QUICK",
            "strict bind yes; multihop; connect delay time 1; error wait time 1,1",
        );
    for number in (2..60).rev() {
        let end = format!("127.0.0.{number} port {}", listeners.port);
        filled = filled.replace(&format!("PEER{number}"), &end);
    }
    let router = router(&filled);
    let exports = propagate::propagate_alone(&router);
    let up: Vec<SessionId> = router
        .each_session()
        .filter(|(_, session)| !session.disabled)
        .map(|(id, _)| id)
        .collect();
    let peers = up.iter().map(|id| {
        let session = router.session(*id);
        let asn = match session.remote_as {
            RemoteAs::One(asn) => asn,
            _ => session.local_as,
        };
        let address = session.address.expect("a session of a test has an address");
        let families = session.channels.iter().map(|channel| channel.family);
        Peer::listening(address, asn, families.collect())
    });
    let speakers = listeners.speak(peers.collect());
    let bird = Bird::start(&filled);
    let heard = speakers.heard();
    drop(bird);
    up.iter()
        .zip(heard)
        .map(|(id, theirs)| {
            let exports = exports.of(*id);
            let mut doubts: Vec<String> =
                exports.gaps.iter().map(|gap| gap.message.clone()).collect();
            for exported in &exports.routes {
                if !exported.otherwise.is_empty() {
                    doubts.push(format!("{} may be otherwise", exported.prefix));
                }
            }
            Compared {
                session: router.session(*id).name.to_string(),
                ours: exports
                    .routes
                    .iter()
                    .map(|exported| (exported.prefix, Sent::clone(&exported.sent)))
                    .collect(),
                theirs,
                doubts,
            }
        })
        .collect()
}

fn mentions(text: &str, number: u32) -> bool {
    let name = format!("PEER{number}");
    text.match_indices(&name).any(|(at, found)| {
        let after = text
            .get(at + found.len()..)
            .and_then(|rest| rest.chars().next());
        !after.is_some_and(|next| next.is_ascii_digit())
    })
}
