//! PEM (RFC 7468) with places: which line each block begins on, and why one cannot be read.
//!
//! It reads what servers read, and a little more, because a certificate that is indented in a
//! manifest or quoted in a program expires like any other: text before, between and after blocks,
//! white space around lines, CRLF, and RFC 1421 headers are allowed.
//! One pass, one block in memory at a time.

use memchr::memmem;
use rules::Position;

use crate::base64;

/// What a label says that a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// `CERTIFICATE`, `X509 CERTIFICATE` or, with OpenSSL's trust settings behind the certificate,
    /// `TRUSTED CERTIFICATE`.
    Certificate,
    /// Any kind of private key. Its content is not decoded here.
    PrivateKey,
    /// `PKCS7`, `CMS` or `PKCS12`: a container that may hold certificates.
    Pkcs7,
    /// `X509 CRL`.
    Revocations,
    /// A certificate signing request. Its content is not decoded.
    Request,
    /// Public keys, parameters and what is not ours at all. Its content is not decoded.
    Other,
}

/// Why a block cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The end of the text or the next block comes before an END line.
    NoEnd,
    /// The END line names something else than the BEGIN line.
    OtherEnd,
    /// Something else stands on the BEGIN line: the line breaks were lost.
    OneLine,
    /// A character in this line (from 1, counted in the file) is not base64.
    Alien {
        /// The line in the file.
        line: u32,
    },
    /// Characters are missing at the end of the base64 text, or follow its padding.
    Cut,
    /// Nothing stands between the lines.
    Empty,
}

impl Fault {
    /// The reason as a fragment of a message.
    pub fn reason(self) -> String {
        match self {
            Self::NoEnd => "its END line is missing, so it was cut off".to_owned(),
            Self::OtherEnd => "its END line names something else than its BEGIN line".to_owned(),
            Self::OneLine => "its line breaks are missing".to_owned(),
            Self::Alien { line } => format!("line {line} is not base64"),
            Self::Cut => "its base64 text is incomplete".to_owned(),
            Self::Empty => "it is empty".to_owned(),
        }
    }
}

/// One block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it says that it holds.
    pub label: Label,
    /// Where the BEGIN marker starts.
    pub start: Position,
    /// Where the BEGIN marker ends.
    pub end: Position,
    /// Bytes of the label.
    pub name: std::ops::Range<usize>,
    /// Bytes of the text between the BEGIN and the END line.
    pub body: std::ops::Range<usize>,
    /// The decoded content (empty for labels whose content is not decoded), or why there is none.
    pub content: Result<Vec<u8>, Fault>,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// Labels are short; a longer one is not a label.
const LABEL_MAX: usize = 64;

/// The blocks of `text`, in order.
pub fn blocks(text: &[u8]) -> Blocks<'_> {
    Blocks {
        text,
        at: 0,
        line: 1,
        counted: 0,
    }
}

/// Iterator over the blocks of a text.
#[derive(Debug)]
pub struct Blocks<'a> {
    text: &'a [u8],
    /// Where the search goes on.
    at: usize,
    /// The line (from 1) of byte `counted`.
    line: u32,
    counted: usize,
}

impl Iterator for Blocks<'_> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        loop {
            let found = memmem::find(self.rest(self.at), BEGIN)?;
            let start = self.at + found;
            self.at = start + BEGIN.len();
            let Some(marker_end) = marker_end(self.text, self.at) else {
                continue;
            };
            let line_start = memchr::memrchr(b'\n', self.before(start)).map_or(0, |at| at + 1);
            let lead = self.text.get(line_start..start).unwrap_or_default();
            if is_comment(lead) {
                continue;
            }
            let name = self.at..marker_end - DASHES.len();
            let label = label(self.text.get(name.clone()).unwrap_or_default());
            self.at = marker_end;
            let line = self.line_of(start);
            let column = column(lead);
            let marker = marker_end - start;
            let begin = Position {
                line,
                column,
                byte: narrow(start),
            };
            let end = Position {
                line,
                column: column.saturating_add(narrow(marker)),
                byte: narrow(marker_end),
            };
            let (body, content) = self.content(start + BEGIN.len(), marker_end, label);
            return Some(Block {
                label,
                name,
                start: begin,
                end,
                body,
                content,
            });
        }
    }
}

