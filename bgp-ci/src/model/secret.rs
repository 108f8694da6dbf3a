//! Passwords and keys that a router's files hold in clear text: where they are, never what.

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

/// `text` with an asterisk for each byte of the secrets that `path` has: reports show lines of
/// files, and nothing in them may show a password. Places in it stay where they are.
pub fn redacted<'a>(
    path: &str,
    text: &str,
    secrets: impl IntoIterator<Item = &'a Secret>,
) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for secret in secrets {
        if *secret.span.path != *path {
            continue;
        }
        let bounds = usize::try_from(secret.span.start.byte)
            .ok()
            .zip(usize::try_from(secret.span.end.byte).ok());
        let range = bounds.and_then(|(start, end)| bytes.get_mut(start..end));
        for byte in range.into_iter().flatten() {
            // Line ends stay, so that lines do.
            if *byte != b'\n' && *byte != b'\r' {
                *byte = b'*';
            }
        }
    }
    // A place that cuts a character in two is not one that a parser gives.
    String::from_utf8_lossy(&bytes).into_owned()
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
        let out = redacted("a.conf", text, [&secret]);
        assert_eq!(out, "é;\npassword *********;\n");
        assert_eq!(out.len(), text.len());
        assert_eq!(redacted("b.conf", text, [&secret]), text);
    }

    #[test]
    fn a_place_beyond_the_text_takes_nothing_out() {
        let secret = Secret {
            span: LineIndex::new("longer than that").span(&"a.conf".into(), 5, 12),
            site: "fra".into(),
            router: "fra".into(),
            of: "x".into(),
        };
        assert_eq!(redacted("a.conf", "short", [&secret]), "short");
    }
}
