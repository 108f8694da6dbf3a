//! Input text on its way to an output, made harmless.
//!
//! Messages, paths and source lines come from pull requests.
//! Whatever reads a report — a terminal, a build log, a forge's page — obeys sequences of its own,
//! and none of them may come from the input.
//! Every writer takes input text through this module and through nothing else.

/// True for characters that an output would obey or hide instead of showing them.
///
/// Those that [`crate::escape::acts`] names, and the invisible ones (soft hyphen, Mongolian vowel
/// separator, tags and supplementary variation selectors) that make two names look alike.
pub(super) fn is_hidden(c: char) -> bool {
    crate::escape::acts(c) || matches!(c, '\u{ad}' | '\u{180e}' | '\u{e0000}'..='\u{e0fff}')
}

/// Shows `c` as text: `\n`, `\t`, `\r`, or `\u{…}` with its code point.
pub(super) fn push_visible(c: char, out: &mut String) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => put!(out, "\\u{{{:x}}}", u32::from(c)),
    }
}

/// Finds the bracket that completes `##[`, `##vso[` or `##teamcity[`: build systems obey those
/// anywhere in a log line.
#[derive(Debug, Default)]
pub(super) struct LogCommand {
    hashes: u8,
}

impl LogCommand {
    /// Takes the next character; true if it would complete a command.
    pub(super) fn completes(&mut self, c: char) -> bool {
        match c {
            '#' => self.hashes = self.hashes.saturating_add(1),
            '[' if self.hashes >= 2 => {
                self.hashes = 0;
                return true;
            }
            _ if self.hashes >= 2 && c.is_ascii_alphanumeric() => {}
            _ => self.hashes = 0,
        }
        false
    }
}

/// One line of text for terminals and logs.
pub fn text(input: &str) -> String {
    filter(input, |_| false)
}

/// Text for terminals and logs that may have several lines.
pub fn lines(input: &str) -> String {
    filter(input, |c| c == '\n')
}

