use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use proptest::prelude::*;

use super::{Network, judge};
use crate::intent::announce;
use crate::model::{Difference, Prefix, SessionKey};
use crate::policy::resolve;

/// A prefix as its bits, most significant first.
type Bits = Vec<bool>;

fn prefix() -> impl Strategy<Value = (bool, Bits)> {
    // Short ones, and few leading patterns, so that covering is common.
    let length = prop_oneof![0..8_usize, 20..28_usize];
    (any::<bool>(), length, any::<u32>()).prop_map(|(v6, length, seed)| {
        let pattern = seed & 0x8000_0007 | 0x4000_0000;
        let bits =
            (0..length).map(|at| pattern.rotate_left(u32::try_from(at).unwrap() % 32) & 1 == 1);
        (v6, bits.collect())
    })
}

fn text((v6, bits): &(bool, Bits)) -> String {
    let width = if *v6 { 128 } else { 32 };
    let number = bits.iter().enumerate().fold(0_u128, |number, (at, bit)| {
        number | u128::from(*bit) << (width - 1 - at)
    });
    let address = if *v6 {
        IpAddr::V6(Ipv6Addr::from(number))
    } else {
        IpAddr::V4(Ipv4Addr::from(u32::try_from(number).unwrap()))
    };
    format!("{address}/{}", bits.len())
}

fn list(prefixes: &[(bool, Bits)], entry: impl Fn(&str) -> String) -> String {
    let entries: Vec<String> = prefixes.iter().map(|prefix| entry(&text(prefix))).collect();
    format!("[{}]", entries.join(", "))
}

/// A network in entries that can be put in any order.
#[derive(Debug, Clone)]
struct Parts {
    owned: Vec<String>,
    sites: Vec<String>,
    neighbors: Vec<String>,
    statements: Vec<String>,
}

impl Parts {
    fn text(&self) -> String {
        Network {
            owned: &format!("[{}]", self.owned.join(", ")),
            services: "{ one: { min-sites: 2 }, two: { min-sites: 1, max-site-loss-per-change: 1 } }",
            sites: &format!("{{ {} }}", self.sites.join(", ")),
            neighbors: &format!("{{ {} }}", self.neighbors.join(", ")),
            announcements: &format!("[{}]", self.statements.join(", ")),
            ..Network::default()
        }
        .text()
    }

