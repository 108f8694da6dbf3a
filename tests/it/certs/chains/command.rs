//! `cert-audit chain` from outside: what it prints, and its exit status.

use rules::Exit;
use serde_json::Value;
use testkit::cli::Tool;
use testkit::tree;

use crate::certs::tool;

const API: &str = "tests/estate/deploy/tls/api.pem";
const WWW: &str = "tests/estate/deploy/tls/www.pem";
const ROOT: &str = "tests/estate/deploy/ca/root.pem";

fn chain(args: &[&str]) -> Tool {
    tool().arg("chain").args(args.iter().copied())
}

/// The exit status and the JSON object.
fn json(args: &[&str]) -> (Exit, Value) {
    let ran = chain(args).args(["--format", "json"]).run();
    assert_eq!(ran.stderr, "");
    let object = serde_json::from_str(&ran.stdout);
    (
        ran.exit,
        object.unwrap_or_else(|error| panic!("{error}: {}", ran.stdout)),
    )
}

#[test]
fn people_see_what_binds() {
    let ran = chain(&[
        API,
        "--roots",
        ROOT,
        "--name",
        "api.prod.example",
        "--usage",
        "server",
    ])
    .run();
    assert_eq!(ran.exit, Exit::Clean);
    assert_eq!(
        ran.stdout,
        "\
valid: it holds until 2026-11-25 23:59:59 UTC, when `Example Issuing CA 2` ends
at 2026-11-22 00:00:00 UTC, as api.prod.example, for a server, over 1 intermediate to 1 root

path 1 of 1 holds until 2026-11-25 23:59:59 UTC, 3 days later
  api.prod.example         ends 2027-02-12
  └─ Example Issuing CA 2  ends 2026-11-25  ◀ ends first
     └─ Example Root CA    ends 2041-02-28, root

Revocation and certificate policies are not evaluated.
"
    );
}

#[test]
fn people_see_what_breaks() {
    let ran = chain(&[
        API,
        "--roots",
        ROOT,
        "--at",
        "2026-11-26",
        "--name",
        "192.0.2.1",
    ])
    .run();
    assert_eq!(ran.exit, Exit::Denied);
    assert_eq!(
        ran.stdout,
        "\
not valid: `api.prod.example`: it does not name 192.0.2.1
at 2026-11-26 00:00:00 UTC, as 192.0.2.1, over 1 intermediate to 1 root

path 1 of 1 does not hold
  api.prod.example         ends 2027-02-12
  ✗ it does not name 192.0.2.1
  └─ Example Issuing CA 2  ended 2026-11-25
     ✗ it expired at 2026-11-25 23:59:59 UTC
     └─ Example Root CA    ends 2041-02-28, root

Revocation and certificate policies are not evaluated.
"
    );
}

#[test]
fn machines_see_the_same() {
    let (exit, object) = json(&[API, "--roots", ROOT]);
    assert_eq!(exit, Exit::Clean);
    assert_eq!(object["valid"], true);
    assert_eq!(object["effective"]["leaf"], "2027-02-12T23:59:59Z");
    assert_eq!(object["effective"]["best_path"], "2026-11-25T23:59:59Z");
    assert_eq!(object["effective"]["binding"]["position"], 1);
    assert_eq!(object["not_evaluated"][0], "revocation");
    let path = &object["paths"][0];
    assert_eq!(path["valid"], true);
    assert_eq!(path["ends"], "2026-11-25T23:59:59Z");
    let of = |key: &str| -> Vec<&Value> {
        let certificates = path["certificates"].as_array().unwrap();
        certificates.iter().map(|one| &one[key]).collect()
    };
    assert_eq!(of("role"), ["leaf", "intermediate", "root"]);
    assert_eq!(
        of("binding"),
        [&Value::from(false), &Value::from(true), &Value::from(false)]
    );
    assert_eq!(of("signature")[..2], ["verified", "verified"]);
    assert_eq!(of("signature")[2], &Value::Null);
}

#[test]
fn the_first_second_after_the_end_is_too_late() {
    for (at, valid) in [
        ("2026-11-25T23:59:59Z", true),
        ("2026-11-26T00:00:00Z", false),
        ("2026-01-12T00:00:00Z", true),
        ("2026-01-11T23:59:59Z", false),
    ] {
        let (exit, object) = json(&[API, "--roots", ROOT, "--at", at]);
        assert_eq!(object["valid"], valid, "{at}: {}", object["reason"]);
        let wanted = if valid { Exit::Clean } else { Exit::Denied };
        assert_eq!(exit, wanted, "{at}");
    }
}

#[test]
fn names_and_usages() {
    for (option, value, valid) in [
        ("--name", "API.prod.example", true),
        ("--name", "www.prod.example", false),
        ("--name", "api@prod.example", false),
        ("--usage", "server", true),
        ("--usage", "client", false),
    ] {
        let (_, object) = json(&[API, "--roots", ROOT, option, value]);
        assert_eq!(object["valid"], valid, "{value}: {}", object["reason"]);
    }
}

