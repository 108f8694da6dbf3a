//! Writes the certificates of the estate and of the fixtures: `cargo run -p testkit --example mint`.

#![expect(
    clippy::indexing_slicing,
    reason = "a development tool fails by panicking"
)]

#[path = "../it/certs/mint.rs"]
mod mint;

use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (path, bytes) in mint::files() {
        let file = root.join(path);
        let folder = file.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(&file, bytes).expect("the file can be written");
    }
}
