//! The evidence about one function, and how it is told.
//!
//! Checks decide what to report; the order of a story — where the guard is born, why it is still
//! alive, each call, where the lock is taken again — is the same for all of them and is here.

use rules::{Finding, Rule, Span};

use crate::hir::Range;
use crate::index::{FileId, FnId, Program};
use crate::locks::{Kind, Mode};
use crate::walk::facts::{Event, Facts, Guard, Head, Keeper, Link, Why};

use super::blocked::Blocked;
use super::dormant::Queued;
use super::overlap::{Class, Overlap, lock_name};

/// What is known of one function.
#[derive(Debug)]
pub struct Evidence<'p, 'a> {
    /// Everything linked.
    pub program: &'p Program<'a>,
    /// The function.
    pub id: FnId,
    /// Its guards and events.
    pub facts: &'p Facts,
    /// Its overlaps, in the edition of its crate.
    pub overlaps: &'p [Overlap],
    /// Its overlaps under the drop scopes of the other editions.
    pub elsewhere: &'p [Overlap],
    /// Where its thread waits for something other than a lock.
    pub blocked: &'p [Blocked],
    /// Handlers of `select!` that wait behind futures which nobody polls.
    pub queued: &'p [Queued],
}

/// The overlaps of one guard that one rule reports.
#[derive(Debug)]
pub struct Group<'p> {
    /// The guard's number.
    pub number: u32,
    /// The guard.
    pub guard: &'p Guard,
    /// In source order; not empty.
    pub overlaps: Vec<&'p Overlap>,
    /// Which of the groups of this rule and lock, from 0.
    pub ordinal: usize,
}

