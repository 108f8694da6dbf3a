//! Where the two sides of a change come from: folders, git revisions, or the policy's own
//! `{ base, head }`.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rules::policy::{self, Policy, Section as Placed, Spanned};
use rules::tool::Input;
use rules::tree::Tree;
use rules::{Undecided, escape, ids::Part, scope};

use crate::arguments::Comparison;
use crate::policy::Section;

/// Longest policy that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// Both sides as they are written.
#[derive(Debug)]
pub struct Sides {
    /// After.
    pub head: Written,
    /// Before.
    pub base: Option<Written>,
}

/// A policy whose `bgp` section has the network itself, or none.
#[derive(Debug)]
pub struct Written {
    /// The policy.
    pub policy: Policy,
    /// Its section; `None` where it has none.
    pub section: Option<Placed<Section>>,
    /// Whether the run is governed by another policy, so that this one's levels are not applied
    /// by the gate.
    pub foreign: bool,
}

/// A folder that may hold a policy.
enum Place<'a> {
    /// On disk, with the folder that links must not lead out of.
    Folder { path: PathBuf, within: PathBuf },
    /// In a revision, below the tree's root.
    Revision {
        tree: Source<'a>,
        below: String,
        rev: String,
    },
}

enum Source<'a> {
    Own(Tree),
    Given(&'a Tree),
}

impl Source<'_> {
    fn tree(&self) -> &Tree {
        match self {
            Self::Own(tree) => tree,
            Self::Given(tree) => tree,
        }
    }
}

/// Finds and reads both sides.
///
/// # Errors
/// What could not be read, with its place; a gate that judged one side of two would answer about
/// another change.
pub fn read(input: &Input<'_, Section, Comparison>) -> Result<Sides, Vec<Undecided>> {
    let loader = Loader { input };
    if input.tree.root().is_none() {
        // An earlier state for `--new-since`: it is judged by itself.
        let place = Place::Revision {
            tree: Source::Given(input.tree),
            below: String::new(),
            rev: String::new(),
        };
        let head = loader.follow(&place).map_err(one)?;
        return Ok(Sides { head, base: None });
    }
    let head = loader.head();
    let base = loader.base();
    match (head, base) {
        (Ok(head), Ok(base)) => Ok(Sides { head, base }),
        (head, base) => Err(head.err().into_iter().chain(base.err()).collect()),
    }
}

struct Loader<'a, 'i> {
    input: &'a Input<'i, Section, Comparison>,
}

impl Loader<'_, '_> {
    fn head(&self) -> Result<Written, Undecided> {
        let input = self.input;
        if let Some(wanted) = &input.args.head {
            let place = self.place(wanted, "")?;
            if !self.governs(&place) {
                return self.follow(&place);
            }
        }
        let Some(section) = input.section else {
            return Ok(Written {
                policy: input.policy.clone(),
                section: None,
                foreign: false,
            });
        };
        match form(input.policy, &section.value)? {
            Some(head) => {
                let place = beside(&self.folder(), head, input.policy)?;
                self.network(&place, Some((input.policy, head)))
            }
            None => Ok(Written {
                policy: input.policy.clone(),
                section: Some(Placed {
                    value: section.value.clone(),
                    span: section.span.clone(),
                }),
                foreign: false,
            }),
        }
    }

    fn base(&self) -> Result<Option<Written>, Undecided> {
        let input = self.input;
        if let Some(wanted) = &input.args.base {
            let place = self.place(wanted, "")?;
            return self.follow(&place).map(Some);
        }
        let Some(base) = input
            .section
            .and_then(|section| section.value.base.as_ref())
        else {
            return Ok(None);
        };
        let head = input
            .section
            .and_then(|section| section.value.head.as_ref());
        let folder = self.folder();
        if !folder.join(base.as_str()).is_dir() && !is_path(base) {
            // A revision: head's folder as it was there.
            let below = head.map_or("", |head| head.as_str());
            let place = self.revision(base, below).map_err(|gap| Undecided {
                path: path_of(input.policy),
                at: Some(input.policy.span(base).start),
                reason: gap.reason,
            })?;
            return self.network(&place, Some((input.policy, base))).map(Some);
        }
        let place = beside(&folder, base, input.policy)?;
        self.network(&place, Some((input.policy, base))).map(Some)
    }

