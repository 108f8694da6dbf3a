//! The page that text for people is written on: how wide, which characters, which colours.

use std::collections::BTreeMap;

use textwrap::core::display_width;
use textwrap::{Options as Wrap, WordSeparator, WordSplitter, WrapAlgorithm};

use super::{ColorChoice, Options};
use crate::{Io, Level};

/// Columns of a report that goes into a file or a pipe: as wide as build logs show without
/// wrapping, and wider than 80 because code is.
const WIDTH_OF_FILES: usize = 100;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Columns.
    pub width: usize,
    /// Whether to use SGR sequences.
    pub colour: bool,
    /// Whether to draw with box-drawing characters, else with ASCII.
    pub unicode: bool,
}

/// What a piece of text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The level deny, and a verdict that is not clean.
    Deny,
    /// The level warn.
    Warn,
    /// What must be read.
    Strong,
    /// What frames the rest.
    Dim,
    /// Advice.
    Help,
    /// A place.
    Place,
    /// The code that a step points at.
    Mark,
    /// A clean verdict.
    Good,
}

impl Page {
    /// Standard output.
    pub fn stdout(io: &Io<'_>, options: &Options) -> Self {
        let set = |name: &str| io.env.get(name).is_some_and(|value| !value.is_empty());
        let dumb = io.env.get("TERM").is_some_and(|term| term == "dumb");
        Self {
            width: io
                .stdout_terminal
                .map_or(WIDTH_OF_FILES, |terminal| terminal.width.clamp(40, 160)),
            colour: match options.color {
                ColorChoice::Always => true,
                ColorChoice::Never => false,
                ColorChoice::Auto => io.stdout_terminal.is_some() && !set("NO_COLOR") && !dumb,
            },
            unicode: io.stdout_terminal.is_none() || has_unicode(&io.env),
        }
    }

    /// A file.
    pub fn file(options: &Options) -> Self {
        Self {
            width: WIDTH_OF_FILES,
            colour: options.color == ColorChoice::Always,
            unicode: true,
        }
    }

    /// `text` in the colour of `role`.
    pub fn paint(&self, role: Role, text: &str) -> String {
        if !self.colour || text.trim().is_empty() {
            return text.to_owned();
        }
        let sgr = match role {
            Role::Deny => "1;31",
            Role::Warn => "1;33",
            Role::Strong => "1",
            Role::Dim => "2",
            Role::Help => "1;36",
            Role::Place => "36",
            Role::Mark => "1;35",
            Role::Good => "1;32",
        };
        format!("\u{1b}[{sgr}m{text}\u{1b}[0m")
    }

    /// `unicode` where the page has it, else `ascii`.
    pub fn pick(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// `text` on one line of at most `columns`; what is cut off is marked.
    pub fn fit(&self, text: &str, columns: usize) -> String {
        if display_width(text) <= columns {
            return text.to_owned();
        }
        let mark = self.pick("…", "...");
        let room = columns.saturating_sub(display_width(mark));
        let mut kept = String::new();
        let mut width = 0;
        for c in text.chars() {
            width += display_width(c.encode_utf8(&mut [0; 4]));
            if width > room {
                break;
            }
            kept.push(c);
        }
        kept + mark
    }

    /// `text` in lines of at most the page's width, the first after `first`, the others after
    /// `rest`. Words are never broken: a path has to survive copying.
    pub fn wrap(&self, text: &str, first: &str, rest: &str) -> Vec<String> {
        wrap(text, self.width, first, rest)
    }
}

/// `text` in lines of at most `width` columns, where its words allow it.
pub(super) fn wrap(text: &str, width: usize, first: &str, rest: &str) -> Vec<String> {
    let options = Wrap::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options)
        .into_iter()
        .map(std::borrow::Cow::into_owned)
        .collect()
}

/// The role of a level.
pub(super) fn role(level: Level) -> Role {
    match level {
        Level::Deny => Role::Deny,
        Level::Warn => Role::Warn,
        Level::Allow => Role::Dim,
    }
}

/// Whether the terminal shows box-drawing characters: not where the locale names another encoding,
/// and not on the Linux console. Without a locale (bare containers) the terminal outside decides,
/// and those have Unicode.
fn has_unicode(env: &BTreeMap<String, String>) -> bool {
    if env.get("TERM").is_some_and(|term| term == "linux") {
        return false;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| env.get(*name))
        .find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_about_characters() {
        let env = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        assert!(has_unicode(&env(&[])));
        assert!(has_unicode(&env(&[("LANG", "de_DE.UTF-8")])));
        assert!(!has_unicode(&env(&[
            ("LANG", "de_DE.UTF-8"),
            ("LC_ALL", "C")
        ])));
        assert!(!has_unicode(&env(&[("TERM", "linux")])));
    }

    #[test]
    fn what_does_not_fit_is_cut_by_columns() {
        let mut page = Page {
            width: 80,
            colour: false,
            unicode: true,
        };
        assert_eq!(page.fit("api.example", 11), "api.example");
        assert_eq!(page.fit("api.example", 5), "api.…");
        assert_eq!(page.fit("日本語", 5), "日本…");
        page.unicode = false;
        assert_eq!(page.fit("api.example", 5), "ap...");
        assert_eq!(page.fit("api", 0), "...");
    }

    #[test]
    fn long_words_are_kept_whole() {
        let lines = wrap("a relock-in-scrutinee b", 8, "> ", "  ");
        assert_eq!(lines, ["> a", "  relock-in-scrutinee", "  b"]);
    }
}
