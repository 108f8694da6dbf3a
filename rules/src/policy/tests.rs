//! What a policy may say, what is refused and where the message points.

use std::path::Path;

use miette::Diagnostic as _;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::{DEFAULT, Error, Policy, STRICT, Spanned, options};
use crate::ids::{Part, TABLE};
use crate::{Level, Position};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Lints {
    max_depth: Option<Spanned<u8>>,
    #[serde(default)]
    packs: Vec<Spanned<String>>,
}

fn refused(text: &str) -> Error {
    Policy::parse("preflight.yaml", text).expect_err("the policy is wrong")
}

/// Message, line, column and help of a refused policy.
fn complaint(text: &str) -> (String, (u32, u32), String) {
    let error = refused(text);
    let at = error
        .position()
        .map_or((0, 0), |at: Position| (at.line, at.column));
    (
        error.to_string(),
        at,
        error
            .help()
            .map(|help| help.to_string())
            .unwrap_or_default(),
    )
}

#[test]
fn the_shipped_policies_load_and_the_strict_one_is_stricter() {
    for text in [DEFAULT, STRICT] {
        let policy = Policy::parse("preflight.yaml", text).unwrap();
        assert!(policy.configures(Part::Lints) && policy.configures(Part::Certs));
        assert!(!policy.configures(Part::Bgp));
    }
    let strict = Policy::parse("preflight.yaml", STRICT).unwrap();
    let (setting, span) = strict.setting("recursive-read").unwrap();
    assert_eq!(setting.level, Some(Level::Deny));
    assert_eq!((span.start.column, span.end.column), (3, 17));
}

#[test]
fn a_part_reads_its_own_section_with_places() {
    let text = "version: 1\nlints:\n  max-depth: 7\n  packs: [a.yaml, \"b.yaml\"]\nbgp: { anything: [1] }\n";
    let policy = Policy::parse("preflight.yaml", text).unwrap();
    let section = policy.section::<Lints>(Part::Lints).unwrap().unwrap();
    let depth = section.value.max_depth.unwrap();
    assert_eq!(depth.value, 7);
    assert_eq!(
        policy.span(&depth).start,
        Position {
            line: 3,
            column: 14,
            byte: 31
        }
    );
    let span = policy.span(&section.value.packs[1]);
    assert_eq!(
        (span.start.line, span.start.column, span.end.column),
        (4, 19, 27)
    );
    assert!(policy.section::<Lints>(Part::Certs).unwrap().is_none());
    assert!(policy.configures(Part::Bgp));
    assert!(
        Policy::none()
            .section::<Lints>(Part::Lints)
            .unwrap()
            .is_none()
    );
}

