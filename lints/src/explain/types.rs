//! Types as people write them, and how the type of an expression was found.

use super::teller::Teller;
use crate::hir::{Body, ExprId, ExprKind, LoopHead, Name, PatId, PathRef, Range, Stmt, TypeRef};
use crate::index::ty::{Args, Bound, Ty};
use crate::index::{AdtId, ModuleId, Program};
use crate::walk::facts::Root;
use crate::walk::trace::Found;

/// How far the reason for an unknown type is followed.
const REASONS: u32 = 8;

/// How far a chain of fields and calls is followed.
const STEPS: u32 = 12;

/// A type as people write it; what is not known is `_`.
pub(super) fn ty_name(program: &Program<'_>, ty: &Ty) -> String {
    let list = |args: &Args| -> String {
        let names: Vec<String> = args.iter().map(|ty| ty_name(program, ty)).collect();
        names.join(", ")
    };
    let with = |name: &str, args: &Args| {
        if args.is_empty() {
            name.to_owned()
        } else {
            format!("{name}<{}>", list(args))
        }
    };
    let last = |path: &str| path.rsplit("::").next().unwrap_or(path).to_owned();
    match ty {
        Ty::Unknown => "_".to_owned(),
        Ty::Adt(id, args) => with(&program.adt(*id).name, args),
        Ty::Ext(path, args) => with(&last(path), args),
        Ty::Ref(inner) => format!("&{}", ty_name(program, inner)),
        Ty::Guard(inner) => format!("guard of {}", ty_name(program, inner)),
        Ty::Tuple(args) => format!("({})", list(args)),
        Ty::Slice(inner) => format!("[{}]", ty_name(program, inner)),
        Ty::Callable(args, ret) => format!("fn({}) -> {}", list(args), ty_name(program, ret)),
        Ty::Param(name) => name.to_string(),
        Ty::Bounds(bounds) => {
            let names: Vec<String> = bounds
                .iter()
                .map(|bound| match bound {
                    Bound::Trait(id, args) => with(&program.trait_(*id).name, args),
                    Bound::Ext(path, args) => with(&last(path), args),
                })
                .collect();
            format!("impl {}", names.join(" + "))
        }
        Ty::Future(inner) => format!("future of {}", ty_name(program, inner)),
        Ty::FnItem(id) => format!("fn {}", program.fn_name(*id)),
        Ty::Never => "!".to_owned(),
    }
}

/// Where a variable comes from.
enum Origin {
    /// A parameter of the function: its number.
    Param,
    /// A parameter of a closure.
    ClosureParam,
    /// `let` with a type.
    Annotated,
    /// The value of a `let`, a condition, a `match` or a `for`.
    Value(ExprId, &'static str),
    /// Declared without a value.
    Nothing,
}

impl Teller<'_, '_> {
    pub(super) fn ty(&self, ty: &Ty) -> String {
        match ty {
            Ty::Guard(inner) => format!("a guard of `{}`", ty_name(self.program, inner)),
            Ty::Future(inner) => format!("a future of `{}`", ty_name(self.program, inner)),
            _ => format!("`{}`", ty_name(self.program, ty)),
        }
    }

    /// Why a type as written in `module` means nothing that is known.
    fn type_reason(&self, ty: &TypeRef, module: ModuleId) -> String {
        let mut ty = ty;
        while let TypeRef::Ref(inner) | TypeRef::Ptr(inner) | TypeRef::Slice(inner) = ty {
            ty = inner;
        }
        let TypeRef::Path(path) = ty else {
            return "is of a form that is not followed".to_owned();
        };
        self.name_reason(path, module)
    }

    /// Why a path in `module` means nothing that is known.
    fn name_reason(&self, path: &PathRef, module: ModuleId) -> String {
        let names: Vec<&str> = path.segments.iter().map(|it| it.name.as_str()).collect();
        let written = names.join("::");
        let mut at = Some(module);
        while let (Some(id), Some(first)) = (at, names.first()) {
            let here = self.program.module(id);
            let mut uses = here.scope.uses.iter();
            if let Some(leaf) = uses.find(|leaf| !leaf.glob && leaf.name == *first) {
                let from = leaf.path.join("::");
                let krate = leaf.path.iter().find(|segment| !segment.is_empty());
                let krate = krate.cloned().unwrap_or_default();
                return match krate.as_str() {
                    "crate" | "self" | "super" => {
                        format!("`{written}` is imported as `{from}`, which is not found")
                    }
                    _ => format!(
                        "`{written}` is imported as `{from}`, and crate `{krate}` is not in view"
                    ),
                };
            }
            at = here.parent.filter(|_| here.block);
        }
        format!("`{written}` is not found in view")
    }

