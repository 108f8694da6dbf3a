//! Facts as text, for tests: Rust without its sugar, one line.

use std::fmt::Write;

use crate::hir::{
    BinaryOp, BlockKind, Body, ExprId, ExprKind, Field, File, GenericParam, Item, ItemKind,
    LoopHead, MacroScope, PatId, PatKind, PathRef, SelfParam, Stmt, TypeRef,
};

/// All items of a file.
pub(super) fn file(file: &File) -> String {
    items(&file.items)
}

/// Items, separated by line feeds.
pub(super) fn items(items: &[Item]) -> String {
    items.iter().map(item).collect::<Vec<_>>().join("\n")
}

fn item(item: &Item) -> String {
    let mut out = String::new();
    for cfg in &item.cfg {
        let not = if cfg.negated { "!" } else { "" };
        write!(out, "#[{not}{}] ", cfg.predicate).unwrap();
    }
    if item.is_test {
        out.push_str("#[test] ");
    }
    let name = &item.name;
    let rest = match &item.kind {
        ItemKind::Module {
            path, items: inner, ..
        } => {
            let path = path
                .as_ref()
                .map_or(String::new(), |path| format!(" @{path}"));
            match inner {
                Some(inner) => format!("mod {name}{path} {{ {} }}", items(inner)),
                None => format!("mod {name}{path};"),
            }
        }
        ItemKind::Use(leaves) => leaves
            .iter()
            .map(|leaf| {
                let public = if leaf.is_pub { "pub " } else { "" };
                let what = if leaf.glob { "*" } else { &leaf.name };
                format!("{public}use {} = {what}", leaf.path.join("::"))
            })
            .collect::<Vec<_>>()
            .join("; "),
        ItemKind::ExternCrate(of) => format!("extern crate {of} as {name}"),
        ItemKind::Struct { generics, fields } => {
            format!("struct {name}{} {}", params(generics), list(fields))
        }
        ItemKind::Enum { generics, variants } => {
            let variants: Vec<_> = variants
                .iter()
                .map(|(name, fields)| format!("{name}{}", list(fields)))
                .collect();
            format!("enum {name}{} {}", params(generics), variants.join(" | "))
        }
        ItemKind::TypeAlias {
            generics,
            ty: of,
            bounds,
        } => {
            format!(
                "type {name}{}: {} = {}",
                params(generics),
                types(bounds, " + "),
                ty(of)
            )
        }
        ItemKind::Trait {
            generics,
            supertraits,
            items: inner,
        } => format!(
            "trait {name}{}: {} {{ {} }}",
            params(generics),
            types(supertraits, " + "),
            items(inner)
        ),
        ItemKind::Impl {
            generics,
            trait_,
            self_ty,
            items: inner,
        } => {
            let of = trait_
                .as_ref()
                .map_or(String::new(), |of| format!("{} for ", path(of)));
            format!(
                "impl{} {of}{} {{ {} }}",
                params(generics),
                ty(self_ty),
                items(inner)
            )
        }
        ItemKind::Fn(function) => {
            let asyncness = if function.is_async { "async " } else { "" };
            let this = match &function.self_param {
                None => String::new(),
                Some(SelfParam::Value) => "self; ".to_owned(),
                Some(SelfParam::Ref) => "&self; ".to_owned(),
                Some(SelfParam::RefMut) => "&mut self; ".to_owned(),
                Some(SelfParam::Typed(of)) => format!("self: {}; ", ty(of)),
            };
            let made = function.body.as_ref().map_or(";".to_owned(), body);
            format!(
                "{asyncness}fn {name}{}({this}{}) -> {} {made}",
                params(&function.generics),
                types(&function.params, ", "),
                ty(&function.ret)
            )
        }
        ItemKind::Static {
            ty: of,
            init,
            is_const,
            ..
        } => {
            let what = if *is_const { "const" } else { "static" };
            let init = init
                .as_ref()
                .map_or(String::new(), |init| format!(" = {}", body(init)));
            format!("{what} {name}: {}{init}", ty(of))
        }
        ItemKind::Macro => format!("macro {name}"),
    };
    out + &rest
}

