//! FRR's bgpd on the loopback network, with a speaker at the other end of each session.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::process::{Child, Command};
use std::sync::Arc;

use bgp_ci::frr;
use bgp_ci::model::{Asn, Prefix};
use bgp_ci::router::propagate::{self, Sent};
use bgp_ci::router::{RemoteAs, Router, SessionId};

use super::configuration::Compared;
use super::speaker::{Heard, Listeners, Peer, free_port};

/// The router that `text` configures.
pub fn router(text: &str) -> Router {
    frr::configure::router(read(text))
}

/// `text` as our reader reads it.
pub fn read(text: &str) -> frr::Read {
    frr::read(Arc::from("frr.conf"), &Arc::from(text))
}

/// What a run of the daemon showed.
#[derive(Debug)]
pub struct Shown {
    /// Each session that is up, by the files.
    pub sessions: Vec<Compared>,
    /// The lines that the daemon did not know.
    pub refused: Vec<String>,
    /// What our reader did not understand, each with its line.
    pub doubts: Vec<String>,
}

/// The address of `PEERn`: the last part of a loopback address, and the one before.
pub fn address(number: u32) -> IpAddr {
    let octet = |value: u32| u8::try_from(value).expect("there are not so many neighbours");
    Ipv4Addr::new(127, 0, octet(number / 250), octet(number % 250)).into()
}

/// A run of the daemon with the router that our reader makes of the same text.
#[derive(Debug)]
pub struct Ran {
    /// The router.
    pub router: Router,
    /// What each session that is up brought its other end, in the order of the files.
    pub heard: Vec<(SessionId, Heard)>,
    /// The lines that the daemon did not know.
    pub refused: Vec<String>,
    /// What our reader did not understand, each with its line.
    pub doubts: Vec<String>,
}

/// What the neighbours `PEERn` send, by their numbers.
pub type Sends = BTreeMap<u32, Vec<(Prefix, Sent)>>;

/// Runs `text` in the daemon. In it `PEER2` and so on stand for other ends, of which some send
/// routes before the others come up.
///
/// After each `neighbor PEERn remote-as …` follows what makes such a session possible.
pub fn run(text: &str, sends: &Sends) -> Ran {
    run_until(text, sends, &BTreeMap::new())
}

/// [`run`], in which neighbours wait for some networks beyond the end of their first transfer: the
/// daemon ends it before it has looked at all that it was sent.
pub fn run_until(text: &str, sends: &Sends, awaited: &BTreeMap<IpAddr, Vec<Prefix>>) -> Ran {
    let numbers = mentioned(text);
    let addresses: Vec<IpAddr> = numbers.iter().map(|number| address(*number)).collect();
    let mut listeners = Listeners::bind(&addresses);
    let filled = filled(text, &numbers, listeners.port);
    let read = read(&filled);
    let place = |place| read.sources.text(place).to_owned();
    let mut doubts: Vec<String> = read
        .problems
        .iter()
        .map(|problem| format!("{}: {}", place(problem.place), problem.message))
        .collect();
    let router = frr::configure::router(read);
    for gap in &router.gaps {
        doubts.push(format!(
            "{}: {}",
            router.sources.text(gap.place),
            gap.message
        ));
    }
    let up: Vec<SessionId> = router
        .each_session()
        .filter(|(_, session)| !session.disabled && !session.channels.is_empty())
        .map(|(id, _)| id)
        .collect();
    let by_address: BTreeMap<IpAddr, &Vec<(Prefix, Sent)>> = sends
        .iter()
        .map(|(number, sends)| (address(*number), sends))
        .collect();
    let peers = up.iter().map(|id| {
        let session = router.session(*id);
        let asn = match session.remote_as {
            RemoteAs::One(asn) => asn,
            RemoteAs::External => Asn(64999),
            _ => session.local_as,
        };
        let address = session.address.expect("a session of a test has an address");
        let families = session.channels.iter().map(|channel| channel.family);
        Peer {
            sends: by_address
                .get(&address)
                .map_or(Vec::new(), |sends| (*sends).clone()),
            until: awaited.get(&address).cloned().unwrap_or_default(),
            ..Peer::listening(address, asn, families.collect())
        }
    });
    let speakers = listeners.speak(peers.collect());
    let bgpd = Bgpd::start(&filled);
    let heard = speakers.heard();
    let refused = bgpd.refused();
    drop(bgpd);
    Ran {
        router,
        heard: up.into_iter().zip(heard).collect(),
        refused,
        doubts,
    }
}

