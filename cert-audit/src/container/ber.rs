//! BER to DER: lengths that are given later and strings in pieces, as tools write them that
//! stream (`openssl cms -stream`, `openssl smime`, old browsers' keystores).
//!
//! Only those two are rewritten (ITU-T X.690 §8.1.3 and §8.7.3). What has neither is copied byte
//! for byte, also where DER would write it otherwise, because signatures cover it.
//! There is no recursion: one pass forward that notes what opens and closes, one backward for the
//! lengths, and one forward that writes.

use std::borrow::Cow;
use std::ops::Range;

use crate::cursor;

/// Levels of nesting; containers have about ten.
const DEPTH: usize = 64;

/// Notes that are kept; each is a few words, and streams come in pieces of kilobytes.
const NOTES: usize = 1 << 20;

/// Why something cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its end is missing.
    Cut,
    /// It is no BER.
    Malformed,
    /// It is nested deeper, or in more pieces, than anything that a tool writes.
    Excessive,
}

impl Fault {
    /// The reason as a fragment.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Cut => "it was cut off",
            Self::Malformed => "its structure is broken",
            Self::Excessive => "it is nested too deeply or in too many pieces",
        }
    }
}

/// A tag and a length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    /// The first identifier octet.
    pub(crate) tag: u8,
    /// Octets of the identifier.
    identifier: usize,
    /// Octets of identifier and length.
    pub(crate) octets: usize,
    /// Octets of the content; `None` is the indefinite form.
    pub(crate) length: Option<usize>,
}

impl Header {
    /// The header at the start of `input`.
    pub(crate) fn of(input: &[u8]) -> Result<Self, Fault> {
        let (&tag, rest) = input.split_first().ok_or(Fault::Cut)?;
        let mut identifier = 1;
        if tag & 0x1f == 0x1f {
            // A tag number above 30, in groups of seven bits.
            let more = rest.iter().take_while(|&&octet| octet >= 0x80).count();
            if more > 3 {
                return Err(Fault::Malformed);
            }
            identifier += more + 1;
        }
        let rest = input.get(identifier..).ok_or(Fault::Cut)?;
        let (&first, rest) = rest.split_first().ok_or(Fault::Cut)?;
        let (count, length) = match first {
            0x80 if tag & 0x20 != 0 => (0, None),
            0x80 => return Err(Fault::Malformed),
            0..0x80 => (0, Some(usize::from(first))),
            _ => {
                let count = usize::from(first & 0x7f);
                let octets = rest.get(..count).ok_or(Fault::Cut)?;
                let length = octets.iter().try_fold(0_usize, |length, &octet| {
                    Some(length.checked_mul(256)? | usize::from(octet))
                });
                (count, Some(length.ok_or(Fault::Malformed)?))
            }
        };
        Ok(Self {
            tag,
            identifier,
            octets: identifier + 1 + count,
            length,
        })
    }
}

/// The first element of `input` in DER.
pub(crate) fn to_der(input: &[u8]) -> Result<Cow<'_, [u8]>, Fault> {
    let mut scan = Scan::default();
    scan.run(input)?;
    match scan.notes.as_slice() {
        [Note::Raw(range)] => input.get(range.clone()).map(Cow::Borrowed),
        _ => Some(Cow::Owned(written(scan.notes, input))),
    }
    .ok_or(Fault::Malformed)
}

/// What is written, in order.
#[derive(Debug)]
enum Note {
    /// These bytes of the input.
    Raw(Range<usize>),
    /// An element begins: its identifier octets, and octets of its content once they are known.
    Open {
        identifier: Range<usize>,
        string: bool,
        length: usize,
    },
    /// A string begins within a string: only its content counts.
    Within,
    /// What was begun last ends.
    Close,
}

/// An element that was begun and has not ended.
#[derive(Debug)]
struct Frame {
    /// The position of its note.
    note: usize,
    start: usize,
    /// Where it ends, where that is known.
    end: Option<usize>,
    /// Where it, and all around it, ends at the latest.
    limit: usize,
    string: bool,
    /// Whether something of it must be written otherwise.
    changed: bool,
}

