//! The vocabulary against the standard library: every row is there, and what follows from taking a
//! lock again is what happens.
//!
//! A program holds each lock (or runs each cell's initialiser) in a thread of its own and does what the row names.
//! What returns or panics says so; the rest, when all that is expected to end has ended, waits for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use serde_yaml::Value;

use super::rustc;

/// Type, row (or what is no row), how it is held, what is done meanwhile, what happens.
/// `x` is the lock; where a lazy cell is held, this is its initialiser.
const CASES: &str = r#"
std::sync::Mutex ~ lock ~ x.lock() ~ x.lock() ~ hangs
std::sync::Mutex ~ try_lock ~ x.lock() ~ x.try_lock() ~ returns
std::sync::Mutex ~ is_poisoned ~ x.lock() ~ x.is_poisoned() ~ returns
std::sync::Mutex ~ {:?} ~ x.lock() ~ format!("{x:?}") ~ returns
std::sync::RwLock ~ read ~ x.write() ~ x.read() ~ hangs
std::sync::RwLock ~ write ~ x.read() ~ x.write() ~ hangs
std::sync::RwLock ~ try_read ~ x.write() ~ x.try_read() ~ returns
std::sync::RwLock ~ try_write ~ x.read() ~ x.try_write() ~ returns
std::sync::RwLock ~ {:?} ~ x.write() ~ format!("{x:?}") ~ returns
std::cell::RefCell ~ borrow ~ x.borrow_mut() ~ x.borrow() ~ panics
std::cell::RefCell ~ borrow again ~ x.borrow() ~ x.borrow() ~ returns
std::cell::RefCell ~ borrow_mut ~ x.borrow() ~ x.borrow_mut() ~ panics
std::cell::RefCell ~ try_borrow ~ x.borrow_mut() ~ x.try_borrow() ~ returns
std::cell::RefCell ~ try_borrow_mut ~ x.borrow() ~ x.try_borrow_mut() ~ returns
std::cell::RefCell ~ replace ~ x.borrow() ~ x.replace(1) ~ panics
std::cell::RefCell ~ replace_with ~ x.borrow() ~ x.replace_with(|_| 1) ~ panics
std::cell::RefCell ~ replace_with, inside ~ () ~ x.replace_with(|_| *x.borrow()) ~ panics
std::cell::RefCell ~ take ~ x.borrow() ~ x.take() ~ panics
std::cell::RefCell ~ swap ~ x.borrow() ~ x.swap(&Default::default()) ~ panics
std::cell::RefCell ~ clone ~ x.borrow_mut() ~ x.clone() ~ panics
std::cell::RefCell ~ clone, shared ~ x.borrow() ~ x.clone() ~ returns
std::cell::RefCell ~ cmp ~ x.borrow_mut() ~ x.cmp(&Default::default()) ~ panics
std::cell::RefCell ~ partial_cmp ~ x.borrow_mut() ~ x.partial_cmp(&Default::default()) ~ panics
std::cell::RefCell ~ eq ~ x.borrow_mut() ~ x.eq(&Default::default()) ~ panics
std::cell::RefCell ~ ne ~ x.borrow_mut() ~ x.ne(&Default::default()) ~ panics
std::cell::RefCell ~ == ~ x.borrow_mut() ~ std::cell::RefCell::new(1) == x ~ panics
std::cell::RefCell ~ ==, shared ~ x.borrow() ~ x == Default::default() ~ returns
std::cell::RefCell ~ {:?} ~ x.borrow_mut() ~ format!("{x:?}") ~ returns
std::thread::LocalKey ~ with_borrow ~ () ~ x.with_borrow_mut(|_| x.with_borrow(|_| ())) ~ panics
std::thread::LocalKey ~ with_borrow_mut ~ () ~ x.with_borrow(|_| x.with_borrow_mut(|_| ())) ~ panics
std::thread::LocalKey ~ set ~ () ~ x.with_borrow(|_| x.set(1)) ~ panics
std::thread::LocalKey ~ replace ~ () ~ x.with(|y| { let _y = y.borrow(); x.replace(1) }) ~ panics
std::thread::LocalKey ~ take ~ () ~ x.with_borrow(|_| x.take()) ~ panics
std::thread::LocalKey ~ shared ~ () ~ x.with_borrow(|_| x.with_borrow(|_| ())) ~ returns
std::io::Stdin ~ lock ~ std::io::stdin().lock() ~ std::io::stdin().lock() ~ hangs
std::io::Stdout ~ lock ~ std::io::stdout().lock() ~ std::io::stdout().lock() ~ returns
std::io::Stderr ~ lock ~ std::io::stderr().lock() ~ std::io::stderr().lock() ~ returns
std::sync::OnceLock ~ get_or_init ~ () ~ x.get_or_init(|| *x.get_or_init(|| 1)) ~ hangs
std::sync::OnceLock ~ set ~ () ~ x.get_or_init(|| x.set(1).is_ok().into()) ~ hangs
std::sync::OnceLock ~ wait ~ () ~ x.get_or_init(|| *x.wait()) ~ hangs
std::sync::OnceLock ~ get ~ () ~ x.get_or_init(|| x.get().copied().unwrap_or(1)) ~ returns
std::sync::OnceLock ~ clone ~ () ~ x.get_or_init(|| x.clone().into_inner().unwrap_or(1)) ~ returns
std::cell::OnceCell ~ get_or_init ~ () ~ x.get_or_init(|| *x.get_or_init(|| 1)) ~ panics
std::cell::OnceCell ~ set ~ () ~ x.get_or_init(|| x.set(1).is_ok().into()) ~ panics
std::cell::OnceCell ~ get ~ () ~ x.get_or_init(|| x.get().copied().unwrap_or(1)) ~ returns
std::sync::LazyLock ~ * ~ *x + 1 ~ *x ~ hangs
std::sync::LazyLock ~ force ~ *std::sync::LazyLock::force(&x) ~ *x ~ hangs
std::sync::LazyLock ~ {:?} ~ format!("{:?}", x).len() as u8 ~ *x ~ returns
std::cell::LazyCell ~ * ~ x.with(|x| **x) ~ x.with(|x| **x) ~ panics
std::cell::LazyCell ~ force ~ x.with(|x| *std::cell::LazyCell::force(x)) ~ x.with(|x| **x) ~ panics
std::sync::Once ~ call_once ~ () ~ x.call_once(|| x.call_once(|| ())) ~ hangs
std::sync::Once ~ call_once_force ~ () ~ x.call_once_force(|_| x.call_once_force(|_| ())) ~ hangs
std::sync::Once ~ wait ~ () ~ x.call_once(|| x.wait()) ~ hangs
std::sync::Once ~ wait_force ~ () ~ x.call_once(|| x.wait_force()) ~ hangs
std::sync::Once ~ is_completed ~ () ~ x.call_once(|| assert!(!x.is_completed())) ~ returns
"#;

