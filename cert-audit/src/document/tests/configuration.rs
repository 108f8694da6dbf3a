//! YAML, JSON, TOML and XML of every other kind.

use super::super::{Pair, Role};
use super::*;

#[test]
fn pem_in_a_block_scalar_is_pointed_at_and_claimed() {
    let (a, b) = (minted("a.example"), minted("b.example"));
    let text = format!(
        "# é\r\ntls:\r\n  chain: |\r\n    # the leaf\r\n    {}    {}\r\n  other: x\r\n",
        indented(&a.pem, 4).replace('\n', "\r\n") + "\r\n",
        indented(&b.pem, 4).replace('\n', "\r\n"),
    );
    let document = document(&text);
    let [chain] = document.embedded.as_slice() else {
        panic!("{document:?}")
    };
    assert_eq!(chain.place, "/tls/chain");
    assert_eq!(certificates(chain), [a.der, b.der]);
    let begins: Vec<_> = crate::pem::blocks(text.as_bytes())
        .map(|block| (block.start, block.end))
        .collect();
    let places: Vec<_> = crate::pem::blocks(&chain.bytes)
        .map(|block| chain.place_of(block.start.byte.try_into().expect("small")))
        .collect();
    assert_eq!(places, begins);
    for (start, _) in begins {
        let at = start.byte.try_into().expect("small");
        assert!(document.claimed.iter().any(|range| range.contains(&at)));
    }
}

#[test]
fn every_way_to_write_a_string_is_read() {
    let a = minted("a.example");
    let escaped = a.pem.replace('\n', "\\n");
    let folded = a.pem.trim_end().replace('\n', "\n  ");
    let text = format!(
        "double: \"{escaped}\"\nsingle: '{escaped}'\nplain: {escaped}\nfolded: >-\n  {folded}\n\
         binary: !!binary |\n  {}\ntagged: !vault {}\ntwice: {}\nder: {}\nurl: data:;base64,{}\n",
        base64(a.pem.as_bytes()),
        base64(a.pem.as_bytes()),
        base64(base64(a.pem.as_bytes()).as_bytes()),
        base64(&a.der),
        base64(a.pem.as_bytes()),
    );
    let document = document(&text);
    let places: Vec<_> = document
        .embedded
        .iter()
        .map(|found| found.place.as_str())
        .collect();
    assert_eq!(
        places,
        [
            "/double", "/single", "/plain", "/folded", "/binary", "/tagged", "/twice", "/der",
            "/url"
        ]
    );
    for embedded in &document.embedded {
        assert_eq!(
            certificates(embedded),
            std::slice::from_ref(&a.der),
            "{}",
            embedded.place
        );
    }
    let lines: Vec<_> = document
        .embedded
        .iter()
        .map(|found| found.start.line)
        .collect();
    assert_eq!(lines.get(..3), Some([1, 2, 3].as_slice()));
}

#[test]
fn vault_says_what_is_what() {
    let (leaf, ca, root) = (minted("a.example"), minted("ca"), minted("root"));
    let text = format!(
        r#"{{"request_id": "x", "data": {{"ca_chain": [{:?}, {:?}], "certificate": {:?}, "expiration": 1,
            "issuing_ca": {:?}, "private_key": {:?}, "private_key_type": "ec"}}}}"#,
        ca.pem, root.pem, leaf.pem, ca.pem, leaf.key
    );
    let document = document(&text);
    let facts: Vec<_> = document
        .embedded
        .iter()
        .map(|found| (found.place.as_str(), found.role, found.chain))
        .collect();
    assert_eq!(
        facts,
        [
            ("/data/ca_chain/0", Role::Issuer, Some(0)),
            ("/data/ca_chain/1", Role::Issuer, Some(0)),
            ("/data/certificate", Role::Unknown, Some(0)),
            ("/data/issuing_ca", Role::Issuer, None),
            ("/data/private_key", Role::Key, None),
        ]
    );
    let pair = Pair {
        certificate: 2,
        key: 4,
        authority: None,
        proven: true,
    };
    assert_eq!(document.pairs, [pair]);
    assert!(!shown(&document, &text).contains(leaf.key.lines().nth(1).expect("a line")));
}

#[test]
fn keys_of_the_web_carry_chains() {
    let (leaf, ca) = (minted("a.example"), minted("ca"));
    let text = format!(
        r#"{{"keys": [{{"kty": "EC", "use": "sig", "d": "c2VjcmV0", "x5c": ["{}", "{}"]}},
            {{"kty": "EC", "use": "x509-svid", "x5c": ["{}"]}}]}}"#,
        base64(&leaf.der).replace('/', "\\/"),
        base64(&ca.der),
        base64(&ca.der)
    );
    let document = document(&text);
    let facts: Vec<_> = document
        .embedded
        .iter()
        .map(|found| {
            (
                found.place.as_str(),
                found.role,
                found.chain,
                found.bytes.clone(),
            )
        })
        .collect();
    assert_eq!(
        facts,
        [
            ("/keys/0/x5c/0", Role::Signing, Some(0), leaf.der),
            ("/keys/0/x5c/1", Role::Signing, Some(0), ca.der.clone()),
            ("/keys/1/x5c/0", Role::Trust, Some(1), ca.der),
        ]
    );
    assert!(!shown(&document, &text).contains("c2VjcmV0"));
    let broken = text.replace("MIIB", "A*IB");
    assert_eq!(super::document(&broken).trouble.len(), 3);
}

