//! Learned routes through whole routers.

use std::sync::Arc;

use super::*;
use crate::filter::interpret::NoData;

const POLICY: &str = "version: 1
bgp:
  asn: 64500
  owned: [{ prefix: 203.0.113.0/24 }]
  treat-as-public: [203.0.113.0/24]
  sites: { fra: {}, ams: {} }
  neighbors:
    transit: { asn: 64501, relation: provider }
    peer: { asn: 64502, relation: peer }
    customer: { asn: 64503, relation: customer }
    unsaid: { asn: 64504 }
  announcements: [{ prefixes: [203.0.113.0/24], to: [transit] }]
";

fn model(name: &str, router: Router) -> Model {
    let keys = router
        .each_session()
        .filter(|(_, session)| !session.disabled)
        .map(|(id, session)| {
            let neighbor = match session.remote_as {
                crate::router::RemoteAs::One(asn) => match asn.0 {
                    64501 => "transit",
                    64502 => "peer",
                    64503 => "customer",
                    64504 => "unsaid",
                    _ => "inside",
                },
                _ => "inside",
            };
            let key = SessionKey {
                site: name.into(),
                router: name.into(),
                neighbor: neighbor.into(),
                address: session.address,
            };
            (id, key)
        })
        .collect();
    Model {
        site: name.into(),
        name: name.into(),
        router,
        keys,
    }
}

fn bird(name: &str, text: &str) -> Model {
    let whole = format!("router id 192.0.2.200;\nprotocol device {{}}\n{text}");
    let parsed =
        crate::bird::tests::read(&[("bird.conf", &whole)], &crate::bird::Options::default());
    let router = crate::bird::configure::router(parsed);
    assert!(router.gaps.is_empty(), "{:?}", router.gaps);
    model(name, router)
}

fn frr(name: &str, text: &str) -> Model {
    let read = crate::frr::read(Arc::from("frr.conf"), &Arc::from(text));
    model(name, crate::frr::configure::router(read))
}

/// Each leak as `from > to certainty prefix`, and each gap.
fn told(models: &[Model]) -> Vec<String> {
    let network = crate::tests::network(POLICY);
    let models: Vec<&Model> = models.iter().collect();
    let leaks = leaks(&network, &models, &NoData);
    let mut told: Vec<String> = leaks
        .found
        .iter()
        .map(|leak| {
            let witness = leak.witness.as_ref().map_or_else(
                || "no witness".to_owned(),
                |witness| {
                    let communities: Vec<String> = witness
                        .received
                        .sent
                        .communities
                        .iter()
                        .map(ToString::to_string)
                        .collect();
                    format!(
                        "{} {} {}",
                        witness.received.prefix,
                        witness.received.sent.path,
                        communities.join(" ")
                    )
                },
            );
            format!(
                "{} > {} {} {}",
                leak.from.neighbor,
                leak.to.neighbor,
                leak.certainty.as_str(),
                witness.trim_end()
            )
        })
        .collect();
    told.extend(leaks.gaps.iter().map(|gap| gap.message.clone()));
    told
}

/// One router of BIRD: what transit sends is imported by `import`, what goes to the peer by
/// `export`.
fn between(definitions: &str, import: &str, export: &str) -> Vec<String> {
    told(&[bird(
        "fra",
        &format!(
            "{definitions}
protocol bgp transit {{ local 192.0.2.2 as 64500; neighbor 192.0.2.1 as 64501; ipv4 {{ import {import}; export none; }}; }}
protocol bgp peer {{ local 192.0.2.2 as 64500; neighbor 192.0.2.3 as 64502; ipv4 {{ import none; export {export}; }}; }}
"
        ),
    )])
}

