//! Exemptions: findings that the policy accepts for a while, each with a reason and an end.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{Error, Policy, Spanned};
use crate::{Finding, Span};

/// One exemption as the policy has it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "exemption")]
pub(super) struct Entry {
    /// The rule whose findings are accepted.
    pub(super) rule: Spanned<String>,
    /// Which findings; all keys given must match, and at least one must be given.
    #[serde(rename = "match")]
    matching: Spanned<MatchEntry>,
    /// The last day (UTC) on which the exemption holds, as 2026-12-31, or the instant at which it
    /// ends, as 2026-12-31T12:00:00Z.
    until: Spanned<String>,
    /// Why, for the person who meets it.
    reason: Spanned<String>,
}

/// What a finding must look like.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "match")]
struct MatchEntry {
    /// A glob for the path, relative to the policy's folder.
    path: Option<Spanned<String>>,
    /// The fingerprint, as the JSON report gives it.
    fingerprint: Option<Spanned<String>>,
    /// A glob for the message.
    message: Option<Spanned<String>>,
    /// Globs for values of the finding's `data`; of a list, one element must match.
    #[serde(default)]
    data: BTreeMap<String, Spanned<String>>,
}

impl MatchEntry {
    /// What it matches, as one text without places.
    fn about(&self) -> String {
        let given = [
            ("path", &self.path),
            ("fingerprint", &self.fingerprint),
            ("message", &self.message),
        ];
        let plain = given
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.as_ref()?)));
        let data = self.data.iter().map(|(key, value)| (key.as_str(), value));
        plain
            .chain(data)
            .map(|(key, value)| format!("{key}={:?}", value.value))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Findings of one rule that the policy accepts until a day, for a reason.
#[derive(Debug, Clone)]
pub struct Exemption {
    /// The rule.
    pub rule: String,
    /// Where the policy names the rule.
    pub span: Span,
    /// Where the policy gives the end.
    pub until_span: Span,
    /// The instant at which it no longer holds.
    pub ends: Timestamp,
    /// The end as the policy has it.
    pub until: String,
    /// Why.
    pub reason: String,
    path: Option<GlobMatcher>,
    fingerprint: Option<String>,
    message: Option<GlobMatcher>,
    data: Vec<(String, GlobMatcher)>,
    /// What it matches, in the order above, for its fingerprint.
    about: String,
}

impl Exemption {
    /// Whether it covers `finding`, whose path relative to the policy's folder is `path`.
    pub fn covers(&self, finding: &Finding, path: &str) -> bool {
        self.rule == finding.rule.id
            && self
                .fingerprint
                .as_ref()
                .is_none_or(|wanted| *wanted == finding.fingerprint)
            && self.path.as_ref().is_none_or(|glob| glob.is_match(path))
            && self
                .message
                .as_ref()
                .is_none_or(|glob| glob.is_match(&finding.message))
            && self.data.iter().all(|(key, glob)| {
                finding
                    .data
                    .get(key)
                    .is_some_and(|value| value_matches(value, glob))
            })
    }

    /// What it is about: rule and match, for the fingerprint of findings about it.
    pub fn about(&self) -> [&str; 2] {
        [&self.rule, &self.about]
    }
}

impl Entry {
    /// Checks the entry and compiles its globs.
    pub(super) fn compile(&self, policy: &Policy) -> Result<Exemption, Error> {
        let matching = &self.matching.value;
        let about = matching.about();
        if matching.path.is_none()
            && matching.fingerprint.is_none()
            && matching.message.is_none()
            && matching.data.is_empty()
        {
            return Err(policy
                .error(&self.rule, "this exemption matches nothing in particular")
                .with_help(
                    "give `match` a path, fingerprint, message or data; `path: \"**\"` for all",
                ));
        }
        if self.reason.trim().is_empty() {
            return Err(policy.error(&self.reason, "an exemption needs a reason"));
        }
        if let Some(wanted) = &matching.fingerprint
            && !(wanted.len() == 32 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            return Err(policy.error(wanted, "a fingerprint is 32 hexadecimal digits"));
        }
        let Some(ends) = end(&self.until) else {
            return Err(policy
                .error(&self.until, "this is no date")
                .with_help("write the last day on which it holds, as 2026-12-31"));
        };
        Ok(Exemption {
            rule: self.rule.value.clone(),
            span: policy.span(&self.rule),
            until_span: policy.span(&self.until),
            ends,
            until: self.until.value.clone(),
            reason: self.reason.trim().to_owned(),
            path: compile(policy, matching.path.as_ref(), true)?,
            fingerprint: matching
                .fingerprint
                .as_ref()
                .map(|wanted| wanted.to_ascii_lowercase()),
            message: compile(policy, matching.message.as_ref(), false)?,
            data: matching
                .data
                .iter()
                .map(|(key, glob)| {
                    let compiled = compile(policy, Some(glob), false)?;
                    Ok(compiled.map(|compiled| (key.clone(), compiled)))
                })
                .filter_map(Result::transpose)
                .collect::<Result<_, Error>>()?,
            about,
        })
    }
}

/// The first instant at which an exemption no longer holds.
fn end(until: &str) -> Option<Timestamp> {
    if let Ok(instant) = until.parse() {
        return Some(instant);
    }
    let day: jiff::civil::Date = until.parse().ok()?;
    let next = day.tomorrow().ok()?;
    Some(next.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

fn compile(
    policy: &Policy,
    glob: Option<&Spanned<String>>,
    path: bool,
) -> Result<Option<GlobMatcher>, Error> {
    let Some(glob) = glob else { return Ok(None) };
    let built = GlobBuilder::new(glob)
        .literal_separator(path)
        .backslash_escape(true)
        .build()
        .map_err(|error| {
            let reason = crate::escape::word(&error.kind().to_string()).into_owned();
            policy.error(glob, format!("this is no glob: {reason}"))
        })?;
    Ok(Some(built.compile_matcher()))
}

fn value_matches(value: &Value, glob: &GlobMatcher) -> bool {
    match value {
        Value::String(text) => glob.is_match(text),
        Value::Array(elements) => elements.iter().any(|element| match element {
            Value::String(text) => glob.is_match(text),
            other => glob.is_match(other.to_string()),
        }),
        other => glob.is_match(other.to_string()),
    }
}
