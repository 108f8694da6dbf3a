//! Networks of several routers as people keep them in git: shared files and overlays, patterns of
//! includes, placeholders that a deployment fills in, chains of templates.
//!
//! `LOCAL` stands for a router's end of its sessions, `PEER2` and so on for the other ends, and
//! `QUICK` for what makes such sessions possible in the lab.

use bgp_ci::model::Family;
use bgp_ci::model::Family::{Ipv4, Ipv6};

/// A repository and what a deployment makes of it.
#[derive(Debug)]
pub struct Network {
    /// What it is like.
    pub name: &'static str,
    /// Its files, the policy among them.
    pub files: &'static [(&'static str, &'static str)],
    /// Its routers.
    pub routers: &'static [Deployed],
}

/// How one router is deployed.
#[derive(Debug)]
pub struct Deployed {
    /// Its site, by which the policy calls it too.
    pub site: &'static str,
    /// The file that its daemon starts with.
    pub entry: &'static str,
    /// Files that the deployment copies, and where to.
    pub copies: &'static [(&'static str, &'static str)],
    /// What the deployment writes in the place of placeholders.
    pub values: &'static [(&'static str, &'static str)],
    /// The other ends of its sessions: the number of the address, the system, the families.
    pub peers: &'static [(u8, u32, &'static [Family])],
}

const BOTH: &[Family] = &[Ipv4, Ipv6];

