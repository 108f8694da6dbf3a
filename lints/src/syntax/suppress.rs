//! Suppression comments and what they cover.

use std::sync::Arc;

use rules::{LineIndex, Suppression};

use super::tokens::Tokens;
use super::tree::Node;

/// The suppressions among the comments of a file.
pub(super) fn suppressions(
    _root: Node<'_>,
    _tokens: &Tokens<'_>,
    _path: &Arc<str>,
    _lines: &LineIndex,
    _bom: u32,
) -> Vec<Suppression> {
    // FIXME: the kernel's parser of directives is not here yet.
    Vec::new()
}
