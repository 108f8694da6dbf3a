//! Every check, sorted by its rule's id.

mod as0_covered;
mod aspa_invalid;
mod below_region_floor;
mod below_site_floor;
mod beyond_max_length;
mod blackhole_scope;
mod blackhole_without_community;
mod bogon_asn;
mod bogon_prefix;
mod broader_than_owned;
mod claimed_twice;
mod critical_attribute_change;
mod deaggregation;
mod default_route;
mod dropped_match_condition;
mod export_all;
mod fall_through_accept;
mod family_imbalance;
mod flowspec_hits_bgp;
mod foreign_origin;
mod foreign_prefix;
mod graceful_shutdown_left_on;
mod last_announcement_withdrawn;
mod long_path;
mod loose_max_length;
mod mass_growth;
mod mass_withdrawal;
mod missing_max_prefix;
mod missing_roa;
mod missing_role;
mod missing_route_object;
mod needs_approval;
mod network_without_route;
mod no_export_policy;
mod no_export_removed;
mod origin_change;
mod over_neighbor_limit;
mod overlong_prefix;
mod overshort_prefix;
mod policy_relaxed;
mod protection_removed;
mod redundant_pair_change;
mod roa_change_invalidates;
mod route_leak;
mod rov_downgrade;
mod rov_invalid;
mod rov_not_found;
mod secret_in_config;
pub(crate) mod service_withdrawn;
mod session_identity_change;
mod session_removed;
mod shrunken_filter;
mod shutdown_on_limit;
mod site_loss;
mod tier1_in_customer_path;
mod undeclared_neighbor;
mod undefined_reference;
mod unmodelled_policy;
mod unparsed_config;
mod unreachable_term;
mod wide_change;

use crate::check::Check;

/// Every check, sorted by its rule's id.
pub const ALL: &[&Check] = &[
    &as0_covered::CHECK,
    &aspa_invalid::CHECK,
    &below_region_floor::CHECK,
    &below_site_floor::CHECK,
    &beyond_max_length::CHECK,
    &blackhole_scope::CHECK,
    &blackhole_without_community::CHECK,
    &bogon_asn::CHECK,
    &bogon_prefix::CHECK,
    &broader_than_owned::CHECK,
    &claimed_twice::CHECK,
    &critical_attribute_change::CHECK,
    &deaggregation::CHECK,
    &default_route::CHECK,
    &dropped_match_condition::CHECK,
    &export_all::CHECK,
    &fall_through_accept::CHECK,
    &family_imbalance::CHECK,
    &flowspec_hits_bgp::CHECK,
    &foreign_origin::CHECK,
    &foreign_prefix::CHECK,
    &graceful_shutdown_left_on::CHECK,
    &last_announcement_withdrawn::CHECK,
    &long_path::CHECK,
    &loose_max_length::CHECK,
    &mass_growth::CHECK,
    &mass_withdrawal::CHECK,
    &missing_max_prefix::CHECK,
    &missing_roa::CHECK,
    &missing_role::CHECK,
    &missing_route_object::CHECK,
    &needs_approval::CHECK,
    &network_without_route::CHECK,
    &no_export_policy::CHECK,
    &no_export_removed::CHECK,
    &origin_change::CHECK,
    &over_neighbor_limit::CHECK,
    &overlong_prefix::CHECK,
    &overshort_prefix::CHECK,
    &policy_relaxed::CHECK,
    &protection_removed::CHECK,
    &redundant_pair_change::CHECK,
    &roa_change_invalidates::CHECK,
    &route_leak::CHECK,
    &rov_downgrade::CHECK,
    &rov_invalid::CHECK,
    &rov_not_found::CHECK,
    &secret_in_config::CHECK,
    &service_withdrawn::CHECK,
    &session_identity_change::CHECK,
    &session_removed::CHECK,
    &shrunken_filter::CHECK,
    &shutdown_on_limit::CHECK,
    &site_loss::CHECK,
    &tier1_in_customer_path::CHECK,
    &undeclared_neighbor::CHECK,
    &undefined_reference::CHECK,
    &unmodelled_policy::CHECK,
    &unparsed_config::CHECK,
    &unreachable_term::CHECK,
    &wide_change::CHECK,
];

pub use policy_relaxed::{POLICY_RELAXED, section_removed};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_sorted() {
        assert!(ALL.is_sorted_by(|a, b| a.rule.id < b.rule.id));
    }
}
