//! Texts of configurations: decoding, words with their places, lines, quotes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rules::Position;

/// A word or value, without its quotes, and where it stands with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// First byte.
    pub(super) start: usize,
    /// Byte behind the last.
    pub(super) end: usize,
}

impl Word {
    /// The same place with another text.
    pub(super) fn with(&self, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..*self
        }
    }
}

/// The text of a file. What is no UTF-8 becomes `?` byte by byte, so that offsets stay.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text.into()
}

/// A position of which only the byte is known yet.
pub(super) fn byte(at: usize) -> Position {
    Position {
        byte: u32::try_from(at).unwrap_or(u32::MAX),
        ..Position::START
    }
}

/// Gives positions their line and column, in one pass whatever their number.
pub(super) fn place(text: &str, mut positions: Vec<&mut Position>) {
    positions.sort_by_key(|position| position.byte);
    let mut here = Position::START;
    let mut characters = text.char_indices().peekable();
    for position in positions {
        while let Some(&(at, character)) = characters.peek() {
            if u32::try_from(at).is_ok_and(|at| at >= position.byte) {
                break;
            }
            characters.next();
            if character == '\n' {
                here.line += 1;
                here.column = 1;
            } else if at > 0 || character != '\u{feff}' {
                here.column += 1;
            }
        }
        position.line = here.line;
        position.column = here.column;
    }
}

/// Whether a value has a variable or a placeholder of a template in it.
pub(super) fn has_variable(value: &str) -> bool {
    ["$", "{{", "{%", "<%", "%(", "%{", "@@", "__"]
        .iter()
        .any(|mark| value.contains(mark))
        || (value.starts_with('@') && value.ends_with('@') && value.len() > 2)
        || (value.starts_with('<') && value.ends_with('>'))
}

/// Whether a value looks like the path of a file with certificates or keys, for settings whose
/// name alone does not say it.
pub(super) fn is_material(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && MATERIAL
                .iter()
                .any(|known| known.eq_ignore_ascii_case(extension))
    })
}

const MATERIAL: [&str; 15] = [
    "ca-bundle",
    "cer",
    "cert",
    "chain",
    "crl",
    "crt",
    "der",
    "jks",
    "key",
    "keystore",
    "p12",
    "pem",
    "pfx",
    "pub",
    "truststore",
];

/// Lines, each with the offset of its first byte; without their end.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        (start, line.strip_suffix('\r').unwrap_or(line))
    })
}

/// Logical lines, where a backslash at the end joins the next; it becomes a space, and so does
/// the end of the line, so that offsets stay.
pub(super) fn joined(text: &str) -> impl Iterator<Item = (usize, Cow<'_, str>)> {
    let mut lines = lines(text).peekable();
    std::iter::from_fn(move || {
        let (start, first) = lines.next()?;
        let Some(mut stem) = first.strip_suffix('\\') else {
            return Some((start, Cow::Borrowed(first)));
        };
        let mut whole = String::new();
        loop {
            whole.push_str(stem);
            let Some((next, line)) = lines.next() else {
                break;
            };
            while start + whole.len() < next {
                whole.push(' ');
            }
            let Some(more) = line.strip_suffix('\\') else {
                whole.push_str(line);
                break;
            };
            stem = more;
        }
        Some((start, Cow::Owned(whole)))
    })
}

/// How quotes work in a language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoting {
    /// Whether `'` quotes as `"` does.
    pub(super) single: bool,
    /// Which characters a backslash takes as they are, outside quotes too; before others it stays.
    /// The empty text is all characters; none is for languages in which it means nothing.
    pub(super) escape: Option<&'static str>,
    /// What begins a comment at the start of a word.
    pub(super) comment: Option<char>,
}

/// The words of a line that begins at `start`.
pub(super) fn words(line: &str, start: usize, quoting: Quoting) -> Vec<Word> {
    let mut words = Vec::new();
    let mut characters = line.char_indices().peekable();
    while let Some(&(at, character)) = characters.peek() {
        if character.is_whitespace() {
            characters.next();
            continue;
        }
        if quoting.comment == Some(character) {
            break;
        }
        let mut word = Word {
            text: String::new(),
            start: start + at,
            end: start + line.len(),
        };
        let mut quote = None;
        while let Some(&(at, character)) = characters.peek() {
            if quote.is_none() && character.is_whitespace() {
                word.end = start + at;
                break;
            }
            characters.next();
            match character {
                '\\' if quoting.escape.is_some() && quote != Some('\'') => {
                    let Some((_, next)) = characters.next() else {
                        continue;
                    };
                    let known = quoting.escape.unwrap_or_default();
                    if !known.is_empty() && !known.contains(next) {
                        word.text.push('\\');
                    }
                    word.text.push(next);
                }
                _ if quote == Some(character) => quote = None,
                '"' if quote.is_none() => quote = Some('"'),
                '\'' if quote.is_none() && quoting.single => quote = Some('\''),
                _ => word.text.push(character),
            }
        }
        words.push(word);
    }
    words
}

/// The part of a line behind `name`, `=` or `:` and blanks, with its place, and the name before.
pub(super) fn setting(line: &str, start: usize, separator: char) -> Option<(&str, Word)> {
    let (name, value) = line.split_once(separator)?;
    let blank = value.len() - value.trim_start().len();
    let text = value.trim();
    let first = start + name.len() + separator.len_utf8() + blank;
    Some((
        name.trim(),
        Word {
            text: text.to_owned(),
            start: first,
            end: first + text.len(),
        },
    ))
}

/// A value without the quotes around it, if it has some.
pub(super) fn unquoted(word: &Word) -> Word {
    for quote in ['"', '\''] {
        if let Some(inner) = word
            .text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return word.with(inner);
        }
    }
    word.clone()
}

/// Of settings under equal keys the last, which is the one that counts, in the order of the file.
pub(super) fn latest<K: Ord>(settings: Vec<(K, Word)>) -> Vec<(K, Word)> {
    let mut last = BTreeMap::new();
    for (key, value) in settings {
        last.insert(key, value);
    }
    let mut settings: Vec<(K, Word)> = last.into_iter().collect();
    settings.sort_by_key(|(_, value)| value.start);
    settings
}
