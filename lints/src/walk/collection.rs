//! Collections: what is an element of one.

use crate::index::ty::Ty;

use super::known::{Feeds, Flow, Gives, Known, closure, known};

/// Whether a value of the type has elements.
pub(super) fn is_collection(ty: &Ty) -> bool {
    match ty {
        Ty::Slice(_) => true,
        Ty::Ext(path, _) => ["Map", "Set", "Vec", "Deque", "Heap", "List"]
            .iter()
            .any(|kind| path.ends_with(kind)),
        _ => false,
    }
}

/// Whether `name` on a value of the type gives a reference to the one value that it has.
pub(super) fn is_once(ty: &Ty, name: &str) -> bool {
    let cell = |path: &str| path.ends_with("OnceLock") || path.ends_with("OnceCell");
    matches!(name, "get" | "get_mut" | "get_or_init")
        && matches!(ty, Ty::Ext(path, _) if cell(path))
}

/// Methods of a map's entry.
pub(super) fn entry(name: &str) -> Option<Known> {
    Some(match name {
        "or_insert" | "or_default" => known(Flow::Borrow, Gives::RefArg(1)),
        "or_insert_with" | "or_insert_with_key" => {
            closure(Flow::Borrow, Gives::RefArg(1), Feeds::Nothing)
        }
        "and_modify" => closure(Flow::Borrow, Gives::Same, Feeds::RefArg(1)),
        _ => return None,
    })
}
