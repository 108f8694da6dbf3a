//! Every rule id that a policy or a suppression may name.
//!
//! One part often runs alone, and must still tell a rule of another part from a misspelled one.
//! So the ids are known here, also those of rules that are designed and not yet built: a policy
//! that names one in advance is no error. A test compares the table with the parts' registries.

use serde::{Deserialize, Serialize};

/// One of the parts, or the kernel itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The rules about suppressions, exemptions and the baseline: they run with every part.
    Kernel,
    /// `structlint`.
    Lints,
    /// `cert-audit`.
    Certs,
    /// `bgp-ci`.
    Bgp,
}

impl Part {
    /// The parts that have a command and a section in the policy.
    pub const ALL: [Self; 3] = [Self::Lints, Self::Certs, Self::Bgp];

    /// The command's name, which reports use for the part.
    pub fn tool(self) -> &'static str {
        match self {
            Self::Kernel => "preflight",
            Self::Lints => "structlint",
            Self::Certs => "cert-audit",
            Self::Bgp => "bgp-ci",
        }
    }

    /// The part's section in the policy; `None` for the kernel, which has none of its own.
    pub fn section(self) -> Option<&'static str> {
        match self {
            Self::Kernel => None,
            Self::Lints => Some("lints"),
            Self::Certs => Some("certs"),
            Self::Bgp => Some("bgp"),
        }
    }
}

/// The part that owns rule `id`, or `None` where no part has such a rule.
pub fn part(id: &str) -> Option<Part> {
    let at = TABLE.binary_search_by(|(known, _)| (*known).cmp(id)).ok()?;
    TABLE.get(at).map(|&(_, part)| part)
}

/// The known id nearest to a misspelled one, if any is near enough to be meant.
pub fn nearest(id: &str) -> Option<&'static str> {
    nearest_of(id, TABLE.iter().map(|&(known, _)| known))
}

/// The candidate nearest to `word`, if any is near enough to be meant.
pub fn nearest_of<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // The distance is quadratic in the length, and nothing that long was meant to be a name.
    if word.len() > 100 {
        return None;
    }
    let plain = |word: &str| word.to_lowercase().replace('_', "-");
    let wanted = plain(word);
    candidates
        .map(|known| (strsim::damerau_levenshtein(&wanted, &plain(known)), known))
        .filter(|&(distance, known)| distance <= (known.len() / 3).max(1))
        .min()
        .map(|(_, known)| known)
}

