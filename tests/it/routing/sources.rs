//! What a policy can say about routers' files that does not fit them.

use rules::Exit;

use super::{FILTERS, POLICY, ROUTER, between, change, side};

/// The policy with another entry of `sources`, or several.
fn with(sources: &str) -> String {
    POLICY.replace(
        "    - { adapter: bird, site: fra, entry: bird.conf }\n",
        sources,
    )
}

fn policy(sources: &str) -> super::Answer {
    let text = with(sources);
    change(side(&[("preflight.yaml", &text)]).path())
}

#[test]
fn two_routers_of_one_name_at_one_site() {
    let two = "    - { adapter: bird, site: fra, entry: bird.conf }\n    - { adapter: bird, site: fra, entry: bird.conf }\n";
    let answer = policy(two);
    assert_ne!(answer.exit, Exit::Clean, "{:#?}", answer.said);
    answer.expect(answer.exit, &["preflight.yaml:13", "fra"]);
    let named = "    - { adapter: bird, site: fra, router: r1, entry: bird.conf }\n    - { adapter: bird, site: fra, router: r1, entry: bird.conf }\n";
    let answer = policy(named);
    assert_ne!(answer.exit, Exit::Clean, "{:#?}", answer.said);
    answer.expect(answer.exit, &["preflight.yaml:13", "r1"]);
}

#[test]
fn an_entry_that_is_not_there() {
    let answer = policy("    - { adapter: bird, site: fra, entry: routers/fra.conf }\n");
    assert_ne!(answer.exit, Exit::Clean, "{:#?}", answer.said);
    answer.expect(answer.exit, &["routers/fra.conf"]);
}

#[test]
fn an_entry_outside_of_the_repository() {
    for path in ["/etc/bird/bird.conf", "../../../../bird.conf"] {
        let answer = policy(&format!(
            "    - {{ adapter: bird, site: fra, entry: {path} }}\n"
        ));
        assert_ne!(answer.exit, Exit::Clean, "{:#?}", answer.said);
        answer.expect(answer.exit, &["preflight.yaml:12", "bird.conf"]);
    }
}

#[test]
fn a_glob_that_matches_nothing() {
    let source =
        "    - { adapter: bird, glob: \"routers/*.conf\", site-from: \"routers/{site}.conf\" }\n";
    let answer = policy(source);
    assert_ne!(answer.exit, Exit::Clean, "{:#?}", answer.said);
    answer.expect(answer.exit, &["preflight.yaml:12", "routers/*.conf"]);
    // In both: there is no difference, and nothing to see.
    let text = with(source);
    let both = side(&[("preflight.yaml", &text)]);
    assert_ne!(between(both.path(), both.path()).exit, Exit::Clean);
}

#[test]
fn a_pattern_for_sites_that_does_not_match() {
    let answer =
        policy("    - { adapter: bird, glob: \"*.conf\", site-from: \"hosts/{site}.conf\" }\n");
    assert_ne!(answer.exit, Exit::Clean, "{:#?}", answer.said);
    answer.expect(answer.exit, &["preflight.yaml:12", "bird.conf"]);
}

#[test]
fn a_site_that_the_policy_does_not_know() {
    let text =
        with("    - { adapter: bird, glob: \"hosts/*.conf\", site-from: \"hosts/{site}.conf\" }\n");
    let router = ROUTER.replace("filters.conf", "../filters.conf");
    let head = side(&[
        ("preflight.yaml", &text),
        ("hosts/fra.conf", &router),
        ("hosts/ams.conf", &router),
    ]);
    let answer = change(head.path());
    assert_ne!(answer.exit, Exit::Clean, "{:#?}", answer.said);
    answer.expect(answer.exit, &["ams"]);
}

#[test]
fn no_sources_at_all() {
    let text = POLICY.replace(
        "sources:\n    - { adapter: bird, site: fra, entry: bird.conf }",
        "sources: []",
    );
    let head = side(&[("preflight.yaml", &text)]);
    let answer = change(head.path());
    assert_eq!(answer.exit, Exit::Denied, "{:#?}", answer.said);
    assert_ne!(between(head.path(), head.path()).exit, Exit::Clean);
}

#[test]
fn a_language_that_is_not_read() {
    for adapter in ["frr", "gobgp", "exabgp", "openbgpd"] {
        let text = POLICY.replace("adapter: bird", &format!("adapter: {adapter}"));
        let head = side(&[("preflight.yaml", &text)]);
        let answer = between(head.path(), head.path());
        assert_ne!(answer.exit, Exit::Clean, "{adapter}: {:#?}", answer.said);
    }
}

#[test]
fn a_source_that_base_had_and_head_has_not() {
    let two = POLICY.replace(
        "sites: { fra: { region: eu } }",
        "sites: { fra: { region: eu }, ams: { region: eu } }",
    );
    let both = two.replace(
        "    - { adapter: bird, site: fra, entry: bird.conf }\n",
        "    - { adapter: bird, site: fra, entry: bird.conf }\n    - { adapter: bird, site: ams, entry: ams.conf }\n",
    );
    let base = side(&[("preflight.yaml", &both), ("ams.conf", ROUTER)]);
    let head = side(&[("preflight.yaml", &two), ("ams.conf", ROUTER)]);
    between(base.path(), head.path()).expect(Exit::Denied, &["policy-relaxed"]);
    // The other way round it is a site more.
    let answer = between(head.path(), base.path());
    assert_eq!(answer.exit, Exit::Clean, "{:#?}", answer.said);
}

#[test]
fn base_cannot_be_read() {
    let base = side(&[("filters.conf", "filter announce {")]);
    let answer = between(base.path(), side(&[]).path());
    assert_eq!(answer.exit, Exit::Undecided, "{:#?}", answer.said);
    answer.expect(answer.exit, &["bird.conf:5", "base: "]);
}

#[test]
fn a_program_in_the_place_of_a_configuration() {
    let text = FILTERS.replace("accept", "accept\u{1b}[2J::error::x\u{202e}");
    let head = side(&[("filters.conf", &text)]);
    let ran = super::tool()
        .cwd(head.path())
        .args(["check", "--format", "github"])
        .run();
    assert_ne!(ran.exit, Exit::Clean);
    assert!(
        !ran.stdout.contains(['\u{1b}', '\u{202e}']),
        "{}",
        ran.stdout
    );
}
