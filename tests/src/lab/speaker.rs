//! A BGP speaker that only listens: the other end of a router's sessions.
//!
//! One address of the loopback network for each session, one port for all. It takes any number,
//! vets nothing, and records what it is sent until every family has ended its first transfer
//! (End-of-RIB, RFC 4724).

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bgp_ci::model::{Asn, Family, Prefix};
use bgp_ci::router::propagate::Sent;

use super::update;

/// How long a session may take from its beginning to its last End-of-RIB.
const PATIENCE: Duration = Duration::from_mins(1);

/// The address that the router under test has.
pub const ROUTER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// One session's other end.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Our address.
    pub address: IpAddr,
    /// Our number.
    pub asn: Asn,
    /// The families whose transfer is waited for.
    pub families: Vec<Family>,
}

/// What a session brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The networks and their attributes.
    Routes(BTreeMap<Prefix, Sent>),
    /// The router ended the session with this code and subcode (RFC 4271, section 4.5).
    Ended(u8, u8),
}

/// Ears on the addresses of peers, before anybody knows who they are.
#[derive(Debug)]
pub struct Listeners {
    /// The port that all of them listen on.
    pub port: u16,
    listeners: Vec<TcpListener>,
}

impl Listeners {
    /// One for each of `addresses`, on a port that is free on all of them.
    pub fn bind(addresses: &[IpAddr]) -> Self {
        (0..50)
            .find_map(|_| bound(addresses))
            .expect("some port is free on the loopback addresses")
    }

    /// Speaks as each of `peers`, whose addresses must be among those that were bound
    /// and have no speaker yet.
    pub fn speak(&mut self, peers: Vec<Peer>) -> Speakers {
        let threads = peers.into_iter().map(|peer| {
            let bound = |listener: &TcpListener| {
                listener
                    .local_addr()
                    .is_ok_and(|address| address.ip() == peer.address)
            };
            let at = self
                .listeners
                .iter()
                .position(bound)
                .expect("the address was bound");
            let listener = self.listeners.swap_remove(at);
            std::thread::spawn(move || session(&listener, &peer))
        });
        Speakers {
            threads: threads.collect(),
        }
    }
}

/// Speakers that wait for a router.
#[derive(Debug)]
pub struct Speakers {
    threads: Vec<JoinHandle<io::Result<Heard>>>,
}

impl Speakers {
    /// What each session brought, in the order of the peers.
    pub fn heard(self) -> Vec<Heard> {
        let ended = self.threads.into_iter().map(|thread| {
            thread
                .join()
                .expect("a speaker does not panic")
                .expect("the router keeps the session up until its transfer ends")
        });
        ended.collect()
    }
}

/// A port that is free, for a router to listen on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(SocketAddr::new(ROUTER, 0)).expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

/// One port on every address.
fn bound(addresses: &[IpAddr]) -> Option<Listeners> {
    let mut port = 0;
    let mut listeners = Vec::new();
    for address in addresses {
        let listener = TcpListener::bind(SocketAddr::new(*address, port)).ok()?;
        listener.set_nonblocking(true).ok()?;
        port = listener.local_addr().ok()?.port();
        listeners.push(listener);
    }
    Some(Listeners { port, listeners })
}

fn accepted(listener: &TcpListener, until: Instant) -> io::Result<TcpStream> {
    loop {
        match listener.accept() {
            Ok((stream, _)) => return Ok(stream),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if Instant::now() > until {
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "nobody connects"));
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(error),
        }
    }
}

fn session(listener: &TcpListener, peer: &Peer) -> io::Result<Heard> {
    let until = Instant::now() + PATIENCE;
    let mut stream = accepted(listener, until)?;
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&message(1, &open(peer)))?;
    let mut routes = BTreeMap::new();
    let mut waiting = peer.families.clone();
    let mut established = false;
    while !(waiting.is_empty() && established) {
        let (kind, body) = read(&mut stream)?;
        match kind {
            1 => stream.write_all(&message(4, &[]))?,
            3 => {
                let byte = |at: usize| body.get(at).copied().unwrap_or_default();
                return Ok(Heard::Ended(byte(0), byte(1)));
            }
            2 => {
                let update = update::read(&body, ROUTER)
                    .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a bad UPDATE"))?;
                if let Some(family) = update.end_of {
                    waiting.retain(|waiting| *waiting != family);
                }
                for prefix in update.withdrawn {
                    routes.remove(&prefix);
                }
                for prefix in update.announced {
                    let sent = update.sent.clone().expect("an announcement has attributes");
                    routes.insert(prefix, sent);
                }
            }
            _ => established = true,
        }
    }
    Ok(Heard::Routes(routes))
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 19).expect("our messages are short");
    let mut message = vec![0xff; 16];
    message.extend(length.to_be_bytes());
    message.push(kind);
    message.extend(body);
    message
}

/// OPEN with both unicast families (RFC 4760), numbers of 32 bits (RFC 6793) and graceful restart
/// (RFC 4724), without which FRR sends no End-of-RIB.
fn open(peer: &Peer) -> Vec<u8> {
    let mut capabilities = vec![64, 2, 0, 0, 1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1, 65, 4];
    capabilities.extend(peer.asn.0.to_be_bytes());
    let length = u8::try_from(capabilities.len()).expect("our capabilities are short");
    let IpAddr::V4(address) = peer.address else {
        panic!("speakers listen on IPv4 addresses")
    };
    let mut body = vec![4];
    body.extend(u16::try_from(peer.asn.0).unwrap_or(23456).to_be_bytes());
    body.extend(240_u16.to_be_bytes());
    body.extend(address.octets());
    body.extend([length + 2, 2, length]);
    body.extend(capabilities);
    body
}

fn read(stream: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut header = [0; 19];
    stream.read_exact(&mut header)?;
    let length = usize::from(u16::from_be_bytes([header[16], header[17]]));
    let mut body = vec![0; length.saturating_sub(19)];
    stream.read_exact(&mut body)?;
    Ok((header[18], body))
}
