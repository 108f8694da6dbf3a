//! Texts that mean harm: no panic, and work that is bounded by their length.

use super::super::{LONGEST, Mounts, Seen, read, resolve};

/// A path of each language, and a text that its reader finds something in.
const SEEDS: [(&str, &str); 15] = [
    (
        "nginx.conf",
        "http { server { listen 443 ssl; server_name a.example; ssl_certificate \"a b.pem\"; ssl_certificate_key 'k\\'.key'; } ssl_crl ${x}.pem; }",
    ),
    (
        "apache2/a.conf",
        "Define X /x\n<VirtualHost *:443>\nServerName a.example\nSSLCertificateFile ${X}/a.pem \\\n\nSSLCertificateKeyFile \"k\"\n</VirtualHost>\n",
    ),
    (
        "haproxy.cfg",
        "global\n crt-base /x\n setenv A b\nfrontend f\n bind :443 ssl crt \"${A}.pem\" ca-file ca.pem\nbackend b\n server s a:1 ssl crt c.pem\n",
    ),
    ("crt-list.txt", "/a.pem [alpn h2] a.example\n"),
    (
        "postgresql.conf",
        "ssl = on\nssl_cert_file = 'a''b.pem'\nprimary_conninfo = 'sslcert=/a sslkey=/b'\n",
    ),
    (
        "my.cnf",
        "[mysqld]\ndatadir = /d\nssl-cert = \"a\\sb.pem\" # c\nssl_key = k\n!include /x\n",
    ),
    (
        "dovecot.conf",
        "ssl_cert = <a.pem\nlocal_name a b {\n ssl_key = <k\n}\nssl_ca = $ssl_cert\n",
    ),
    (
        "main.cf",
        "d = /d\nsmtpd_tls_cert_file = ${d}/a.pem,\n $d\nsmtpd_tls_key_file=$smtpd_tls_key_file\nsmtpd_tls_chain_files = /a, /b\n",
    ),
    (
        "master.cf",
        "smtps inet n - y - - smtpd\n -o smtpd_tls_cert_file=/a -o { smtpd_tls_key_file = /b }\n",
    ),
    (
        "consul.hcl",
        "cert_file = \"a\" key_file = <<E\nx\nE\ntls { defaults { ca_file = \"\\u0041\" } https = { \"cert_file\": \"b\" } }",
    ),
    (
        "vault.hcl",
        "listener \"tcp\" { tls_cert_file = \"a\" tls_key_file = \"b\" } storage \"x\" \"y\" { tls_ca_file = [1, {a=2}] }",
    ),
    (
        "envoy.yaml",
        "a: &x\n- '@type': DownstreamTlsContext\n  tls_certificates: [{certificate_chain: {filename: a}, private_key: {filename: b}}]\nb: *x\n",
    ),
    (
        "api.service",
        "[Service]\nEnvironment=A=/x TLS_CERT=/c.pem\nExecStart=/bin/x --cert ${A}/a.pem \\\n --key=%d/k.key\nLoadCredential=a.pem:/a.pem\n",
    ),
    (
        "compose.yaml",
        "services:\n  a:\n    environment: {TLS_KEY: /c/k.pem}\n    volumes: ['./c:/c', '${A:-./b}/b.pem:/b']\n    secrets: [s]\n    command: x --cert /run/secrets/s\nsecrets: {s: {file: s.pem}}\n",
    ),
    (
        "pod.yaml",
        "kind: Pod\nspec:\n  containers:\n  - command: [x, --tls-cert-file=/a/c.pem, --tls-sni-cert-key=/a/b,/a/c:d]\n    volumeMounts: [{name: v, mountPath: /a}]\n  volumes: [{name: v, hostPath: {path: /b}}]\n",
    ),
];

/// Bytes that mean something in one of the languages.
const BYTES: &[u8] = b"\0\n\r\t \"'\\{}[]()<>=:;,.#$%&*!|-_/~@^`?+\x7f\x80\xff\xc3\xe2";

/// Numbers in an order that is always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).expect("53 bits fit") % end.max(1)
    }
}

/// Reads, and resolves what was found; positions must lie within the text.
fn whole(path: &str, bytes: &[u8]) -> usize {
    let Some(config) = read(bytes, path) else {
        return 0;
    };
    let seen = Seen::new(["a.pem", "etc/a/b.pem"], ["x"]);
    for reference in &config.references {
        assert!(reference.start.byte <= reference.end.byte);
        assert!(usize::try_from(reference.end.byte).expect("small") <= bytes.len());
        resolve(
            reference,
            path,
            std::path::Path::new("/r"),
            &seen,
            &Mounts::default(),
        );
    }
    for pair in &config.pairs {
        assert!(config.references.get(pair.certificate).is_some());
        assert!(config.references.get(pair.key).is_some());
    }
    config.references.len()
}

