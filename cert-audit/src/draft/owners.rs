//! Who owns which files: the CODEOWNERS file of a repository.

use std::fs;
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use rules::scope;

/// Where forges look for it, the first one found counts.
const PLACES: [&str; 4] = [
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];

/// Longest file that is read: 3 MiB is what GitHub reads.
const LONGEST: u64 = 3 << 20;

/// The entries of a CODEOWNERS file, or none.
#[derive(Debug, Default)]
pub struct Owners {
    rows: Vec<(Vec<GlobMatcher>, String)>,
    /// What makes a path relative to the repository when it is put before it.
    prefix: String,
}

impl Owners {
    /// Of the repository that `folder` lies in.
    pub fn above(folder: &Path) -> Self {
        let top = folder
            .ancestors()
            .find(|above| above.join(".git").exists())
            .unwrap_or(folder);
        let files = PLACES.iter().map(|place| top.join(place));
        let text = files
            .filter(|file| {
                // A link could lead anywhere.
                let meta = fs::symlink_metadata(file);
                meta.is_ok_and(|meta| meta.is_file() && meta.len() <= LONGEST)
            })
            .find_map(|file| fs::read_to_string(file).ok());
        let below = scope::relative_to(top, folder);
        let prefix = match below.as_str() {
            "" => below,
            _ => format!("{below}/"),
        };
        Self::read(&text.unwrap_or_default(), prefix)
    }

    /// Reads the entries; a line that is none is passed over, as forges do.
    fn read(text: &str, prefix: String) -> Self {
        let rows = text
            .lines()
            .filter_map(|line| {
                let line = line.split(" #").next().unwrap_or_default().trim();
                if line.starts_with(['#', '[', '^', '!']) {
                    return None;
                }
                let mut words = line.split_whitespace();
                let globs = globs(words.next()?);
                let owners: Vec<&str> = words.collect();
                Some((globs, owners.join(" ")))
            })
            .collect();
        Self { rows, prefix }
    }

    /// Who owns a file, whose path is relative to the folder; of several entries the last wins,
    /// and one without owners says that there is none.
    pub fn of(&self, path: &str) -> Option<String> {
        let path = format!("{}{path}", self.prefix);
        let mut rows = self.rows.iter().rev();
        let (_, owners) = rows.find(|(globs, _)| globs.iter().any(|glob| glob.is_match(&path)))?;
        (!owners.is_empty()).then(|| owners.clone())
    }
}

/// A pattern as gitignore has it, as globs for whole paths.
fn globs(pattern: &str) -> Vec<GlobMatcher> {
    let name = pattern.trim_end_matches('/');
    let path = match name.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None if name.contains('/') => name.to_owned(),
        None => format!("**/{name}"),
    };
    let mut forms = Vec::new();
    // What ends in a slash is a folder, and not a file of that name.
    if name == pattern {
        forms.push(path.clone());
    }
    // `docs/*` is what lies in the folder, and not deeper.
    if !path.ends_with("/*") {
        forms.push(format!("{path}/**"));
    }
    let globs = forms.iter().filter_map(|form| {
        let mut glob = GlobBuilder::new(form);
        let glob = glob.literal_separator(true).backslash_escape(true);
        Some(glob.build().ok()?.compile_matcher())
    });
    globs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of GitHub's documentation, in our own names.
    #[test]
    fn the_last_entry_that_matches_wins() {
        let text = "\
# everything
* @all
*.pem @certs # a comment
/deploy/ @edge @ops
apps/ @apps
docs/* docs@company.example
/deploy/open/
";
        let owners = Owners::read(text, String::new());
        for (path, owner) in [
            ("a.txt", Some("@all")),
            ("x/y.pem", Some("@certs")),
            ("deploy/a.pem", Some("@edge @ops")),
            ("deploy/b/c.pem", Some("@edge @ops")),
            ("x/deploy/a.pem", Some("@certs")),
            ("x/apps/a.pem", Some("@apps")),
            ("docs/a.pem", Some("docs@company.example")),
            ("docs/b/a.pem", Some("@certs")),
            ("deploy/open/a.pem", None),
        ] {
            assert_eq!(owners.of(path).as_deref(), owner, "{path}");
        }
        let below = Owners::read("/deploy/ @edge\n", "deploy/".to_owned());
        assert_eq!(below.of("a.pem").as_deref(), Some("@edge"));
        assert_eq!(Owners::default().of("a.pem"), None);
    }
}
