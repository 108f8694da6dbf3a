use rules::{Finding, Level};

use crate::audit::{Audit, Case};
use crate::certificate::{Certificate, Expiry};
use crate::check::Check;
use crate::wording;

rules::rule! {
    /// Reports a certificate that is valid for longer than every certificate of its issuer.
    ///
    /// ## Why
    /// Its last days are worth nothing: it stops working when its issuer's certificate expires.
    /// Its own date, which people and monitors look at, is wrong.
    ///
    /// An issuer is one whose key made the signature; of several certificates of an issuer
    /// (renewed, or crossed) the one that holds longest counts. Where
    /// [`chain-expires-first`](#chain-expires-first) says the same with a date, this rule is
    /// silent.
    ///
    /// ## Bad
    /// An issuing CA whose certificate ends in 2027 issues one that ends in 2029.
    ///
    /// ## Good
    /// The CA is renewed before it issues what would outlive it.
    ///
    /// ## Reference
    /// [RFC 5280 §6.1.3](https://www.rfc-editor.org/rfc/rfc5280#section-6.1.3): each certificate
    /// of a path must be valid at the time of its validation.
    pub OUTLIVES_ISSUER = { id: "outlives-issuer", level: Warn, since: "0.1.0" }
}

/// The check for [`OUTLIVES_ISSUER`].
pub(super) static CHECK: Check = Check {
    rule: &OUTLIVES_ISSUER,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .cases
        .iter()
        .filter(|case| case.place.chain.is_none() && !case.place.in_store)
        .filter_map(|case| finding(audit, case))
        .collect()
}

fn finding(audit: &Audit<'_>, case: &Case<'_>) -> Option<Finding> {
    let end = |certificate: &Certificate| Some(certificate.validity?.not_after);
    let own = end(&case.artifact.certificate)?;
    let known = audit.effective.get(&case.artifact.sha256)?;
    let issuers = known
        .issuers
        .iter()
        .filter(|&&issuer| issuer != case.artifact.sha256);
    let (last, issuer, sha256) = issuers
        .filter_map(|&sha256| {
            let issuer = audit.certificate(sha256)?;
            Some((end(&issuer)?, issuer, sha256))
        })
        .max_by_key(|(end, _, sha256)| (*end, *sha256))?;
    let Expiry::At(last) = last else { return None };
    if Expiry::At(last) >= own || last < audit.now {
        return None;
    }
    let called = wording::called(&case.artifact.certificate);
    let by = wording::called(&issuer);
    let message = match own {
        Expiry::At(own) => {
            format!("{called} is valid until {own}, but the {by}, its issuer, only until {last}")
        }
        Expiry::Never => format!("{called} has no end, but the {by}, its issuer, has one: {last}"),
    };
    let finding = wording::finding(&OUTLIVES_ISSUER, audit, case, Level::Warn, message)
        .with_help("renew the CA, then what it issued; until then count with the CA's date");
    Some(match audit.place_of(sha256) {
        Some(span) => finding.with_label(span, "the issuer"),
        None => finding,
    })
}
