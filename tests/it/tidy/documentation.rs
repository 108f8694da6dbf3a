//! Examples use only what is set aside for documentation, so that none names a real network, and
//! Markdown keeps one shape.
//!
//! Prefixes are those of RFC 5737, RFC 3849 and RFC 9637, AS numbers those of RFC 5398, names those of
//! RFC 2606. What has to differ is listed with its reason, and a reason that is no longer needed
//! must go.

use std::cell::Cell;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use testkit::tree;

/// A literal outside the documentation ranges that has to stand where it stands.
struct Allowed {
    /// What the path starts with.
    path: &'static str,
    /// What the literal starts with; empty for any.
    literal: &'static str,
    /// Why it may.
    #[expect(dead_code, reason = "it is read by people")]
    reason: &'static str,
    used: Cell<bool>,
}

const fn allowed(path: &'static str, literal: &'static str, reason: &'static str) -> Allowed {
    Allowed {
        path,
        literal,
        reason,
        used: Cell::new(false),
    }
}

fn exceptions() -> Vec<Allowed> {
    vec![
        allowed(
            "tests/estate/service/",
            "0.0.0.0",
            "a listener's any address",
        ),
        allowed(
            "bgp-ci/src/checks/bogon_prefix.rs",
            "",
            "special-purpose space is its subject",
        ),
        allowed(
            "bgp-ci/src/checks/bogon_asn.rs",
            "",
            "reserved numbers are its subject",
        ),
        allowed(
            "bgp-ci/src/checks/overshort_prefix.rs",
            "192.0.0.0",
            "no prefix for documentation is that short",
        ),
        allowed(
            "tests/fixtures/bgp-ci/bogon-asn/",
            "",
            "reserved numbers are its subject",
        ),
        allowed(
            "tests/fixtures/bgp-ci/overshort-prefix/",
            "192.0.0.0",
            "no prefix for documentation is that short",
        ),
        allowed("bgp-ci/src/model/", "", "masks and the edges of types"),
        allowed("bgp-ci/src/tests/", "", "special-purpose space, and edges"),
        allowed(
            "bgp-ci/src/bird/",
            "",
            "IPv4 inside IPv6, and neighbours on a link",
        ),
        allowed("bgp-ci/src/frr/", "", "default routes, masks and covers"),
        allowed("tests/it/lab/frr/", "", "default routes and masks"),
        allowed(
            "tests/fixtures/bgp-ci/grammar/",
            "",
            "bogons that filters name, and neighbours on a link",
        ),
        allowed(
            "tests/it/lab/grammar.rs",
            "",
            "IPv4 inside IPv6, and neighbours on a link",
        ),
        allowed(
            "README.md",
            "AS0",
            "nobody's number, by which space is closed",
        ),
        allowed(
            "bgp-ci/src/",
            "AS0",
            "nobody's number, by which space is closed",
        ),
        allowed(
            "bgp-ci/src/approval/",
            "openssh.com",
            "the protocol's own names end so",
        ),
        allowed(
            "bgp-ci/src/checks/critical_attribute_change.rs",
            "9.1.2.2",
            "a section of RFC 4271",
        ),
        allowed(
            "bgp-ci/src/checks/mass_growth.rs",
            "AS7007",
            "a public incident",
        ),
        allowed(
            "bgp-ci/src/checks/",
            "203.0.112.0",
            "space around that for documentation",
        ),
        allowed(
            "bgp-ci/src/filter/value/",
            "",
            "masks, and IPv4 inside IPv6",
        ),
        allowed("bgp-ci/src/irr/", "AS", "short numbers of a grammar"),
        allowed("bgp-ci/src/nesting.rs", "", "the edges of nesting"),
        allowed(
            "bgp-ci/src/reachability.rs",
            "",
            "the edges of address space",
        ),
        allowed(
            "bgp-ci/src/learned/",
            "",
            "what no daemon takes in, and routes of any space",
        ),
        allowed(
            "tests/examples/policies.rs",
            "",
            "bogons that filters name, and random routes",
        ),
        allowed("bgp-ci/src/rpki/", "", "the edges of address space"),
        allowed("bgp-ci/src/symbolic/", "", "the edges of address space"),
        allowed(
            "tests/fixtures/bgp-ci/",
            "AS0",
            "nobody's number, by which space is closed",
        ),
        allowed(
            "tests/fixtures/bgp-ci/",
            "AS6",
            "a number that the report wraps",
        ),
        allowed(
            "tests/fixtures/bgp-ci/incidents/as7007-1997/",
            "AS7007",
            "a public incident",
        ),
        allowed(
            "tests/fixtures/bgp-ci/incidents/resolver-2025",
            "1.1.1.1",
            "a public incident",
        ),
        allowed(
            "tests/fixtures/bgp-ci/incidents/",
            "",
            "bogons that filters name, and what an upstream may send",
        ),
        allowed(
            "tests/it/incidents/variants.rs",
            "",
            "foreign space, and default routes",
        ),
        allowed(
            "tests/src/fleet/mistake/",
            "",
            "mistakes: foreign space and default routes",
        ),
        allowed(
            "tests/src/lab/programs.rs",
            "203.0.112.0",
            "space around that for documentation",
        ),
        allowed(
            "tests/src/payloads.rs",
            "",
            "random payloads in all of address space",
        ),
        allowed("cert-audit/src/", "4.", "a section of RFC 5280"),
        allowed(
            "tests/fixtures/cert-audit/ssh-certificate-without-expiry/",
            "openssh.com",
            "the protocol's own names end so",
        ),
        allowed(
            "cert-audit/src/ssh.rs",
            "openssh.com",
            "the protocol's own names end so",
        ),
        allowed(
            "cert-audit/src/material/lines.rs",
            "openssh.com",
            "the protocol's own names end so",
        ),
        allowed(
            "tests/fixtures/bgp-ci/bogon-prefix/",
            "",
            "special-purpose space is its subject",
        ),
        allowed(
            "bgp-ci/src/registry.rs",
            "",
            "special-purpose space is its subject",
        ),
        allowed(
            "cert-audit/src/consumer/tests/programs.rs",
            "type.googleapis.com",
            "Envoy's names of its types",
        ),
        allowed(
            "cert-audit/src/document/tests/manifest.rs",
            "bitnami.com",
            "the group of SealedSecret",
        ),
        allowed(
            "tests/it/certs/",
            "openssh.com",
            "the protocol's own names end so",
        ),
        allowed(
            "tests/it/certs/documents.py",
            "yaml.org",
            "the names of YAML's own tags",
        ),
        allowed("tests/it/certs/oracle.py", "1.3.101.", "object identifiers"),
        allowed("Cargo.toml", "profile.dev", "a profile, not a name"),
        allowed(
            "ARCHITECTURE.md",
            "fly.io",
            "the public incident that it answers",
        ),
    ]
}

