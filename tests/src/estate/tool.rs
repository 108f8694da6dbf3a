//! Hands jobs to `formats.py`, which writes what only other tools write.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::formats::{Bundle, PASSWORD};
use super::mint::{Made, sha256};
use super::text::base64;
use crate::tree;

/// What to write.
#[derive(Debug)]
pub(super) struct Job(Value);

impl Job {
    /// A job of `kind`; without `path` its result is printed.
    pub(super) fn of(kind: &str, path: Option<&Path>, bundle: &Bundle<'_>) -> Self {
        let certificates: Vec<String> = bundle.made.iter().map(|made| base64(&made.der)).collect();
        Self(json!({
            "kind": kind,
            "path": path.map(|path| path.to_string_lossy()),
            "certificates": certificates,
            "key": bundle.key.map(base64),
            "name": bundle.name,
            "password": PASSWORD,
        }))
    }

    /// Adds a time, or that there is none.
    pub(super) fn with(mut self, key: &str, value: Option<&str>) -> Self {
        if let Some(job) = self.0.as_object_mut() {
            job.insert(key.to_owned(), json!(value));
        }
        self
    }
}

/// The process.
pub(super) struct Tool {
    child: Child,
    jobs: Option<ChildStdin>,
    results: BufReader<ChildStdout>,
}

impl Tool {
    pub(super) fn new(python: &Path) -> Self {
        let mut child = Command::new(python)
            .arg(tree::at("tests/src/estate/formats.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python runs");
        let jobs = child.stdin.take();
        let results = BufReader::new(child.stdout.take().expect("it is a pipe"));
        Self {
            child,
            jobs,
            results,
        }
    }

    /// Does a job, now or later.
    pub(super) fn write(&mut self, job: &Job) {
        let jobs = self.jobs.as_mut().expect("it is not finished");
        writeln!(jobs, "{}", job.0).expect("python reads");
    }

    /// A leaf and its CA, both signed with RSA and SHA-1.
    pub(super) fn weak_signature(&mut self) -> [Made; 2] {
        const NAME: &str = "weak-signature.example";
        let (from, to, ca_to) = (
            "2026-06-01T00:00:00Z",
            "2027-07-04T00:00:00Z",
            "2037-07-04T00:00:00Z",
        );
        let none = Bundle {
            made: &[],
            key: None,
            name: NAME,
        };
        let job = Job::of("weak-signature", None, &none)
            .with("from", Some(from))
            .with("to", Some(to))
            .with("ca_to", Some(ca_to));
        self.write(&job);
        let mut line = String::new();
        self.results.read_line(&mut line).expect("python answers");
        let both = decoded(line.trim_end());
        let (leaf, ca) = both.split_at(length(&both));
        let made = |der: &[u8], subject: &str, serial: &str, not_after: &str, sans| Made {
            der: der.to_vec(),
            sha256: sha256(der),
            subject: format!("CN={subject},O=Example Company"),
            issuer: "CN=Example Old CA,O=Example Company".to_owned(),
            serial: serial.to_owned(),
            not_before: from.to_owned(),
            not_after: not_after.to_owned(),
            is_ca: subject != NAME,
            sans,
            key: subject.to_owned(),
            signed_by: "Example Old CA".to_owned(),
            weak: true,
        };
        [
            made(leaf, NAME, "1d02", to, vec![format!("dns:{NAME}")]),
            made(ca, "Example Old CA", "1", ca_to, Vec::new()),
        ]
    }

    /// Waits until all jobs are done.
    pub(super) fn finish(&mut self) {
        self.jobs = None;
        let status = self.child.wait().expect("python runs");
        assert!(status.success(), "formats.py: {status}");
    }
}

/// The length of the first DER value, whose own length takes two octets.
fn length(der: &[u8]) -> usize {
    let octet = |at: usize| usize::from(der.get(at).copied().unwrap_or(0));
    assert_eq!(octet(1), 0x82, "it is longer than 255 octets");
    4 + octet(2) * 256 + octet(3)
}

/// Base64 without line breaks, as python wrote it.
fn decoded(text: &str) -> Vec<u8> {
    let six = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|&byte| byte != b'=').map(six).collect();
    let bits = |group: &[u8]| {
        group
            .iter()
            .fold(0_u32, |sum, &digit| sum << 6 | u32::from(digit))
    };
    digits
        .chunks(4)
        .flat_map(|group| {
            let missing = 4 - group.len();
            let all = bits(group) << (6 * missing);
            let bytes = all.to_be_bytes();
            bytes.into_iter().skip(1).take(3 - missing)
        })
        .collect()
}
