//! Items.

use ra_ap_syntax::SyntaxKind as K;

use super::Lowering;
use super::attrs::Attrs;
use super::macros::has_attribute;
use super::tree::Node;
use super::types::{name, name_ref, plain};
use crate::hir::{
    Body, Cfg, Field, Function, Item, ItemKind, Name, Range, SelfParam, TypeRef, UseLeaf,
};

impl Lowering<'_> {
    /// The items that are children of `list`.
    pub(super) fn items(&mut self, list: Node<'_>, out: &mut Vec<Item>) {
        for node in list.children() {
            self.item(node, out);
        }
    }

    /// The item `node`; nothing where it is none. A macro call and a foreign block give several.
    pub(super) fn item(&mut self, node: Node<'_>, out: &mut Vec<Item>) {
        if !self.enter(1) {
            return self.refuse(node);
        }
        self.item_inner(node, out);
        self.leave(1);
    }

    fn item_inner(&mut self, node: Node<'_>, out: &mut Vec<Item>) {
        let kind = match node.kind() {
            K::FN => ItemKind::Fn(Box::new(self.function(node))),
            K::STRUCT | K::UNION => ItemKind::Struct {
                generics: self.generics(node),
                fields: self.fields(node),
            },
            K::ENUM => ItemKind::Enum {
                generics: self.generics(node),
                variants: self.variants(node),
            },
            K::TYPE_ALIAS => ItemKind::TypeAlias {
                generics: self.generics(node),
                ty: self.child_type(node),
                bounds: self.bounds(node),
            },
            K::TRAIT => ItemKind::Trait {
                generics: self.generics(node),
                supertraits: self.bounds(node),
                items: self.members(node, K::ASSOC_ITEM_LIST),
            },
            K::IMPL => self.implementation(node),
            K::STATIC | K::CONST => ItemKind::Static {
                ty: self.child_type(node),
                init: node.expr().map(|init| Box::new(self.value(init))),
                is_const: node.kind() == K::CONST,
                is_lazy: false,
            },
            K::MODULE => {
                let items = node
                    .has(K::ITEM_LIST)
                    .then(|| self.members(node, K::ITEM_LIST));
                return self.module(node, items, out);
            }
            K::USE => {
                let mut leaves = Vec::new();
                if let Some(tree) = node.child(K::USE_TREE) {
                    self.use_tree(tree, &[], node.has(K::VISIBILITY), &mut leaves);
                }
                ItemKind::Use(leaves)
            }
            K::EXTERN_CRATE => {
                if has_attribute(node, "macro_use") {
                    self.macro_crates.push(name_ref(node));
                }
                ItemKind::ExternCrate(name_ref(node))
            }
            K::EXTERN_BLOCK => {
                let cfg = Attrs::of(node).cfg;
                let first = out.len();
                if let Some(list) = node.child(K::EXTERN_ITEM_LIST) {
                    self.items(list, out);
                }
                return inherit(out, first, &cfg);
            }
            K::MACRO_RULES | K::MACRO_DEF => ItemKind::Macro,
            K::MACRO_CALL => return self.item_macro(node, out),
            _ => return,
        };
        let item = self.finish(node, kind);
        out.push(item);
    }

    fn module(&mut self, node: Node<'_>, items: Option<Vec<Item>>, out: &mut Vec<Item>) {
        let mut attrs = Attrs::of(node);
        if let Some(list) = node.child(K::ITEM_LIST) {
            let inner = Attrs::of(list);
            attrs.cfg.extend(inner.cfg);
            attrs.allows_await |= inner.allows_await;
        }
        let path = attrs.path.take();
        let kind = ItemKind::Module {
            path,
            items,
            is_macro_use: has_attribute(node, "macro_use"),
        };
        let mut item = self.finish(node, kind);
        item.cfg = attrs.cfg;
        item.allows_await = attrs.allows_await;
        out.push(item);
    }

    fn finish(&mut self, node: Node<'_>, kind: ItemKind) -> Item {
        let attrs = Attrs::of(node);
        let place = match node.kind() {
            K::EXTERN_CRATE => node
                .child(K::RENAME)
                .and_then(|rename| rename.child(K::NAME))
                .or_else(|| node.child(K::NAME_REF)),
            _ => node.child(K::NAME),
        };
        let is_after_attrs = |child: &Node<'_>| child.kind() != K::ATTR;
        let name_range = place
            .or_else(|| node.children().find(is_after_attrs))
            .map_or_else(|| self.range(node), |place| self.range(place));
        Item {
            name: place.map_or_else(Name::default, |place| plain(place.text())),
            range: self.range(node),
            name_range,
            cfg: attrs.cfg,
            is_test: attrs.is_test,
            is_pub: node
                .child(K::VISIBILITY)
                .is_some_and(|visibility| visibility.text() == "pub"),
            allows_await: attrs.allows_await,
            kind,
        }
    }

    fn members(&mut self, node: Node<'_>, list: K) -> Vec<Item> {
        let mut items = Vec::new();
        if let Some(list) = node.child(list) {
            self.items(list, &mut items);
        }
        items
    }

    fn implementation(&mut self, node: Node<'_>) -> ItemKind {
        let mut types = node.types();
        let first = types.next();
        let second = types.next();
        let (of, on) = match second {
            Some(on) => (first, Some(on)),
            None => (None, first),
        };
        ItemKind::Impl {
            generics: self.generics(node),
            trait_: of.and_then(|of| match self.ty(of) {
                TypeRef::Path(path) => Some(path),
                _ => None,
            }),
            self_ty: on.map_or(TypeRef::Infer, |on| self.ty(on)),
            items: self.members(node, K::ASSOC_ITEM_LIST),
        }
    }

    /// Fields of a struct, union or variant.
    fn fields(&mut self, node: Node<'_>) -> Vec<Field> {
        let mut fields = Vec::new();
        for list in node.children() {
            match list.kind() {
                K::RECORD_FIELD_LIST => {
                    for field in list.children().filter(|it| it.kind() == K::RECORD_FIELD) {
                        fields.push(Field {
                            name: name(field),
                            range: self.range(field),
                            ty: self.child_type(field),
                        });
                    }
                }
                K::TUPLE_FIELD_LIST => {
                    for field in list.children().filter(|it| it.kind() == K::TUPLE_FIELD) {
                        fields.push(Field {
                            name: Name::new(fields.len().to_string()),
                            range: self.range(field),
                            ty: self.child_type(field),
                        });
                    }
                }
                _ => {}
            }
        }
        fields
    }

    fn variants(&mut self, node: Node<'_>) -> Vec<(Name, Vec<Field>)> {
        let Some(list) = node.child(K::VARIANT_LIST) else {
            return Vec::new();
        };
        list.children()
            .filter(|child| child.kind() == K::VARIANT)
            .map(|variant| (name(variant), self.fields(variant)))
            .collect()
    }

    /// The leaves of a use tree below `prefix`.
    fn use_tree(&mut self, tree: Node<'_>, prefix: &[Name], is_pub: bool, out: &mut Vec<UseLeaf>) {
        if !self.enter(1) {
            return self.refuse(tree);
        }
        let mut path = prefix.to_vec();
        if let Some(node) = tree.child(K::PATH) {
            path.extend(self.path(node).segments.into_iter().map(|it| it.name));
        } else if prefix.is_empty() && tree.has(K::COLON2) {
            path.push(Name::default());
        }
        let glob = tree.has(K::STAR);
        if let Some(list) = tree.child(K::USE_TREE_LIST) {
            for inner in list.children().filter(|it| it.kind() == K::USE_TREE) {
                self.use_tree(inner, &path, is_pub, out);
            }
        } else {
            // `a::{self}` names `a`.
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let rename = tree.child(K::RENAME).map(|rename| {
                rename
                    .child(K::NAME)
                    .map_or_else(|| Name::new("_"), |name| plain(name.text()))
            });
            let name = match rename {
                _ if glob => Name::default(),
                Some(rename) => rename,
                None => path.last().cloned().unwrap_or_default(),
            };
            if glob || !path.is_empty() {
                out.push(UseLeaf {
                    path,
                    name,
                    glob,
                    is_pub,
                });
            }
        }
        self.leave(1);
    }

    fn function(&mut self, node: Node<'_>) -> Function {
        let list = node.child(K::PARAM_LIST);
        let self_node = list.and_then(|list| list.child(K::SELF_PARAM));
        let params: Vec<Node<'_>> = list.map_or_else(Vec::new, |list| {
            list.children()
                .filter(|child| child.kind() == K::PARAM)
                .collect()
        });
        Function {
            generics: self.generics(node),
            self_param: self_node.map(|it| self.self_param(it)),
            params: params.iter().map(|&param| self.child_type(param)).collect(),
            ret: self.ret_type(node),
            is_async: node.has(K::ASYNC_KW),
            body: node
                .child(K::BLOCK_EXPR)
                .map(|block| self.function_body(self_node, &params, block)),
        }
    }

    fn self_param(&mut self, node: Node<'_>) -> SelfParam {
        if let Some(ty) = node.ty() {
            return SelfParam::Typed(self.ty(ty));
        }
        match (node.has(K::AMP), node.has(K::MUT_KW)) {
            (false, _) => SelfParam::Value,
            (true, false) => SelfParam::Ref,
            (true, true) => SelfParam::RefMut,
        }
    }

    /// The range of a node and its name for a macro call that is not understood.
    pub(super) fn opaque(&mut self, name: Name, range: Range) {
        self.opaque.push((name, range));
    }

    /// A body without parameters.
    fn value(&mut self, root: Node<'_>) -> Body {
        super::body::lower(self, &mut |body| (Vec::new(), body.expr(root)))
    }

    fn function_body(
        &mut self,
        self_param: Option<Node<'_>>,
        params: &[Node<'_>],
        block: Node<'_>,
    ) -> Body {
        super::body::lower(self, &mut |body| {
            let mut pats = Vec::new();
            if let Some(node) = self_param {
                let place = node.child(K::NAME).unwrap_or(node);
                pats.push(body.binding(place, "self"));
            }
            for &param in params {
                pats.push(body.child_pat(param));
            }
            (pats, body.expr(block))
        })
    }
}

/// Adds the predicates of what encloses them to the items from `first` on.
pub(super) fn inherit(items: &mut [Item], first: usize, cfg: &[Cfg]) {
    for item in items.iter_mut().skip(first) {
        item.cfg.extend_from_slice(cfg);
    }
}