/// Files whose literals are data of their own, not examples.
fn is_exempt(path: &str) -> bool {
    // The registries that IANA keeps list exactly what is not for documentation.
    path.starts_with("rules/packs/bgp/")
        || path == "Cargo.lock"
        || path.starts_with("LICENSE")
        || path == "tests/requirements.txt"
        // This file names what it looks for.
        || path == "tests/it/tidy/documentation.rs"
}

/// Runs of characters that `belongs` accepts, each with the character before and after it.
fn tokens(line: &str, belongs: fn(char) -> bool) -> impl Iterator<Item = (&str, &str, char)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + line[rest..].find(belongs)?;
        let end = line[start..]
            .find(|c| !belongs(c))
            .map_or(line.len(), |length| start + length);
        rest = end;
        let after = line[end..].chars().next().unwrap_or(' ');
        Some((&line[..start], &line[start..end], after))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_documentation_v4(address: Ipv4Addr) -> bool {
    matches!(
        address.octets(),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [127, ..]
    )
}

fn is_documentation_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[..2] == [0x2001, 0xdb8]
        || segments[0] == 0x3fff && segments[1] < 0x1000
        || address.is_loopback()
        || address.is_unspecified()
}

fn is_documentation_asn(asn: u32) -> bool {
    matches!(asn, 64496..=64511 | 65536..=65551)
}

fn is_documentation_name(name: &str) -> bool {
    ["example.com", "example.net", "example.org"]
        .iter()
        .any(|reserved| name == *reserved || name.ends_with(&format!(".{reserved}")))
}

fn addresses(line: &str) -> Vec<String> {
    let v4 = tokens(line, |c| c.is_ascii_digit() || c == '.')
        .filter(|(before, _, after)| !before.ends_with(is_word) && !is_word(*after))
        // An object identifier of four numbers; `2.5.29` is the arc of X.509's extensions.
        .filter(|(before, token, _)| !before.ends_with("oid!(") && !token.starts_with("2.5.29."))
        // A section of a document.
        .filter(|(before, ..)| !before.ends_with('§'))
        .filter_map(|(_, token, _)| token.trim_matches('.').parse().ok())
        .filter(|&address| !is_documentation_v4(address))
        .map(|address: Ipv4Addr| address.to_string());
    let v6 = tokens(line, |c| c.is_ascii_hexdigit() || c == ':')
        .filter(|(before, _, after)| !before.ends_with(is_word) && !is_word(*after))
        // `a::b` is a path of Rust; an address worth the name has a digit.
        .filter(|(_, token, _)| token.contains(|c: char| c.is_ascii_digit()))
        .filter_map(|(_, token, _)| token.parse().ok())
        .filter(|&address| !is_documentation_v6(address))
        .map(|address: Ipv6Addr| address.to_string());
    v4.chain(v6).collect()
}

