//! Every signature that openssl can make: we say that it is good, or that we cannot tell; and never
//! that it is good when a bit of it is another.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use cert_audit::chain::link::Link;
use cert_audit::chain::{Answer, Verdict};

use super::graphs::pool;
use super::{instant, openssl_verify, question};

/// When they are asked for: openssl lets them begin now, and end in a hundred years.
const AT: &str = "2060-01-01T00:00:00Z";

/// A kind of key: its name here, how openssl makes one, and the kind of signature it makes.
struct Key {
    name: &'static str,
    make: &'static [&'static str],
    scheme: Scheme,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// PKCS#1 v1.5 and PSS.
    Rsa,
    /// The same with a few hashes: what is about the size of the key.
    Sized,
    /// PSS alone.
    Pss,
    Ecdsa,
    /// With a hash of its own.
    Pure,
    Dsa,
}

const fn key(name: &'static str, make: &'static [&'static str], scheme: Scheme) -> Key {
    Key { name, make, scheme }
}

const KEYS: &[Key] = &[
    key("rsa768", &["RSA", "rsa_keygen_bits:768"], Scheme::Sized),
    key("rsa1024", &["RSA", "rsa_keygen_bits:1024"], Scheme::Sized),
    key("rsa1031", &["RSA", "rsa_keygen_bits:1031"], Scheme::Rsa),
    key("rsa2047", &["RSA", "rsa_keygen_bits:2047"], Scheme::Sized),
    key("rsa2048", &["RSA", "rsa_keygen_bits:2048"], Scheme::Rsa),
    key(
        "rsa2049-3",
        &["RSA", "rsa_keygen_bits:2049", "rsa_keygen_pubexp:3"],
        Scheme::Sized,
    ),
    key("rsa3072", &["RSA", "rsa_keygen_bits:3072"], Scheme::Sized),
    key("pss", &["RSA-PSS", "rsa_keygen_bits:2048"], Scheme::Pss),
    key("p256", &["EC", "ec_paramgen_curve:P-256"], Scheme::Ecdsa),
    key("p384", &["EC", "ec_paramgen_curve:P-384"], Scheme::Ecdsa),
    key("p521", &["EC", "ec_paramgen_curve:P-521"], Scheme::Ecdsa),
    key(
        "secp256k1",
        &["EC", "ec_paramgen_curve:secp256k1"],
        Scheme::Ecdsa,
    ),
    key("p224", &["EC", "ec_paramgen_curve:P-224"], Scheme::Ecdsa),
    key(
        "brainpool",
        &["EC", "ec_paramgen_curve:brainpoolP256r1"],
        Scheme::Ecdsa,
    ),
    key("ed25519", &["ED25519"], Scheme::Pure),
    key("ed448", &["ED448"], Scheme::Pure),
    key("dsa", &["DSA", "dsa_paramgen_bits:1024"], Scheme::Dsa),
];

/// The hashes that openssl signs certificates with.
const HASHES: [&str; 12] = [
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha512-224",
    "sha512-256",
    "sha3-224",
    "sha3-256",
    "sha3-384",
    "sha3-512",
];

/// What is not verified: a key, or any (`*`), with a hash, or any. All else is.
const UNVERIFIABLE: &[(&str, &str)] = &[
    ("*", "md5"),
    ("*", "sha512-224"),
    ("*", "sha3-224"),
    ("p224", "*"),
    ("brainpool", "*"),
    ("ed448", "*"),
    ("dsa", "*"),
    ("p256", "sha224"),
    ("p256", "sha3-256"),
    ("p256", "sha3-384"),
    ("p256", "sha3-512"),
    ("p384", "sha1"),
    ("p384", "sha224"),
    ("p384", "sha3-256"),
    ("p384", "sha3-512"),
    ("p521", "sha3-256"),
    ("p521", "sha3-384"),
    ("secp256k1", "sha1"),
    ("secp256k1", "sha224"),
    ("secp256k1", "sha384"),
    ("secp256k1", "sha512"),
    ("secp256k1", "sha3-384"),
    ("secp256k1", "sha3-512"),
];

fn is_verified(key: &str, hash: &str) -> bool {
    let fits = |known: &str, name: &str| known == "*" || known == name;
    !UNVERIFIABLE
        .iter()
        .any(|(known, of)| fits(known, key) && fits(of, hash))
}

/// Runs openssl; whether it did what was asked.
fn openssl(folder: &Path, args: &[&str]) -> bool {
    let ran = Command::new("openssl")
        .args(args)
        .current_dir(folder)
        .output();
    ran.expect("openssl runs").status.success()
}

/// The signatures to make with a key: a name for each, its hash, and openssl's options.
fn signatures(scheme: Scheme) -> Vec<(String, &'static str, Vec<String>)> {
    let plain = |hash: &'static str| (hash.to_owned(), hash, vec![format!("-{hash}")]);
    let pss = |hash: &'static str, mask: &str, salt: &str| {
        let mut options = vec![format!("-{hash}")];
        for option in [
            "rsa_padding_mode:pss".to_owned(),
            format!("rsa_mgf1_md:{mask}"),
            format!("rsa_pss_saltlen:{salt}"),
        ] {
            options.extend(["-sigopt".to_owned(), option]);
        }
        (format!("{hash}-{mask}-{salt}"), hash, options)
    };
    let mut all = Vec::new();
    match scheme {
        Scheme::Pure => all.push(("own".to_owned(), "own", Vec::new())),
        Scheme::Ecdsa => all.extend(HASHES.map(plain)),
        Scheme::Dsa => all.extend(["sha1", "sha224", "sha256"].map(plain)),
        Scheme::Sized => {
            all.extend(["sha1", "sha256", "sha512"].map(plain));
            all.extend([
                pss("sha256", "sha256", "digest"),
                pss("sha384", "sha1", "max"),
            ]);
        }
        Scheme::Rsa | Scheme::Pss => {
            if scheme == Scheme::Rsa {
                all.extend(HASHES.map(plain));
            }
            for hash in ["sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256"] {
                for (mask, salt) in [(hash, "digest"), (hash, "max"), (hash, "0"), ("sha1", "7")] {
                    all.push(pss(hash, mask, salt));
                }
            }
        }
    }
    all
}

