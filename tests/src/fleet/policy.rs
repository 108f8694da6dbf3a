//! The policy of a state, up to what says who announces what; and the data beside it.

use std::fmt::Write as _;

use super::network::{Network, OURS};
use super::{Files, Language};

/// The policy's text as far as both languages share it.
pub(super) fn opening(network: &Network, language: Language) -> String {
    let mut out = String::from("version: 1\n");
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    if network.style.comment > 0 {
        line(format!(
            "# The network team owns this file; revision {} of its notes.",
            network.style.comment
        ));
    }
    if !network.policy.levels.is_empty() {
        line("levels:".to_owned());
        for level in &network.policy.levels {
            line(format!("  {level}"));
        }
    }
    line(format!("bgp:\n  asn: {OURS}\n  owned:"));
    for service in &network.services {
        for prefix in &service.prefixes {
            let length = if prefix.contains(':') { 48 } else { 24 };
            line(format!(
                "    - {{ prefix: \"{prefix}\", max-length: {length}, service: {} }}",
                service.name
            ));
        }
    }
    line("    - { prefix: \"2001:db8:4000::/36\", max-length: 48 }".to_owned());
    for owned in &network.policy.owned {
        line(format!("    - {owned}"));
    }
    line("  services:".to_owned());
    for service in &network.services {
        let mut entry = format!(
            "    {}: {{ kind: anycast, critical: true, min-sites: {}, max-site-loss-per-change: {}",
            service.name, service.min_sites, service.max_loss
        );
        if service.name == "edge" {
            let europe = network.policy.min_europe;
            write!(entry, ", min-sites-per-region: {{ eu: {europe} }}").expect("a string grows");
        }
        line(entry + " }");
    }
    line("  sites:".to_owned());
    for (name, site) in &network.sites {
        line(format!("    {name}: {{ region: {} }}", site.region));
    }
    line("  neighbors:".to_owned());
    for neighbor in &network.neighbors {
        let sites: Vec<_> = neighbor.sites.iter().cloned().collect();
        line(format!(
            "    {}: {{ asn: {}, relation: {}, max-prefix: {}, no-announce: [\"{}:0\"], sites: [{}] }}",
            neighbor.name,
            neighbor.asn,
            neighbor.relation,
            neighbor.max_prefix,
            neighbor.asn,
            sites.join(", ")
        ));
    }
    line(
        "  treat-as-public: [192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, \"2001:db8::/32\", AS64496-AS64511]"
            .to_owned(),
    );
    if network.policy.pairs {
        let routers = match language {
            Language::Bird => "ams-1, ams-2",
            Language::Intent => "ams, iad",
        };
        line(format!("  pairs: [[{routers}]]"));
    }
    line(format!(
        "  data: {{ vrps: data/vrps.json, max-age: {} }}",
        network.policy.max_age
    ));
    line(format!(
        "  limits: {{ withdraw: {{ prefixes: {}, share: 20% }}, growth: {}, sites-per-change: {} }}",
        network.policy.withdraw, network.policy.growth, network.policy.sites_per_change
    ));
    out
}

/// What lies beside the policy in both languages.
pub(super) fn beside(network: &Network, files: &mut Files) {
    let rows: Vec<String> = network
        .vrps
        .iter()
        .map(|vrp| {
            format!(
                "    {{ \"prefix\": \"{}\", \"maxLength\": {}, \"asn\": \"AS{}\", \"ta\": \"ripe\" }}",
                vrp.prefix, vrp.max_length, vrp.asn
            )
        })
        .collect();
    let (hour, minute) = (23 - network.age / 60 % 24, 59 - network.age % 60);
    files.insert(
        "data/vrps.json".to_owned(),
        format!(
            "{{\n  \"metadata\": {{ \"buildtime\": \"2026-11-21T{hour:02}:{minute:02}:00Z\" }},\n  \"roas\": [\n{}\n  ]\n}}\n",
            rows.join(",\n")
        ),
    );
    files.insert(
        "requirements.txt".to_owned(),
        format!("jinja2==3.1.{}\n", network.dependency),
    );
    files.insert(
        "README.md".to_owned(),
        "# The network\n\nChanges are reviewed by two people.\n".to_owned(),
    );
}
