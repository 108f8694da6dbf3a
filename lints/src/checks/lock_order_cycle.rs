//! `lock-order-cycle`: locks that are taken in opposite orders.

use rules::{Finding, Span};

use crate::analysis::order::{Cycle, Step};
use crate::analysis::whole::Whole;
use crate::check::WholeCheck;
use crate::walk::facts::Link;

rules::rule! {
    /// Reports locks that two or more places take in opposite orders.
    ///
    /// ## Why
    /// One thread holds the first lock and waits for the second, another holds the second and waits for the first: neither ever goes on.
    /// Each place is right by itself, and it takes two threads at the same moment, so tests pass and reviews of one place see nothing.
    /// The second lock may be taken any number of calls below the place that holds the first.
    ///
    /// Locks are told apart by what declares them: a static, or a field of a type.
    /// Nothing is reported where it cannot happen: all places are under one more lock, one of them only tries, both only read, the object is being made and nobody else has it, or the places are never in one program.
    /// Two objects of one type are not told apart, so two locks of one declaration have no order.
    /// Each cycle is one finding, at the second acquisition that comes first in the source; a suppression there covers all of it.
    /// `--graph dot` and `--graph mermaid` draw all orders that were found.
    ///
    /// ## Bad
    /// ```rust
    /// use std::sync::Mutex;
    ///
    /// struct Router { routes: Mutex<Vec<u32>>, peers: Mutex<Vec<u32>> }
    ///
    /// impl Router {
    ///     fn announce(&self, route: u32) {
    ///         let mut routes = self.routes.lock().unwrap();
    ///         routes.push(route);
    ///         self.peers.lock().unwrap().push(route);
    ///     }
    ///     fn forget(&self, peer: u32) {
    ///         let mut peers = self.peers.lock().unwrap();
    ///         peers.retain(|other| *other != peer);
    ///         self.routes.lock().unwrap().clear();
    ///     }
    /// }
    /// ```
    ///
    /// ## Good
    /// ```rust
    /// use std::sync::Mutex;
    ///
    /// struct Router { routes: Mutex<Vec<u32>>, peers: Mutex<Vec<u32>> }
    ///
    /// impl Router {
    ///     fn announce(&self, route: u32) {
    ///         let mut routes = self.routes.lock().unwrap();
    ///         routes.push(route);
    ///         self.peers.lock().unwrap().push(route);
    ///     }
    ///     fn forget(&self, peer: u32) {
    ///         self.peers.lock().unwrap().retain(|other| *other != peer);
    ///         self.routes.lock().unwrap().clear();
    ///     }
    /// }
    /// ```
    ///
    /// ## Reference
    /// Coffman, Elphick and Shoshani, "System Deadlocks", 1971: circular wait.
    /// Havelund, "Using Runtime Analysis to Guide Model Checking of Java Programs", 2000: locks that guard a cycle.
    /// Qin et al., PLDI 2020: conflicting orders are the second cause of blocking bugs in real Rust programs.
    pub LOCK_ORDER_CYCLE = { id: "lock-order-cycle", level: Deny, since: "0.1.0" }
}

/// Reports each cycle once, at its first second acquisition in source order.
pub(super) static CHECK: WholeCheck = WholeCheck {
    rule: &LOCK_ORDER_CYCLE,
    run,
};

fn run(whole: &Whole<'_, '_>, findings: &mut Vec<Finding>) {
    for cycle in &whole.order.cycles {
        findings.extend(finding(whole, cycle));
    }
}

