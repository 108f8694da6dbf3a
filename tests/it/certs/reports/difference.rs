//! `diff`: by lineage, and never by the days that are left.

use cert_audit::difference::{Difference, Why};
use cert_audit::v1::{Artifact, Class, Coverage, Header, Inventory, Kind, Occurrence};
use proptest::prelude::*;
use rules::Exit;
use testkit::tree;

use super::super::{mint, tool};

/// A certificate as a report has it: `names` is the lineage, `generation` the renewal.
fn artifact(names: &str, generation: u8, is_ca: bool, owner: &str, places: &[&str]) -> Artifact {
    let mut occurrences: Vec<Occurrence> = places
        .iter()
        .map(|path| Occurrence {
            source: String::new(),
            path: (*path).to_owned(),
            place: "line 1".to_owned(),
            role: None,
        })
        .collect();
    occurrences.sort();
    Artifact {
        sha256: format!("{names}{generation:03}{is_ca}"),
        kind: Kind::Certificate,
        der: None,
        subject: Some(format!("CN={names}")),
        issuer: Some("CN=Issuing CA".to_owned()),
        serial: Some(format!("{generation:x}")),
        not_before: Some(format!(
            "{:04}-01-01T00:00:00Z",
            2000 + u16::from(generation)
        )),
        not_after: Some(format!(
            "{:04}-01-01T00:00:00Z",
            2001 + u16::from(generation)
        )),
        is_ca: Some(is_ca),
        key: None,
        signature_algorithm: None,
        sans: vec![format!("dns:{names}")],
        spki_sha256: None,
        ari: None,
        effective: None,
        class: Some(Class::Manual),
        owner: Some(owner.to_owned()).filter(|owner| !owner.is_empty()),
        occurrences,
        consumers: Vec::new(),
    }
}

fn inventory(now: &str, artifacts: Vec<Artifact>) -> Inventory {
    let mut artifacts = artifacts;
    artifacts.sort_by(|a, b| a.sha256.cmp(&b.sha256));
    artifacts.dedup_by(|a, b| a.sha256 == b.sha256);
    Inventory {
        header: Header {
            schema: cert_audit::v1::SCHEMA.to_owned(),
            now: now.to_owned(),
            policy_sha256: String::new(),
            trust_sha256: String::new(),
            coverage: Coverage::default(),
        },
        artifacts,
        gaps: Vec::new(),
    }
}

const NOW: &str = "2020-06-01T00:00:00Z";

fn between(old: Vec<Artifact>, new: Vec<Artifact>) -> Difference {
    Difference::between(&inventory(NOW, old), &inventory(NOW, new))
}

#[test]
fn a_renewal_at_its_place_is_one_lineage() {
    let difference = between(
        vec![artifact("api", 20, false, "edge", &["a.pem"])],
        vec![artifact("api", 21, false, "edge", &["a.pem"])],
    );
    assert_eq!(difference.renewed.len(), 1);
    assert!(!difference.renewed[0].other_names);
    assert!(difference.added.is_empty() && difference.removed.is_empty());
    assert!(difference.moved.is_empty() && difference.not_renewed.is_empty());
}

#[test]
fn a_copy_that_stays_behind_was_not_renewed() {
    let difference = between(
        vec![artifact("api", 20, false, "", &["a.pem", "b.pem"])],
        vec![
            artifact("api", 21, false, "", &["a.pem"]),
            artifact("api", 20, false, "", &["b.pem"]),
        ],
    );
    assert_eq!(difference.renewed.len(), 1);
    assert_eq!(difference.not_renewed.len(), 1);
    let left = &difference.not_renewed[0];
    assert_eq!(left.why, Why::Superseded);
    assert_eq!(left.what.places[0].path, "b.pem");
    assert!(difference.moved.is_empty(), "{:?}", difference.moved);
    assert!(difference.added.is_empty());
}

/// A server may have one certificate for each kind of key.
#[test]
fn two_kinds_of_key_are_two_lineages() {
    let of = |generation: u8, algorithm: &str, path: &str| {
        let mut one = artifact("api", generation, false, "", &[path]);
        one.sha256 = format!("{algorithm}{generation}");
        one.key = Some(cert_audit::v1::Key {
            algorithm: algorithm.to_owned(),
            bits: None,
        });
        one
    };
    let difference = between(
        vec![of(20, "RSA", "a.pem"), of(20, "EC", "b.pem")],
        vec![of(21, "RSA", "a.pem"), of(20, "EC", "b.pem")],
    );
    assert_eq!(difference.renewed.len(), 1);
    assert!(difference.not_renewed.is_empty());
}

