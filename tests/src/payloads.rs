//! Validated ROA payloads and routes made by chance, for the oracles and the benchmark.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A stream of numbers that is the same for the same seed (splitmix64).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ number >> 31
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(end)).expect("it is below a number of 32 bits")
    }

    /// A length from `first` to `last`.
    fn length(&mut self, first: u8, last: u8) -> u8 {
        let span = u32::from(last - first) + 1;
        first + u8::try_from(self.below(span)).expect("lengths have 8 bits")
    }
}

/// A prefix in plain numbers, so that a definition can be written down without our own types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Net {
    /// Whether it is IPv6.
    pub wide: bool,
    /// The address; that of IPv4 in the upper bits.
    pub address: u128,
    /// Bits that are fixed.
    pub length: u8,
}

/// A payload in plain numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Payload {
    /// The prefix.
    pub net: Net,
    /// The longest more-specific.
    pub max_length: u8,
    /// The origin.
    pub asn: u32,
}

/// A route in plain numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The prefix.
    pub net: Net,
    /// The origin.
    pub asn: u32,
}

impl Net {
    /// The prefix of `address` with everything after `length` bits cut off.
    pub fn new(wide: bool, address: u128, length: u8) -> Self {
        let kept = u128::MAX.checked_shl(128 - u32::from(length));
        Self {
            wide,
            address: address & kept.unwrap_or(0),
            length,
        }
    }

    /// The length of a host route.
    pub fn longest(self) -> u8 {
        if self.wide { 128 } else { 32 }
    }

    /// The address as one.
    pub fn ip(self) -> IpAddr {
        if self.wide {
            Ipv6Addr::from_bits(self.address).into()
        } else {
            let upper = u32::try_from(self.address >> 96);
            Ipv4Addr::from_bits(upper.expect("32 bits are left")).into()
        }
    }
}

impl std::fmt::Display for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.ip(), self.length)
    }
}

/// At most 100 payloads that meet often: few blocks, few origins, AS0 among them.
pub fn set(chance: &mut Chance) -> Vec<Payload> {
    let count = chance.below(101);
    (0..count)
        .map(|_| {
            let net = near(chance);
            // BIRD keeps no route whose address is 0.0.0.0, but for the default.
            let length = match net.length {
                1 | 2 => 3,
                length => length,
            };
            let net = Net::new(net.wide, net.address, length);
            let longer = net.longest() - net.length;
            let max_length = match chance.below(3) {
                0 => net.length,
                1 => net.length + chance.length(0, longer.min(4)),
                _ => net.length + chance.length(0, longer),
            };
            Payload {
                net,
                max_length,
                asn: origin(chance),
            }
        })
        .collect()
}

/// A route that is likely to have something to do with `payloads`.
pub fn route(chance: &mut Chance, payloads: &[Payload]) -> Route {
    let count = u32::try_from(payloads.len()).expect("there are at most 100");
    let payload = match count {
        0 => None,
        _ => usize::try_from(chance.below(count))
            .ok()
            .and_then(|at| payloads.get(at)),
    };
    let (Some(payload), false) = (payload, chance.below(4) == 0) else {
        return Route {
            net: near(chance),
            asn: origin(chance),
        };
    };
    let near = payload.net;
    let length = match chance.below(4) {
        0 => near.length,
        1 => chance.length(0, near.length),
        2 => chance.length(near.length, payload.max_length),
        _ => chance.length(near.length, near.longest()),
    };
    let below = u128::from(chance.roll()) << 64 | u128::from(chance.roll());
    let free = u128::MAX.checked_shr(near.length.into()).unwrap_or(0);
    Route {
        net: Net::new(near.wide, near.address | below & free, length),
        asn: if chance.below(2) == 0 {
            payload.asn
        } else {
            origin(chance)
        },
    }
}

/// A prefix of any length, in one of few blocks.
fn near(chance: &mut Chance) -> Net {
    let wide = chance.below(2) == 0;
    let net = Net::new(wide, 0, 0);
    // Addresses of hosts, in both families: neither loopback nor multicast.
    let first: u128 = match chance.below(4) {
        0 => 0b001,
        1 => 0b010,
        2 => 0b100,
        _ => 0b101,
    };
    let block = first << 125;
    let rest = u128::from(chance.roll()) << 61;
    // Most bits after the first are alike, so that prefixes lie inside of each other.
    let rest = match chance.below(3) {
        0 => rest & (u128::MAX << 118),
        1 => rest & (u128::MAX << 108),
        _ => rest,
    };
    let length = match chance.below(3) {
        0 => chance.length(0, 10),
        1 => chance.length(8, 24),
        _ => chance.length(0, net.longest()),
    };
    Net::new(wide, block | rest, length)
}

fn origin(chance: &mut Chance) -> u32 {
    match chance.below(8) {
        0 => 0,
        few @ 1..=6 => 64496 + few,
        _ => 65536 + chance.below(8),
    }
}

/// So many payloads as the real world has them: four of five for IPv4, mostly of the length that
/// is announced, in ascending order of addresses.
pub fn world(count: u32) -> Vec<Payload> {
    let mut chance = Chance::new(700);
    let mut payloads: Vec<Payload> = (0..count)
        .map(|_| {
            let net = global(&mut chance);
            let longest: u8 = if net.wide { 48 } else { 24 };
            let max_length = match chance.below(8) {
                0 => longest.max(net.length),
                _ => net.length,
            };
            Payload {
                net,
                max_length,
                asn: 1 + chance.below(400_000),
            }
        })
        .collect();
    payloads.sort_unstable();
    payloads
}

/// A table of so many routes beside `payloads`: half of them covered, most of those valid.
pub fn table(count: u32, payloads: &[Payload]) -> Vec<Route> {
    let mut chance = Chance::new(1200);
    let known = u32::try_from(payloads.len()).unwrap_or(u32::MAX).max(1);
    let mut routes: Vec<Route> = (0..count)
        .map(|_| {
            let at = usize::try_from(chance.below(known)).unwrap_or(0);
            match (chance.below(2), payloads.get(at)) {
                (0, Some(payload)) => Route {
                    net: payload.net,
                    asn: match chance.below(20) {
                        0 => 1 + chance.below(400_000),
                        _ => payload.asn,
                    },
                },
                _ => Route {
                    net: global(&mut chance),
                    asn: 1 + chance.below(400_000),
                },
            }
        })
        .collect();
    routes.sort_unstable();
    routes
}

/// A prefix as networks announce them.
fn global(chance: &mut Chance) -> Net {
    let wide = chance.below(5) == 0;
    let length = match (wide, chance.below(10)) {
        (false, 0..=5) => 24,
        (false, 6..=8) => chance.length(19, 23),
        (false, _) => chance.length(12, 18),
        (true, 0..=4) => 48,
        (true, 5..=7) => chance.length(33, 47),
        (true, _) => chance.length(28, 32),
    };
    let address = u128::from(chance.roll()) << 64;
    let address = if wide {
        // 2000::/3.
        address >> 3 | 1 << 125
    } else {
        // 1.0.0.0 to 223.255.255.255.
        let first = u128::from(1 + chance.below(223));
        address >> 8 | first << 120
    };
    Net::new(wide, address, length)
}
