//! How a state is written down: what refactorings change, and no neighbour notices.

/// The choices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of taste that is answered on its own"
)]
pub struct Style {
    /// Appended to the names of filters.
    pub filters: u32,
    /// Appended to the names of templates.
    pub templates: u32,
    /// Appended to the names of sessions.
    pub sessions: u32,
    /// Appended to the names of shared files.
    pub files: u32,
    /// Appended to the names of constants.
    pub constants: u32,
    /// Whether a function says what is ours.
    pub extracted: bool,
    /// Whether each filter asks a function of its own.
    pub parted: bool,
    /// Whether the first template stands beside the filters.
    pub rooted: bool,
    /// Whether the filters ask by `case` rather than by `if`.
    pub cases: bool,
    /// Whether one more template stands between the root and the rest.
    pub layered: bool,
    /// Whether sets are written where they are used.
    pub inline: bool,
    /// The folder of the overlays.
    pub moved: bool,
    /// The order of what may stand in any order.
    pub reversed: bool,
    /// A comment's number.
    pub comment: u32,
    /// Spaces of one step of indentation, less two.
    pub indent: u32,
    /// What static routes lead to.
    pub nowhere: u32,
    /// Whether intent is written a site a statement.
    pub split: bool,
}

impl Style {
    /// `name`, with its number once it was renamed.
    pub fn named(name: &str, number: u32) -> String {
        match number {
            0 => name.to_owned(),
            number => format!("{name}_{number}"),
        }
    }

    /// A shared file.
    pub fn file(&self, name: &str) -> String {
        match self.files {
            0 => format!("{name}.conf"),
            number => format!("{name}-v{number}.conf"),
        }
    }

    /// The folder of the overlays.
    pub fn overlays(&self) -> &'static str {
        if self.moved { "overlays" } else { "sites" }
    }

    /// What a static route leads to.
    pub fn target(&self) -> &'static str {
        ["blackhole", "unreachable", "prohibit"]
            .into_iter()
            .cycle()
            .nth(usize::try_from(self.nowhere % 3).unwrap_or(0))
            .unwrap_or("blackhole")
    }

    /// `text` with the indentation of this style.
    pub fn indented(&self, text: &str) -> String {
        let step = " ".repeat(usize::try_from(self.indent).unwrap_or(0) + 2);
        let mut out = String::new();
        for line in text.lines() {
            let body = line.trim_start();
            let depth = (line.len() - body.len()) / 2;
            out.push_str(&step.repeat(depth));
            out.push_str(body);
            out.push('\n');
        }
        out
    }
}
