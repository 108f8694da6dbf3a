//! `neighbor`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Reader;
use super::line::Line;
use crate::frr::Reach;
use crate::frr::config::{Group, Neighbor, Setting, Settings};
use crate::model::{Family, GapKind, Name};

/// Where a setting belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// To the session.
    Session,
    /// To a family; outside of one, to IPv4.
    Family,
}

/// What a setting is for the model.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// It is used.
    Used,
    /// It changes nothing that we send of our own.
    Inert,
    /// It might, and has no model.
    Unmodelled,
}

use Of::{Family as F, Session as S};
use Sort::{Inert, Unmodelled, Used};

/// Every setting by its first word.
const SETTINGS: &[(&str, Of, Sort)] = &[
    ("remote-as", S, Used),
    ("local-as", S, Used),
    ("shutdown", S, Used),
    ("password", S, Used),
    ("ttl-security", S, Used),
    ("ebgp-multihop", S, Used),
    ("passive", S, Used),
    ("description", S, Used),
    ("update-source", S, Used),
    ("local-role", S, Used),
    ("enforce-first-as", S, Used),
    ("activate", F, Used),
    ("route-map", F, Used),
    ("prefix-list", F, Used),
    ("filter-list", F, Used),
    ("distribute-list", F, Used),
    ("unsuppress-map", F, Used),
    ("send-community", F, Used),
    ("remove-private-AS", F, Used),
    ("as-override", F, Used),
    ("next-hop-self", F, Used),
    ("route-reflector-client", F, Used),
    ("route-server-client", F, Used),
    ("attribute-unchanged", F, Used),
    ("maximum-prefix", F, Used),
    ("maximum-prefix-out", F, Used),
    ("default-originate", F, Used),
    ("allowas-in", F, Used),
    ("advertise-map", F, Used),
    ("disable-addpath-rx", F, Inert),
    ("addpath-tx-all-paths", F, Inert),
    ("addpath-tx-bestpath-per-AS", F, Inert),
    ("addpath-tx-best-selected", F, Inert),
    ("addpath-rx-paths-limit", F, Inert),
    ("soft-reconfiguration", F, Inert),
    ("weight", F, Inert),
    ("soo", F, Inert),
    ("accept-own", F, Inert),
    ("dampening", F, Inert),
    ("nexthop-local", F, Unmodelled),
    ("encap", F, Unmodelled),
    ("advertisement-interval", S, Inert),
    ("bfd", S, Inert),
    ("capability", S, Inert),
    ("disable-connected-check", S, Inert),
    ("disable-link-bw-encoding-ieee", S, Inert),
    ("enable-link-bw-encoding-ieee", S, Inert),
    ("extended-link-bandwidth", S, Inert),
    ("dont-capability-negotiate", S, Unmodelled),
    ("override-capability", S, Inert),
    ("strict-capability-match", S, Inert),
    ("graceful-restart", S, Inert),
    ("graceful-restart-helper", S, Inert),
    ("graceful-restart-disable", S, Inert),
    ("graceful-shutdown", S, Unmodelled),
    ("path-attribute", S, Inert),
    ("port", S, Inert),
    ("sender-as-path-loop-detection", S, Inert),
    ("solo", S, Inert),
    ("tcp-mss", S, Inert),
    ("timers", S, Inert),
    ("delayopen", S, Inert),
    ("version", S, Inert),
    ("aigp", S, Unmodelled),
    ("oad", S, Unmodelled),
    ("ip-transparent", S, Inert),
    ("send-nexthop-characteristics", S, Inert),
    ("interface", S, Used),
    ("peer-group", S, Used),
];