/// All of them.
pub const NETWORKS: &[Network] = &[
    Network {
        name: "an anycast network with a shared file and overlays",
        files: &[
            (
                "preflight.yaml",
                "version: 1
bgp:
  asn: 64500
  owned:
    - { prefix: 192.0.2.0/24, max-length: 26, service: edge-v4 }
    - { prefix: \"2001:db8:100::/40\", max-length: 48, service: edge-v6 }
  services: { edge-v4: { kind: anycast }, edge-v6: { kind: anycast } }
  sites: { fra: { region: eu }, iad: { region: na } }
  neighbors: { transit: { asn: 64501, relation: provider }, ix: { asn: 64502, relation: route-server } }
  sources:
    - { adapter: bird, site: fra, entry: shared/bird.conf, include: { bird.local.conf: sites/fra.conf }, vars: { site_id: \"11\", transit: \"PEER2\", ix: \"PEER3\", password: x } }
    - { adapter: bird, site: iad, entry: shared/bird.conf, include: { bird.local.conf: sites/iad.conf }, vars: { site_id: \"12\", transit: \"PEER4\", ix: \"PEER5\", password: x } }
",
            ),
            (
                "shared/bird.conf",
                "log stderr { warning, error, fatal, bug };
router id 192.0.2.200;
debug protocols off;
eval 1 + 1;
protocol device { scan time 1000; }
include \"../policy/*.conf\";
define SITE = ${site_id};
include \"bird.local.conf\";
protocol static anycast4 {
	ipv4 { preference 150; };
	include \"../routes/v4*.inc\";
}
protocol static anycast6 {
	ipv6;
	include \"../routes/v6.inc\";
	include \"../routes/none*.inc\";
}
template bgp common {
	local LOCAL as OUR;
	QUICK;
	hold time 90;
	ipv4 { import none; export none; };
	ipv6 { import none; export none; next hop address 2001:db8::1; };
}
template bgp upstream from common {
	ipv4 { export filter to_upstream; import limit 1000 action restart; };
	ipv6 { export filter to_upstream; };
}
protocol bgp transit from upstream {
	description \"{{ site_id }} to the transit\";
	neighbor @@transit@@ as 64501;
	ipv4 { export filter to_transit; };
}
protocol bgp exchange from upstream {
	neighbor {{ ix }} as 64502;
	local role peer;
	ipv6 { export where site_has(6) && net ~ OWN6; };
}
",
            ),
            (
                "policy/10-names.conf",
                "define OUR = 64500;
define OWN4 = [ 192.0.2.0/24{24,26} ];
define OWN6 = [ 2001:db8:100::/40{40,48} ];
",
            ),
            (
                "policy/20-functions.conf",
                "function labelled(int kind) { bgp_large_community.add((OUR, kind, ${site_id})); }
function ours() {
	case net.type {
		NET_IP4: return net ~ OWN4;
		NET_IP6: return net ~ OWN6;
	}
	return false;
}
",
            ),
            (
                "policy/30-filters.conf",
                "filter to_upstream {
	if source != RTS_STATIC then reject;
	if ! ours() then reject \"not ours: \", net;
	labelled(1);
	if (OUR, 666) ~ bgp_community then { bgp_community.delete([(OUR, *)]); bgp_path.prepend(OUR); }
	accept;
}
filter to_transit {
	if ! ours() then reject;
	labelled(2);
	for pair c in bgp_community do { if c = (OUR, 7) then bgp_med = 7; }
	print \"to the transit: \", net, \" \", bgp_path.len;
	accept;
}
",
            ),
            ("routes/v4-a.inc", "\troute 192.0.2.0/24 blackhole;\n"),
            (
                "routes/v4-b.inc",
                "\troute 192.0.2.64/26 blackhole { bgp_community.add((64500, 7)); };\n\troute 192.0.2.128/25 unreachable { bgp_community.add((64500, 666)); bgp_community.add((64501, 1)); };\n\troute 198.51.100.0/24 blackhole;\n",
            ),
            (
                "routes/v6.inc",
                "\troute 2001:db8:100::/40 blackhole;\n\troute 2001:db8:101::/48 blackhole { bgp_origin = ORIGIN_INCOMPLETE; };\n\troute 2001:db8:201::/48 blackhole;\n",
            ),
            (
                "sites/fra.conf",
                "function site_has(int family) { return family = 4 || SITE = 11; }\n",
            ),
            (
                "sites/iad.conf",
                "function site_has(int family) { return family = 4; }\nprotocol static local_only { ipv4; route 192.0.2.0/26 blackhole { bgp_path.prepend(64505); }; }\n",
            ),
        ],
        routers: &[
            Deployed {
                site: "fra",
                entry: "shared/bird.conf",
                copies: &[("sites/fra.conf", "shared/bird.local.conf")],
                values: &[
                    ("${site_id}", "11"),
                    ("{{ site_id }}", "11"),
                    ("@@transit@@", "PEER2"),
                    ("{{ ix }}", "PEER3"),
                ],
                peers: &[(2, 64501, BOTH), (3, 64502, BOTH)],
            },
            Deployed {
                site: "iad",
                entry: "shared/bird.conf",
                copies: &[("sites/iad.conf", "shared/bird.local.conf")],
                values: &[
                    ("${site_id}", "12"),
                    ("{{ site_id }}", "12"),
                    ("@@transit@@", "PEER4"),
                    ("{{ ix }}", "PEER5"),
                ],
                peers: &[(4, 64501, BOTH), (5, 64502, BOTH)],
            },
        ],
    },
    Network {
        name: "hosts with a folder each, and every option that changes nothing sent",
        files: &[
            (
                "preflight.yaml",
                "version: 1
bgp:
  asn: 64500
  owned: [ { prefix: 198.51.100.0/24, max-length: 28 } ]
  sites: { ams: { region: eu }, lhr: { region: eu } }
  sources:
    - { adapter: bird, glob: \"hosts/*/bird.conf\", site-from: \"hosts/{site}/bird.conf\" }
",
            ),
            (
                "common/base.conf",
                "log stderr { warning, error, fatal, bug };
router id 192.0.2.200;
attribute int mark;
ipv4 table ordered sorted;
roa4 table roas;
protocol device { scan time 1000; }
protocol direct { disabled; ipv4; interface \"lab-none*\"; }
protocol kernel { disabled; ipv4 { import none; export all; }; persist; scan time 60; }
protocol bfd { interface \"lab-none*\" { interval 300 ms; }; }
protocol ospf v2 { disabled; ipv4 { import none; export none; }; area 0 { interface \"lab-none*\" { cost 5; }; }; }
protocol rpki { disabled; roa4 { table roas; }; remote 127.0.0.1 port 9; }
include \"leaving.conf\";
protocol pipe order { table ordered; peer table master4; import all; export none; }
template bgp guarded {
	local LOCAL as 64500;
	QUICK;
	allow local as 2;
	interpret communities yes;
	graceful restart aware;
	ipv4 {
		import table yes;
		import keep filtered yes;
		receive limit 100 action warn;
		import limit 50 action block;
		export limit 40;
		import where net.len < 25;
		export filter leaving;
	};
}
",
            ),
            (
                "common/leaving.conf",
                "filter leaving
int seen;
prefix set mine;
{
	mine = [ 198.51.100.0/24+ ];
	if defined(bgp_path) then seen = bgp_path.len;
	if net !~ mine then reject;
	if proto = \"kept_home\" then reject;
	if from = 203.0.113.9 then bgp_med = 3;
	if dest = RTD_UNREACHABLE then bgp_community.add((64500, 44));
	if gw = 192.0.2.9 then bgp_community.add((64500, 45));
	if ifname = \"lo\" then bgp_community.add((64500, 46));
	if defined(mark) then bgp_large_community.add((64500, 5, mark));
	krt_prefsrc = 192.0.2.200;
	krt_metric = 10;
	mark = 9;
	if defined(bgp_path) && bgp_path ~ [= * 64505 64506 * =] then { bgp_path.delete(64505); bgp_ext_community.add((rt, 64500, seen)); }
	if defined(bgp_path) && bgp_path.first = 64507 && bgp_path.last = 64508 then bgp_path.empty;
	bgp_community.filter([(64500, 1..50)]);
	if roa_check(roas, net, 64500) = ROA_UNKNOWN then accept;
	reject;
}
",
            ),
            (
                "hosts/ams/bird.conf",
                "include \"../../common/base.conf\";
include \"local.d/*.conf\";
protocol bgp peer_a from guarded { enforce first as yes; neighbor PEER6 as 64501; }
protocol bgp peer_b from guarded { neighbor PEER7 as 64502; ipv4 { add paths rx; next hop self; }; }
protocol bgp reflected_a from guarded { neighbor PEER8 as 64500; rr client; ipv4 { next hop keep; }; }
protocol bgp switched_off from guarded { disabled; neighbor PEER9 as 64503; }
",
            ),
            (
                "hosts/ams/local.d/routes.conf",
                "protocol static own {
	ipv4 { table ordered; };
	route 198.51.100.0/24 blackhole;
	route 198.51.100.0/26 unreachable { mark = 4; };
	route 198.51.100.64/26 via 192.0.2.9%lo onlink;
	route 198.51.100.128/26 via \"lo\" { bgp_community.add((64500, 1)); bgp_community.add((64500, 51)); };
	route 198.51.100.192/27 blackhole { bgp_path.prepend(64506); bgp_path.prepend(64505); };
	route 198.51.100.224/27 blackhole { bgp_path.prepend(64508); bgp_path.prepend(64507); };
	route 203.0.113.0/24 blackhole;
}
protocol static kept_home { ipv4; route 198.51.100.16/28 blackhole; }
protocol static told_by { ipv4 { import filter { from = 203.0.113.9; accept; }; }; route 198.51.100.32/28 prohibit; }
",
            ),
            (
                "hosts/lhr/bird.conf",
                "include \"../../common/base.conf\";
protocol static own { ipv4 { table ordered; preference 210; }; route 198.51.100.0/25 blackhole { preference = 90; }; route 198.51.100.128/25 blackhole; }
protocol static other_own { ipv4; route 198.51.100.0/25 blackhole { mark = 1; }; route 198.51.100.128/25 blackhole { mark = 2; }; }
protocol bgp peer_a from guarded { enforce first as yes; neighbor PEER10 as 64501; }
protocol bgp internal_a from guarded { neighbor PEER11 internal; default bgp_local_pref 150; }
protocol bgp peer_b from guarded { neighbor PEER12 as 64504; ipv4 { next hop address 192.0.2.66; }; }
protocol bgp member_a from guarded { neighbor PEER13 as 64505; confederation 64510; confederation member yes; }
",
            ),
        ],
        routers: &[
            Deployed {
                site: "ams",
                entry: "hosts/ams/bird.conf",
                copies: &[],
                values: &[],
                peers: &[
                    (6, 64501, &[Ipv4]),
                    (7, 64502, &[Ipv4]),
                    (8, 64500, &[Ipv4]),
                ],
            },
            Deployed {
                site: "lhr",
                entry: "hosts/lhr/bird.conf",
                copies: &[],
                values: &[],
                peers: &[
                    (10, 64501, &[Ipv4]),
                    (11, 64500, &[Ipv4]),
                    (12, 64504, &[Ipv4]),
                    (13, 64505, &[Ipv4]),
                ],
            },
        ],
    },
    Network {
        name: "a route server with a table for each client",
        files: &[
            (
                "preflight.yaml",
                "version: 1
bgp:
  asn: 64500
  owned: [ { prefix: 203.0.113.0/24, max-length: 28 } ]
  sites: { ix: { region: eu } }
  neighbors: { one: { asn: 64501, address: PEERADDRESS14, relation: customer } }
  sources: [ { adapter: bird, site: ix, router: rs1, entry: rs/rs1.conf, vars: { asn: \"64500\" } } ]
",
            ),
            (
                "rs/rs1.conf",
                "log stderr { warning, error, fatal, bug };
router id 192.0.2.200;
protocol device { scan time 1000; }
define RS = %asn%;
ipv4 table client1;
ipv4 table client2;
ipv6 table client6;
roa4 table roas; roa6 table roas6;
attribute clist noted;
protocol static { roa4 { table roas; }; route 203.0.113.0/24 max 25 as 64500; }
protocol static { roa6 { table roas6; }; route 2001:db8::/32 max 48 as 64500; }
function wanted(int peer; lc set never) bool good; {
	good = true;
	if (0, peer) ~ bgp_community then good = false;
	if bgp_large_community ~ never then good = false;
	return good;
}
function validity(int origin) {
	if net.type = NET_IP4 then return roa_check(roas, net, origin);
	return roa_check(roas6, net, origin);
}
function hops(int left) { if left = 0 then return 0; bgp_path.prepend(RS); return hops(left - 1); }
filter into1 { noted = bgp_community; if ! wanted(64501, [(RS, 0, 64501)]) then reject; accept; }
filter into2 { if ! wanted(64502, [(RS, 0, 64500..64502), (RS, 9, *)]) then reject; bgp_med = 20; accept; }
filter out1 {
	bgpmask twice = [= RS RS * =];
	if validity(RS) = ROA_INVALID then { bgp_community.add((65535, 65281)); }
	for lc l in bgp_large_community do { if l.data1 = 3 then hops(l.data2); }
	if bgp_path ~ twice then bgp_large_community.add((RS, 8, bgp_path.len));
	if defined(noted) && noted.len > 1 then bgp_ext_community.add((ro, 64500, noted.len));
	accept;
}
protocol static own {
	ipv4;
	route 203.0.113.0/24 blackhole { bgp_community.add((0, 64502)); bgp_community.add((65535, 666)); };
	route 203.0.113.0/25 blackhole { bgp_large_community.add((RS, 3, 3)); };
	route 203.0.113.128/26 blackhole { bgp_large_community.add((RS, 0, 64501)); bgp_local_pref = 200; };
	route 203.0.113.192/26 blackhole { bgp_large_community.add((RS, 9, 5)); bgp_next_hop = 192.0.2.77; };
}
protocol static own6 { ipv6; route 2001:db8::/48 blackhole; route 2001:db8:1::/49 blackhole { bgp_large_community.add((RS, 3, 1)); }; }
protocol pipe p1 { table client1; peer table master4; import filter into1; export none; }
protocol pipe p2 { table client2; peer table master4; import filter into2; export none; }
protocol pipe p6 { table master6; peer table client6; export where net.len <= 49; import none; }
template bgp clients { local LOCAL as RS; QUICK; rs client; local role rs_server; }
protocol bgp client_a from clients { neighbor PEER14 as 64501; ipv4 { table client1; import none; export filter out1; }; ipv6 { table client6; import none; export filter out1; next hop address 2001:db8::7; }; }
protocol bgp client_b from clients { neighbor PEER15 as 64502; ipv4 { table client2; import none; export filter out1; next hop self; }; }
protocol bgp listens_a { local LOCAL as RS; QUICK; neighbor PEER16 as 64503; allow bgp_local_pref yes; ipv4 { import none; export filter { if bgp_path ~ [= RS =] then reject; accept; }; }; }
",
            ),
        ],
        routers: &[Deployed {
            site: "ix",
            entry: "rs/rs1.conf",
            copies: &[],
            values: &[("%asn%", "64500")],
            peers: &[
                (14, 64501, BOTH),
                (15, 64502, &[Ipv4]),
                (16, 64503, &[Ipv4]),
            ],
        }],
    },
];
