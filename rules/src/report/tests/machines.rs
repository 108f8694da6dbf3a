//! What machines read, read back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{PAGE, rendered, rich};
use crate::report::{Format, Options, render, sample, v1};

#[test]
fn the_json_report_is_the_documented_one() {
    let text = rich(Format::Json);
    let report: v1::Report = serde_json::from_str(&text).unwrap();
    assert_eq!(report, v1::Report::from(&sample::rich()));
    assert_eq!(report.schema, "preflight.report/v1");

    // The order of the keys is part of the documentation.
    let keys = |text: &str, of: &[&str]| {
        let places: Vec<_> = of
            .iter()
            .map(|key| text.find(&format!("\"{key}\":")).unwrap())
            .collect();
        assert!(places.is_sorted(), "{of:?} in {text}");
    };
    keys(&text, &["schema", "tool", "verdict", "findings"]);
    let tail = text.split_once("\"undecided\": [").unwrap().1;
    keys(
        tail,
        &[
            "path",
            "reason",
            "at",
            "summary",
            "deny",
            "warn",
            "suppressed",
            "baselined",
            "files",
            "skipped",
            "elapsed_ms",
            "stats",
        ],
    );
    let first = text.split_once("\"rule\"").unwrap().1;
    keys(
        first,
        &[
            "level",
            "certainty",
            "message",
            "path",
            "span",
            "labels",
            "help",
            "notes",
            "fingerprint",
            "suppressed",
            "fix",
            "data",
            "part",
        ],
    );

    let schema = jsonschema::validator_for(&v1::schema()).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    schema.validate(&value).unwrap();
    let mut other = value;
    other["schema"] = "preflight.report/v2".into();
    assert!(schema.validate(&other).is_err());
}

#[test]
fn the_shipped_schema_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/preflight-report-v1.json");
    let schema = serde_json::to_string_pretty(&v1::schema()).unwrap() + "\n";
    let shipped = std::fs::read_to_string(&path).unwrap_or_default();
    if shipped != schema {
        // Written, so that the next run passes and the change is seen in review.
        std::fs::write(&path, schema).unwrap();
        panic!("{} was out of date, and was written anew", path.display());
    }
}

#[test]
fn json_lines_begin_with_a_header_and_end_with_a_summary() {
    let text = rich(Format::Jsonl);
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<_> = lines
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .collect();
    let expected = [
        "header",
        "finding",
        "finding",
        "finding",
        "finding",
        "finding",
        "undecided",
        "undecided",
        "undecided",
        "summary",
    ];
    assert_eq!(kinds, expected);
    assert!(text.starts_with(r#"{"schema":"preflight.report/v1","kind":"header","tool":"#));
    let report = v1::Report::from(&sample::rich());
    for (line, finding) in lines[1..6].iter().zip(&report.findings) {
        assert_eq!(
            &serde_json::from_value::<v1::Finding>(line.clone()).unwrap(),
            finding
        );
    }
}

/// The SARIF schema as `serde-sarif` ships it in its source.
fn sarif_schema() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|package| package["name"] == "serde-sarif")
        .unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    let schema = std::fs::read(manifest.with_file_name("src").join("schema.json")).unwrap();
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    // The brackets of this pattern do not match, so that a validator that checks patterns refuses
    // the schema; we never write a `language`.
    for owner in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][owner]["properties"]["language"];
        assert!(
            language
                .as_object_mut()
                .unwrap()
                .remove("pattern")
                .is_some()
        );
    }
    schema
}

#[test]
fn sarif_is_valid_against_its_schema() {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&sarif_schema())
        .unwrap();
    for report in [sample::rich(), sample::clean(), sample::deep(14)] {
        let log: Value = serde_json::from_str(&rendered(&report, Format::Sarif)).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    // The validator is not blind.
    let mut log: Value = serde_json::from_str(&rich(Format::Sarif)).unwrap();
    log["runs"][0]["results"][0]["level"] = "deny".into();
    assert!(!validator.is_valid(&log));
}

#[test]
fn sarif_is_read_back_by_another_reader() {
    let options = Options {
        prefix: "services/edge".to_owned(),
        ..Options::default()
    };
    let text = render(&sample::rich(), Format::Sarif, &PAGE, &options).unwrap();
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(&text).unwrap();
    let run = &log.runs[0];
    let results = run.results.as_ref().unwrap();
    let rules = run.tool.driver.rules.as_ref().unwrap();
    assert_eq!(
        rules
            .iter()
            .map(|rule| rule.id.as_str())
            .collect::<Vec<_>>(),
        [
            "below-site-floor",
            "expired",
            "recursive-read",
            "relock-in-scrutinee"
        ]
    );
    for result in results {
        let index = usize::try_from(result.rule_index.unwrap()).unwrap();
        assert_eq!(Some(&rules[index].id), result.rule_id.as_ref());
        assert_eq!(
            result.partial_fingerprints.as_ref().unwrap()["preflight/v1"].len(),
            32
        );
    }
    let relock = &results[3];
    let flow = &relock.code_flows.as_ref().unwrap()[0].thread_flows[0].locations;
    let lines: Vec<_> = flow
        .iter()
        .map(|step| {
            let place = step
                .location
                .as_ref()
                .unwrap()
                .physical_location
                .as_ref()
                .unwrap();
            let uri = place
                .artifact_location
                .as_ref()
                .unwrap()
                .uri
                .clone()
                .unwrap();
            (uri, place.region.as_ref().unwrap().start_line.unwrap())
        })
        .collect();
    assert_eq!(lines.len(), 8);
    assert_eq!(lines[0], ("services/edge/src/proxy.rs".to_owned(), 10));
    assert_eq!(lines[7], ("services/edge/src/store/evict.rs".to_owned(), 6));

    let suppressed: Vec<_> = results
        .iter()
        .filter_map(|result| result.suppressions.as_ref()?.first())
        .map(|suppression| suppression.justification.as_deref().unwrap())
        .collect();
    assert_eq!(suppressed, ["benchmarks only, see ADR 7"]);
    let invocation = &run.invocations.as_ref().unwrap()[0];
    assert!(!invocation.execution_successful);
    assert_eq!(
        invocation
            .tool_execution_notifications
            .as_ref()
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn junit_is_read_back_with_the_right_counts() {
    let report = quick_junit::Report::deserialize_from_str(&rich(Format::Junit)).unwrap();
    assert_eq!((report.failures, report.errors, report.tests), (3, 3, 8));
    let skipped: usize = report.test_suites.iter().map(|suite| suite.skipped).sum();
    assert_eq!(skipped, 1);
    let clean =
        quick_junit::Report::deserialize_from_str(&rendered(&sample::clean(), Format::Junit))
            .unwrap();
    assert_eq!((clean.failures, clean.errors, clean.tests), (0, 0, 2));
}

#[test]
fn gitlab_fingerprints_are_unique() {
    let mut report = sample::rich();
    let twice = report.findings[0].clone();
    report.findings.push(twice);
    let entries: Vec<Value> = serde_json::from_str(&rendered(&report, Format::Gitlab)).unwrap();
    let unique: BTreeSet<_> = entries
        .iter()
        .map(|entry| entry["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!((entries.len(), unique.len()), (8, 8));
}
