use std::fs;

use super::*;

/// A folder of files on disk.
pub(super) struct Tree(tempfile::TempDir);

impl Tree {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    /// What `check <paths>` would judge, from inside the folder.
    fn check(&self, paths: &[&str], ignore: bool) -> Discovery {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let walked = walk(&Request {
            cwd: self.0.path(),
            paths: &paths,
            ignore,
        });
        resolve(walked, &Disk, Edition::Edition2021)
    }

    pub(super) fn discover(&self, ignore: bool) -> Discovery {
        self.check(&["."], ignore)
    }
}

fn paths(discovery: &Discovery) -> Vec<&str> {
    discovery
        .files
        .iter()
        .map(|file| &*file.found.path)
        .collect()
}

fn file<'a>(discovery: &'a Discovery, path: &str) -> &'a File {
    discovery
        .files
        .iter()
        .find(|file| &*file.found.path == path)
        .unwrap_or_else(|| panic!("{path} among {:?}", paths(discovery)))
}

/// Targets of the only package, as `class name path`.
fn targets(discovery: &Discovery) -> Vec<String> {
    discovery.packages[0]
        .targets
        .iter()
        .map(|target| {
            let path = &discovery.files[target.file].found.path;
            format!("{:?} {} {path}", target.class, target.name)
        })
        .collect()
}

#[test]
fn names_follow_what_was_given() {
    let tree = Tree::new(&[("a/x.rs", ""), ("a/y.rs", ""), ("b/z.rs", "")]);
    assert_eq!(
        paths(&tree.check(&["."], true)),
        ["a/x.rs", "a/y.rs", "b/z.rs"]
    );
    assert_eq!(paths(&tree.check(&["a"], true)), ["x.rs", "y.rs"]);
    assert_eq!(
        paths(&tree.check(&["./a", "b/"], true)),
        ["a/x.rs", "a/y.rs", "b/z.rs"]
    );
    assert_eq!(paths(&tree.check(&["a/x.rs"], true)), ["a/x.rs"]);
    assert_eq!(
        paths(&tree.check(&["a", "a/y.rs"], true)),
        ["a/x.rs", "a/y.rs"]
    );
    let both = tree.check(&["a", "a/y.rs"], true);
    assert!(file(&both, "a/y.rs").found.named);
    assert!(!file(&both, "a/x.rs").found.named);
}

#[test]
fn a_path_that_does_not_exist_is_undecided() {
    let found = Tree::new(&[]).check(&["nowhere"], true);
    assert_eq!(
        found.undecided[0].to_string_for_test(),
        "nowhere: does not exist; check the path"
    );
}

trait Shown {
    fn to_string_for_test(&self) -> String;
}

impl Shown for rules::Undecided {
    fn to_string_for_test(&self) -> String {
        format!("{}: {}", self.path, self.reason)
    }
}

#[test]
fn ignore_rules_hold_below_what_is_named_and_not_for_it() {
    let tree = Tree::new(&[
        (".gitignore", "/out\n/stuff/*\n*.gen.rs\n"),
        ("src/a.rs", ""),
        ("src/b.gen.rs", ""),
        ("src/.hidden.rs", ""),
        ("out/c.rs", ""),
        ("out/deep/d.rs", ""),
        ("stuff/e.rs", ""),
    ]);
    assert_eq!(paths(&tree.check(&["."], true)), ["src/a.rs"]);
    assert_eq!(
        paths(&tree.check(&["."], false)),
        [
            "out/c.rs",
            "out/deep/d.rs",
            "src/.hidden.rs",
            "src/a.rs",
            "src/b.gen.rs",
            "stuff/e.rs"
        ]
    );
    assert_eq!(paths(&tree.check(&["out"], true)), ["c.rs", "deep/d.rs"]);
    assert_eq!(paths(&tree.check(&["out/deep"], true)), ["d.rs"]);
    assert_eq!(paths(&tree.check(&["stuff"], true)), ["e.rs"]);
}

