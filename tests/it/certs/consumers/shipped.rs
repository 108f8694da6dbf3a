//! Configurations as Debian's packages ship them.

use std::path::Path;

use cert_audit::consumer;

/// What a shipped file refers to, by line; every file must be read without trouble.
fn shipped(path: &str) -> Vec<(u32, String, String)> {
    let bytes = std::fs::read(Path::new(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let Some(config) = consumer::read(&bytes, path) else {
        return Vec::new();
    };
    assert_eq!(config.trouble, [], "{path}");
    config
        .references
        .into_iter()
        .map(|reference| (reference.start.line, reference.directive, reference.target))
        .collect()
}

/// Lines of a file that set one of the names and are no comment, as `grep` would find them.
fn grepped(path: &str, names: &[&str]) -> Vec<u32> {
    let text = std::fs::read_to_string(path).unwrap();
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| names.iter().any(|name| line.trim_start().starts_with(name)))
        .map(|(number, _)| number)
        .collect()
}

#[test]
fn shipped_configurations_are_read_line_by_line() {
    for (path, names) in [
        (
            "/usr/share/dovecot/conf.d/10-ssl.conf",
            &[
                "ssl_cert ",
                "ssl_key ",
                "ssl_ca ",
                "ssl_client_ca_dir ",
                "ssl_dh ",
            ][..],
        ),
        (
            "/usr/share/postfix/main.cf.tls",
            &[
                "smtpd_tls_cert_file",
                "smtpd_tls_key_file",
                "smtp_tls_CApath",
            ][..],
        ),
        (
            "/etc/nginx/snippets/snakeoil.conf",
            &["ssl_certificate ", "ssl_certificate_key "][..],
        ),
        ("/etc/nginx/nginx.conf", &["ssl_certificate"][..]),
        ("/etc/haproxy/haproxy.cfg", &["bind ", "server "][..]),
    ] {
        let lines: Vec<u32> = shipped(path).iter().map(|(line, ..)| *line).collect();
        assert_eq!(lines, grepped(path, names), "{path}");
    }
}
