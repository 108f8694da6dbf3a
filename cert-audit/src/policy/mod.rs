//! The `certs:` section of the policy: classes of certificates, who owns what, and when is soon.
//!
//! The section is typed as a whole, so a policy that is written for later releases loads and a
//! misspelled key is an error. What no rule reads yet is listed in [`Policy::unread`], and the
//! report says so: a line of a policy is never ignored in silence.

mod names;
mod section;

use globset::{GlobBuilder, GlobMatcher};
use names::NamePattern;
use rules::policy::{Error, Spanned};
use rules::{Level, Span};

use crate::threshold::{Bound, Percent, Stretch, Terms};

pub use section::{
    AnchorExpiry, Assign, Class, ClassEntry, Classes, Endpoint, Expect, Match, Password, Section,
    Trust,
};

/// A threshold and the policy line that set it.
#[derive(Debug, Clone)]
pub struct Threshold {
    /// The threshold.
    pub bound: Bound,
    /// The policy line; `None` for a default.
    pub span: Option<Span>,
}

/// The two thresholds of a class.
#[derive(Debug, Clone)]
pub struct Thresholds {
    /// From here on the level is warn.
    pub warn: Threshold,
    /// From here on it is deny.
    pub deny: Threshold,
}

/// The section, checked and compiled.
#[derive(Debug, Clone)]
pub struct Policy {
    auto: Thresholds,
    manual: Thresholds,
    ca: Thresholds,
    rows: Vec<Row>,
    /// Which anchors are trusted; `None` where the policy does not say.
    pub roots: Option<Vec<Root>>,
    /// Whether an anchor's own expiry counts.
    pub anchor_expiry: Option<AnchorExpiry>,
    /// Certificates that must be there, each with its line.
    pub expected: Vec<(Expect, Span)>,
    /// Where the passwords of keystores are.
    pub passwords: Vec<PasswordRow>,
    /// Keys of the policy that no rule of this release reads, each once, sorted.
    pub unread: Vec<&'static str>,
}

/// An anchor, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// The embedded list of public roots.
    Public,
    /// What the machine trusts.
    System,
    /// A file, relative to the policy's folder, and the policy's line.
    File(String, Span),
}

/// Where a password is, for which files.
#[derive(Debug, Clone)]
pub struct PasswordRow {
    path: Option<GlobMatcher>,
    /// The entry.
    pub entry: Password,
    /// Its line.
    pub span: Span,
}

impl PasswordRow {
    /// Whether it is for the file at `path`, which is relative to the policy's folder.
    pub fn is_for(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|glob| glob.is_match(path))
    }
}

#[derive(Debug, Clone)]
struct Row {
    path: Option<GlobMatcher>,
    san: Option<NamePattern>,
    entry: Assign,
    span: Span,
}

/// What the policy says about one certificate at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The class, and the line that gives it.
    pub class: Option<(Class, Span)>,
    /// The owner, and the line that names it.
    pub owner: Option<(String, Span)>,
    /// The runbook.
    pub runbook: Option<String>,
    /// The highest level of findings.
    pub level: Option<Level>,
    /// Names that it must have, and the line that says so.
    pub expect_san: Option<(Vec<String>, Span)>,
}

