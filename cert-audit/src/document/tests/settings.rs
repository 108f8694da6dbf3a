//! Lines of settings, templates and programs.

use super::super::Role;
use super::*;

#[test]
fn settings_line_by_line() {
    let a = minted("a.example");
    let escaped = a.pem.replace('\n', "\\n");
    let text = format!(
        "# TLS\nexport TLS_CERT=\"{escaped}\"\nTLS_KEY={}\nCA_CERT_B64={}\nDER='{}'\nDB_PASSWORD=hunter2\n",
        a.key.replace('\n', "\\n"),
        base64(a.pem.as_bytes()),
        base64(&a.der),
    );
    let text = format!("{text}# OLD={}\n", base64(&a.der));
    let document = document(&text);
    let facts: Vec<_> = document
        .embedded
        .iter()
        .map(|found| {
            (
                found.place.as_str(),
                found.role,
                found.start.line,
                found.secret,
            )
        })
        .collect();
    assert_eq!(
        facts,
        [
            ("/TLS_CERT", Role::Unknown, 2, false),
            ("/TLS_KEY", Role::Key, 3, true),
            ("/CA_CERT_B64", Role::Trust, 4, false),
            ("/DER", Role::Unknown, 5, false),
        ]
    );
    assert_eq!(
        certificates(&document.embedded[0]),
        std::slice::from_ref(&a.der)
    );
    assert_eq!(document.embedded[3].bytes, a.der);
    let shown = shown(&document, &text);
    assert!(!shown.contains("hunter2") && !shown.contains(&a.key.replace('\n', "\\n")));
}

#[test]
fn templates_are_searched_as_text() {
    let a = minted("a.example");
    let text = format!(
        "{{{{- if .Values.tls }}}}\nkind: Secret\ndata:\n  tls.crt: {}\n  wrapped: |\n    {}\n{{{{- end }}}}\n",
        base64(a.pem.as_bytes()),
        base64(a.pem.as_bytes())
            .as_bytes()
            .chunks(76)
            .map(|line| str::from_utf8(line).expect("base64"))
            .collect::<Vec<_>>()
            .join("\n    "),
    );
    let document = document(&text);
    let facts: Vec<_> = document
        .embedded
        .iter()
        .map(|found| {
            (
                found.place.as_str(),
                found.role,
                found.start.line,
                found.bytes.as_slice(),
            )
        })
        .collect();
    assert_eq!(
        facts,
        [
            ("/tls.crt", Role::Served, 4, a.pem.as_bytes()),
            ("", Role::Unknown, 6, a.pem.as_bytes()),
        ]
    );
}

#[test]
fn lines_of_directories_and_property_lists_are_joined() {
    let a = minted("a.example");
    let wrapped = |first: usize, width: usize, lead: &str| {
        let text = base64(&a.der);
        let (head, rest) = text.split_at(first);
        let rest: Vec<_> = rest
            .as_bytes()
            .chunks(width)
            .map(|line| str::from_utf8(line).expect("base64"))
            .collect();
        format!("{head}\n{lead}{}", rest.join(&format!("\n{lead}")))
    };
    for (text, place) in [
        (
            format!(
                "dn: cn=a\nuserCertificate;binary:: {}\ncn: a\n",
                wrapped(50, 75, " ")
            ),
            // It is YAML as well.
            "/userCertificate;binary:",
        ),
        (
            format!(
                "<plist><data>\n\t\t{}\n\t\t</data></plist>\n",
                wrapped(52, 52, "\t\t")
            ),
            "",
        ),
        (
            format!(
                "<a><X509Certificate>{0}</X509Certificate></a>",
                wrapped(64, 64, "")
            ),
            "/a/X509Certificate",
        ),
    ] {
        assert_eq!(
            found(&document(&text)),
            [(place, a.der.as_slice())],
            "{text}"
        );
    }
}

#[test]
fn strings_of_programs_are_joined() {
    let a = minted("a.example");
    let lines: Vec<_> = a.pem.lines().collect();
    for text in [
        format!(
            "static const char *CA =\n  \"{}\\n\";\n",
            lines.join("\\n\"\n  \"")
        ),
        format!("const CA = '{}\\n';\n", lines.join("\\n' +\n  '")),
        format!("ca = [\n  \"{}\",\n]\n", lines.join("\",\n  \"")),
        format!("var ca = \"{}\";\n", lines.join("\\n")),
    ] {
        let document = document(&text);
        let [found] = document.embedded.as_slice() else {
            panic!("{text}{document:?}")
        };
        assert_eq!(certificates(found), std::slice::from_ref(&a.der), "{text}");
        assert_eq!(document.claimed.len(), 1);
    }
}

#[test]
fn blocks_with_lines_are_left_to_the_reader_of_pem() {
    let a = minted("a.example");
    for text in [
        a.pem.clone(),
        format!("let ca = r\"{}\";\n", a.pem),
        format!("Text.\n\n    {}\n", indented(&a.pem, 4)),
        format!("{}{}", a.pem, a.key),
        a.key.clone(),
        // No block, but words about blocks.
        "line.startsWith(\"-----BEGIN CERTIFICATE-----\") and \"-----END CERTIFICATE-----\""
            .to_owned(),
        "x = \"-----BEGIN CERTIFICATE-----\\n{}\\n-----END CERTIFICATE-----\"".to_owned(),
        "x: |\n  -----BEGIN CERTIFICATE-----\n  ...\n  -----END CERTIFICATE-----\n".to_owned(),
    ] {
        assert_eq!(read(text.as_bytes(), "a.txt"), None, "{text}");
    }
}
