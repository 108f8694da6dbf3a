//! Approvals: what people signed, and what it waives.
//!
//! An approval is an OpenSSH signature over a [`Plan`]'s hash in the namespace `preflight`:
//!
//! ```text
//! bgp-ci diff --base origin/main --format plan | ssh-keygen -Y sign -n preflight -f KEY > FILE
//! ```
//!
//! The line feed that `diff` and `echo` put behind the hash may be signed with it or not.
//! Who may sign is what *base's* `approvers` file says, as `ssh-keygen -Y verify` reads it; the
//! change that is judged cannot appoint its own approvers. A signature is for a plan as a whole,
//! so any other change voids it; which rules' findings it waives is what the policy's entry names.
//! What is unsigned, invalid, past its day or for another plan waives nothing, and the findings
//! that it was meant for say why.

mod signature;
mod signers;

use std::collections::BTreeSet;

use jiff::Timestamp;
use rules::{Finding, Span, escape};

use crate::files::Files;
use crate::plan::Plan;
use crate::policy::approval::{self, Approvals};
use crate::policy::network::Placed;

/// The namespace of the signatures.
pub const NAMESPACE: &str = "preflight";

/// Longest signature that is read, in bytes: one with an RSA key of 16,384 bits has 6,000.
const LONGEST_SIGNATURE: u64 = 16 << 10;

/// Longest file of approvers that is read, in bytes.
const LONGEST_SIGNERS: u64 = 1 << 20;

/// An approval after somebody has looked at its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Where head's policy has it.
    pub span: Span,
    /// The rules whose findings it is for.
    pub waives: BTreeSet<String>,
    /// Whether it counts.
    pub standing: Standing,
}

/// Whether an approval counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does: by whom and why, for people.
    Counts(String),
    /// It is for this plan and does not count: why.
    Void(String),
    /// It is for another plan.
    Elsewhere,
}

/// Looks at every approval of head's policy.
///
/// `head` is what that policy says, with the files beside it; `base` the same of base's.
pub fn verify(
    plan: &Plan,
    head: (&Approvals, &Files<'_>),
    base: (&Approvals, &Files<'_>),
    now: Timestamp,
) -> Vec<Approval> {
    let (approvals, files) = head;
    let signers = base.0.approvers.as_ref();
    let verdict = |given: &approval::Approval| {
        if given.plan.value != plan.as_str() {
            return Standing::Elsewhere;
        }
        match counts(plan, given, files, (signers, base.1), now) {
            Ok(by) => Standing::Counts(by),
            Err(why) => Standing::Void(why),
        }
    };
    approvals
        .given
        .iter()
        .map(|given| Approval {
            span: given.span.clone(),
            waives: given.waives.keys().cloned().collect(),
            standing: verdict(given),
        })
        .collect()
}

/// Who approved and why; or why the approval does not count.
fn counts(
    plan: &Plan,
    given: &approval::Approval,
    files: &Files<'_>,
    (signers, beside): (Option<&Placed<String>>, &Files<'_>),
    now: Timestamp,
) -> Result<String, String> {
    if let Some((ends, day)) = &given.until
        && now >= *ends
    {
        return Err(format!("it ended on {}", escape::word(&day.value)));
    }
    let Some(path) = &given.signature else {
        return Err("it is not signed".to_owned());
    };
    let Some(signers) = signers else {
        return Err("base's policy names no `approvers`, so nobody may approve".to_owned());
    };
    let read = |files: &Files<'_>, path: &str, longest: u64| {
        files.text(path, longest).map_err(|unread| {
            let shown = escape::word(&unread.path).into_owned();
            format!("`{shown}` cannot be read: {}", unread.reason)
        })
    };
    let list = read(beside, &signers.value, LONGEST_SIGNERS)?;
    let armoured = read(files, &path.value, LONGEST_SIGNATURE)?;
    let signed = signature::Signed::read(&armoured)?;
    signed.verify(NAMESPACE, plan.as_str())?;
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let by = signers::principals(&list, signed.key(), NAMESPACE, seconds)
        .map_err(|why| format!("base's `{}`: {why}", escape::word(&signers.value)))?;
    let reason = given.reason.as_deref().map(str::trim).unwrap_or_default();
    let reason = match reason {
        "" => String::new(),
        reason => format!(": {}", escape::word(reason)),
    };
    let until = given.until.as_ref();
    let until = until.map_or(String::new(), |(_, day)| {
        format!(" until {}", escape::word(&day.value))
    });
    Ok(format!("approved by {}{until}{reason}", escape::word(&by)))
}

/// The lines of the file of approvers that say something; none where there is no file.
pub fn signers(approvals: &Approvals, files: &Files<'_>) -> BTreeSet<String> {
    let path = approvals.approvers.as_ref();
    let text = path.and_then(|path| files.text(&path.value, LONGEST_SIGNERS).ok());
    let text = text.unwrap_or_default();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = text.lines().map(words);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// A finding with what the approvals mean for it: one that an approval waives is excused, and one
/// that an approval was meant for says why it does not count.
pub fn applied(finding: Finding, approvals: &[Approval]) -> Finding {
    let about = || {
        let id = finding.rule.id;
        approvals.iter().filter(move |one| one.waives.contains(id))
    };
    let excuse = about().find_map(|one| match &one.standing {
        Standing::Counts(by) => Some(by.clone()),
        Standing::Void(_) | Standing::Elsewhere => None,
    });
    if let Some(excuse) = excuse {
        return finding.with_excuse(excuse);
    }
    let void: Vec<(Span, String)> = about()
        .filter_map(|one| match &one.standing {
            Standing::Void(why) => Some((one.span.clone(), why.clone())),
            Standing::Counts(_) | Standing::Elsewhere => None,
        })
        .collect();
    void.into_iter().fold(finding, |finding, (span, why)| {
        finding.with_label(span, format!("this approval does not count: {why}"))
    })
}

#[cfg(test)]
mod tests;