/// One line of [`CASES`].
#[derive(Debug)]
struct Case {
    ty: &'static str,
    row: &'static str,
    held: &'static str,
    done: &'static str,
    happens: &'static str,
}

fn cases() -> Vec<Case> {
    let case = |line: &'static str| {
        let parts: Vec<&str> = line.split(" ~ ").collect();
        let [ty, row, held, done, happens] = parts[..] else {
            panic!("five parts: {line}");
        };
        Case {
            ty,
            row,
            held,
            done,
            happens,
        }
    };
    CASES.trim().lines().map(case).collect()
}

/// Rows that this compiler does not have in its stable library, and reading of standard input, which
/// is its lock and a wait for somebody to type.
const NOT_RUN: &[&str] = &[
    "get_cloned",
    "get_or_try_init",
    "lines",
    "read",
    "read_exact",
    "read_line",
    "read_to_end",
    "read_to_string",
    "try_insert",
];

/// The type of `x`, and whether it is a thread's.
fn declared(ty: &str, held: &str) -> String {
    match ty {
        "std::thread::LocalKey" => {
            "thread_local! { static X: std::cell::RefCell<u8> = Default::default(); } let x = &X;"
                .to_owned()
        }
        "std::sync::LazyLock" => format!(
            "static X: std::sync::LazyLock<u8> = std::sync::LazyLock::new(init); \
             fn init() -> u8 {{ let x = &X; let x = x; {} }} let x = &X;",
            held.replace("&x", "x")
                .replace("*x + 1", "**x + 1")
                .replace("&*x", "&**x"),
        ),
        "std::cell::LazyCell" => format!(
            "thread_local! {{ static X: std::cell::LazyCell<u8> = std::cell::LazyCell::new(init); }} \
             fn init() -> u8 {{ let x = &X; {held} }} let x = &X;",
        ),
        "std::sync::Once" => "let x = std::sync::Once::new();".to_owned(),
        "std::io::Stdin" | "std::io::Stdout" | "std::io::Stderr" => String::new(),
        _ => format!("let x: {ty}<u8> = Default::default();"),
    }
}

