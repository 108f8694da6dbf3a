//! A finding tells its story: whoever reads it needs no source beside it.
//!
//! The guard is born, it is alive because of something, each call follows from the one before, and
//! at the end stands the second acquisition; every step has a place of its own in the report.

use serde_json::Value;

use crate::fixtures;

/// Path and line of a chain's link, a label or a finding.
fn place(value: &Value, line: &str) -> Option<(String, u64)> {
    let path = value.get("path")?.as_str()?.to_owned();
    Some((path, value.pointer(line)?.as_u64()?))
}

/// What is missing in the story that `finding` tells.
fn missing(finding: &Value, chain: &[Value]) -> Vec<String> {
    let mut missing = Vec::new();
    let labels = finding["labels"].as_array().map_or(&[][..], Vec::as_slice);
    let says = |what: &[&str]| {
        labels.iter().any(|label| {
            let text = label["message"].as_str().unwrap_or_default();
            what.iter().any(|what| text.contains(what))
        })
    };
    // Not every chain begins at a guard: a task that blocks its executor holds none.
    let callee = finding.pointer("/data/held").is_none() || says(&["while it calls the closure"]);
    if !callee
        && !says(&[
            "is born here",
            "is taken here and kept",
            "runs here",
            "while this runs",
        ])
    {
        missing.push("where the guard is born".to_owned());
    }
    if !callee && !says(&["it lives to here: "]) {
        missing.push("why the guard is alive".to_owned());
    }
    let mut shown: Vec<_> = labels
        .iter()
        .filter_map(|label| place(label, "/span/start/line"))
        .collect();
    shown.extend(place(finding, "/span/start/line"));
    for (at, link) in chain.iter().enumerate() {
        if !place(link, "/line").is_some_and(|place| shown.contains(&place)) {
            missing.push(format!("the place of step {at}: {link}"));
        }
        let next = chain.get(at + 1).map(|next| &next["function"]);
        match (&link["calls"], next) {
            (Value::Null, None) => {}
            // A closure of this function is called here, and goes on where it was written.
            (Value::Null, Some(next)) if *next == link["function"] => {}
            (calls, Some(next)) if calls == next => {}
            (calls, next) => missing.push(format!("a step between {calls} and {next:?}")),
        }
    }
    missing
}

#[test]
fn every_overlap_is_told_step_by_step() {
    let mut wrong = Vec::new();
    let (mut told, mut through_calls) = (0, 0);
    for (part, case) in fixtures::cases() {
        if part.name != "structlint" || case.is_good() {
            continue;
        }
        let (_, report) = fixtures::check(part, &case);
        for finding in report["findings"].as_array().into_iter().flatten() {
            let Some(chain) = finding.pointer("/data/chain").and_then(Value::as_array) else {
                continue;
            };
            told += 1;
            through_calls += usize::from(chain.len() > 1);
            for gap in missing(finding, chain) {
                wrong.push(format!("{}: no {gap}\n{finding:#}", case.path.display()));
            }
        }
    }
    assert!(
        told > 30 && through_calls > 15,
        "{told} stories, {through_calls} through calls: the fixtures show too few"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
