//! What of Java's own encodings stands in its keystores: its text, and serialized objects, which
//! have no length and so must be understood to be passed over (Java Object Serialization
//! Specification §6.4).

/// Levels of objects within objects, and of classes above a class.
const DEPTH: usize = 16;

/// Text in Java's "modified UTF-8": UTF-16 of which each unit is encoded alone.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut rest = bytes.iter().map(|&byte| u16::from(byte));
    let mut units = Vec::with_capacity(bytes.len());
    while let Some(first) = rest.next() {
        let mut more = || rest.next().map_or(0, |byte| byte & 0x3f);
        units.push(match first {
            0xc0..0xe0 => (first & 0x1f) << 6 | more(),
            0xe0.. => {
                let high = more();
                (first & 0x0f) << 12 | high << 6 | more()
            }
            0x80..0xc0 => 0xfffd,
            _ => first,
        });
    }
    String::from_utf16_lossy(&units)
}

/// What follows the serialized object at the start of `input`.
pub(super) fn skip(input: &[u8]) -> Option<&[u8]> {
    let mut stream = Stream {
        rest: input.strip_prefix(&[0xac, 0xed, 0x00, 0x05])?,
        handles: Vec::new(),
        classes: Vec::new(),
    };
    stream.content(DEPTH)?;
    Some(stream.rest)
}

/// What is said about a class.
struct Class {
    /// The kind of its elements, if it is an array's.
    element: Option<u8>,
    /// The kinds of its fields.
    fields: Vec<u8>,
    flags: u8,
    parent: Option<usize>,
}

/// What stands where a class is described.
#[derive(Debug, Clone, Copy)]
enum Described {
    /// The class of this number.
    Class(usize),
    /// Nothing: the topmost class has none above it.
    Nothing,
}

const NULL: u8 = 0x70;
const REFERENCE: u8 = 0x71;
const CLASS_DESCRIPTION: u8 = 0x72;
const OBJECT: u8 = 0x73;
const STRING: u8 = 0x74;
const ARRAY: u8 = 0x75;
const BLOCK: u8 = 0x77;
const END: u8 = 0x78;
const LONG_BLOCK: u8 = 0x7a;

/// The class writes more than its fields.
const WRITES: u8 = 1;
/// The class is serialized field by field.
const SERIALIZABLE: u8 = 2;

struct Stream<'a> {
    rest: &'a [u8],
    /// What later parts refer to, by number: a class, or something else.
    handles: Vec<Option<usize>>,
    classes: Vec<Class>,
}

