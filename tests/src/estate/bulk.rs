//! The many: healthy certificates in every format, and one dead and one dying in each.

use jiff::Timestamp;

use super::mint::{Made, Oddity, Purpose, Wish};

/// The time of the estate.
pub const NOW: &str = "2026-11-22T00:00:00Z";

const DAY: i64 = 24 * 3600;

/// Who owns the folders of the fleet.
pub(super) const TEAMS: [&str; 4] = ["data", "edge", "mail", "payments"];

/// A number that depends on `index` alone and looks like chance (splitmix64).
fn chance(index: u64, below: u64) -> u64 {
    let mut number = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (number ^ number >> 31) % below
}

/// `NOW` and so many seconds.
fn at(seconds: i64) -> String {
    let now: Timestamp = NOW.parse().expect("an RFC 3339 time");
    let at = Timestamp::from_second(now.as_second() + seconds);
    at.expect("it is a time of this century").to_string()
}

/// The lifetime in days of the `index`th, and between which days before its end we look at it: it
/// must neither be due nor at its very beginning.
fn life(index: u64) -> (i64, i64, i64) {
    match index % 20 {
        0 => (6, 2, 6),
        1..=5 => (90, 23, 90),
        6..=9 => (3650, 60, 3600),
        _ => (398, 50, 398),
    }
}

/// First and last second of the `index`th healthy one.
pub(super) fn healthy(index: u64) -> (String, String) {
    let (days, least, most) = life(index);
    let span = u64::try_from((most - least) * DAY).expect("positive");
    let left = least * DAY + i64::try_from(chance(index, span)).expect("it is below");
    (at(left - days * DAY), at(left))
}

/// First and last second of a dead one (by `index` seconds more or less).
pub(super) fn dead(index: u64) -> (String, String) {
    let ago = 3 * DAY + i64::try_from(index).expect("small");
    (at(-ago - 398 * DAY), at(-ago))
}

/// First and last second of one that has a week left.
pub(super) fn dying(index: u64) -> (String, String) {
    let left = 7 * DAY + i64::try_from(index).expect("small");
    (at(left - 398 * DAY), at(left))
}

/// The names of the `index`th, whose first is `name`.
fn names(index: u64, name: &str) -> Vec<String> {
    let mut names = vec![format!("dns:{name}")];
    if index.is_multiple_of(5) {
        let low = index % 250 + 1;
        names.push(format!("dns:*.{name}"));
        names.push(format!("ip:192.0.2.{low}"));
        names.push(format!("ip:2001:db8::{low:x}"));
        names.push(format!("uri:spiffe://{name}/service"));
        names.push(format!("email:team@{name}"));
    }
    names
}

/// A certificate for `purpose` by `issue`.
pub(super) fn leaf(
    issue: impl Fn(&Wish<'_>) -> Made,
    purpose: Purpose,
    index: u64,
    name: &str,
    (from, to): (String, String),
) -> Made {
    issue(&Wish {
        name,
        key: name,
        from: &from,
        to: &to,
        sans: names(index, name),
        purpose,
        oddity: Oddity::None,
    })
}
