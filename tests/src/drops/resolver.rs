//! What structlint's walk says about the functions of the table, and whether it is what happens.

use std::collections::BTreeMap;
use std::sync::Arc;

use structlint::analysis::{Settled, settle};
use structlint::hir::Range;
use structlint::index::{CrateInput, FileId, FnId, Program};
use structlint::locks::Vocabulary;
use structlint::syntax;
use structlint::walk::facts::{Guard, Happening, Keeper, LockRef, Step, Why};

use super::program::{self, cases};
use super::row::Happens;
use crate::programs::edition::Edition;

/// Something that happens, and the guards that are alive then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// `+g`, or the number given to `at`.
    pub word: String,
    /// The locks whose guards are alive.
    pub alive: Alive,
}

/// Locks whose guards are alive.
type Alive = Vec<(String, When)>;

/// When a guard is alive at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Whenever the moment comes.
    Always,
    /// On some of the paths that lead there.
    Sometimes,
    /// Where the call that made it was a success: it may have failed, or that is ruled out here.
    IfMade,
}

/// What the walk says of one function.
#[derive(Debug, Clone, Default)]
pub struct Believed {
    /// In order.
    pub moments: Vec<Moment>,
    /// There is a loop, after whose end a moment may come again.
    pub comes_back: bool,
    /// Guards come from calls that do not wait: no moments of their own.
    pub takes_unseen: bool,
    /// Guards of the function itself in the order in which they end: those with the same number end together.
    pub ends: BTreeMap<String, (u32, bool)>,
}

/// What the walk says of every case of an edition.
pub fn believed(edition: Edition) -> BTreeMap<String, Believed> {
    let program::Program { text, .. } = program::program(edition);
    let (parsed, year) = match edition {
        Edition::E2018 => (
            ra_ap_syntax::Edition::Edition2018,
            structlint::index::Edition::E2018,
        ),
        Edition::E2021 => (
            ra_ap_syntax::Edition::Edition2021,
            structlint::index::Edition::E2021,
        ),
        Edition::E2024 => (
            ra_ap_syntax::Edition::Edition2024,
            structlint::index::Edition::E2024,
        ),
    };
    let files = [syntax::lower(Arc::from("lib.rs"), &text, parsed, 0)];
    let [file] = &files;
    assert!(
        file.errors.is_empty(),
        "the program parses: {:?}",
        file.errors
    );
    let krate = CrateInput {
        name: "table".into(),
        edition: year,
        is_test: false,
        silent: false,
        externs: Vec::new(),
        modules: vec![(Vec::new(), FileId(0), Vec::new())],
    };
    let locks = Vocabulary::shipped();
    let program = Program::link(&files, vec![krate], &locks);
    let settled = settle(&program);
    let reader = Reader {
        text: &text,
        settled: &settled,
    };
    (0..program.fns.len())
        .map(FnId::of)
        .filter_map(|id| {
            let path = program.fn_path(id);
            let case = path.strip_prefix("table::")?.strip_suffix("::run")?;
            let text = cases(edition).find(|found| found.name == case)?.text;
            let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
            let believed = Believed {
                comes_back: has(&["while ", "loop ", "for "]),
                takes_unseen: has(&["try_lock", "unlocked"]),
                moments: reader.moments(id, &[], &BTreeMap::new(), 0),
                ends: reader.ends(id),
            };
            Some((case.to_owned(), believed))
        })
        .collect()
}

struct Reader<'p> {
    text: &'p str,
    settled: &'p Settled,
}

impl Reader<'_> {
    /// What happens in a function and below it, called under the guards `outer`, with guards among its arguments.
    fn moments(
        &self,
        id: FnId,
        outer: &[(String, When)],
        given: &BTreeMap<u32, Alive>,
        depth: u32,
    ) -> Vec<Moment> {
        let mut moments = Vec::new();
        let Some(facts) = self.settled.facts.get(id.at()).filter(|_| depth < 4) else {
            return moments;
        };
        let named = |guard: u32, maybe: bool| -> Alive {
            let Some(guard) = facts.guards.get(usize_of(guard)) else {
                return Vec::new();
            };
            if let Keeper::Parameter(parameter) = guard.keeper {
                return given.get(&parameter).cloned().unwrap_or_default();
            }
            let when = match (maybe, guard.optional) {
                (true, _) => When::Sometimes,
                (false, true) => When::IfMade,
                (false, false) => When::Always,
            };
            vec![(name_of(&guard.lock), when)]
        };
        for event in facts.events.iter().filter(|event| !event.detached) {
            let mut alive = outer.to_vec();
            alive.extend(
                event
                    .held
                    .iter()
                    .flat_map(|held| named(held.guard, held.maybe)),
            );
            alive.sort();
            match &event.what {
                Happening::Acquire { lock, .. } => moments.push(Moment {
                    word: format!("+{}", name_of(lock)),
                    alive,
                }),
                Happening::Call {
                    callees, passed, ..
                } => {
                    let Some(&(callee, _)) = callees.first() else {
                        continue;
                    };
                    if let Some(number) = self.marker(event.range) {
                        moments.push(Moment {
                            word: number.to_owned(),
                            alive,
                        });
                        continue;
                    }
                    let mut arguments: BTreeMap<u32, Alive> = BTreeMap::new();
                    for passed in passed {
                        arguments
                            .entry(passed.param)
                            .or_default()
                            .extend(named(passed.guard, false));
                    }
                    moments.extend(self.moments(callee, &alive, &arguments, depth + 1));
                }
                // Nothing that the table speaks of.
                _ => {}
            }
        }
        moments
    }

    /// The number in `at(3)`.
    fn marker(&self, range: Range) -> Option<&str> {
        let call = self.text.get(usize_of(range.start)..usize_of(range.end))?;
        call.strip_prefix("at(")?.strip_suffix(')')
    }

    /// When the guards of a function end, of those that it takes once.
    fn ends(&self, id: FnId) -> BTreeMap<String, (u32, bool)> {
        let Some(facts) = self.settled.facts.get(id.at()) else {
            return BTreeMap::new();
        };
        let own = |guard: &&Guard| guard.via.is_empty() && guard.birth != Range::default();
        let mut ends = BTreeMap::new();
        for guard in facts.guards.iter().filter(own) {
            let name = name_of(&guard.lock);
            let twice = facts
                .guards
                .iter()
                .filter(|other| name_of(&other.lock) == name)
                .count()
                > 1;
            let sometimes = facts.events.iter().any(|event| {
                let held = |held: &structlint::walk::facts::Held| {
                    held.maybe
                        && facts
                            .guards
                            .get(usize_of(held.guard))
                            .is_some_and(|held| held.birth == guard.birth)
                };
                event.held.iter().any(held)
            });
            if let (false, false, Some((byte, why))) = (twice, sometimes, guard.end) {
                // The function's own temporaries go after the variables of its body.
                ends.insert(name, (byte, why == Why::Function));
            }
        }
        ends
    }
}

