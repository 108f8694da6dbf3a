use super::super::tests::Tree;
use super::*;

/// What each crate reaches, as `class name: module=path, …` (`~` for a place by convention).
fn crates(tree: &Tree) -> Vec<String> {
    let (discovery, modules) = resolved(tree);
    let path = |file: usize| discovery.files[file].found.path.to_string();
    let mut shown: Vec<String> = modules
        .crates
        .iter()
        .map(|krate| {
            let list: Vec<String> = krate
                .modules
                .iter()
                .map(|module| {
                    let names: Vec<&str> = module.path.iter().map(|name| &**name).collect();
                    let sign = if module.assumed { "~" } else { "" };
                    format!("{sign}{}={}", names.join("::"), path(module.file))
                })
                .collect();
            let kind = if krate.is_target { "target" } else { "alone" };
            format!(
                "{kind} {:?} {}: {}",
                krate.class,
                krate.name,
                list.join(", ")
            )
        })
        .collect();
    shown.sort();
    shown
}

/// The first component's module trees, hidden modules included.
fn resolved(tree: &Tree) -> (Discovery, Modules) {
    let mut discovery = tree.discover(true);
    loop {
        let declared: BTreeMap<usize, Declarations> = discovery
            .files
            .iter()
            .enumerate()
            .filter_map(|(at, file)| {
                let text = super::super::read(&file.found.location).ok()?.text;
                let facts = crate::syntax::lower(file.found.path.clone(), &text, file.edition, 0);
                Some((at, Declarations::of(&facts)))
            })
            .collect();
        let component = &discovery.components[0];
        let modules = resolve(&discovery, component, &super::super::Disk, &|at| {
            declared.get(&at)
        });
        let before = discovery.files.len();
        discovery.add(0, &modules.unlisted);
        if discovery.files.len() == before {
            return (discovery, modules);
        }
    }
}

#[test]
fn files_lie_where_the_language_says() {
    let tree = Tree::new(&[
        ("Cargo.toml", "[package]\nname = 'a-b'\nedition = '2021'"),
        (
            "src/lib.rs",
            "mod plain; mod folder; #[path = \"odd/name.rs\"] mod moved; \
             mod inline { mod deep; #[path = \"beside.rs\"] mod there; } \
             #[path = \"elsewhere\"] mod outer { mod inner; }",
        ),
        (
            "src/plain.rs",
            "mod below; #[path = \"lone.rs\"] mod lone; mod nest { mod egg; }",
        ),
        ("src/plain/below.rs", ""),
        ("src/lone.rs", ""),
        ("src/plain/nest/egg.rs", ""),
        ("src/folder/mod.rs", "mod child;"),
        ("src/folder/child.rs", ""),
        ("src/odd/name.rs", "mod next;"),
        ("src/odd/next.rs", ""),
        ("src/inline/deep.rs", ""),
        ("src/inline/beside.rs", ""),
        ("src/elsewhere/inner.rs", ""),
    ]);
    assert_eq!(
        crates(&tree),
        ["target Library a_b: =src/lib.rs, plain=src/plain.rs, \
          plain::below=src/plain/below.rs, plain::lone=src/lone.rs, \
          plain::nest::egg=src/plain/nest/egg.rs, folder=src/folder/mod.rs, \
          folder::child=src/folder/child.rs, moved=src/odd/name.rs, \
          moved::next=src/odd/next.rs, inline::deep=src/inline/deep.rs, \
          inline::there=src/inline/beside.rs, outer::inner=src/elsewhere/inner.rs"]
    );
}

#[test]
fn a_file_may_belong_to_several_crates_and_twins() {
    let tree = Tree::new(&[
        ("Cargo.toml", "[package]\nname = 'a'\nedition = '2021'"),
        (
            "src/lib.rs",
            "#[cfg(unix)] #[path = \"unix.rs\"] mod os; \
             #[cfg(windows)] #[path = \"windows.rs\"] mod os; mod shared;",
        ),
        ("src/main.rs", "mod shared;"),
        ("src/unix.rs", ""),
        ("src/windows.rs", ""),
        ("src/shared.rs", ""),
    ]);
    assert_eq!(
        crates(&tree),
        [
            "target Binary a: =src/main.rs, shared=src/shared.rs",
            "target Library a: =src/lib.rs, os=src/unix.rs, os=src/windows.rs, \
             shared=src/shared.rs",
        ]
    );
    let (_, modules) = resolved(&tree);
    let library = modules
        .crates
        .iter()
        .find(|krate| krate.class == Class::Library)
        .unwrap();
    assert_eq!(&*library.modules[1].cfg[0].predicate, "unix");
}

