//! What is read of a `Cargo.toml`.
//!
//! Every key is optional and a value of the wrong type counts as absent: cargo is the judge of
//! manifests, and the analysis only needs editions, targets and dependencies. A file that is not
//! TOML at all is broken, which is said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ra_ap_syntax::Edition;
use toml::{Table, Value};

use super::{Class, normal};

/// A manifest.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// The folder that it lies in.
    pub(super) root: PathBuf,
    table: Table,
}

/// A `[lib]`, `[[bin]]`, … section, or what takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    pub(super) class: Class,
    pub(super) name: String,
    /// Candidates for its root file, the first that exists wins.
    pub(super) roots: Vec<PathBuf>,
}

/// A dependency as declared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Needed {
    /// What code calls it.
    pub(super) name: String,
    /// Its package's name.
    pub(super) package: String,
    /// The folder of a path dependency.
    pub(super) folder: Option<PathBuf>,
}

/// How the edition is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EditionKey {
    /// Not at all: 2015.
    Absent,
    /// As text.
    Text(String),
    /// By the workspace.
    Inherited,
}

impl Manifest {
    /// Reads the text of a manifest in folder `root`; the error is a reason for a report.
    pub(super) fn parse(root: &Path, bytes: Vec<u8>) -> Result<Self, String> {
        let text = String::from_utf8(bytes).map_err(|error| {
            format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to())
        })?;
        let table = text.parse::<Table>().map_err(|error| {
            let at = error.span().map_or_else(String::new, |span| {
                let at = u32::try_from(span.start).unwrap_or(u32::MAX);
                let place = rules::LineIndex::new(&text).position(at);
                format!(" at line {}, column {}", place.line, place.column)
            });
            format!("is not TOML{at}: {}", error.message())
        })?;
        Ok(Self {
            root: root.to_path_buf(),
            table,
        })
    }

    pub(super) fn package(&self) -> Option<&Table> {
        table(&self.table, "package").or_else(|| table(&self.table, "project"))
    }

    pub(super) fn workspace(&self) -> Option<&Table> {
        table(&self.table, "workspace")
    }

    pub(super) fn name(&self) -> &str {
        self.package()
            .and_then(|package| text(package, "name"))
            .unwrap_or_default()
    }

    /// Folders that the workspace names as members without a pattern.
    pub(super) fn members(&self) -> impl Iterator<Item = PathBuf> {
        self.workspace()
            .and_then(|workspace| workspace.get("members")?.as_array())
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(|member| !member.contains(['*', '?', '[']))
            .map(|member| normal(&self.root.join(member)))
    }

    /// Folders that are no part of the workspace.
    pub(super) fn excluded(&self) -> impl Iterator<Item = PathBuf> {
        self.workspace()
            .and_then(|workspace| workspace.get("exclude")?.as_array())
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|folder| normal(&self.root.join(folder)))
    }

    /// The folder of the workspace that the package says it belongs to.
    pub(super) fn workspace_folder(&self) -> Option<PathBuf> {
        let folder = text(self.package()?, "workspace")?;
        Some(normal(&self.root.join(folder)))
    }

    pub(super) fn edition(&self) -> EditionKey {
        match self.package().and_then(|package| package.get("edition")) {
            Some(Value::String(edition)) => EditionKey::Text(edition.clone()),
            Some(Value::Table(_)) => EditionKey::Inherited,
            _ => EditionKey::Absent,
        }
    }

    /// `workspace.package.edition`.
    pub(super) fn shared_edition(&self) -> Option<&str> {
        text(table(self.workspace()?, "package")?, "edition")
    }

    /// Targets with a section or a conventional place; what lies in `tests/` and the like without
    /// a section is found among the files (see [`Self::discovers`]).
    pub(super) fn targets(&self, edition: Edition) -> Vec<Declared> {
        let mut targets = Vec::new();
        let mut add = |class, name: &str, roots: Vec<PathBuf>| {
            targets.push(Declared {
                class,
                name: name.to_owned(),
                roots: roots
                    .into_iter()
                    .map(|path| normal(&self.root.join(path)))
                    .collect(),
            });
        };
        let name = self.name();
        let lib = table(&self.table, "lib");
        if lib.is_some() || self.flag("autolib") {
            let root = lib.and_then(|lib| text(lib, "path"));
            let called = lib.and_then(|lib| text(lib, "name")).unwrap_or(name);
            add(
                Class::Library,
                &called.replace('-', "_"),
                vec![root.unwrap_or("src/lib.rs").into()],
            );
        }
        match self.package().and_then(|package| package.get("build")) {
            Some(Value::Boolean(false)) => {}
            Some(Value::String(path)) => add(Class::BuildScript, "build", vec![path.into()]),
            Some(Value::Array(paths)) => {
                for path in paths.iter().filter_map(Value::as_str) {
                    add(Class::BuildScript, "build", vec![path.into()]);
                }
            }
            _ => add(Class::BuildScript, "build", vec!["build.rs".into()]),
        }
        for (section, class, folder) in SECTIONS {
            for target in self.sections(section) {
                let called = text(target, "name").unwrap_or(name);
                let mut roots: Vec<PathBuf> = vec![
                    format!("{folder}/{called}.rs").into(),
                    format!("{folder}/{called}/main.rs").into(),
                ];
                if class == Class::Binary {
                    roots.push("src/main.rs".into());
                }
                if let Some(path) = text(target, "path") {
                    roots = vec![path.into()];
                }
                add(class, called, roots);
            }
        }
        if self.discovers(Class::Binary, edition) {
            add(Class::Binary, name, vec!["src/main.rs".into()]);
        }
        targets
    }

    /// Whether targets of this class are found by their place.
    pub(super) fn discovers(&self, class: Class, edition: Edition) -> bool {
        let Some((section, key)) = (match class {
            Class::Binary => Some(("bin", "autobins")),
            Class::Test => Some(("test", "autotests")),
            Class::Bench => Some(("bench", "autobenches")),
            Class::Example => Some(("example", "autoexamples")),
            Class::Library | Class::BuildScript => None,
        }) else {
            return false;
        };
        // Edition 2015 stops looking once a section of the kind exists.
        let explicit = self
            .package()
            .is_some_and(|package| package.contains_key(key));
        self.flag(key)
            && (explicit
                || edition != Edition::Edition2015
                || self.sections(section).next().is_none())
    }

    /// Every dependency of every kind and platform, sorted by the name that code uses. `workspace`
    /// is the manifest that `workspace = true` refers to.
    pub(super) fn dependencies(&self, workspace: Option<&Self>) -> Vec<Needed> {
        let platforms = table(&self.table, "target")
            .into_iter()
            .flat_map(Table::values)
            .filter_map(Value::as_table);
        let mut needed: Vec<Needed> = std::iter::once(&self.table)
            .chain(platforms)
            .flat_map(|table_| {
                DEPENDENCIES
                    .iter()
                    .filter_map(move |key| table(table_, key))
            })
            .flat_map(Table::iter)
            .map(|(key, value)| self.dependency(key, value, workspace))
            .collect();
        needed.sort();
        needed.dedup();
        needed
    }

    /// Packages that `[patch]` and `[replace]` take from a folder, by name.
    pub(super) fn patches(&self) -> BTreeMap<String, PathBuf> {
        let sources = table(&self.table, "patch")
            .into_iter()
            .flat_map(Table::values);
        sources
            .filter_map(Value::as_table)
            .flat_map(Table::iter)
            .filter_map(|(key, value)| {
                let value = value.as_table()?;
                let package = text(value, "package").unwrap_or(key);
                let folder = normal(&self.root.join(text(value, "path")?));
                Some((package.to_owned(), folder))
            })
            .collect()
    }

    fn dependency(&self, key: &str, value: &Value, workspace: Option<&Self>) -> Needed {
        let own = value.as_table();
        let inherits = own.is_some_and(|own| own.get("workspace") == Some(&Value::Boolean(true)));
        let (base, details) = match workspace.filter(|_| inherits) {
            Some(workspace) => (
                workspace.root.as_path(),
                workspace
                    .workspace()
                    .and_then(|shared| table(shared, "dependencies")?.get(key)?.as_table()),
            ),
            None => (self.root.as_path(), own),
        };
        Needed {
            name: key.replace('-', "_"),
            package: details
                .and_then(|details| text(details, "package"))
                .unwrap_or(key)
                .to_owned(),
            folder: details
                .and_then(|details| text(details, "path"))
                .map(|path| normal(&base.join(path))),
        }
    }

    /// A switch of `[package]` that is on unless it says `false`.
    fn flag(&self, key: &str) -> bool {
        self.package()
            .and_then(|package| package.get(key))
            .and_then(Value::as_bool)
            .unwrap_or(true)
    }

    fn sections(&self, key: &str) -> impl Iterator<Item = &Table> {
        self.table
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_table)
    }
}

/// Target sections with their folder.
const SECTIONS: [(&str, Class, &str); 4] = [
    ("bin", Class::Binary, "src/bin"),
    ("test", Class::Test, "tests"),
    ("bench", Class::Bench, "benches"),
    ("example", Class::Example, "examples"),
];

/// Dependency tables, with the spellings of old manifests.
const DEPENDENCIES: [&str; 5] = [
    "dependencies",
    "dev-dependencies",
    "build-dependencies",
    "dev_dependencies",
    "build_dependencies",
];

fn table<'a>(of: &'a Table, key: &str) -> Option<&'a Table> {
    of.get(key)?.as_table()
}

fn text<'a>(of: &'a Table, key: &str) -> Option<&'a str> {
    of.get(key)?.as_str()
}
