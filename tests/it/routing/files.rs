//! What the routers' files can be, and what they can include.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use rules::Exit;

use super::{FILTERS, ROUTER, alone, change, side};

#[test]
fn an_include_of_a_file_that_is_not_there() {
    let head = side(&[]);
    fs::remove_file(head.path().join("filters.conf")).unwrap();
    change(head.path()).expect(Exit::Undecided, &["bird.conf:4", "filters.conf"]);
}

#[test]
fn an_include_of_itself() {
    let text = format!("include \"filters.conf\";\n{FILTERS}");
    let head = side(&[("filters.conf", &text)]);
    change(head.path()).expect(Exit::Denied, &["filters.conf:1", "includes itself"]);
}

#[test]
fn includes_in_a_circle() {
    let head = side(&[
        ("filters.conf", "include \"a.conf\";\n"),
        ("a.conf", "include \"b.conf\";\n"),
        ("b.conf", "include \"a.conf\";\n"),
    ]);
    change(head.path()).expect(Exit::Denied, &["b.conf:1", "includes itself"]);
}

#[test]
fn a_circle_by_a_pattern() {
    let text = format!("{FILTERS}include \"*.conf\";\n");
    let head = side(&[("filters.conf", &text)]);
    change(head.path()).expect(Exit::Denied, &["filters.conf:2", "includes itself"]);
}

#[test]
fn includes_deeper_than_the_daemon_goes() {
    let files: Vec<(String, String)> = (0..20)
        .map(|number| {
            let text = match number {
                19 => FILTERS.to_owned(),
                _ => format!("include \"{}.conf\";\n", number + 1),
            };
            (format!("{number}.conf"), text)
        })
        .collect();
    let mut files: Vec<(&str, &str)> = files
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    files.push(("filters.conf", "include \"0.conf\";\n"));
    change(side(&files).path()).expect(Exit::Denied, &["deeper"]);
}

#[test]
fn an_include_outside_of_the_repository() {
    for path in ["/etc/bird/filters.conf", "../../../../../etc/passwd"] {
        let text = ROUTER.replace("filters.conf", path);
        let head = side(&[("bird.conf", &text)]);
        change(head.path()).expect(Exit::Undecided, &["bird.conf:4", "outside"]);
    }
}

#[test]
fn a_pattern_that_matches_nothing_is_what_the_daemon_says_it_is() {
    // The folder may be made where the router is, and hold what is missing.
    let text = ROUTER.replace("filters.conf", "filters/*.conf");
    let head = side(&[("bird.conf", &text)]);
    change(head.path()).expect(Exit::Undecided, &["filters/*.conf"]);
    // BIRD accepts a pattern that matches nothing, so the filter is what is missing.
    let text = ROUTER.replace("filters.conf", "*.filter");
    let head = side(&[("bird.conf", &text)]);
    change(head.path()).expect(Exit::Denied, &["announce"]);
}

#[test]
fn a_file_that_nobody_may_read() {
    let head = side(&[]);
    let path = head.path().join("filters.conf");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        // The superuser may read everything: then it is a folder that stands in the way.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
    }
    change(head.path()).expect(Exit::Undecided, &["filters.conf"]);
}

#[test]
fn a_folder_where_a_file_is_expected() {
    let head = side(&[]);
    fs::remove_file(head.path().join("bird.conf")).unwrap();
    fs::create_dir(head.path().join("bird.conf")).unwrap();
    let answer = change(head.path());
    assert_ne!(answer.exit, Exit::Clean);
    answer.expect(answer.exit, &["bird.conf"]);
}

#[test]
fn a_link_out_of_the_repository() {
    let secret = side(&[("filters.conf", FILTERS)]);
    let head = side(&[]);
    fs::remove_file(head.path().join("filters.conf")).unwrap();
    symlink(
        secret.path().join("filters.conf"),
        head.path().join("filters.conf"),
    )
    .unwrap();
    change(head.path()).expect(Exit::Undecided, &["filters.conf"]);
}

#[test]
fn a_link_to_itself() {
    let head = side(&[]);
    fs::remove_file(head.path().join("filters.conf")).unwrap();
    symlink("filters.conf", head.path().join("filters.conf")).unwrap();
    change(head.path()).expect(Exit::Undecided, &["filters.conf"]);
}

#[test]
fn bytes_that_are_no_text() {
    for (bytes, exit) in [
        (
            &b"filter announce { \xff\xfe accept; }"[..],
            Exit::Undecided,
        ),
        (&[0_u8; 4096][..], Exit::Denied),
    ] {
        let head = side(&[]);
        fs::write(head.path().join("filters.conf"), bytes).unwrap();
        change(head.path()).expect(exit, &["filters.conf"]);
    }
}

#[test]
fn an_empty_router() {
    let head = side(&[("bird.conf", "")]);
    change(head.path()).expect(Exit::Denied, &["bird.conf:1", "unparsed-config"]);
}

#[test]
fn a_syntax_error_names_its_line() {
    let head = side(&[("filters.conf", "filter announce {\n  if then accept;\n}\n")]);
    change(head.path()).expect(Exit::Denied, &["filters.conf:2", "unparsed-config"]);
    alone(head.path()).expect(Exit::Denied, &["filters.conf:2", "unparsed-config"]);
}

