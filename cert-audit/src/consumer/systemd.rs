//! systemd: command lines, credentials and variables of units, and files of variables.
//!
//! From systemd.service(5) and systemd.exec(5): paths are absolute, a backslash continues a line,
//! `$NAME` and `${NAME}` stand for variables, `%d` for the folder of credentials.

use std::collections::BTreeMap;

use super::flags::{self, Setting};
use super::text::{self, Quoting, Word};
use super::{Base, Build, Kind, Role, row};

/// Settings with a command line.
const COMMANDS: [&str; 8] = [
    "ExecCondition",
    "ExecReload",
    "ExecStart",
    "ExecStartPost",
    "ExecStartPre",
    "ExecStop",
    "ExecStopPost",
    "ExecStartPreEx",
];

const QUOTING: Quoting = Quoting {
    single: true,
    escape: Some(""),
    comment: None,
};

/// Most variables that are replaced.
const MOST_VARIABLES: usize = 256;

/// Reads a unit or a drop-in of one.
pub(super) fn unit(text: &str, _path: &str, build: &mut Build) {
    let mut commands = Vec::new();
    let mut variables: Vec<Setting> = Vec::new();
    for (start, line) in text::joined(text) {
        if line.trim_start().starts_with(['#', ';', '[']) {
            continue;
        }
        let Some((name, value)) = text::setting(&line, start, '=') else {
            continue;
        };
        if COMMANDS.contains(&name) {
            commands.push((name.to_owned(), value));
            continue;
        }
        match name {
            "Environment" => {
                for word in text::words(&value.text, value.start, QUOTING) {
                    variables.extend(assignment(&word));
                }
            }
            "EnvironmentFile" => {
                let file = value.text.trim_start_matches('-');
                build.include(&value.with(file), Base::Process);
            }
            "LoadCredential" | "LoadCredentialEncrypted" => credential(name, &value, build),
            _ => {}
        }
    }
    let known: BTreeMap<&str, &str> = variables
        .iter()
        .take(MOST_VARIABLES)
        .map(|(name, value)| (name.as_str(), value.text.as_str()))
        .collect();
    for (name, command) in commands {
        let mut words = text::words(&command.text, command.start, QUOTING);
        for word in &mut words {
            expand(word, &known);
        }
        if let Some(first) = words.first_mut() {
            first.text = first
                .text
                .trim_start_matches(['@', '-', ':', '+', '!', '|'])
                .to_owned();
        }
        flags::refer(&flags::of_command(&words), build, |reference| {
            reference.directive = format!("{name} --{}", reference.directive);
        });
    }
    for (_, value) in &mut variables {
        expand(value, &BTreeMap::new());
    }
    flags::refer(&variables, build, |reference| {
        reference.directive = format!("Environment {}", reference.directive);
    });
}

/// Reads a file of environment variables: a unit's, a shell's, a container's.
pub(super) fn environment(text: &str, _path: &str, build: &mut Build) {
    let mut variables = Vec::new();
    for (start, line) in text::lines(text) {
        let trimmed = line.trim_start();
        let at = start + (line.len() - trimmed.len());
        if trimmed.starts_with(['#', ';']) {
            continue;
        }
        let (bare, at) = match trimmed.strip_prefix("export ") {
            Some(bare) => (bare, at + "export ".len()),
            None => (trimmed, at),
        };
        let Some((name, value)) = text::setting(bare, at, '=') else {
            continue;
        };
        let value = text::unquoted(&value);
        // Daemons' defaults are often a whole command line in one variable.
        if value.text.starts_with('-') && value.text.contains(' ') {
            let mut words = vec![Word::default()];
            words.extend(text::words(&value.text, value.start, QUOTING));
            flags::refer(&flags::of_command(&words), build, |reference| {
                reference.directive = format!("{name} --{}", reference.directive);
            });
            continue;
        }
        variables.push((name.to_owned(), value));
    }
    let variables: Vec<Setting> = text::latest(variables);
    flags::refer(&variables, build, |_| {});
}

/// `NAME=value`.
fn assignment(word: &Word) -> Option<Setting> {
    let (name, value) = word.text.split_once('=')?;
    // The quote, if there is one, stands before the name.
    let quote = usize::from(word.end - word.start > word.text.len());
    let value = Word {
        text: value.to_owned(),
        start: (word.start + quote + name.len() + 1).min(word.end),
        end: word.end,
    };
    Some((name.to_owned(), value))
}

/// `ID:PATH`. It is ours if either of the two looks like material; other credentials are passwords.
fn credential(name: &str, value: &Word, build: &mut Build) {
    let Some((id, path)) = value.text.split_once(':') else {
        return;
    };
    if !path.starts_with('/') || !(text::is_material(id) || text::is_material(path)) {
        return;
    }
    let place = Word {
        text: path.to_owned(),
        start: value.end.saturating_sub(path.len()),
        end: value.end,
    };
    let mut place = place;
    expand(&mut place, &BTreeMap::new());
    build.refer(
        &format!("{name} {id}"),
        row("", Role::Unstated, Kind::Material),
        &place,
    );
}

/// Replaces the variables that the unit itself sets. What is left, and a specifier, make the value
/// one that says no path.
fn expand(word: &mut Word, known: &BTreeMap<&str, &str>) {
    if word.text.contains('$') && word.text.len() < 4096 {
        for (name, value) in known {
            let braced = format!("${{{name}}}");
            if word.text.contains(&braced) && word.text.len() < 65_536 {
                word.text = word.text.replace(&braced, value);
            }
            if word.text == format!("${name}") {
                (*value).clone_into(&mut word.text);
            }
        }
    }
    if word.text.contains('%') {
        // `%%` is a percent sign; `%i` and the like are known only to the running system.
        word.text = word
            .text
            .replace("%%", "\u{0}")
            .replace('%', "$%")
            .replace('\u{0}', "%");
    }
}
