//! Keystores and bundles: what comes out is, byte for byte, what `openssl` prints.

use std::path::{Path, PathBuf};

use cert_audit::container::{self, Object, Opened, Trouble};

use super::oracles;
use super::tools::{certificates, element, minted, printed, ran, run, spki};

/// What `openssl pkcs12` prints with the first of the passwords that it takes.
fn by_openssl(path: &Path, passwords: &[&str]) -> Vec<Vec<u8>> {
    let path = path.to_str().unwrap();
    let outputs = passwords.iter().map(|password| {
        let password = format!("pass:{password}");
        let line = [
            "openssl", "pkcs12", "-nokeys", "-legacy", "-in", path, "-passin",
        ];
        ran(Path::new("."), &[&line[..], &[&password]].concat())
    });
    let text = outputs.into_iter().find_map(Result::ok);
    printed(&text.unwrap_or_else(|| panic!("openssl opens {path} with none of {passwords:?}")))
}

/// The files of the corpora below a folder of this name.
fn corpus(folder: &str, extension: &str) -> Vec<PathBuf> {
    oracles::vectors()
        .into_iter()
        .filter(|path| path.components().any(|part| part.as_os_str() == folder))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

#[test]
fn every_keystore_of_the_vectors() {
    let passwords = ["cryptography", "password"];
    let given = passwords.map(str::as_bytes);
    let mut counts = (0, 0);
    for path in corpus("pkcs12", "p12") {
        let wanted = by_openssl(&path, &["", "password", "cryptography"]);
        let opened = container::open(&std::fs::read(&path).unwrap(), &given).expect("a keystore");
        assert_eq!(opened.trouble, [], "{}", path.display());
        assert_eq!(certificates(&opened), wanted, "{}", path.display());
        if path
            .components()
            .any(|part| part.as_os_str() == "PKITS_data")
        {
            counts.1 += 1;
        } else {
            counts.0 += 1;
        }
        // Without its password it is locked, or it has none.
        let closed = container::open(&std::fs::read(&path).unwrap(), &[]).unwrap();
        let locked = ["it needs a password, and none is given"];
        let said: Vec<&str> = closed.trouble.iter().map(Trouble::reason).collect();
        if certificates(&closed) == wanted {
            assert_eq!(said, [""; 0], "{}", path.display());
        } else {
            assert_eq!(said, locked, "{}", path.display());
        }
    }
    assert_eq!(counts, (31, 405));
}

/// Every way to lock a keystore that this openssl has.
#[test]
fn keystores_by_openssl() {
    let at = minted();
    let wanted = printed(&std::fs::read(at.join("all.pem")).unwrap());
    let key = spki(at, "leaf.key");
    let unknown = ["CAMELLIA-128-CBC", "ARIA-256-CBC"];
    let mut lines = vec![
        "-macalg sha1".to_owned(),
        "-nomac".to_owned(),
        "-noiter -nomaciter".to_owned(),
        "-iter 100000".to_owned(),
        "-keypbe NONE".to_owned(),
        "-certpbe NONE".to_owned(),
        "-keypbe NONE -certpbe NONE".to_owned(),
        "-keypbe NONE -certpbe NONE -nomac".to_owned(),
    ];
    for mac in [
        "sha224",
        "sha256",
        "sha384",
        "sha512",
        "sha512-256",
        "sha3-256",
        "sha3-512",
        "md5",
    ] {
        lines.push(format!("-macalg {mac}"));
    }
    for cipher in [
        "PBE-SHA1-RC4-128",
        "PBE-SHA1-RC4-40",
        "PBE-SHA1-3DES",
        "PBE-SHA1-2DES",
        "PBE-SHA1-RC2-128",
        "PBE-SHA1-RC2-40",
        "PBE-SHA1-DES",
        "PBE-SHA1-RC2-64",
        "AES-128-CBC",
        "AES-192-CBC",
        "AES-256-CBC",
        "DES-EDE3-CBC",
        "DES-CBC",
        "RC2-CBC",
        "RC2-40-CBC",
        "CAMELLIA-128-CBC",
        "ARIA-256-CBC",
    ] {
        lines.push(format!("-certpbe {cipher} -keypbe {cipher}"));
    }
    for (number, line) in lines.iter().enumerate() {
        let is_unknown = unknown.iter().any(|cipher| line.contains(cipher));
        let passwords = ["secret", "", "pä€ \u{1f600}ß"];
        for password in passwords {
            let name = format!("{number}.p12");
            let words: Vec<&str> = line.split_whitespace().collect();
            let out = format!("pass:{password}");
            let made = ran(
                at,
                &[
                    &[
                        "openssl", "pkcs12", "-export", "-legacy", "-inkey", "leaf.key", "-in",
                        "leaf.pem",
                    ],
                    &[
                        "-certfile",
                        "chain.pem",
                        "-name",
                        "wéb",
                        "-caname",
                        "middle",
                    ][..],
                    &["-out", &name, "-passout", &out],
                    &words[..],
                ]
                .concat(),
            );
            assert!(made.is_ok(), "{line}: {made:?}");
            let bytes = std::fs::read(at.join(&name)).unwrap();
            // In the middle, as a policy with several passwords gives it.
            let passwords: [&[u8]; 3] = [b"other", password.as_bytes(), b"third"];
            let opened = container::open(&bytes, &passwords).expect("a keystore");
            if is_unknown {
                assert!(
                    matches!(opened.trouble[..], [Trouble::Unsupported(_)]),
                    "{line}"
                );
                continue;
            }
            assert_eq!(opened.trouble, [], "{line} {password:?}");
            assert_eq!(certificates(&opened), wanted, "{line} {password:?}");
            let [leaf, middle, root, last] = &opened.items[..] else {
                panic!("{line}");
            };
            let Object::Key(facts) = &last.what else {
                panic!("{line}: {last:?}");
            };
            assert_eq!(facts.spki_sha256, key, "{line} {password:?}");
            assert_eq!(facts.encrypted, !line.contains("-keypbe NONE"), "{line}");
            assert_eq!((&*facts.key.algorithm, facts.key.bits), ("EC", Some(256)));
            assert_eq!((leaf.pairs, last.pairs), (Some(1), Some(1)), "{line}");
            assert_eq!((middle.pairs, root.pairs), (None, None), "{line}");
            assert_eq!(leaf.place.as_deref(), Some("alias wéb"));
            assert_eq!(middle.place.as_deref(), Some("alias middle"));
            assert_eq!(root.place.as_deref(), Some("entry 3"));
            // Without the integrity code the contents alone tell which password fits.
            let bare = container::open(&without_mac(&bytes), &passwords).expect("a keystore");
            assert_eq!(bare.trouble, [], "{line} {password:?}");
            assert_eq!(bare.items, opened.items, "{line} {password:?}");
        }
    }
}

/// A keystore of more than 255 bytes without its integrity code. (openssl's own `-nomac` leaves
/// out the lock of the certificates, too.)
fn without_mac(keystore: &[u8]) -> Vec<u8> {
    // SEQUENCE { INTEGER 3, SEQUENCE { … }, … }, lengths of two bytes.
    let length = usize::from(keystore[9]) << 8 | usize::from(keystore[10]);
    element(0x30, &[&keystore[4..11 + length]])
}

/// A wrong password is a lack of ours; a changed file is a defect of the file.
#[test]
fn locked_is_not_broken() {
    let at = minted();
    let line =
        "openssl pkcs12 -export -inkey leaf.key -in leaf.pem -out locked.p12 -passout pass:secret";
    run(at, line);
    let whole = std::fs::read(at.join("locked.p12")).unwrap();
    let trouble = |bytes: &[u8], passwords: &[&[u8]]| {
        let opened = container::open(bytes, passwords).expect("a keystore");
        (opened.trouble, opened.verified)
    };
    let locked = |reason: &str| vec![Trouble::Locked(reason.to_owned())];
    let none = "it needs a password, and none is given";
    let wrong = "none of the passwords given opens it";
    assert_eq!(trouble(&whole, &[b"secret"]), (vec![], Some(true)));
    assert_eq!(trouble(&whole, &[]), (locked(none), None));
    assert_eq!(trouble(&whole, &[b"wrong"]), (locked(wrong), Some(false)));
    // The last byte is the number of rounds of the integrity code, and before it comes the salt.
    let mut changed = whole.clone();
    *changed.iter_mut().rev().nth(8).unwrap() ^= 1;
    let (found, verified) = trouble(&changed, &[b"secret"]);
    assert!(matches!(found[..], [Trouble::Broken(_)]), "{found:?}");
    assert_eq!(verified, Some(false));
    for end in [30, 100, whole.len() - 1] {
        let cut = vec![Trouble::Broken("it was cut off".to_owned())];
        assert_eq!(trouble(&whole[..end], &[b"secret"]).0, cut);
    }
}

/// RFC 9579, which this openssl does not write: the code by its `kdf` and `mac` commands.
#[test]
fn pbmac1() {
    let at = minted();
    run(
        at,
        "openssl pkcs12 -export -nomac -inkey leaf.key -in leaf.pem -out bare.p12 -passout pass:secret",
    );
    let bare = std::fs::read(at.join("bare.p12")).unwrap();
    // SEQUENCE { INTEGER 3, SEQUENCE { OID data, [0] { OCTET STRING } } }, lengths of two bytes.
    let info = &bare[4 + 3..];
    let guarded = &info[4 + 11 + 4 + 4..];
    std::fs::write(at.join("guarded"), guarded).unwrap();
    let hex = |text: Vec<u8>| -> Vec<u8> {
        let digits: Vec<char> = String::from_utf8(text)
            .unwrap()
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_hexdigit)
            .collect();
        digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
            .collect()
    };
    for (hash, function) in [("SHA256", 9), ("SHA512", 11)] {
        let key = hex(run(
            at,
            &format!(
                "openssl kdf -keylen 32 -kdfopt digest:{hash} -kdfopt pass:secret -kdfopt hexsalt:0102030405060708 -kdfopt iter:2048 PBKDF2"
            ),
        ));
        let shown: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let code = hex(run(
            at,
            &format!("openssl mac -digest {hash} -macopt hexkey:{shown} -in guarded HMAC"),
        ));
        let function = element(
            0x30,
            &[
                &[0x06, 8, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, function],
                &[5, 0],
            ],
        );
        let parameters = element(
            0x30,
            &[
                &element(0x04, &[&[1, 2, 3, 4, 5, 6, 7, 8]]),
                &[2, 2, 8, 0],
                &[2, 1, 32],
                &function,
            ],
        );
        let derivation = element(
            0x30,
            &[
                &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 12],
                &parameters,
            ],
        );
        let algorithm = element(
            0x30,
            &[
                &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 14],
                &element(0x30, &[&derivation, &function]),
            ],
        );
        let mac = element(
            0x30,
            &[
                &element(0x30, &[&algorithm, &element(0x04, &[&code])]),
                &[4, 0],
                &[2, 1, 1],
            ],
        );
        let keystore = element(0x30, &[&bare[4..], &mac]);
        let opened = container::open(&keystore, &[b"secret"]).unwrap();
        assert_eq!(
            (opened.trouble, opened.verified),
            (vec![], Some(true)),
            "{hash}"
        );
        let opened = container::open(&keystore, &[b"wrong"]).unwrap();
        assert_eq!(opened.verified, Some(false), "{hash}");
    }
}

