//! The formats of `report`.

pub(crate) mod csv;
mod format;
pub(crate) mod human;
pub(crate) mod markdown;

pub(crate) use format::requests;
pub use format::{Format, Request, UnknownFormat};

/// Appends formatted text to a `String`.
macro_rules! put {
    ($out:expr, $($arg:tt)+) => {{
        use std::fmt::Write as _;
        write!($out, $($arg)+).expect("writing to a string cannot fail");
    }};
}
pub(crate) use put;
