//! Where the two sides of a change come from: folders, git revisions, or the policy's own
//! `{ base, head }`.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rules::policy::{self, Policy, Section as Placed, Spanned};
use rules::tool::Input;
use rules::tree::Tree;
use rules::{Undecided, escape, ids::Part, scope};

use crate::arguments::Comparison;
use crate::data::Given;
use crate::files::{self, Files};
use crate::policy::Section;

/// Longest policy that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// Both sides as they are written.
#[derive(Debug)]
pub struct Sides<'a> {
    /// After.
    pub head: Written<'a>,
    /// Before.
    pub base: Option<Written<'a>>,
    /// Payloads that the command line names, for both.
    pub vrps: Option<Given>,
}

/// A policy whose `bgp` section has the network itself, or none.
#[derive(Debug)]
pub struct Written<'a> {
    /// The policy.
    pub policy: Policy,
    /// Its section; `None` where it has none.
    pub section: Option<Placed<Section>>,
    /// The files beside it.
    pub files: Files<'a>,
    /// Whether the run is governed by another policy, so that this one's levels are not applied
    /// by the gate.
    pub foreign: bool,
}

/// A folder that may hold a policy.
struct Place<'a> {
    /// On disk: its path, and the folder that links must not lead out of.
    folder: Option<(PathBuf, PathBuf)>,
    /// How messages name it.
    name: String,
    files: Files<'a>,
}

/// Finds and reads both sides.
///
/// # Errors
/// What could not be read, with its place; a gate that judged one side of two would answer about
/// another change.
pub fn read<'a>(input: &Input<'a, Section, Comparison>) -> Result<Sides<'a>, Vec<Undecided>> {
    let loader = Loader { input };
    if input.tree.root().is_none() {
        // An earlier state for `--new-since`: it is judged by itself.
        let place = Place {
            folder: None,
            name: String::new(),
            files: Files::of_run(input.tree, ""),
        };
        let head = loader.follow(&place).map_err(one)?;
        return Ok(Sides {
            head,
            base: None,
            vrps: given(input),
        });
    }
    let head = loader.head();
    let base = loader.base();
    match (head, base) {
        (Ok(head), Ok(base)) => Ok(Sides {
            head,
            base,
            vrps: given(input),
        }),
        (head, base) => Err(head.err().into_iter().chain(base.err()).collect()),
    }
}

/// The payloads that the command line names.
fn given(input: &Input<'_, Section, Comparison>) -> Option<Given> {
    let path = input.args.vrps.clone()?;
    Some(Given {
        shown: scope::relative_to(&input.scope.root, &path).into(),
        path,
    })
}

struct Loader<'i, 'a> {
    input: &'i Input<'a, Section, Comparison>,
}

