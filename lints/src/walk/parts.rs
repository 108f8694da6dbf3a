//! Identity of what values are built from: `S { m: m.clone() }` has the lock `m` in its field.

use crate::hir::Name;

use super::Walker;
use super::facts::{Place, Root, Step};
use super::value::Value;

/// More fields of one value are not followed.
const PARTS: usize = 16;

impl Walker<'_, '_> {
    /// `value` is put into field `name` of `whole`.
    pub(super) fn built(whole: &mut Value, name: &str, value: &Value) {
        let step = Step::Field(name.into());
        let nested = value.parts.iter().map(|(path, place)| {
            let mut path = path.clone();
            path.insert(0, step.clone());
            (path, place.clone())
        });
        let own = value
            .place
            .as_ref()
            .map(|place| (vec![step.clone()], place.clone()));
        whole.parts.extend(nested.chain(own));
        whole.parts.truncate(PARTS);
    }

    /// What field `name` of a value that was just built is, where it was some object before; its
    /// own parts otherwise.
    pub(super) fn part_of(value: &Value, name: &Name) -> (Option<Place>, Vec<(Vec<Step>, Place)>) {
        let step = Step::Field(name.clone());
        let mut nested = Vec::new();
        for (path, place) in &value.parts {
            match path.split_first() {
                Some((first, [])) if *first == step => return (Some(place.clone()), Vec::new()),
                Some((first, rest)) if *first == step => {
                    nested.push((rest.to_vec(), place.clone()));
                }
                _ => {}
            }
        }
        (None, nested)
    }

    /// The object that a new variable is: what it is bound to, or itself.
    pub(super) fn identity(
        &mut self,
        local: u32,
        place: Option<Place>,
        parts: Vec<(Vec<Step>, Place)>,
    ) -> Place {
        let own = Place::root(Root::Local(local));
        match place {
            // Whatever element it is, it stays the same one.
            Some(place) if place.has_element() => {
                self.facts.elements.push((own.clone(), place));
                own
            }
            Some(place) => place,
            None => {
                for (path, part) in parts {
                    let field = Place {
                        root: own.root.clone(),
                        path,
                    };
                    self.facts.aliases.push((field, part));
                }
                own
            }
        }
    }

    /// The object that `value` is; a temporary that was just built is one of its own.
    pub(super) fn object(&mut self, value: &Value) -> Option<Place> {
        if value.place.is_some() || value.parts.is_empty() {
            return value.place.clone();
        }
        let local = self.hidden();
        Some(self.identity(local, None, value.parts.clone()))
    }

    /// Fields of the result that callers know under other names.
    pub(super) fn exported_parts(&self, value: &Value) -> Vec<(Vec<Step>, Place)> {
        let mut parts = value.parts.clone();
        if let Some(place) = &value.place {
            for (from, to) in &self.facts.aliases {
                let rest = match from.path.strip_prefix(place.path.as_slice()) {
                    Some(rest) if from.root == place.root => rest,
                    _ => continue,
                };
                parts.push((rest.to_vec(), to.clone()));
            }
        }
        parts.retain(|(_, place)| !matches!(place.root, Root::Local(_)));
        parts.truncate(PARTS);
        parts
    }
}
