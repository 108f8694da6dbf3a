//! What the file system can hold.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use rules::Exit;
use testkit::tree;

use super::{DEADLOCK, MANIFEST, check, fired, skipped, structlint, undecided};

/// Adds something to a package whose library has a deadlock and declares `mod bad;`, and says
/// what is undecided: the deadlock is found in any case.
fn with_bad(add: impl FnOnce(&Path)) -> Vec<String> {
    let library = format!("mod bad;\n{DEADLOCK}");
    let folder = tree::write(&[MANIFEST, ("src/lib.rs", &library)]);
    add(&folder.path().join("src/bad.rs"));
    let (exit, report) = check(folder.path());
    assert_eq!(exit, Exit::Denied);
    assert_eq!(fired(&report), ["relock-in-scrutinee src/lib.rs"]);
    undecided(&report)
}

/// The same without `mod bad;` and without a deadlock: what no crate reaches decides nothing, and
/// is counted.
fn unreached(add: impl FnOnce(&Path)) {
    let folder = tree::write(&[MANIFEST, ("src/lib.rs", "fn f() {}\n")]);
    fs::create_dir_all(folder.path().join("tests/ui")).unwrap();
    add(&folder.path().join("tests/ui/bad.rs"));
    let (exit, report) = check(folder.path());
    assert_eq!((exit, undecided(&report)), (Exit::Clean, vec![]));
    assert_eq!(skipped(&report), 1);
}

#[test]
fn a_file_that_is_not_utf_8() {
    let text = b"// caf\xc3\xa9\nfn f() { \"\xff\" }";
    assert_eq!(
        with_bad(|path| fs::write(path, text).unwrap()),
        ["src/bad.rs: is not UTF-8 at byte 19, line 2, column 11; convert it or exclude it"]
    );
    unreached(|path| fs::write(path, text).unwrap());
}

#[test]
fn a_link_to_nowhere() {
    assert_eq!(
        with_bad(|path| symlink("nowhere", path).unwrap()),
        ["src/bad.rs: does not exist; check the path"]
    );
    unreached(|path| symlink("nowhere", path).unwrap());
}

#[test]
fn a_link_to_itself() {
    let found = with_bad(|path| symlink("bad.rs", path).unwrap());
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("src/bad.rs: cannot be read"),
        "{found:?}"
    );
}

#[test]
fn a_link_out_of_the_tree_does_not_show_what_lies_there() {
    let secret = tree::write(&[("secret", "token = \u{1}hunter2")]);
    let found = with_bad(|path| symlink(secret.path().join("secret"), path).unwrap());
    assert_eq!(
        found,
        [
            "src/bad.rs: is a symbolic link out of the directory given and is not followed; name it \
          on the command line to have it read"
        ]
    );
}

#[test]
fn a_folder_with_the_name_of_a_module() {
    let found = with_bad(|path| fs::create_dir(path).unwrap());
    assert_eq!(
        found,
        ["src/lib.rs: module `bad` is a directory, not a file"]
    );
}

#[test]
fn a_pipe_is_not_opened() {
    // Opening it would wait for a writer that never comes.
    let pipe = |path: &Path| {
        let made = Command::new("mkfifo").arg(path).status();
        assert!(made.expect("POSIX has mkfifo").success());
    };
    assert_eq!(
        with_bad(pipe),
        ["src/bad.rs: is not a regular file and is not opened"]
    );
    unreached(pipe);
}

#[test]
fn a_file_of_fifty_megabytes() {
    let large = |path: &Path| fs::File::create(path).unwrap().set_len(50 << 20).unwrap();
    assert_eq!(
        with_bad(large),
        [
            "src/bad.rs: has 52428800 bytes, and at most 8388608 are read; split it, or exclude it \
          if it is generated"
        ]
    );
    unreached(large);
}

#[test]
fn folders_in_a_circle() {
    let folder = tree::write(&[MANIFEST, ("src/lib.rs", DEADLOCK)]);
    symlink("..", folder.path().join("src/up")).unwrap();
    symlink(".", folder.path().join("round")).unwrap();
    let (exit, report) = check(folder.path());
    assert_eq!(exit, Exit::Denied);
    assert_eq!(fired(&report), ["relock-in-scrutinee src/lib.rs"]);
    assert_eq!(skipped(&report), 2);
}

#[test]
fn a_path_that_does_not_exist() {
    let folder = tree::write(&[MANIFEST]);
    let ran = structlint()
        .cwd(folder.path())
        .args(["check", "no/such/folder"])
        .run();
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(ran.stderr.contains("no/such/folder"), "{}", ran.stderr);
}

#[test]
fn a_manifest_that_is_not_toml() {
    let folder = tree::write(&[
        ("Cargo.toml", "[package\nname = \"broken\""),
        ("src/lib.rs", DEADLOCK),
    ]);
    let (exit, report) = check(folder.path());
    assert_eq!(exit, Exit::Denied);
    assert_eq!(fired(&report), ["relock-in-scrutinee src/lib.rs"]);
    let found = undecided(&report);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("Cargo.toml: is not TOML at line 1, column 9"),
        "{found:?}"
    );
}

#[test]
fn an_ignore_file_of_the_change_hides_nothing_that_is_compiled() {
    let folder = tree::write(&[
        MANIFEST,
        (".gitignore", "bad.rs\n"),
        ("src/lib.rs", "mod bad;\n"),
        ("src/bad.rs", DEADLOCK),
    ]);
    let (exit, report) = check(folder.path());
    assert_eq!(exit, Exit::Denied);
    assert_eq!(fired(&report), ["relock-in-scrutinee src/bad.rs"]);
}
