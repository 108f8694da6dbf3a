//! The arguments of `check` that only this tool has.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use rules::policy;

/// What to compare.
#[derive(Debug, Clone, Default, Args)]
pub struct Comparison {
    /// Before the change: a folder with a `preflight.yaml`, or a git revision
    #[arg(long, value_name = "DIR|REV")]
    pub base: Option<String>,

    /// After the change: a folder or a git revision [default: PATH]
    #[arg(long, value_name = "DIR|REV")]
    pub head: Option<String>,

    /// Validated ROA payloads, JSON or CSV, instead of those that the policies name
    #[arg(long, value_name = "FILE")]
    pub vrps: Option<PathBuf>,
}

/// Options whose value is a place.
const OPTIONS: [&str; 3] = ["--base", "--head", "--vrps"];

/// Makes the places behind `--base`, `--head` and `--vrps` absolute, as the checks do not know the current
/// directory, and lets the policy in head's folder be the one that governs the run, unless
/// `--config` names another.
pub(crate) fn resolved(args: impl IntoIterator<Item = OsString>, cwd: &Path) -> Vec<OsString> {
    let mut resolved: Vec<OsString> = Vec::new();
    let mut head = None;
    let mut configured = false;
    let mut option = None;
    let mut args = args.into_iter();
    for arg in args.by_ref() {
        if arg == "--" {
            resolved.push(arg);
            break;
        }
        let text = arg.to_string_lossy().into_owned();
        configured |= text == "--config" || text.starts_with("--config=");
        let value = match option.take() {
            Some(name) => Some((name, text.clone(), false)),
            None => OPTIONS.into_iter().find_map(|name| {
                let value = text.strip_prefix(name)?.strip_prefix('=')?;
                Some((name, value.to_owned(), true))
            }),
        };
        let Some((name, value, joined)) = value else {
            option = OPTIONS.into_iter().find(|name| text == **name);
            resolved.push(arg);
            continue;
        };
        let place = match name {
            "--vrps" => (!value.is_empty()).then(|| cwd.join(&value)),
            _ => folder(cwd, &value),
        };
        let Some(place) = place else {
            resolved.push(arg);
            continue;
        };
        if joined {
            let mut whole = OsString::from(format!("{name}="));
            whole.push(&place);
            resolved.push(whole);
        } else {
            resolved.push(place.clone().into_os_string());
        }
        if name == "--head" {
            head = Some(place);
        }
    }
    if let (Some(head), false) = (head, configured) {
        // Before a `--`, behind which everything is a path.
        let at = resolved.iter().position(|arg| arg == "--");
        let at = at.unwrap_or(resolved.len());
        resolved.splice(
            at..at,
            [
                OsString::from("--config"),
                head.join(policy::NAME).into_os_string(),
            ],
        );
    }
    resolved.extend(args);
    resolved
}

/// The folder that a value names; a name that is no folder is a revision.
fn folder(cwd: &Path, value: &str) -> Option<PathBuf> {
    if value.is_empty() {
        return None;
    }
    let path = cwd.join(value);
    path.is_dir().then(|| path.canonicalize().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(args: &[&str], cwd: &Path) -> Vec<String> {
        resolved(args.iter().map(OsString::from), cwd)
            .into_iter()
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn folders_become_absolute_and_revisions_stay() {
        let dir = tempfile::tempdir().unwrap();
        let cwd = dir.path().canonicalize().unwrap();
        std::fs::create_dir(cwd.join("new")).unwrap();
        let new = cwd.join("new").to_string_lossy().into_owned();
        let policy = format!("{new}/preflight.yaml");
        assert_eq!(
            resolve(
                &["bgp-ci", "check", "--base", "main", "--head", "new"],
                &cwd
            ),
            [
                "bgp-ci", "check", "--base", "main", "--head", &new, "--config", &policy
            ]
        );
        assert_eq!(
            resolve(&["bgp-ci", "check", "--head=new", "--", "--base"], &cwd),
            [
                "bgp-ci",
                "check",
                &format!("--head={new}"),
                "--config",
                &policy,
                "--",
                "--base"
            ]
        );
        let file = cwd.join("vrps.json").to_string_lossy().into_owned();
        assert_eq!(
            resolve(&["bgp-ci", "check", "--vrps", "vrps.json"], &cwd),
            ["bgp-ci", "check", "--vrps", &file]
        );
        let kept = ["bgp-ci", "check", "--config", "x.yaml", "--head", &new];
        assert_eq!(resolve(&kept, &cwd), kept);
        let plain = ["bgp-ci", "check", "--base=HEAD~1", "new"];
        assert_eq!(resolve(&plain, &cwd), plain);
    }
}
