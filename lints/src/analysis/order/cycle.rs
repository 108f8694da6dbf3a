//! Cycles in a graph of orders: few, short, and no two through one edge.
//!
//! A strongly connected component can have more cycles than anybody can read. Who cures the
//! shortest one has changed the edges that a longer one goes through, so no edge is part of two:
//! what is left when all that are found are cured has no cycle any more.

/// Longer cycles are not looked for: nobody could follow one.
pub(super) const LONGEST: usize = 6;

/// Steps of the search, for all edges together.
const STEPS: usize = 400_000;

/// A directed graph without multiple edges: for each node its successors, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Graph {
    successors: Vec<Vec<usize>>,
}

impl Graph {
    /// The graph with nodes `0..nodes` and `edges`; loops and nodes outside are left out.
    pub(super) fn new(nodes: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut successors = vec![Vec::new(); nodes];
        for (from, to) in edges {
            if from != to
                && to < nodes
                && let Some(list) = successors.get_mut(from)
            {
                list.push(to);
            }
        }
        for list in &mut successors {
            list.sort_unstable();
            list.dedup();
        }
        Self { successors }
    }

    fn of(&self, node: usize) -> &[usize] {
        self.successors.get(node).map_or(&[], Vec::as_slice)
    }

    /// For each node the number of its strongly connected component.
    fn components(&self) -> Vec<usize> {
        // Kosaraju's two passes, with stacks of our own.
        let count = self.successors.len();
        let mut order = Vec::with_capacity(count);
        let mut seen = vec![false; count];
        for start in 0..count {
            let mut stack = vec![(start, 0)];
            if std::mem::replace(mark(&mut seen, start), true) {
                continue;
            }
            while let Some((node, next)) = stack.pop() {
                match self.of(node).get(next) {
                    Some(&to) => {
                        stack.push((node, next + 1));
                        if !std::mem::replace(mark(&mut seen, to), true) {
                            stack.push((to, 0));
                        }
                    }
                    None => order.push(node),
                }
            }
        }
        let mut predecessors = vec![Vec::new(); count];
        for (from, list) in self.successors.iter().enumerate() {
            for &to in list {
                if let Some(list) = predecessors.get_mut(to) {
                    list.push(from);
                }
            }
        }
        let mut component = vec![usize::MAX; count];
        for (number, &start) in order.iter().rev().enumerate() {
            let mut stack = vec![start];
            while let Some(node) = stack.pop() {
                match component.get_mut(node) {
                    Some(slot) if *slot == usize::MAX => *slot = number,
                    _ => continue,
                }
                stack.extend(predecessors.get(node).into_iter().flatten());
            }
        }
        component
    }
}

fn mark(seen: &mut [bool], node: usize) -> &mut bool {
    seen.get_mut(node).expect("successors are nodes")
}

/// Cycles for which `possible` holds, as the nodes in order, each beginning with the edge that it
/// was looked for: shortest first, then in the order of `edges`.
pub(super) fn cycles(
    graph: &Graph,
    edges: &[(usize, usize)],
    mut possible: impl FnMut(&[usize]) -> bool,
) -> Vec<Vec<usize>> {
    let component = graph.components();
    let inside = |from: usize, to: usize| component.get(from) == component.get(to);
    let mut covered: std::collections::BTreeSet<(usize, usize)> = std::collections::BTreeSet::new();
    let mut found = Vec::new();
    let mut steps = STEPS;
    for length in 2..=LONGEST {
        for &(from, to) in edges {
            if covered.contains(&(from, to)) || from == to || !inside(from, to) {
                continue;
            }
            // Simple paths from `to` back to `from`, depth first.
            let mut path = vec![from, to];
            let mut stack = vec![0_usize];
            while let Some(next) = stack.pop() {
                steps = steps.saturating_sub(1);
                if steps == 0 {
                    return found;
                }
                let here = path.last().copied().unwrap_or(from);
                if path.len() == length {
                    let closes = graph.of(here).binary_search(&from).is_ok();
                    if closes && !covered.contains(&(here, from)) && possible(&path) {
                        for (at, &node) in path.iter().enumerate() {
                            let after = path.get(at + 1).copied().unwrap_or(from);
                            covered.insert((node, after));
                        }
                        found.push(path.clone());
                        break;
                    }
                    path.pop();
                    continue;
                }
                match graph.of(here).get(next) {
                    Some(&step) => {
                        stack.push(next + 1);
                        let free = inside(step, from) && !covered.contains(&(here, step));
                        if free && !path.contains(&step) {
                            path.push(step);
                            stack.push(0);
                        }
                    }
                    None => {
                        path.pop();
                    }
                }
            }
        }
    }
    found
}
