use std::collections::{BTreeMap, BTreeSet};

use rules::{Finding, Level, Span};

use crate::approval::{NAMESPACE, Standing};
use crate::change::{Change, Side};
use crate::check::Check;
use crate::model::{Announcement, Difference, Key, Name};
use crate::plan::Plan;
use crate::policy::approval::{Mark, Marked};
use crate::wording::{count, json, list};

rules::rule! {
    /// Reports a change that the policy marks as needing people, and that nobody has approved.
    ///
    /// ## Why
    /// Some changes are right or wrong for reasons that are in no file: a service that is retired
    /// looks the same as one that is lost.
    /// `needs-approval` names them, by the rule that finds them or by the service that they touch.
    ///
    /// An approval names the change's plan, which `diff` prints, and the rules whose findings it
    /// waives; its signature is over the plan, by `ssh-keygen -Y sign -n preflight`, and *base's*
    /// `approvers` file says who may sign.
    /// Any other change has another plan and voids it.
    /// What base's policy marks stays marked, whatever head's says.
    ///
    /// ## Bad
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: ns }]
    ///   services: { ns: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns, to: [transit-a] }
    ///   needs-approval: [{ service: ns }]
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: ns }]
    ///   services: { ns: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns, to: [transit-a], communities: ["64501:100"] }
    ///   needs-approval: [{ service: ns }]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// # base
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: ns }]
    ///   services: { ns: { kind: anycast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns, to: [transit-a] }
    ///   needs-approval: [{ service: ns }]
    /// ```
    /// ```yaml
    /// # head
    /// version: 1
    /// bgp:
    ///   asn: 64500
    ///   owned: [{ prefix: 203.0.113.0/24, service: ns }]
    ///   services: { ns: { kind: anycast }, web: { kind: unicast } }
    ///   treat-as-public: [203.0.113.0/24]
    ///   sites: { fra: {}, iad: {} }
    ///   neighbors: { transit-a: { asn: 64501 } }
    ///   announcements:
    ///     - { service: ns, to: [transit-a] }
    ///   needs-approval: [{ service: ns }]
    /// ```
    ///
    /// ## Reference
    /// OpenSSH's `PROTOCOL.sshsig`; ssh-keygen(1), *ALLOWED SIGNERS*.
    pub NEEDS_APPROVAL = { id: "needs-approval", level: Deny, since: "0.1.0" }
}

/// The check.
pub(super) static CHECK: Check = Check {
    rule: &NEEDS_APPROVAL,
    run,
};

fn run(change: &Change) -> Vec<Finding> {
    let (Some(base), Some(plan)) = (&change.base, &change.plan) else {
        return Vec::new();
    };
    let mut marks: BTreeMap<&Marked, (&Mark, bool)> = BTreeMap::new();
    for (side, is_head) in [(&change.head, true), (base, false)] {
        for mark in &side.network.approvals.marks {
            marks.entry(&mark.what).or_insert((mark, is_head));
        }
    }
    marks
        .into_values()
        .filter_map(|(mark, is_head)| {
            let (what, approved) = match &mark.what {
                Marked::Rule(id) => (by_rule(change, id)?, approved(change, Some(id))),
                Marked::Service(name) => (by_service(change, base, name)?, approved(change, None)),
            };
            (!approved).then(|| wording(change, plan, mark, is_head, &what))
        })
        .collect()
}

/// Whether an approval of this plan counts: one that waives `rule`, or for a service any.
fn approved(change: &Change, rule: Option<&str>) -> bool {
    change.approvals.iter().any(|approval| {
        matches!(approval.standing, Standing::Counts(_))
            && rule.is_none_or(|rule| approval.waives.contains(rule))
    })
}

/// What of a change needs people.
struct What {
    message: String,
    rule: Option<String>,
    service: Option<Name>,
    notes: Vec<String>,
}

