//! Programs whose configuration is a document, a unit or a command line.

use super::super::{Base, read};
use super::shown;

#[test]
fn consul_old_and_new() {
    let text = r#"
ca_file = "/ca.pem"  // all
cert_file = "/old.pem" /* and */
key_file = "/old.key"
tls {
  defaults { ca_path = "/ca/" key_file = "/agent.key" }
  https { cert_file = "/https.pem" }
  internal_rpc { cert_file = "/rpc.pem", key_file = "/rpc.key" }
}
service { check { cert_file = "/not.pem" } }
"#;
    assert_eq!(
        shown("consul.hcl", text),
        [
            "2:11 ca_file trust Trust /ca.pem",
            "3:13 cert_file peer Certificate /old.pem",
            "4:12 key_file peer Key /old.key",
            "6:24 ca_path trust TrustFolder /ca/",
            "6:42 key_file peer Key /agent.key",
            "7:23 cert_file server Certificate /https.pem",
            "8:30 cert_file peer Certificate /rpc.pem",
            "8:53 key_file peer Key /rpc.key",
            "pair 1 2",
            "pair 5 4",
            "pair 6 7",
        ]
    );
    assert_eq!(
        shown(
            "consul.json",
            "{\n\t\"tls\": {\"defaults\": {\"cert_file\": \"/a.pem\", \"key_file\": \"/a.key\"}}\n}"
        ),
        [
            "2:36 cert_file peer Certificate /a.pem",
            "2:58 key_file peer Key /a.key",
            "pair 0 1",
        ]
    );
}

#[test]
fn vault_by_stanza() {
    let text = r#"
listener "tcp" {
  address = "192.0.2.1:8200"
  tls_cert_file = "/v.pem"
  tls_key_file  = "/v.key"
  tls_client_ca_file = "/clients.pem"
}
listener "tcp" { tls_disable = 1, tls_cert_file = "/not.pem" }
storage "raft" {
  retry_join {
    leader_ca_cert_file = "/ca.pem"
    leader_client_cert_file = "/c.pem"
    leader_client_key_file = "/c.key"
  }
}
seal "transit" { tls_ca_cert = <<EOF
-----BEGIN CERTIFICATE-----
EOF
  tls_client_cert = "/s.pem" tls_client_key = "/s.key" }
"#;
    assert_eq!(
        shown("vault.hcl", text),
        [
            "4:19 tls_cert_file server Certificate /v.pem",
            "5:19 tls_key_file server Key /v.key",
            "6:24 tls_client_ca_file trust Trust /clients.pem",
            "11:27 leader_ca_cert_file trust Trust /ca.pem",
            "12:31 leader_client_cert_file client Certificate /c.pem",
            "13:30 leader_client_key_file client Key /c.key",
            "19:21 tls_client_cert client Certificate /s.pem",
            "19:47 tls_client_key client Key /s.key",
            "pair 0 1",
            "pair 4 5",
            "pair 6 7",
        ]
    );
}

#[test]
fn envoy_by_message() {
    let text = r#"
static_resources:
  listeners:
  - filter_chains:
    - filter_chain_match: { server_names: [api.example, "*.example"] }
      transport_socket:
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
          common_tls_context:
            tls_certificates:
            - certificate_chain: { filename: /tls/api.pem }
              private_key: { filename: "/tls/api.key" }
            validation_context:
              trusted_ca: { filename: /tls/ca.pem }
  clusters:
  - transport_socket:
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
        common_tls_context:
          tls_certificates:
          - certificate_chain: { inline_string: "x" }
            private_key: { filename: up.key }
"#;
    assert_eq!(
        shown("envoy.yaml", text),
        [
            "11:46 certificate_chain server Certificate /tls/api.pem [api.example *.example]",
            "12:40 private_key server Key /tls/api.key",
            "14:39 trusted_ca trust Trust /tls/ca.pem",
            "22:38 private_key client Key up.key",
            "pair 0 1",
        ]
    );
}

