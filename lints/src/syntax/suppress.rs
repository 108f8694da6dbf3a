//! Suppression comments and what they cover.
//!
//! One that stands alone covers what begins below it: a statement, item, arm, field or expression,
//! to its end. One behind code covers its line, and the statement that begins or ends there.

use std::sync::Arc;

use memchr::memmem;
use ra_ap_syntax::SyntaxKind as K;
use rules::suppression::directive;
use rules::{LineIndex, Suppression};

use super::tokens::{TokenId, Tokens, is_close, is_open};
use super::tree::{Node, is_expr, is_item};

/// The suppressions among the comments of a file.
pub(super) fn suppressions(
    root: Node<'_>,
    tokens: &Tokens<'_>,
    path: &Arc<str>,
    lines: &LineIndex,
    bom: u32,
) -> Vec<Suppression> {
    // What every spelling of the word that the kernel looks at has in common.
    if memmem::find(tokens.text().as_bytes(), b"reflight").is_none() {
        return Vec::new();
    }
    let line = |offset: u32| lines.position(offset.saturating_add(bom)).line;
    let mut found = Vec::new();
    for &(start, end) in tokens.comments() {
        let comment = tokens.slice(start, end);
        if quotes_a_comment(comment) {
            continue;
        }
        let Some(directive) = directive(comment, path, lines, start.saturating_add(bom)) else {
            continue;
        };
        let own = line(start);
        let line_start = lines.line_start(own).unwrap_or(0).saturating_sub(bom);
        let is_alone = tokens.slice(line_start, start).trim().is_empty();
        let covered = if is_alone {
            below(root, tokens, tokens.at(end))
        } else {
            beside(root, tokens, line_start, start, &line)
        };
        let (first, last) = match covered {
            Some((start, end)) => (line(start), line(end.saturating_sub(1))),
            None => (own, own),
        };
        found.push(if is_alone {
            directive.covering(first, last)
        } else {
            directive.covering(first.min(own), last.max(own))
        });
    }
    found
}

/// Whether `comment` is documentation that shows a comment: an example suppresses nothing.
fn quotes_a_comment(comment: &str) -> bool {
    ["///", "//!"].iter().any(|sign| {
        comment.strip_prefix(sign).is_some_and(|shown| {
            let shown = shown.trim_start();
            ["//", "#", "--"].iter().any(|sign| shown.starts_with(sign))
                && !comment.starts_with("////")
        })
    })
}

/// What begins at token `next`, the first after a comment of its own.
fn below(root: Node<'_>, tokens: &Tokens<'_>, next: TokenId) -> Option<(u32, u32)> {
    if next >= tokens.len() || is_close(tokens.kind(next)) {
        return None;
    }
    let start = tokens.start(next);
    let mut inside = root;
    let mut limit = next + 1;
    while let Some(child) = containing(inside, start) {
        if child.start() == start && is_unit(child) {
            return Some((start, child.end()));
        }
        // Inside a macro there are only tokens; elsewhere, in the middle of something, it is the
        // line.
        if child.kind() == K::TOKEN_TREE && child.start() < start {
            limit = tokens.at(child.end()).saturating_sub(1);
        }
        inside = child;
    }
    Some((start, tokens.end(argument_end(tokens, next, limit))))
}

/// The last token of the macro argument that begins at `from`.
fn argument_end(tokens: &Tokens<'_>, from: TokenId, limit: TokenId) -> TokenId {
    let mut id = from;
    let mut last = from;
    while id < limit {
        let kind = tokens.kind(id);
        if matches!(kind, K::COMMA | K::SEMICOLON) || is_close(kind) {
            break;
        }
        if is_open(kind) {
            let after = tokens.after_group(id, limit).unwrap_or(limit);
            last = after.saturating_sub(1);
            id = after;
            // A branch that ends in a block needs no comma.
            let is_continued = matches!(tokens.kind(id), K::DOT | K::QUESTION | K::ELSE_KW);
            if kind == K::L_CURLY && !is_continued {
                break;
            }
            continue;
        }
        last = id;
        id += 1;
    }
    last
}

/// The statement that begins on the line of a comment behind code, or that ends right before it.
fn beside(
    root: Node<'_>,
    tokens: &Tokens<'_>,
    line_start: u32,
    comment: u32,
    line: &dyn Fn(u32) -> u32,
) -> Option<(u32, u32)> {
    let first = tokens.start(tokens.at(line_start));
    let before = tokens.at(comment).checked_sub(1)?;
    let (last, end) = (tokens.start(before), tokens.end(before));
    let mut inside = root;
    while let Some(child) = containing(inside, first) {
        // A comment behind the head of an item is about its head.
        let is_wide = is_item(child.kind()) && line(child.end()) != line(first);
        if child.start() == first && is_unit(child) && !is_wide {
            return Some((first, child.end()));
        }
        inside = child;
    }
    let mut inside = root;
    while let Some(child) = containing(inside, last) {
        let is_part = is_expr(child.kind()) && inside.kind() != K::STMT_LIST;
        if child.end() == end && is_unit(child) && !is_part && !is_item(child.kind()) {
            return Some((child.start(), end));
        }
        inside = child;
    }
    None
}

fn containing(node: Node<'_>, offset: u32) -> Option<Node<'_>> {
    node.children()
        .find(|child| child.start() <= offset && offset < child.end())
}

/// Whether a comment can be about `node`.
fn is_unit(node: Node<'_>) -> bool {
    is_item(node.kind())
        || is_expr(node.kind())
        || matches!(
            node.kind(),
            K::LET_STMT
                | K::EXPR_STMT
                | K::MATCH_ARM
                | K::RECORD_FIELD
                | K::TUPLE_FIELD
                | K::RECORD_EXPR_FIELD
                | K::VARIANT
                | K::PARAM
        )
}