/// The same in BER, as far from DER as it goes: no length is given in advance, and strings come in
/// pieces of `piece` bytes.
fn streamed(der: &[u8], piece: usize) -> Vec<u8> {
    let mut rest = der;
    let mut ber = Vec::new();
    while let Some((&tag, after)) = rest.split_first() {
        let (octets, length) = match after[0] {
            short @ 0..0x80 => (1, usize::from(short)),
            long => {
                let count = usize::from(long & 0x7f);
                let length = after[1..=count]
                    .iter()
                    .fold(0, |sum, &octet| sum << 8 | usize::from(octet));
                (1 + count, length)
            }
        };
        let content = &after[octets..octets + length];
        rest = &after[octets + length..];
        if tag & 0x20 != 0 {
            ber.extend([tag, 0x80]);
            ber.extend(streamed(content, piece));
            ber.extend([0, 0]);
        } else if tag == 0x04 || tag == 0x80 {
            // An implicit tag becomes a constructed one as well.
            ber.extend([tag | 0x20, 0x80]);
            for piece in content.chunks(piece) {
                ber.extend(element(0x04, &[piece]));
            }
            ber.extend([0, 0]);
        } else {
            ber.extend(element(tag, &[content]));
        }
    }
    ber
}

/// A keystore in BER holds what it holds in DER; openssl reads it, too.
#[test]
fn streamed_keystores() {
    let at = minted();
    run(
        at,
        "openssl pkcs12 -export -inkey leaf.key -in leaf.pem -certfile chain.pem -out whole.p12 -passout pass:secret",
    );
    let whole = std::fs::read(at.join("whole.p12")).unwrap();
    let wanted = container::open(&whole, &[b"secret"]).unwrap();
    assert_eq!(wanted.trouble, []);
    for piece in [1, 7, 1000] {
        let ber = streamed(&whole, piece);
        std::fs::write(at.join("streamed.p12"), &ber).unwrap();
        assert_eq!(
            by_openssl(&at.join("streamed.p12"), &["secret"]),
            certificates(&wanted)
        );
        assert_eq!(container::open(&ber, &[b"secret"]), Some(wanted.clone()));
    }
}

