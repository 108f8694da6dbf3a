//! A folder and a revision of it are read alike; git is given no chance to do anything else.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Entry, Kind, Tree};

fn git(folder: &Path, args: &[&str]) {
    let status = Command::new("git")
        .current_dir(folder)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "git {args:?}");
}

/// A repository with one commit of `files`.
fn repository(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    for (path, content) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "first"]);
    folder
}

fn refused(root: &Path, rev: &str) -> String {
    Tree::revision(root, rev)
        .expect_err("no such revision")
        .reason
}

#[test]
fn a_folder_and_its_revision_are_the_same() {
    let files: Vec<(&str, &[u8])> = vec![
        ("app/a.rs", b"one\n"),
        ("app/b/c \"quoted\" é\n.rs", b"two\0\xff\n"),
        ("app/empty", b""),
        ("top.txt", b"top\n"),
    ];
    let here = repository(&files);
    for root in [here.path().to_owned(), here.path().join("app")] {
        let folder = Tree::folder(&root);
        let revision = Tree::revision(&root, "HEAD").unwrap();
        let listed = folder.files().unwrap();
        assert_eq!(listed, revision.files().unwrap());
        assert!(listed.len() >= 3);
        for Entry { path, size, .. } in &listed {
            let content = folder.read(path, 100).unwrap();
            assert_eq!(content, revision.read(path, 100).unwrap());
            assert_eq!(u64::try_from(content.len()).unwrap(), *size);
        }
        for tree in [&folder, &revision] {
            assert!(tree.read("app/none", 100).is_err());
            assert!(tree.read("../top.txt", 100).is_err());
            assert!(tree.read("/etc/hostname", 100).is_err());
        }
    }
    let app = Tree::revision(&here.path().join("app"), "HEAD").unwrap();
    assert_eq!(
        app.read("a.rs", 3).unwrap_err().reason,
        "it is longer than 3 bytes"
    );
    // The reader still answers after a refusal.
    assert_eq!(app.read("a.rs", 4).unwrap(), b"one\n");
}

#[test]
fn a_revision_does_not_see_the_work_tree() {
    let here = repository(&[("a.rs", b"old\n"), ("gone.rs", b"x\n")]);
    std::fs::write(here.path().join("a.rs"), "new\n").unwrap();
    std::fs::remove_file(here.path().join("gone.rs")).unwrap();
    std::fs::create_dir(here.path().join("later")).unwrap();
    let tree = Tree::revision(here.path(), "HEAD").unwrap();
    assert_eq!(tree.read("a.rs", 100).unwrap(), b"old\n");
    assert_eq!(tree.read("gone.rs", 100).unwrap(), b"x\n");
    assert!(tree.root().is_none());
    let later = Tree::revision(&here.path().join("later"), "HEAD").unwrap();
    assert_eq!(later.files().unwrap(), []);
}

#[test]
fn revisions_that_are_none_are_refused_with_a_reason() {
    let here = repository(&[("a.rs", b"x\n")]);
    git(here.path(), &["tag", "v1"]);
    assert!(Tree::revision(here.path(), "v1").is_ok());
    assert_eq!(refused(here.path(), "v2"), "git knows no revision `v2`");
    assert_eq!(
        refused(here.path(), "HEAD:a.rs"),
        "git knows no revision `HEAD:a.rs`"
    );
    for rev in ["--output=x", "-h", "", "a\u{1b}[31m", "a\nb"] {
        assert!(
            refused(here.path(), rev).ends_with("is no revision"),
            "{rev:?}"
        );
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let reason = refused(elsewhere.path(), "HEAD");
    assert!(
        reason.starts_with("git cannot use the folder: "),
        "{reason}"
    );
}

#[cfg(unix)]
#[test]
fn links_are_listed_and_never_followed() {
    let here = repository(&[("a.rs", b"x\n")]);
    std::os::unix::fs::symlink("/etc/hostname", here.path().join("link")).unwrap();
    std::os::unix::fs::symlink("/", here.path().join("loop")).unwrap();
    git(here.path(), &["add", "-A"]);
    git(here.path(), &["commit", "-qm", "links"]);
    for tree in [
        Tree::folder(here.path()),
        Tree::revision(here.path(), "HEAD").unwrap(),
    ] {
        let kinds: Vec<_> = tree
            .files()
            .unwrap()
            .into_iter()
            .map(|entry| (entry.path.to_string(), entry.kind))
            .collect();
        let expected = [
            ("a.rs", Kind::File),
            ("link", Kind::Link),
            ("loop", Kind::Link),
        ];
        assert_eq!(kinds, expected.map(|(path, kind)| (path.to_owned(), kind)));
        let reason = tree.read("link", 1000).unwrap_err().reason;
        assert!(reason.starts_with("it is no regular file"), "{reason}");
        assert!(tree.read("loop/etc/hostname", 1000).is_err());
    }
}

#[cfg(unix)]
#[test]
fn nothing_that_the_repository_configures_is_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let here = repository(&[
        ("a.rs", b"x\n"),
        (".gitattributes", b"* filter=evil diff=evil\n"),
    ]);
    let trap = here.path().join(".git/trap");
    std::fs::write(
        &trap,
        "#!/bin/sh\ntouch \"$(dirname \"$0\")/sprung\"\ncat\n",
    )
    .unwrap();
    std::fs::set_permissions(&trap, std::fs::Permissions::from_mode(0o755)).unwrap();
    let command = trap.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "filter.evil.smudge",
        "filter.evil.clean",
        "diff.evil.textconv",
        "diff.external",
        "alias.rev-parse",
        "credential.helper",
        "pager.ls-tree",
        "pager.cat-file",
    ] {
        git(here.path(), &["config", key, command]);
    }
    let tree = Tree::revision(here.path(), "HEAD").unwrap();
    assert_eq!(tree.read("a.rs", 100).unwrap(), b"x\n");
    assert!(!here.path().join(".git/sprung").exists());
}

#[test]
fn threads_share_one_reader() {
    let files: Vec<(String, Vec<u8>)> = (0..50_u32)
        .map(|n| (format!("f{n}"), n.to_string().repeat(100).into_bytes()))
        .collect();
    let borrowed: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, content)| (path.as_str(), content.as_slice()))
        .collect();
    let here = repository(&borrowed);
    let tree = Tree::revision(here.path(), "HEAD").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (path, content) in &files {
                    assert_eq!(
                        tree.read(path, 1000).as_deref().ok(),
                        Some(content.as_slice())
                    );
                }
            });
        }
    });
}
