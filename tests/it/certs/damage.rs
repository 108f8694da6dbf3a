//! Keystores, keys and their like that are damaged, or that ask for more than they are worth.

use std::path::PathBuf;

use cert_audit::container::{self, Object, Opened, Trouble};
use cert_audit::crl::Crl;
use cert_audit::ocsp::Response;
use cert_audit::{key, ssh};

use super::artifacts::keys;
use super::hostile::{Numbers, mutant};
use super::oracles;
use super::tools::{element, minted, run};

const PASSWORDS: [&[u8]; 2] = [b"password", b"cryptography"];

/// Bytes of what came out.
fn size(opened: &Opened) -> usize {
    let sizes = opened.items.iter().map(|item| {
        // An alias is cut to what fits into a message.
        assert!(
            item.place
                .as_ref()
                .is_none_or(|place| place.chars().count() < 300)
        );
        match &item.what {
            Object::Certificate(der) | Object::Revocations(der) | Object::Response(der) => {
                der.len()
            }
            Object::Key(_) | Object::Request => 0,
        }
    });
    sizes.sum()
}

/// Looks at `bytes` with everything that reads such files.
fn look(bytes: &[u8]) {
    if let Some(opened) = container::open(bytes, &PASSWORDS) {
        assert!(size(&opened) <= bytes.len(), "more came out than is in it");
    }
    keys(bytes, &PASSWORDS);
    ssh::entries(bytes);
    Crl::read(bytes);
    Response::read(bytes);
    container::tell(bytes, &[]);
}

/// Files of the vectors that hold anything but certificates alone.
fn corpus() -> Vec<PathBuf> {
    let mut pkits = 0;
    let files = oracles::vectors().into_iter().filter(|path| {
        let shown = path.to_string_lossy();
        if shown.contains("PKITS_data/pkcs12") {
            pkits += 1;
            // They differ in little, and each takes thousands of rounds.
            return pkits % 16 == 0;
        }
        let folders = [
            "/pkcs12/",
            "/pkcs7/",
            "/ocsp/",
            "/crls/",
            "/OpenSSH/",
            "/PKCS8/",
            "_Serialization/",
            "/Ed25519/",
            "/X25519/",
            "/EC/",
        ];
        folders.iter().any(|folder| shown.contains(folder))
    });
    files.collect()
}

#[test]
fn mutants_of_keystores_and_keys() {
    let mut numbers = Numbers(0x2026_1123);
    let mut files = 0;
    for path in corpus() {
        let bytes = std::fs::read(&path).unwrap();
        if bytes.is_empty() || bytes.len() > 64 << 10 {
            continue;
        }
        files += 1;
        look(&bytes);
        for _ in 0..12 {
            look(&mutant(&bytes, &mut numbers));
        }
    }
    assert!(files > 300, "{files}");
}

/// A list of keystores and bundles that openssl and keytool make.
fn made() -> Vec<Vec<u8>> {
    let at = minted();
    let store = "-storepass password -keystore damage";
    run(
        at,
        "openssl pkcs12 -export -inkey leaf.key -in all.pem -out damage.p12 -passout pass:password -name web",
    );
    for kind in ["JKS", "JCEKS"] {
        let from = "-srckeystore damage.p12 -srcstoretype PKCS12 -srcstorepass password";
        let to =
            format!("-deststoretype {kind} -destkeystore damage.{kind} -deststorepass password");
        run(at, &format!("keytool -importkeystore {from} {to}"));
    }
    run(
        at,
        &format!(
            "keytool -genseckey -alias sealed -keyalg AES -keysize 128 -storetype JCEKS {store}.JCEKS"
        ),
    );
    run(
        at,
        "openssl cms -sign -signer leaf.pem -inkey leaf.key -certfile chain.pem -in leaf.csr -nodetach -stream -outform DER -out damage.cms",
    );
    run(
        at,
        "openssl crl2pkcs7 -nocrl -certfile all.pem -outform DER -out damage.p7b",
    );
    ["p12", "JKS", "JCEKS", "cms", "p7b"]
        .iter()
        .map(|kind| std::fs::read(at.join(format!("damage.{kind}"))).unwrap())
        .collect()
}

/// Every prefix of a container is none, or says that something is missing; mutants are no panic.
#[test]
fn every_prefix_says_so() {
    let mut numbers = Numbers(0x2026_1124);
    for bytes in made() {
        let whole = container::open(&bytes, &PASSWORDS).expect("a container");
        assert_eq!(whole.trouble, []);
        for end in 0..bytes.len() {
            match container::open(&bytes[..end], &PASSWORDS) {
                None => assert!(end < 40, "{end}"),
                Some(opened) => assert!(!opened.trouble.is_empty(), "{end}"),
            }
        }
        for _ in 0..400 {
            look(&mutant(&bytes, &mut numbers));
        }
    }
}

const DATA: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const ENCRYPTED_DATA: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 6];
/// 2^31 - 1, and 2^30.
const ROUNDS: &[u8] = &[2, 4, 0x7f, 0xff, 0xff, 0xff];
const COST: &[u8] = &[2, 4, 0x40, 0, 0, 0];

