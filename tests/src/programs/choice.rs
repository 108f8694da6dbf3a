//! Which programs to make: every place of every construct in every edition, and a seeded choice of the rest.

use super::construct::{Construct, Hole, ITSELF, Need};
use super::edition::Edition;
use super::lock::{Event, Family, Form, Lock, Mode, clash};
use super::locks::locks;
use super::plan::{Layer, Plan, Root, Route, Taken};
use super::table;

/// How many programs to make, and which.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// Functions for each place of each construct.
    pub per_place: usize,
    /// Functions in which one construct stands in the place of another.
    pub nested: usize,
    /// The same seed makes the same programs.
    pub seed: u64,
}

/// The plans of one edition.
pub fn plans(edition: Edition, amount: Amount) -> Vec<Plan> {
    let mut dice = Dice::new(amount.seed.wrapping_add(edition.since()));
    let mut plans = Vec::new();
    for construct in table::all().filter(|construct| construct.since <= edition) {
        for hole in construct.holes {
            let all = pairs(construct, hole);
            let clashing: Vec<Pair> = all.iter().copied().filter(Pair::hurts).collect();
            for turn in 0..amount.per_place {
                // The first of each place takes the lock again, so that the table's claim is put to the test.
                let from = if turn == 0 { &clashing } else { &all };
                if let Some(pair) = dice.pick(from) {
                    plans.push(single(*pair, edition, plans.len(), &mut dice));
                }
            }
        }
    }
    let singles: Vec<Plan> = plans.clone();
    let mut nested = 0;
    while nested < amount.nested {
        let (Some(outer), Some(inner)) = (dice.pick(&singles), dice.pick(&singles)) else {
            break;
        };
        if let Some(plan) = nest(outer, inner, plans.len(), &mut dice) {
            plans.push(plan);
            nested += 1;
        }
    }
    plans
}

/// A lock, and the two ways in which it is taken in one function.
#[derive(Debug, Clone, Copy)]
struct Pair {
    construct: &'static Construct,
    hole: &'static Hole,
    lock: &'static Lock,
    held: &'static Form,
    taken: Taken,
}

impl Pair {
    fn hurts(&self) -> bool {
        let Taken::Again(taken) = self.taken else {
            return false;
        };
        let held = self.hole.mode.unwrap_or(self.held.mode);
        let event = clash(self.lock.family, held, taken.mode);
        // Some constructs can only be had with a guard that shares.
        event.is_some() && (event != Some(Event::RecursiveRead) || self.hole.name == ITSELF)
    }
}

fn pairs(construct: &'static Construct, hole: &'static Hole) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for lock in locks() {
        for held in lock.forms {
            if !construct.needs.iter().all(|need| held.offers(lock, *need)) {
                continue;
            }
            let mut push = |taken| {
                pairs.push(Pair {
                    construct,
                    hole,
                    lock,
                    held,
                    taken,
                });
            };
            if hole.name == ITSELF {
                push(Taken::Again(held));
                continue;
            }
            for taken in lock.moments {
                push(Taken::Again(taken));
            }
            for taken in lock.forms {
                push(Taken::Again(taken));
                if construct.wants(Need::InPlace) {
                    continue;
                }
                push(Taken::Other(taken));
                if taken.tries.is_some()
                    && lock.family != Family::Map
                    && taken.mode != Mode::Reentrant
                {
                    push(Taken::Tried(taken));
                }
            }
        }
    }
    pairs
}

