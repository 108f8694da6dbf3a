//! A state as configurations for BIRD: shared files, an overlay for each site, and an entry for
//! each router.
//!
//! Sites of one router name their overlay; at the others a deploy script puts it beside the entry
//! as `site.conf`, which the policy says as `include`.

use std::fmt::Write as _;

use super::network::{Network, OURS, Site};
use super::style::Style;
use super::{Files, Language, policy};

/// Everything that the repository holds.
pub(super) fn files(network: &Network) -> Files {
    let style = &network.style;
    let mut files = Files::new();
    let mut shared = |name: &str, text: String| {
        files.insert(format!("bird/shared/{name}"), style.indented(&text));
    };
    shared(&style.file("constants"), constants(network));
    shared(&style.file("prefixes"), prefixes(network));
    shared(&style.file("origin"), origin(network));
    let (first, others) = templates(network);
    let (mut policies, mut sessions) = (filters(network), String::new());
    let beside = if style.rooted {
        &mut policies
    } else {
        &mut sessions
    };
    beside.push_str(&first);
    sessions.push_str(&others);
    shared(&style.file("filters"), policies);
    shared(&style.file("templates"), sessions);
    let mut generated = String::from("# Generated. Do not edit.\n");
    for number in &network.customers {
        let prefix = Network::customer(*number);
        writeln!(generated, "route {prefix} {};", style.target()).expect("a string grows");
    }
    files.insert("bird/generated/customers.conf".to_owned(), generated);
    for (name, site) in &network.sites {
        let path = format!("bird/{}/{name}.conf", style.overlays());
        files.insert(path, style.indented(&overlay(network, name, site)));
        for router in 1..=site.routers() {
            let text = entry(network, name, site, router);
            files.insert(path_of(name, site, router), style.indented(&text));
        }
    }
    let mut text = policy::opening(network, Language::Bird);
    text.push_str(&sources(network));
    files.insert("preflight.yaml".to_owned(), text);
    policy::beside(network, &mut files);
    files
}

/// Where a router's entry lies.
pub fn path_of(name: &str, site: &Site, router: usize) -> String {
    if site.is_mapped() {
        format!("bird/routers/{name}-{router}.conf")
    } else {
        format!("bird/hosts/{name}/bird.conf")
    }
}

fn sources(network: &Network) -> String {
    let mut out = String::from(
        "  sources:\n    - { adapter: bird, glob: \"bird/hosts/*/bird.conf\", site-from: \"bird/hosts/{site}/bird.conf\", vars: { bgp_password: example } }\n",
    );
    let mapped = network.sites.iter().filter(|(_, site)| site.is_mapped());
    for (name, site) in mapped {
        for router in 1..=site.routers() {
            let entry = path_of(name, site, router);
            let overlays = network.style.overlays();
            writeln!(
                out,
                "    - {{ adapter: bird, site: {name}, router: {name}-{router}, entry: {entry}, include: {{ site.conf: bird/{overlays}/{name}.conf }}, vars: {{ bgp_password: example }} }}"
            )
            .expect("a string grows");
        }
    }
    out
}

fn constants(network: &Network) -> String {
    let mut lines = vec![
        format!("define OURS = {OURS};"),
        "define GRACEFUL_SHUTDOWN = (65535, 0);".to_owned(),
        "define NO_EXPORT = (65535, 65281);".to_owned(),
        format!("define PREFERENCE = {};", network.preference),
    ];
    let peers = network.neighbors.iter();
    lines.extend(peers.map(|peer| format!("define PEER_{} = {};", peer.asn, peer.asn)));
    if network.style.reversed {
        lines.reverse();
    }
    format!(
        "# Numbers and communities.{}\n{}\n",
        note(&network.style),
        lines.join("\n")
    )
}

fn note(style: &Style) -> String {
    match style.comment {
        0 => String::new(),
        number => format!(" Reviewed {number} times."),
    }
}

fn set(network: &Network, service: &str, six: bool) -> String {
    let found = network
        .services
        .iter()
        .filter(|entry| entry.name == service)
        .flat_map(|entry| &entry.prefixes)
        .filter(|prefix| prefix.contains(':') == six)
        .cloned();
    format!("[ {} ]", found.collect::<Vec<_>>().join(", "))
}

fn prefixes(network: &Network) -> String {
    let mut out = String::from("# What is ours, by service.\n");
    for service in &network.services {
        let name = service.name.to_uppercase();
        for (family, six) in [(4, false), (6, true)] {
            let set = set(network, service.name, six);
            let name = Style::named(&format!("{name}{family}"), network.style.constants);
            writeln!(out, "define {name} = {set};").expect("a string grows");
        }
    }
    out.push_str("define CUSTOMERS6 = [ 2001:db8:4000::/36{48,48} ];\n");
    out
}

