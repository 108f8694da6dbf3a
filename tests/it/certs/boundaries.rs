//! Each instant belongs to exactly one of not-yet-valid, valid, expires-soon and expired.

use testkit::{cli, tree};

use super::{mint, rules, tool};

/// Rule and level at `now` of a certificate of 400 days that ends with 2027-01-05.
fn at(now: &str) -> Vec<(String, String)> {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let leaf = root.server(
        &["api.example"],
        "2025-12-02T00:00:00",
        "2027-01-05T23:59:59",
    );
    let folder = tree::write(&[("api.pem", mint::pem("CERTIFICATE", &leaf))]);
    let (_, report) = tool()
        .cwd(folder.path())
        .args(["check", "--now", now])
        .report();
    let found = cli::findings(&report);
    rules(&found)
        .into_iter()
        .map(|(rule, level)| (rule.to_owned(), level.to_owned()))
        .collect()
}

#[test]
fn both_ends_and_both_thresholds_are_inclusive() {
    let soon = |level| vec![("expires-soon".to_owned(), String::from(level))];
    for (now, wanted) in [
        (
            "2025-12-01T23:59:59Z",
            vec![("not-yet-valid".to_owned(), "deny".to_owned())],
        ),
        ("2025-12-02T00:00:00Z", vec![]),
        // 45 days are left from here on.
        ("2026-11-21T23:59:58Z", vec![]),
        ("2026-11-21T23:59:59Z", soon("warn")),
        ("2026-12-22T23:59:58Z", soon("warn")),
        // 14 days.
        ("2026-12-22T23:59:59Z", soon("deny")),
        ("2027-01-05T23:59:59Z", soon("deny")),
        // The last second is valid to its end.
        ("2027-01-05T23:59:59.999Z", soon("deny")),
        (
            "2027-01-06T00:00:00Z",
            vec![("expired".to_owned(), "deny".to_owned())],
        ),
    ] {
        assert_eq!(at(now), wanted, "{now}");
    }
}

#[test]
fn six_day_certificates_have_hours() {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let leaf = root.server(
        &["api.example"],
        "2026-11-20T00:00:00",
        "2026-11-26T00:00:00",
    );
    let folder = tree::write(&[("api.pem", mint::pem("CERTIFICATE", &leaf))]);
    // A quarter of six days is 36 hours, and 12% of them 17 hours, 16 minutes and 48 seconds.
    for (now, wanted) in [
        ("2026-11-24T11:59:59Z", &[][..]),
        ("2026-11-24T12:00:00Z", &[("expires-soon", "warn")]),
        ("2026-11-25T06:43:11Z", &[("expires-soon", "warn")]),
        ("2026-11-25T06:43:12Z", &[("expires-soon", "deny")]),
    ] {
        let (_, report) = tool()
            .cwd(folder.path())
            .args(["check", "--now", now])
            .report();
        assert_eq!(rules(&cli::findings(&report)), wanted, "{now}");
    }
}
