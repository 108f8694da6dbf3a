//! The graph of lock orders as text for Graphviz and Mermaid.
//!
//! Names come from the scanned tree: each is escaped for the language it goes into, and no node is
//! called by one.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rules::escape;

use crate::index::Program;

use super::Order;
use super::class::Owner;

/// The language of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
}

/// A class of locks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// `crate::net::Server.peers`.
    pub name: String,
    /// `src/net.rs:12`, where its owner is declared.
    pub place: String,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    /// What is held.
    pub from: Node,
    /// What is taken.
    pub to: Node,
    /// `src/net.rs:40`, the best witness.
    pub place: String,
    /// It is part of a cycle that is reported.
    pub cyclic: bool,
}

/// The whole graph: orders that code outside of tests takes, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawing {
    /// Its edges.
    pub arrows: BTreeSet<Arrow>,
}

impl Order {
    /// The graph as it is drawn.
    pub fn drawing(&self, program: &Program<'_>) -> Drawing {
        let cyclic: BTreeSet<_> = self
            .cycles
            .iter()
            .flat_map(|cycle| &cycle.steps)
            .map(|step| (step.from, step.to))
            .collect();
        let node = |id| Node {
            name: self.classes.path(program, id),
            place: self.classes.class(id).map_or_else(String::new, |class| {
                let (file, range) = match class.owner {
                    Owner::Static(found) => {
                        let def = program.static_(found);
                        (def.file, def.range)
                    }
                    Owner::Type(found) => {
                        let def = program.adt(found);
                        (def.file, def.item.name_range)
                    }
                };
                line(program, file, range)
            }),
        };
        let arrows = self
            .edges
            .iter()
            .filter_map(|(&(from, to), witnesses)| {
                let best = witnesses.iter().find(|witness| witness.test.is_none())?;
                let first = best.chain.first()?;
                Some(Arrow {
                    from: node(from),
                    to: node(to),
                    place: line(program, first.file, first.range),
                    cyclic: cyclic.contains(&(from, to)),
                })
            })
            .collect();
        Drawing { arrows }
    }
}

fn line(program: &Program<'_>, file: crate::index::FileId, range: crate::hir::Range) -> String {
    let file = program.file(file);
    let span = file.lines.span(&file.path, range.start, range.end);
    format!("{}:{}", file.path, span.start.line)
}

impl Drawing {
    /// The drawing of several components in one.
    pub fn absorb(&mut self, other: Self) {
        self.arrows.extend(other.arrows);
    }

    /// The text for Graphviz or Mermaid.
    pub fn to_text(&self, form: Form) -> String {
        let nodes: BTreeSet<&Node> = self
            .arrows
            .iter()
            .flat_map(|arrow| [&arrow.from, &arrow.to])
            .collect();
        let cyclic: BTreeSet<&Node> = self
            .arrows
            .iter()
            .filter(|arrow| arrow.cyclic)
            .flat_map(|arrow| [&arrow.from, &arrow.to])
            .collect();
        let nodes: Vec<&Node> = nodes.into_iter().collect();
        let number = |node: &Node| nodes.binary_search(&node).unwrap_or_default();
        let mut text = String::new();
        let mut put = |line: std::fmt::Arguments<'_>| {
            writeln!(text, "{line}").expect("writing to a string cannot fail");
        };
        match form {
            Form::Dot => {
                put(format_args!("digraph \"lock order\" {{"));
                put(format_args!("  node [shape=box];"));
                for (at, node) in nodes.iter().enumerate() {
                    let (name, place) = (quoted(&node.name), quoted(&node.place));
                    let style = if cyclic.contains(node) {
                        ", color=red"
                    } else {
                        ""
                    };
                    put(format_args!("  n{at} [label=\"{name}\\n{place}\"{style}];"));
                }
                for arrow in &self.arrows {
                    let (from, to) = (number(&arrow.from), number(&arrow.to));
                    let style = if arrow.cyclic {
                        ", color=red, fontcolor=red, penwidth=2"
                    } else {
                        ""
                    };
                    let place = quoted(&arrow.place);
                    put(format_args!(
                        "  n{from} -> n{to} [label=\"{place}\"{style}];"
                    ));
                }
                put(format_args!("}}"));
            }
            Form::Mermaid => {
                put(format_args!("flowchart LR"));
                for (at, node) in nodes.iter().enumerate() {
                    let (name, place) = (entities(&node.name), entities(&node.place));
                    put(format_args!("  n{at}[\"{name}<br>{place}\"]"));
                }
                for arrow in &self.arrows {
                    let (from, to) = (number(&arrow.from), number(&arrow.to));
                    let place = entities(&arrow.place);
                    put(format_args!("  n{from} -->|\"{place}\"| n{to}"));
                }
                let red = self.arrows.iter().enumerate();
                let red: Vec<String> = red
                    .filter(|(_, arrow)| arrow.cyclic)
                    .map(|(at, _)| at.to_string())
                    .collect();
                if !red.is_empty() {
                    let red = red.join(",");
                    put(format_args!(
                        "  linkStyle {red} stroke:red,stroke-width:2px"
                    ));
                }
            }
        }
        text
    }
}

/// Text inside a quoted string of Graphviz.
fn quoted(text: &str) -> String {
    escape::word(text)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}

/// Text inside a quoted label of Mermaid, which reads HTML and its own entities there.
fn entities(text: &str) -> String {
    let mut shown = String::new();
    for c in escape::word(text).chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '_' | '.' | ':' | '/' | '-' | '…' => {
                shown.push(c);
            }
            c if c.is_alphanumeric() => shown.push(c),
            c => {
                write!(shown, "#{};", u32::from(c)).expect("writing to a string cannot fail");
            }
        }
    }
    shown
}