#[test]
fn bundles_and_signed_messages() {
    let at = minted();
    std::fs::write(at.join("message"), "text\n".repeat(10_000)).unwrap();
    std::fs::write(
        at.join("ca.conf"),
        "[ca]\ndefault_ca = x\n[x]\ndatabase = index\ndefault_md = sha256\n",
    )
    .unwrap();
    std::fs::write(at.join("index"), "").unwrap();
    run(
        at,
        "openssl ca -config ca.conf -gencrl -keyfile root.key -cert root.pem -crldays 30 -out list.pem",
    );
    let signed = "-sign -signer leaf.pem -inkey leaf.key -certfile chain.pem -in message";
    for (name, line) in [
        (
            "bundle",
            "openssl crl2pkcs7 -nocrl -certfile all.pem -outform DER".to_owned(),
        ),
        (
            "list",
            "openssl crl2pkcs7 -in list.pem -certfile all.pem -outform DER".to_owned(),
        ),
        (
            "cms",
            format!("openssl cms {signed} -nodetach -outform DER"),
        ),
        (
            "stream",
            format!("openssl cms {signed} -nodetach -stream -outform DER -binary"),
        ),
        ("detached", format!("openssl cms {signed} -outform DER")),
        (
            "smime",
            format!("openssl smime {signed} -nodetach -stream -outform DER"),
        ),
    ] {
        let bytes = run(at, &line);
        std::fs::write(at.join(name), &bytes).unwrap();
        let wanted = printed(&run(
            at,
            &format!("openssl pkcs7 -inform DER -print_certs -in {name}"),
        ));
        let opened = container::open(&bytes, &[]).expect("a bundle");
        assert_eq!(opened.trouble, [], "{name}");
        assert_eq!(certificates(&opened), wanted, "{name}");
        assert_eq!(wanted.len(), 3, "{name}");
        let ends_open = bytes.starts_with(&[0x30, 0x80]);
        assert_eq!(ends_open, matches!(name, "stream" | "smime"), "{name}");
        let lists: Vec<&Object> = opened
            .items
            .iter()
            .map(|item| &item.what)
            .filter(|what| matches!(what, Object::Revocations(_)))
            .collect();
        if name == "list" {
            let der = run(at, "openssl crl -in list.pem -outform DER");
            assert_eq!(lists, [&Object::Revocations(der)]);
        } else {
            assert_eq!(lists, [&Object::Request; 0]);
        }
        if !ends_open {
            let again = container::open(&streamed(&bytes, 100), &[]);
            assert_eq!(again, Some(opened), "{name}");
        }
    }
    // What is not signed holds no certificates, and is no defect.
    let sealed = run(at, "openssl cms -encrypt -in message -outform DER root.pem");
    assert_eq!(container::open(&sealed, &[]), Some(Opened::default()));
}
