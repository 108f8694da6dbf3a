//! A report with everything in it that a format can show; for the tests and for
//! `cargo run -p preflight-rules --example report`, which prints it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rules::finding::{Edit, Fix};
use super::rules::{
    Certainty, Finding, Level, LineIndex, Position, Report, Reported, Sources, Span, Summary,
    Undecided, Verdict, rule,
};

rule! {
    /// Reports a lock that is taken again in the arms of the expression whose head holds it.
    ///
    /// ## Why
    /// The guard is a temporary of the head, so it lives to the end of the whole expression.
    pub(super) RELOCK = { id: "relock-in-scrutinee", level: Deny, since: "0.1.0" }
}
rule! {
    /// Reports a lock that is taken twice.
    pub(super) RECURSIVE = { id: "recursive-read", level: Warn, since: "0.1.0" }
}
rule! {
    /// Reports an announced prefix that would lose its sites.
    pub(crate) FLOOR = { id: "below-site-floor", level: Deny, since: "0.1.0" }
}
rule! {
    /// Reports a certificate that has ended.
    pub(super) EXPIRED = { id: "expired", level: Deny, since: "0.1.0" }
}

const PROXY: &str = "\
use crate::store;

pub async fn route(key: &Key) -> Option<Backend> {
    let started = Instant::now();

    if let Some(backend) = store::ROUTES.read().get(key) {
        metrics::hit(started);
        Some(backend.clone())
    } else {
\t\tstore::refresh(key, Reason::Miss)
    }
}
";

const STORE: &str = "\
pub static ROUTES: RwLock<Table> = RwLock::new(Table::new());

