use rules::{Certainty, Finding};

use crate::audit::{Audit, Case, ChainEnd};
use crate::check::Check;
use crate::instant::{brief, spoken};
use crate::standing::Standing;
use crate::wording;

rules::rule! {
    /// Reports a certificate whose chain ends before it does.
    ///
    /// ## Why
    /// A certificate stops working when the first certificate of its chain expires, and nobody
    /// looks at that date: the certificate itself is valid for another year. This is how whole
    /// fleets fail at once, because everything that the CA issued fails with it.
    ///
    /// The date is that of the best path: of all verified paths to a trusted anchor the one that
    /// holds longest, the anchor included unless the policy says `anchor-expiry: ignore`. Where no
    /// path leads to an anchor, it is that of the chain as it is deployed. A chain as deployed
    /// that ends before a better path does is a warning: clients that look for no other path
    /// than the one that is presented fail then.
    ///
    /// The level is deny within the threshold of the certificate's class, else warn.
    ///
    /// ## Bad
    /// ```text
    /// $ cert-audit check deploy --now 2026-11-22T00:00:00Z
    /// deploy/tls/api.pem: certificate of api.prod.example stops working in 8 days (2026-11-30 00:00:00 UTC), with the CA certificate of Example Issuing CA 2
    /// ```
    ///
    /// ## Good
    /// The CA's next certificate lies in the chain, or a certificate that another CA issued.
    ///
    /// ## Reference
    /// [RFC 5280 §6.1.3](https://www.rfc-editor.org/rfc/rfc5280#section-6.1.3): each certificate
    /// of a path must be valid.
    pub CHAIN_EXPIRES_FIRST = { id: "chain-expires-first", level: Deny, since: "0.1.0" }
}

/// The check for [`CHAIN_EXPIRES_FIRST`].
pub(super) static CHECK: Check = Check {
    rule: &CHAIN_EXPIRES_FIRST,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter_map(|case| Some((case, case.place.chain.as_ref()?)))
        // What has expired itself is past being saved by its chain.
        .filter(|(case, _)| case.place.standing != Some(Standing::Expired))
        .map(|(case, chain)| finding(audit, case, chain))
        .collect()
}

fn finding(audit: &Audit<'_>, case: &Case<'_>, chain: &ChainEnd<'_>) -> Finding {
    let called = wording::called(&case.artifact.certificate);
    let binding = audit.certificate(chain.binding);
    let by = binding.as_ref().map_or_else(
        || "a certificate above it".to_owned(),
        |binding| format!("the {}", wording::called(binding)),
    );
    let left = chain.end.since(audit.now);
    let end = chain.end;
    let message = if left < 0 {
        format!(
            "{called} stopped working {} ago ({end}), with {by}",
            spoken(-left)
        )
    } else if chain.best {
        format!(
            "{called} stops working in {} ({end}), with {by}",
            spoken(left)
        )
    } else {
        format!(
            "{called} stops working in {} ({end}) as it is deployed, with {by}",
            spoken(left)
        )
    };
    let sure = audit
        .effective
        .get(&case.artifact.sha256)
        .is_some_and(|known| known.is_sure);
    let mut finding = wording::finding(&CHAIN_EXPIRES_FIRST, audit, case, chain.level, message)
        .with_help(
            "put the CA's next certificate into the chain, or have the certificate issued by \
                 another CA, then reload what serves it",
        );
    if let Some(limit) = &chain.limit {
        finding = finding.with_note(format!(
            "class {}, because {}; {} left of the chain is within the threshold for {}: {}",
            case.place.class.as_str(),
            case.place.because,
            brief(left),
            limit.level.as_str(),
            limit.arithmetic,
        ));
    }
    if let Some(own) = case.artifact.certificate.validity
        && let Some(own) = own.not_after.at()
    {
        finding = finding.with_note(format!("by itself it is valid until {own}"));
    }
    // Where it lies in the same file the finding has said so already.
    let path = &case.place.span.path;
    let deployed = audit.issued.binding(path, case.artifact.sha256);
    if deployed.is_none_or(|deployed| deployed.sha256 != chain.binding)
        && let Some(label) = audit.place_of(chain.binding)
    {
        finding = finding.with_label(label, "this certificate ends first");
    }
    if sure {
        finding
    } else {
        finding.with_certainty(Certainty::Likely)
    }
}
