use super::*;
use crate::bird;
use crate::files::Files;
use crate::frr;
use crate::router::{Policy, Router};

fn of_bird(policies: &str) -> Router {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "router id 192.0.2.1;\n{policies}\nprotocol bgp a {{ local as 64500; \
         neighbor 192.0.2.9 as 64501; ipv4 {{ import none; export filter out4; }}; }}\n"
    );
    std::fs::write(folder.path().join("bird.conf"), text).unwrap();
    let files = Files::around(folder.path(), folder.path());
    let parsed = bird::parse("bird.conf", &files, &bird::Options::default());
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    bird::configure::router(parsed)
}

fn of_frr(policies: &str) -> Router {
    let text = format!(
        "frr version 8.4\nrouter bgp 64500\n neighbor 192.0.2.9 remote-as 64501\n \
         address-family ipv4 unicast\n  neighbor 192.0.2.9 route-map OUT out\n  \
         neighbor 192.0.2.9 prefix-list LONG out\nip prefix-list LONG permit 192.0.2.0/24\n\
         {policies}\n"
    );
    frr::configure::router(frr::read("frr.conf".into(), &text.into()))
}

/// The terms of the only session's export, each with its conditions.
fn exported(router: &Router) -> Vec<Term> {
    let Policy::Filter(filter) = router.sessions[0].channels[0].export else {
        panic!("a filter decides");
    };
    terms(&router.program, &router.sources, filter).unwrap()
}

fn words(router: &Router) -> Vec<String> {
    let each = exported(router);
    let each = each.iter().map(|term| {
        let conditions = term.conditions.iter();
        let conditions = conditions.map(|one| {
            let not = if one.truth { "" } else { "not " };
            format!("{not}{}", one.text)
        });
        conditions.collect::<Vec<_>>().join(" & ")
    });
    each.collect()
}

#[test]
fn terms_of_bird() {
    let ours = "function ours() { return net ~ [ 203.0.113.0/24 ] && net.len > 8; }";
    for (body, expected) in [
        ("accept;", &[""][..]),
        ("reject;", &[]),
        (
            "if ours() then accept; reject;",
            &["net ~ [ 203.0.113.0/24 ] & net.len > 8"],
        ),
        (
            "if ! ours() then reject; accept;",
            &["net ~ [ 203.0.113.0/24 ] & net.len > 8"],
        ),
        ("if net.len > 24 then reject; accept;", &[""]),
        (
            "if bgp_med != 5 then reject; if (64500,1) !~ bgp_community then { bgp_med = 1; } accept;",
            &["bgp_med = 5"],
        ),
        (
            "if bgp_med = 5 || bgp_med = 6 then accept; if bgp_med   = 7 then accept; reject;",
            &["bgp_med = 5", "bgp_med = 6", "bgp_med = 7"],
        ),
        (
            "if bgp_med = 5 then { if ! defined(bgp_otc) then accept; } else reject; reject;",
            &["bgp_med = 5 & not defined(bgp_otc)"],
        ),
        (
            "case net.type { NET_IP4: if net !~ [ 192.0.2.0/24 ] then reject; NET_IP6: reject; } accept;",
            &["net.type: NET_IP4 & net ~ [ 192.0.2.0/24 ]"],
        ),
    ] {
        let router = of_bird(&format!("{ours}\nfilter out4 {{ {body} }}"));
        assert_eq!(words(&router), expected, "{body}");
    }
}

#[test]
fn terms_of_frr() {
    let router = of_frr(
        "route-map OUT deny 5\n match community BAD\nroute-map OUT permit 10\n match community GOOD\n \
         match   ip address prefix-list P\nroute-map OUT permit 20\n call INNER\n\
         route-map INNER permit 10\nip prefix-list P permit 192.0.2.0/25\n\
         ip prefix-list P permit 192.0.2.128/25\nbgp community-list standard BAD permit 64500:9\nbgp community-list standard GOOD permit 64500:5",
    );
    let list = "neighbor 192.0.2.9 prefix-list LONG out";
    assert_eq!(
        words(&router),
        [
            format!("{list} & match community GOOD & match ip address prefix-list P"),
            list.to_owned()
        ]
    );
}

#[test]
fn long_chains_are_read() {
    let each: Vec<String> = (0..40).map(|at| format!("bgp_med != {at}")).collect();
    let policy = format!(
        "filter out4 {{ if {} then accept; reject; }}",
        each.join(" && ")
    );
    let terms = exported(&of_bird(&policy));
    assert_eq!(terms.len(), 1);
    assert_eq!(terms[0].conditions.len(), 40);
}

#[test]
fn what_a_term_lost() {
    let policy = |terms: &str| of_bird(&format!("filter out4 {{ {terms} reject; }}"));
    let lost = |base: &str, head: &str| {
        let (base, head) = (exported(&policy(base)), exported(&policy(head)));
        let lost = head.iter().find_map(|term| dropped(&base, &head, term));
        lost.map(|lost| {
            lost.iter()
                .map(|one| one.text.to_string())
                .collect::<Vec<_>>()
        })
    };
    let both = "if bgp_med = 5 && net.len < 9 then accept;";
    let one = "if bgp_med = 5 then accept;";
    assert_eq!(lost(both, one), Some(vec!["net.len < 9".to_owned()]));
    assert_eq!(lost(both, "accept;").map(|lost| lost.len()), Some(2));
    // It is still there, beside a wider one.
    assert_eq!(lost(both, &format!("{both}{one}")), None);
    assert_eq!(lost(one, both), None);
    assert_eq!(
        lost(both, "if bgp_med = 5 && net.len < 10 then accept;"),
        None
    );
    assert_eq!(lost(both, ""), None);
}

#[test]
fn too_many_ways_are_no_answer() {
    let wide: Vec<String> = (0..60).map(|at| format!("bgp_med = {at}")).collect();
    let wide = wide.join(" || ");
    let policy =
        format!("filter out4 {{ if ({wide}) && ({wide}) && ({wide}) then accept; reject; }}");
    let router = of_bird(&policy);
    let Policy::Filter(filter) = router.sessions[0].channels[0].export else {
        panic!("a filter decides");
    };
    assert_eq!(terms(&router.program, &router.sources, filter), None);
}
