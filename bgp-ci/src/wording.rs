//! How findings count and list things, so that a fleet of hundreds still makes one line.

use std::fmt::Display;

/// Characters of a sentence that says what a file holds.
const LONGEST: usize = 500;

/// A sentence with names from a file, cut where a file makes it longer than anybody reads.
pub fn brief(sentence: &str) -> String {
    match sentence.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", sentence.get(..at).unwrap_or_default()),
        None => sentence.to_owned(),
    }
}

/// Names listed before the rest is counted.
const LISTED: usize = 8;

/// `ams, fra and iad`; `nowhere` as `none` says; after eight names `and 20 more`.
pub fn list<T: Display>(names: impl IntoIterator<Item = T>, none: &str) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    match names.as_slice() {
        [] => none.to_owned(),
        [only] => only.clone(),
        [first @ .., last] if names.len() <= LISTED => {
            format!("{} and {last}", first.join(", "))
        }
        _ => {
            let (shown, rest) = names.split_at(LISTED);
            format!("{} and {} more", shown.join(", "), rest.len())
        }
    }
}

/// `no site`, `1 site`, `4 sites`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {one}"),
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

/// Names as a JSON list.
pub fn json<T: Display>(names: impl IntoIterator<Item = T>) -> serde_json::Value {
    names
        .into_iter()
        .map(|name| serde_json::Value::String(name.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(list::<&str>([], "nowhere"), "nowhere");
        assert_eq!(list(["ams"], ""), "ams");
        assert_eq!(list(["ams", "fra", "iad"], ""), "ams, fra and iad");
        assert_eq!(list(1..=8, ""), "1, 2, 3, 4, 5, 6, 7 and 8");
        assert_eq!(list(1..=10, ""), "1, 2, 3, 4, 5, 6, 7, 8 and 2 more");
    }

    #[test]
    fn counts_agree_in_number() {
        assert_eq!(count(0, "site", "sites"), "no site");
        assert_eq!(count(1, "site", "sites"), "1 site");
        assert_eq!(count(2, "site", "sites"), "2 sites");
    }
}