pub fn refresh(key: &Key, reason: Reason) -> Option<Backend> {
    let fetched = upstream::fetch(key).inspect_err(|error| warn!(%key, ?reason, %error, \"no upstream \
    has it\")).ok()?;
    insert(key, fetched)
}

fn insert(key: &Key, backend: Backend) -> Option<Backend> {
    evict::make_room(1);
    None
}
";

const EVICT: &str = "\
pub fn make_room(entries: usize) {
    sweep(|table| table.len() + entries > LIMIT);
}

fn sweep(full: impl Fn(&Table) -> bool) {
    let mut table = ROUTES.write();
    while full(&table) { table.pop_oldest(); }
}
";

const HOSTILE: &str =
    "fn \u{202e}evil() { /* \u{1b}[2J ##[error]x */ let 日本 = G.read(); G.read(); }\n";

const POLICY: &str = "\
version: 1
bgp:
  services:
    edge-v4:
      prefix: 192.0.2.0/24
      sites: { at-least: 3 }
";

/// The span of the `nth` (from 0) `needle` in `text`.
fn span(path: &str, text: &str, needle: &str, nth: usize) -> Span {
    let (start, _) = text
        .match_indices(needle)
        .nth(nth)
        .expect("the sample has it");
    let start = u32::try_from(start).expect("the sample is small");
    let length = u32::try_from(needle.len()).expect("the sample is small");
    LineIndex::new(text).span(&Arc::from(path), start, start + length)
}

fn reported(finding: Finding, level: Level) -> Reported {
    Reported {
        finding,
        level,
        part: None,
        suppressed: None,
    }
}

/// The finding of the incident: a read guard in an `if let`, the write side three calls below.
fn relock() -> Finding {
    let proxy = |needle: &str, nth| span("src/proxy.rs", PROXY, needle, nth);
    let store = |needle: &str| span("src/store.rs", STORE, needle, 0);
    let evict = |needle: &str| span("src/store/evict.rs", EVICT, needle, 0);
    let call = proxy("store::refresh(key, Reason::Miss)", 0);
    let message = "`store::ROUTES` is locked for writing while the read guard from the head of \
                   this `if let` is alive";
    let chain = [
        (
            proxy("store::ROUTES.read()", 0),
            "the read guard is born here, a temporary of the `if let`",
        ),
        (
            proxy("}", 1),
            "and lives until here, because edition 2021 drops it after `else`",
        ),
        (call.clone(), "`route` calls `store::refresh`"),
        (store("insert(key, fetched)"), "`refresh` calls `insert`"),
        (
            store("evict::make_room(1)"),
            "`insert` calls `evict::make_room`",
        ),
        (
            evict("sweep(|table| table.len() + entries > LIMIT)"),
            "`make_room` calls `sweep`",
        ),
        (
            evict("ROUTES.write()"),
            "`sweep` waits for the write side of `store::ROUTES`, which this thread's own read \
             guard keeps",
        ),
    ];
    let about = ["proxy::route", "store::ROUTES", "0"];
    let finding = RELOCK.at(call, message, &about);
    chain
        .into_iter()
        .fold(finding, |finding, (span, message)| {
            finding.with_label(span, message)
        })
        .with_help(
            "bind the value before the branch: `let backend = \
             store::ROUTES.read().get(key).cloned();`, so that the guard ends with that statement",
        )
        .with_note("edition 2024 drops the guard before `else`; this package is on edition 2021")
        .with_fix(Fix {
            message: "hoist the scrutinee into a `let`".to_owned(),
            safe: true,
            edits: vec![Edit {
                path: "src/proxy.rs".to_owned(),
                start: 125,
                end: 126,
                text: "x".to_owned(),
            }],
        })
        .with_data("lock", "store::ROUTES")
        .with_data("editions", vec!["2015", "2018", "2021"])
}

/// A chain of `depth` calls through one file.
pub(super) fn deep(depth: usize) -> Report {
    let bodies: Vec<String> = (0..depth)
        .map(|at| {
            let next = at + 1;
            format!(
                "fn step_{at}(state: &State) {{\n    \
                 let _span = tracing::debug_span!(\"step\", depth = {at}).entered();\n    \
                 step_{next}(state);\n\
                 }}\n\n"
            )
        })
        .collect();
    let text = bodies.concat();
    let path = "src/deep.rs";
    let mut finding = RELOCK.at(
        span(path, &text, "step_1(state)", 0),
        "`State::inner` is locked again, many calls below the guard",
        &["deep", "State::inner", "0"],
    );
    for at in 1..depth {
        finding = finding.with_label(
            span(path, &text, &format!("step_{}(state);", at + 1), 0),
            format!("`step_{at}` calls `step_{}`", at + 1),
        );
    }
    let mut report = small(reported(finding, Level::Deny));
    report.sources.insert(path.into(), text.into());
    report
}

/// A report with one denied finding and no sources.
pub(super) fn small(finding: Reported) -> Report {
    Report {
        tool: "structlint",
        version: "0.1.0",
        verdict: Verdict::Denied,
        findings: vec![finding],
        undecided: Vec::new(),
        summary: Summary {
            deny: 1,
            files: 1,
            ..Summary::default()
        },
        stats: BTreeMap::new(),
        rules: vec![&RELOCK],
        sources: Sources::new(),
    }
}

/// Nothing is wrong.
pub(super) fn clean() -> Report {
    Report {
        tool: "structlint",
        version: "0.1.0",
        verdict: Verdict::Clean,
        findings: Vec::new(),
        undecided: Vec::new(),
        summary: Summary {
            files: 120,
            ..Summary::default()
        },
        stats: BTreeMap::new(),
        rules: vec![&EXPIRED, &RELOCK],
        sources: Sources::new(),
    }
}

/// Three outages, a guess, a suppressed finding, hostile text, and things that could not be seen.
pub(super) fn rich() -> Report {
    let hostile_path = "src/\u{1b}[31m\n::error::@root|<b>,x:%.rs";
    let recursive = RECURSIVE
        .at(
            span(hostile_path, HOSTILE, "G.read()", 1),
            "`G` is read again\n::set-output name=x::y while <script>alert(1)</script> `G|x` \
             ##[group]a @admin",
            &["evil", "G", "0"],
        )
        .with_certainty(Certainty::Possible)
        .with_label(
            span(hostile_path, HOSTILE, "G.read()", 0),
            "the first \u{9b}31mguard",
        );
    let floor = FLOOR
        .at(
            span("preflight.yaml", POLICY, "192.0.2.0/24", 0),
            "192.0.2.0/24 would be announced from 1 of 5 sites",
            &["192.0.2.0/24"],
        )
        .with_label(
            span("preflight.yaml", POLICY, "at-least: 3", 0),
            "this floor is 3 sites",
        )
        .with_note("sites that lose it: `ams1`, `fra1`, `nrt1`, `syd1`")
        .with_data("sites", 1);
    let expired = EXPIRED
        .at(
            Span::file("deploy/tls/edge.der"),
            "`CN=edge.example.net` ended on 2026-11-01T00:00:00Z, 21 days ago",
            &["edge"],
        )
        .with_help("renew it, then restart what reads it: `deploy/edge.service`");
    let suppressed = RELOCK.at(
        span("src/store.rs", STORE, "ROUTES", 0),
        "suppressed, and therefore not shown",
        &["suppressed"],
    );
    Report {
        tool: "preflight",
        version: "0.1.0",
        verdict: Verdict::Denied,
        findings: vec![
            Reported {
                part: Some("cert-audit"),
                ..reported(expired, Level::Deny)
            },
            Reported {
                part: Some("bgp-ci"),
                ..reported(floor, Level::Deny)
            },
            Reported {
                part: Some("structlint"),
                ..reported(recursive, Level::Warn)
            },
            Reported {
                part: Some("structlint"),
                ..reported(relock(), Level::Deny)
            },
            Reported {
                part: Some("structlint"),
                suppressed: Some("benchmarks only, see ADR 7".to_owned()),
                ..reported(suppressed, Level::Deny)
            },
        ],
        undecided: vec![
            Undecided {
                path: "src/generated.rs".into(),
                at: None,
                reason: "not valid UTF-8 from byte 17 on".to_owned(),
            },
            Undecided {
                path: "src/legacy.rs".into(),
                at: Some(Position {
                    line: 3,
                    column: 9,
                    byte: 40,
                }),
                reason: "nested more than 256 deep: the rest of the file was not analysed"
                    .to_owned(),
            },
            Undecided {
                path: "src/older.rs".into(),
                at: None,
                reason: "not valid UTF-8 from byte 17 on".to_owned(),
            },
        ],
        summary: Summary {
            deny: 3,
            warn: 1,
            suppressed: 1,
            baselined: 2,
            files: 120,
            skipped: 4,
            elapsed_ms: 0,
        },
        stats: BTreeMap::from([("unresolved-calls".to_owned(), 7.into())]),
        rules: vec![&FLOOR, &EXPIRED, &RECURSIVE, &RELOCK],
        sources: [
            ("src/proxy.rs", PROXY),
            ("src/store.rs", STORE),
            ("src/store/evict.rs", EVICT),
            ("preflight.yaml", POLICY),
            (hostile_path, HOSTILE),
        ]
        .into_iter()
        .map(|(path, text)| (path.into(), text.into()))
        .collect(),
    }
}
