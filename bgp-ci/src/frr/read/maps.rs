//! Route maps.

use super::line::{Line, joined};
use super::value::{action, asn, community, extended, large, origin};
use super::{Reader, Section};
use crate::frr::Reach;
use crate::frr::config::{Change, Clause, Match, Next, Set, Validity};
use crate::model::{Family, Name};
use crate::place::Place;

impl Reader {
    /// `route-map NAME permit|deny N`.
    pub(super) fn route_map(&mut self, line: &Line<'_>) {
        let maps = &mut self.config.route_maps;
        match (line.no, line.from(1)) {
            (false, [name, of, number]) => {
                let (Some(action), Ok(number)) = (action(of), number.parse()) else {
                    self.unread(line, "this route map is not understood", Reach::Router);
                    return;
                };
                let name = Name::from(*name);
                let map = maps.entry(name.clone()).or_default();
                map.place.get_or_insert(line.place);
                let clause = map.clauses.entry(number).or_insert_with(|| Clause {
                    action,
                    place: line.place,
                    matches: Vec::new(),
                    sets: Vec::new(),
                    call: None,
                    next: Next::End,
                });
                clause.action = action;
                self.section = Section::Clause(name, number);
            }
            (true, [name]) => {
                maps.remove(*name);
                self.section = Section::Top;
            }
            (true, [name, _, number]) => {
                if let (Some(map), Ok(number)) = (maps.get_mut(*name), number.parse::<u32>()) {
                    map.clauses.remove(&number);
                    if map.clauses.is_empty() {
                        maps.remove(*name);
                    }
                }
                self.section = Section::Top;
            }
            // How bgpd finds the clause that matches, which is not what it finds.
            (_, [_, "optimization"]) => self.section = Section::Top,
            _ => self.unread(line, "this route map is not understood", Reach::Router),
        }
    }

    fn clause(&mut self, name: &str, number: u32) -> Option<&mut Clause> {
        self.config
            .route_maps
            .get_mut(name)?
            .clauses
            .get_mut(&number)
    }

    /// A line inside a clause.
    pub(super) fn clause_line(&mut self, name: &str, number: u32, line: &Line<'_>) -> bool {
        let Some(clause) = self.clause(name, number) else {
            return false;
        };
        match *line.words.as_slice() {
            ["match", ..] => {
                let found = condition(line.from(1));
                let unknown = matches!(found, Match::Unmodelled(_));
                replace(&mut clause.matches, found, line, Match::kind);
                self.named(line, unknown);
            }
            ["set", ..] => {
                let mut found = writing(line.from(1));
                if !line.no && clause.sets.iter().any(|(_, known)| found.undoes(known)) {
                    // FRR 8.4.4 is left with neither of the two.
                    clause.sets.retain(|(_, known)| !found.undoes(known));
                    found = Set::Unmodelled(joined(line.from(1)));
                }
                let unknown = matches!(found, Set::Unmodelled(_));
                replace(&mut clause.sets, found, line, Set::kind);
                self.named(line, unknown);
            }
            ["call", of] if !line.no => clause.call = Some((line.place, of.into())),
            ["call", ..] if line.no => clause.call = None,
            ["on-match", "next"] => {
                clause.next = if line.no { Next::End } else { Next::Next };
            }
            ["on-match", "goto"] | ["continue"] if line.no => clause.next = Next::End,
            ["on-match", "goto", to] | ["continue", to] => {
                if line.no {
                    clause.next = Next::End;
                } else {
                    // FRR refuses to go back.
                    match to.parse::<u32>() {
                        Ok(to) if to > number => clause.next = Next::Goto(to),
                        _ => self.unread(line, "a jump backwards", Reach::Nothing),
                    }
                }
            }
            ["description", ..] => {}
            _ => return false,
        }
        true
    }

    /// Names a condition or a setting without a model; whoever comes to it says what depends on it.
    fn named(&mut self, line: &Line<'_>, unknown: bool) {
        if unknown {
            let what = format!("`{}`", line.words.join(" "));
            self.unmodelled(line, &what, Reach::Nothing);
        }
    }

    /// A line inside a clause that nothing knows: whoever comes to the clause does not know what
    /// it does.
    pub(super) fn unknown_in_clause(&mut self, name: &str, number: u32, line: &Line<'_>) {
        let words = joined(&line.words);
        if let Some(clause) = self.clause(name, number) {
            clause.matches.push((line.place, Match::Unmodelled(words)));
        }
        self.unread(line, "this is not understood", Reach::Nothing);
    }
}

/// Adds `found`, in place of what is of the same kind; `no` takes that away.
fn replace<T>(list: &mut Vec<(Place, T)>, found: T, line: &Line<'_>, kind: impl Fn(&T) -> Kind) {
    let of = kind(&found);
    if line.no {
        list.retain(|(_, known)| kind(known) != of);
        return;
    }
    match list.iter_mut().find(|(_, known)| kind(known) == of) {
        Some(known) => *known = (line.place, found),
        None => list.push((line.place, found)),
    }
}

