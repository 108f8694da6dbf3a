//! Spaces beside sets of bits.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn prefix(text: &str) -> Prefix {
    text.parse().unwrap()
}

#[test]
fn spaces_read_as_sets() {
    let space = Space::between(prefix("192.0.2.0/24"), 24, 32);
    assert_eq!(space.to_string(), "[192.0.2.0/24{24,32}]");
    assert!(space.contains(prefix("192.0.2.128/25")));
    assert!(!space.contains(prefix("192.0.0.0/16")));
    assert!(!space.contains(prefix("::/0")));
    let shorter = Space::between(prefix("192.0.2.0/24"), 23, 24);
    assert_eq!(shorter.to_string(), "[192.0.2.0/23, 192.0.2.0/24]");
    let rest = space.difference(&Space::only(prefix("192.0.2.0/24")));
    assert_eq!(rest.to_string(), "[192.0.2.0/24{25,32}]");
    assert_eq!(rest.witness(), Some(prefix("192.0.2.0/25")));
    assert_eq!(Space::full(Family::Ipv6).to_string(), "[::/0{0,128}]");
    let hosts = Space::only(prefix("2001:db8::1/128"));
    assert_eq!(hosts.witness(), Some(prefix("2001:db8::1/128")));
    assert_eq!(hosts.to_string(), "[2001:db8::1/128]");
    assert!(Space::empty(Family::Ipv4).witness().is_none());
}

#[test]
fn equal_sets_are_equal_spaces() {
    let whole = Space::between(prefix("192.0.2.0/24"), 25, 25);
    let halves = Space::only(prefix("192.0.2.0/25")).union(&Space::only(prefix("192.0.2.128/25")));
    assert_eq!(whole, halves);
    assert!(whole.difference(&halves).is_empty());
}

/// Every prefix of the first five bits, IPv4 or IPv6, and the two longest of one address.
fn universe(family: Family) -> Vec<Prefix> {
    let mut all = Vec::new();
    for length in 0..=5_u8 {
        for value in 0..(1_u128 << length) {
            let bits = if length == 0 {
                0
            } else {
                value << (128 - u32::from(length))
            };
            all.push(prefix_at(family, bits, length).unwrap());
        }
    }
    for length in [longest(family) - 1, longest(family)] {
        all.push(prefix_at(family, 0b10110 << 123, length).unwrap());
    }
    all
}

/// A set made of `between`s, as a space and as what each prefix's bits say.
fn set(family: Family) -> impl Strategy<Value = (Space, BTreeSet<Prefix>)> {
    let all = universe(family);
    let count = all.len();
    prop::collection::vec((0..count, 0..7_u8, 0..130_u8), 0..6).prop_map(move |items| {
        let mut space = Space::empty(family);
        let mut naive = BTreeSet::new();
        for (at, first, last) in items {
            let of = all[at];
            space = space.union(&Space::between(of, first, last));
            naive.extend(all.iter().copied().filter(|other| {
                (first..=last).contains(&other.length()) && (of.covers(*other) || other.covers(of))
            }));
        }
        (space, naive)
    })
}

fn held(space: &Space) -> BTreeSet<Prefix> {
    let all = universe(space.family());
    all.into_iter()
        .filter(|prefix| space.contains(*prefix))
        .collect()
}

fn family() -> impl Strategy<Value = Family> {
    prop::sample::select(vec![Family::Ipv4, Family::Ipv6])
}

proptest! {
    #[test]
    fn operations_are_those_of_sets(
        ((a, naive_a), (b, naive_b)) in family().prop_flat_map(|family| (set(family), set(family)))
    ) {
        prop_assert_eq!(&held(&a), &naive_a);
        prop_assert_eq!(held(&a.union(&b)), &naive_a | &naive_b);
        prop_assert_eq!(held(&a.intersection(&b)), &naive_a & &naive_b);
        prop_assert_eq!(held(&a.difference(&b)), &naive_a - &naive_b);
        // The laws hold on the whole space, beyond the prefixes that are looked at.
        let full = Space::full(a.family());
        prop_assert_eq!(full.difference(&full.difference(&a)), a.clone());
        prop_assert_eq!(a.difference(&b).union(&a.intersection(&b)), a.clone());
        prop_assert_eq!(a.union(&b), b.union(&a));
        prop_assert!(a.difference(&a).is_empty());
    }

    #[test]
    fn pieces_are_disjoint_and_make_up_the_space((a, _) in family().prop_flat_map(set)) {
        let mut rebuilt = Space::empty(a.family());
        for (prefix, lengths) in a.pieces() {
            for (first, last) in lengths.runs() {
                prop_assert!(first >= prefix.length());
                let piece = Space::between(prefix, first, last);
                prop_assert!(rebuilt.intersection(&piece).is_empty());
                rebuilt = rebuilt.union(&piece);
            }
        }
        prop_assert_eq!(&rebuilt, &a);
        match a.witness() {
            Some(witness) => prop_assert!(a.contains(witness)),
            None => prop_assert!(a.is_empty()),
        }
    }
}
