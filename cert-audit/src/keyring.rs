//! Passwords of keystores, from where the policy says that they are.
//!
//! They are read only for a policy that lies outside the tree that is judged: a pull request must
//! not read variables or files of the machine that judges it.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use rules::Undecided;
use rules::tool::Input;

use crate::args::Args;
use crate::policy::{PasswordRow, Policy, Section};

/// Most bytes of a password.
const LONGEST: u64 = 64 << 10;

/// Passwords, and for which files they are.
#[derive(Default)]
pub struct Keyring {
    rows: Vec<(PasswordRow, Vec<u8>)>,
    prefix: String,
    /// Why there are none although the policy names some; for the reason of what stays locked.
    pub refused: Option<&'static str>,
    /// Passwords that the policy names and that are not there.
    pub undecided: Vec<Undecided>,
}

impl Keyring {
    /// Reads what the policy names.
    pub fn of(policy: &Policy, input: &Input<'_, Section, Args>) -> Self {
        let mut keyring = Self {
            prefix: input.policy_prefix.to_owned(),
            ..Self::default()
        };
        if policy.passwords.is_empty() {
            return keyring;
        }
        if !input.policy_outside {
            keyring.refused = Some(
                "the policy's `passwords` are not used, because the policy lies in the tree that \
                 is judged: give it with `--config` from outside",
            );
            return keyring;
        }
        for row in &policy.passwords {
            match password(row, input) {
                Ok(password) => keyring.rows.push((row.clone(), password)),
                Err(reason) => keyring.undecided.push(Undecided {
                    path: row.span.path.clone(),
                    at: Some(row.span.start),
                    reason,
                }),
            }
        }
        keyring
    }

    /// The passwords to try for the file that reports show as `path`.
    pub fn passwords_for(&self, path: &str) -> Vec<&[u8]> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let path = format!("{}{path}", self.prefix);
        self.rows
            .iter()
            .filter(|(row, _)| row.is_for(&path))
            .map(|(_, password)| password.as_slice())
            .collect()
    }
}

fn password(row: &PasswordRow, input: &Input<'_, Section, Args>) -> Result<Vec<u8>, String> {
    if let Some(name) = &row.entry.env {
        let value = input.env.get(name);
        return value
            .map(|value| value.clone().into_bytes())
            .ok_or_else(|| {
                format!("the variable `{name}`, which should hold a password, is not set")
            });
    }
    let path = match (&row.entry.file, row.entry.fd) {
        (Some(file), _) => input.policy_folder.unwrap_or(&input.scope.root).join(file),
        (None, Some(fd)) => PathBuf::from(format!("/dev/fd/{fd}")),
        (None, None) => return Err("this entry names no source of a password".to_owned()),
    };
    let mut password = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LONGEST).read_to_end(&mut password))
        .map_err(|error| format!("cannot read the password: {}", error.kind()))?;
    // As editors end a file.
    if password.ends_with(b"\n") {
        password.pop();
    }
    if password.ends_with(b"\r") {
        password.pop();
    }
    Ok(password)
}
