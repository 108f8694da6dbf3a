//! nginx, `HAProxy` and Apache in their check modes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use cert_audit::consumer::Kind;

use super::{Dice, ROUNDS, files, places, read};

/// What a server says of a configuration: nothing if it accepts it.
type Check = fn(&Path) -> Option<String>;

/// Asks a server about generated configurations, with and without the files.
fn judge(name: &str, generate: fn(&mut Dice) -> String, check: Check, pairs: bool) {
    for seed in 0..ROUNDS {
        let mut dice = Dice::of(seed);
        let root = tempfile::tempdir().unwrap();
        let text = generate(&mut dice).replace("@ROOT@", root.path().to_str().unwrap());
        // The way through a folder and back needs the folder.
        fs::create_dir_all(root.path().join("etc/server/tls")).unwrap();
        fs::create_dir_all(root.path().join("etc/server/crt/tls")).unwrap();
        fs::create_dir_all(root.path().join("srv/ca/tls")).unwrap();
        let path = format!("etc/server/{name}");
        fs::write(root.path().join(&path), &text).unwrap();
        let config = read(root.path(), &path);
        assert_eq!(config.trouble, [], "{text}");
        let places = places(&config, root.path(), &path);
        files::write(&config, &places);
        if let Some(refused) = check(root.path()) {
            panic!("seed {seed}: with all files that we see: {refused}\n{text}");
        }
        // Each file is needed: one of them is away, and the server names it.
        let needed: Vec<usize> = (0..places.len())
            .filter(|index| !config.references[*index].optional)
            .collect();
        let victim = needed[dice.below(needed.len())];
        let content = fs::read(&places[victim]).unwrap();
        fs::remove_file(&places[victim]).unwrap();
        let file = places[victim].file_name().unwrap().to_str().unwrap();
        match check(root.path()) {
            Some(refused) if refused.contains(file) => {}
            other => panic!("seed {seed}: without {file}: {other:?}\n{text}"),
        }
        fs::write(&places[victim], content).unwrap();
        // Each pair is one: another key does not fit.
        if pairs && !config.pairs.is_empty() {
            let pair = config.pairs[dice.below(config.pairs.len())];
            if config.references[pair.key].kind == Kind::Key
                && !config.references[pair.key].optional
                && !config.references[pair.certificate].optional
                && places[pair.key] != places[pair.certificate]
            {
                fs::write(&places[pair.key], files::foreign_key()).unwrap();
                assert!(
                    check(root.path()).is_some(),
                    "seed {seed}: another key\n{text}"
                );
            }
        }
    }
}

/// A path, in one of the ways in which it can be written; every one leads to a file of its own.
fn path(dice: &mut Dice, counter: &mut usize, end: &str) -> String {
    *counter += 1;
    let folder = dice.pick(&[
        "",
        "tls/",
        "@ROOT@/srv/",
        "@ROOT@/etc/ssl/",
        "./tls/../keys/",
    ]);
    format!(
        "{folder}{}{counter}.{end}",
        dice.pick(&["api", "web-", "a_b.c"])
    )
}

fn nginx_value(dice: &mut Dice, value: &str) -> String {
    match dice.below(4) {
        0 => format!("\"{value}\""),
        1 => format!("'{value}'"),
        _ => value.to_owned(),
    }
}

fn nginx_setting(dice: &mut Dice, out: &mut String, name: &str, value: &str) {
    let value = nginx_value(dice, value);
    let blank = dice.pick(&[" ", "  ", "\n\t", " # ssl_certificate no.pem;\n"]);
    let _ = write!(
        out,
        "{name}{blank}{value};{}",
        dice.pick(&["\n", " ", "# }\n"])
    );
}

