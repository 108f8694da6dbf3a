//! Compose files: mounts, secrets and configs, variables and commands of containers.
//!
//! From the Compose Specification: relative paths count from the folder of the file. What a
//! container sees under its own path is translated by its mounts; what no mount covers lies in
//! the image.

use super::document::{self, Id, Tree};
use super::flags::{self, Setting};
use super::text::{self, Quoting, Word};
use super::{Base, Build, Kind, Mount, Role, row};

const QUOTING: Quoting = Quoting {
    single: true,
    escape: Some(""),
    comment: None,
};

/// Most mounts of a service that are looked at.
const MOST_MOUNTS: usize = 256;

/// Reads a compose file.
pub(super) fn read(text: &str, _path: &str, build: &mut Build) {
    let tree = document::yaml(text, build);
    let Some(&root) = tree.roots.first() else {
        return;
    };
    for section in ["secrets", "configs"] {
        let Some(all) = tree.value(root, section) else {
            continue;
        };
        for (name, entry) in tree.entries(all) {
            let Some(file) = tree.text(*entry, "file") else {
                continue;
            };
            if text::is_material(&file.text) || text::is_material(name) {
                material(&format!("{section}.{name}.file"), file, build);
            }
        }
    }
    let Some(services) = tree.value(root, "services") else {
        return;
    };
    for (name, service) in tree.entries(services) {
        let mut mounts = volumes(&tree, *service, name, build);
        for section in ["secrets", "configs"] {
            mounts.extend(granted(&tree, root, *service, section, name));
        }
        for file in tree.texts(*service, "env_file") {
            build.include(&file, Base::Folder);
        }
        let mut settings = environment(&tree, *service);
        for key in ["entrypoint", "command"] {
            settings.extend(flags::of_command(&command(&tree, *service, key)));
        }
        flags::refer(&settings, build, |reference| {
            reference.directive = format!("services.{name} {}", reference.directive);
            match translated(&reference.target, &mounts) {
                Some(host) => {
                    reference.target = host;
                    reference.base = Base::Folder;
                }
                None => reference.base = Base::Image,
            }
        });
        build.config.mounts.extend(mounts);
    }
    for reference in &mut build.config.references {
        // The host's variables and home are not ours to know; a default is.
        reference.target = defaulted(&reference.target);
        reference.unresolved =
            text::has_variable(&reference.target) || reference.target.starts_with('~');
    }
    for mount in &mut build.config.mounts {
        mount.source = defaulted(&mount.source);
    }
    let usable = |source: &str| !text::has_variable(source) && !source.starts_with('~');
    build.config.mounts.retain(|mount| usable(&mount.source));
}

/// A file of the host, whose name says what it is.
fn material(directive: &str, file: &Word, build: &mut Build) {
    let row = row("", Role::Unstated, Kind::Material);
    if let Some(index) = build.refer(directive, row, file)
        && let Some(reference) = build.reference(index)
    {
        reference.base = Base::Folder;
    }
}

/// What a service mounts from the host; single files of material are references by themselves.
fn volumes(tree: &Tree, service: Id, name: &str, build: &mut Build) -> Vec<Mount> {
    let Some(volumes) = tree.value(service, "volumes") else {
        return Vec::new();
    };
    let mut mounts = Vec::new();
    for &volume in tree.items(volumes).iter().take(MOST_MOUNTS) {
        let (source, target) = if let Some(word) = tree.scalar(volume) {
            let Some((source, target)) = short(&word.text) else {
                continue;
            };
            (word.with(source), target.to_owned())
        } else {
            let bind = tree
                .text(volume, "type")
                .is_none_or(|kind| kind.text == "bind");
            match (tree.text(volume, "source"), tree.text(volume, "target")) {
                (Some(source), Some(target)) if bind => (source.clone(), target.text.clone()),
                _ => continue,
            }
        };
        // A source without a slash is a volume with a name.
        if !source.text.starts_with(['.', '/', '~', '$']) {
            continue;
        }
        if text::is_material(&source.text) || text::is_material(&target) {
            material(&format!("services.{name}.volumes"), &source, build);
        }
        mounts.push(Mount {
            container: name.to_owned(),
            source: source.text,
            target: target.trim_end_matches('/').to_owned(),
        });
    }
    mounts
}

