//! The answer for people at a terminal.

use std::collections::{BTreeMap, BTreeSet};

use rules::report::escape;
use rules::report::paint::{Page, Role};

use super::{Line, Received, Why};
use crate::wording::{count, list};

/// The report.
pub fn render(why: &Why, page: &Page) -> String {
    let mut out = String::new();
    let site = why.site.as_deref().map(escape::text);
    let place = site.map_or(String::new(), |site| format!(" at {site}"));
    let title = format!("{}{place}", why.prefix);
    push(&mut out, &page.paint(Role::Strong, &title));
    if why.base.as_ref().is_some_and(|base| same(base, &why.head)) {
        side("before and after", &why.head, page, &mut out);
    } else {
        if let Some(base) = &why.base {
            side("before", base, page, &mut out);
        }
        let name = if why.base.is_some() { "after" } else { "now" };
        side(name, &why.head, page, &mut out);
    }
    if !why.about.is_empty() {
        push(&mut out, "");
    }
    for fact in &why.about {
        for line in page.wrap(&escape::text(&fact.message), "", "  ") {
            push(&mut out, &line);
        }
        if let Some(place) = &fact.place {
            self::place("", place, page, &mut out);
        }
    }
    for gap in &why.undecided {
        let place = match gap.at {
            Some(at) => format!("{}:{}:{}", gap.path, at.line, at.column),
            None => gap.path.clone(),
        };
        let lead = page.paint(Role::Warn, "not known:");
        let text = format!("{}: {}", escape::text(&place), escape::text(&gap.reason));
        push(&mut out, &format!("{lead} {text}"));
    }
    escape::line_starts(&out)
}

/// Whether two sides say the same, but for where files lie.
fn same(base: &[Received], head: &[Received]) -> bool {
    let bare = |received: &Received| {
        let mut bare = received.clone();
        bare.route.provenance.clear();
        bare.route.terms.clear();
        let lines = bare.statement.iter_mut().chain(&mut bare.terms);
        for line in lines {
            line.path.clear();
        }
        bare
    };
    base.iter().map(bare).eq(head.iter().map(bare))
}

/// One side: sessions that receive the same for the same reasons stand together.
fn side(name: &str, received: &[Received], page: &Page, out: &mut String) {
    push(out, "");
    if received.is_empty() {
        push(out, &format!("{name}: nobody receives it"));
        return;
    }
    let present = received.iter().filter(|one| one.route.present).count();
    let sessions = count(received.len(), "session receives", "sessions receive");
    let spread = match present {
        0 => "it, and none passes it on".to_owned(),
        1 if received.len() == 1 => "it, and passes it on".to_owned(),
        present if present == received.len() => "it, and pass it on".to_owned(),
        present => format!("it, and {present} pass it on"),
    };
    push(out, &format!("{name}: {sessions} {spread}"));
    let mut groups: BTreeMap<String, Vec<&Received>> = BTreeMap::new();
    for one in received {
        let reasons = (&one.statement, &one.terms);
        let mut route = one.route.clone();
        route.provenance.clear();
        route.terms.clear();
        groups
            .entry(format!("{route:?}{reasons:?}"))
            .or_default()
            .push(one);
    }
    let mut groups: Vec<Vec<&Received>> = groups.into_values().collect();
    groups.sort_by_key(|group| group.first().map(|one| (&one.site, &one.neighbor)));
    for group in groups {
        let Some(one) = group.first() else { continue };
        push(out, "");
        let neighbors: BTreeSet<String> = group
            .iter()
            .map(|one| escape::text(&one.neighbor))
            .collect();
        let sites: BTreeSet<String> = group.iter().map(|one| escape::text(&one.site)).collect();
        let to = format!(
            "to {} at {}",
            list(neighbors, "nobody"),
            list(sites, "no site")
        );
        for line in page.wrap(&to, "  ", "    ") {
            push(out, &page.paint(Role::Strong, &line));
        }
        for line in page.wrap(&attributes(one), "    ", "      ") {
            push(out, &line);
        }
        if let Some(by) = &one.route.kept_by {
            let text = format!("kept back by {}", escape::text(by));
            push(out, &format!("    {}", page.paint(Role::Deny, &text)));
        }
        for line in &one.statement {
            place("statement", line, page, out);
        }
        for line in &one.terms {
            place("term", line, page, out);
        }
    }
}

/// What is received, in one line.
fn attributes(one: &Received) -> String {
    let route = &one.route;
    let mut parts = vec![match route.path.as_str() {
        "" => "empty path".to_owned(),
        path => format!("path {path}"),
    }];
    let communities = [
        &route.communities,
        &route.large_communities,
        &route.extended_communities,
    ];
    let communities: Vec<&str> = communities
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if !communities.is_empty() {
        parts.push(format!("communities {}", communities.join(" ")));
    }
    let numbers = [("MED", route.med), ("local preference", route.local_pref)];
    for (name, value) in numbers {
        parts.extend(value.map(|value| format!("{name} {value}")));
    }
    if route.next_hop != "self" {
        parts.push(format!("next hop {}", route.next_hop));
    }
    parts.extend(route.otc.map(|otc| format!("only-to-customer {otc}")));
    if !route.services.is_empty() {
        parts.push(format!(
            "service {}",
            escape::text(&route.services.join(", "))
        ));
    }
    if route.source != "intent" {
        parts.push(route.source.clone());
    }
    if !one.external {
        parts.push("our own router".to_owned());
    }
    if route.certainty != rules::Certainty::Proven {
        parts.push(route.certainty.as_str().to_owned());
    }
    parts.join(", ")
}

/// `statement preflight.yaml:12:9  - { service: edge }`
fn place(word: &str, line: &Line, page: &Page, out: &mut String) {
    let at = format!("{}:{}:{}", escape::text(&line.path), line.line, line.column);
    let lead = if word.is_empty() {
        "  ".to_owned()
    } else {
        format!("    {word:9} ")
    };
    let text = escape::text(&line.text);
    let used = lead.chars().count() + at.chars().count() + 2;
    let at = page.paint(Role::Place, &at);
    let room = page.width.saturating_sub(used);
    // A line that would be cut to nothing stands below its place.
    if room >= 30 || text.is_empty() {
        push(out, &format!("{lead}{at}  {}", page.fit(&text, room)));
    } else {
        let indent = " ".repeat(lead.chars().count());
        push(out, &format!("{lead}{at}"));
        let room = page.width.saturating_sub(indent.len());
        push(out, &format!("{indent}{}", page.fit(&text, room)));
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}
