//! Holds more random programs and configurations against the daemon than the tests do:
//! `cargo run -p testkit --example lab -- programs|configurations FROM TO`.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

use testkit::lab::{comparison, estates, programs};

/// How many programs one daemon runs.
const BATCH: u64 = 100;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| -> u64 {
        let given = args.get(at).and_then(|text| text.parse().ok());
        given.expect("programs|configurations FROM TO")
    };
    let (from, to) = (number(1), number(2));
    match args.first().map(String::as_str) {
        Some("programs") => {
            let mut tally = programs::Tally::default();
            let mut at = from;
            while at < to {
                programs::compare(at..to.min(at + BATCH), &mut tally);
                at += BATCH;
            }
            println!("{tally}");
            for wrong in tally.wrong.iter().take(10) {
                println!("{wrong}");
            }
            for deadly in &tally.deadly {
                println!("deadly: {deadly}");
            }
        }
        Some("configurations") => {
            let all: Vec<(String, String)> = (from..to)
                .map(|seed| (format!("seed {seed}"), estates::generated(seed)))
                .collect();
            let tally = comparison::compare_all(&all);
            println!("{tally}");
            for wrong in tally.wrong.iter().take(10) {
                println!("{wrong}");
            }
        }
        _ => println!("programs|configurations FROM TO"),
    }
}
