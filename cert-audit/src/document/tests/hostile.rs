//! Input that means harm, or is broken.

use super::*;

/// One of each kind of document.
fn corpus() -> Vec<String> {
    let a = minted("a.example");
    let b64 = base64(a.pem.as_bytes());
    let escaped = a.pem.replace('\n', "\\n");
    vec![
        format!(
            "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\ndata:\n  tls.crt: {b64}\n  tls.key: {}\n---\na: &x {b64}\nb: *x\n",
            base64(a.key.as_bytes())
        ),
        format!(
            "{{\"keys\": [{{\"x5c\": [\"{}\"]}}], \"p\": \"{escaped}\"}}",
            base64(&a.der)
        ),
        format!("[a]\nb = \"{escaped}\"\nc = '{b64}'\n"),
        format!(
            "<a:B use='signing'><X509Certificate>{}</X509Certificate></a:B>",
            base64(&a.der)
        ),
        format!("export A={escaped}\nB={b64}\n"),
        format!("a: |\n  {}\n", indented(&a.pem, 2)),
    ]
}

#[test]
fn mutants_do_no_harm() {
    for text in corpus() {
        let bytes = text.as_bytes();
        assert!(read(bytes, "").is_some(), "{text}");
        // A small linear congruential generator is random enough, and the same everywhere.
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 33).expect("31 bits") % below
        };
        for _ in 0..400 {
            let mut mutant = bytes.to_vec();
            for _ in 0..=random(3) {
                let at = random(mutant.len());
                match random(4) {
                    0 => mutant.truncate(at.max(1)),
                    1 => mutant[at] = b"\"'{}[]:&*-\n\\<>= "[random(16)],
                    2 => mutant[at] ^= 1 << random(8),
                    _ => {
                        let piece = mutant[at..].to_vec();
                        mutant.extend(piece);
                    }
                }
            }
            let Some(document) = read(&mutant, "") else {
                continue;
            };
            for embedded in &document.embedded {
                let (start, end) = (embedded.start, embedded.end);
                assert!(start.byte <= end.byte && start.line <= end.line);
                assert!(usize::try_from(end.byte).expect("small") <= mutant.len());
            }
            for range in document.claimed.iter().chain(&document.masked) {
                assert!(range.start <= range.end && range.end <= mutant.len());
            }
        }
    }
}

#[test]
fn depth_does_not_hide_what_is_above_or_below() {
    let a = minted("a.example");
    let b64 = base64(a.pem.as_bytes());
    for text in [
        format!(
            "{{\"a\": \"{b64}\", \"b\": {}{}}}",
            "[".repeat(10_000),
            "]".repeat(10_000)
        ),
        format!(
            "a: {b64}\nb: {}{}\n",
            "[".repeat(10_000),
            "]".repeat(10_000)
        ),
        format!("{}\"{b64}\"", "[".repeat(10_000)),
        format!("{}{b64}\n", "- ".repeat(10_000)),
        format!("a = '{b64}'\nb = {}\n", "[".repeat(10_000)),
        format!(
            "{}<X509Certificate>{}</X509Certificate>",
            "<a>".repeat(10_000),
            base64(&a.der)
        ),
    ] {
        assert_eq!(document(&text).embedded.len(), 1, "{:?}", text.get(..80));
    }
}

#[test]
fn large_documents_are_read_in_one_go() {
    let a = minted("a.example");
    let b64 = base64(a.pem.as_bytes());
    let filler =
        "{\"é\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", \"y\": [1, 2, null]},".repeat(160_000);
    let text = format!("[{filler}{{\"ca\": \"{b64}\"}}]");
    assert!(text.len() > 10_000_000);
    let document = document(&text);
    assert_eq!(document.embedded[0].place, "/160000/ca");
    let place = document.embedded[0].start;
    let expected = rules::LineIndex::new(&text).position(place.byte);
    assert_eq!(place, expected);
}

#[test]
fn many_certificates_with_long_names_take_little() {
    let a = minted("a.example");
    let key = "k".repeat(100_000);
    let item = format!("\"{}\",", base64(&a.der));
    let text = format!("{{\"{key}\": [{}\"\"]}}", item.repeat(5_000));
    let document = document(&text);
    assert_eq!(document.embedded.len(), 5_000);
    assert!(
        document
            .embedded
            .iter()
            .all(|found| found.place.len() < 500)
    );
}

#[test]
fn what_is_no_utf8_is_searched_as_text() {
    let a = minted("a.example");
    let mut bytes = format!("a: {}\nb: ", base64(a.pem.as_bytes())).into_bytes();
    bytes.extend([0xff, 0xfe, b'\n']);
    let document = read(&bytes, "a.yaml").expect("something is found");
    assert_eq!(found(&document), [("/a", a.pem.as_bytes())]);
}

#[test]
fn documents_in_documents_end() {
    let a = minted("a.example");
    let mut text = format!("a: {}\n", base64(a.pem.as_bytes()));
    for _ in 0..6 {
        text = format!("a: {}\n", base64(text.as_bytes()));
    }
    assert_eq!(document(&text).embedded.len(), 0);
}