#[derive(Debug, Default)]
struct Scan {
    notes: Vec<Note>,
    frames: Vec<Frame>,
    at: usize,
}

/// The identifier octet of an OCTET STRING in pieces.
const OCTETS_IN_PIECES: u8 = 0x24;
/// The identifier octet of an OCTET STRING.
const OCTETS: u8 = 0x04;

impl Scan {
    fn run(&mut self, input: &[u8]) -> Result<(), Fault> {
        loop {
            if let Err(fault) = self.step(input) {
                self.recover(fault)?;
            }
            while let Some(frame) = self.frames.last()
                && frame.end == Some(self.at)
            {
                self.close();
            }
            if self.frames.is_empty() {
                return Ok(());
            }
            if self.notes.len() > NOTES {
                return Err(Fault::Excessive);
            }
        }
    }

    /// One element, or the end of one.
    fn step(&mut self, input: &[u8]) -> Result<(), Fault> {
        let limit = self.frames.last().map_or(input.len(), |frame| frame.limit);
        let rest = input.get(self.at..limit).unwrap_or_default();
        let within = self.frames.last().is_some_and(|frame| frame.string);
        if self.frames.last().is_some_and(|frame| frame.end.is_none()) && rest.starts_with(&[0, 0])
        {
            self.at += 2;
            self.close();
            return Ok(());
        }
        let header = Header::of(rest)?;
        let start = self.at;
        let content = start + header.octets;
        let end = match header.length {
            Some(length) => {
                let end = content.checked_add(length).ok_or(Fault::Cut)?;
                if end > limit {
                    return Err(Fault::Cut);
                }
                Some(end)
            }
            None => None,
        };
        if within && !matches!(header.tag, OCTETS | OCTETS_IN_PIECES) {
            return Err(Fault::Malformed);
        }
        if header.tag & 0x20 == 0 {
            let end = end.ok_or(Fault::Malformed)?;
            self.raw(if within { content..end } else { start..end });
            self.at = end;
            return Ok(());
        }
        if self.frames.len() >= DEPTH {
            return Err(Fault::Excessive);
        }
        let string = header.tag == OCTETS_IN_PIECES;
        self.frames.push(Frame {
            note: self.notes.len(),
            start,
            end,
            limit: end.unwrap_or(limit),
            string,
            changed: string || end.is_none(),
        });
        self.notes.push(if within {
            Note::Within
        } else {
            Note::Open {
                identifier: start..start + header.identifier,
                string,
                length: 0,
            }
        });
        self.at = content;
        Ok(())
    }

    /// Copies these bytes; neighbours become one note.
    fn raw(&mut self, range: Range<usize>) {
        match self.notes.last_mut() {
            Some(Note::Raw(last)) if last.end == range.start => last.end = range.end,
            _ if range.is_empty() => {}
            _ => self.notes.push(Note::Raw(range)),
        }
    }

    /// Ends the innermost element here.
    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if frame.changed {
            self.notes.push(Note::Close);
            if let Some(parent) = self.frames.last_mut() {
                parent.changed = true;
            }
        } else {
            self.notes.truncate(frame.note);
            self.raw(frame.start..self.at);
        }
    }

    /// What is broken inside an element of known length is copied as it is, so that one broken
    /// certificate does not hide its neighbours.
    fn recover(&mut self, fault: Fault) -> Result<(), Fault> {
        while let Some(frame) = self.frames.pop() {
            let within = self.frames.last().is_some_and(|parent| parent.string);
            if let Some(end) = frame.end
                && !within
                && !self.frames.is_empty()
            {
                self.notes.truncate(frame.note);
                self.raw(frame.start..end);
                self.at = end;
                return Ok(());
            }
        }
        Err(fault)
    }
}

