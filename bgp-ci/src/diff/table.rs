//! The matrix as lines of a page: prefixes down, sites across, one sign each.

use std::collections::BTreeMap;

use rules::report::escape;
use rules::report::paint::{Page, Role};

use super::matrix::SIGNS;
use super::v1::{Matrix, Row};

/// Rows at most; more are first put together where they are alike, then left out.
const ROWS: usize = 30;

/// Columns that stand together where there is no room for a blank between all of them.
const FIVE: usize = 5;

/// Letters of a site's name at most, where names stand upright.
const UPRIGHT: usize = 12;

/// Columns that prefixes may take: an IPv6 prefix of the usual kind.
const LABEL: usize = 26;

/// The lines, without an indentation; none for an empty matrix.
pub(super) fn lines(matrix: &Matrix, page: &Page, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if matrix.rows.is_empty() {
        return lines;
    }
    let (rows, more) = rows(matrix);
    let label = rows.iter().map(|row| row.0.chars().count()).max();
    let label = label.unwrap_or(0).min(LABEL);
    let room = width.saturating_sub(label + 1);
    let mut columns: Vec<usize> = (0..matrix.sites.len()).collect();
    // A blank between all columns, or after every fifth where that saves a second table.
    let loose = room / 2;
    let dense = room.saturating_sub(1) * FIVE / (FIVE + 1);
    let mut left_out = 0;
    if columns.len() > dense {
        let moves = |at: &usize| rows.iter().any(|row| !matches!(cell(row, *at), '=' | '.'));
        let all = columns.len();
        columns.retain(moves);
        left_out = all - columns.len();
    }
    let fits = if columns.len() > loose { dense } else { loose };
    for block in columns.chunks(fits.max(1)) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let names: Vec<String> = block
            .iter()
            .filter_map(|at| matrix.sites.get(*at))
            .map(|site| escape::text(site))
            .collect();
        let widths = header(&names, label, room, page, &mut lines);
        for row in &rows {
            let name = page.fit(&row.0, label);
            let mut line = format!("{name:label$}");
            for (at, width) in block.iter().zip(&widths) {
                let sign = painted(cell(row, *at), page);
                line.push_str(&" ".repeat(*width));
                line.push_str(&sign);
            }
            lines.push(line);
        }
    }
    if left_out > 0 {
        let sites = rules::report::verdict::count(left_out, "site is", "sites are");
        lines.push(format!("{sites} as before and left out"));
    }
    if more > 0 {
        let prefixes = rules::report::verdict::count(more, "more prefix", "more prefixes");
        lines.push(format!("and {prefixes}, which the JSON report has"));
    }
    lines.push(String::new());
    lines.extend(legend(&rows, page, width));
    lines
}

/// A row's name and signs.
type Shown<'a> = (String, Vec<char>, &'a Row);

fn rows(matrix: &Matrix) -> (Vec<Shown<'_>>, usize) {
    let shown = |row: &Row| (escape::text(&row.prefix), row.cells.chars().collect());
    let all: Vec<Shown<'_>> = matrix
        .rows
        .iter()
        .map(|row| {
            let (name, cells) = shown(row);
            (name, cells, row)
        })
        .collect();
    if all.len() <= ROWS {
        return (all, 0);
    }
    let mut alike: BTreeMap<Vec<char>, usize> = BTreeMap::new();
    for (_, cells, _) in &all {
        *alike.entry(cells.clone()).or_default() += 1;
    }
    let mut first: Vec<Shown<'_>> = Vec::new();
    for (name, cells, row) in all {
        if let Some(count) = alike.remove(&cells) {
            let name = match count {
                1 => name,
                count => format!("{name} +{}", count - 1),
            };
            first.push((name, cells, row));
        }
    }
    let more = first.len().saturating_sub(ROWS);
    first.truncate(ROWS);
    (first, more)
}

fn cell(row: &Shown<'_>, at: usize) -> char {
    row.1.get(at).copied().unwrap_or('.')
}

/// Writes the names of the sites: side by side where they fit, else upright. Gives the blanks
/// before each column's sign.
fn header(
    names: &[String],
    label: usize,
    room: usize,
    page: &Page,
    lines: &mut Vec<String>,
) -> Vec<usize> {
    let lengths: Vec<usize> = names.iter().map(|name| name.chars().count()).collect();
    let side_by_side: usize = lengths.iter().map(|length| length + 1).sum();
    if side_by_side <= room {
        let line = names.iter().map(|name| format!(" {name}"));
        let line = format!("{}{}", " ".repeat(label), line.collect::<String>());
        lines.push(page.paint(Role::Dim, &line));
        // A sign stands below the last letter.
        return lengths;
    }
    let together = if names.len() * 2 <= room { 1 } else { FIVE };
    let blanks: Vec<usize> = (0..names.len())
        .map(|at| usize::from(at % together == 0))
        .collect();
    let tallest = lengths.iter().copied().max().unwrap_or(0).min(UPRIGHT);
    for at in 0..tallest {
        let mut line = " ".repeat(label);
        for ((name, length), blanks) in names.iter().zip(&lengths).zip(&blanks) {
            let letter = if at + 1 == tallest && *length > tallest {
                page.pick("…", "~").chars().next()
            } else {
                // Short names stand right above their column.
                let first = tallest.saturating_sub(*length);
                at.checked_sub(first).and_then(|at| name.chars().nth(at))
            };
            line.push_str(&" ".repeat(*blanks));
            line.push(letter.unwrap_or(' '));
        }
        lines.push(page.paint(Role::Dim, line.trim_end()));
    }
    blanks
}

fn painted(sign: char, page: &Page) -> String {
    let role = match sign {
        '-' | '!' | 'O' => Role::Deny,
        '<' | '~' | '?' => Role::Warn,
        '+' | '>' => Role::Good,
        _ => Role::Dim,
    };
    let text = match sign {
        '.' => page.pick("·", ".").to_owned(),
        sign => sign.to_string(),
    };
    page.paint(role, &text)
}

/// What the signs mean that are there.
fn legend(rows: &[Shown<'_>], page: &Page, width: usize) -> Vec<String> {
    let used = |sign: char| rows.iter().any(|row| row.1.contains(&sign));
    let mut lines: Vec<String> = Vec::new();
    let mut columns = 0;
    for (sign, meaning) in SIGNS.into_iter().filter(|(sign, _)| used(*sign)) {
        let entry = format!("{} {meaning}", painted(sign, page));
        let length = meaning.chars().count() + 2;
        match lines.last_mut() {
            Some(line) if columns + 3 + length <= width => {
                line.push_str("   ");
                line.push_str(&entry);
                columns += 3 + length;
            }
            _ => {
                lines.push(entry);
                columns = length;
            }
        }
    }
    lines
}