/// What replaces what.
type Kind = (Sort, Option<Name>);

/// The kinds of conditions and settings of which a clause has one.
#[derive(PartialEq, Eq)]
enum Sort {
    Community,
    LargeCommunity,
    Route,
    Path,
    Number,
    Other,
    Lists,
}

impl Match {
    fn kind(&self) -> Kind {
        let named = |name: &str| Some(Name::from(name));
        match self {
            Self::PrefixList(family, _) => (Sort::Route, named(family.as_str())),
            Self::AccessList(family, _) => (Sort::Lists, named(family.as_str())),
            Self::PrefixLength(family, _) => (Sort::Number, named(family.as_str())),
            Self::Community(..) => (Sort::Community, None),
            Self::LargeCommunity(..) => (Sort::LargeCommunity, None),
            Self::ExtendedCommunity(_) => (Sort::Other, named("extcommunity")),
            Self::Path(_) => (Sort::Path, None),
            Self::Metric(_) => (Sort::Other, named("metric")),
            Self::LocalPreference(_) => (Sort::Other, named("local-preference")),
            Self::Origin(_) => (Sort::Other, named("origin")),
            Self::Tag(_) => (Sort::Other, named("tag")),
            Self::Validity(_) => (Sort::Other, named("rpki")),
            Self::Unmodelled(what) => (Sort::Other, Some(what.clone())),
        }
    }
}

impl Set {
    /// Whether neither is left of this and the other, which came first: where one sets communities
    /// and the other takes them all away, and where this is an earlier form of the same (a number
    /// after `+N` or `-N`, `+N` after `-N`, numbers prepended after `last-as`).
    fn undoes(&self, other: &Self) -> bool {
        let none = |set: &Self| matches!(set, Self::NoCommunities | Self::NoLargeCommunities);
        let prepends = matches!(self, Self::Prepend(_)) && matches!(other, Self::PrependLast(_));
        let metric = match (self, other) {
            (Self::Metric(this), Self::Metric(other)) => this.form() < other.form(),
            _ => false,
        };
        prepends || metric || self.kind() == other.kind() && none(self) != none(other)
    }

    fn kind(&self) -> Kind {
        let named = |name: &str| Some(Name::from(name));
        match self {
            Self::Communities(..) | Self::NoCommunities => (Sort::Community, None),
            Self::LargeCommunities(..) | Self::NoLargeCommunities => (Sort::LargeCommunity, None),
            Self::ExtendedCommunities(kind, _) => (Sort::Lists, named(kind)),
            Self::NoExtendedCommunities => (Sort::Lists, named("none")),
            Self::DeleteCommunities(_) => (Sort::Lists, named("comm-list")),
            Self::DeleteLargeCommunities(_) => (Sort::Lists, named("large-comm-list")),
            Self::Prepend(_) | Self::PrependLast(_) => (Sort::Path, None),
            Self::Exclude(_) => (Sort::Path, named("exclude")),
            Self::Metric(_) => (Sort::Other, named("metric")),
            Self::LocalPreference(_) => (Sort::Other, named("local-preference")),
            Self::Origin(_) => (Sort::Other, named("origin")),
            Self::NextHop(address) => (
                Sort::Route,
                named(if address.is_ipv4() { "ipv4" } else { "ipv6" }),
            ),
            Self::NextHopPeer(family) | Self::NextHopUnchanged(family) => {
                (Sort::Route, named(family.as_str()))
            }
            Self::Tag(_) => (Sort::Other, named("tag")),
            Self::Inert(what) | Self::Unmodelled(what) => (Sort::Other, Some(what.clone())),
        }
    }
}

/// What stands after `match`.
fn condition(words: &[&str]) -> Match {
    let known = || {
        Some(match *words {
            [ip @ ("ip" | "ipv6"), "address", "prefix-list", name] => {
                Match::PrefixList(family(ip), name.into())
            }
            [ip @ ("ip" | "ipv6"), "address", "prefix-len", length] => {
                Match::PrefixLength(family(ip), length.parse().ok()?)
            }
            [ip @ ("ip" | "ipv6"), "address", name] => Match::AccessList(family(ip), name.into()),
            ["community", name] => Match::Community(name.into(), false),
            ["community", name, "exact-match"] => Match::Community(name.into(), true),
            ["large-community", name] => Match::LargeCommunity(name.into(), false),
            ["large-community", name, "exact-match"] => Match::LargeCommunity(name.into(), true),
            ["extcommunity", name] => Match::ExtendedCommunity(name.into()),
            ["as-path", name] => Match::Path(name.into()),
            // FRR refuses to ask for 0.
            ["metric", number] => Match::Metric(number.parse().ok().filter(|number| *number != 0)?),
            ["local-preference", number] => Match::LocalPreference(number.parse().ok()?),
            ["origin", word] => Match::Origin(origin(word)?),
            ["rpki", state] => Match::Validity(match state {
                "valid" => Validity::Valid,
                "invalid" => Validity::Invalid,
                "notfound" => Validity::NotFound,
                _ => return None,
            }),
            ["tag", number] => Match::Tag(number.parse().ok().filter(|number| *number != 0)?),
            _ => return None,
        })
    };
    known().unwrap_or_else(|| Match::Unmodelled(joined(words)))
}

