//! Payloads in CSV, as rpki-client and Routinator write it: columns go by their heading.

use std::borrow::Cow;

use rules::escape;

use super::Snapshot;
use super::vrps::{Builder, ReadError};
use crate::model::{Asn, Prefix};

/// Longest line that is read, in bytes.
const LONGEST: usize = 64 << 10;

/// Where the columns are.
struct Columns {
    asn: usize,
    prefix: usize,
    max_length: usize,
    /// RIPE's daily files have none.
    anchor: Option<usize>,
}

/// Reads a validator's CSV. It never says when it was made.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub(super) fn read(bytes: &[u8]) -> Result<Snapshot, ReadError> {
    let mut builder = Builder::default();
    let mut columns: Option<Columns> = None;
    let mut fields = Vec::new();
    for (line, row) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let wrong = |message: String| ReadError::at(line, message);
        if row.len() > LONGEST {
            return Err(wrong("the line is too long for a list of payloads".into()));
        }
        let text = std::str::from_utf8(row).map_err(|_| wrong("the line is not UTF-8".into()))?;
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        split(text, &mut fields).map_err(wrong)?;
        let Some(columns) = &columns else {
            columns = Some(headings(&fields).map_err(wrong)?);
            continue;
        };
        payload(&fields, columns, &mut builder).map_err(wrong)?;
    }
    if columns.is_none() {
        return Err(ReadError::whole("the file is empty"));
    }
    let vrps = builder.build();
    let vrps = vrps.map_err(|error| ReadError::whole(error.to_string()))?;
    Ok(Snapshot { vrps, built: None })
}

fn headings(fields: &[Cow<'_, str>]) -> Result<Columns, String> {
    let place = |name: &str| {
        fields
            .iter()
            .position(|field| field.eq_ignore_ascii_case(name))
    };
    let column = |name: &str| {
        place(name).ok_or_else(|| {
            let found = fields.join(",");
            format!(
                "this is neither JSON nor a CSV whose first line is `ASN,IP Prefix,Max \
                 Length,Trust Anchor`: it has no column `{name}` in `{}`",
                escape::word(&found)
            )
        })
    };
    Ok(Columns {
        asn: column("ASN")?,
        prefix: column("IP Prefix")?,
        max_length: column("Max Length")?,
        anchor: place("Trust Anchor"),
    })
}

fn payload(
    fields: &[Cow<'_, str>],
    columns: &Columns,
    builder: &mut Builder,
) -> Result<(), String> {
    let field = |at: usize, name: &str| {
        fields
            .get(at)
            .map(|field| &**field)
            .ok_or_else(|| format!("the line ends before its {name}: it may have been cut off"))
    };
    let asn: Asn = field(columns.asn, "ASN")?
        .parse()
        .map_err(|error| escape::word(&format!("{error}")).into_owned())?;
    let prefix: Prefix = field(columns.prefix, "prefix")?
        .parse()
        .map_err(|error| escape::word(&format!("{error}")).into_owned())?;
    let max_length = match field(columns.max_length, "maximum length")? {
        "" => None,
        digits => match digits.parse() {
            Ok(number) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(number),
            _ => return Err(format!("`{}` is no prefix length", escape::word(digits))),
        },
    };
    let anchor = match columns.anchor {
        Some(at) => field(at, "trust anchor")?,
        None => "",
    };
    builder
        .push(prefix, max_length, asn, anchor)
        .map_err(|error| error.to_string())
}

/// Splits a row at its commas; a field may be quoted (RFC 4180).
fn split<'a>(row: &'a str, fields: &mut Vec<Cow<'a, str>>) -> Result<(), String> {
    fields.clear();
    if !row.contains('"') {
        fields.extend(row.split(',').map(|field| Cow::Borrowed(field.trim())));
        return Ok(());
    }
    let mut rest = row;
    loop {
        let (field, after) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => match rest.find(',').and_then(|at| rest.split_at_checked(at)) {
                Some((field, after)) => (Cow::Borrowed(field.trim()), after),
                None => (Cow::Borrowed(rest.trim()), ""),
            },
        };
        fields.push(field);
        let after = after.trim_start();
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(()),
            None => return Err("text follows a closing quote".to_owned()),
        }
    }
}

