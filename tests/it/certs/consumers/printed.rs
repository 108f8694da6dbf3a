//! Postfix, Dovecot, `MySQL` and `PostgreSQL`: values as their own parsers print them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use cert_audit::consumer::Config;

use super::{Dice, ROUNDS, read};

/// What a command prints.
fn printed(command: &mut Command) -> String {
    let ran = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{command:?}: {said}");
    String::from_utf8(ran.stdout).unwrap()
}

/// Targets by setting.
fn targets(config: &Config) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for reference in &config.references {
        all.entry(reference.directive.clone())
            .or_default()
            .push(reference.target.clone());
    }
    all
}

const POSTFIX: [&str; 8] = [
    "smtpd_tls_cert_file",
    "smtpd_tls_key_file",
    "smtpd_tls_CAfile",
    "smtpd_tls_CApath",
    "smtpd_tls_chain_files",
    "smtp_tls_cert_file",
    "smtp_tls_key_file",
    "smtp_tls_CAfile",
];

/// What Postfix would otherwise ask the network about.
/// Does every round, many at once: a program that prints its settings mostly waits.
fn each(round: impl Fn(u64) + Sync) {
    const AT_ONCE: u64 = 16;
    std::thread::scope(|scope| {
        for first in 0..AT_ONCE {
            let round = &round;
            scope.spawn(move || {
                for seed in (first..ROUNDS).step_by(usize::try_from(AT_ONCE).unwrap()) {
                    round(seed);
                }
            });
        }
    });
}

const POSTFIX_HOST: &str = "compatibility_level = 3.6\nmyhostname = mx.example\nmydomain = example\nmynetworks = 127.0.0.0/8\n";

fn postfix_value(dice: &mut Dice) -> String {
    match dice.below(6) {
        0 => "$tls/a.pem".to_owned(),
        1 => "${tls}/b.pem".to_owned(),
        2 => "$(tls)/c.pem".to_owned(),
        3 => "$myown".to_owned(),
        _ => format!("/etc/tls/{}.pem", dice.below(100)),
    }
}

#[test]
fn postfix_has_the_values_that_we_see() {
    each(|seed| {
        let mut dice = Dice::of(seed);
        let root = tempfile::tempdir().unwrap();
        let mut text = format!("{POSTFIX_HOST}tls = /old\n");
        for _ in 0..=dice.below(14) {
            let name = dice.pick(&POSTFIX);
            let equals = dice.pick(&[" = ", "=", " =\n\t", " =\n# comment\n   "]);
            let value = match name {
                "smtpd_tls_chain_files" => format!(
                    "{}{}{}",
                    postfix_value(&mut dice),
                    dice.pick(&[", ", ",", " ", ",\n  "]),
                    postfix_value(&mut dice)
                ),
                _ => postfix_value(&mut dice),
            };
            let _ = writeln!(
                text,
                "{name}{equals}{value}{}",
                dice.pick(&["", " ", "\n\n# x = y"])
            );
        }
        text.push_str("myown = $tls/own.pem\ntls = /etc/new\n");
        fs::write(root.path().join("main.cf"), &text).unwrap();
        let ours = targets(&read(root.path(), "main.cf"));
        let lines = printed(
            Command::new("postconf")
                .arg("-c")
                .arg(root.path())
                .arg("-xn"),
        );
        let mut theirs = BTreeMap::new();
        for line in lines.lines() {
            let (name, value) = line.split_once('=').unwrap();
            if POSTFIX.contains(&name.trim()) {
                let values = value.split([',', ' ']).filter(|value| !value.is_empty());
                theirs.insert(
                    name.trim().to_owned(),
                    values.map(str::to_owned).collect::<Vec<_>>(),
                );
            }
        }
        assert_eq!(ours, theirs, "seed {seed}\n{text}");
    });
}

#[test]
fn postfix_services_have_the_values_that_we_see() {
    each(|seed| {
        let mut dice = Dice::of(seed);
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("main.cf"), POSTFIX_HOST).unwrap();
        let mut text = String::new();
        for service in ["smtps", "submission", "other"] {
            let _ = writeln!(text, "{service} inet n - y - - smtpd");
            for _ in 0..=dice.below(3) {
                let name = dice.pick(&POSTFIX[..4]);
                let value = format!("/etc/{}.pem", dice.below(100));
                let written = match dice.below(3) {
                    0 => format!("-o {{ {name} = {value} }}"),
                    1 => format!("-o syslog_name=postfix/a-o -o {name}={value}"),
                    _ => format!("-o {name}={value}"),
                };
                let _ = writeln!(text, "{}{written}", dice.pick(&["  ", "# x\n\t", " "]));
            }
        }
        fs::write(root.path().join("master.cf"), &text).unwrap();
        let ours: BTreeMap<String, Vec<String>> = targets(&read(root.path(), "master.cf"))
            .into_iter()
            .map(|(name, values)| (name.replace(" -o ", "/inet/"), values))
            .collect();
        let lines = printed(
            Command::new("postconf")
                .arg("-c")
                .arg(root.path())
                .arg("-P"),
        );
        let theirs: BTreeMap<String, Vec<String>> = lines
            .lines()
            .filter(|line| line.contains("_tls_"))
            .map(|line| {
                let (name, value) = line.split_once('=').unwrap();
                (name.trim().to_owned(), vec![value.trim().to_owned()])
            })
            .collect();
        assert_eq!(ours, theirs, "seed {seed}\n{text}");
    });
}

