//! Lists that policies ask.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::Reader;
use super::line::{Line, joined};
use super::value::{action, communities, prefix};
use crate::frr::Reach;
use crate::frr::config::{
    AccessEntry, AccessMatch, Action, CommunityEntry, CommunityMatch, PathEntry, PrefixEntry,
};
use crate::model::{Family, Name, Prefix};

/// What the entries of all lists begin with.
struct Head<'a, 't> {
    name: Name,
    number: Option<u64>,
    action: Option<Action>,
    rest: &'a [&'t str],
}

/// `NAME [seq N] [permit|deny …]`.
fn head<'a, 't>(words: &'a [&'t str]) -> Option<Head<'a, 't>> {
    let (name, mut rest) = words.split_first()?;
    let mut number = None;
    if let ["seq", of, after @ ..] = rest {
        number = Some(of.parse().ok()?);
        rest = after;
    }
    let found = rest.first().and_then(|word| action(word));
    if found.is_some() {
        rest = rest.get(1..)?;
    }
    Some(Head {
        name: Name::from(*name),
        number,
        action: found,
        rest,
    })
}

/// The number of an entry that is given none: five after the last, rounded down to fives.
fn next<T>(entries: &BTreeMap<u64, T>) -> u64 {
    entries
        .last_key_value()
        .map_or(0, |(last, _)| last / 5 * 5)
        .saturating_add(5)
}

impl Reader {
    /// `ip prefix-list`, `ipv6 prefix-list`.
    pub(super) fn prefix_list(&mut self, family: Family, words: &[&str], line: &Line<'_>) {
        let Some(head) = head(words) else {
            self.unread(line, "this prefix list is not understood", Reach::Router);
            return;
        };
        let key = (family, head.name.clone());
        let Some(action) = head.action else {
            match (line.no, head.number, head.rest) {
                // `no ip prefix-list NAME`.
                (true, None, []) => {
                    self.config.prefix_lists.remove(&key);
                }
                (true, Some(number), []) => {
                    if let Some(list) = self.config.prefix_lists.get_mut(&key) {
                        list.entries.remove(&number);
                    }
                }
                (false, None, ["description", ..]) => {
                    let list = self.config.prefix_lists.entry(key).or_default();
                    list.place.get_or_insert(line.place);
                }
                (true, None, ["description", ..]) => {}
                (_, None, []) if &*head.name == "sequence-number" => {}
                _ => self.unread(line, "this prefix list is not understood", Reach::Router),
            }
            return;
        };
        let Some((prefix, low, high)) = lengths(family, head.rest) else {
            // It is as if the list had an entry about which nothing is known.
            self.unread(line, "this prefix list is not understood", Reach::Router);
            return;
        };
        let entry = PrefixEntry {
            action,
            prefix,
            low,
            high,
            place: line.place,
        };
        let list = self.config.prefix_lists.entry(key.clone()).or_default();
        if line.no {
            let same = |known: &PrefixEntry| {
                (known.action, known.prefix, known.low, known.high) == (action, prefix, low, high)
            };
            list.entries.retain(|_, known| !same(known));
            if list.entries.is_empty() {
                self.config.prefix_lists.remove(&key);
            }
        } else {
            list.place.get_or_insert(line.place);
            let number = head.number.unwrap_or_else(|| next(&list.entries));
            list.entries.insert(number, entry);
        }
    }

    /// `access-list`, `ipv6 access-list`.
    pub(super) fn access_list(&mut self, family: Family, words: &[&str], line: &Line<'_>) {
        let Some(head) = head(words) else {
            self.unread(line, "this access list is not understood", Reach::Router);
            return;
        };
        let key = (family, head.name.clone());
        if line.no && head.action.is_none() {
            match head.number {
                None => {
                    self.config.access_lists.remove(&key);
                }
                Some(number) => {
                    if let Some(list) = self.config.access_lists.get_mut(&key) {
                        list.entries.remove(&number);
                    }
                }
            }
            return;
        }
        let list = self.config.access_lists.entry(key.clone()).or_default();
        list.place.get_or_insert(line.place);
        let Some(action) = head.action else {
            // `remark`.
            return;
        };
        let of = match head.rest {
            ["any"] => Some(AccessMatch::Any),
            [net] if net.contains('/') => prefix(net).map(|prefix| AccessMatch::Inside {
                prefix,
                exact: false,
            }),
            [address] => wildcard(address, "0.0.0.0"),
            [net, "exact-match"] => prefix(net).map(|prefix| AccessMatch::Inside {
                prefix,
                exact: true,
            }),
            ["host", address] => wildcard(address, "0.0.0.0"),
            [address, mask] => wildcard(address, mask),
            _ => None,
        };
        if line.no {
            self.unread(line, "`no` of one entry of an access list", Reach::Router);
            return;
        }
        let number = head.number.unwrap_or_else(|| next(&list.entries));
        list.entries.insert(
            number,
            AccessEntry {
                action,
                of,
                place: line.place,
            },
        );
    }