/// The program: it ends when all that ends has ended, and a little later.
fn program() -> String {
    let all = cases();
    let ending = all.iter().filter(|case| case.happens != "hangs").count();
    let mut cases = String::new();
    for (at, case) in all.iter().enumerate() {
        let Case { ty, held, done, .. } = case;
        let is_lazy = ty.contains("Lazy");
        let held_now = if is_lazy { "()" } else { held };
        let done = if *ty == "std::sync::LazyLock" {
            "**x"
        } else {
            done
        };
        writeln!(
            cases,
            "fn case_{at}() {{ {} let _held = {held_now}; let _done = {done}; }}",
            declared(ty, held),
        )
        .unwrap();
    }
    let list: Vec<String> = (0..all.len()).map(|at| format!("case_{at}, ")).collect();
    let list = list.concat();
    format!(
        "#![allow(warnings)]
use std::{{sync::mpsc::channel, thread, time::{{Duration, Instant}}}};
{cases}
fn main() {{
    std::panic::set_hook(Box::new(|_| ()));
    let all: &[fn()] = &[{list}];
    let (sender, receiver) = channel();
    for (at, &case) in all.iter().enumerate() {{
        let sender = sender.clone();
        thread::spawn(move || {{
            let ended = std::panic::catch_unwind(case);
            sender.send((at, if ended.is_ok() {{ \"returns\" }} else {{ \"panics\" }}))
        }});
    }}
    let mut results = vec![\"hangs\"; all.len()];
    let (mut left, limit) = ({ending}, Instant::now() + Duration::from_secs(60));
    let mut patience = Duration::from_secs(60);
    while let Ok((at, result)) = receiver.recv_timeout(patience) {{
        results[at] = result;
        left = usize::saturating_sub(left, 1);
        patience = match left {{
            0 => Duration::from_millis(300),
            _ => limit.saturating_duration_since(Instant::now()),
        }};
    }}
    for result in results {{
        println!(\"{{result}}\");
    }}
    std::process::exit(0);
}}
"
    )
}

/// Runs rustc on `source` and gives what it says.
fn compiled(source: &str, folder: &std::path::Path) -> String {
    let path = folder.join("program.rs");
    std::fs::write(&path, source).unwrap();
    let output = Command::new(rustc())
        .args(["--edition", "2024", "-C", "debuginfo=0", "-o", "program"])
        .arg(&path)
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The rows of the types of `std`: type, kind, method.
fn rows() -> Vec<(String, String, String)> {
    let pack: Value = serde_yaml::from_str(rules::packs::LOCKS).unwrap();
    let mut rows = Vec::new();
    for lock in pack["locks"].as_sequence().unwrap() {
        let kind = lock["kind"].as_str().unwrap();
        for ty in lock["types"].as_sequence().unwrap() {
            let ty = ty.as_str().unwrap();
            let stable = !ty.contains("poison::") && ty != "std::sync::ReentrantLock";
            if !ty.starts_with("std::") || !stable {
                continue;
            }
            for (method, _) in lock["methods"].as_mapping().unwrap() {
                let method = method.as_str().unwrap();
                rows.push((ty.to_owned(), kind.to_owned(), method.to_owned()));
            }
        }
    }
    rows
}

#[test]
fn what_follows_is_what_happens() {
    let folder = tempfile::tempdir().unwrap();
    let said = compiled(&program(), folder.path());
    let output = Command::new(folder.path().join("program"))
        .stdin(std::process::Stdio::null())
        .output();
    let Ok(output) = output else {
        panic!("the program does not compile:\n{said}");
    };
    let happened = String::from_utf8_lossy(&output.stdout).into_owned();
    let happened: Vec<&str> = happened.lines().collect();
    let cases = cases();
    assert_eq!(happened.len(), cases.len());
    let differ: Vec<_> = cases
        .iter()
        .zip(happened)
        .filter(|(case, happened)| case.happens != *happened)
        .collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn every_row_of_the_standard_library_is_run() {
    let expected: BTreeMap<&str, &str> = [
        ("mutex", "hangs"),
        ("rwlock", "hangs"),
        ("refcell", "panics"),
        ("once", "hangs"),
        ("once-cell", "panics"),
        ("reentrant", "returns"),
    ]
    .into();
    let mut wrong = Vec::new();
    let cases = cases();
    for (ty, kind, method) in rows() {
        if kind == "condvar" || NOT_RUN.contains(&method.as_str()) {
            continue;
        }
        // `set` and `replace` of a mutex are not stable; those of a cell are.
        if matches!(kind.as_str(), "mutex" | "rwlock") && matches!(&*method, "set" | "replace") {
            continue;
        }
        let is_local = ty == "std::cell::RefCell"
            && matches!(&*method, "with_borrow" | "with_borrow_mut" | "set");
        let ty = if is_local {
            "std::thread::LocalKey"
        } else {
            &ty
        };
        let case = cases
            .iter()
            .find(|case| case.ty == ty && case.row == method);
        let wanted = if method.starts_with("try_") {
            "returns"
        } else {
            expected[&*kind]
        };
        if case.map(|case| case.happens) != Some(wanted) {
            wrong.push(format!("{ty} {method}: {case:?}, wanted {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_row_of_the_standard_library_exists() {
    let mut source = "#![allow(warnings)]\nuse std::io::Read;\nfn main() {\n".to_owned();
    let mut asked = BTreeSet::new();
    for (ty, _, method) in rows() {
        let unstable = matches!(&*method, "get_cloned" | "get_or_try_init" | "try_insert")
            || (ty.starts_with("std::sync::")
                && !ty.contains("Once")
                && matches!(&*method, "set" | "replace"));
        if unstable || !method.chars().all(|c| c.is_alphanumeric() || c == '_') || method == "for" {
            continue;
        }
        let plain = matches!(
            ty.rsplit("::").next(),
            Some("Once" | "Condvar" | "Stdin" | "Stdout" | "Stderr")
        );
        let ty = match &*method {
            "with_borrow" | "with_borrow_mut" => format!("std::thread::LocalKey<{ty}<u8>>"),
            "set" if ty.ends_with("RefCell") => format!("std::thread::LocalKey<{ty}<u8>>"),
            _ if plain => ty,
            _ => format!("{ty}<u8>"),
        };
        asked.insert(format!("    let _ = <{ty}>::{method};\n"));
    }
    assert!(asked.len() > 40, "{}", asked.len());
    source.extend(asked);
    source.push_str("    let _ = <std::sync::Mutex<u8>>::no_such_method;\n}\n");
    let folder = tempfile::tempdir().unwrap();
    let said = compiled(&source, folder.path());
    // What a method is generic over is not given, so that only the missing ones count.
    let missing: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("error[E0599]") || line.starts_with("error[E04"))
        .collect();
    assert_eq!(missing.len(), 1, "{said}");
    assert!(missing[0].contains("no_such_method"), "{said}");
}
