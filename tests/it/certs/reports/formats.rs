//! The formats of `report`.

use cert_audit::v1;
use rules::Exit;
use serde_json::{Value, json};
use testkit::tree;

use super::super::{mint, tool};
use super::{lines, python};

const ESTATE: &str = "tests/estate";

/// The keys of an artifact, in the order of the contract.
const KEYS: [&str; 20] = [
    "sha256",
    "kind",
    "der",
    "subject",
    "issuer",
    "serial",
    "not_before",
    "not_after",
    "is_ca",
    "key",
    "signature_algorithm",
    "sans",
    "spki_sha256",
    "ari",
    "effective",
    "class",
    "owner",
    "occurrences",
    "consumers",
    "kind",
];

/// A folder with a hostile certificate, a broken block, a keystore that is none, and a fixture.
fn hostile() -> tempfile::TempDir {
    let evil = "=cmd|' /C calc'!A0\u{1b}[31m\u{202e}|<script>alert(1)</script>";
    let params = |name: &str| {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 12, 1);
        params.subject_alt_names = vec![rcgen::SanType::URI(
            "https://a.example/##[error]x".try_into().unwrap(),
        )];
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    };
    let block = mint::pem("CERTIFICATE", &params(evil));
    let broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    tree::write(&[
        (".git/HEAD", String::new()),
        ("=evil|name.pem", block.clone()),
        ("broken.pem", broken.to_owned()),
        ("tests/fixture.pem", mint::pem("CERTIFICATE", &params("fixture"))),
        ("preflight.yaml", "version: 1\ncerts: { assign: [ { match: { path: \"**\" }, owner: \"@::error::<b>\\e[31m\" } ] }\n".to_owned()),
    ])
}

#[test]
fn lines_are_a_header_then_artifacts_then_gaps() {
    let (exit, lines) = lines(&[ESTATE]);
    assert_eq!(exit, Exit::Clean, "findings do not change the status");
    let (header, artifacts) = lines.split_first().unwrap();
    assert_eq!(header["schema"], "cert-audit.inventory/v1");
    assert_eq!(header["now"], "2026-11-22T00:00:00Z");
    for key in ["policy_sha256", "trust_sha256"] {
        let digest = header[key].as_str().unwrap();
        assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    assert_eq!(header["coverage"]["certificates"], 6);
    let digests: Vec<&str> = artifacts
        .iter()
        .map(|one| one["sha256"].as_str().unwrap())
        .collect();
    assert_eq!(digests.len(), 6);
    assert!(digests.is_sorted_by(|a, b| a < b));
    let schema = jsonschema::validator_for(&v1::schema_of_line()).unwrap();
    for line in &lines {
        schema.validate(line).unwrap();
    }
    assert!(schema.validate(&json!({ "schema": "other" })).is_err());
}

#[test]
fn an_artifact_has_the_fields_of_the_contract() {
    let ran = tool()
        .args(["report", "--format", "jsonl", "--source", "web-1", ESTATE])
        .run();
    let line = ran
        .stdout
        .lines()
        .find(|line| line.contains("CN=api.prod.example"))
        .unwrap();
    // The order of the keys is part of the contract.
    let mut rest = line;
    for key in KEYS.iter().take(KEYS.len() - 1) {
        let at = rest.find(&format!("\"{key}\":")).unwrap();
        rest = &rest[at..];
    }
    let api: Value = serde_json::from_str(line).unwrap();
    let count = api.as_object().unwrap().len();
    assert_eq!(count, KEYS.len() - 1);
    let issuing = api["effective"]["binding"].as_str().unwrap();
    assert!(ran.stdout.contains(&format!("{{\"sha256\":\"{issuing}\"")));
    let mut known = api;
    for key in ["sha256", "der", "spki_sha256"] {
        assert!(
            known
                .as_object_mut()
                .unwrap()
                .remove(key)
                .is_some_and(|value| value.is_string())
        );
    }
    known["effective"]["binding"].take();
    assert_eq!(
        known,
        json!({
            "kind": "certificate",
            "subject": "CN=api.prod.example,O=Example Company",
            "issuer": "CN=Example Issuing CA 2,O=Example Company",
            "serial": "a1e71b88b7dc4dd",
            "not_before": "2026-01-12T00:00:00Z",
            "not_after": "2027-02-12T23:59:59Z",
            "is_ca": false,
            "key": { "algorithm": "Ed25519", "bits": 256 },
            "signature_algorithm": "ed25519",
            "sans": ["dns:api.prod.example", "dns:grpc.prod.example"],
            "ari": "j-3aKfbnuNuVnLkHVgncbU8qamk.Ch5xuIt9xN0",
            "effective": {
                "leaf": "2027-02-12T23:59:59Z",
                "served": "2026-11-25T23:59:59Z",
                "best_path": "2026-11-25T23:59:59Z",
                "binding": null,
            },
            "class": "manual",
            "owner": "edge",
            "occurrences": [
                { "source": "web-1", "path": "deploy/tls/api.pem", "place": "line 2", "role": null },
            ],
            "consumers": [],
        })
    );
}

/// Python takes the DER apart and finds what the line says of it.
#[test]
fn python_reads_lines_back() {
    let ran = tool().args(["report", "--format", "jsonl", ESTATE]).run();
    let program = "
import sys, json, base64, hashlib
for line in sys.stdin.read().splitlines()[1:]:
    one = json.loads(line)
    der = base64.b64decode(one['der'], validate=True)
    assert hashlib.sha256(der).hexdigest() == one['sha256'], one
    spki = one['spki_sha256']
    assert any(hashlib.sha256(der[i:i + 44]).hexdigest() == spki for i in range(len(der))), one
    key, serial = one['ari'].split('.')
    def plain(text):
        return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))
    assert int.from_bytes(plain(serial), 'big', signed=True) == int(one['serial'], 16), one
    assert plain(key) in der and plain(serial) in der, one
    print(one['subject'])
