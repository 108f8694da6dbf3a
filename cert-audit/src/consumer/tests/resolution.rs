//! Which file a reference means.

use std::collections::BTreeSet;
use std::path::Path;

use rules::Certainty::{self, Likely, Proven};

use super::super::{Mounts, Seen, Target, is_idle, read, resolve};

/// What the first reference of a configuration means among `files`.
fn target(path: &str, text: &str, root: &str, files: &[&str]) -> Target {
    let config = read(text.as_bytes(), path).expect("a configuration");
    let all = files.iter().copied().chain([path]);
    let seen = Seen::new(all, ["blind"]);
    resolve(
        &config.references[0],
        path,
        Path::new(root),
        &seen,
        &Mounts::default(),
    )
}

fn found(path: &str, certainty: Certainty) -> Target {
    Target::Found {
        paths: vec![path.to_owned()],
        certainty,
    }
}

fn missing(path: &str, certainty: Certainty) -> Target {
    Target::Missing {
        path: path.to_owned(),
        certainty,
    }
}

const NGINX: &str = "server { ssl_certificate /etc/nginx/tls/api.pem; }";
const HERE: &str = "server { ssl_certificate tls/api.pem; }";

#[test]
fn absolute_paths_on_the_machine_itself() {
    let conf = "etc/nginx/nginx.conf";
    let file = "etc/nginx/tls/api.pem";
    assert_eq!(target(conf, NGINX, "/", &[file]), found(file, Proven));
    assert_eq!(target(conf, NGINX, "/", &[]), missing(file, Proven));
    // Only a folder of the machine is scanned.
    assert_eq!(
        target("nginx/nginx.conf", NGINX, "/etc", &["nginx/tls/api.pem"]),
        found("nginx/tls/api.pem", Proven)
    );
    assert_eq!(
        target("nginx.conf", NGINX, "/etc/nginx/conf.d", &[]),
        Target::Outside
    );
    let volatile = "server { ssl_certificate /run/api.pem; }";
    assert_eq!(target(conf, volatile, "/", &[]), Target::Outside);
}

#[test]
fn absolute_paths_of_a_machine_in_a_folder() {
    let conf = "web1/etc/nginx/nginx.conf";
    let file = "web1/etc/nginx/tls/api.pem";
    assert_eq!(target(conf, NGINX, "/dumps", &[file]), found(file, Proven));
    // Some files of a machine are in a repository: the others come from elsewhere.
    assert_eq!(target(conf, NGINX, "/dumps", &[]), Target::Outside);
    assert_eq!(
        target(conf, NGINX, "/dumps", &["web1/etc/passwd"]),
        missing(file, Proven)
    );
}

#[test]
fn absolute_paths_in_a_repository_by_their_end() {
    let conf = "deploy/nginx.conf";
    assert_eq!(
        target(
            conf,
            NGINX,
            "/repo",
            &["deploy/nginx/tls/api.pem", "x/tls/api.pem"]
        ),
        found("deploy/nginx/tls/api.pem", Likely)
    );
    // One component is a coincidence, two equal ends are no answer, fixtures are not deployed.
    assert_eq!(target(conf, NGINX, "/repo", &["api.pem"]), Target::Outside);
    assert_eq!(
        target(conf, NGINX, "/repo", &["a/tls/api.pem", "b/tls/api.pem"]),
        Target::Outside
    );
    assert_eq!(
        target(conf, NGINX, "/repo", &["tests/tls/api.pem"]),
        Target::Outside
    );
}