/// PBES2 with AES and this derivation.
fn pbes2(derivation: &[u8]) -> Vec<u8> {
    let cipher = element(
        0x30,
        &[
            &[0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 0x2a],
            &element(0x04, &[&[0; 16]]),
        ],
    );
    let parameters = element(0x30, &[derivation, &cipher]);
    element(
        0x30,
        &[
            &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13],
            &parameters,
        ],
    )
}

fn costly() -> [Vec<u8>; 2] {
    let salt = element(0x04, &[&[7; 8]]);
    let pbkdf2 = element(
        0x30,
        &[
            &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12],
            &element(0x30, &[&salt, ROUNDS]),
        ],
    );
    let scrypt = element(
        0x30,
        &[
            &[0x06, 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 11],
            &element(0x30, &[&salt, COST, &[2, 1, 8], &[2, 1, 1]]),
        ],
    );
    [pbes2(&pbkdf2), pbes2(&scrypt)]
}

/// A keystore with one encrypted part.
fn keystore(algorithm: &[u8], mac: &[u8]) -> Vec<u8> {
    let info = element(0x30, &[DATA, algorithm, &element(0x80, &[&[0; 32]])]);
    let encrypted = element(0x30, &[&[2, 1, 0], &info]);
    let content = element(0x30, &[ENCRYPTED_DATA, &element(0xa0, &[&encrypted])]);
    let safe = element(0x04, &[&element(0x30, &[&content])]);
    let safe = element(0x30, &[DATA, &element(0xa0, &[&safe])]);
    element(0x30, &[&[2, 1, 3], &safe, mac])
}

#[test]
fn the_price_is_looked_at_before() {
    for algorithm in costly() {
        let opened = container::open(&keystore(&algorithm, &[]), &[b"password"]).unwrap();
        assert!(
            matches!(opened.trouble[..], [Trouble::Costly(_)]),
            "{opened:?}"
        );
        let locked = element(0x30, &[&algorithm, &element(0x04, &[&[0; 32]])]);
        let facts = key::of_der(&locked, &[b"password"]).expect("a key");
        assert_eq!((facts.spki_sha256, facts.encrypted), (None, true));
    }
    // The integrity code alone.
    let digest = element(
        0x30,
        &[
            &element(0x30, &[&[0x06, 5, 0x2b, 0x0e, 3, 2, 0x1a], &[5, 0]]),
            &element(0x04, &[&[0; 20]]),
        ],
    );
    let mac = element(0x30, &[&digest, &element(0x04, &[&[7; 8]]), ROUNDS]);
    let empty = element(0x04, &[&element(0x30, &[])]);
    let safe = element(0x30, &[DATA, &element(0xa0, &[&empty])]);
    let keystore = element(0x30, &[&[2, 1, 3], &safe, &mac]);
    let opened = container::open(&keystore, &[b"password"]).unwrap();
    assert!(
        matches!(opened.trouble[..], [Trouble::Costly(_)]),
        "{opened:?}"
    );
}

/// Many parts that are each cheap enough are not cheap together.
#[test]
fn prices_add_up() {
    // 2^20 rounds a key, by the derivation of PKCS#12.
    let parameters = element(0x30, &[&element(0x04, &[&[7; 8]]), &[2, 3, 0x10, 0, 0]]);
    let algorithm = element(
        0x30,
        &[
            &[0x06, 10, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1, 3],
            &parameters,
        ],
    );
    let key = element(0x30, &[&algorithm, &element(0x04, &[&[0; 32]])]);
    let bag = [
        0x06, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 2,
    ];
    let bag = element(0x30, &[&bag, &element(0xa0, &[&key])]);
    let bags = element(0x04, &[&element(0x30, &[&bag.repeat(10_000)])]);
    let content = element(0x30, &[DATA, &element(0xa0, &[&bags])]);
    let safe = element(0x04, &[&element(0x30, &[&content])]);
    let safe = element(0x30, &[DATA, &element(0xa0, &[&safe])]);
    let opened = container::open(&element(0x30, &[&[2, 1, 3], &safe]), &[]).unwrap();
    assert_eq!(opened.items.len(), 10_000);
    assert!(
        opened
            .items
            .iter()
            .all(|item| matches!(&item.what, Object::Key(facts) if facts.encrypted))
    );
}

/// Safes within safes, deeper than anyone nests them.
#[test]
fn nested_safes() {
    let safe_bag = [
        0x06, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 6,
    ];
    for (levels, sound) in [(10, true), (1000, false)] {
        let mut bags = element(0x30, &[]);
        for _ in 0..levels {
            let bag = element(0x30, &[&safe_bag, &element(0xa0, &[&bags])]);
            bags = element(0x30, &[&bag]);
        }
        let content = element(0x30, &[DATA, &element(0xa0, &[&element(0x04, &[&bags])])]);
        let safe = element(0x04, &[&element(0x30, &[&content])]);
        let safe = element(0x30, &[DATA, &element(0xa0, &[&safe])]);
        let opened = container::open(&element(0x30, &[&[2, 1, 3], &safe]), &[]).unwrap();
        assert_eq!(opened.trouble.is_empty(), sound, "{levels}: {opened:?}");
    }
}