";
    assert_eq!(python(program, &ran.stdout).lines().count(), 6);
    let bare = tool()
        .args(["report", "--format", "jsonl", "--no-der", ESTATE])
        .run();
    assert!(!bare.stdout.contains("\"der\""));
    assert!(bare.stdout.len() < ran.stdout.len());
}

#[test]
fn lines_are_read_back_as_they_were() {
    let ran = tool().args(["report", "--format", "jsonl", ESTATE]).run();
    let inventory = v1::Inventory::of_lines(&ran.stdout).unwrap();
    assert_eq!(inventory.to_lines(), ran.stdout);
    // The order of the lines behind the first does not matter.
    let mut lines: Vec<&str> = ran.stdout.lines().collect();
    lines[1..].reverse();
    assert_eq!(
        v1::Inventory::of_lines(&lines.join("\n")).unwrap(),
        inventory
    );
    for (text, fault) in [
        ("", "line 1: this is not the first line of an inventory"),
        ("{}", "line 1: this is not the first line of an inventory"),
        (
            &format!("{}\n\n[]\n", lines[0]),
            "line 3: this is neither an artifact nor a gap",
        ),
    ] {
        assert_eq!(
            v1::Inventory::of_lines(text).unwrap_err().to_string(),
            fault
        );
    }
}

#[test]
fn the_object_has_the_same_parts_and_the_findings() {
    let (exit, whole) = tool().args(["report", ESTATE]).report();
    assert_eq!(exit, Exit::Clean);
    jsonschema::validator_for(&v1::schema())
        .unwrap()
        .validate(&whole)
        .unwrap();
    let (_, lines) = lines(&[ESTATE]);
    let (header, artifacts) = lines.split_first().unwrap();
    for (key, value) in header.as_object().unwrap() {
        assert_eq!(&whole[key], value, "{key}");
    }
    assert_eq!(whole["artifacts"].as_array().unwrap(), artifacts);
    let (_, checked) = tool()
        .args(["check", "--now", "2026-11-22T00:00:00Z", ESTATE])
        .report();
    for key in ["verdict", "findings", "undecided", "summary"] {
        assert_eq!(whole[key], checked[key], "{key}");
    }
}

