//! Macro calls that stand for items.

use ra_ap_parser::TopEntryPoint;
use ra_ap_syntax::SyntaxKind as K;

use super::args::Args;
use super::{Feed, Form, Lowering, Node, TokenId, macro_name, table};
use crate::hir::{Cfg, Item, ItemKind, Name, TypeRef};
use crate::syntax::attrs::{Attrs, negation, predicates, string};
use crate::syntax::items::inherit;
use crate::syntax::types::plain_path;

/// One branch of `cfg_if!`: when it is compiled, and its content.
pub(super) struct CfgBranch {
    /// What holds where it is compiled.
    cfg: Vec<Cfg>,
    /// First token of the content.
    pub(super) from: TokenId,
    /// The token after it.
    pub(super) to: TokenId,
}

impl Lowering<'_> {
    /// A macro call in item position: its items, or an opaque macro.
    pub(in crate::syntax) fn item_macro(&mut self, call: Node<'_>, out: &mut Vec<Item>) {
        let name = macro_name(call);
        let first = out.len();
        let args = Args::of(self.tokens, call);
        let is_read = self.expanded_items(call, out)
            || args.is_some_and(|args| {
                let is_own = self.rules.find(self.tokens, call).is_some();
                let form = table::form(&name).filter(|_| !is_own);
                let is_read = self.expand_items(form, &name, &args, out);
                let macros = &mut self.macros;
                if form.is_some() {
                    macros.resolved += u32::from(is_read);
                } else {
                    macros.guessed += u32::from(is_read);
                }
                is_read
            });
        if is_read {
            let cfg = Attrs::of(call).cfg;
            return inherit(out, first, &cfg);
        }
        let range = self.range(call);
        self.opaque(name, range);
        out.push(Item {
            name: Name::default(),
            range,
            name_range: range,
            cfg: Attrs::of(call).cfg,
            is_test: false,
            is_pub: false,
            allows_await: false,
            kind: ItemKind::Macro,
        });
    }

    fn expand_items(
        &mut self,
        form: Option<Form>,
        name: &str,
        args: &Args,
        out: &mut Vec<Item>,
    ) -> bool {
        match form {
            Some(Form::Statics(wrapper)) => return self.statics(args, wrapper, out).is_some(),
            Some(Form::Nothing) if name == "include" => {
                out.extend(self.included(args));
                return true;
            }
            Some(Form::Nothing) => return true,
            Some(Form::CfgIf) => {
                if let Some(branches) = self.cfg_branches(args) {
                    for branch in branches {
                        let first = out.len();
                        if !self.item_list(branch.from, branch.to, out) {
                            let range = self.shifted(
                                self.tokens.start(branch.from),
                                self.tokens.start(branch.to),
                            );
                            self.opaque(name.into(), range);
                        }
                        inherit(out, first, &branch.cfg);
                    }
                    return true;
                }
            }
            _ => {}
        }
        args.is_flat(self.tokens) || self.item_list(args.first(), args.close, out)
    }

    /// `include!("x.rs")`: a file with items of this module, which is a module without a name.
    fn included(&self, args: &Args) -> Option<Item> {
        let id = args.first();
        let path = (id + 1 == args.close && self.tokens.kind(id) == K::STRING)
            .then(|| string(self.tokens.token_text(id)))??;
        let range = self.shifted(self.tokens.start(id), self.tokens.end(id));
        Some(Item {
            name: Name::default(),
            range,
            name_range: range,
            cfg: Vec::new(),
            is_test: false,
            allows_await: false,
            is_pub: false,
            kind: ItemKind::Module {
                path: Some(path),
                items: None,
                is_macro_use: true,
            },
        })
    }

    /// Tokens that are all items.
    fn item_list(&mut self, from: TokenId, to: TokenId, out: &mut Vec<Item>) -> bool {
        let Some(tree) = self.fragment(from, to, &TopEntryPoint::MacroItems) else {
            return false;
        };
        if let Some(root) = tree.root() {
            self.items(root, out);
        }
        true
    }

    /// `static ref A: T = e;` and `static A: T = e`, each as a static of a wrapper of its type.
    pub(super) fn statics(
        &mut self,
        args: &Args,
        wrapper: &str,
        out: &mut Vec<Item>,
    ) -> Option<()> {
        let mut feed = Feed::default();
        let mut before = K::EOF;
        for id in args.first()..args.close {
            let kind = self.tokens.kind(id);
            if kind != K::REF_KW || before != K::STATIC_KW {
                feed.push(id, kind);
            }
            before = kind;
        }
        if before != K::SEMICOLON && before != K::EOF {
            feed.push_synthetic(K::SEMICOLON);
        }
        let tree = self.parse(&feed, &TopEntryPoint::MacroItems)?;
        let first = out.len();
        self.items(tree.root()?, out);
        let segments: Vec<&str> = wrapper.split("::").collect();
        for item in out.iter_mut().skip(first) {
            if let ItemKind::Static {
                ty,
                is_const: false,
                is_lazy,
                ..
            } = &mut item.kind
            {
                *is_lazy = true;
                let mut path = plain_path(&segments);
                if let Some(last) = path.segments.last_mut() {
                    last.args.push(std::mem::replace(ty, TypeRef::Infer));
                }
                *ty = TypeRef::Path(path);
            }
        }
        Some(())
    }

    /// The branches of `if #[cfg(…)] { … } else if … else { … }`.
    pub(super) fn cfg_branches(&mut self, args: &Args) -> Option<Vec<CfgBranch>> {
        let mut branches = Vec::new();
        // What holds because no earlier branch was taken.
        let mut not_before: Vec<Cfg> = Vec::new();
        let mut at = args.first();
        while at < args.close {
            if !branches.is_empty() {
                if self.tokens.kind(at) != K::ELSE_KW {
                    return None;
                }
                at += 1;
            }
            let mut cfg = not_before.clone();
            if self.tokens.kind(at) == K::IF_KW {
                if self.tokens.kind(at + 1) != K::POUND {
                    return None;
                }
                let after = self.tokens.after_group(at + 2, args.close)?;
                let meta = self.fragment(at + 3, after - 1, &TopEntryPoint::MetaItem)?;
                let own = predicates(meta.root()?);
                not_before.extend(negation(&own));
                cfg.extend(own);
                at = after;
            }
            let after = self.tokens.after_group(at, args.close)?;
            branches.push(CfgBranch {
                cfg,
                from: at + 1,
                to: after - 1,
            });
            at = after;
        }
        Some(branches)
    }
}
