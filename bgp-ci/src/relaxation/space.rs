//! What is ours, and what special-purpose space is meant.

use super::Relaxation;
use crate::change::Side;
use crate::model::Asn;
use crate::policy::network::Owned;
use crate::rpki::{Origin, Validity};

pub(super) fn compare(base: &Side, head: &Side, found: &mut Vec<Relaxation>) {
    for owned in head.network.owned.iter() {
        found.extend(widened(base, owned));
    }
    for public in &head.network.public {
        let covered = base
            .network
            .public
            .iter()
            .any(|known| known.value.covers(public.value));
        if !covered {
            found.push(Relaxation {
                key: "treat-as-public",
                subject: public.value.to_string(),
                message: format!("`{}` is treated as public now", public.value),
                head: public.span.clone(),
                base: base.network.public.first().map(|first| first.span.clone()),
            });
        }
    }
    for (origin, span) in &head.network.origins {
        if !base.network.origins.contains_key(origin) && !is_authorized(head, *origin) {
            found.push(Relaxation {
                key: "origins",
                subject: origin.to_string(),
                message: format!("{origin} is an origin of ours now"),
                head: span.clone(),
                base: base.network.origins.values().next().cloned(),
            });
        }
    }
}

/// Whether head announces something from `origin`, and all of it is authorized by the payloads: who
/// holds the space has said so already.
fn is_authorized(head: &Side, origin: Asn) -> bool {
    let Some(vrps) = &head.data.vrps else {
        return false;
    };
    let mut announced = head
        .external()
        .filter(|(_, announcement)| announcement.route.origin() == Some(origin))
        .map(|(key, _)| key.prefix)
        .peekable();
    announced.peek().is_some()
        && announced.all(|prefix| vrps.validity(prefix, Origin::System(origin)) == Validity::Valid)
}

/// Whether an entry allows a prefix that nothing in base allows.
fn widened(base: &Side, owned: &Owned) -> Option<Relaxation> {
    let prefix = owned.prefix.value;
    let longest = |owned: &Owned| {
        let limit = owned.max_length.as_ref();
        limit.map_or(prefix.max_length(), |limit| limit.value)
    };
    let allowed = base.network.owned.covering(prefix).map(longest).max();
    let covering = base.network.owned.covering(prefix).next();
    match allowed {
        None => Some(Relaxation {
            key: "owned",
            subject: prefix.to_string(),
            message: format!("`{prefix}` is owned now, and base owns nothing that covers it"),
            head: owned.prefix.span.clone(),
            base: base
                .network
                .owned
                .iter()
                .next()
                .map(|first| first.prefix.span.clone()),
        }),
        Some(allowed) if longest(owned) > allowed => Some(Relaxation {
            key: "max-length",
            subject: prefix.to_string(),
            message: format!(
                "of `{prefix}` prefixes up to /{} are meant now, up to /{allowed} in base",
                longest(owned)
            ),
            head: owned
                .max_length
                .as_ref()
                .map_or(&owned.prefix.span, |limit| &limit.span)
                .clone(),
            base: covering.map(|owned| owned.prefix.span.clone()),
        }),
        Some(_) => None,
    }
}