#[test]
fn a_route_from_a_provider_to_a_peer_is_a_leak() {
    let leak = "transit > peer proven 198.51.100.0/24 64501";
    assert_eq!(between("", "all", "all"), [leak]);
    assert_eq!(between("", "all", "where source = RTS_BGP"), [leak]);
    assert_eq!(between("", "all", "where bgp_path ~ [= 64501 * =]"), [leak]);
    assert_eq!(between("", "all", "where source = RTS_STATIC"), [""; 0]);
    assert_eq!(
        between("", "all", "where net = 203.0.113.0/24"),
        ["transit > peer proven 203.0.113.0/24 64501"]
    );
    assert_eq!(
        between(
            "",
            "where net !~ [203.0.113.0/24+]",
            "where net = 203.0.113.0/24"
        ),
        [""; 0]
    );
    assert_eq!(between("", "none", "all"), [""; 0]);
    assert_eq!(
        between("", "all", "where bgp_path ~ [= 64503 * =]"),
        [""; 0]
    );
    assert_eq!(
        between("", "all", "where bgp_path ~ [= * 64503 =]"),
        ["transit > peer proven 198.51.100.0/24 64501 64503"]
    );
    assert_eq!(between("", "all", "where proto = \"customer\""), [""; 0]);
    assert_eq!(between("", "all", "where from = 192.0.2.1"), [leak]);
}

#[test]
fn our_own_communities_are_free_unless_they_are_taken_off() {
    let own = "where (64500, 1, 1) ~ bgp_large_community";
    assert_eq!(
        between("", "all", own),
        ["transit > peer proven 198.51.100.0/24 64501 64500:1:1"]
    );
    let strip = "filter { bgp_large_community.delete([(64500, *, *)]); accept; }";
    assert_eq!(between("", strip, own), [""; 0]);
    let partly = "filter { bgp_large_community.delete([(64500, 2..9, *)]); accept; }";
    assert_eq!(
        between("", partly, own),
        ["transit > peer proven 198.51.100.0/24 64501 64500:1:1"]
    );
    let marks = "filter { bgp_large_community.delete([(64500, *, *)]); bgp_large_community.add((64500, 1, 2)); accept; }";
    let not = "where (64500, 1, 2) !~ bgp_large_community";
    assert_eq!(between("", marks, not), [""; 0]);
    let closed = "filter { bgp_community.add((65535, 65281)); accept; }";
    assert_eq!(between("", closed, "all"), [""; 0]);
}

#[test]
fn functions_and_lists_are_followed() {
    let definitions = "
define BOGONS = [ 10.0.0.0/8+, 192.168.0.0/16+, 198.51.100.0/24+ ];
define CUSTOMERS = [ 64503, 64510 ];
function bogon() { if net ~ BOGONS then return true; return false; }
function clean() { if bogon() then reject; if net.len > 24 then reject; if bgp_path.len > 30 then reject; }
function ours() { return bgp_path.last ~ CUSTOMERS; }
";
    let import = "filter { clean(); bgp_local_pref = 80; accept; }";
    assert_eq!(
        between(
            definitions,
            import,
            "filter { if ours() then accept; reject; }"
        ),
        ["transit > peer proven 203.0.113.0/24 64501 64503"]
    );
    let guarded = "filter { clean(); if ours() then reject; accept; }";
    assert_eq!(
        between(
            definitions,
            guarded,
            "filter { if ours() then accept; reject; }"
        ),
        [""; 0]
    );
    let by_preference = "where bgp_local_pref > 90";
    assert_eq!(between(definitions, import, by_preference), [""; 0]);
}

#[test]
fn many_choices_that_make_no_difference_are_followed() {
    let action = |n: u32| {
        format!(
            "if (64500, {n}) ~ bgp_community then bgp_path.prepend(64500);
             if (64500, {n}, 1) ~ bgp_large_community then bgp_community.add((64501, {n}));
             "
        )
    };
    let actions: Vec<String> = (0..40).map(action).collect();
    let actions = actions.concat();
    let export = format!("filter {{ {actions} if net ~ [198.51.100.0/24] then accept; reject; }}");
    assert_eq!(
        between("", "all", &export),
        ["transit > peer proven 198.51.100.0/24 64501"]
    );
}

#[test]
fn a_policy_in_too_many_ways_is_not_clean() {
    let bit = |n: u32| format!("if (64500, {n}) ~ bgp_community then x = x + {};\n", 1 << n);
    let bits: Vec<String> = (0..20).map(bit).collect();
    let bits = bits.concat();
    let export = format!("filter int x; {{ x = 0; {bits} if x = 77777 then accept; reject; }}");
    let told = between("", "all", &export);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("more ways"), "{told:?}");
}

