//! Which language a file is written in: by its name first, then by a search for a few words.

use std::collections::BTreeSet;

use memchr::memmem;

use super::{
    Build, Seen, Software, apache, compose, dovecot, envoy, haproxy, hashicorp, kubernetes, mysql,
    nginx, postfix, postgresql, systemd,
};

/// Reads a text; the path is for languages whose files mean different things by name.
type Reader = fn(&str, &str, &mut Build);

/// A language.
pub(super) struct Format {
    pub(super) software: Software,
    pub(super) reader: Reader,
}

/// How a language is told.
struct Sign {
    software: Software,
    reader: Reader,
    /// Names of its files, or beginnings of them that end in `*`.
    names: &'static [&'static str],
    /// Folders in which its files lie.
    folders: &'static [&'static str],
    /// One of these words must be in it, in lower case.
    stems: &'static [&'static str],
    /// One of these too, where neither name nor folder says what it is.
    marks: &'static [&'static str],
}

/// Languages of settings, in the order in which they are tried.
const SIGNS: [Sign; 11] = [
    Sign {
        software: Software::Postfix,
        reader: postfix::main,
        names: &["main.cf"],
        folders: &[],
        stems: &["_tls_", "tlsproxy_"],
        marks: &["smtpd_tls_", "smtp_tls_"],
    },
    Sign {
        software: Software::Postfix,
        reader: postfix::master,
        names: &["master.cf"],
        folders: &[],
        stems: &["_tls_", "tlsproxy_"],
        marks: &[],
    },
    Sign {
        software: Software::Pgbouncer,
        reader: postgresql::pgbouncer,
        names: &["pgbouncer.ini"],
        folders: &["pgbouncer"],
        stems: &["client_tls_", "server_tls_"],
        marks: &["[pgbouncer]"],
    },
    Sign {
        software: Software::Haproxy,
        reader: haproxy::read,
        names: &["haproxy*", "crt-list*", "crt_list*", "crtlist*"],
        folders: &["haproxy"],
        stems: &[
            " crt ",
            " ca-file ",
            "crt-list",
            "crl-file",
            "dh-param-file",
            "ca-verify-file",
            "load ",
            ".pem",
        ],
        marks: &["\nfrontend ", "\nbackend ", "\nlisten "],
    },
    Sign {
        software: Software::Dovecot,
        reader: dovecot::read,
        names: &["dovecot*"],
        folders: &["dovecot"],
        stems: &["ssl_"],
        marks: &["ssl_server_cert_file", "ssl_cert = <", "ssl_cert=<"],
    },
    Sign {
        software: Software::Postgresql,
        reader: postgresql::read,
        names: &["postgresql.conf", "postgresql.auto.conf", "postgresql-*"],
        folders: &["postgresql", "postgres", "pgsql"],
        stems: &["ssl"],
        marks: &[],
    },
    Sign {
        software: Software::Mysql,
        reader: mysql::read,
        names: &["my.cnf", ".my.cnf", "my.ini", "mariadb.cnf", "mysqld.cnf"],
        folders: &["mysql", "mariadb", "mariadb.conf.d", "my.cnf.d"],
        stems: &[
            "ssl-cert", "ssl_cert", "ssl-key", "ssl_key", "ssl-ca", "ssl_ca", "ssl-crl", "ssl_crl",
        ],
        marks: &["[mysqld", "[mariadb", "[client", "[server]"],
    },
    Sign {
        software: Software::Apache,
        reader: apache::read,
        names: &["apache2.conf", "httpd.conf", "httpd-ssl.conf"],
        folders: &["apache2", "apache", "httpd"],
        stems: &[
            "sslcertificate",
            "sslca",
            "sslproxymachine",
            "sslproxyca",
            "sslocspresponder",
            "ldaptrusted",
            "mdcertificate",
            "mdcacert",
            "sslopensslconfcmd",
            "sslcadn",
        ],
        marks: &[
            "sslcertificatefile",
            "sslcacertificate",
            "sslproxymachine",
            "sslproxyca",
            "<virtualhost",
        ],
    },
    Sign {
        software: Software::Nginx,
        reader: nginx::read,
        names: &["nginx*"],
        folders: &["nginx"],
        stems: &NGINX,
        marks: &[";"],
    },
    Sign {
        software: Software::Postgresql,
        reader: postgresql::read,
        names: &[],
        folders: &[],
        stems: &["ssl_cert_file", "ssl_key_file"],
        marks: &["ssl_cert_file", "ssl_key_file"],
    },
    Sign {
        software: Software::Kubernetes,
        reader: kubernetes::read,
        names: &["kubeconfig*", "kubelet*", "config"],
        folders: &["kubernetes", ".kube"],
        stems: &["kind: config", "kind: kubeletconfiguration"],
        marks: &["kind: config", "kind: kubeletconfiguration"],
    },
];

