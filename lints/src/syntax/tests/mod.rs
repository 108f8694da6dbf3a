mod constructs;
mod crates;
mod declarations;
mod expansion;
mod oracle;
mod places;
mod robustness;
mod rules;

use ra_ap_syntax::Edition;

use super::{lower, printer};
use crate::hir::{File, ItemKind};

fn parse(text: &str) -> File {
    lower("a.rs".into(), text, Edition::Edition2024, 0)
}

/// The items of `text`, which has no errors, as text.
fn items(text: &str) -> String {
    let file = parse(text);
    assert_eq!(file.errors, [], "{text}");
    printer::file(&file)
}

/// The value of a function whose block contains `text`, as text.
fn block(text: &str) -> String {
    let file = parse(&format!("async fn f() {{ {text} }}"));
    assert_eq!(file.errors, [], "{text}");
    let ItemKind::Fn(function) = &file.items[0].kind else {
        panic!("the item is a function");
    };
    let printed = printer::body(function.body.as_ref().expect("it has a body"));
    let opaque: Vec<_> = file
        .opaque_macros
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    if opaque.is_empty() {
        printed
    } else {
        format!("{printed} opaque {}", opaque.join(", "))
    }
}
