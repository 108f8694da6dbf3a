//! What neighbours are to us, accept and keep to themselves.

use super::Relaxation;
use crate::change::Side;
use crate::matching;
use crate::model::Name;
use crate::policy::network::Neighbor;

pub(super) fn compare(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    let names = matching::neighbors(&base.network.neighbors, &head.network.neighbors);
    for (old, new) in &names {
        let known = (
            base.network.neighbors.get(old),
            head.network.neighbors.get(new),
        );
        let (Some(before), Some(now)) = known else {
            continue;
        };
        found.extend(relation(new, before, now));
        found.extend(limit(new, before, now));
        found.extend(blackhole(new, before, now));
        for community in before.no_announce.difference(&now.no_announce) {
            found.push(Relaxation {
                key: "no-announce",
                subject: format!("{new} {community}"),
                message: format!(
                    "`{community}` no longer counts as keeping a route back at `{new}`"
                ),
                head: now.span.clone(),
                base: Some(before.span.clone()),
            });
        }
    }
}

fn relation(name: &Name, before: &Neighbor, now: &Neighbor) -> Option<Relaxation> {
    let was = before.relation.as_ref()?;
    if now.relation.as_ref().map(|relation| relation.value) == Some(was.value) {
        return None;
    }
    let is = now.relation.as_ref();
    Some(Relaxation {
        key: "relation",
        subject: name.to_string(),
        message: format!(
            "`{name}` was a {} and is {} now",
            was.value.as_str(),
            is.map_or("nothing in particular", |is| is.value.as_str())
        ),
        head: is.map_or(&now.span, |is| &is.span).clone(),
        base: Some(was.span.clone()),
    })
}

fn limit(name: &Name, before: &Neighbor, now: &Neighbor) -> Option<Relaxation> {
    let was = before.max_prefix.as_ref()?;
    let is = now.max_prefix.as_ref();
    if is.is_some_and(|is| is.value <= was.value) {
        return None;
    }
    Some(Relaxation {
        key: "max-prefix",
        subject: name.to_string(),
        message: match is {
            Some(is) => format!(
                "`max-prefix` of `{name}` goes from {} to {}",
                was.value, is.value
            ),
            None => format!("`max-prefix: {}` of `{name}` is gone", was.value),
        },
        head: is.map_or(&now.span, |is| &is.span).clone(),
        base: Some(was.span.clone()),
    })
}

fn blackhole(name: &Name, before: &Neighbor, now: &Neighbor) -> Option<Relaxation> {
    let is = now.accepts_blackhole.as_ref().filter(|is| is.value)?;
    let was = before.accepts_blackhole.as_ref();
    if was.is_some_and(|was| was.value) {
        return None;
    }
    Some(Relaxation {
        key: "accepts-blackhole",
        subject: name.to_string(),
        message: format!("`{name}` may be sent blackhole routes now"),
        head: is.span.clone(),
        base: Some(was.map_or(&before.span, |was| &was.span).clone()),
    })
}
