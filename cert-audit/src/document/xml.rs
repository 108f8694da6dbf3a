//! SAML metadata and other XML with `X509Certificate` elements (XML Signature §4.4.4).
//!
//! No tree is built and no entity is expanded: tags are followed for the path and the role, and
//! what stands in the elements of that name is decoded.

use std::ops::Range;

use super::content::{self, Content};
use super::tree::shortened;
use super::{Document, Embedded, MOST, Role, Trouble, position};

/// The local name of the element that holds base64 of DER.
const CERTIFICATE: &str = "X509Certificate";

/// How many open elements are kept for paths; deeper ones are counted and not named.
const DEEPEST: usize = 64;

/// Searches `source`, and returns what of it stands outside of comments.
pub(super) fn scan(document: &mut Document, source: &str) -> Vec<Range<usize>> {
    let mut path = Path::default();
    let mut at = 0;
    let mut spoken = Vec::new();
    let mut from = 0;
    while let Some(found) = source.get(at..).and_then(|rest| rest.find('<')) {
        let open = at + found;
        let rest = source.get(open..).unwrap_or_default();
        if let Some(length) = skipped(rest) {
            at = open + length;
            if rest.starts_with("<!--") {
                spoken.push(from..open);
                from = at;
            }
            continue;
        }
        let Some(length) = tag_length(rest) else {
            break;
        };
        let tag = rest.get(1..length - 1).unwrap_or_default();
        at = open + length;
        if let Some(name) = tag.strip_prefix('/') {
            path.leave(local(name));
            continue;
        }
        let name = local(tag);
        let is_empty = tag.ends_with('/');
        path.enter(name, tag);
        if name == CERTIFICATE && !is_empty {
            let body = source.get(at..).unwrap_or_default();
            let end = body.find("</").unwrap_or(body.len());
            if document.embedded.len() < MOST {
                take(document, body.get(..end).unwrap_or_default(), at, &path);
            }
            at += end;
        }
        if is_empty {
            path.leave(name);
        }
    }
    spoken.push(from..source.len());
    spoken
}

/// Decodes the content of one element, which begins at byte `start` of the file.
fn take(document: &mut Document, body: &str, start: usize, path: &Path<'_>) {
    let lead = body.len() - body.trim_start().len();
    let range = start + lead..start + lead + body.trim().len();
    let text = plain(body);
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    let (start, end) = (position::of(range.start), position::of(range.end));
    let content = content::of(text.as_bytes()).filter(Content::holds_certificate);
    let Some(content) = content else {
        if text.len() >= content::SHORTEST && !text.contains(['$', '{', '.']) {
            document.trouble.push(Trouble {
                start,
                end,
                place: path.place(),
                reason: "it is not base64 of a certificate",
                encrypted: false,
            });
        }
        return;
    };
    if matches!(content, Content::Pem(_)) {
        document.claimed.push(range);
    }
    document.embedded.push(Embedded {
        start,
        end,
        place: path.place(),
        role: path.role(),
        secret: content.is_secret(),
        bytes: content.into_bytes(),
        chain: None,
        manifest: None,
        markers: Vec::new(),
    });
}

/// White space that is written as a character reference, as some writers end lines; CDATA.
fn plain(body: &str) -> String {
    let mut text = body.replace("<![CDATA[", "").replace("]]>", "");
    for reference in [
        "&#13;", "&#xD;", "&#xd;", "&#10;", "&#xA;", "&#xa;", "&#9;", "&#x9;",
    ] {
        if text.contains(reference) {
            text = text.replace(reference, " ");
        }
    }
    text
}

/// The length of a comment, a processing instruction, CDATA or a declaration.
fn skipped(rest: &str) -> Option<usize> {
    for (open, close) in [
        ("<!--", "-->"),
        ("<?", "?>"),
        ("<![CDATA[", "]]>"),
        ("<!", ">"),
    ] {
        if rest.starts_with(open) {
            let end = rest.find(close).map(|at| at + close.len());
            return Some(end.unwrap_or(rest.len()));
        }
    }
    None
}

/// The length of a tag, whose attributes may have `>` in quotes.
fn tag_length(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, &byte) in rest.as_bytes().iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The name of an element without its prefix and attributes.
fn local(tag: &str) -> &str {
    let name = tag
        .split(|c: char| c.is_whitespace() || c == '/')
        .next()
        .unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

/// The value of an attribute in a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    loop {
        let (before, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, next) = behind.get(1..)?.split_once(quote)?;
        if before.split_whitespace().next_back() == Some(name) {
            return Some(value);
        }
        rest = next;
    }
}

/// The open elements.
#[derive(Default)]
struct Path<'a> {
    open: Vec<Element<'a>>,
    /// Elements deeper than those that are kept.
    deeper: usize,
    /// How many children of its name each level has had so far, for the last name alone.
    role: Vec<Role>,
}

struct Element<'a> {
    name: &'a str,
    /// Which of its siblings of the same name, from 1.
    number: usize,
    /// Names of the children so far, with their number.
    children: Vec<(&'a str, usize)>,
}

/// How many different names of children are counted at one level.
const MOST_NAMES: usize = 32;

impl<'a> Path<'a> {
    fn enter(&mut self, name: &'a str, tag: &'a str) {
        if self.open.len() >= DEEPEST {
            self.deeper += 1;
            return;
        }
        let number = self.open.last_mut().map_or(1, |parent| {
            if let Some((_, count)) = parent.children.iter_mut().find(|(child, _)| *child == name) {
                *count += 1;
                return *count;
            }
            if parent.children.len() < MOST_NAMES {
                parent.children.push((name, 1));
            }
            1
        });
        let role = match attribute(tag, "use") {
            Some("signing") => Role::Signing,
            Some("encryption") => Role::Encryption,
            _ => self.role(),
        };
        self.role.push(role);
        self.open.push(Element {
            name,
            number,
            children: Vec::new(),
        });
    }

    /// Closes the innermost element. Where the names differ the text is broken, and the path is no
    /// more than a hint.
    fn leave(&mut self, name: &str) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if self.open.last().is_some_and(|top| top.name == name) {
            self.open.pop();
            self.role.pop();
        }
    }

    fn role(&self) -> Role {
        self.role.last().copied().unwrap_or_default()
    }

    /// `/EntityDescriptor/IDPSSODescriptor/KeyDescriptor[2]/KeyInfo/X509Data/X509Certificate`.
    fn place(&self) -> String {
        let mut place = String::new();
        for element in &self.open {
            place.push('/');
            place.push_str(element.name);
            if element.number > 1 {
                place.push('[');
                place.push_str(&element.number.to_string());
                place.push(']');
            }
        }
        shortened(&place).into_owned()
    }
}
