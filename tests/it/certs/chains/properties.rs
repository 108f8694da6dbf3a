//! What must hold of every graph, and of those that mean harm.

use cert_audit::chain::link::Link;
use cert_audit::chain::rules::Question;
use cert_audit::chain::{Answer, Verdict};
use cert_audit::usage::Usage;
use rcgen::{BasicConstraints, IsCa, Issuer, KeyUsagePurpose};

use crate::certs::mint;

use super::graphs::{AT, Chance, Faults, Graph, pool};
use super::{instant, question};

const GRAPHS: u64 = 800;

fn asked() -> Question {
    let mut question = question(instant(AT));
    question.usage = Some(Usage::Server);
    question
}

#[test]
fn no_path_outlives_its_leaf_and_the_best_of_the_list_is_the_best() {
    let question = asked();
    let mut best = 0;
    for seed in 0..GRAPHS {
        let graph = Graph::of(seed, Faults::All);
        let (leaf, pool) = (graph.link(), graph.pool());
        let answer = Answer::of(&pool, &leaf, &question);
        assert!(!answer.more && !answer.found.cut, "{seed}");
        // The list is made by looking at everything, the best by leaving out what cannot be it.
        let ends = answer.paths.iter().filter_map(|path| path.end);
        let latest = ends.map(|(end, _)| end).max();
        assert_eq!(answer.found.best_way().map(|way| way.end), latest, "{seed}");
        if let Some(way) = answer.found.best_way() {
            best += 1;
            assert!(way.end <= leaf.end(), "{seed}");
            let holding = answer.paths.iter().filter(|path| path.holds());
            let latest = holding
                .filter_map(|path| path.end)
                .map(|(end, _)| end)
                .max();
            let valid = answer.found.valid.as_ref().map(|way| way.end);
            assert_eq!(valid, latest, "{seed}");
        }
        assert_eq!(
            pool.search(&leaf, &question).valid,
            answer.found.valid,
            "{seed}"
        );
    }
    assert!(best > GRAPHS / 5, "{best}");
}

#[test]
fn one_more_anchor_never_lowers_the_best_path() {
    let question = asked();
    let mut risen = 0;
    for seed in 0..GRAPHS {
        let graph = Graph::of(seed, Faults::All);
        let leaf = graph.link();
        let before = graph.pool().search(&leaf, &question);
        let mut chance = Chance::of(seed);
        let mut roots = graph.roots.clone();
        let more = chance.below(graph.intermediates.len());
        roots.push(graph.intermediates[more].clone());
        let after = pool(&graph.intermediates, &roots).search(&leaf, &question);
        let end = |found: &cert_audit::chain::search::Found| found.best.as_ref().map(|way| way.end);
        assert!(end(&after) >= end(&before), "{seed}");
        risen += u64::from(end(&after) > end(&before));
    }
    assert!(risen > 10, "{risen}");
}

#[test]
fn the_order_of_the_certificates_does_not_count() {
    let question = asked();
    for seed in 0..GRAPHS {
        let graph = Graph::of(seed, Faults::All);
        let leaf = graph.link();
        let said = |intermediates: &[Vec<u8>], roots: &[Vec<u8>]| {
            let pool = pool(intermediates, roots);
            let answer = Answer::of(&pool, &leaf, &question);
            let paths: Vec<String> = answer
                .paths
                .iter()
                .map(|path| {
                    let prints: Vec<String> = path
                        .links
                        .iter()
                        .map(|link| link.sha256.to_string())
                        .collect();
                    format!("{prints:?} {:?} {:?}", path.breaks, path.end)
                })
                .collect();
            (answer.reason.clone(), paths)
        };
        let mut chance = Chance::of(seed + 7);
        let mut shuffled = graph.intermediates.clone();
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, chance.below(at + 1));
        }
        let mut roots = graph.roots.clone();
        roots.reverse();
        // Given twice is given once.
        roots.push(roots[0].clone());
        assert_eq!(
            said(&graph.intermediates, &graph.roots),
            said(&shuffled, &roots),
            "{seed}"
        );
    }
}

/// A certificate for a CA.
fn ca(name: &str, key: &str, issuer: &str, issuer_key: &str) -> Vec<u8> {
    let mut params = mint::params(name, "2020-01-01T00:00:00", "2030-01-01T00:00:00");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    sign(&params, key, issuer, issuer_key)
}

