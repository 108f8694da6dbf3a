use super::judge;
use crate::RULES;

/// What stands below the heading `name`, up to the next one.
fn section<'a>(docs: &'a str, name: &str) -> &'a str {
    let heading = format!("## {name}\n");
    let body = docs.split_once(&heading).map_or("", |(_, body)| body);
    body.split("\n## ").next().unwrap_or_default()
}

/// The policies of a section: head alone, or base and head.
fn policies(section: &str) -> Vec<&str> {
    section
        .split("```yaml\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
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
        for (name, expected) in [("Bad", vec![rule.id]), ("Good", vec![])] {
            let policies = policies(section(&docs, name));
            let outcome = match policies.as_slice() {
                [head] => judge(None, head),
                [base, head] => judge(Some(base), head),
                other => panic!("{}: {} policies below {name}", rule.id, other.len()),
            };
            let found: Vec<_> = outcome.findings.iter().map(|f| f.rule.id).collect();
            assert_eq!(found, expected, "{} below {name}", rule.id);
            assert_eq!(outcome.undecided, [], "{} below {name}", rule.id);
        }
    }
}
