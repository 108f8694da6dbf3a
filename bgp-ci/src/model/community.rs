//! Communities: labels on a route that neighbours act upon.

use std::fmt;
use std::str::FromStr;

/// A standard (RFC 1997), large (RFC 8092) or extended (RFC 4360) community.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Community {
    /// Two numbers of 16 bits.
    Standard(u16, u16),
    /// Three numbers of 32 bits.
    Large(u32, u32, u32),
    /// Eight octets, the type first.
    Extended(u64),
}

impl Community {
    /// RFC 1997: the neighbour must not pass the route to another system.
    pub const NO_EXPORT: Self = Self::Standard(65535, 65281);
    /// RFC 1997: the neighbour must not pass the route to anybody.
    pub const NO_ADVERTISE: Self = Self::Standard(65535, 65282);
    /// RFC 1997: the neighbour must not pass the route to an external neighbour.
    pub const NO_EXPORT_SUBCONFED: Self = Self::Standard(65535, 65283);
    /// RFC 7999: the neighbour discards traffic to the route.
    pub const BLACKHOLE: Self = Self::Standard(65535, 666);
    /// RFC 8326: the route is about to go.
    pub const GRACEFUL_SHUTDOWN: Self = Self::Standard(65535, 0);

    /// True where a neighbour that honours RFC 1997 keeps the route to itself.
    pub fn keeps_local(self) -> bool {
        [
            Self::NO_EXPORT,
            Self::NO_ADVERTISE,
            Self::NO_EXPORT_SUBCONFED,
        ]
        .contains(&self)
    }
}

/// The names of the well-known communities, as policies and reports write them.
const WELL_KNOWN: [(&str, Community); 5] = [
    ("blackhole", Community::BLACKHOLE),
    ("graceful-shutdown", Community::GRACEFUL_SHUTDOWN),
    ("no-advertise", Community::NO_ADVERTISE),
    ("no-export", Community::NO_EXPORT),
    ("no-export-subconfed", Community::NO_EXPORT_SUBCONFED),
];

impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = WELL_KNOWN.iter().find(|(_, known)| known == self) {
            return f.write_str(name);
        }
        match self {
            Self::Standard(a, b) => write!(f, "{a}:{b}"),
            Self::Large(a, b, c) => write!(f, "{a}:{b}:{c}"),
            Self::Extended(octets) => extended(*octets, f),
        }
    }
}

/// Route targets and origins by their names, all others in hexadecimal.
fn extended(octets: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (kind, value) = (octets >> 48, octets & 0xffff_ffff_ffff);
    let name = match kind & 0xff {
        0x02 => "rt",
        0x03 => "ro",
        _ => return write!(f, "ext:{octets:#018x}"),
    };
    let (wide, narrow) = (value >> 16, value & 0xffff);
    match kind >> 8 {
        0x00 => write!(f, "{name}:{}:{}", value >> 32, value & 0xffff_ffff),
        0x01 => {
            let address = u32::try_from(wide).unwrap_or_default();
            write!(f, "{name}:{}:{narrow}", std::net::Ipv4Addr::from(address))
        }
        0x02 => write!(f, "{name}:{wide}:{narrow}"),
        _ => write!(f, "ext:{octets:#018x}"),
    }
}

/// `A:B`, `A:B:C`, or the name of a well-known community in any case, with `-` or `_`.
impl FromStr for Community {
    type Err = CommunityError;

    fn from_str(text: &str) -> Result<Self, CommunityError> {
        let name = text.to_ascii_lowercase().replace('_', "-");
        if let Some((_, known)) = WELL_KNOWN.iter().find(|(known, _)| *known == name) {
            return Ok(*known);
        }
        if let Some(octets) = extended_from(&name) {
            return Ok(Self::Extended(octets));
        }
        let parts: Option<Vec<u32>> = text
            .split(':')
            .take(4)
            .map(|part| {
                part.bytes()
                    .all(|byte| byte.is_ascii_digit())
                    .then(|| part.parse().ok())
                    .flatten()
            })
            .collect();
        match parts.as_deref() {
            Some(&[a, b]) => match (u16::try_from(a), u16::try_from(b)) {
                (Ok(a), Ok(b)) => Ok(Self::Standard(a, b)),
                _ => Err(CommunityError(text.to_owned())),
            },
            Some(&[a, b, c]) => Ok(Self::Large(a, b, c)),
            _ => Err(CommunityError(text.to_owned())),
        }
    }
}

/// `rt:64500:100`, `ro:192.0.2.1:100` or `ext:0x` and sixteen hexadecimal digits.
fn extended_from(text: &str) -> Option<u64> {
    let (name, rest) = text.split_once(':')?;
    let subtype = match name {
        "rt" => 0x02,
        "ro" => 0x03,
        "ext" => {
            let digits = rest.strip_prefix("0x").filter(|hex| hex.len() == 16)?;
            return u64::from_str_radix(digits, 16).ok();
        }
        _ => return None,
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (global, local) = rest.split_once(':')?;
    let local = number(local)?;
    let (kind, value) = if let Ok(address) = global.parse::<std::net::Ipv4Addr>() {
        let address = u64::from(u32::from(address));
        (
            0x01,
            (address << 16) | u64::from(u16::try_from(local).ok()?),
        )
    } else {
        let global = number(global)?;
        match u16::try_from(global) {
            Ok(short) => (0x00, (u64::from(short) << 32) | u64::from(local)),
            Err(_) => (
                0x02,
                (u64::from(global) << 16) | u64::from(u16::try_from(local).ok()?),
            ),
        }
    };
    Some((kind << 56) | (subtype << 48) | value)
}

/// A text that is no community.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a community such as 64500:100 (16 bits each), 64500:1:1 (32 bits each), rt:64500:100 or no-export"
)]
pub struct CommunityError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extended_communities_say_their_type() {
        for text in [
            "rt:64500:100000",
            "ro:192.0.2.1:100",
            "rt:65536:100",
            "ext:0x4300000000000001",
        ] {
            assert_eq!(text.parse::<Community>().unwrap().to_string(), text);
        }
        assert_eq!(
            "rt:64500:100".parse(),
            Ok(Community::Extended(0x0002_fbf4_0000_0064))
        );
        for text in [
            "rt:1",
            "rt:a:b",
            "rt:65536:65536",
            "ext:0x1",
            "ext:zz",
            "rx:1:1",
        ] {
            assert!(text.parse::<Community>().is_err(), "{text}");
        }
    }

    #[test]
    fn communities_are_numbers_or_well_known_names() {
        assert_eq!("64501:100".parse(), Ok(Community::Standard(64501, 100)));
        assert_eq!("64500:1:1".parse(), Ok(Community::Large(64500, 1, 1)));
        assert_eq!("NO_EXPORT".parse(), Ok(Community::NO_EXPORT));
        assert_eq!("65535:65281".parse(), Ok(Community::NO_EXPORT));
        assert_eq!(Community::NO_EXPORT.to_string(), "no-export");
        for text in [
            "", "1", "65536:1", "1:65536", "1:2:3:4", "a:b", "1:-2", "1::2", ":",
        ] {
            assert!(text.parse::<Community>().is_err(), "{text}");
        }
    }
}
