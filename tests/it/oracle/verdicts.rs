//! What structlint says, in this process, as its users see it: by the JSON report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rules::Io;
use serde_json::Value;
use testkit::programs::render::Program;

/// The rules about taking a lock twice; the others do not matter here.
pub(super) const RULES: [&str; 4] = [
    "refcell-reborrow",
    "recursive-read",
    "relock-in-scrutinee",
    "relock",
];

/// The findings of `structlint check` on a folder.
pub(super) fn findings(folder: &Path) -> Vec<Value> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut io = Io {
        stdin: &mut std::io::empty(),
        stdout: &mut stdout,
        stderr: &mut stderr,
        cwd: folder.to_path_buf(),
        now: "2026-11-22T00:00:00Z".parse().expect("the time is a time"),
        env: BTreeMap::new(),
        stdout_terminal: None,
        stderr_terminal: None,
    };
    let args = ["structlint", "check", ".", "--format", "json"]
        .map(Into::into)
        .to_vec();
    structlint::run(args, &mut io);
    let report: Value = match serde_json::from_slice(&stdout) {
        Ok(report) => report,
        Err(error) => panic!("no report ({error}): {}", String::from_utf8_lossy(&stderr)),
    };
    let list = |key| report.get(key).and_then(Value::as_array).cloned();
    assert_eq!(list("undecided"), Some(Vec::new()), "everything was seen");
    list("findings").expect("the report has findings")
}

/// The text at a JSON pointer, or nothing.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The first line of a finding's or a label's span.
pub(super) fn line(value: &Value) -> Option<u64> {
    value.pointer("/span/start/line").and_then(Value::as_u64)
}

/// For each function of a program, which of the [`RULES`] fired in it.
pub(super) fn verdicts(program: &Program) -> BTreeMap<String, BTreeSet<String>> {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let source = folder.path().join("src");
    std::fs::create_dir(&source).expect("the temporary folder is ours");
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.1.0\"\nedition = \"{}\"\n\n[dependencies]\n\
         dashmap = \"6\"\nlazy_static = \"1\"\nparking_lot = \"0.12\"\ntokio = \"1\"\n",
        program.edition.name()
    );
    std::fs::write(folder.path().join("Cargo.toml"), manifest)
        .expect("the temporary folder is ours");
    std::fs::write(source.join("lib.rs"), &program.text).expect("the temporary folder is ours");
    let mut verdicts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in findings(folder.path()) {
        let rule = text(&finding, "/rule");
        if !RULES.contains(&rule) {
            continue;
        }
        assert_eq!(text(&finding, "/path"), "src/lib.rs");
        let line = line(&finding)
            .and_then(|line| usize::try_from(line).ok())
            .expect("a span has a line");
        let Some(function) = program.function_at(line) else {
            panic!("{rule} outside of every function, on line {line}")
        };
        verdicts
            .entry(function.to_owned())
            .or_default()
            .insert(rule.to_owned());
    }
    verdicts
}