fn finding(whole: &Whole<'_, '_>, cycle: &Cycle) -> Option<Finding> {
    let mut steps: Vec<&Step> = cycle.steps.iter().collect();
    // A cycle of which somebody else's code is only a part is reported at our own.
    let own = |step: &&Step| !whole.is_silent(step.witness.function);
    let first = steps.iter().position(own)?;
    steps.rotate_left(first);
    let first = *steps.first()?;
    let classes = &whole.order.classes;
    let name = |step: &&Step| classes.name(whole.program, step.from);
    let names: Vec<String> = steps.iter().map(name).collect();
    let mut paths: Vec<String> = steps
        .iter()
        .map(|step| classes.path(whole.program, step.from))
        .collect();
    // The fingerprint does not depend on which place comes first.
    let least = (0..paths.len()).min_by_key(|&at| paths.get(at));
    paths.rotate_left(least.unwrap_or(0));
    let about: Vec<&str> = paths.iter().map(String::as_str).collect();
    let here = whole.evidence(first.witness.function)?;
    let mut finding = LOCK_ORDER_CYCLE
        .at(here.here(first.witness.at()), message(&names), &about)
        .with_lowered(steps.iter().any(|step| step.witness.test.is_some()));
    for (number, &step) in steps.iter().enumerate() {
        for (span, text) in story(whole, step, number == 0)? {
            finding = finding.with_label(span, text);
        }
    }
    let data: Vec<serde_json::Value> = cycle.steps.iter().map(|step| data(whole, step)).collect();
    Some(
        cycle
            .grounds
            .qualify(finding)
            .with_help("take these locks in one order everywhere, or end the first guard before the second lock is taken")
            .with_data("lock", names.join(", "))
            .with_data("locks", names)
            .with_data("cycle", data),
    )
}

/// Where the first lock of a step is taken, where the second is, and the calls in between.
fn story(whole: &Whole<'_, '_>, step: &Step, primary: bool) -> Option<Vec<(Span, String)>> {
    let witness = &step.witness;
    let evidence = whole.evidence(witness.function)?;
    let guard = evidence.guard(witness.guard)?;
    let classes = &whole.order.classes;
    let from = classes.name(whole.program, step.from);
    let to = classes.name(whole.program, step.to);
    let mut story = Vec::new();
    let mut life = evidence.life(guard).into_iter();
    let birth = life.next()?;
    // The class is the name that all places of the cycle share.
    let birth = if evidence.lock(guard) == from {
        birth
    } else {
        (birth.0, format!("{}: this is `{from}`", birth.1))
    };
    story.push(birth);
    // Its end matters less than whose hands it came through.
    let end = usize::from(guard.end.is_some());
    story.extend(life.skip(end));
    let below = witness.chain.len() > 1;
    if !primary {
        let text = if below {
            format!("while `{from}` is held, this call takes `{to}`")
        } else {
            format!("while `{from}` is held, `{to}` is taken here")
        };
        story.push((evidence.here(witness.at()), text));
    }
    for link in witness.chain.iter().skip(1) {
        let name = whole.program.fn_name(link.function);
        let text = match link.callee {
            Some(callee) => format!("`{name}` calls `{}`", whole.program.fn_name(callee)),
            None => format!("`{name}` takes `{to}` here"),
        };
        story.push((evidence.span(link.file, link.range), text));
    }
    Some(story)
}

fn data(whole: &Whole<'_, '_>, step: &Step) -> serde_json::Value {
    let classes = &whole.order.classes;
    let chain: Vec<serde_json::Value> = step
        .witness
        .chain
        .iter()
        .filter_map(|link| link_data(whole, link))
        .collect();
    serde_json::json!({
        "first": classes.path(whole.program, step.from),
        "second": classes.path(whole.program, step.to),
        "held": step.witness.held.as_str(),
        "taken": step.witness.taken.as_str(),
        "function": whole.program.fn_path(step.witness.function),
        "chain": chain,
    })
}

fn link_data(whole: &Whole<'_, '_>, link: &Link) -> Option<serde_json::Value> {
    let span = whole.evidence(link.function)?.span(link.file, link.range);
    Some(serde_json::json!({
        "function": whole.program.fn_path(link.function),
        "path": &*span.path,
        "line": span.start.line,
        "column": span.start.column,
        "calls": link.callee.map(|callee| whole.program.fn_path(callee)),
    }))
}

fn message(names: &[String]) -> String {
    if let [a, b] = names {
        return format!(
            "`{b}` is taken while `{a}` is held, and elsewhere `{a}` while `{b}` is held: each can wait for the other"
        );
    }
    let circle: Vec<String> = names
        .iter()
        .chain(names.first())
        .map(|name| format!("`{name}`"))
        .collect();
    format!(
        "locks are taken in a circle, each while the one before is held: {}",
        circle.join(", then ")
    )
}
