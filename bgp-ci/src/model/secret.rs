//! Passwords and keys that a router's files hold in clear text: where they are, never what.

use std::ops::Range;

use rules::Span;

use super::Name;

/// A place where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// The text itself, with its quotes.
    pub span: Span,
    /// Where.
    pub site: Name,
    /// The router there.
    pub router: Name,
    /// What it guards, as the files call it: a session, a template, a constant.
    pub of: Name,
}

/// Whether `text` stands for a secret that somebody fills in later, and is none itself.
///
/// Nothing, asterisks, and what deployment scripts replace: `{x}`, `{{ x }}`, `${X}`, `$X`, `<x>`,
/// `@X@`, `%x%`.
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let enclosed = |open: &str, close: &str| {
        text.len() > open.len() + close.len() && text.starts_with(open) && text.ends_with(close)
    };
    let variable = text.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    });
    text.is_empty()
        || variable
        || text.bytes().all(|byte| byte == b'*')
        || [("{", "}"), ("${", "}"), ("<", ">"), ("@", "@"), ("%", "%")]
            .iter()
            .any(|(open, close)| enclosed(open, close))
}

/// `text` with an asterisk for each byte of the secrets that `path` has, and of those that stand
/// in comments; `None` where it has none. Reports show lines of files, and nothing in them may
/// show a password. Places in it stay where they are.
pub fn redacted<'a>(
    path: &str,
    text: &str,
    secrets: impl IntoIterator<Item = &'a Secret>,
) -> Option<String> {
    let offset = |byte: u32| usize::try_from(byte).ok();
    let mut ranges: Vec<Range<usize>> = secrets
        .into_iter()
        .filter(|secret| *secret.span.path == *path)
        .filter_map(|secret| Some(offset(secret.span.start.byte)?..offset(secret.span.end.byte)?))
        .collect();
    ranges.extend(aside(text));
    if ranges.is_empty() {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        for byte in bytes.get_mut(range).into_iter().flatten() {
            // Line ends stay, so that lines do.
            if *byte != b'\n' && *byte != b'\r' {
                *byte = b'*';
            }
        }
    }
    // A place that cuts a character in two is not one that a parser gives.
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What stands between quotes behind a word for a secret, wherever that is: a statement that was
/// taken out by making it a comment holds its password still.
fn aside(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for keyword in ["password", "secret", "key"] {
        for (at, _) in text.match_indices(keyword) {
            let (before, rest) = text.split_at_checked(at).unwrap_or_default();
            let rest = rest.strip_prefix(keyword).unwrap_or_default();
            let quoted = rest.trim_start_matches([' ', '\t']);
            let names_a_file = ["private", "public"]
                .iter()
                .any(|word| before.trim_end().ends_with(word));
            let inside = before.ends_with(|last: char| last.is_alphanumeric() || last == '_');
            if quoted.len() == rest.len() || inside || names_a_file {
                continue;
            }
            let Some(value) = quoted.strip_prefix('"') else {
                continue;
            };
            let value = value.split(['"', '\n']).next().unwrap_or_default();
            if !is_placeholder(value) {
                let start = text.len() - quoted.len();
                found.push(start..start + value.len() + 2);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use rules::LineIndex;

    use super::*;

    #[test]
    fn what_a_script_fills_in_is_no_secret() {
        for text in [
            "",
            "  ",
            "***",
            "{bgp_password}",
            "{{ bgp_password }}",
            "${BGP_PASSWORD}",
            "$BGP_PASSWORD",
            "<secret>",
            "@PASSWORD@",
            "%password%",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["correct horse", "$ecret", "$", "{", "{}", "@", "a{b}", "<>"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn a_secret_is_taken_out_and_nothing_moves() {
        let text = "é;\npassword \"gehéim\";\n";
        let (start, end) = (13, 22);
        assert_eq!(text.get(start..end), Some("\"gehéim\""));
        let index = LineIndex::new(text);
        let secret = Secret {
            span: index.span(&"a.conf".into(), 13, 22),
            site: "fra".into(),
            router: "fra".into(),
            of: "transit_a".into(),
        };
        let out = redacted("a.conf", text, [&secret]).unwrap();
        assert_eq!(out, "é;\npassword *********;\n");
        assert_eq!(out.len(), text.len());
        let text = text.replace("password", "pass");
        assert_eq!(redacted("b.conf", &text, [&secret]), None);
    }

    #[test]
    fn a_place_beyond_the_text_takes_nothing_out() {
        let secret = Secret {
            span: LineIndex::new("longer than that").span(&"a.conf".into(), 5, 12),
            site: "fra".into(),
            router: "fra".into(),
            of: "x".into(),
        };
        assert_eq!(redacted("a.conf", "short", [&secret]).unwrap(), "short");
    }

    #[test]
    fn a_secret_in_a_comment_is_taken_out_and_paths_stay() {
        for (text, expected) in [
            ("# password \"old one\";", "# password *********;"),
            ("/* secret\t\"x\"; */", "/* secret\t***; */"),
            ("# password \"cut off\n;", "# password ********\n;"),
            ("key \"é\";", "key ****;"),
        ] {
            assert_eq!(redacted("a", text, []).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "bird private key \"/etc/bird/ssh\";",
            "remote public key \"/etc/bird/peer\";",
            "password \"${bgp}\";",
            "description \"no password\";",
            "monkey \"a\";",
            "password",
            "password \"",
        ] {
            assert_eq!(redacted("a", text, []), None, "{text}");
        }
    }
}
