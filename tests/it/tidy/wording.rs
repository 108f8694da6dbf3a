//! Messages: lower-case fragments without a full stop, one line each.

use serde_json::Value;

use crate::fixtures;

/// What is wrong with the wording of `message`, if anything.
fn fault(message: &str) -> Option<&'static str> {
    let mut letters = message.chars();
    let first = letters.next().unwrap_or(' ');
    let shouts = letters.next().is_some_and(char::is_lowercase);
    if message.trim() != message || message.is_empty() {
        Some("is empty or padded")
    } else if message.ends_with('.') && !message.ends_with("..") {
        Some("ends in a full stop")
    } else if first.is_uppercase() && shouts {
        // `TLS` and `RSA` keep their capitals.
        Some("begins with a capital")
    } else if message.contains('\n') {
        Some("is longer than a line")
    } else {
        None
    }
}

/// Every text of a finding that a person reads.
fn texts(finding: &Value) -> Vec<String> {
    let labels = finding["labels"].as_array().into_iter().flatten();
    [&finding["message"], &finding["help"]]
        .into_iter()
        .chain(labels.map(|label| &label["message"]))
        .chain(finding["notes"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[test]
fn messages_are_lower_case_fragments() {
    let mut wrong = Vec::new();
    for (part, case) in fixtures::cases() {
        let (_, report) = fixtures::check(part, &case);
        for finding in report["findings"].as_array().unwrap() {
            let rule = &finding["rule"];
            for text in texts(finding) {
                if let Some(fault) = fault(&text) {
                    wrong.push(format!("{rule} {fault}: {text}"));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn faults_of_wording_are_seen() {
    assert_eq!(fault("the lock is taken again"), None);
    assert_eq!(fault("RSA key of 1024 bits"), None);
    assert_eq!(fault("`State::load` is taken again"), None);
    assert!(fault("The lock is taken again").is_some());
    assert!(fault("the lock is taken again.").is_some());
    assert!(fault("").is_some());
    assert!(fault("a\nb").is_some());
}
