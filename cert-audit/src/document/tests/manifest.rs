//! Kubernetes objects and kubeconfigs.

use super::super::{Pair, Role};
use super::*;

fn tls_secret(minted: &Minted, ca: &Minted) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: api-tls\n  namespace: shop\n  labels: {{team: payments}}\n  \
         annotations:\n    cert-manager.io/certificate-name: api\ntype: kubernetes.io/tls\ndata:\n  \
         ca.crt: {}\n  tls.crt: {}\n  tls.key: {}\n  password: aHVudGVyMg==\n",
        base64(ca.pem.as_bytes()),
        base64(minted.pem.as_bytes()),
        base64(minted.key.as_bytes()),
    )
}

#[test]
fn a_tls_secret_is_a_proven_pair() {
    let (leaf, ca) = (minted("api.example"), minted("ca.example"));
    let text = tls_secret(&leaf, &ca);
    let document = document(&text);
    assert_eq!(
        found(&document),
        [
            ("/data/ca.crt", ca.pem.as_bytes()),
            ("/data/tls.crt", leaf.pem.as_bytes()),
            ("/data/tls.key", leaf.key.as_bytes()),
        ]
    );
    let roles: Vec<_> = document.embedded.iter().map(|found| found.role).collect();
    assert_eq!(roles, [Role::Trust, Role::Served, Role::Key]);
    let pair = Pair {
        certificate: 1,
        key: 2,
        authority: Some(0),
        proven: true,
    };
    assert_eq!(document.pairs, [pair]);
    let [manifest] = document.manifests.as_slice() else {
        panic!("{:?}", document.manifests)
    };
    assert_eq!(manifest.title(), "Secret/shop/api-tls");
    assert_eq!(manifest.owner(), Some("payments"));
    assert!(manifest.is_renewed_automatically());
    assert!(
        document
            .embedded
            .iter()
            .all(|found| found.manifest == Some(0))
    );
    // Line 12 is the second of the data, and the value begins behind the key.
    let place = document.embedded[1].start;
    assert_eq!((place.line, place.column), (12, 12));
    assert_eq!(document.embedded[1].end.line, 12);
    assert!(document.trouble.is_empty());
    let shown = shown(&document, &text);
    assert!(shown.contains(&base64(leaf.pem.as_bytes())));
    assert!(!shown.contains(&base64(leaf.key.as_bytes())));
    assert!(!shown.contains("aHVudGVyMg"));
}

#[test]
fn a_stream_names_its_documents_and_a_list_its_items() {
    let (a, b) = (minted("a.example"), minted("b.example"));
    let json = format!(
        r#"{{"apiVersion": "v1", "kind": "List", "items": [
            {{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"name": "roots"}},
              "data": {{"ca.crt": {:?}}}, "binaryData": {{"a.der": "{}"}}}},
            {{"apiVersion": "v1", "kind": "List", "items": [
              {{"apiVersion": "v1", "kind": "Secret", "metadata": {{"name": "b"}},
                "stringData": {{"tls.crt": {:?}, "tls.key": {:?}}}}}]}}]}}"#,
        a.pem,
        base64(&a.der),
        b.pem,
        b.key
    );
    let document = document(&json);
    assert_eq!(
        found(&document),
        [
            ("/items/0/data/ca.crt", a.pem.as_bytes()),
            ("/items/0/binaryData/a.der", a.der.as_slice()),
            ("/items/1/items/0/stringData/tls.crt", b.pem.as_bytes()),
            ("/items/1/items/0/stringData/tls.key", b.key.as_bytes()),
        ]
    );
    let titles: Vec<_> = document
        .manifests
        .iter()
        .map(super::super::Manifest::title)
        .collect();
    assert_eq!(titles, ["ConfigMap/roots", "Secret/b"]);
    assert_eq!(document.pairs.len(), 1);

    let stream = format!(
        "---\n{}---\n# nothing\n---\n{}",
        tls_secret(&a, &b),
        tls_secret(&b, &a)
    );
    let places: Vec<_> = super::document(&stream)
        .embedded
        .into_iter()
        .map(|found| (found.place, found.start.line))
        .collect();
    assert_eq!(
        places.first(),
        Some(&("document 1 /data/ca.crt".to_owned(), 12))
    );
    assert_eq!(
        places.last(),
        Some(&("document 3 /data/tls.key".to_owned(), 31))
    );
}