#[test]
fn wrong_keys_and_values_are_refused_with_place_and_suggestion() {
    let cases = [
        (
            "version: 1\nlevel: {}\n",
            "unknown key `level`",
            (2, 1),
            "did you mean `levels`?",
        ),
        (
            "version: 1\nlevels: { relok: deny }\n",
            "there is no rule `relok`",
            (2, 11),
            "did you mean `relock`?",
        ),
        (
            "version: 1\nlevels:\n  relock: denny\n",
            "there is no level `denny`; a level is allow, warn or deny",
            (3, 11),
            "",
        ),
        (
            "version: 1\nlevels:\n  relock: { level: deny, deny-posible: true }\n",
            "unknown key `deny-posible`",
            (3, 26),
            "did you mean `deny-possible`?",
        ),
        (
            "version: 1\nlevels: { relock: warn, relock: deny }\n",
            "`relock` is given twice",
            (2, 25),
            "remove one of the two",
        ),
        (
            "version: 2\n",
            "this is a policy of version 2",
            (1, 10),
            "this release reads version 1",
        ),
        ("levels: {}\n", "`version` is missing", (1, 1), ""),
        (
            "version: one\n",
            "expected a whole number, zero or above, in range",
            (1, 10),
            "",
        ),
        (
            "version: 1\nlevels: [relock]\n",
            "expected a mapping",
            (2, 9),
            "",
        ),
        (
            "version: 1\nlevels: { relock: *nowhere }\n",
            "this alias has no anchor above it",
            (2, 19),
            "",
        ),
        (
            "version: 1\nlevels:\n\trelock: deny\n",
            "tabs disallowed within this context (block indentation)",
            (3, 2),
            "",
        ),
        (
            "version: 1\n---\nversion: 1\n",
            "a policy is one YAML document",
            (3, 1),
            "remove the `---` and what follows it",
        ),
        (
            "",
            "the text ends too early",
            (1, 1),
            "the smallest policy is the one line `version: 1`",
        ),
    ];
    for (text, message, at, help) in cases {
        assert_eq!(
            complaint(text),
            (message.to_owned(), at, help.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn sections_are_refused_where_they_are_wrong() {
    let wrong = |text: &str| {
        let policy = Policy::parse("preflight.yaml", text).unwrap();
        let error = policy.section::<Lints>(Part::Lints).unwrap_err();
        (
            error.to_string(),
            error.position().map(|at| (at.line, at.column)),
        )
    };
    assert_eq!(
        wrong("version: 1\nlints:\n  max-depht: 3\n"),
        ("unknown key `max-depht`".to_owned(), Some((3, 3)))
    );
    assert_eq!(
        wrong("version: 1\nlints: { max-depth: 300 }\n").1,
        Some((2, 21))
    );
}

#[test]
fn exemptions_need_a_rule_a_match_an_end_and_a_reason() {
    let with = |entry: &str| format!("version: 1\nexemptions:\n  - {entry}\n");
    let cases = [
        (
            "{ rule: relock, match: { path: a }, until: 2026-01-01 }",
            "`reason` is missing",
        ),
        (
            "{ rule: relock, match: { path: a }, until: 2026-01-01, reason: ' ' }",
            "an exemption needs a reason",
        ),
        (
            "{ rule: relock, match: { path: a }, reason: x }",
            "`until` is missing",
        ),
        (
            "{ rule: relock, match: { path: a }, until: soon, reason: x }",
            "this is no date",
        ),
        (
            "{ rule: relock, match: { path: a }, until: 2026-13-01, reason: x }",
            "this is no date",
        ),
        (
            "{ rule: relock, match: {}, until: 2026-01-01, reason: x }",
            "this exemption matches nothing in particular",
        ),
        (
            "{ rule: relock, until: 2026-01-01, reason: x }",
            "`match` is missing",
        ),
        (
            "{ rule: relock, match: { path: 'a[' }, until: 2026-01-01, reason: x }",
            "this is no glob: unclosed character class; missing ']'",
        ),
        (
            "{ rule: relock, match: { fingerprint: abc }, until: 2026-01-01, reason: x }",
            "a fingerprint is 32 hexadecimal digits",
        ),
        (
            "{ rule: relocc, match: { path: a }, until: 2026-01-01, reason: x }",
            "there is no rule `relocc`",
        ),
    ];
    for (entry, message) in cases {
        let (said, (line, column), _) = complaint(&with(entry));
        assert_eq!((said.as_str(), line), (message, 3), "{entry}");
        assert!(column >= 5, "{entry}");
    }
    let good = with("{ rule: relock, match: { path: 'a/**' }, until: 2026-01-31, reason: ' x ' }");
    let policy = Policy::parse("preflight.yaml", &good).unwrap();
    let [exemption] = policy.exemptions() else {
        panic!("one exemption")
    };
    assert_eq!(exemption.reason, "x");
    assert_eq!(exemption.ends, "2026-02-01T00:00:00Z".parse().unwrap());
    let instant = good.replace("2026-01-31", "2026-01-31T12:00:00Z");
    let policy = Policy::parse("preflight.yaml", &instant).unwrap();
    assert_eq!(
        policy.exemptions()[0].ends,
        "2026-01-31T12:00:00Z".parse().unwrap()
    );
}

#[test]
fn hostile_policies_end_in_an_error_with_a_place() {
    let mut bomb = "version: 1\nbgp:\n  a0: &a0 [x, x, x, x]\n".to_owned();
    for n in 1..40 {
        let alias = format!("*a{}", n - 1);
        let line = format!("  a{n}: &a{n} [{}]\n", [alias.as_str(); 9].join(", "));
        bomb.push_str(&line);
    }
    let mut deep_block = String::new();
    for n in 1..10_000 {
        deep_block.push_str(&" ".repeat(n % 900));
        deep_block.push_str("a:\n");
    }
    let cases = [
        bomb,
        format!("version: 1\nbgp: {}", "[".repeat(10_000)),
        format!("version: 1\nbgp: {}", "{a: ".repeat(10_000)),
        format!("version: 1\nbgp:\n {}", "- ".repeat(10_000)),
        format!("version: 1\nbgp:\n {}", "? ".repeat(10_000)),
        format!("version: 1\nbgp:\n{deep_block}"),
        format!("version: 1\nbgp: &a {}", "&a ".repeat(10_000)),
        format!("version: 1\nbgp: [{}]", "1, ".repeat(400_000)),
        "version: 1\nbgp: &a [*a]\n".to_owned(),
        "version: 1\nbgp: \"\\uD800\"\n".to_owned(),
        "version: 1\nbgp: !!binary \"####\"\n\0".to_owned(),
    ];
    for text in cases {
        let shown: String = text.chars().take(40).collect();
        let (_, (line, _), _) = complaint(&text);
        assert!(line >= 1, "{shown}");
    }
    let (message, _, _) = complaint("version: 1\n\"x\\e[31m\\u202Ey\": 2\n");
    assert_eq!(message, "unknown key `x\\u{1b}[31m\\u{202e}y`");
}

#[test]
fn a_rendered_error_shows_the_line_and_no_escape_sequence() {
    let rendered = |error: &Error| {
        let mut text = String::new();
        miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor())
            .render_report(&mut text, error)
            .unwrap();
        text
    };
    let text = rendered(&refused("version: 1\nlevels:\n  relok: deny # \u{202e}x\n"));
    assert!(text.contains("preflight.yaml:3:3"), "{text}");
    assert!(text.contains("relok: deny # \u{fffd}x"), "{text}");
    assert!(text.contains("did you mean `relock`?"), "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
    let text = rendered(&refused(
        "version: 1\nlevels:\n  relok: deny # \u{1b}[31m\n",
    ));
    assert!(
        text.contains("relok: deny # ?[31m") && !text.contains('\u{1b}'),
        "{text}"
    );
}

#[test]
fn the_shipped_schema_is_the_one_of_the_types() {
    type Any = serde_json::Map<String, Value>;
    let text = format!("{:#}\n", super::schema::<Any, Any, Any>().to_value());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/preflight-policy.json");
    let shipped = std::fs::read_to_string(&file).unwrap_or_default();
    if text != shipped {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(
        text, shipped,
        "the schema was out of date; it is written anew, commit it"
    );
}

/// What each parser makes of a text; `None` where it refuses it.
fn both(text: &str) -> (Option<Value>, Option<Value>) {
    (
        serde_saphyr::from_str_with_options(text, options()).ok(),
        serde_yaml::from_str(text).ok(),
    )
}

#[test]
fn every_yaml_file_that_we_ship_means_the_same_to_serde_yaml() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut open = vec![root.join("policies"), root.join("packs")];
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir().into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                files.push(path);
            }
        }
    }
    assert!(files.len() >= 2);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (ours, oracle) = both(&text);
        assert!(ours.is_some(), "{}", file.display());
        assert_eq!(ours, oracle, "{}", file.display());
    }
}