#[test]
fn the_same_place_is_a_lineage_for_leaves_alone() {
    let of = |is_ca: bool| {
        between(
            vec![artifact("old", 20, is_ca, "", &["a.pem"])],
            vec![artifact("new", 20, is_ca, "", &["a.pem"])],
        )
    };
    let leaf = of(false);
    assert_eq!(leaf.renewed.len(), 1);
    assert!(leaf.renewed[0].other_names);
    let ca = of(true);
    assert_eq!(
        (ca.added.len(), ca.removed.len()),
        (1, 1),
        "a store is a list"
    );
}

#[test]
fn moves_owners_and_ends_are_told() {
    let old = vec![artifact("api", 19, false, "edge", &["a.pem"])];
    let new = vec![artifact("api", 19, false, "payments", &["b.pem"])];
    let difference = between(old.clone(), new);
    assert_eq!(difference.moved.len(), 1);
    assert_eq!(difference.owner_changed.len(), 1);
    // Ended between the two, and still there: that is no matter of days.
    let later = |to: &str| {
        Difference::between(
            &inventory("2019-06-01T00:00:00Z", old.clone()),
            &inventory(to, old.clone()),
        )
    };
    assert!(later("2020-01-01T00:00:00Z").is_empty(), "its last second");
    let ended = later("2020-01-01T00:00:01Z");
    assert_eq!(ended.not_renewed.len(), 1);
    assert_eq!(ended.not_renewed[0].why, Why::Ended);
}

/// One certificate of few lineages, at few places: so collisions of every kind occur.
fn any_artifact() -> impl Strategy<Value = Artifact> {
    let places = proptest::collection::btree_set(0..5_u8, 1..4);
    (0..4_u8, 18..22_u8, any::<bool>(), 0..3_u8, places).prop_map(
        |(name, generation, is_ca, owner, places)| {
            let places: Vec<String> = places.iter().map(|place| format!("{place}.pem")).collect();
            let places: Vec<&str> = places.iter().map(String::as_str).collect();
            let name = ["api", "www", "db", "mail"][usize::from(name)];
            let owner = ["", "edge", "payments"][usize::from(owner)];
            artifact(name, generation, is_ca, owner, &places)
        },
    )
}

fn any_inventory() -> impl Strategy<Value = Inventory> {
    let artifacts = proptest::collection::vec(any_artifact(), 0..12);
    artifacts.prop_map(|artifacts| inventory(NOW, artifacts))
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(one in any_inventory()) {
        let difference = Difference::between(&one, &one);
        prop_assert!(difference.is_empty(), "{difference:?}");
    }

    /// Every certificate that one side alone has is told, and once.
    #[test]
    fn everything_is_accounted_for(old in any_inventory(), new in any_inventory()) {
        let difference = Difference::between(&old, &new);
        let has = |side: &Inventory, sha: &str| side.artifacts.iter().any(|one| one.sha256 == sha);
        for gone in old.artifacts.iter().filter(|one| !has(&new, &one.sha256)) {
            let removed = difference.removed.iter().filter(|one| one.sha256 == gone.sha256).count();
            let followed = difference.renewed.iter().filter(|one| one.old.sha256 == gone.sha256).count();
            prop_assert_eq!(removed + followed, 1);
        }
        for fresh in new.artifacts.iter().filter(|one| !has(&old, &one.sha256)) {
            let added = difference.added.iter().filter(|one| one.sha256 == fresh.sha256).count();
            let follows = difference.renewed.iter().filter(|one| one.new.sha256 == fresh.sha256).count();
            prop_assert_eq!(added + follows, 1);
        }
        for renewed in &difference.renewed {
            prop_assert_ne!(&renewed.old.sha256, &renewed.new.sha256);
            let near = renewed.old.subject == renewed.new.subject
                || renewed.old.places.iter().any(|place| renewed.new.places.contains(place));
            prop_assert!(near, "{renewed:?}");
        }
    }

    /// The order in which either side was written changes nothing.
    #[test]
    fn the_order_changes_nothing(old in any_inventory(), new in any_inventory(), seed in any::<u64>()) {
        let shuffled = |side: &Inventory| {
            let mut side = side.clone();
            let mut state = seed | 1;
            for at in (1..side.artifacts.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let other = usize::try_from(state >> 33).unwrap() % (at + 1);
                side.artifacts.swap(at, other);
            }
            side
        };
        let plain = Difference::between(&old, &new).to_json();
        prop_assert_eq!(plain, Difference::between(&shuffled(&old), &shuffled(&new)).to_json());
    }

    /// There and back: what came goes, and what went comes.
    #[test]
    fn the_way_back_is_the_reverse(old in any_inventory(), new in any_inventory()) {
        let there = Difference::between(&old, &new);
        let back = Difference::between(&new, &old);
        prop_assert_eq!(there.is_empty(), back.is_empty());
        prop_assert_eq!(there.owner_changed.is_empty() || there.renewed.is_empty(), back.owner_changed.is_empty() || back.renewed.is_empty());
    }
}

