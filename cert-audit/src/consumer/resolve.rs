//! Which file of the scan a reference means.
//!
//! A server's configuration speaks of the machine that it will be on. What that says about the
//! files at hand depends on what was scanned: the machine's root, an image of it, or a repository,
//! where the same file lies somewhere else. So an answer has a certainty, and that a file is
//! *missing* is said only where its place was looked at.

use std::path::Path;

use rules::Certainty;

use super::seen::{self, Seen};
use super::{Base, Config, Kind, Reference};
use crate::place;

/// What a reference means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file that was scanned, or all files of a folder.
    Found {
        /// Paths as reports show them, sorted.
        paths: Vec<String>,
        /// *Proven* where the path leads there, *likely* where only its end is the same.
        certainty: Certainty,
    },
    /// The place was scanned, and there is no such file.
    Missing {
        /// Where it should be.
        path: String,
        /// *Proven*, or *likely* where another file could still put it there.
        certainty: Certainty,
    },
    /// It lies where the scan did not look.
    Outside,
    /// The path is known only to the running program.
    Unresolved,
}

/// Folders of a machine that are filled while it runs.
const VOLATILE: [&str; 6] = ["dev", "proc", "run", "sys", "tmp", "var/run"];

/// What the root folder of a machine has.
const MACHINE: [&str; 4] = [
    "etc/passwd",
    "etc/os-release",
    "etc/hostname",
    "usr/lib/os-release",
];

/// Folders with which absolute paths of configurations begin.
const TOPS: [&str; 5] = ["etc", "opt", "srv", "usr", "var"];

/// The mounts of all compose files of a scan.
#[derive(Debug, Default)]
pub struct Mounts {
    /// Compose file and container, what is mounted (as reports show it), and where.
    all: Vec<(String, String, String)>,
}

impl Mounts {
    /// Adds the mounts of the compose file at `path`. Sources that are absolute are not in the
    /// repository, and are left out.
    pub fn add(&mut self, path: &str, config: &Config) {
        for mount in &config.mounts {
            if mount.source.starts_with('/') {
                continue;
            }
            if let Some(source) = join(place::folder(path), &mount.source) {
                let container = format!("{path} {}", mount.container);
                self.all.push((container, source, mount.target.clone()));
            }
        }
    }

    /// Where a container's path lies, for the containers that mount the configuration.
    fn translated(&self, config: &str, target: &str) -> Option<String> {
        let containers = self
            .all
            .iter()
            .filter(|(_, source, _)| below(source, config).is_some())
            .map(|(container, ..)| container);
        for container in containers {
            let mount = self
                .all
                .iter()
                .filter(|(of, _, mounted)| of == container && below(mounted, target).is_some())
                .max_by_key(|(_, _, mounted)| mounted.len());
            if let Some((_, source, mounted)) = mount {
                let rest = below(mounted, target)?;
                return Some(format!("{source}{rest}"));
            }
        }
        None
    }
}

/// The rest of a path below a folder: empty, or beginning with `/`.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() {
        return None;
    }
    let rest = path.strip_prefix(folder)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// Says which file a reference of the configuration at `path` means.
///
/// `root` is the absolute path of the folder that the paths of `seen` count from.
pub fn resolve(
    reference: &Reference,
    path: &str,
    root: &Path,
    seen: &Seen<'_>,
    mounts: &Mounts,
) -> Target {
    if reference.unresolved {
        return Target::Unresolved;
    }
    let question = Question {
        reference,
        path,
        root,
        seen,
        mounts,
    };
    let target = reference.target.as_str();
    if reference.base == Base::Image {
        return Target::Outside;
    }
    if target.starts_with('/') {
        return question.absolute(target);
    }
    match &reference.base {
        Base::Folder => question.relative(place::folder(path)),
        Base::Given(folder) if folder.starts_with('/') => {
            question.absolute(&format!("{}/{target}", folder.trim_end_matches('/')))
        }
        Base::Main(name) => {
            let mut folders = std::iter::once(place::folder(path))
                .chain(seen::folders(place::folder(path)))
                .chain([""]);
            let with = |folder: &&str| seen.is_file(&under(folder, name));
            match folders.find(with) {
                Some(folder) => question.relative(folder),
                None => question.near(target),
            }
        }
        Base::Given(folder) => question.near(&format!("{folder}/{target}")),
        Base::Near | Base::Process | Base::Image => question.near(target),
    }
}

struct Question<'q> {
    reference: &'q Reference,
    path: &'q str,
    root: &'q Path,
    seen: &'q Seen<'q>,
    mounts: &'q Mounts,
}