fn nginx(dice: &mut Dice) -> String {
    let mut out = String::from("pid nginx.pid; events { }\n# ssl_certificate none.pem;\nhttp {\n");
    for folder in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        let _ = writeln!(out, "{folder}_temp_path tmp;");
    }
    out.push_str("access_log off; server_names_hash_bucket_size 128;\n");
    let mut counter = 0;
    let outer = dice.once_in(2);
    if outer {
        let certificate = path(dice, &mut counter, "pem");
        let key = path(dice, &mut counter, "key");
        nginx_setting(dice, &mut out, "ssl_certificate", &certificate);
        nginx_setting(dice, &mut out, "ssl_certificate_key", &key);
    }
    for server in 0..=dice.below(3) {
        let _ = writeln!(out, "server {{ listen 127.0.0.1:{} ssl;", 18443 + server);
        let _ = writeln!(
            out,
            "server_name s{server}.example *.x{server}.example ~^ssl_certificate$;"
        );
        if !outer || dice.once_in(2) {
            for _ in 0..=dice.below(2) {
                let certificate = path(dice, &mut counter, "pem");
                nginx_setting(dice, &mut out, "ssl_certificate", &certificate);
                let key = path(dice, &mut counter, "key");
                nginx_setting(dice, &mut out, "ssl_certificate_key", &key);
            }
        }
        if dice.once_in(3) {
            let anchor = path(dice, &mut counter, "crt");
            nginx_setting(dice, &mut out, "ssl_client_certificate", &anchor);
            out.push_str("ssl_verify_client on;\n");
            if dice.once_in(2) {
                let list = path(dice, &mut counter, "crl");
                nginx_setting(dice, &mut out, "ssl_crl", &list);
            }
        }
        if dice.once_in(4) {
            let parameters = path(dice, &mut counter, "dh");
            nginx_setting(dice, &mut out, "ssl_dhparam", &parameters);
        }
        out.push_str("add_header X \"{ ssl_certificate no.pem; }\";\n");
        out.push_str("location /a { return 200 'ssl_certificate no.pem; }'; }\n");
        if dice.once_in(2) {
            out.push_str("location / { proxy_pass https://127.0.0.1:1;\n");
            let certificate = path(dice, &mut counter, "pem");
            let key = path(dice, &mut counter, "key");
            nginx_setting(dice, &mut out, "proxy_ssl_certificate", &certificate);
            nginx_setting(dice, &mut out, "proxy_ssl_certificate_key", &key);
            out.push_str("}\n");
        }
        out.push_str("}\n");
    }
    out.push_str("}\n");
    out
}

fn check_nginx(root: &Path) -> Option<String> {
    refusal(
        Command::new("nginx")
            .args(["-t", "-e", "stderr", "-c", "nginx.conf", "-p"])
            .arg(root.join("etc/server")),
    )
}

/// What a command prints on standard error, if it fails.
fn refusal(command: &mut Command) -> Option<String> {
    let ran = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    (!ran.status.success()).then_some(said)
}

#[test]
fn nginx_loads_what_we_see() {
    judge("nginx.conf", nginx, check_nginx, true);
}

fn haproxy_value(dice: &mut Dice, value: &str) -> String {
    match dice.below(5) {
        0 => format!("\"{value}\""),
        1 => format!("'{value}'"),
        2 => value.replace("web-", "w\\ e\\#b\\.-"),
        _ => value.to_owned(),
    }
}

fn haproxy(dice: &mut Dice) -> String {
    let mut out = String::from("# bind :1 ssl crt no.pem\nglobal\n  default-path config\n");
    let mut counter = 0;
    let base = dice.once_in(2);
    if base {
        out.push_str(
            "  crt-base @ROOT@/etc/server/crt # ca-base /no\n  ca-base \"@ROOT@/srv/ca\"\n",
        );
    }
    out.push_str("  setenv STEM stem\n  presetenv TOP @ROOT@/top\n");
    if dice.once_in(3) {
        let _ = writeln!(
            out,
            "  ssl-dh-param-file {}",
            path(dice, &mut counter, "dh")
        );
    }
    out.push_str(
        "defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\n",
    );
    for number in 0..=dice.below(3) {
        let _ = writeln!(out, "frontend f{number}");
        let _ = write!(out, "  bind 127.0.0.1:{} ssl", 18443 + number);
        for _ in 0..=dice.below(2) {
            let file = match dice.below(5) {
                0 => {
                    counter += 1;
                    format!("\"${{STEM}}{counter}.pem\"")
                }
                1 => {
                    counter += 1;
                    format!("\"${{TOP}}/t{counter}.pem\"")
                }
                _ => {
                    let file = path(dice, &mut counter, "pem");
                    haproxy_value(dice, &file)
                }
            };
            let _ = write!(out, "{}crt {file}", dice.pick(&[" ", "  ", "\t"]));
        }
        if dice.once_in(2) {
            let file = path(dice, &mut counter, "crt");
            let _ = write!(
                out,
                " ca-file {} verify required",
                haproxy_value(dice, &file)
            );
            if dice.once_in(2) {
                let file = path(dice, &mut counter, "crl");
                let _ = write!(out, " crl-file {}", haproxy_value(dice, &file));
            }
        }
        out.push_str(" # crt no.pem\n  http-request set-header X \"bind ssl crt no.pem\"\n");
        let _ = writeln!(out, "  default_backend b{number}");
        let _ = writeln!(out, "backend b{number}");
        let _ = write!(out, "  server s 127.0.0.1:1 ssl");
        if dice.once_in(2) {
            let file = path(dice, &mut counter, "crt");
            let _ = write!(
                out,
                " verify required ca-file {}",
                haproxy_value(dice, &file)
            );
        } else {
            out.push_str(" verify none");
        }
        if dice.once_in(2) {
            // Relative, it would count from the folder of the process.
            let file = path(dice, &mut counter, "pem");
            let file = if base {
                file
            } else {
                format!("@ROOT@/srv/s{counter}.pem")
            };
            let _ = write!(out, " crt {}", haproxy_value(dice, &file));
        }
        out.push('\n');
    }
    out
}