/// A certificate with one bit of its signature, or of what is signed, turned.
fn turned(der: &[u8], from_behind: usize) -> Vec<u8> {
    let mut turned = der.to_vec();
    let at = turned.len() - from_behind;
    turned[at] ^= 0x04;
    turned
}

#[test]
fn every_signature_that_openssl_makes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let run = |args: &[&str]| assert!(openssl(folder, args), "{args:?}");
    run(&["genpkey", "-algorithm", "ED25519", "-out", "leaf.key"]);
    run(&[
        "req", "-new", "-key", "leaf.key", "-subj", "/CN=leaf", "-out", "leaf.csr",
    ]);
    let mut leaves: BTreeMap<String, (bool, &Key)> = BTreeMap::new();
    let mut refused = 0;
    for key in KEYS {
        let (private, root) = (format!("{}.key", key.name), format!("{}.root", key.name));
        let mut make = vec!["genpkey", "-algorithm", key.make[0]];
        for option in &key.make[1..] {
            make.extend(["-pkeyopt", option]);
        }
        if key.scheme == Scheme::Dsa {
            make.extend(["-genparam", "-out", "dsa.params"]);
            run(&make);
            make = vec!["genpkey", "-paramfile", "dsa.params"];
        }
        make.extend(["-out", &private]);
        run(&make);
        let subject = format!("/CN={}", key.name);
        run(&[
            "req", "-x509", "-new", "-key", &private, "-subj", &subject, "-days", "36500", "-out",
            &root,
        ]);
        for (name, hash, options) in signatures(key.scheme) {
            let out = format!("{} {name}.der", key.name);
            let mut args = vec![
                "x509",
                "-req",
                "-in",
                "leaf.csr",
                "-CA",
                &root,
                "-CAkey",
                &private,
                "-set_serial",
                "1",
                "-days",
                "36500",
                "-outform",
                "DER",
                "-out",
                &out,
            ];
            args.extend(options.iter().map(String::as_str));
            if openssl(folder, &args) {
                leaves.insert(out, (is_verified(key.name, hash), key));
            } else {
                // The hash does not fit into the modulus.
                refused += 1;
            }
        }
    }
    assert!(leaves.len() > 150, "{} {refused}", leaves.len());
    check(folder, &leaves);
}

