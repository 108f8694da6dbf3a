//! Local exceptions to the payloads (RFC 8416): what this network leaves out and adds.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::json::{self, Net, Number};
use super::vrps::{self, ReadError, Vrp, Vrps};
use crate::model::{Asn, Prefix};
use crate::nesting::{self, Nesting};

/// The trust anchor of a payload that was added here.
pub const ANCHOR: &str = "slurm";

/// A file of local exceptions.
#[derive(Debug)]
pub struct Slurm {
    /// Leaves out what is inside of a prefix, of every system or of one.
    filters: Nesting<Option<Asn>>,
    /// Leaves out what a system may originate.
    systems: BTreeSet<Asn>,
    assertions: Vec<Vrp>,
    /// Members that are about router keys and so change nothing here.
    pub ignored: Vec<&'static str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct File {
    slurm_version: u64,
    #[serde(default)]
    validation_output_filters: Filters,
    #[serde(default)]
    locally_added_assertions: Assertions,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Filters {
    prefix_filters: Vec<PrefixFilter>,
    bgpsec_filters: Vec<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Assertions {
    prefix_assertions: Vec<PrefixAssertion>,
    bgpsec_assertions: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrefixFilter {
    prefix: Option<Net>,
    asn: Option<Number>,
    #[serde(default, rename = "comment")]
    _comment: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PrefixAssertion {
    prefix: Net,
    asn: Number,
    max_prefix_length: Option<u64>,
    #[serde(default, rename = "comment")]
    _comment: IgnoredAny,
}

/// Reads a file of local exceptions.
///
/// # Errors
/// It is no JSON, of another version, holds members that the RFC does not know (which it forbids,
/// section 3.1), or an exception that means nothing; with its place.
pub fn read(bytes: &[u8]) -> Result<Slurm, ReadError> {
    let file: File = json::document(bytes, std::marker::PhantomData)?;
    if file.slurm_version != 1 {
        return Err(ReadError::whole(format!(
            "`slurmVersion` is {}, and only version 1 (RFC 8416) is understood",
            file.slurm_version
        )));
    }
    let (filters, systems) = filters(&file.validation_output_filters.prefix_filters)?;
    let mut ignored = Vec::new();
    if !file.validation_output_filters.bgpsec_filters.is_empty() {
        ignored.push("bgpsecFilters");
    }
    if !file.locally_added_assertions.bgpsec_assertions.is_empty() {
        ignored.push("bgpsecAssertions");
    }
    Ok(Slurm {
        filters,
        systems,
        assertions: assertions(&file.locally_added_assertions.prefix_assertions)?,
        ignored,
    })
}

fn filters(filters: &[PrefixFilter]) -> Result<(Nesting<Option<Asn>>, BTreeSet<Asn>), ReadError> {
    let mut prefixes = nesting::Builder::default();
    let mut systems = BTreeSet::new();
    for (at, filter) in (1..).zip(filters) {
        match (filter.prefix, filter.asn) {
            (Some(prefix), asn) => prefixes.push(prefix.0, asn.map(|asn| asn.0)),
            (None, Some(asn)) => {
                systems.insert(asn.0);
            }
            (None, None) => {
                return Err(ReadError::whole(format!(
                    "entry {at} of `prefixFilters` has neither `prefix` nor `asn`"
                )));
            }
        }
    }
    let prefixes = prefixes.build();
    let prefixes = prefixes.map_err(|error| ReadError::whole(error.to_string()))?;
    Ok((prefixes, systems))
}

fn assertions(assertions: &[PrefixAssertion]) -> Result<Vec<Vrp>, ReadError> {
    // The same conditions as for a payload from the repositories.
    let mut checked = vrps::Builder::default();
    for (at, assertion) in (1..).zip(assertions) {
        checked
            .push(
                assertion.prefix.0,
                assertion.max_prefix_length,
                assertion.asn.0,
                ANCHOR,
            )
            .map_err(|error| {
                ReadError::whole(format!("entry {at} of `prefixAssertions`: {error}"))
            })?;
    }
    let checked = checked.build();
    let checked = checked.map_err(|error| ReadError::whole(error.to_string()))?;
    Ok(checked.iter().collect())
}

impl Slurm {
    /// Whether a payload is left out: a filter's prefix covers its prefix, a filter's system is
    /// its own, or both where the filter names both (RFC 8416, section 3.3.1).
    fn leaves_out(&self, prefix: Prefix, asn: Asn) -> bool {
        self.systems.contains(&asn)
            || self
                .filters
                .covering(prefix)
                .values()
                .flatten()
                .any(|filter| filter.is_none_or(|only| only == asn))
    }

    /// The payloads that this network validates with.
    ///
    /// # Errors
    /// More of them than can be numbered.
    pub fn applied(&self, payloads: &Vrps) -> Result<Vrps, ReadError> {
        let mut builder = vrps::Builder::default();
        let kept = payloads
            .iter()
            .filter(|vrp| !self.leaves_out(vrp.prefix, vrp.asn));
        for vrp in kept.chain(self.assertions.iter().cloned()) {
            let length = Some(vrp.max_length.into());
            builder
                .push(vrp.prefix, length, vrp.asn, &vrp.anchor)
                .map_err(|error| ReadError::whole(error.to_string()))?;
        }
        let built = builder.build();
        built.map_err(|error| ReadError::whole(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOADS: &str = r#"{"roas": [
        {"asn": 64496, "prefix": "192.0.2.0/24", "maxLength": 24, "ta": "a"},
        {"asn": 64497, "prefix": "192.0.2.0/25", "maxLength": 25, "ta": "a"},
        {"asn": 64496, "prefix": "198.51.100.0/24", "maxLength": 24, "ta": "a"},
        {"asn": 64498, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "a"},
        {"asn": 64496, "prefix": "2001:db8::/32", "maxLength": 48, "ta": "a"}]}"#;

    fn left(slurm: &str) -> Vec<String> {
        let payloads = vrps::read(PAYLOADS.as_bytes()).unwrap().vrps;
        let slurm = read(slurm.as_bytes()).unwrap();
        let applied = slurm.applied(&payloads).unwrap();
        applied.iter().map(|vrp| vrp.to_string()).collect()
    }

    fn file(filters: &str, assertions: &str) -> String {
        format!(
            r#"{{"slurmVersion": 1,
              "validationOutputFilters": {{"prefixFilters": [{filters}], "bgpsecFilters": []}},
              "locallyAddedAssertions": {{"prefixAssertions": [{assertions}], "bgpsecAssertions": []}}}}"#
        )
    }

    #[test]
    fn filters_take_what_they_cover() {
        let all = left(&file("", ""));
        assert_eq!(all.len(), 5);
        assert_eq!(
            left(&file(
                r#"{"prefix": "192.0.2.0/24", "comment": "ours"}"#,
                ""
            )),
            all[2..]
        );
        assert_eq!(
            left(&file(r#"{"prefix": "0.0.0.0/0", "asn": 64496}"#, "")),
            [
                "192.0.2.0/25 AS64497 (a)",
                "203.0.113.0/24 AS64498 (a)",
                "2001:db8::/32-48 AS64496 (a)"
            ]
        );
        assert_eq!(
            left(&file(r#"{"asn": 64496}"#, "")),
            ["192.0.2.0/25 AS64497 (a)", "203.0.113.0/24 AS64498 (a)"]
        );
        // A filter takes no payload that is broader than itself.
        assert_eq!(left(&file(r#"{"prefix": "192.0.2.0/26"}"#, "")), all);
    }

    #[test]
    fn assertions_are_added_even_where_a_filter_covers_them() {
        let slurm = file(
            r#"{"prefix": "0.0.0.0/0"}, {"prefix": "::/0"}"#,
            r#"{"asn": 64500, "prefix": "192.0.2.0/24"},
               {"asn": 64500, "prefix": "2001:db8::/32", "maxPrefixLength": 48, "comment": "x"}"#,
        );
        assert_eq!(
            left(&slurm),
            [
                "192.0.2.0/24 AS64500 (slurm)",
                "2001:db8::/32-48 AS64500 (slurm)"
            ]
        );
    }

    #[test]
    fn what_the_rfc_forbids_is_refused() {
        let refused = |text: &str| read(text.as_bytes()).unwrap_err().message;
        assert!(refused(r#"{"slurmVersion": 2}"#).contains("only version 1"));
        assert!(refused("{}").contains("missing field `slurmVersion`"));
        assert!(refused(r#"{"slurmVersion": 1, "more": 1}"#).contains("unknown field `more`"));
        assert!(refused(&file("{}", "")).contains("entry 1 of `prefixFilters` has neither"));
        assert!(refused(&file(r#"{"prefix": "192.0.2.1/24"}"#, "")).contains("host bits"));
        assert!(
            refused(&file("", r#"{"prefix": "192.0.2.0/24"}"#)).contains("missing field `asn`")
        );
        let short = r#"{"asn": 64500, "prefix": "192.0.2.0/24", "maxPrefixLength": 23}"#;
        assert!(refused(&file("", short)).contains("entry 1 of `prefixAssertions`"));
        assert!(refused("{\"slurmVersion\": 1").contains("cut off"));
    }

    #[test]
    fn router_keys_are_named_as_ignored() {
        let text = r#"{"slurmVersion": 1,
            "validationOutputFilters": {"prefixFilters": [], "bgpsecFilters": [{"asn": 64496}]},
            "locallyAddedAssertions": {"prefixAssertions": [], "bgpsecAssertions": [{}]}}"#;
        let slurm = read(text.as_bytes()).unwrap();
        assert_eq!(slurm.ignored, ["bgpsecFilters", "bgpsecAssertions"]);
    }
}
