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

/// Nobody should be tempted to deploy them.
#[test]
fn no_private_key_is_committed() {
    for path in mint::files().into_keys() {
        let text = std::fs::read(tree::at(&path)).unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains("PRIVATE KEY"), "{path}");
    }
}