    /// `bgp community-list`, `bgp large-community-list`, `bgp extcommunity-list`.
    pub(super) fn community_list(&mut self, kind: &str, words: &[&str], line: &Line<'_>) {
        let (expanded, words) = match words {
            ["standard", rest @ ..] => (false, rest),
            ["expanded", rest @ ..] => (true, rest),
            [number, ..] => match number.parse::<u32>() {
                Ok(1..=99) => (false, words),
                Ok(100..=500) => (true, words),
                _ => {
                    self.unread(
                        line,
                        "this list of communities is not understood",
                        Reach::Router,
                    );
                    return;
                }
            },
            [] => return,
        };
        let Some(head) = head(words) else {
            self.unread(
                line,
                "this list of communities is not understood",
                Reach::Router,
            );
            return;
        };
        let lists = match kind {
            "community-list" => &mut self.config.community_lists,
            "large-community-list" => &mut self.config.large_lists,
            _ => &mut self.config.extended_lists,
        };
        let Some(action) = head.action else {
            if line.no {
                match head.number {
                    None => {
                        lists.remove(&head.name);
                    }
                    Some(number) => {
                        if let Some(list) = lists.get_mut(&head.name) {
                            list.entries.remove(&number);
                        }
                    }
                }
            } else {
                self.unread(
                    line,
                    "this list of communities is not understood",
                    Reach::Router,
                );
            }
            return;
        };
        if line.no {
            let Some(number) = head.number else {
                self.unread(line, "`no` of an entry without its number", Reach::Router);
                return;
            };
            if let Some(list) = lists.get_mut(&head.name) {
                list.entries.remove(&number);
                if list.entries.is_empty() {
                    lists.remove(&head.name);
                }
            }
            return;
        }
        let of = if expanded {
            CommunityMatch::Text(joined(head.rest))
        } else {
            communities(kind, head.rest).map_or(CommunityMatch::Unknown, CommunityMatch::All)
        };
        let unknown = matches!(of, CommunityMatch::Unknown);
        let list = lists.entry(head.name).or_default();
        list.place.get_or_insert(line.place);
        let number = head.number.unwrap_or_else(|| next(&list.entries));
        list.entries.insert(
            number,
            CommunityEntry {
                action,
                of,
                place: line.place,
            },
        );
        if unknown {
            // Whoever asks the entry says what depends on it.
            self.unread(line, "these communities are not understood", Reach::Nothing);
        }
    }

    /// `bgp as-path access-list`.
    pub(super) fn path_list(&mut self, words: &[&str], line: &Line<'_>) {
        let Some(head) = head(words) else {
            self.unread(line, "this list of paths is not understood", Reach::Router);
            return;
        };
        let lists = &mut self.config.path_lists;
        let pattern = joined(head.rest);
        match (line.no, head.action) {
            (true, None) => {
                lists.remove(&head.name);
            }
            (true, Some(action)) => {
                if let Some(list) = lists.get_mut(&head.name) {
                    list.entries
                        .retain(|_, known| known.action != action || known.pattern != pattern);
                    if list.entries.is_empty() {
                        lists.remove(&head.name);
                    }
                }
            }
            (false, Some(action)) => {
                let list = lists.entry(head.name).or_default();
                list.place.get_or_insert(line.place);
                let number = head.number.unwrap_or_else(|| next(&list.entries));
                let entry = PathEntry {
                    action,
                    pattern,
                    place: line.place,
                };
                list.entries.insert(number, entry);
            }
            (false, None) => {
                self.unread(line, "this list of paths is not understood", Reach::Router);
            }
        }
    }
}

/// `PREFIX [ge N] [le N]`, `any`.
fn lengths(family: Family, words: &[&str]) -> Option<(Prefix, u8, u8)> {
    let (all, most) = match family {
        Family::Ipv4 => ("0.0.0.0/0", 32),
        Family::Ipv6 => ("::/0", 128),
    };
    if let ["any"] = words {
        return Some((prefix(all)?, 0, most));
    }
    let (net, mut rest) = words.split_first()?;
    let net = prefix(net).filter(|net| net.family() == family)?;
    let (mut ge, mut le) = (None, None);
    while let [word, number, after @ ..] = rest {
        let number: u8 = number.parse().ok()?;
        match *word {
            "ge" => ge = Some(number),
            "le" => le = Some(number),
            _ => return None,
        }
        rest = after;
    }
    let length = net.length();
    let low = ge.unwrap_or(length);
    let high = le.unwrap_or(if ge.is_some() { most } else { length });
    // FRR refuses others.
    (rest.is_empty() && length <= low && low <= high && high <= most).then_some((net, low, high))
}

/// An address and the bits of it that may be other; `None` unless those are the last ones.
fn wildcard(address: &str, mask: &str) -> Option<AccessMatch> {
    let address: Ipv4Addr = address.parse().ok()?;
    let mask: Ipv4Addr = mask.parse().ok()?;
    let length = mask.to_bits().leading_zeros();
    if mask.to_bits().count_ones() + length != 32 {
        return None;
    }
    prefix(&format!("{address}/{length}")).map(AccessMatch::Address)
}
