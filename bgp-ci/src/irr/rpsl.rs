//! Route objects in the routing policy specification language (RFC 2622, RFC 4012).
//!
//! A file is a registry's dump or an answer of its whois server: objects that are separated by
//! empty lines, of which only `route` and `route6` matter here. Texts of people are in any
//! encoding, so lines are bytes.

use std::collections::BTreeSet;

use rules::escape;

use crate::model::{Asn, Family, Prefix};
use crate::nesting::{self, Nesting};
use crate::rpki::ReadError;

/// Longest value that is read, in bytes: a prefix and a number are short.
const LONGEST: usize = 1 << 10;

/// The systems that may originate each prefix, as registries say.
#[derive(Debug, Clone)]
pub struct RouteObjects {
    origins: Nesting<Asn>,
}

impl RouteObjects {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.origins.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// The origins of the objects for exactly `prefix`.
    pub fn exactly(&self, prefix: Prefix) -> BTreeSet<Asn> {
        let mut covering = self.origins.covering(prefix);
        let exact = covering.next().filter(|(found, _)| *found == prefix);
        exact.map_or_else(BTreeSet::new, |(_, origins)| {
            origins.iter().copied().collect()
        })
    }

    /// True where there is an object for `block` or a part of it.
    pub fn knows(&self, block: Prefix) -> bool {
        self.origins.inside(block).next().is_some()
    }

    /// The objects whose prefix covers `prefix`, the longest first.
    pub fn covering(&self, prefix: Prefix) -> impl Iterator<Item = (Prefix, Asn)> {
        self.origins
            .covering(prefix)
            .flat_map(|(prefix, origins)| origins.iter().map(move |origin| (prefix, *origin)))
    }
}

/// Collects the objects of several files.
#[derive(Debug, Default)]
pub struct Builder {
    origins: nesting::Builder<Asn>,
}

impl Builder {
    /// Reads a file; gives the number of route objects in it.
    ///
    /// # Errors
    /// The first object that cannot be what it says, with its line; or a file that holds no
    /// object of any class.
    pub fn read(&mut self, bytes: &[u8]) -> Result<usize, ReadError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = Reader::default();
        let mut found = 0;
        for (line, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let ended = reader.line(line, text.strip_suffix(b"\r").unwrap_or(text))?;
            found += self.push(ended)?;
        }
        found += self.push(reader.end())?;
        if reader.objects == 0 {
            return Err(ReadError::whole("the file holds no object"));
        }
        Ok(found)
    }

    fn push(&mut self, object: Option<Object>) -> Result<usize, ReadError> {
        let Some(object) = object else {
            return Ok(0);
        };
        let (prefix, origin) = object.meaning()?;
        self.origins.push(prefix, origin);
        Ok(1)
    }

    /// The objects of all files.
    ///
    /// # Errors
    /// More of them than can be numbered.
    pub fn build(self) -> Result<RouteObjects, ReadError> {
        let origins = self.origins.build();
        let origins = origins.map_err(|error| ReadError::whole(error.to_string()))?;
        Ok(RouteObjects { origins })
    }
}

/// A route object while it is read.
#[derive(Debug)]
struct Object {
    /// The line of its first attribute.
    line: usize,
    family: Family,
    prefix: Vec<u8>,
    /// Each `origin`, with its line.
    origins: Vec<(usize, Vec<u8>)>,
}

/// The attribute that a continuation line goes on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Prefix,
    Origin,
    /// One that is not read.
    Other,
}

#[derive(Debug, Default)]
struct Reader {
    /// Inside of an object, the attribute that was last; `None` between objects.
    open: Option<Open>,
    /// The object, where it is a route.
    object: Option<Object>,
    /// Objects of any class.
    objects: usize,
}

impl Reader {
    /// Takes a line without its end; gives the object that it ends.
    fn line(&mut self, line: usize, text: &[u8]) -> Result<Option<Object>, ReadError> {
        match text.first() {
            // What the server says about its answer, and comments between attributes.
            Some(b'%' | b'#') => Ok(None),
            _ if text.trim_ascii().is_empty() => Ok(self.end()),
            Some(b' ' | b'\t' | b'+') => {
                let more = text.get(1..).unwrap_or_default();
                self.continued(line, more).map(|()| None)
            }
            _ => self.attribute(line, text).map(|()| None),
        }
    }

