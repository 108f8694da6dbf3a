//! Guards: how each is kept, from where to where it lives in each edition, and which are alive on
//! the line.

use std::fmt::Write as _;

use rules::tool::Said;

use super::heading;
use super::teller::Teller;
use crate::analysis::evidence::{noun, why_it_ends};
use crate::hir::Range;
use crate::index::Edition;
use crate::walk::facts::{Event, Facts, Guard, Keeper};

impl Teller<'_, '_> {
    /// The guards that are born on the line.
    pub(super) fn born(&self, said: &mut Vec<Said>) {
        let mut known: Vec<Range> = Vec::new();
        for (number, guard) in self.facts.guards.iter().enumerate() {
            let is_param = matches!(guard.keeper, Keeper::Parameter(_));
            if is_param || !self.is_here(guard.birth) {
                continue;
            }
            // A loop's body is walked twice: the same guard.
            if known.contains(&guard.birth) && !matches!(guard.keeper, Keeper::Callee(_)) {
                continue;
            }
            known.push(guard.birth);
            said.push(heading(format!(
                "guard from `{}`: {}",
                self.quoted(guard.birth),
                self.kept(&self.facts, guard)
            )));
            self.lives(number, guard, said);
            for link in guard.via.iter().skip(1) {
                let name = self.program.fn_name(link.function);
                let place = self.at(link.file, link.range);
                let text = match link.callee {
                    Some(callee) => format!(
                        "`{name}` gets it from `{}` at {place}",
                        self.program.fn_name(callee)
                    ),
                    None => format!("`{name}` takes it at {place}"),
                };
                said.push(Said::at(1, text));
            }
            super::subjects::doubt(guard.grounds, said);
        }
    }

    /// `the read guard of `self.load`, a temporary of the `if let` head`.
    fn kept(&self, facts: &Facts, guard: &Guard) -> String {
        let noun = noun(self.program, guard);
        let lock = self.lock(facts, &guard.lock);
        let head = guard
            .heads
            .last()
            .and_then(|at| facts.constructs.get(usize::try_from(*at).ok()?));
        let how = match (&guard.keeper, head) {
            (Keeper::Temporary, Some(construct)) => {
                format!("a temporary of the `{}` head", construct.head.as_str())
            }
            (Keeper::Temporary, None) => "a temporary".to_owned(),
            (Keeper::Extended, _) => "a temporary whose life `let` extends".to_owned(),
            (Keeper::Variable(name), _) => {
                // A variable that a macro's definition binds has a mark behind its name.
                let name = name.split('#').next().unwrap_or(name);
                format!("kept in variable `{name}`")
            }
            (Keeper::Callee(callee), _) => format!(
                "held by `{}` while it calls the closure",
                self.program.fn_name(*callee)
            ),
            (Keeper::Method, _) => {
                "held by the method itself while it runs what it is given".to_owned()
            }
            (Keeper::Parameter(_), _) => "given by the caller".to_owned(),
        };
        let mut text = format!("the {noun} of `{lock}`, {how}");
        if guard.optional {
            text.push_str("; there is none where the acquisition failed");
        }
        text
    }

    /// From where to where a guard lives, in both groups of editions where they differ.
    fn lives(&self, number: usize, guard: &Guard, said: &mut Vec<Said>) {
        let same = |other: &&Guard| other.birth == guard.birth && other.mode == guard.mode;
        // Guards are numbered in the order of the walk, which the edition does not change.
        let twin = self.elsewhere.guards.get(number).filter(same);
        let twin = twin.or_else(|| self.elsewhere.guards.iter().find(same));
        let own = self.life(&self.facts, guard);
        let other = twin.map(|twin| self.life(&self.elsewhere, twin));
        let start = self.spot(guard.birth.start);
        match other {
            Some(other) if other != own => {
                let (until, since) = if self.edition >= Edition::E2024 {
                    (other, own)
                } else {
                    (own, other)
                };
                let here = |is_here| if is_here { " (as here)" } else { "" };
                let is_new = self.edition >= Edition::E2024;
                said.push(Said::at(
                    1,
                    format!("up to edition 2021{}: from {start} {until}", here(!is_new)),
                ));
                said.push(Said::at(
                    1,
                    format!("in edition 2024{}: from {start} {since}", here(is_new)),
                ));
            }
            _ => said.push(Said::at(1, format!("in every edition: from {start} {own}"))),
        }
    }

    fn life(&self, facts: &Facts, guard: &Guard) -> String {
        match guard.end {
            Some((at, _)) if matches!(guard.keeper, Keeper::Callee(_) | Keeper::Method) => {
                let end = self.spot(at.saturating_sub(1));
                format!("to {end}: while what it is given runs")
            }
            Some((at, why)) => format!(
                "to {}: {}",
                self.spot(at.saturating_sub(1)),
                why_it_ends(facts, guard, why)
            ),
            None => "on, without an end that was seen".to_owned(),
        }
    }

    /// The guards that are alive on the line and were born elsewhere.
    pub(super) fn alive(&self, said: &mut Vec<Said>) {
        said.push(heading("guards alive here, born elsewhere"));
        let before = said.len();
        let events: Vec<&Event> = self.events().collect();
        for (number, guard) in self.facts.guards.iter().enumerate() {
            if self.is_here(guard.birth) && !matches!(guard.keeper, Keeper::Parameter(_)) {
                continue;
            }
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let held: Vec<bool> = events
                .iter()
                .flat_map(|event| &event.held)
                .filter(|held| held.guard == number)
                .map(|held| held.maybe)
                .collect();
            let by_range = events.is_empty() && self.spans(guard);
            if held.is_empty() && !by_range {
                continue;
            }
            let mut text = self.kept(&self.facts, guard);
            if !matches!(guard.keeper, Keeper::Parameter(_)) {
                let _ = write!(text, ", born on line {}", self.line(guard.birth.start));
                if let Some((at, why)) = guard.end {
                    let _ = write!(
                        text,
                        "; it lives to {}: {}",
                        self.spot(at.saturating_sub(1)),
                        why_it_ends(&self.facts, guard, why)
                    );
                }
            }
            if !held.is_empty() && held.iter().all(|maybe| *maybe) {
                text.push_str("; on some of the paths that lead here it is gone");
            }
            said.push(Said::at(1, text));
        }
        if said.len() == before {
            said.push(Said::at(1, "none"));
        }
    }

    /// What happens on the line.
    pub(super) fn events(&self) -> impl Iterator<Item = &Event> {
        self.facts
            .events
            .iter()
            .filter(|event| self.is_here(event.range))
    }

    /// Whether the line lies between a guard's birth and its end.
    fn spans(&self, guard: &Guard) -> bool {
        let end = guard.end.map_or(u32::MAX, |(at, _)| at.saturating_sub(1));
        let first = self.line(guard.birth.start);
        first < self.asked.line && self.asked.line <= self.line(end)
    }
}
