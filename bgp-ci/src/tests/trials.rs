//! `test-policy`, as people ask it.

use std::path::Path;

use rules::Exit;
use tempfile::TempDir;

use super::{command, folder};
use crate::trial::{Trial, Verdict};

const POLICY: &str = r"version: 1
bgp:
  asn: 64500
  owned: [{ prefix: 203.0.113.0/24 }]
  treat-as-public: [192.0.2.0/24, 203.0.113.0/24, AS64496-AS64511]
  sites: { fra: {}, ams: {}, iad: {} }
  neighbors: { transit-a: { asn: 64501 } }
  sources:
    - { adapter: bird, site: ams, entry: routers/edge.conf }
    - { adapter: bird, site: fra, entry: routers/edge.conf }
    - { adapter: bird, site: iad, entry: routers/iad.conf, router: iad-1 }
";

const EDGE: &str = r#"router id 192.0.2.2;
protocol device {}
roa4 table roas;
protocol rpki validator { roa4 { table roas; }; remote 192.0.2.99; }
define OURS = [ 203.0.113.0/24 ];
attribute int seen;
function label_ours() {
  bgp_community.add((64500, 100));
}
filter to_transit {
  if net ~ OURS then {
    label_ours();
    bgp_med = 10;
    seen = 1;
    accept;
  }
  reject;
}
filter from_transit {
  if bgp_path.len > 3 then reject "too long";
  if roa_check(roas, net, bgp_path.last) = ROA_INVALID then reject;
  if proto = "transit_a" then bgp_local_pref = 80;
  accept;
}
filter falls_off { if net ~ OURS then bgp_med = 1; }
protocol static ours { ipv4; route 203.0.113.0/24 blackhole; }
protocol bgp transit_a {
  local 192.0.2.2 as 64500;
  neighbor 192.0.2.1 as 64501;
  ipv4 { import filter from_transit; export where proto = "ours"; };
}
protocol bgp transit_b {
  local 192.0.2.2 as 64500;
  neighbor 192.0.2.5 as 64501;
  ipv4 { import none; export all; };
}
"#;

const IAD: &str = r"router id 192.0.2.3;
protocol device {}
filter to_transit { reject; }
filter only_here { accept; }
";

const VRPS: &str = r#"{"metadata":{"buildtime":"2026-11-21T20:00:00Z"},"roas":[
{"asn":"AS64502","prefix":"192.0.2.0/24","maxLength":24,"ta":"ripe"}]}"#;

fn estate() -> TempDir {
    folder(&[
        ("preflight.yaml", POLICY),
        ("routers/edge.conf", EDGE),
        ("routers/iad.conf", IAD),
        ("vrps.json", VRPS),
    ])
}

fn ask(cwd: &Path, args: &[&str]) -> (Exit, String) {
    let (exit, out, err) = command(cwd, &[&["test-policy"], args].concat());
    (exit, out + &err)
}

#[track_caller]
fn trial(cwd: &Path, args: &[&str]) -> (Exit, Trial) {
    let (exit, said) = ask(cwd, &[args, &["--format", "json"]].concat());
    (
        exit,
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}")),
    )
}

#[test]
fn what_a_filter_does_is_shown_line_by_line() {
    let dir = estate();
    let question = ["to_transit", "203.0.113.0/24", "--site", "fra"];
    let (exit, said) = ask(dir.path(), &question);
    assert_eq!(exit, Exit::Clean, "{said}");
    insta::assert_snapshot!("accepted", said);
    // Another router has a filter of this name that rejects the route.
    let (exit, said) = ask(dir.path(), &["to_transit", "203.0.113.0/24"]);
    assert_eq!(exit, Exit::Denied);
    insta::assert_snapshot!("rejected", said);
    let (exit, trial) = trial(dir.path(), &["to_transit", "203.0.113.0/24"]);
    assert_eq!((exit, trial.verdict), (Exit::Denied, Verdict::Rejected));
    let routers: Vec<Vec<&str>> = trial
        .results
        .iter()
        .map(|one| one.routers.iter().map(|one| &*one.router).collect())
        .collect();
    assert_eq!(routers, [vec!["ams", "fra"], vec!["iad-1"]]);
    assert_eq!(trial.results[0].outcomes[0].changes.len(), 3);
}