fn origin(network: &Network) -> String {
    let style = &network.style;
    let mut blocks = Vec::new();
    for service in &network.services {
        for (family, six) in [(4, false), (6, true)] {
            let mut block = format!(
                "protocol static {}{family} {{\n  ipv{family};\n",
                service.name
            );
            let routes = service
                .prefixes
                .iter()
                .filter(|prefix| prefix.contains(':') == six);
            for prefix in routes {
                writeln!(block, "  route {prefix} {};", style.target()).expect("a string grows");
            }
            blocks.push(block + "}\n");
        }
    }
    blocks.push(
        "protocol static customers6 {\n  ipv6;\n  include \"../generated/customers.conf\";\n}\n"
            .to_owned(),
    );
    if style.reversed {
        blocks.reverse();
    }
    blocks.join("\n")
}

/// The expression by which a filter knows a service's prefixes.
fn is_in(network: &Network, service: &str, six: bool) -> String {
    let family = if six { 6 } else { 4 };
    if network.style.inline {
        format!("net ~ {}", set(network, service, six))
    } else {
        let name = format!("{}{family}", service.to_uppercase());
        format!("net ~ {}", Style::named(&name, network.style.constants))
    }
}

fn filters(network: &Network) -> String {
    let style = &network.style;
    let mut out = String::from("# Who receives what.\n");
    let edge = format!(
        "{} || {}",
        is_in(network, "edge", false),
        is_in(network, "edge", true)
    );
    let dns = format!(
        "{} || {}",
        is_in(network, "dns", false),
        is_in(network, "dns", true)
    );
    if style.extracted {
        write!(
            out,
            "function of_edge() {{ return {edge}; }}\nfunction of_dns() {{ return {dns}; }}\n"
        )
        .expect("a string grows");
    }
    let (edge, dns) = if style.extracted {
        ("of_edge()".to_owned(), "of_dns()".to_owned())
    } else {
        (format!("({edge})"), format!("({dns})"))
    };
    if style.cases {
        write!(
            out,
            "function announced() {{\n  if source != RTS_STATIC || !ANNOUNCE then return false;\n  case net.type {{\n    NET_IP4: if {edge} then return true; if HAS_DNS && {dns} then return true;\n    NET_IP6: if {edge} || (HAS_DNS && {dns}) then return true;\n  }}\n  if proto ~ \"extra*\" then return true;\n  return false;\n}}\n"
        )
        .expect("a string grows");
    } else {
        write!(
            out,
            "function announced() {{\n  if source != RTS_STATIC then return false;\n  if !ANNOUNCE then return false;\n  if {edge} then return true;\n  if {dns} && HAS_DNS then return true;\n  return proto ~ \"extra*\";\n}}\n"
        )
        .expect("a string grows");
    }
    out.push_str("function customers() {\n  return ANNOUNCE && net ~ CUSTOMERS6;\n}\n");
    out.push_str("function finish() {\n  if DRAINED then bgp_community.add(GRACEFUL_SHUTDOWN);\n  if HIDDEN then bgp_community.add(NO_EXPORT);\n  bgp_large_community.add((OURS, 1, REGION));\n}\n");
    for (place, neighbor) in network.neighbors.iter().enumerate() {
        let name = filter_name(style, neighbor.asn);
        let what = if Network::carries_customers(neighbor.relation) {
            "!announced() && !customers()"
        } else {
            "!announced()"
        };
        if style.parted {
            write!(
                out,
                "\nfunction unwanted_by_{place}() {{ return {what}; }}\nfunction sent_to_{place}() {{\n  finish();\n  tune_{place}();\n  accept;\n}}\nfilter {name} {{\n  if unwanted_by_{place}() then reject;\n  sent_to_{place}();\n}}\n"
            )
        } else {
            write!(
                out,
                "\nfilter {name} {{\n  if {what} then reject;\n  finish();\n  tune_{place}();\n  accept;\n}}\n"
            )
        }
        .expect("a string grows");
    }
    out.push_str("\nfilter learned {\n  if net.len = 0 then reject;\n  bgp_local_pref = PREFERENCE;\n  accept;\n}\n");
    out
}

/// The name of the filter towards a neighbour.
fn filter_name(style: &Style, asn: u32) -> String {
    Style::named(&format!("to_as{asn}"), style.filters)
}

/// The first template, and those from it.
fn templates(network: &Network) -> (String, String) {
    let style = &network.style;
    let root = Style::named("tpl_session", style.templates);
    let first = format!(
        "template bgp {root} {{\n  local as OURS;\n  hold time 90;\n  password \"${{bgp_password}}\";\n  graceful restart on;\n}}\n"
    );
    let mut out = String::new();
    let from = if style.layered {
        let between = Style::named("tpl_outside", style.templates);
        write!(
            out,
            "template bgp {between} from {root} {{\n  enforce first as on;\n}}\n"
        )
        .expect("a string grows");
        between
    } else {
        root
    };
    for neighbor in &network.neighbors {
        let name = Style::named(&format!("tpl_as{}", neighbor.asn), style.templates);
        let filter = filter_name(style, neighbor.asn);
        let limit = network.import_limit;
        write!(out, "\ntemplate bgp {name}_4 from {from} {{\n").expect("a string grows");
        let channel = |family: u8| {
            format!(
                "  ipv{family} {{\n    import limit {limit} action block;\n    import filter learned;\n    export filter {filter};\n  }};\n}}\n"
            )
        };
        out.push_str(&channel(4));
        writeln!(out, "template bgp {name}_6 from {from} {{").expect("a string grows");
        out.push_str(&channel(6));
    }
    (first, out)
}

