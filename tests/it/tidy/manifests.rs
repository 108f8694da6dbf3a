//! The manifests: who may depend on whom, and what every package inherits.

use std::collections::{BTreeMap, BTreeSet};

use testkit::tree;
use toml::{Table, Value};

const PARTS: [&str; 3] = ["structlint", "cert-audit", "bgp-ci"];

/// Crates that know a domain: the kernel must work without any of them.
const DOMAIN: [&str; 8] = [
    "ipnet",
    "prefix-trie",
    "ra_ap_syntax",
    "rpki",
    "rustls-pki-types",
    "syn",
    "x509-parser",
    "proc-macro2",
];

fn manifest(path: &str) -> Table {
    tree::text(path).unwrap().parse().unwrap()
}

/// Manifest by package name, for every member of the workspace.
fn members() -> BTreeMap<String, Table> {
    manifest("Cargo.toml")["workspace"]["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| manifest(&format!("{}/Cargo.toml", member.as_str().unwrap())))
        .map(|manifest| {
            (
                manifest["package"]["name"].as_str().unwrap().to_owned(),
                manifest,
            )
        })
        .collect()
}

/// Names of all packages that `manifest` depends on, in any table, under any condition.
fn dependencies(manifest: &Table) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut tables = vec![manifest];
    while let Some(table) = tables.pop() {
        for (key, value) in table {
            let Some(table) = value.as_table() else {
                continue;
            };
            if key.ends_with("dependencies") {
                found.extend(table.iter().map(|(name, value)| renamed(name, value)));
            } else {
                // `[target.'cfg(…)'.dependencies]` lies deeper.
                tables.push(table);
            }
        }
    }
    found
}

/// The package behind a dependency's key.
fn renamed(name: &str, value: &Value) -> String {
    let package = value.get("package").and_then(Value::as_str).unwrap_or(name);
    let package = if package == "preflight-rules" {
        "rules"
    } else {
        package
    };
    package.to_owned()
}

fn own(dependencies: &BTreeSet<String>) -> BTreeSet<&str> {
    dependencies
        .iter()
        .map(String::as_str)
        .filter(|name| ["rules", "preflight", "testkit"].contains(name) || PARTS.contains(name))
        .collect()
}

#[test]
fn the_kernel_knows_no_part_and_no_domain() {
    let kernel = dependencies(&members()["preflight-rules"]);
    assert_eq!(own(&kernel), BTreeSet::new());
    let domain: Vec<_> = DOMAIN
        .iter()
        .filter(|name| kernel.contains(**name))
        .collect();
    assert!(domain.is_empty(), "the kernel depends on {domain:?}");
}

#[test]
fn parts_depend_on_the_kernel_and_never_on_each_other() {
    let members = members();
    for part in PARTS {
        assert_eq!(
            own(&dependencies(&members[part])),
            BTreeSet::from(["rules"]),
            "{part}"
        );
    }
}

#[test]
fn the_merged_command_depends_on_the_parts() {
    let mut expected = BTreeSet::from(PARTS);
    expected.insert("rules");
    assert_eq!(own(&dependencies(&members()["preflight"])), expected);
}

#[test]
fn every_package_inherits_lints_versions_and_licence() {
    for (name, manifest) in members() {
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "{name}"
        );
        for key in ["version", "edition", "rust-version", "license"] {
            let inherited = manifest["package"][key]
                .get("workspace")
                .and_then(Value::as_bool);
            assert_eq!(inherited, Some(true), "{name}: {key}");
        }
    }
}

/// A number that stands in one place cannot disagree with itself.
#[test]
fn versions_of_dependencies_stand_in_the_root_manifest() {
    for (name, manifest) in members() {
        for (key, table) in &manifest {
            let (true, Some(table)) = (key.ends_with("dependencies"), table.as_table()) else {
                continue;
            };
            for (dependency, value) in table {
                assert!(
                    value.get("version").is_none() && !value.is_str(),
                    "{name}: {dependency} names a version of its own"
                );
            }
        }
    }
}
