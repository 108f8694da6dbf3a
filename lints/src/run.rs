//! One run of `check`: from paths to an outcome, one component of packages at a time.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use ra_ap_syntax::Edition as ParserEdition;
use rayon::prelude::*;
use rules::tool::{Failure, Input};
use rules::{Outcome, Undecided};

use crate::analysis::order::Drawing;
use crate::args::LintArgs;
use crate::discover::modules::{self, CrateGraph, Declarations, Modules};
use crate::discover::{self, Discovery};
use crate::engine::{Judged, judge};
use crate::hir::{File, Name};
use crate::index::{CrateId, CrateInput, Edition, Extern, FileId};
use crate::limits;
use crate::locks::Vocabulary;
use crate::macros;
use crate::policy::LintsSection;
use crate::source::{Source, sources};
use crate::stats::Stats;
use crate::syntax::{self, Foreign};

/// Stack of a worker: the parser and the walk recurse with the nesting of their input.
pub(crate) const STACK: usize = limits::STACK;

/// How often a component is resolved again because a module lies in an ignored file.
const ROUNDS: usize = 130;

/// How often files are lowered again because they call macros of other files: what those expand to
/// can declare modules that define macros.
const EXPANSIONS: usize = 3;

/// Checks what `input` asks for.
pub(crate) fn check(input: &Input<'_, LintsSection, LintArgs>) -> Result<Outcome, Failure> {
    let locks = Vocabulary::shipped_with(input.section.map(|section| &section.value));
    let pool = workers(input.jobs)?;
    input.progress.phase("finding files");
    let (walked, source) = sources(input)?;
    let edition = parser_edition(&input.args.edition);
    let mut discovery = discover::resolve(walked, &source, edition);
    let mut run = Checked::new(&mut discovery);
    input.progress.phase("checking files");
    for component in 0..discovery.components.len() {
        let checked = pool.install(|| {
            let loaded = load(&mut discovery, component, &source, input);
            loaded.judge(&locks)
        });
        run.absorb(checked);
    }
    let answer = input.args.graph.map(|form| run.drawing.to_text(form));
    Ok(Outcome {
        answer,
        ..run.finish(input.args.stats)
    })
}

/// The threads that read and judge.
pub(crate) fn workers(jobs: NonZeroUsize) -> Result<rayon::ThreadPool, Failure> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.get())
        .stack_size(STACK)
        .build()
        .map_err(|error| -> Failure { Box::new(NoThreads(error.to_string())) })
}

/// There are no worker threads.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("cannot start worker threads: {0}")]
pub(crate) struct NoThreads(String);

/// What a file became.
enum Lowered {
    /// Its facts.
    Facts(Box<File>),
    /// Not read or not parsed, and why.
    Failed(Undecided),
}

/// What a component gives, and in the end the run.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) outcome: Outcome,
    stats: Stats,
    drawing: Drawing,
}

impl Checked {
    /// What discovery says before any file is read.
    fn new(discovery: &mut Discovery) -> Self {
        let mut checked = Self::default();
        checked.outcome.undecided.append(&mut discovery.undecided);
        checked.outcome.skipped = discovery.skipped;
        if discovery.skipped > 0 {
            let count = u64::try_from(discovery.skipped).unwrap_or(u64::MAX);
            let reason = "links to folders, or broken manifests of fixtures";
            checked.stats.skipped.insert(reason.to_owned(), count);
        }
        checked.stats.packages = discovery.packages.len();
        checked
    }

    fn skip(&mut self, reason: &str) {
        self.outcome.skipped += 1;
        self.stats.skip(reason);
    }

    fn absorb(&mut self, other: Self) {
        let Outcome {
            findings,
            undecided,
            suppressions,
            files,
            skipped,
            ..
        } = other.outcome;
        self.outcome.findings.extend(findings);
        self.outcome.undecided.extend(undecided);
        self.outcome.suppressions.extend(suppressions);
        self.outcome.files += files;
        self.outcome.skipped += skipped;
        self.stats.absorb(other.stats);
        self.drawing.absorb(other.drawing);
    }

    /// Takes in what judging gave.
    pub(crate) fn judged(&mut self, judged: Judged) {
        self.outcome.findings.extend(judged.findings);
        self.drawing.absorb(judged.drawing);
        for (name, found) in judged.crates {
            self.stats.crate_of(&name).merge(found);
        }
    }

    fn finish(mut self, aside: bool) -> Outcome {
        self.outcome.stats = self.stats.json();
        if aside {
            self.outcome.aside = self.stats.table();
        }
        self.outcome
    }
}

/// A component, read and lowered.
pub(crate) struct Loaded {
    pub(crate) files: Vec<File>,
    pub(crate) crates: Vec<CrateInput>,
    /// What is known of it so far.
    pub(crate) checked: Checked,
}

impl Loaded {
    /// Files that nobody has to find first.
    #[cfg(test)]
    pub(crate) fn of(files: Vec<File>, crates: Vec<CrateInput>) -> Self {
        Self {
            files,
            crates,
            checked: Checked::default(),
        }
    }

