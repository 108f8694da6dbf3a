//! Judges the generated fleet and prints the counts:
//! `cargo run -p testkit --example fleet [-- LENGTH SEED]`; with `--write FOLDER intent|bird` it
//! writes the history as a git repository instead.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

use std::path::Path;

use testkit::fleet::verdict::Tally;
use testkit::fleet::{History, Language, repository};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, otherwise: u64| {
        let given = args.get(at).and_then(|text| text.parse().ok());
        given.unwrap_or(otherwise)
    };
    if let [flag, folder, language] = args.as_slice()
        && flag == "--write"
    {
        let language = match language.as_str() {
            "bird" => Language::Bird,
            _ => Language::Intent,
        };
        std::fs::create_dir_all(folder).expect("a folder can be made");
        let history = History::new(220, 2, 7);
        repository::write(&history, language, Path::new(folder));
        for (number, planted) in history.planted.iter().enumerate() {
            println!("m{number} {}: {:?}", planted.kind.name, planted.kind.rules);
        }
        return;
    }
    let length = usize::try_from(number(0, 220)).expect("a length");
    let history = History::new(length, 2, number(1, 7));
    for language in [Language::Intent, Language::Bird] {
        let begun = std::time::Instant::now();
        let mut tally = Tally::default();
        tally.healthy(&history, language, 1);
        tally.mistakes(&history, language);
        println!("{language:?}: {tally} in {:.1?}", begun.elapsed());
        for wrong in &tally.wrong {
            println!("  {wrong}");
        }
    }
}