    /// The place that an argument names: an absolute folder, or a revision.
    fn place(&self, wanted: &str, below: &str) -> Result<Place<'static>, Undecided> {
        let path = Path::new(wanted);
        if path.is_absolute() && path.is_dir() {
            return Ok(Place::Folder {
                path: path.to_owned(),
                within: path.to_owned(),
            });
        }
        self.revision(wanted, below)
    }

    fn revision(&self, rev: &str, below: &str) -> Result<Place<'static>, Undecided> {
        let shown = escape::word(rev).into_owned();
        let tree = Tree::revision(&self.folder(), rev).map_err(|error| {
            let help = error
                .help
                .map(|help| format!("; {help}"))
                .unwrap_or_default();
            Undecided {
                path: shown.clone().into(),
                at: None,
                reason: format!(
                    "`{shown}` is neither a folder nor a revision: {}{help}",
                    error.reason
                ),
            }
        })?;
        Ok(Place::Revision {
            tree: Source::Own(tree),
            below: below.trim_end_matches('/').to_owned(),
            rev: shown,
        })
    }

    /// The network of a place: its own, or that of the folder that its policy calls `head`.
    fn follow(&self, place: &Place<'_>) -> Result<Written, Undecided> {
        let written = self.load(place, None)?;
        let Some(section) = &written.section else {
            return Ok(written);
        };
        let Some(head) = form(&written.policy, &section.value)? else {
            return Ok(written);
        };
        match place {
            Place::Folder { path, .. } => {
                let next = beside(path, head, &written.policy)?;
                self.network(&next, Some((&written.policy, head)))
            }
            Place::Revision { tree, below, rev } => {
                if !is_below(head) {
                    return Err(Undecided {
                        path: path_of(&written.policy),
                        at: Some(written.policy.span(head).start),
                        reason: format!(
                            "`{}` leads out of the policy's folder",
                            escape::word(head)
                        ),
                    });
                }
                let next = Place::Revision {
                    tree: Source::Given(tree.tree()),
                    below: joined(below, head),
                    rev: rev.clone(),
                };
                self.network(&next, Some((&written.policy, head)))
            }
        }
    }

    /// The network of a place whose policy must hold it: `{ base, head }` lead there, and go no
    /// further, so they cannot lead in a circle.
    fn network(
        &self,
        place: &Place<'_>,
        from: Option<(&Policy, &Spanned<String>)>,
    ) -> Result<Written, Undecided> {
        let written = self.load(place, from)?;
        let Some(section) = &written.section else {
            return Ok(written);
        };
        let further = section.value.base.as_ref().or(section.value.head.as_ref());
        match further {
            None => Ok(written),
            Some(further) => Err(Undecided {
                path: path_of(&written.policy),
                at: Some(written.policy.span(further).start),
                reason: "`base` and `head` of another policy lead here, so this one must hold the \
                         network itself"
                    .to_owned(),
            }),
        }
    }

    fn load(
        &self,
        place: &Place<'_>,
        from: Option<(&Policy, &Spanned<String>)>,
    ) -> Result<Written, Undecided> {
        let policy = match place {
            Place::Folder { path, within } => {
                let file = path.join(policy::NAME);
                let shown = scope::relative_to(&self.input.scope.root, &file);
                if file.symlink_metadata().is_err() {
                    let folder = scope::relative_to(&self.input.scope.root, path);
                    return Err(missing(&folder, from));
                }
                policy::load(&file, &shown, Some(within)).map_err(|error| gap(&error))?
            }
            Place::Revision { tree, below, rev } => {
                let file = joined(below, policy::NAME);
                let shown = if rev.is_empty() {
                    file.clone()
                } else {
                    format!("{rev}:{file}")
                };
                let files = tree.tree().files().map_err(|error| Undecided {
                    path: shown.clone().into(),
                    at: None,
                    reason: error.reason,
                })?;
                if !files.iter().any(|entry| *entry.path == *file) {
                    return Err(missing(rev, from));
                }
                let bytes = tree
                    .tree()
                    .read(&file, LONGEST)
                    .map_err(|error| Undecided {
                        path: shown.clone().into(),
                        at: None,
                        reason: error.reason,
                    })?;
                let text = String::from_utf8(bytes).map_err(|_| Undecided {
                    path: shown.clone().into(),
                    at: None,
                    reason: "the policy is not UTF-8".to_owned(),
                })?;
                let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
                Policy::parse(shown, text).map_err(|error| gap(&error))?
            }
        };
        let section = policy
            .section::<Section>(Part::Bgp)
            .map_err(|error| gap(&error))?;
        Ok(Written {
            policy,
            section,
            foreign: true,
        })
    }

    /// Whether the policy of a place is the one that governs the run.
    fn governs(&self, place: &Place<'_>) -> bool {
        let (Place::Folder { path, .. }, Some(_)) = (place, self.input.policy.path()) else {
            return false;
        };
        let same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        };
        same(path, &self.folder()) && self.file().is_some_and(|file| file.ends_with(policy::NAME))
    }

    fn file(&self) -> Option<PathBuf> {
        let path = self.input.policy.path()?;
        Some(self.input.scope.root.join(&**path))
    }

    /// The folder of the policy, to which its paths are relative.
    fn folder(&self) -> PathBuf {
        let root = &self.input.scope.root;
        let folder = self.file().and_then(|file| {
            let folder = file.parent()?.canonicalize().ok()?;
            folder.join(policy::NAME).exists().then_some(folder)
        });
        folder.unwrap_or_else(|| root.clone())
    }
}

