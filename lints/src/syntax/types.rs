//! Types, paths and generics.

use ra_ap_syntax::SyntaxKind as K;

use super::Lowering;
use super::tree::{Node, is_type};
use crate::hir::{GenericParam, Name, PathRef, Segment, TypeRef};

/// An identifier without `r#`.
pub(super) fn plain(text: &str) -> Name {
    Name::new(text.strip_prefix("r#").unwrap_or(text))
}

/// The name in a node's `NAME`, empty where it is missing.
pub(super) fn name(node: Node<'_>) -> Name {
    node.child(K::NAME)
        .map_or_else(Name::default, |name| plain(name.text()))
}

/// The name in a node's `NAME_REF`, empty where it is missing.
pub(super) fn name_ref(node: Node<'_>) -> Name {
    node.child(K::NAME_REF)
        .map_or_else(Name::default, |name| plain(name.text()))
}

/// `a::b` as a path of plain segments.
pub(super) fn plain_path(segments: &[&str]) -> PathRef {
    PathRef {
        qself: None,
        segments: segments
            .iter()
            .map(|name| segment(Name::new(name)))
            .collect(),
    }
}

/// A segment without arguments.
pub(super) fn segment(name: Name) -> Segment {
    Segment {
        name,
        args: Vec::new(),
        bindings: Vec::new(),
    }
}

