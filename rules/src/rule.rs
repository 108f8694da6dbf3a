//! What a rule is: an id, a default level, and documentation that *is* its doc comment.

use crate::{Finding, Level, Span};

/// A promise: what a check reports, at which level, and why.
///
/// Declared by [`rule!`](crate::rule!), which captures the doc comment, so that rustdoc, `explain`,
/// the README table and SARIF's `help` are one text.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case id that names the defect and reads well after "allow".
    pub id: &'static str,
    /// The level without a policy.
    pub level: Level,
    /// The version that brought it.
    pub since: &'static str,
    /// Markdown: a summary line, then the sections Why, Bad, Good and Reference.
    pub docs: &'static str,
}

impl Rule {
    /// A finding of this rule at `span`; the only way to make one.
    ///
    /// `message` is lower case without a full stop. `about` is what the finding is about (item
    /// path + lock, certificate + place, announcement key): the fingerprint comes from it and
    /// from nothing else, so it must not contain line numbers.
    pub fn at(&'static self, span: Span, message: impl Into<String>, about: &[&str]) -> Finding {
        Finding::new(self, span, message.into(), about)
    }

    /// The first line of the documentation, without its full stop.
    pub fn summary(&self) -> &'static str {
        self.docs
            .trim_start()
            .lines()
            .next()
            .unwrap_or_default()
            .trim()
            .trim_end_matches('.')
    }
}

/// Rules are their ids: there is one of each.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
impl Eq for Rule {}

/// Declares a rule from its doc comment.
///
/// ```
/// rules::rule! {
///     /// Reports a thing that breaks.
///     ///
///     /// ## Why
///     /// Because it did.
///     pub BREAKS = { id: "breaks", level: Deny, since: "0.1.0" }
/// }
/// assert_eq!(BREAKS.summary(), "Reports a thing that breaks");
/// ```
#[macro_export]
macro_rules! rule {
    ($(#[doc = $doc:expr])+ $vis:vis $name:ident = { id: $id:expr, level: $level:ident, since: $since:expr }) => {
        $(#[doc = $doc])+
        $vis static $name: $crate::Rule = $crate::Rule {
            id: $id,
            level: $crate::Level::$level,
            since: $since,
            docs: concat!($($doc, "\n"),+),
        };
    };
}