    /// The type of an expression, as the walk found it.
    fn ty_of(&self, id: ExprId) -> Ty {
        let seen = self.trace.exprs.get(&id);
        seen.map(|seen| seen.ty.clone()).unwrap_or_default()
    }

    /// How the type of `id` was found, from the variable or call that it starts with.
    pub(super) fn chain(&self, body: &Body, id: ExprId) -> String {
        // From the outside in, then told the other way round.
        let mut steps = Vec::new();
        let mut at = id;
        let start = loop {
            if steps.len() >= usize::try_from(STEPS).unwrap_or(usize::MAX) {
                break "…".to_owned();
            }
            let ty = self.ty_of(at);
            match &body.expr(at).kind {
                ExprKind::Field(base, name) => {
                    let place = self.field(&self.ty_of(*base), name);
                    steps.push(format!("field `{name}`: {}{place}", self.ty(&ty)));
                    at = *base;
                }
                ExprKind::Index(base, _) => {
                    steps.push(format!("an element: {}", self.ty(&ty)));
                    at = *base;
                }
                ExprKind::Deref(base) => {
                    steps.push(format!("`*`: {}", self.ty(&ty)));
                    at = *base;
                }
                ExprKind::Ref(base) => at = *base,
                ExprKind::Try(base) => {
                    steps.push(format!("`?`: {}", self.ty(&ty)));
                    at = *base;
                }
                ExprKind::Await(base, _) => {
                    steps.push(format!("awaited: {}", self.ty(&ty)));
                    at = *base;
                }
                _ => break self.start(body, at),
            }
        };
        steps.push(start);
        steps.reverse();
        steps.join(" → ")
    }

    /// What a chain starts with.
    fn start(&self, body: &Body, id: ExprId) -> String {
        let quote = self.quote(body, id);
        let ty = self.ty_of(id);
        let seen = self.trace.exprs.get(&id);
        let local = seen.and_then(|seen| seen.local);
        if let Some(variable) = local.and_then(|local| self.trace.variables.get(&local)) {
            let line = self.line(body.pat(variable.pat).range.start);
            return format!("`{quote}` is {} (line {line})", self.ty(&ty));
        }
        let place = seen.and_then(|seen| seen.place.as_ref());
        if let (ExprKind::Path(_), Some(Root::Static(found))) =
            (&body.expr(id).kind, place.map(|place| &place.root))
        {
            let found = self.program.static_(*found);
            let at = self.at(found.file, found.range);
            return format!("static `{}` is {} ({at})", found.name, self.ty(&ty));
        }
        format!("`{quote}` is {}", self.ty(&ty))
    }

    /// Where field `name` of what `base` dereferences to is declared.
    fn field(&self, base: &Ty, name: &str) -> String {
        for step in self.program.deref_steps(base) {
            if let Ty::Adt(adt, _) = step
                && let Some(place) = self.field_place(adt, name)
            {
                return format!(" ({place})");
            }
        }
        String::new()
    }

    fn field_place(&self, adt: AdtId, name: &str) -> Option<String> {
        let fields = self.program.fields(adt, None);
        let field = fields.iter().find(|field| field.name == name)?;
        Some(self.at(self.program.adt(adt).file, field.range))
    }

    /// Why the type of `id` is not known.
    pub(super) fn why_unknown(&self, body: &Body, id: ExprId) -> String {
        let mut at = id;
        for _ in 0..REASONS {
            match self.reason(body, at) {
                Ok(next) => at = next,
                Err(reason) => return reason,
            }
        }
        format!(
            "the type of `{}` was not followed further",
            self.quote(body, at)
        )
    }

