//! A policy from what is found: one that judges as none would, with everything in it that a person
//! would have to look up.

mod owners;

use std::collections::{BTreeMap, BTreeSet};

use rules::report::escape;

use crate::audit::Audit;
use crate::certificate::Kind;
use crate::inventory::Artifact;
use crate::place;
use crate::report::put;

pub use owners::Owners;

/// Most rows of one list: more are for a person with patterns.
const MOST: usize = 200;

/// What a policy can say about what was found.
#[derive(Debug, Default)]
pub struct Draft {
    /// By folder: how many certificates lie there, and who owns them.
    folders: BTreeMap<String, (usize, Option<String>)>,
    /// Files in service with a name of their leaf.
    expected: BTreeMap<String, String>,
    /// Files with self-signed CAs.
    roots: BTreeSet<String>,
}

impl Draft {
    /// Looks through everything that is judged.
    pub fn of(audit: &Audit<'_>, owners: &Owners) -> Self {
        let mut draft = Self::default();
        for case in &audit.cases {
            let certificate = &case.artifact.certificate;
            for place in std::iter::once(&case.place).chain(&case.others) {
                let path = &*place.span.path;
                if certificate.kind == Kind::Ca && certificate.is_self_issued() {
                    draft.roots.insert(path.to_owned());
                }
                // Standard input is no place that a policy can name.
                if place.in_store || path.starts_with('<') {
                    continue;
                }
                let folder = place::folder(path).to_owned();
                let entry = draft.folders.entry(folder).or_default();
                entry.0 += 1;
                if entry.1.is_none() {
                    entry.1 = owners.of(path);
                }
                if place.file.container
                    && certificate.kind == Kind::Leaf
                    && let Some(san) = name(case.artifact)
                {
                    draft.expected.entry(path.to_owned()).or_insert(san);
                }
            }
        }
        draft
    }

    /// The policy.
    pub fn to_yaml(&self) -> String {
        let mut certs = String::from(CLASSES);
        certs.push_str(&self.assign());
        certs.push_str(&self.expect());
        certs.push_str(&self.trust());
        let is_active = |line: &str| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with('#')
        };
        // A key without a value is null, and null is no section.
        let head = if certs.lines().any(is_active) {
            "certs:\n"
        } else {
            "certs: {}\n"
        };
        format!("{HEAD}{head}{certs}")
    }

    fn assign(&self) -> String {
        let mut text = String::from(ASSIGN);
        let owned = self.folders.values().any(|(_, owner)| owner.is_some());
        text.push_str(if owned {
            "  assign:\n"
        } else {
            "  # assign:\n"
        });
        for (folder, (count, owner)) in self.folders.iter().take(MOST) {
            let glob = if folder.is_empty() {
                "*".to_owned()
            } else {
                format!("{}/**", globbed(folder))
            };
            let path = quoted(&glob);
            let places = rules::report::verdict::count(*count, "certificate", "certificates");
            let row = match owner {
                Some(owner) => {
                    let owner = quoted(owner);
                    format!("    - {{ match: {{ path: {path} }}, owner: {owner} }} # {places}\n")
                }
                None => format!("    # - {{ match: {{ path: {path} }}, owner: … }} # {places}\n"),
            };
            text.push_str(&row);
        }
        text.push_str(&left_out(self.folders.len()));
        text
    }

    fn expect(&self) -> String {
        if self.expected.is_empty() {
            return String::new();
        }
        let mut text = String::from(EXPECT);
        for (path, san) in self.expected.iter().take(MOST) {
            put!(
                text,
                "    - {{ path: {}, san: {} }}\n",
                quoted(path),
                quoted(san)
            );
        }
        text.push_str(&left_out(self.expected.len()));
        text
    }

    fn trust(&self) -> String {
        let roots = self.roots.iter().take(MOST).map(|path| quoted(path));
        let roots: Vec<String> = std::iter::once("public".to_owned()).chain(roots).collect();
        format!(
            "{TRUST}  # trust: {{ roots: [{}], anchor-expiry: strict }}\n{}",
            roots.join(", "),
            left_out(self.roots.len())
        )
    }
}

const HEAD: &str = "\
# A policy to start from, written by `cert-audit init` from what it found.
# As it stands it judges as no policy does: what is commented out is a default, or a proposal.
# `preflight` runs the parts that have a section here; with an empty `lints` section it
# looks at Rust too.
version: 1

";

const CLASSES: &str = "  \
  # How much time must be left, by how a certificate is renewed: by a machine, by a person, or a
  # CA. These are the defaults.
  # classes:
  #   auto: { warn: { share: 25%, ceiling: 21d }, deny: { share: 12%, ceiling: 7d } }
  #   manual: { warn: { days: 45, cap: 40% }, deny: { days: 14, cap: 20% } }
  #   ca: { warn: horizon - 90d, deny: horizon }
";

const ASSIGN: &str = "
  # Who answers for what; of several entries that match, the last wins. `class`, `runbook` and
  # `level` stand here too.
";

const EXPECT: &str = "
  # What must be there, with one of its names.
  expect:
";

const TRUST: &str = "
  # What is trusted. With this line a certificate whose issuer nobody knows is denied; without it
  # the anchors are the same, and an unknown issuer may just be known elsewhere.
";

fn left_out(count: usize) -> String {
    match count.saturating_sub(MOST) {
        0 => String::new(),
        more => format!("    # and {more} more\n"),
    }
}

/// The name that a server's certificate is known by.
fn name(artifact: &Artifact) -> Option<String> {
    let sans = artifact.certificate.sans.iter();
    sans.filter_map(|san| san.split_once(':'))
        .find(|(kind, _)| ["dns", "ip", "uri"].contains(kind))
        .map(|(_, name)| name.to_owned())
}

/// A path in which nothing is a pattern.
fn globbed(path: &str) -> String {
    let mut glob = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!') {
            glob.push('\\');
        }
        glob.push(c);
    }
    glob
}

/// A text in double quotes: JSON's strings are YAML's.
fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).expect("a text is JSON");
    escape::json(&json)
}