    fn judge(mut self, locks: &Vocabulary) -> Checked {
        let judged = judge(&self.files, self.crates, locks);
        self.checked.judged(judged);
        self.checked
    }
}

/// Reads and lowers a component.
pub(crate) fn load(
    discovery: &mut Discovery,
    at: usize,
    source: &Source<'_>,
    input: &Input<'_, LintsSection, LintArgs>,
) -> Loaded {
    let mut lowered: BTreeMap<usize, (Lowered, Declarations)> = BTreeMap::new();
    let mut wanted: Vec<(usize, ParserEdition)> = Vec::new();
    if let Some(component) = discovery.components.get(at) {
        for &file in &component.files {
            let edition = discovery.files.get(file).map(|file| file.edition);
            wanted.push((file, edition.unwrap_or(ParserEdition::Edition2021)));
        }
    }
    let mut modules = Modules::default();
    // Macros of other files that a file calls: nothing of them is known in the first rounds.
    let mut foreign: BTreeMap<usize, Vec<Foreign>> = BTreeMap::new();
    let mut expansions = 0;
    for _ in 0..ROUNDS {
        let read: Vec<(usize, (Lowered, Declarations))> = wanted
            .par_iter()
            .map(|&(file, edition)| {
                let foreign = foreign.get(&file).map_or(&[][..], Vec::as_slice);
                (file, lower(discovery, file, edition, source, foreign))
            })
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
        if wanted.is_empty() && expansions < EXPANSIONS {
            expansions += 1;
            let facts = |file: usize| match lowered.get(&file) {
                Some((Lowered::Facts(facts), _)) => Some(&**facts),
                _ => None,
            };
            let files: Vec<usize> = lowered.keys().copied().collect();
            wanted = macros::callers(discovery, &modules, &files, &facts, &mut foreign);
        }
        if wanted.is_empty() {
            break;
        }
    }
    gather(discovery, lowered, &modules)
}

/// Reads and lowers one file.
fn lower(
    discovery: &Discovery,
    file: usize,
    edition: ParserEdition,
    source: &Source<'_>,
    foreign: &[Foreign],
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
    let path = found.path.clone();
    let facts = syntax::lower_with(path, &text.text, edition, text.bom, foreign);
    let declared = Declarations::of(&facts);
    (Lowered::Facts(Box::new(facts)), declared)
}

/// What was lowered, as linking takes it.
fn gather(
    discovery: &Discovery,
    lowered: BTreeMap<usize, (Lowered, Declarations)>,
    modules: &Modules,
) -> Loaded {
    let mut checked = Checked::default();
    for missing in &modules.missing {
        let Some(file) = discovery.files.get(missing.file) else {
            continue;
        };
        if let Some(problem) = &missing.problem {
            checked.outcome.undecided.push(Undecided {
                path: file.found.path.clone(),
                at: None,
                reason: format!("module `{}` {problem}", missing.name),
            });
        } else {
            let name = match missing.name.as_str() {
                "" => "include!",
                name => name,
            };
            let place = (file.found.path.to_string(), name.to_owned());
            checked.stats.missing.push(place);
        }
    }
    let owners = owners(modules);
    let mut files = Vec::new();
    let mut ids: BTreeMap<usize, FileId> = BTreeMap::new();
    for (index, (lowered, _)) in lowered {
        let found = discovery.files.get(index);
        let decides =
            modules.reached.contains(&index) || found.is_some_and(|file| file.found.named);
        match lowered {
            Lowered::Failed(undecided) if decides => checked.outcome.undecided.push(undecided),
            Lowered::Failed(_) => checked.skip("that cannot be read and are no part of a target"),
            Lowered::Facts(facts) => {
                if let Some((range, message)) = facts.errors.first() {
                    if decides {
                        checked.outcome.undecided.push(Undecided {
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
                        checked.skip("that do not parse and are no part of a target");
                    }
                }
                checked.outcome.files += 1;
                let silent = found.is_some_and(|file| file.vendored) || facts.generated;
                if !silent {
                    let suppressions = facts.suppressions.iter().cloned();
                    checked.outcome.suppressions.extend(suppressions);
                }
                let owner = owners.get(&index).cloned();
                let owner = owner.unwrap_or_else(|| stem(&facts.path));
                checked.stats.crate_of(&owner).macros.add(&facts);
                ids.insert(index, FileId::of(files.len()));
                files.push(*facts);
            }
        }
    }
    let crates = crates(discovery, modules, &ids);
    Loaded {
        files,
        crates,
        checked,
    }
}

/// The name of the first crate that reaches each file.
fn owners(modules: &Modules) -> BTreeMap<usize, String> {
    let mut owners = BTreeMap::new();
    for krate in modules.crates.iter().filter(|krate| !krate.name.is_empty()) {
        for module in &krate.modules {
            let owner = owners.entry(module.file);
            owner.or_insert_with(|| krate.name.clone());
        }
    }
    owners
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

pub(crate) fn parser_edition(year: &str) -> ParserEdition {
    match year {
        "2015" => ParserEdition::Edition2015,
        "2018" => ParserEdition::Edition2018,
        "2024" => ParserEdition::Edition2024,
        _ => ParserEdition::Edition2021,
    }
}
