//! What others' tools make and print, for the tests that hold ours against them.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use cert_audit::certificate::Fingerprint;
use cert_audit::container::{Object, Opened};
use cert_audit::pem::{self, Label};
use tempfile::TempDir;

/// Runs a tool in `folder` and returns what it prints; where it fails, what it says.
pub(super) fn ran(folder: &Path, line: &[&str]) -> Result<Vec<u8>, String> {
    let (program, args) = line.split_first().expect("a program");
    let ran = Command::new(program)
        .args(args)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    if ran.status.success() {
        Ok(ran.stdout)
    } else {
        Err(String::from_utf8_lossy(&ran.stderr).into_owned()
            + &String::from_utf8_lossy(&ran.stdout))
    }
}

/// As `ran`, for a line without spaces in its words.
pub(super) fn run(folder: &Path, line: &str) -> Vec<u8> {
    let words: Vec<&str> = line.split_whitespace().collect();
    ran(folder, &words).unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// The certificates in a text, in order.
pub(super) fn printed(text: &[u8]) -> Vec<Vec<u8>> {
    pem::blocks(text)
        .filter(|block| block.label == Label::Certificate)
        .map(|block| block.content.unwrap())
        .collect()
}

pub(super) fn certificates(opened: &Opened) -> Vec<Vec<u8>> {
    opened
        .items
        .iter()
        .filter_map(|item| match &item.what {
            Object::Certificate(der) => Some(der.clone()),
            _ => None,
        })
        .collect()
}

/// A root, an intermediate and a leaf, made once: `root.pem`, `middle.pem`, `leaf.pem`, and the
/// keys beside them.
pub(super) fn minted() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        for (name, kind) in [
            ("root", "rsa_keygen_bits:2048"),
            ("middle", "ec_paramgen_curve:P-384"),
            ("leaf", "ec_paramgen_curve:P-256"),
        ] {
            let algorithm = if kind.starts_with("rsa") { "RSA" } else { "EC" };
            run(at, &format!("openssl genpkey -algorithm {algorithm} -pkeyopt {kind} -out {name}.key"));
        }
        run(at, "openssl req -x509 -key root.key -subj /CN=Root -days 3650 -out root.pem");
        for (name, issuer, extensions) in [
            ("middle", "root", "basicConstraints=critical,CA:TRUE"),
            ("leaf", "middle", "subjectAltName=DNS:api.example"),
        ] {
            std::fs::write(at.join("extensions"), extensions).unwrap();
            run(at, &format!("openssl req -new -key {name}.key -subj /CN={name} -out {name}.csr"));
            run(at, &format!(
                "openssl x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial -days 90 -extfile extensions -out {name}.pem"
            ));
        }
        let chain = ["middle.pem", "root.pem"].map(|name| std::fs::read(at.join(name)).unwrap());
        std::fs::write(at.join("chain.pem"), chain.concat()).unwrap();
        let leaf = std::fs::read(at.join("leaf.pem")).unwrap();
        std::fs::write(at.join("all.pem"), [leaf, chain.concat()].concat()).unwrap();
        folder
    });
    folder.path()
}

/// The digest of a key's public half, by openssl.
pub(super) fn spki(folder: &Path, key: &str) -> Option<Fingerprint> {
    let line = [
        "openssl",
        "pkey",
        "-in",
        key,
        "-passin",
        "pass:secret",
        "-pubout",
        "-outform",
        "DER",
    ];
    Some(Fingerprint::of(&ran(folder, &line).ok()?))
}

/// An element in DER.
pub(super) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let octets: Vec<u8> = length.into_iter().skip_while(|&octet| octet == 0).collect();
    let mut element = vec![tag];
    match octets[..] {
        [] => element.push(0),
        [short @ 0..0x80] => element.push(short),
        _ => {
            element.push(0x80 | u8::try_from(octets.len()).unwrap());
            element.extend(octets);
        }
    }
    [element, content].concat()
}