#[test]
fn caches_are_left_out_unless_named() {
    let tag = "Signature: 8a477f597d28d172789f06886806bc55\n# cargo";
    let tree = Tree::new(&[
        ("a.rs", ""),
        ("target/CACHEDIR.TAG", tag),
        ("target/b.rs", ""),
    ]);
    assert_eq!(paths(&tree.check(&["."], false)), ["a.rs"]);
    assert_eq!(paths(&tree.check(&["target"], false)), ["b.rs"]);
}

#[test]
fn targets_have_sections_or_places() {
    let tree = Tree::new(&[
        (
            "Cargo.toml",
            "[package]\nname = 'a-b'\nedition = '2021'\n[lib]\npath = 'lib/root.rs'\n\
             [[bin]]\nname = 'tool'\n[[test]]\nname = 'odd'\npath = 'src/odd.rs'",
        ),
        ("lib/root.rs", ""),
        ("build.rs", ""),
        ("src/main.rs", ""),
        ("src/odd.rs", ""),
        ("src/bin/tool.rs", ""),
        ("src/bin/other/main.rs", ""),
        ("src/bin/other/part.rs", ""),
        ("tests/it/main.rs", ""),
        ("tests/it/part.rs", ""),
        ("tests/one.rs", ""),
        ("benches/fast.rs", ""),
        ("examples/show.rs", ""),
    ]);
    let found = tree.discover(true);
    assert_eq!(
        targets(&found),
        [
            "Library a_b lib/root.rs",
            "Binary a_b src/main.rs",
            "Binary other src/bin/other/main.rs",
            "Binary tool src/bin/tool.rs",
            "BuildScript build build.rs",
            "Test it tests/it/main.rs",
            "Test odd src/odd.rs",
            "Test one tests/one.rs",
            "Bench fast benches/fast.rs",
            "Example show examples/show.rs",
        ]
    );
    let class = |path| file(&found, path).class;
    assert_eq!(class("tests/it/part.rs"), Class::Test);
    assert_eq!(class("examples/show.rs"), Class::Example);
    assert_eq!(class("build.rs"), Class::BuildScript);
    assert_eq!(class("src/bin/other/part.rs"), Class::Binary);
    assert_eq!(class("src/odd.rs"), Class::Library);
}

#[test]
fn edition_2015_stops_looking_at_the_first_section() {
    let files = |edition| {
        let manifest = format!("[package]\nname = 'a'\n{edition}\n[[bin]]\nname = 'x'");
        let tree = Tree::new(&[
            ("Cargo.toml", &manifest),
            ("src/bin/x.rs", ""),
            ("src/bin/y.rs", ""),
        ]);
        targets(&tree.discover(true)).len()
    };
    assert_eq!(files(""), 1);
    assert_eq!(files("edition = '2018'"), 2);
    assert_eq!(files("autobins = true"), 2);
    assert_eq!(files("edition = '2018'\nautobins = false"), 1);
}

#[test]
fn editions_are_inherited_also_from_above_the_path_given() {
    let tree = Tree::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['m']\n[workspace.package]\nedition = '2024'",
        ),
        (
            "m/Cargo.toml",
            "[package]\nname = 'm'\nedition.workspace = true",
        ),
        ("m/src/lib.rs", ""),
        ("m/src/deep/a.rs", ""),
        ("loose.rs", ""),
    ]);
    for (given, path) in [
        (".", "m/src/lib.rs"),
        ("m", "src/lib.rs"),
        ("m/src", "lib.rs"),
        ("m/src/deep", "a.rs"),
        ("m/src/lib.rs", "m/src/lib.rs"),
    ] {
        let found = tree.check(&[given], true);
        assert_eq!(
            file(&found, path).edition,
            Edition::Edition2024,
            "check {given}"
        );
    }
    let found = tree.discover(true);
    assert_eq!(file(&found, "loose.rs").edition, Edition::Edition2021);
    assert_eq!(file(&found, "loose.rs").package, None);
}

