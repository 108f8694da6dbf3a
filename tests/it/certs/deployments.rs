//! What is deployed: chains, keys, what the policy expects, and layouts that are as they should be.

use std::path::Path;

use rules::Exit;
use serde_json::Value;
use testkit::{cli, tree};

use super::{mint, rules, tool};

fn root() -> mint::Ca {
    mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    )
}

fn issuing(root: &mint::Ca) -> mint::Ca {
    root.intermediate(
        "Example Issuing CA",
        "2025-09-01T00:00:00",
        "2030-08-31T23:59:59",
    )
}

fn pem(ders: &[&[u8]]) -> Vec<u8> {
    let blocks: Vec<String> = ders
        .iter()
        .map(|der| mint::pem("CERTIFICATE", der))
        .collect();
    blocks.concat().into_bytes()
}

/// The key of RFC 8410, whose certificate is that of [`held`].
fn key() -> Vec<u8> {
    mint::rules::known_key().into_bytes()
}

/// A certificate for that key.
fn held(ca: &mint::Ca, name: &str) -> Vec<u8> {
    mint::rules::held(ca, name)
}

fn is_key(path: &str) -> bool {
    Path::new(path).extension() == Some("key".as_ref())
}

/// The report on a folder in which keys are readable by their owner alone.
fn report(files: &[(&str, Vec<u8>)]) -> (Exit, Value) {
    let folder = tree::write(files);
    for (path, _) in files {
        if is_key(path) || path.contains("privkey") {
            set_mode(&folder.path().join(path), 0o600);
        }
    }
    tool().cwd(folder.path()).arg("check").report()
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, mode).expect("it is ours");
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) {}

/// Rule, level and path of every finding.
fn found(report: &Value) -> Vec<(String, String, String)> {
    cli::findings(report)
        .into_iter()
        .map(|found| (found.rule, found.level, found.path))
        .collect()
}

fn said(rule: &str, level: &str, path: &str) -> (String, String, String) {
    (rule.to_owned(), level.to_owned(), path.to_owned())
}

/// What ACME clients keep: every file in its own form, and the history beside it.
#[test]
fn what_acme_clients_write_is_healthy() {
    let ca = issuing(&root());
    let leaf = held(&ca, "shop.example");
    let old = ca.server(
        &["shop.example"],
        "2026-07-01T00:00:00",
        "2026-12-20T23:59:59",
    );
    let files = [
        ("live/shop.example/cert.pem", pem(&[&leaf])),
        ("live/shop.example/chain.pem", pem(&[&ca.der])),
        ("live/shop.example/fullchain.pem", pem(&[&leaf, &ca.der])),
        ("live/shop.example/privkey.pem", key()),
        ("archive/shop.example/fullchain1.pem", pem(&[&old, &ca.der])),
        (
            "archive/shop.example/fullchain2.pem",
            pem(&[&leaf, &ca.der]),
        ),
        ("archive/shop.example/privkey2.pem", key()),
    ];
    let (exit, report) = report(&files);
    let found: Vec<_> = found(&report)
        .into_iter()
        // The old one has a month left, by which time it is long replaced.
        .filter(|(rule, ..)| rule != "expires-soon")
        .collect();
    assert_eq!((exit, found), (Exit::Clean, vec![]));
}

/// A CA's key lies beside its certificate, and everything that it issued hangs on the root.
#[test]
fn a_cluster_is_healthy() {
    let root = root();
    let files = [
        ("pki/ca.crt", pem(&[&root.der])),
        (
            "pki/apiserver.crt",
            pem(&[&held(&root, "api.cluster.example")]),
        ),
        ("pki/apiserver.key", key()),
    ];
    let (exit, report) = report(&files);
    assert_eq!((exit, found(&report)), (Exit::Clean, vec![]));
}

/// Nobody knows who issued it: without `trust` it may be a root that clients know.
#[test]
fn an_unknown_issuer_denies_where_the_policy_says_what_is_trusted() {
    let ca = issuing(&root());
    let leaf = ("tls/server.crt", pem(&[&held(&ca, "api.example")]));
    let (exit, without) = report(&[leaf.clone(), ("tls/server.key", key())]);
    let wanted = |level| vec![said("missing-intermediate", level, "tls/server.crt")];
    assert_eq!((exit, found(&without)), (Exit::Clean, wanted("warn")));
    assert_eq!(without["findings"][0]["certainty"], "possible");
    let policy = b"version: 1\ncerts: { trust: { roots: [public] } }\n".to_vec();
    let (exit, with) = report(&[leaf, ("tls/server.key", key()), ("preflight.yaml", policy)]);
    assert_eq!((exit, found(&with)), (Exit::Denied, wanted("deny")));
}

