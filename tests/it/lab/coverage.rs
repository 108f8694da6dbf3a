//! Every construct of BIRD's that is modelled stands in some configuration that the lab compares.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

use testkit::lab::estates::{generated, written};
use testkit::lab::networks::NETWORKS;
use testkit::lab::pipe::refused;
use testkit::lab::{configuration, programs};

use super::wire;

/// A construct, and what stands in one line of a configuration that has it, in this order.
const CONSTRUCTS: &[(&str, &[&str])] = &[
    ("include of a file", &["include \"", ".conf\";"]),
    ("include of a pattern", &["include \"", "*.conf\";"]),
    ("include inside of a block", &["\tinclude \"", "*.inc\";"]),
    ("define", &["define ", "="]),
    ("template", &["template bgp "]),
    ("template from a template", &["template bgp ", " from "]),
    ("protocol from a template", &["protocol bgp ", " from "]),
    (
        "a protocol as a template",
        &["protocol static copy from named"],
    ),
    ("protocol without a name", &["protocol bgp {"]),
    ("ipv4 table", &["ipv4 table "]),
    ("ipv6 table", &["ipv6 table "]),
    ("sorted table", &["ipv4 table ", " sorted"]),
    ("roa4 table", &["roa4 table "]),
    ("roa6 table", &["roa6 table "]),
    ("channel with a table", &["ipv4 { table "]),
    ("pipe", &["protocol pipe ", "peer table "]),
    ("static", &["protocol static "]),
    ("static ROAs", &["route ", " max ", " as "]),
    (
        "blackhole, unreachable, prohibit",
        &["unreachable", "prohibit"],
    ),
    ("route via", &["route ", " via 192"]),
    ("route via an interface", &["route ", " via \""]),
    ("statements of one route", &["route ", " blackhole {", "}"]),
    ("import policy of static", &["ipv4 { import where "]),
    ("bgp", &["protocol bgp "]),
    ("kernel", &["protocol kernel "]),
    ("direct", &["protocol direct "]),
    ("device", &["protocol device "]),
    ("rpki", &["protocol rpki "]),
    ("bfd", &["protocol bfd "]),
    ("ospf", &["protocol ospf "]),
    ("named filter", &["export filter ", ";"]),
    ("inline filter", &["export filter {"]),
    ("where", &["export where "]),
    ("all and none", &["import none;", "export all;"]),
    ("default policies", &["neighbor PEER7 as 64500", "ipv4; }"]),
    ("import table", &["import table "]),
    ("keep filtered", &["import keep filtered"]),
    ("receive limit", &["receive limit "]),
    ("import limit", &["import limit ", " action "]),
    ("export limit", &["export limit "]),
    ("add paths", &["add paths "]),
    ("secondary", &["secondary;"]),
    ("preference of a channel", &["ipv4 { ", "preference "]),
    ("rr client", &["rr client"]),
    ("rs client", &["rs client"]),
    ("local role", &["local role "]),
    ("next hop self", &["next hop self"]),
    ("next hop address", &["next hop address "]),
    ("next hop keep", &["next hop keep"]),
    ("confederation", &["confederation 6"]),
    ("confederation member", &["confederation member"]),
    ("allow local as", &["allow local as"]),
    ("allow bgp_local_pref", &["allow bgp_local_pref"]),
    ("enforce first as", &["enforce first as"]),
    ("interpret communities", &["interpret communities"]),
    ("default bgp_local_pref", &["default bgp_local_pref "]),
    ("neighbor range", &["neighbor range "]),
    ("neighbor internal", &["neighbor ", " internal;"]),
    ("disabled", &["disabled;"]),
    ("custom attribute", &["attribute int "]),
    ("custom list", &["attribute clist "]),
    ("function with types", &["function ", "(int ", "; ", ")"]),
    (
        "function with a variable in front",
        &["function ", ") ", "; {"],
    ),
    ("function for its effect", &["accept ;"]),
    ("recursion", &["function hops(", "hops(left"]),
    ("variable with a value", &["int var_", " = "]),
    ("variable in front of a filter", &["int seen;"]),
    ("set in a variable", &["prefix set "]),
    ("mask in a variable", &["bgpmask ", " = [="]),
    ("if and else", &["} else {"]),
    ("case", &["case "]),
    ("case on net.type", &["case net.type"]),
    ("case with else", &["else:"]),
    ("for over a path", &["for int ", " in ", "path do"]),
    ("for over communities", &["for pair ", " in "]),
    ("for over extended communities", &["for ec ", " in "]),
    ("for over large communities", &["for lc ", " in "]),
    ("set of prefixes", &["net ~ [", "+"]),
    ("prefix lengths", &["{24,26}"]),
    ("set of IPv6 prefixes", &["[", "2001:db8:", "{", "}"]),
    ("set of numbers", &["bgp_path", "~ ["]),
    ("set of pairs", &["bgp_community", "~ [("]),
    ("pattern of pairs", &[", *)"]),
    ("set of extended communities", &["[(rt, ", "..", ")"]),
    ("set of large communities", &["bgp_large_community", "~ [("]),
    ("path mask", &["bgp_path ~ [= * ", " * =]"]),
    ("path mask with ?", &["[=", " ? "]),
    ("path mask with a range", &["[=", "..", "=]"]),
    ("no member", &["!~ "]),
    ("add", &[".add("]),
    ("delete", &[".delete("]),
    ("filter", &[".filter("]),
    ("prepend", &[".prepend("]),
    ("add as a function", &["= add("]),
    ("delete of a path", &["bgp_path.delete("]),
    ("first", &[".first"]),
    ("last", &[".last"]),
    ("last_nonaggregated", &[".last_nonaggregated"]),
    ("len", &[".len"]),
    ("empty", &["bgp_path.empty"]),
    ("min and max", &[".max"]),
    ("asn and data", &[".data1"]),
    ("defined", &["defined("]),
    ("unset", &["unset("]),
    ("roa_check of the route", &["roa_check(roas)"]),
    ("roa_check of anything", &["roa_check(roas, net, "]),
    ("source", &["source = RTS_"]),
    ("proto", &["proto = \""]),
    ("proto with a pattern", &["proto ~ \""]),
    ("net", &["net = "]),
    ("net.ip", &[".ip"]),
    ("mask of an address", &[".mask("]),
    ("dest", &["dest = RTD_"]),
    ("dest is set", &["dest = RTD_PROHIBIT;"]),
    ("gw", &["if gw = "]),
    ("ifname", &["if ifname = "]),
    ("from", &["if from = "]),
    ("scope", &["scope = SCOPE_"]),
    ("preference in a filter", &["preference = "]),
    ("igp_metric", &["igp_metric = "]),
    ("bgp_origin", &["bgp_origin = ORIGIN_"]),
    ("bgp_med", &["bgp_med = "]),
    ("bgp_local_pref", &["bgp_local_pref = "]),
    ("bgp_next_hop", &["bgp_next_hop = "]),
    ("bgp_otc", &["bgp_otc = "]),
    ("bgp_cluster_list", &["bgp_cluster_list"]),
    ("print", &["print "]),
    ("eval", &["eval "]),
    ("krt_", &["krt_prefsrc = "]),
    ("return", &["return "]),
    ("arithmetic", &[" * ", " / "]),
];

