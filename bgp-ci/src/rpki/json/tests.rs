//! Files of payloads in every form, and broken ones.

use super::*;

fn shown(text: &str) -> Result<Vec<String>, String> {
    match read(text.as_bytes()) {
        Ok(file) => Ok(file.vrps.iter().map(|vrp| vrp.to_string()).collect()),
        Err(error) => Err(format!(
            "{}:{}: {}",
            error.line.unwrap_or(0),
            error.column.unwrap_or(0),
            error.message
        )),
    }
}

fn built(metadata: &str) -> Result<Option<String>, String> {
    let text = format!(r#"{{"metadata": {metadata}, "roas": []}}"#);
    let file = read(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(file.built.map(|time| time.to_string()))
}

#[test]
fn the_forms_of_every_validator_mean_the_same() {
    let rpki_client = r#"{"metadata": {"buildtime": "2026-11-22T00:00:00Z", "vrps": 1},
        "roas": [{"asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe", "expires": 1795392000}],
        "bgpsec_keys": [], "aspas": [{"customer_asid": 64500, "expires": 1, "providers": [64501]}]}"#;
    let routinator = r#"{"metadata": {"generated": 1795305600, "generatedTime": "2026-11-22T00:00:00Z"},
        "roas": [{"asn": "AS64500", "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "ripe"}], "routerKeys": []}"#;
    let extended = r#"{"roas": [{"asn": "AS64500", "prefix": "203.0.113.0/24", "maxLength": 24,
        "source": [{"type": "roa", "uri": "rsync://rpki.example.net/a.roa", "tal": "ripe", "validity": {"notBefore": "x"}}]}]}"#;
    let stayrtr = r#"{"roas": [{"prefix": "203.0.113.0\/24", "maxLength": 24, "asn": "64500", "ta": "ri\u0070e"}],
        "metadata": {"counts": 1, "generated": 1795305600, "valid": 1795309200}}"#;
    for text in [rpki_client, routinator, extended, stayrtr] {
        assert_eq!(
            shown(text).unwrap(),
            ["203.0.113.0/24 AS64500 (ripe)"],
            "{text}"
        );
    }
    let without = r#"{"roas": [{"asn": 0, "prefix": "2001:db8::/32"}]}"#;
    assert_eq!(shown(without).unwrap(), ["2001:db8::/32 AS0"]);
}

#[test]
fn the_oldest_time_counts() {
    assert_eq!(built("{}"), Ok(None));
    assert_eq!(
        built(r#"{"generated": 1795305600, "buildtime": "2026-11-21T00:00:00Z"}"#),
        Ok(Some("2026-11-21T00:00:00Z".to_owned()))
    );
    assert_eq!(
        built(r#"{"generatedTime": "2026-11-22T01:00:00+01:00"}"#),
        Ok(Some("2026-11-22T00:00:00Z".to_owned()))
    );
    for broken in [
        r#"{"generated": 18446744073709551615}"#,
        r#"{"generated": "yesterday"}"#,
        r#"{"buildtime": []}"#,
        r#"{"buildtime": 1.5}"#,
        "7",
    ] {
        assert!(built(broken).is_err(), "{broken}");
    }
}

#[test]
fn what_is_broken_is_named_with_its_place() {
    let one = |entry: &str| {
        let good = r#"{"asn": 64500, "prefix": "192.0.2.0/24", "maxLength": 24, "ta": "a"}"#;
        shown(&format!("{{\"roas\": [\n{good},\n{entry}\n]}}")).unwrap_err()
    };
    let cases = [
        (
            r#"{"asn": 64500, "prefix": "203.0.113.7/24", "maxLength": 24}"#,
            "3:41: `203.0.113.7/24` has host bits set: write `203.0.113.0/24`, or the length \
             that you mean",
        ),
        (
            r#"{"asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 23}"#,
            "3:59: entry 2 of `roas`: the maximum length 23 is shorter than the prefix \
             203.0.113.0/24",
        ),
        (
            r#"{"asn": 64500, "prefix": "203.0.113.0/24", "maxLength": 33}"#,
            "3:59: entry 2 of `roas`: the maximum length 33 is longer than an ipv4 address (32)",
        ),
        (
            r#"{"asn": 4294967296, "prefix": "203.0.113.0/24"}"#,
            "3:18: 4294967296 is more than an autonomous system number",
        ),
        (
            r#"{"asn": "ASX", "prefix": "203.0.113.0/24"}"#,
            "3:13: `ASX` is not an autonomous system number such as 64500 or AS64500",
        ),
        (
            r#"{"asn": 1, "prefix": "203.0.113.0/24", "maxLength": -1}"#,
            "3:54: invalid value: integer `-1`, expected u64",
        ),
        (r#"{"asn": 64500}"#, "3:14: missing field `prefix`"),
        (
            r#"{"asn": 1, "asn": 2, "prefix": "203.0.113.0/24"}"#,
            "3:19: duplicate field `asn`",
        ),
    ];
    let found = cases.map(|(entry, _)| one(entry));
    assert_eq!(found, cases.map(|(_, expected)| expected));
}

#[test]
fn what_is_no_validators_file_is_said_so() {
    let starts = |text: &str, expected: &str| {
        let error = shown(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    };
    starts("{}", "there is no `roas`");
    starts("[]", "invalid type: sequence, expected an object");
    starts(r#"{"roas": {}}"#, "invalid type: map, expected a list");
    starts(r#"{"roas": [], "roas": []}"#, "`roas` is there twice");
    starts(
        r#"{"metadata": {}, "metadata": {}, "roas": []}"#,
        "`metadata` is there twice",
    );
    starts(r#"{"roas": []} x"#, "this is not JSON");
    starts("{roas: []}", "this is not JSON");
    starts(r#"{"roas": [{"asn": 64500, "#, "it was cut off");
    starts(r#"{"roas": []"#, "it was cut off");
    let deep = format!("{{\"x\": {}", "[".repeat(1 << 20));
    assert!(shown(&deep).is_err());
}