    /// Ends the object.
    fn end(&mut self) -> Option<Object> {
        self.open = None;
        self.object.take()
    }

    fn attribute(&mut self, line: usize, text: &[u8]) -> Result<(), ReadError> {
        let mut parts = text.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(value)) = (parts.next(), parts.next()) else {
            return Err(ReadError::at(
                line,
                format!(
                    "this is not `attribute: value`, as RPSL has it: `{}`",
                    shown(text)
                ),
            ));
        };
        let name = name.trim_ascii();
        if name.is_empty() || name.iter().any(u8::is_ascii_whitespace) {
            return Err(ReadError::at(
                line,
                format!("`{}` is no name of an attribute", shown(name)),
            ));
        }
        if self.open.is_none() {
            self.objects += 1;
            self.object = class(name).map(|family| Object {
                line,
                family,
                prefix: Vec::new(),
                origins: Vec::new(),
            });
            self.open = Some(match self.object {
                Some(_) => Open::Prefix,
                None => Open::Other,
            });
        } else if let (Some(object), true) =
            (&mut self.object, name.eq_ignore_ascii_case(b"origin"))
        {
            object.origins.push((line, Vec::new()));
            self.open = Some(Open::Origin);
        } else if self.object.is_some() && class(name).is_some() {
            return Err(ReadError::at(
                line,
                "a route object begins inside of another: an empty line is missing",
            ));
        } else {
            self.open = Some(Open::Other);
        }
        self.continued(line, value)
    }

    /// Adds to the value of the attribute that is open.
    fn continued(&mut self, line: usize, text: &[u8]) -> Result<(), ReadError> {
        let Some(open) = self.open else {
            return Err(ReadError::at(
                line,
                "a line goes on with an attribute, and there is none before it",
            ));
        };
        let value = match (&mut self.object, open) {
            (Some(object), Open::Prefix) => &mut object.prefix,
            (Some(object), Open::Origin) => match object.origins.last_mut() {
                Some((_, value)) => value,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        let text = text.split(|byte| *byte == b'#').next().unwrap_or_default();
        let text = text.trim_ascii();
        if value.len() + text.len() > LONGEST {
            return Err(ReadError::at(line, "the value is too long"));
        }
        if !value.is_empty() && !text.is_empty() {
            value.push(b' ');
        }
        value.extend_from_slice(text);
        Ok(())
    }
}

/// The family of a route object's class.
fn class(name: &[u8]) -> Option<Family> {
    if name.eq_ignore_ascii_case(b"route") {
        Some(Family::Ipv4)
    } else if name.eq_ignore_ascii_case(b"route6") {
        Some(Family::Ipv6)
    } else {
        None
    }
}

impl Object {
    fn meaning(&self) -> Result<(Prefix, Asn), ReadError> {
        let wrong = |line, message: String| {
            let message = escape::word(&message).into_owned();
            ReadError::at(line, message)
        };
        let prefix = String::from_utf8_lossy(&self.prefix);
        let prefix: Prefix = prefix
            .parse()
            .map_err(|error| wrong(self.line, format!("{error}")))?;
        if prefix.family() != self.family {
            return Err(wrong(
                self.line,
                match self.family {
                    Family::Ipv4 => format!("`{prefix}` needs `route6`, and this is `route`"),
                    Family::Ipv6 => format!("`{prefix}` needs `route`, and this is `route6`"),
                },
            ));
        }
        match self.origins.as_slice() {
            [] => Err(wrong(
                self.line,
                format!("the route object of {prefix} has no `origin`"),
            )),
            [(line, origin)] => {
                let origin = String::from_utf8_lossy(origin);
                let origin = origin.parse();
                let origin = origin.map_err(|error| wrong(*line, format!("{error}")))?;
                Ok((prefix, origin))
            }
            [_, (line, _), ..] => Err(wrong(
                *line,
                format!("the route object of {prefix} has a second `origin`"),
            )),
        }
    }
}

/// The beginning of a line, for a message.
fn shown(bytes: &[u8]) -> String {
    let start = bytes.get(..bytes.len().min(80)).unwrap_or_default();
    escape::word(&String::from_utf8_lossy(start)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(files: &[&[u8]]) -> Result<RouteObjects, String> {
        let mut builder = Builder::default();
        for file in files {
            builder
                .read(file)
                .map_err(|error| format!("{}: {}", error.line.unwrap_or(0), error.message))?;
        }
        builder.build().map_err(|error| error.to_string())
    }

    fn origins(objects: &RouteObjects, prefix: &str) -> Vec<String> {
        let exactly = objects.exactly(prefix.parse().unwrap());
        exactly.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn objects_of_several_files_are_read_whatever_stands_beside_them() {
        let dump = b"% a server's remark\n\nroute:          203.0.113.0/24 # ours\ndescr:  \
            caf\xe9\n   goes on\norigin:         AS64500\n# a comment\nmnt-by: MAINT\n+ more\n\
            source: EXAMPLE\n\n\nROUTE6:\n\t2001:db8::/32\nORIGIN: # next line\n        \
            as64500\n\nmntner: MAINT\norigin: nonsense, as it is no route\n\nroute: \
            203.0.113.0/24\r\norigin: AS64501\r\n\r\n";
        let more = b"\xef\xbb\xbfroute: 198.51.100.0/24\norigin: 64500";
        let objects = objects(&[dump, more]).unwrap();
        assert_eq!(objects.len(), 4);
        assert_eq!(origins(&objects, "203.0.113.0/24"), ["AS64500", "AS64501"]);
        assert_eq!(origins(&objects, "2001:db8::/32"), ["AS64500"]);
        assert_eq!(origins(&objects, "198.51.100.0/24"), ["AS64500"]);
        assert_eq!(origins(&objects, "198.51.100.0/25"), [""; 0]);
        let prefix = "198.51.100.0/25".parse().unwrap();
        let covering: Vec<_> = objects.covering(prefix).collect();
        assert_eq!(covering, [("198.51.100.0/24".parse().unwrap(), Asn(64500))]);
    }

    #[test]
    fn what_is_broken_is_named_with_its_line() {
        let cases: [(&[u8], &str); 12] = [
            (b"", "0: the file holds no object"),
            (b"\n% nothing\n", "0: the file holds no object"),
            (b"<html>", "1: this is not `attribute: value`"),
            (b"  more\n", "1: a line goes on with an attribute"),
            (b"route 1: x\n", "1: `route 1` is no name"),
            (
                b"route: 203.0.113.1/24\norigin: AS1\n",
                "1: `203.0.113.1/24` has host bits",
            ),
            (
                b"route: 203.0.113.0\norigin: AS1\n",
                "1: `203.0.113.0` is not an address prefix",
            ),
            (
                b"\nroute: 203.0.113.0/24\ndescr: x\n",
                "2: the route object of 203.0.113.0/24 has no `origin`",
            ),
            (
                b"route: 203.0.113.0/24\norigin: ASX\n",
                "2: `ASX` is not an autonomous system",
            ),
            (
                b"route: 203.0.113.0/24\norigin: AS1\norigin: AS2\n",
                "3: the route object of 203.0.113.0/24 has a second",
            ),
            (
                b"route: 2001:db8::/32\norigin: AS1\n",
                "1: `2001:db8::/32` needs `route6`",
            ),
            (
                b"route: 203.0.113.0/24\norigin: AS1\nroute: 198.51.100.0/24\n",
                "3: a route object begins inside",
            ),
        ];
        for (text, expected) in cases {
            let error = objects(&[text]).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        let long = [b"route: ".as_slice(), &[b'1'; 2000]].concat();
        assert_eq!(objects(&[&long]).unwrap_err(), "1: the value is too long");
    }
}
