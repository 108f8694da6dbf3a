//! Why neighbours receive a prefix, or do not: the statement and each policy term that decided.

pub mod human;
mod text;

use std::collections::BTreeSet;

use rules::report::v1::Undecided as Gap;
use rules::{Outcome, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::change::{Change, Side};
use crate::diff::not_understood;
use crate::diff::record::route;
use crate::diff::v1::Route;
use crate::evidence;
use crate::model::Prefix;
use crate::sides::Sides;
use crate::wording::{count, list};

use text::Texts;

/// The value of `schema`.
pub const SCHEMA: &str = "bgp-ci.why/v1";

/// The answer about one prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "bgp-ci why, version 1")]
pub struct Why {
    /// Always `bgp-ci.why/v1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// What was asked about.
    pub prefix: String,
    /// The only site that was asked about; null for all.
    pub site: Option<String>,
    /// What is received of it after the change, by site, router and neighbour.
    pub head: Vec<Received>,
    /// The same before; null without a base.
    pub base: Option<Vec<Received>>,
    /// What there is to know about a prefix, the nearest thing first.
    pub about: Vec<Fact>,
    /// What was not understood, or could not be seen.
    pub undecided: Vec<Gap>,
}

/// One announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Received {
    /// Where.
    pub site: String,
    /// The router there.
    pub router: String,
    /// To whom.
    pub neighbor: String,
    /// The other end's address, where the files say one.
    pub address: Option<String>,
    /// Whether the neighbour is another system.
    pub external: bool,
    /// What it receives.
    pub route: Route,
    /// The lines of the statement that makes it, most exact first.
    pub statement: Vec<Line>,
    /// The lines of the policy terms that touched it, in their order.
    pub terms: Vec<Line>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The file.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// The line without its indentation; empty where it cannot be shown.
    pub text: String,
}

/// Something to know about a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// What: a lower-case fragment.
    pub message: String,
    /// Where it is written, if anywhere.
    pub place: Option<Line>,
}

/// Why `prefix` is received, or is not, on the sides of `change`; at `site` alone, if one is given.
pub fn of(
    prefix: Prefix,
    site: Option<&str>,
    change: &Change,
    sides: &Sides<'_>,
    outcome: &Outcome,
) -> Why {
    let mut texts = Texts::new(sides, outcome);
    let head = received(&change.head, prefix, site, &mut texts);
    let base = change.base.as_ref();
    let base = base.map(|base| received(base, prefix, site, &mut texts));
    let about = about(change, prefix, site, &mut texts);
    let mut undecided = outcome.undecided.clone();
    let both = change.base.iter().chain([&change.head]);
    undecided.extend(both.flat_map(not_understood));
    undecided.sort();
    undecided.dedup();
    Why {
        schema: SCHEMA.to_owned(),
        prefix: prefix.to_string(),
        site: site.map(str::to_owned),
        head,
        base,
        about,
        undecided: undecided.iter().map(Gap::from).collect(),
    }
}

/// What everybody receives of `prefix` on one side, our own routers too.
fn received(
    side: &Side,
    prefix: Prefix,
    site: Option<&str>,
    texts: &mut Texts<'_>,
) -> Vec<Received> {
    side.announcements
        .iter()
        .filter(|(key, _)| key.prefix == prefix)
        .filter(|(key, _)| site.is_none_or(|site| *key.site == *site))
        .map(|(key, announcement)| Received {
            site: key.site.to_string(),
            router: key.router.to_string(),
            neighbor: key.neighbor.to_string(),
            address: key.address.map(|address| address.to_string()),
            external: announcement.external,
            route: route(announcement),
            statement: texts.lines(&announcement.provenance),
            terms: texts.lines(&announcement.terms),
        })
        .collect()
}

/// Whose it is, and what else is announced around it.
fn about(change: &Change, prefix: Prefix, site: Option<&str>, texts: &mut Texts<'_>) -> Vec<Fact> {
    let head = &change.head;
    let mut facts = Vec::new();
    let mut add = |message: String, span: Option<&Span>| {
        let place = span.map(|span| texts.line(span));
        facts.push(Fact { message, place });
    };
    if let Some(site) = site {
        let elsewhere: BTreeSet<_> = head.of(prefix).map(|(key, _)| &key.site).collect();
        if head.of(prefix).all(|(key, _)| *key.site != *site) && !elsewhere.is_empty() {
            let sites = list(elsewhere, "no site");
            add(
                format!("it is not announced at {site}, but at {sites}"),
                None,
            );
        }
    }
    if head.of(prefix).next().is_none() {
        around(change, prefix, &mut add);
    }
    match head.network.owned.covering(prefix).next() {
        None => add("no entry of `owned` covers it".to_owned(), None),
        Some(owned) => {
            let whole = owned.prefix.value;
            let what = if whole == prefix {
                "it is owned".to_owned()
            } else {
                format!("it is a part of {whole}, which is owned")
            };
            let service = owned.service.as_ref();
            let service = service.map_or(String::new(), |name| format!(", for service `{name}`"));
            add(format!("{what}{service}"), Some(&owned.prefix.span));
            let longest = owned.max_length.as_ref();
            let longest = longest.map_or(whole.length(), |length| length.value);
            if prefix.length() > longest {
                add(
                    format!("it is longer than the /{longest} that may be announced"),
                    None,
                );
            }
        }
    }
    facts
}

/// What is announced near a prefix that is not.
fn around(change: &Change, prefix: Prefix, add: &mut impl FnMut(String, Option<&Span>)) {
    let head = &change.head;
    if let Some(base) = &change.base
        && let Some(statement) = evidence::statement(base, prefix)
    {
        let sites: BTreeSet<_> = base.of(prefix).map(|(key, _)| &key.site).collect();
        let message = format!("base announces it at {}", list(sites, "no site"));
        add(message, Some(&statement));
    }
    let wider = prefix.covering().skip(1);
    let announced = |prefix: &Prefix| head.of(*prefix).next().is_some();
    if let Some(cover) = wider.into_iter().find(announced) {
        let sites: BTreeSet<_> = head.of(cover).map(|(key, _)| &key.site).collect();
        let statement = evidence::statement(head, cover);
        let sites = list(sites, "no site");
        add(
            format!("{cover}, which covers it, is announced at {sites}"),
            statement.as_ref(),
        );
    }
    let inside: BTreeSet<Prefix> = head
        .external()
        .map(|(key, _)| key.prefix)
        .filter(|other| *other != prefix && prefix.covers(*other))
        .collect();
    if !inside.is_empty() {
        let parts = count(inside.len(), "part", "parts");
        add(
            format!("{parts} of it announced: {}", list(&inside, "none")),
            None,
        );
    }
    if !head.network.sources.is_empty() {
        add(
            "a filter of a router may reject it: what a router keeps to itself is not shown here"
                .to_owned(),
            None,
        );
    }
}

impl Why {
    /// Whether everything that is announced is known.
    pub fn is_complete(&self) -> bool {
        self.undecided.is_empty()
    }

    /// One indented object with nothing in it that a terminal or a log obeys.
    ///
    /// # Panics
    /// Never: all keys are text.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("its keys are text");
        rules::report::escape::json(&text) + "\n"
    }
}

/// The JSON Schema of [`Why`], as shipped in `schema/bgp-ci-why-v1.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Why).to_value()
}
