//! A document as a tree of values with their places: what YAML, JSON and TOML have in common.

use std::borrow::Cow;
use std::ops::Range;

/// Most nodes of one document; a larger one is searched as text.
pub(super) const MOST_NODES: usize = 3_000_000;

/// How deep values may lie inside one another; a deeper document is searched as text.
pub(super) const DEEPEST: usize = 250;

/// Longest place in bytes; what is longer loses its middle.
const LONGEST_PLACE: usize = 400;

/// A value's number in its tree.
pub(super) type Id = u32;

/// One document. Nodes stand in the order of the text, parents before children; the root is
/// number 0.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    /// Which document of its stream it is, from 1; those that are empty or broken count as well.
    pub(super) number: usize,
}

/// One value.
#[derive(Debug)]
pub(super) struct Node<'a> {
    parent: Option<Id>,
    step: Step<'a>,
    /// The value's bytes in the text, with its quotes.
    pub(super) span: Range<u32>,
    pub(super) value: Value<'a>,
}

/// How a value is reached from its parent.
#[derive(Debug, Clone)]
pub(super) enum Step<'a> {
    Root,
    Key(Cow<'a, str>),
    Index(usize),
}

/// A value.
#[derive(Debug)]
pub(super) enum Value<'a> {
    /// A string, or a number or word that is none of the others.
    Text(Cow<'a, str>),
    Map(Vec<Id>),
    List(Vec<Id>),
    /// Another node of the same tree, which stands here again.
    Alias(Id),
    /// `null`, and what nobody asks for.
    Nothing,
}

impl<'a> Tree<'a> {
    /// An empty tree for this document of a stream.
    pub(super) fn numbered(number: usize) -> Self {
        Self {
            nodes: Vec::new(),
            number,
        }
    }

    /// Adds a value below `parent`; `None` where the tree is full.
    pub(super) fn add(
        &mut self,
        parent: Option<Id>,
        step: Step<'a>,
        span: Range<usize>,
        value: Value<'a>,
    ) -> Option<Id> {
        if self.nodes.len() >= MOST_NODES {
            return None;
        }
        let id = Id::try_from(self.nodes.len()).ok()?;
        let span = u32::try_from(span.start).ok()?..u32::try_from(span.end).ok()?;
        self.nodes.push(Node {
            parent,
            step,
            span,
            value,
        });
        let siblings = parent.and_then(|parent| self.node_mut(parent));
        if let Some(Value::Map(children) | Value::List(children)) =
            siblings.map(|node| &mut node.value)
        {
            children.push(id);
        }
        Some(id)
    }

    /// Says where a container ends, once that is known.
    pub(super) fn close(&mut self, id: Id, end: usize) {
        if let Some(node) = self.node_mut(id) {
            node.span.end = u32::try_from(end).unwrap_or(u32::MAX).max(node.span.start);
        }
    }

    /// Every value with its number, in the order of the text.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (Id, &Node<'a>)> {
        (0..).zip(&self.nodes)
    }

    /// Whether there is more than a single word in it.
    pub(super) fn is_structured(&self) -> bool {
        matches!(
            self.nodes.first().map(|root| &root.value),
            Some(Value::Map(_) | Value::List(_))
        )
    }

    pub(super) fn node(&self, id: Id) -> Option<&Node<'a>> {
        self.nodes.get(usize::try_from(id).ok()?)
    }

    fn node_mut(&mut self, id: Id) -> Option<&mut Node<'a>> {
        self.nodes.get_mut(usize::try_from(id).ok()?)
    }

    /// The bytes of a value in the text.
    pub(super) fn span(&self, id: Id) -> Range<usize> {
        let Some(span) = self.node(id).map(|node| &node.span) else {
            return 0..0;
        };
        let wide = |at| usize::try_from(at).unwrap_or(usize::MAX);
        wide(span.start)..wide(span.end)
    }

    /// The value, or what it stands for where it is an alias. Aliases only point back, and an
    /// alias of an alias cannot be written.
    pub(super) fn target(&self, id: Id) -> Id {
        match self.node(id).map(|node| &node.value) {
            Some(&Value::Alias(target)) => target,
            _ => id,
        }
    }

    /// The container that a value stands in.
    pub(super) fn parent(&self, id: Id) -> Option<Id> {
        self.node(id)?.parent
    }

    /// The key of a value that stands in a map.
    pub(super) fn key(&self, id: Id) -> Option<&str> {
        match &self.node(id)?.step {
            Step::Key(key) => Some(key),
            Step::Root | Step::Index(_) => None,
        }
    }

    /// The key of a value, or that of the list or lists that it stands in.
    pub(super) fn nearest_key(&self, id: Id) -> Option<&str> {
        let mut at = Some(id);
        while let Some(id) = at {
            if let Some(key) = self.key(id) {
                return Some(key);
            }
            at = self.parent(id);
        }
        None
    }

    /// The text of a value.
    pub(super) fn text(&self, id: Id) -> Option<&str> {
        match &self.node(self.target(id))?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What stands in a map or list, aliases resolved once.
    pub(super) fn children(&self, id: Id) -> &[Id] {
        match self.node(self.target(id)).map(|node| &node.value) {
            Some(Value::Map(children) | Value::List(children)) => children,
            _ => &[],
        }
    }

    /// The value of a key in a map; of a key that is given twice the last, as most readers have
    /// it. What YAML merges into the map with `<<` comes after its own keys.
    pub(super) fn get(&self, map: Id, key: &str) -> Option<Id> {
        let children = self.children(map);
        let own = |name: &str| {
            children
                .iter()
                .rev()
                .find(|&&child| self.key(child) == Some(name))
                .copied()
        };
        own(key).or_else(|| {
            let merged = own("<<")?;
            self.children(merged)
                .iter()
                .rev()
                .find(|&&child| self.key(child) == Some(key))
                .copied()
        })
    }

    /// The value at a path of keys.
    pub(super) fn at(&self, map: Id, path: &[&str]) -> Option<Id> {
        path.iter().try_fold(map, |id, key| self.get(id, key))
    }

    /// The text at a path of keys.
    pub(super) fn text_at(&self, map: Id, path: &[&str]) -> Option<&str> {
        self.text(self.at(map, path)?)
    }

    /// RFC 6901: `/data/tls.crt`, with `~0` and `~1` for `~` and `/`; empty at the root.
    pub(super) fn pointer(&self, id: Id) -> String {
        let mut steps = Vec::new();
        let mut at = self.node(id);
        while let Some(node) = at {
            match &node.step {
                Step::Root => break,
                Step::Key(key) => {
                    let key = shortened(key);
                    steps.push(key.replace('~', "~0").replace('/', "~1"));
                }
                Step::Index(index) => steps.push(index.to_string()),
            }
            at = node.parent.and_then(|parent| self.node(parent));
        }
        let mut pointer = String::new();
        for step in steps.iter().rev() {
            pointer.push('/');
            pointer.push_str(step);
        }
        shortened(&pointer).into_owned()
    }
}

/// Cuts out the middle of a very long place, which hostile keys can make.
pub(super) fn shortened(place: &str) -> Cow<'_, str> {
    if place.len() <= LONGEST_PLACE {
        return place.into();
    }
    let half = LONGEST_PLACE / 2;
    let head = place.get(..place.floor_char_boundary(half));
    let tail = place.get(place.ceil_char_boundary(place.len() - half)..);
    [head.unwrap_or_default(), "…", tail.unwrap_or_default()]
        .concat()
        .into()
}
