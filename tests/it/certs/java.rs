//! Java's keystores against `keytool`.

use cert_audit::container::{self, Object};

use super::tools::{certificates, minted, printed, ran, run, spki};

/// Java's own formats, and what Java makes of PKCS#12.
#[test]
fn keystores_by_keytool() {
    let at = minted();
    let secret = "secret"; // no keytool takes less than six characters
    run(
        at,
        "openssl pkcs12 -export -inkey leaf.key -in leaf.pem -certfile chain.pem -name web -out web.p12 -passout pass:secret",
    );
    for kind in ["JKS", "JCEKS", "PKCS12"] {
        let name = format!("store.{kind}");
        let store = format!("-keystore {name} -storetype {kind} -storepass {secret}");
        run(
            at,
            &format!(
                "keytool -importkeystore -srckeystore web.p12 -srcstoretype PKCS12 -srcstorepass {secret} -destkeystore {name} -deststoretype {kind} -deststorepass {secret} -destkeypass {secret}"
            ),
        );
        let words: Vec<&str> = store.split_whitespace().collect();
        let alias = [
            "keytool",
            "-importcert",
            "-noprompt",
            "-file",
            "root.pem",
            "-alias",
            "würzel\u{1f600}",
        ];
        ran(at, &[&alias[..], &words[..]].concat()).unwrap();
        if kind != "JKS" {
            run(
                at,
                &format!("keytool -genseckey -alias sealed -keyalg AES -keysize 128 {store}"),
            );
        }
        // After the secret key, so that it must be passed over.
        run(
            at,
            &format!("keytool -importcert -noprompt -file middle.pem -alias zz {store}"),
        );
        let mut wanted = printed(&run(at, &format!("keytool -list -rfc {store}")));
        let bytes = std::fs::read(at.join(&name)).unwrap();
        let opened = container::open(&bytes, &[b"wrong", secret.as_bytes()]).expect("a keystore");
        assert_eq!(opened.trouble, [], "{kind}");
        assert_eq!(opened.verified, Some(true), "{kind}");
        assert_eq!(opened.secrets, usize::from(kind != "JKS"), "{kind}");
        let mut found = certificates(&opened);
        // PKCS#12 keeps each certificate of a chain once for all entries.
        found.sort();
        found.dedup();
        wanted.sort();
        wanted.dedup();
        assert_eq!(found, wanted, "{kind}");
        let place = |wanted: &str| {
            opened
                .items
                .iter()
                .filter(|item| item.place.as_deref() == Some(wanted))
                .count()
        };
        assert_eq!(
            place("alias würzel\u{1f600}"),
            1,
            "{kind}: {:?}",
            opened
                .items
                .iter()
                .map(|item| item.place.clone())
                .collect::<Vec<_>>()
        );
        assert_eq!(place("alias web"), 2, "{kind}");
        let keys: Vec<_> = opened
            .items
            .iter()
            .filter_map(|item| match &item.what {
                Object::Key(facts) => {
                    Some((facts.spki_sha256, facts.encrypted, item.pairs.is_some()))
                }
                _ => None,
            })
            .collect();
        // The lock of JCEKS is not opened.
        let spki = spki(at, "leaf.key").filter(|_| kind != "JCEKS");
        assert_eq!(keys, [(spki, true, true)], "{kind}");
        if kind != "PKCS12" {
            let chain: Vec<_> = opened
                .items
                .iter()
                .filter(|item| item.pairs.is_some())
                .collect();
            assert_eq!(chain.len(), 4, "{kind}");
            assert_eq!(chain[3].place.as_deref(), Some("alias web, certificate 3"));
            // Certificates need no password.
            let open = container::open(&bytes, &[]).unwrap();
            assert_eq!(certificates(&open), certificates(&opened), "{kind}");
            assert_eq!((open.trouble, open.verified), (vec![], None), "{kind}");
        }
    }
}

/// Debian's store for Java, of the package `ca-certificates-java`: the same as the PEM bundle.
#[test]
fn java_s_anchors() {
    let store = std::fs::read("/etc/ssl/certs/java/cacerts").expect("ca-certificates-java");
    let opened = container::open(&store, &[]).expect("a keystore");
    assert_eq!((&opened.trouble, opened.verified), (&vec![], Some(true)));
    let bundle = std::fs::read("/etc/ssl/certs/ca-certificates.crt").unwrap();
    let (mut found, mut wanted) = (certificates(&opened), printed(&bundle));
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
}
