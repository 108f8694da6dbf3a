//! Locks with the names of real ones that panic where a thread would wait for itself, and programs that run on them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::programs::edition::Edition;
use crate::programs::lock::Event;
use crate::programs::render::Program;

/// The shim's files: one crate with a module for each library.
const SHIM: &[(&str, &str)] = &[
    ("lib.rs", include_str!("source/lib.rs")),
    ("core.rs", include_str!("source/core.rs")),
    ("dashmap.rs", include_str!("source/dashmap.rs")),
    ("parking_lot.rs", include_str!("source/parking_lot.rs")),
    ("std_sync.rs", include_str!("source/std_sync.rs")),
    ("tokio_macros.rs", include_str!("source/tokio_macros.rs")),
    ("tokio_sync.rs", include_str!("source/tokio_sync.rs")),
];

/// The libraries, and what each is made of.
const LIBRARIES: &[(&str, &str)] = &[
    ("parking_lot", "pub use shim::parking_lot::*;"),
    (
        "tokio",
        "pub mod sync { pub use shim::tokio_sync::*; } pub use shim::{join, select};",
    ),
    ("dashmap", "pub use shim::dashmap::*;"),
    ("lazy_static", LAZY_STATIC),
];

/// `lazy_static!`, for what the programs do with it.
const LAZY_STATIC: &str = "
    #[macro_export]
    macro_rules! lazy_static {
        ($(static ref $name:ident: $ty:ty = $new:expr;)*) => {
            $(static $name: std::sync::LazyLock<$ty> = std::sync::LazyLock::new(|| $new);)*
        };
    }
";

/// The compiled shims, in a folder.
#[derive(Debug)]
pub struct Shims {
    folder: PathBuf,
    rustc: OsString,
}

impl Shims {
    /// Compiles the shims into a folder.
    ///
    /// # Panics
    ///
    /// Where there is no compiler, or the shims are no Rust.
    pub fn compile(folder: &Path, rustc: OsString) -> Self {
        let shims = Self {
            folder: folder.to_path_buf(),
            rustc,
        };
        let source = folder.join("shim");
        std::fs::create_dir_all(&source).expect("the temporary folder is ours");
        for (name, text) in SHIM {
            std::fs::write(source.join(name), text).expect("the temporary folder is ours");
        }
        shims.library("shim", &source.join("lib.rs"));
        for (name, text) in LIBRARIES {
            let path = folder.join(format!("{name}.rs"));
            std::fs::write(&path, text).expect("the temporary folder is ours");
            shims.library(name, &path);
        }
        shims
    }

    fn library(&self, name: &str, source: &Path) {
        let mut rustc = self.rustc(Edition::E2024);
        rustc
            .args(["--crate-type", "rlib", "--crate-name", name])
            .arg(source);
        finish(&mut rustc);
    }

    fn rustc(&self, edition: Edition) -> Command {
        let mut rustc = Command::new(&self.rustc);
        rustc.current_dir(&self.folder).args([
            "--edition",
            edition.name(),
            "--cap-lints",
            "allow",
            "-L",
            ".",
        ]);
        rustc.args([
            "-C",
            "debuginfo=0",
            "-C",
            "debug-assertions=on",
            "-C",
            "incremental=",
        ]);
        for name in std::iter::once("shim").chain(LIBRARIES.iter().map(|(name, _)| *name)) {
            let built = format!("lib{name}.rlib");
            if self.folder.join(&built).exists() {
                rustc.arg("--extern").arg(format!("{name}={built}"));
            }
        }
        rustc
    }

    /// Compiles a program's twin, runs it, and says what happened in each function.
    ///
    /// # Panics
    ///
    /// Where the program does not compile, with the compiler's words.
    pub fn run(&self, program: &Program) -> BTreeMap<String, BTreeSet<Event>> {
        let name = format!("program_{}", program.edition.name());
        let mut events = BTreeMap::new();
        for line in self.output(&name, program.edition, &program.twin).lines() {
            let Some(line) = line.strip_prefix("@ ") else {
                continue;
            };
            let mut words = line.split_whitespace();
            let Some(function) = words.next() else {
                continue;
            };
            events.insert(
                function.to_owned(),
                words.filter_map(Event::named).collect(),
            );
        }
        events
    }

    /// Asks the compiler whether a program is one; its words if not.
    ///
    /// # Errors
    ///
    /// What the compiler says.
    pub fn check(&self, edition: Edition, text: &str) -> Result<(), String> {
        let source = self.folder.join("checked.rs");
        std::fs::write(&source, text).expect("the temporary folder is ours");
        let mut rustc = self.rustc(edition);
        rustc
            .args([
                "--emit",
                "metadata",
                "--crate-type",
                "lib",
                "--crate-name",
                "checked",
            ])
            .arg(&source);
        let output = rustc.output().expect("the compiler starts");
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Compiles a program, runs it, and gives what it prints.
    ///
    /// # Panics
    ///
    /// Where the program does not compile, with the compiler's words.
    pub fn output(&self, name: &str, edition: Edition, text: &str) -> String {
        let source = self.folder.join(format!("{name}.rs"));
        std::fs::write(&source, text).expect("the temporary folder is ours");
        let mut rustc = self.rustc(edition);
        rustc
            .args(["-C", "opt-level=0", "--crate-type", "bin", "-o", name])
            .arg(&source);
        finish(&mut rustc);
        let said = finish(&mut Command::new(self.folder.join(name)));
        String::from_utf8_lossy(&said.stdout).into_owned()
    }
}

fn finish(command: &mut Command) -> Output {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{command:?} does not start: {error}"),
    };
    assert!(
        output.status.success(),
        "{command:?} failed with {}:\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
