//! What must hold for every report, however hostile: nothing from the input is obeyed, what
//! machines read can be read, and nothing panics.

use std::sync::Arc;

use proptest::prelude::*;

use super::paint::Page;
use super::{Format, Options, escape, render, sample, v1};
use crate::{Certainty, Level, Position, Report, Reported, Span, Undecided};

/// Text that somebody would put into a pull request to break a report.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        4 => "[ -~]{0,8}",
        2 => "[\\x00-\\x1f\\x7f-\\u{9f}]{1,3}",
        2 => "[\\u{202a}-\\u{202e}\\u{2066}-\\u{2069}\\u{200e}\\u{200f}\\u{61c}]",
        2 => "[日本語e\\u{301}\\u{fe0f}👩]{1,4}",
        2 => proptest::sample::select(vec![
            "\n", "\t", "\r\n", "::error::", "::set-output name=a::b", "##[group]", "##vso[a]",
            "\u{1b}[2J", "\u{1b}]8;;x\u{7}", "@octo", "#1", "https://example.net/", "</details>",
            "`", "|", "]]>", "<!--", "%0A", "](x)", "```",
        ]).prop_map(String::from),
    ];
    proptest::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

fn position() -> impl Strategy<Value = Position> {
    (0_u32..6, 0_u32..20, prop_oneof![0_u32..80, Just(u32::MAX)])
        .prop_map(|(line, column, byte)| Position { line, column, byte })
}

/// A span that lies somewhere, or nowhere.
fn wild() -> impl Strategy<Value = (Position, Position)> {
    (position(), position())
}

#[derive(Debug, Clone)]
struct Parts {
    path: String,
    texts: Vec<String>,
    source: String,
    /// Byte ranges for spans that fit the source.
    ranges: Vec<(usize, usize)>,
    wild: Vec<(Position, Position)>,
    known: bool,
}

fn parts() -> impl Strategy<Value = Parts> {
    (
        hostile(),
        proptest::collection::vec(hostile(), 5),
        proptest::collection::vec(hostile(), 0..6),
        proptest::collection::vec((0_usize..100, 0_usize..100), 5),
        proptest::collection::vec(wild(), 5),
        any::<bool>(),
    )
        .prop_map(|(path, texts, lines, ranges, wild, known)| Parts {
            path,
            texts,
            source: lines.join("\n"),
            ranges,
            wild,
            known,
        })
}

fn report(parts: &Parts) -> Report {
    let path: Arc<str> = parts.path.as_str().into();
    let index = crate::LineIndex::new(&parts.source);
    let span = |at: usize| {
        if parts.known {
            let (a, b) = parts.ranges[at];
            let clamp = |byte: usize| {
                u32::try_from(
                    parts
                        .source
                        .floor_char_boundary(byte.min(parts.source.len())),
                )
                .unwrap()
            };
            index.span(&path, clamp(a.min(b)), clamp(a.max(b)))
        } else {
            let (start, end) = parts.wild[at];
            Span {
                path: path.clone(),
                start,
                end,
            }
        }
    };
    let mut finding = sample::RELOCK
        .at(span(0), parts.texts[0].as_str(), &["x"])
        .with_certainty(Certainty::Likely)
        .with_help(parts.texts[1].as_str())
        .with_note(parts.texts[2].as_str())
        .with_data("text", parts.texts[3].as_str());
    for at in 1..5 {
        finding = finding.with_label(span(at), parts.texts[at].as_str());
    }
    let mut report = sample::small(Reported {
        finding,
        level: Level::Deny,
        part: None,
        suppressed: None,
    });
    let mut suppressed = report.findings[0].clone();
    suppressed.suppressed = Some(parts.texts[4].clone());
    report.findings.push(suppressed);
    report.undecided.push(Undecided {
        path: path.clone(),
        at: Some(parts.wild[0].0),
        reason: parts.texts[1].clone(),
    });
    report.sources.insert(path, parts.source.as_str().into());
    report
}

fn text(report: &Report, format: Format, width: usize) -> String {
    let page = Page {
        width,
        colour: false,
        unicode: width.is_multiple_of(2),
    };
    render(report, format, &page, &Options::default()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_text_output_holds_what_a_reader_obeys(parts in parts(), width in 40_usize..120) {
        let report = report(&parts);
        for format in Format::ALL {
            let text = text(&report, format, width);
            for c in text.chars().filter(|&c| c != '\n') {
                prop_assert!(!escape::is_hidden(c), "{format}: {c:?} in {text}");
            }
            prop_assert!(!text.contains("##[") && !text.contains("##vso["), "{format}: {text}");
            for line in text.lines().map(str::trim_start) {
                let own = format == Format::Github
                    && ["::error file=", "::notice title="].iter().any(|own| line.starts_with(own));
                prop_assert!(own || !line.starts_with("::"), "{format}: {line}");
            }
        }
        // With colours, the only sequences are our own: SGR.
        let page = Page { width, colour: true, unicode: true };
        let human = render(&report, Format::Human, &page, &Options::default()).unwrap();
        for (at, piece) in human.split('\u{1b}').enumerate() {
            let rest = match at {
                0 => Some(piece),
                _ => piece
                    .strip_prefix('[')
                    .map(|piece| piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'))
                    .and_then(|piece| piece.strip_prefix('m')),
            };
            let hidden = rest.and_then(|rest| rest.chars().find(|&c| c != '\n' && escape::is_hidden(c)));
            prop_assert!(rest.is_some() && hidden.is_none(), "{human:?}");
        }
        let github = text(&report, Format::Github, width);
        prop_assert_eq!(github.lines().count(), 3);
        let concise = text(&report, Format::Concise, width);
        prop_assert_eq!(concise.lines().count(), 3);
    }

    #[test]
    fn machines_read_back_what_was_meant(parts in parts()) {
        let report = report(&parts);
        let expected = v1::Report::from(&report);
        let json: v1::Report = serde_json::from_str(&text(&report, Format::Json, 80)).unwrap();
        prop_assert_eq!(&json, &expected);
        for line in text(&report, Format::Jsonl, 80).lines() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(line).unwrap().is_object());
        }
        let junit = quick_junit::Report::deserialize_from_str(&text(&report, Format::Junit, 80));
        prop_assert_eq!(junit.unwrap().tests, 3);
        let sarif: serde_sarif::sarif::Sarif =
            serde_json::from_str(&text(&report, Format::Sarif, 80)).unwrap();
        prop_assert_eq!(sarif.runs[0].results.as_ref().unwrap().len(), 2);
        let gitlab: Vec<serde_json::Value> =
            serde_json::from_str(&text(&report, Format::Gitlab, 80)).unwrap();
        prop_assert_eq!(gitlab.len(), 2);
    }

    #[test]
    fn markdown_carries_no_markup_of_the_input(input in hostile()) {
        for text in [escape::markdown(&input), escape::code(&input), escape::markdown_message(&input)] {
            let bare = text.replace("<code>", "").replace("</code>", "");
            for c in ['<', '>', '`', '|', '[', ']', '*', '_', '\\', '@', '\n'] {
                prop_assert!(!bare.contains(c), "{c:?} in {text}");
            }
            prop_assert!(!text.contains("://"), "{text}");
        }
    }

    #[test]
    fn the_same_report_gives_the_same_bytes(parts in parts()) {
        for format in Format::ALL {
            prop_assert_eq!(text(&report(&parts), format, 80), text(&report(&parts), format, 80));
        }
    }
}
