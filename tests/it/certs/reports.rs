//! `report`, `diff` and `init`: what machines read is what the contract says, and nothing in a
//! certificate is obeyed by what reads a report.

mod difference;
mod formats;
mod init;
mod lists;

use std::process::Command;

use rules::Exit;
use serde_json::Value;

use super::tool;

/// The lines of the JSONL report that `args` ask for.
fn lines(args: &[&str]) -> (Exit, Vec<Value>) {
    let ran = tool()
        .args(["report", "--format", "jsonl"])
        .args(args.iter().copied())
        .run();
    let lines = ran.stdout.lines();
    let lines = lines.map(|line| serde_json::from_str(line).unwrap());
    (ran.exit, lines.collect())
}

/// What python says to a text.
fn python(program: &str, text: &str) -> String {
    use std::io::Write as _;
    let mut child = Command::new("python3")
        .args(["-I", "-c", program])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