#[test]
fn what_is_not_known_leaves_it_open() {
    let dir = estate();
    let route = ["192.0.2.0/24", "path=64501,64502"];
    let (exit, said) = ask(dir.path(), &["from_transit", route[0], route[1]]);
    assert_eq!(exit, Exit::Undecided);
    insta::assert_snapshot!("undecided", said);
    let with = ["--vrps", "vrps.json"];
    let question = [&["from_transit"], &route[..], &with].concat();
    let (exit, answer) = trial(dir.path(), &question);
    assert_eq!(exit, Exit::Clean);
    // Either way it is accepted; what its preference becomes depends on the session.
    assert_eq!(answer.results[0].outcomes.len(), 2);
    let question = [&["transit_a.import"], &route[..], &with].concat();
    let (exit, answer) = trial(dir.path(), &question);
    assert_eq!(exit, Exit::Clean);
    let [outcome] = &*answer.results[0].outcomes else {
        panic!("{answer:?}");
    };
    assert_eq!(outcome.changes[0].after.as_deref(), Some("80"));
    let invalid = [
        "transit_a.import",
        "192.0.2.0/24 path=64501",
        "--vrps",
        "vrps.json",
    ];
    assert_eq!(trial(dir.path(), &invalid).0, Exit::Denied);
}

#[test]
fn sessions_have_policies_too() {
    let dir = estate();
    for (policy, route, exit) in [
        ("transit_a.export", "203.0.113.0/24", Exit::Clean),
        (
            "transit_a.export",
            "192.0.2.0/24 protocol=others",
            Exit::Denied,
        ),
        ("transit_a.export", "192.0.2.0/24", Exit::Undecided),
        ("transit_b.export", "192.0.2.0/24", Exit::Clean),
        ("transit_b.import", "192.0.2.0/24", Exit::Denied),
        ("transit_b.export", "2001:db8::/32", Exit::Denied),
        ("falls_off", "203.0.113.0/24", Exit::Denied),
        ("from_transit", "192.0.2.0/24 path=1,2,3,4", Exit::Denied),
        ("only_here", "192.0.2.0/24 source=bgp", Exit::Clean),
    ] {
        let (found, said) = ask(dir.path(), &[policy, route]);
        assert_eq!(found, exit, "{policy} {route}: {said}");
    }
}

#[test]
fn a_question_without_sense_says_what_to_do() {
    let dir = estate();
    for (args, said) in [
        (
            &["to_transite", "203.0.113.0/24"][..],
            "did you mean `to_transit`?",
        ),
        (
            &["nothing", "203.0.113.0/24"],
            "there are `falls_off`, `from_transit`",
        ),
        (
            &["to_transit", "203.0.113.0/24", "--site", "frx"],
            "did you mean `fra`?",
        ),
        (
            &["to_transit", "203.0.113.0/24", "--router", "iad"],
            "there are `ams`, `fra`, `iad-1`",
        ),
        (
            &[
                "to_transit",
                "203.0.113.0/24",
                "--router",
                "iad-1",
                "--site",
                "fra",
            ],
            "no router of this name is at this site",
        ),
        (&["to_transit", "203.0.113.1/24"], "203.0.113.0/24"),
        (
            &["to_transit", "203.0.113.0/24", "metric=1"],
            "a route has no `metric`",
        ),
        (&["to_transit"], "<ROUTE>"),
    ] {
        let (exit, complaint) = ask(dir.path(), args);
        assert_eq!(exit, Exit::Undecided, "{args:?}: {complaint}");
        assert!(complaint.contains(said), "{args:?}: {complaint}");
    }
    let none = POLICY.split_inclusive('\n').take(7).collect::<String>();
    std::fs::write(dir.path().join("preflight.yaml"), none).unwrap();
    let (exit, complaint) = ask(dir.path(), &["to_transit", "203.0.113.0/24"]);
    assert_eq!(exit, Exit::Undecided);
    assert!(complaint.contains("names no router's files"), "{complaint}");
}

#[test]
fn what_cannot_be_seen_is_no_acceptance() {
    let dir = estate();
    let iad = dir.path().join("routers/iad.conf");
    // The file that may define the filter is not there.
    std::fs::write(&iad, "include \"missing.conf\";\n").unwrap();
    let (exit, said) = ask(dir.path(), &["to_transit", "203.0.113.0/24"]);
    assert_eq!(exit, Exit::Undecided, "{said}");
    assert!(said.contains("missing.conf"), "{said}");
    let (exit, said) = ask(dir.path(), &["only_here", "203.0.113.0/24"]);
    assert_eq!(exit, Exit::Undecided);
    assert!(said.contains("could not be seen"), "{said}");
    // BIRD would not load it, so what runs is another file.
    std::fs::write(&iad, format!("{IAD}\nprotocol bgp {{ local as 64500 }}\n")).unwrap();
    let (exit, said) = ask(dir.path(), &["only_here", "203.0.113.0/24"]);
    assert_eq!(exit, Exit::Undecided, "{said}");
}

