//! Paths of certificates, held against what others say of the same certificates.

mod breaks;
mod command;
mod graphs;
mod openssl;
mod pkits;
mod properties;
mod signatures;
mod webpki;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use cert_audit::chain::rules::Question;
use cert_audit::instant::Instant;

/// What openssl says of certificates, by their paths: `None` where it holds, else its reason.
///
/// One process for all of them: it goes on behind a certificate that does not hold.
fn openssl_verify(
    certificates: &[String],
    trusted: &Path,
    untrusted: Option<&Path>,
    options: &[&str],
) -> BTreeMap<String, Option<String>> {
    let mut command = Command::new("openssl");
    command
        .args(["verify", "-no-CAfile", "-no-CApath", "-no-CAstore"])
        .args(options)
        .arg("-trusted")
        .arg(trusted);
    if let Some(untrusted) = untrusted {
        command.arg("-untrusted").arg(untrusted);
    }
    let ran = command.args(certificates).output().expect("openssl runs");
    let (good, bad) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    let mut said = BTreeMap::new();
    for line in good.lines() {
        if let Some(path) = line.strip_suffix(": OK") {
            said.insert(path.to_owned(), None);
        }
    }
    // The reason stands before the path it belongs to.
    let mut reason = String::new();
    for line in bad.lines() {
        if let Some(path) = line
            .strip_prefix("error ")
            .and_then(|line| line.strip_suffix(": verification failed"))
        {
            said.insert(path.to_owned(), Some(std::mem::take(&mut reason)));
        } else if line.starts_with("error ") && reason.is_empty() {
            line.clone_into(&mut reason);
        }
    }
    assert_eq!(said.len(), certificates.len(), "{bad}");
    said
}

fn instant(text: &str) -> Instant {
    Instant::of_timestamp(text.parse().expect("a timestamp"))
}

fn question(at: Instant) -> Question {
    Question {
        at,
        name: None,
        usage: None,
        anchor_expires: true,
    }
}