fn leaf(issuer: &str, issuer_key: &str) -> Vec<u8> {
    let params = mint::params("leaf", "2020-01-01T00:00:00", "2030-01-01T00:00:00");
    sign(&params, "leaf", issuer, issuer_key)
}

fn sign(params: &rcgen::CertificateParams, key: &str, issuer: &str, issuer_key: &str) -> Vec<u8> {
    let of_issuer = mint::params(issuer, "2020-01-01T00:00:00", "2030-01-01T00:00:00");
    let issuer = Issuer::new(of_issuer, mint::key(issuer_key));
    let certificate = params.signed_by(&mint::key(key), &issuer).unwrap();
    certificate.der().to_vec()
}

/// Forty CAs of one name, each signed by each of the others: 1,560 certificates, and more paths
/// through them than there are atoms.
fn mesh() -> Vec<Vec<u8>> {
    let size = 40;
    let mut all = Vec::new();
    for subject in 0..size {
        for issuer in (0..size).filter(|&issuer| issuer != subject) {
            all.push(ca(
                "mesh",
                &format!("mesh {subject}"),
                "mesh",
                &format!("mesh {issuer}"),
            ));
        }
    }
    all
}

#[test]
fn a_mesh_without_an_anchor_is_told_at_once() {
    let root = ca("root", "root", "root", "root");
    let pool = pool(&mesh(), &[root]);
    let leaf = Link::read(&leaf("mesh", "mesh 0")).unwrap();
    let answer = Answer::of(&pool, &leaf, &asked());
    assert_eq!(answer.verdict, Verdict::Invalid, "{}", answer.reason);
    assert!(answer.more);
    assert!(!answer.found.anchored);
}

#[test]
fn a_mesh_with_an_anchor_holds() {
    let root = ca("root", "root", "root", "root");
    let mut intermediates = mesh();
    intermediates.push(ca("mesh", "mesh 39", "root", "root"));
    let pool = pool(&intermediates, &[root]);
    let leaf = Link::read(&leaf("mesh", "mesh 0")).unwrap();
    let answer = Answer::of(&pool, &leaf, &asked());
    assert_eq!(answer.verdict, Verdict::Valid, "{}", answer.reason);
    // Whether there is a better one was not looked at to the end.
    assert!(answer.paths.len() > 1);
}

/// A chain of so many certificates, leaf and root included.
fn chain(length: usize) -> Verdict {
    let name = |at: usize| format!("CA {at}");
    let root = ca(&name(1), &name(1), &name(1), &name(1));
    let intermediates: Vec<Vec<u8>> = (2..length)
        .map(|at| ca(&name(at), &name(at), &name(at - 1), &name(at - 1)))
        .collect();
    let leaf = Link::read(&leaf(&name(length - 1), &name(length - 1))).unwrap();
    Answer::of(&pool(&intermediates, &[root]), &leaf, &asked()).verdict
}

#[test]
fn chains_are_followed_for_32_certificates() {
    assert_eq!(chain(2), Verdict::Valid);
    assert_eq!(chain(32), Verdict::Valid);
    assert_eq!(chain(33), Verdict::Invalid);
}

/// A root whose name a thousand others share is found by its key identifier at once, and without
/// one among the first that are tried or not at all: but then nobody says that there is none.
#[test]
fn namesakes_cost_little() {
    let roots: Vec<Vec<u8>> = (0..1_000)
        .map(|at| {
            ca(
                "kubernetes",
                &format!("cluster {at}"),
                "kubernetes",
                &format!("cluster {at}"),
            )
        })
        .collect();
    let pool = pool(&[], &roots);
    let mut without = 0;
    for at in 0..1_000 {
        let with_identifier = leaf("kubernetes", &format!("cluster {at}"));
        let found = pool.search(&Link::read(&with_identifier).unwrap(), &asked());
        assert!(found.valid.is_some() && !found.cut, "{at}");
        let mut params = mint::params("leaf", "2020-01-01T00:00:00", "2030-01-01T00:00:00");
        params.use_authority_key_identifier_extension = false;
        if at % 50 == 0 {
            let der = sign(&params, "leaf", "kubernetes", &format!("cluster {at}"));
            let found = pool.search(&Link::read(&der).unwrap(), &asked());
            assert!(found.valid.is_some() || found.cut, "{at}");
            without += usize::from(found.cut);
        }
    }
    assert!(without > 0, "the bound was never met");
}
