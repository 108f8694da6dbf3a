//! Configurations for the lab: some as people write them, and as many as wanted at random.

use std::fmt::Write as _;

use super::dice::Dice;

/// Filters that a configuration is put together from; `N` is the filter's number.
const FILTERS: &[&str] = &[
    "filter fN { if net ~ ours then accept; reject; }",
    "filter fN { if net.len > 25 then reject; bgp_community.add((64500, 10)); accept; }",
    "filter fN { bgp_community.add((64500, 11)); bgp_large_community.add((64500, 1, 2)); accept; }",
    "filter fN { if tagged((64500, 1)) then { bgp_path.prepend(64500); bgp_path.prepend(64500); } accept; }",
    "filter fN { case net.len { 24: bgp_local_pref = 100; 25..26: bgp_local_pref = 200; else: reject; } accept; }",
    "filter fN { if defined(bgp_med) then bgp_med = bgp_med + 10; else bgp_med = 1; accept; }",
    "filter fN { bgp_community.delete([(64500, *)]); accept; }",
    "filter fN { if bgp_path ~ [= * 64505 * =] then reject; accept; }",
    "filter fN { if proto = \"own1\" then reject; accept; }",
    "filter fN { if source = RTS_STATIC && dest = RTD_BLACKHOLE then accept; reject; }",
    "filter fN { preference = 50 + net.len; accept; }",
    "filter fN { mark = 7; bgp_origin = ORIGIN_INCOMPLETE; accept; }",
    "filter fN { if defined(mark) then bgp_large_community.add((64500, 7, mark)); accept; }",
    "filter fN { if (64500, 10) ~ bgp_community then { bgp_community.delete((64500, 10)); accept; } if (64500, 11) ~ bgp_community then reject; }",
    "filter fN { bgp_path.delete(64505); bgp_path.prepend(64506); accept; }",
    "filter fN { if roa_check(roas, net, 64500) = ROA_INVALID then reject; accept; }",
    "filter fN int n; { n = bgp_path.len; if n > 1 then reject; bgp_med = n; accept; }",
    "filter fN { bgp_community = -empty-; bgp_ext_community.add((rt, 64500, 5)); accept; }",
    "filter fN { if net = 192.0.2.0/25 then { bgp_next_hop = 192.0.2.9; } accept; }",
    "filter fN { igp_metric = 30; accept; }",
];

/// Statements for static routes.
const BLOCKS: &[&str] = &[
    "",
    "",
    "",
    " { bgp_med = 5; }",
    " { bgp_community.add((64500, 1)); }",
    " { bgp_path.prepend(64505); }",
    " { bgp_local_pref = 150; bgp_large_community.add((64500, 3, 4)); }",
    " { preference = 120; }",
    " { preference = 210; bgp_origin = ORIGIN_EGP; }",
    " { igp_metric = 20; }",
    " { mark = 3; }",
    " { if net.len = 26 then bgp_community.add((64500, 10)); else bgp_community.add((64500, 11)); }",
    " { tag_it(9); }",
];

const TARGETS: &[&str] = &[
    "blackhole",
    "unreachable",
    "prohibit",
    "via 192.0.2.254",
    "blackhole",
];

const NETS: &[&str] = &[
    "192.0.2.0/24",
    "192.0.2.0/25",
    "192.0.2.128/25",
    "192.0.2.64/26",
    "198.51.100.0/24",
    "198.51.100.0/26",
    "198.51.100.128/26",
    "203.0.113.0/24",
    "203.0.113.0/25",
    "203.0.113.128/27",
];

/// What stands before all of them.
const COMMON: &str = "
define ours = [ 192.0.2.0/24+, 198.51.100.0/24{24,26} ];
attribute int mark;
roa4 table roas;
protocol static listed { roa4 { table roas; }; route 192.0.2.0/24 max 25 as 64500; route 203.0.113.0/24 max 24 as 64501; }
function tagged(pair which) { return which ~ bgp_community; }
function tag_it(int kind) { bgp_large_community.add((64500, 9, kind)); }
";

