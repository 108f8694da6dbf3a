use std::sync::Arc;

use rules::{Certainty, Finding};

use crate::audit::Audit;
use crate::check::Check;
use crate::evidence;
use crate::exposure::Exposure;
use crate::inventory::{FileFacts, KeyHere};
use crate::name;
use crate::place;

rules::rule! {
    /// Reports a private key without a password that others than its server can read.
    ///
    /// ## Why
    /// Whoever has the key is the server. A key that git tracks is in every clone and in the
    /// history for good; a key that everybody on a machine may read is read by whatever runs there.
    ///
    /// In a git work tree it speaks of what git tracks, elsewhere of files that everybody may read,
    /// in folders that everybody may enter. Keys with a password, and keys in folders of fixtures,
    /// are not reported. In a file that is no certificate material, a program say, it is only
    /// *possible* where git tracks it, and nothing elsewhere. The key is never shown.
    ///
    /// ## Bad
    /// ```text
    /// deploy/tls/server.key: this private key has no password and is tracked by git
    /// ```
    ///
    /// ## Good
    /// The key is made where it is used, is readable by its server alone (mode 0600), and never
    /// leaves; what must travel is encrypted.
    ///
    /// ## Reference
    /// [RFC 5280 §8](https://www.rfc-editor.org/rfc/rfc5280#section-8): the protection of private
    /// keys is critical.
    pub EXPOSED_PRIVATE_KEY = { id: "exposed-private-key", level: Deny, since: "0.1.0" }
}

/// The check for [`EXPOSED_PRIVATE_KEY`].
pub(super) static CHECK: Check = Check {
    rule: &EXPOSED_PRIVATE_KEY,
    run,
};

/// Most other keys of a file that are shown.
const MOST_KEYS: usize = 16;

fn run(audit: &Audit<'_>) -> Vec<Finding> {
    audit
        .inventory
        .files
        .iter()
        .filter_map(|(path, file)| finding(audit, path, file))
        .collect()
}

fn finding(audit: &Audit<'_>, path: &Arc<str>, file: &FileFacts) -> Option<Finding> {
    let exposure = file.exposure?;
    // What cannot be read as a key may be a placeholder.
    let mut keys = file.keys.iter().filter(|held| held.key.is_readable());
    let first = keys.next()?;
    let assignment = audit.assignment(path);
    let level = EXPOSED_PRIVATE_KEY.level;
    let (how, help) = match exposure {
        Exposure::Tracked => (
            "is tracked by git",
            "take it out of the repository and its history, and replace the key: it has been \
             copied with every clone",
        ),
        Exposure::Readable => (
            "can be read by everybody on the machine",
            "let only its server read it (mode 0600), and replace the key if others have been on \
             the machine",
        ),
    };
    // In a program a key is a test's or an example's, however well it is set in a document there.
    let belongs = (file.container || !place::is_source(path))
        && evidence::is_material(file, Some(&first.occurrence.inside));
    // What everybody has with a program is no secret of this machine.
    if exposure == Exposure::Readable && !belongs {
        return None;
    }
    let mut finding = EXPOSED_PRIVATE_KEY
        .at(
            first.occurrence.span.clone(),
            format!("{} has no password and {how}", called(first)),
            &[path, &first.occurrence.ordinal.to_string()],
        )
        .with_level(assignment.level.map_or(level, |cap| level.min(cap)))
        .with_certainty(if belongs {
            Certainty::Proven
        } else {
            Certainty::Possible
        })
        .with_help(help);
    for held in keys.take(MOST_KEYS) {
        finding = finding.with_label(held.occurrence.span.clone(), "this key too");
    }
    if let Some((owner, _)) = &assignment.owner {
        finding = finding.with_note(format!("owner {}", name::cut(owner)));
    }
    Some(finding)
}

fn called(held: &KeyHere) -> String {
    match &held.occurrence.inside.place {
        Some(place) => format!("the private key at {}", name::cut(place)),
        None => "this private key".to_owned(),
    }
}