fn params(generics: &[GenericParam]) -> String {
    if generics.is_empty() {
        return String::new();
    }
    let all: Vec<_> = generics
        .iter()
        .map(|param| format!("{}: {}", param.name, types(&param.bounds, " + ")))
        .collect();
    format!("<{}>", all.join(", "))
}

fn list(fields: &[Field]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|field| format!("{}: {}", field.name, ty(&field.ty)))
        .collect();
    format!("{{{}}}", fields.join(", "))
}

fn types(all: &[TypeRef], separator: &str) -> String {
    all.iter().map(ty).collect::<Vec<_>>().join(separator)
}

/// A type.
pub(super) fn ty(of: &TypeRef) -> String {
    match of {
        TypeRef::Path(of) => path(of),
        TypeRef::Ref(inner) => format!("&{}", ty(inner)),
        TypeRef::Ptr(inner) => format!("*{}", ty(inner)),
        TypeRef::Tuple(all) => format!("({})", types(all, ", ")),
        TypeRef::Slice(inner) => format!("[{}]", ty(inner)),
        TypeRef::Fn(params, ret) => format!("fn({}) -> {}", types(params, ", "), ty(ret)),
        TypeRef::Dyn(all) => format!("dyn({})", types(all, " + ")),
        TypeRef::Impl(all) => format!("impl({})", types(all, " + ")),
        TypeRef::Never => "!".to_owned(),
        TypeRef::Infer => "_".to_owned(),
    }
}

fn path(of: &PathRef) -> String {
    let qself = of
        .qself
        .as_ref()
        .map_or(String::new(), |of| format!("<{}>::", ty(of)));
    let segments: Vec<_> = of
        .segments
        .iter()
        .map(|segment| {
            let mut args: Vec<_> = segment.args.iter().map(ty).collect();
            let bindings = segment.bindings.iter();
            args.extend(bindings.map(|(name, of)| format!("{name} = {}", ty(of))));
            if args.is_empty() {
                segment.name.to_string()
            } else {
                format!("{}<{}>", segment.name, args.join(", "))
            }
        })
        .collect();
    qself + &segments.join("::")
}

/// A body: parameters and value, then the items inside.
pub(super) fn body(body: &Body) -> String {
    let params: Vec<_> = body.params.iter().map(|id| pat(body, *id)).collect();
    let inner = if body.items.is_empty() {
        String::new()
    } else {
        format!(" where {}", items(&body.items))
    };
    let value = expr(body, body.root);
    if params.is_empty() {
        value + &inner
    } else {
        format!("|{}| {value}{inner}", params.join(", "))
    }
}

fn exprs(body: &Body, ids: &[ExprId]) -> String {
    let all: Vec<_> = ids.iter().map(|id| expr(body, *id)).collect();
    all.join(", ")
}

