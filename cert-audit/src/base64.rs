//! Base64 (RFC 4648 §4) as PEM uses it: white space anywhere, padding required.

/// Why a text is not base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This byte, `at` bytes into the text, belongs to no alphabet.
    Alien {
        /// Offset from the start of the text.
        at: usize,
    },
    /// Something other than padding follows the padding.
    AfterPadding,
    /// The number of characters is not a multiple of four: characters are missing at the end.
    Cut,
}

/// Decodes `text`, skipping ASCII white space.
///
/// Bits left over in the last group are ignored, as OpenSSL does.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut group = 0_u32;
    let mut digits = 0_usize;
    let mut padding = 0_usize;
    for (at, &byte) in text.iter().enumerate() {
        if byte.is_ascii_whitespace() {
            continue;
        }
        if byte == b'=' {
            padding += 1;
            continue;
        }
        let Some(value) = digit(byte) else {
            return Err(Fault::Alien { at });
        };
        if padding > 0 {
            return Err(Fault::AfterPadding);
        }
        group = group << 6 | value;
        digits += 1;
        if digits.is_multiple_of(4) {
            let [_, a, b, c] = group.to_be_bytes();
            bytes.extend([a, b, c]);
            group = 0;
        }
    }
    match (digits % 4, padding) {
        (0, 0) => {}
        // Two digits hold 12 bits, of which eight count; three hold 18, of which sixteen count.
        (2, 2) => {
            let [.., last] = (group >> 4).to_be_bytes();
            bytes.push(last);
        }
        (3, 1) => {
            let [.., high, low] = (group >> 2).to_be_bytes();
            bytes.extend([high, low]);
        }
        _ => return Err(Fault::Cut),
    }
    Ok(bytes)
}

/// The six bits of one character.
fn digit(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Encodes with padding, on one line.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = encode_with(
        bytes,
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    );
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Encodes for URLs (RFC 4648 §5) without padding.
pub fn encode_url(bytes: &[u8]) -> String {
    encode_with(
        bytes,
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    )
}

fn encode_with(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let group = (0..3).fold(0_usize, |group, at| {
            group << 8 | three.get(at).copied().map_or(0, usize::from)
        });
        for digit in 0..=three.len() {
            let six = group >> (18 - 6 * digit) & 0x3f;
            text.extend(alphabet.get(six).copied().map(char::from));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9v\r\n YmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(
                decode(text.as_bytes()),
                Ok(bytes.as_bytes().to_vec()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_base64_says_where() {
        assert_eq!(decode(b"Zm9-"), Err(Fault::Alien { at: 3 }));
        assert_eq!(decode(b"Zm9vY"), Err(Fault::Cut));
        assert_eq!(decode(b"Zm9vYg"), Err(Fault::Cut));
        assert_eq!(decode(b"Zg==Zg=="), Err(Fault::AfterPadding));
        assert_eq!(decode(b"===="), Err(Fault::Cut));
    }

    /// The vectors of RFC 4648 §10.
    #[test]
    fn what_is_encoded_is_decoded_again() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()).as_deref(), Ok(bytes.as_bytes()));
        }
        assert_eq!(encode_url(&[0xfb, 0xff]), "-_8");
    }
}
