use super::{File, judge_with};
use crate::RULES;

/// What stands below the heading `name`, up to the next one.
fn section<'a>(docs: &'a str, name: &str) -> &'a str {
    let heading = format!("## {name}\n");
    let body = docs.split_once(&heading).map_or("", |(_, body)| body);
    body.split("\n## ").next().unwrap_or_default()
}

/// The policies of a section: head alone, or base and head. A block that begins with
/// `# file: PATH` is a file beside the policy above it.
fn policies(section: &str) -> Vec<(&str, Vec<File<'_>>)> {
    let mut policies: Vec<(&str, Vec<File<'_>>)> = Vec::new();
    for (at, block) in section.split("```").enumerate() {
        let Some((_, text)) = block.split_once('\n').filter(|_| at % 2 == 1) else {
            continue;
        };
        let file = text
            .strip_prefix("# file: ")
            .and_then(|text| text.split_once('\n'));
        match (file, policies.last_mut()) {
            (Some(file), Some((_, files))) => files.push(file),
            (Some(_), None) => panic!("a file without a policy above it:\n{text}"),
            (None, _) => policies.push((text, Vec::new())),
        }
    }
    policies
}

/// Rules that report the example too, from the line `Also reported: …`.
fn others(section: &str) -> Vec<&str> {
    let lines = section
        .lines()
        .filter_map(|line| line.strip_prefix("Also reported: "));
    lines
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn bad_examples_fire_alone_and_good_ones_are_silent() {
    for rule in RULES {
        let docs: Vec<&str> = rule
            .docs
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        let docs = docs.join("\n");
        for (name, mut expected) in [("Bad", vec![rule.id]), ("Good", vec![])] {
            let section = section(&docs, name);
            expected.extend(others(section));
            expected.sort_unstable();
            let policies = policies(section);
            let outcome = match policies.as_slice() {
                [(head, files)] => judge_with(None, (head, files)),
                [(base, before), (head, files)] => judge_with(Some((base, before)), (head, files)),
                other => panic!("{}: {} policies below {name}", rule.id, other.len()),
            };
            let mut found: Vec<_> = outcome.findings.iter().map(|f| f.rule.id).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{} below {name}", rule.id);
            assert_eq!(outcome.undecided, [], "{} below {name}", rule.id);
        }
    }
}
