//! The configuration language of FRR.
//!
//! A file is a list of commands, as somebody would type them into `vtysh`: each changes what the
//! daemon knows, and `no` takes back. So reading a file is carrying it out: [`read()`] ends with
//! what bgpd holds after the last line, every piece with the line that it comes from, and
//! [`configure`] makes a router of it.
//!
//! What a line means depends on the command that opened its section, never on how far it is
//! indented.

pub mod config;
pub mod configure;
pub(crate) mod lower;
mod read;
mod secret;
#[cfg(test)]
mod tests;

pub use config::Config;
pub use read::{read, read_with};

use crate::model::GapKind;
use crate::place::{Place, Sources};

/// One router's configuration, carried out.
#[derive(Debug, Default)]
pub struct Read {
    /// What bgpd holds after the last line.
    pub config: Config,
    /// The file.
    pub sources: Sources,
    /// What was not understood, in the order of the file.
    pub problems: Vec<Problem>,
    /// Placeholders without a value, in lines that mean something: those lines are left out.
    pub missing: Vec<(Place, String)>,
}

/// Which route map or list somebody asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'a> {
    /// Its name, or its kind and its name: `prefix-list OURS`.
    pub policy: &'a str,
    /// The family of the route that it is asked about.
    pub family: crate::model::Family,
}

impl Read {
    /// The route maps by their names, and the lists by their kinds and names.
    pub fn policies(&self) -> Vec<String> {
        lower::names(&self.config)
    }
}

/// Something that was not understood, or that FRR would not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// Of which kind.
    pub kind: GapKind,
    /// What, and what to do: a lower-case fragment.
    pub message: String,
    /// What may be other than it seems because of it.
    pub reach: Reach,
}

/// How far a problem reaches, before there are sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Nothing that is announced.
    Nothing,
    /// What one neighbour, or the members of one peer group, are sent.
    Neighbor(crate::model::Name),
    /// The routes of one address family.
    Family(crate::model::Family),
    /// Everything.
    Router,
}
