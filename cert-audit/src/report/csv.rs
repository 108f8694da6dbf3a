//! One row an artifact, for spreadsheets.
//!
//! Every cell is quoted, hidden characters are shown as `\u{…}`, and a cell that a spreadsheet
//! would compute begins with an apostrophe. The columns are those of [`COLUMNS`]; new ones come
//! last. What reads programs should read `jsonl`, which changes no text.

use rules::report::escape;

use crate::v1::{Artifact, Inventory};

/// The columns: the fields of `cert-audit.inventory/v1`. `sans` are separated by blanks, `places`
/// and `consumers` by `; `; `copies` counts the places, `path` and `place` are the first of them.
pub(crate) const COLUMNS: [&str; 25] = [
    "sha256",
    "kind",
    "subject",
    "issuer",
    "serial",
    "not_before",
    "not_after",
    "effective_served",
    "effective_best_path",
    "binding_sha256",
    "is_ca",
    "class",
    "owner",
    "source",
    "path",
    "place",
    "role",
    "copies",
    "places",
    "consumers",
    "sans",
    "key_algorithm",
    "key_bits",
    "signature_algorithm",
    "ari",
];

/// The whole table.
pub(crate) fn render(inventory: &Inventory) -> String {
    let mut table = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    table
        .write_record(COLUMNS)
        .expect("writing to memory cannot fail");
    for artifact in &inventory.artifacts {
        table
            .write_record(row(artifact).map(|cell| defused(&cell)))
            .expect("every row is as long as the first");
    }
    let bytes = table.into_inner().expect("writing to memory cannot fail");
    String::from_utf8(bytes).expect("what is written is text")
}

fn row(artifact: &Artifact) -> [String; COLUMNS.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let effective = artifact.effective.as_ref();
    let first = artifact.occurrences.first();
    let places: Vec<String> = artifact
        .occurrences
        .iter()
        .map(|occurrence| match occurrence.place.as_str() {
            "" => occurrence.path.clone(),
            place => format!("{} ({place})", occurrence.path),
        })
        .collect();
    let consumers: Vec<String> = artifact
        .consumers
        .iter()
        .map(|consumer| {
            let (path, line) = (&consumer.path, consumer.line);
            format!("{} {path}:{line} {}", consumer.software, consumer.directive)
        })
        .collect();
    let key = artifact.key.as_ref();
    [
        artifact.sha256.clone(),
        artifact.kind.as_str().to_owned(),
        text(&artifact.subject),
        text(&artifact.issuer),
        text(&artifact.serial),
        text(&artifact.not_before),
        text(&artifact.not_after),
        effective
            .and_then(|all| all.served.clone())
            .unwrap_or_default(),
        effective
            .and_then(|all| all.best_path.clone())
            .unwrap_or_default(),
        effective.map(|all| all.binding.clone()).unwrap_or_default(),
        artifact
            .is_ca
            .map(|is_ca| is_ca.to_string())
            .unwrap_or_default(),
        artifact
            .class
            .map(|class| class.as_str().to_owned())
            .unwrap_or_default(),
        text(&artifact.owner),
        first.map(|first| first.source.clone()).unwrap_or_default(),
        first.map(|first| first.path.clone()).unwrap_or_default(),
        first.map(|first| first.place.clone()).unwrap_or_default(),
        first
            .and_then(|first| first.role.clone())
            .unwrap_or_default(),
        artifact.occurrences.len().to_string(),
        places.join("; "),
        consumers.join("; "),
        artifact.sans.join(" "),
        key.map(|key| key.algorithm.clone()).unwrap_or_default(),
        key.and_then(|key| key.bits)
            .map(|bits| bits.to_string())
            .unwrap_or_default(),
        text(&artifact.signature_algorithm),
        text(&artifact.ari),
    ]
}

/// A cell that no spreadsheet computes and no terminal obeys.
fn defused(cell: &str) -> String {
    let text = escape::text(cell);
    // The wide forms are computed too, where a keyboard writes them; a tab or a line's end in
    // front is an escape by now, and those of blanks are taken away by some.
    let formula = [
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ];
    let was_control = cell.starts_with(['\t', '\r', '\n']);
    if was_control || text.trim_start().starts_with(formula) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_computed() {
        for (cell, shown) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            (" =1", "' =1"),
            ("+1", "'+1"),
            ("-80", "'-80"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\\t=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("a=b", "a=b"),
            ("", ""),
            ("a\u{1b}[31m", "a\\u{1b}[31m"),
        ] {
            assert_eq!(defused(cell), shown);
        }
    }
}
