//! Flow specifications in BIRD's tables, judged by what they would do to the sessions beside them.

use rules::Certainty;

use super::judge_with;

const POLICY: &str = r#"version: 1
bgp:
  asn: 64500
  owned: [{ prefix: 203.0.113.0/24 }]
  treat-as-public: [192.0.2.0/24, 203.0.113.0/24, "2001:db8::/32", AS64496-AS64511]
  sites: { fra: {} }
  neighbors: { transit-a: { asn: 64501, presents-as: 64500 } }
  sources: [{ adapter: bird, site: fra, entry: bird.conf }]
"#;

/// Messages and certainties about a router with two sessions and the route `flow`.
fn found(flow: &str) -> Vec<(String, Certainty)> {
    let text = format!(
        "router id 192.0.2.2;
define BGP = 179;
flow4 table f4;
flow6 table f6;
protocol device {{}}
protocol static mitigate {{ {flow}; }}
protocol bgp transit_a {{
  local 192.0.2.2 as 64500;
  neighbor 192.0.2.1 as 64501;
  ipv4 {{ import none; export none; }};
}}
protocol bgp transit_b {{
  local 2001:db8::2 as 64500;
  neighbor 2001:db8::1 as 64501;
  ipv6 {{ import none; export none; }};
}}
"
    );
    let outcome = judge_with(None, (POLICY, &[("bird.conf", &text)]));
    assert_eq!(outcome.undecided, [], "{flow}");
    let found = outcome.findings.iter();
    found
        .filter(|finding| finding.rule.id != "undeclared-neighbor")
        .inspect(|finding| assert_eq!(finding.rule.id, "flowspec-hits-bgp", "{finding:?}"))
        .map(|finding| (finding.message.clone(), finding.certainty))
        .collect()
}

fn four(matches: &str) -> Vec<(String, Certainty)> {
    found(&format!(
        "flow4 {{ table f4; }}; route flow4 {{ {matches} }}"
    ))
}

fn six(matches: &str) -> Vec<(String, Certainty)> {
    found(&format!(
        "flow6 {{ table f6; }}; route flow6 {{ {matches} }}"
    ))
}

#[test]
fn what_ends_every_session_or_one_is_found() {
    let everything = "ends every BGP session that it reaches";
    for matches in [
        "proto = 6; dport = 179;",
        "proto 6;",
        "dport BGP;",
        "port 179;",
        "",
        "proto 6, 17; dport 1..1023;",
        "proto 6; dport > 100 && < 200;",
        "proto 6; sport >= 1024; dport 179;",
        // The way back goes from port 179.
        "proto 6; dport != 179;",
        "proto 6; sport 179;",
    ] {
        let found = four(matches);
        assert_eq!(found.len(), 1, "{matches}");
        assert!(found[0].0.contains(everything), "{matches}: {found:?}");
        assert_eq!(found[0].1, Certainty::Proven);
    }
    for matches in [
        "dst 192.0.2.0/24; proto 6;",
        "dst 192.0.2.1/32; dport 179;",
        "dst 192.0.2.2/32; dport 179;",
        "src 192.0.2.1/32; sport 179;",
        "src 192.0.2.1/32;",
        "src 192.0.2.1/32; dst 192.0.2.2/32;",
    ] {
        let found = four(matches);
        assert_eq!(found.len(), 1, "{matches}");
        assert!(
            found[0].0.contains("`transit-a` at `fra`"),
            "{matches}: {found:?}"
        );
    }
    let found = six("next header 6; dport 179;");
    assert!(found[0].0.contains(everything), "{found:?}");
    let found = six("dst 2001:db8::2/128; next header = 6;");
    assert!(found[0].0.contains("`transit-a` at `fra`"), "{found:?}");
}

#[test]
fn what_leaves_bgp_alone_passes() {
    for matches in [
        "proto 17;",
        "dst 192.0.2.0/24; icmp type 8; icmp code 0;",
        "proto 17; dport 179;",
        "proto 6; dport 80, 443;",
        "proto 6; dport 5..2;",
        "dst 203.0.113.7/32; proto 6;",
        "dst 192.0.2.9/32; proto 6; dport 179;",
        "src 192.0.2.1/32; dst 203.0.113.7/32;",
        "src 203.0.113.0/24;",
    ] {
        assert_eq!(four(matches), [], "{matches}");
    }
    assert_eq!(six("dst 2001:db8:f::/48;"), []);
    assert_eq!(
        found("disabled; flow4 { table f4; }; route flow4 { proto 6; }"),
        []
    );
    assert_eq!(
        found("flow4 { table f4; import none; }; route flow4 { proto 6; }"),
        []
    );
}

#[test]
fn a_condition_that_is_not_modelled_leaves_a_possibility() {
    for matches in [
        "proto 6; tcp flags 0x02/0x12;",
        "proto 6; length > 1000;",
        "fragment is_fragment;",
    ] {
        let found = four(matches);
        assert_eq!(found.len(), 1, "{matches}");
        assert_eq!(found[0].1, Certainty::Possible, "{matches}");
    }
    assert_eq!(
        six("dst 2001:db8::/32 offset 16;")[0].1,
        Certainty::Possible
    );
}

#[test]
fn what_is_done_to_packets_counts() {
    let with = |actions: &str| {
        let actions: Vec<String> = actions
            .split_whitespace()
            .map(|action| format!("bgp_ext_community.add((generic, {action})); "))
            .collect();
        four_with("proto 6; dport 179;", &actions.concat())
    };
    // Nothing passes; not a number passes nothing; into another VRF.
    for actions in [
        "0x80060000,0",
        "0x800c0000,0x0",
        "0x80060000,0x7fc00000",
        "0x8008fbf4,7",
        "0x80090000,7 0x80060000,0",
    ] {
        assert_eq!(with(actions).len(), 1, "{actions}");
    }
    // A rate of 9,600 bytes a second, a DSCP, a sample.
    for actions in ["0x80060000,0x46160000", "0x80090000,7", "0x80070000,2"] {
        assert_eq!(with(actions), [], "{actions}");
    }
    // A label that is no action says nothing.
    assert_eq!(with("0x00020000,1").len(), 1);
}

fn four_with(matches: &str, block: &str) -> Vec<(String, Certainty)> {
    found(&format!(
        "flow4 {{ table f4; }}; route flow4 {{ {matches} }} {{ {block} }}"
    ))
}