/// Fills in the lengths from behind, and writes from the front.
fn written(mut notes: Vec<Note>, input: &[u8]) -> Vec<u8> {
    let mut open = vec![0_usize];
    let add = |open: &mut Vec<usize>, octets: usize| {
        if let Some(last) = open.last_mut() {
            *last += octets;
        }
    };
    for note in notes.iter_mut().rev() {
        match note {
            Note::Raw(range) => add(&mut open, range.len()),
            Note::Close => open.push(0),
            Note::Within => {
                let octets = open.pop().unwrap_or_default();
                add(&mut open, octets);
            }
            Note::Open {
                identifier, length, ..
            } => {
                *length = open.pop().unwrap_or_default();
                let octets = identifier.len() + cursor::length(*length).len() + *length;
                add(&mut open, octets);
            }
        }
    }
    let mut output = Vec::with_capacity(open.first().copied().unwrap_or_default());
    for note in &notes {
        match note {
            Note::Raw(range) => {
                output.extend_from_slice(input.get(range.clone()).unwrap_or_default());
            }
            Note::Open {
                identifier,
                string,
                length,
            } => {
                if *string {
                    output.push(OCTETS);
                } else {
                    output.extend_from_slice(input.get(identifier.clone()).unwrap_or_default());
                }
                output.extend(cursor::length(*length));
            }
            Note::Within | Note::Close => {}
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_is_borrowed() {
        let der = [0x30, 0x05, 0x30, 0x00, 0x04, 0x01, 0x2a];
        assert!(matches!(to_der(&der), Ok(Cow::Borrowed(same)) if same == der));
        let with_more = [&der[..], &[1, 2, 3]].concat();
        assert_eq!(to_der(&with_more).as_deref(), Ok(&der[..]));
    }

    #[test]
    fn lengths_and_pieces_are_rewritten_and_the_rest_is_not() {
        let ber = [
            0x30, 0x80, // a sequence, to be ended
            0x30, 0x81, 0x02, 0x05, 0x00, // its length is not the shortest: copied
            0xa0, 0x80, // a context-specific tag
            0x24, 0x80, // a string in pieces,
            0x04, 0x02, 1, 2, // one,
            0x24, 0x03, 0x04, 0x01, 3, // one within another,
            0x04, 0x00, // and an empty one
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        ];
        let der = [
            0x30, 0x0c, 0x30, 0x81, 0x02, 0x05, 0x00, 0xa0, 0x05, 0x04, 0x03, 1, 2, 3,
        ];
        assert_eq!(to_der(&ber).as_deref(), Ok(&der[..]));
    }

    #[test]
    fn what_is_broken_inside_is_copied() {
        // The second element's content passes its end.
        let ber = [
            0x30, 0x80, 0x30, 0x02, 0x04, 0x05, 0x04, 0x01, 7, 0x00, 0x00,
        ];
        assert_eq!(
            to_der(&ber).as_deref(),
            Ok(&[0x30, 0x07, 0x30, 0x02, 0x04, 0x05, 0x04, 0x01, 7][..])
        );
        // A string in pieces of which one is no string.
        let ber = [0x30, 0x80, 0x24, 0x02, 0x05, 0x00, 0x00, 0x00];
        assert_eq!(
            to_der(&ber).as_deref(),
            Ok(&[0x30, 0x04, 0x24, 0x02, 0x05, 0x00][..])
        );
    }

    #[test]
    fn what_has_no_end_or_is_too_deep_is_refused() {
        for (ber, fault) in [
            (&[][..], Fault::Cut),
            (&[0x30], Fault::Cut),
            (&[0x30, 0x80, 0x05, 0x00], Fault::Cut),
            (&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], Fault::Cut),
            (
                &[
                    0x30, 0x89, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                ],
                Fault::Malformed,
            ),
            (&[0x04, 0x80, 0x00, 0x00], Fault::Malformed),
        ] {
            assert_eq!(to_der(ber), Err(fault), "{ber:02x?}");
        }
        assert_eq!(to_der(&[0x30, 0x80].repeat(1000)), Err(Fault::Excessive));
        let pieces = [&[0x24, 0x80][..], &[0x04, 0x01, 0x00].repeat(NOTES + 1)].concat();
        // Pieces are not neighbours, so each is a note.
        assert_eq!(to_der(&pieces), Err(Fault::Excessive));
    }

    #[test]
    fn nesting_of_known_length_is_copied() {
        let mut der = vec![0x05, 0x00];
        for _ in 0..1000 {
            der = cursor::element(0x30, &[&der]);
        }
        assert_eq!(to_der(&der).as_deref(), Ok(der.as_slice()));
    }
}
