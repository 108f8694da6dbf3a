//! What the BGP layer adds and drops, against a daemon on the loopback network.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

use std::collections::BTreeSet;
use std::thread;

use testkit::lab::configuration::{Compared, on_the_wire};
use testkit::lab::speaker::Heard;

/// Routes that have something of everything.
pub(super) const ROUTES: &str = "
attribute int mark;
protocol static own {
	ipv4;
	route 192.0.2.0/25 blackhole;
	route 192.0.2.128/25 blackhole { bgp_med = 5; bgp_local_pref = 200; bgp_community.add((64500, 1)); bgp_path.prepend(64505); };
	route 198.51.100.0/26 blackhole { bgp_community.add((65535, 65281)); };
	route 198.51.100.64/26 blackhole { bgp_community.add((65535, 65282)); };
	route 198.51.100.128/26 blackhole { bgp_community.add((65535, 65283)); bgp_large_community.add((64500, 1, 2)); };
	route 198.51.100.192/26 unreachable { bgp_otc = 64496; };
	route 203.0.113.0/26 via 192.0.2.9%lo onlink;
	route 203.0.113.64/26 via \"lo\";
	route 203.0.113.128/26 blackhole { bgp_origin = ORIGIN_INCOMPLETE; mark = 3; };
	route 203.0.113.192/27 prohibit { bgp_next_hop = 192.0.2.77; };
	route 203.0.113.224/27 blackhole { bgp_ext_community.add((rt, 64500, 5)); bgp_ext_community.add((unknown 0x4300, 64500, 5)); };
}
protocol static more {
	ipv4 { import filter { if net.len = 28 then bgp_med = 4; if net.len = 29 then { bgp_med = 4; bgp_local_pref = 9; } accept; }; };
	route 192.0.2.0/27 blackhole { bgp_med = 7; };
	route 192.0.2.32/27 blackhole { bgp_med = 7; bgp_med = 8; };
	route 192.0.2.64/28 blackhole;
	route 192.0.2.80/29 blackhole;
	route 192.0.2.88/30 via 192.0.2.9%lo onlink via 192.0.2.10%lo onlink;
	route 192.0.2.96/30 blackhole { bgp_next_hop = 192.0.2.78; bgp_community.add((64500, 3)); };
	route 192.0.2.100/30 blackhole { bgp_next_hop = 2001:db8::1; bgp_community.add((64500, 3)); };
	route 192.0.2.104/30 blackhole { bgp_next_hop = 2001:db8::1; };
	route 192.0.2.92/30 blackhole { bgp_path.prepend(64500); bgp_path.prepend(64502); };
}
filter rewrite {
	bgp_med = 7;
	bgp_local_pref = 300;
	bgp_path.prepend(64500);
	if net = 203.0.113.192/27 then bgp_next_hop = 192.0.2.88;
	if net = 192.0.2.0/25 then reject;
	bgp_community.add((64500, 2));
	accept;
}
filter keep_med { if defined(bgp_med) then bgp_med = bgp_med; accept; }
";