impl<'p> Evidence<'p, '_> {
    /// The guard `number`.
    pub fn guard(&self, number: u32) -> Option<&'p Guard> {
        self.facts.guards.get(usize::try_from(number).ok()?)
    }

    /// The overlaps of `class`, by guard.
    pub fn groups(&self, class: Class) -> Vec<Group<'p>> {
        let mut groups: Vec<Group<'p>> = Vec::new();
        for overlap in self
            .overlaps
            .iter()
            .filter(|overlap| overlap.class == class)
        {
            let Some(guard) = self.guard(overlap.guard) else {
                continue;
            };
            let twin = groups
                .iter_mut()
                .find(|group| group.guard.birth == guard.birth);
            match twin {
                Some(group) => group.overlaps.push(overlap),
                None => groups.push(Group {
                    number: overlap.guard,
                    guard,
                    overlaps: vec![overlap],
                    ordinal: 0,
                }),
            }
        }
        for group in &mut groups {
            // The surest first acquisition in source order is the primary.
            group
                .overlaps
                .sort_by_key(|overlap| (overlap.at.start, overlap.at.end));
        }
        groups.sort_by_key(|group| group.guard.birth);
        let names: Vec<String> = groups.iter().map(|group| self.lock(group.guard)).collect();
        for (at, group) in groups.iter_mut().enumerate() {
            let name = names.get(at);
            group.ordinal = names
                .iter()
                .take(at)
                .filter(|other| Some(*other) == name)
                .count();
        }
        groups
    }

    /// The lock's name as this function writes it.
    pub fn lock(&self, guard: &Guard) -> String {
        lock_name(self.program, self.id, self.facts, &guard.lock)
    }

    /// What kind of lock a guard is of.
    pub fn kind(&self, guard: &Guard) -> Kind {
        self.program.locks.lock(guard.lock.lock).kind
    }

    /// A span in a file.
    pub fn span(&self, file: FileId, range: Range) -> Span {
        let file = self.program.file(file);
        file.lines.span(&file.path, range.start, range.end)
    }

    /// A span in the function's own file.
    pub fn here(&self, range: Range) -> Span {
        self.span(self.program.function(self.id).file, range)
    }

    /// A finding about `guard` at `range` in this function.
    pub fn finding(
        &self,
        rule: &'static Rule,
        range: Range,
        message: String,
        guard: &Guard,
        ordinal: usize,
    ) -> Finding {
        let lock = self.lock(guard);
        let path = self.program.fn_path(self.id);
        rule.at(
            self.here(range),
            message,
            &[&path, &lock, &ordinal.to_string()],
        )
        .with_lowered(self.program.function(self.id).is_test)
        .with_data("lock", lock)
        .with_data("function", path)
    }

    /// The whole story of a group: `message` and `help` are the rule's.
    pub fn story(
        &self,
        rule: &'static Rule,
        group: &Group<'p>,
        message: String,
        help: String,
    ) -> Option<Finding> {
        let primary = group.overlaps.first()?;
        let mut finding = self.finding(rule, primary.at, message, group.guard, group.ordinal);
        let grounds = group
            .overlaps
            .iter()
            .map(|overlap| overlap.grounds)
            .max()
            .unwrap_or(primary.grounds);
        let is_test = self.program.function(self.id).is_test || primary.is_test;
        finding = finding.with_lowered(is_test);
        for (span, text) in self.life(group.guard) {
            finding = finding.with_label(span, text);
        }
        let verb = taking_verb(primary);
        for (span, text) in self.steps(&primary.chain, verb) {
            finding = finding.with_label(span, text);
        }
        for again in group.overlaps.iter().skip(1) {
            let how = match again.class {
                Class::Waiting => "waits",
                _ => self.taking(group.guard, again.taken),
            };
            let text = match again.chain.get(1) {
                Some(_) => format!("also {how} below this call"),
                None => format!("also {how} here"),
            };
            finding = finding.with_label(self.here(again.at), text);
        }
        let editions = self.editions(group);
        let chain = self.chain_data(&primary.chain);
        if editions.len() < 4 && !editions.contains(&"2024") {
            finding = finding.with_note(
                "affects editions 2015, 2018 and 2021: since 2024 the guard is dropped before this point",
            );
        }
        Some(
            grounds
                .qualify(finding)
                .with_help(help)
                .with_data("held", group.guard.mode.as_str())
                .with_data("taken", primary.taken.as_str())
                .with_data("editions", editions)
                .with_data("chain", chain),
        )
    }

    /// A chain, for the report's `data`.
    pub fn chain_data(&self, chain: &[Link]) -> Vec<serde_json::Value> {
        chain.iter().map(|link| self.link_data(link)).collect()
    }

    fn link_data(&self, link: &Link) -> serde_json::Value {
        let span = self.span(link.file, link.range);
        serde_json::json!({
            "function": self.program.fn_path(link.function),
            "path": &*span.path,
            "line": span.start.line,
            "column": span.start.column,
            "calls": link.callee.map(|callee| self.program.fn_path(callee)),
        })
    }

    /// The editions in which the group's primary overlap exists.
    pub fn editions(&self, group: &Group<'p>) -> Vec<&'static str> {
        let here = self
            .program
            .krate(self.program.function(self.id).module)
            .edition;
        let exists = |list: &[Overlap]| {
            list.iter().any(|overlap| {
                group.overlaps.iter().any(|own| {
                    own.at == overlap.at
                        && own.taken == overlap.taken
                        && overlap.conflict == own.conflict
                })
            })
        };
        let (old, new) = if here >= crate::index::Edition::E2024 {
            (exists(self.elsewhere), true)
        } else {
            (true, exists(self.elsewhere))
        };
        let mut editions = Vec::new();
        if old {
            editions.extend(["2015", "2018", "2021"]);
        }
        if new {
            editions.push("2024");
        }
        editions
    }

    /// Where the guard is born, and where and why its life ends.
    pub fn life(&self, guard: &Guard) -> Vec<(Span, String)> {
        let lock = self.lock(guard);
        let noun = self.noun(guard);
        let mut life = Vec::new();
        if let Keeper::Callee(callee) = guard.keeper {
            let last = guard.via.last();
            let span = last.map_or_else(
                || self.here(guard.birth),
                |link| self.span(link.file, link.range),
            );
            let name = self.program.fn_name(callee);
            life.push((
                span,
                format!("`{name}` holds the {noun} of `{lock}` while it calls the closure"),
            ));
            return life;
        }
        let birth = match &guard.keeper {
            Keeper::Method if self.kind(guard).is_cell() => {
                format!("the initialiser of `{lock}` runs here")
            }
            Keeper::Method => {
                format!(
                    "`{lock}` is {} while this runs",
                    self.taking(guard, guard.mode)
                )
            }
            Keeper::Variable(name) => {
                // A variable that a macro's definition binds has a mark behind its name.
                let name = name.split('#').next().unwrap_or(name);
                format!("the {noun} of `{lock}` is taken here and kept in `{name}`")
            }
            Keeper::Extended => {
                format!("the {noun} of `{lock}` is born here; `let` extends its life")
            }
            _ => format!("the {noun} of `{lock}` is born here, as a temporary"),
        };
        life.push((self.here(guard.birth), birth));
        // Where no path leads on, every path leaves the function.
        let body = self.program.function(self.id).body;
        let leaves = body.map(|body| (body.expr(body.root).range.end, Why::Function));
        if let Some((at, why)) = guard.end.or(leaves) {
            let range = Range {
                start: at.saturating_sub(1),
                end: at,
            };
            life.push((
                self.here(range),
                format!("it lives to here: {}", self.why(guard, why)),
            ));
        }
        for link in guard.via.iter().skip(1) {
            let name = self.program.fn_name(link.function);
            let text = match link.callee {
                Some(callee) => format!("`{name}` gets it from `{}`", self.program.fn_name(callee)),
                None => format!("`{name}` takes it here and hands it back"),
            };
            life.push((self.span(link.file, link.range), text));
        }
        life
    }

    /// Why a guard's life ends there.
    fn why(&self, guard: &Guard, why: Why) -> String {
        why_it_ends(self.facts, guard, why)
    }

    /// Each call from the primary place to where what `verb` says happens.
    pub fn steps(&self, chain: &[Link], verb: &str) -> Vec<(Span, String)> {
        let mut steps = Vec::new();
        for link in chain.iter().skip(1) {
            let who = self.who(link.function);
            let text = match link.callee {
                Some(callee) => {
                    let calls = self.calling_verb(callee);
                    format!("{who} {calls} `{}`", self.program.fn_name(callee))
                }
                None => format!("{who} {verb} here"),
            };
            steps.push((self.span(link.file, link.range), text));
        }
        steps
    }

    /// `read guard`, `write guard`, `guard`, `borrow`, `mutable borrow`.
    pub fn noun(&self, guard: &Guard) -> &'static str {
        noun(self.program, guard)
    }

    /// `locked`, `read-locked`, `write-locked`, `borrowed`, `mutably borrowed`.
    pub fn taking(&self, guard: &Guard, taken: Mode) -> &'static str {
        match (self.kind(guard), taken) {
            (Kind::RefCell, Mode::Exclusive) => "mutably borrowed",
            (Kind::RefCell | Kind::Watch, _) => "borrowed",
            (Kind::Once | Kind::OnceCell, _) => "needed",
            (Kind::Semaphore, _) => "acquired",
            (Kind::Mutex | Kind::Unknown | Kind::Reentrant, _) => "locked",
            (_, Mode::Exclusive) => "write-locked",
            (_, Mode::Upgradable) => "upgradably read-locked",
            _ => "read-locked",
        }
    }

    /// A function by its name, an initialiser by its static's.
    fn who(&self, function: FnId) -> String {
        let name = self.program.fn_name(function);
        match self.program.function(function).initialises {
            Some(_) => format!("the initialiser of `{name}`"),
            None => format!("`{name}`"),
        }
    }

    /// How a call of `callee` is told: the initialiser of a static is not called by name.
    fn calling_verb(&self, callee: FnId) -> &'static str {
        match self.program.function(callee).initialises {
            Some(_) => "initialises",
            None => "calls",
        }
    }

    /// ` by `f``, where the overlap goes through a call.
    pub fn below(&self, overlap: &Overlap) -> String {
        self.below_call(&overlap.chain)
    }

    /// ` below `f``, where a chain goes through a call.
    pub fn below_call(&self, chain: &[Link]) -> String {
        match chain.first().and_then(|link| link.callee) {
            Some(callee) => format!(" below {}", self.who(callee)),
            None => String::new(),
        }
    }

    /// Events with the guards alive.
    pub fn events(&self) -> impl Iterator<Item = &'p Event> {
        self.facts.events.iter()
    }
}

