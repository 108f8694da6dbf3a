//! One run of `check`: from paths to an outcome, one component of packages at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ra_ap_syntax::Edition as ParserEdition;
use rayon::prelude::*;
use rules::tool::{Failure, Input};
use rules::tree::Tree;
use rules::{Outcome, Undecided};

use crate::analysis::order::Drawing;
use crate::args::LintArgs;
use crate::discover::modules::{self, CrateGraph, Declarations, Modules};
use crate::discover::{self, Discovery, Disk, Files, Found, Listed, ReadError, Text, Walked};
use crate::engine::{Judged, judge};
use crate::hir::{File, Name};
use crate::index::{CrateId, CrateInput, Edition, Extern, FileId};
use crate::limits;
use crate::locks::Vocabulary;
use crate::policy::LintsSection;
use crate::syntax;

/// Stack of a worker: the parser and the walk recurse with the nesting of their input.
const STACK: usize = limits::STACK;

/// How often a component is resolved again because a module lies in an ignored file.
const ROUNDS: usize = 130;

/// Reads a file of a revision.
type ReadRevision<'a> = Box<dyn Fn(&Path) -> std::io::Result<Vec<u8>> + Send + Sync + 'a>;

/// Where the files of a run come from.
enum Source<'a> {
    Disk,
    Revision(Listed<ReadRevision<'a>>),
}

impl Files for Source<'_> {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Disk => Disk.read(path),
            Self::Revision(listed) => listed.read(path),
        }
    }

    fn kind(&self, path: &Path) -> Option<discover::Kind> {
        match self {
            Self::Disk => Disk.kind(path),
            Self::Revision(listed) => listed.kind(path),
        }
    }
}

impl Source<'_> {
    fn text(&self, location: &Path) -> Result<Text, ReadError> {
        match self {
            Self::Disk => discover::read(location),
            Self::Revision(listed) => {
                discover::decode(listed.read(location).map_err(ReadError::Io)?)
            }
        }
    }
}

/// Checks what `input` asks for.
pub(crate) fn check(input: &Input<'_, LintsSection, LintArgs>) -> Result<Outcome, Failure> {
    let locks = Vocabulary::shipped_with(input.section.map(|section| &section.value));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(input.jobs.get())
        .stack_size(STACK)
        .build()
        .map_err(|error| -> Failure { Box::new(NoThreads(error.to_string())) })?;
    input.progress.phase("finding files");
    let (walked, source) = sources(input)?;
    let mut run = Run {
        outcome: Outcome::default(),
        unresolved: BTreeMap::new(),
        opaque: BTreeMap::new(),
        gave_up: Vec::new(),
        packages: 0,
        drawing: Drawing::default(),
    };
    let edition = parser_edition(&input.args.edition);
    let mut discovery = discover::resolve(walked, &source, edition);
    run.outcome.undecided.append(&mut discovery.undecided);
    run.outcome.skipped += discovery.skipped;
    run.packages = discovery.packages.len();
    input.progress.phase("checking files");
    for component in 0..discovery.components.len() {
        let checked =
            pool.install(|| check_component(&mut discovery, component, &source, &locks, input));
        run.absorb(checked);
    }
    let answer = input.args.graph.map(|form| run.drawing.to_text(form));
    Ok(Outcome {
        answer,
        ..run.finish()
    })
}

/// There are no worker threads.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("cannot start worker threads: {0}")]
struct NoThreads(String);

