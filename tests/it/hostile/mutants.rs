//! Every fixture with a token less, twice, or in the wrong place: an answer comes, whatever the text has become.
//!
//! What no longer parses is never called clean.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use rules::Exit;
use testkit::fixture;
use testkit::programs::choice::Dice;
use testkit::tree;

use super::{check, undecided};

/// Mutants of each fixture.
const MUTANTS: usize = 60;

/// The places of all tokens, brackets included.
fn tokens(text: &str) -> Vec<Range<usize>> {
    fn below(stream: TokenStream, into: &mut Vec<Range<usize>>) {
        for tree in stream {
            if let TokenTree::Group(group) = &tree {
                into.push(group.span_open().byte_range());
                below(group.stream(), into);
                into.push(group.span_close().byte_range());
            } else {
                into.push(tree.span().byte_range());
            }
        }
    }
    let mut places = Vec::new();
    below(text.parse().expect("a fixture has tokens"), &mut places);
    places.retain(|place| !place.is_empty());
    places.sort_by_key(|place| place.start);
    places
}

/// The text with something wrong at one token, or at a few.
fn mutant(text: &str, places: &[Range<usize>], dice: &mut Dice) -> String {
    let mut wrong: Vec<(&Range<usize>, String)> = Vec::new();
    for _ in 0..3 {
        let at = dice.pick(places).expect("there are tokens");
        let other = dice.pick(places).expect("there are tokens");
        wrong.push((
            at,
            match dice.pick(&[0, 0, 0, 1, 2]) {
                Some(1) => format!("{0} {0}", &text[at.clone()]),
                Some(2) => text[other.clone()].to_owned(),
                _ => String::new(),
            },
        ));
        if dice.one_in(2) {
            break;
        }
    }
    wrong.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    wrong.dedup_by_key(|(place, _)| place.start);
    let mut mutant = text.to_owned();
    for (place, with) in wrong {
        mutant.replace_range(place.clone(), &with);
    }
    mutant
}

#[test]
fn a_fixture_with_wrong_tokens_gets_an_answer() {
    let mut dice = Dice::new(0xbad);
    let (mut broken, mut denied) = (0, 0);
    for case in fixture::cases("lints")
        .iter()
        .filter(|case| case.path.is_file())
    {
        let text = std::fs::read_to_string(&case.path).unwrap();
        let places = tokens(&text);
        for _ in 0..MUTANTS {
            let mutant = mutant(&text, &places, &mut dice);
            let folder = tree::write(&[("mutant.rs", &mutant)]);
            let (exit, report) = check(&folder.path().join("mutant.rs"));
            if exit == Exit::Denied {
                denied += 1;
            }
            if undecided(&report).is_empty() {
                continue;
            }
            broken += 1;
            assert_ne!(exit, Exit::Clean, "{mutant}");
        }
    }
    assert!(broken > 300, "only {broken} mutants did not parse");
    assert!(
        denied > 100,
        "only {denied} mutants were denied for what was left of them"
    );
}

/// What rust-analyzer's grammar reads, although it is no Rust: the text of the line, and why.
const LENIENT: [(&str, &str); 3] = [
    (".self", "`self` is a name, and so the name of a field"),
    ("//!", "a comment is a comment wherever it stands"),
    (
        "..",
        "a range is an operand like others, also of an assignment",
    ),
];

#[test]
fn what_syn_cannot_parse_is_not_clean() {
    let mut dice = Dice::new(0xdead);
    let mut lenient = Vec::new();
    let mut refused = 0;
    for case in fixture::cases("lints")
        .iter()
        .filter(|case| case.path.is_file())
    {
        let text = std::fs::read_to_string(&case.path).unwrap();
        let places = tokens(&text);
        for _ in 0..MUTANTS / 3 {
            let mutant = mutant(&text, &places, &mut dice);
            let Err(error) = syn::parse_file(&mutant) else {
                continue;
            };
            refused += 1;
            let folder = tree::write(&[("mutant.rs", &mutant)]);
            let (_, report) = check(&folder.path().join("mutant.rs"));
            if undecided(&report).is_empty() {
                let line = error.span().start().line;
                let near = mutant
                    .lines()
                    .nth(line.saturating_sub(1))
                    .unwrap_or_default();
                lenient.push(format!("{}: {error}: {near}", case.name));
            }
        }
    }
    assert!(refused > 100, "only {refused} mutants did not parse");
    lenient.retain(|wrong| !LENIENT.iter().any(|(text, _)| wrong.contains(text)));
    assert!(
        lenient.is_empty(),
        "{} of {refused}:\n{}",
        lenient.len(),
        lenient.join("\n")
    );
}
