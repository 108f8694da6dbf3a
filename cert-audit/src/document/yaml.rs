//! YAML 1.2 with places, from the parser's events: one tree a document of the stream.
//!
//! Aliases are kept as such and never expanded, so that a bomb of them stays as small as its text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::Parsed;
use super::tree::{DEEPEST, Id, Step, Tree, Value};

/// Reads all documents of `source`. The ranges of those that cannot be parsed, or are no more than
/// a word, are returned beside the trees.
pub(super) fn parse(source: &str) -> Parsed<'_> {
    let mut options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    options.set_emit_comments(false);
    let mut parser = Parser::new_from_str_with_options(source, options);
    let mut trees = Vec::new();
    let mut loose: Vec<Range<usize>> = Vec::new();
    // Where the current document begins, while it is not known to be good.
    let mut start = 0;
    let mut builder = Builder::default();
    while let Some(next) = parser.next_event() {
        let went_well = match next {
            Ok((Event::DocumentStart(..), span)) => {
                builder = builder.next();
                start = byte(&span).unwrap_or(start);
                true
            }
            Ok((Event::DocumentEnd, span)) => {
                let end = span.end.byte_offset().unwrap_or(source.len());
                let tree = std::mem::take(&mut builder.tree);
                if tree.is_structured() {
                    trees.push(tree);
                } else {
                    loose.push(start..end);
                }
                start = end;
                true
            }
            Ok((event, span)) => builder.take(event, &span).is_some(),
            Err(_) => false,
        };
        if went_well {
            continue;
        }
        let from = start;
        // The next event is the start of a document, whose place ends this one.
        let next = match parser.proceed_next_document() {
            Ok(true) => parser.next_event(),
            Ok(false) | Err(_) => None,
        };
        let Some(Ok((Event::DocumentStart(..), span))) = next else {
            loose.push(from..source.len());
            break;
        };
        start = byte(&span).unwrap_or(source.len());
        loose.push(from..start);
        builder = builder.next();
    }
    (trees, loose)
}

fn byte(span: &Span) -> Option<usize> {
    span.start.byte_offset()
}

/// A document on its way.
#[derive(Default)]
struct Builder<'a> {
    tree: Tree<'a>,
    open: Vec<Open<'a>>,
    anchors: BTreeMap<usize, Id>,
    /// Which document of the stream it is, from 1.
    number: usize,
}

/// A container that is not closed yet.
struct Open<'a> {
    id: Id,
    /// In a map, the key whose value comes next.
    key: Option<Cow<'a, str>>,
    /// In a list, how many values it has; `None` in a map.
    count: Option<usize>,
    /// Whether the container is itself the key of a map.
    is_key: bool,
}

impl<'a> Builder<'a> {
    /// One for the document that follows.
    fn next(&self) -> Self {
        Self {
            tree: Tree::numbered(self.number + 1),
            number: self.number + 1,
            ..Self::default()
        }
    }

