//! A policy as facts, whatever its layout: one for each value, with the keys that lead to it.

use rules::ids::{self, Part};
use rules::policy::Policy;
use serde_json::{Map, Value, json};

/// Keys of a source that name files or are filled into them.
const FILES: [&str; 5] = ["entry", "glob", "site-from", "include", "vars"];

/// What `policy` says that concerns this part, without its approvals.
pub(super) fn facts(policy: &Policy) -> Vec<Value> {
    let mut facts = Vec::new();
    let Some(text) = policy.text() else {
        return facts;
    };
    // It was read before with the same parser and tighter bounds; what that refused has no side.
    let Ok(document) = serde_saphyr::from_str::<Value>(text) else {
        return vec![json!({ "key": [], "value": &**text })];
    };
    if let Some(section) = document.get("bgp") {
        for (key, value) in section.as_object().into_iter().flatten() {
            match key.as_str() {
                "announcements" | "approvals" | "base" | "head" => {}
                "sources" => leaves(&mut vec!["bgp", "sources"], &unnamed(value), &mut facts),
                key => leaves(&mut vec!["bgp", key], value, &mut facts),
            }
        }
    }
    let ours = |id: &str| ids::part(id) == Some(Part::Bgp);
    let levels = document.get("levels").and_then(Value::as_object);
    for (id, level) in levels.into_iter().flatten().filter(|(id, _)| ours(id)) {
        leaves(&mut vec!["levels", id], level, &mut facts);
    }
    let exemptions = document.get("exemptions").and_then(Value::as_array);
    for exemption in exemptions.into_iter().flatten() {
        let rule = exemption.get("rule").and_then(Value::as_str);
        if rule.is_some_and(ours) {
            facts.push(json!({ "key": ["exemptions"], "value": plain(exemption) }));
        }
    }
    facts
}

/// Sources without the names of their files.
fn unnamed(sources: &Value) -> Value {
    let mut sources = sources.clone();
    for source in sources.as_array_mut().into_iter().flatten() {
        if let Some(fields) = source.as_object_mut() {
            for key in FILES {
                fields.remove(key);
            }
        }
    }
    sources
}

fn leaves<'a>(keys: &mut Vec<&'a str>, value: &'a Value, facts: &mut Vec<Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, value) in fields {
                keys.push(key);
                leaves(keys, value, facts);
                keys.pop();
            }
        }
        Value::Array(entries) => {
            let entries = entries.iter().map(plain);
            facts.extend(entries.map(|entry| json!({ "key": keys, "value": entry })));
        }
        _ => facts.push(json!({ "key": keys, "value": plain(value) })),
    }
}

/// A value without the choices that YAML leaves: `64500` and `"64500"` are one, and so are
/// nothing and an empty object. Every list of the section is a set.
fn plain(value: &Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(_) | Value::String(_) => value.clone(),
        Value::Number(number) => number.to_string().into(),
        Value::Array(entries) => {
            let mut entries: Vec<Value> = entries.iter().map(plain).map(sorted).collect();
            entries.sort_by_cached_key(ToString::to_string);
            Value::Array(entries)
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| (key.clone(), plain(value)));
            Value::Object(fields.collect())
        }
    }
}

/// The same value with its keys in order, at every depth.
pub(super) fn sorted(value: Value) -> Value {
    match value {
        Value::Array(entries) => entries.into_iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            let fields = fields.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other,
    }
}
