//! Routes of neighbours in a line, as `test-policy` reads them.

use std::fmt::Write as _;

use crate::model::{Community, OriginCode, Prefix};
use crate::router::propagate::Sent;

/// `198.51.100.0/24 path=64502,64505 communities=64500:100`.
pub fn notation(prefix: Prefix, sent: &Sent) -> String {
    let mut text = prefix.to_string();
    let path = sent.path.to_string().replace(' ', ",");
    if !path.is_empty() {
        let _ = write!(text, " path={path}");
    }
    let of = |wanted: fn(&Community) -> bool| {
        let all = sent.communities.iter().filter(|one| wanted(one));
        all.map(ToString::to_string).collect::<Vec<_>>().join(",")
    };
    let kinds = [
        (
            "communities",
            of(|one| matches!(one, Community::Standard(..))),
        ),
        (
            "large-communities",
            of(|one| matches!(one, Community::Large(..))),
        ),
        (
            "ext-communities",
            of(|one| matches!(one, Community::Extended(_))),
        ),
    ];
    for (name, list) in kinds.into_iter().filter(|(_, list)| !list.is_empty()) {
        let _ = write!(text, " {name}={list}");
    }
    if let Some(med) = sent.med {
        let _ = write!(text, " med={med}");
    }
    if let Some(otc) = sent.otc {
        let _ = write!(text, " otc={}", otc.0);
    }
    match sent.origin_code {
        OriginCode::Igp => {}
        OriginCode::Egp => text.push_str(" origin=egp"),
        OriginCode::Incomplete => text.push_str(" origin=incomplete"),
    }
    text
}
