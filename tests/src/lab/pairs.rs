//! Pairs of sessions with a random policy each: what one neighbour sends, through the import
//! policy, a pipe in some, and the export policy, to the other neighbour.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fmt::Write as _;
use std::ops::Range;

use bgp_ci::filter::interpret::Machine;
use bgp_ci::filter::program::FilterKind;
use bgp_ci::model::Prefix;
use bgp_ci::router::propagate::Sent;
use bgp_ci::router::propagate::learned::Relayed;

use super::dice::Dice;
use super::injection::{Case, Injected};
use super::pipe::refused;
use super::speaker::Heard;
use super::{author, programs, text};

/// What a number of routes came to at the sessions that listened.
#[derive(Debug, Default)]
pub struct Tally {
    /// Pairs of sessions.
    pub pairs: usize,
    /// Those with a policy that BIRD does not load.
    pub refused: usize,
    /// Answers that are the daemon's.
    pub equal: usize,
    /// Those of them in which the route is sent.
    pub sent: usize,
    /// Answers that leave open which of several the daemon's is, and hold it.
    pub open: usize,
    /// Answers that are a gap, by what it says.
    pub gaps: BTreeMap<String, usize>,
    /// Answers that are not the daemon's, in words.
    pub wrong: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} pairs, {} refused; {} answers equal, {} of them sent; {} open, {} differ; not modelled: {:?}",
            self.pairs,
            self.refused,
            self.equal,
            self.sent,
            self.open,
            self.wrong.len(),
            self.gaps,
        )
    }
}

/// Holds our model's answers against what the sessions heard that only listen, those that `heeds`
/// says of the session that sends; they must have heard nothing else.
pub fn judge(
    case: &Case,
    injected: &Injected,
    heeds: impl Fn(&str, &str) -> bool,
    tally: &mut Tally,
) {
    let machine = Machine::new(&injected.router.program);
    let mut known: BTreeSet<(String, Prefix)> = BTreeSet::new();
    for (ingress, routes) in &case.sends {
        for (prefix, received) in routes {
            let followed = injected.follow(&machine, ingress, *prefix, received);
            for (id, relayed) in &followed.relayed {
                let name = injected.router.session(*id).name.to_string();
                if case.sends.contains_key(&name) || !heeds(ingress, &name) {
                    continue;
                }
                known.insert((name.clone(), *prefix));
                let theirs = injected.route(&name, *prefix);
                let wrong = match relayed {
                    Relayed::Unknown(gap) => {
                        // Places and networks differ, what is said does not.
                        let what = gap.message.replace(&prefix.to_string(), "…");
                        *tally.gaps.entry(what).or_default() += 1;
                        continue;
                    }
                    Relayed::Kept(_) => theirs.is_some(),
                    Relayed::Sent {
                        sent, otherwise, ..
                    } if otherwise.is_empty() => theirs != Some(&**sent),
                    Relayed::Sent {
                        sent, otherwise, ..
                    } => {
                        tally.open += 1;
                        let mut all = otherwise.iter().map(Option::as_deref);
                        theirs != Some(&**sent) && !all.any(|other| other == theirs)
                    }
                };
                if wrong {
                    tally.wrong.push(format!(
                        "{ingress} to {name}: {prefix}\n  received {received:?}\n  ours {relayed:?}\n  theirs {theirs:?}\n  arrived {:?}",
                        followed.arrived
                    ));
                } else {
                    tally.equal += 1;
                    tally.sent += usize::from(theirs.is_some());
                }
            }
        }
    }
    for (name, heard) in &injected.heard {
        let Heard::Routes(routes) = heard else {
            panic!("{name}: {heard:?}")
        };
        let strange = routes
            .keys()
            .filter(|prefix| !known.contains(&(name.clone(), **prefix)));
        let strange = strange.map(|prefix| format!("nobody sent {prefix}, which {name} heard"));
        tally.wrong.extend(strange);
    }
}