/// Why a guard's life ends there.
pub(crate) fn why_it_ends(facts: &Facts, guard: &Guard, why: Why) -> String {
    let head = guard
        .heads
        .last()
        .and_then(|at| usize::try_from(*at).ok())
        .and_then(|at| facts.constructs.get(at))
        .map(|construct| construct.head);
    match (why, head) {
        (Why::Statement | Why::Block | Why::Function | Why::Arm, Some(Head::IfLet))
            if guard.keeper == Keeper::Temporary =>
        {
            "a temporary of an `if let` head is dropped after the whole statement, `else` \
             included (before edition 2024)"
                .to_owned()
        }
        (Why::Statement | Why::Block | Why::Function | Why::Arm, Some(Head::Match))
            if guard.keeper == Keeper::Temporary =>
        {
            "a temporary of a `match` head is dropped after the whole statement".to_owned()
        }
        (Why::IfLet, _) => "a temporary of an `if let` head is dropped after its body".to_owned(),
        (Why::Round, _) => "the end of each round of the loop".to_owned(),
        (Why::For, _) => "a temporary of a `for` head is dropped after the loop".to_owned(),
        (Why::Statement, _) => "the end of the statement".to_owned(),
        (Why::Condition, _) => "the end of the condition".to_owned(),
        (Why::Arm, _) => "the end of the arm".to_owned(),
        (Why::Block, _) => "the end of the block".to_owned(),
        (Why::Function, _) => "the end of the function".to_owned(),
        (Why::Moved, _) => "moved into this call".to_owned(),
        (Why::Assigned, _) => "replaced only after the new value exists".to_owned(),
        (Why::Stored, _) => "stored".to_owned(),
        (Why::Macro, _) => "the end of the macro".to_owned(),
        (Why::Method, _) => "the end of the method that took it".to_owned(),
    }
}

/// `read guard`, `write guard`, `guard`, `borrow`, `mutable borrow`.
pub(crate) fn noun(program: &Program<'_>, guard: &Guard) -> &'static str {
    match (program.locks.lock(guard.lock.lock).kind, guard.mode) {
        (Kind::RefCell, Mode::Exclusive) => "mutable borrow",
        (Kind::RefCell | Kind::Watch, _) => "borrow",
        (Kind::Once | Kind::OnceCell, _) => "initialiser",
        (Kind::Semaphore, _) => "permit",
        (Kind::Mutex | Kind::Unknown | Kind::Reentrant, _) => "guard",
        (_, Mode::Exclusive) => "write guard",
        (_, Mode::Upgradable) => "upgradable guard",
        _ => "read guard",
    }
}

fn taking_verb(overlap: &Overlap) -> &'static str {
    match overlap.taken {
        _ if overlap.class == Class::Reentry => "needs it",
        Mode::Wait => "waits",
        Mode::Exclusive => "takes it",
        Mode::Shared | Mode::Recursive => "takes it (shared)",
        Mode::Upgradable => "takes it (upgradable)",
    }
}
