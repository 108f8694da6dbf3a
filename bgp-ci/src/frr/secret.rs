//! Passwords and keys in clear text: where they stand, never what they are.
//!
//! They are looked for in the lines and not among the commands, so that one that is not read, or
//! belongs to another daemon, is found as well.

use crate::model::secret::is_placeholder;
use crate::place::{FileId, Place, Sources};
use crate::router::Secret;

/// The words before a secret, where `*` is any word and the first of them says what it guards.
const COMMANDS: [&[&str]; 9] = [
    &["neighbor", "*", "password"],
    &["password"],
    &["enable", "password"],
    &["key-string"],
    &["area-password", "clear"],
    &["domain-password", "clear"],
    &["isis", "password", "clear"],
    &["ip", "ospf", "authentication-key"],
    &["ip", "ospf", "message-digest-key", "*", "md5"],
];

/// Every secret of the files, in their order.
pub(super) fn find(sources: &Sources) -> Vec<Secret> {
    let mut found = Vec::new();
    for (file, _, text) in sources.files() {
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            found.extend(of_line(file, start, line));
            start += line.len();
        }
    }
    found
}

fn of_line(file: FileId, start: usize, line: &str) -> Option<Secret> {
    let (words, rest) = COMMANDS.iter().find_map(|command| {
        let mut words = Vec::new();
        let mut rest = line.trim_start();
        for wanted in *command {
            let end = rest.find(char::is_whitespace)?;
            let (word, after) = rest.split_at_checked(end)?;
            if *wanted != "*" && *wanted != word {
                return None;
            }
            words.push(word);
            rest = after.trim_start_matches([' ', '\t']);
        }
        Some((words, rest))
    })?;
    let value = rest.trim_end();
    if is_placeholder(value) {
        return None;
    }
    let at = start + (line.len() - rest.len());
    let of = match &*words {
        ["neighbor", name, ..] => *name,
        ["password"] => "vty",
        words => words.first().copied()?,
    };
    Some(Secret {
        place: Place {
            file,
            start: u32::try_from(at).ok()?,
            end: u32::try_from(at + value.len()).ok()?,
        },
        of: of.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_in_lines() {
        let text = "password vty secret\nenable password 8 hash\r\nrouter bgp 64500\n \
                    neighbor 192.0.2.1 remote-as 64501\n neighbor 192.0.2.1 password hunter 2 \n \
                    no neighbor 192.0.2.1 password\n neighbor edge password {{ vault }}\n\
                    ! neighbor edge password old\nservice password-encryption\n\
                    interface eth0\n ip ospf message-digest-key 1 md5 key\n";
        let mut sources = Sources::default();
        sources.add("frr.conf".into(), text.into());
        let found: Vec<(String, String)> = find(&sources)
            .iter()
            .map(|secret| {
                let text = sources.text(secret.place);
                (secret.of.to_string(), text.to_owned())
            })
            .collect();
        let expected = [
            ("vty", "vty secret"),
            ("enable", "8 hash"),
            ("192.0.2.1", "hunter 2"),
            ("ip", "key"),
        ];
        let expected = expected.map(|(of, text)| (of.to_owned(), text.to_owned()));
        assert_eq!(found, expected);
    }
}