/// Holds each against what openssl says: as it was made, and with a bit turned.
fn check(folder: &Path, leaves: &BTreeMap<String, (bool, &Key)>) {
    let mut turned_ones = Vec::new();
    for leaf in leaves.keys() {
        let der = std::fs::read(folder.join(leaf)).unwrap();
        // In the signature; and in the public key, which is what is signed last in a certificate
        // without extensions.
        for (name, from_behind) in [("signature", 3), ("content", signature_and(&der, 3))] {
            let path = folder.join(format!("{leaf} {name}"));
            std::fs::write(&path, turned(&der, from_behind)).unwrap();
            turned_ones.push(path.to_str().unwrap().to_owned());
        }
    }
    let roots: Vec<u8> = KEYS
        .iter()
        .flat_map(|key| std::fs::read(folder.join(format!("{}.root", key.name))).unwrap())
        .collect();
    std::fs::write(folder.join("trusted"), roots).unwrap();
    let good: Vec<String> = leaves
        .keys()
        .map(|leaf| folder.join(leaf).to_str().unwrap().to_owned())
        .collect();
    let seconds = AT.parse::<jiff::Timestamp>().unwrap().as_second();
    let seconds = seconds.to_string();
    let verify =
        |all: &[String]| openssl_verify(all, &folder.join("trusted"), None, &["-attime", &seconds]);
    for (leaf, reason) in verify(&good) {
        // Those of the newer hashes it makes, and does not always know them again.
        let is_odd = leaf.contains(" sha3-") || leaf.contains(" sha512-2");
        assert!(reason.is_none() || is_odd, "{leaf}: {reason:?}");
    }
    for (leaf, reason) in verify(&turned_ones) {
        assert!(reason.is_some(), "{leaf}");
    }
    let asked = question(instant(AT));
    for (leaf, (is_verified, key)) in leaves {
        let text = std::fs::read(folder.join(format!("{}.root", key.name))).unwrap();
        let root = certificate(&text);
        let pool = pool(&[], &[root]);
        for (name, wanted) in [
            (leaf.clone(), Verdict::Valid),
            (format!("{leaf} signature"), Verdict::Invalid),
            (format!("{leaf} content"), Verdict::Invalid),
        ] {
            let der = std::fs::read(folder.join(&name)).unwrap();
            let link = Link::read(&der).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            let answer = Answer::of(&pool, &link, &asked);
            let wanted = if *is_verified {
                wanted
            } else {
                Verdict::Undecided
            };
            assert_eq!(answer.verdict, wanted, "{name}: {}", answer.reason);
        }
    }
}

/// How far from the end the byte is that lies so far before the end of what is signed: the
/// signature's algorithm and value stand behind it.
fn signature_and(der: &[u8], before: usize) -> usize {
    let length = |at: usize| match der[at + 1] {
        short @ ..0x80 => (2, usize::from(short)),
        long => {
            let count = usize::from(long & 0x7f);
            let bytes = &der[at + 2..at + 2 + count];
            let length = bytes
                .iter()
                .fold(0, |length, &byte| length << 8 | usize::from(byte));
            (2 + count, length)
        }
    };
    let outer = length(0).0;
    let (header, signed) = length(outer);
    der.len() - (outer + header + signed) + before
}

/// The certificate of a PEM file that openssl wrote.
fn certificate(text: &[u8]) -> Vec<u8> {
    let material = cert_audit::material::read(text, "root.pem", &[]);
    let piece = material.pieces.into_iter().next().unwrap();
    match piece.what {
        cert_audit::material::What::Certificate(der) => der,
        other => panic!("{other:?}"),
    }
}