    /// Takes one event; `None` where the document is larger than is allowed.
    fn take(&mut self, event: Event<'a>, span: &Span) -> Option<()> {
        let range = span.byte_range()?;
        match event {
            Event::Scalar(text, style, anchor, _) => {
                if self.expects_key() {
                    self.anchor(anchor, None);
                    self.name(text);
                    return Some(());
                }
                let value = match (style, text.as_ref()) {
                    (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Nothing,
                    _ => Value::Text(text),
                };
                let id = self.add(range, value)?;
                self.anchor(anchor, Some(id));
            }
            Event::MappingStart(_, anchor, _) => {
                self.enter(range, Value::Map(Vec::new()), None, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => {
                self.enter(range, Value::List(Vec::new()), Some(0), anchor)?;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let closed = self.open.pop()?;
                self.tree.close(closed.id, range.end);
                if closed.is_key {
                    self.name("?".into());
                }
            }
            Event::Alias(anchor) => {
                if self.expects_key() {
                    self.name("*".into());
                } else if let Some(&target) = self.anchors.get(&anchor) {
                    // An alias inside of what it stands for is a loop.
                    self.add(range, Value::Alias(target))?;
                } else {
                    self.add(range, Value::Nothing)?;
                }
            }
            Event::UnresolvedAlias(_) => {
                if self.expects_key() {
                    self.name("*".into());
                } else {
                    self.add(range, Value::Nothing)?;
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Whether the next node is a key.
    fn expects_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|top| top.count.is_none() && top.key.is_none())
    }

    /// Sets the key of the value that follows.
    fn name(&mut self, key: Cow<'a, str>) {
        if let Some(top) = self.open.last_mut() {
            top.key = Some(key);
        }
    }

    fn anchor(&mut self, anchor: usize, id: Option<Id>) {
        if let (1.., Some(id)) = (anchor, id) {
            self.anchors.insert(anchor, id);
        }
    }

    fn add(&mut self, range: Range<usize>, value: Value<'a>) -> Option<Id> {
        let (parent, step) = match self.open.last_mut() {
            None => (None, Step::Root),
            Some(top) => {
                let step = match &mut top.count {
                    Some(count) => {
                        *count += 1;
                        Step::Index(*count - 1)
                    }
                    None => Step::Key(top.key.take().unwrap_or_else(|| "?".into())),
                };
                (Some(top.id), step)
            }
        };
        self.tree.add(parent, step, range, value)
    }

    fn enter(
        &mut self,
        range: Range<usize>,
        value: Value<'a>,
        count: Option<usize>,
        anchor: usize,
    ) -> Option<()> {
        let is_key = self.expects_key();
        let id = self.add(range, value)?;
        self.anchor(anchor, Some(id));
        self.open.push(Open {
            id,
            key: None,
            count,
            is_key,
        });
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(source: &str) -> Vec<(String, String)> {
        let (trees, loose) = parse(source);
        assert!(loose.is_empty(), "{source}");
        trees
            .iter()
            .flat_map(|tree| {
                tree.nodes()
                    .filter(|(_, node)| matches!(node.value, Value::Text(_)))
                    .filter_map(|(id, _)| Some((tree.pointer(id), tree.text(id)?.to_owned())))
            })
            .collect()
    }

    fn is(source: &str, pairs: &[(&str, &str)]) {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|&(pointer, text)| (pointer.to_owned(), text.to_owned()))
            .collect();
        assert_eq!(strings(source), pairs, "{source}");
    }

    #[test]
    fn values_have_pointers() {
        is(
            "\u{feff}# c\r\na: &x\r\n  - b\r\n  - |\r\n    c\r\n    d\r\ne: *x\r\nf: !vault g\r\nh: !!binary |\r\n  Zg==\r\ni: ~\r\n",
            &[
                ("/a/0", "b"),
                ("/a/1", "c\nd\n"),
                ("/f", "g"),
                ("/h", "Zg==\n"),
            ],
        );
        is(
            "? [a, b]\n: c\n? d\n: e\n",
            &[("/?/0", "a"), ("/?/1", "b"), ("/?", "c"), ("/d", "e")],
        );
        is(
            "a: 1\n---\n- b\n...\n---\nc: d\n",
            &[("/a", "1"), ("/0", "b"), ("/c", "d")],
        );
        is("<<: *gone\n*gone : x\n", &[("/*", "x")]);
    }

    #[test]
    fn an_alias_stands_for_its_anchor() {
        let (trees, _) = parse("a: &x {b: c}\nd: *x\ne: {<<: *x, f: g}\n");
        let tree = trees.first().expect("one document");
        let root = 0;
        assert_eq!(tree.text_at(root, &["d", "b"]), Some("c"));
        assert_eq!(tree.text_at(root, &["e", "b"]), Some("c"));
        assert_eq!(tree.text_at(root, &["e", "f"]), Some("g"));
    }

    #[test]
    fn a_bomb_of_aliases_stays_small() {
        let mut bomb = "a0: &a0 [x]\n".to_owned();
        for level in 1..60 {
            let below = format!("*a{}, ", level - 1).repeat(9);
            bomb = format!("{bomb}a{level}: &a{level} [{below}]\n");
        }
        let (trees, loose) = parse(&bomb);
        assert!(loose.is_empty());
        assert!(trees.first().expect("one document").nodes().count() < 1000);
        is("a: &a [b, *a]\n", &[("/a/0", "b")]);
    }

    #[test]
    fn what_is_no_yaml_is_left_over_and_the_next_document_is_read() {
        let broken = "{{- if .Values.tls }}\na: {{ b }}: c\n";
        let source = format!("x: y\n---\n{broken}---\nz: w\n");
        let (trees, loose) = parse(&source);
        assert_eq!(trees.len(), 2);
        let [range] = loose.as_slice() else {
            panic!("{loose:?}")
        };
        assert_eq!(
            source.get(range.clone()),
            Some(format!("---\n{broken}").as_str())
        );
        assert_eq!(parse("just words").1, vec![0..10]);
        for deep in [
            "[".repeat(10_000),
            "- ".repeat(10_000),
            "{a: ".repeat(10_000),
        ] {
            assert_eq!(parse(&deep).1, vec![0..deep.len()]);
        }
    }
}
