//! `explain PATH:LINE` and `--stats` over whole packages.

use std::fs;
use std::path::Path;

use rules::Exit;
use testkit::cli::{Ran, Tool};
use testkit::tree;

/// Runs `structlint` in `cwd`.
fn run(cwd: &Path, args: &[&str]) -> Ran {
    Tool::new("structlint", structlint::run)
        .cwd(cwd)
        .args(args.iter().copied())
        .run()
}

/// A workspace with a package that calls another, and a file that does not parse.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"app\", \"store\"]\n",
        ),
        (
            "app/Cargo.toml",
            "[package]\nname = \"app\"\nedition = \"2021\"\n[dependencies]\nstore = { path = \"../store\" }\n",
        ),
        (
            "app/src/lib.rs",
            "mod broken;\nuse store::Store;\npub fn f(s: &Store) {\n    let g = s.map.read().unwrap();\n    \
             s.fill();\n    odd!(@ a => => b;; 1 2);\n    elsewhere::f(g);\n}\n\nodd! { @ a(1) => => b;; }\n",
        ),
        (
            "app/src/broken.rs",
            "fn f() { g( }\nfn g() {\n    f();\n}\n",
        ),
        (
            "store/Cargo.toml",
            "[package]\nname = \"store\"\nedition = \"2021\"\n",
        ),
        (
            "store/src/lib.rs",
            "use std::sync::RwLock;\npub struct Store { pub map: RwLock<u32> }\nimpl Store {\n    \
             pub fn fill(&self) { *self.map.write().unwrap() = 1; }\n}\n",
        ),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    // The search for a policy ends here.
    fs::create_dir(folder.path().join(".git")).unwrap();
    folder
}

#[test]
fn the_callee_in_another_package_is_found() {
    let here = workspace();
    let ran = run(&here.path().join("app"), &["explain", "src/lib.rs:5"]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (Exit::Clean, ""));
    for said in [
        "src/lib.rs:5\n",
        "calls `Store::fill` (../store/src/lib.rs:4)",
        "takes `s.map`, exclusive: `Store::fill` takes it at ../store/src/lib.rs:4",
        "the read guard of `s.map`, kept in variable `g`, born on line 4",
        "deny relock (proven), at src/lib.rs:5:5",
    ] {
        assert!(
            ran.stdout.replace("\n      ", " ").contains(said),
            "{said}\n{}",
            ran.stdout
        );
    }
    let whole = Tool::new("preflight", preflight::run)
        .cwd(here.path().join("app"))
        .args(["explain", "src/lib.rs:5"])
        .run();
    assert_eq!(whole.stdout, ran.stdout);
}

#[test]
fn what_cannot_be_told_is_bad_usage() {
    let here = workspace();
    let slip = |what: &str| {
        let ran = run(here.path(), &["explain", what]);
        assert_eq!(
            (ran.exit, ran.stdout.as_str()),
            (Exit::Undecided, ""),
            "{what}"
        );
        ran.stderr
    };
    assert!(slip("app/src/lib.rs:9").contains("there is no expression on line 9"));
    assert!(slip("app/src/lib.rs:10").contains("inside of `odd!`, which could not be read"));
    assert!(slip("app/src/lib.rs:99").contains("has no line 99: it has 10 lines"));
    assert!(slip("app/src/none.rs:1").contains("there is no such file"));
    // What was understood of a file that does not parse is told, and yet it is not whole.
    let ran = run(here.path(), &["explain", "app/src/broken.rs:3"]);
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(ran.stdout.contains("`f()`"), "{}", ran.stdout);
    assert!(ran.stderr.contains("app/src/broken.rs:1:") && ran.stderr.contains("does not parse"));
}

#[test]
fn nothing_of_the_input_reaches_the_terminal_unescaped() {
    let here = tempfile::tempdir().unwrap();
    let text = "fn f(s: &S) {\n    s.go(\"\u{1b}[31m ##[group]x\\n::error::\u{202e}\");\n}\n";
    fs::write(here.path().join("a.rs"), text).unwrap();
    let ran = run(here.path(), &["explain", "a.rs:2"]);
    assert_eq!(ran.exit, Exit::Clean);
    assert!(!ran.stdout.contains(['\u{1b}', '\u{202e}']) && !ran.stdout.contains("##["));
}

/// What a person sees, at the widths that terminals have.
#[test]
fn the_incident_on_narrow_and_wide_terminals() {
    let estate = tree::root().join("tests/estate");
    let told = |width, line: u32| {
        let ran = Tool::new("structlint", structlint::run)
            .cwd(&estate)
            .env("LANG", "C.UTF-8")
            .env("NO_COLOR", "1")
            .terminal(width)
            .args([
                "explain".to_owned(),
                format!("service/src/balancer/choose.rs:{line}"),
            ])
            .run();
        assert_eq!(ran.exit, Exit::Clean);
        ran.stdout
    };
    insta::assert_snapshot!("explain_head_80", told(80, 11));
    insta::assert_snapshot!("explain_head_140", told(140, 11));
    insta::assert_snapshot!("explain_call_80", told(80, 14));
}

#[test]
fn stats_count_by_crate() {
    let here = workspace();
    let args = ["check", "--stats", "--format", "json"];
    let ran = run(here.path(), &args);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let stats = &report["stats"];
    assert_eq!(stats["opaque-macros"]["odd"], 2);
    assert_eq!(stats["unresolved-calls"]["app"], 1);
    assert_eq!(stats["packages"], 2);
    assert_eq!(stats["functions-given-up"], serde_json::json!([]));
    let app = &stats["crates"]["app"];
    assert_eq!(
        app["receivers"],
        serde_json::json!({ "resolved": 3, "unresolved": 0 })
    );
    assert_eq!(
        app["calls"],
        serde_json::json!({ "resolved": 5, "outside": 0, "unresolved": 1 })
    );
    assert_eq!(app["macros"]["unresolved"], 2);
    assert_eq!(app["macros"]["opaque"]["odd"], 2);
    assert!(
        ran.stderr.contains("opaque macros: odd! 2 (in app)"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("what is called is known for"),
        "{}",
        ran.stderr
    );
    let silent = run(here.path(), &["check", "--format", "json"]);
    assert!(!silent.stderr.contains("what was resolved"));
}
