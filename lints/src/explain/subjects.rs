//! One expression on the line: what its receiver is, what it is found to be, and what that does.

use std::fmt::Write as _;

use rules::tool::Said;

use super::heading;
use super::teller::Teller;
use super::types::ty_name;
use crate::grounds::Grounds;
use crate::hir::{Body, ExprId, ExprKind, MacroScope};
use crate::index::ty::Ty;
use crate::locks::{Kind, LockId, Mode, Returns};
use crate::walk::facts::Root;
use crate::walk::trace::{Call, Found};

impl Teller<'_, '_> {
    /// Tells of expression `id`.
    pub(super) fn subject(&self, body: &Body, id: ExprId, said: &mut Vec<Said>) {
        let expr = body.expr(id);
        said.push(heading(format!("`{}`", self.quote(body, id))));
        match &expr.kind {
            ExprKind::MethodCall { receiver, name, .. } => {
                let Some(call) = self.trace.calls.get(&id) else {
                    said.push(Said::at(1, UNREACHED));
                    return;
                };
                said.push(Said::at(1, self.receiver(body, *receiver, call)));
                self.found(body, id, call, name, Some(*receiver), said);
            }
            ExprKind::Call(callee, _) => {
                let Some(call) = self.trace.calls.get(&id) else {
                    said.push(Said::at(1, UNREACHED));
                    return;
                };
                let name = self.quote(body, *callee);
                self.found(body, id, call, &name, None, said);
            }
            ExprKind::Macro(name, MacroScope::Unknown, args) => {
                let file = self.program.file(self.def.file);
                let mut opaque = file.opaque_macros.iter();
                let is_opaque = opaque.any(|(found, range)| found == name && *range == expr.range);
                let text = if is_opaque {
                    format!(
                        "`{name}!` is neither known nor readable as expressions, statements or \
                         arms: what it does is not seen"
                    )
                } else if args.is_empty() {
                    format!("`{name}!` is not known, and has nothing in it that could run")
                } else {
                    format!(
                        "`{name}!` is not known: its arguments are read as if each stood here, and \
                         what is found among them is only possible"
                    )
                };
                said.push(Said::at(1, text));
            }
            ExprKind::Macro(_, scope, _) => {
                let text = match scope {
                    MacroScope::Statement => "temporaries among its arguments end inside of it",
                    _ => "temporaries among its arguments live to the end of the statement",
                };
                said.push(Said::at(1, text));
            }
            _ => {
                said.push(Said::at(1, self.chain(body, id)));
                if self
                    .trace
                    .exprs
                    .get(&id)
                    .is_none_or(|seen| seen.ty == Ty::Unknown)
                {
                    let reason = self.why_unknown(body, id);
                    said.push(Said::at(1, format!("its type is not known: {reason}")));
                }
            }
        }
    }

    /// The receiver's type, and the types that it was looked for on.
    fn receiver(&self, body: &Body, receiver: ExprId, call: &Call) -> String {
        let mut text = format!("receiver: {}", self.chain(body, receiver));
        for (before, after) in call.steps.iter().zip(call.steps.iter().skip(1)) {
            let through = match before {
                // Nobody needs to be told of references.
                Ty::Ref(_) => continue,
                Ty::Guard(_) => "the guard".to_owned(),
                Ty::Ext(path, _) => format!("`{}`", path.rsplit("::").next().unwrap_or(path)),
                Ty::Adt(adt, _) => format!("`Deref` of `{}`", self.program.adt(*adt).name),
                other => self.ty(other),
            };
            let _ = write!(text, " → through {through}: {}", self.ty(after));
        }
        text
    }

