//! Patterns.

use ra_ap_syntax::SyntaxKind as K;

use super::body::BodyLowering;
use super::tree::Node;
use super::types::{name, name_ref, plain};
use crate::hir::{Name, Pat, PatId, PatKind, PathRef};

impl BodyLowering<'_, '_> {
    /// Adds a pattern to the arena.
    pub(super) fn add_pat(&mut self, node: Node<'_>, kind: PatKind) -> PatId {
        let range = self.file.range(node);
        self.push_pat(Pat { range, kind })
    }

    /// A binding of `name` at `place`.
    pub(super) fn binding(&mut self, place: Node<'_>, name: &str) -> PatId {
        self.add_pat(
            place,
            PatKind::Bind {
                name: Name::new(name),
                by_ref: false,
                sub: None,
            },
        )
    }

    /// The pattern that is a child of `node`; a wildcard where there is none.
    pub(super) fn child_pat(&mut self, node: Node<'_>) -> PatId {
        match node.pat() {
            Some(pat) => self.pat(pat),
            None => self.add_pat(node, PatKind::Wild),
        }
    }

    /// A pattern.
    pub(super) fn pat(&mut self, node: Node<'_>) -> PatId {
        if !self.file.enter(1) {
            self.file.refuse(node);
            return self.add_pat(node, PatKind::Wild);
        }
        let id = self.pat_inner(node);
        self.file.leave(1);
        id
    }

    fn pat_inner(&mut self, node: Node<'_>) -> PatId {
        let kind = match node.kind() {
            K::PAREN_PAT | K::BOX_PAT | K::DEREF_PAT => return self.child_pat(node),
            K::WILDCARD_PAT => PatKind::Wild,
            K::REST_PAT => PatKind::Rest,
            K::IDENT_PAT => PatKind::Bind {
                name: self.bound_name(node),
                by_ref: node.has(K::REF_KW),
                sub: node.pat().map(|sub| self.pat(sub)),
            },
            K::TUPLE_STRUCT_PAT => PatKind::TupleStruct(self.child_path(node), self.pats(node)),
            K::RECORD_PAT => PatKind::Struct(self.child_path(node), self.record_pats(node)),
            K::PATH_PAT => PatKind::Path(self.child_path(node)),
            K::TUPLE_PAT => PatKind::Tuple(self.pats(node)),
            K::SLICE_PAT => PatKind::Slice(self.pats(node)),
            K::REF_PAT => PatKind::Ref(self.child_pat(node)),
            K::OR_PAT => PatKind::Or(self.pats(node)),
            _ => PatKind::Test,
        };
        self.add_pat(node, kind)
    }

    fn pats(&mut self, node: Node<'_>) -> Vec<PatId> {
        node.pats().map(|pat| self.pat(pat)).collect()
    }

    fn record_pats(&mut self, node: Node<'_>) -> Vec<(Name, PatId)> {
        let Some(list) = node.child(K::RECORD_PAT_FIELD_LIST) else {
            return Vec::new();
        };
        let mut fields = Vec::new();
        for field in list
            .children()
            .filter(|it| it.kind() == K::RECORD_PAT_FIELD)
        {
            let Some(pat) = field.pat() else {
                continue;
            };
            let name = match field.child(K::NAME_REF) {
                Some(name) => plain(name.text()),
                // `S { ref mut x }`: the field is named as the variable; `box x` likewise.
                None => name(match pat.kind() {
                    K::BOX_PAT => pat.pat().unwrap_or(pat),
                    _ => pat,
                }),
            };
            fields.push((name, self.pat(pat)));
        }
        fields
    }

    /// The path that is a child of `node`.
    pub(super) fn child_path(&mut self, node: Node<'_>) -> PathRef {
        node.child(K::PATH)
            .map_or_else(PathRef::default, |path| self.file.path(path))
    }

    /// The name in a `NAME_REF` child of `node`.
    pub(super) fn field_name(node: Node<'_>) -> Name {
        name_ref(node)
    }
}