#[test]
fn mutants_of_every_language_are_read() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for (path, seed) in SEEDS {
        assert!(whole(path, seed.as_bytes()) > 0, "the seed of {path}");
        let mut found = 0;
        for _ in 0..1500 {
            let mut bytes = seed.as_bytes().to_vec();
            for _ in 0..=dice.below(4) {
                let at = dice.below(bytes.len());
                match dice.below(5) {
                    0 => bytes.truncate(at.max(1)),
                    1 => bytes[at] = BYTES[dice.below(BYTES.len())],
                    2 => bytes.insert(at, BYTES[dice.below(BYTES.len())]),
                    3 => drop(bytes.remove(at)),
                    _ => {
                        let end = at + dice.below(bytes.len() - at);
                        let piece = bytes[at..end].to_vec();
                        let to = dice.below(bytes.len());
                        bytes.splice(to..to, piece);
                    }
                }
                if bytes.is_empty() {
                    bytes.push(b'x');
                }
            }
            found += usize::from(whole(path, &bytes) > 0);
        }
        assert!(
            found > 100,
            "most mutants of {path} still say something: {found}"
        );
    }
}

/// A text of a quarter of the most that is read, which repeats a piece behind a beginning.
fn long(begin: &str, piece: &str) -> String {
    let mut text = begin.to_owned();
    while text.len() + piece.len() < LONGEST / 4 {
        text.push_str(piece);
    }
    text
}

#[test]
fn long_texts_take_time_by_their_length() {
    let cases = [
        (
            "nginx.conf",
            "ssl_certificate a;",
            "server{ssl_certificate é;",
        ),
        ("nginx.conf", "ssl_certificate a;", "{"),
        (
            "nginx.conf",
            "http{ssl_certificate a;",
            "server{listen 1 ssl;server_name a.b;}",
        ),
        ("nginx.conf", "ssl_certificate a;", "é"),
        ("apache2/a.conf", "SSLCertificateFile a\n", "<a>\n"),
        (
            "apache2/a.conf",
            "Define a ${a}${a}\nSSLCertificateFile a\n",
            "SSLCertificateFile ${a}${a}${a}\n",
        ),
        (
            "haproxy.cfg",
            "frontend f\n bind :1 crt a.pem\nbackend b\n",
            "setenv a$a b\n",
        ),
        ("postgresql.conf", "ssl=on\n", "a='"),
        ("my.cnf", "[mysqld]\nssl-cert=a\n", "[a]\nssl-cert=b\n"),
        ("dovecot.conf", "ssl_cert = <a\n", "a {\nssl_key = <b\n"),
        (
            "main.cf",
            "smtpd_tls_cert_file = $smtpd_tls_cert_file$a\na=$a$a\n",
            "a = $a$a$a\n",
        ),
        ("main.cf", "smtpd_tls_chain_files = /a", " \n\n#\n /a,"),
        ("master.cf", "smtpd_tls_ x\n", " -o { -o {"),
        (
            "consul.hcl",
            "cert_file = \"a\"\n",
            "a { cert_file = \"b\" ",
        ),
        (
            "consul.json",
            "{\"cert_file\": \"a\", \"tls\": ",
            "[{\"a\":",
        ),
        (
            "vault.hcl",
            "listener { tls_cert_file = \"b\" }",
            "listener { tls_cert_file = <<A\n",
        ),
        ("envoy.yaml", "tls_certificates: filename\n", "["),
        ("envoy.yaml", "tls_certificates: filename\n", "- - "),
        (
            "envoy.yaml",
            "tls_certificates: filename\na: &a [x]\n",
            "b: &b [*a, *a]\n",
        ),
        (
            "compose.yaml",
            "services:\n  a:\n    volumes:\n",
            "    - ./a.pem:/a\n",
        ),
        (
            "compose.yaml",
            "services:\n",
            "  a: {volumes: ['./a.pem:/a'], secrets: [a]}\n",
        ),
        (
            "pod.yaml",
            "kind: Pod\nhostPath: cert\ncontainers:\n",
            "- {command: [x, --tls-cert=/a.pem]}\n",
        ),
        (
            "api.service",
            "ExecStart=/x --cert /a.pem",
            " --cert /a.pem",
        ),
        (
            "api.service",
            "[Service]\nExecStart=/x --cert ${a}\n",
            "Environment=a=${a}${a}\n",
        ),
    ];
    for (path, begin, piece) in cases {
        whole(path, long(begin, piece).as_bytes());
    }
}

#[test]
fn what_is_longer_than_the_most_is_said() {
    let text = format!("ssl_certificate a;\n#{}", "x".repeat(LONGEST));
    let config = read(text.as_bytes(), "nginx.conf").expect("it is one by name");
    assert_eq!(config.references, []);
    assert_eq!(
        config.trouble[0].reason,
        "it is longer than 4 MiB, the most that is read of a configuration"
    );
}