impl Reader {
    /// `neighbor NAME …`, in `family` or outside of any.
    pub(super) fn neighbor(&mut self, family: Option<Family>, name: &str, line: &Line<'_>) {
        let words = line.from(2);
        let Some(bgp) = self.config.bgp.as_mut() else {
            return;
        };
        let address: Option<IpAddr> = name.parse().ok();
        let at = bgp.neighbors.iter().position(|known| &*known.name == name);
        let group = bgp.groups.contains_key(name);
        match words {
            // `no neighbor NAME`.
            [] if line.no => {
                bgp.neighbors.retain(|known| &*known.name != name);
                return;
            }
            ["peer-group"] => {
                if line.no {
                    bgp.groups.remove(name);
                    bgp.neighbors
                        .retain(|known| known.group.as_ref().is_none_or(|(of, _)| &**of != name));
                } else {
                    bgp.groups.entry(name.into()).or_insert(Group {
                        place: line.place,
                        settings: BTreeMap::new(),
                    });
                }
                return;
            }
            ["remote-as", ..] if line.no && !group => {
                bgp.neighbors.retain(|known| &*known.name != name);
                return;
            }
            _ => {}
        }
        if at.is_none() && !group {
            let begins = matches!(
                words,
                ["remote-as", _, ..] | ["peer-group", _] | ["interface", ..]
            );
            // FRR wants the number, the group or the interface first.
            let known = match words {
                ["interface", ..] => true,
                _ => address.is_some(),
            };
            if line.no {
                return;
            }
            if !begins || !known {
                self.neighbor_problem(
                    name,
                    line,
                    GapKind::Unparsed,
                    format!(
                        "neighbour `{name}` is not there yet: FRR ignores what is said of it \
                         before its `remote-as` or `peer-group`"
                    ),
                );
                return;
            }
            bgp.neighbors.push(Neighbor {
                name: name.into(),
                address,
                place: line.place,
                group: None,
                settings: BTreeMap::new(),
            });
        }
        self.said(family, name, words, line);
    }

