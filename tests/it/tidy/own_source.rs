//! Our own lints over our own source.

use rules::Exit;
use testkit::cli;

use crate::parts;

#[test]
fn our_own_source_passes() {
    let folders = [
        "rules",
        "lints",
        "cert-audit",
        "bgp-ci",
        "preflight",
        "tests/src",
        "tests/it",
    ];
    let tool = parts::structlint().tool().arg("check").args(folders);
    let (exit, report) = tool.report();
    let found = cli::findings(&report);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(exit, Exit::Clean, "{}", report["undecided"]);
    assert!(
        report["summary"]["files"].as_u64() > Some(30),
        "{}",
        report["summary"]
    );
}