fn overlay(network: &Network, name: &str, site: &Site) -> String {
    let region = ["eu", "na", "ap", "sa", "af"]
        .iter()
        .position(|region| *region == site.region)
        .unwrap_or_default();
    let has_dns = network
        .services
        .iter()
        .any(|service| service.name == "dns" && service.sites.contains(name));
    let mut out = format!(
        "# {name}\ndefine REGION = {region};\ndefine ANNOUNCE = {};\ndefine DRAINED = {};\ndefine HIDDEN = {};\ndefine HAS_DNS = {has_dns};\n",
        site.announces, site.drained, site.hidden
    );
    for place in 0..network.neighbors.len() {
        let tuning = network.tuned(name, place);
        let mut body = String::new();
        for (a, b) in &tuning.communities {
            writeln!(body, "  bgp_community.add(({a}, {b}));").expect("a string grows");
        }
        for (a, b, c) in &tuning.large {
            writeln!(body, "  bgp_large_community.add(({a}, {b}, {c}));").expect("a string grows");
        }
        for _ in 0..tuning.prepend {
            body.push_str("  bgp_path.prepend(OURS);\n");
        }
        if let Some(med) = tuning.med {
            writeln!(body, "  bgp_med = {med};").expect("a string grows");
        }
        write!(out, "function tune_{place}() {{\n{body}}}\n").expect("a string grows");
    }
    let here: Vec<_> = network
        .extras
        .iter()
        .filter(|extra| extra.sites.contains(name))
        .collect();
    for (family, six) in [(4, false), (6, true)] {
        let routes: Vec<_> = here
            .iter()
            .filter(|extra| extra.prefix.contains(':') == six)
            .collect();
        if routes.is_empty() {
            continue;
        }
        write!(out, "protocol static extra{family} {{\n  ipv{family};\n").expect("a string grows");
        for extra in routes {
            let marks: Vec<String> = extra
                .communities
                .iter()
                .map(|(a, b)| format!(" bgp_community.add(({a}, {b}));"))
                .collect();
            let marks = marks.concat();
            let marks = if marks.is_empty() {
                ";".to_owned()
            } else {
                format!(" {{{marks} }};")
            };
            writeln!(
                out,
                "  route {} {}{marks}",
                extra.prefix,
                network.style.target()
            )
            .expect("a string grows");
        }
        out.push_str("}\n");
    }
    out
}

fn entry(network: &Network, name: &str, site: &Site, router: usize) -> String {
    let style = &network.style;
    let (up, overlay) = if site.is_mapped() {
        ("..", "site.conf".to_owned())
    } else {
        ("../..", format!("../../{}/{name}.conf", style.overlays()))
    };
    let mut out = format!(
        "# Router {router} of {name}.{}\nrouter id 192.0.2.{};\n",
        note(style),
        site.index * 7 + router
    );
    let mut include = |path: String| writeln!(out, "include \"{path}\";").expect("a string grows");
    include(format!("{up}/shared/{}", style.file("constants")));
    include(overlay);
    let mut rest = [style.file("prefixes"), style.file("origin")];
    if style.reversed {
        rest.reverse();
    }
    for file in rest {
        include(format!("{up}/shared/{file}"));
    }
    for file in [style.file("filters"), style.file("templates")] {
        include(format!("{up}/shared/{file}"));
    }
    out.push_str("\nprotocol device {\n  scan time 10;\n}\n");
    let mut sessions = Vec::new();
    for (place, neighbor) in network.neighbors.iter().enumerate() {
        if !neighbor.sites.contains(name) || place % site.routers() != router - 1 {
            continue;
        }
        let template = Style::named(&format!("tpl_as{}", neighbor.asn), style.templates);
        for family in [4, 6] {
            let session = Style::named(&format!("as{}_v{family}", neighbor.asn), style.sessions);
            let (local, address) = addresses(site, place, family);
            sessions.push(format!(
                "\nprotocol bgp {session} from {template}_{family} {{\n  source address {local};\n  neighbor {address} as PEER_{};\n}}\n",
                neighbor.asn
            ));
        }
    }
    if style.reversed {
        sessions.reverse();
    }
    out + &sessions.concat()
}

/// Our address and the neighbour's on a session.
fn addresses(site: &Site, place: usize, family: u8) -> (String, String) {
    match family {
        4 => (
            "192.0.2.254".to_owned(),
            format!("192.0.2.{}", site.index * 7 + place),
        ),
        _ => (
            format!("2001:db8:ffff:{:x}::ffff", site.index),
            format!("2001:db8:ffff:{:x}::{:x}", site.index, place + 1),
        ),
    }
}