/// A configuration at random.
pub fn generated(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut text = COMMON.to_owned();
    let mut line = |what: String| {
        text.push_str(&what);
        text.push('\n');
    };
    let filters: Vec<String> = (0..=dice.below(4))
        .map(|number| {
            let name = format!("f{number}");
            line(dice.pick(FILTERS).replace("fN", &name));
            name
        })
        .collect();
    let tables: Vec<String> = (0..=dice.below(3))
        .map(|number| {
            if number == 0 {
                return "master4".to_owned();
            }
            line(format!("ipv4 table t{number};"));
            format!("t{number}")
        })
        .collect();
    let policy = |dice: &mut Dice| match dice.below(8) {
        0 | 1 => "all".to_owned(),
        2 => "where net ~ ours".to_owned(),
        3 => "where net.len <= 25".to_owned(),
        4 => "filter { if (64500, 1) ~ bgp_community then bgp_med = 9; accept; }".to_owned(),
        _ => format!(
            "filter {}",
            filters
                .get(dice.below(filters.len()))
                .expect("there is one")
        ),
    };
    for number in 0..=dice.below(2) {
        let table = tables.get(dice.below(tables.len())).expect("there is one");
        let import = if dice.one_in(2) {
            policy(&mut dice)
        } else {
            "all".to_owned()
        };
        let preference = if dice.one_in(3) {
            "preference 180; "
        } else {
            ""
        };
        line(format!(
            "protocol static own{number} {{ ipv4 {{ table {table}; import {import}; {preference}}};"
        ));
        for _ in 0..=dice.below(5) {
            let (net, target, block) = (dice.pick(NETS), dice.pick(TARGETS), dice.pick(BLOCKS));
            line(format!("  route {net} {target}{block};"));
        }
        line("}".to_owned());
    }
    for number in 1..tables.len() {
        // A chain, so that every route has one way to every table.
        let near = tables
            .get(dice.below(number))
            .expect("it is before this one");
        let far = tables.get(number).expect("it is there");
        let (near, far) = if dice.one_in(2) {
            (near, far)
        } else {
            (far, near)
        };
        let (import, export) = match dice.below(4) {
            0 => (String::new(), String::new()),
            1 => (
                "import none; ".to_owned(),
                format!("export {};", policy(&mut dice)),
            ),
            2 => (
                format!("import {}; ", policy(&mut dice)),
                "export none;".to_owned(),
            ),
            _ => (
                format!("import {}; ", policy(&mut dice)),
                format!("export {};", policy(&mut dice)),
            ),
        };
        line(format!(
            "protocol pipe p{number} {{ table {near}; peer table {far}; {import}{export} }}"
        ));
    }
    line(format!(
        "template bgp outer {{ local 192.0.2.250 as 64500; hold time 90; ipv4 {{ import none; export {}; import limit 10 action restart; }}; }}",
        policy(&mut dice)
    ));
    line("template bgp inner from outer { multihop; ipv4 { next hop self; }; }".to_owned());
    for number in 0..=dice.below(3) {
        let template = dice.pick(&["outer", "inner"]);
        let name = if dice.one_in(3) {
            String::new()
        } else {
            format!(" s{number}")
        };
        let disabled = if dice.one_in(6) { "disabled; " } else { "" };
        let channel = match dice.below(3) {
            0 => String::new(),
            1 => format!(" ipv4 {{ export {}; }};", policy(&mut dice)),
            _ => {
                let table = tables.get(dice.below(tables.len())).expect("there is one");
                format!(
                    " ipv4 {{ table {table}; import all; export {}; }};",
                    policy(&mut dice)
                )
            }
        };
        line(format!(
            "protocol bgp{name} from {template} {{ {disabled}neighbor 198.51.100.{} as {};{channel} }}",
            number + 200,
            64501 + number
        ));
    }
    text
}