#[test]
fn bundles_are_trust_wherever_they_are() {
    let ca = minted("ca.example");
    let text = format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {{name: gate}}\n\
         webhooks:\n- name: a.example\n  clientConfig:\n    caBundle: {0}\n- name: b.example\n  clientConfig: {{caBundle: Cg==}}\n\
         - name: c.example\n  clientConfig: {{caBundle: \"{1}\"}}\n",
        base64(ca.pem.as_bytes()),
        "bm90aGluZyB0aGF0IHdlIGtub3cgYXQgYWxsLCBhbmQgcmF0aGVyIGxvbmcgYXMgd2VsbA==",
    );
    let document = document(&text);
    assert_eq!(
        found(&document),
        [("/webhooks/0/clientConfig/caBundle", ca.pem.as_bytes())]
    );
    assert_eq!(document.embedded[0].role, Role::Trust);
    let [trouble] = document.trouble.as_slice() else {
        panic!("{:?}", document.trouble)
    };
    assert_eq!(trouble.place, "/webhooks/2/clientConfig/caBundle");
    assert_eq!(trouble.start.line, 11);
    assert_eq!(
        trouble.reason,
        "it is base64 of something that is neither PEM nor DER"
    );
}

#[test]
fn a_kubeconfig_has_a_pair_and_references() {
    let (client, ca) = (minted("me"), minted("ca"));
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster:\n    server: https://192.0.2.1\n    \
         certificate-authority-data: {}\n- name: b\n  cluster: {{certificate-authority: pki/ca.crt}}\nusers:\n\
         - name: me\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n\
         - name: you\n  user:\n    client-certificate: you.crt\n    client-key: you.key\n    token: abc\n",
        base64(ca.pem.as_bytes()),
        base64(client.pem.as_bytes()),
        base64(client.key.as_bytes()),
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
            (
                "/clusters/0/cluster/certificate-authority-data",
                Role::Trust
            ),
            ("/users/0/user/client-certificate-data", Role::Client),
            ("/users/0/user/client-key-data", Role::Key),
        ]
    );
    let [
        Pair {
            certificate: 1,
            key: 2,
            proven: true,
            ..
        },
    ] = document.pairs.as_slice()
    else {
        panic!("{:?}", document.pairs)
    };
    let references: Vec<_> = document
        .references
        .iter()
        .map(|found| {
            (
                found.key.as_str(),
                found.path.as_str(),
                found.role,
                found.start.line,
            )
        })
        .collect();
    assert_eq!(
        references,
        [
            ("certificate-authority", "pki/ca.crt", Role::Trust, 9),
            ("client-certificate", "you.crt", Role::Client, 17),
            ("client-key", "you.key", Role::Key, 18),
        ]
    );
    assert!(shown(&document, &text).contains("token: ***\n"));
}

#[test]
fn a_kubeconfig_inside_a_secret_is_read_with_its_place() {
    let client = minted("me");
    let inner = format!(
        "users:\n- name: me\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
        base64(client.pem.as_bytes()),
        base64(client.key.as_bytes()),
    );
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: c-kubeconfig}}\ndata:\n  value: {}\n",
        base64(inner.as_bytes())
    );
    let document = document(&text);
    assert_eq!(
        found(&document),
        [
            (
                "/data/value > /users/0/user/client-certificate-data",
                client.pem.as_bytes()
            ),
            (
                "/data/value > /users/0/user/client-key-data",
                client.key.as_bytes()
            ),
        ]
    );
    assert_eq!(document.pairs.len(), 1);
    assert!(document.embedded.iter().all(|found| found.start.line == 5));
    assert!(!shown(&document, &text).contains(&base64(inner.as_bytes())));
}

#[test]
fn what_was_meant_to_be_a_certificate_is_named() {
    let secret = |value: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\ndata:\n  tls.crt: {value}\n"
        );
        let trouble = document(&text).trouble;
        trouble
            .first()
            .map(|found| (found.reason, found.encrypted, found.start.line))
    };
    let reason = "it is not base64, although its Secret is of type kubernetes.io/tls";
    assert_eq!(secret("not*base64"), Some((reason, false, 5)));
    let reason = "it is base64 of something that is neither PEM nor DER";
    assert_eq!(secret("aGVsbG8gd29ybGQ="), Some((reason, false, 5)));
    let reason = "it is encrypted, so its expiry is not known";
    assert_eq!(
        secret("ENC[AES256_GCM,data:abc,type:str]"),
        Some((reason, true, 5))
    );
    for placeholder in [
        "\"\"",
        "~",
        "<base64>",
        "${TLS_CRT}",
        "REPLACE_ME",
        "\"{{ x }}\"",
        "Cg==",
    ] {
        assert_eq!(secret(placeholder), None, "{placeholder}");
    }
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    \
                  tls.crt: AgBabc\n  template: {type: kubernetes.io/tls}\n";
    assert!(document(sealed).trouble[0].encrypted);
}

#[test]
fn a_certificate_object_says_what_it_asks_for() {
    let text = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: api, namespace: shop}\n\
                spec:\n  secretName: api-tls\n  dnsNames: [api.example]\nstatus:\n  renewalTime: 2026-11-16T00:00:00Z\n\
                ---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations:\n    \
                cert-manager.io/cluster-issuer: internal\n";
    let document = document(text);
    let [certificate, ingress] = document.manifests.as_slice() else {
        panic!("{:?}", document.manifests)
    };
    assert_eq!(certificate.place, "document 1 ");
    let issuance = certificate.issuance.as_ref().expect("a Certificate");
    assert_eq!(issuance.secret.as_deref(), Some("api-tls"));
    assert!(certificate.is_renewed_automatically() && ingress.is_renewed_automatically());
}

#[test]
fn what_was_applied_last_is_masked_and_not_reported() {
    let (old, new) = (minted("old"), minted("new"));
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  annotations:\n    \
         kubectl.kubernetes.io/last-applied-configuration: |\n      \
         {{\"data\":{{\"tls.crt\":\"{}\",\"tls.key\":\"{}\"}}}}\ndata:\n  tls.crt: {}\n",
        base64(old.pem.as_bytes()),
        base64(old.key.as_bytes()),
        base64(new.pem.as_bytes()),
    );
    let document = document(&text);
    assert_eq!(found(&document), [("/data/tls.crt", new.pem.as_bytes())]);
    assert!(!shown(&document, &text).contains(&base64(old.key.as_bytes())));
}

#[test]
fn an_alias_pairs_what_stands_elsewhere() {
    let leaf = minted("a.example");
    let text = format!(
        "x: &crt {}\na:\n  tls.crt: *crt\n  tls.key: {}\n",
        base64(leaf.pem.as_bytes()),
        base64(leaf.key.as_bytes()),
    );
    let document = document(&text);
    assert_eq!(document.embedded.len(), 2);
    assert_eq!(document.pairs.len(), 1);
}
