//! What a neighbour receives, and the numbers that it is made of.

pub mod announcement;
pub mod asn;
pub mod community;
pub mod difference;
pub mod fleet;
pub mod flow;
pub mod gap;
pub mod list;
pub mod path;
pub mod prefix;
pub mod secret;
pub mod session;
pub mod statement;

pub use announcement::{
    Announcement, Announcements, Key, NextHop, OriginCode, Presence, Route, Source,
};
pub use asn::{Asn, AsnRange};
pub use community::Community;
pub use difference::Difference;
pub use fleet::Fleet;
pub use flow::Flow;
pub use gap::{Gap, GapKind};
pub use list::{List, ListKey, Lists};
pub use path::{AsPath, Segment};
pub use prefix::{Family, Prefix};
pub use secret::Secret;
pub use session::{Session, SessionKey, Sessions};
pub use statement::{Statement, StatementKey, Statements};

/// A name that the policy gives to a site, a router, a neighbour or a service.
pub type Name = std::sync::Arc<str>;
