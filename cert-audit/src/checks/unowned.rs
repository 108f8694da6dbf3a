use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::check::Check;
use crate::evidence;
use crate::wording;

rules::rule! {
    /// Reports a certificate that nobody owns, by the policy.
    ///
    /// ## Why
    /// The certificate that fails is the one that nobody had in view. Where the policy names owners
    /// at all, one without is a question to ask now rather than at night.
    ///
    /// It is off unless the policy raises its level, and silent where the policy names no owners.
    /// Trust stores are not asked.
    ///
    /// ## Bad
    /// ```yaml
    /// levels: { unowned: warn }
    /// certs:
    ///   assign: [ { match: { path: "deploy/edge/**" }, owner: edge } ]
    /// ```
    /// and there is a certificate in `deploy/legacy`.
    ///
    /// ## Good
    /// An entry of `assign` names an owner for every certificate.
    ///
    /// ## Reference
    /// The policy's `assign` in the README.
    pub UNOWNED = { id: "unowned", level: Allow, since: "0.1.0" }
}

/// The check for [`UNOWNED`].
pub(super) static CHECK: Check = Check {
    rule: &UNOWNED,
    run,
};

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    if !audit.policy.has_owners() {
        return Vec::new();
    }
    audit
        .cases
        .iter()
        .filter_map(|case| {
            let place = evidence::places(case)
                .find(|place| !place.in_store && place.assignment.owner.is_none())?;
            let called = wording::called(&case.artifact.certificate);
            let message = format!("nobody owns the {called} in this place");
            let finding = evidence::at(&UNOWNED, case, place, Certainty::Proven, message);
            Some(finding.with_help("name its owner in the policy's `assign`"))
        })
        .collect()
}