fn filter(input: &str, keep: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(input.len());
    let mut command = LogCommand::default();
    for c in input.chars() {
        if command.completes(c) || (is_hidden(c) && !keep(c)) {
            push_visible(c, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

/// A finished text whose lines start with no workflow command.
///
/// GitHub's runner obeys `::name::` at the start of a line, after any white space; wrapping can
/// bring such a word there. Only for outputs that issue no command themselves.
pub fn line_starts(output: &str) -> String {
    let mut out = String::with_capacity(output.len());
    for line in output.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if let Some(rest) = trimmed.strip_prefix("::") {
            let indent = line.len().saturating_sub(trimmed.len());
            out.push_str(line.get(..indent).unwrap_or_default());
            out.push_str("\\u{3a}:");
            out.push_str(rest);
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The value of a workflow command, after `::`.
pub(super) fn github_data(input: &str) -> String {
    let mut out = String::with_capacity(input.len());
    let mut command = LogCommand::default();
    for c in input.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            _ if command.completes(c) || is_hidden(c) => push_visible(c, &mut out),
            _ => out.push(c),
        }
    }
    out
}

/// A property of a workflow command, between its name and `::`.
pub(super) fn github_property(input: &str) -> String {
    github_data(input)
        .replace(':', "%3A")
        .replace(',', "%2C")
        .replace(';', "%3B")
}

/// Serialised JSON with the same meaning and nothing that a terminal or a log obeys.
///
/// `#` and characters outside of ASCII occur only inside strings, where JSON may escape any
/// character.
pub fn json(serialised: &str) -> String {
    let mut out = String::with_capacity(serialised.len());
    let mut command = LogCommand::default();
    for c in serialised.chars() {
        if command.completes(c) || (is_hidden(c) && c != '\n') {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                put!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// One line of text for HTML and Markdown at once.
///
/// Punctuation that either of them reads becomes a numeric entity, which neither reads as markup.
/// A forge also links `@name`, `#123`, `GH-123`, `www.` and `scheme://` in what it has rendered, and
/// tells the people so named: a zero-width space breaks those words.
pub fn markdown(input: &str) -> String {
    let mut out = String::with_capacity(input.len());
    for (at, c) in input.char_indices() {
        match c {
            _ if is_hidden(c) => {
                let mut visible = String::new();
                push_visible(c, &mut visible);
                out.push_str(&markdown(&visible));
            }
            '&' | '<' | '>' | '"' | '\'' | '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#'
            | '|' | '~' | '!' | '@' | '$' | '^' => {
                put!(out, "&#{};", u32::from(c));
            }
            _ => out.push(c),
        }
        let after = at.saturating_add(c.len_utf8());
        let rest = input.get(after..).unwrap_or_default();
        let before = |word: &str| {
            at.checked_sub(word.len())
                .and_then(|from| input.get(from..at))
                .is_some_and(|text| text.eq_ignore_ascii_case(word))
        };
        let linked = match c {
            '@' | '#' => rest.starts_with(|c: char| c.is_ascii_alphanumeric()),
            ':' => rest.starts_with("//"),
            '.' => before("www"),
            '-' => before("gh"),
            _ => false,
        };
        if linked {
            out.push_str("&#8203;");
        }
    }
    out
}

/// One line of a message for Markdown: what stands between backquotes is shown as code.
pub fn markdown_message(input: &str) -> String {
    let parts: Vec<&str> = input.split('`').collect();
    // An even number of backquotes leaves an odd number of parts; else the last one opens nothing.
    let paired = parts.len() % 2 == 1;
    let mut out = String::with_capacity(input.len());
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        if at % 2 == 1 && (paired || !last) && !part.is_empty() {
            out.push_str(&code(part));
        } else if at % 2 == 1 {
            out.push_str("&#96;");
            out.push_str(&markdown(part));
        } else {
            out.push_str(&markdown(part));
        }
    }
    out
}

/// Input text as inline code.
pub fn code(input: &str) -> String {
    format!("<code>{}</code>", markdown(input))
}

/// A path as a relative URI reference (RFC 3986): every byte but unreserved ones and `/` is
/// percent-encoded, so that no path can be read as a scheme, a host or a query.
pub(super) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            put!(out, "%{byte:02X}");
        }
    }
    // `//host/share` would name an authority.
    if out.starts_with("//") {
        out.insert_str(0, "/.");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_visible() {
        assert_eq!(
            text("a\u{1b}[31m\u{202e}b\u{9b}\n"),
            "a\\u{1b}[31m\\u{202e}b\\u{9b}\\n"
        );
        assert_eq!(lines("a\nb\r"), "a\nb\\r");
        assert_eq!(text("naïve 日本 🚒"), "naïve 日本 🚒");
        assert_eq!(
            text("pass\u{200b}word\u{e0100}"),
            "pass\\u{200b}word\\u{e0100}"
        );
    }

    #[test]
    fn log_commands_are_broken_anywhere() {
        assert_eq!(text("x ##[group]y"), "x ##\\u{5b}group]y");
        assert_eq!(
            text("##vso[task.setvariable]"),
            "##vso\\u{5b}task.setvariable]"
        );
        assert_eq!(text("#[derive] # [x]"), "#[derive] # [x]");
        assert_eq!(json(r###"{"a":"##[x]"}"###), r###"{"a":"##\u005bx]"}"###);
    }

    #[test]
    fn workflow_commands_do_not_start_a_line() {
        assert_eq!(
            line_starts("a\n   ::error::x\n::std::y"),
            "a\n   \\u{3a}:error::x\n\\u{3a}:std::y"
        );
        assert_eq!(github_data("50%\r\n::x"), "50%25%0D%0A::x");
        assert_eq!(github_property("a:b,c;d"), "a%3Ab%2Cc%3Bd");
    }

    #[test]
    fn markdown_shows_and_does_not_obey() {
        assert_eq!(markdown("<b>|x|"), "&#60;b&#62;&#124;x&#124;");
        assert_eq!(markdown("@root"), "&#64;&#8203;root");
        assert_eq!(
            markdown("https://example.net"),
            "https:&#8203;//example.net"
        );
        assert_eq!(markdown("www.example.net"), "www.&#8203;example.net");
        assert_eq!(markdown("a\nb"), "a&#92;nb");
        assert_eq!(markdown_message("a `b|c` d"), "a <code>b&#124;c</code> d");
        assert_eq!(markdown_message("a ` d"), "a &#96; d");
    }

    #[test]
    fn paths_stay_paths() {
        assert_eq!(uri("src/a b.rs"), "src/a%20b.rs");
        assert_eq!(uri("javascript:x"), "javascript%3Ax");
        assert_eq!(uri("//example.net/x"), "/.//example.net/x");
    }
}