/// Runs `text`, whose neighbours only listen, in the daemon, as [`run`] does.
pub fn on_the_wire(text: &str) -> Shown {
    let Ran {
        router,
        heard,
        refused,
        doubts,
    } = run(text, &Sends::new());
    let exports = propagate::propagate_alone(&router);
    let sessions = heard.into_iter().map(|(id, theirs)| {
        let exports = exports.of(id);
        let mut doubts: Vec<String> = exports.gaps.iter().map(|gap| gap.message.clone()).collect();
        for exported in &exports.routes {
            if !exported.otherwise.is_empty() {
                doubts.push(format!("{} may be otherwise", exported.prefix));
            }
        }
        let ours: BTreeMap<_, _> = exports
            .routes
            .iter()
            .map(|exported| (exported.prefix, Sent::clone(&exported.sent)))
            .collect();
        Compared {
            session: router.session(id).name.to_string(),
            ours,
            theirs,
            doubts,
        }
    });
    Shown {
        sessions: sessions.collect(),
        refused,
        doubts,
    }
}

/// The neighbours of `text`, in their order.
fn mentioned(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = text
        .split("neighbor PEER")
        .skip(1)
        .filter_map(|rest| {
            let (number, rest) = rest.split_once(' ')?;
            rest.starts_with("remote-as").then(|| number.parse().ok())?
        })
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn filled(text: &str, numbers: &[u32], port: u16) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        lines.push(line.to_owned());
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        if let ["neighbor", name, "remote-as", ..] = words.as_slice() {
            for quick in [
                &format!("port {port}"),
                "ebgp-multihop",
                "disable-connected-check",
                "timers connect 1",
                // The end of an answer that is empty is sent with the next keepalive.
                "timers 1 60",
                "advertisement-interval 0",
            ] {
                // An internal neighbour is never directly connected.
                lines.push(format!(" neighbor {name} {quick}"));
            }
        }
    }
    let mut filled = lines.join("\n");
    for number in numbers.iter().rev() {
        filled = filled.replace(&format!("PEER{number}"), &address(*number).to_string());
    }
    filled.push('\n');
    filled
}

/// A daemon with one configuration; it ends with the value.
#[derive(Debug)]
struct Bgpd {
    folder: tempfile::TempDir,
    child: Child,
}

impl Bgpd {
    fn start(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let file = |name: &str| folder.path().join(name);
        fs::write(file("bgpd.conf"), text).expect("a temporary folder can be written");
        let log = fs::File::create(file("log")).expect("a temporary folder can be written");
        let child = Command::new("/usr/lib/frr/bgpd")
            .args([
                "-n",
                "-Z",
                "-S",
                "-P",
                "0",
                "-l",
                "127.0.0.1",
                "-u",
                "frr",
                "-g",
                "frr",
            ])
            .args(["--log", "stdout", "-p", &free_port().to_string()])
            .arg("-f")
            .arg(file("bgpd.conf"))
            .arg("-i")
            .arg(file("pid"))
            .arg("--vty_socket")
            .arg(folder.path())
            .stdout(log.try_clone().expect("a file can be opened twice"))
            .stderr(log)
            .spawn()
            .expect("frr is installed: tests/run does it");
        Self { folder, child }
    }

    /// The lines of the file that the daemon did not know.
    fn refused(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let refused = log.lines().filter_map(|line| {
            let (_, rest) = line.split_once("on config line ")?;
            let (_, line) = rest.split_once(':')?;
            Some(line.trim().to_owned())
        });
        refused.collect()
    }
}

impl Drop for Bgpd {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
