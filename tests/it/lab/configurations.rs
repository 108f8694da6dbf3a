//! Whole configurations, without their sessions, against the daemon: templates, tables, pipes,
//! defaults and filters together.

use std::collections::BTreeSet;
use std::thread;

use bgp_ci::filter::interpret::NoData;
use bgp_ci::router::TableId;
use bgp_ci::router::propagate;
use testkit::lab::configuration::{HEAD, router};
use testkit::lab::estates::{generated, written};
use testkit::lab::filters::shown;
use testkit::lab::pipe::{Bird, Shown};
use testkit::lab::rewriting::rewritten;

/// How many configurations are made up.
const GENERATED: u64 = 120;

#[derive(Default)]
struct Tally {
    wrong: Vec<String>,
    configurations: usize,
    sessions: usize,
    tables: usize,
    routes: usize,
    exports: usize,
}

/// Holds one configuration against the daemon, table by table.
fn compare(name: &str, text: &str, tally: &mut Tally) {
    let text = format!("{HEAD}{text}");
    let whole = router(&text);
    assert_eq!(whole.gaps, [], "{name}\n{text}");
    let exports = propagate::propagate_alone(&whole);
    let pipes = rewritten(&text);
    let router = router(&pipes.text);
    assert_eq!(router.gaps, [], "{name}\n{}", pipes.text);
    let bird = Bird::start(&pipes.text);
    let theirs = bird.tables();
    drop(bird);
    for (at, table) in router.tables.iter().enumerate() {
        if table.family.is_none() {
            continue;
        }
        let stored = propagate::table(&router, TableId::at(at), &NoData);
        let mut ours: Vec<Shown> = stored
            .iter()
            .map(|stored| shown(&router.program, stored.route.as_ref().unwrap()))
            .collect();
        ours.sort();
        let found = theirs.iter().find(|(name, _)| **name == *table.name);
        let theirs = found.map(|(_, routes)| routes.clone()).unwrap_or_default();
        if ours != theirs {
            let table = &table.name;
            tally.wrong.push(format!(
                "{name}: table {table}\n{}\n  ours {ours:#?}\n  theirs {theirs:#?}",
                pipes.text
            ));
        }
        tally.tables += 1;
        tally.routes += ours.len();
    }
    for (number, family, table) in &pipes.tables {
        // A session sends the best of a network, a pipe carries all: what is sent is a part of
        // what is carried, and all of it where no network has two routes.
        let id = router.table_named(table).unwrap();
        let carried: Vec<_> = propagate::table(&router, id, &NoData);
        let nets: BTreeSet<_> = carried.iter().map(|stored| stored.prefix).collect();
        let routes = &exports.sessions[*number].routes;
        let sent: BTreeSet<_> = routes
            .iter()
            .map(|exported| exported.prefix)
            .filter(|prefix| prefix.family() == *family)
            .collect();
        assert!(sent.is_subset(&nets), "{name}: {table}: {sent:?} {nets:?}");
        let source = whole.sessions[*number].channel(*family).unwrap().table;
        let single = propagate::table(&whole, source, &NoData)
            .iter()
            .all(|stored| stored.best);
        // Next hops that become blackholes are seen by a filter that asks for them.
        if single && !text.contains("dest") {
            assert_eq!(sent, nets, "{name}: {table}");
        }
        tally.sessions += 1;
        tally.exports += sent.len();
    }
    tally.configurations += 1;
}

fn compare_all(all: &[(String, String)]) -> Tally {
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let share = all.len().div_ceil(4);
        let running: Vec<_> = all
            .chunks(share)
            .map(|share| {
                scope.spawn(move || {
                    let mut tally = Tally::default();
                    for (name, text) in share {
                        compare(name, text, &mut tally);
                    }
                    tally
                })
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let sum = |a: Tally, b: Tally| Tally {
        wrong: [a.wrong, b.wrong].concat(),
        configurations: a.configurations + b.configurations,
        sessions: a.sessions + b.sessions,
        tables: a.tables + b.tables,
        routes: a.routes + b.routes,
        exports: a.exports + b.exports,
    };
    let tally = tallies.into_iter().fold(Tally::default(), sum);
    let first: Vec<&str> = tally.wrong.iter().take(3).map(String::as_str).collect();
    assert!(
        tally.wrong.is_empty(),
        "{} differences\n{}",
        tally.wrong.len(),
        first.join("\n")
    );
    tally
}

#[test]
fn configurations_that_people_write_mean_the_same_here_and_in_the_daemon() {
    let all = written();
    let tally = compare_all(&all);
    assert_eq!(tally.configurations, all.len());
    assert!(tally.routes > 200, "{}", tally.routes);
    println!(
        "{} configurations, {} tables, {} routes; {} channels send {}",
        tally.configurations, tally.tables, tally.routes, tally.sessions, tally.exports
    );
}

#[test]
fn configurations_that_are_made_up_mean_the_same_here_and_in_the_daemon() {
    let all: Vec<(String, String)> = (0..GENERATED)
        .map(|seed| (format!("seed {seed}"), generated(seed)))
        .collect();
    let tally = compare_all(&all);
    assert!(tally.routes > 1000, "{}", tally.routes);
    println!(
        "{} configurations, {} tables, {} routes; {} channels send {}",
        tally.configurations, tally.tables, tally.routes, tally.sessions, tally.exports
    );
}