impl Stream<'_> {
    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self, octets: usize) -> Option<usize> {
        let octets = self.take(octets)?;
        octets.iter().try_fold(0_usize, |number, &octet| {
            Some(number.checked_mul(256)? | usize::from(octet))
        })
    }

    fn octet(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// One object, string, array or reference; each takes at least a byte, and nesting is bounded.
    fn content(&mut self, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match self.octet()? {
            NULL => {}
            REFERENCE => {
                self.take(4)?;
            }
            STRING => {
                self.handles.push(None);
                let length = self.number(2)?;
                self.take(length)?;
            }
            BLOCK => {
                let length = self.number(1)?;
                self.take(length)?;
            }
            LONG_BLOCK => {
                let length = self.number(4)?;
                self.take(length)?;
            }
            OBJECT => {
                let Described::Class(class) = self.class(depth)? else {
                    return None;
                };
                self.handles.push(None);
                self.fields(class, depth)?;
            }
            ARRAY => {
                let Described::Class(class) = self.class(depth)? else {
                    return None;
                };
                self.handles.push(None);
                let length = self.number(4)?;
                let element = self.classes.get(class)?.element?;
                match width(element) {
                    Some(width) => {
                        self.take(length.checked_mul(width)?)?;
                    }
                    None => (0..length).try_for_each(|_| self.content(depth))?,
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// A description of a class: its number, if it is one.
    fn class(&mut self, depth: usize) -> Option<Described> {
        let depth = depth.checked_sub(1)?;
        match self.octet()? {
            NULL => return Some(Described::Nothing),
            REFERENCE => {
                let handle = self.number(4)?.checked_sub(0x7e_0000)?;
                return Some(Described::Class((*self.handles.get(handle)?)?));
            }
            CLASS_DESCRIPTION => {}
            _ => return None,
        }
        let length = self.number(2)?;
        let element = match self.take(length)? {
            [b'[', element, ..] => Some(*element),
            _ => None,
        };
        self.take(8)?;
        let number = self.classes.len();
        self.handles.push(Some(number));
        let flags = self.octet()?;
        self.classes.push(Class {
            element,
            fields: Vec::new(),
            flags,
            parent: None,
        });
        for _ in 0..self.number(2)? {
            let kind = self.octet()?;
            let length = self.number(2)?;
            self.take(length)?;
            if width(kind).is_none() {
                self.content(depth)?;
            }
            self.classes.get_mut(number)?.fields.push(kind);
        }
        self.annotations(depth)?;
        if let Described::Class(parent) = self.class(depth)? {
            self.classes.get_mut(number)?.parent = Some(parent);
        }
        Some(Described::Class(number))
    }

    /// What a class writes beside its fields, up to the mark that ends it.
    fn annotations(&mut self, depth: usize) -> Option<()> {
        while *self.rest.first()? != END {
            self.content(depth)?;
        }
        self.take(1).map(|_| ())
    }

    /// The fields of an object, those of the topmost class first.
    fn fields(&mut self, class: usize, depth: usize) -> Option<()> {
        let mut line = Vec::new();
        let mut next = Some(class);
        while let Some(number) = next {
            // A class above itself has no top.
            if line.len() >= DEPTH {
                return None;
            }
            line.push(number);
            next = self.classes.get(number)?.parent;
        }
        for number in line.into_iter().rev() {
            let class = self.classes.get(number)?;
            let flags = class.flags;
            if flags & SERIALIZABLE == 0 {
                return None;
            }
            for kind in class.fields.clone() {
                match width(kind) {
                    Some(width) => {
                        self.take(width)?;
                    }
                    None => self.content(depth)?,
                }
            }
            if flags & WRITES != 0 {
                self.annotations(depth)?;
            }
        }
        Some(())
    }
}

/// Bytes of a value of a primitive type.
fn width(kind: u8) -> Option<usize> {
    match kind {
        b'B' | b'Z' => Some(1),
        b'C' | b'S' => Some(2),
        b'F' | b'I' => Some(4),
        b'D' | b'J' => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_outside_of_the_basic_plane_is_two_units() {
        assert_eq!(text(b"a\xc0\x80b"), "a\0b");
        assert_eq!(text("é€".as_bytes()), "é€");
        assert_eq!(text(b"\xed\xa0\xbd\xed\xb8\x80"), "\u{1f600}");
        assert_eq!(text(b"\x80\xff"), "\u{fffd}\u{f000}");
    }

    #[test]
    fn what_refers_to_itself_or_is_too_deep_ends() {
        let head = [0xac, 0xed, 0x00, 0x05];
        // An object of a class that is its own parent.
        let mut class = vec![OBJECT, CLASS_DESCRIPTION, 0, 1, b'A'];
        class.extend([0; 8]);
        class.extend([SERIALIZABLE, 0, 0, END, REFERENCE, 0, 0x7e, 0, 0]);
        assert_eq!(skip(&[&head[..], &class].concat()), None);
        let deep = [&head[..], &[OBJECT].repeat(100_000)].concat();
        assert_eq!(skip(&deep), None);
        // An array of objects that has more of them than bytes.
        let mut array = vec![ARRAY, CLASS_DESCRIPTION, 0, 2, b'[', b'L'];
        array.extend([0; 8]);
        array.extend([SERIALIZABLE, 0, 0, END, NULL, 0xff, 0xff, 0xff, 0xff, NULL]);
        assert_eq!(skip(&[&head[..], &array].concat()), None);
        assert_eq!(skip(&[&head[..], &[NULL, 7]].concat()), Some(&[7][..]));
    }
}