/// Every id with its part, sorted by id.
pub const TABLE: &[(&str, Part)] = &[
    ("as0-covered", Part::Bgp),
    ("aspa-invalid", Part::Bgp),
    ("async-lock-across-await", Part::Lints),
    ("bad-serial", Part::Certs),
    ("below-region-floor", Part::Bgp),
    ("below-site-floor", Part::Bgp),
    ("beyond-max-length", Part::Bgp),
    ("blackhole-scope", Part::Bgp),
    ("blackhole-without-community", Part::Bgp),
    ("blocking-in-async", Part::Lints),
    ("bogon-asn", Part::Bgp),
    ("bogon-prefix", Part::Bgp),
    ("broader-than-owned", Part::Bgp),
    ("chain-expires-first", Part::Certs),
    ("claimed-twice", Part::Bgp),
    ("condvar-holds-second-lock", Part::Lints),
    ("critical-attribute-change", Part::Bgp),
    ("deaggregation", Part::Bgp),
    ("default-route", Part::Bgp),
    ("dropped-match-condition", Part::Bgp),
    ("empty-source", Part::Certs),
    ("expired", Part::Certs),
    ("expired-anchor", Part::Certs),
    ("expired-exemption", Part::Kernel),
    ("expires-soon", Part::Certs),
    ("export-all", Part::Bgp),
    ("exposed-private-key", Part::Certs),
    ("fails-at-restart", Part::Certs),
    ("fall-through-accept", Part::Bgp),
    ("family-imbalance", Part::Bgp),
    ("flowspec-hits-bgp", Part::Bgp),
    ("foreign-origin", Part::Bgp),
    ("foreign-prefix", Part::Bgp),
    ("futurelock", Part::Lints),
    ("graceful-shutdown-left-on", Part::Bgp),
    ("key-mismatch", Part::Certs),
    ("last-announcement-withdrawn", Part::Bgp),
    ("lock-across-await", Part::Lints),
    ("lock-across-blocking", Part::Lints),
    ("lock-dropped-at-once", Part::Lints),
    ("lock-in-scrutinee", Part::Lints),
    ("lock-order-cycle", Part::Lints),
    ("long-path", Part::Bgp),
    ("loose-max-length", Part::Bgp),
    ("malformed-suppression", Part::Kernel),
    ("mass-growth", Part::Bgp),
    ("mass-withdrawal", Part::Bgp),
    ("misordered-chain", Part::Certs),
    ("missing-certificate", Part::Certs),
    ("missing-intermediate", Part::Certs),
    ("missing-max-prefix", Part::Bgp),
    ("missing-roa", Part::Bgp),
    ("missing-role", Part::Bgp),
    ("missing-route-object", Part::Bgp),
    ("missing-san", Part::Certs),
    ("name-mismatch", Part::Certs),
    ("needs-approval", Part::Bgp),
    ("network-without-route", Part::Bgp),
    ("no-export-policy", Part::Bgp),
    ("no-export-removed", Part::Bgp),
    ("not-yet-valid", Part::Certs),
    ("once-reentry", Part::Lints),
    ("origin-change", Part::Bgp),
    ("outlives-issuer", Part::Certs),
    ("over-neighbor-limit", Part::Bgp),
    ("overlong-prefix", Part::Bgp),
    ("overlong-validity", Part::Certs),
    ("overshort-prefix", Part::Bgp),
    ("past-issuing-horizon", Part::Certs),
    ("policy-relaxed", Part::Bgp),
    ("protection-removed", Part::Bgp),
    ("public-client-auth", Part::Certs),
    ("recursive-read", Part::Lints),
    ("redundant-pair-change", Part::Bgp),
    ("refcell-reborrow", Part::Lints),
    ("relock", Part::Lints),
    ("relock-in-scrutinee", Part::Lints),
    ("renewal-cliff", Part::Certs),
    ("roa-change-invalidates", Part::Bgp),
    ("route-leak", Part::Bgp),
    ("rov-downgrade", Part::Bgp),
    ("rov-invalid", Part::Bgp),
    ("rov-not-found", Part::Bgp),
    ("secret-in-config", Part::Bgp),
    ("served-differs", Part::Certs),
    ("service-withdrawn", Part::Bgp),
    ("session-identity-change", Part::Bgp),
    ("session-removed", Part::Bgp),
    ("shared-key", Part::Certs),
    ("shrunken-filter", Part::Bgp),
    ("shutdown-on-limit", Part::Bgp),
    ("site-loss", Part::Bgp),
    ("ssh-certificate-without-expiry", Part::Certs),
    ("stale-baseline-entry", Part::Kernel),
    ("stale-copy", Part::Certs),
    ("stale-crl", Part::Certs),
    ("stale-ocsp", Part::Certs),
    ("suppression-without-reason", Part::Kernel),
    ("tier1-in-customer-path", Part::Bgp),
    ("transition-reset", Part::Bgp),
    ("transition-violation", Part::Bgp),
    ("undeclared-neighbor", Part::Bgp),
    ("undefined-reference", Part::Bgp),
    ("unknown-critical-extension", Part::Certs),
    ("unknown-suppressed-rule", Part::Kernel),
    ("unmatched-exemption", Part::Kernel),
    ("unmodelled-policy", Part::Bgp),
    ("unowned", Part::Certs),
    ("unparsed-config", Part::Bgp),
    ("unreachable-term", Part::Bgp),
    ("unreadable", Part::Certs),
    ("unused-suppression", Part::Kernel),
    ("weak-key", Part::Certs),
    ("weak-signature", Part::Certs),
    ("wide-change", Part::Bgp),
    ("wrong-usage", Part::Certs),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_without_twins() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn ids_find_their_part_and_misspellings_their_id() {
        assert_eq!(part("relock"), Some(Part::Lints));
        assert_eq!(part("rov-invalid"), Some(Part::Bgp));
        assert_eq!(part("relok"), None);
        assert_eq!(nearest("relok"), Some("relock"));
        assert_eq!(nearest("Expires_Soon"), Some("expires-soon"));
        assert_eq!(nearest("something-else-entirely"), None);
        let names = ["TO-TRANSIT", "from_peer"];
        assert_eq!(
            nearest_of("to_transits", names.into_iter()),
            Some("TO-TRANSIT")
        );
        assert_eq!(
            nearest_of("FROM-PEERS", names.into_iter()),
            Some("from_peer")
        );
        assert_eq!(nearest(&"x".repeat(1 << 20)), None);
    }
}
