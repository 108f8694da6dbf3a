//! Steps through the elements of DER, one behind the other.

use crate::der::{self, Tlv, tag};

/// What is left of a sequence of elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    /// Begins at the first element of `content`.
    pub(crate) fn of(content: &'a [u8]) -> Self {
        Self(content)
    }

    /// The next element, whatever it is.
    pub(crate) fn take(&mut self) -> Option<Tlv<'a>> {
        let (tlv, rest) = der::next(self.0)?;
        self.0 = rest;
        Some(tlv)
    }

    /// The next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Option<Tlv<'a>> {
        let (tlv, rest) = der::expect(self.0, tag)?;
        self.0 = rest;
        Some(tlv)
    }

    /// The elements within the next one, which must have this tag.
    pub(crate) fn enter(&mut self, tag: u8) -> Option<Self> {
        Some(Self(self.expect(tag)?.value))
    }

    /// The next element's content if it is an OBJECT IDENTIFIER.
    pub(crate) fn oid(&mut self) -> Option<&'a [u8]> {
        Some(self.expect(tag::OID)?.value)
    }

    /// The tag of the next element.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An INTEGER's content as a number: `None` where it is negative, saturated where it is large.
pub(crate) fn unsigned(content: &[u8]) -> Option<u64> {
    if *content.first()? >= 0x80 {
        return None;
    }
    Some(content.iter().fold(0, |number: u64, &byte| {
        number
            .checked_mul(256)
            .map_or(u64::MAX, |shifted| shifted | u64::from(byte))
    }))
}

/// An element with this tag around `parts`.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut element = vec![tag];
    element.extend(length(content.len()));
    element.extend(content);
    element
}

/// The octets of a length, in the shortest form.
pub(crate) fn length(length: usize) -> Vec<u8> {
    let octets = length.to_be_bytes();
    let octets = octets.as_slice();
    let zeros = octets.iter().take_while(|&&octet| octet == 0).count();
    let octets = octets.get(zeros..).unwrap_or_default();
    match octets {
        [] => vec![0],
        [short] if *short < 0x80 => vec![*short],
        long => {
            let count = u8::try_from(long.len()).expect("a length has at most eight octets");
            [&[0x80 | count], long].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_saturate_and_are_not_negative() {
        for (content, number) in [
            (&[0][..], Some(0)),
            (&[0x00, 0xff], Some(255)),
            (&[0x7f, 0xff, 0xff, 0xff], Some(0x7fff_ffff)),
            (&[0x7f; 9], Some(u64::MAX)),
            (&[0x80], None),
            (&[], None),
        ] {
            assert_eq!(unsigned(content), number);
        }
    }

    #[test]
    fn lengths_are_the_shortest() {
        for (number, octets) in [
            (0, &[0][..]),
            (127, &[127]),
            (128, &[0x81, 128]),
            (65_536, &[0x83, 1, 0, 0]),
        ] {
            assert_eq!(length(number), octets);
        }
    }
}
