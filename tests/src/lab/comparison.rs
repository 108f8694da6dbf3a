//! Whole configurations, without their sessions, against the daemon: templates, tables, pipes,
//! defaults and filters together.

use std::collections::BTreeSet;
use std::fmt;
use std::thread;

use bgp_ci::filter::interpret::NoData;
use bgp_ci::router::propagate;
use bgp_ci::router::{SessionId, TableId};

use super::configuration::{HEAD, router};
use super::filters::shown;
use super::pipe::{Bird, Shown};
use super::rewriting::rewritten;

/// What a number of configurations came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Tables that hold something else, in words.
    pub wrong: Vec<String>,
    /// Configurations.
    pub configurations: usize,
    /// Channels of their sessions.
    pub channels: usize,
    /// Their tables.
    pub tables: usize,
    /// Routes in those.
    pub routes: usize,
    /// Networks that channels send.
    pub exports: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            wrong,
            configurations,
            channels,
            tables,
            routes,
            exports,
        } = self;
        let wrong = wrong.len();
        write!(
            f,
            "{configurations} configurations, {tables} tables, {routes} routes; {channels} channels send {exports}; {wrong} tables differ"
        )
    }
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
            .map(|stored| {
                shown(
                    &router.program,
                    stored
                        .route
                        .as_ref()
                        .expect("nothing is left open in a test"),
                )
            })
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
        let id = router.table_named(table).expect("the rewriting made it");
        let carried: Vec<_> = propagate::table(&router, id, &NoData);
        let nets: BTreeSet<_> = carried.iter().map(|stored| stored.prefix).collect();
        let routes = &exports.of(SessionId::at(*number)).routes;
        let sent: BTreeSet<_> = routes
            .iter()
            .map(|exported| exported.prefix)
            .filter(|prefix| prefix.family() == *family)
            .collect();
        assert!(sent.is_subset(&nets), "{name}: {table}: {sent:?} {nets:?}");
        let session = whole.session(SessionId::at(*number));
        let source = session.channel(*family).expect("it has a table").table;
        let single = propagate::table(&whole, source, &NoData)
            .iter()
            .all(|stored| stored.best);
        // Next hops that become blackholes are seen by a filter that asks for them.
        if single && !text.contains("dest") {
            assert_eq!(sent, nets, "{name}: {table}");
        }
        tally.channels += 1;
        tally.exports += sent.len();
    }
    tally.configurations += 1;
}

/// Holds each of them, a name and a text, against the daemon.
pub fn compare_all(all: &[(String, String)]) -> Tally {
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let share = all.len().div_ceil(4).max(1);
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
            .map(|thread| thread.join().expect("a comparison does not panic"))
            .collect()
    });
    let sum = |a: Tally, b: Tally| Tally {
        wrong: [a.wrong, b.wrong].concat(),
        configurations: a.configurations + b.configurations,
        channels: a.channels + b.channels,
        tables: a.tables + b.tables,
        routes: a.routes + b.routes,
        exports: a.exports + b.exports,
    };
    tallies.into_iter().fold(Tally::default(), sum)
}