/// The last field of the path to a lock.
fn name_of(lock: &LockRef) -> String {
    let path = lock.place.iter().flat_map(|place| &place.path);
    let field = path.rev().find_map(|step| match step {
        Step::Field(name) => Some(name.to_string()),
        Step::Element | Step::At(_) => None,
    });
    field.unwrap_or_else(|| "?".to_owned())
}

fn usize_of(number: u32) -> usize {
    usize::try_from(number).expect("usize has at least 32 bits")
}

impl Believed {
    /// How this differs from what happens; nothing where it is right.
    pub fn difference(&self, happens: Happens) -> Option<String> {
        // What was alive at each moment, over both runs.
        let mut seen: Vec<Vec<Vec<String>>> = vec![Vec::new(); self.moments.len()];
        for run in happens {
            let mut alive: Vec<String> = Vec::new();
            let mut from = 0;
            for (at, word) in run.split_whitespace().enumerate() {
                if let Some(lock) = word.strip_prefix('-') {
                    let Some(found) = alive.iter().position(|alive| alive == lock) else {
                        return Some(format!("`{run}` drops {lock}, which is not there"));
                    };
                    alive.remove(found);
                    if let Some(wrong) = self.out_of_order(lock, &alive) {
                        return Some(format!("in `{run}` word {}: {wrong}", at + 1));
                    }
                    continue;
                }
                let fits = |moment: &Moment| match word {
                    "!" => alive
                        .iter()
                        .any(|lock| moment.word.strip_prefix('+') == Some(lock)),
                    _ => moment.word == word,
                };
                let found = |from: usize| {
                    let rest = self.moments.iter().enumerate().skip(from);
                    rest.filter(|(_, moment)| fits(moment))
                        .find(|(_, moment)| moment.allows(&alive))
                };
                let moment = match found(from) {
                    Some((moment, _)) => Some(moment),
                    None if self.comes_back => found(0).map(|(moment, _)| moment),
                    None => None,
                };
                let taken = word.strip_prefix('+');
                if let Some(moment) = moment {
                    seen.get_mut(moment)
                        .expect("a moment's number is in range")
                        .push(alive.clone());
                    from = moment + 1;
                } else if taken.is_none() || !self.takes_unseen {
                    return Some(format!(
                        "in `{run}` word {}, `{word}`, happens with {alive:?} alive",
                        at + 1
                    ));
                }
                if let Some(lock) = taken {
                    alive.push(lock.to_owned());
                    alive.sort();
                }
            }
        }
        let mut of_places: BTreeMap<&str, (Vec<&Moment>, Vec<&Vec<String>>)> = BTreeMap::new();
        for (moment, seen) in self.moments.iter().zip(&seen) {
            let entry = of_places.entry(moment.word.as_str()).or_default();
            entry.0.push(moment);
            entry.1.extend(seen);
        }
        for (word, (moments, seen)) in of_places {
            for (lock, when) in moments.iter().flat_map(|moment| &moment.alive) {
                let with = seen.iter().filter(|alive| alive.contains(lock)).count();
                let without = seen.len() - with;
                if with == 0 && without > 0 {
                    return Some(format!("at `{word}`, {lock} is never alive"));
                }
                if *when == When::Sometimes && without == 0 && with > 0 {
                    return Some(format!(
                        "at `{word}`, {lock} is alive always, not sometimes"
                    ));
                }
            }
        }
        None
    }

    /// Whether something that is still alive should have ended before `lock`.
    fn out_of_order(&self, lock: &str, alive: &[String]) -> Option<String> {
        let end = self.ends.get(lock)?;
        let first = alive
            .iter()
            .find(|other| self.ends.get(*other).is_some_and(|other| other < end))?;
        Some(format!("{lock} ends before {first}"))
    }
}

impl Moment {
    /// Whether these may be the locks that are held now.
    fn allows(&self, alive: &[String]) -> bool {
        let possible = alive
            .iter()
            .all(|lock| self.alive.iter().any(|(name, _)| name == lock));
        let necessary = self
            .alive
            .iter()
            .all(|(name, when)| *when != When::Always || alive.contains(name));
        possible && necessary
    }
}