impl Lowering<'_> {
    /// The type that is a child of `node`; `Infer` where there is none.
    pub(super) fn child_type(&mut self, node: Node<'_>) -> TypeRef {
        node.ty().map_or(TypeRef::Infer, |ty| self.ty(ty))
    }

    /// A type.
    pub(super) fn ty(&mut self, node: Node<'_>) -> TypeRef {
        if !self.enter(1) {
            return TypeRef::Infer;
        }
        let ty = self.ty_inner(node);
        self.leave(1);
        ty
    }

    fn ty_inner(&mut self, node: Node<'_>) -> TypeRef {
        match node.kind() {
            K::PATH_TYPE => match node.child(K::PATH) {
                Some(path) => self.path_type(path),
                None => TypeRef::Infer,
            },
            K::REF_TYPE => TypeRef::Ref(Box::new(self.child_type(node))),
            K::PTR_TYPE => TypeRef::Ptr(Box::new(self.child_type(node))),
            K::SLICE_TYPE | K::ARRAY_TYPE => TypeRef::Slice(Box::new(self.child_type(node))),
            K::TUPLE_TYPE => TypeRef::Tuple(node.types().map(|ty| self.ty(ty)).collect()),
            K::PAREN_TYPE | K::FOR_TYPE => self.child_type(node),
            K::NEVER_TYPE => TypeRef::Never,
            K::DYN_TRAIT_TYPE => TypeRef::Dyn(self.bounds(node)),
            K::IMPL_TRAIT_TYPE => TypeRef::Impl(self.bounds(node)),
            K::FN_PTR_TYPE => {
                let params = node.child(K::PARAM_LIST).map_or_else(Vec::new, |list| {
                    list.children()
                        .filter(|child| child.kind() == K::PARAM)
                        .map(|param| self.child_type(param))
                        .collect()
                });
                TypeRef::Fn(params, Box::new(self.ret_type(node)))
            }
            _ => TypeRef::Infer,
        }
    }

    /// What `-> T` says: the empty tuple where nothing does.
    pub(super) fn ret_type(&mut self, node: Node<'_>) -> TypeRef {
        node.child(K::RET_TYPE)
            .map_or_else(|| TypeRef::Tuple(Vec::new()), |ret| self.child_type(ret))
    }

    /// A path as a type: `Fn(A) -> R` is a function.
    fn path_type(&mut self, path: Node<'_>) -> TypeRef {
        let last = path.child(K::PATH_SEGMENT);
        if let Some(args) = last.and_then(|last| last.child(K::PARENTHESIZED_ARG_LIST)) {
            let params = args
                .children()
                .filter(|child| child.kind() == K::TYPE_ARG)
                .map(|arg| self.child_type(arg))
                .collect();
            let ret = last.map_or(TypeRef::Infer, |last| self.ret_type(last));
            return TypeRef::Fn(params, Box::new(ret));
        }
        TypeRef::Path(self.path(path))
    }

    /// A path with its arguments.
    pub(super) fn path(&mut self, node: Node<'_>) -> PathRef {
        // A path is nested to the left, as deep as it is long.
        let mut parts = vec![node];
        let mut inner = node;
        while let Some(qualifier) = inner.child(K::PATH) {
            parts.push(qualifier);
            inner = qualifier;
        }
        let mut path = PathRef::default();
        for part in parts.into_iter().rev() {
            let Some(node) = part.child(K::PATH_SEGMENT) else {
                continue;
            };
            if let Some(anchor) = node.child(K::TYPE_ANCHOR) {
                let mut types = anchor.types();
                path.qself = types.next().map(|ty| Box::new(self.ty(ty)));
                if let Some(of) = types.next().and_then(|of| of.child(K::PATH)) {
                    path.segments = self.path(of).segments;
                }
                continue;
            }
            if node.has(K::COLON2) {
                path.segments.push(segment(Name::default()));
            }
            let mut made = segment(name_ref(node));
            if let Some(list) = node.child(K::GENERIC_ARG_LIST) {
                self.generic_args(list, &mut made);
            }
            path.segments.push(made);
        }
        path
    }

    fn generic_args(&mut self, list: Node<'_>, segment: &mut Segment) {
        for arg in list.children() {
            match arg.kind() {
                K::TYPE_ARG => segment.args.push(self.child_type(arg)),
                K::ASSOC_TYPE_ARG => {
                    let ty = if arg.has(K::TYPE_BOUND_LIST) {
                        TypeRef::Impl(self.bounds(arg))
                    } else {
                        self.child_type(arg)
                    };
                    segment.bindings.push((name_ref(arg), ty));
                }
                _ => {}
            }
        }
    }

    /// The type arguments of a turbofish.
    pub(super) fn turbofish(&mut self, node: Node<'_>) -> Vec<TypeRef> {
        let mut made = segment(Name::default());
        if let Some(list) = node.child(K::GENERIC_ARG_LIST) {
            self.generic_args(list, &mut made);
        }
        made.args
    }

    /// Trait bounds below `node`, lifetimes and `?Sized` left out.
    pub(super) fn bounds(&mut self, node: Node<'_>) -> Vec<TypeRef> {
        let Some(list) = node.child(K::TYPE_BOUND_LIST) else {
            return Vec::new();
        };
        let mut bounds = Vec::new();
        for child in list.children() {
            if child.kind() == K::TYPE_BOUND && !child.has(K::QUESTION) {
                if let Some(ty) = child.ty() {
                    bounds.push(self.ty(ty));
                }
            } else if is_type(child.kind()) {
                bounds.push(self.ty(child));
            }
        }
        bounds
    }

    /// Type parameters with the bounds from the list and from `where`.
    pub(super) fn generics(&mut self, node: Node<'_>) -> Vec<GenericParam> {
        let mut params: Vec<GenericParam> = Vec::new();
        if let Some(list) = node.child(K::GENERIC_PARAM_LIST) {
            for param in list
                .children()
                .filter(|child| child.kind() == K::TYPE_PARAM)
            {
                params.push(GenericParam {
                    name: name(param),
                    bounds: self.bounds(param),
                });
            }
        }
        let clauses = node
            .children()
            .filter(|child| child.kind() == K::WHERE_CLAUSE);
        for pred in clauses.flat_map(Node::children) {
            let Some(ty) = pred.ty().filter(|_| pred.kind() == K::WHERE_PRED) else {
                continue;
            };
            let subject = plain(ty.text());
            if params.iter().any(|param| param.name == subject) {
                let bounds = self.bounds(pred);
                if let Some(param) = params.iter_mut().find(|param| param.name == subject) {
                    param.bounds.extend(bounds);
                }
            }
        }
        params
    }
}