/// What a rule finds that the change has brought.
fn by_rule(change: &Change, id: &str) -> Option<What> {
    let check = super::ALL.iter().find(|check| check.rule.id == id)?;
    // What asks for an approval cannot be what it asks for.
    if check.rule == &NEEDS_APPROVAL {
        return None;
    }
    let setting = change.head.policy.setting(id);
    let level = setting.and_then(|(setting, _)| setting.level);
    if level == Some(Level::Allow) {
        return None;
    }
    let is_new = |finding: &Finding| {
        let existing = finding.data.get("existing");
        existing.and_then(serde_json::Value::as_bool) != Some(true)
    };
    let found: Vec<Finding> = (check.run)(change).into_iter().filter(is_new).collect();
    let first = found.first()?;
    let more = match found.len() {
        1 => String::new(),
        all => format!(", and {} more", all - 1),
    };
    Some(What {
        message: format!(
            "this change needs an approval of `{id}`: {}{more}",
            first.message
        ),
        rule: Some(id.to_owned()),
        service: None,
        notes: Vec::new(),
    })
}

/// What somebody receives differently of a service.
fn by_service(change: &Change, base: &Side, service: &Name) -> Option<What> {
    let difference = Difference::between(
        &base.announcements,
        &change.head.announcements,
        &change.sessions,
    );
    let carries = |one: &Announcement| one.route.services.contains(service);
    let either = difference.added.iter().chain(&difference.removed);
    let either = either.filter(|(_, one)| carries(one)).map(|(key, _)| *key);
    let changed = difference.changed.iter();
    let changed = changed.filter(|(_, then, now)| carries(then) || carries(now));
    let keys: BTreeSet<&Key> = either.chain(changed.map(|(key, ..)| *key)).collect();
    if keys.is_empty() {
        return None;
    }
    let neighbors: BTreeSet<&Name> = keys.iter().map(|key| &key.neighbor).collect();
    let sites: BTreeSet<&Name> = keys.iter().map(|key| &key.site).collect();
    Some(What {
        message: format!(
            "this change needs an approval: it touches {} of service `{service}`",
            count(keys.len(), "announcement", "announcements")
        ),
        rule: None,
        service: Some(service.clone()),
        notes: vec![format!(
            "to {} at {}",
            list(neighbors, "nobody"),
            list(sites, "no site")
        )],
    })
}

fn wording(change: &Change, plan: &Plan, mark: &Mark, is_head: bool, what: &What) -> Finding {
    let about = match (&what.rule, &what.service) {
        (Some(rule), _) => format!("rule {rule}"),
        (None, Some(service)) => format!("service {service}"),
        (None, None) => String::new(),
    };
    let span = if is_head {
        mark.span.clone()
    } else {
        change.head.network.span.clone()
    };
    let waives = what.rule.as_deref().unwrap_or(NEEDS_APPROVAL.id);
    let mut finding = NEEDS_APPROVAL
        .at(span, &what.message, &[&about])
        .with_help(format!(
            "have it signed: `printf %s {plan} | ssh-keygen -Y sign -n {NAMESPACE} -f KEY > FILE`, \
             and list `{{ plan: \"{plan}\", waives: [{waives}], signature: FILE }}` below \
             `approvals`"
        ))
        .with_data("plan", plan.as_str());
    finding = match (&what.rule, &what.service) {
        (Some(rule), _) => finding.with_data("rule", rule.clone()),
        (None, service) => finding.with_data("service", json(service)),
    };
    if !is_head {
        finding = finding.with_label(mark.span.clone(), "base marks it here, and head does not");
    }
    for note in &what.notes {
        finding = finding.with_note(note);
    }
    reasons(change, what.rule.as_deref())
        .into_iter()
        .fold(finding, |finding, (span, why)| {
            finding.with_label(span, why)
        })
}

/// Why the approvals that were meant for it do not count.
fn reasons(change: &Change, rule: Option<&str>) -> Vec<(Span, String)> {
    change
        .approvals
        .iter()
        .filter_map(|approval| {
            let meant = rule.is_none_or(|rule| approval.waives.contains(rule));
            let why = match &approval.standing {
                Standing::Void(why) => format!("this approval does not count: {why}"),
                Standing::Elsewhere if meant => "this approval is for another plan".to_owned(),
                Standing::Counts(_) if !meant => {
                    format!("this approval waives no `{}`", rule.unwrap_or_default())
                }
                Standing::Elsewhere | Standing::Counts(_) => return None,
            };
            Some((approval.span.clone(), why))
        })
        .collect()
}
