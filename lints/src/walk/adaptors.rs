//! Names of methods and functions that call what they are given: data.

/// Methods that call their closure before they return, whatever the receiver is.
pub(super) fn is_adaptor(name: &str) -> bool {
    matches!(
        name,
        "map"
            | "and_then"
            | "for_each"
            | "filter"
            | "filter_map"
            | "find"
            | "find_map"
            | "flat_map"
            | "fold"
            | "any"
            | "all"
            | "position"
            | "retain"
            | "unwrap_or_else"
            | "or_else"
            | "ok_or_else"
            | "map_err"
            | "map_or"
            | "map_or_else"
            | "is_some_and"
            | "is_ok_and"
            | "is_none_or"
            | "or_insert_with"
            | "or_insert_with_key"
            | "and_modify"
            | "get_or_insert_with"
            | "get_or_init"
            | "get_or_try_init"
            | "call_once"
            | "call_once_force"
            | "inspect"
            | "inspect_err"
            | "sort_by"
            | "sort_by_key"
            | "with"
            | "try_with"
            | "with_borrow"
            | "with_borrow_mut"
            | "in_scope"
            | "install"
            | "then"
            | "take_if"
            | "replace_with"
            | "try_for_each"
            | "scan"
            | "max_by_key"
            | "min_by_key"
    )
}

/// Functions outside that call their closure before they return, by canonical path.
pub(super) fn calls_closure(path: &str) -> bool {
    matches!(
        path,
        "tokio::task::block_in_place"
            | "std::panic::catch_unwind"
            | "std::array::from_fn"
            | "std::iter::from_fn"
            | "std::iter::repeat_with"
            | "std::thread::scope"
    )
}