fn expr(body: &Body, id: ExprId) -> String {
    let of = |id: &ExprId| expr(body, *id);
    let maybe = |id: &Option<ExprId>| id.as_ref().map_or(String::new(), of);
    let arms = |arms: &[crate::hir::Arm]| {
        let all: Vec<_> = arms
            .iter()
            .map(|arm| {
                let guard = arm
                    .guard
                    .map_or(String::new(), |it| format!(" if {}", of(&it)));
                format!("{}{guard} => {}", pat(body, arm.pat), of(&arm.body))
            })
            .collect();
        all.join(", ")
    };
    match &body.expr(id).kind {
        ExprKind::Missing => "?".to_owned(),
        ExprKind::One => "#i32".to_owned(),
        ExprKind::Bool(_) => "#bool".to_owned(),
        ExprKind::Literal(name) => format!("#{}", name.as_deref().unwrap_or_default()),
        ExprKind::Path(it) => path(it),
        ExprKind::Field(base, name) => format!("{}.{name}", of(base)),
        ExprKind::Index(base, index) => format!("{}[{}]", of(base), of(index)),
        ExprKind::MethodCall {
            receiver,
            name,
            generics,
            args,
            ..
        } => {
            let fish = if generics.is_empty() {
                String::new()
            } else {
                format!("::<{}>", types(generics, ", "))
            };
            format!("{}.{name}{fish}({})", of(receiver), exprs(body, args))
        }
        ExprKind::Call(callee, args) => format!("{}({})", of(callee), exprs(body, args)),
        ExprKind::Await(it, _) => format!("{}.await", of(it)),
        ExprKind::Try(it) => format!("{}?", of(it)),
        ExprKind::Ref(it) => format!("&{}", of(it)),
        ExprKind::Deref(it) => format!("*{}", of(it)),
        ExprKind::Unary(it) => format!("!{}", of(it)),
        ExprKind::Binary(op, left, right) => {
            let op = match op {
                BinaryOp::And => "&&",
                BinaryOp::Or => "||",
                BinaryOp::Compare => "==",
                BinaryOp::Arithmetic => "+",
                BinaryOp::Assign => "=",
                BinaryOp::CompoundAssign => "+=",
            };
            format!("({} {op} {})", of(left), of(right))
        }
        ExprKind::Cast(it, to) => format!("({} as {})", of(it), ty(to)),
        ExprKind::Let(p, it) => format!("let {} = {}", pat(body, *p), of(it)),
        ExprKind::If(cond, then, els) => {
            let els = els.map_or(String::new(), |els| format!(" else {}", of(&els)));
            format!("if {} {}{els}", of(cond), of(then))
        }
        ExprKind::Match(it, all) => format!("match {} {{{}}}", of(it), arms(all)),
        ExprKind::Loop(head, inner, label) => {
            let label = label
                .as_ref()
                .map_or(String::new(), |it| format!("'{it}: "));
            let head = match head {
                LoopHead::Infinite => "loop".to_owned(),
                LoopHead::While(cond) => format!("while {}", of(cond)),
                LoopHead::For(p, it) => format!("for {} in {}", pat(body, *p), of(it)),
            };
            format!("{label}{head} {}", of(inner))
        }
        ExprKind::Block {
            kind,
            label,
            stmts,
            tail,
        } => {
            let label = label
                .as_ref()
                .map_or(String::new(), |it| format!("'{it}: "));
            let kind = match kind {
                BlockKind::Plain => "",
                BlockKind::Unsafe => "unsafe ",
                BlockKind::Async => "async ",
            };
            let mut parts: Vec<_> = stmts.iter().map(|it| stmt(body, it) + ";").collect();
            parts.extend(tail.as_ref().map(of));
            format!("{label}{kind}{{{}}}", parts.join(" "))
        }
        ExprKind::Closure {
            params,
            body: inner,
            is_async,
            is_move,
        } => {
            let params: Vec<_> = params
                .iter()
                .map(|(p, of)| format!("{}: {}", pat(body, *p), ty(of)))
                .collect();
            let asyncness = if *is_async { "async " } else { "" };
            let moves = if *is_move { "move " } else { "" };
            format!("{asyncness}{moves}|{}| {}", params.join(", "), of(inner))
        }
        ExprKind::Break(label, it) => {
            let label = label.as_ref().map_or(String::new(), |it| format!("'{it}"));
            format!("break{label}({})", maybe(it))
        }
        ExprKind::Continue(label) => label
            .as_ref()
            .map_or("continue".to_owned(), |it| format!("continue'{it}")),
        ExprKind::Return(it) => format!("return({})", maybe(it)),
        ExprKind::Tuple(all) => format!("({})", exprs(body, all)),
        ExprKind::Array(all) => format!("[{}]", exprs(body, all)),
        ExprKind::Struct(of_path, fields, spread) => {
            let mut all: Vec<_> = fields
                .iter()
                .map(|(name, it)| format!("{name}: {}", of(it)))
                .collect();
            all.extend(spread.as_ref().map(|it| format!("..{}", of(it))));
            format!("{} {{{}}}", path(of_path), all.join(", "))
        }
        ExprKind::Range(from, to) => format!("({}..{})", maybe(from), maybe(to)),
        ExprKind::Macro(name, scope, args) => {
            let scope = match scope {
                MacroScope::Statement => "stmt",
                MacroScope::Borrow => "borrow",
                MacroScope::Move => "move",
                MacroScope::Unknown => "unknown",
            };
            format!("{name}!{scope}({})", exprs(body, args))
        }
        ExprKind::Diverge(args) => format!("diverge({})", exprs(body, args)),
        ExprKind::Pin(it) => format!("pin({})", of(it)),
        ExprKind::Select(branches, els) => {
            let mut all: Vec<_> = branches
                .iter()
                .map(|branch| {
                    let cond = branch
                        .precondition
                        .map_or(String::new(), |it| format!(" if {}", of(&it)));
                    format!(
                        "{} = {}{cond} => {}",
                        pat(body, branch.pat),
                        of(&branch.future),
                        of(&branch.handler)
                    )
                })
                .collect();
            all.extend(els.as_ref().map(|it| format!("else => {}", of(it))));
            format!("select {{{}}}", all.join(", "))
        }
        ExprKind::Join(all) => format!("join({})", exprs(body, all)),
    }
}

