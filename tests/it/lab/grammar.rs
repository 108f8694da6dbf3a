//! The grammar against BIRD's own: what it loads we read, what it refuses we do not.

use std::fmt::Write as _;
use std::sync::Arc;

use bgp_ci::bird::{self, Files, Options, Parsed, ProblemKind, Unread};
use testkit::lab::dice::Dice;
use testkit::lab::pipe::refused;
use testkit::lab::{author, text};

/// What every configuration begins with.
const HEAD: &str = "router id 192.0.2.1;\nprotocol device {}\n";

/// A configuration without includes.
struct Text(Arc<str>);

impl Files for Text {
    fn read(&self, path: &str) -> Result<Arc<str>, Unread> {
        match path {
            "bird.conf" => Ok(self.0.clone()),
            _ => Err(Unread::Missing),
        }
    }

    fn list(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

fn read(text: &str) -> Parsed {
    bird::parse("bird.conf", &Text(text.into()), &Options::default())
}

/// What stands in the way of reading it.
fn wrong(parsed: &Parsed) -> Vec<String> {
    let problems = parsed.problems.iter();
    problems
        .filter(|problem| problem.kind != ProblemKind::Note)
        .map(|problem| {
            let line = parsed.sources.span(problem.place).start.line;
            format!("{line}: {}", problem.message)
        })
        .collect()
}

/// Pieces that BIRD loads, each on its own: every construct that the fixtures lack.
const GOOD: &[&str] = &[
    "ipv4 table t; ipv6 table u; roa4 table v; roa6 table w; vpn4 table x; vpn6 table y; flow4 table z;",
    "ipv4 table t { sorted; trie yes; };",
    "ipv4 table t sorted",
    ";;;",
    "define A = 5; filter f { if 1 ~ [A, A..7, (A + 1)] then accept; }",
    "define A = 64500; filter f { if bgp_path ~ [= * A [A, 1..2] ? A+ (A + 1) 3..4 =] then accept; }",
    "define A = (64500, 1); filter f { if bgp_community ~ [A, (1,2)..(3,4), (*,5), (1..2, 3..4)] then accept; }",
    "define A = ::ffff:192.0.2.1; filter f { if from = A then accept; }",
    "filter f { if net ~ [ ::ffff:0.0.0.0/96+, ::/0{0,64}, 2001:db8::/32- ] then accept; }",
    "filter f { if from ~ [ 192.0.2.1, 198.51.100.0..198.51.100.9 ] then accept; if from ~ 192.0.2.0/24 then accept; }",
    "filter f { if source ~ [ RTS_STATIC, RTS_BGP..RTS_PIPE ] then accept; if net.type != NET_IP6 then reject; }",
    "filter f { case net.type { NET_IP4: accept; NET_IP6, NET_VPN4: print 1; print 2; else: reject; } }",
    "filter f { case 1 { else: accept; 1, 2..3: { print 1; } (1 + 1): reject; } }",
    "filter f { case (1, 2) { (1, *): accept; (2, 1..2), (3, 4): reject; } }",
    "filter f { int i; for i in bgp_path do print i; for pair p in bgp_community do { print p.asn; } accept; }",
    "filter f int a; int b; { a = 1; b = a; { int a = 2; print a; } accept; }",
    "filter f { if true then { accept; } else if false then reject \"no\", 1; else { print; printn 1, \"x\"; } }",
    "filter f { error \"x\"; }",
    "filter f { print -empty-, + empty +, --empty--, --- empty ---; accept; }",
    "filter f { unset(bgp_med); unset(krt_metric); bgp_path.empty; bgp_community.empty; accept; }",
    "filter f { preference = 5; scope = SCOPE_LINK; dest = RTD_UNREACHABLE; gw = 192.0.2.1; ifname = \"x\"; weight = 3; onlink = true; accept; }",
    "filter f { ospf_metric1 = 5; ospf_tag = 5; rip_metric = 5; krt_prefsrc = 192.0.2.1; igp_metric = 1; accept; }",
    "filter f { if true || false && false then accept; if ! true || !! false then reject; }",
    "filter f { if 1 + 2 * 3 - 4 / 2 = 5 && 1 != 2 && 1 <= 2 || 2 >= 1 then accept; }",
    "filter f { print format(net), net.ip.mask(24), net.len, (1,2,3).data2, (rt, 1, 2), (generic, 1, 2); accept; }",
    "filter f { print bgp_path.first, bgp_path.last, bgp_path.last_nonaggregated, bgp_community.min, bgp_community.max; accept; }",
    "filter f { prefix p = 192.0.2.0/24 max 25 as 64500; if p.maxlen = 25 && p.asn = 64500 then accept; }",
    "filter f { rd r = 64500:1; rd set t = [ 1:2, 100000:1..100000:2 ]; if r ~ t then accept; }",
    "function g(int a; bgppath p; prefix set t; lc set l) int b; { b = a; if b = 0 then return 0; return g(b - 1, p, t, l); }",
    "roa4 table r; filter f { if roa_check(r) = ROA_VALID || roa_check(r, net, 64500) != ROA_INVALID then accept; }",
    "attribute int a; attribute clist c; attribute lclist l; filter f { a = 1; if defined(a) && defined(c) then accept; l = ---empty---; }",
    "protocol static { route 192.0.2.0/24 reject; ipv4 { preference 5; import where net.len > 8; export none; }; route 198.51.100.0/24 via \"eth0\"; }",
    "protocol static { ipv4; route 192.0.2.0/24 via 198.51.100.1 onlink weight 3 bfd via 198.51.100.2%eth0 mpls 5; }",
    "protocol static { ipv4; route 192.0.2.0/24 recursive 198.51.100.1; route 198.51.100.0/24 prohibit { accept; }; }",
    "define N = 192.0.2.0/24; define G = 198.51.100.1; protocol static { ipv4; route N via G; }",
    "roa4 table r; protocol static { roa4; route 192.0.2.0/24 max 24 as 64500; }",
    "flow4 table f; protocol static { flow4; route flow4 { dst 192.0.2.0/24; port > 24 && < 30 || 40..50,60; tcp flags 0x03/0x0f; } { accept; }; }",
    "protocol kernel { ipv4 { import all; export all; }; learn; persist; scan time 5; kernel table 5; metric 64; merge paths yes limit 8; }",
    "protocol direct { ipv4; ipv6; interface -\"eth0\", \"*\"; check link yes; }",
    "ipv4 table t; protocol pipe { table master4; peer table t; import filter { accept; }; export where true; }",
    "roa4 table r; protocol rpki { roa4 { table r; }; remote 192.0.2.1 port 22; transport ssh { bird private key \"/x\"; remote public key \"/y\"; user \"z\"; }; }",
    "protocol bfd { interface \"eth0\" { min rx interval 20 ms; }; neighbor 192.0.2.1 dev \"eth0\"; }",
    "protocol ospf { ipv4 { import all; }; area 0 { interface \"eth0\" { cost 5; type bcast; }; stubnet 192.0.2.0/24; }; }",
    "protocol rip ng { ipv6 { import all; }; interface \"eth0\" { metric 5; }; }",
    "protocol babel { ipv4 {}; ipv6 {}; interface \"eth0\" { type wired; }; randomize router id; }",
    "protocol radv { interface \"eth0\" { max ra interval 5; }; prefix ::/0 { autonomous no; }; propagate routes; }",
    "protocol bgp { local as 64500; neighbor 192.0.2.2 external; ipv4 { import none; export none; }; }",
    "protocol bgp { local as 64500; neighbor range 192.0.2.0/24 as 64501; ipv4 { import none; export none; }; }",
    "protocol bgp { local as 64500; neighbor as 64501; neighbor 192.0.2.2; ipv4 { import none; export none; }; }",
    "protocol bgp { local port 1179 as 64500; neighbor fe80::2 % eth0 port 1179 as 64501; ipv6 { import none; export none; }; }",
    "protocol bgp { local as 64500; neighbor 192.0.2.2 as 64500; ipv4 { next hop self; gateway recursive; add paths rx; import table; }; rr client; }",
    "template bgp a { local as 64500; } template bgp b from a { hold time 9; } protocol bgp c from b { neighbor 192.0.2.2 as 64500; }",
    "template bgp { local as 64500; } protocol bgp 'x-y.z' { local as 64500; neighbor 192.0.2.2 internal; }",
    "timeformat base iso long; debug protocols { states }; debug latency on; mrtdump protocols all; eval 1 + 1;",
];

/// Pieces that BIRD refuses: one of each kind of mistake.
const BAD: &[&str] = &[
    "foo bar;",
    "}",
    "protocol",
    "protocol bgp {",
    "protocol nonsense { }",
    "/* open",
    "/* a /* b */ c */",
    "log \"open\n;",
    "define x = @;",
    "define x = 4294967296;",
    "define x = 300.1.1.1;",
    "define x = 192.0.2.1/24;",
    "define x = 192.0.2.0/33;",
    "define x = [ 192.0.2.0/24, 2001:db8::/32 ];",
    "define x = [ 192.0.2.0/24{33,34} ];",
    "define x = [ 192.0.2.0/24{24,8} ];",
    "define x = [ 192.0.2.0/24, 1 ];",
    "define x = [ 192.0.2.0/24, ];",
    "define x = [ \"a\" ];",
    "define p = 192.0.2.0/24; define x = [ p ];",
    "define x = [ (*, *, 1) ];",
    "define x = [ (rt, *, 1) ];",
    "define x = [= + 1 =];",
    "define x = 1 < 2 < 3;",
    "define x = 1 +;",
    "define x = y;",
    "define x = 1; define x = 2;",
    "define x = 1 && true;",
    "define x = true + 1;",
    "define x = !1;",
    "define x = 1 < \"a\";",
    "define x = 192.0.2.0/24.is_v4;",
    "filter f { if net then accept; }",
    "filter f { if !net ~ [ 192.0.2.0/24 ] then accept; }",
    "filter f { if true { accept; } }",
    "filter f { if true then { accept; }; else reject; }",
    "filter f { accept }",
    "filter f { ; }",
    "filter f { accept; }}",
    "filter f { int a; int a; accept; }",
    "filter f { int a = \"x\"; accept; }",
    "filter f { bgp_med = \"x\"; accept; }",
    "filter f { bgp_path = 5; accept; }",
    "filter f { bgp_large_community = -empty-; accept; }",
    "filter f { bgp_path.prepend(\"x\"); accept; }",
    "filter f { proto = \"x\"; accept; }",
    "filter f { net = 192.0.2.0/24; accept; }",
    "filter f { x = 5; accept; }",
    "filter f { g(); accept; }",
    "filter f { if bgp_foo = 1 then accept; }",
    "filter f { if net.foo then accept; }",
    "filter f { print 5 }",
    "filter f { accept , 1; }",
    "filter f { case 1 { 1 accept; } }",
    "filter f { for int i in net do print i; }",
    "filter f { for string i in bgp_path do print i; }",
    "filter f { 1 + 1; }",
    "filter f { krt_foo = 5; accept; }",
    "filter f { accept; } filter f { accept; }",
    "filter f { f(); }",
    "define f = 5; filter g { f = 6; accept; }",
    "function g(int a) { return a; } filter f { g(); accept; }",
    "function g(int a) { return a; } filter f { g(\"x\"); accept; }",
    "function g(int a;) { return a; }",
    "function g() { h(); } function h() { return 1; }",
    "filter f { if roa_check(t) = ROA_VALID then accept; }",
    "roa4 table t; filter f { if roa_check(t, net) = ROA_VALID then accept; }",
    "attribute int set a;",
    "table t;",
    "ipv4 table t; ipv4 table t;",
    "include \"nothing\"",
    "protocol static { ipv4; route 192.0.2.0/24; }",
    "protocol static { ipv4; route 192.0.2.1/24 blackhole; }",
    "protocol static { ipv4; route 192.0.2.0/24 blackhole }",
    "protocol static { ipv4; route 192.0.2.0/24 { bgp_community.add((1,2)); }; }",
    "protocol static { ipv4 { } route 192.0.2.0/24 blackhole; }",
    "protocol static { ipv4; import all; }",
    "protocol bgp { local as 64500; neighbor 192.0.2.2 as 64501; ipv4 { import filter nope; export none; }; }",
    "protocol bgp { local as 64500; neighbor 192.0.2.2 as 64501; ipv4 { table nope; import none; export none; }; }",
    "protocol bgp { local as 64500; neighbor 192.0.2.2 as 64501; ipv4 { import none; export none; import limit x; }; }",
    "protocol bgp { local as 64500 + 1; neighbor 192.0.2.2 as 64501; ipv4 { import none; export none; }; }",
    "protocol bgp { local as 64500; neighbor 192.0.2.2 as 64501; local role boss; ipv4 { import none; export none; }; }",
    "protocol bgp { local as 64500; neighbor 192.0.2.2 as 64501; nonsense on; ipv4 { import none; export none; }; }",
    "protocol bgp { local as 64500; neighbor 192.0.2.2 as 64501; ipv4 { import none export none; }; }",
    "protocol bgp a from nope { neighbor 192.0.2.2 as 64501; }",
    "template static t { ipv4; } protocol bgp a from t { neighbor 192.0.2.2 as 64501; }",
    "ipv4 table t; protocol pipe { table master4; peer table nope; }",
    "protocol bgp t { local as 64500; neighbor 192.0.2.2 as 64500; } protocol static t { ipv4; }",
];

#[test]
fn what_bird_loads_is_read() {
    for piece in GOOD {
        let configuration = format!("{HEAD}{piece}\n");
        assert_eq!(refused(&configuration), None, "{piece}");
        assert_eq!(
            wrong(&read(&configuration)),
            Vec::<String>::new(),
            "{piece}"
        );
    }
}

#[test]
fn what_bird_refuses_is_a_problem() {
    for piece in BAD {
        let configuration = format!("{HEAD}{piece}\n");
        assert!(refused(&configuration).is_some(), "{piece}");
        assert!(!wrong(&read(&configuration)).is_empty(), "{piece}");
    }
    let nothing = "router id 192.0.2.1;\n";
    assert!(refused(nothing).is_some());
    assert!(!wrong(&read(nothing)).is_empty());
}

/// The folder of configurations in the manner of operators.
fn folder() -> std::path::PathBuf {
    testkit::tree::root().join("tests/fixtures/bgp-ci/grammar")
}

/// The files of that folder.
struct Fixtures;

impl Files for Fixtures {
    fn read(&self, path: &str) -> Result<Arc<str>, Unread> {
        let text = std::fs::read_to_string(folder().join(path));
        text.map(Arc::from).map_err(|_| Unread::Missing)
    }

    fn list(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(folder().join(path)).into_iter().flatten();
        let names = entries.map(|entry| entry.expect("a folder can be listed").file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }
}

const FIXTURES: [&str; 3] = ["anycast.conf", "edge.conf", "route-server.conf"];

#[test]
fn configurations_of_operators_are_read() {
    for name in FIXTURES {
        let status = std::process::Command::new("/usr/sbin/bird")
            .arg("-p")
            .arg("-c")
            .arg(folder().join(name))
            .status()
            .expect("bird is installed: tests/run does it");
        assert!(status.success(), "{name}");
        let parsed = bird::parse(name, &Fixtures, &Options::default());
        assert_eq!(wrong(&parsed), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn random_programs_are_read_where_bird_loads_them() {
    let mut loaded = 0;
    for seed in 0..150 {
        let program = author::program("random", seed);
        let mut configuration = format!("{HEAD}roa4 table roas4; roa6 table roas6;\n");
        for (name, value_type) in author::CUSTOM {
            writeln!(configuration, "attribute {value_type} {name};").unwrap();
        }
        configuration.push_str(&text::program(&program));
        let filter = text::filter(&program, 0);
        writeln!(
            configuration,
            "ipv4 table far;\nprotocol pipe {{ table master4; peer table far; export filter {filter}; }}"
        )
        .unwrap();
        if refused(&configuration).is_none() {
            loaded += 1;
            assert_eq!(
                wrong(&read(&configuration)),
                Vec::<String>::new(),
                "{configuration}"
            );
        }
    }
    assert!(loaded > 100, "BIRD loads {loaded} of 150 programs");
}

/// What is put into texts that are to go wrong.
const SHARDS: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "[=",
    "=]",
    ";",
    "\"",
    "'",
    "/*",
    "*/",
    "#",
    "\n",
    "${",
    "{{ a }}",
    "..",
    "::",
    "192.0.2.1",
    "/",
    "if ",
    "then ",
    "case ",
    "else:",
    "include \"bird.conf\";\n",
    "filter ",
    "route ",
    "\u{e9}",
    "0x",
    "4294967296",
    "!",
    "-",
    "+empty+",
    "~",
    ",",
    "&&",
    "ipv4 ",
];

#[test]
fn mutants_end_in_problems() {
    let mut dice = Dice::new(5);
    let fixture = |name| {
        Fixtures
            .read(name)
            .expect("the fixture is there")
            .to_string()
    };
    let mut texts: Vec<String> = FIXTURES.into_iter().map(fixture).collect();
    texts.push(GOOD.join("\n"));
    let mut different = 0;
    for _ in 0..400 {
        for text in &texts {
            let mut mutant: Vec<char> = text.chars().collect();
            for _ in 0..=dice.below(4) {
                let at = dice.below(mutant.len());
                let end = (at + dice.below(40)).min(mutant.len());
                match dice.below(4) {
                    0 => drop(mutant.drain(at..end)),
                    1 => drop(mutant.splice(at..at, dice.pick(SHARDS).chars())),
                    2 => {
                        let copy: Vec<char> = mutant[at..end].to_vec();
                        let to = dice.below(mutant.len());
                        drop(mutant.splice(to..to, copy));
                    }
                    _ => mutant.truncate(at.max(1)),
                }
            }
            let mutant: String = mutant.into_iter().collect();
            let parsed = read(&mutant);
            different += usize::from(!wrong(&parsed).is_empty());
            for problem in &parsed.problems {
                assert!(!problem.message.is_empty());
                assert!(parsed.sources.span(problem.place).start.line > 0);
            }
        }
    }
    assert!(different > 400, "{different} mutants have problems");
}
