//! The parts, as the tests see them.

use rules::Rule;
use testkit::cli::{Main, Tool};

/// A part: a folder, a command, rules.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// The command's name.
    pub(crate) name: &'static str,
    /// The folder of its package.
    pub(crate) folder: &'static str,
    /// The folder of its fixtures below `tests/fixtures`.
    pub(crate) fixtures: &'static str,
    /// Its rules.
    pub(crate) rules: &'static [&'static Rule],
    main: Main,
}

impl Part {
    /// Its command, ready to run.
    pub(crate) fn tool(&self) -> Tool {
        Tool::new(self.name, self.main)
    }
}

pub(crate) fn structlint() -> Part {
    Part {
        name: "structlint",
        folder: "lints",
        fixtures: "lints",
        rules: structlint::RULES,
        main: structlint::run,
    }
}

pub(crate) fn cert_audit() -> Part {
    Part {
        name: "cert-audit",
        folder: "cert-audit",
        fixtures: "cert-audit",
        rules: cert_audit::RULES,
        main: cert_audit::run,
    }
}

pub(crate) fn bgp_ci() -> Part {
    Part {
        name: "bgp-ci",
        folder: "bgp-ci",
        fixtures: "bgp-ci",
        rules: bgp_ci::RULES,
        main: bgp_ci::run,
    }
}

/// All of them, in the order in which `preflight` runs them.
pub(crate) fn all() -> [Part; 3] {
    [structlint(), cert_audit(), bgp_ci()]
}

/// `preflight`, ready to run.
pub(crate) fn preflight() -> Tool {
    Tool::new("preflight", preflight::run)
}