impl Blocks<'_> {
    /// Reads from behind the BEGIN marker to the END line, and moves on behind it.
    fn content(
        &mut self,
        label_start: usize,
        marker_end: usize,
        label: Label,
    ) -> (std::ops::Range<usize>, Result<Vec<u8>, Fault>) {
        let rest = self.rest(marker_end);
        let line_end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let tail = rest.get(..line_end).unwrap_or_default();
        if !tail.iter().all(u8::is_ascii_whitespace) {
            return (marker_end..marker_end, Err(Fault::OneLine));
        }
        let body_start = marker_end + line_end;
        let Some(boundary) = boundary(self.text, body_start) else {
            self.at = self.text.len();
            return (body_start..self.text.len(), Err(Fault::NoEnd));
        };
        let body = body_start..boundary;
        if !self.rest(boundary).starts_with(END) {
            self.at = boundary;
            return (body, Err(Fault::NoEnd));
        }
        self.at = boundary + END.len();
        let name = self.text.get(label_start..marker_end).unwrap_or_default();
        if !self.rest(self.at).starts_with(name) {
            return (body, Err(Fault::OtherEnd));
        }
        self.at += name.len();
        if matches!(label, Label::PrivateKey | Label::Request | Label::Other) {
            return (body, Ok(Vec::new()));
        }
        let text = self.text.get(body.clone()).unwrap_or_default();
        let skipped = headers(text);
        let content = match base64::decode(text.get(skipped..).unwrap_or_default()) {
            Ok(bytes) if bytes.is_empty() => Err(Fault::Empty),
            Ok(bytes) => Ok(bytes),
            Err(base64::Fault::Alien { at }) => Err(Fault::Alien {
                line: self.line_of(body_start + skipped + at),
            }),
            Err(base64::Fault::Cut | base64::Fault::AfterPadding) => Err(Fault::Cut),
        };
        (body, content)
    }

    /// The line (from 1) of byte `at`. Offsets must not go down from call to call.
    fn line_of(&mut self, at: usize) -> u32 {
        let between = self.text.get(self.counted..at).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', between).count();
        self.line = self.line.saturating_add(narrow(lines));
        self.counted = at;
        self.line
    }

    fn rest(&self, from: usize) -> &[u8] {
        self.text.get(from..).unwrap_or_default()
    }

    fn before(&self, to: usize) -> &[u8] {
        self.text.get(..to).unwrap_or_default()
    }
}

/// The byte behind the five dashes that close the marker whose label starts at `at`.
fn marker_end(text: &[u8], at: usize) -> Option<usize> {
    let label = text.get(at..text.len().min(at + LABEL_MAX + DASHES.len()))?;
    let length = memmem::find(label, DASHES)?;
    label
        .get(..length)?
        .iter()
        .all(|&byte| (0x20..0x7f).contains(&byte))
        .then_some(at + length + DASHES.len())
}

/// The next BEGIN or END marker from `from`.
fn boundary(text: &[u8], from: usize) -> Option<usize> {
    memmem::find_iter(text.get(from..)?, DASHES)
        .map(|at| from + at)
        .find(|&at| {
            text.get(at..)
                .is_some_and(|rest| rest.starts_with(END) || rest.starts_with(BEGIN))
        })
}

/// Whether a marker behind `lead` on its line is commented out.
fn is_comment(lead: &[u8]) -> bool {
    let lead = lead.trim_ascii_start();
    [b"#".as_slice(), b"//", b";", b"--"]
        .iter()
        .any(|comment| lead.starts_with(comment))
}

fn label(name: &[u8]) -> Label {
    match name {
        b"CERTIFICATE" | b"X509 CERTIFICATE" | b"TRUSTED CERTIFICATE" => Label::Certificate,
        b"PKCS7" | b"PKCS #7 SIGNED DATA" | b"CMS" | b"PKCS12" => Label::Pkcs7,
        b"X509 CRL" => Label::Revocations,
        b"CERTIFICATE REQUEST" | b"NEW CERTIFICATE REQUEST" => Label::Request,
        name if name.ends_with(b"PRIVATE KEY") => Label::PrivateKey,
        _ => Label::Other,
    }
}

/// Bytes of RFC 1421 headers (`Key: value` lines up to a blank line) at the start of a body.
fn headers(body: &[u8]) -> usize {
    let first = body
        .split(|&byte| byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty())
        .unwrap_or_default();
    if !first.contains(&b':') {
        return 0;
    }
    let mut at = 0;
    let mut seen = false;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        at += line.len();
        match line.trim_ascii() {
            [] if seen => return at,
            [] => {}
            _ => seen = true,
        }
    }
    0
}