#[test]
fn roles_keep_routes_back() {
    let router = |transit: &str, peer: &str| {
        told(&[bird(
            "fra",
            &format!(
                "protocol bgp transit {{ local 192.0.2.2 as 64500; neighbor 192.0.2.1 as 64501; {transit} ipv4 {{ import all; export none; }}; }}
protocol bgp peer {{ local 192.0.2.2 as 64500; neighbor 192.0.2.3 as 64502; {peer} ipv4 {{ import none; export all; }}; }}
"
            ),
        )])
    };
    assert_eq!(router("", "").len(), 1);
    assert_eq!(router("local role customer;", "local role peer;"), [""; 0]);
    // Whoever marks the routes for us is not certain to.
    assert_eq!(router("", "local role peer;").len(), 1);
    assert_eq!(router("local role customer;", "").len(), 1);
}

#[test]
fn what_relation_a_neighbour_has_counts() {
    let pair = |from: (&str, u32), to: (&str, u32)| {
        told(&[bird(
            "fra",
            &format!(
                "protocol bgp one {{ local 192.0.2.2 as 64500; neighbor 192.0.2.1 as {}; {} ipv4 {{ import all; export none; }}; }}
protocol bgp two {{ local 192.0.2.2 as 64500; neighbor 192.0.2.3 as {}; {} ipv4 {{ import none; export all; }}; }}
",
                from.1, from.0, to.1, to.0
            ),
        )])
    };
    assert_eq!(pair(("", 64501), ("", 64503)), [""; 0]);
    assert_eq!(pair(("", 64503), ("", 64502)), [""; 0]);
    assert_eq!(pair(("", 64504), ("", 64502)), [""; 0]);
    assert_eq!(
        pair(("local role customer;", 64504), ("", 64502)),
        ["unsaid > peer likely 198.51.100.0/24 64504"]
    );
    // The same system at both ends drops it.
    assert_eq!(pair(("", 64501), ("", 64501)), [""; 0]);
}

#[test]
fn tables_and_pipes_are_followed() {
    let router = |pipe: &str| {
        told(&[bird(
            "fra",
            &format!(
                "ipv4 table upstream; ipv4 table peers;
protocol pipe p {{ table upstream; peer table peers; {pipe} }}
protocol bgp transit {{ local 192.0.2.2 as 64500; neighbor 192.0.2.1 as 64501; ipv4 {{ table upstream; import all; export none; }}; }}
protocol bgp peer {{ local 192.0.2.2 as 64500; neighbor 192.0.2.3 as 64502; ipv4 {{ table peers; import none; export all; }}; }}
"
            ),
        )])
    };
    assert_eq!(router("import none; export none;"), [""; 0]);
    assert_eq!(router("import all; export none;"), [""; 0]);
    assert_eq!(
        router("import none; export where net.len = 22;"),
        ["transit > peer proven 1.0.0.0/22 64501"]
    );
}

#[test]
fn internal_sessions_carry_routes_and_their_origin() {
    let first = |export: &str| {
        bird(
            "fra",
            &format!(
                "protocol bgp transit {{ local 192.0.2.2 as 64500; neighbor 192.0.2.1 as 64501; ipv4 {{ import filter {{ bgp_community.add((64500, 7)); accept; }}; export none; }}; }}
protocol bgp inside {{ local 192.0.2.10 as 64500; neighbor 192.0.2.20 as 64500; ipv4 {{ import all; export {export}; }}; }}
"
            ),
        )
    };
    let second = |export: &str| {
        bird(
            "ams",
            &format!(
                "protocol bgp inside {{ local 192.0.2.20 as 64500; neighbor 192.0.2.10 as 64500; ipv4 {{ import all; export all; }}; }}
protocol bgp peer {{ local 192.0.2.30 as 64500; neighbor 192.0.2.31 as 64502; ipv4 {{ import none; export {export}; }}; }}
"
            ),
        )
    };
    assert_eq!(
        told(&[first("all"), second("where (64500, 7) ~ bgp_community")]),
        ["transit > peer proven 198.51.100.0/24 64501"]
    );
    assert_eq!(
        told(&[first("all"), second("where (64500, 7) !~ bgp_community")]),
        [""; 0]
    );
    assert_eq!(
        told(&[first("where (64500, 7) !~ bgp_community"), second("all")]),
        [""; 0]
    );
    // With the other end elsewhere, whatever it sends is possible.
    assert_eq!(
        told(&[second("where (64500, 7) ~ bgp_community")]),
        ["inside > peer possible 198.51.100.0/24  64500:7"]
    );
}