/// Sessions to hold against each other, a few in each daemon; all of them send [`ROUTES`].
pub(super) const SESSIONS: &[&str] = &[
    "
protocol bgp x_external { local LOCAL as 64500; neighbor PEER2 as 64501; QUICK; ipv4 { import all; export all; }; }
protocol bgp x_internal { local LOCAL as 64500; neighbor PEER3 as 64500; QUICK; ipv4 { import all; export all; }; }
protocol bgp x_rewriting { local LOCAL as 64500; neighbor PEER4 as 64502; QUICK; ipv4 { import all; export filter rewrite; }; }
protocol bgp x_other_number { local LOCAL as 64512; neighbor PEER5 as 64503; QUICK; ipv4 { import all; export filter keep_med; }; }
protocol bgp x_nothing { local LOCAL as 64500; neighbor PEER6 as 64504; QUICK; ipv4 { import all; export none; }; }
protocol bgp x_inside_default { local LOCAL as 64500; neighbor PEER7 as 64500; QUICK; ipv4; }
",
    "
protocol bgp x_client { local LOCAL as 64500; neighbor PEER2 as 64501; QUICK; rs client; ipv4 { import all; export all; }; }
protocol bgp x_client_rewriting { local LOCAL as 64500; neighbor PEER3 as 64502; QUICK; rs client; ipv4 { import all; export filter rewrite; next hop self; }; }
protocol bgp x_reflected { local LOCAL as 64500; neighbor PEER4 as 64500; QUICK; rr client; ipv4 { import all; export all; next hop self; }; }
protocol bgp x_internal_rewriting { local LOCAL as 64500; neighbor PEER5 internal; QUICK; default bgp_local_pref 77; default bgp_med 9; ipv4 { import all; export filter rewrite; }; }
protocol bgp x_internal_default { local LOCAL as 64500; neighbor PEER6 as 64500; QUICK; default bgp_local_pref 77; default bgp_med 9; ipv4 { import all; export all; next hop self ebgp; }; }
protocol bgp x_external_default { local LOCAL as 64500; neighbor PEER7 as 64503; QUICK; default bgp_med 9; ipv4 { import all; export all; next hop keep; }; }
",
    "
protocol bgp x_member { local LOCAL as 64500; neighbor PEER2 as 64501; QUICK; confederation 64510; confederation member yes; ipv4 { import all; export all; }; }
protocol bgp x_member_rewriting { local LOCAL as 64500; neighbor PEER3 as 64502; QUICK; confederation 64510; confederation member; ipv4 { export filter rewrite; }; }
protocol bgp x_outside { local LOCAL as 64500; neighbor PEER4 as 64503; QUICK; confederation 64510; ipv4 { import all; export all; }; }
protocol bgp x_inside { local LOCAL as 64500; neighbor PEER5 as 64500; QUICK; confederation 64510; ipv4 { import all; export all; }; }
protocol bgp x_outside_provider { local LOCAL as 64500; neighbor PEER6 as 64504; QUICK; confederation 64510; local role provider; ipv4 { import all; export filter rewrite; }; }
",
    "
protocol bgp x_to_provider { local LOCAL as 64500; neighbor PEER2 as 64501; QUICK; local role customer; ipv4 { import all; export all; }; }
protocol bgp x_to_customer { local LOCAL as 64500; neighbor PEER3 as 64502; QUICK; local role provider; ipv4 { import all; export all; }; }
protocol bgp x_to_peer { local LOCAL as 64500; neighbor PEER4 as 64503; QUICK; local role peer; ipv4 { import all; export filter rewrite; }; }
protocol bgp x_to_server { local LOCAL as 64500; neighbor PEER5 as 64504; QUICK; local role rs_client; ipv4 { import all; export all; }; }
protocol bgp x_to_client { local LOCAL as 64500; neighbor PEER6 as 64505; QUICK; rs client; local role rs_server; ipv4 { import all; export all; }; }
protocol bgp x_set_otc { local LOCAL as 64500; neighbor PEER7 as 64506; QUICK; local role customer; ipv4 { import all; export filter { bgp_otc = 64499; accept; }; }; }
",
    "
protocol bgp x_address { local LOCAL as 64500; neighbor PEER2 as 64501; QUICK; ipv4 { import all; export all; next hop address 192.0.2.66; }; }
protocol bgp x_address_self { local LOCAL as 64500; neighbor PEER3 as 64500; QUICK; ipv4 { import all; export all; next hop address 192.0.2.66; next hop self; }; }
protocol bgp x_preference_crosses { local LOCAL as 64500; neighbor PEER4 as 64502; QUICK; allow bgp_local_pref yes; ipv4 { import all; export all; }; }
protocol bgp x_not_interpreted { local LOCAL as 64500; neighbor PEER5 as 64503; QUICK; interpret communities no; ipv4 { import all; export all; }; }
protocol bgp x_limited { local LOCAL as 64500; neighbor PEER6 as 64504; QUICK; ipv4 { import all; export where net.len < 26; export limit 5 action block; import limit 10 action restart; receive limit 20; }; }
protocol bgp x_its_own_hop { local LOCAL as 64500; neighbor PEER7 as 64505; QUICK; ipv4 { import all; export filter { if net.len = 26 then bgp_next_hop = 127.0.0.7; if net.len = 27 then bgp_next_hop = 2001:db8::1; accept; }; }; }
",
    "
ipv6 table extra6;
protocol static own6 { ipv6 { table extra6; }; route 2001:db8::/32 blackhole; route 2001:db8:1::/48 blackhole { bgp_med = 3; bgp_community.add((64500, 6)); }; }
protocol pipe lift { table master6; peer table extra6; export none; import filter { bgp_large_community.add((64500, 6, 6)); accept; }; }
template bgp usual { local LOCAL as 64500; QUICK; ipv4 { import none; export where net ~ [192.0.2.0/24{25,27}]; }; ipv6 { import none; export all; next hop address 2001:db8::1; }; }
protocol bgp x_both from usual { neighbor PEER2 as 64501; }
protocol bgp x_both_filtered from usual { neighbor PEER3 as 64502; ipv4 { export filter rewrite; }; ipv6 { export where net.len = 48; }; }
protocol bgp x_both_internal from usual { neighbor PEER4 as 64500; }
protocol bgp x_switched_off from usual { neighbor PEER5 as 64503; disabled; }
protocol bgp from usual { neighbor PEER6 as 64504; ipv4 { export none; }; }
",
    "
ipv4 table chosen;
define OURS = 64500;
define NEAR = [ 192.0.2.0/24+, 203.0.113.0/24{26,27} ];
function tagged(int kind) { bgp_large_community.add((OURS, 10, kind)); return net ~ NEAR; }
protocol pipe choose { table chosen; peer table master4; import filter { if ! tagged(1) then reject; preference = 120; accept; }; export none; }
protocol static better { ipv4 { table chosen; preference 150; }; route 192.0.2.0/25 blackhole { bgp_community.add((64500, 99)); }; route 203.0.113.0/26 blackhole { preference = 90; bgp_community.add((64500, 98)); }; }
protocol bgp x_chosen_external { local LOCAL as OURS; neighbor PEER2 as 64501; QUICK; ipv4 { table chosen; import all; export where proto != \"more\"; }; }
protocol bgp x_chosen_internal { local LOCAL as OURS; neighbor PEER3 as OURS; QUICK; ipv4 { table chosen; import all; export filter { if bgp_path ~ [= * 64505 * =] then bgp_path.delete(64505); if (64500, 1) ~ bgp_community then bgp_community.delete([(64500, *)]); accept; }; }; }
",
];

#[test]
fn what_is_sent_is_what_a_neighbour_receives() {
    let mut sessions = 0;
    let mut routes = 0;
    let results: Vec<Vec<Compared>> = thread::scope(|scope| {
        let running: Vec<_> = SESSIONS
            .iter()
            .map(|text| scope.spawn(move || on_the_wire(&format!("{ROUTES}{text}"))))
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let mut wrong = Vec::new();
    for compared in results.iter().flatten() {
        let name = &compared.session;
        wrong.extend(
            compared
                .doubts
                .iter()
                .map(|doubt| format!("{name}: {doubt}")),
        );
        let Heard::Routes(theirs) = &compared.theirs else {
            panic!("{name}: {:?}", compared.theirs)
        };
        let prefixes: BTreeSet<_> = compared.ours.keys().chain(theirs.keys()).collect();
        for prefix in prefixes {
            let (ours, theirs) = (compared.ours.get(prefix), theirs.get(prefix));
            if ours != theirs {
                wrong.push(format!(
                    "{name}: {prefix}\n  ours {ours:?}\n  sent {theirs:?}"
                ));
            }
        }
        sessions += 1;
        routes += theirs.len();
    }
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(sessions, 35);
    println!("{sessions} sessions, {routes} routes as they are on the wire");
}

#[test]
fn a_session_that_sends_too_much_is_taken_down() {
    let text = format!(
        "{ROUTES}protocol bgp x_much {{ local LOCAL as 64500; neighbor PEER2 as 64501; QUICK; ipv4 {{ import all; export all; export limit 3; }}; }}"
    );
    let compared = on_the_wire(&text).pop().unwrap();
    assert_eq!(compared.theirs, Heard::Ended(6, 2));
    assert!(
        compared
            .doubts
            .iter()
            .any(|doubt| doubt.contains("taken down"))
    );
}