#[test]
fn a_file_that_ends_too_early() {
    for end in [20, 60, 120, ROUTER.len() - 4] {
        let head = side(&[("bird.conf", &ROUTER[..end])]);
        assert_eq!(change(head.path()).exit, Exit::Denied, "{end}");
    }
}

#[test]
fn functions_that_call_themselves() {
    for text in [
        "function f() { return f(); }\nfilter announce { if f() then accept; reject; }\n",
        "function f(int n) { if n = 0 then return true; return f(n - 1); }\nfilter announce { if f(1000000) then accept; reject; }\n",
    ] {
        let head = side(&[("filters.conf", text)]);
        let answer = change(head.path());
        assert_eq!(answer.exit, Exit::Denied, "{text}: {:#?}", answer.said);
    }
}

#[test]
fn deep_nesting() {
    for (open, close) in [("(", ")"), ("!", ""), ("if true then ", "")] {
        let many = 50_000;
        let text = match open {
            "if true then " => format!("filter announce {{ {} accept; }}\n", open.repeat(many)),
            _ => format!(
                "filter announce {{ if {}true{} then accept; reject; }}\n",
                open.repeat(many),
                close.repeat(many)
            ),
        };
        let head = side(&[("filters.conf", &text)]);
        assert_eq!(change(head.path()).exit, Exit::Denied, "{open}");
    }
    let text = format!(
        "filter announce {{ {} accept; {} }}\n",
        "{".repeat(50_000),
        "}".repeat(50_000)
    );
    let head = side(&[("filters.conf", &text)]);
    assert_eq!(change(head.path()).exit, Exit::Denied);
}

#[test]
fn what_a_filter_works_on_for_ever() {
    let text = "function a() { return true; }\nfilter announce { if a() then accept; reject; }\n";
    let doubled: String = (0..40).fold(text.to_owned(), |text, number| {
        let before = if number == 0 {
            "a".to_owned()
        } else {
            format!("a{}", number - 1)
        };
        text.replace(
            "filter announce",
            &format!(
                "function a{number}() {{ return {before}() && {before}(); }}\nfilter announce"
            ),
        )
    });
    let head = side(&[("filters.conf", &doubled.replace("if a()", "if a39()"))]);
    let answer = change(head.path());
    assert_eq!(answer.exit, Exit::Denied, "{:#?}", answer.said);
}

#[test]
fn what_is_not_understood_on_an_export_path() {
    let text = "filter announce { if bgp_mystery ~ [1] then accept; accept; }\n";
    let head = side(&[("filters.conf", text)]);
    change(head.path()).expect(Exit::Denied, &["filters.conf:1"]);
}

#[test]
fn a_value_that_nobody_gives() {
    let text = ROUTER.replace("as 64501", "as ${upstream}");
    let head = side(&[("bird.conf", &text)]);
    change(head.path()).expect(Exit::Undecided, &["bird.conf:7", "upstream"]);
}

/// What head must not have, base must not have had: there would be nothing to compare with.
#[test]
fn what_cannot_be_read_before_is_not_clean_after() {
    let circle = format!("include \"filters.conf\";\n{FILTERS}");
    for (name, text) in [
        ("bird.conf", ROUTER.replace("filters.conf", "gone.conf")),
        (
            "bird.conf",
            ROUTER.replace("filters.conf", "/etc/bird/filters.conf"),
        ),
        ("bird.conf", ROUTER.replace("announce", "announced")),
        ("bird.conf", ROUTER[..ROUTER.len() - 4].to_owned()),
        ("bird.conf", "\u{0}".repeat(100)),
        ("filters.conf", circle),
        ("filters.conf", "filter announce {\n".to_owned()),
        (
            "filters.conf",
            "filter announce { if bgp_mystery ~ [1] then accept; accept; }\n".to_owned(),
        ),
        (
            "filters.conf",
            "function f() { return f(); }\nfilter announce { if f() then accept; reject; }\n"
                .to_owned(),
        ),
    ] {
        let bad = side(&[(name, &text)]);
        let good = side(&[]);
        let repaired = super::between(bad.path(), good.path());
        let shown: String = text.chars().take(200).collect();
        assert_eq!(
            repaired.exit,
            Exit::Undecided,
            "{shown}: {:#?}",
            repaired.said
        );
        assert!(
            repaired
                .said
                .iter()
                .any(|said| said.contains("bird.conf") || said.contains("filters.conf")),
            "{shown}: {:#?}",
            repaired.said
        );
        let kept = super::between(bad.path(), bad.path());
        assert_ne!(kept.exit, Exit::Clean, "{shown}: {:#?}", kept.said);
        assert!(repaired.said.iter().all(|said| said.len() < 1_200));
    }
}

#[test]
fn a_link_out_of_the_repository_before() {
    let secret = side(&[("filters.conf", FILTERS)]);
    let base = side(&[]);
    fs::remove_file(base.path().join("filters.conf")).unwrap();
    symlink(
        secret.path().join("filters.conf"),
        base.path().join("filters.conf"),
    )
    .unwrap();
    let answer = super::between(base.path(), side(&[]).path());
    answer.expect(Exit::Undecided, &["filters.conf"]);
}
