//! Lines and columns, found for all places of a document in one pass at the end.

use std::ops::Range;

use rules::Position;

use super::Document;
use super::format::BYTE_ORDER_MARK;

/// The position of a byte whose line and column [`Document::settle`] fills in.
pub(super) fn of(byte: usize) -> Position {
    Position {
        // Files are bounded far below 4 GiB, so this never saturates.
        byte: u32::try_from(byte).unwrap_or(u32::MAX),
        ..Position::START
    }
}

impl Document {
    /// Brings everything into the order of the file and gives each place its line and column.
    pub(super) fn settle(&mut self, bytes: &[u8]) {
        self.sort();
        self.claimed = joined(std::mem::take(&mut self.claimed));
        self.masked = joined(std::mem::take(&mut self.masked));
        let mut places: Vec<&mut Position> = Vec::new();
        for embedded in &mut self.embedded {
            places.extend([&mut embedded.start, &mut embedded.end]);
            for marker in &mut embedded.markers {
                places.extend([&mut marker.start, &mut marker.end]);
            }
        }
        for reference in &mut self.references {
            places.extend([&mut reference.start, &mut reference.end]);
        }
        for trouble in &mut self.trouble {
            places.extend([&mut trouble.start, &mut trouble.end]);
        }
        fill(bytes, places);
    }

    /// Sorts by place in the file. What begins at one byte stays in the order in which it was
    /// found, and the pairs keep pointing at the same things.
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.embedded.len()).collect();
        order.sort_by_key(|&index| self.embedded.get(index).map(|found| found.start.byte));
        let mut moved = vec![0; order.len()];
        for (to, &from) in order.iter().enumerate() {
            if let Some(slot) = moved.get_mut(from) {
                *slot = to;
            }
        }
        self.embedded.sort_by_key(|found| found.start.byte);
        let to = |index: usize| moved.get(index).copied().unwrap_or(index);
        for pair in &mut self.pairs {
            pair.certificate = to(pair.certificate);
            pair.key = to(pair.key);
            pair.authority = pair.authority.map(to);
        }
        self.pairs.sort_by_key(|pair| (pair.certificate, pair.key));
        self.references.sort_by_key(|found| found.start.byte);
        self.trouble.sort_by_key(|found| found.start.byte);
    }
}

/// Sorts ranges and joins those that touch.
pub(super) fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Fills in the line and column of each place, in one pass over the text.
fn fill(bytes: &[u8], mut places: Vec<&mut Position>) {
    places.sort_by_key(|place| place.byte);
    // A byte-order mark is bytes of the file and no column of it.
    let mut at = if bytes.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let (mut line, mut column) = (1_u32, 1_u32);
    for place in places {
        let to = usize::try_from(place.byte).unwrap_or(usize::MAX);
        let between = bytes.get(at..to).unwrap_or_default();
        let tail = match memchr::memrchr(b'\n', between) {
            Some(last) => {
                let lines = memchr::memchr_iter(b'\n', between).count();
                line = line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
                column = 1;
                between.get(last + 1..).unwrap_or_default()
            }
            None => between,
        };
        column = column.saturating_add(u32::try_from(characters(tail)).unwrap_or(u32::MAX));
        at = at.max(to.min(bytes.len()));
        place.line = line;
        place.column = column;
    }
}

/// Unicode scalar values; bytes that are not UTF-8 count as one each.
fn characters(bytes: &[u8]) -> usize {
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_equals_what_the_index_of_lines_says() {
        let text = "\u{feff}aé\n\n漢x: 1\r\n  z";
        let index = rules::LineIndex::new(text);
        let mut places: Vec<Position> = text
            .char_indices()
            .map(|(at, _)| at)
            .filter(|&at| at > 0)
            .chain([text.len(), 3, 3])
            .map(of)
            .collect();
        fill(text.as_bytes(), places.iter_mut().collect());
        for place in places {
            assert_eq!(place, index.position(place.byte));
        }
    }

    #[test]
    fn ranges_that_touch_become_one() {
        assert_eq!(joined(vec![4..6, 0..2, 2..3, 5..9]), [0..3, 4..9]);
    }
}