/// A field after its opening quote, and what follows the closing one.
fn unquoted(quoted: &str) -> Result<(Cow<'_, str>, &str), String> {
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let Some((text, after)) = rest.split_once('"') else {
            return Err("a quote is not closed".to_owned());
        };
        field.push_str(text);
        match after.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Ok((Cow::Owned(field), after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<Vec<String>, String> {
        match read(text.as_bytes()) {
            Ok(file) => Ok(file.vrps.iter().map(|vrp| vrp.to_string()).collect()),
            Err(error) => Err(format!("{}: {}", error.line.unwrap_or(0), error.message)),
        }
    }

    #[test]
    fn columns_go_by_their_heading() {
        let expected = [
            "203.0.113.0/24-25 AS64500 (ripe)",
            "2001:db8::/32 AS0 (arin)",
        ];
        let forms = [
            "ASN,IP Prefix,Max Length,Trust Anchor\nAS64500,203.0.113.0/24,25,ripe\nAS0,2001:db8::/32,32,arin\n",
            "ASN,IP Prefix,Max Length,Trust Anchor,Expires\r\nAS64500,203.0.113.0/24,25,ripe,1795392000\r\n\r\n0,2001:db8::/32,32,arin,1",
            "\"Trust Anchor\",\"Max Length\",\"IP Prefix\",ASN\n\"ripe\", 25 ,\"203.0.113.0/24\",AS64500\narin,,2001:db8::/32,\"AS0\"\n",
        ];
        for text in forms {
            assert_eq!(shown(text).unwrap(), expected, "{text}");
        }
        let ripe = "URI,ASN,IP Prefix,Max Length,Not Before,Not After\nrsync://rpki.example.net/a.roa,AS64500,203.0.113.0/24,24,x,y\n";
        assert_eq!(shown(ripe).unwrap(), ["203.0.113.0/24 AS64500"]);
        assert_eq!(
            shown("asn,ip prefix,max length,trust anchor\n").unwrap(),
            [""; 0]
        );
    }

    #[test]
    fn what_is_broken_is_named_with_its_line() {
        let one = |row: &str| {
            let text = format!("ASN,IP Prefix,Max Length,Trust Anchor\n\n{row}\n");
            shown(&text).unwrap_err()
        };
        let cases = [
            (
                "AS64500,203.0.113.0/24,23,ripe",
                "3: the maximum length 23 is shorter",
            ),
            (
                "AS64500,203.0.113.0/24,33,ripe",
                "3: the maximum length 33 is longer",
            ),
            (
                "AS64500,203.0.113.9/24,24,ripe",
                "3: `203.0.113.9/24` has host bits",
            ),
            (
                "AS64500,203.0.113.0/24,x,ripe",
                "3: `x` is no prefix length",
            ),
            (
                "AS64500,203.0.113.0/24,+24,ripe",
                "3: `+24` is no prefix length",
            ),
            (
                "ASX,203.0.113.0/24,24,ripe",
                "3: `ASX` is not an autonomous system",
            ),
            ("AS64500,203.0.11", "3: `203.0.11` is not an address prefix"),
            (
                "AS64500,203.0.113.0/24",
                "3: the line ends before its maximum length",
            ),
            (
                "AS64500,203.0.113.0/24,24",
                "3: the line ends before its trust anchor",
            ),
            (
                "\"AS64500,203.0.113.0/24,24,ripe",
                "3: a quote is not closed",
            ),
            (
                "\"AS64500\"x,203.0.113.0/24,24,ripe",
                "3: text follows a closing quote",
            ),
        ];
        for (row, expected) in cases {
            let error = one(row);
            assert!(error.starts_with(expected), "{row}: {error}");
        }
        assert!(shown("<html>").unwrap_err().contains("neither JSON nor"));
        assert!(shown("AS64500,203.0.113.0/24,24,ripe\n").is_err());
        assert!(shown(&"x".repeat(1 << 17)).is_err());
    }
}
