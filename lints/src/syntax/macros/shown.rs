//! Which arguments of a formatting macro are shown, and by which trait: the format string says.

use ra_ap_syntax::SyntaxKind as K;

use super::{Args, BodyLowering, ExprId, ExprKind, TokenId, plain, plain_path};
use crate::syntax::tokens::{is_close, is_open};

/// Macros with a format string among their arguments.
const FORMATTING: &[&str] = &[
    "debug",
    "eprint",
    "eprintln",
    "error",
    "format",
    "format_args",
    "info",
    "log",
    "print",
    "println",
    "trace",
    "warn",
    "write",
    "writeln",
];

/// What a placeholder names.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    /// The next argument.
    Next,
    /// The argument at this index.
    At(usize),
    /// A variable.
    Variable(String),
}

impl BodyLowering<'_, '_> {
    /// Notes which of `values`, the arguments of macro `name`, are shown, and which variables the
    /// format string captures.
    pub(super) fn note_shown(&mut self, name: &str, args: &Args, values: &[ExprId]) {
        if FORMATTING.binary_search(&name).is_err() {
            return;
        }
        let Some(format) = self.format_string(args) else {
            return;
        };
        let tokens = self.tokens();
        let range = self.file.shifted(tokens.start(format), tokens.end(format));
        let holes = placeholders(tokens.token_text(format));
        let at = values
            .iter()
            .position(|&id| self.range_of(id) == Some(range));
        let Some((at, &string)) = at.and_then(|at| Some((at, values.get(at)?))) else {
            return;
        };
        let first = at + 1;
        let mut next = first;
        for (named, debug) in holes {
            let at = match named {
                Named::Next => {
                    next += 1;
                    next - 1
                }
                Named::At(at) => first.saturating_add(at),
                Named::Variable(variable) => {
                    let tokens = self.tokens();
                    let used = plain(&variable);
                    let used = self.file.hygiene.used(used, tokens.context(format));
                    let id = self.push(range, ExprKind::Path(plain_path(&[&used])));
                    self.show(string, id, debug);
                    continue;
                }
            };
            if let Some(&id) = values.get(at) {
                self.show(string, id, debug);
            }
        }
    }

    /// The first argument that is a string literal.
    fn format_string(&self, args: &Args) -> Option<TokenId> {
        let tokens = self.tokens();
        let mut depth = 0_u32;
        let mut at_start = true;
        for id in args.first()..args.close {
            let kind = tokens.kind(id);
            if depth == 0 && at_start && kind == K::STRING {
                return Some(id);
            }
            if is_open(kind) {
                depth += 1;
            } else if is_close(kind) {
                depth = depth.saturating_sub(1);
            }
            at_start = kind == K::COMMA;
        }
        None
    }
}

/// The placeholders of a string literal, each with whether it is shown by `Debug`.
fn placeholders(literal: &str) -> Vec<(Named, bool)> {
    let mut holes = Vec::new();
    let mut rest = literal;
    while let Some((_, after)) = rest.split_once('{') {
        if let Some(escaped) = after.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let Some((hole, after)) = after.split_once('}') else {
            break;
        };
        rest = after;
        let (name, spec) = hole.split_once(':').unwrap_or((hole, ""));
        let name = name.trim();
        let named = if name.is_empty() {
            Named::Next
        } else if let Ok(at) = name.parse() {
            Named::At(at)
        } else {
            Named::Variable(name.to_owned())
        };
        holes.push((named, spec.trim_end().ends_with('?')));
    }
    holes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_a_format_string() {
        let variable = |name: &str| Named::Variable(name.to_owned());
        assert_eq!(
            placeholders(r#""{} {{x}} {:?} {1:#?} {self} {name:>5}""#),
            [
                (Named::Next, false),
                (Named::Next, true),
                (Named::At(1), true),
                (variable("self"), false),
                (variable("name"), false),
            ]
        );
        assert_eq!(placeholders("\"{"), []);
    }

    #[test]
    fn names_are_sorted() {
        assert!(FORMATTING.is_sorted());
    }
}
