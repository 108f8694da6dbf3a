//! Every fixture says what must be found in it, and nothing else may be.

use std::path::Path;

use rules::Exit;
use serde_json::Value;
use testkit::cli::{self, NOW, Tool};
use testkit::fixture::{self, Case};
use testkit::tree;

use crate::parts::{self, Part};

/// Every case of every part.
pub(crate) fn cases() -> Vec<(Part, Case)> {
    parts::all()
        .into_iter()
        .flat_map(|part| {
            let cases = fixture::cases(part.fixtures);
            cases.into_iter().map(move |case| (part, case))
        })
        .collect()
}

/// Hands the run that judges `case` to `judge`.
///
/// It happens in a folder that holds the case and its rule's `preflight.yaml`, if there is one, so
/// that no manifest of this repository says which edition the case has.
fn judged<R>(part: Part, case: &Case, judge: impl FnOnce(Tool) -> R) -> R {
    let rule = case.path.parent().expect("a case lies in a folder");
    let name = case.path.file_name().expect("a case has a name");
    let folder = tree::copied(&[&case.path, &rule.join("preflight.yaml")]);
    let tool = part.tool().cwd(folder.path()).args(["check", "--now", NOW]);
    let tool = match part.name {
        // A change: two folders, each with a policy of its own.
        "bgp-ci" => {
            let side = |side: &str| Path::new(name).join(side).into_os_string();
            tool.arg("--base")
                .arg(side("base"))
                .arg("--head")
                .arg(side("head"))
        }
        _ => tool.arg(name),
    };
    judge(match case.edition() {
        Some(edition) => tool.args(["--edition".to_owned(), edition]),
        None => tool,
    })
}

/// Judges `case`.
pub(crate) fn check(part: Part, case: &Case) -> (Exit, Value) {
    judged(part, case, Tool::report)
}

/// Judges every case of `part` against what it announces.
fn expect_announced(part: Part) {
    let cases = fixture::cases(part.fixtures);
    assert!(!cases.is_empty(), "{} has no fixtures", part.name);
    let mut wrong = Vec::new();
    for case in &cases {
        let (exit, report) = check(part, case);
        // Paths are relative to a folder that is checked, and to the current one where a file is.
        let folder = format!("{}/", case.path.file_name().unwrap().to_string_lossy());
        let below = |path: String| path.strip_prefix(&folder).unwrap_or(&path).to_owned();
        let mut found: Vec<_> = cli::findings(&report)
            .into_iter()
            .map(|found| (below(found.path), found.line, found.rule))
            .collect();
        let mut expected: Vec<_> = case
            .announced()
            .into_iter()
            .map(|(path, line, rule)| (below(path), line, rule))
            .collect();
        found.sort();
        expected.sort();
        let shown = tree::relative(&case.path);
        if case.is_good() && !expected.is_empty() {
            wrong.push(format!("{shown}: a good case announces {expected:?}"));
        }
        if !case.is_good() && !expected.iter().any(|(_, _, rule)| *rule == case.rule) {
            wrong.push(format!(
                "{shown}: a bad case does not announce its own rule"
            ));
        }
        if found != expected {
            wrong.push(format!(
                "{shown}:\n  found     {found:?}\n  announced {expected:?}"
            ));
        }
        if exit == Exit::Undecided || case.is_good() && exit != Exit::Clean {
            wrong.push(format!("{shown}: {exit:?} {}", report["undecided"]));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn lints() {
    expect_announced(parts::structlint());
}

#[test]
fn certs() {
    expect_announced(parts::cert_audit());
}

#[test]
fn bgp() {
    expect_announced(parts::bgp_ci());
}

/// What a person sees of each bad case, beside the case, so that a change of it is read.
#[test]
fn human_reports() {
    for (part, case) in cases().into_iter().filter(|(_, case)| !case.is_good()) {
        let ran = judged(part, &case, |tool| {
            tool.terminal(100).args(["--color", "never"]).run()
        });
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(case.path.parent().expect("a case lies in a folder"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(case.name.as_str(), ran.stdout));
    }
}