    /// The expression that the type of `id` hangs on, or why it is not known.
    fn reason(&self, body: &Body, id: ExprId) -> Result<ExprId, String> {
        let expr = body.expr(id);
        let quote = self.quoted(expr.range);
        match &expr.kind {
            ExprKind::Path(path) => {
                let local = self.trace.exprs.get(&id).and_then(|seen| seen.local);
                let variable = local.and_then(|local| self.trace.variables.get(&local));
                let Some(variable) = variable else {
                    return Err(self.name_reason(path, self.def.scope));
                };
                self.variable_reason(body, variable.pat, &quote)
            }
            ExprKind::Field(base, name) => {
                let ty = self.ty_of(*base);
                if ty == Ty::Unknown {
                    return Ok(*base);
                }
                let last = self.program.deref_steps(&ty).pop().unwrap_or_default();
                Err(match last {
                    Ty::Ext(path, _) => {
                        format!("field `{name}` is of `{path}`, which is not in view")
                    }
                    Ty::Unknown => format!("what {} dereferences to is not known", self.ty(&ty)),
                    Ty::Adt(adt, _) if self.field_place(adt, name).is_some() => {
                        let def = self.program.adt(adt);
                        let fields = self.program.fields(adt, None);
                        let field = fields.iter().find(|field| field.name == *name);
                        let reason = field.map(|field| self.type_reason(&field.ty, def.module));
                        format!(
                            "field `{name}`{}: {}",
                            self.field(&ty, name),
                            reason.unwrap_or_default()
                        )
                    }
                    other => format!("{} has no field `{name}` in view", self.ty(&other)),
                })
            }
            ExprKind::MethodCall { receiver, name, .. } => {
                self.call_reason(body, id, &quote, Some(*receiver), name)
            }
            ExprKind::Call(callee, _) => {
                let name = Name::new(self.quote(body, *callee));
                self.call_reason(body, id, &quote, None, &name)
            }
            ExprKind::Index(base, _) | ExprKind::Deref(base) => {
                let ty = self.ty_of(*base);
                if ty == Ty::Unknown {
                    return Ok(*base);
                }
                Err(format!("what {} holds is not known", self.ty(&ty)))
            }
            ExprKind::Ref(inner)
            | ExprKind::Pin(inner)
            | ExprKind::Try(inner)
            | ExprKind::Await(inner, _) => {
                let ty = self.ty_of(*inner);
                if ty == Ty::Unknown {
                    return Ok(*inner);
                }
                Err(format!("what {} gives here is not known", self.ty(&ty)))
            }
            ExprKind::Macro(name, ..) => Err(format!("what `{name}!` gives is not known")),
            _ => Err(format!("the type of `{quote}` is not followed")),
        }
    }

    fn variable_reason(&self, body: &Body, pat: PatId, quote: &str) -> Result<ExprId, String> {
        let line = self.line(body.pat(pat).range.start);
        match origin(body, pat, self.def.function.is_some()) {
            Origin::Param if quote == "self" => Err(
                "the type of `self` is not known: its `impl` is of a type that is not in view"
                    .to_owned(),
            ),
            Origin::Param => {
                let params = self.def.function.map(|function| {
                    let types = function.params.iter();
                    let offset = usize::from(function.self_param.is_some());
                    types.zip(body.params.iter().skip(offset))
                });
                let own = params.into_iter().flatten().find(|(_, outer)| {
                    let (outer, inner) = (body.pat(**outer).range, body.pat(pat).range);
                    outer.start <= inner.start && inner.end <= outer.end
                });
                let reason = own.map(|(ty, _)| self.type_reason(ty, self.def.scope));
                Err(format!(
                    "parameter `{quote}` (line {line}): {}",
                    reason.unwrap_or_default()
                ))
            }
            Origin::ClosureParam => Err(format!(
                "`{quote}` (line {line}) is a closure's parameter, and what calls the closure is \
                 not known or gives it an unknown type"
            )),
            Origin::Annotated => Err(format!(
                "the type that `let {quote}` (line {line}) is annotated with is not found in view"
            )),
            Origin::Value(value, _) if self.ty_of(value) == Ty::Unknown => Ok(value),
            Origin::Value(value, what) => Err(format!(
                "`{quote}` (line {line}) is a part of {what} `{}`, which is {}, and which part is \
                 not known",
                self.quote(body, value),
                self.ty(&self.ty_of(value)),
            )),
            Origin::Nothing => Err(format!(
                "`{quote}` is declared on line {line} without a type"
            )),
        }
    }

