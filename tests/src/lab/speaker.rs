//! A BGP speaker: the other ends of a router's sessions.
//!
//! One address of the loopback network for each session, one port for all. It takes any number,
//! vets nothing, and records what it is sent until every family has ended its first transfer
//! (End-of-RIB, RFC 4724).
//!
//! A peer may send routes as well. Those peers come first: after its last route, each asks the
//! router for its own routes again (RFC 2918) and waits for the end of the answer (RFC 7313),
//! which a router that reads its messages in order gives when it has read the routes. Only then
//! the peers that just listen speak up, so that their first transfer has everything.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
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
    /// What it sends, in this order; where its next hop is [`bgp_ci::model::NextHop::Own`], it is
    /// our address.
    pub sends: Vec<(Prefix, Sent)>,
    /// The networks that are waited for beside the ends of transfers: for a router that answers
    /// before it has looked at all that it has read.
    pub until: Vec<Prefix>,
}

impl Peer {
    /// One that only listens.
    pub fn listening(address: IpAddr, asn: Asn, families: Vec<Family>) -> Self {
        Self {
            address,
            asn,
            families,
            sends: Vec::new(),
            until: Vec::new(),
        }
    }
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
        let order: Vec<IpAddr> = peers.iter().map(|peer| peer.address).collect();
        let turns = Arc::new(Turns::new(&peers));
        let mut waiting = Vec::new();
        for peer in peers {
            let bound = |listener: &TcpListener| {
                listener
                    .local_addr()
                    .is_ok_and(|address| address.ip() == peer.address)
            };
            let at = self.listeners.iter().position(bound);
            let at = at.expect("the address was bound");
            waiting.push((self.listeners.swap_remove(at), peer));
        }
        let acceptor = std::thread::spawn(move || accepted(waiting, &turns));
        Speakers { order, acceptor }
    }
}

/// What a session brought, and its connection, which stays until all have ended: what a router
/// learned from it must not go before others have heard it.
type Ended = io::Result<(Heard, TcpStream)>;

/// Speakers that wait for a router.
#[derive(Debug)]
pub struct Speakers {
    order: Vec<IpAddr>,
    acceptor: JoinHandle<BTreeMap<IpAddr, JoinHandle<Ended>>>,
}

impl Speakers {
    /// What each session brought, in the order of the peers.
    pub fn heard(self) -> Vec<Heard> {
        let mut sessions = self.acceptor.join().expect("accepting does not panic");
        let ended: Vec<(Heard, TcpStream)> = self
            .order
            .iter()
            .map(|address| {
                let session = sessions
                    .remove(address)
                    .unwrap_or_else(|| panic!("the router does not connect to {address}"));
                session
                    .join()
                    .expect("a speaker does not panic")
                    .unwrap_or_else(|error| {
                        panic!("the session with {address} ends too early: {error}")
                    })
            })
            .collect();
        ended.into_iter().map(|(heard, _)| heard).collect()
    }
}

/// How many peers still have something to send.
#[derive(Debug)]
struct Turns {
    senders: Mutex<usize>,
    through: Condvar,
}

impl Turns {
    fn new(peers: &[Peer]) -> Self {
        let senders = peers.iter().filter(|peer| !peer.sends.is_empty()).count();
        Self {
            senders: Mutex::new(senders),
            through: Condvar::new(),
        }
    }

    /// One of them is through, or has failed.
    fn end(&self) {
        *self.senders.lock().expect("nobody panics with the lock") -= 1;
        self.through.notify_all();
    }

