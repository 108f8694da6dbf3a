//! Every kind of mistake.

use super::{Change, Kind, extra, kind, marked, silenced, single_homed};
use crate::fleet::network::{Network, Vrp};

const fn network(
    name: &'static str,
    rules: &'static [&'static str],
    apply: fn(&mut Network),
) -> Kind {
    kind(name, rules, Change::Network(apply))
}

const fn text(
    name: &'static str,
    rules: &'static [&'static str],
    change: (&'static str, &'static str, &'static str),
) -> Kind {
    kind(name, rules, Change::Text(change.0, change.1, change.2))
}

const fn shared(
    name: &'static str,
    rules: &'static [&'static str],
    change: (&'static str, &'static str, &'static str),
) -> Kind {
    kind(name, rules, Change::Shared(change.0, change.1, change.2))
}

/// All of them.
pub static MISTAKES: &[Kind] = &[
    // Ownership and origin.
    network("a digit too many in a prefix", &["foreign-prefix"], |n| {
        extra(n, "2001:db8:d100::/48", &[]);
    }),
    network("somebody else's prefix", &["foreign-prefix"], |n| {
        extra(n, "192.0.2.0/24", &[]);
    }),
    network("longer than its maximum", &["beyond-max-length"], |n| {
        extra(n, "198.51.100.128/25", &[]);
    }),
    network("wider than what is ours", &["broader-than-owned"], |n| {
        extra(n, "2001:db8:e000::/39", &[]);
    }),
    network("one prefix for two services", &["claimed-twice"], |n| {
        let line = "{ prefix: \"203.0.113.0/24\", max-length: 24, service: edge }";
        n.policy.owned.push(line.to_owned());
    }),
    text(
        "another number in the template",
        &["foreign-origin"],
        ("templates.conf", "local as OURS", "local as 64510"),
    ),
    text(
        "another number at the path's end",
        &["foreign-origin", "origin-change"],
        (
            "filters.conf",
            "  finish();\n",
            "  bgp_path.prepend(64510);\n  finish();\n",
        ),
    ),
    // RPKI.
    kind(
        "a ROA for somebody else",
        &["rov-invalid"],
        Change::Prepared(
            |n| {
                n.vrps.push(Vrp {
                    prefix: "2001:db8:9000::/40".to_owned(),
                    max_length: 40,
                    asn: 64509,
                });
            },
            |n| extra(n, "2001:db8:9000::/44", &[]),
        ),
    ),
    network("announced before its ROA", &["rov-invalid"], |n| {
        extra(n, "2001:db8:e001::/48", &[]);
    }),
    network(
        "a ROA with another origin",
        &["roa-change-invalidates"],
        |n| {
            for vrp in n.vrps.iter_mut().take(2) {
                vrp.asn = 64510;
            }
        },
    ),
    network("a ROA too short", &["roa-change-invalidates"], |n| {
        for vrp in &mut n.vrps {
            if vrp.prefix == "2001:db8:4000::/36" {
                vrp.max_length = 40;
            }
        }
    }),
    kind(
        "announced under AS0",
        &["as0-covered"],
        Change::Prepared(
            |n| {
                let line = "{ prefix: \"2001:db8:c000::/40\", max-length: 64 }";
                n.policy.owned.push(line.to_owned());
                n.vrps.push(Vrp {
                    prefix: "2001:db8:c000::/44".to_owned(),
                    max_length: 44,
                    asn: 0,
                });
            },
            |n| extra(n, "2001:db8:c001::/48", &[]),
        ),
    ),
    // Withdrawal.
    network("a service from nowhere", &["service-withdrawn"], |n| {
        if let Some(dns) = n.services.get_mut(1) {
            dns.sites.clear();
        }
    }),
    network("a service from too few", &["below-site-floor"], |n| {
        if let Some(dns) = n.services.get_mut(1) {
            dns.sites.retain(|site| site.as_str() < "jnb");
        }
    }),
    network("three sites at once", &["site-loss"], |n| {
        silenced(n, 3, |region| region != "eu");
    }),
    network("a region goes", &["below-region-floor"], |n| {
        silenced(n, 20, |region| region == "eu");
    }),
    network("customers gone", &["mass-withdrawal"], |n| {
        for _ in 0..8 {
            n.customers.pop_first();
        }
    }),
    network("all customers gone", &["mass-withdrawal"], |n| {
        n.customers.clear();
    }),
    kind(
        "a community that keeps routes inside the provider",
        &["site-loss"],
        Change::Prepared(
            |n| {
                // Enough sites at which nobody else would take over.
                let names: Vec<String> = n.sites.keys().take(8).cloned().collect();
                for neighbor in n.neighbors.iter_mut().skip(1) {
                    neighbor.sites.retain(|site| !names.contains(site));
                }
                assert!(single_homed(n).len() > 2, "there are such sites");
            },
            |n| marked(n, 0, (64501, 0)),
        ),
    ),
    network("NO_EXPORT to everybody", &["service-withdrawn"], |n| {
        for place in 0..n.neighbors.len() {
            marked(n, place, (65535, 65281));
        }
    }),
    text(
        "the filter asks the wrong way round",
        &["service-withdrawn"],
        (
            "filters.conf",
            "if source != RTS_STATIC then return false;",
            "if source = RTS_STATIC then return false;",
        ),
    ),
    text(
        "the last term comes first",
        &["service-withdrawn", "site-loss"],
        (
            "filters.conf",
            "  if !ANNOUNCE then return false;\n",
            "  return false;\n  if !ANNOUNCE then return false;\n",
        ),
    ),
    text(
        "the first provider's filter rejects everything",
        &["site-loss", "below-site-floor"],
        (
            "filters.conf",
            "filter to_as64501 {\n",
            "filter to_as64501 {\n  if source = RTS_STATIC then reject;\n",
        ),
    ),
    text(
        "one set stands for another",
        &["below-site-floor"],
        (
            "prefixes.conf",
            "define EDGE4 = [ 198.51.100.0/24 ];",
            "define EDGE4 = [ 203.0.113.0/24 ];",
        ),
    ),
    text(
        "a set emptied",
        &["mass-withdrawal"],
        (
            "prefixes.conf",
            "define CUSTOMERS6 = [ 2001:db8:4000::/36{48,48} ];",
            "define CUSTOMERS6 = [ ];",
        ),
    ),
    text(
        "a term of the filter deleted",
        &["below-site-floor", "service-withdrawn"],
        (
            "filters.conf",
            "  if (net ~ EDGE4 || net ~ EDGE6) then return true;\n",
            "",
        ),
    ),
    text(
        "an include lost",
        &["site-loss", "below-site-floor"],
        ("bird/hosts/", "include \"../../shared/origin.conf\";\n", ""),
    ),
    text(
        "a digit too few in a route",
        &["service-withdrawn", "below-site-floor"],
        (
            "origin.conf",
            "route 203.0.113.0/24 blackhole",
            "route 203.0.13.0/24 blackhole",
        ),
    ),
    text(
        "another number in the constants",
        &["foreign-origin", "origin-change"],
        (
            "constants.conf",
            "define OURS = 64500;",
            "define OURS = 64505;",
        ),
    ),
    text(
        "a template without a filter",
        &["export-all"],
        (
            "templates.conf",
            "    export filter to_as64501;\n",
            "    export all;\n",
        ),
    ),
    text(
        "a peer is told what providers are",
        &["mass-growth", "over-neighbor-limit"],
        (
            "templates.conf",
            "export filter to_as64504;",
            "export filter to_as64501;",
        ),
    ),
    text(
        "a static protocol is switched off",
        &["below-site-floor"],
        (
            "origin.conf",
            "protocol static edge6 {\n",
            "protocol static edge6 {\n  disabled;\n",
        ),
    ),
    text(
        "a template is switched off",
        &["service-withdrawn"],
        (
            "templates.conf",
            "  local as OURS;\n",
            "  local as OURS;\n  disabled;\n",
        ),
    ),
    text(
        "the export of a channel is none",
        &["site-loss", "below-site-floor"],
        (
            "templates.conf",
            "    export filter to_as64501;\n",
            "    export none;\n",
        ),
    ),
    text(
        "overlays say that nothing is announced",
        &["service-withdrawn", "below-site-floor"],
        (
            "bird/sites/",
            "define ANNOUNCE = true;",
            "define ANNOUNCE = false;",
        ),
    ),
    kind(
        "the wrong overlay",
        &["site-loss"],
        Change::Edited(
            |n| {
                for name in ["iad", "sin", "lhr", "sjc", "ord"] {
                    if let Some(site) = n.sites.get_mut(name) {
                        site.announces = name != "sin";
                    }
                }
            },
            // Three sites get the overlay of one that is out of service.
            |files| {
                for name in ["iad", "lhr", "ord"] {
                    let path = format!("bird/hosts/{name}/bird.conf");
                    let text = files.get_mut(&path).expect("a site of one router");
                    *text = text.replace(&format!("sites/{name}.conf"), "sites/sin.conf");
                }
            },
        ),
    ),
    // Sessions.
    network("the last session of a site", &["session-removed"], |n| {
        for neighbor in &mut n.neighbors {
            neighbor.sites.remove("iad");
        }
    }),
    network("sessions at many sites", &["wide-change"], |n| {
        let names: Vec<String> = n.sites.keys().cloned().collect();
        if let Some(peer) = n.neighbors.get_mut(3) {
            peer.sites.extend(names);
        }
    }),
    kind(
        "another network at the same address",
        &["session-identity-change"],
        Change::Configured(|n| {
            if let Some(peer) = n.neighbors.get_mut(1) {
                peer.asn = 64507;
            }
        }),
    ),
    text(
        "a neighbour that the policy does not know",
        &["undeclared-neighbor"],
        (
            "bird/hosts/iad/bird.conf",
            "protocol device {",
            "protocol bgp stranger {\n  local as OURS;\n  neighbor 192.0.2.250 as 64509;\n  ipv4 { import none; export where source = RTS_STATIC; };\n}\nprotocol device {",
        ),
    ),
    kind(
        "both of a pair",
        &["redundant-pair-change"],
        Change::Prepared(
            |n| n.policy.pairs = true,
            |n| {
                for name in ["ams", "iad"] {
                    if let Some(site) = n.sites.get_mut(name) {
                        site.announces = false;
                    }
                }
            },
        ),
    ),
    network(
        "more than a neighbour accepts",
        &["over-neighbor-limit"],
        |n| {
            if let Some(neighbor) = n.neighbors.first_mut() {
                neighbor.max_prefix = 6;
            }
        },
    ),
    // Size.
    network("a list twice as long", &["mass-growth"], |n| {
        n.customers.extend(0x4800..0x4860);
    }),
    network("an aggregate in pieces", &["deaggregation"], |n| {
        n.customers.extend(0x4800..0x4809);
    }),
    // Prefixes and paths.
    network("a default route", &["default-route"], |n| {
        extra(n, "0.0.0.0/0", &[]);
    }),
    network("private space", &["bogon-prefix"], |n| {
        extra(n, "10.0.0.0/8", &[]);
    }),
    kind(
        "too long for the table",
        &["overlong-prefix"],
        Change::Prepared(
            |n| {
                let line = "{ prefix: \"2001:db8:c000::/40\", max-length: 64 }";
                n.policy.owned.push(line.to_owned());
            },
            |n| extra(n, "2001:db8:c000:1::/64", &[]),
        ),
    ),
    text(
        "a private number in the path",
        &["bogon-asn"],
        (
            "filters.conf",
            "  finish();\n",
            "  bgp_path.prepend(64512);\n  finish();\n",
        ),
    ),
    network("a blackhole to everybody", &["blackhole-scope"], |n| {
        extra(n, "198.51.100.66/32", &[(65535, 666)]);
    }),
    text(
        "a rule that stops BGP itself",
        &["flowspec-hits-bgp"],
        (
            "bird/hosts/iad/bird.conf",
            "protocol device {",
            "flow4 table flows;\nprotocol static mitigation {\n  flow4 { table flows; };\n  route flow4 { proto = 6; dport = 179; };\n}\nprotocol device {",
        ),
    ),
    // Policy.
    network("a lower floor", &["policy-relaxed"], |n| {
        if let Some(service) = n.services.first_mut() {
            service.min_sites = 1;
        }
        silenced(n, 1, |region| region != "eu");
    }),
    network("a wider loss", &["policy-relaxed"], |n| {
        if let Some(service) = n.services.get_mut(1) {
            service.max_loss = 20;
            service.sites.retain(|site| site.as_str() < "jnb");
        }
    }),
    network("a larger growth", &["policy-relaxed"], |n| {
        n.policy.growth = "10x";
        n.customers.extend(0x4800..0x4860);
    }),
    network("more sites at once", &["policy-relaxed"], |n| {
        n.policy.sites_per_change = 50;
    }),
    network("more withdrawals at once", &["policy-relaxed"], |n| {
        n.policy.withdraw = 500;
        n.customers.clear();
    }),
    network("older data", &["policy-relaxed"], |n| {
        n.policy.max_age = "90d";
    }),
    network("a rule that only warns", &["policy-relaxed"], |n| {
        n.policy.levels.push("foreign-prefix: warn".to_owned());
        extra(n, "2001:db8:d100::/48", &[]);
    }),
    network("more space", &["policy-relaxed"], |n| {
        let line = "{ prefix: \"2001:db8:d100::/40\", max-length: 48 }";
        n.policy.owned.push(line.to_owned());
        extra(n, "2001:db8:d100::/48", &[]);
    }),
    network("a peer becomes a customer", &["policy-relaxed"], |n| {
        if let Some(peer) = n.neighbors.get_mut(3) {
            peer.relation = "customer";
        }
    }),
    network("a neighbour accepts more", &["policy-relaxed"], |n| {
        if let Some(neighbor) = n.neighbors.first_mut() {
            neighbor.max_prefix = 2000;
        }
    }),
    text(
        "a source taken out",
        &["policy-relaxed"],
        (
            "preflight.yaml",
            "    - { adapter: bird, site: ams, router: ams-2,",
            "    # - { adapter: bird, site: ams, router: ams-2,",
        ),
    ),
    // What cannot be read.
    text(
        "a brace is missing",
        &["unparsed-config"],
        ("filters.conf", "function finish() {", "function finish() "),
    ),
    text(
        "a filter that is not there",
        &["undefined-reference", "unparsed-config"],
        (
            "templates.conf",
            "export filter to_as64503;",
            "export filter to_as64599;",
        ),
    ),
    text(
        "an include that is not there",
        &[],
        ("bird/hosts/", "shared/filters.conf", "shared/filter.conf"),
    ),
    shared("data cut off", &[], ("data/vrps.json", "  ]\n}\n", "")),
    shared(
        "old data",
        &[],
        ("data/vrps.json", "2026-11-21T", "2026-11-11T"),
    ),
    shared(
        "a section that is gone",
        &[],
        ("preflight.yaml", "bgp:", "bpg:"),
    ),
];