/// Two folders, their two reports, and one of each give the same difference.
#[test]
fn reports_and_folders_are_compared_alike() {
    let root = mint::Ca::root(
        "Example Root CA",
        "2021-03-01T00:00:00",
        "2041-02-28T23:59:59",
    );
    let leaf = |name: &str, from: &str, to: &str| {
        mint::pem("CERTIFICATE", &root.server(&[name], from, to))
    };
    let before = leaf(
        "api.prod.example",
        "2026-01-01T00:00:00",
        "2026-12-31T23:59:59",
    );
    let after = leaf(
        "api.prod.example",
        "2026-11-01T00:00:00",
        "2027-11-30T23:59:59",
    );
    let www = leaf(
        "www.prod.example",
        "2026-01-01T00:00:00",
        "2026-12-31T23:59:59",
    );
    let old = tree::write(&[
        ("api.pem", &before),
        ("copy.pem", &before),
        ("www.pem", &www),
    ]);
    let new = tree::write(&[
        ("api.pem", &after),
        ("copy.pem", &before),
        ("new/www.pem", &www),
    ]);
    let [old, new] = [&old, &new].map(|side| side.path().to_str().unwrap().to_owned());
    let reports = tree::write(&[("x", "")]);
    let report = |side: &str, name: &str| {
        let to = reports.path().join(name).to_str().unwrap().to_owned();
        let ran = tool()
            .args(["report", side, "--format"])
            .arg(format!("jsonl={to}"))
            .run();
        assert_eq!(ran.exit, Exit::Clean, "{}", ran.stderr);
        to
    };
    let (old_report, new_report) = (report(&old, "old.jsonl"), report(&new, "new.jsonl"));
    let diff = |old: &str, new: &str, format: &str| {
        let ran = tool().args(["diff", old, new, "--format", format]).run();
        assert_eq!(ran.exit, Exit::Clean, "{}", ran.stderr);
        ran.stdout
    };
    let json = diff(&old, &new, "json");
    for (a, b) in [
        (&old_report, &new_report),
        (&old, &new_report),
        (&old_report, &new),
    ] {
        assert_eq!(diff(a, b, "json"), json);
    }
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let schema = jsonschema::validator_for(&cert_audit::difference::schema()).unwrap();
    schema.validate(&value).unwrap();
    let count = |key: &str| value[key].as_array().unwrap().len();
    let counts = ["added", "removed", "renewed", "not_renewed", "moved"].map(count);
    assert_eq!(counts, [0, 0, 1, 1, 1]);
    insta::assert_snapshot!("diff_folders", diff(&old, &new, "human"));
    insta::assert_snapshot!("diff_folders_markdown", diff(&old, &new, "markdown"));
    assert!(diff(&old, &old_report, "human").contains("nothing changed"));
    let since = tool().args(["report", &new, "--since", &old_report]).run();
    assert!(
        since.stdout.contains("Since 2026-11-22T00:00:00Z"),
        "{}",
        since.stdout
    );
    assert!(since.stdout.contains("not renewed"), "{}", since.stdout);
    // Two files: what is in them, and not what they are called.
    let files = [format!("{old}/api.pem"), format!("{new}/api.pem")];
    let ran = tool().args(["diff", &files[0], &files[1]]).run();
    assert!(ran.stdout.contains("renewed (1)"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("moved"), "{}", ran.stdout);
}

#[test]
fn a_side_that_cannot_be_read_is_undecided() {
    let folder = tree::write(&[("cut.jsonl", "{\"schema\":\"cert-audit.inventory/v1\"")]);
    let cut = folder.path().join("cut.jsonl");
    let ran = tool()
        .args(["report", "tests/estate", "--since"])
        .arg(&cut)
        .run();
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(
        ran.stderr.contains("line 1: this is not the first line"),
        "{}",
        ran.stderr
    );
    let ran = tool().args(["diff", "tests/estate", "there/is/none"]).run();
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(
        ran.stderr.contains("there is no such file"),
        "{}",
        ran.stderr
    );
    let ran = tool()
        .args(["diff", "tests/estate", "tests/estate", "--format", "csv"])
        .run();
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(
        ran.stderr.contains("does not write `csv`"),
        "{}",
        ran.stderr
    );
}
