//! The interpreter of filters against BIRD's own.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bgp_ci::filter::interpret::{Context, Machine, Outcome, Verdict};
use bgp_ci::filter::program::{FilterId, Program};
use bgp_ci::filter::route::Route;
use testkit::lab::pipe::{Bird, Shown, refused};
use testkit::lab::{author, filters, text};

/// What a batch needs before its filters.
fn preamble(routes: &[Route]) -> String {
    let mut text = String::from(
        "log stderr all;\nrouter id 192.0.2.1;\nprotocol device { scan time 1000; }\nipv4 table feed4;\n",
    );
    for (name, value_type) in author::CUSTOM {
        writeln!(text, "attribute {value_type} {name};").unwrap();
    }
    text.push_str("protocol static feeder {\n\tipv4 { table feed4; };\n");
    let program = author::empty();
    for route in routes {
        let block = filters::block(&program, route);
        writeln!(text, "\troute {} blackhole {{\n{block}\t}};", route.net).unwrap();
    }
    text.push_str("}\n");
    text
}

/// The table and the pipe of one filter, with what it needs.
fn piece(program: &Program, at: usize) -> String {
    let (definitions, filter) = (text::program(program), text::filter(program, 0));
    format!(
        "{definitions}ipv4 table out{at};\nprotocol pipe pipe{at} {{\n\ttable feed4;\n\tpeer table out{at};\n\timport none;\n\texport filter {filter};\n}}\n"
    )
}

/// Which of the pieces BIRD loads.
fn accepted(preamble: &str, pieces: &[(usize, String)]) -> Vec<usize> {
    let mut good = Vec::new();
    let mut stack = vec![pieces];
    while let Some(group) = stack.pop() {
        let body: String = group.iter().map(|(_, piece)| piece.as_str()).collect();
        match refused(&format!("{preamble}{body}")) {
            None => good.extend(group.iter().map(|(at, _)| *at)),
            Some(error) if group.len() == 1 => {
                eprintln!("refused: {}", error.trim());
            }
            Some(_) => {
                let (left, right) = group.split_at(group.len() / 2);
                stack.extend([left, right]);
            }
        }
    }
    good.sort_unstable();
    good
}

#[derive(Default)]
struct Tally {
    programs: usize,
    refused: usize,
    equal: usize,
    accepted: usize,
    unmodelled: BTreeMap<String, usize>,
}

/// Runs programs of these seeds on random routes, in the daemon and here.
fn compare(seeds: std::ops::Range<u64>, tally: &mut Tally) -> Vec<String> {
    let mut routes: Vec<Route> = Vec::new();
    for seed in 0..14 {
        let route = author::route(seeds.start * 1000 + seed);
        if routes.iter().all(|known| known.net != route.net) {
            routes.push(route);
        }
    }
    let programs: Vec<Program> = seeds
        .clone()
        .map(|seed| author::program(&format!("p{seed}"), seed))
        .collect();
    let pieces: Vec<(usize, String)> = programs
        .iter()
        .enumerate()
        .map(|(at, program)| (at, piece(program, at)))
        .collect();
    let preamble = preamble(&routes);
    let good = accepted(&preamble, &pieces);
    tally.programs += programs.len();
    tally.refused += programs.len() - good.len();
    let body: String = good.iter().map(|at| pieces[*at].1.as_str()).collect();
    let bird = Bird::start(&format!("{preamble}{body}"));
    let tables: BTreeMap<String, Vec<Shown>> = bird.tables().into_iter().collect();
    let mut wrong = Vec::new();
    for at in good {
        let program = &programs[at];
        let machine = Machine::new(program);
        let shown = &tables[&format!("out{at}")];
        for route in &routes {
            let theirs = shown
                .iter()
                .find(|shown| shown.net == route.net.to_string());
            let ours = match machine.run(FilterId(0), route, &Context::default()) {
                Outcome::Decided(decision) => match decision.verdict {
                    Verdict::Accept => Some(filters::shown(program, &decision.route)),
                    Verdict::Reject => None,
                },
                Outcome::Unmodelled(gap) => {
                    *tally.unmodelled.entry(gap.reason.to_string()).or_default() += 1;
                    continue;
                }
            };
            if ours.as_ref() == theirs {
                tally.equal += 1;
                tally.accepted += usize::from(theirs.is_some());
            } else {
                wrong.push(format!(
                    "{}\non {}\n{}\nours: {ours:#?}\nbird: {theirs:#?}\n",
                    pieces[at].1,
                    route.net,
                    filters::block(program, route),
                ));
            }
        }
    }
    wrong
}

#[test]
fn random_programs_do_what_the_daemon_does() {
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for batch in 0..3_u64 {
        wrong.extend(compare(batch * 200..(batch + 1) * 200, &mut tally));
    }
    eprintln!(
        "{} programs, {} refused; {} runs equal, {} of them accepted; not modelled: {:?}",
        tally.programs, tally.refused, tally.equal, tally.accepted, tally.unmodelled
    );
    assert!(
        wrong.is_empty(),
        "{} differ, such as\n{}",
        wrong.len(),
        wrong[0]
    );
}
