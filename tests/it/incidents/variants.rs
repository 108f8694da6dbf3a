//! The same incidents and healthy changes on another network, done in other ways: what is found
//! must not depend on how a folder happens to be written.

use std::collections::{BTreeMap, BTreeSet};

use tempfile::TempDir;
use testkit::fleet::verdict::{Verdict, check};
use testkit::tree;

const POLICY: &str = r#"version: 1
bgp:
  asn: 64500
  owned:
    - { prefix: 198.51.100.0/24, max-length: 28, service: dns }
    - { prefix: 203.0.113.0/24, max-length: 24, service: web }
    - { prefix: 192.0.2.0/24, max-length: 24 }
  services:
    dns: { kind: anycast, critical: true, min-sites: 4 }
    web: { kind: anycast, min-sites: 3 }
  sites: { ams: , fra: , iad: , nrt: , sin: , sjc: }
  neighbors:
    transit-a: { asn: 64501, address: 192.0.2.1, relation: provider, accepts-blackhole: true }
  treat-as-public: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, AS64496-AS64511]
  sources:
    - { adapter: bird, glob: "routers/*/bird.conf", site-from: "routers/{site}/bird.conf" }
  data: { vrps: vrps.json, max-age: 48h }
"#;

const COMMON: &str = r#"define OWN4 = [ 198.51.100.0/24, 203.0.113.0/24 ];
define MYAS = 64500;
protocol device {}
protocol static anycast4 {
  ipv4 { preference 200; };
  route 198.51.100.0/24 blackhole;
  route 203.0.113.0/24 unreachable;
}
protocol static more { ipv4;
  include "../more/*.conf";
}
flow4 table flowtab4;
protocol static flows { flow4 { table flowtab4; };
  include "../flows/*.conf";
}
function is_own() { return source = RTS_STATIC && net ~ OWN4; }
filter to_transit {
  if proto = "more" then accept;
  if ! is_own() then { print "no: ", net; reject; }
  bgp_large_community.add((MYAS, 1, 1));
  accept;
}
template bgp transit {
  local as MYAS;
  hold time 90;
  ipv4 {
    import filter { if net.len > 24 then reject; accept; };
    import limit 1000000 action restart;
    export filter to_transit;
    next hop self;
  };
}
"#;

const ROUTER: &str = r#"router id 192.0.2.9;
log stderr all;
include "../../common/*.conf";
protocol bgp transit_a from transit { neighbor 192.0.2.1 as 64501; }
"#;

const SITES: [&str; 6] = ["ams", "fra", "iad", "nrt", "sin", "sjc"];

/// The state of a network: its files.
type State = BTreeMap<String, String>;

