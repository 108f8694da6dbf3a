//! The difference that a change makes, for people and machines.
//!
//! Nine changes in ten alter attributes and no list of prefixes, and a fleet repeats each of them a
//! hundred times. So the difference is said in lines, one for what many announcements have in
//! common, ordered by what hurts most; a matrix shows where; and machines get every announcement.

pub mod human;
mod lines;
pub mod markdown;
mod matrix;
pub(crate) mod record;
mod sessions;
mod table;
pub mod v1;

use rules::report::v1::Undecided as Gap;
use rules::{Outcome, Undecided};

use crate::change::{Change, Side};
use crate::gaps;
use crate::model::{Difference, Name};

/// Everything that differs between the two sides of `change`; `None` without a base.
///
/// `outcome` has what could not be seen.
pub fn of(change: &Change, outcome: &Outcome) -> Option<v1::Difference> {
    let (base, plan) = (change.base.as_ref()?, change.plan.as_ref()?);
    let head = &change.head;
    let difference =
        Difference::between(&base.announcements, &head.announcements, &change.sessions);
    let mut lines = lines::Lines::default();
    lines::announcements(change, base, &difference, &mut lines);
    sessions::sessions(change, base, &mut lines);
    sessions::policy_lines(change, base, &mut lines);
    let mut undecided: Vec<Undecided> = outcome.undecided.clone();
    undecided.extend(not_understood(base));
    undecided.extend(not_understood(head));
    undecided.sort();
    undecided.dedup();
    Some(v1::Difference {
        schema: v1::SCHEMA.to_owned(),
        plan: plan.as_str().to_owned(),
        base: side(base),
        head: side(head),
        groups: lines.groups(),
        matrix: matrix::of(change, base, &difference),
        announcements: record::all(&difference),
        undecided: undecided.iter().map(Gap::from).collect(),
        notes: gaps::relayed(head).into_iter().collect(),
    })
}

fn side(side: &Side) -> v1::Side {
    let external = side.external().count();
    v1::Side {
        policy: side
            .policy
            .path()
            .map(ToString::to_string)
            .unwrap_or_default(),
        announcements: external,
        internal: side.announcements.len() - external,
        complete: side.is_complete(),
    }
}

/// What is not known of a side.
pub(crate) fn not_understood(side: &Side) -> Vec<Undecided> {
    let path = side.policy.path();
    let gaps = side.gaps.iter().filter(|gap| !gap.affects.is_empty());
    let gaps = gaps.map(|gap| Undecided {
        path: gap.span.path.clone(),
        at: Some(gap.span.start),
        reason: gap.message.clone(),
    });
    let unseen = side.unseen.iter().map(|site: &Name| Undecided {
        path: path.cloned().unwrap_or_else(|| rules::policy::NAME.into()),
        at: None,
        reason: format!("what is announced at {site} is not known"),
    });
    gaps.chain(unseen).collect()
}

#[cfg(test)]
mod tests;