const NGINX: [&str; 8] = [
    "snippets/",
    "ssl_certificate",
    "ssl_client_certificate",
    "ssl_trusted_certificate",
    "ssl_crl",
    "ssl_dhparam",
    "ssl_password_file",
    "ssl_stapling_file",
];

/// Extensions of files of settings.
const SETTINGS: [&str; 14] = [
    "auto",
    "cf",
    "cfg",
    "cnf",
    "conf",
    "config",
    "haproxy",
    "inc",
    "include",
    "ini",
    "kubeconfig",
    "nginx",
    "site",
    "vhost",
];

/// Folders whose files have settings whatever their names are.
const FOLDERS: [&str; 12] = [
    "apache2",
    "conf.d",
    "dovecot",
    "haproxy",
    "httpd",
    "mysql",
    "nginx",
    "postfix",
    "sites-available",
    "sites-enabled",
    "snippets",
    "vhosts.d",
];

/// Extensions of copies, examples and templates, which no program reads.
const UNUSED: [&str; 24] = [
    "bak",
    "default",
    "dist",
    "dpkg-bak",
    "dpkg-dist",
    "dpkg-new",
    "dpkg-old",
    "erb",
    "example",
    "in",
    "j2",
    "jinja",
    "jinja2",
    "mustache",
    "old",
    "orig",
    "proto",
    "rpmnew",
    "rpmorig",
    "rpmsave",
    "sample",
    "save",
    "tmpl",
    "ucf-dist",
];

/// Extensions of files that are surely no settings, in folders where any name could be.
const OTHERS: [&str; 26] = [
    "cer", "cert", "crl", "crt", "css", "csr", "der", "gif", "gz", "html", "jpg", "js", "key",
    "log", "lua", "md", "p12", "pem", "php", "pl", "png", "pub", "py", "sh", "so", "sql",
];

/// The language of a file that can refer to certificates.
pub(super) fn format(bytes: &[u8], path: &str) -> Option<Format> {
    let lower = path.to_ascii_lowercase();
    let mut parts: Vec<&str> = lower.split('/').collect();
    let name = parts.pop()?;
    if name.ends_with('~') || name.starts_with('#') {
        return None;
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if UNUSED.contains(&extension) || extension == "tpl" || extension == "template" {
        return None;
    }
    let head = bytes
        .get(..bytes.len().min(super::LONGEST))
        .unwrap_or(bytes);
    let begin = head.get(..head.len().min(1024)).unwrap_or(head);
    if begin.contains(&0) || begin.starts_with(b"#!") {
        return None;
    }
    match extension {
        "yaml" | "yml" => return of_yaml(head, name),
        "json" => return of_json(head),
        "hcl" => return of_hcl(head),
        "service" | "socket" => return unit(head),
        "conf"
            if parts
                .last()
                .is_some_and(|folder| folder.ends_with(".service.d")) =>
        {
            return unit(head);
        }
        "manifest" => return of_yaml(head, name),
        _ => {}
    }
    let environment = extension == "env"
        || name == ".env"
        || name.starts_with(".env.")
        || (parts.len() >= 2
            && parts
                .last()
                .is_some_and(|f| ["default", "sysconfig"].contains(f))
            && parts.get(parts.len() - 2) == Some(&"etc"));
    if environment {
        let lower = head.to_ascii_lowercase();
        let ours = has(&lower, &["cert", "key", "_ca", "-ca", "crl", "pem"]);
        return ours.then_some(Format {
            software: if name.starts_with("etcd") {
                Software::Etcd
            } else {
                Software::Systemd
            },
            reader: systemd::environment,
        });
    }
    let here = parts.iter().any(|folder| FOLDERS.contains(folder)) && !OTHERS.contains(&extension);
    let settings = extension.is_empty() || extension == "txt" || SETTINGS.contains(&extension);
    let named = |sign: &Sign| {
        sign.names
            .iter()
            .any(|known| match known.strip_suffix('*') {
                Some(stem) => settings && name.starts_with(stem),
                None => name == *known,
            })
    };
    if !SETTINGS.contains(&extension) && !here && !SIGNS.iter().any(named) {
        return None;
    }
    let text = head.to_ascii_lowercase();
    let within = |sign: &Sign| sign.folders.iter().any(|folder| parts.contains(folder));
    let by_name = SIGNS
        .iter()
        .find(|sign| named(sign) && has(&text, sign.stems));
    let by_folder = || {
        SIGNS
            .iter()
            .find(|sign| within(sign) && has(&text, sign.stems))
    };
    let by_words = || {
        SIGNS
            .iter()
            .find(|sign| has(&text, sign.marks) && has(&text, sign.stems))
    };
    let sign = by_name.or_else(by_folder).or_else(by_words)?;
    Some(Format {
        software: sign.software,
        reader: sign.reader,
    })
}

fn has(text: &[u8], words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| memmem::find(text, word.as_bytes()).is_some())
}

