//! Route maps that nobody wrote.

use std::fmt::Write as _;

use testkit::lab::dice::Dice;
use testkit::lab::frr::on_the_wire;

use super::{MAPS, NETWORKS, differences};

/// Lists that made-up maps ask, and maps that they call.
pub(super) const POOL: &str = "
ip prefix-list P1 permit 192.0.2.0/24 le 32
ip prefix-list P2 deny 203.0.113.64/26 le 32
ip prefix-list P2 permit 203.0.113.0/24 ge 26
ip prefix-list P3 permit 0.0.0.0/0 ge 25 le 26
bgp community-list standard C1 permit 64500:1
bgp community-list standard C2 deny 64500:100 64500:2
bgp community-list standard C2 permit 64500:3
bgp community-list standard C2 permit 64500:7
bgp community-list expanded C3 permit ^64500:1_
bgp community-list expanded C3 deny 64500:7
bgp community-list expanded C3 permit 64500:[2-8]
bgp large-community-list standard L1 permit 64500:1:2
bgp large-community-list expanded L2 permit _64500:[37]:
bgp extcommunity-list standard E1 permit rt 64500:5
bgp as-path access-list A1 permit ^$
bgp as-path access-list A2 deny _64513_
bgp as-path access-list A2 permit _64505_
bgp as-path access-list A3 permit ^64512
access-list X1 permit 203.0.113.0/24
route-map CALLED1 permit 10
 match community C1
 set community 64500:7 additive
route-map CALLED1 permit 20
 match as-path A1
 set metric +3
route-map CALLED2 deny 10
 match large-community L1
route-map CALLED2 permit 20
 set large-community 64500:7:7 additive
 call CALLED1
";

const CONDITIONS: &[&str] = &[
    "ip address prefix-list P1",
    "ip address prefix-list P2",
    "ip address prefix-list P3",
    "ip address prefix-list NOWHERE",
    "ip address X1",
    "community C1",
    "community C1 exact-match",
    "community C2",
    "community C3",
    "community NOWHERE",
    "large-community L1",
    "large-community L1 exact-match",
    "large-community L2",
    "extcommunity E1",
    "as-path A1",
    "as-path A2",
    "as-path A3",
    "metric 7",
    "metric 4",
    "origin incomplete",
    "origin igp",
    "local-preference 100",
    "local-preference 200",
    "tag 5",
];

const SETTINGS: &[&str] = &[
    "community 64500:7",
    "community 64500:7 64500:8 additive",
    "community no-export additive",
    "community none",
    "comm-list C1 delete",
    "comm-list C2 delete",
    "comm-list C3 delete",
    "large-community 64500:7:1",
    "large-community 64500:3:9 additive",
    "large-comm-list L1 delete",
    "large-comm-list L2 delete",
    "extcommunity rt 64500:6",
    "as-path prepend 64505",
    "as-path prepend 64512 64512",
    "as-path prepend last-as 2",
    "as-path exclude 64505 64512",
    "metric 4",
    "metric +3",
    "metric -5",
    "local-preference 200",
    "origin egp",
    "ip next-hop 192.0.2.77",
    "tag 5",
];

/// A route map of one to five clauses.
pub(super) fn made_up(dice: &mut Dice, name: &str) -> String {
    let mut text = String::new();
    for clause in 1..=1 + dice.below(5) {
        let action = if dice.one_in(4) { "deny" } else { "permit" };
        let _ = writeln!(text, "route-map {name} {action} {clause}0");
        for _ in 0..dice.below(3) {
            let _ = writeln!(text, " match {}", dice.pick(CONDITIONS));
        }
        if action == "deny" {
            continue;
        }
        let mut none = None;
        for _ in 0..dice.below(4) {
            let set = dice.pick(SETTINGS);
            // One that sets communities and one that takes them away have no model together.
            if set.starts_with("as-path prepend 6") && text_of_clause(&text).contains("last-as") {
                // FRR is left with neither, which has no model.
                continue;
            }
            if set.starts_with("community") {
                if none.is_some_and(|none| none != set.ends_with("none")) {
                    continue;
                }
                none = Some(set.ends_with("none"));
            }
            let _ = writeln!(text, " set {set}");
        }
        match dice.below(8) {
            0 => text.push_str(" call CALLED1\n"),
            1 => text.push_str(" call CALLED2\n"),
            2 | 3 => text.push_str(" on-match next\n"),
            4 => {
                let _ = writeln!(text, " on-match goto {}5", clause + dice.below(2));
            }
            _ => {}
        }
    }
    text
}

/// The lines of the last clause.
fn text_of_clause(text: &str) -> &str {
    text.rsplit("route-map ").next().unwrap_or_default()
}

/// A configuration of 40 neighbours, each with a map of its own.
fn made_up_configuration(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut text = format!("frr version 8.4.4\nfrr defaults traditional\n{MAPS}{POOL}");
    let (mut sessions, mut families) = (String::new(), String::new());
    for number in 2..42 {
        text.push_str(&made_up(&mut dice, &format!("M{number}")));
        let asn = dice.pick(&[64501, 64500, 64512, 65550]);
        let _ = writeln!(sessions, " neighbor PEER{number} remote-as {asn}");
        let _ = writeln!(families, "  neighbor PEER{number} route-map M{number} out");
        for (one_in, said) in [
            (6, "remove-private-AS all"),
            (8, "filter-list A2 out"),
            (8, "prefix-list P1 out"),
            (8, "default-originate"),
            (8, "as-override"),
        ] {
            let inside = asn == 64500 && (said.starts_with("remove") || said.starts_with("as-"));
            if dice.one_in(one_in) && !inside {
                let _ = writeln!(families, "  neighbor PEER{number} {said}");
            }
        }
        if dice.one_in(8) {
            let _ = writeln!(families, "  no neighbor PEER{number} send-community");
        }
    }
    format!(
        "{text}router bgp 64500\n bgp router-id 192.0.2.200\n no bgp network import-check\n\
         {sessions} address-family ipv4 unicast\n{NETWORKS}{families} exit-address-family\n"
    )
}

/// How many times as many made-up maps are compared: `PREFLIGHT_DEPTH=10 tests/run lab` makes ten
/// times as many.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says how long they may take"
)]
pub(super) fn depth() -> u64 {
    let wanted = std::env::var("PREFLIGHT_DEPTH").unwrap_or_default();
    wanted.parse().unwrap_or(1).max(1)
}

#[test]
fn made_up_maps_send_what_bgpd_sends() {
    // `PREFLIGHT_DEPTH=10` makes ten times as many.
    let seeds: Vec<u64> = (0..2 * depth()).collect();
    let mut wrong = Vec::new();
    for seed in seeds {
        let text = made_up_configuration(seed);
        let shown = on_the_wire(&text);
        let refused = shown
            .refused
            .iter()
            .map(|line| format!("seed {seed}: refused: {line}"));
        wrong.extend(refused);
        let name = format!("seed {seed}");
        let names = vec![name.as_str(); shown.sessions.len()];
        for difference in differences(&shown, &names) {
            // The maps that differ, for whoever looks into it.
            let number = (2..42).find(|number| difference.contains(&format!("(127.0.0.{number})")));
            let map = number.map(|number| format!("route-map M{number} "));
            let lines = text.split("\nroute-map ");
            let lines = lines.filter(|lines| {
                map.as_ref()
                    .is_some_and(|map| format!("route-map {lines}").starts_with(map))
            });
            wrong.push(format!(
                "{difference}\n{}",
                lines.collect::<Vec<_>>().join("\n")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