    /// Why the function that `id` calls is not known.
    pub(super) fn callee_reason(&self, body: &Body, id: ExprId) -> String {
        if let ExprKind::Call(callee, _) = &body.expr(id).kind
            && let ExprKind::Path(path) = &body.expr(*callee).kind
        {
            return self.name_reason(path, self.def.scope);
        }
        format!("`{}` is not found in view", self.quote(body, id))
    }

    fn call_reason(
        &self,
        body: &Body,
        id: ExprId,
        quote: &str,
        receiver: Option<ExprId>,
        name: &str,
    ) -> Result<ExprId, String> {
        let Some(call) = self.trace.calls.get(&id) else {
            return Err(format!("`{quote}` was not reached"));
        };
        Err(match &call.found {
            Found::Unknown | Found::Guessed(_) => match receiver {
                Some(receiver) => return Ok(receiver),
                None => self.callee_reason(body, id),
            },
            Found::Outside(path) => {
                let krate = path.split("::").next().unwrap_or(path);
                format!("`{quote}` calls `{path}`, and crate `{krate}` is not in view")
            }
            Found::OutsideMethod => {
                let on = call.steps.last().cloned().unwrap_or_default();
                let note = match &on {
                    Ty::Ext(path, _) => format!(" (`{path}`)"),
                    _ => String::new(),
                };
                format!("method `{name}` of {}{note} is not in view", self.ty(&on))
            }
            Found::Functions(fns) => {
                let first = fns.first().map(|(id, _)| self.function(*id));
                format!(
                    "the type that {} returns is not known",
                    first.unwrap_or_default()
                )
            }
            Found::Standard | Found::Guard | Found::Blocking => {
                format!("what `{name}` gives here is not followed")
            }
            Found::Lock { .. } => format!("`{quote}` gives no guard"),
            Found::Parameter(_) | Found::Value | Found::Closure => {
                format!("what calling `{name}` gives is not known")
            }
            Found::Constructor(_) => format!("the type of `{quote}` is not followed"),
        })
    }
}

/// Where the variable that `pat` binds comes from.
fn origin(body: &Body, pat: PatId, is_function: bool) -> Origin {
    let here = body.pat(pat).range;
    let is_in = |outer: PatId| {
        let outer = body.pat(outer).range;
        outer.start <= here.start && here.end <= outer.end
    };
    if is_function && body.params.iter().any(|&param| is_in(param)) {
        return Origin::Param;
    }
    // The smallest pattern around it belongs to what binds it.
    let mut best: Option<(u32, Origin)> = None;
    let mut offer = |outer: PatId, origin: Origin| {
        let Range { start, end } = body.pat(outer).range;
        let size = end.saturating_sub(start);
        if is_in(outer) && best.as_ref().is_none_or(|(known, _)| size < *known) {
            best = Some((size, origin));
        }
    };
    let mut statement = |stmt: &Stmt| {
        let mut stmt = stmt;
        while let Stmt::Cfg(_, inner) = stmt {
            stmt = inner;
        }
        if let Stmt::Let { pat, ty, init, .. } = stmt {
            let origin = match (ty, init) {
                (TypeRef::Infer, Some(init)) => Origin::Value(*init, "the value"),
                (TypeRef::Infer, None) => Origin::Nothing,
                _ => Origin::Annotated,
            };
            offer(*pat, origin);
        }
    };
    for expr in &body.exprs {
        if let ExprKind::Block { stmts, .. } = &expr.kind {
            stmts.iter().for_each(&mut statement);
        }
    }
    for expr in &body.exprs {
        match &expr.kind {
            ExprKind::Let(pat, value) => offer(*pat, Origin::Value(*value, "the scrutinee")),
            ExprKind::Match(value, arms) => {
                for arm in arms {
                    offer(arm.pat, Origin::Value(*value, "the scrutinee"));
                }
            }
            ExprKind::Loop(LoopHead::For(pat, value), ..) => {
                offer(*pat, Origin::Value(*value, "what is iterated over,"));
            }
            ExprKind::Closure { params, .. } => {
                for (pat, ty) in params {
                    let origin = match ty {
                        TypeRef::Infer => Origin::ClosureParam,
                        _ => Origin::Annotated,
                    };
                    offer(*pat, origin);
                }
            }
            ExprKind::Select(branches, _) => {
                for branch in branches {
                    offer(branch.pat, Origin::Value(branch.future, "the future"));
                }
            }
            _ => {}
        }
    }
    best.map_or(Origin::Nothing, |(_, origin)| origin)
}