fn of_yaml(text: &[u8], name: &str) -> Option<Format> {
    let composed = name.contains("compose") || name.contains("docker-stack");
    if composed && has(text, &["services:", "\"services\""]) {
        return Some(Format {
            software: Software::Compose,
            reader: compose::read,
        });
    }
    if has(
        text,
        &["client-transport-security:", "peer-transport-security:"],
    ) {
        return Some(Format {
            software: Software::Etcd,
            reader: kubernetes::etcd,
        });
    }
    if let Some(format) = envoy(text) {
        return Some(format);
    }
    let configured = has(
        text,
        &[
            "KubeletConfiguration",
            "ClusterConfiguration",
            "certificate-authority:",
            "client-certificate:",
            "client-key:",
        ],
    );
    let pods = || has(text, &["hostPath:"]) && has(text, &["cert", "ca-file", "-key"]);
    (has(text, &["kind:"]) && (configured || pods())).then_some(Format {
        software: Software::Kubernetes,
        reader: kubernetes::read,
    })
}

fn envoy(text: &[u8]) -> Option<Format> {
    let stems = [
        "tls_certificate",
        "tlsCertificate",
        "validation_context",
        "validationContext",
    ];
    (has(text, &["filename"]) && has(text, &stems)).then_some(Format {
        software: Software::Envoy,
        reader: envoy::read,
    })
}

fn of_json(text: &[u8]) -> Option<Format> {
    envoy(text).or_else(|| of_hcl(text))
}

fn of_hcl(text: &[u8]) -> Option<Format> {
    let vault = has(
        text,
        &[
            "tls_cert_file",
            "tls_key_file",
            "tls_ca_file",
            "tls_client_c",
            "client_cert",
            "tls_ca_cert",
        ],
    ) && has(text, &["listener", "storage", "seal", "vault"]);
    if vault {
        return Some(Format {
            software: Software::Vault,
            reader: hashicorp::vault,
        });
    }
    let consul = has(text, &["cert_file", "key_file", "ca_file", "ca_path"]);
    consul.then_some(Format {
        software: Software::Consul,
        reader: hashicorp::consul,
    })
}

fn unit(text: &[u8]) -> Option<Format> {
    let lower = text.to_ascii_lowercase();
    let ours = has(
        &lower,
        &["cert", "key", "-ca", "_ca", "cafile", "crl", ".pem"],
    );
    ours.then_some(Format {
        software: Software::Systemd,
        reader: systemd::unit,
    })
}

/// Whether a configuration lies among those that can be used, and is not.
///
/// Next to its folder `…-available` there is one of those that are enabled, and it is not in there;
/// or it lies in `usr/share`, where packages keep what they copy; or it is one of nginx's
/// `snippets`, and none of the `included` (the includes of all other configurations) names it.
pub fn is_idle(path: &str, seen: &Seen<'_>, included: &BTreeSet<String>) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else {
        return false;
    };
    if format!("/{folder}/").contains("/usr/share/") {
        return true;
    }
    if folder == "snippets" || folder.ends_with("/snippets") {
        return ![name, "*", "*.conf"].iter().any(|name| {
            let end = format!("snippets/{name}");
            included.iter().any(|target| target.ends_with(&end))
        });
    }
    let Some(stem) = folder.strip_suffix("-available") else {
        return false;
    };
    let enabled = format!("{stem}-enabled");
    seen.is_folder(&enabled) && !seen.is_file(&format!("{enabled}/{name}"))
}