fn single(pair: Pair, edition: Edition, ordinal: usize, dice: &mut Dice) -> Plan {
    let Pair {
        construct,
        hole,
        lock,
        held,
        taken,
    } = pair;
    let needs_inputs = construct.wants(Need::Tries) || construct.wants(Need::Fallible);
    let has_items = !construct.items.is_empty();
    let calls = !construct.wants(Need::InPlace);
    let form = match taken {
        Taken::Again(form) | Taken::Other(form) | Taken::Tried(form) => form,
    };
    let in_arc = held.in_arc || form.in_arc;
    let waits = lock.family == Family::Async;
    let shared = matches!(lock.family, Family::Blocking | Family::Async) && !needs_inputs;
    let roots: Vec<Root> = [
        (Root::Field, !in_arc),
        (Root::Field, !in_arc),
        (Root::Shared, true),
        (Root::Nested, !in_arc),
        (Root::Newtype, !in_arc),
        (Root::Local, !has_items && !in_arc),
        (Root::Parameter, !has_items && !in_arc),
        (
            Root::Static,
            lock.new_static.is_some() && !needs_inputs && !in_arc,
        ),
        (Root::Boxed, !in_arc),
        (Root::Element, !in_arc),
        (Root::Keyed, !in_arc),
        (Root::Optional, !in_arc),
        (Root::Cloned, !has_items),
        (Root::Lazy, shared && !in_arc),
        (Root::Once, shared && !in_arc),
        (Root::LazyStatic, shared && !in_arc),
        (
            Root::ThreadLocal,
            !waits
                && !construct.wants(Need::Async)
                && lock.family != Family::Map
                && !needs_inputs
                && !has_items
                && !in_arc,
        ),
    ]
    .into_iter()
    .filter_map(|(root, fits)| fits.then_some(root))
    .collect();
    let root = *dice.pick(&roots).expect("an `Arc` always fits");
    let blocking = !waits && calls;
    let plain = root != Root::Parameter;
    let again = matches!(taken, Taken::Again(_) | Taken::Other(_));
    let awaited = waits && calls && again;
    let local = root != Root::ThreadLocal;
    let routes: Vec<Route> = [
        (Route::InPlace, true),
        (Route::InPlace, true),
        (Route::Methods(1), calls),
        (Route::Methods(1), calls),
        (Route::Methods(2), calls),
        (Route::Methods(3), calls),
        (Route::Methods(4), calls),
        (Route::Function, calls),
        (Route::Trait, blocking),
        (Route::Closure, blocking && !has_items),
        (Route::Macro, true),
        (Route::Getter, again && form.guard.is_some() && local),
        (Route::Bound, blocking && plain),
        (Route::Object, blocking && plain),
        (Route::Provided, blocking && plain),
        (Route::Passed(1), blocking),
        (Route::Passed(2), blocking),
        (Route::Passed(4), blocking),
        (Route::Stored, blocking && !has_items),
        (
            Route::With,
            blocking && plain && again && local && !form.moment,
        ),
        (Route::Format, calls),
        (Route::Block, awaited),
        (Route::Joined, awaited),
        (Route::Selected, awaited),
    ]
    .into_iter()
    .filter_map(|(route, fits)| fits.then_some(route))
    .collect();
    Plan {
        name: format!("f{ordinal:04}"),
        edition,
        lock,
        layers: vec![Layer {
            construct,
            hole,
            held,
            unwrap: dice
                .pick(held.unwraps)
                .expect("every form says how its guard is had"),
            getter: held.guard.is_some()
                && !matches!(
                    root,
                    Root::Local | Root::Parameter | Root::Cloned | Root::ThreadLocal
                )
                && dice.one_in(6),
        }],
        target: 0,
        taken,
        root,
        route: *dice.pick(&routes).expect("in place always fits"),
    }
}

/// The inner construct in the place of the outer one, where the language allows it.
fn nest(outer: &Plan, inner: &Plan, ordinal: usize, dice: &mut Dice) -> Option<Plan> {
    let (top, below) = (*outer.layers.first()?, *inner.layers.first()?);
    if top.hole.name == ITSELF || below.hole.name == ITSELF || outer.lock.name != inner.lock.name {
        return None;
    }
    let in_closure = top.construct.wants(Need::Blocking);
    if in_closure && (below.construct.text.contains("return") || below.construct.wants(Need::Async))
    {
        return None;
    }
    if below.construct.wants(Need::Blocking) && top.construct.wants(Need::Async) {
        return None;
    }
    // What the inner one leaves in place of a value is not what is assigned.
    if top.construct.wants(Need::InPlace) || below.construct.wants(Need::InPlace) {
        return None;
    }
    let in_helper = !top.construct.items.is_empty();
    let asks_condition = |text: &str| {
        text.split(|char: char| !char.is_alphanumeric() && char != '_')
            .any(|word| word == "c")
    };
    if in_helper && asks_condition(below.construct.text) {
        return None;
    }
    let Taken::Again(taken) = inner.taken else {
        return None;
    };
    // The outer lock is a field, and what asks for an `Arc` or a static does not fit there.
    if [top.held, below.held, taken].iter().any(|form| form.in_arc) {
        return None;
    }
    Some(Plan {
        name: format!("f{ordinal:04}"),
        edition: outer.edition,
        lock: outer.lock,
        layers: vec![
            Layer {
                getter: false,
                ..top
            },
            Layer {
                getter: false,
                ..below
            },
        ],
        target: usize::from(dice.one_in(2)),
        taken: inner.taken,
        root: Root::Field,
        route: match inner.route {
            Route::Closure | Route::Stored if in_helper => Route::InPlace,
            route => route,
        },
    })
}

/// A small generator of numbers: xorshift, so that a seed means the same everywhere.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same way for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// One of them, or nothing of nothing.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let len = u64::try_from(from.len()).ok()?;
        let at = self.roll().checked_rem(len)?;
        from.get(usize::try_from(at).ok()?)
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.roll().is_multiple_of(times)
    }
}