    /// The same entries in another order.
    fn shuffled(&self, seed: u64) -> Self {
        let shuffle = |list: &Vec<String>| {
            let mut order: Vec<(u64, &String)> = list
                .iter()
                .zip(1..)
                .map(|(entry, at): (_, u64)| {
                    let key = (seed ^ at)
                        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                        .rotate_left(31);
                    (key.wrapping_mul(seed | 1), entry)
                })
                .collect();
            order.sort();
            order.into_iter().map(|(_, entry)| entry.clone()).collect()
        };
        Self {
            owned: shuffle(&self.owned),
            sites: shuffle(&self.sites),
            neighbors: shuffle(&self.neighbors),
            statements: shuffle(&self.statements),
        }
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let owned = proptest::collection::btree_map(
        prop::sample::select(vec![
            "203.0.113.0/24",
            "203.0.113.0/25",
            "198.51.100.0/24",
            "2001:db8:1::/48",
            "2001:db8::/32",
        ]),
        prop::sample::select(vec!["one", "two"]),
        1..5,
    );
    let statement = (
        prop::sample::select(vec![
            "service: one",
            "service: two",
            "prefixes: [203.0.113.0/24, 192.0.2.0/24]",
            "prefixes: [\"2001:db8:1::/48\", 10.0.0.0/8]",
        ]),
        prop::sample::subsequence(vec!["ams", "fra", "iad", "sin"], 1..4),
        prop::sample::subsequence(vec!["a", "b", "c"], 1..3),
        prop::sample::select(vec!["", "\"64501:0\"", "\"64502:5\"", "no-export"]),
    );
    let statements = proptest::collection::vec(statement, 1..5);
    (owned, statements).prop_map(|(owned, statements)| Parts {
        owned: owned
            .iter()
            .map(|(prefix, service)| format!("{{ prefix: \"{prefix}\", service: {service} }}"))
            .collect(),
        sites: ["ams", "fra", "iad", "sin"]
            .map(|site| format!("{site}: {{}}"))
            .into(),
        neighbors: vec![
            "a: { asn: 64501, no-announce: [\"64501:0\"] }".to_owned(),
            "b: { asn: 64502, address: 192.0.2.1, sites: [ams, fra, iad] }".to_owned(),
            "c: { asn: 64503, max-prefix: 2 }".to_owned(),
        ],
        statements: statements
            .into_iter()
            .map(|(what, sites, to, community)| {
                format!(
                    "{{ {what}, sites: [{}], to: [{}], communities: [{community}] }}",
                    sites.join(", "),
                    to.join(", ")
                )
            })
            .collect(),
    })
}

/// Findings without their places: what they say, and to which fingerprint.
fn said(base: Option<&str>, head: &str) -> (Vec<String>, bool) {
    let outcome = judge(base, head);
    let mut said: Vec<String> = outcome
        .findings
        .iter()
        .map(|f| {
            format!(
                "{} {} {:?} {:?} {}",
                f.rule.id, f.message, f.notes, f.data, f.fingerprint
            )
        })
        .collect();
    said.sort();
    // Of two statements that contradict each other, the later one is named.
    (said, outcome.undecided.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_no_entry_begins_is_foreign_or_broader(
        owned in proptest::collection::btree_set(prefix(), 1..6),
        announced in proptest::collection::btree_set(prefix(), 1..8),
    ) {
        let owned: Vec<_> = owned.into_iter().collect();
        let announced: Vec<_> = announced.into_iter().collect();
        let uncovered = announced
            .iter()
            // A default route is nobody's space, and has a rule of its own.
            .filter(|(_, bits)| !bits.is_empty())
            .filter(|(family, bits)| {
                !owned.iter().any(|(other, begin)| family == other && bits.starts_with(begin))
            });
        let (broader, foreign): (Vec<_>, Vec<_>) = uncovered.partition(|(family, bits)| {
            owned.iter().any(|(other, longer)| family == other && longer.starts_with(bits))
        });
        let head = Network {
            owned: &list(&owned, |prefix| format!("{{ prefix: \"{prefix}\" }}")),
            services: "{}",
            announcements: &format!(
                "[{{ prefixes: {}, to: [a] }}]",
                list(&announced, |prefix| format!("\"{prefix}\""))
            ),
            ..Network::default()
        }
        .text();
        let outcome = judge(None, &head);
        let of = |rule| outcome.findings.iter().filter(|f| f.rule.id == rule).count();
        prop_assert_eq!(of("foreign-prefix"), foreign.len(), "{}", head);
        prop_assert_eq!(of("broader-than-owned"), broader.len(), "{}", head);
    }

    #[test]
    fn nothing_changes_between_equals(parts in parts()) {
        let text = parts.text();
        let written = super::written("head", &text);
        let section = written.section.as_ref().unwrap();
        let network = resolve(&written.policy, &section.value, &section.span).unwrap();
        if let Ok(intent) = announce(&network) {
            let same: BTreeMap<SessionKey, SessionKey> = crate::intent::sessions(&network)
                .into_keys()
                .map(|session| (session.clone(), session))
                .collect();
            let difference = Difference::between(&intent.announcements, &intent.announcements, &same);
            prop_assert!(difference.is_empty());
        }
        // Judged against itself, all that is wrong was wrong before.
        for finding in judge(Some(&text), &text).findings {
            let known = finding.data.get("existing") == Some(&true.into());
            prop_assert!(known, "{}: {}", finding.rule.id, finding.message);
        }
    }

    #[test]
    fn the_order_of_entries_says_nothing(base in parts(), head in parts(), seed in any::<u64>()) {
        let plain = said(Some(&base.text()), &head.text());
        let shuffled = said(
            Some(&base.shuffled(seed).text()),
            &head.shuffled(seed.rotate_left(17)).text(),
        );
        prop_assert_eq!(plain, shuffled);
    }

    #[test]
    fn prefixes_survive_being_printed(v6 in any::<bool>(), number in any::<u128>(), length in 0..=32_u8) {
        let net = if v6 {
            IpNet::new(IpAddr::V6(Ipv6Addr::from(number)), length * 4)
        } else {
            let low = u32::try_from(number & u128::from(u32::MAX)).unwrap();
            IpNet::new(IpAddr::V4(Ipv4Addr::from(low)), length)
        };
        let prefix = Prefix::truncated(net.unwrap());
        prop_assert_eq!(prefix.to_string().parse(), Ok(prefix));
        prop_assert!(prefix.covering().all(|wider| wider.covers(prefix)));
    }

    #[test]
    fn no_section_panics(text in "[ -~\n]{0,200}", at in 0..8_usize) {
        let mut network = Network::default();
        let field = match at {
            0 => &mut network.owned,
            1 => &mut network.services,
            2 => &mut network.sites,
            3 => &mut network.neighbors,
            4 => &mut network.announcements,
            _ => &mut network.more,
        };
        *field = &text;
        if let Ok(policy) = rules::policy::Policy::parse("preflight.yaml", &network.text())
            && let Ok(section) = policy.section(rules::ids::Part::Bgp)
        {
            let head = crate::sides::Written { section, ..super::around(policy) };
            let sides = crate::sides::Sides {
                head,
                base: None,
                vrps: None,
            };
            let outcome = crate::judge(&sides, jiff::Timestamp::UNIX_EPOCH);
            prop_assert!(outcome.findings.len() + outcome.undecided.len() < 1_000);
        }
    }
}
