//! `network` statements: announcements of routes that something else must make.

use std::collections::BTreeMap;

use rules::Span;

use super::{Name, Prefix};

/// Every `network` statement of the routers' files.
pub type Statements = BTreeMap<StatementKey, Statement>;

/// Which statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementKey {
    /// Where.
    pub site: Name,
    /// The router there.
    pub router: Name,
    /// The network.
    pub prefix: Prefix,
}

/// A `network` statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Where it is.
    pub span: Span,
    /// Whether the daemon looks for a route of exactly this network before it announces.
    pub checked: bool,
    /// The line of the router's file that makes the route.
    pub route: Option<Span>,
}
