//! What is said about mistakes in routers' files: each once, where it is, and nothing that only
//! follows from it.

use rules::Outcome;

use super::{File, judge_with, listed};

const POLICY: &str = "\
version: 1
bgp:
  asn: 64500
  owned: [{ prefix: 203.0.113.0/24 }]
  treat-as-public: [203.0.113.0/24]
  sites: { ams: {}, fra: {}, iad: {} }
  neighbors: { transit: { asn: 64501, address: 192.0.2.1 }, ix: { asn: 64502, address: 192.0.2.9 } }
  sources:
    - { adapter: bird, site: ams, entry: bird.conf, include: { site.conf: ams.conf } }
    - { adapter: bird, site: fra, entry: bird.conf, include: { site.conf: fra.conf } }
    - { adapter: bird, site: iad, entry: bird.conf, include: { site.conf: iad.conf } }
";

const SHARED: &str = "\
include \"site.conf\";
router id 192.0.2.2;
protocol static { ipv4; route 203.0.113.0/24 reject; }
filter sent {
  if pop = \"ams\" then bgp_community.add((64501, 70));
  bgp_community.add((64501, 80));
  accept;
}
protocol bgp transit {
  local 192.0.2.2 as 64500;
  neighbor 192.0.2.1 as 64501;
  ipv4 { import none; export filter sent; };
}
protocol bgp ix {
  local 192.0.2.2 as 64500;
  neighbor 192.0.2.9 as 64502;
  ipv4 { import none; export filter sent; };
}
";

const SITES: [File<'_>; 3] = [
    ("ams.conf", "define pop = \"ams\";\n"),
    ("fra.conf", "define pop = \"fra\";\n"),
    ("iad.conf", "define pop = \"iad\";\n"),
];

/// The change that replaces `old` by `new` in the file that all routers share.
#[track_caller]
fn changed(old: &str, new: &str) -> Outcome {
    let head = SHARED.replace(old, new);
    assert_ne!(head, SHARED);
    let with = |shared| {
        let mut files = vec![("bird.conf", shared)];
        files.extend(SITES);
        files
    };
    let (base, head) = (with(SHARED), with(&head));
    judge_with(Some((POLICY, &base)), (POLICY, &head))
}

#[track_caller]
fn said(old: &str, new: &str) -> Vec<String> {
    let outcome = changed(old, new);
    assert_eq!(outcome.undecided, []);
    listed(&outcome)
}

#[test]
fn a_shared_file_has_its_mistake_once() {
    let outcome = changed("(64501, 80));", "(64501, 80))");
    assert_eq!(
        listed(&outcome),
        ["unparsed-config: expected `;`, found `accept`"]
    );
    assert_eq!(
        outcome.findings[0].notes,
        ["what ix and transit at ams, fra and iad receive is therefore not known"]
    );
    assert_eq!(
        said("if pop =", "if pol ="),
        [
            "undefined-reference: no constant `pol` is defined before this line: did you mean \
             `pop`?"
        ]
    );
}

#[test]
fn what_cannot_be_read_is_not_called_missing() {
    // One `;` is missing, and neither the policy nor the session's own number.
    assert_eq!(
        said(
            "as 64501;\n  ipv4 { import none; export filter sent; }",
            "as 64501;\n  ipv4 { import none; export filter sent }"
        ),
        ["unparsed-config: expected `;`, found `}`"]
    );
    assert_eq!(
        said(
            "local 192.0.2.2 as 64500;\n  neighbor 192.0.2.1",
            "local 192.0.2.2 as 64500\n  neighbor 192.0.2.1"
        ),
        ["unparsed-config: expected `port`, `as` or `;`, found `neighbor`"]
    );
    assert_eq!(
        said("static { ipv4;", "static { ipv5;"),
        ["unparsed-config: expected a setting of a static protocol or `}`, found `ipv5`"]
    );
    // A policy that really is missing is told twice: the daemon refuses it, and what is missing.
    assert_eq!(
        said(
            "as 64501;\n  ipv4 { import none; export filter sent;",
            "as 64501;\n  ipv4 { import none;"
        ),
        [
            "no-export-policy: `transit` at ams, fra and iad (ipv4) has no export policy: what \
             passes is left to the daemon",
            "unparsed-config: the external session `transit` has no export policy (RFC 8212): \
             BIRD refuses to load the file",
        ]
    );
}

#[test]
fn what_bird_1_took_is_told_where_it_belongs_now() {
    // BIRD's manual, on protocols: since version 2 policies and tables are set in channels.
    assert_eq!(
        said(
            "as 64502;\n  ipv4 { import none; export filter sent; };",
            "as 64502;\n  next hop self;"
        ),
        [
            "unparsed-config: `next hop self` stands in a channel since BIRD 2, as in `ipv4 { \
             next hop self …; };`"
        ]
    );
    assert_eq!(
        said(
            "as 64502;\n  ipv4 { import none; export filter sent; };",
            "as 64502;\n  export filter sent;"
        ),
        [
            "unparsed-config: `export` stands in a channel since BIRD 2, as in `ipv4 { export …; \
             };`"
        ]
    );
}

/// A network whose prefix is on an interface, as cloud providers' guides set it up.
fn on_an_interface(statement: &str) -> Outcome {
    let policy = "version: 1\nbgp:\n  asn: 64500\n  owned: [{ prefix: 203.0.113.0/24 }]\n  \
                  treat-as-public: [203.0.113.0/24]\n  sites: { fra: {} }\n  \
                  neighbors: { transit: { asn: 64501, address: 192.0.2.1 } }\n  \
                  sources: [{ adapter: bird, site: fra, entry: bird.conf }]\n";
    let router = format!(
        "router id 192.0.2.2;\nprotocol direct {{ interface \"dummy*\"; ipv4; }}\n\
         protocol static {{ ipv4; {statement} }}\n\
         protocol bgp transit {{ local 192.0.2.2 as 64500; neighbor 192.0.2.1 as 64501; ipv4 {{ \
         import none; export where source ~ [ RTS_DEVICE, RTS_STATIC ]; }}; }}\n"
    );
    judge_with(None, (policy, &[("bird.conf", &router)]))
}

#[test]
fn what_may_come_from_an_interface_is_named() {
    let outcome = on_an_interface("");
    assert_eq!(listed(&outcome), [""; 0]);
    assert_eq!(
        outcome.aside,
        [
            "note: routes that routers take from other protocols, or from neighbours whose \
             `relation` is not declared, are not followed: whether 1 session passes any of them \
             on is not judged; `203.0.113.0/24` is owned and announced by no statement, so it may be among them"
        ]
    );
    let outcome = on_an_interface("route 203.0.113.0/24 reject;");
    assert_eq!(
        outcome.aside,
        [
            "note: routes that routers take from other protocols, or from neighbours whose \
             `relation` is not declared, are not followed: whether 1 session passes any of them \
             on is not judged"
        ]
    );
}
