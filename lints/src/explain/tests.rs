//! Literate: a source with a `?` under the line that is asked about, and what is told.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rules::tool::Asked;

use super::*;
use crate::hir::{File, Name};
use crate::index::{CrateInput, Edition, FileId};
use crate::syntax;

/// What is told about the line above the one that starts with `//?`, sentence by sentence.
fn ask(edition: Edition, text: &str) -> String {
    let line = text
        .lines()
        .position(|line| line.trim_start().starts_with("//?"))
        .expect("a mark");
    match told_of(edition, text, u32::try_from(line).unwrap(), None) {
        Ok(said) => said,
        Err(nothing) => format!("error: {nothing}"),
    }
}

fn told_of(edition: Edition, text: &str, line: u32, column: Option<u32>) -> Result<String, String> {
    let parsed = match edition {
        Edition::E2024 => ra_ap_syntax::Edition::Edition2024,
        _ => ra_ap_syntax::Edition::Edition2021,
    };
    let file: File = syntax::lower(Arc::from("src/lib.rs"), text, parsed, 0);
    let krate = CrateInput {
        name: Name::new_static("test"),
        edition,
        is_test: false,
        silent: false,
        externs: Vec::new(),
        modules: vec![(Vec::new(), FileId(0), Vec::new())],
    };
    let asked = Asked {
        path: "src/lib.rs".into(),
        file: PathBuf::from("/w/src/lib.rs"),
        line,
        column,
        root: PathBuf::from("/w"),
        cwd: Path::new("/w").to_owned(),
    };
    let loaded = Loaded::of(vec![file], vec![krate]);
    let explained = told(loaded, &Vocabulary::shipped(), &asked, text);
    let explained = explained.map_err(|failure| failure.to_string())?;
    let said = explained.said.iter();
    let lines: Vec<String> = said
        .map(|said| format!("{}{}", "  ".repeat(said.depth), said.text))
        .collect();
    Ok(lines.join("\n"))
}

const PROXY: &str = r"
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
type Map = HashMap<u32, u32>;
struct Proxy { load: Arc<RwLock<Map>>, other: RwLock<u32> }
impl Proxy {
    fn get(&self, key: u32) {
        if let Some(load) = self.load.read().get(&key) {
        //? 
            serve(load);
        } else {
            self.init_for(key);
        }
    }
    fn init_for(&self, key: u32) { self.store(key, 1) }
    fn store(&self, key: u32, value: u32) { self.load.write().insert(key, value); }
    fn count(&self) { *self.other.write() += 1; }
}
fn serve(_: &u32) {}
";

#[test]
fn the_head_of_the_incident() {
    insta::assert_snapshot!(ask(Edition::E2021, PROXY));
}

#[test]
fn the_call_in_its_else() {
    let text = PROXY
        .replace("//? \n", "\n")
        .replace("self.init_for(key);\n", "self.init_for(key);\n//?\n");
    insta::assert_snapshot!("else_until_2021", ask(Edition::E2021, &text));
    insta::assert_snapshot!("else_since_2024", ask(Edition::E2024, &text));
}

#[test]
fn two_objects_are_told_apart() {
    let text = PROXY
        .replace("//? \n", "\n")
        .replace("self.init_for(key);\n", "self.count();\n//?\n");
    insta::assert_snapshot!(ask(Edition::E2021, &text));
}

#[test]
fn the_step_at_which_a_type_was_lost() {
    let unknown = |body: &str| {
        let text = format!(
            "use std::sync::Mutex;\nuse pool::{{make, Pool}};\nstruct S {{ pool: Pool, lost: Gone }}\n\
             fn f(s: &S, gone: Gone) {{\n{body}\n//?\n}}\n"
        );
        let told = ask(Edition::E2021, &text);
        let said: Vec<&str> = told
            .lines()
            .filter(|line| line.contains("not known") || line.contains("in view"))
            .map(str::trim)
            .collect();
        said.join("\n")
    };
    insta::assert_snapshot!(
        [
            unknown("let x = make(); let y = x; y.go(1);"),
            unknown("gone.lock();"),
            unknown("s.lost.go(1);"),
            unknown("s.pool.go(1);"),
            unknown("s.pool.inner.go(1);"),
            unknown("s.each(|a| a.go(1));"),
            unknown("missing(1);"),
            unknown("s.pool.first().go(1);"),
            unknown("odd!(1).go(1);"),
        ]
        .join("\n---\n")
    );
}

#[test]
fn a_closure_under_a_lock_and_a_guard_that_comes_back() {
    let text = r"
use std::sync::{Mutex, MutexGuard};
struct S { m: Mutex<u32> }
impl S {
    fn with<R>(&self, f: impl FnOnce(&mut u32) -> R) -> R { f(&mut self.m.lock().unwrap()) }
    fn held(&self) -> MutexGuard<'_, u32> { self.m.lock().unwrap() }
    fn go(&self) {
        let g = self.held(); self.with(|n| *n += 1);
        //?
    }
}
";
    insta::assert_snapshot!(ask(Edition::E2021, text));
}

#[test]
fn a_line_without_expressions_is_said_to_be_one() {
    let text = "struct S;\n//?\nfn f() {\n    g();\n}\nfn g() {}\n";
    assert_eq!(
        ask(Edition::E2021, text),
        "error: there is no expression on line 1 of `src/lib.rs`"
    );
    let opaque = "odd! { @ a(1) => => b;;\n//?\n1 2 }\nfn f() {}\n";
    assert_eq!(
        ask(Edition::E2021, opaque),
        "error: line 1 of `src/lib.rs` is inside of `odd!`, which could not be read"
    );
}

#[test]
fn a_column_chooses_one_expression() {
    let text =
        "fn f(a: u32) {\n    g(h(a), 1);\n}\nfn g(_: u32, _: u32) {}\nfn h(a: u32) -> u32 { a }\n";
    let first = |column| {
        let told = told_of(Edition::E2021, text, 2, Some(column)).unwrap();
        told.lines().nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(first(5), "`g(h(a), 1)`");
    assert_eq!(first(7), "`h(a)`");
    assert_eq!(first(9), "`a`");
    assert!(told_of(Edition::E2021, text, 2, Some(99)).is_err());
}