/// Configurations as people write them.
pub fn written() -> Vec<(String, String)> {
    WRITTEN
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .chain(single())
        .collect()
}

/// One configuration for each filter and each block, so that a difference is easy to place.
fn single() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (number, filter) in FILTERS.iter().enumerate() {
        let mut text = COMMON.to_owned();
        let filter = filter.replace("fN", "decide");
        writeln!(text, "{filter}\nprotocol static own1 {{ ipv4;").expect("a string takes it");
        for (at, net) in NETS.iter().enumerate() {
            let block = BLOCKS.get(at + 2).copied().unwrap_or_default();
            let target = TARGETS
                .get(at % TARGETS.len())
                .copied()
                .unwrap_or("blackhole");
            writeln!(text, "route {net} {target}{block};").expect("a string takes it");
        }
        text.push_str("}\nprotocol bgp one { local as 64500; neighbor 198.51.100.1 as 64501; ipv4 { import all; export filter decide; }; }\n");
        all.push((format!("filter {number}"), text));
    }
    all
}

const WRITTEN: &[(&str, &str)] = &[
    (
        "an anycast site",
        "define MYAS = 64500;
define PREFIXES = [ 192.0.2.0/24, 198.51.100.0/24 ];
function announce_to(int site) { bgp_large_community.add((MYAS, 1, site)); bgp_community.add((64500, 100)); }
filter to_transit { if source != RTS_STATIC then reject; if net !~ PREFIXES then reject; announce_to(7); accept; }
filter from_transit { if net.len > 24 then reject; accept; }
protocol static anycast { ipv4 { import all; export none; }; route 192.0.2.0/24 blackhole; route 198.51.100.0/24 blackhole { bgp_community.add((64500, 666)); }; route 203.0.113.0/24 unreachable; }
template bgp transit { local as MYAS; hold time 90; graceful restart on; ipv4 { import filter from_transit; export filter to_transit; import limit 1000 action restart; }; }
protocol bgp transit_a from transit { description \"first\"; neighbor 203.0.113.1 as 64501; password \"secret\"; }
protocol bgp transit_b from transit { neighbor 203.0.113.2 as 64502; ipv4 { export filter { if net = 198.51.100.0/24 then bgp_path.prepend(MYAS); if net ~ PREFIXES then accept; reject; }; }; }",
    ),
    (
        "tables and pipes in a chain",
        "ipv4 table a; ipv4 table b; ipv4 table c;
protocol static one { ipv4 { table a; }; route 192.0.2.0/24 blackhole; route 192.0.2.0/25 blackhole { bgp_med = 1; }; }
protocol static two { ipv4 { table c; }; route 198.51.100.0/24 blackhole; route 192.0.2.0/24 prohibit; }
protocol pipe ab { table a; peer table b; export filter { bgp_community.add((64500, 1)); accept; }; import filter { bgp_community.add((64500, 2)); accept; }; }
protocol pipe bc { table b; peer table c; export filter { bgp_community.add((64500, 3)); accept; }; import filter { bgp_community.add((64500, 4)); accept; }; }
protocol bgp end_a { local as 64500; neighbor 203.0.113.1 as 64501; ipv4 { table a; import none; export all; }; }
protocol bgp end_c { local as 64500; neighbor 203.0.113.2 as 64502; ipv4 { table c; import none; export all; }; }",
    ),
    (
        "a circle of pipes",
        "ipv4 table a; ipv4 table b; ipv4 table c;
protocol static one { ipv4 { table a; }; route 192.0.2.0/26 blackhole; }
protocol static two { ipv4 { table a; }; route 192.0.2.0/26 unreachable; }
protocol static three { ipv4 { table b; }; route 192.0.2.64/26 unreachable; }
protocol pipe p1 { table a; peer table b; import filter { bgp_community.add((1, 1)); accept; }; export filter { bgp_community.add((1, 2)); accept; }; }
protocol pipe p2 { table b; peer table c; import filter { bgp_community.add((2, 1)); accept; }; export filter { bgp_community.add((2, 2)); accept; }; }
protocol pipe p3 { table c; peer table a; import filter { bgp_community.add((3, 1)); accept; }; export filter { bgp_community.add((3, 2)); accept; }; }",
    ),
    (
        "several routes of one network",
        "protocol static one { ipv4; route 192.0.2.0/26 blackhole; route 192.0.2.64/26 blackhole { igp_metric = 5; }; route 192.0.2.128/26 blackhole { preference = 10; }; route 192.0.2.192/26 blackhole; route 192.0.2.192/26 unreachable; route 192.0.2.192/26 prohibit { preference = 300; }; }
protocol static two { ipv4; route 192.0.2.0/26 unreachable; route 192.0.2.64/26 unreachable { igp_metric = 3; }; route 192.0.2.128/26 unreachable { preference = 20; }; }
protocol static three { ipv4 { preference 150; }; route 192.0.2.0/26 prohibit; route 192.0.2.64/26 prohibit { igp_metric = 1; }; }
protocol bgp any { local as 64500; neighbor 203.0.113.1 as 64501; ipv4 { import none; export where dest != RTD_PROHIBIT; }; }",
    ),
    (
        "limits and switches",
        "protocol static one { ipv4 { import limit 2 action block; }; route 192.0.2.0/26 blackhole; route 192.0.2.64/26 blackhole; route 192.0.2.128/26 blackhole; }
protocol static two { disabled; ipv4; route 198.51.100.0/26 blackhole; }
protocol static three { disabled yes; disabled no; ipv4 { import limit 5; import limit off; }; route 198.51.100.64/26 blackhole; }
protocol static four { ipv4 { import limit 1 action disable; }; route 203.0.113.0/26 blackhole; route 203.0.113.64/26 blackhole; }
protocol static five { ipv4 { import limit 1 action warn; }; route 203.0.113.128/26 blackhole; route 203.0.113.192/26 blackhole; }
protocol bgp one_way { local as 64500; neighbor 203.0.113.1 as 64501; ipv4 { import none; export all; export limit 100; }; }",
    ),
    (
        "templates of routes",
        "template static few { ipv4 { preference 170; }; route 192.0.2.0/24 blackhole; }
template static more from few { route 192.0.2.0/25 blackhole; ipv4 { import where net.len < 26; }; }
protocol static from more { route 192.0.2.128/26 blackhole; route 192.0.2.128/25 blackhole; }
protocol static named from few { ipv4 { import none; }; }
protocol static copy from named { ipv4 { import all; preference 180; }; route 203.0.113.0/24 blackhole; }
protocol bgp { local as 64500; neighbor 203.0.113.1 as 64501; ipv4 { import none; export all; }; }",
    ),
    (
        "both families",
        "ipv6 table six;
define HERE = 2001:db8::/32;
protocol static four { ipv4; route 192.0.2.0/24 blackhole; }
protocol static six_own { ipv6; route HERE blackhole; route 2001:db8:1::/48 blackhole { bgp_community.add((64500, 6)); }; route 2001:db8:2::/48 unreachable; }
protocol static six_more { ipv6 { table six; import where net ~ [ 2001:db8::/32{48,64} ]; }; route 2001:db8:3::/48 blackhole; route 2001:db8::/33 blackhole; }
protocol pipe lift { table master6; peer table six; export none; import filter { bgp_large_community.add((64500, 6, 6)); accept; }; }
protocol bgp v6 { local as 64500; neighbor 2001:db8::1 as 64501; ipv6 { import all; export filter { if net.type = NET_IP6 && net.len <= 48 then accept; reject; }; }; }
protocol bgp v4 { local as 64500; neighbor 203.0.113.1 as 64501; ipv4 { import all; export where net.type = NET_IP4; }; ipv6 { import none; export none; }; }",
    ),
    (
        "functions, cases and loops",
        "function score(int begin; pair extra) int total; { total = begin; for int each in bgp_path do total = total + 1; if extra ~ bgp_community then total = total * 2; return total; }
function allowed() { if net = 192.0.2.0/24 then return true; return net ~ [ 198.51.100.0/22+ ]; }
filter leave { if net ~ [ 203.0.113.0/24+ ] then reject; bgp_med = score(10, (64500, 2)); bgp_large_community.add((64500, bgp_med, 0)); case bgp_med { 10: accept; 11..12: bgp_local_pref = 5; 20, 22: bgp_path.prepend(64499); else: reject; } accept; }
protocol static own { ipv4; route 192.0.2.0/24 blackhole; route 192.0.2.0/25 blackhole { bgp_path.prepend(64505); bgp_path.prepend(64506); }; route 198.51.100.0/24 blackhole { bgp_community.add((64500, 2)); }; route 198.51.100.0/25 blackhole { bgp_community.add((64500, 2)); bgp_path.prepend(64505); }; route 203.0.113.0/24 blackhole; route 203.0.113.0/25 blackhole { bgp_path.prepend(64505); bgp_path.prepend(64505); bgp_path.prepend(64505); }; }
protocol bgp one { local as 64500; neighbor 203.0.113.1 as 64501; ipv4 { import none; export filter leave; }; }",
    ),
    (
        "origin validation with a listed table",
        "roa4 table roas; roa6 table roas6;
protocol static { roa4 { table roas; }; route 192.0.2.0/24 max 24 as 64500; route 198.51.100.0/24 max 24 as 64501; route 203.0.113.0/24 max 32 as 0; }
filter checked { if roa_check(roas) = ROA_INVALID then { bgp_community.add((64500, 3)); } if roa_check(roas, net, 64500) = ROA_VALID then bgp_community.add((64500, 4)); if roa_check(roas, net, 64500) = ROA_UNKNOWN then bgp_community.add((64500, 5)); accept; }
protocol static own { ipv4; route 192.0.2.0/24 blackhole; route 192.0.2.0/25 blackhole; route 198.51.100.0/24 blackhole { bgp_path.prepend(64501); }; route 203.0.113.0/24 blackhole; }
protocol bgp one { local as 64500; neighbor 203.0.113.1 as 64501; ipv4 { import none; export filter checked; }; }",
    ),
    (
        "the second best of a sorted table",
        "ipv4 table ordered sorted;
protocol static one { ipv4 { table ordered; preference 210; }; route 192.0.2.0/24 blackhole; route 198.51.100.0/24 blackhole; }
protocol static two { ipv4 { table ordered; }; route 192.0.2.0/24 unreachable; route 203.0.113.0/24 unreachable; }
protocol bgp best { local 192.0.2.250 as 64500; neighbor 192.0.2.251 as 64501; ipv4 { table ordered; import none; export where preference < 205; }; }
protocol bgp second_best { local 192.0.2.250 as 64500; neighbor 192.0.2.252 as 64502; ipv4 { table ordered; import none; export where preference < 205; secondary; }; }",
    ),
    (
        "a blackhole service",
        "define OWN = [ 192.0.2.0/24{32,32} ];
protocol static dropped { ipv4; route 192.0.2.7/32 blackhole { bgp_community.add((65535, 666)); }; route 192.0.2.8/32 blackhole; }
protocol static covered { ipv4; route 192.0.2.0/24 unreachable; }
filter to_provider { if net ~ OWN then { if (65535, 666) !~ bgp_community then reject; bgp_community.add((64501, 666)); bgp_next_hop = 192.0.2.1; accept; } if net = 192.0.2.0/24 then accept; reject; }
protocol bgp provider { local as 64500; neighbor 203.0.113.1 as 64501; ipv4 { import none; export filter to_provider; }; }
protocol bgp ranged { local as 64500; neighbor range 198.51.100.0/24 as 64502; dynamic name \"dyn\"; ipv4 { import none; export where net.len = 24; }; }",
    ),
];