/// Values as policies have them: no floats, whose printing the parsers are free in.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        "[a-z0-9.:/*_-]{1,12}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[ -~]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A policy with levels and exemptions.
fn policies() -> impl Strategy<Value = Value> {
    let levels = prop::collection::btree_map(
        prop::sample::select(TABLE).prop_map(|(id, _)| id.to_owned()),
        prop_oneof![
            prop::sample::select(vec!["allow", "warn", "deny"]).prop_map(Value::from),
            any::<bool>()
                .prop_map(|flag| serde_json::json!({ "level": "deny", "deny-possible": flag })),
        ],
        0..6,
    );
    let exemptions = prop::collection::vec(
        (
            prop::sample::select(TABLE),
            "[a-z*/]{1,10}",
            "[ -~]{0,20}[!-~]",
        )
            .prop_map(|((id, _), path, reason)| {
                serde_json::json!({ "rule": id, "match": { "path": path },
                    "until": "2030-01-01", "reason": reason })
            }),
        0..4,
    );
    (levels, exemptions).prop_map(|(levels, exemptions)| {
        serde_json::json!({ "version": 1, "levels": levels, "exemptions": exemptions })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn generated_yaml_means_the_same_to_serde_yaml(value in values()) {
        let block = serde_yaml::to_string(&value).unwrap();
        let (ours, oracle) = both(&block);
        prop_assert_eq!(ours.as_ref(), Some(&value), "{}", block);
        prop_assert_eq!(ours, oracle, "{}", block);
    }

    #[test]
    fn generated_policies_mean_the_same_in_block_and_flow_style(value in policies()) {
        let block = serde_yaml::to_string(&value).unwrap();
        let flow = value.to_string();
        let read = |text: &str| {
            let policy = Policy::parse("preflight.yaml", text).unwrap();
            let levels: Vec<_> = policy.levels.into_iter().map(|(id, (s, _))| (id, s)).collect();
            let exemptions: Vec<_> =
                policy.exemptions.into_iter().map(|e| (e.rule, e.reason, e.ends)).collect();
            (levels, exemptions)
        };
        prop_assert_eq!(read(&block), read(&flow));
        let oracle: Value = serde_yaml::from_str(&block).unwrap();
        prop_assert_eq!(oracle, value);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,80}", noise in "[\\[\\]{}&*!|>'\"%@`:,#? \n\t-]{0,80}") {
        drop(Policy::parse("preflight.yaml", &text));
        drop(Policy::parse("preflight.yaml", &format!("version: 1\nlevels: {text}\nbgp: {noise}")));
        drop(Policy::parse("preflight.yaml", &format!("version: 1\n{noise}")));
    }
}
