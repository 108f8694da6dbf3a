//! Bad input to `bgp-ci`: whatever a pull request holds, the answer comes in bounded time, says
//! where, and is never "clean" about something that was not seen.

mod daemon;
mod data;
mod files;
mod revisions;
mod sizes;
mod sources;

use std::fs;
use std::path::Path;

use rules::Exit;
use tempfile::TempDir;
use testkit::cli::{self, Tool};
use testkit::tree;

/// One site, one router, one provider.
const POLICY: &str = r"version: 1
bgp:
  asn: 64500
  owned:
    - { prefix: 203.0.113.0/24, max-length: 24, service: edge }
  services: { edge: { kind: anycast, min-sites: 1 } }
  sites: { fra: { region: eu } }
  neighbors:
    transit-a: { asn: 64501, address: 192.0.2.1, relation: provider }
  treat-as-public: [203.0.113.0/24, 198.51.100.0/24, AS64496-AS64511]
  sources:
    - { adapter: bird, site: fra, entry: bird.conf }
";

/// The router's file, which includes what its filter is made of.
const ROUTER: &str = r#"router id 192.0.2.9;
protocol device { }
protocol static anycast { ipv4; route 203.0.113.0/24 blackhole; }
include "filters.conf";
protocol bgp transit_a {
  local 192.0.2.2 as 64500;
  neighbor 192.0.2.1 as 64501;
  ipv4 { import none; export filter announce; };
}
"#;

const FILTERS: &str = "filter announce { if proto = \"anycast\" then accept; reject; }\n";

/// The files of a router that is in order.
const GOOD: [(&str, &str); 3] = [
    ("preflight.yaml", POLICY),
    ("bird.conf", ROUTER),
    ("filters.conf", FILTERS),
];

/// Writes one side: what is in order, with these files instead or besides.
fn side(instead: &[(&str, &str)]) -> TempDir {
    let folder = tree::write(&GOOD);
    for (path, text) in instead {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn tool() -> Tool {
    Tool::new("bgp-ci", bgp_ci::run)
}

/// Judges `head` against what is in order.
fn change(head: &Path) -> Answer {
    between(side(&[]).path(), head)
}

/// Judges the change from `base` to `head`.
fn between(base: &Path, head: &Path) -> Answer {
    let tool = tool().cwd(head).arg("check").arg("--base").arg(base);
    answer(tool.arg("--head").arg(head))
}

/// Judges `head` without a base.
fn alone(head: &Path) -> Answer {
    answer(tool().cwd(head).arg("check"))
}

/// What was answered: the exit status, and all that denies or is undecided.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    exit: Exit,
    /// `path:line rule: message` of what denies, and `path:line message` of what is undecided.
    said: Vec<String>,
}

fn answer(tool: Tool) -> Answer {
    let (exit, report) = tool.report();
    let mut said: Vec<String> = cli::findings(&report)
        .into_iter()
        .filter(|found| found.level == "deny")
        .map(|found| {
            format!(
                "{}:{} {}: {}",
                found.path, found.line, found.rule, found.message
            )
        })
        .collect();
    for entry in report["undecided"].as_array().unwrap() {
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        let line = entry.pointer("/at/line").or(entry.pointer("/line"));
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        said.push(format!("{}{line} {}", text("path"), text("reason")));
    }
    Answer { exit, said }
}

impl Answer {
    /// Fails unless the gate stays shut with this status and one of its sentences has all these
    /// words.
    #[track_caller]
    fn expect(&self, exit: Exit, words: &[&str]) {
        assert_eq!(self.exit, exit, "{:#?}", self.said);
        let fits = |said: &&String| words.iter().all(|word| said.contains(word));
        assert!(
            self.said.iter().any(|said| fits(&said)),
            "{words:?} in {:#?}",
            self.said
        );
    }
}

#[test]
fn what_is_in_order_is_clean() {
    let answer = change(side(&[]).path());
    assert_eq!(
        answer,
        Answer {
            exit: Exit::Clean,
            said: vec![]
        }
    );
}
