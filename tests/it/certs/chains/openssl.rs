//! `openssl verify` says of the same graphs whether there is a path.
//!
//! openssl builds one chain and gives up where that does not hold. So where it finds one we must
//! find one; and a path that we say holds must hold for openssl where nothing else is given.

use std::collections::BTreeSet;

use cert_audit::chain::{Answer, Verdict};
use cert_audit::usage::Usage;

use crate::certs::mint;

use super::graphs::{AT, Faults, Graph, pool};
use super::{instant, openssl_verify, question};

#[test]
fn graphs_hold_where_openssl_finds_a_path_and_our_paths_hold_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, all: &[&[u8]]| {
        let path = folder.path().join(name);
        let text: String = all
            .iter()
            .map(|der| mint::pem("CERTIFICATE", der))
            .collect();
        std::fs::write(&path, text).unwrap();
        path
    };
    let seconds = AT.parse::<jiff::Timestamp>().unwrap().as_second();
    let seconds = seconds.to_string();
    let options = [
        "-attime",
        &seconds,
        // Any certificate that is trusted is an anchor, not only a self-signed one.
        "-partial_chain",
        "-purpose",
        "sslserver",
    ];
    let openssl = |leaf: &[u8], trusted: &[&[u8]], untrusted: &[&[u8]]| {
        let leaf = write("leaf.pem", &[leaf]).to_str().unwrap().to_owned();
        let trusted = write("trusted.pem", trusted);
        // An empty file is an error to openssl.
        let untrusted = (!untrusted.is_empty()).then(|| write("untrusted.pem", untrusted));
        let said = openssl_verify(
            std::slice::from_ref(&leaf),
            &trusted,
            untrusted.as_deref(),
            &options,
        );
        said[&leaf].clone()
    };
    let mut question = question(instant(AT));
    question.usage = Some(Usage::Server);
    let (mut found, mut alone, mut more) = (0, 0, 0);
    for seed in 0..250 {
        let graph = Graph::of(seed, Faults::All);
        let (leaf, pool_of_all) = (graph.link(), graph.pool());
        let answer = Answer::of(&pool_of_all, &leaf, &question);
        let roots: Vec<&[u8]> = graph.roots.iter().map(Vec::as_slice).collect();
        let intermediates: Vec<&[u8]> = graph.intermediates.iter().map(Vec::as_slice).collect();
        let said = openssl(&graph.leaf, &roots, &intermediates);
        if said.is_none() {
            found += 1;
            assert_eq!(answer.verdict, Verdict::Valid, "{seed}: {}", answer.reason);
        } else if answer.verdict == Verdict::Valid {
            more += 1;
        }
        // Each of our paths alone, so that openssl has no choice: the same answer.
        for path in &answer.paths {
            // Of namesakes openssl tries one, so that it still has a choice, and the wrong one.
            let subjects: BTreeSet<_> = path.links[1..].iter().map(|link| &link.subject).collect();
            if !path.anchored || subjects.len() < path.links.len() - 1 || subjects.is_empty() {
                continue;
            }
            let ders: Vec<&[u8]> = path.links.iter().map(|link| link.der()).collect();
            let (above, root) = (&ders[1..ders.len() - 1], ders[ders.len() - 1]);
            let said = openssl(ders[0], &[root], above);
            let own = pool(
                &above.iter().map(|der| der.to_vec()).collect::<Vec<_>>(),
                &[root.to_vec()],
            );
            let alone_holds = Answer::of(&own, &leaf, &question).verdict == Verdict::Valid;
            let shown: Vec<String> = path
                .links
                .iter()
                .map(|link| format!("{} {}", link.certificate.called(), link.sha256))
                .collect();
            assert_eq!(
                said.is_none(),
                alone_holds,
                "{seed}: {said:?} {shown:?} {:?}",
                path.breaks
            );
            assert!(!path.holds() || alone_holds, "{seed}: {shown:?}");
            alone += 1;
        }
    }
    assert!(found > 50 && alone > 150, "{found} {alone}");
    // The ways that openssl does not try are the reason why paths are built here.
    assert!(more > 0, "{more}");
}