    /// Waits until all of them are, or patience ends.
    fn wait(&self) {
        let senders = self.senders.lock().expect("nobody panics with the lock");
        let waited = self
            .through
            .wait_timeout_while(senders, PATIENCE, |senders| *senders > 0);
        drop(waited.expect("nobody panics with the lock"));
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

/// Gives each connection to its peer, until every peer has one or patience ends.
fn accepted(
    mut waiting: Vec<(TcpListener, Peer)>,
    turns: &Arc<Turns>,
) -> BTreeMap<IpAddr, JoinHandle<Ended>> {
    let until = Instant::now() + PATIENCE;
    let mut sessions = BTreeMap::new();
    while !waiting.is_empty() && Instant::now() < until {
        let mut left = Vec::new();
        for (listener, peer) in waiting {
            match listener.accept() {
                Ok((stream, _)) => {
                    let turns = Arc::clone(turns);
                    let address = peer.address;
                    let session = std::thread::spawn(move || session(stream, &peer, &turns));
                    sessions.insert(address, session);
                }
                Err(_) => left.push((listener, peer)),
            }
        }
        waiting = left;
        std::thread::sleep(Duration::from_millis(10));
    }
    // A peer that nobody called keeps the others from nothing.
    for (_, peer) in waiting {
        if !peer.sends.is_empty() {
            turns.end();
        }
    }
    sessions
}

fn session(mut stream: TcpStream, peer: &Peer, turns: &Turns) -> Ended {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let heard = if peer.sends.is_empty() {
        turns.wait();
        Session::begin(&mut stream, peer).and_then(Session::listen)
    } else {
        let heard = Session::begin(&mut stream, peer).and_then(Session::tell);
        turns.end();
        heard
    };
    Ok((heard?, stream))
}

/// A session under way.
struct Session<'s> {
    stream: &'s mut TcpStream,
    peer: &'s Peer,
    routes: BTreeMap<Prefix, Sent>,
    /// The families whose first transfer has not ended.
    waiting: Vec<Family>,
    /// Those whose second, which was asked for, has not.
    again: Vec<Family>,
    established: bool,
}

impl<'s> Session<'s> {
    fn begin(stream: &'s mut TcpStream, peer: &'s Peer) -> io::Result<Self> {
        stream.write_all(&message(1, &open(peer)))?;
        Ok(Self {
            stream,
            peer,
            routes: BTreeMap::new(),
            waiting: peer.families.clone(),
            again: Vec::new(),
            established: false,
        })
    }

    /// Listens until all is heard, or patience ends for what is waited for beyond the transfer.
    fn listen(mut self) -> io::Result<Heard> {
        let until = &self.peer.until;
        let end = Instant::now() + PATIENCE;
        while !(self.established
            && self.waiting.is_empty()
            && (until.iter().all(|prefix| self.routes.contains_key(prefix))
                || Instant::now() > end))
        {
            if let Some(ended) = self.step()? {
                return Ok(ended);
            }
        }
        Ok(Heard::Routes(self.routes))
    }

    /// Sends everything and waits until the router has read it.
    fn tell(mut self) -> io::Result<Heard> {
        while !self.established {
            if let Some(ended) = self.step()? {
                return Ok(ended);
            }
        }
        for (prefix, sent) in &self.peer.sends {
            let body = update::write(*prefix, sent, self.peer.address);
            self.stream.write_all(&message(2, &body))?;
        }
        for family in &self.peer.families {
            self.stream
                .write_all(&message(2, &update::end_of_rib(*family)))?;
        }
        while !self.waiting.is_empty() {
            if let Some(ended) = self.step()? {
                return Ok(ended);
            }
        }
        self.again.clone_from(&self.peer.families);
        for family in &self.peer.families {
            let afi = update::address_family(*family);
            self.stream.write_all(&message(5, &[0, afi, 0, 1]))?;
        }
        while !self.again.is_empty() {
            if let Some(ended) = self.step()? {
                return Ok(ended);
            }
        }
        Ok(Heard::Routes(self.routes))
    }

    /// Reads a message; how the router ended the session, where it does.
    fn step(&mut self) -> io::Result<Option<Heard>> {
        let (kind, body) = read(self.stream)?;
        match kind {
            1 => self.stream.write_all(&message(4, &[]))?,
            3 => {
                let byte = |at: usize| body.get(at).copied().unwrap_or_default();
                return Ok(Some(Heard::Ended(byte(0), byte(1))));
            }
            2 => {
                let update = update::read(&body, ROUTER)
                    .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a bad UPDATE"))?;
                if let Some(family) = update.end_of {
                    self.waiting.retain(|waiting| *waiting != family);
                }
                for prefix in update.withdrawn {
                    self.routes.remove(&prefix);
                }
                for prefix in update.announced {
                    let sent = update.sent.clone().expect("an announcement has attributes");
                    self.routes.insert(prefix, sent);
                }
            }
            5 => {
                // The end of what was asked for (RFC 7313, section 4).
                if let [0, afi, 2, 1] = body[..] {
                    self.again
                        .retain(|family| update::address_family(*family) != afi);
                }
            }
            _ => self.established = true,
        }
        Ok(None)
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 19).expect("our messages are short");
    let mut message = vec![0xff; 16];
    message.extend(length.to_be_bytes());
    message.push(kind);
    message.extend(body);
    message
}

/// OPEN with both unicast families (RFC 4760), numbers of 32 bits (RFC 6793), the refresh of routes
/// with its ends marked (RFC 2918, RFC 7313) and graceful restart (RFC 4724), without which FRR
/// sends no End-of-RIB.
fn open(peer: &Peer) -> Vec<u8> {
    let mut capabilities = vec![
        64, 2, 0, 0, 2, 0, 70, 0, 1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1, 65, 4,
    ];
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