#[test]
fn only_what_lies_below_the_path_given_is_classified() {
    let tree = Tree::new(&[
        ("Cargo.toml", "[package]\nname = 'outer'"),
        ("tests/estate/Cargo.toml", "[package]\nname = 'estate'"),
        ("tests/estate/src/lib.rs", ""),
        ("vendor/dep/Cargo.toml", "[package]\nname = 'dep'"),
        ("vendor/dep/src/lib.rs", ""),
        ("src/tests/mod.rs", ""),
    ]);
    let whole = tree.discover(true);
    assert_eq!(file(&whole, "tests/estate/src/lib.rs").class, Class::Test);
    assert!(file(&whole, "vendor/dep/src/lib.rs").vendored);
    assert_eq!(file(&whole, "src/tests/mod.rs").class, Class::Library);
    let part = tree.check(&["tests/estate"], true);
    assert_eq!(file(&part, "src/lib.rs").class, Class::Library);
    let part = tree.check(&["vendor/dep"], true);
    assert!(!file(&part, "src/lib.rs").vendored);
}

#[test]
fn packages_that_can_call_each_other_are_one_component() {
    let tree = Tree::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['*']\n[workspace.dependencies]\n\
             shared = { path = 'common', package = 'common-code' }\n\
             [patch.crates-io]\npatched = { path = 'fork' }",
        ),
        (
            "app/Cargo.toml",
            "[package]\nname = 'app'\n[dependencies]\nshared = { workspace = true }\n\
             patched = '1'\nvendored = '1'\nserde = '1'\n\
             [target.'cfg(unix)'.dependencies]\ntokio-util = '1'",
        ),
        ("app/src/lib.rs", ""),
        ("common/Cargo.toml", "[package]\nname = 'common-code'"),
        ("common/src/lib.rs", ""),
        ("fork/Cargo.toml", "[package]\nname = 'patched'"),
        ("fork/src/lib.rs", ""),
        ("vendor/vendored/Cargo.toml", "[package]\nname = 'vendored'"),
        ("vendor/vendored/src/lib.rs", ""),
        ("alone/Cargo.toml", "[package]\nname = 'alone'"),
        ("alone/src/lib.rs", ""),
    ]);
    let found = tree.discover(true);
    let names: Vec<Vec<&str>> = found
        .components
        .iter()
        .map(|component| {
            let packages = component.packages.iter();
            packages
                .map(|&id| found.packages[id].name.as_str())
                .collect()
        })
        .collect();
    assert_eq!(
        names,
        [
            vec!["alone"],
            vec!["app", "common-code", "patched", "vendored"]
        ]
    );
    let app = found
        .packages
        .iter()
        .find(|package| package.name == "app")
        .unwrap();
    let needed: Vec<(&str, bool)> = app
        .dependencies
        .iter()
        .map(|needed| (needed.name.as_str(), needed.local.is_some()))
        .collect();
    assert_eq!(
        needed,
        [
            ("patched", true),
            ("serde", false),
            ("shared", true),
            ("tokio_util", false),
            ("vendored", true)
        ]
    );
}