fn numbers(line: &str) -> Vec<String> {
    tokens(line, is_word)
        .filter_map(|(before, token, _)| {
            let digits = token.strip_prefix("AS").or_else(|| {
                before
                    .trim_end_matches('"')
                    .ends_with("asn: ")
                    .then_some(token)
            })?;
            digits.parse().ok()
        })
        .filter(|&asn| !is_documentation_asn(asn))
        .map(|asn: u32| format!("AS{asn}"))
        .collect()
}

fn names(path: &str, line: &str) -> Vec<String> {
    // In Rust, `route.net` and `self.io` are fields.
    let endings: &[&str] = if Path::new(path).extension() == Some("rs".as_ref()) {
        &[".com", ".org"]
    } else {
        &[
            ".com", ".org", ".net", ".io", ".dev", ".cloud", ".co", ".eu", ".info",
        ]
    };
    tokens(line, |c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
        // An address of a page is a reference, not an example.
        .filter(|(before, _, _)| !before.ends_with("//") && !before.ends_with(is_word))
        .map(|(_, token, _)| token.trim_matches(['.', '-']).to_lowercase())
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending)))
        .filter(|name| !is_documentation_name(name))
        .collect()
}

#[test]
fn examples_use_documentation_ranges() {
    let exceptions = exceptions();
    let mut found = Vec::new();
    for path in tree::files().into_iter().filter(|path| !is_exempt(path)) {
        let Some(text) = tree::text(&path) else {
            continue;
        };
        for (number, line) in (1..).zip(text.lines()) {
            let literals = [addresses(line), numbers(line), names(&path, line)].concat();
            for literal in literals {
                let exception = exceptions.iter().find(|exception| {
                    path.starts_with(exception.path) && literal.starts_with(exception.literal)
                });
                match exception {
                    Some(exception) => exception.used.set(true),
                    None => found.push(format!("{path}:{number}: {literal}")),
                }
            }
        }
    }
    assert!(
        found.is_empty(),
        "not for documentation:\n{}",
        found.join("\n")
    );
    for exception in exceptions {
        let Allowed { path, literal, .. } = exception;
        assert!(exception.used.get(), "no longer needed: {path} {literal}");
    }
}

/// Each of the lookups above finds what it is there for.
#[test]
fn foreign_literals_are_seen() {
    assert_eq!(addresses("route 8.8.8.0/24 via 192.0.2.1."), ["8.8.8.0"]);
    assert_eq!(addresses("oid!(1.3.101.112) and 2.5.29.17"), [""; 0]);
    assert_eq!(
        addresses("[2a00:1450::1] 2001:db8::1 a::b v1.2.3"),
        ["2a00:1450::1"]
    );
    assert_eq!(
        numbers("AS64500 AS3356 asn: 64501, asn: \"13335\""),
        ["AS3356", "AS13335"]
    );
    assert_eq!(
        names(
            "x.md",
            "api.example.com www.acme.com https://doc.rust-lang.org"
        ),
        ["www.acme.com"]
    );
}

/// Markdown: headings as a sentence is written, and one sentence a line.
#[test]
fn markdown_is_written_one_sentence_a_line() {
    let mut found = Vec::new();
    for path in tree::files_with("md") {
        let text = tree::text(&path).expect("Markdown is text");
        let mut in_code = false;
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim_start().starts_with("```") {
                in_code = !in_code;
            }
            // A table's row cannot be broken.
            if in_code || line.starts_with('|') {
                continue;
            }
            if has_two_sentences(line) {
                found.push(format!("{path}:{number}: two sentences on a line"));
            }
            if line.starts_with('#') && has_title_case(line) {
                found.push(format!("{path}:{number}: a heading in title case"));
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// True where a full stop is followed by a capital letter on the same line, abbreviations aside.
fn has_two_sentences(line: &str) -> bool {
    line.match_indices(". ").any(|(at, _)| {
        let before = line[..at].rsplit([' ', '(']).next().unwrap_or_default();
        let numbered = before.chars().all(|c| c.is_ascii_digit());
        let after = line[at + 2..].chars().next().unwrap_or(' ');
        !numbered && !["e.g", "i.e"].contains(&before) && after.is_uppercase()
    })
}

/// True where three words or more, and most of them, begin with a capital letter.
fn has_title_case(heading: &str) -> bool {
    let words: Vec<_> = heading.split_whitespace().skip(2).collect();
    let capitals = words
        .iter()
        .filter(|word| {
            let mut letters = word.chars();
            letters.next().is_some_and(char::is_uppercase) && letters.any(char::is_lowercase)
        })
        .count();
    words.len() > 1 && capitals * 2 > words.len()
}
