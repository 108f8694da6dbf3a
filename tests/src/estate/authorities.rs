//! The CAs of the estate, and their certificates.

use super::mint::Oddity;

/// A CA: whoever has its name and its key.
#[derive(Debug)]
pub(super) struct AuthorityRow {
    pub(super) id: &'static str,
    /// The common name: two CAs can share it.
    pub(super) name: &'static str,
}

const fn authority(id: &'static str, name: &'static str) -> AuthorityRow {
    AuthorityRow { id, name }
}

/// All CAs; the id is also the name of the key.
pub(super) static AUTHORITIES: &[AuthorityRow] = &[
    authority("root", "Example Root R1"),
    authority("second-root", "Example Root R2"),
    authority("dead-root", "Example Root R0"),
    // Its own certificate has ended; the root signed it again in time.
    authority("saved-root", "Example Root R00"),
    authority("issuing", "Example Issuing CA A"),
    // Signed by both roots.
    authority("crossed", "Example Issuing CA B"),
    // One name, two keys: the CA was given a new key.
    authority("keyed-first", "Example Issuing CA C"),
    authority("keyed-again", "Example Issuing CA C"),
    authority("ended", "Example Issuing CA D"),
    authority("ending", "Example Issuing CA E"),
    authority("below-dead", "Example Issuing CA F"),
    authority("below-saved", "Example Issuing CA G"),
    authority("constrained", "Example Inside CA"),
    authority("late", "Example Issuing CA H"),
    authority("late-soon", "Example Issuing CA I"),
    authority("short", "Example Issuing CA J"),
    authority("unknown", "Example Unknown CA"),
];

/// A certificate of a CA.
#[derive(Debug)]
pub(super) struct CaRow {
    pub(super) id: &'static str,
    pub(super) of: &'static str,
    pub(super) by: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) oddity: Oddity,
}

const fn ca(
    id: &'static str,
    of: &'static str,
    by: &'static str,
    from: &'static str,
    to: &'static str,
) -> CaRow {
    CaRow {
        id,
        of,
        by,
        from,
        to,
        oddity: Oddity::None,
    }
}

/// All certificates of CAs.
#[rustfmt::skip]
pub(super) static CA_CERTIFICATES: &[CaRow] = &[
    ca("root",           "root",        "root",        "2016-01-01T00:00:00Z", "2056-01-01T00:00:00Z"),
    ca("second-root",    "second-root", "second-root", "2020-01-01T00:00:00Z", "2050-01-01T00:00:00Z"),
    ca("dead-root",      "dead-root",   "dead-root",   "2006-10-31T00:00:00Z", "2026-10-31T23:59:59Z"),
    ca("saved-root",     "saved-root",  "saved-root",  "2006-11-05T00:00:00Z", "2026-11-05T23:59:59Z"),
    ca("saved-again",    "saved-root",  "root",        "2024-01-01T00:00:00Z", "2044-01-01T00:00:00Z"),
    ca("issuing",        "issuing",     "root",        "2020-01-01T00:00:00Z", "2047-01-01T00:00:00Z"),
    ca("crossed-one",    "crossed",     "root",        "2022-01-01T00:00:00Z", "2028-06-30T23:59:59Z"),
    ca("crossed-two",    "crossed",     "second-root", "2022-01-01T00:00:00Z", "2034-06-30T23:59:59Z"),
    ca("keyed-first",    "keyed-first", "root",        "2019-01-01T00:00:00Z", "2029-01-01T00:00:00Z"),
    ca("keyed-again",    "keyed-again", "root",        "2024-06-01T00:00:00Z", "2039-06-01T00:00:00Z"),
    ca("ended",          "ended",       "root",        "2021-11-20T00:00:00Z", "2026-11-18T23:59:59Z"),
    ca("ending",         "ending",      "root",        "2021-11-26T00:00:00Z", "2026-11-25T23:59:59Z"),
    ca("below-dead",     "below-dead",  "dead-root",   "2018-01-01T00:00:00Z", "2038-01-01T00:00:00Z"),
    ca("below-saved",    "below-saved", "saved-root",  "2018-01-01T00:00:00Z", "2038-02-01T00:00:00Z"),
    ca("late",           "late",        "root",        "2022-06-01T00:00:00Z", "2027-11-20T23:59:59Z"),
    ca("late-soon",      "late-soon",   "root",        "2022-06-01T00:00:00Z", "2028-02-10T23:59:59Z"),
    ca("short",          "short",       "root",        "2023-01-01T00:00:00Z", "2030-03-01T00:00:00Z"),
    ca("unknown",        "unknown",     "unknown",     "2023-01-01T00:00:00Z", "2053-03-01T00:00:00Z"),
    CaRow { oddity: Oddity::Constrained, ..ca("constrained", "constrained", "root", "2023-01-01T00:00:00Z", "2043-01-01T00:00:00Z") },
];

/// What the policy trusts: the file `anchors/company.pem` holds these.
pub(super) static ANCHORS: &[&str] = &["root", "second-root", "dead-root", "saved-root"];
