//! Every check, one file each.

mod chain_expires_first;
mod expired;
mod expires_soon;
mod outlives_issuer;
mod past_issuing_horizon;
mod unreadable;

use rules::Rule;

use crate::check::Check;

/// Every check, sorted by the id of its rule.
pub static ALL: [&Check; 6] = [
    &chain_expires_first::CHECK,
    &expired::CHECK,
    &expires_soon::CHECK,
    &outlives_issuer::CHECK,
    &past_issuing_horizon::CHECK,
    &unreadable::CHECK,
];

/// Every rule, sorted by id.
pub static RULES: [&Rule; 6] = [
    &chain_expires_first::CHAIN_EXPIRES_FIRST,
    &expired::EXPIRED,
    &expires_soon::EXPIRES_SOON,
    &outlives_issuer::OUTLIVES_ISSUER,
    &past_issuing_horizon::PAST_ISSUING_HORIZON,
    &unreadable::UNREADABLE,
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
