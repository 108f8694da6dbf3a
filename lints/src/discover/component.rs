//! Components: packages that must be analysed together, because one can call the other.

use std::collections::BTreeMap;

use super::{File, Package};

/// Packages joined by local dependencies, with all their files; or loose files of one folder.
/// Nothing outside of a component calls into it, so components are processed one at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Component {
    /// Indices of packages, sorted; empty for loose files.
    pub packages: Vec<usize>,
    /// Indices of files, sorted.
    pub files: Vec<usize>,
}

/// Joins packages by their local dependencies, and loose files by the path given.
pub(super) fn components(packages: &[Package], files: &[File]) -> Vec<Component> {
    let mut group: Vec<usize> = (0..packages.len()).collect();
    for (id, package) in packages.iter().enumerate() {
        for other in package
            .dependencies
            .iter()
            .filter_map(|needed| needed.local)
        {
            let (a, b) = (find(&mut group, id), find(&mut group, other));
            if let Some(slot) = group.get_mut(a.max(b)) {
                *slot = a.min(b);
            }
        }
    }
    // Keyed by the first package, or by the path given for loose files.
    let mut joined: BTreeMap<(Option<usize>, Option<&std::path::Path>), Component> =
        BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        let key = match file.package {
            Some(id) => (Some(find(&mut group, id)), None),
            None => (None, Some(file.found.root.as_path())),
        };
        joined.entry(key).or_default().files.push(at);
    }
    for id in 0..packages.len() {
        let first = find(&mut group, id);
        if let Some(component) = joined.get_mut(&(Some(first), None)) {
            component.packages.push(id);
        }
    }
    let mut components: Vec<Component> = joined.into_values().collect();
    components.sort_by_key(|component| component.files.first().copied());
    components
}

/// The representative of `id`, halving the path on the way.
fn find(group: &mut [usize], mut id: usize) -> usize {
    while let Some(&parent) = group.get(id) {
        if parent == id {
            break;
        }
        let above = group.get(parent).copied().unwrap_or(parent);
        if let Some(slot) = group.get_mut(id) {
            *slot = above;
        }
        id = above;
    }
    id
}