/// `source:target` and perhaps `:mode`; a colon within `${…}` separates nothing.
fn short(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let mut parts = Vec::new();
    let mut first = 0;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(text.get(first..at)?);
                first = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(first..)?);
    match parts.as_slice() {
        [source, target, ..] => Some((source, target)),
        _ => None,
    }
}

/// Secrets or configs that a service is given: under `/run/secrets/`, at the root, or where it says.
fn granted(tree: &Tree, root: Id, service: Id, section: &str, name: &str) -> Vec<Mount> {
    let Some(given) = tree.value(service, section) else {
        return Vec::new();
    };
    let folder = if section == "secrets" {
        "/run/secrets"
    } else {
        ""
    };
    let mut mounts = Vec::new();
    for &entry in tree.items(given).iter().take(MOST_MOUNTS) {
        let (source, target) = match tree.scalar(entry) {
            Some(word) => (word.text.as_str(), None),
            None => match tree.text(entry, "source") {
                Some(source) => (source.text.as_str(), tree.text(entry, "target")),
                None => continue,
            },
        };
        let Some(file) = tree
            .at(root, &[section, source])
            .and_then(|entry| tree.text(entry, "file"))
        else {
            continue;
        };
        let target = target.map_or(source, |target| target.text.as_str());
        let target = if target.starts_with('/') {
            target.to_owned()
        } else {
            format!("{folder}/{target}")
        };
        mounts.push(Mount {
            container: name.to_owned(),
            source: file.text.clone(),
            target,
        });
    }
    mounts
}

/// Variables, as a map or as a list of `NAME=value`.
fn environment(tree: &Tree, service: Id) -> Vec<Setting> {
    let Some(all) = tree.value(service, "environment") else {
        return Vec::new();
    };
    let of_map = tree
        .merged(all)
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), tree.scalar(value)?.clone())));
    let of_list = tree.items(all).iter().filter_map(|item| {
        let word = tree.scalar(*item)?;
        let (name, value) = word.text.split_once('=')?;
        Some((name.to_owned(), word.with(value)))
    });
    of_map.chain(of_list).collect()
}

/// A command, as a list of words or as one text.
fn command(tree: &Tree, service: Id, key: &str) -> Vec<Word> {
    let Some(value) = tree.value(service, key) else {
        return Vec::new();
    };
    let mut words: Vec<Word> = match tree.scalar(value) {
        Some(word) => text::words(&word.text, 0, QUOTING)
            .into_iter()
            .map(|part| word.with(part.text))
            .collect(),
        None => tree.texts(service, key),
    };
    // The first word can be a flag, if the program is the image's.
    if words.first().is_some_and(|word| word.text.starts_with('-')) {
        words.insert(0, Word::default());
    }
    words
}

/// The host's path of a container's path.
fn translated(path: &str, mounts: &[Mount]) -> Option<String> {
    let mount = mounts
        .iter()
        .filter(|mount| {
            path.strip_prefix(mount.target.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .max_by_key(|mount| mount.target.len())?;
    let rest = path.strip_prefix(mount.target.as_str())?;
    Some(format!("{}{rest}", mount.source.trim_end_matches('/')))
}

/// `${NAME:-default}` is the default, as nobody set the variable yet.
fn defaulted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((inside, after)) = behind.split_once('}') else {
            break;
        };
        out.push_str(before);
        let default = inside.split_once(":-").or_else(|| inside.split_once('-'));
        if let Some((_, default)) = default {
            out.push_str(default);
        } else {
            out.push_str("${");
            out.push_str(inside);
            out.push('}');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
