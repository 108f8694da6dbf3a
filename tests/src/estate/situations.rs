//! What is planted in the estate, each with what must be said of it: one row, one situation.

/// A file that holds certificates.
#[derive(Debug)]
pub(super) struct FileRow {
    pub(super) path: &'static str,
    /// The name of a format.
    pub(super) format: &'static str,
    /// Ids of certificates, the leaf first.
    pub(super) holds: &'static [&'static str],
    /// The name of the key that lies with it, in the format or, in PEM, behind the certificates.
    pub(super) key: Option<&'static str>,
}

/// What must be found: rule, level and path.
pub(super) type Expected = (&'static str, &'static str, &'static str);

/// One situation.
#[derive(Debug)]
pub(super) struct Situation {
    /// What it shows: for whoever reads a failure.
    pub(super) what: &'static str,
    pub(super) files: &'static [FileRow],
    /// Other files: path and text.
    pub(super) texts: &'static [(&'static str, &'static str)],
    pub(super) finds: &'static [Expected],
}

const fn file(path: &'static str, holds: &'static [&'static str]) -> FileRow {
    FileRow {
        path,
        format: "pem",
        holds,
        key: None,
    }
}

const fn with_key(
    path: &'static str,
    holds: &'static [&'static str],
    key: &'static str,
) -> FileRow {
    FileRow {
        path,
        format: "pem-with-key",
        holds,
        key: Some(key),
    }
}

/// The key alone.
const fn key(path: &'static str, key: &'static str) -> FileRow {
    with_key(path, &[], key)
}

const fn row(
    what: &'static str,
    files: &'static [FileRow],
    finds: &'static [Expected],
) -> Situation {
    Situation {
        what,
        files,
        texts: &[],
        finds,
    }
}

const fn deployed(
    what: &'static str,
    files: &'static [FileRow],
    texts: &'static [(&'static str, &'static str)],
    finds: &'static [Expected],
) -> Situation {
    Situation {
        what,
        files,
        texts,
        finds,
    }
}

/// Situations that lie in files of certificates alone.
#[rustfmt::skip]
pub(super) static FILES: &[Situation] = &[
    row("the trust store: two dead anchors", &[file("anchors/company.pem", &["root", "second-root", "dead-root", "saved-root"])],
        &[("expired-anchor", "warn", "anchors/company.pem"), ("expired-anchor", "warn", "anchors/company.pem")]),
    row("expired for days", &[file("expiry/dead.pem", &["dead", "issuing"])], &[("expired", "deny", "expiry/dead.pem")]),
    row("expired for one second", &[file("expiry/dead-second.pem", &["dead-second", "issuing"])], &[("expired", "deny", "expiry/dead-second.pem")]),
    row("in its last second", &[file("expiry/alive-second.pem", &["alive-second", "issuing"])], &[("expires-soon", "deny", "expiry/alive-second.pem")]),
    row("manual, within 14 days", &[file("expiry/six-days.pem", &["six-days", "issuing"])], &[("expires-soon", "deny", "expiry/six-days.pem")]),
    row("manual, within 45 days", &[file("expiry/forty-days.pem", &["forty-days", "issuing"])], &[("expires-soon", "warn", "expiry/forty-days.pem")]),
    row("manual, more than 45 days", &[file("expiry/sixty-days.pem", &["sixty-days", "issuing"])], &[]),
    row("not yet valid", &[file("expiry/tomorrow.pem", &["tomorrow", "issuing"])], &[("not-yet-valid", "deny", "expiry/tomorrow.pem")]),
    row("auto, five days of ninety", &[file("expiry/auto-stuck.pem", &["auto-stuck", "issuing"])], &[("expires-soon", "deny", "expiry/auto-stuck.pem")]),
    row("auto, 18 days of ninety", &[file("expiry/auto-late.pem", &["auto-late", "issuing"])], &[("expires-soon", "warn", "expiry/auto-late.pem")]),
    row("auto, 31 days of ninety", &[file("expiry/auto-fine.pem", &["auto-fine", "issuing"])], &[]),
    row("three days of six are plenty", &[file("expiry/auto-short.pem", &["auto-short", "issuing"])], &[]),
    row("ten years", &[file("expiry/ten-years.pem", &["ten-years", "issuing"])], &[]),
    row("no end, below a CA that has one", &[file("expiry/no-end.pem", &["no-end", "issuing"])], &[("chain-expires-first", "warn", "expiry/no-end.pem")]),

    row("below an intermediate that has ended", &[file("chains/on-ended.pem", &["on-ended", "ended"])],
        &[("chain-expires-first", "deny", "chains/on-ended.pem"), ("expired", "deny", "chains/on-ended.pem")]),
    row("below an intermediate that ends in days", &[file("chains/on-ending.pem", &["on-ending", "ending"])],
        &[("chain-expires-first", "deny", "chains/on-ending.pem"), ("expires-soon", "deny", "chains/on-ending.pem")]),
    row("below a root that has ended", &[file("chains/on-dead-root.pem", &["on-dead-root", "below-dead"])],
        &[("chain-expires-first", "deny", "chains/on-dead-root.pem")]),
    row("below a root that has ended and was signed again", &[file("chains/on-saved-root.pem", &["on-saved-root", "below-saved", "saved-again"])], &[]),
    row("below a CA that two roots signed", &[file("chains/on-crossed.pem", &["on-crossed", "crossed-one"]), file("anchors/crossed/two.pem", &["crossed-two"])], &[]),
    row("below a CA's first key", &[file("chains/on-first-key.pem", &["on-first-key", "keyed-first"])], &[]),
    row("below a CA's second key", &[file("chains/on-second-key.pem", &["on-second-key", "keyed-again"])], &[]),
    row("past the issuing horizon", &[file("chains/on-late.pem", &["on-late", "late"])], &[("expires-soon", "deny", "chains/on-late.pem"), ("past-issuing-horizon", "deny", "chains/on-late.pem")]),
    row("near the issuing horizon", &[file("chains/on-late-soon.pem", &["on-late-soon", "late-soon"])], &[("expires-soon", "warn", "chains/on-late-soon.pem")]),
    row("a leaf that outlives its CA", &[file("chains/outlives.pem", &["outlives", "short"])],
        &[("chain-expires-first", "warn", "chains/outlives.pem"), ("expires-soon", "deny", "chains/outlives.pem"), ("past-issuing-horizon", "deny", "chains/outlives.pem")]),
    row("within name constraints", &[file("chains/inside.pem", &["inside", "constrained"])], &[]),
    row("against name constraints", &[file("chains/outside.pem", &["outside", "constrained"])], &[]),
    row("nobody knows the issuer, and nobody serves it", &[file("chains/on-unknown.pem", &["on-unknown"])], &[]),

    row("the serial number zero", &[file("quality/serial-zero.pem", &["serial-zero", "issuing"])], &[("bad-serial", "warn", "quality/serial-zero.pem")]),
    row("a serial number of 21 octets", &[file("quality/serial-long.pem", &["serial-long", "issuing"])], &[("bad-serial", "warn", "quality/serial-long.pem")]),
    row("an unknown critical extension", &[file("quality/unknown-critical.pem", &["unknown-critical", "issuing"])], &[("unknown-critical-extension", "warn", "quality/unknown-critical.pem")]),
    row("RSA with 1024 bits", &[file("quality/weak-key.pem", &["weak-key", "issuing"])], &[("weak-key", "deny", "quality/weak-key.pem")]),
    row("no names in a server certificate", &[file("quality/no-names.pem", &["no-names", "issuing"])], &[("missing-san", "warn", "quality/no-names.pem")]),
    row("signed with SHA-1", &[file("quality/weak-signature.pem", &["weak-signature", "weak-signature-ca"])], &[("weak-signature", "deny", "quality/weak-signature.pem")]),
    row("cut off", &[FileRow { format: "cut", ..file("quality/cut.pem", &["cut"]) }], &[("unreadable", "deny", "quality/cut.pem")]),

    row("the same in many places", &[
        file("copies/a/tls.pem", &["copied", "issuing"]), file("copies/b/tls.pem", &["copied", "issuing"]),
        FileRow { format: "secret-yaml", key: Some("copied"), ..file("copies/c/secret.yaml", &["copied", "issuing"]) },
        FileRow { format: "der", ..file("copies/d/tls.der", &["copied"]) },
        ], &[]),
    row("an old one beside the renewed one", &[file("renewed/new-host.pem", &["renewed-new", "issuing"]), file("renewed/old-host.pem", &["renewed-old", "issuing"])],
        &[("stale-copy", "warn", "renewed/old-host.pem")]),
    row("two services, one key", &[file("shares/one.pem", &["shares-one", "issuing"]), file("shares/two.pem", &["shares-two", "issuing"])], &[("shared-key", "warn", "shares/one.pem")]),
    row("a key that all may read", &[with_key("exposed/server.pem", &["exposed", "issuing"], "exposed")], &[("exposed-private-key", "deny", "exposed/server.pem")]),
    row("another key in the Secret", &[FileRow { format: "secret-yaml", key: Some("somebody"), ..file("secrets/mismatched.yaml", &["mismatched-secret", "issuing"]) }],
        &[("key-mismatch", "deny", "secrets/mismatched.yaml")]),

    row("the policy wants another name", &[file("names/misnamed.pem", &["misnamed", "issuing"])], &[("name-mismatch", "deny", "names/misnamed.pem")]),
    row("owned", &[file("owned/tls.pem", &["owned", "issuing"])], &[]),
    row("exempted", &[file("exempted/dead.pem", &["exempt-dead", "issuing"])], &[]),
    row("left out by the policy", &[file("allowed/dead.pem", &["allowed-dead", "issuing"])], &[]),
    row("only a warning by the policy", &[file("warned/dead.pem", &["warned-dead", "issuing"])], &[("expired", "warn", "warned/dead.pem")]),
    row("a fixture", &[file("app/testdata/dead.pem", &["fixture-dead", "issuing"])], &[]),
    deployed("expected and not there, and there without a certificate", &[], &[("expected/nothing.txt", "no certificate here\n")],
        &[("missing-certificate", "deny", "expected/gone.pem"), ("empty-source", "deny", "expected/nothing.txt")]),
];

const NGINX: &str = "events {}\nhttp {\n  server {\n    listen 443 ssl;\n    ssl_certificate /etc/nginx/tls/server.pem;\n    ssl_certificate_key /etc/nginx/tls/server.key;\n  }\n}\n";

/// Situations of servers, each a host's file system of its own.
#[rustfmt::skip]
pub(super) static HOSTS: &[Situation] = &[
    deployed("nginx, fine", &[file("hosts/n1/etc/nginx/tls/server.pem", &["nginx-fine", "issuing"]), key("hosts/n1/etc/nginx/tls/server.key", "nginx-fine")],
        &[("hosts/n1/etc/nginx/nginx.conf", NGINX)], &[]),
    deployed("nginx fails at the next restart", &[file("hosts/n2/etc/nginx/tls/server.pem", &["nginx-dead", "issuing"]), key("hosts/n2/etc/nginx/tls/server.key", "nginx-dead")],
        &[("hosts/n2/etc/nginx/nginx.conf", NGINX)], &[("fails-at-restart", "deny", "hosts/n2/etc/nginx/tls/server.pem")]),
    deployed("nginx without the intermediate", &[file("hosts/n3/etc/nginx/tls/server.pem", &["alone"]), key("hosts/n3/etc/nginx/tls/server.key", "alone")],
        &[("hosts/n3/etc/nginx/nginx.conf", NGINX)], &[("missing-intermediate", "deny", "hosts/n3/etc/nginx/tls/server.pem")]),
    deployed("nginx with a jumbled chain", &[file("hosts/n4/etc/nginx/tls/server.pem", &["jumbled", "root", "issuing"]), key("hosts/n4/etc/nginx/tls/server.key", "jumbled")],
        &[("hosts/n4/etc/nginx/nginx.conf", NGINX)], &[("misordered-chain", "warn", "hosts/n4/etc/nginx/tls/server.pem")]),
    deployed("nginx with another key", &[file("hosts/n5/etc/nginx/tls/server.pem", &["mismatched", "issuing"]), key("hosts/n5/etc/nginx/tls/server.key", "somebody")],
        &[("hosts/n5/etc/nginx/nginx.conf", NGINX)], &[("key-mismatch", "deny", "hosts/n5/etc/nginx/tls/server.pem")]),
    deployed("nginx with a client's certificate", &[file("hosts/n6/etc/nginx/tls/server.pem", &["client", "issuing"]), key("hosts/n6/etc/nginx/tls/server.key", "client")],
        &[("hosts/n6/etc/nginx/nginx.conf", NGINX)], &[("wrong-usage", "deny", "hosts/n6/etc/nginx/tls/server.pem")]),
    deployed("nginx, and the file is not there", &[key("hosts/n7/etc/nginx/tls/server.key", "nobody")],
        &[("hosts/n7/etc/nginx/nginx.conf", NGINX), ("hosts/n7/etc/os-release", "ID=debian\n")], &[("missing-certificate", "deny", "hosts/n7/etc/nginx/nginx.conf")]),
    deployed("haproxy, fine", &[with_key("hosts/h1/etc/haproxy/certs/site.pem", &["haproxy-fine", "issuing"], "haproxy-fine")],
        &[("hosts/h1/etc/haproxy/haproxy.cfg", HAPROXY)], &[]),
    deployed("haproxy fails at the next restart", &[with_key("hosts/h2/etc/haproxy/certs/site.pem", &["haproxy-dead", "issuing"], "haproxy-dead")],
        &[("hosts/h2/etc/haproxy/haproxy.cfg", HAPROXY)], &[("fails-at-restart", "deny", "hosts/h2/etc/haproxy/certs/site.pem")]),
    deployed("PostgreSQL, fine", &[file("hosts/p1/etc/postgresql/server.crt", &["postgres-fine", "issuing"]), key("hosts/p1/etc/postgresql/server.key", "postgres-fine")],
        &[("hosts/p1/etc/postgresql/postgresql.conf", POSTGRES)], &[]),
    deployed("PostgreSQL fails at the next restart", &[file("hosts/p2/etc/postgresql/server.crt", &["postgres-dead", "issuing"]), key("hosts/p2/etc/postgresql/server.key", "postgres-dead")],
        &[("hosts/p2/etc/postgresql/postgresql.conf", POSTGRES)], &[("fails-at-restart", "deny", "hosts/p2/etc/postgresql/server.crt")]),
    deployed("a systemd unit, fine", &[file("hosts/s1/etc/app/tls.pem", &["systemd-fine", "issuing"]), key("hosts/s1/etc/app/tls.key", "systemd-fine")],
        &[("hosts/s1/etc/systemd/system/app.service", SYSTEMD)], &[]),
    deployed("a systemd unit fails at the next restart", &[file("hosts/s2/etc/app/tls.pem", &["systemd-dead", "issuing"]), key("hosts/s2/etc/app/tls.key", "systemd-dead")],
        &[("hosts/s2/etc/systemd/system/app.service", SYSTEMD)], &[("fails-at-restart", "deny", "hosts/s2/etc/app/tls.pem")]),
    deployed("a compose file, fine", &[file("hosts/c1/stack/tls/tls.pem", &["compose-fine", "issuing"]), key("hosts/c1/stack/tls/tls.key", "compose-fine")],
        &[("hosts/c1/stack/compose.yaml", COMPOSE)], &[]),
    deployed("a compose file fails at the next restart", &[file("hosts/c2/stack/tls/tls.pem", &["compose-dead", "issuing"]), key("hosts/c2/stack/tls/tls.key", "compose-dead")],
        &[("hosts/c2/stack/compose.yaml", COMPOSE)], &[("fails-at-restart", "deny", "hosts/c2/stack/tls/tls.pem")]),
];

const HAPROXY: &str = "frontend www\n  mode http\n  bind :443 ssl crt /etc/haproxy/certs/site.pem\n  default_backend web\n";
const POSTGRES: &str = "listen_addresses = '*'\nssl = on\nssl_cert_file = '/etc/postgresql/server.crt'\nssl_key_file = '/etc/postgresql/server.key'\n";
const SYSTEMD: &str = "[Unit]\nDescription=An application\n\n[Service]\nLoadCredential=tls.pem:/etc/app/tls.pem\nLoadCredential=tls.key:/etc/app/tls.key\nExecStart=/usr/bin/app --port 443\n";
const COMPOSE: &str = "services:\n  web:\n    image: registry.example/web:1\n    secrets: [tls.pem, tls.key]\nsecrets:\n  tls.pem:\n    file: ./tls/tls.pem\n  tls.key:\n    file: ./tls/tls.key\n";