fn stmt(body: &Body, of: &Stmt) -> String {
    match of {
        Stmt::Expr(it) => expr(body, *it),
        Stmt::Cfg(cfg, inner) => {
            let cfg: Vec<String> = cfg
                .iter()
                .map(|cfg| format!("{}{}", if cfg.negated { "!" } else { "" }, cfg.predicate))
                .collect();
            format!("#[{}] {}", cfg.join(", "), stmt(body, inner))
        }
        Stmt::Let {
            pat: p,
            ty: of,
            init,
            els,
            ..
        } => {
            let annotation = match of {
                TypeRef::Infer => String::new(),
                of => format!(": {}", ty(of)),
            };
            let init = init.map_or(String::new(), |it| format!(" = {}", expr(body, it)));
            let els = els.map_or(String::new(), |it| format!(" else {}", expr(body, it)));
            format!("let {}{annotation}{init}{els}", pat(body, *p))
        }
    }
}

fn pats(body: &Body, ids: &[PatId]) -> String {
    let all: Vec<_> = ids.iter().map(|id| pat(body, *id)).collect();
    all.join(", ")
}

fn pat(body: &Body, id: PatId) -> String {
    match &body.pat(id).kind {
        PatKind::Wild => "_".to_owned(),
        PatKind::Rest => "..".to_owned(),
        PatKind::Bind { name, by_ref, sub } => {
            let by_ref = if *by_ref { "ref " } else { "" };
            let sub = sub.map_or(String::new(), |sub| format!(" @ {}", pat(body, sub)));
            format!("{by_ref}{name}{sub}")
        }
        PatKind::TupleStruct(of, all) => format!("{}({})", path(of), pats(body, all)),
        PatKind::Struct(of, fields) => {
            let all: Vec<_> = fields
                .iter()
                .map(|(name, id)| format!("{name}: {}", pat(body, *id)))
                .collect();
            format!("{} {{{}}}", path(of), all.join(", "))
        }
        PatKind::Path(of) => path(of),
        PatKind::Tuple(all) => format!("({})", pats(body, all)),
        PatKind::Slice(all) => format!("[{}]", pats(body, all)),
        PatKind::Ref(inner) => format!("&{}", pat(body, *inner)),
        PatKind::Or(all) => {
            let all: Vec<_> = all.iter().map(|id| pat(body, *id)).collect();
            all.join(" | ")
        }
        PatKind::Test => "<test>".to_owned(),
    }
}