#[test]
fn route_maps_are_followed() {
    let router = |policies: &str, list: &str| {
        told(&[frr(
            "fra",
            &format!(
                "frr version 8.4.4
frr defaults traditional
router bgp 64500
 neighbor 192.0.2.1 remote-as 64501
 neighbor 192.0.2.3 remote-as 64502
 address-family ipv4 unicast
  neighbor 192.0.2.1 route-map TRANSIT-IN in
  neighbor 192.0.2.1 route-map NOTHING out
  neighbor 192.0.2.3 route-map NOTHING in
  neighbor 192.0.2.3 route-map PEER-OUT out
 exit-address-family
!
ip prefix-list OURS seq 5 permit 203.0.113.0/24
bgp community-list standard CUSTOMER seq 5 permit 64500:100
bgp community-list expanded OWN seq 5 permit 64500:[0-9]+
bgp as-path access-list CONE seq 5 permit _64503$
route-map NOTHING deny 10
{policies}
{list}
"
            ),
        )])
    };
    let keep = "route-map TRANSIT-IN permit 10\n set local-preference 80\n";
    let strip = "route-map TRANSIT-IN permit 10\n set comm-list CUSTOMER delete\n set community 64500:200 additive\n";
    let leak = "route-map PEER-OUT permit 10\n match community CUSTOMER\n";
    assert_eq!(
        router(keep, leak),
        ["transit > peer proven 198.51.100.0/24 64501 64500:100"]
    );
    assert_eq!(router(strip, leak), [""; 0]);
    let ours = "route-map PEER-OUT permit 10\n match ip address prefix-list OURS\n";
    assert_eq!(
        router(keep, ours),
        ["transit > peer proven 203.0.113.0/24 64501"]
    );
    let widely = "route-map TRANSIT-IN permit 10\n set comm-list OWN delete\n";
    assert_eq!(router(widely, leak), [""; 0]);
    let refused = "route-map TRANSIT-IN deny 5\n match ip address prefix-list OURS\nroute-map TRANSIT-IN permit 10\n";
    assert_eq!(router(refused, ours), [""; 0]);
    let path = "route-map PEER-OUT permit 10\n match as-path CONE\n";
    assert_eq!(
        router(keep, path),
        ["transit > peer proven 198.51.100.0/24 64501 64503"]
    );
    let own = "route-map PEER-OUT permit 10\n match community OWN\n";
    assert_eq!(
        router(keep, own),
        ["transit > peer proven 198.51.100.0/24 64501 64500:0"]
    );
    assert_eq!(
        router(keep, "route-map PEER-OUT permit 10\n"),
        ["transit > peer proven 198.51.100.0/24 64501"]
    );
    assert_eq!(router(keep, "route-map PEER-OUT deny 10\n"), [""; 0]);
}

#[test]
fn loops_over_the_path_are_followed() {
    let definitions = "
define CONE = [ 64501, 64503, 64510 ];
function inside() { for int n in bgp_path do { if n !~ CONE then return false; } return true; }
function small() { for int n in bgp_path do { if n > 64509 && net.len > 20 then return false; } return true; }
";
    assert_eq!(
        between(definitions, "where ! inside()", "where inside()"),
        [""; 0]
    );
    assert_eq!(
        between(
            definitions,
            "all",
            "where inside() && bgp_path.last = 64503"
        ),
        ["transit > peer proven 198.51.100.0/24 64501 64503"]
    );
    let told = between(definitions, "all", "where small() && bgp_path.last = 64510");
    assert!(
        told.len() == 1 && told[0].starts_with("transit > peer proven"),
        "{told:?}"
    );
}

#[test]
fn nothing_nests_without_end() {
    let endless = "function deep(int n) { if bgp_path.len > n then { if deep(n + 1) then return true; } return false; }";
    let told = between(endless, "all", "where deep(0)");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("too deeply"), "{told:?}");
    let blocks = format!(
        "filter {{ {} accept; {} reject; }}",
        "if bgp_path.len > 1 then { ".repeat(60),
        "}".repeat(60)
    );
    assert_eq!(
        between("", "all", &blocks),
        ["transit > peer proven 198.51.100.0/24 64501 64501"]
    );
    let sum = format!("where bgp_med < 1{}", " + (1".repeat(40) + &")".repeat(40));
    assert_eq!(
        between("", "all", &sum),
        ["transit > peer proven 198.51.100.0/24 64501"]
    );
}
