//! The plan: what a change does, as a text that has one form, and the hash that approvals name.
//!
//! # The canonical text
//! The first line is `preflight plan 1`. Every other line is one JSON object without blanks whose
//! keys are sorted; the lines are sorted by their bytes, each stands once, and each ends in a line
//! feed. The hash is SHA-256 over the whole, written `sha256:` and 64 hexadecimal digits.
//!
//! * `{"kind":"announcement","side":"-"|"+",…}`: an announcement that only base (`-`) or only head
//!   (`+`) makes, or both with different attributes: who receives what, every attribute, the
//!   services, whether it is passed on, and how certain that is.
//! * `{"kind":"session","side":…,…}`: the same for sessions, with what guards and limits them.
//! * `{"kind":"list",…}`, `{"kind":"flow",…}` and `{"kind":"data",…}`: the same for the entries of
//!   lists that filters ask, for flow specifications, and for what RPKI and IRR data say about the
//!   space that either side owns or announces.
//! * `{"kind":"policy","key":[…],"side":…,"value":…}`: a value that only one side's policy has. Of
//!   a list, each entry is a value, and their order does not count. The approvals are left out, and
//!   so are the statements below `announcements`, the names of the routers' files and the values
//!   filled into them: what they do is among the announcements and sessions.
//! * `{"key":…,"kind":"relaxed","message":…,"subject":…}`: what
//!   [`crate::relaxation`] finds weaker.
//!
//! No line, column, comment or path of a router's file is part of it, so moving and reformatting
//! keeps a hash, and whatever changes what somebody receives or what is judged voids it.

mod beside;
mod policy;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::change::Side;
use crate::model::announcement::Source;
use crate::model::session::{Channel, Policy, Protection, Session};
use crate::model::{Announcement, Difference, Key, Presence, SessionKey};
use crate::relaxation;

/// The first line of the canonical text.
const VERSION: &str = "preflight plan 1\n";

/// The hash of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plan(String);

impl Plan {
    /// The plan of the change from `base` to `head`, whose sessions are matched by `sessions`.
    pub fn of(base: &Side, head: &Side, sessions: &BTreeMap<SessionKey, SessionKey>) -> Self {
        Self::hash(&text(base, head, sessions))
    }

    fn hash(text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        let mut hash = "sha256:".to_owned();
        for byte in digest {
            use fmt::Write as _;
            write!(hash, "{byte:02x}").expect("writing to a string cannot fail");
        }
        Self(hash)
    }

    /// `sha256:` and 64 hexadecimal digits: what approvals name and signatures are over.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The canonical text of the change from `base` to `head`.
pub fn text(base: &Side, head: &Side, sessions: &BTreeMap<SessionKey, SessionKey>) -> String {
    let mut lines = BTreeSet::new();
    let mut add = |value: Value| {
        lines.insert(policy::sorted(value).to_string());
    };
    let difference = Difference::between(&base.announcements, &head.announcements, sessions);
    for (key, then) in difference.removed {
        add(announcement("-", key, then));
    }
    for (key, now) in difference.added {
        add(announcement("+", key, now));
    }
    for (key, then, now) in difference.changed {
        add(announcement("-", key, then));
        add(announcement("+", key, now));
    }
    let before = base.sessions.iter().map(|(key, one)| session(key, one));
    let after = head.sessions.iter().map(|(key, one)| session(key, one));
    differing("session", before.collect(), after.collect(), &mut add);
    let (was, is) = (beside::lists(base, head), beside::lists(head, base));
    differing("list", was, is, &mut add);
    differing("flow", beside::flows(base), beside::flows(head), &mut add);
    let (was, is) = (beside::statements(base), beside::statements(head));
    differing("network", was, is, &mut add);
    let (was, is) = (beside::data(base, head), beside::data(head, base));
    differing("data", was, is, &mut add);
    differing(
        "policy",
        policy::facts(&base.policy),
        policy::facts(&head.policy),
        &mut add,
    );
    for weaker in relaxation::between(base, head) {
        add(json!({
            "kind": "relaxed",
            "key": weaker.key,
            "subject": weaker.subject,
            "message": weaker.message,
        }));
    }
    let mut text = VERSION.to_owned();
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// A value of the policy that only one side has, or both in another form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The keys that lead to it, with dots between them.
    pub key: String,
    /// Base's value.
    pub before: Option<String>,
    /// Head's.
    pub after: Option<String>,
}

/// What head's policy says differently, sorted.
pub fn policy_changes(base: &rules::policy::Policy, head: &rules::policy::Policy) -> Vec<Fact> {
    let mut keys: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
    differing("", policy::facts(base), policy::facts(head), &mut |fact| {
        let words = fact.get("key").and_then(Value::as_array);
        let words = words.into_iter().flatten().filter_map(Value::as_str);
        let words: Vec<&str> = words.filter(|word| *word != "bgp").collect();
        let value = fact.get("value").map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let (before, after) = keys.entry(words.join(".")).or_default();
        if fact.get("side").and_then(Value::as_str) == Some("-") {
            before.extend(value);
        } else {
            after.extend(value);
        }
    });
    let mut facts = Vec::new();
    for (key, (before, after)) in keys {
        let mut add = |before, after| {
            let key = key.clone();
            facts.push(Fact { key, before, after });
        };
        if let ([was], [is]) = (before.as_slice(), after.as_slice()) {
            add(Some(was.clone()), Some(is.clone()));
        } else {
            for was in before {
                add(Some(was), None);
            }
            for is in after {
                add(None, Some(is));
            }
        }
    }
    facts
}

/// Adds what only one of the two sides has, each an object without kind and side.
fn differing(kind: &str, before: Vec<Value>, after: Vec<Value>, add: &mut impl FnMut(Value)) {
    let keyed = |all: Vec<Value>| -> BTreeMap<String, Value> {
        let sorted = all.into_iter().map(policy::sorted);
        sorted.map(|value| (value.to_string(), value)).collect()
    };
    let (before, after) = (keyed(before), keyed(after));
    let mut one = |side: &str, value: &Value| {
        let mut value = value.clone();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("kind".to_owned(), kind.into());
            fields.insert("side".to_owned(), side.into());
        }
        add(value);
    };
    for (text, value) in &before {
        if !after.contains_key(text) {
            one("-", value);
        }
    }
    for (text, value) in &after {
        if !before.contains_key(text) {
            one("+", value);
        }
    }
}