/// Apache is told of the chain apart, nginx is not.
#[test]
fn a_chain_in_a_file_of_its_own_counts_where_it_is_loaded() {
    let root = root();
    let ca = issuing(&root);
    let apache = "<VirtualHost *:443>\n  ServerName api.example\n  SSLEngine on\n  \
                  SSLCertificateFile tls/server.crt\n  SSLCertificateKeyFile tls/server.key\n  \
                  SSLCertificateChainFile tls/chain.crt\n</VirtualHost>\n";
    let nginx = "events {}\nhttp {\n  server {\n    listen 443 ssl;\n    server_name \
                 api.example;\n    ssl_certificate tls/server.crt;\n    ssl_certificate_key \
                 tls/server.key;\n  }\n}\n";
    let files = |name: &'static str, text: &str| {
        vec![
            (name, text.as_bytes().to_vec()),
            ("tls/server.crt", pem(&[&held(&ca, "api.example")])),
            ("tls/server.key", key()),
            ("tls/chain.crt", pem(&[&ca.der])),
            ("root/root.crt", pem(&[&root.der])),
        ]
    };
    let (exit, by_apache) = report(&files("apache2.conf", apache));
    assert_eq!((exit, found(&by_apache)), (Exit::Clean, vec![]));
    let (exit, by_nginx) = report(&files("nginx.conf", nginx));
    assert_eq!(
        (exit, found(&by_nginx)),
        (
            Exit::Denied,
            vec![said("missing-intermediate", "deny", "tls/server.crt")]
        )
    );
}

#[test]
fn what_the_policy_expects_is_looked_for() {
    let ca = issuing(&root());
    let policy = "version: 1\ncerts:\n  assign: [ { match: { path: \"soft/**\" }, level: warn } ]\n  \
                  expect:\n    - { path: tls/gone.pem }\n    - { path: tls/nothing.txt }\n    - { \
                  path: ./tls/api.pem, san: api.example }\n    - { path: tls, san: www.example }\n    \
                  - { path: soft/gone.pem }\n    - { path: broken/cut.pem }\n";
    let api = ca.server(
        &["api.example"],
        "2026-06-01T00:00:00",
        "2027-07-03T23:59:59",
    );
    let folder = tree::write(&[
        ("preflight.yaml", policy.as_bytes().to_vec()),
        ("tls/nothing.txt", b"nothing\n".to_vec()),
        ("tls/api.pem", pem(&[&api])),
        (
            "broken/cut.pem",
            b"-----BEGIN CERTIFICATE-----\nMIIB\n".to_vec(),
        ),
    ]);
    let (_, whole) = tool().cwd(folder.path()).arg("check").report();
    let mut wanted = vec![
        said("unreadable", "deny", "broken/cut.pem"),
        said("missing-certificate", "warn", "soft/gone.pem"),
        said("name-mismatch", "deny", "tls/api.pem"),
        said("missing-certificate", "deny", "tls/gone.pem"),
        said("empty-source", "deny", "tls/nothing.txt"),
    ];
    let mut all = found(&whole);
    all.sort();
    wanted.sort();
    assert_eq!(all, wanted);
    // Each points at the line of the policy that asks for it.
    let gone = whole["findings"].as_array().unwrap().iter();
    let mut gone = gone.filter(|finding| finding["path"] == "tls/gone.pem");
    let label = &gone.next().expect("it is there")["labels"][0];
    assert_eq!(label["path"], "preflight.yaml");
    assert_eq!(label["span"]["start"]["line"], 5);
    // Of what was not asked for nothing is known.
    let (_, part) = tool().cwd(folder.path()).args(["check", "broken"]).report();
    assert_eq!(found(&part), [said("unreadable", "deny", "cut.pem")]);
}

