//! What stands on lines of its own: OpenSSH's certificates.

use memchr::memmem;
use rules::Position;

use crate::ssh;

use super::{Inside, Kind, Material, Piece, What};

/// What the kind of every certificate ends with.
const MARK: &[u8] = b"-cert-v01@openssh.com";

/// Adds the certificates on the lines of `bytes`.
pub(super) fn read(bytes: &[u8], path: &str, material: &mut Material) {
    if memmem::find(bytes, MARK).is_none() {
        return;
    }
    let is_ours = is_named(path);
    let mut found = false;
    for entry in ssh::entries(bytes) {
        let what = match entry.what {
            ssh::What::Certificate(blob) => What::Other(Kind::Ssh, blob),
            // What is trusted does not expire.
            ssh::What::Authority { .. } => continue,
            ssh::What::Broken if is_ours => {
                material.container = true;
                What::Broken("its line is no OpenSSH certificate that can be read".to_owned())
            }
            ssh::What::Broken => {
                material.doubtful += 1;
                continue;
            }
        };
        found = true;
        let place = |byte: usize| Position {
            line: entry.line,
            column: column(bytes, byte),
            byte: u32::try_from(byte).unwrap_or(u32::MAX),
        };
        material.pieces.push(Piece {
            start: place(entry.at.start),
            end: place(entry.at.end),
            inside: Inside::default(),
            what,
        });
    }
    if found {
        material.container |= is_ours;
        material.pieces.sort_by_key(|piece| piece.start);
    }
}

/// The column (from 1) of a byte, in Unicode scalar values; what is not UTF-8 counts as one each.
fn column(bytes: &[u8], byte: usize) -> u32 {
    let before = bytes.get(..byte).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let lead = before.get(start..).unwrap_or_default();
    let characters: usize = lead
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum();
    u32::try_from(characters + 1).unwrap_or(u32::MAX)
}

/// Whether the name says that the file is OpenSSH's, so that it must be readable.
fn is_named(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.ends_with("-cert.pub") || name == "authorized_keys" || name.ends_with("known_hosts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_a_defect_where_the_name_says_so() {
        let line = b"# hosts\n  ssh-rsa-cert-v01@openssh.com AAAAC3Nz web\n";
        let mut material = Material::default();
        read(line, "etc/ssh/id-cert.pub", &mut material);
        let [piece] = material.pieces.as_slice() else {
            panic!("{material:?}");
        };
        assert!(matches!(piece.what, What::Broken(_)));
        assert_eq!(
            (piece.start.line, piece.start.column, piece.start.byte),
            (2, 3, 10)
        );
        assert_eq!((piece.end.column, material.container), (31, true));
        let mut material = Material::default();
        read(line, "README", &mut material);
        assert_eq!((material.pieces.len(), material.doubtful), (0, 1));
    }
}
