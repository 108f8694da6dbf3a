//! Private keys that `openssl` makes, in every form: the digest of the public half is that which
//! `openssl pkey -pubout` gives, so that it can be held against a certificate's.

use cert_audit::container::{self, Object};

use super::artifacts::keys;
use super::tools::{minted, ran, run, spki};

/// What `openssl genpkey` makes, how we call it, its bits, and whether its public half is computed
/// where the file does not have it.
const KINDS: &[(&str, &str, Option<u32>, bool)] = &[
    ("RSA -pkeyopt rsa_keygen_bits:1024", "RSA", Some(1024), true),
    (
        "RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3",
        "RSA",
        Some(2048),
        true,
    ),
    (
        "RSA-PSS -pkeyopt rsa_keygen_bits:2048",
        "RSA-PSS",
        Some(2048),
        true,
    ),
    (
        "RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256",
        "RSA-PSS",
        Some(2048),
        true,
    ),
    ("EC -pkeyopt ec_paramgen_curve:P-256", "EC", Some(256), true),
    ("EC -pkeyopt ec_paramgen_curve:P-384", "EC", Some(384), true),
    ("EC -pkeyopt ec_paramgen_curve:P-521", "EC", Some(521), true),
    (
        "EC -pkeyopt ec_paramgen_curve:secp256k1",
        "EC",
        Some(256),
        true,
    ),
    (
        "EC -pkeyopt ec_paramgen_curve:P-224",
        "EC",
        Some(224),
        false,
    ),
    (
        "EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
        "EC",
        Some(256),
        false,
    ),
    (
        "EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
        "EC",
        Some(256),
        false,
    ),
    ("ED25519", "Ed25519", Some(256), true),
    ("ED448", "Ed448", Some(456), false),
    ("X25519", "X25519", Some(256), true),
    ("X448", "X448", Some(448), false),
];

#[test]
fn every_kind_in_every_form() {
    let at = minted();
    for (number, &(line, algorithm, bits, computed)) in KINDS.iter().enumerate() {
        let name = format!("kind{number}.pem");
        run(
            at,
            &format!("openssl genpkey -algorithm {line} -out {name}"),
        );
        let wanted = spki(at, &name);
        assert!(wanted.is_some(), "{line}");
        let elliptic = algorithm == "EC";
        let mut forms = vec![
            format!("pkey -in {name}"),
            format!("pkey -in {name} -outform DER"),
        ];
        if elliptic || algorithm == "RSA" {
            forms.push(format!("pkey -in {name} -traditional"));
            forms.push(format!("pkey -in {name} -traditional -outform DER"));
        }
        for form in forms {
            let bytes = run(at, &format!("openssl {form}"));
            let [Some(found)] = &keys(&bytes, &[])[..] else {
                panic!("{line}: {form}");
            };
            // The public point stands in the file unless it is left out.
            let stands = computed || elliptic;
            assert_eq!(
                found.spki_sha256,
                wanted.filter(|_| stands),
                "{line}: {form}"
            );
            assert_eq!(
                (&*found.key.algorithm, found.key.bits),
                (algorithm, bits),
                "{line}"
            );
            assert!(!found.encrypted, "{line}");
        }
        if elliptic {
            for form in ["", "-outform DER"] {
                let bytes = run(at, &format!("openssl ec -in {name} -no_public {form}"));
                let [Some(found)] = &keys(&bytes, &[])[..] else {
                    panic!("{line}");
                };
                assert_eq!(found.spki_sha256, wanted.filter(|_| computed), "{line}");
                assert_eq!(
                    (&*found.key.algorithm, found.key.bits),
                    (algorithm, bits),
                    "{line}"
                );
            }
        }
    }
}

#[test]
fn dsa() {
    let at = minted();
    run(
        at,
        "openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024 -out parameters.pem",
    );
    run(at, "openssl genpkey -paramfile parameters.pem -out dsa.pem");
    let wanted = spki(at, "dsa.pem");
    for form in [
        "",
        "-outform DER",
        "-traditional",
        "-traditional -outform DER",
    ] {
        let bytes = run(at, &format!("openssl pkey -in dsa.pem {form}"));
        let [Some(found)] = &keys(&bytes, &[])[..] else {
            panic!("{form}");
        };
        assert_eq!(found.spki_sha256, wanted, "{form}");
        assert_eq!((&*found.key.algorithm, found.key.bits), ("DSA", Some(1024)));
    }
}

/// Every way to lock a key that this openssl has; what is not known here stays locked.
#[test]
fn locked_keys() {
    let at = minted();
    let wanted = spki(at, "leaf.key");
    let mut lines = vec![("-scrypt".to_owned(), true)];
    for function in ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA512-256"] {
        lines.push((format!("-v2 aes-256-cbc -v2prf hmacWith{function}"), true));
    }
    lines.push(("-v2 aes-256-cbc -v2prf hmacWithMD5".to_owned(), false));
    for cipher in [
        "aes-128-cbc",
        "aes-192-cbc",
        "des3",
        "des",
        "rc2",
        "rc2-40-cbc",
    ] {
        lines.push((format!("-v2 {cipher}"), true));
    }
    lines.push(("-v2 aria-256-cbc".to_owned(), false));
    for scheme in [
        "3DES", "2DES", "RC4-128", "RC4-40", "RC2-128", "RC2-40", "DES", "RC2-64",
    ] {
        lines.push((format!("-v1 PBE-SHA1-{scheme}"), true));
    }
    lines.push(("-v1 PBE-MD5-DES".to_owned(), false));
    for (line, known) in lines {
        for form in ["PEM", "DER"] {
            let line = format!(
                "openssl pkcs8 -topk8 -provider legacy -provider default -in leaf.key -passout pass:secret {line} -outform {form}"
            );
            let bytes = run(at, &line);
            for (password, fits) in [(&b"secret"[..], known), (b"wrong", false)] {
                let [Some(found)] = &keys(&bytes, &[password])[..] else {
                    panic!("{line}");
                };
                assert!(found.encrypted, "{line}");
                assert_eq!(found.spki_sha256, wanted.filter(|_| fits), "{line}");
            }
            if form == "DER" {
                assert!(
                    matches!(container::tell(&bytes, &[]), Some(Object::Key(_))),
                    "{line}"
                );
            }
        }
    }
    // OpenSSL's older encryption stays locked.
    let words = [
        "openssl",
        "ec",
        "-in",
        "leaf.key",
        "-aes256",
        "-passout",
        "pass:secret",
    ];
    let old = ran(at, &words).unwrap();
    let [Some(found)] = &keys(&old, &[b"secret"])[..] else {
        panic!("no key");
    };
    assert_eq!((found.spki_sha256, found.encrypted), (None, true));
    assert_eq!(found.key.algorithm, "EC");
}

/// A single object in DER is told by its content.
#[test]
fn objects() {
    let at = minted();
    let told = |line: &str| container::tell(&run(at, line), &[]);
    let certificate = run(at, "openssl x509 -in leaf.pem -outform DER");
    assert_eq!(
        container::tell(&[&certificate[..], b"more"].concat(), &[]),
        Some(Object::Certificate(certificate))
    );
    assert_eq!(
        told("openssl req -in leaf.csr -outform DER"),
        Some(Object::Request)
    );
    let key = told("openssl pkey -in leaf.key -outform DER");
    assert!(matches!(key, Some(Object::Key(_))), "{key:?}");
    assert_eq!(told("openssl pkey -in leaf.key -pubout -outform DER"), None);
    assert_eq!(told("openssl ecparam -name prime256v1 -outform DER"), None);
}
