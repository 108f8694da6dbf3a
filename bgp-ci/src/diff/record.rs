//! Single announcements that change, with everything that is known about them.

use rules::Span;

use super::v1::{Change, How, Place, Route};
use crate::model::{Announcement, Community, Difference, Key, Presence};

/// Every announcement of `difference`, sorted.
pub(super) fn all(difference: &Difference<'_>) -> Vec<Change> {
    let removed = difference.removed.iter();
    let added = difference.added.iter();
    let changed = difference.changed.iter();
    let mut all: Vec<(&Key, Change)> = removed
        .map(|(key, then)| (*key, change(key, Some(then), None)))
        .chain(added.map(|(key, now)| (*key, change(key, None, Some(now)))))
        .chain(changed.map(|(key, then, now)| (*key, change(key, Some(then), Some(now)))))
        .collect();
    all.sort_by_key(|(a, _)| *a);
    all.into_iter().map(|(_, change)| change).collect()
}

fn change(key: &Key, then: Option<&Announcement>, now: Option<&Announcement>) -> Change {
    let (before, after) = (then.map(route), now.map(route));
    let attributes = match (&before, &after) {
        (Some(before), Some(after)) => differing(before, after),
        _ => Vec::new(),
    };
    Change {
        prefix: key.prefix.to_string(),
        family: key.family().as_str().to_owned(),
        site: key.site.to_string(),
        router: key.router.to_string(),
        neighbor: key.neighbor.to_string(),
        address: key.address.map(|address| address.to_string()),
        external: now.or(then).is_some_and(|one| one.external),
        change: match (then, now) {
            (None, _) => How::Added,
            (_, None) => How::Removed,
            _ => How::Changed,
        },
        attributes,
        before,
        after,
    }
}

fn differing(before: &Route, after: &Route) -> Vec<String> {
    let pairs = [
        ("path", before.path != after.path),
        ("origin", before.origin != after.origin),
        ("origin_code", before.origin_code != after.origin_code),
        ("communities", before.communities != after.communities),
        (
            "large_communities",
            before.large_communities != after.large_communities,
        ),
        (
            "extended_communities",
            before.extended_communities != after.extended_communities,
        ),
        ("med", before.med != after.med),
        ("local_pref", before.local_pref != after.local_pref),
        ("next_hop", before.next_hop != after.next_hop),
        ("otc", before.otc != after.otc),
        ("source", before.source != after.source),
        ("services", before.services != after.services),
        ("present", before.present != after.present),
    ];
    let differ = pairs.into_iter().filter(|(_, differ)| *differ);
    differ.map(|(name, _)| name.to_owned()).collect()
}

/// An announcement as machines read it.
pub(crate) fn route(announcement: &Announcement) -> Route {
    let route = &announcement.route;
    let communities = |kind: fn(&Community) -> bool| -> Vec<String> {
        let all = route.communities.iter().filter(|one| kind(one));
        all.map(ToString::to_string).collect()
    };
    Route {
        path: route.path.to_string(),
        origin: route.origin().map(|asn| asn.0),
        origin_code: route.origin_code.as_str().to_owned(),
        communities: communities(|one| matches!(one, Community::Standard(..))),
        large_communities: communities(|one| matches!(one, Community::Large(..))),
        extended_communities: communities(|one| matches!(one, Community::Extended(_))),
        med: route.med,
        local_pref: route.local_pref,
        next_hop: route.next_hop.to_string(),
        otc: route.otc.map(|asn| asn.0),
        source: route.source.as_str().to_owned(),
        services: route.services.iter().map(ToString::to_string).collect(),
        present: announcement.presence == Presence::Present,
        kept_by: match announcement.presence {
            Presence::Present => None,
            Presence::KeptBy(community) => Some(community.to_string()),
            Presence::Loop(asn) => Some(asn.to_string()),
        },
        certainty: announcement.certainty,
        provenance: places(&announcement.provenance),
        terms: places(&announcement.terms),
    }
}

/// Places as machines read them.
pub(crate) fn places(spans: &[Span]) -> Vec<Place> {
    let place = |span: &Span| Place {
        path: span.path.to_string(),
        span: span.into(),
    };
    spans.iter().map(place).collect()
}
