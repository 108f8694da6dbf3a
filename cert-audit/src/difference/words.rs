//! A difference in words: the same for terminals and for Markdown.

use super::{Difference, One, Place, Why};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What changed.
    pub what: String,
    /// How; may be empty.
    pub detail: String,
}

impl Difference {
    /// Every change by its kind, the kinds that ask for something first.
    pub fn changes(&self) -> Vec<(&'static str, Vec<Change>)> {
        let unseen = |all: &[super::Unseen]| {
            all.iter()
                .map(|gap| change(gap.path.clone(), gap.reason.clone()))
                .collect()
        };
        let one = |one: &One| {
            change(
                one.name.clone(),
                format!("{}, {}", at(&one.places), until(one)),
            )
        };
        vec![
            (
                "not renewed",
                self.not_renewed
                    .iter()
                    .map(|one| {
                        let why = match (one.why, &one.successor) {
                            (Why::Superseded, Some(next)) => {
                                format!("another follows it in {}", at(&next.places))
                            }
                            _ => "it has ended".to_owned(),
                        };
                        let (at, until) = (at(&one.what.places), until(&one.what));
                        change(one.what.name.clone(), format!("{at}, {until}; {why}"))
                    })
                    .collect(),
            ),
            ("unseen now", unseen(&self.no_longer_seen)),
            ("removed", self.removed.iter().map(one).collect()),
            ("added", self.added.iter().map(one).collect()),
            (
                "renewed",
                self.renewed
                    .iter()
                    .map(|renewed| {
                        let was = &renewed.old.name;
                        let other = if !renewed.other_names {
                            String::new()
                        } else if *was == renewed.new.name {
                            ", with other names".to_owned()
                        } else {
                            format!(", which was {was}")
                        };
                        let (at, new) = (at(&renewed.new.places), until(&renewed.new));
                        let old = until(&renewed.old);
                        let old = old.trim_start_matches("until ");
                        change(
                            renewed.new.name.clone(),
                            format!("{at}, {new}, was {old}{other}"),
                        )
                    })
                    .collect(),
            ),
            (
                "moved",
                self.moved
                    .iter()
                    .map(|moved| {
                        let detail = match (moved.from.as_slice(), moved.to.as_slice()) {
                            ([], to) => format!("now also in {}", at(to)),
                            (from, []) => format!("no longer in {}", at(from)),
                            (from, to) => format!("from {} to {}", at(from), at(to)),
                        };
                        change(moved.what.name.clone(), detail)
                    })
                    .collect(),
            ),
            (
                "owner",
                self.owner_changed
                    .iter()
                    .map(|changed| {
                        let name = |owner: &Option<String>| {
                            owner.clone().unwrap_or_else(|| "nobody".to_owned())
                        };
                        let (from, to) = (name(&changed.from), name(&changed.to));
                        change(
                            changed.what.name.clone(),
                            format!("{to}, before {from}; {}", at(&changed.what.places)),
                        )
                    })
                    .collect(),
            ),
            ("seen again", unseen(&self.seen_again)),
        ]
    }

    /// What makes the two sides less comparable.
    pub fn caveats(&self) -> Vec<String> {
        let mut caveats = Vec::new();
        if self.old.policy_sha256 != self.new.policy_sha256 {
            caveats.push("the two sides were judged by different policies".to_owned());
        }
        if self.old.trust_sha256 != self.new.trust_sha256 {
            caveats.push("the two sides trust different anchors".to_owned());
        }
        for (side, name) in [(&self.old, "earlier"), (&self.new, "later")] {
            if side.unseen > 0 {
                caveats.push(format!(
                    "on the {name} side {} could not be looked at, and may differ",
                    side.unseen
                ));
            }
        }
        caveats
    }
}

fn change(what: String, detail: String) -> Change {
    Change { what, detail }
}

/// `a.pem`, `a.pem and 3 more places`.
fn at(places: &[Place]) -> String {
    let Some(first) = places.first() else {
        return "no place".to_owned();
    };
    let source = match first.source.as_str() {
        "" => String::new(),
        source => format!("{source}:"),
    };
    let more = match places.len() - 1 {
        0 => String::new(),
        1 => " and another place".to_owned(),
        more => format!(" and {more} more places"),
    };
    format!("{source}{}{more}", first.path)
}

/// `until 2027-02-12`.
fn until(one: &One) -> String {
    match &one.not_after {
        Some(end) => format!("until {}", end.split('T').next().unwrap_or(end)),
        None => "without end".to_owned(),
    }
}
