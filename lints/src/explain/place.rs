//! From a line to the functions and expressions on it.

use std::collections::BTreeMap;

use rules::tool::Asked;

use super::Nothing;
use crate::hir::{Body, ExprId, ExprKind, File, Range};
use crate::index::{FileId, FnDef, FnId, Program};

/// Expressions of one function that are told: a line of a minified file has thousands.
const MOST: usize = 16;

/// Expressions of one line that are looked at.
const WIDEST: usize = 2_000;

/// Functions on one line that are told.
const FUNCTIONS: usize = 8;

/// The expressions of one function that a place asks about, in source order.
pub(super) type Subjects = Vec<ExprId>;

/// The functions with something on the line, innermost expressions only where a column is given.
pub(super) fn found(
    program: &Program<'_>,
    file: usize,
    asked: &Asked,
    text: &str,
) -> Result<Vec<(FnId, Subjects)>, Nothing> {
    let Some(facts) = program.files.get(file) else {
        return Ok(Vec::new());
    };
    let Some(line) = line_of(facts, asked.line, text) else {
        return Ok(Vec::new());
    };
    let at = asked.column.map(|column| byte_at(line, column, text));
    let bodies = bodies(program, FileId::of(file));
    let mut functions = Vec::new();
    for &(id, body) in &bodies {
        let subjects = match at {
            None => on_line(body, line),
            Some(at) => around(body, line, at),
        };
        if !subjects.is_empty() {
            functions.push((id, subjects));
        }
    }
    functions.truncate(FUNCTIONS);
    if functions.is_empty() {
        return Err(nothing(facts, &bodies, asked, line));
    }
    Ok(functions)
}

/// The functions of a file that have a body; of those that several crates share, the first.
fn bodies<'p>(program: &'p Program<'_>, file: FileId) -> Vec<(FnId, &'p Body)> {
    let mut found: BTreeMap<(Range, Range), (FnId, &FnDef<'_>, &Body)> = BTreeMap::new();
    for (at, def) in program.fns.iter().enumerate() {
        let (true, Some(body)) = (def.file == file, def.body) else {
            continue;
        };
        // What a macro makes can have one range.
        let place = (def.item.range, body.expr(body.root).range);
        let known = found.get(&place);
        // Code that is not only there in tests is what matters.
        if known.is_none_or(|(_, known, _)| known.is_test && !def.is_test) {
            found.insert(place, (FnId::of(at), def, body));
        }
    }
    let found = found.into_values();
    found.map(|(id, _, body)| (id, body)).collect()
}

/// The bytes of a line.
fn line_of(file: &File, line: u32, text: &str) -> Option<Range> {
    let start = file.lines.line_start(line)?;
    let end = match file.lines.line_start(line.checked_add(1)?) {
        Some(next) => next.saturating_sub(1),
        None => u32::try_from(text.len()).unwrap_or(u32::MAX),
    };
    Some(Range { start, end })
}

/// The byte at a column; the end of the line behind it.
fn byte_at(line: Range, column: u32, text: &str) -> u32 {
    let slice = slice(text, line);
    let column = usize::try_from(column).unwrap_or(usize::MAX);
    let at = slice.char_indices().nth(column.saturating_sub(1));
    at.and_then(|(at, _)| u32::try_from(at).ok())
        .map_or(line.end, |at| line.start.saturating_add(at))
}

/// The text of a range.
pub(super) fn slice(text: &str, range: Range) -> &str {
    let wide = |at| usize::try_from(at).unwrap_or(usize::MAX);
    text.get(wide(range.start)..wide(range.end))
        .unwrap_or_default()
}

/// Where an expression is for a reader: a call at the name of what is called.
pub(super) fn point(body: &Body, id: ExprId) -> u32 {
    let expr = body.expr(id);
    match &expr.kind {
        ExprKind::MethodCall { name_range, .. } => name_range.start,
        ExprKind::Field(base, _) => body.expr(*base).range.end,
        _ => expr.range.start,
    }
}

fn is_call(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::MethodCall { .. } | ExprKind::Call(..) | ExprKind::Macro(..)
    )
}

/// What has a type of its own to tell, where nothing is called.
fn is_value(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Path(_) | ExprKind::Field(..) | ExprKind::Index(..) | ExprKind::Await(..)
    )
}

