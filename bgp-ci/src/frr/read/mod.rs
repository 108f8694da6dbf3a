//! Carrying out a file.
//!
//! A command is looked for in the section at hand, then in those around it, as FRR does: an
//! address family is left by whatever does not belong to it.

mod bgp;
mod family;
mod line;
mod lists;
mod maps;
mod neighbor;
mod others;
mod value;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::config::{Config, Version};
use super::{Problem, Reach, Read};
use crate::bird::placeholder::{self, Filled};
use crate::model::{Family, GapKind, Name};
use crate::place::{FileId, Place, Sources};

use line::{Line, lines};
pub(super) use value::asn;

/// Files beyond this have no model: no router has so much.
const MAX_TEXT: usize = 64 << 20;

/// Reads the file `text`, whose path in reports is `path`.
pub fn read(path: Arc<str>, text: &Arc<str>) -> Read {
    read_with(path, text, &BTreeMap::new())
}

/// [`read`], with the values that a deployment fills into its placeholders.
pub fn read_with(path: Arc<str>, text: &Arc<str>, values: &BTreeMap<String, String>) -> Read {
    let mut sources = Sources::default();
    let file = sources.add(path, Arc::clone(text));
    let mut missing = Vec::new();
    let mut reader = Reader {
        config: Config::default(),
        problems: Vec::new(),
        section: Section::Top,
    };
    if text.len() > MAX_TEXT {
        reader.problem(
            Place::file(file),
            GapKind::Unparsed,
            "the file has more than 64 MB".to_owned(),
            Reach::Router,
        );
    } else {
        let filled = placeholder::fill(text, values);
        for mut line in lines(file, &filled.text) {
            line.place = origin(&filled, line.place);
            let holes = filled
                .missing
                .iter()
                .filter(|(_, at)| within(line.place, at));
            if depends(&line) {
                missing.extend(holes.map(|(name, at)| (part(file, at), name.clone())));
            } else {
                reader.line(&line);
            }
        }
    }
    Read {
        missing,
        config: reader.config,
        sources,
        problems: reader.problems,
    }
}

/// Where a line of the filled text stands in the file.
fn origin(filled: &Filled<'_>, place: Place) -> Place {
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    part(place.file, &filled.origin(at(place.start), at(place.end)))
}

fn part(file: FileId, range: &Range<usize>) -> Place {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Place {
        file,
        start: offset(range.start),
        end: offset(range.end),
    }
}

fn within(line: Place, range: &Range<usize>) -> bool {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    line.start <= offset(range.start) && offset(range.end) <= line.end
}

/// What stands after these words changes nothing that is announced.
const FREE: &[&str] = &[
    "password",
    "description",
    "hostname",
    "domainname",
    "log",
    "remark",
    "banner",
    "username",
    "key-string",
    "authentication-key",
    "md5",
];

/// Whether what a line means depends on a value that nobody gave.
fn depends(line: &Line<'_>) -> bool {
    let hole = |word: &&str| word.contains(placeholder::HOLE);
    let Some(first) = line.words.iter().position(hole) else {
        return false;
    };
    !line
        .words
        .iter()
        .take(first)
        .any(|word| FREE.contains(word))
}

/// Where a command stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Section {
    /// In none.
    Top,
    /// In `router bgp`.
    Bgp,
    /// In an address family of it that is modelled.
    Family(Family),
    /// In `router bgp` of a VRF or view, or in a family without a model, or in a section of BGP
    /// that has nothing to do with routes; inside `router bgp` of the default VRF or not.
    Skipped {
        /// Whether leaving it leads back into `router bgp`.
        inside: bool,
    },
    /// In a clause of a route map.
    Clause(Name, u32),
    /// In `interface`, of the default VRF or another.
    Interface {
        /// Which one.
        name: Name,
        /// Whether its networks are ours.
        ours: bool,
    },
    /// In a section of another daemon, or in `vrf`.
    Other,
}

/// A file on its way.
struct Reader {
    config: Config,
    problems: Vec<Problem>,
    section: Section,
}

impl Reader {
    fn problem(&mut self, place: Place, kind: GapKind, message: String, reach: Reach) {
        self.problems.push(Problem {
            place,
            kind,
            message,
            reach,
        });
    }

