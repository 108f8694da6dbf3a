//! TOML with places.

use toml::de::{DeTable, DeValue};

use super::tree::{Id, Step, Tree, Value};
use super::{Parsed, unparsed};

/// Reads `source`; what is no TOML is returned as a range.
///
/// The parser bounds how deep values lie inside one another.
pub(super) fn parse(source: &str) -> Parsed<'_> {
    let loose = || unparsed(0..source.len());
    let (table, errors) = DeTable::parse_recoverable(source);
    if !errors.is_empty() {
        return loose();
    }
    tree(&table).map_or_else(loose, |tree| (vec![tree], Vec::new()))
}

/// What is still to be added to the tree.
type Todo<'t, 'a> = (
    Option<Id>,
    Step<'a>,
    std::ops::Range<usize>,
    &'t DeValue<'a>,
);

fn tree<'a>(table: &toml::Spanned<DeTable<'a>>) -> Option<Tree<'a>> {
    let mut tree = Tree::numbered(1);
    let root = tree.add(None, Step::Root, table.span(), Value::Map(Vec::new()))?;
    let mut todo: Vec<Todo<'_, 'a>> = entries(root, table.get_ref());
    while let Some((parent, step, span, value)) = todo.pop() {
        match value {
            DeValue::Table(table) => {
                let id = tree.add(parent, step, span, Value::Map(Vec::new()))?;
                todo.extend(entries(id, table));
            }
            DeValue::Array(array) => {
                let id = tree.add(parent, step, span, Value::List(Vec::new()))?;
                let items = array.iter().enumerate().rev();
                todo.extend(items.map(|(index, item)| {
                    (Some(id), Step::Index(index), item.span(), item.get_ref())
                }));
            }
            DeValue::String(text) => {
                tree.add(parent, step, span, Value::Text(text.clone()))?;
            }
            _ => {
                tree.add(parent, step, span, Value::Nothing)?;
            }
        }
    }
    Some(tree)
}

/// The entries of a table, the last first.
fn entries<'t, 'a>(id: Id, table: &'t DeTable<'a>) -> Vec<Todo<'t, 'a>> {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| {
            let step = Step::Key(key.get_ref().clone());
            (Some(id), step, value.span(), value.get_ref())
        })
        .collect();
    entries.reverse();
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_pointers() {
        let source = "\u{feff}a = \"x\\ny\"\n[[b]]\nc = 'd'\n[[b]]\nc = '''\ne\nf'''\nn = 1\n";
        let (trees, loose) = parse(source);
        assert!(loose.is_empty());
        let tree = trees.first().expect("one document");
        let strings: Vec<_> = tree
            .nodes()
            .filter_map(|(id, _)| {
                Some((tree.pointer(id), tree.text(id)?, source.get(tree.span(id))?))
            })
            .collect();
        assert_eq!(
            strings,
            [
                ("/a".to_owned(), "x\ny", "\"x\\ny\""),
                ("/b/0/c".to_owned(), "d", "'d'"),
                ("/b/1/c".to_owned(), "e\nf", "'''\ne\nf'''"),
            ]
        );
    }

    #[test]
    fn what_is_no_toml_is_left_over() {
        let deep = format!("a = {}", "[".repeat(100_000));
        let dotted = format!("{}a = 1", "a.".repeat(100_000));
        for source in ["a = b", "A=b\nA=c", "[a", &deep, &dotted] {
            assert_eq!(parse(source).1, vec![0..source.len()]);
        }
    }
}