#[test]
fn a_broken_manifest_is_undecided_where_it_is_judged() {
    let tree = Tree::new(&[
        ("Cargo.toml", "[package]\nname = 'ok'\nedition = '2021'"),
        ("src/lib.rs", ""),
        ("inner/Cargo.toml", "[package\nname = 'broken'"),
        ("inner/src/lib.rs", ""),
        ("tests/ui/bad/Cargo.toml", "not toml at all"),
        ("tests/ui/bad/src/lib.rs", ""),
        (
            "future/Cargo.toml",
            "[package]\nname = 'f'\nedition = '2099'",
        ),
        ("future/src/lib.rs", ""),
    ]);
    let found = tree.discover(true);
    let undecided: Vec<&str> = found.undecided.iter().map(|entry| &*entry.path).collect();
    assert_eq!(undecided, ["future/Cargo.toml", "inner/Cargo.toml"]);
    assert!(
        found.undecided[1]
            .reason
            .starts_with("is not TOML at line 1, column 9")
    );
    assert_eq!(found.skipped, 1);
    let above = tree.check(&["inner/src"], true);
    assert_eq!(&*above.undecided[0].path, "../Cargo.toml");
    let named = tree.check(&["tests/ui/bad/src/lib.rs"], true);
    assert_eq!(named.undecided.len(), 1);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_entries_with_a_reason() {
    use std::os::unix::fs::symlink;
    let tree = Tree::new(&[("in/a.rs", ""), ("out/secret", "key")]);
    let root = tree.0.path();
    symlink("nowhere", root.join("in/dangling.rs")).unwrap();
    symlink("../out/secret", root.join("in/leak.rs")).unwrap();
    symlink("a.rs", root.join("in/same.rs")).unwrap();
    symlink(".", root.join("in/round")).unwrap();
    fs::create_dir(root.join("in/folder.rs")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(root.join("in/socket.rs")).unwrap();
    let found = tree.check(&["in"], true);
    let problems: Vec<(&str, bool)> = found
        .files
        .iter()
        .map(|file| (&*file.found.path, file.found.problem.is_some()))
        .collect();
    assert_eq!(
        problems,
        [
            ("a.rs", false),
            ("dangling.rs", true),
            ("leak.rs", true),
            ("same.rs", false),
            ("socket.rs", true)
        ]
    );
    assert_eq!(found.skipped, 1, "the link to a folder");
    assert!(matches!(
        read(&root.join("in/socket.rs")),
        Err(ReadError::NotFile)
    ));
    drop(socket);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf_8_are_shown_and_read() {
    use std::os::unix::ffi::OsStrExt as _;
    let tree = Tree::new(&[]);
    let name = std::ffi::OsStr::from_bytes(b"\xff.rs");
    fs::write(tree.0.path().join(name), "fn f() {}").unwrap();
    let found = tree.discover(true);
    assert_eq!(paths(&found), ["\u{fffd}.rs"]);
    assert_eq!(
        read(&found.files[0].found.location).unwrap().text,
        "fn f() {}"
    );
}

#[test]
fn a_text_says_where_it_is_not_utf_8() {
    let bytes = b"\xef\xbb\xbf// \xc3\xa9\r\nlet \xff".to_vec();
    let Err(error) = decode(bytes) else {
        panic!("0xff is never UTF-8");
    };
    assert_eq!(
        error.to_string(),
        "is not UTF-8 at byte 14, line 2, column 5; convert it or exclude it"
    );
    let text = decode(b"\xef\xbb\xbfa\r\n".to_vec()).unwrap();
    assert_eq!((text.text.as_str(), text.bom), ("a\r\n", 3));
}

#[test]
fn a_list_of_paths_is_a_tree_too() {
    let texts = BTreeMap::from([
        (
            "Cargo.toml",
            "[workspace]\n[workspace.package]\nedition = '2018'",
        ),
        (
            "a/Cargo.toml",
            "[package]\nname = 'a'\nedition = { workspace = true }",
        ),
        ("a/src/lib.rs", "mod b;"),
    ]);
    let listed = Listed {
        paths: texts.keys().map(PathBuf::from).collect(),
        read: |path: &Path| {
            let text = path.to_str().and_then(|path| texts.get(path));
            let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
            Ok(text.ok_or_else(missing)?.as_bytes().to_vec())
        },
    };
    let walked = Walked {
        files: vec![Found {
            location: "a/src/lib.rs".into(),
            path: "a/src/lib.rs".into(),
            root: PathBuf::new(),
            named: false,
            size: 6,
            problem: None,
        }],
        ..Walked::default()
    };
    let found = resolve(walked, &listed, Edition::Edition2021);
    assert_eq!(found.files[0].edition, Edition::Edition2018);
    assert_eq!(targets(&found), ["Library a a/src/lib.rs"]);
    assert_eq!(listed.kind(Path::new("a/src")), Some(Kind::Directory));
    assert_eq!(listed.kind(Path::new("a/sr")), None);
}
