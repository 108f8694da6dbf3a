//! What people read: the terminal, annotations, comments.

use super::{PAGE, rendered, rich};
use crate::report::paint::Page;
use crate::report::{Format, Options, render, sample};
use crate::{Report, Reported, Span};

fn human(report: &Report, width: usize, colour: bool, unicode: bool) -> String {
    let page = Page {
        width,
        colour,
        unicode,
    };
    render(report, Format::Human, &page, &Options::default()).unwrap()
}

#[test]
fn human_fits_the_page() {
    insta::assert_snapshot!("human-80", human(&sample::rich(), 80, false, true));
    insta::assert_snapshot!("human-140-colour", human(&sample::rich(), 140, true, true));
    insta::assert_snapshot!("human-40-ascii", human(&sample::rich(), 40, false, false));
}

#[test]
fn a_long_chain_stays_readable() {
    let text = human(&sample::deep(14), 80, false, true);
    insta::assert_snapshot!("human-deep-80", text);
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let text = human(&sample::deep(99), 80, false, true);
    assert!(text.contains("more steps, all of them in the JSON report"));
    assert!(text.lines().count() < 140, "{text}");
}

#[test]
fn many_findings_alike_are_a_few_and_a_list() {
    let many = |times: usize| {
        let mut report = sample::rich();
        let one = report
            .findings
            .iter()
            .find(|one| one.finding.rule.id == sample::FLOOR.id)
            .unwrap()
            .clone();
        report.findings = (0..times).map(|_| one.clone()).collect();
        human(&report, 80, false, true)
    };
    let pictures = |text: &str| text.matches("this floor is 3 sites").count();
    // A list of two would save nothing.
    assert_eq!(pictures(&many(7)), 7);
    let text = many(100);
    assert_eq!(pictures(&text), 5);
    assert!(text.contains("95 more like these"), "{text}");
    assert!(text.contains("and 83 more, all of them in the JSON report"));
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}

#[test]
fn a_clean_run_is_one_line() {
    insta::assert_snapshot!(human(&sample::clean(), 80, false, true), @"clean: 120 files, nothing denied");
    insta::assert_snapshot!(rendered(&sample::clean(), Format::Concise), @"clean: nothing denied, 120 files");
    insta::assert_snapshot!(rendered(&sample::clean(), Format::Github), @"structlint: clean: nothing denied, 120 files");
    assert_eq!(rendered(&sample::clean(), Format::Gitlab), "[]\n");
}

#[test]
fn quiet_says_nothing_where_nothing_is_wrong() {
    let options = Options {
        quiet: true,
        ..Options::default()
    };
    for format in [Format::Human, Format::Concise] {
        assert_eq!(
            render(&sample::clean(), format, &PAGE, &options).unwrap(),
            ""
        );
        assert_ne!(
            render(&sample::rich(), format, &PAGE, &options).unwrap(),
            ""
        );
    }
}

/// A finding of the sample whose source is missing, shorter, or another one than was read.
#[test]
fn a_finding_is_usable_without_its_source() {
    let mut report = sample::rich();
    report.sources.clear();
    let text = human(&report, 80, false, true);
    for place in [
        "╶─▶ src/proxy.rs:10:3",
        "├─ 1 src/proxy.rs:6:28\n   │    the read guard is born here",
        "╰─ 7 src/store/evict.rs:6:21\n",
        "╶─▶ deploy/tls/edge.der\n",
    ] {
        assert!(text.contains(place), "{place} in {text}");
    }

    for source in ["", "é", "\n\n\n\n\n\n\n\n\nshort\n", "日本\n"] {
        let mut report = sample::rich();
        for text in report.sources.values_mut() {
            *text = source.into();
        }
        let text = human(&report, 80, false, true);
        assert!(text.contains("╶─▶ src/proxy.rs:10:3"), "{text}");
    }
}

#[test]
fn a_megabyte_in_one_line_is_cut_around_the_fault() {
    let source = format!("{}G.read(){}", "x;".repeat(262_144), "y;".repeat(262_144));
    let path = "dist/app.js";
    let at = u32::try_from(source.find('G').unwrap()).unwrap();
    let span = crate::LineIndex::new(&source).span(&path.into(), at, at + 8);
    let mut report = sample::small(Reported {
        finding: sample::RELOCK.at(span, "a fault in a minified file", &["a"]),
        level: crate::Level::Deny,
        part: None,
        suppressed: None,
    });
    report.sources.insert(path.into(), source.into());
    let text = human(&report, 60, false, true);
    insta::assert_snapshot!(text, @"
    deny[relock-in-scrutinee]: a fault in a minified file
       ╭─[dist/app.js:1:524289]
     1 │ …x;x;x;x;x;x;x;x;x;x;x;x;G.read()y;y;y;y;y;y;y;y;y;y;y…
       ·                          ────────
       ╰────

    denied: 1 deny · 1 file
    ");
}

#[test]
fn a_whole_file_is_named_without_a_line() {
    let report = sample::small(Reported {
        finding: sample::EXPIRED.at(Span::file("edge.pem"), "ended", &["a"]),
        level: crate::Level::Deny,
        part: None,
        suppressed: None,
    });
    insta::assert_snapshot!(human(&report, 80, false, true), @"
    deny[expired]: ended
      ╶─▶ edge.pem

    denied: 1 deny · 1 file
    ");
}

#[test]
fn github_issues_its_own_commands_only() {
    let text = rich(Format::Github);
    let mut names = Vec::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, "::").skip(1);
        let (name, properties) = parts.next().unwrap().split_once(' ').unwrap();
        names.push(name);
        for property in properties.split(',') {
            let (key, value) = property.split_once('=').unwrap();
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(known.contains(&key), "{key} in {line}");
            assert!(!value.contains(':'), "{value} in {line}");
        }
        assert!(parts.next().is_some(), "{line}");
    }
    let expected = [
        "error", "error", "error", "error", "error", "error", "warning", "notice",
    ];
    assert_eq!(names, expected);
}

#[test]
fn markdown_stays_below_the_limit_and_says_so() {
    let mut report = sample::rich();
    let many: Vec<_> = report
        .findings
        .iter()
        .cycle()
        .take(2_000)
        .cloned()
        .collect();
    report.findings = many;
    let one = report.undecided[0].clone();
    report.undecided = vec![one; 5_000];
    let text = rendered(&report, Format::Markdown);
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.contains("more findings are left out"), "{text}");
    assert!(text.contains("more places are left out"), "{text}");
    assert!(!text.contains("@root") && !text.contains("@admin") && !text.contains("<script"));
}
