//! Every outcome that some answer to the open questions leads to.

use super::{Context, Gap, Machine, Oracle, Outcome, Question};
use crate::filter::program::FilterId;
use crate::filter::route::Route;

/// How many runs are tried.
pub const MAX_OUTCOMES: usize = 64;

/// Gives the answers of a script, then the first of each question.
#[derive(Default)]
struct Script {
    /// The answer to each question so far, and how many there are.
    given: Vec<(u8, u8)>,
    at: usize,
    /// Every question that was asked, once.
    asked: Vec<Question>,
}

impl Oracle for Script {
    fn answer(&mut self, question: &Question) -> Option<u8> {
        let at = self.at;
        self.at += 1;
        if !self.asked.contains(question) {
            self.asked.push(question.clone());
        }
        if let Some((answer, _)) = self.given.get(at) {
            Some(*answer)
        } else {
            self.given.push((0, question.answers));
            Some(0)
        }
    }
}

impl Script {
    /// Moves on to the next answers; false after the last.
    fn advance(&mut self) -> bool {
        self.at = 0;
        while let Some((answer, answers)) = self.given.pop() {
            if let Some(next) = answer.checked_add(1).filter(|next| *next < answers) {
                self.given.push((next, answers));
                return true;
            }
        }
        false
    }
}

impl Machine<'_> {
    /// Runs a filter with every answer to what the context does not know, each outcome once.
    ///
    /// A caller that finds one outcome in all of them is certain. After [`MAX_OUTCOMES`] runs the
    /// last outcome is unmodelled.
    pub fn outcomes(&self, filter: FilterId, route: &Route, context: &Context<'_>) -> Vec<Outcome> {
        self.questioned(filter, route, context).0
    }

    /// As [`Machine::outcomes`], with the questions whose answers make the difference.
    pub fn questioned(
        &self,
        filter: FilterId,
        route: &Route,
        context: &Context<'_>,
    ) -> (Vec<Outcome>, Vec<Question>) {
        let mut script = Script::default();
        let mut found: Vec<Outcome> = Vec::new();
        for _ in 0..MAX_OUTCOMES {
            let outcome = self.run_with(filter, route, context, &mut script);
            if !found.contains(&outcome) {
                found.push(outcome);
            }
            if !script.advance() {
                return (found, script.asked);
            }
        }
        found.push(Outcome::Unmodelled(Gap {
            place: self.program.filter(filter).place,
            reason: "the policy asks too many questions that only live data answers".into(),
        }));
        (found, script.asked)
    }
}
