//! `search-policy`, as people ask it.

use std::path::Path;

use rules::Exit;
use tempfile::TempDir;

use super::{command, folder};
use crate::search::{Answer, Kind};

const POLICY: &str = r"version: 1
bgp:
  asn: 64500
  owned: [{ prefix: 203.0.113.0/24 }]
  treat-as-public: [203.0.113.0/24]
  sites: { fra: {} }
  neighbors: { transit-a: { asn: 64501, relation: provider } }
  sources: [{ adapter: bird, site: fra, entry: fra.conf }]
";

const ROUTER: &str = r"router id 192.0.2.1;
filter out_a {
  if net ~ [ 203.0.113.0/24 ] then accept;
  if (64500, 1, 1) ~ bgp_large_community && bgp_path ~ [= 64501 * 64505 =] then accept;
  reject;
}
protocol bgp transit_a {
  local 192.0.2.2 as 64500;
  neighbor 192.0.2.9 as 64501;
  ipv4 { import all; export filter out_a; };
}
";

fn estate() -> TempDir {
    folder(&[("preflight.yaml", POLICY), ("fra.conf", ROUTER)])
}

#[track_caller]
fn search(cwd: &Path, args: &[&str]) -> (Exit, Answer) {
    let whole = [&["search-policy"], args, &["--format", "json"]].concat();
    let (exit, out, err) = command(cwd, &whole);
    let answer = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    (exit, answer)
}

#[test]
fn a_route_that_passes_is_one_that_test_policy_accepts() {
    let estate = estate();
    let args = ["out_a", "--not-prefix", "203.0.113.0/24"];
    let (exit, answer) = search(estate.path(), &args);
    assert_eq!((exit, answer.answer), (Exit::Denied, Kind::Witness));
    let witness = answer.results[0].witness.clone().unwrap();
    assert!(witness.contains("64500:1:1"), "{witness}");
    let (exit, ..) = command(estate.path(), &["test-policy", "out_a", &witness]);
    assert_eq!(exit, Exit::Clean, "{witness}");
}

#[test]
fn that_there_is_none_is_proven() {
    let estate = estate();
    for args in [
        &[
            "out_a",
            "--not-prefix",
            "203.0.113.0/24",
            "--without-community",
            "64500:1:1",
        ][..],
        &[
            "out_a",
            "--prefix",
            "198.51.100.0/24+",
            "--not-path",
            "64501 * 64505",
        ],
        &["out_a", "--prefix", "198.51.100.0/24", "--path", "* 64506"],
        &[
            "out_a",
            "--prefix",
            "2001:db8::/32+",
            "--community",
            "64500:1",
            "--not-path",
            "* 64505",
        ],
        &["transit_a.import", "--verdict", "reject"],
        &["transit_a.import", "--path", "64502 *"],
    ] {
        let (exit, answer) = search(estate.path(), args);
        assert_eq!((exit, answer.answer), (Exit::Clean, Kind::None), "{args:?}");
    }
}

#[test]
fn what_makes_no_sense_is_undecided() {
    let estate = estate();
    for args in [
        &["out_b"][..],
        &["out_a", "--prefix", "203.0.113.0"],
        &["out_a", "--community", "none"],
        &["out_a", "--path", "("],
        &["out_a", "--site", "ams"],
    ] {
        let (exit, out, err) = command(estate.path(), &[&["search-policy"], args].concat());
        assert_eq!(exit, Exit::Undecided, "{args:?}: {out}{err}");
    }
}
