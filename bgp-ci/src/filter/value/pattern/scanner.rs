//! A regular expression that reads a path number by number.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::{primitives::StateID, syntax};
use regex_automata::{Anchored, Input};

use crate::symbolic::Ranges;

/// How large the automaton of one expression may be, in bytes.
const MAX_SIZE: usize = 1 << 20;

/// How many states are walked for samples.
const MAX_WALK: usize = 2_000;

/// How many ranges of communities an expression may stand for.
const MAX_RANGES: usize = 200_000;

/// How many samples are of use.
const MAX_SAMPLES: usize = 24;

/// An expression as an automaton over what a path is written with.
#[derive(Debug)]
pub(crate) struct Scanner {
    automaton: dense::DFA<Vec<u32>>,
    start: StateID,
    samples: Vec<u32>,
}

/// How far a scanner has read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Scan {
    state: StateID,
    /// Whether the expression was found already.
    found: bool,
    /// Whether a number was read.
    begun: bool,
}

impl Scanner {
    /// The scanner of an expression of FRR; `None` for one that is too large.
    pub(super) fn new(text: &str) -> Option<Self> {
        let config = dense::Config::new()
            .start_kind(StartKind::Unanchored)
            .dfa_size_limit(Some(MAX_SIZE))
            .determinize_size_limit(Some(MAX_SIZE));
        let automaton = dense::Builder::new()
            .configure(config)
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build(&super::translated(text)?)
            .ok()?;
        let input = Input::new("").anchored(Anchored::No);
        let start = automaton.start_state_forward(&input).ok()?;
        let mut scanner = Self {
            automaton,
            start,
            samples: Vec::new(),
        };
        scanner.samples = scanner.sampled(text);
        Some(scanner)
    }

    /// Before the first number.
    pub(crate) fn start(&self) -> Scan {
        Scan {
            state: self.start,
            found: self.automaton.is_match_state(self.start),
            begun: false,
        }
    }

    /// After one more number.
    pub(crate) fn step(&self, scan: &Scan, asn: u32) -> Option<Scan> {
        let border = if scan.begun { " " } else { "" };
        let mut next = Scan {
            begun: true,
            ..scan.clone()
        };
        for byte in format!("{border}{asn}").bytes() {
            next.state = self.automaton.next_state(next.state, byte);
            if self.automaton.is_quit_state(next.state) {
                return None;
            }
            next.found |= self.automaton.is_match_state(next.state);
        }
        if next.found {
            // It stays found, wherever the automaton is.
            next.state = self.start;
        }
        Some(next)
    }

    /// Whether the expression is found in a path that ends here.
    pub(crate) fn ends(&self, scan: &Scan) -> bool {
        scan.found || self.ends_at(scan.state)
    }

    fn ends_at(&self, state: StateID) -> bool {
        self.automaton
            .is_match_state(self.automaton.next_eoi_state(state))
    }

    /// The standard communities in whose text the expression is found; `exactly` answers for those
    /// that are written by name. `None` where they are too many ranges.
    pub(super) fn communities(&self, exactly: impl Fn(u32) -> Option<bool>) -> Option<Arc<Ranges>> {
        // By where the scanner is after the first number and its colon.
        let mut classes: BTreeMap<(StateID, bool), Vec<u32>> = BTreeMap::new();
        for high in 0..u32::from(u16::MAX) {
            let scan = self.read(self.start, false, &format!("{high}:"));
            classes.entry(scan).or_default().push(high);
        }
        let mut ranges = Vec::new();
        for ((state, found), highs) in classes {
            let lows = self.lows(state, found);
            if highs.len().saturating_mul(lows.len()) > MAX_RANGES {
                return None;
            }
            for high in highs {
                let base = u128::from(high) << 16;
                ranges.extend(lows.iter().map(|(first, last)| (base | first, base | last)));
            }
            if ranges.len() > MAX_RANGES {
                return None;
            }
        }
        let named = std::iter::once(0).chain(0xffff_0000..=u32::MAX);
        let mut found = Ranges::of(ranges);
        if found.contains(0) {
            found = found.difference(&Ranges::only(0));
        }
        let mut more = Vec::new();
        for one in named {
            if exactly(one)? {
                more.push((u128::from(one), u128::from(one)));
            }
        }
        Some(Arc::new(found.union(&Ranges::of(more))))
    }

    /// The second numbers with which the expression is found, as ranges.
    fn lows(&self, state: StateID, found: bool) -> Vec<(u128, u128)> {
        if found {
            return vec![(0, u16::MAX.into())];
        }
        let matching = (0..=u16::MAX).filter(|low| {
            let (state, found) = self.read(state, false, &low.to_string());
            found || self.ends_at(state)
        });
        let matching = matching.map(|low| (u128::from(low), u128::from(low)));
        Ranges::of(matching).ranges().to_vec()
    }

    fn read(&self, mut state: StateID, mut found: bool, text: &str) -> (StateID, bool) {
        for byte in text.bytes() {
            state = self.automaton.next_state(state, byte);
            found |= self.automaton.is_match_state(state);
        }
        (state, found)
    }

    /// Numbers that texts have in which the expression is found.
    pub(crate) fn samples(&self) -> &[u32] {
        &self.samples
    }

    /// The numbers that stand in the expression, and those of the shortest texts that it is found
    /// in.
    fn sampled(&self, text: &str) -> Vec<u32> {
        let mut samples = BTreeSet::new();
        collect(text, &mut samples);
        let mut texts: HashMap<StateID, String> = HashMap::from([(self.start, String::new())]);
        let mut open = VecDeque::from([self.start]);
        while let Some(state) = open.pop_front() {
            let Some(before) = texts.get(&state).cloned() else {
                continue;
            };
            if self.automaton.is_match_state(state) || self.ends_at(state) {
                collect(&before, &mut samples);
            }
            if texts.len() > MAX_WALK || samples.len() > MAX_SAMPLES {
                break;
            }
            for byte in "1234567890 ".chars() {
                let code = u8::try_from(byte).unwrap_or(b' ');
                let next = self.automaton.next_state(state, code);
                if !texts.contains_key(&next) && !self.automaton.is_dead_state(next) {
                    texts.insert(next, format!("{before}{byte}"));
                    open.push_back(next);
                }
            }
        }
        samples.into_iter().take(MAX_SAMPLES).collect()
    }
}

/// The AS numbers that stand in a text.
fn collect(text: &str, into: &mut BTreeSet<u32>) {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    into.extend(numbers.filter_map(|number| number.parse().ok().filter(|asn: &u32| *asn > 0)));
}