fn ids(body: &Body) -> impl Iterator<Item = ExprId> {
    (0_u32..).zip(&body.exprs).map(|(at, _)| ExprId(at))
}

/// The calls that stand on the line; where there are none, its outermost values.
fn on_line(body: &Body, line: Range) -> Subjects {
    let is_here = |id: &ExprId| (line.start..=line.end).contains(&point(body, *id));
    let here: Vec<ExprId> = ids(body).filter(is_here).take(WIDEST).collect();
    let mut calls: Vec<ExprId> = here
        .iter()
        .copied()
        .filter(|&id| is_call(&body.expr(id).kind))
        .collect();
    if calls.is_empty() {
        for &id in &here {
            let expr = body.expr(id);
            let is_inner = here.iter().any(|&other| {
                let outer = body.expr(other);
                other != id
                    && is_value(&outer.kind)
                    && outer.range.start <= expr.range.start
                    && expr.range.end <= outer.range.end
                    && outer.range != expr.range
            });
            if is_value(&expr.kind) && !is_inner {
                calls.push(id);
            }
        }
    }
    sorted(body, calls)
}

/// The innermost call around a byte of the line, else the innermost value.
fn around(body: &Body, line: Range, at: u32) -> Subjects {
    let is_around = |id: &ExprId| {
        let expr = body.expr(*id);
        let range = expr.range;
        range.start <= at && at < range.end.max(range.start + 1) && range.start <= line.end
    };
    let size = |id: &ExprId| {
        let range = body.expr(*id).range;
        (range.end - range.start, std::cmp::Reverse(id.0))
    };
    let around: Vec<ExprId> = ids(body).filter(is_around).collect();
    let call = around
        .iter()
        .filter(|id| is_call(&body.expr(**id).kind))
        .min_by_key(|id| size(id));
    let value = around
        .iter()
        .filter(|id| is_value(&body.expr(**id).kind))
        .min_by_key(|id| size(id));
    // On the name of a variable in an argument that variable is meant, not the call around it.
    match (call, value) {
        (Some(call), Some(value)) if is_argument(body, *call, *value) => vec![*value],
        (Some(call), _) => vec![*call],
        (None, Some(value)) => vec![*value],
        (None, None) => Vec::new(),
    }
}

/// Whether `value` lies in an argument of `call`.
fn is_argument(body: &Body, call: ExprId, value: ExprId) -> bool {
    let (ExprKind::MethodCall { args, .. } | ExprKind::Call(_, args)) = &body.expr(call).kind
    else {
        return false;
    };
    let inner = body.expr(value).range;
    args.iter().any(|&arg| {
        let arg = body.expr(arg).range;
        arg.start <= inner.start && inner.end <= arg.end
    })
}

fn sorted(body: &Body, mut found: Subjects) -> Subjects {
    found.sort_by_key(|&id| (point(body, id), body.expr(id).range.end, id));
    found.dedup();
    found.truncate(MOST);
    found
}

/// Why there is nothing on the line, and where there is something.
fn nothing(facts: &File, bodies: &[(FnId, &Body)], asked: &Asked, line: Range) -> Nothing {
    let lines = bodies.iter().flat_map(|(_, body)| {
        let told = ids(body).filter(|&id| is_call(&body.expr(id).kind));
        told.map(|id| facts.lines.position(point(body, id)).line)
    });
    let (mut before, mut after) = (None, None);
    for found in lines {
        if found < asked.line {
            before = before.max(Some(found));
        } else if found > asked.line {
            after = Some(after.map_or(found, |after: u32| after.min(found)));
        }
    }
    let near = match (before, after) {
        (Some(before), Some(after)) => Some(format!(
            "the nearest calls are on lines {before} and {after}"
        )),
        (Some(one), None) | (None, Some(one)) => Some(format!("the nearest call is on line {one}")),
        (None, None) => None,
    };
    let opaque = facts
        .opaque_macros
        .iter()
        .find(|(_, range)| range.start <= line.end && line.start <= range.end);
    let place = match asked.column {
        Some(column) => format!("column {column} of line {}", asked.line),
        None => format!("line {}", asked.line),
    };
    let message = match opaque {
        Some((name, _)) => format!(
            "{place} of `{}` is inside of `{name}!`, which could not be read",
            super::name(asked)
        ),
        None => format!(
            "there is no expression on {place} of `{}`",
            super::name(asked)
        ),
    };
    Nothing {
        message,
        help: near,
    }
}