fn announcement(side: &str, key: &Key, announcement: &Announcement) -> Value {
    let Announcement {
        route,
        external,
        presence,
        provenance: _,
        terms: _,
        certainty,
    } = announcement;
    let from = match &route.source {
        Source::Learned { from } => Some(name(from)),
        _ => None,
    };
    json!({
        "kind": "announcement",
        "side": side,
        "prefix": key.prefix.to_string(),
        "session": name(&key.session()),
        "external": external,
        "path": route.path.to_string(),
        "origin-code": route.origin_code.as_str(),
        "communities": shown(&route.communities),
        "med": route.med,
        "local-pref": route.local_pref,
        "next-hop": route.next_hop.to_string(),
        "otc": route.otc.map(|otc| otc.0),
        "source": route.source.as_str(),
        "from": from,
        "services": shown(&route.services),
        "presence": match presence {
            Presence::Present => "present".to_owned(),
            Presence::KeptBy(community) => format!("kept by {community}"),
            Presence::Loop(asn) => format!("looped by {asn}"),
        },
        "certainty": certainty.as_str(),
    })
}

fn session(key: &SessionKey, session: &Session) -> Value {
    let Session {
        span: _,
        configured,
        asn,
        local_asn,
        // No neighbour receives anything else because of it.
        local_address: _,
        external,
        declared,
        // What it can have says nothing about what it has.
        takes_role: _,
        role,
        protections,
        channels,
    } = session;
    let channels: BTreeMap<&str, Value> = channels
        .iter()
        .map(|(family, channel)| (family.as_str(), self::channel(channel)))
        .collect();
    // Another role is another protection.
    let protections: Vec<String> = protections
        .iter()
        .map(|one| match (one, role) {
            (Protection::Role, Some(role)) => format!("{}: {}", one.as_str(), role.as_str()),
            _ => one.as_str().to_owned(),
        })
        .collect();
    json!({
        "session": name(key),
        "configured": configured,
        "asn": asn.map(|asn| asn.0),
        "local-asn": local_asn.0,
        "external": external,
        "declared": declared,
        "protections": protections,
        "channels": channels,
    })
}

fn channel(channel: &Channel) -> Value {
    let Channel {
        span: _,
        import_limit,
        import,
        export,
    } = channel;
    let word = |policy: &Policy| match policy {
        Policy::Unknown => "unknown",
        Policy::Absent => "absent",
        Policy::All => "all",
        Policy::Nothing => "nothing",
        Policy::Filtered => "filtered",
    };
    json!({
        "import": word(import),
        "export": word(export),
        "import-limit": import_limit
            .as_ref()
            .map(|limit| json!([limit.prefixes, format!("{:?}", limit.action)])),
    })
}

/// Site, router, neighbour and address.
fn name(session: &SessionKey) -> Value {
    let SessionKey {
        site,
        router,
        neighbor,
        address,
    } = session;
    json!([
        &**site,
        &**router,
        &**neighbor,
        address.map(|address| address.to_string())
    ])
}

fn shown<T: fmt::Display>(all: &BTreeSet<T>) -> Vec<String> {
    let mut shown: Vec<String> = all.iter().map(ToString::to_string).collect();
    shown.sort();
    shown
}

#[cfg(test)]
mod tests;