/// What BIRD 2.0.12 does not know, so that nothing can be compared: said in `BIRD.md`.
const NEWER: &[&str] = &[
    "filter f { if aspa_check(x, bgp_path, true) = ASPA_VALID then accept; }",
    "aspa table x;",
    "function f(int a) -> bool { return true; }",
    "evpn table x;",
];

/// What is named as not modelled, wherever it can change what is sent.
const NAMED: &[&str] = &[
    "flow4 table t; protocol bgp b { local as 64500; neighbor 192.0.2.2 as 64501; flow4 { table t; import none; export all; }; }",
    "vpn4 table t; protocol bgp b { local as 64500; neighbor 192.0.2.2 as 64501; vpn4 mpls { table t; import none; export all; }; }",
];

fn holds(text: &str, pieces: &[&str]) -> bool {
    text.lines().any(|line| {
        let mut rest = Some(line);
        for piece in pieces {
            rest = rest
                .and_then(|rest| rest.split_once(piece))
                .map(|(_, after)| after);
        }
        rest.is_some()
    })
}

/// Every text that the lab compares.
fn compared() -> Vec<String> {
    let networks = NETWORKS.iter().flat_map(|network| network.files);
    let networks = networks.map(|(_, text)| (*text).to_owned());
    let whole = written().into_iter().map(|(_, text)| text);
    let made = (0..super::configurations::GENERATED).map(generated);
    let filters = (0..super::filters::PROGRAMS).map(programs::written);
    let wire = wire::SESSIONS.iter().map(|text| (*text).to_owned());
    let routes = [wire::ROUTES.to_owned()];
    whole
        .chain(made)
        .chain(filters)
        .chain(wire)
        .chain(routes)
        .chain(networks)
        .collect()
}

#[test]
fn every_construct_is_compared_with_the_daemon() {
    let texts = compared();
    assert!(texts.len() >= 500, "{}", texts.len());
    let missing: Vec<&str> = CONSTRUCTS
        .iter()
        .filter(|(_, pieces)| !texts.iter().any(|text| holds(text, pieces)))
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(missing, [""; 0]);
    println!("{} constructs in {} texts", CONSTRUCTS.len(), texts.len());
}

#[test]
fn what_cannot_be_compared_is_not_known_to_this_daemon() {
    for text in NEWER {
        let text = format!("{}{text}\n", configuration::HEAD);
        assert!(refused(&text).is_some(), "{text}");
    }
}

#[test]
fn what_is_not_modelled_is_named() {
    for text in NAMED {
        let text = format!("{}{text}\n", configuration::HEAD);
        assert_eq!(refused(&text), None, "{text}");
        let router = configuration::router(&text);
        assert!(!router.gaps.is_empty(), "{text}");
    }
}
