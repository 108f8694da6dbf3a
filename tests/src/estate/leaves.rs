//! The certificates below the CAs that situations speak of.

use super::mint::{Oddity, Purpose};

/// A certificate for `<id>.example` unless `name` says otherwise.
#[derive(Debug)]
pub(super) struct LeafRow {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// The name of its key; the id where it is empty.
    pub(super) key: &'static str,
    pub(super) by: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) purpose: Purpose,
    pub(super) oddity: Oddity,
    /// Whether no path may lead to it.
    pub(super) forbidden: bool,
}

const fn leaf(id: &'static str, by: &'static str, from: &'static str, to: &'static str) -> LeafRow {
    LeafRow {
        id,
        name: "",
        key: "",
        by,
        from,
        to,
        purpose: Purpose::Server,
        oddity: Oddity::None,
        forbidden: false,
    }
}

/// A healthy one of 398 days.
const fn fine(id: &'static str) -> LeafRow {
    leaf(
        id,
        "issuing",
        "2026-06-01T00:00:00Z",
        "2027-07-04T00:00:00Z",
    )
}

const fn odd(id: &'static str, oddity: Oddity) -> LeafRow {
    LeafRow { oddity, ..fine(id) }
}

/// All of them.
#[rustfmt::skip]
pub(super) static LEAVES: &[LeafRow] = &[
    // One for each state, where the state is the leaf's own.
    leaf("dead",            "issuing",     "2025-10-18T00:00:00Z", "2026-11-19T12:00:00Z"),
    leaf("dead-second",     "issuing",     "2025-10-18T00:00:00Z", "2026-11-21T23:59:59Z"),
    leaf("alive-second",    "issuing",     "2025-10-19T00:00:00Z", "2026-11-22T00:00:00Z"),
    leaf("six-days",        "issuing",     "2025-10-27T00:00:00Z", "2026-11-28T23:59:59Z"),
    leaf("forty-days",      "issuing",     "2025-12-01T00:00:00Z", "2027-01-02T00:00:00Z"),
    leaf("sixty-days",      "issuing",     "2026-01-01T00:00:00Z", "2027-01-21T00:00:00Z"),
    leaf("tomorrow",        "issuing",     "2026-11-23T00:00:00Z", "2027-11-23T00:00:00Z"),
    leaf("auto-stuck",      "issuing",     "2026-08-28T00:00:00Z", "2026-11-26T00:00:00Z"),
    leaf("auto-late",       "issuing",     "2026-09-11T00:00:00Z", "2026-12-10T00:00:00Z"),
    leaf("auto-fine",       "issuing",     "2026-09-24T00:00:00Z", "2026-12-23T00:00:00Z"),
    leaf("auto-short",      "issuing",     "2026-11-19T00:00:00Z", "2026-11-25T00:00:00Z"),
    leaf("ten-years",       "issuing",     "2020-06-01T00:00:00Z", "2030-05-30T00:00:00Z"),
    leaf("no-end",          "issuing",     "2020-06-01T00:00:00Z", "9999-12-31T23:59:59Z"),
    // The CA decides.
    leaf("on-ended",        "ended",       "2026-06-01T00:00:00Z", "2027-06-30T23:59:59Z"),
    leaf("on-ending",       "ending",      "2026-06-01T00:00:00Z", "2027-06-30T23:59:58Z"),
    leaf("on-dead-root",    "below-dead",  "2026-06-01T00:00:00Z", "2027-06-30T23:59:57Z"),
    leaf("on-saved-root",   "below-saved", "2026-06-01T00:00:00Z", "2027-06-30T23:59:56Z"),
    leaf("on-crossed",      "crossed",     "2026-06-01T00:00:00Z", "2027-06-30T23:59:52Z"),
    leaf("on-first-key",    "keyed-first", "2026-06-01T00:00:00Z", "2027-06-30T23:59:55Z"),
    leaf("on-second-key",   "keyed-again", "2026-06-01T00:00:00Z", "2027-06-30T23:59:54Z"),
    leaf("on-late",         "late",        "2026-08-01T00:00:00Z", "2027-09-03T00:00:00Z"),
    leaf("on-late-soon",    "late-soon",   "2026-08-01T00:00:00Z", "2027-09-04T00:00:00Z"),
    leaf("outlives",        "short",       "2026-06-01T00:00:00Z", "2031-06-01T00:00:00Z"),
    LeafRow { name: "web.inside.example", ..leaf("inside", "constrained", "2026-06-01T00:00:00Z", "2027-06-30T00:00:00Z") },
    LeafRow { name: "web.outside.example", forbidden: true, ..leaf("outside", "constrained", "2026-06-01T00:00:00Z", "2027-06-30T00:00:01Z") },
    leaf("on-unknown",      "unknown",     "2026-06-01T00:00:00Z", "2027-06-30T23:59:53Z"),
    // What is odd about them is their own.
    odd("no-names",         Oddity::NoNames),
    odd("serial-zero",      Oddity::SerialZero),
    odd("serial-long",      Oddity::SerialLong),
    LeafRow { forbidden: true, ..odd("unknown-critical", Oddity::UnknownCritical) },
    odd("weak-key",         Oddity::WeakKey),
    LeafRow { purpose: Purpose::Client, ..fine("client") },
    // Deployed somewhere, fine by themselves.
    fine("nginx-fine"), fine("haproxy-fine"), fine("postgres-fine"), fine("systemd-fine"), fine("compose-fine"),
    leaf("nginx-dead",      "issuing",     "2025-10-18T00:00:00Z", "2026-11-20T00:00:01Z"),
    leaf("haproxy-dead",    "issuing",     "2025-10-18T00:00:00Z", "2026-11-20T00:00:02Z"),
    leaf("postgres-dead",   "issuing",     "2025-10-18T00:00:00Z", "2026-11-20T00:00:03Z"),
    leaf("systemd-dead",    "issuing",     "2025-10-18T00:00:00Z", "2026-11-20T00:00:04Z"),
    leaf("compose-dead",    "issuing",     "2025-10-18T00:00:00Z", "2026-11-20T00:00:05Z"),
    fine("alone"), fine("jumbled"), fine("mismatched"), fine("mismatched-secret"), fine("misnamed"), fine("exposed"),
    fine("copied"), fine("owned"), fine("exempted"),
    // One lineage: the same names and CA, and a new certificate.
    LeafRow { name: "renewed.example", key: "renewed", ..leaf("renewed-old", "issuing", "2025-12-10T00:00:00Z", "2027-01-12T00:00:00Z") },
    LeafRow { name: "renewed.example", key: "renewed", ..leaf("renewed-new", "issuing", "2026-11-10T00:00:00Z", "2027-12-13T00:00:00Z") },
    // Different services, one key.
    LeafRow { key: "shared", ..fine("shares-one") },
    LeafRow { key: "shared", ..fine("shares-two") },
    leaf("fixture-dead",    "issuing",     "2020-10-18T00:00:00Z", "2021-11-19T12:00:00Z"),
    leaf("exempt-dead",     "issuing",     "2025-10-18T00:00:00Z", "2026-11-19T12:00:02Z"),
    leaf("allowed-dead",    "issuing",     "2025-10-18T00:00:00Z", "2026-11-19T12:00:03Z"),
    leaf("warned-dead",     "issuing",     "2025-10-18T00:00:00Z", "2026-11-19T12:00:04Z"),
    leaf("cut",             "issuing",     "2026-06-01T00:00:00Z", "2027-07-04T00:00:00Z"),
];