#[test]
fn the_shipped_schemas_are_up_to_date() {
    let mut stale = Vec::new();
    for (name, schema) in [
        ("cert-audit-inventory-v1", v1::schema()),
        ("cert-audit-inventory-line-v1", v1::schema_of_line()),
        ("cert-audit-diff-v1", cert_audit::difference::schema()),
    ] {
        let path = tree::at(&format!("cert-audit/schema/{name}.json"));
        let schema = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let shipped = std::fs::read_to_string(&path).unwrap_or_default();
        if shipped != schema {
            // Written, so that the next run passes and the change is seen in review.
            std::fs::write(&path, schema).unwrap();
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "out of date, and written anew: {stale:?}");
}

#[test]
fn python_reads_the_table_back() {
    let ran = tool().args(["report", "--format", "csv", ESTATE]).run();
    let program = "
import sys, csv, json
print(json.dumps(list(csv.DictReader(sys.stdin))))
";
    let rows: Vec<Value> = serde_json::from_str(&python(program, &ran.stdout)).unwrap();
    let (_, lines) = lines(&[ESTATE]);
    assert_eq!(rows.len(), lines.len() - 1);
    for (row, line) in rows.iter().zip(&lines[1..]) {
        for key in [
            "sha256",
            "kind",
            "subject",
            "issuer",
            "serial",
            "not_before",
            "not_after",
            "class",
            "owner",
            "ari",
        ] {
            assert_eq!(row[key], line[key], "{key}");
        }
        assert_eq!(row["effective_served"], line["effective"]["served"]);
        assert_eq!(row["path"], line["occurrences"][0]["path"]);
        assert_eq!(row["key_algorithm"], line["key"]["algorithm"]);
    }
}

/// What of a text a terminal, a spreadsheet, a build log or a browser would obey.
fn dangers(format: &str, text: &str) -> Vec<String> {
    let mut dangers = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.chars().any(rules::escape::acts) {
            dangers.push(format!("{format}:{at} acts: {line:?}"));
        }
        if line.trim_start().starts_with("::") || line.contains("##[") {
            dangers.push(format!("{format}:{at} is a command: {line:?}"));
        }
        if format == "markdown" && (line.contains("<script") || line.contains("<b>")) {
            dangers.push(format!("{format}:{at} is markup: {line:?}"));
        }
        if format == "csv" && line.contains("\"=") {
            dangers.push(format!("{format}:{at} is computed: {line:?}"));
        }
    }
    dangers
}

#[test]
fn nothing_in_a_certificate_is_obeyed() {
    let folder = hostile();
    for format in ["human", "json", "jsonl", "csv", "markdown"] {
        let ran = tool()
            .cwd(folder.path())
            .args(["report", "--format", format, "--fixtures"])
            .run();
        assert_eq!(ran.exit, Exit::Clean, "{format}: {}", ran.stderr);
        assert!(ran.stdout.contains("alert(1)"), "{format}: {}", ran.stdout);
        assert_eq!(dangers(format, &ran.stdout), [""; 0]);
    }
    // A table's row stays one row.
    let ran = tool()
        .cwd(folder.path())
        .args(["report", "--format", "markdown"])
        .run();
    for row in ran.stdout.lines().filter(|line| line.starts_with("| ")) {
        let cells = row.matches(" |").count();
        assert!([4, 5, 7, 14].contains(&cells), "{cells}: {row}");
    }
}

#[test]
fn gaps_are_told_from_artifacts() {
    let folder = hostile();
    let folder = folder.path().to_str().unwrap();
    let (exit, lines) = lines(&[folder]);
    assert_eq!(exit, Exit::Clean, "malformed content was seen");
    let gaps: Vec<&Value> = lines.iter().filter(|line| line["kind"] == "gap").collect();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0]["path"], "broken.pem");
    assert_eq!(gaps[0]["unseen"], false);
    let fixture = lines
        .iter()
        .find(|line| line["class"] == "fixture")
        .unwrap();
    assert_eq!(fixture["occurrences"][0]["path"], "tests/fixture.pem");
    let schema = jsonschema::validator_for(&v1::schema_of_line()).unwrap();
    for line in &lines {
        schema.validate(line).unwrap();
    }
}

