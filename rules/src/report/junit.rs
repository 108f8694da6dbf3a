//! JUnit XML: what build servers show as tests.
//!
//! A rule is a suite, a finding a case. A denied finding fails; a warning passes, with its text as
//! output, because a failed case would turn a build red that the gate let through; a suppressed
//! finding is skipped; what could not be seen is an error. A rule without findings is one case
//! that passes, so that a clean run is not an empty report.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::{Error, Format, escape, verdict};
use crate::{Level, Report, Reported, Rule, Undecided};

/// The document.
pub(super) fn render(report: &Report) -> Result<String, Error> {
    let mut by_rule: BTreeMap<&str, Vec<&Reported>> = report
        .rules
        .iter()
        .filter(|rule| rule.level > Level::Allow)
        .map(|rule| (rule.id, Vec::new()))
        .collect();
    for reported in &report.findings {
        by_rule
            .entry(reported.finding.rule.id)
            .or_default()
            .push(reported);
    }
    let mut document = quick_junit::Report::new(report.tool);
    for (rule, findings) in by_rule {
        let mut suite = TestSuite::new(rule);
        let class = format!("{}.{rule}", report.tool);
        if findings.is_empty() {
            let mut case = TestCase::new(rule, TestCaseStatus::success());
            case.set_classname(class.as_str());
            suite.add_test_case(case);
        }
        for reported in findings {
            let mut case = finding(reported);
            case.set_classname(class.as_str());
            suite.add_test_case(case);
        }
        document.add_test_suite(suite);
    }
    if !report.undecided.is_empty() {
        let mut suite = TestSuite::new("undecided");
        for entry in &report.undecided {
            let mut case = undecided(entry);
            case.set_classname(format!("{}.undecided", report.tool));
            suite.add_test_case(case);
        }
        document.add_test_suite(suite);
    }
    document.to_string().map_err(|error| Error::Inexpressible {
        format: Format::Junit,
        reason: error.to_string(),
    })
}

fn finding(reported: &Reported) -> TestCase {
    let finding = &reported.finding;
    let message = escape::text(&finding.message);
    let text = body(reported);
    let kind = format!("{}[{}]", reported.level.as_str(), finding.rule.id);
    let mut output = None;
    let status = if let Some(reason) = &reported.suppressed {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("suppressed: {}", escape::text(reason)));
        status.set_description(text);
        status
    } else if reported.level == Level::Deny {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(message.as_str());
        status.set_type(kind.as_str());
        status.set_description(text);
        status
    } else {
        output = Some(text);
        TestCaseStatus::success()
    };
    let name = format!("{}: {message}", verdict::at(&finding.span));
    let mut case = TestCase::new(name, status);
    if let Some(output) = output {
        case.set_system_out(output);
    }
    case
}

/// Everything about a finding as text.
fn body(reported: &Reported) -> String {
    let finding = &reported.finding;
    let rule: &Rule = finding.rule;
    let mut text = format!(
        "{}[{}]: {} ({})\n",
        reported.level.as_str(),
        rule.id,
        escape::text(&finding.message),
        finding.certainty.as_str()
    );
    for (at, label) in finding.labels.iter().enumerate() {
        let place = verdict::at(&label.span);
        let message = escape::text(&label.message);
        put!(text, "  {}. {place}: {message}\n", at + 1);
    }
    if let Some(help) = &finding.help {
        put!(text, "help: {}\n", escape::lines(help));
    }
    for note in &finding.notes {
        put!(text, "note: {}\n", escape::lines(note));
    }
    escape::line_starts(&text)
}

fn undecided(entry: &Undecided) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(escape::text(&entry.reason));
    status.set_type("undecided");
    TestCase::new(escape::text(&verdict::place(entry)), status)
}