#[test]
fn files_that_are_empty_broken_or_missing() {
    let pem = std::fs::read_to_string(tree::at(API)).unwrap();
    let half: String = pem
        .lines()
        .take(6)
        .map(|line| format!("{line}\n"))
        .collect();
    let leaf_alone = pem
        .split_inclusive("-----END CERTIFICATE-----\n")
        .next()
        .unwrap();
    let folder = tree::write(&[
        ("empty.pem", ""),
        ("half.pem", &half),
        ("notes.txt", "nothing here"),
        ("leaf.pem", leaf_alone),
    ]);
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let root = tree::at(ROOT).to_str().unwrap().to_owned();
    let other = tree::at(WWW).to_str().unwrap().to_owned();
    let intermediate = tree::at(API).to_str().unwrap().to_owned();
    let missing = at("missing.pem");
    for (leaf, intermediates, roots, exit) in [
        // An empty set of intermediates is one.
        (at("leaf.pem"), at("empty.pem"), root.clone(), Exit::Denied),
        (
            intermediate.clone(),
            at("empty.pem"),
            root.clone(),
            Exit::Clean,
        ),
        (
            at("leaf.pem"),
            intermediate.clone(),
            root.clone(),
            Exit::Clean,
        ),
        // A broken one among others does not hide them.
        (
            intermediate.clone(),
            at("half.pem"),
            root.clone(),
            Exit::Clean,
        ),
        (
            intermediate.clone(),
            other.clone(),
            at("empty.pem"),
            Exit::Denied,
        ),
        (at("half.pem"), other.clone(), root.clone(), Exit::Denied),
        (
            at("notes.txt"),
            other.clone(),
            root.clone(),
            Exit::Undecided,
        ),
        (
            at("empty.pem"),
            other.clone(),
            root.clone(),
            Exit::Undecided,
        ),
        (
            missing.clone(),
            other.clone(),
            root.clone(),
            Exit::Undecided,
        ),
        (
            intermediate.clone(),
            missing.clone(),
            root.clone(),
            Exit::Undecided,
        ),
        (
            intermediate.clone(),
            other.clone(),
            missing.clone(),
            Exit::Undecided,
        ),
    ] {
        let args = [&leaf, "--intermediates", &intermediates, "--roots", &roots];
        let (had, object) = json(&args);
        assert_eq!(had, exit, "{args:?}: {object}");
        assert_eq!(object["valid"], exit == Exit::Clean, "{args:?}");
        assert!(
            object["reason"]
                .as_str()
                .is_some_and(|reason| !reason.is_empty())
        );
        assert!(object["paths"].is_array(), "{args:?}");
        // For people the same status; an error is on standard error.
        let ran = chain(&args).run();
        assert_eq!(ran.exit, exit);
        assert_eq!(ran.stderr.is_empty(), exit != Exit::Undecided, "{args:?}");
    }
    let (_, object) = json(&[
        intermediate.as_str(),
        "--intermediates",
        &at("half.pem"),
        "--roots",
        &root,
    ]);
    assert!(
        object["notes"][0]
            .as_str()
            .unwrap()
            .starts_with("one of the intermediates")
    );
}

#[test]
fn a_wrong_time_is_an_error_in_the_format_that_was_asked_for() {
    let (exit, object) = json(&[API, "--roots", ROOT, "--at", "noon"]);
    assert_eq!(exit, Exit::Undecided);
    assert_eq!(object["verdict"], "undecided");
    let ran = chain(&[API, "--roots", ROOT, "--at", "noon"]).run();
    assert_eq!((ran.exit, ran.stdout.as_str()), (Exit::Undecided, ""));
}

#[test]
fn a_leaf_on_standard_input() {
    let pem = std::fs::read(tree::at(API)).unwrap();
    let ran = chain(&["-", "--roots", ROOT]).stdin(pem).run();
    assert_eq!(ran.exit, Exit::Clean, "{}", ran.stdout);
}

#[test]
fn public_roots_are_known() {
    let root = webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].to_vec();
    let folder = tree::write(&[("a.txt", "")]);
    let path = folder.path().join("root.der");
    std::fs::write(&path, root).unwrap();
    let (exit, object) = json(&[path.to_str().unwrap(), "--roots", "public"]);
    assert_eq!(exit, Exit::Clean, "{object}");
    let (exit, _) = json(&[API, "--roots", "public"]);
    assert_eq!(exit, Exit::Denied);
}

#[test]
fn only_a_terminal_has_colours() {
    let coloured = |tool: Tool| tool.run().stdout.contains('\u{1b}');
    let plain = chain(&[API, "--roots", ROOT]);
    assert!(!coloured(plain.clone()));
    assert!(coloured(plain.clone().terminal(80)));
    assert!(!coloured(plain.clone().terminal(80).env("NO_COLOR", "1")));
    assert!(!coloured(
        plain.clone().terminal(80).args(["--color", "never"])
    ));
    assert!(coloured(plain.args(["--color", "always"])));
}
