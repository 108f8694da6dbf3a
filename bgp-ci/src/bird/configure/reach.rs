//! How far the reader's problems reach: as far as the statement does that holds them.

use crate::bird::problem::{Problem, ProblemKind};
use crate::model::GapKind;
use crate::place::Place;
use crate::router::{Gap, Reach};

/// What each statement outside of all others reaches.
#[derive(Debug, Default)]
pub(super) struct Reaches(Vec<(Place, Vec<Reach>)>);

impl Reaches {
    /// Notes that the statement at `place` reaches `reaches`.
    pub(super) fn add(&mut self, place: Place, reaches: &[Reach]) {
        self.0.push((place, reaches.to_vec()));
    }

    /// What the statements around `place` reach, each once; empty where none is around it.
    fn around(&self, place: Place) -> Vec<Reach> {
        let holds = |outer: &Place| {
            outer.file == place.file && outer.start <= place.start && place.end <= outer.end
        };
        let mut found: Vec<Reach> = self
            .0
            .iter()
            .filter(|(outer, _)| holds(outer))
            .flat_map(|(_, reaches)| reaches)
            .copied()
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The gaps that the reader's problems are.
pub(super) fn of_problems(problems: &[Problem], reaches: &Reaches) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for problem in problems {
        let kind = match &problem.kind {
            ProblemKind::Syntax | ProblemKind::Invalid => GapKind::Unparsed,
            ProblemKind::Undefined { .. } => GapKind::Undefined,
            ProblemKind::NotVisible
            | ProblemKind::Unresolved
            | ProblemKind::Placeholder { .. }
            | ProblemKind::Newer => GapKind::Unmodelled,
            ProblemKind::Note => continue,
        };
        // BIRD refuses a file with a mistake as a whole, wherever the mistake is.
        let whole = matches!(
            problem.kind,
            ProblemKind::Syntax | ProblemKind::Invalid | ProblemKind::Undefined { .. }
        );
        let mut around = if whole {
            Vec::new()
        } else {
            reaches.around(problem.place)
        };
        if around.is_empty() {
            around.push(Reach::Router);
        }
        let message = match &problem.help {
            Some(help) => format!("{}: {help}", problem.message),
            None => problem.message.clone(),
        };
        for reach in around {
            gaps.push(Gap {
                place: problem.place,
                kind,
                message: message.clone(),
                reach,
            });
        }
    }
    gaps
}