/// How the end of a session is set up: the neighbour's number, and statements.
type End = (u32, &'static str);

const INGRESS: &[End] = &[
    (64501, ""),
    (64501, ""),
    (64502, "rs client;"),
    (64500, ""),
    (64500, "rr client;"),
    (64501, "local role customer;"),
    (64502, "local role provider;"),
    (64501, "local role peer;"),
    (64502, "allow local as 1; enforce first as yes;"),
];

const EGRESS: &[End] = &[
    (64503, ""),
    (64503, ""),
    (64504, "rs client;"),
    (64504, "allow bgp_local_pref yes;"),
    (64500, ""),
    (64500, "rr client;"),
    (64503, "local role customer;"),
    (64504, "local role provider;"),
    (64505, "interpret communities no;"),
    (64505, "confederation 64510;"),
    (64506, "confederation 64510; confederation member yes;"),
];

const NEXT_HOPS: &[&str] = &[
    "",
    "",
    "",
    "next hop self;",
    "next hop keep;",
    "next hop self ebgp;",
];

/// A pair that is set up, and what is sent into it.
struct Pair {
    definitions: String,
    sessions: String,
    ingress: String,
    sends: Vec<(Prefix, Sent)>,
}

/// What stands before the pairs: tables of ROAs, custom attributes, and where next hops lead.
fn preamble() -> String {
    let mut text = programs::shared();
    text.push_str(
        "ipv4 table hops4;\nipv6 table hops6;\n\
         protocol static { ipv4 { table hops4; }; route 192.0.2.0/24 via \"lo\"; route 127.0.0.0/8 via \"lo\"; }\n\
         protocol static { ipv6 { table hops6; }; route 2001:db8::/32 via \"lo\"; }\n",
    );
    text
}

/// The text of the policy of `seed`, and the name of its filter.
fn policy(name: &str, seed: u64) -> (String, String) {
    let program = author::policy(name, seed);
    let filter = match program.filters.first().map(|filter| &filter.kind) {
        Some(FilterKind::Named(filter)) => filter.to_string(),
        other => panic!("a policy has a filter with a name: {other:?}"),
    };
    let (definitions, body) = (text::program(&program), text::filter(&program, 0));
    (format!("{definitions}filter {filter} {body}\n"), filter)
}

/// The pair of `seed`, with the other ends `number` and the next one.
fn pair(seed: u64, number: u64) -> Pair {
    let mut dice = Dice::new(seed);
    let digit = if dice.one_in(4) { 6 } else { 4 };
    let (source, statements) = dice.pick(INGRESS);
    let (import, import_name) = policy(&format!("i{seed}"), seed * 3);
    let (export, export_name) = policy(&format!("e{seed}"), seed * 3 + 1);
    let mut definitions = format!("{import}{export}ipv{digit} table t{seed};\n");
    let mut table = format!("t{seed}");
    if dice.one_in(5) {
        let (between, name) = policy(&format!("p{seed}"), seed * 3 + 2);
        write!(
            definitions,
            "{between}ipv{digit} table u{seed};\nprotocol pipe pipe{seed} {{ table t{seed}; peer table u{seed}; import none; export filter {name}; }}\n"
        )
        .expect("a string takes it");
        table = format!("u{seed}");
    }
    let (target, options) = dice.pick(EGRESS);
    let mut hop = dice.pick(NEXT_HOPS).to_owned();
    if digit == 6 {
        hop.push_str("next hop address 2001:db8::1;");
    }
    let next = number + 1;
    let sessions = format!(
        "protocol bgp a{seed} {{ local LOCAL as 64500; neighbor PEER{number} as {source}; QUICK; {statements} ipv{digit} {{ table t{seed}; igp table hops{digit}; import filter {import_name}; export none; }}; }}\n\
         protocol bgp b{seed} {{ local LOCAL as 64500; neighbor PEER{next} as {target}; QUICK; {options} ipv{digit} {{ table {table}; igp table hops{digit}; import none; export filter {export_name}; {hop} }}; }}\n"
    );
    let mut sends: Vec<(Prefix, Sent)> = Vec::new();
    for at in 0..12 {
        let (prefix, sent) =
            author::received(seed * 1000 + at, source, source == 64500, digit == 6);
        if sends.iter().all(|(known, _)| *known != prefix) {
            sends.push((prefix, sent));
        }
    }
    Pair {
        definitions,
        sessions,
        ingress: format!("a{seed}"),
        sends,
    }
}

/// Whether two sessions of a case of pairs are one pair.
pub fn paired(ingress: &str, egress: &str) -> bool {
    ingress.strip_prefix('a') == egress.strip_prefix('b')
}

/// The pairs of `seeds` whose policies BIRD loads, as one case.
pub fn case(seeds: Range<u64>, tally: &mut Tally) -> Case {
    let preamble = preamble();
    let pairs: Vec<Pair> = seeds
        .zip(1..)
        .map(|(seed, at)| pair(seed, at * 2))
        .collect();
    let mut case = Case {
        text: preamble.clone(),
        ..Case::default()
    };
    let mut stack = vec![&pairs[..]];
    while let Some(group) = stack.pop() {
        let body: String = group.iter().map(|pair| pair.definitions.as_str()).collect();
        let loaded = refused(&format!("router id 192.0.2.1;\n{preamble}{body}")).is_none();
        if !loaded && group.len() > 1 {
            let (left, right) = group.split_at(group.len() / 2);
            stack.extend([right, left]);
            continue;
        }
        if !loaded {
            tally.refused += 1;
            continue;
        }
        for pair in group {
            tally.pairs += 1;
            case.text.push_str(&pair.definitions);
            case.text.push_str(&pair.sessions);
            case.sends.insert(pair.ingress.clone(), pair.sends.clone());
        }
    }
    case
}
