//! `rustls-webpki` says of the same graphs whether there is a path.
//!
//! It tries every way, as we do. What it does not look at is left out of the graphs: key usage,
//! and of anchors everything but their names, keys and name constraints. Of an anchor's end we do
//! not look at it either here.

use std::time::Duration;

use cert_audit::chain::{Answer, Verdict};
use cert_audit::usage::Usage;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::graphs::{AT, Faults, Graph};
use super::{instant, question};

/// What webpki says.
fn webpki(graph: &Graph) -> Result<(), webpki::Error> {
    let leaf = CertificateDer::from(graph.leaf.as_slice());
    let certificates = |all: &[Vec<u8>]| -> Vec<CertificateDer<'static>> {
        all.iter().map(|der| der.clone().into()).collect()
    };
    let (intermediates, roots) = (
        certificates(&graph.intermediates),
        certificates(&graph.roots),
    );
    let anchors: Result<Vec<_>, _> = roots.iter().map(anchor_from_trusted_cert).collect();
    let seconds = AT.parse::<jiff::Timestamp>().unwrap().as_second();
    let now = Duration::from_secs(u64::try_from(seconds).unwrap());
    EndEntityCert::try_from(&leaf)?
        .verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors?,
            &intermediates,
            UnixTime::since_unix_epoch(now),
            KeyUsage::server_auth(),
            None,
            None,
        )
        .map(drop)
}

#[test]
fn graphs_hold_where_webpki_finds_a_path() {
    let mut question = question(instant(AT));
    question.usage = Some(Usage::Server);
    question.anchor_expires = false;
    let mut valid = 0;
    let graphs = 2_000;
    for seed in 0..graphs {
        let graph = Graph::of(seed, Faults::OfWebpki);
        let leaf = graph.link();
        let pool = graph.pool();
        let answer = Answer::of(&pool, &leaf, &question);
        let said = webpki(&graph);
        assert_ne!(answer.verdict, Verdict::Undecided, "{seed}");
        assert_eq!(
            answer.verdict == Verdict::Valid,
            said.is_ok(),
            "graph {seed}: {} / {said:?}",
            answer.reason
        );
        valid += u64::from(said.is_ok());
    }
    // Neither answer is rare, so that both are worth something.
    assert!(valid > graphs / 5 && valid < graphs * 4 / 5, "{valid}");
}
