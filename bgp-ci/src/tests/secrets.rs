//! Passwords in routers' files: every one is found, and none is ever shown.

use std::path::Path;

use rules::Exit;
use tempfile::TempDir;

use super::{command, write};

/// Everything that is a secret here has this in it.
const MARK: &str = "hunter";

const POLICY: &str = r#"version: 1
bgp:
  asn: 64500
  owned: [{ prefix: 203.0.113.0/24 }]
  treat-as-public: [192.0.2.0/24, 203.0.113.0/24, AS64496-AS64511]
  sites: { fra: {}, ams: {} }
  neighbors: { transit-a: { asn: 64501 } }
  sources:
    - adapter: bird
      site: fra
      entry: routers/fra.conf
      include: { overlay.conf: sites/fra.conf }
      vars: { from_vault: x, named_in_vault: '"y"' }
    - { adapter: bird, site: ams, entry: routers/ams.conf }
"#;

const FRA: &str = r#"router id 192.0.2.2;
define OURS = [ 203.0.113.0/24 ];
define PASSPHRASE = "hunter-constant";
define ALIAS = PASSPHRASE;
# password "hunter-comment";
filter to_transit { if net ~ OURS then accept; reject; }
template bgp external {
  local 192.0.2.2 as 64500;
  password "hunter-template"; ipv4 { import none; export filter to_transit; };
}
protocol device {}
protocol static ours { ipv4; route 203.0.113.0/24 blackhole; }
include "overlay.conf";
include "shared/*.conf";
protocol bgp transit_c from external {
  neighbor 192.0.2.13 as 64501;
  password ALIAS;
}
protocol bgp transit_d from external {
  neighbor 192.0.2.17 as 64501;
  password "${from_vault}";
}
protocol bgp transit_e from external {
  neighbor 192.0.2.21 as 64501;
  password named_in_vault;
}
protocol bgp transit_f from external {
  neighbor 192.0.2.25 as 64501;
  password "{{ lookup('vault') }}";
}
"#;

const OVERLAY: &str = r#"protocol bgp transit_a from external {
  neighbor 192.0.2.1 as 64501;
  include "../routers/password.conf";
}
"#;

const SHARED: &str = r#"protocol ospf v2 inside {
  area 0 {
    interface "eth0" {
      authentication cryptographic;
      password "hunter-ospf" { id 1; algorithm hmac sha256; };
    };
  };
}
protocol rip { ipv4 { export none; import none; }; interface "eth1" { authentication plaintext; password "hunter-rip"; }; }
protocol babel { interface "eth2" { authentication mac; password "hunter-babel"; }; }
protocol bfd { interface "eth3" { password "hunter-bfd"; }; }
roa4 table roas;
protocol rpki {
  roa4 { table roas; };
  remote 192.0.2.9 port 22;
  transport ssh { bird private key "/etc/bird/id"; remote public key "/etc/bird/validator"; user "bird"; };
}
protocol bgp transit_b from external {
  neighbor 192.0.2.5 as 64501;
  authentication ao;
  keys { key { id 0; secret "hunter-ao"; }; };
}
"#;

/// A router whose file cannot be read in three places, each with a password in it.
const AMS: &str = r#"router id 192.0.2.3;
protocol device {}
protocol bgp transit_a {
  local 192.0.2.3 as 64500;
  neighbor 192.0.2.1 as 64501;
  password hunter2;
  ipv4 { import none; export none; };
}
protocol bgp transit_b {
  local 192.0.2.3 as 64500;
  neighbor 192.0.2.5 as 64501;
  password "hunter-open;
  ipv4 { import none; export none; };
}
protocol nobody_knows {
  password "hunter-unknown";
}
"#;

fn estate() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for side in ["base", "head"] {
        let ospf = if side == "base" { "" } else { SHARED };
        let files = [
            ("preflight.yaml", POLICY),
            ("routers/fra.conf", FRA),
            ("routers/ams.conf", AMS),
            ("routers/password.conf", "password \"hunter-include\";\n"),
            ("sites/fra.conf", OVERLAY),
            ("routers/shared/all.conf", ospf),
        ];
        write(&folder.path().join(side), &files);
    }
    folder
}

fn ask(cwd: &Path, args: &[&str]) -> (Exit, String) {
    let (exit, out, err) = command(cwd, args);
    (exit, out + &err)
}

#[test]
fn every_secret_is_found_where_it_stands() {
    let dir = estate();
    let (_, said) = ask(
        dir.path(),
        &["check", "--head", "head", "--format", "concise"],
    );
    let mut found: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("secret-in-config"))
        .map(|line| line.strip_prefix("head/").unwrap())
        .collect();
    found.sort_unstable();
    insta::assert_snapshot!("secrets", found.join("\n"));
}

#[test]
fn no_secret_is_ever_shown() {
    let dir = estate();
    let both = ["--base", "base", "--head", "head"];
    let mut questions: Vec<Vec<&str>> = Vec::new();
    for format in [
        "human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown",
    ] {
        questions.push([&["check"], &both[..], &["--format", format]].concat());
    }
    for format in ["human", "json", "markdown", "plan"] {
        questions.push([&["diff"], &both[..], &["--format", format]].concat());
    }
    for format in ["human", "json"] {
        let why = ["why", "203.0.113.0/24", "--format", format];
        questions.push([&why[..], &both].concat());
        for filter in ["to_transit", "transit_a.export"] {
            let test = ["test-policy", filter, "203.0.113.0/24", "--format", format];
            questions.push([&test[..], &["--head", "head"]].concat());
        }
    }
    for question in questions {
        let (_, said) = ask(dir.path(), &question);
        assert!(said.len() > 20, "{question:?}: {said}");
        assert!(!said.contains(MARK), "{question:?}: {said}");
    }
    let files = std::fs::read_dir(dir.path()).unwrap();
    assert_eq!(files.count(), 2);
}

#[test]
fn a_dump_of_what_was_read_has_no_secret_of_a_session() {
    for text in [AMS, SHARED] {
        let options = crate::bird::Options::default();
        let parsed = crate::bird::tests::read(&[("bird.conf", text)], &options);
        assert!(!parsed.secrets.is_empty());
        assert!(!format!("{parsed:?}").contains(MARK));
        assert!(!format!("{:?}", crate::bird::configure::router(parsed)).contains(MARK));
    }
}