fn payloads(entries: &[(&str, u32)]) -> String {
    let entry = |(prefix, asn): &(&str, u32)| {
        format!(r#"{{"prefix":"{prefix}","maxLength":24,"asn":{asn},"ta":"ripe"}}"#)
    };
    let entries: Vec<String> = entries.iter().map(entry).collect();
    format!(
        r#"{{"metadata":{{"buildtime":"2026-11-21T12:00:00Z"}},"roas":[{}]}}"#,
        entries.join(",")
    )
}

const DNS: &str = "198.51.100.0/24";
const WEB: &str = "203.0.113.0/24";

fn healthy() -> State {
    let mut state = State::new();
    state.insert("preflight.yaml".to_owned(), POLICY.to_owned());
    state.insert("common/a.conf".to_owned(), COMMON.to_owned());
    // BIRD takes a pattern that nothing matches, in a folder that there is.
    for folder in ["more", "flows"] {
        state.insert(format!("{folder}/README"), String::new());
    }
    state.insert(
        "vrps.json".to_owned(),
        payloads(&[(DNS, 64500), (WEB, 64500)]),
    );
    for site in SITES {
        state.insert(format!("routers/{site}/bird.conf"), ROUTER.to_owned());
    }
    state
}

/// `state` with `from` replaced by `to` in one file, which may be new.
fn edited(mut state: State, path: &str, from: &str, to: &str) -> State {
    let text = state.entry(path.to_owned()).or_default();
    assert!(text.contains(from), "{path} has no `{from}`");
    *text = text.replace(from, to);
    state
}

fn common(from: &str, to: &str) -> State {
    edited(healthy(), "common/a.conf", from, to)
}

fn without(mut state: State, path: &str) -> State {
    assert!(state.remove(path).is_some(), "{path}");
    state
}

fn written(state: &State) -> TempDir {
    let files: Vec<(&str, &str)> = state
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    tree::write(&files)
}

/// Fails unless the change from `base` to `head` is denied by `rules` and by no others, and at
/// least `warned` by those.
#[track_caller]
fn expect_with(base: &State, head: &State, rules: &[&str], warned: &[&str]) {
    let (base, head) = (written(base), written(head));
    let tool = check(head.path()).arg("--base").arg(base.path());
    let verdict = Verdict::of(tool.arg("--head").arg(head.path()).report());
    assert_eq!(
        verdict.rules(),
        rules.iter().copied().collect::<BTreeSet<_>>(),
        "{verdict}"
    );
    let silent = warned
        .iter()
        .filter(|rule| !verdict.warned.contains(**rule));
    assert_eq!(silent.count(), 0, "{verdict} {:?}", verdict.warned);
    assert!(verdict.undecided.is_empty(), "{verdict}");
}

#[track_caller]
fn expect(base: &State, head: &State, rules: &[&str]) {
    expect_with(base, head, rules, &[]);
}

#[test]
fn a_service_is_lost_in_many_ways() {
    let lost = ["below-site-floor", "service-withdrawn"];
    let keep = "  bgp_large_community.add((MYAS, 1, 1));";
    for head in [
        common("  route 198.51.100.0/24 blackhole;\n", ""),
        common(
            keep,
            &format!("  if net = 198.51.100.0/24 then reject;\n{keep}"),
        ),
        common(
            keep,
            &format!(
                "  if net ~ [198.51.100.0/24] then bgp_community.add((65535, 65281));\n{keep}"
            ),
        ),
        common(
            keep,
            &format!("  case net.len {{ 24: if net != 203.0.113.0/24 then reject; }}\n{keep}"),
        ),
        common(
            "export filter to_transit;",
            "export where is_own() && net = 203.0.113.0/24;",
        ),
    ] {
        expect(&healthy(), &head, &lost);
    }
    // With the session it is both services.
    for (from, to) in [
        (
            "template bgp transit {\n",
            "template bgp transit {\n  disabled;\n",
        ),
        ("export filter to_transit;", "export none;"),
    ] {
        expect(&healthy(), &common(from, to), &lost);
    }
}

#[test]
fn a_site_goes_in_many_ways() {
    let router = "routers/sjc/bird.conf";
    let neighbor = "neighbor 192.0.2.1 as 64501;";
    let gone = without(healthy(), router);
    expect_with(&healthy(), &gone, &[], &["session-removed"]);
    let told = edited(gone, "preflight.yaml", ", sjc: }", " }");
    expect_with(&healthy(), &told, &[], &["session-removed"]);
    let rests = "disabled; neighbor 192.0.2.1 as 64501;";
    let rests = edited(healthy(), router, neighbor, rests);
    expect_with(&healthy(), &rests, &[], &["session-removed"]);
    for drained in [
        "ipv4 { export none; }; neighbor 192.0.2.1 as 64501;",
        "ipv4 { export where bgp_path.len > 99; }; neighbor 192.0.2.1 as 64501;",
    ] {
        expect(
            &healthy(),
            &edited(healthy(), router, neighbor, drained),
            &[],
        );
    }
    // The router stays, and has nobody to speak to.
    let silent = edited(
        healthy(),
        router,
        "protocol bgp transit_a from transit { neighbor 192.0.2.1 as 64501; }\n",
        "",
    );
    expect(&healthy(), &silent, &["session-removed"]);
    // And a site more.
    let base = edited(
        without(healthy(), router),
        "preflight.yaml",
        ", sjc: }",
        " }",
    );
    expect(&base, &healthy(), &[]);
}

#[test]
fn sources_by_entry_lose_and_gain_a_site() {
    let entry = |site: &str| {
        format!("    - {{ adapter: bird, site: {site}, entry: routers/{site}/bird.conf }}\n")
    };
    let glob = "    - { adapter: bird, glob: \"routers/*/bird.conf\", site-from: \"routers/{site}/bird.conf\" }\n";
    let all: String = SITES.map(entry).concat();
    let many = edited(healthy(), "preflight.yaml", glob, &all);
    let fewer = edited(many.clone(), "preflight.yaml", ", sjc: }", " }");
    let fewer = without(
        edited(fewer, "preflight.yaml", &entry("sjc"), ""),
        "routers/sjc/bird.conf",
    );
    expect_with(&many, &fewer, &[], &["session-removed"]);
    expect(&fewer, &many, &[]);
    expect(&many, &healthy(), &[]);
    expect(&healthy(), &many, &[]);
    // The file is there and nobody reads it any more.
    let unread = edited(many.clone(), "preflight.yaml", &entry("sjc"), "");
    expect_with(&many, &unread, &["policy-relaxed"], &["session-removed"]);
}

#[test]
fn host_routes_and_blackholes() {
    let route = |text: &str| edited(healthy(), "more/a.conf", "", text);
    let tagged = "  route 203.0.113.7/32 blackhole { bgp_community.add((65535, 666)); };\n";
    expect(&healthy(), &route(tagged), &[]);
    expect(
        &healthy(),
        &route(&tagged.replace("203.0.113.7", "203.0.113.8")),
        &[],
    );
    let refused = |state: State| edited(state, "preflight.yaml", ", accepts-blackhole: true", "");
    expect(
        &refused(healthy()),
        &refused(route(tagged)),
        &["blackhole-scope"],
    );
    let verdict = |base: &State, head: &State| {
        let (base, head) = (written(base), written(head));
        let tool = check(head.path()).arg("--base").arg(base.path());
        Verdict::of(tool.arg("--head").arg(head.path()).report())
    };
    let wide = route("  route 198.51.100.0/25 blackhole { bgp_community.add((65535, 666)); };\n");
    assert!(
        verdict(&healthy(), &wide)
            .rules()
            .contains("blackhole-scope")
    );
}

#[test]
fn space_of_others() {
    let route = |text: &str| {
        let state = edited(healthy(), "more/a.conf", "", text);
        let policy = "treat-as-public: [192.0.2.0/24, ";
        edited(
            state,
            "preflight.yaml",
            policy,
            &format!("{policy}198.18.0.0/15, "),
        )
    };
    let base = route("");
    let mut head = route("  route 198.18.7.0/24 blackhole;\n");
    expect(&base, &head, &["foreign-prefix"]);
    let known = payloads(&[(DNS, 64500), (WEB, 64500), ("198.18.0.0/16", 64505)]);
    head.insert("vrps.json".to_owned(), known);
    expect(&base, &head, &["foreign-prefix", "rov-invalid"]);
}

#[test]
fn private_numbers_come_out() {
    // What the payloads say of such an origin is another matter.
    let data = "  data: { vrps: vrps.json, max-age: 48h }\n";
    let bare = |state: State| edited(state, "preflight.yaml", data, "");
    let prepend = "  bgp_path.delete([64512..65534]);\n";
    let keep = "  bgp_large_community.add((MYAS, 1, 1));\n";
    let marked = "  route 203.0.113.0/24 unreachable { bgp_path.prepend(65010); };";
    let base = common(keep, &format!("{prepend}{keep}"));
    let route = "  route 203.0.113.0/24 unreachable;";
    let base = bare(edited(base, "common/a.conf", route, marked));
    expect(
        &base,
        &edited(base.clone(), "common/a.conf", prepend, ""),
        &["bogon-asn"],
    );
    let head = common(keep, &format!("  bgp_path.prepend(64512);\n{keep}"));
    expect(&bare(healthy()), &bare(head), &["bogon-asn"]);
}

#[test]
fn more_specifics_that_were_kept_back() {
    let routes: String = (0..12)
        .map(|number| format!("  route 198.51.100.{}/28 via 192.0.2.77;\n", number * 16))
        .collect();
    let marks = "if proto = \"more\" then { bgp_community.add((65535, 65281)); accept; }";
    let base = edited(healthy(), "more/a.conf", "", &routes);
    let base = edited(
        base,
        "common/a.conf",
        "if proto = \"more\" then accept;",
        marks,
    );
    let head = edited(
        base.clone(),
        "common/a.conf",
        marks,
        "if proto = \"more\" then accept;",
    );
    // Their length and what the payloads say of it was so before.
    expect(&base, &head, &["deaggregation", "no-export-removed"]);
}

#[test]
fn an_origin_moves() {
    let both = [(DNS, 64500), (WEB, 64500), (DNS, 64505), (WEB, 64505)];
    let mut base = healthy();
    base.insert("vrps.json".to_owned(), payloads(&both));
    let moved = edited(
        base.clone(),
        "common/a.conf",
        "MYAS = 64500",
        "MYAS = 64505",
    );
    let asn = edited(
        moved.clone(),
        "preflight.yaml",
        "  asn: 64500\n",
        "  asn: 64505\n",
    );
    let origins = "  asn: 64500\n  origins: [64500, 64505]\n";
    let listed = edited(moved.clone(), "preflight.yaml", "  asn: 64500\n", origins);
    let before = edited(base.clone(), "preflight.yaml", "  asn: 64500\n", origins);
    expect(&base, &asn, &[]);
    expect(&base, &listed, &[]);
    expect(&before, &listed, &[]);
    // Without the second authorization each of them is wrong.
    let mut early = listed;
    early.insert("vrps.json".to_owned(), payloads(&both[..2]));
    expect(&before, &early, &["origin-change", "rov-invalid"]);
}

#[test]
fn authorizations_change() {
    let with = |entries: &[(&str, u32)]| {
        let mut state = healthy();
        state.insert("vrps.json".to_owned(), payloads(entries));
        state
    };
    let stolen = with(&[(DNS, 64511), (WEB, 64511)]);
    expect(&healthy(), &stolen, &["roa-change-invalidates"]);
    let one = with(&[(DNS, 64500), (WEB, 64511)]);
    expect(&healthy(), &one, &["roa-change-invalidates"]);
    let more = with(&[(DNS, 64500), (WEB, 64500), (WEB, 64511)]);
    expect(&healthy(), &more, &[]);
    let unused = with(&[(DNS, 64500), (WEB, 64500), ("192.0.2.0/24", 0)]);
    expect(&healthy(), &unused, &[]);
    let used = with(&[(DNS, 64500), (WEB, 0)]);
    expect(&healthy(), &used, &["as0-covered"]);
}

#[test]
fn names_change() {
    let named = |state: State| edited(state, "preflight.yaml", "transit-a:", "carrier-a:");
    let mut head = named(healthy());
    for site in SITES {
        head = edited(
            head,
            &format!("routers/{site}/bird.conf"),
            "transit_a",
            "CarrierA",
        );
    }
    expect(&healthy(), &head, &[]);
    let bare = |state: State| edited(state, "preflight.yaml", ", address: 192.0.2.1", "");
    expect(&bare(healthy()), &bare(head), &[]);
}

#[test]
fn specifications_of_flows() {
    for (flow, rules) in [
        ("dst 203.0.113.7/32; proto = 17; sport = 123;", &[][..]),
        ("dst 203.0.113.7/32; proto = 6; dport = 80;", &[]),
        ("dst 203.0.113.7/32; proto = 6; dport = 179;", &[]),
        ("proto = 6; dport = 179;", &["flowspec-hits-bgp"]),
        (
            "dst 203.0.113.0/24; proto = 6; dport = 179;",
            &["flowspec-hits-bgp"],
        ),
        ("dst 0.0.0.0/0; proto = 6;", &["flowspec-hits-bgp"]),
        ("port = 179;", &["flowspec-hits-bgp"]),
        ("dst 192.0.2.1/32;", &["flowspec-hits-bgp"]),
    ] {
        let head = edited(
            healthy(),
            "flows/a.conf",
            "",
            &format!("  route flow4 {{ {flow} }};\n"),
        );
        expect(&healthy(), &head, rules);
    }
}

#[test]
fn limits_that_take_a_site_down() {
    for action in ["action disable", ""] {
        let head = common("action restart", action);
        expect_with(&healthy(), &head, &[], &["shutdown-on-limit"]);
    }
    let head = common("    import limit 1000000 action restart;\n", "");
    expect_with(&healthy(), &head, &[], &["missing-max-prefix"]);
}

#[test]
fn a_site_is_shut_down_gracefully() {
    let head = edited(
        healthy(),
        "routers/sjc/bird.conf",
        "neighbor 192.0.2.1",
        "ipv4 { export filter { if is_own() then { bgp_community.add((65535, 0)); accept; } reject; }; }; neighbor 192.0.2.1",
    );
    expect(&healthy(), &head, &[]);
}
