//! What a change does to the sessions themselves, and to what must hold.

use std::collections::BTreeSet;

use super::lines::Lines;
use super::v1::Kind;
use crate::change::{Change, Side};
use crate::model::Name;
use crate::model::session::{Channel, Policy, Session, SessionKey};
use crate::plan;
use crate::relaxation;

/// Sessions that come, go or change.
pub(super) fn sessions(change: &Change, base: &Side, lines: &mut Lines) {
    let kept: BTreeSet<&SessionKey> = change.sessions.values().collect();
    for (key, session) in &base.sessions {
        let now = change.sessions.get(key);
        let now = now.and_then(|key| change.head.sessions.get_key_value(key));
        match now {
            None => one(lines, '-', &named(key, session), key),
            Some((now_key, now)) => {
                for (sign, what) in changes((key, session), (now_key, now)) {
                    one(lines, sign, &what, now_key);
                }
            }
        }
    }
    for (key, session) in &change.head.sessions {
        if !kept.contains(key) {
            one(lines, '+', &named(key, session), key);
        }
    }
}

fn one(lines: &mut Lines, sign: char, what: &str, key: &SessionKey) {
    let place = (None, key.neighbor.clone(), key.site.clone());
    lines.add(Kind::Sessions, sign, what, "", place);
}

/// `session transit-a (AS64501, 192.0.2.1)`
fn named(key: &SessionKey, session: &Session) -> String {
    let asn = session.asn.map(|asn| asn.to_string());
    let about: Vec<String> = asn
        .into_iter()
        .chain(key.address.map(|address| address.to_string()))
        .collect();
    let about = if about.is_empty() {
        String::new()
    } else {
        format!(" ({})", about.join(", "))
    };
    format!("session {}{about}", key.neighbor)
}

type Keyed<'a> = (&'a SessionKey, &'a Session);

fn changes(then: Keyed<'_>, now: Keyed<'_>) -> Vec<(char, String)> {
    let ((was_key, was), (is_key, is)) = (then, now);
    let mut changes = Vec::new();
    let name = &is_key.neighbor;
    let mut other = |about: &str, was: String, is: String| {
        if was != is {
            changes.push(('~', format!("session {name}: {about} {was} → {is}")));
        }
    };
    let word = |name: &Name| name.to_string();
    other("name", word(&was_key.neighbor), word(name));
    other("router", word(&was_key.router), word(&is_key.router));
    let address = |key: &SessionKey| {
        key.address
            .map_or_else(|| "none".to_owned(), |address| address.to_string())
    };
    other("address", address(was_key), address(is_key));
    let asn = |session: &Session| {
        session
            .asn
            .map_or_else(|| "any".to_owned(), |asn| asn.to_string())
    };
    other("number", asn(was), asn(is));
    let own = |session: &Session| session.local_asn.to_string();
    other("our number", own(was), own(is));
    let declared = |session: &Session| {
        let word = if session.declared {
            "declared"
        } else {
            "undeclared"
        };
        word.to_owned()
    };
    other("neighbour", declared(was), declared(is));
    // That there is one at all is a protection, which is named below.
    if let (Some(was), Some(is)) = (was.role, is.role) {
        other("our role", was.as_str().to_owned(), is.as_str().to_owned());
    }
    let families: BTreeSet<_> = was.channels.keys().chain(is.channels.keys()).collect();
    for family in families {
        let (was, is) = (was.channels.get(family), is.channels.get(family));
        let family = family.as_str();
        let there = |channel: Option<&Channel>| channel.map_or("none", |_| "there").to_owned();
        other(family, there(was), there(is));
        let (Some(was), Some(is)) = (was, is) else {
            continue;
        };
        let policies = [
            ("import", was.import, is.import),
            ("export", was.export, is.export),
        ];
        for (about, was, is) in policies {
            other(&format!("{family} {about}"), policy(was), policy(is));
        }
        other(&format!("{family} import limit"), limit(was), limit(is));
    }
    for gone in was.protections.difference(&is.protections) {
        changes.push(('-', format!("session {name}: {}", gone.as_str())));
    }
    for new in is.protections.difference(&was.protections) {
        changes.push(('+', format!("session {name}: {}", new.as_str())));
    }
    changes
}

fn policy(policy: Policy) -> String {
    let word = match policy {
        Policy::Unknown => "not known",
        Policy::Absent => "without a policy",
        Policy::All => "everything",
        Policy::Nothing => "nothing",
        Policy::Filtered => "filtered",
    };
    word.to_owned()
}

fn limit(channel: &Channel) -> String {
    channel
        .import_limit
        .as_ref()
        .map_or_else(|| "none".to_owned(), |limit| limit.prefixes.to_string())
}

/// What the policy asks for differently, and what of that is less than before.
pub(super) fn policy_lines(change: &Change, base: &Side, lines: &mut Lines) {
    for weaker in relaxation::between(base, &change.head) {
        let what = format!("relaxed: {}", weaker.message);
        lines.tell(Kind::Policy, '!', &what, "");
    }
    for fact in plan::policy_changes(&base.policy, &change.head.policy) {
        let (sign, what) = match (fact.before, fact.after) {
            (Some(was), Some(is)) => ('~', format!("{} {was} → {is}", fact.key)),
            (Some(was), None) => ('-', format!("{} {was}", fact.key)),
            (None, Some(is)) => ('+', format!("{} {is}", fact.key)),
            (None, None) => continue,
        };
        lines.tell(Kind::Policy, sign, &what, "");
    }
}