    /// A line that FRR would not take, or that we do not know.
    fn unread(&mut self, line: &Line<'_>, what: &str, reach: Reach) {
        self.problem(
            line.place,
            GapKind::Unparsed,
            format!("{what}: FRR ignores a line that it does not know, and so might not this one"),
            reach,
        );
    }

    fn line(&mut self, line: &Line<'_>) {
        if let [word] = *line.words.as_slice()
            && !line.no
            && self.leave(word)
        {
            return;
        }
        let done = match self.section.clone() {
            Section::Top => false,
            Section::Bgp => self.bgp_line(line),
            Section::Family(family) => self.family_line(family, line) || self.bgp_line(line),
            Section::Skipped { inside } => inside && self.bgp_section(line) || others::inside(line),
            Section::Clause(name, number) => self.clause_line(&name, number, line),
            Section::Interface { name, ours } => self.interface_line(&name, ours, line),
            Section::Other => false,
        };
        if done || self.top_line(line) {
            return;
        }
        match self.section {
            // What a section of another daemon says is its own.
            Section::Other | Section::Interface { .. } | Section::Skipped { .. } => {}
            Section::Bgp => self.unread(line, "this is not understood", Reach::Router),
            Section::Family(family) => {
                self.unread(line, "this is not understood", Reach::Family(family));
            }
            Section::Clause(ref name, number) => {
                let name = name.clone();
                self.unknown_in_clause(&name, number, line);
            }
            Section::Top => self.unread(line, "this is not understood", Reach::Router),
        }
    }

    /// `exit` and its kin.
    fn leave(&mut self, word: &str) -> bool {
        let inner = matches!(
            self.section,
            Section::Family(_) | Section::Skipped { inside: true }
        );
        match word {
            "exit" | "exit-address-family" | "exit-vni" if inner => self.section = Section::Bgp,
            "exit" | "end" | "quit" | "exit-vrf" | "exit-route-map" => self.section = Section::Top,
            "exit-address-family" | "exit-vni" => {}
            _ => return false,
        }
        true
    }

    /// Commands that belong to no section.
    fn top_line(&mut self, line: &Line<'_>) -> bool {
        match *line.words.as_slice() {
            ["frr", "version", version, ..] => self.config.version = version_of(version),
            ["frr", "defaults", profile, ..] => {
                self.config.datacenter = profile == "datacenter" && !line.no;
            }
            ["router", "bgp", ..] => self.router_bgp(line),
            ["route-map", ..] => self.route_map(line),
            ["ip", "prefix-list", ..] => self.prefix_list(Family::Ipv4, line.from(2), line),
            ["ipv6", "prefix-list", ..] => self.prefix_list(Family::Ipv6, line.from(2), line),
            ["access-list", ..] => self.access_list(Family::Ipv4, line.from(1), line),
            ["ipv6", "access-list", ..] => self.access_list(Family::Ipv6, line.from(2), line),
            [
                "bgp" | "ip",
                kind @ ("community-list" | "large-community-list" | "extcommunity-list"),
                ..,
            ] => {
                self.community_list(kind, line.from(2), line);
            }
            ["bgp" | "ip", "as-path", "access-list", ..] => self.path_list(line.from(3), line),
            ["ip" | "ipv6", "route", ..] if self.section != Section::Other => {
                self.static_route(line);
            }
            // Inside `vrf` they are those of the VRF.
            ["ip" | "ipv6", "route", ..] => {}
            ["interface", name, ..] => {
                let ours = !line.words.contains(&"vrf");
                let name = Name::from(name);
                self.section = Section::Interface { name, ours };
            }
            _ => return others::top(self, line),
        }
        true
    }

    fn skip(&mut self, inside: bool) {
        self.section = Section::Skipped { inside };
    }
}

/// `8.4.4`, `10.0-dev`.
fn version_of(text: &str) -> Option<Version> {
    let mut numbers = text.split(['.', '-', '_', '~', '+']);
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers
        .next()
        .and_then(|minor| minor.parse().ok())
        .unwrap_or(0);
    Some(Version { major, minor })
}