#[test]
fn etcd_and_kubernetes() {
    assert_eq!(
        shown(
            "etcd.yml",
            "client-transport-security:\n  cert-file: /s.crt\n  key-file: /s.key\npeer-transport-security:\n  trusted-ca-file: /ca.crt\n"
        ),
        [
            "2:14 cert-file server Certificate /s.crt",
            "3:13 key-file server Key /s.key",
            "5:20 trusted-ca-file trust Trust /ca.crt",
            "pair 0 1",
        ]
    );
    assert_eq!(
        shown(
            "etc/default/etcd",
            "ETCD_CERT_FILE=\"/s.crt\"\nETCD_KEY_FILE=/s.key\nETCD_PEER_TRUSTED_CA_FILE=/ca.crt\nETCD_NAME=n1\n"
        ),
        [
            "1:16 ETCD_CERT_FILE server Certificate /s.crt",
            "2:15 ETCD_KEY_FILE server Key /s.key",
            "3:27 ETCD_PEER_TRUSTED_CA_FILE trust Trust /ca.crt",
            "pair 0 1",
        ]
    );
    let pod = r"
apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - kube-apiserver
    - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
    - --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key
    - --tls-sni-cert-key=/image/a.crt,/image/a.key:a.example
    - --service-cluster-ip-range=192.0.2.0/24
    volumeMounts:
    - { mountPath: /etc/kubernetes/pki, name: certs }
  volumes:
  - { name: certs, hostPath: { path: /srv/pki } }
";
    assert_eq!(
        shown("manifests/kube-apiserver.yaml", pod),
        [
            "8:23 --etcd-certfile client Certificate /srv/pki/apiserver-etcd-client.crt",
            "9:22 --etcd-keyfile client Key /srv/pki/apiserver-etcd-client.key",
            "10:26 --tls-sni-cert-key server Certificate /image/a.crt [a.example]",
            "10:26 --tls-sni-cert-key server Key /image/a.key [a.example]",
            "pair 2 3",
            "pair 0 1",
        ]
    );
    assert_eq!(
        shown(
            "var/lib/kubelet/config.yaml",
            "kind: KubeletConfiguration\ntlsCertFile: /k.crt\ntlsPrivateKeyFile: /k.key\nauthentication: {x509: {clientCAFile: ca.crt}}\n"
        ),
        [
            "2:14 tlsCertFile server Certificate /k.crt",
            "3:20 tlsPrivateKeyFile server Key /k.key",
            "4:39 clientCAFile trust Trust ca.crt",
            "pair 0 1",
        ]
    );
    assert_eq!(
        shown(
            "etc/kubernetes/kubelet.conf",
            "kind: Config\nusers:\n- user:\n    client-certificate: /var/lib/kubelet/pki/current.pem\n    client-key: /var/lib/kubelet/pki/current.pem\n"
        ),
        [
            "4:25 client-certificate client Certificate /var/lib/kubelet/pki/current.pem",
            "5:17 client-key client Key /var/lib/kubelet/pki/current.pem",
            "pair 0 1",
        ]
    );
}

#[test]
fn systemd_units() {
    let text = r#"[Service]
Environment=TLS=/etc/tls "SSL_CERT_FILE=/etc/ca bundle.pem" API_CERT=/a.pem
Environment=API_KEY=sk-123
EnvironmentFile=-/etc/default/api
LoadCredential=tls.key:/etc/tls/secret.key
LoadCredential=password:/etc/secret
ExecStart=-/usr/bin/api --tls-cert ${TLS}/api.pem \
  --tls-key=${TLS}/api.key --peer-cacert %d/ca.pem --color --api-key /x.txt
# ExecStart=/usr/bin/api --cert /no.pem
"#;
    assert_eq!(
        shown("api.service", text),
        [
            "5:24 LoadCredential tls.key unstated Material /etc/tls/secret.key",
            "7:36 ExecStart --tls-cert unstated Certificate /etc/tls/api.pem",
            "8:13 ExecStart --tls-key unstated Key /etc/tls/api.key",
            "8:42 ExecStart --peer-cacert trust Trust $%d/ca.pem unresolved",
            "2:70 Environment API_CERT unstated Certificate /a.pem",
            "pair 1 2",
        ]
    );
}

#[test]
fn compose_translates_what_a_container_sees() {
    let text = r#"
x-env: &env { TLS_CERT: /certs/api.pem }
services:
  api:
    image: api
    environment:
      <<: *env
      TLS_KEY: /certs/api.key
      SSL_CERT_FILE: /etc/ssl/certs/ca-certificates.crt
      API_KEY: secret
    volumes:
      - ./tls:/certs:ro
      - ${DIR:-./x}/web.pem:/web.pem
      - named:/data
    secrets: [client]
    command: ["serve", "--client-cert", "/run/secrets/client", "--client-key=/run/secrets/client"]
secrets:
  client: { file: ./secrets/client.pem }
"#;
    let config = read(text.as_bytes(), "deploy/docker-compose.yml").expect("it is one");
    let bases: Vec<(&str, &Base)> = config
        .references
        .iter()
        .map(|reference| (reference.target.as_str(), &reference.base))
        .collect();
    assert_eq!(
        bases,
        [
            ("./secrets/client.pem", &Base::Folder),
            ("./x/web.pem", &Base::Folder),
            ("./tls/api.key", &Base::Folder),
            ("/etc/ssl/certs/ca-certificates.crt", &Base::Image),
            ("./tls/api.pem", &Base::Folder),
            ("./secrets/client.pem", &Base::Folder),
            ("./secrets/client.pem", &Base::Folder),
        ]
    );
    assert_eq!(
        config.pairs.len(),
        2,
        "certificate and key of the service, and of the client: {:?}",
        config.pairs
    );
}