/// What no neighbour sees of the attributes that are modelled, by the words after `set`.
const INERT: &[&[&str]] = &[
    &["weight"],
    &["atomic-aggregate"],
    &["aggregator"],
    &["originator-id"],
    &["src"],
    &["distance"],
    &["table"],
    &["label-index"],
    &["metric-type"],
    &["ipv6", "next-hop", "local"],
    &["ipv6", "next-hop", "prefer-global"],
];

/// What stands after `set`.
fn writing(words: &[&str]) -> Set {
    if let Some(inert) = INERT.iter().find(|inert| words.starts_with(inert)) {
        return Set::Inert(joined(inert));
    }
    let known = || {
        Some(match *words {
            ["community", "none"] => Set::NoCommunities,
            ["community", ..] => {
                let (values, additive) = additive(words)?;
                let values = values.iter().map(|word| community(word));
                Set::Communities(values.collect::<Option<_>>()?, additive)
            }
            ["large-community", "none"] => Set::NoLargeCommunities,
            ["large-community", ..] => {
                let (values, additive) = additive(words)?;
                let values = values.iter().map(|word| large(word));
                Set::LargeCommunities(values.collect::<Option<_>>()?, additive)
            }
            ["extcommunity", "none"] => Set::NoExtendedCommunities,
            ["extcommunity", kind @ ("rt" | "soo"), ..] => {
                let values = words.get(2..)?.iter().map(|word| extended(kind, word));
                let kind = if kind == "rt" { "rt" } else { "soo" };
                Set::ExtendedCommunities(kind, values.collect::<Option<_>>()?)
            }
            ["comm-list", name, "delete"] => Set::DeleteCommunities(name.into()),
            ["large-comm-list", name, "delete"] => Set::DeleteLargeCommunities(name.into()),
            ["as-path", "prepend", "last-as", count] => {
                let count = count
                    .parse()
                    .ok()
                    .filter(|count| (1..=10).contains(count))?;
                Set::PrependLast(count)
            }
            ["as-path", "prepend", ..] => Set::Prepend(numbers(words.get(2..)?)?),
            ["as-path", "exclude", ..] => Set::Exclude(numbers(words.get(2..)?)?),
            ["metric", number] => Set::Metric(change(number)?),
            ["local-preference", number] => Set::LocalPreference(number.parse().ok()?),
            ["origin", word] => Set::Origin(origin(word)?),
            [ip @ ("ip" | "ipv6"), "next-hop", "peer-address"] => Set::NextHopPeer(family(ip)),
            ["ip", "next-hop", "unchanged"] => Set::NextHopUnchanged(Family::Ipv4),
            ["ip", "next-hop", address] => {
                let address: std::net::Ipv4Addr = address.parse().ok()?;
                Set::NextHop(
                    Some(address)
                        .filter(|address| !address.is_unspecified())?
                        .into(),
                )
            }
            ["ipv6", "next-hop", "global", address] => {
                Set::NextHop(std::net::IpAddr::V6(address.parse().ok()?))
            }
            ["tag", number] => Set::Tag(number.parse().ok()?),
            _ => return None,
        })
    };
    known().unwrap_or_else(|| Set::Unmodelled(joined(words)))
}

fn family(word: &str) -> Family {
    if word == "ip" {
        Family::Ipv4
    } else {
        Family::Ipv6
    }
}

/// The values after the first word, and whether `additive` ends them.
fn additive<'a, 't>(words: &'a [&'t str]) -> Option<(&'a [&'t str], bool)> {
    let values = words.get(1..)?;
    let (values, additive) = match values {
        [values @ .., "additive"] => (values, true),
        values => (values, false),
    };
    (!values.is_empty()).then_some((values, additive))
}

fn numbers(words: &[&str]) -> Option<Vec<crate::model::Asn>> {
    if words.is_empty() {
        return None;
    }
    words.iter().map(|word| asn(word)).collect()
}

fn change(text: &str) -> Option<Change> {
    Some(if let Some(more) = text.strip_prefix('+') {
        Change::More(more.parse().ok()?)
    } else if let Some(less) = text.strip_prefix('-') {
        Change::Less(less.parse().ok()?)
    } else {
        Change::To(text.parse().ok()?)
    })
}
