//! The compiler decides: generated functions run against locks that panic where a thread would wait for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use testkit::programs::choice::{Amount, plans};
use testkit::programs::edition::Edition;
use testkit::programs::lock::Event;
use testkit::programs::plan::Plan;
use testkit::programs::render::{Program, program};
use testkit::shims::Shims;

/// Two functions for each place of each construct, and some in which one construct stands in another.
const AMOUNT: Amount = Amount {
    per_place: 2,
    nested: 120,
    seed: 20240901,
};

/// One edition's functions, and what happened when they ran.
struct Ran {
    plans: Vec<Plan>,
    program: Program,
    events: BTreeMap<String, BTreeSet<Event>>,
}

fn run(shims: &Shims, edition: Edition) -> Ran {
    let plans = plans(edition, AMOUNT);
    let program = program(edition, &plans);
    let events = shims.run(&program);
    Ran {
        plans,
        program,
        events,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the compiler that builds the tests is named by the environment"
)]
fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

#[test]
fn the_compiler_agrees_with_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let shims = Shims::compile(folder.path(), rustc());
    let mut differences = Vec::new();
    let mut functions = 0;
    for edition in Edition::ALL {
        let Ran {
            plans,
            program,
            events,
        } = run(&shims, edition);
        functions += plans.len();
        for plan in &plans {
            let happened = events.get(&plan.name).expect("every function reports");
            let claimed: BTreeSet<Event> = plan.claim().into_iter().collect();
            if *happened != claimed {
                let source = program.source_of(&plan.name);
                differences.push(format!(
                    "{}\nclaimed {claimed:?}, happened {happened:?}\n{source}",
                    plan.summary()
                ));
            }
        }
    }
    assert!(
        functions >= 400,
        "{functions} functions are too few to say much"
    );
    assert!(
        differences.is_empty(),
        "{} of {functions} functions differ from the table:\n\n{}",
        differences.len(),
        differences.join("\n\n")
    );
}