    /// What is said of a neighbour or group that is there.
    fn said(&mut self, family: Option<Family>, name: &str, words: &[&str], line: &Line<'_>) {
        let (Some((word, arguments)), Some(bgp)) = (words.split_first(), self.config.bgp.as_mut())
        else {
            self.neighbor_problem(
                name,
                line,
                GapKind::Unparsed,
                "nothing is said of it".into(),
            );
            return;
        };
        if let (&"peer-group", [of, ..]) = (word, arguments) {
            if !bgp.groups.contains_key(*of) {
                let message = format!("no peer group is called `{of}`: FRR ignores this line");
                self.undefined(line, message, Reach::Neighbor(name.into()));
                return;
            }
            if let Some(neighbor) = bgp.neighbors.iter_mut().find(|known| &*known.name == name) {
                neighbor.group = (!line.no).then(|| (Name::from(*of), line.place));
            }
            return;
        }
        let Some((key, of, sort)) = SETTINGS.iter().find(|(key, ..)| key == word) else {
            let message = format!("`{word}` of neighbour `{name}` is not understood");
            self.neighbor_problem(name, line, GapKind::Unparsed, message);
            return;
        };
        match sort {
            Inert => return,
            Unmodelled => {
                if !line.no {
                    let message = format!("`{word}` of neighbour `{name}` has no model here");
                    self.neighbor_problem(name, line, GapKind::Unmodelled, message);
                }
                return;
            }
            Used => {}
        }
        let scope = match of {
            S => None,
            F => Some(family.unwrap_or(Family::Ipv4)),
        };
        let mut arguments: Vec<Name> = arguments.iter().map(|word| Name::from(*word)).collect();
        if *key == "interface" {
            // `interface [v6only] [peer-group G] [remote-as N]` says several things at once.
            self.interface_neighbor(name, &arguments, line);
            return;
        }
        let roles = ["provider", "customer", "peer", "rs-server", "rs-client"];
        if *key == "local-role"
            && !arguments
                .first()
                .is_some_and(|role| roles.contains(&&**role))
            && !line.no
        {
            let message = format!("`{}` is no role", line.words.join(" "));
            self.neighbor_problem(name, line, GapKind::Unparsed, message);
            return;
        }
        let mut key = *key;
        let mut keys = Vec::new();
        match key {
            "route-map" | "prefix-list" | "filter-list" | "distribute-list" => {
                let direction = arguments.last().map(AsRef::as_ref);
                key = match (key, direction) {
                    ("route-map", Some("in")) => "route-map in",
                    ("route-map", Some("out")) => "route-map out",
                    ("prefix-list", Some("in")) => "prefix-list in",
                    ("prefix-list", Some("out")) => "prefix-list out",
                    ("filter-list", Some("in")) => "filter-list in",
                    ("filter-list", Some("out")) => "filter-list out",
                    ("distribute-list", Some("in")) => "distribute-list in",
                    ("distribute-list", Some("out")) => "distribute-list out",
                    _ => {
                        let message = format!("`{key}` says neither `in` nor `out`");
                        self.neighbor_problem(name, line, GapKind::Unparsed, message);
                        return;
                    }
                };
                arguments.pop();
                keys.push(key);
            }
            "send-community" => match arguments.first().map(AsRef::as_ref) {
                None | Some("standard") => keys.push("send-community"),
                Some("extended") => keys.push("send-community extended"),
                Some("large") => keys.push("send-community large"),
                Some("both") => keys.extend(["send-community", "send-community extended"]),
                Some("all") => keys.extend([
                    "send-community",
                    "send-community extended",
                    "send-community large",
                ]),
                Some(_) => {
                    let message = "this kind of community is not understood".to_owned();
                    self.neighbor_problem(name, line, GapKind::Unparsed, message);
                    return;
                }
            },
            key => keys.push(key),
        }
        let setting = Setting {
            place: line.place,
            on: !line.no,
            arguments,
        };
        // FRR refuses the second of the two.
        let other = match key {
            "prefix-list in" => Some("distribute-list in"),
            "prefix-list out" => Some("distribute-list out"),
            "distribute-list in" => Some("prefix-list in"),
            "distribute-list out" => Some("prefix-list out"),
            _ => None,
        };
        let there = |settings: &Settings, key| settings.get(&(scope, key)).is_some_and(|of| of.on);
        if let Some(other) = other
            && !line.no
            && self
                .settings(name)
                .is_some_and(|settings| there(settings, other))
        {
            let message = format!("FRR refuses a `{key}` beside a `{other}`");
            self.neighbor_problem(name, line, GapKind::Unparsed, message);
            return;
        }
        if let Some(settings) = self.settings(name) {
            for key in keys {
                settings.insert((scope, key), setting.clone());
            }
        }
    }

    fn interface_neighbor(&mut self, name: &str, arguments: &[Name], line: &Line<'_>) {
        let mut rest = arguments;
        let setting = |arguments: &[Name]| Setting {
            place: line.place,
            on: !line.no,
            arguments: arguments.to_vec(),
        };
        if let Some(settings) = self.settings(name) {
            settings.insert((None, "interface"), setting(&[]));
        }
        while let Some((word, after)) = rest.split_first() {
            rest = after;
            match (&**word, after) {
                ("remote-as", [number, after @ ..]) => {
                    let number = std::slice::from_ref(number);
                    if let Some(settings) = self.settings(name) {
                        settings.insert((None, "remote-as"), setting(number));
                    }
                    rest = after;
                }
                ("peer-group", [group, after @ ..]) => {
                    self.said(None, name, &["peer-group", group], line);
                    rest = after;
                }
                _ => {}
            }
        }
    }

    fn settings(&mut self, name: &str) -> Option<&mut Settings> {
        let bgp = self.config.bgp.as_mut()?;
        if let Some(group) = bgp.groups.get_mut(name) {
            return Some(&mut group.settings);
        }
        let neighbor = bgp.neighbors.iter_mut();
        let mut found = neighbor.filter(|known| &*known.name == name);
        found.next().map(|neighbor| &mut neighbor.settings)
    }
}