#[test]
fn toml_has_pointers_too() {
    let a = minted("a.example");
    let text = format!(
        "[[server]]\nname = \"a\"\ncert = '''\n{}'''\nkey = \"{}\"\n[ca]\nca_cert = \"{}\"\n",
        a.pem,
        a.key.replace('\n', "\\n"),
        base64(a.pem.as_bytes()),
    );
    let document = document(&text);
    let facts: Vec<_> = document
        .embedded
        .iter()
        .map(|found| (found.place.as_str(), found.role))
        .collect();
    assert_eq!(
        facts,
        [
            ("/server/0/cert", Role::Unknown),
            ("/server/0/key", Role::Key),
            ("/ca/ca_cert", Role::Trust)
        ]
    );
    assert_eq!(document.pairs.len(), 1);
    assert!(!document.pairs[0].proven);
}

#[test]
fn saml_metadata_has_roles_by_use() {
    let (sign, encrypt) = (minted("idp"), minted("idp"));
    let wrapped = base64(&encrypt.der)
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).expect("base64"))
        .collect::<Vec<_>>()
        .join("&#13;\n");
    let text = format!(
        "<?xml version=\"1.0\"?>\n<!-- <X509Certificate> -->\n<md:EntityDescriptor entityID='a>b'>\n\
         <md:IDPSSODescriptor>\n <md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data>\n\
         <ds:X509Certificate>\n  {}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\n \
         <md:KeyDescriptor use='encryption'><KeyInfo><X509Data><X509Certificate>{wrapped}</X509Certificate>\n\
         <X509Certificate/><X509Certificate>MIIBnothing that is any good, but long enough</X509Certificate>\
         </X509Data></KeyInfo></md:KeyDescriptor>\n</md:IDPSSODescriptor></md:EntityDescriptor>\n",
        base64(&sign.der),
    );
    let document = document(&text);
    let facts: Vec<_> = document
        .embedded
        .iter()
        .map(|found| {
            (
                found.place.as_str(),
                found.role,
                found.start.line,
                found.bytes.clone(),
            )
        })
        .collect();
    let before = "/EntityDescriptor/IDPSSODescriptor/KeyDescriptor";
    let behind = "/KeyInfo/X509Data/X509Certificate";
    assert_eq!(
        facts,
        [
            (
                format!("{before}{behind}").as_str(),
                Role::Signing,
                7,
                sign.der
            ),
            (
                format!("{before}[2]{behind}").as_str(),
                Role::Encryption,
                9,
                encrypt.der
            ),
        ]
    );
    let trouble: Vec<_> = document
        .trouble
        .iter()
        .map(|found| found.place.as_str())
        .collect();
    assert_eq!(trouble, [format!("{before}[2]{behind}[3]")]);
}

#[test]
fn documents_inside_of_strings_are_read() {
    let a = minted("a.example");
    let inner = format!("{{\"caData\": \"{}\"}}", base64(a.pem.as_bytes()));
    let script = format!(
        "#!/bin/sh\necho {} | base64 -d > a.pem\n",
        base64(a.pem.as_bytes())
    );
    let text = format!(
        "kind: ConfigMap\ndata:\n  config: '{inner}'\n  run.sh: |\n    {}\n",
        indented(&script, 4)
    );
    let document = document(&text);
    let facts: Vec<_> = document
        .embedded
        .iter()
        .map(|found| (found.place.as_str(), found.role, found.start.line))
        .collect();
    assert_eq!(
        facts,
        [
            ("/data/config > /caData", Role::Trust, 3),
            ("/data/run.sh > ", Role::Unknown, 5)
        ]
    );
}

#[test]
fn a_key_beside_its_certificate_is_masked_alone() {
    let a = minted("a.example");
    let text = format!(
        "pem: |\n  {}\n  {}\nx: y\n",
        indented(&a.pem, 2),
        indented(&a.key, 2)
    );
    let document = document(&text);
    assert!(document.embedded[0].secret);
    let shown = shown(&document, &text);
    assert!(shown.contains(&indented(&a.pem, 2)) && shown.contains("PRIVATE KEY"));
    assert!(!shown.contains(a.key.lines().nth(1).expect("a line")));
}