impl Policy {
    /// The defaults: no owners, no overrides.
    pub fn none() -> Self {
        let plain = |bound| Threshold { bound, span: None };
        let terms = |terms| plain(Bound::Terms(terms));
        let auto = |share, ceiling| Terms {
            share: Some(Percent::whole(share)),
            ceiling: Some(Stretch::days(ceiling)),
            ..Terms::default()
        };
        let manual = |days, cap| Terms {
            days: Some(days),
            cap: Some(Percent::whole(cap)),
            ..Terms::default()
        };
        Self {
            auto: Thresholds {
                warn: terms(auto(25, 21)),
                deny: terms(auto(12, 7)),
            },
            manual: Thresholds {
                warn: terms(manual(45, 40)),
                deny: terms(manual(14, 20)),
            },
            ca: Thresholds {
                warn: plain(Bound::Horizon {
                    before: Stretch::days(90).seconds(),
                }),
                deny: plain(Bound::Horizon { before: 0 }),
            },
            rows: Vec::new(),
            roots: None,
            anchor_expiry: None,
            expected: Vec::new(),
            passwords: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Checks a section and compiles its patterns; `policy` is the document it stands in.
    ///
    /// # Errors
    /// A threshold without terms, a deny above its warn, a pattern that is none, an entry that
    /// matches nothing in particular.
    pub fn compile(section: &Section, policy: &rules::policy::Policy) -> Result<Self, Error> {
        let mut compiled = Self::none();
        let classes = &section.classes;
        set(&mut compiled.auto, classes.auto.as_ref(), false, policy)?;
        set(&mut compiled.manual, classes.manual.as_ref(), false, policy)?;
        set(&mut compiled.ca, classes.ca.as_ref(), true, policy)?;
        for entry in &section.assign {
            compiled.rows.push(row(entry, policy)?);
        }
        if let Some(trust) = &section.trust {
            let root = |root: &String| match root.as_str() {
                "public" => Root::Public,
                "system" => Root::System,
                path => Root::File(path.to_owned(), policy.span(trust)),
            };
            compiled.roots = Some(trust.roots.iter().map(root).collect());
            compiled.anchor_expiry = trust.anchor_expiry;
        }
        for expect in &section.expect {
            compiled
                .expected
                .push((expect.value.clone(), policy.span(expect)));
        }
        for entry in &section.passwords {
            compiled.passwords.push(password(entry, policy)?);
        }
        let unread = [("endpoints", !section.endpoints.is_empty())];
        compiled.unread = unread
            .into_iter()
            .filter_map(|(key, present)| present.then_some(key))
            .collect();
        Ok(compiled)
    }

    /// Whether an entry names an owner.
    pub fn has_owners(&self) -> bool {
        self.rows.iter().any(|row| row.entry.owner.is_some())
    }

    /// The thresholds of a class.
    pub fn thresholds(&self, class: Class) -> &Thresholds {
        match class {
            Class::Auto => &self.auto,
            Class::Manual => &self.manual,
            Class::Ca => &self.ca,
        }
    }

    /// What the policy says about a certificate with these names at `path`, which is relative to
    /// the policy's folder. Of several entries that say something, the last wins, key by key.
    pub fn assignment(&self, path: &str, names: &[&str]) -> Assignment {
        let mut assignment = Assignment::default();
        let matching = self.rows.iter().filter(|row| {
            row.path.as_ref().is_none_or(|glob| glob.is_match(path))
                && row
                    .san
                    .as_ref()
                    .is_none_or(|pattern| names.iter().any(|name| pattern.matches(name)))
        });
        for Row { entry, span, .. } in matching {
            if let Some(class) = entry.class {
                assignment.class = Some((class, span.clone()));
            }
            if let Some(owner) = &entry.owner {
                assignment.owner = Some((owner.clone(), span.clone()));
            }
            if let Some(names) = &entry.expect_san {
                assignment.expect_san = Some((names.clone(), span.clone()));
            }
            if let Some(runbook) = &entry.runbook {
                assignment.runbook = Some(runbook.clone());
            }
            assignment.level = entry.level.or(assignment.level);
        }
        assignment
    }
}

/// Takes what the policy gives for a class, and checks that deny is not above warn.
fn set(
    thresholds: &mut Thresholds,
    entry: Option<&ClassEntry>,
    may_have_horizon: bool,
    policy: &rules::policy::Policy,
) -> Result<(), Error> {
    let Some(entry) = entry else { return Ok(()) };
    for (threshold, given) in [
        (&mut thresholds.warn, &entry.warn),
        (&mut thresholds.deny, &entry.deny),
    ] {
        let Some(given) = given else { continue };
        if matches!(given.value, Bound::Terms(terms) if terms.is_empty()) {
            return Err(policy
                .error(given, "this threshold has no terms")
                .with_help("give at least one of `share`, `floor`, `days`, `ceiling` and `cap`"));
        }
        threshold.bound = given.value;
        threshold.span = Some(policy.span(given));
    }
    if !may_have_horizon {
        for given in [&entry.warn, &entry.deny].into_iter().flatten() {
            if matches!(given.value, Bound::Horizon { .. }) {
                return Err(policy
                    .error(given, "only the class `ca` has a horizon")
                    .with_help("give terms, as { days: 45, cap: 40% }"));
            }
        }
    }
    let Some(given) = entry.deny.as_ref().or(entry.warn.as_ref()) else {
        return Ok(());
    };
    let above = match (&thresholds.deny.bound, &thresholds.warn.bound) {
        (Bound::Terms(deny), Bound::Terms(warn)) => deny.above(warn).map(|lifetime| {
            format!(
                "a certificate that lives {} would deny at {} and warn at {}",
                crate::instant::brief(lifetime),
                crate::instant::brief(deny.seconds(lifetime)),
                crate::instant::brief(warn.seconds(lifetime)),
            )
        }),
        (Bound::Horizon { before: deny }, Bound::Horizon { before: warn }) => {
            (deny > warn).then(|| "the horizon for deny comes before the one for warn".to_owned())
        }
        // The one depends on the certificate, the other on what it issued: deny wins over warn.
        _ => None,
    };
    match above {
        Some(example) => Err(policy
            .error(
                given,
                "deny must be below warn: deny is the stricter answer to less time left",
            )
            .with_help(example)),
        None => Ok(()),
    }
}

fn row(entry: &Spanned<Assign>, policy: &rules::policy::Policy) -> Result<Row, Error> {
    let matching = &entry.matching;
    if matching.path.is_none() && matching.san.is_none() {
        return Err(policy
            .error(matching, "this entry matches nothing in particular")
            .with_help("give `match` a path or a san; `path: \"**\"` for all"));
    }
    let path = match &matching.path {
        Some(text) => Some(glob(text).map_err(|reason| policy.error(matching, reason))?),
        None => None,
    };
    let san = match &matching.san {
        Some(text) => {
            Some(NamePattern::read(text).map_err(|reason| policy.error(matching, reason))?)
        }
        None => None,
    };
    Ok(Row {
        path,
        san,
        entry: entry.value.clone(),
        span: policy.span(matching),
    })
}

fn password(
    entry: &Spanned<Password>,
    policy: &rules::policy::Policy,
) -> Result<PasswordRow, Error> {
    let given = [
        entry.env.is_some(),
        entry.file.is_some(),
        entry.fd.is_some(),
    ];
    if given.into_iter().filter(|given| *given).count() != 1 {
        return Err(policy
            .error(entry, "a password has one source")
            .with_help("give one of `env`, `file` and `fd`"));
    }
    if entry.matching.san.is_some() {
        return Err(policy.error(
            entry,
            "a keystore has no names before it is opened: match it by `path`",
        ));
    }
    let path = match &entry.matching.path {
        Some(text) => Some(glob(text).map_err(|reason| policy.error(entry, reason))?),
        None => None,
    };
    Ok(PasswordRow {
        path,
        entry: entry.value.clone(),
        span: policy.span(entry),
    })
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| {
            format!(
                "this is no glob: {}",
                rules::escape::word(&error.kind().to_string())
            )
        })
}
