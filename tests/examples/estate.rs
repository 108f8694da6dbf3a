//! Writes a generated estate: `cargo run -p testkit --example estate -- FOLDER PYTHON`; with a
//! number instead of the python, so many files of a server certificate and its issuer.

use std::path::Path;

use testkit::estate;

fn main() {
    let mut args = std::env::args_os().skip(1);
    let folder = args.next().expect("a folder to write to");
    let second = args.next().expect("a python, or a number");
    let folder = Path::new(&folder);
    match second.to_str().and_then(|count| count.parse().ok()) {
        Some(count) => estate::fleet(folder, count),
        None => drop(estate::build(folder, Path::new(&second))),
    }
}