/// The files that were asked for, on disk or in a revision.
fn sources<'a>(
    input: &'a Input<'_, LintsSection, LintArgs>,
) -> Result<(Walked, Source<'a>), Failure> {
    if let Some(root) = input.tree.root() {
        let paths: Vec<PathBuf> = input
            .scope
            .targets
            .iter()
            .map(|target| {
                PathBuf::from(if target.shown.is_empty() {
                    "."
                } else {
                    target.shown.as_str()
                })
            })
            .collect();
        let request = discover::Request {
            cwd: root,
            paths: &paths,
            ignore: !input.args.no_ignore,
        };
        return Ok((discover::walk(&request), Source::Disk));
    }
    let entries = input
        .tree
        .files()
        .map_err(|error| -> Failure { Box::new(error) })?;
    let mut walked = Walked::default();
    let mut paths = std::collections::BTreeSet::new();
    for entry in entries {
        if entry.kind != rules::tree::Kind::File {
            continue;
        }
        let location = PathBuf::from(&*entry.path);
        if entry.path.ends_with(".rs") && input.scope.covers(&entry.path) {
            let target = input
                .scope
                .targets
                .iter()
                .find(|target| target.shown == *entry.path);
            walked.files.push(Found {
                root: PathBuf::new(),
                location: location.clone(),
                path: entry.path.clone(),
                named: target.is_some(),
                size: entry.size,
                problem: None,
            });
        }
        paths.insert(location);
    }
    let tree: &Tree = input.tree;
    let read = Box::new(move |path: &Path| {
        let longest = u64::try_from(limits::MAX_BYTES).unwrap_or(u64::MAX);
        tree.read(&path.to_string_lossy(), longest)
            .map_err(|error| std::io::Error::other(error.to_string()))
    });
    Ok((walked, Source::Revision(Listed { paths, read })))
}

/// What a file became.
enum Lowered {
    /// Its facts.
    Facts(Box<File>),
    /// Not read or not parsed, and why.
    Failed(Undecided),
}

/// What a component gives.
#[derive(Default)]
struct Checked {
    judged: Judged,
    undecided: Vec<Undecided>,
    suppressions: Vec<rules::Suppression>,
    opaque: BTreeMap<String, u64>,
    files: usize,
    skipped: usize,
}

fn check_component(
    discovery: &mut Discovery,
    at: usize,
    source: &Source<'_>,
    locks: &Vocabulary,
    input: &Input<'_, LintsSection, LintArgs>,
) -> Checked {
    let mut lowered: BTreeMap<usize, (Lowered, Declarations)> = BTreeMap::new();
    let mut wanted: Vec<(usize, ParserEdition)> = Vec::new();
    if let Some(component) = discovery.components.get(at) {
        for &file in &component.files {
            let edition = discovery.files.get(file).map(|file| file.edition);
            wanted.push((file, edition.unwrap_or(ParserEdition::Edition2021)));
        }
    }
    let mut modules = Modules::default();
    for _ in 0..ROUNDS {
        let read: Vec<(usize, (Lowered, Declarations))> = wanted
            .par_iter()
            .map(|&(file, edition)| (file, lower(discovery, file, edition, source)))
            .collect();
        input
            .progress
            .advance(u64::try_from(read.len()).unwrap_or(0));
        lowered.extend(read);
        let Some(component) = discovery.components.get(at) else {
            break;
        };
        modules = modules::resolve(discovery, component, source, &|file| {
            lowered.get(&file).map(|(_, declared)| declared)
        });
        let unlisted = std::mem::take(&mut modules.unlisted);
        wanted = discovery
            .add(at, &unlisted)
            .into_iter()
            .filter(|file| !lowered.contains_key(file))
            .filter_map(|file| Some((file, discovery.files.get(file)?.edition)))
            .collect();
        for (&file, &edition) in &modules.editions {
            let known = discovery.files.get_mut(file);
            if let Some(known) = known
                && known.edition != edition
            {
                known.edition = edition;
                wanted.push((file, edition));
            }
        }
        if wanted.is_empty() {
            break;
        }
    }
    judge_component(discovery, lowered, &modules, locks)
}