const DOVECOT: [&str; 7] = [
    "ssl_cert",
    "ssl_key",
    "ssl_alt_cert",
    "ssl_alt_key",
    "ssl_ca",
    "ssl_client_ca_file",
    "ssl_dh",
];

fn dovecot_settings(dice: &mut Dice, out: &mut String, root: &Path, names: &[&str]) {
    for _ in 0..=dice.below(4) {
        let name = dice.pick(names);
        let file = format!("tls{}.pem", dice.below(50));
        fs::write(root.join(&file), "x").unwrap();
        let path = if dice.once_in(2) {
            file
        } else {
            root.join(file).to_str().unwrap().to_owned()
        };
        let sign = if name == "ssl_client_ca_file" {
            ""
        } else {
            "<"
        };
        let equals = dice.pick(&[" = ", "=", " =  "]);
        let behind = dice.pick(&["", " # comment", "  "]);
        let _ = writeln!(
            out,
            "{}{name}{equals}{sign}{path}{behind}",
            dice.pick(&["", "  ", "# no\n"])
        );
    }
}

#[test]
fn dovecot_has_the_values_that_we_see() {
    each(|seed| {
        let mut dice = Dice::of(seed);
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let mut text = String::from("#ssl_cert = <no.pem\n");
        dovecot_settings(&mut dice, &mut text, root, &DOVECOT);
        for name in ["a.example", "\"b.example\""].iter().take(dice.below(3)) {
            let _ = writeln!(text, "local_name {name} {{");
            dovecot_settings(&mut dice, &mut text, root, &DOVECOT[..2]);
            text.push_str("}\n");
        }
        fs::write(root.join("dovecot.conf"), &text).unwrap();
        let config = read(root, "dovecot.conf");
        let mut ours: Vec<String> = config
            .references
            .iter()
            .map(|reference| {
                let block = reference
                    .service
                    .map_or("", |service| &config.services[service].names[0].host);
                // A relative path counts from the folder of the file.
                let target = root.join(&reference.target);
                format!("{block} {} {}", reference.directive, target.display())
            })
            .collect();
        ours.sort();
        let lines = printed(
            Command::new("doveconf")
                .args(["-n", "-P", "-c"])
                .arg(root.join("dovecot.conf")),
        );
        let mut block = "";
        let mut theirs = Vec::new();
        for line in lines.lines() {
            if let Some(rest) = line.strip_prefix("local_name ") {
                block = rest.trim_end_matches([' ', '{']).trim_matches('"');
            } else if line == "}" {
                block = "";
            } else if let Some((name, value)) = line.trim().split_once(" = ")
                && DOVECOT.contains(&name)
            {
                let value = root.join(value.trim_start_matches('<'));
                theirs.push(format!("{block} {name} {}", value.display()));
            }
        }
        theirs.sort();
        assert_eq!(ours, theirs, "seed {seed}\n{text}\n{lines}");
    });
}

#[test]
fn mysql_has_the_values_that_we_see() {
    let names = ["ssl-cert", "ssl_key", "ssl-ca", "ssl_capath", "ssl-crl"];
    let groups = ["mysqld", "client", "mariadb-10.11"];
    each(|seed| {
        let mut dice = Dice::of(seed);
        let root = tempfile::tempdir().unwrap();
        let mut text = String::from("# [mysqld]\n[mysqld]\nssl-cert=/first.pem\n");
        for _ in 0..=dice.below(12) {
            if dice.once_in(3) {
                let _ = writeln!(text, "[{}]{}", dice.pick(&groups), dice.pick(&["", "  "]));
            }
            let value = match dice.below(6) {
                0 => "\"/q/a b#.pem\"".to_owned(),
                1 => "'/s/a\\sb.pem'".to_owned(),
                2 => "/e/a\\tb\\\\c.pem".to_owned(),
                _ => format!("/etc/{}.pem", dice.below(100)),
            };
            let name = dice.pick(&names);
            let equals = dice.pick(&["=", " = ", "  =", "\t=\t"]);
            let behind = dice.pick(&["", " # comment", "  ", " #ssl-ca=/no"]);
            let _ = writeln!(
                text,
                "{}{name}{equals}{value}{behind}",
                dice.pick(&["", "  ", ";x=y\n"])
            );
        }
        fs::write(root.path().join("my.cnf"), &text).unwrap();
        let ours = targets(&read(root.path(), "my.cnf"));
        for group in groups {
            let file = format!("--defaults-file={}", root.path().join("my.cnf").display());
            let lines = printed(Command::new("my_print_defaults").args([file.as_str(), group]));
            let theirs: BTreeMap<String, Vec<String>> = lines
                .lines()
                .map(|line| {
                    let (name, value) = line.trim_start_matches('-').split_once('=').unwrap();
                    (name.replace('_', "-"), vec![value.to_owned()])
                })
                .collect();
            let prefix = format!("[{group}] ");
            let ours: BTreeMap<String, Vec<String>> = ours
                .iter()
                .filter_map(|(name, values)| {
                    Some((name.strip_prefix(&prefix)?.to_owned(), values.clone()))
                })
                .collect();
            assert_eq!(ours, theirs, "seed {seed}, {group}\n{text}");
        }
    });
}
