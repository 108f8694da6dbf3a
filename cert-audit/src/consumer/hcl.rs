//! HCL, of which JSON is a part, as a tree: blocks with labels are nested maps.

use super::Build;
use super::document::{Id, Tree, What};
use super::text::Word;

/// Most nodes of a document.
const MOST_NODES: usize = 500_000;

/// A piece of the text.
enum Token {
    /// A word, a number, a string or a here document.
    Text(Word),
    /// Punctuation, and where it stands.
    Mark(u8, usize),
}

/// Reads a text. Up to an error, the tree is what was read.
pub(super) fn read(text: &str, build: &mut Build) -> Tree {
    let mut tree = Tree::default();
    let mut lexer = Lexer {
        text,
        at: usize::from(text.starts_with('\u{feff}')) * 3,
    };
    let root = tree.add(None, "", What::Map(Vec::new()), Word::default());
    let mut open: Vec<Id> = vec![root];
    // Keys of the map that is open: its name, then labels, waiting for `=`, `:` or `{`.
    let mut keys: Vec<Word> = Vec::new();
    let mut assigned = false;
    while let Some(token) = lexer.token() {
        if tree.nodes.len() >= MOST_NODES {
            build.trouble(lexer.at, "it has too many nodes");
            break;
        }
        let Some(&here) = open.last() else { break };
        let list = tree
            .node(here)
            .is_some_and(|node| matches!(node.what, What::List(_)));
        match token {
            Token::Text(word) if list || assigned => {
                let key = keys.last().map(|key| key.text.clone()).unwrap_or_default();
                tree.add(Some(here), &key, What::Scalar, word);
                keys.clear();
                assigned = false;
            }
            Token::Text(word) => {
                // A label is on the line of its name; what is not was a word of an expression.
                keys.push(word);
                if keys.len() > 8 {
                    keys.clear();
                }
            }
            Token::Mark(b'=' | b':', _) => assigned = !keys.is_empty(),
            Token::Mark(mark @ (b'{' | b'['), at) => {
                let word = Word {
                    text: String::new(),
                    start: at,
                    end: at + 1,
                };
                let what = if mark == b'{' {
                    What::Map(Vec::new())
                } else {
                    What::List(Vec::new())
                };
                if keys.is_empty()
                    && !list
                    && open.len() == 1
                    && tree.nodes.len() == 1
                    && mark == b'{'
                {
                    // The braces around a whole JSON text are the map that is open already.
                    open.push(root);
                    continue;
                }
                let inherited = tree.node(here).map(|node| node.key.clone());
                let (last, outer) = match keys.split_last() {
                    Some((last, outer)) => (last.text.clone(), outer),
                    None => (inherited.unwrap_or_default(), [].as_slice()),
                };
                let mut parent = here;
                for key in outer {
                    parent = tree.add(Some(parent), &key.text, What::Map(Vec::new()), key.clone());
                }
                open.push(tree.add(Some(parent), &last, what, word));
                keys.clear();
                assigned = false;
            }
            Token::Mark(b'}' | b']', at) => {
                keys.clear();
                assigned = false;
                if open.len() > 1 {
                    open.pop();
                } else {
                    build.trouble(at, "a bracket closes nothing");
                }
            }
            Token::Mark(..) => {
                keys.clear();
                assigned = false;
            }
        }
    }
    if open.len() > 1 {
        build.trouble(lexer.at, "it ends within a block");
    }
    tree
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Moves to the next `needle`, or to the end.
    fn skip_to(&mut self, needle: &str) {
        let found = memchr::memmem::find(self.rest().as_bytes(), needle.as_bytes());
        self.at = found.map_or(self.text.len(), |at| self.at + at);
    }

    fn token(&mut self) -> Option<Token> {
        loop {
            let next = self.rest().chars().next()?;
            if next.is_whitespace() {
                self.at += next.len_utf8();
            } else if next == '#' || self.rest().starts_with("//") {
                self.skip_to("\n");
            } else if self.rest().starts_with("/*") {
                self.skip_to("*/");
                self.at = (self.at + 2).min(self.text.len());
            } else {
                break;
            }
        }
        let start = self.at;
        let next = self.rest().chars().next()?;
        if self.rest().starts_with("<<") {
            return Some(Token::Text(self.here_document(start)));
        }
        if next == '"' {
            return Some(Token::Text(self.string(start)));
        }
        if next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | '/' | '$') {
            let rest = self.rest();
            let length = rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$')))
                .unwrap_or(rest.len());
            let text = rest.get(..length).unwrap_or_default().to_owned();
            self.at += length;
            return Some(Token::Text(Word {
                text,
                start,
                end: self.at,
            }));
        }
        self.at += next.len_utf8();
        Some(Token::Mark(u8::try_from(next).unwrap_or(b'?'), start))
    }

    fn string(&mut self, start: usize) -> Word {
        let mut text = String::new();
        self.at += 1;
        while let Some(next) = self.rest().chars().next() {
            self.at += next.len_utf8();
            match next {
                '"' => break,
                '\\' => {
                    let Some(escaped) = self.rest().chars().next() else {
                        break;
                    };
                    self.at += escaped.len_utf8();
                    match escaped {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'u' => {
                            let digits = self.rest().get(..4).unwrap_or_default();
                            let code = u32::from_str_radix(digits, 16).ok();
                            if let Some(character) = code.and_then(char::from_u32) {
                                text.push(character);
                                self.at += 4;
                            }
                        }
                        other => text.push(other),
                    }
                }
                _ => text.push(next),
            }
        }
        Word {
            text,
            start,
            end: self.at,
        }
    }

    /// `<<NAME`, lines, and a line with the name alone.
    fn here_document(&mut self, start: usize) -> Word {
        let rest = self.rest();
        let line = rest.find('\n').unwrap_or(rest.len());
        let name = rest.get(..line).unwrap_or_default();
        let name = name.trim_start_matches(['<', '-']).trim().to_owned();
        self.at += line;
        let mut text = String::new();
        while !self.rest().is_empty() {
            let rest = self.rest();
            let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
            let line = rest.get(..length).unwrap_or_default();
            let ends = line.trim() == name && !name.is_empty();
            if !ends {
                text.push_str(line);
            }
            self.at += length;
            if ends {
                break;
            }
        }
        Word {
            text,
            start,
            end: self.at,
        }
    }
}
