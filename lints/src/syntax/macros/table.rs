//! What well-known macros do with their arguments: one row for each name.
//!
//! A macro is known by the last segment of its path; if its arguments do not have the form that
//! stands here, it is somebody else's of the same name and read as an unknown one.

use super::Form::{
    self, AddressOf, Assert, CfgIf, Constant, Diverge, Join, Json, List, Log, Matches, Nothing,
    Pin, Ready, Select, Statics, Try, Values,
};
use crate::hir::MacroScope::{Borrow, Move, Statement};

/// The form of macro `name`.
pub(super) fn form(name: &str) -> Option<Form> {
    FORMS
        .binary_search_by_key(&name, |(name, _)| name)
        .ok()
        .and_then(|at| FORMS.get(at))
        .map(|(_, form)| *form)
}

/// Sorted by name.
const FORMS: &[(&str, Form)] = &[
    ("addr_of", AddressOf),
    ("addr_of_mut", AddressOf),
    ("anyhow", Values(Statement)),
    ("asm", Nothing),
    ("assert", Assert),
    ("assert_eq", Values(Borrow)),
    ("assert_matches", Matches),
    ("assert_ne", Values(Borrow)),
    ("bail", Diverge),
    ("bitflags", Nothing),
    ("cfg", Constant("bool")),
    ("cfg_if", CfgIf),
    ("column", Constant("u32")),
    ("compile_error", Nothing),
    ("concat", Constant("str")),
    ("const_assert", Nothing),
    ("const_format_args", Values(Borrow)),
    ("criterion_group", Nothing),
    ("criterion_main", Nothing),
    ("dbg", Values(Move)),
    ("debug", Log),
    ("debug_assert", Assert),
    ("debug_assert_eq", Values(Borrow)),
    ("debug_assert_matches", Matches),
    ("debug_assert_ne", Values(Borrow)),
    ("debug_span", Log),
    ("debug_unreachable", Diverge),
    ("ensure", Assert),
    ("env", Constant("str")),
    ("eprint", Values(Statement)),
    ("eprintln", Values(Statement)),
    ("error", Log),
    ("error_span", Log),
    ("event", Log),
    ("file", Constant("str")),
    ("format", Values(Statement)),
    ("format_args", Values(Borrow)),
    ("format_args_nl", Values(Borrow)),
    ("format_err", Values(Statement)),
    ("format_ident", Values(Statement)),
    ("global_asm", Nothing),
    ("include", Nothing),
    ("include_bytes", Nothing),
    ("include_str", Constant("str")),
    ("info", Log),
    ("info_span", Log),
    ("join", Join),
    ("json", Json),
    ("lazy_static", Statics("std::sync::LazyLock")),
    ("line", Constant("u32")),
    ("link", Nothing),
    ("log", Log),
    ("matches", Matches),
    ("module_path", Constant("str")),
    ("naked_asm", Nothing),
    ("offset_of", Constant("usize")),
    ("option_env", Nothing),
    ("panic", Diverge),
    ("parse_quote", Nothing),
    ("parse_quote_spanned", Nothing),
    ("pin", Pin),
    ("pin_mut", Values(Borrow)),
    ("print", Values(Statement)),
    ("println", Values(Statement)),
    ("quote", Nothing),
    ("quote_spanned", Nothing),
    ("ready", Ready),
    ("select", Select),
    ("select_biased", Select),
    ("smallvec", List),
    ("span", Log),
    ("stringify", Constant("str")),
    ("task_local", Statics("tokio::task::LocalKey")),
    ("thread_local", Statics("std::thread::LocalKey")),
    ("todo", Diverge),
    ("trace", Log),
    ("trace_span", Log),
    ("try", Try),
    ("try_join", Join),
    ("unimplemented", Diverge),
    ("unreachable", Diverge),
    ("unreachable_unchecked", Diverge),
    ("vec", List),
    ("warn", Log),
    ("warn_span", Log),
    ("write", Values(Borrow)),
    ("writeln", Values(Borrow)),
];

#[cfg(test)]
mod tests {
    use super::FORMS;

    #[test]
    fn names_are_sorted_and_distinct() {
        assert!(FORMS.is_sorted_by(|(a, _), (b, _)| a < b));
    }
}