#[test]
fn what_is_not_followed_is_said_where_it_matters() {
    let dir = estate();
    // What transit_a sends could go to transit_b, on each of two routers.
    let said = "whether 2 sessions pass any of them on is not judged";
    let (_, _, complaint) = command(dir.path(), &["check"]);
    assert!(complaint.replace("\n ", "").contains(said), "{complaint}");
    let (_, json, _) = command(dir.path(), &["check", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["stats"]["notes"][0].as_str().unwrap().contains(said));
    let (_, markdown, _) = command(dir.path(), &["check", "--format", "markdown"]);
    assert_eq!(
        markdown.matches("Note: routes that routers take").count(),
        1
    );
    let both = ["diff", "--base", ".", "--head", "."];
    let (_, human, _) = command(dir.path(), &both);
    assert!(human.contains("note: routes that routers take"), "{human}");
    let (_, markdown, _) = command(dir.path(), &[&both[..], &["--format", "markdown"]].concat());
    assert!(
        markdown.contains("Note: routes that routers take"),
        "{markdown}"
    );
    // Without a session that anything comes in by there is nothing to say.
    let closed = EDGE.replace("import filter from_transit", "import none");
    std::fs::write(dir.path().join("routers/edge.conf"), closed).unwrap();
    for format in ["human", "json", "markdown"] {
        let (_, said, complaint) = command(dir.path(), &["check", "--format", format]);
        assert!(!(said + &complaint).contains("not judged"));
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let dir = estate();
    let question = ["to_transit", "203.0.113.0/24", "--format", "json", "--jobs"];
    let one = ask(dir.path(), &[&question[..], &["1"]].concat());
    let many = ask(dir.path(), &[&question[..], &["8"]].concat());
    assert_eq!(one, many);
    let (exit, said) = ask(dir.path(), &[&question[..], &["0"]].concat());
    assert_eq!(exit, Exit::Undecided, "{said}");
}

/// What is wrong is said once, at the line that is wrong.
#[test]
fn each_mistake_is_said_once() {
    let dir = estate();
    let iad = dir.path().join("routers/iad.conf");
    let session = |asn: &str, export: &str| {
        format!(
            "{IAD}protocol static ours {{ ipv4; route 203.0.113.0/24 blackhole; }}\n\
             protocol bgp transit_a {{ local 192.0.2.3 as 64500; neighbor 192.0.2.1 as {asn}; \
             ipv4 {{ import none; {export}; }}; }}\n"
        )
    };
    for (text, said) in [
        (
            session("64501", "export filter nothing"),
            "undefined-reference]: no filter `nothing`",
        ),
        (
            session("${ASN}", "export filter only_here"),
            "undecided: the placeholder `ASN` has no value",
        ),
    ] {
        std::fs::write(&iad, text).unwrap();
        let (_, out, _) = command(dir.path(), &["check", "--format", "concise"]);
        let of_iad: Vec<&str> = out
            .lines()
            .filter(|line| line.contains("iad.conf"))
            .collect();
        assert_eq!(of_iad.len(), 1, "{out}");
        assert!(of_iad[0].contains(said), "{out}");
    }
    std::fs::remove_file(&iad).unwrap();
    let (_, out, _) = command(dir.path(), &["check", "--format", "concise"]);
    let line = "preflight.yaml:11";
    let said = "there is no file `routers/iad.conf`: the `entry` of this source must name one";
    let found = out
        .lines()
        .any(|one| one.contains(line) && one.contains(said));
    assert!(found, "{out}");
}

/// A router that runs FRR.
const FRR: &str = "frr version 8.4.4
frr defaults traditional
ip route 203.0.113.0/24 Null0
ip prefix-list OURS seq 5 permit 203.0.113.0/24 le 25
ip prefix-list OURS seq 10 deny 192.0.2.0/24 le 32
ip prefix-list OURS seq 15 permit 192.0.2.0/23
ipv6 prefix-list OURS seq 5 permit 2001:db8::/32
bgp community-list standard BLOCKED permit 64500:666
bgp as-path access-list SHORT permit ^[0-9]+$
!
route-map TO-TRANSIT deny 10
 match community BLOCKED
!
route-map TO-TRANSIT permit 20
 match ip address prefix-list OURS
 set community 64500:100 additive
 set metric 10
!
route-map UNUSED permit 10
 match ip address prefix-list NOWHERE
!
router bgp 64500
 neighbor 192.0.2.1 remote-as 64501
 neighbor 192.0.2.5 remote-as 64502
 address-family ipv4 unicast
  network 203.0.113.0/24
  neighbor 192.0.2.1 route-map TO-TRANSIT out
  neighbor 192.0.2.1 filter-list SHORT in
  neighbor 192.0.2.5 route-map MISSING in
";

fn frr_estate() -> TempDir {
    let folder = estate();
    let policy = POLICY.replace("bird, site: iad, entry", "frr, site: iad, entry");
    std::fs::write(folder.path().join("preflight.yaml"), policy).unwrap();
    std::fs::write(folder.path().join("routers/iad.conf"), FRR).unwrap();
    folder
}

#[test]
fn route_maps_and_lists_are_asked_by_their_names() {
    let dir = frr_estate();
    for (policy, route, exit) in [
        ("TO-TRANSIT", "203.0.113.0/24", Exit::Clean),
        (
            "TO-TRANSIT",
            "203.0.113.0/24 communities=64500:666",
            Exit::Denied,
        ),
        ("TO-TRANSIT", "198.51.100.0/24", Exit::Denied),
        // The list for networks of the other family is not the one that the map asks.
        ("TO-TRANSIT", "2001:db8::/32", Exit::Denied),
        ("OURS", "203.0.113.0/25", Exit::Clean),
        ("prefix-list OURS", "203.0.113.0/26", Exit::Denied),
        ("prefix-list OURS", "192.0.2.0/24", Exit::Denied),
        ("prefix-list OURS", "2001:db8::/32", Exit::Clean),
        (
            "community-list BLOCKED",
            "192.0.2.0/24 communities=64500:666",
            Exit::Clean,
        ),
        ("BLOCKED", "192.0.2.0/24", Exit::Denied),
        (
            "as-path access-list SHORT",
            "192.0.2.0/24 path=64501",
            Exit::Clean,
        ),
        ("SHORT", "192.0.2.0/24 path=64501,64502", Exit::Denied),
        ("UNUSED", "203.0.113.0/24", Exit::Denied),
        ("192.0.2.1.export", "203.0.113.0/24", Exit::Clean),
        ("192.0.2.1.export", "198.51.100.0/24", Exit::Denied),
        ("192.0.2.1.import", "192.0.2.0/24 path=64501", Exit::Clean),
        (
            "192.0.2.1.import",
            "192.0.2.0/24 path=64501,64502",
            Exit::Denied,
        ),
        // Nothing is called MISSING, and towards this neighbour there is no policy at all.
        ("192.0.2.5.import", "192.0.2.0/24 path=64502", Exit::Denied),
        ("192.0.2.5.export", "203.0.113.0/24", Exit::Denied),
    ] {
        let (found, said) = ask(dir.path(), &[policy, route, "--site", "iad"]);
        assert_eq!(found, exit, "{policy} {route}: {said}");
    }
    let (_, said) = ask(dir.path(), &["TO-TRANSIT", "203.0.113.0/24"]);
    insta::assert_snapshot!("frr_accepted", said);
    let (_, said) = ask(dir.path(), &["prefix-list OURS", "192.0.2.0/24"]);
    insta::assert_snapshot!("frr_rejected", said);
    let (exit, said) = ask(
        dir.path(),
        &["TO-TRANSITS", "203.0.113.0/24", "--site", "iad"],
    );
    assert_eq!(exit, Exit::Undecided);
    assert!(said.contains("did you mean `TO-TRANSIT`?"), "{said}");
    let (_, said) = ask(
        dir.path(),
        &["nothing-like-it", "203.0.113.0/24", "--site", "iad"],
    );
    assert!(said.contains("`community-list BLOCKED`"), "{said}");
    // What nobody uses changes nothing of what is judged.
    let (_, out, _) = command(dir.path(), &["check", "--format", "concise"]);
    assert!(!out.contains("NOWHERE"), "{out}");
    assert!(out.contains("MISSING"), "{out}");
}