    fn found(
        &self,
        body: &Body,
        id: ExprId,
        call: &Call,
        name: &str,
        receiver: Option<ExprId>,
        said: &mut Vec<Said>,
    ) {
        let plain = |text: String| Said::at(1, text);
        match &call.found {
            Found::Lock {
                lock,
                path,
                method,
                grounds,
            } => {
                said.push(plain(format!(
                    "`{path}::{method}`: {}",
                    self.acquisition(*lock, method)
                )));
                said.push(plain(self.object(receiver)));
                doubt(*grounds, said);
            }
            Found::Functions(fns) => self.callees(body, id, fns, said),
            Found::Constructor(adt) => {
                said.push(plain(format!("makes a `{}`", self.program.adt(*adt).name)));
            }
            Found::Standard => {
                let on = call.steps.last().cloned().unwrap_or_default();
                said.push(plain(format!(
                    "method `{name}` of {} is known, and takes no lock",
                    self.ty(&on)
                )));
            }
            Found::Blocking => said.push(plain(format!(
                "`{name}` makes the thread wait, and takes no lock"
            ))),
            Found::Guard => said.push(plain(format!("`{name}` of a guard: it takes no lock"))),
            Found::Outside(path) => {
                let krate = path.split("::").next().unwrap_or(path);
                said.push(plain(format!(
                    "`{path}` of crate `{krate}`, which is not in view: it is taken to take no lock"
                )));
            }
            Found::OutsideMethod => {
                let on = call.steps.last().cloned().unwrap_or_default();
                said.push(plain(format!(
                    "{} has no method `{name}` in view: it is taken to take no lock",
                    self.ty(&on)
                )));
            }
            Found::Closure => said.push(plain(
                "a closure of this function, whose body is read as if it stood here".to_owned(),
            )),
            Found::Parameter(_) => said.push(plain(format!(
                "`{name}` is a parameter: what it runs is told by the callers"
            ))),
            Found::Value => said.push(plain(format!(
                "what `{name}` runs is not known ({}): it is taken to take no lock",
                call.steps
                    .first()
                    .map_or_else(String::new, |ty| ty_name(self.program, ty))
            ))),
            Found::Guessed(mode) => {
                if let Some(receiver) = receiver {
                    said.push(plain(format!(
                        "the receiver's type is not known: {}",
                        self.why_unknown(body, receiver)
                    )));
                }
                said.push(plain(format!(
                    "by its name it may take a lock ({}): what follows from that is possible, and \
                     never denies by itself",
                    mode.as_str()
                )));
                said.push(plain(self.object(receiver)));
            }
            Found::Unknown => {
                let reason = match receiver {
                    Some(receiver) => format!(
                        "the receiver's type is not known: {}",
                        self.why_unknown(body, receiver)
                    ),
                    None => self.callee_reason(body, id),
                };
                said.push(plain(format!("{reason}; nothing is assumed of this call")));
            }
        }
    }

    /// How a lock's method takes it.
    fn acquisition(&self, lock: LockId, method: &str) -> String {
        let lock = self.program.locks.lock(lock);
        let Some(method) = lock.methods.get(method) else {
            return "takes a lock".to_owned();
        };
        let mut text = match (lock.kind, method.mode) {
            (Kind::RefCell, Mode::Exclusive) => "borrows mutably".to_owned(),
            (Kind::RefCell, _) => "borrows".to_owned(),
            (Kind::Once | Kind::OnceCell, _) => {
                "runs or waits for the cell's initialiser".to_owned()
            }
            (Kind::Condvar, _) => {
                "waits for a signal, and releases the guard that it is given".to_owned()
            }
            (Kind::Semaphore, _) => "takes a permit".to_owned(),
            (_, mode) => format!("takes the lock, {}", mode.as_str()),
        };
        if lock.kind == Kind::Reentrant {
            text.push_str("; the same thread may take it again");
        }
        if method.is_try {
            text.push_str(", and does not wait for it");
        }
        if method.is_async {
            text.push_str(" when its future is awaited");
        }
        text.push_str(match method.returns {
            Returns::Guard => "; gives the guard",
            Returns::Result => "; gives a `Result` of the guard",
            Returns::Option => "; gives an `Option` of the guard",
            Returns::ResultPair => "; gives a `Result` of the guard and more",
            Returns::Value | Returns::Closure => "; releases it before it returns",
            Returns::Ref | Returns::ResultRef | Returns::OptionRef => {
                "; gives a reference, no guard"
            }
        });
        text
    }

    /// Which object the receiver is.
    fn object(&self, receiver: Option<ExprId>) -> String {
        let seen = receiver.and_then(|receiver| self.trace.exprs.get(&receiver));
        let Some(place) = seen.and_then(|seen| seen.place.as_ref()) else {
            return "which object it is is not known: it overlaps with nothing".to_owned();
        };
        let name = crate::analysis::overlap::lock_name(
            self.program,
            self.id,
            &self.facts,
            &crate::walk::facts::LockRef {
                place: Some(place.clone()),
                lock: crate::locks::Vocabulary::UNKNOWN,
                shards: crate::locks::Shards::One,
                key: None,
            },
        );
        let root = match &place.root {
            Root::Param(0) if self.is_method() => "the same object for every call on this `self`",
            Root::Param(_) => "an object of the caller's",
            Root::Static(_) | Root::Ext(_) => "one object for the whole program",
            Root::Local(_) => "an object of this function",
        };
        let element = if place.has_element() {
            "; an element of a collection may be another one each time"
        } else {
            ""
        };
        format!("which one: `{name}`, {root}{element}")
    }

    fn is_method(&self) -> bool {
        let function = self.def.function;
        function.is_some_and(|function| function.self_param.is_some())
    }
}

const UNREACHED: &str =
    "it was not looked at: no path leads here, or it stands in a closure that nothing calls";

/// The reason why a step is less than proven.
pub(super) fn doubt(grounds: Grounds, said: &mut Vec<Said>) {
    if let Some(doubt) = grounds.doubt() {
        said.push(Said::at(
            1,
            format!("{}: {doubt}", grounds.certainty().as_str()),
        ));
    }
}
