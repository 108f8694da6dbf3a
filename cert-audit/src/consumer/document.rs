//! YAML, JSON and HCL as one flat tree with places: no depth is followed by recursion.

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Parser};

use super::Build;
use super::text::Word;

/// Most nodes of a document.
const MOST_NODES: usize = 500_000;

/// Most levels that are looked at above a node, or through merge keys.
const DEEPEST: usize = 32;

/// A node, as its index.
pub(super) type Id = usize;

/// What a node is.
#[derive(Debug)]
pub(super) enum What {
    Scalar,
    List(Vec<Id>),
    /// In the order of the file; a key can come twice.
    Map(Vec<(String, Id)>),
}

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) what: What,
    pub(super) parent: Option<Id>,
    /// The key that it stands under, also of a list's items.
    pub(super) key: String,
    /// The text of a scalar, and its place.
    pub(super) word: Word,
}

/// Documents of one file.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// The top of each document.
    pub(super) roots: Vec<Id>,
}

impl Tree {
    pub(super) fn add(&mut self, parent: Option<Id>, key: &str, what: What, word: Word) -> Id {
        let id = self.nodes.len();
        self.nodes.push(Node {
            what,
            parent,
            key: key.to_owned(),
            word,
        });
        self.attach(parent, key, id);
        id
    }

    /// Makes a node a child of another one.
    fn attach(&mut self, parent: Option<Id>, key: &str, child: Id) {
        match parent {
            None => self.roots.push(child),
            Some(parent) => match self.nodes.get_mut(parent).map(|node| &mut node.what) {
                Some(What::List(items)) => items.push(child),
                Some(What::Map(entries)) => entries.push((key.to_owned(), child)),
                _ => {}
            },
        }
    }

    pub(super) fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self, id: Id) -> &[(String, Id)] {
        match self.node(id).map(|node| &node.what) {
            Some(What::Map(entries)) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self, id: Id) -> &[Id] {
        match self.node(id).map(|node| &node.what) {
            Some(What::List(items)) => items,
            _ => &[],
        }
    }

    /// The scalar's text and place.
    pub(super) fn scalar(&self, id: Id) -> Option<&Word> {
        let node = self.node(id)?;
        matches!(node.what, What::Scalar).then_some(&node.word)
    }

    /// The value under a key, perhaps of a map that is merged in.
    pub(super) fn value(&self, id: Id, key: &str) -> Option<Id> {
        let mut open = vec![id];
        for _ in 0..DEEPEST {
            let here = open.pop()?;
            let entries = self.entries(here);
            if let Some((_, value)) = entries.iter().rev().find(|(known, _)| known == key) {
                return Some(*value);
            }
            for (_, merged) in entries.iter().filter(|(known, _)| known == "<<") {
                open.push(*merged);
                open.extend(self.items(*merged).iter().rev().take(DEEPEST));
            }
        }
        None
    }

    /// The entries of a map and of those that are merged into it; its own come first.
    pub(super) fn merged(&self, id: Id) -> Vec<(&str, Id)> {
        let mut all: Vec<(&str, Id)> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![id];
        for _ in 0..DEEPEST {
            let Some(here) = open.pop() else { break };
            for (key, value) in self.entries(here) {
                if key == "<<" {
                    open.push(*value);
                    open.extend(self.items(*value).iter().rev().take(DEEPEST));
                } else if seen.insert(key.as_str()) {
                    all.push((key, *value));
                }
            }
        }
        all
    }

    /// The value at the end of a path of keys.
    pub(super) fn at(&self, id: Id, path: &[&str]) -> Option<Id> {
        path.iter().try_fold(id, |id, key| self.value(id, key))
    }

    /// The text under a key.
    pub(super) fn text(&self, id: Id, key: &str) -> Option<&Word> {
        self.scalar(self.value(id, key)?)
    }

    /// The texts under a key: of a list, or of the one scalar.
    pub(super) fn texts(&self, id: Id, key: &str) -> Vec<Word> {
        let Some(value) = self.value(id, key) else {
            return Vec::new();
        };
        match self.scalar(value) {
            Some(word) => vec![word.clone()],
            None => self
                .items(value)
                .iter()
                .filter_map(|item| self.scalar(*item).cloned())
                .collect(),
        }
    }

    /// The nodes above one, the nearest first.
    pub(super) fn above(&self, id: Id) -> impl Iterator<Item = Id> {
        let first = self.node(id).and_then(|node| node.parent);
        std::iter::successors(first, |id| self.node(*id)?.parent).take(DEEPEST)
    }

    /// Every map, in the order of the file.
    pub(super) fn maps(&self) -> impl Iterator<Item = Id> {
        (0..self.nodes.len()).filter(|id| {
            self.node(*id)
                .is_some_and(|node| matches!(node.what, What::Map(_)))
        })
    }
}