/// Reads and lowers one file.
fn lower(
    discovery: &Discovery,
    file: usize,
    edition: ParserEdition,
    source: &Source<'_>,
) -> (Lowered, Declarations) {
    let nothing = Declarations {
        cfg: Vec::new(),
        modules: Vec::new(),
    };
    let Some(found) = discovery.files.get(file).map(|file| &file.found) else {
        let undecided = Undecided {
            path: Arc::from(""),
            at: None,
            reason: "is gone".to_owned(),
        };
        return (Lowered::Failed(undecided), nothing);
    };
    let failed = |at, reason: String| {
        (
            Lowered::Failed(Undecided {
                path: found.path.clone(),
                at,
                reason,
            }),
            nothing.clone(),
        )
    };
    if let Some(problem) = &found.problem {
        return failed(None, problem.clone());
    }
    let text = match source.text(&found.location) {
        Ok(text) => text,
        Err(error) => return failed(error.place(), error.to_string()),
    };
    let facts = syntax::lower(found.path.clone(), &text.text, edition, text.bom);
    let declared = Declarations::of(&facts);
    (Lowered::Facts(Box::new(facts)), declared)
}

/// Links and judges what was lowered.
fn judge_component(
    discovery: &Discovery,
    lowered: BTreeMap<usize, (Lowered, Declarations)>,
    modules: &Modules,
    locks: &Vocabulary,
) -> Checked {
    let mut checked = Checked::default();
    for missing in &modules.missing {
        if let (Some(problem), Some(file)) = (&missing.problem, discovery.files.get(missing.file)) {
            checked.undecided.push(Undecided {
                path: file.found.path.clone(),
                at: None,
                reason: format!("module `{}` {problem}", missing.name),
            });
        }
    }
    let mut files = Vec::new();
    let mut ids: BTreeMap<usize, FileId> = BTreeMap::new();
    for (index, (lowered, _)) in lowered {
        let found = discovery.files.get(index);
        let decides =
            modules.reached.contains(&index) || found.is_some_and(|file| file.found.named);
        match lowered {
            Lowered::Failed(undecided) if decides => checked.undecided.push(undecided),
            Lowered::Failed(_) => checked.skipped += 1,
            Lowered::Facts(facts) => {
                if let Some((range, message)) = facts.errors.first() {
                    if decides {
                        checked.undecided.push(Undecided {
                            path: facts.path.clone(),
                            at: Some(facts.lines.position(range.start)),
                            reason: format!(
                                "does not parse here: {message}{}",
                                if facts.items.is_empty() {
                                    ""
                                } else {
                                    "; the rest of the file was judged"
                                }
                            ),
                        });
                    } else {
                        checked.skipped += 1;
                    }
                }
                checked.files += 1;
                let silent = found.is_some_and(|file| file.vendored) || facts.generated;
                if !silent {
                    checked
                        .suppressions
                        .extend(facts.suppressions.iter().cloned());
                }
                for (name, _) in &facts.opaque_macros {
                    *checked.opaque.entry(name.to_string()).or_default() += 1;
                }
                ids.insert(index, FileId::of(files.len()));
                files.push(*facts);
            }
        }
    }
    let crates = crates(discovery, modules, &ids);
    checked.judged = judge(&files, crates, locks);
    checked
}