fn check_haproxy(root: &Path) -> Option<String> {
    refusal(
        Command::new("haproxy")
            .arg("-c")
            .arg("-f")
            .arg(root.join("etc/server/haproxy.cfg")),
    )
}

#[test]
fn haproxy_loads_what_we_see() {
    judge("haproxy.cfg", haproxy, check_haproxy, false);
}

/// Where Debian's package has the modules.
const MODULES: &str = "/usr/lib/apache2/modules";

fn apache_setting(dice: &mut Dice, out: &mut String, name: &str, value: &str) {
    let name = match dice.below(3) {
        0 => name.to_ascii_lowercase(),
        1 => name.to_ascii_uppercase(),
        _ => name.to_owned(),
    };
    let value = match dice.below(4) {
        0 => format!("\"{value}\""),
        1 => format!("'{value}'"),
        _ => value.to_owned(),
    };
    let blank = dice.pick(&[" ", "\t ", " \\\n "]);
    let _ = writeln!(out, "{}{name}{blank}{value}", dice.pick(&["", "  ", "\t"]));
}

fn apache(dice: &mut Dice) -> String {
    let mut out = String::from("# SSLCertificateFile no.pem\nServerRoot \"@ROOT@/etc/server\"\n");
    out.push_str(
        "ServerName here.example\nPidFile a.pid\nErrorLog /dev/stderr\nDefine TLS @ROOT@/defined\n",
    );
    for module in ["mpm_event", "authz_core", "socache_shmcb", "ssl"] {
        let _ = writeln!(out, "LoadModule {module}_module {MODULES}/mod_{module}.so");
    }
    let mut counter = 0;
    for host in 0..=dice.below(3) {
        let port = 18443 + host;
        let _ = writeln!(
            out,
            "Listen 127.0.0.1:{port}\n<VirtualHost 127.0.0.1:{port}>"
        );
        let _ = writeln!(
            out,
            "ServerName h{host}.example:{port}\nServerAlias \\\n x.example\nSSLEngine on"
        );
        let certificate = if dice.once_in(4) {
            counter += 1;
            format!("${{TLS}}/d{counter}.pem")
        } else {
            path(dice, &mut counter, "pem")
        };
        apache_setting(dice, &mut out, "SSLCertificateFile", &certificate);
        if !dice.once_in(4) {
            let key = path(dice, &mut counter, "key");
            apache_setting(dice, &mut out, "SSLCertificateKeyFile", &key);
        }
        if dice.once_in(3) {
            let chain = path(dice, &mut counter, "crt");
            apache_setting(dice, &mut out, "SSLCertificateChainFile", &chain);
        }
        if dice.once_in(3) {
            let anchor = path(dice, &mut counter, "crt");
            apache_setting(dice, &mut out, "SSLCACertificateFile", &anchor);
            if dice.once_in(2) {
                let list = path(dice, &mut counter, "crl");
                apache_setting(dice, &mut out, "SSLCARevocationFile", &list);
                out.push_str("SSLCARevocationCheck chain\n");
            }
        }
        out.push_str(
            "<IfModule !mod_ssl.c>\n#SSLCertificateFile no.pem\n</IfModule>\n</VirtualHost>\n",
        );
    }
    out
}

fn check_apache(root: &Path) -> Option<String> {
    refusal(
        Command::new("apache2")
            .args(["-t", "-D", "DUMP_CERTS", "-d"])
            .arg(root)
            .arg("-f")
            .arg(root.join("etc/server/apache2.conf")),
    )
}

#[test]
fn apache_loads_what_we_see() {
    judge("apache2.conf", apache, check_apache, false);
}
