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