/// The crates of a component as linking takes them.
fn crates(
    discovery: &Discovery,
    modules: &Modules,
    ids: &BTreeMap<usize, FileId>,
) -> Vec<CrateInput> {
    // Which crate a dependency on a package means.
    let mut libraries: BTreeMap<usize, CrateId> = BTreeMap::new();
    let kept: Vec<&CrateGraph> = modules
        .crates
        .iter()
        .filter(|krate| ids.contains_key(&krate.root))
        .collect();
    for (at, krate) in kept.iter().enumerate() {
        if let (Some(package), true, discover::Class::Library) =
            (krate.package, krate.is_target, krate.class)
        {
            libraries.entry(package).or_insert(CrateId::of(at));
        }
    }
    let mut inputs = Vec::new();
    for krate in kept {
        let root = discovery.files.get(krate.root);
        let package = krate
            .package
            .and_then(|package| discovery.packages.get(package));
        let mut externs: Vec<(Name, Extern)> = Vec::new();
        for dependency in package.iter().flat_map(|package| &package.dependencies) {
            let target = match dependency.local.and_then(|local| libraries.get(&local)) {
                Some(&id) => Extern::Crate(id),
                None => Extern::External(dependency.package.replace('-', "_").into()),
            };
            externs.push((dependency.name.as_str().into(), target));
        }
        // A binary, test or example sees its own package's library by name.
        if let (Some(id), Some(package)) = (krate.package, package)
            && let Some(&library) = libraries.get(&id)
            && (krate.class != discover::Class::Library || !krate.is_target)
        {
            let name = modules
                .crates
                .iter()
                .find(|other| {
                    other.package == Some(id)
                        && other.is_target
                        && other.class == discover::Class::Library
                })
                .map_or_else(
                    || package.name.replace('-', "_"),
                    |other| other.name.clone(),
                );
            externs.push((name.as_str().into(), Extern::Crate(library)));
        }
        let name = if krate.name.is_empty() {
            root.map(|file| stem(&file.found.path)).unwrap_or_default()
        } else {
            krate.name.clone()
        };
        inputs.push(CrateInput {
            name: name.as_str().into(),
            edition: edition(root.map_or(ParserEdition::Edition2021, |file| file.edition)),
            is_test: krate.class.is_lowered(),
            silent: root.is_some_and(|file| file.vendored),
            externs,
            modules: krate
                .modules
                .iter()
                .filter_map(|module| {
                    Some((
                        module.path.clone(),
                        *ids.get(&module.file)?,
                        module.cfg.clone(),
                    ))
                })
                .collect(),
        });
    }
    inputs
}

/// The name of a file that is a crate of its own.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".rs").unwrap_or(name).replace('-', "_")
}

fn edition(edition: ParserEdition) -> Edition {
    match edition {
        ParserEdition::Edition2015 => Edition::E2015,
        ParserEdition::Edition2018 => Edition::E2018,
        ParserEdition::Edition2021 => Edition::E2021,
        ParserEdition::Edition2024 => Edition::E2024,
    }
}

fn parser_edition(year: &str) -> ParserEdition {
    match year {
        "2015" => ParserEdition::Edition2015,
        "2018" => ParserEdition::Edition2018,
        "2024" => ParserEdition::Edition2024,
        _ => ParserEdition::Edition2021,
    }
}

/// The outcome while it grows.
struct Run {
    outcome: Outcome,
    unresolved: BTreeMap<String, u64>,
    opaque: BTreeMap<String, u64>,
    gave_up: Vec<String>,
    packages: usize,
    drawing: Drawing,
}

impl Run {
    fn absorb(&mut self, checked: Checked) {
        self.outcome.findings.extend(checked.judged.findings);
        self.outcome.undecided.extend(checked.undecided);
        self.outcome.suppressions.extend(checked.suppressions);
        self.outcome.files += checked.files;
        self.outcome.skipped += checked.skipped;
        for (name, count) in checked.judged.unresolved {
            *self.unresolved.entry(name).or_default() += u64::from(count);
        }
        for (name, count) in checked.opaque {
            *self.opaque.entry(name).or_default() += count;
        }
        self.gave_up.extend(checked.judged.gave_up);
        self.drawing.absorb(checked.judged.drawing);
    }

    fn finish(mut self) -> Outcome {
        self.unresolved.retain(|_, count| *count > 0);
        let stats = &mut self.outcome.stats;
        stats.insert("packages".to_owned(), self.packages.into());
        stats.insert(
            "unresolved-calls".to_owned(),
            serde_json::json!(self.unresolved),
        );
        stats.insert("opaque-macros".to_owned(), serde_json::json!(self.opaque));
        self.gave_up.sort();
        stats.insert(
            "functions-given-up".to_owned(),
            serde_json::json!(self.gave_up),
        );
        self.outcome
    }
}
