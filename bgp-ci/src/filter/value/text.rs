//! Shell patterns: `*`, `?` and a backslash before what is meant as it stands.

/// See [`super::text_matches`].
pub(super) fn matches(text: &[u8], pattern: &[u8]) -> Option<bool> {
    if pattern.windows(2).any(|pair| matches!(pair, b"**" | b"*?")) || pattern.ends_with(b"\\") {
        return None;
    }
    // The usual walk: on a mismatch after a `*`, that `*` takes one byte more.
    let (mut at, mut want, mut retry) = (0, 0, None);
    while let Some(byte) = text.get(at) {
        let (literal, width) = match pattern.get(want) {
            Some(b'*') => {
                retry = Some((at, want));
                want += 1;
                continue;
            }
            Some(b'?') => (None, 1),
            Some(b'\\') => (pattern.get(want + 1), 2),
            found => (found, 1),
        };
        let fits = match pattern.get(want) {
            None => false,
            Some(b'?') => true,
            Some(_) => literal == Some(byte),
        };
        if fits {
            at += 1;
            want += width;
        } else {
            let Some((from, star)) = retry else {
                return Some(false);
            };
            at = from + 1;
            want = star + 1;
            retry = Some((at, star));
        }
    }
    let rest = pattern.get(want..).unwrap_or_default();
    Some(rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_in_the_daemon() {
        // As `print "text" ~ "pattern"` of BIRD 2.0.12 has it.
        for (text, pattern, expected) in [
            ("abc", "a*", true),
            ("abc", "a?c", true),
            ("abc", "b", false),
            ("abc", "*", true),
            ("", "*", true),
            ("", "", true),
            ("abc", "abc?", false),
            ("a*c", "a\\*c", true),
            ("ABC", "abc", false),
            ("b", "[abc]", false),
            ("abc", "*\\c", true),
            ("abcc", "*c", true),
            ("abcbc", "*bc", true),
            ("abxc", "a*b?c", true),
            ("abc", "*a*b*c*", true),
            ("abc", "a\\bc", true),
        ] {
            let found = matches(text.as_bytes(), pattern.as_bytes());
            assert_eq!(found, Some(expected), "{text} ~ {pattern}");
        }
        assert_eq!(matches(b"abc", b"a**c"), None);
        assert_eq!(matches(b"abc", b"*?"), None);
    }
}
