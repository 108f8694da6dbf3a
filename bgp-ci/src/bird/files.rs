//! How the files of a configuration are found.

use std::sync::Arc;

/// Where a configuration's files are: a directory, or a tree of a revision.
///
/// Paths are relative to its root, with `/`, without `.` and `..`.
pub trait Files {
    /// The text of a file.
    ///
    /// # Errors
    /// What stands in the way.
    fn read(&self, path: &str) -> Result<Arc<str>, Unread>;

    /// The names of what is in a folder, files and folders; the root is the empty path. Empty
    /// where there is no such folder.
    fn list(&self, folder: &str) -> Vec<String>;

    /// How reports name a path.
    fn shown(&self, path: &str) -> Arc<str> {
        path.into()
    }
}

/// Why a file has no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// It is not there.
    Missing,
    /// It is there, and cannot be read: in words.
    Failed(String),
}

/// What an `include` names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Something outside of the root.
    Outside,
    /// One file.
    File(String),
    /// A pattern.
    Pattern(String),
}

/// What `written`, in the file `from`, names.
pub(super) fn target(from: &str, written: &str) -> Target {
    if written.starts_with(['/', '~']) {
        return Target::Outside;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Target::Outside;
                }
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    if path.contains(['*', '?', '[', '{']) {
        Target::Pattern(path)
    } else {
        Target::File(path)
    }
}

/// The greatest number of alternatives that the braces of a pattern may make.
const ALTERNATIVES: usize = 64;

/// The files that `pattern` matches, as glob(7) has it: sorted, `*` within one name only.
pub(super) fn matching(files: &dyn Files, pattern: &str) -> Vec<String> {
    let mut found = Vec::new();
    for pattern in alternatives(pattern) {
        let mut folders = vec![String::new()];
        for part in pattern.split('/') {
            let mut next = Vec::new();
            for folder in &folders {
                let names = if part.contains(['*', '?', '[']) {
                    let mut names = files.list(folder);
                    names.retain(|name| matches(part, name));
                    names.sort();
                    names
                } else {
                    vec![part.to_owned()]
                };
                next.extend(names.into_iter().map(|name| match folder.as_str() {
                    "" => name,
                    folder => format!("{folder}/{name}"),
                }));
            }
            folders = next;
        }
        folders.retain(|path| files.read(path) != Err(Unread::Missing));
        found.append(&mut folders);
    }
    found
}

/// `a{b,c}` as `ab` and `ac`.
fn alternatives(pattern: &str) -> Vec<String> {
    let mut open = vec![pattern.to_owned()];
    let mut done = Vec::new();
    while let Some(pattern) = open.pop() {
        let braces = pattern.split_once('{').and_then(|(before, rest)| {
            rest.split_once('}')
                .map(|(inner, after)| (before, inner, after))
        });
        match braces {
            Some((before, inner, after)) if open.len() + done.len() < ALTERNATIVES => {
                let choices = inner.rsplit(',').take(ALTERNATIVES);
                open.extend(choices.map(|choice| format!("{before}{choice}{after}")));
            }
            _ => done.push(pattern),
        }
    }
    done
}

/// Whether one name fits one part of a pattern.
fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on when the rest does not fit: the last star takes one more character.
    let mut star: Option<(usize, usize)> = None;
    loop {
        let fits = match (pattern.get(p), name.get(n)) {
            (None, None) => return true,
            (Some('*'), _) => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            (Some('?'), Some(_)) => Some(p + 1),
            (Some('['), Some(c)) => class(&pattern, p, *c),
            (Some(a), Some(b)) if a == b => Some(p + 1),
            _ => None,
        };
        match (fits, star) {
            (Some(next), _) => {
                p = next;
                n += 1;
            }
            (None, Some((at, taken))) if taken < name.len() => {
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
            _ => return false,
        }
    }
}

/// Whether `c` is in the class that opens at `at`, and where the pattern goes on.
fn class(pattern: &[char], at: usize, c: char) -> Option<usize> {
    let rest = pattern.get(at + 1..)?;
    let negated = matches!(rest.first(), Some('!' | '^'));
    let rest = rest.get(usize::from(negated)..)?;
    let length = 1 + rest.get(1..)?.iter().position(|c| *c == ']')?;
    let members = rest.get(..length)?;
    let mut inside = false;
    let mut i = 0;
    while let Some(first) = members.get(i) {
        if let (Some('-'), Some(last)) = (members.get(i + 1), members.get(i + 2)) {
            inside |= (*first..=*last).contains(&c);
            i += 3;
        } else {
            inside |= *first == c;
            i += 1;
        }
    }
    (inside != negated).then_some(at + 2 + usize::from(negated) + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_include_is_relative_to_the_file_that_names_it() {
        let file = |path: &str| Target::File(path.to_owned());
        assert_eq!(target("bird.conf", "a.conf"), file("a.conf"));
        assert_eq!(target("r/bird.conf", "./x/a.conf"), file("r/x/a.conf"));
        assert_eq!(target("r/s/bird.conf", "../a.conf"), file("r/a.conf"));
        assert_eq!(target("r/bird.conf", "../../a.conf"), Target::Outside);
        assert_eq!(target("r/bird.conf", "/etc/bird/a.conf"), Target::Outside);
        assert_eq!(
            target("r/bird.conf", "d/*.conf"),
            Target::Pattern("r/d/*.conf".to_owned())
        );
    }

    #[test]
    fn names_fit_patterns_as_in_a_shell() {
        for (pattern, name, fits) in [
            ("*.conf", "a.conf", true),
            ("*.conf", ".a.conf", false),
            ("*.conf", "a.confx", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]*", "bx", true),
            ("[!a-c]*", "bx", false),
            ("[a-c", "b", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
        assert_eq!(alternatives("{a,b}{1,2}"), ["a1", "a2", "b1", "b2"]);
    }
}
