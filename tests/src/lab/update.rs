//! UPDATE messages (RFC 4271, section 4.3; RFC 4760; RFC 6793).

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bgp_ci::model::{AsPath, Asn, Community, Family, NextHop, OriginCode, Prefix, Segment};
use bgp_ci::router::propagate::Sent;

/// What one message says.
#[derive(Debug, Default)]
pub struct Update {
    /// The family whose first transfer ends here.
    pub end_of: Option<Family>,
    /// Networks that are gone.
    pub withdrawn: Vec<Prefix>,
    /// Networks that are there.
    pub announced: Vec<Prefix>,
    /// Their attributes.
    pub sent: Option<Sent>,
}

/// Reads the body of an UPDATE; a next hop that is `router` is the router's own.
pub fn read(body: &[u8], router: IpAddr) -> Option<Update> {
    let mut update = Update::default();
    let (withdrawn, rest) = counted(body)?;
    let (mut attributes, announced) = counted(rest)?;
    if body.len() == 4 {
        update.end_of = Some(Family::Ipv4);
        return Some(update);
    }
    update.withdrawn = prefixes(withdrawn, Family::Ipv4)?;
    update.announced = prefixes(announced, Family::Ipv4)?;
    let mut sent = Sent {
        path: AsPath::default(),
        origin_code: OriginCode::Igp,
        communities: BTreeSet::new(),
        med: None,
        local_preference: None,
        next_hop: NextHop::Own,
        otc: None,
    };
    let next_hop = |address: IpAddr| {
        if address.to_canonical() == router {
            NextHop::Own
        } else {
            NextHop::Address(address)
        }
    };
    while !attributes.is_empty() {
        let (flags, kind) = (*attributes.first()?, *attributes.get(1)?);
        let (value, rest) = if flags & 0x10 == 0 {
            let length = usize::from(*attributes.get(2)?);
            attributes.get(3..)?.split_at_checked(length)?
        } else {
            counted(attributes.get(2..)?)?
        };
        attributes = rest;
        match kind {
            1 => {
                sent.origin_code = match value {
                    [0] => OriginCode::Igp,
                    [1] => OriginCode::Egp,
                    _ => OriginCode::Incomplete,
                }
            }
            2 => sent.path = path(value)?,
            3 => sent.next_hop = next_hop(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?).into()),
            4 => sent.med = Some(number(value)?),
            5 => sent.local_preference = Some(number(value)?),
            8 => sent
                .communities
                .extend(value.chunks_exact(4).filter_map(|chunk| {
                    let whole = number(chunk)?;
                    let half = |bits: u32| u16::try_from(bits & 0xffff).ok();
                    Some(Community::Standard(half(whole >> 16)?, half(whole)?))
                })),
            14 => {
                let length = usize::from(*value.get(3)?);
                let (hops, rest) = value.get(4..)?.split_at_checked(length)?;
                let first = <[u8; 16]>::try_from(hops.get(..16)?).ok()?;
                sent.next_hop = next_hop(Ipv6Addr::from(first).into());
                update
                    .announced
                    .extend(prefixes(rest.get(1..)?, family(value)?)?);
            }
            15 => {
                update
                    .withdrawn
                    .extend(prefixes(value.get(3..)?, family(value)?)?);
                if value.len() == 3 {
                    update.end_of = family(value);
                }
            }
            16 => sent
                .communities
                .extend(value.chunks_exact(8).filter_map(|chunk| {
                    Some(Community::Extended(u64::from_be_bytes(
                        chunk.try_into().ok()?,
                    )))
                })),
            32 => sent
                .communities
                .extend(value.chunks_exact(12).filter_map(|chunk| {
                    let part = |at: usize| number(chunk.get(at..at + 4)?);
                    Some(Community::Large(part(0)?, part(4)?, part(8)?))
                })),
            35 => sent.otc = Some(Asn(number(value)?)),
            _ => {}
        }
    }
    update.sent = Some(sent);
    Some(update)
}

/// The body of an UPDATE that announces `prefix`; a next hop that is [`NextHop::Own`] is `own`.
pub fn write(prefix: Prefix, sent: &Sent, own: IpAddr) -> Vec<u8> {
    let next_hop = match sent.next_hop {
        NextHop::Own => own,
        NextHop::Address(address) => address,
    };
    let mut attributes = Attributes::default();
    let origin = match sent.origin_code {
        OriginCode::Igp => 0,
        OriginCode::Egp => 1,
        OriginCode::Incomplete => 2,
    };
    attributes.add(TRANSITIVE, 1, &[origin]);
    attributes.add(TRANSITIVE, 2, &path_octets(&sent.path));
    let network = network(prefix);
    match (prefix.family(), next_hop) {
        (Family::Ipv4, IpAddr::V4(next_hop)) => {
            attributes.add(TRANSITIVE, 3, &next_hop.octets());
        }
        (family, next_hop) => {
            let hop = match next_hop {
                // Our own address of the other family: some address that is not the router's.
                IpAddr::V4(next_hop) => {
                    Ipv6Addr::from(0x2001_0db8_u128 << 96 | u128::from(next_hop.to_bits()))
                }
                IpAddr::V6(next_hop) => next_hop,
            };
            let mut reach = vec![0, address_family(family), 1, 16];
            reach.extend(hop.octets());
            reach.push(0);
            reach.extend(&network);
            attributes.add(OPTIONAL, 14, &reach);
        }
    }
    if let Some(med) = sent.med {
        attributes.add(OPTIONAL, 4, &med.to_be_bytes());
    }
    if let Some(preference) = sent.local_preference {
        attributes.add(TRANSITIVE, 5, &preference.to_be_bytes());
    }
    let (mut standard, mut extended, mut large) = (Vec::new(), Vec::new(), Vec::new());
    for community in &sent.communities {
        match *community {
            Community::Standard(a, b) => {
                standard.extend(a.to_be_bytes());
                standard.extend(b.to_be_bytes());
            }
            Community::Extended(octets) => extended.extend(octets.to_be_bytes()),
            Community::Large(a, b, c) => {
                large.extend([a, b, c].into_iter().flat_map(u32::to_be_bytes));
            }
        }
    }
    for (kind, list) in [(8, standard), (16, extended), (32, large)] {
        if !list.is_empty() {
            attributes.add(OPTIONAL | TRANSITIVE, kind, &list);
        }
    }
    if let Some(otc) = sent.otc {
        attributes.add(OPTIONAL | TRANSITIVE, 35, &otc.0.to_be_bytes());
    }
    let plain = prefix.family() == Family::Ipv4 && next_hop.is_ipv4();
    let mut body = vec![0, 0];
    body.extend(length(&attributes.octets));
    body.extend(attributes.octets);
    if plain {
        body.extend(network);
    }
    body
}

