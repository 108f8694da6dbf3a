//! Repositories of whole networks: what `diff` says that neighbours receive, and what the daemons
//! of such a deployment send them.

#![expect(clippy::print_stdout, reason = "what is counted is printed")]

use std::collections::BTreeSet;
use std::thread;

use testkit::lab::deployed::{Answers, answers};
use testkit::lab::networks::NETWORKS;

#[test]
fn what_the_tool_says_of_a_repository_is_what_its_daemons_send() {
    let all: Vec<Answers> = thread::scope(|scope| {
        let running: Vec<_> = NETWORKS
            .iter()
            .map(|network| scope.spawn(|| answers(network)))
            .collect();
        let joined = running.into_iter().map(|thread| thread.join().unwrap());
        joined.collect()
    });
    let mut wrong = Vec::new();
    let (mut sessions, mut announcements) = (0, 0);
    for (network, answers) in NETWORKS.iter().zip(&all) {
        let name = network.name;
        for gap in &answers.undecided {
            wrong.push(format!("{name}: not known: {gap}"));
        }
        let keys: BTreeSet<_> = answers.ours.keys().chain(answers.theirs.keys()).collect();
        for key in keys {
            let (ours, theirs) = (answers.ours.get(key), answers.theirs.get(key));
            if ours != theirs {
                wrong.push(format!(
                    "{name}: {key:?}\n  ours {ours:?}\n  sent {theirs:?}"
                ));
            }
        }
        sessions += answers.sessions;
        announcements += answers.theirs.len();
    }
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(sessions, 14);
    assert!(announcements > 40, "{announcements}");
    println!(
        "{} networks, {sessions} sessions, {announcements} announcements",
        NETWORKS.len()
    );
}