/// A root that the policy trusts is an anchor wherever it lies, also beside its key.
#[test]
fn a_trusted_root_that_has_ended_is_a_warning() {
    let ended = mint::Ca::root(
        "Example Root CA 1",
        "2001-11-20T00:00:00",
        "2026-11-18T23:59:59",
    );
    let files = [("ca/root.crt", pem(&[&ended.der])), ("ca/other.key", key())];
    let (exit, without) = report(&files);
    assert_eq!(
        (exit, found(&without)),
        (Exit::Denied, vec![said("expired", "deny", "ca/root.crt")])
    );
    let policy = b"version: 1\ncerts: { trust: { roots: [ca/root.crt] } }\n".to_vec();
    let [root, key] = files;
    let (exit, with) = report(&[root, key, ("preflight.yaml", policy)]);
    assert_eq!(
        (exit, found(&with)),
        (
            Exit::Clean,
            vec![said("expired-anchor", "warn", "ca/root.crt")]
        )
    );
}

/// Outside of git the mode counts, and the folders on the way.
#[cfg(unix)]
#[test]
fn a_key_that_everybody_may_read_is_exposed() {
    for (folder_mode, file_mode, exposed) in [
        (0o755, 0o644, true),
        (0o755, 0o640, false),
        (0o700, 0o644, false),
        (0o711, 0o644, true),
    ] {
        let folder = tree::write(&[("private/server.key", key())]);
        set_mode(&folder.path().join("private/server.key"), file_mode);
        set_mode(&folder.path().join("private"), folder_mode);
        let (_, report) = tool().cwd(folder.path()).arg("check").report();
        let found = cli::findings(&report);
        let wanted: &[_] = if exposed {
            &[("exposed-private-key", "deny")]
        } else {
            &[]
        };
        assert_eq!(rules(&found), wanted, "{folder_mode:o} {file_mode:o}");
    }
}

/// In git what is tracked counts, in every form that git gives its index.
#[test]
fn a_key_that_git_tracks_is_exposed() {
    let forms: [&[&[&str]]; 4] = [
        &[&["init", "-q"]],
        &[&["init", "-q", "--object-format=sha256"]],
        &[&["init", "-q"], &["update-index", "--index-version", "4"]],
        &[&["init", "-q"], &["update-index", "--split-index"]],
    ];
    for form in forms {
        let folder = tree::write(&[
            ("deploy/tls/server.key", key()),
            ("deploy/tls/untracked.key", key()),
            ("deploy/tls/a.txt", b"a\n".to_vec()),
            ("notes.txt", b"text\n".to_vec()),
        ]);
        let git = |args: &[&str]| {
            let done = std::process::Command::new("git")
                .current_dir(folder.path())
                .args(args)
                .output()
                .expect("git is there");
            assert!(done.status.success(), "{args:?}");
            String::from_utf8(done.stdout).expect("names are ASCII")
        };
        let (first, rest) = form.split_first().expect("each begins with init");
        git(first);
        git(&["add", "deploy/tls/a.txt", "deploy/tls/server.key"]);
        for args in rest {
            git(args);
        }
        git(&["add", "notes.txt"]);
        let tracked = git(&["ls-files"]);
        let (_, report) = tool().cwd(folder.path()).arg("check").report();
        let exposed: Vec<String> = found(&report)
            .into_iter()
            .filter(|(rule, ..)| rule == "exposed-private-key")
            .map(|(.., path)| path)
            .collect();
        let wanted: Vec<&str> = tracked.lines().filter(|path| is_key(path)).collect();
        assert_eq!(wanted, ["deploy/tls/server.key"]);
        assert_eq!(exposed, wanted, "{form:?}");
    }
}

/// An unowned certificate is a question only where the policy names owners and asks.
#[test]
fn owners_are_asked_for_where_there_are_some() {
    let ca = issuing(&root());
    let api = ca.server(
        &["api.example"],
        "2026-06-01T00:00:00",
        "2027-07-03T23:59:59",
    );
    for (policy, asked) in [
        ("version: 1\nlevels: { unowned: warn }\n", false),
        (
            "version: 1\ncerts: { assign: [ { match: { path: x }, owner: edge } ] }\n",
            false,
        ),
        (
            "version: 1\nlevels: { unowned: deny }\ncerts: { assign: [ { match: { path: x }, owner: \
             edge } ] }\n",
            true,
        ),
    ] {
        let files = [
            ("api.pem", pem(&[&api])),
            ("preflight.yaml", policy.as_bytes().to_vec()),
        ];
        let (_, report) = report(&files);
        let found = cli::findings(&report);
        let wanted: &[_] = if asked { &[("unowned", "deny")] } else { &[] };
        assert_eq!(rules(&found), wanted, "{policy}");
    }
}