/// A folder that a policy names, relative to its own.
fn beside(
    folder: &Path,
    named: &Spanned<String>,
    policy: &Policy,
) -> Result<Place<'static>, Undecided> {
    let fail = |reason: String| Undecided {
        path: path_of(policy),
        at: Some(policy.span(named).start),
        reason,
    };
    let shown = escape::word(named);
    if !is_below(named) {
        return Err(fail(format!("`{shown}` leads out of the policy's folder")));
    }
    let path = folder.join(named.as_str());
    if !path.is_dir() {
        return Err(fail(format!(
            "there is no folder `{shown}` beside the policy"
        )));
    }
    Ok(Place::Folder {
        path,
        within: folder.to_owned(),
    })
}

/// The `head` of a section that points at folders; what else it holds would not be read.
fn form<'s>(
    policy: &Policy,
    section: &'s Section,
) -> Result<Option<&'s Spanned<String>>, Undecided> {
    let fail = |at: &Spanned<String>, reason: &str| Undecided {
        path: path_of(policy),
        at: Some(policy.span(at).start),
        reason: reason.to_owned(),
    };
    match (&section.base, &section.head) {
        (None, None) => Ok(None),
        (Some(base), None) => Err(fail(base, "`base` is given without `head`")),
        (_, Some(head)) if section.has_network() => Err(fail(
            head,
            "`base` and `head` point at folders that hold the network, so nothing else may \
             stand beside them",
        )),
        (_, Some(head)) => Ok(Some(head)),
    }
}

fn missing(place: &str, from: Option<(&Policy, &Spanned<String>)>) -> Undecided {
    let shown = escape::word(place);
    let reason = format!(
        "`{shown}` has no `{}`, so there is nothing to compare",
        policy::NAME
    );
    match from {
        Some((policy, named)) => Undecided {
            path: path_of(policy),
            at: Some(policy.span(named).start),
            reason,
        },
        None => Undecided {
            path: place.into(),
            at: None,
            reason,
        },
    }
}

fn path_of(policy: &Policy) -> Arc<str> {
    policy
        .path()
        .cloned()
        .unwrap_or_else(|| policy::NAME.into())
}

fn gap(error: &policy::Error) -> Undecided {
    use miette::Diagnostic as _;
    let help = error.help().map(|help| format!("; {help}"));
    Undecided {
        path: error.path().clone(),
        at: error.position(),
        reason: format!("{error}{}", help.unwrap_or_default()),
    }
}

fn one(gap: Undecided) -> Vec<Undecided> {
    vec![gap]
}

/// Whether a relative path stays below where it starts.
fn is_below(path: &str) -> bool {
    let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    Path::new(path).components().all(inside) && !path.is_empty()
}

/// Whether a text can only be meant as a path.
fn is_path(text: &str) -> bool {
    text.is_empty() || text.starts_with(['.', '/'])
}

fn joined(folder: &str, name: &str) -> String {
    let name = name.trim_start_matches("./").trim_end_matches('/');
    if folder.is_empty() || folder == "." {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