/// Reads all documents of a YAML text. Up to an error, the tree is what was read.
pub(super) fn yaml(text: &str, build: &mut Build) -> Tree {
    let mut tree = Tree::default();
    // Open maps and lists, and the key that waits for its value.
    let mut open: Vec<(Id, Option<String>)> = Vec::new();
    let mut anchors: BTreeMap<usize, Id> = BTreeMap::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(next) => next,
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(0);
                build.trouble(at, "it is no YAML from here on");
                break;
            }
        };
        if tree.nodes.len() >= MOST_NODES {
            build.trouble(
                span.start.byte_offset().unwrap_or(0),
                "it has too many nodes",
            );
            break;
        }
        let word = |text: String| Word {
            text,
            start: span.start.byte_offset().unwrap_or(0),
            end: span.end.byte_offset().unwrap_or(0),
        };
        let (what, word, anchor) = match event {
            Event::DocumentStart(..) => {
                open.clear();
                anchors.clear();
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
                continue;
            }
            Event::Alias(anchor) => {
                let known = anchors.get(&anchor).copied();
                if is_key(&tree, &open) {
                    let key = known
                        .and_then(|id| tree.scalar(id))
                        .map(|word| word.text.clone());
                    expect(&mut open, key.unwrap_or_default());
                } else {
                    let (parent, key) = slot(&mut open);
                    if let (Some(known), Some(_)) = (known, parent) {
                        tree.attach(parent, &key, known);
                    }
                }
                continue;
            }
            Event::Scalar(value, _, anchor, _) => {
                if is_key(&tree, &open) {
                    expect(&mut open, value.into_owned());
                    continue;
                }
                (What::Scalar, word(value.into_owned()), anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                (What::List(Vec::new()), word(String::new()), anchor)
            }
            Event::MappingStart(_, anchor, _) => {
                (What::Map(Vec::new()), word(String::new()), anchor)
            }
            _ => continue,
        };
        // A key that is a list or a map is kept as a value under an empty key.
        let nested = !matches!(what, What::Scalar);
        if nested && is_key(&tree, &open) {
            expect(&mut open, String::new());
        }
        let (parent, key) = slot(&mut open);
        let id = tree.add(parent, &key, what, word);
        if anchor > 0 {
            anchors.insert(anchor, id);
        }
        if nested {
            open.push((id, None));
        }
    }
    tree
}

/// Whether the next scalar is a key.
fn is_key(tree: &Tree, open: &[(Id, Option<String>)]) -> bool {
    open.last().is_some_and(|(id, key)| {
        key.is_none()
            && tree
                .node(*id)
                .is_some_and(|node| matches!(node.what, What::Map(_)))
    })
}

fn expect(open: &mut [(Id, Option<String>)], key: String) {
    if let Some(last) = open.last_mut() {
        last.1 = Some(key);
    }
}

/// Where the next value belongs.
fn slot(open: &mut [(Id, Option<String>)]) -> (Option<Id>, String) {
    match open.last_mut() {
        Some((id, key)) => (Some(*id), key.take().unwrap_or_default()),
        None => (None, String::new()),
    }
}