impl<'a> Loader<'_, 'a> {
    fn head(&self) -> Result<Written<'a>, Undecided> {
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
                files: self.files_of_run(),
                foreign: false,
            });
        };
        match form(input.policy, &section.value)? {
            Some(head) => {
                let place = self.beside(&self.folder(), head, input.policy)?;
                self.network(&place, Some((input.policy, head)))
            }
            None => Ok(Written {
                policy: input.policy.clone(),
                section: Some(Placed {
                    value: section.value.clone(),
                    span: section.span.clone(),
                }),
                files: self.files_of_run(),
                foreign: false,
            }),
        }
    }

    fn base(&self) -> Result<Option<Written<'a>>, Undecided> {
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
        let place = self.beside(&folder, base, input.policy)?;
        self.network(&place, Some((input.policy, base))).map(Some)
    }

    /// The place that an argument names: an absolute folder, or a revision.
    fn place(&self, wanted: &str, below: &str) -> Result<Place<'a>, Undecided> {
        let path = Path::new(wanted);
        if path.is_absolute() && path.is_dir() {
            return Ok(self.on_disk(path, path));
        }
        self.revision(wanted, below)
    }

    fn on_disk(&self, path: &Path, within: &Path) -> Place<'a> {
        let root = &self.input.scope.root;
        Place {
            folder: Some((path.to_owned(), within.to_owned())),
            name: scope::relative_to(root, path),
            files: Files::around(path, root),
        }
    }

    /// The policy's folder, or the folder `below` it, in a revision. Its tree begins at the
    /// repository's root, as a router's files may include what lies above the policy.
    fn revision(&self, rev: &str, below: &str) -> Result<Place<'a>, Undecided> {
        let shown = escape::word(rev).into_owned();
        let folder = self.folder();
        let top = files::repository(&folder).unwrap_or(&folder);
        let from = match scope::relative_to(top, &folder) {
            from if from == "." => String::new(),
            from => from,
        };
        let tree = Tree::revision(top, rev).map_err(|error| {
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
        Ok(Place {
            folder: None,
            files: Files::at_revision(Arc::new(tree), &joined(&from, below), &shown, &from),
            name: shown,
        })
    }

    /// The network of a place: its own, or that of the folder that its policy calls `head`.
    fn follow(&self, place: &Place<'a>) -> Result<Written<'a>, Undecided> {
        let written = self.load(place, None)?;
        let Some(section) = &written.section else {
            return Ok(written);
        };
        let Some(head) = form(&written.policy, &section.value)? else {
            return Ok(written);
        };
        let next = match &place.folder {
            Some((path, _)) => self.beside(path, head, &written.policy)?,
            None if is_below(head) => Place {
                folder: None,
                name: place.name.clone(),
                files: place.files.below(head),
            },
            None => {
                return Err(Undecided {
                    path: path_of(&written.policy),
                    at: Some(written.policy.span(head).start),
                    reason: format!("`{}` leads out of the policy's folder", escape::word(head)),
                });
            }
        };
        self.network(&next, Some((&written.policy, head)))
    }

    /// The network of a place whose policy must hold it: `{ base, head }` lead there, and go no
    /// further, so they cannot lead in a circle.
    fn network(
        &self,
        place: &Place<'a>,
        from: Option<(&Policy, &Spanned<String>)>,
    ) -> Result<Written<'a>, Undecided> {
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
        place: &Place<'a>,
        from: Option<(&Policy, &Spanned<String>)>,
    ) -> Result<Written<'a>, Undecided> {
        let policy = if let Some((path, within)) = &place.folder {
            let file = path.join(policy::NAME);
            if file.symlink_metadata().is_err() {
                return Err(missing(&place.name, from));
            }
            let shown = scope::relative_to(&self.input.scope.root, &file);
            policy::load(&file, &shown, Some(within)).map_err(|error| gap(&error))?
        } else {
            let text = match place.files.text(policy::NAME, LONGEST) {
                Ok(text) => text,
                Err(unread) if unread.missing => return Err(missing(&place.name, from)),
                Err(unread) => return Err(unread.into()),
            };
            let shown = place.files.shown(policy::NAME);
            Policy::parse(shown, &text).map_err(|error| gap(&error))?
        };
        let section = policy
            .section::<Section>(Part::Bgp)
            .map_err(|error| gap(&error))?;
        Ok(Written {
            policy,
            section,
            files: place.files.clone(),
            foreign: true,
        })
    }

    /// Whether the policy of a place is the one that governs the run.
    fn governs(&self, place: &Place<'a>) -> bool {
        let (Some((path, _)), Some(_)) = (&place.folder, self.input.policy.path()) else {
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

    /// The files beside the policy that governs the run.
    fn files_of_run(&self) -> Files<'a> {
        Files::around(&self.folder(), &self.input.scope.root)
    }

    /// A folder that a policy names, relative to its own.
    fn beside(
        &self,
        folder: &Path,
        named: &Spanned<String>,
        policy: &Policy,
    ) -> Result<Place<'a>, Undecided> {
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
        Ok(self.on_disk(&path, folder))
    }
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