#[test]
fn what_no_target_reaches_is_alone_or_has_a_place_by_convention() {
    let tree = Tree::new(&[
        ("Cargo.toml", "[package]\nname = 'a'\nedition = '2021'"),
        ("src/lib.rs", "cfg_rt! { mod fs; } mod net;"),
        ("src/fs.rs", "mod open;"),
        ("src/fs/open.rs", ""),
        ("src/net.rs", ""),
        ("src/net/quick.rs", ""),
        ("tests/ui/broken.rs", "fn ("),
        ("tests/ui/mods.rs", "mod other;"),
        ("tests/ui/other.rs", ""),
        ("tests/ui.rs", ""),
    ]);
    assert_eq!(
        crates(&tree),
        [
            "alone Test : =tests/ui/broken.rs",
            "alone Test : =tests/ui/mods.rs, other=tests/ui/other.rs",
            "target Library a: =src/lib.rs, net=src/net.rs, ~fs=src/fs.rs, \
             ~fs::open=src/fs/open.rs, ~net::quick=src/net/quick.rs",
            "target Test ui: =tests/ui.rs",
        ]
    );
    let (discovery, modules) = resolved(&tree);
    let reached: Vec<&str> = modules
        .reached
        .iter()
        .map(|&at| &*discovery.files[at].found.path)
        .collect();
    assert_eq!(reached, ["src/lib.rs", "src/net.rs", "tests/ui.rs"]);
}

#[test]
fn an_ignore_file_does_not_hide_what_a_crate_reaches() {
    let tree = Tree::new(&[
        ("Cargo.toml", "[package]\nname = 'a'\nedition = '2021'"),
        (".gitignore", "lib.rs\nhidden*\nstray.rs\n"),
        (
            "src/lib.rs",
            "mod hidden; mod seen; #[path = \".dot.rs\"] mod dot;",
        ),
        ("src/main.rs", ""),
        ("src/hidden.rs", "mod hidden_child;"),
        ("src/hidden/hidden_child.rs", ""),
        ("src/.dot.rs", ""),
        ("src/seen.rs", ""),
        ("src/stray.rs", ""),
    ]);
    assert_eq!(
        crates(&tree),
        [
            "target Binary a: =src/main.rs",
            "target Library a: =src/lib.rs, hidden=src/hidden.rs, \
             hidden::hidden_child=src/hidden/hidden_child.rs, seen=src/seen.rs, dot=src/.dot.rs",
        ]
    );
}

#[test]
fn what_is_missing_is_noted_and_what_cannot_be_opened_has_a_reason() {
    let tree = Tree::new(&[
        ("Cargo.toml", "[package]\nname = 'a'\nedition = '2021'"),
        ("src/lib.rs", "mod made_by_build; mod folder;"),
        ("src/folder.rs/keep.txt", ""),
    ]);
    let (_, modules) = resolved(&tree);
    let missing: Vec<(&str, Option<&str>)> = modules
        .missing
        .iter()
        .map(|missing| (&*missing.name, missing.problem.as_deref()))
        .collect();
    assert_eq!(
        missing,
        [
            ("made_by_build", None),
            ("folder", Some("is a directory, not a file")),
        ]
    );
}

#[test]
fn circles_and_powers_of_paths_end() {
    let two = |a: &str, b: &str| format!("#[path = \"{a}\"] mod x; #[path = \"{b}\"] mod y;");
    let mut files = vec![
        ("Cargo.toml".to_owned(), "[package]\nname = 'a'".to_owned()),
        ("src/lib.rs".to_owned(), two("0.rs", "0.rs")),
        (
            "src/round.rs".to_owned(),
            "#[path = \"about.rs\"] mod a;".to_owned(),
        ),
        (
            "src/about.rs".to_owned(),
            "#[path = \"round.rs\"] mod a;".to_owned(),
        ),
    ];
    for at in 0..60 {
        let next = format!("{}.rs", at + 1);
        files.push((format!("src/{at}.rs"), two(&next, &next)));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let (discovery, modules) = resolved(&Tree::new(&files));
    let entries: usize = modules.crates.iter().map(|krate| krate.modules.len()).sum();
    assert!(
        entries < 8 * discovery.files.len() + 800,
        "{entries} entries"
    );
    assert_eq!(modules.reached.len(), 61);
}

#[test]
fn the_edition_is_that_of_the_package_that_reaches_a_file() {
    let tree = Tree::new(&[
        (
            "old/Cargo.toml",
            "[package]\nname = 'old'\nedition = '2018'",
        ),
        ("old/src/lib.rs", ""),
        ("old/shared/common.rs", ""),
        (
            "new/Cargo.toml",
            "[package]\nname = 'new'\nedition = '2024'\n[dependencies]\nold = { path = '../old' }",
        ),
        (
            "new/src/lib.rs",
            "#[path = \"../../old/shared/common.rs\"] mod common;",
        ),
    ]);
    let (discovery, modules) = resolved(&tree);
    let (at, edition) = modules.editions.first_key_value().unwrap();
    assert_eq!(&*discovery.files[*at].found.path, "old/shared/common.rs");
    assert_eq!(*edition, Edition::Edition2024);
}