/// The column (from 1) behind `lead`, in Unicode scalar values; bytes that are not UTF-8 count
/// as one each.
fn column(lead: &[u8]) -> u32 {
    let characters = lead
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum::<usize>();
    narrow(characters).saturating_add(1)
}

/// Files are bounded far below 4 GiB, so this never saturates.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Label, u32, Result<Vec<u8>, Fault>)> {
        blocks(text.as_bytes())
            .map(|block| (block.label, block.start.line, block.content))
            .collect()
    }

    #[test]
    fn text_around_crlf_and_indentation_are_read() {
        let text = "Subject: x\r\n-----BEGIN CERTIFICATE-----\r\nZm9v\r\n-----END CERTIFICATE-----\r\n\
                    tls: |\n  -----BEGIN X509 CERTIFICATE-----\n  Zm9v\n  YmFy\n  -----END X509 CERTIFICATE-----\n\
                    x = \"\"\"-----BEGIN TRUSTED CERTIFICATE-----\nZg==\n-----END TRUSTED CERTIFICATE-----\"\"\"";
        assert_eq!(
            read(text),
            [
                (Label::Certificate, 2, Ok(b"foo".to_vec())),
                (Label::Certificate, 6, Ok(b"foobar".to_vec())),
                (Label::Certificate, 10, Ok(b"f".to_vec())),
            ]
        );
    }

    #[test]
    fn private_keys_are_not_decoded() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\nZm9v\n-----END RSA PRIVATE KEY-----\n";
        assert_eq!(read(text), [(Label::PrivateKey, 1, Ok(Vec::new()))]);
    }

    #[test]
    fn headers_end_at_the_blank_line() {
        let text = "-----BEGIN CERTIFICATE-----\nA: b\n c\n\nZm9v\n-----END CERTIFICATE-----\n";
        assert_eq!(read(text), [(Label::Certificate, 1, Ok(b"foo".to_vec()))]);
    }

    #[test]
    fn a_fault_says_what_and_where_and_the_next_block_is_read() {
        let good = "-----BEGIN CERTIFICATE-----\nZg==\n-----END CERTIFICATE-----\n";
        for (text, line, fault) in [
            ("-----BEGIN CERTIFICATE-----\nZg==\n", 3, Fault::NoEnd),
            (
                "-----BEGIN CERTIFICATE-----\nZg==\n-----END CERT-----\n",
                4,
                Fault::OtherEnd,
            ),
            (
                "-----BEGIN CERTIFICATE-----\nZm9v\nZ?==\n-----END CERTIFICATE-----\n",
                5,
                Fault::Alien { line: 3 },
            ),
            (
                "-----BEGIN CERTIFICATE-----\nZm9vZ\n-----END CERTIFICATE-----\n",
                4,
                Fault::Cut,
            ),
            (
                "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                3,
                Fault::Empty,
            ),
            (
                "-----BEGIN CERTIFICATE----- Zg== -----END CERTIFICATE-----\n",
                2,
                Fault::OneLine,
            ),
        ] {
            assert_eq!(
                read(&format!("{text}{good}")),
                [
                    (Label::Certificate, 1, Err(fault)),
                    (Label::Certificate, line, Ok(b"f".to_vec())),
                ],
                "{text}"
            );
        }
    }

    #[test]
    fn the_place_is_the_begin_marker() {
        let block =
            blocks("é = -----BEGIN CERTIFICATE-----\nZg==\n-----END CERTIFICATE-----".as_bytes())
                .next()
                .expect("one block");
        assert_eq!(
            (block.start.line, block.start.column, block.start.byte),
            (1, 5, 5)
        );
        assert_eq!(
            (block.end.line, block.end.column, block.end.byte),
            (1, 32, 32)
        );
    }

    #[test]
    fn what_is_commented_out_or_no_marker_is_no_block() {
        for text in [
            "# -----BEGIN CERTIFICATE-----\n# Zg==\n# -----END CERTIFICATE-----\n",
            "-----BEGIN \u{1b}[31m-----\n",
            "-----BEGIN CERTIFICATE",
            "-----BEGIN ",
            "",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn many_begins_without_an_end_take_one_pass() {
        let text = "-----BEGIN CERTIFICATE-----\n".repeat(100_000);
        assert_eq!(blocks(text.as_bytes()).count(), 100_000);
    }
}
