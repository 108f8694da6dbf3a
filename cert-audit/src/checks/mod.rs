//! Every check, one file each.

mod expired;
mod expires_soon;
mod unreadable;

use rules::Rule;

use crate::check::Check;

/// Every check, sorted by the id of its rule.
pub static ALL: [&Check; 3] = [&expired::CHECK, &expires_soon::CHECK, &unreadable::CHECK];

/// Every rule, sorted by id.
pub static RULES: [&Rule; 3] = [
    &expired::EXPIRED,
    &expires_soon::EXPIRES_SOON,
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
