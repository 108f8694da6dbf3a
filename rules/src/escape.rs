//! Input text on its way to a person: nothing in it may act on the terminal or reorder a line.

use std::borrow::Cow;

/// Whether `c` acts instead of being shown: controls, and the marks that reorder or hide text
/// (Unicode's bidirectional and invisible formatting characters, as in CVE-2021-42574).
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line of text with every acting character written as `\u{…}`, and long text cut.
///
/// For words of the input inside messages.
pub fn word(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 200;
    if text.chars().count() <= LONGEST && !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len().min(LONGEST * 2));
    for (at, c) in text.chars().enumerate() {
        if at == LONGEST {
            shown.push('…');
            break;
        }
        if acts(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Text in which each acting character but line feed and tab is replaced by one of the same
/// length in UTF-8, so that byte offsets stay true.
///
/// For sources that are shown with their lines.
pub fn source(text: &str) -> Cow<'_, str> {
    let keep = |c: char| c == '\n' || c == '\t' || !acts(c);
    if text.chars().all(keep) {
        return Cow::Borrowed(text);
    }
    let masked = text.chars().map(|c| match c.len_utf8() {
        _ if keep(c) => c,
        // A carriage return before a line feed is the line's end, not something to show.
        1 if c == '\r' => ' ',
        1 => '?',
        2 => '¿',
        3 => char::REPLACEMENT_CHARACTER,
        _ => '\u{1f6ab}',
    });
    Cow::Owned(masked.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_and_offsets_stay() {
        let hostile = "a\u{1b}[31mb\u{202e}c\u{85}d\u{e0041}\r\n\tä";
        let masked = source(hostile);
        assert_eq!(masked.len(), hostile.len());
        assert!(masked.chars().all(|c| c == '\n' || c == '\t' || !acts(c)));
        assert!(!word(hostile).chars().any(acts));
        assert_eq!(word("plain"), "plain");
        assert_eq!(word(&"x".repeat(1000)).chars().count(), 201);
    }
}
