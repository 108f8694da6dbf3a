//! OpenSSH certificates: lines of a text.

use std::collections::BTreeMap;

use rules::Position;

use super::{Inside, Kind, Material, Piece, What};
use crate::ssh;

/// The certificates in a text; `None` where there is none. Lines that name authorities do not
/// expire.
pub(super) fn read(bytes: &[u8]) -> Option<Material> {
    let entries: BTreeMap<u32, ssh::What> = ssh::entries(bytes)
        .into_iter()
        .map(|entry| (entry.line, entry.what))
        .collect();
    if entries.is_empty() {
        return None;
    }
    let mut material = Material {
        container: is_alone(bytes, entries.len()),
        ..Material::default()
    };
    let mut offset = 0;
    for (number, line) in (1..).zip(bytes.split_inclusive(|&byte| byte == b'\n')) {
        let (start, end) = span(number, offset, line)?;
        offset += line.len();
        let what = match entries.get(&number) {
            Some(ssh::What::Certificate(blob)) => What::Other(Kind::Ssh, blob.clone()),
            Some(ssh::What::Broken) if material.container => {
                What::Broken("its OpenSSH certificate cannot be read".to_owned())
            }
            _ => continue,
        };
        material.pieces.push(Piece {
            start,
            end,
            inside: Inside::default(),
            what,
        });
    }
    (!material.pieces.is_empty()).then_some(material)
}

/// Whether every line that says something is an entry: what cannot be read then is a defect.
fn is_alone(bytes: &[u8], entries: usize) -> bool {
    let lines = bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let said = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    said.count() == entries
}

/// Where a line begins and ends.
fn span(number: u32, offset: usize, line: &[u8]) -> Option<(Position, Position)> {
    let text = line.trim_ascii_end();
    let columns = String::from_utf8_lossy(text).chars().count();
    let position = |column: usize, byte: usize| {
        Some(Position {
            line: number,
            column: u32::try_from(column).ok()?,
            byte: u32::try_from(byte).ok()?,
        })
    };
    let start = position(1, offset)?;
    Some((start, position(columns + 1, offset + text.len())?))
}
