//! The committed certificates are those that the minting tool writes.

use testkit::tree;

use super::mint;

#[test]
fn the_committed_files_are_up_to_date() {
    for (path, bytes) in mint::files() {
        let committed = std::fs::read(tree::at(&path)).unwrap_or_default();
        assert!(
            committed == bytes,
            "{path} differs: run `cargo run -p testkit --example mint`"
        );
    }
}

/// Nobody should be tempted to deploy them: the one key that there is, is in an RFC.
#[test]
fn no_private_key_is_committed() {
    for path in mint::files().into_keys() {
        let text = std::fs::read(tree::at(&path)).unwrap();
        let text = String::from_utf8_lossy(&text);
        for block in text.split("-----BEGIN PRIVATE KEY-----").skip(1) {
            assert!(
                block.trim_start().starts_with(mint::rules::KNOWN_KEY),
                "{path}"
            );
        }
        assert!(!text.contains("RSA PRIVATE KEY"), "{path}");
        assert!(!text.contains("EC PRIVATE KEY"), "{path}");
    }
}