impl Question<'_> {
    /// What lies at a path of the scan; none if nothing does.
    fn found(&self, at: &str, certainty: Certainty) -> Option<Target> {
        let at = self.seen.followed(at);
        let one = |path: String| {
            Some(Target::Found {
                paths: vec![path],
                certainty,
            })
        };
        if self.seen.is_file(&at) {
            return one(at);
        }
        let folders = matches!(
            self.reference.kind,
            Kind::CertificateAndKey
                | Kind::TrustFolder
                | Kind::Revocations
                | Kind::Material
                | Kind::Trust
                | Kind::Chain
        );
        if folders && self.seen.is_folder(&at) {
            let paths = self.seen.in_folder(&at);
            return Some(Target::Found {
                paths: paths.map(str::to_owned).collect(),
                certainty,
            });
        }
        // HAProxy takes the files of several algorithms for the one that is named.
        if self.reference.kind == Kind::CertificateAndKey {
            let paths: Vec<String> = ["rsa", "ecdsa", "dsa"]
                .iter()
                .map(|algorithm| format!("{at}.{algorithm}"))
                .filter(|path| self.seen.is_file(path))
                .collect();
            if !paths.is_empty() {
                return Some(Target::Found { paths, certainty });
            }
        }
        None
    }

    /// Found or missing at a path of the scan whose place was looked at.
    fn decided(&self, at: &str, certainty: Certainty) -> Target {
        if let Some(found) = self.found(at, Certainty::Proven) {
            return found;
        }
        let followed = self.seen.followed(at);
        if self.seen.is_blind(at) || self.seen.is_blind(&followed) {
            return Target::Outside;
        }
        Target::Missing {
            path: followed,
            certainty,
        }
    }

    /// A path that counts from a folder of the scan.
    fn relative(&self, folder: &str) -> Target {
        match join(folder, &self.reference.target) {
            Some(at) => self.decided(&at, Certainty::Proven),
            // It leads out of what was scanned.
            None => Target::Outside,
        }
    }

    /// A relative path of which only the running program knows from where it counts.
    fn near(&self, target: &str) -> Target {
        let folder = place::folder(self.path);
        let folders = std::iter::once(folder)
            .chain(seen::folders(folder))
            .chain([""]);
        for folder in folders {
            let found = join(folder, target).and_then(|at| self.found(&at, Certainty::Likely));
            if let Some(found) = found {
                return found;
            }
        }
        self.by_end(target)
    }

    /// An absolute path of the machine that the configuration is for.
    fn absolute(&self, target: &str) -> Target {
        let Some(inner) = join("", target.trim_start_matches('/')) else {
            return Target::Outside;
        };
        // What is scanned within such a folder was put there, as an unpacked image in `/tmp`.
        let volatile = VOLATILE.iter().any(|folder| {
            below(folder, &inner).is_some() && !self.root.starts_with(format!("/{folder}"))
        });
        // The root, or a folder of the machine that is scanned itself.
        if let Some(at) = strip(self.root, target) {
            if let Some(found) = self.found(&at, Certainty::Proven) {
                return found;
            }
            if !volatile {
                return self.decided(&at, Certainty::Proven);
            }
            return Target::Outside;
        }
        if let Some(at) = self.mounts.translated(self.path, target) {
            return self.decided(&at, Certainty::Likely);
        }
        // A machine's root in a folder of the scan: the configuration lies there as it does here.
        for prefix in self.machines() {
            let at = under(&prefix, &inner);
            if let Some(found) = self.found(&at, Certainty::Proven) {
                return found;
            }
            let whole = MACHINE
                .iter()
                .any(|file| self.seen.is_file(&under(&prefix, file)));
            if whole && !volatile {
                return self.decided(&at, Certainty::Proven);
            }
        }
        self.by_end(&inner)
    }

    /// Folders that can be a machine's root: what stands before `etc` and the like in the path of
    /// the configuration.
    fn machines(&self) -> Vec<String> {
        let parts: Vec<&str> = self.path.split('/').collect();
        let tops = parts
            .iter()
            .enumerate()
            .filter(|(at, part)| at + 1 < parts.len() && TOPS.contains(part));
        tops.filter_map(|(at, _)| Some(parts.get(..at)?.join("/")))
            .collect()
    }

    /// The one file whose path ends most like the target, in two components at least.
    fn by_end(&self, target: &str) -> Target {
        let wanted: Vec<&str> = target
            .split('/')
            .rev()
            .filter(|part| !part.is_empty())
            .collect();
        let Some(name) = wanted.first() else {
            return Target::Outside;
        };
        let fixture = place::is_fixture(self.path);
        let mut best: Option<(usize, &str)> = None;
        let mut alone = false;
        for path in self.seen.named(name).take(10_000) {
            if place::is_fixture(path) && !fixture {
                continue;
            }
            let common = path
                .split('/')
                .rev()
                .zip(&wanted)
                .take_while(|(one, other)| one == *other)
                .count();
            if common < 2 {
                continue;
            }
            match best {
                Some((most, _)) if common < most => {}
                Some((most, _)) if common == most => alone = false,
                _ => {
                    best = Some((common, path));
                    alone = true;
                }
            }
        }
        match best {
            Some((_, path)) if alone => Target::Found {
                paths: vec![path.to_owned()],
                certainty: Certainty::Likely,
            },
            _ => Target::Outside,
        }
    }
}

/// An absolute path as one that counts from `root`; none if it does not lie below it.
fn strip(root: &Path, target: &str) -> Option<String> {
    let root = root.to_str()?;
    let target = join("", target.trim_start_matches('/'))?;
    let root = join("", root.trim_start_matches('/'))?;
    if root.is_empty() {
        return Some(target);
    }
    let rest = below(&root, &target)?;
    Some(rest.trim_start_matches('/').to_owned())
}

fn under(folder: &str, rest: &str) -> String {
    if folder.is_empty() {
        rest.to_owned()
    } else {
        format!("{folder}/{rest}")
    }
}

/// A path below a folder, without `.` and `..`; none if it leads above the root.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