#[test]
fn relative_paths_count_from_where_the_server_says() {
    assert_eq!(
        target("n/nginx.conf", HERE, "/repo", &["n/tls/api.pem"]),
        found("n/tls/api.pem", Proven)
    );
    assert_eq!(
        target(
            "n/sites/a.conf",
            HERE,
            "/repo",
            &["n/nginx.conf", "n/tls/api.pem"]
        ),
        found("n/tls/api.pem", Proven)
    );
    assert_eq!(
        target("n/nginx.conf", HERE, "/repo", &[]),
        missing("n/tls/api.pem", Proven)
    );
    // Without the main file it could count from anywhere above.
    assert_eq!(
        target("n/sites/a.conf", HERE, "/repo", &["n/tls/api.pem"]),
        found("n/tls/api.pem", Likely)
    );
    assert_eq!(
        target("n/sites/a.conf", HERE, "/repo", &[]),
        Target::Outside
    );
    let up = "server { ssl_certificate ../../api.pem; }";
    assert_eq!(target("n/nginx.conf", up, "/repo", &[]), Target::Outside);
    let blind = "server { ssl_certificate ../blind/api.pem; }";
    assert_eq!(target("n/nginx.conf", blind, "/repo", &[]), Target::Outside);
    let variable = "server { ssl_certificate $host.pem; }";
    assert_eq!(
        target("n/nginx.conf", variable, "/repo", &[]),
        Target::Unresolved
    );
}

#[test]
fn folders_and_links_of_them() {
    let text = "frontend f\n bind :443 ssl crt /etc/haproxy/certs/\n";
    let conf = "etc/haproxy/haproxy.cfg";
    assert_eq!(
        target(
            conf,
            text,
            "/",
            &["etc/haproxy/certs/a.pem", "etc/haproxy/certs/x/b.pem"]
        ),
        found("etc/haproxy/certs/a.pem", Proven)
    );
    let config = read(text.as_bytes(), conf).expect("a configuration");
    let seen = Seen::new(["srv/certs/a.pem"], [])
        .with_links([("etc/haproxy/certs", "srv/certs"), ("loop", "loop/a")]);
    let answer = resolve(
        &config.references[0],
        conf,
        Path::new("/"),
        &seen,
        &Mounts::default(),
    );
    assert_eq!(answer, found("srv/certs/a.pem", Proven));
    assert!(!seen.followed("loop/b").is_empty());
}

#[test]
fn mounts_translate_what_a_mounted_configuration_says() {
    let compose = "services:\n  web:\n    volumes:\n    - ./conf/nginx.conf:/etc/nginx/nginx.conf\n    - ./certificates:/etc/nginx/tls\n";
    let compose_path = "deploy/docker-compose.yml";
    let mut mounts = Mounts::default();
    mounts.add(
        compose_path,
        &read(compose.as_bytes(), compose_path).expect("it has mounts"),
    );
    let config = read(NGINX.as_bytes(), "deploy/conf/nginx.conf").expect("a configuration");
    let answer = |files: &[&str]| {
        resolve(
            &config.references[0],
            "deploy/conf/nginx.conf",
            Path::new("/repo"),
            &Seen::new(files.iter().copied(), []),
            &mounts,
        )
    };
    let file = "deploy/certificates/api.pem";
    assert_eq!(answer(&[file]), found(file, Proven));
    assert_eq!(answer(&[]), missing(file, Likely));
}

#[test]
fn what_is_available_and_not_enabled_is_idle() {
    let available = "etc/nginx/sites-available/a";
    let none = BTreeSet::new();
    let idle = |files: &[&str]| is_idle(available, &Seen::new(files.iter().copied(), []), &none);
    assert!(idle(&[available, "etc/nginx/sites-enabled/b"]));
    assert!(!idle(&[available, "etc/nginx/sites-enabled/a"]));
    // Where nothing is enabled here, that happens elsewhere.
    assert!(!idle(&[available]));
    let included = BTreeSet::from(["/etc/nginx/snippets/used.conf".to_owned()]);
    let seen = Seen::default();
    assert!(is_idle("etc/nginx/snippets/a.conf", &seen, &included));
    assert!(!is_idle("etc/nginx/snippets/used.conf", &seen, &included));
    assert!(is_idle(
        "usr/share/dovecot/conf.d/10-ssl.conf",
        &seen,
        &included
    ));
}