#[test]
fn consumers_are_named_with_how_they_reload() {
    let api = std::fs::read_to_string(tree::at("tests/estate/deploy/tls/api.pem")).unwrap();
    let nginx = "server {\n  listen 443 ssl;\n  ssl_certificate ../tls/api.pem;\n}\n";
    let folder = tree::write(&[("tls/api.pem", api.as_str()), ("conf/nginx.conf", nginx)]);
    let root = folder.path().to_str().unwrap();
    let (_, lines) = lines(&[root]);
    let line = lines.iter().find(|line| line["is_ca"] == false).unwrap();
    assert_eq!(
        line["consumers"],
        json!([{
            "source": "",
            "path": "conf/nginx.conf",
            "line": 3,
            "software": "nginx",
            "directive": "ssl_certificate",
            "role": "server",
            "reload": "nginx -s reload",
        }])
    );
    assert_eq!(line["occurrences"][0]["role"], "server");
    let ran = tool().args(["report", root]).run();
    let loaded = "nginx, conf/nginx.conf:3 ssl_certificate: nginx -s reload";
    assert!(ran.stdout.contains(loaded), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_seen_makes_a_report_undecided() {
    let store = [&[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2][..], &[0xff; 8]].concat();
    let folder = tree::write(&[("store.jks", store)]);
    for format in ["human", "jsonl", "markdown"] {
        let ran = tool()
            .cwd(folder.path())
            .args(["report", "--format", format])
            .run();
        assert!(ran.stdout.contains("store.jks"), "{}", ran.stdout);
        let noted = ran.stderr.contains("undecided");
        assert_eq!(noted, format != "human" && ran.exit == Exit::Undecided);
    }
}

/// The number of threads and the order of paths change nothing.
#[test]
fn the_same_input_gives_the_same_bytes() {
    for format in ["human", "json", "jsonl", "csv", "markdown"] {
        let run = |jobs: &str, paths: [&str; 2]| {
            let ran = tool()
                .args(["report", "--format", format, "--jobs", jobs])
                .args(paths)
                .run();
            ran.stdout
        };
        let once = run("1", ["tests/estate", "tests/fixtures/cert-audit"]);
        assert_eq!(
            once,
            run("7", ["tests/fixtures/cert-audit", "tests/estate"]),
            "{format}"
        );
    }
}

#[test]
fn several_formats_are_written_at_once() {
    let folder = tree::write(&[("preflight.yaml", "version: 1\n")]);
    let out = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let ran = tool()
        .args(["report", ESTATE, "--format", "human", "--format"])
        .args([format!("csv={}", out("a.csv"))])
        .args(["--format".to_owned(), format!("jsonl={}", out("a.jsonl"))])
        .run();
    assert_eq!(ran.exit, Exit::Clean, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("cert-audit report"));
    for name in ["a.csv", "a.jsonl"] {
        assert!(
            std::fs::read_to_string(out(name))
                .unwrap()
                .contains("api.prod.example")
        );
    }
    for (format, message) in [
        ("html", "this release does not write `html` yet"),
        ("htm", "no format `htm`"),
    ] {
        let ran = tool().args(["report", "--format", format, ESTATE]).run();
        assert_eq!(ran.exit, Exit::Undecided);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    let ran = tool()
        .args(["report", ESTATE, "--format", "json", "--format", "csv"])
        .run();
    assert_eq!(ran.exit, Exit::Undecided);
    assert!(
        ran.stderr.contains("both go to standard output"),
        "{}",
        ran.stderr
    );
}

#[test]
fn people_read_what_fails_first() {
    let ran = tool().args(["report", ESTATE]).run();
    insta::assert_snapshot!("report_estate", ran.stdout);
    let ran = tool()
        .args(["report", ESTATE])
        .terminal(60)
        .env("LANG", "C")
        .run();
    insta::assert_snapshot!("report_estate_narrow", ran.stdout);
    let plain = tool()
        .args(["report", "--color", "never", ESTATE])
        .terminal(60)
        .env("LANG", "C")
        .run();
    assert!(plain.stdout.is_ascii());
    let widest = plain.stdout.lines().map(str::len).max();
    assert!(widest <= Some(60), "{widest:?}");
    let ran = tool()
        .args(["report", "--format", "markdown", ESTATE])
        .run();
    insta::assert_snapshot!("report_estate_markdown", ran.stdout);
    let folder = tree::write(&[("a.txt", "nothing")]);
    let ran = tool().cwd(folder.path()).arg("report").run();
    assert_eq!(ran.exit, Exit::Clean);
    insta::assert_snapshot!("report_nothing", ran.stdout);
}