/// The body of an UPDATE that ends the first transfer of a family (RFC 4724, section 2).
pub fn end_of_rib(of: Family) -> Vec<u8> {
    match of {
        Family::Ipv4 => vec![0, 0, 0, 0],
        Family::Ipv6 => vec![0, 0, 0, 6, OPTIONAL, 15, 3, 0, address_family(of), 1],
    }
}

/// The number of a family (AFI), of which all have eight bits here.
pub fn address_family(of: Family) -> u8 {
    match of {
        Family::Ipv4 => 1,
        Family::Ipv6 => 2,
    }
}

const OPTIONAL: u8 = 0x80;
const TRANSITIVE: u8 = 0x40;
/// The length has 16 bits.
const EXTENDED: u8 = 0x10;

#[derive(Default)]
struct Attributes {
    octets: Vec<u8>,
}

impl Attributes {
    fn add(&mut self, flags: u8, kind: u8, value: &[u8]) {
        self.octets.extend([flags | EXTENDED, kind]);
        self.octets.extend(length(value));
        self.octets.extend(value);
    }
}

fn length(of: &[u8]) -> [u8; 2] {
    let length = u16::try_from(of.len()).expect("our messages are short");
    length.to_be_bytes()
}

/// The length and the significant octets.
fn network(prefix: Prefix) -> Vec<u8> {
    let octets = match prefix.address() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let count = usize::from(prefix.length()).div_ceil(8);
    std::iter::once(prefix.length())
        .chain(octets.into_iter().take(count))
        .collect()
}

fn path_octets(path: &AsPath) -> Vec<u8> {
    let mut octets = Vec::new();
    for segment in path.segments() {
        let kind = match segment {
            Segment::Set(_) => 1,
            Segment::Sequence(_) => 2,
            Segment::ConfederationSequence(_) => 3,
            Segment::ConfederationSet(_) => 4,
        };
        for part in segment.asns().chunks(255) {
            let count = u8::try_from(part.len()).expect("a part is that short");
            octets.extend([kind, count]);
            octets.extend(part.iter().flat_map(|asn| asn.0.to_be_bytes()));
        }
    }
    octets
}

/// A part whose length stands before it in 16 bits, and what follows it.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(2)?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(length.try_into().ok()?)))
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn family(value: &[u8]) -> Option<Family> {
    match value {
        [0, 1, 1, ..] => Some(Family::Ipv4),
        [0, 2, 1, ..] => Some(Family::Ipv6),
        _ => None,
    }
}

fn prefixes(mut bytes: &[u8], family: Family) -> Option<Vec<Prefix>> {
    let mut prefixes = Vec::new();
    while let Some((length, rest)) = bytes.split_first() {
        let (octets, rest) = rest.split_at_checked(usize::from(*length).div_ceil(8))?;
        bytes = rest;
        let mut bits = [0; 16];
        bits.get_mut(..octets.len())?.copy_from_slice(octets);
        let address: IpAddr = match (family, bits) {
            (Family::Ipv4, [a, b, c, d, ..]) => Ipv4Addr::new(a, b, c, d).into(),
            (Family::Ipv6, bits) => Ipv6Addr::from(bits).into(),
        };
        prefixes.push(format!("{address}/{length}").parse().ok()?);
    }
    Some(prefixes)
}

fn path(mut bytes: &[u8]) -> Option<AsPath> {
    let mut segments = Vec::new();
    while let [kind, count, rest @ ..] = bytes {
        let (numbers, rest) = rest.split_at_checked(usize::from(*count) * 4)?;
        bytes = rest;
        let asns = numbers
            .chunks_exact(4)
            .map(|chunk| number(chunk).map(Asn))
            .collect::<Option<Vec<_>>>()?;
        segments.push(match kind {
            1 => Segment::Set(asns),
            2 => Segment::Sequence(asns),
            3 => Segment::ConfederationSequence(asns),
            _ => Segment::ConfederationSet(asns),
        });
    }
    Some(AsPath::from_segments(segments))
}
