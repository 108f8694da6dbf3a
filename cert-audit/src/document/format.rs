//! How a text is written, told by its first line.

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Yaml,
    Toml,
    Xml,
    /// Anything else: lines of settings, programs, prose, PEM.
    Text,
}

impl Format {
    /// Looks at the first line that is neither empty nor a comment. A wrong answer costs a parse
    /// that fails, behind which the text is searched as such.
    pub(super) fn of(bytes: &[u8], path: &str) -> Self {
        let named = match extension(path).as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        };
        let line = bytes
            .strip_prefix(BYTE_ORDER_MARK)
            .unwrap_or(bytes)
            .split(|&byte| byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .find(|line| !line.is_empty() && !line.starts_with(b"#"))
            .unwrap_or_default();
        match line {
            [b'<', ..] => Self::Xml,
            [b'-', b'-', b'-', b'-', ..] => Self::Text,
            [b'{', b'{' | b'%', ..] => Self::Text,
            [b'{', ..] => Self::Json,
            // A list in JSON or YAML, or the head of a section.
            [b'[', ..] if named == Some(Self::Yaml) => Self::Yaml,
            [b'[', head @ .., b']'] if is_head(head) => Self::Toml,
            [b'[', ..] if named == Some(Self::Toml) => Self::Toml,
            [b'[', ..] => Self::Json,
            _ => named.unwrap_or_else(|| of_line(line)),
        }
    }
}

/// What some editors put at the start of UTF-8 text.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// `---`, `- item`, `? key`, `key:` and `key = value`.
fn of_line(line: &[u8]) -> Format {
    if line == b"-" || YAML.iter().any(|start| line.starts_with(start)) {
        return Format::Yaml;
    }
    let (key, rest) = if let [quote @ (b'"' | b'\''), rest @ ..] = line {
        let Some(length) = memchr::memchr(*quote, rest) else {
            return Format::Text;
        };
        (line, rest.get(length + 1..).unwrap_or_default())
    } else {
        let is_key =
            |&&byte: &&u8| is_word(byte) || !byte.is_ascii() || b" /~*&!$@".contains(&byte);
        line.split_at(line.iter().take_while(is_key).count())
    };
    match rest.trim_ascii_start() {
        _ if key.is_empty() => Format::Text,
        [b':'] | [b':', b' ' | b'\t', ..] => Format::Yaml,
        [b'=', ..] => Format::Toml,
        _ => Format::Text,
    }
}

/// What begins a line of YAML and of little else.
const YAML: [&[u8]; 4] = [b"---", b"- ", b"? ", b"%YAML"];

/// `server`, `tool.name`, `[several]`: what stands between the brackets of a section's head, and
/// never alone on a line in a list.
fn is_head(head: &[u8]) -> bool {
    let head = head
        .strip_prefix(b"[")
        .and_then(|head| head.strip_suffix(b"]"))
        .unwrap_or(head);
    !head.is_empty() && head.iter().all(|&byte| is_word(byte))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The extension in lower case; empty where there is none.
fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.')
        .map_or_else(String::new, |(_, extension)| extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells() {
        for (text, path, format) in [
            ("\u{feff}# x\n\napiVersion: v1\n", "config", Format::Yaml),
            ("---\n{}", "x", Format::Yaml),
            ("- a\n", "x", Format::Yaml),
            ("{\"a\": 1}", "a.yaml", Format::Json),
            ("{{ if x }}\na: b\n", "a.yaml", Format::Text),
            ("[\n1]", "x", Format::Json),
            ("[a, b]", "a.yml", Format::Yaml),
            ("[server]\n", "x", Format::Toml),
            ("[[server.tls]]\n", "x", Format::Toml),
            ("key = 'a'\n", "x", Format::Toml),
            ("KEY=a\n", ".env", Format::Toml),
            ("<md:EntityDescriptor/>", "x", Format::Xml),
            ("-----BEGIN CERTIFICATE-----\n", "a.pem", Format::Text),
            ("use std::fs;\n", "a.rs", Format::Text),
            ("a, b: c\n", "a.txt", Format::Text),
            ("a b: c\n", "a.txt", Format::Yaml),
            ("\"é #\": c\n", "a.txt", Format::Yaml),
            ("é: c\n", "a.txt", Format::Yaml),
            ("? a\n", "a.txt", Format::Yaml),
            ("\"words\"\n", "a.txt", Format::Text),
            ("a::b();\n", "a.txt", Format::Text),
            ("a, b: c\n", "a.yaml", Format::Yaml),
            ("", "", Format::Text),
        ] {
            assert_eq!(Format::of(text.as_bytes(), path), format, "{text}");
        }
    }
}
