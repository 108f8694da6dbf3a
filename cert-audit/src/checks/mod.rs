//! Every check, one file each.

mod bad_serial;
mod chain_expires_first;
mod empty_source;
mod expired;
mod expired_anchor;
mod expires_soon;
mod exposed_private_key;
mod fails_at_restart;
mod key_mismatch;
mod misordered_chain;
mod missing_certificate;
mod missing_intermediate;
mod missing_san;
mod name_mismatch;
mod not_yet_valid;
mod outlives_issuer;
mod overlong_validity;
mod past_issuing_horizon;
mod public_client_auth;
mod renewal_cliff;
mod shared_key;
mod ssh_certificate_without_expiry;
mod stale_copy;
mod stale_crl;
mod stale_ocsp;
mod unknown_critical_extension;
mod unowned;
mod unreadable;
mod weak_key;
mod weak_signature;
mod wrong_usage;

use rules::Rule;

use crate::check::Check;

/// Every check, sorted by the id of its rule.
pub static ALL: [&Check; 31] = [
    &bad_serial::CHECK,
    &chain_expires_first::CHECK,
    &empty_source::CHECK,
    &expired::CHECK,
    &expired_anchor::CHECK,
    &expires_soon::CHECK,
    &exposed_private_key::CHECK,
    &fails_at_restart::CHECK,
    &key_mismatch::CHECK,
    &misordered_chain::CHECK,
    &missing_certificate::CHECK,
    &missing_intermediate::CHECK,
    &missing_san::CHECK,
    &name_mismatch::CHECK,
    &not_yet_valid::CHECK,
    &outlives_issuer::CHECK,
    &overlong_validity::CHECK,
    &past_issuing_horizon::CHECK,
    &public_client_auth::CHECK,
    &renewal_cliff::CHECK,
    &shared_key::CHECK,
    &ssh_certificate_without_expiry::CHECK,
    &stale_copy::CHECK,
    &stale_crl::CHECK,
    &stale_ocsp::CHECK,
    &unknown_critical_extension::CHECK,
    &unowned::CHECK,
    &unreadable::CHECK,
    &weak_key::CHECK,
    &weak_signature::CHECK,
    &wrong_usage::CHECK,
];

/// Every rule, sorted by id.
pub static RULES: [&Rule; 31] = [
    &bad_serial::BAD_SERIAL,
    &chain_expires_first::CHAIN_EXPIRES_FIRST,
    &empty_source::EMPTY_SOURCE,
    &expired::EXPIRED,
    &expired_anchor::EXPIRED_ANCHOR,
    &expires_soon::EXPIRES_SOON,
    &exposed_private_key::EXPOSED_PRIVATE_KEY,
    &fails_at_restart::FAILS_AT_RESTART,
    &key_mismatch::KEY_MISMATCH,
    &misordered_chain::MISORDERED_CHAIN,
    &missing_certificate::MISSING_CERTIFICATE,
    &missing_intermediate::MISSING_INTERMEDIATE,
    &missing_san::MISSING_SAN,
    &name_mismatch::NAME_MISMATCH,
    &not_yet_valid::NOT_YET_VALID,
    &outlives_issuer::OUTLIVES_ISSUER,
    &overlong_validity::OVERLONG_VALIDITY,
    &past_issuing_horizon::PAST_ISSUING_HORIZON,
    &public_client_auth::PUBLIC_CLIENT_AUTH,
    &renewal_cliff::RENEWAL_CLIFF,
    &shared_key::SHARED_KEY,
    &ssh_certificate_without_expiry::SSH_CERTIFICATE_WITHOUT_EXPIRY,
    &stale_copy::STALE_COPY,
    &stale_crl::STALE_CRL,
    &stale_ocsp::STALE_OCSP,
    &unknown_critical_extension::UNKNOWN_CRITICAL_EXTENSION,
    &unowned::UNOWNED,
    &unreadable::UNREADABLE,
    &weak_key::WEAK_KEY,
    &weak_signature::WEAK_SIGNATURE,
    &wrong_usage::WRONG_USAGE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_sorted_and_complete() {
        let ids: Vec<&str> = ALL.iter().map(|check| check.rule.id).collect();
        assert!(ids.is_sorted());
        let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids, rules);
    }
}
