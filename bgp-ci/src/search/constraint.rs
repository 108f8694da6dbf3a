//! What the routes that are searched for have.

use std::sync::Arc;

use crate::filter::interpret::symbolic::{ListKind, State, Test, World};
use crate::filter::value::mask::{MaskPart, PathMask};
use crate::filter::value::{Large, TextPattern};
use crate::model::{Community, Family, Prefix};
use crate::symbolic::{PathAtom, PathTest, Ranges, Space};

/// A text is no constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConstraintError(String);

/// What routes must have, and must not have.
#[derive(Debug, Clone, Default)]
pub struct Constraint {
    /// Their networks are in one of these, where there are any.
    networks: Vec<Space>,
    /// And in none of these.
    others: Vec<Space>,
    /// Communities: which, and whether they are there.
    communities: Vec<(ListKind, u128, bool)>,
    /// Their paths, and whether that is so.
    paths: Vec<(PathTest, bool)>,
}

impl Constraint {
    /// Networks that they may have: `198.51.100.0/24`, `198.51.100.0/24+`, `198.51.100.0/24{25,28}`.
    ///
    /// # Errors
    /// It is no such pattern.
    pub fn networks(&mut self, pattern: &str, truth: bool) -> Result<(), ConstraintError> {
        let space = space(pattern)?;
        if truth {
            self.networks.push(space);
        } else {
            self.others.push(space);
        }
        Ok(())
    }

    /// A community that they have, or have not.
    ///
    /// # Errors
    /// It is no community.
    pub fn community(&mut self, text: &str, truth: bool) -> Result<(), ConstraintError> {
        let community: Community =
            text.parse()
                .map_err(|error: crate::model::community::CommunityError| {
                    ConstraintError(error.to_string())
                })?;
        let (kind, key) = match community {
            Community::Standard(high, low) => {
                (ListKind::Standard, u128::from(high) << 16 | u128::from(low))
            }
            Community::Extended(octets) => (ListKind::Extended, octets.into()),
            Community::Large(a, b, c) => (ListKind::Large, Large(a, b, c).key()),
        };
        self.communities.push((kind, key, truth));
        Ok(())
    }

    /// A path that they have: a mask such as `64501 * 64505`, or a regular expression.
    ///
    /// # Errors
    /// It is neither.
    pub fn path(&mut self, text: &str, truth: bool) -> Result<(), ConstraintError> {
        let test = match mask(text) {
            Some(mask) => PathTest::Mask(Arc::new(mask)),
            None => match TextPattern::new(text) {
                Some(pattern) => PathTest::Text(Arc::new(pattern)),
                None => {
                    return Err(ConstraintError(format!(
                        "`{text}` is neither a path with `*`, `?` and `+` in it nor a regular \
                         expression that has a model"
                    )));
                }
            },
        };
        self.paths.push((test, truth));
        Ok(())
    }

    /// The families that it leaves.
    pub fn families(&self) -> Vec<Family> {
        let all = [Family::Ipv4, Family::Ipv6];
        let left = all.into_iter().filter(|family| {
            let mut networks = self.networks.iter();
            self.networks.is_empty() || networks.any(|space| space.family() == *family)
        });
        left.collect()
    }

    /// The routes of `states` that are so.
    pub fn of(&self, states: Vec<State>, world: &mut World) -> Vec<State> {
        let each = states.into_iter();
        each.filter_map(|state| self.narrowed(state, world))
            .collect()
    }

    fn narrowed(&self, mut state: State, world: &mut World) -> Option<State> {
        let family = state.space.family();
        let union = |spaces: &[Space]| Space::union_of(family, spaces.iter().cloned());
        if !self.networks.is_empty() {
            state = state.split(Test::Net(union(&self.networks)), world).0?;
        }
        if !self.others.is_empty() {
            state = state.split(Test::Net(union(&self.others)), world).1?;
        }
        let wanted =
            |(yes, no): (Option<State>, Option<State>), truth| if truth { yes } else { no };
        for (kind, key, truth) in &self.communities {
            let test = Test::Community(*kind, Ranges::only(*key));
            state = wanted(state.split(test, world), *truth)?;
        }
        for (test, truth) in &self.paths {
            let atom = PathAtom {
                front: [].into(),
                test: test.clone(),
            };
            state = wanted(state.split(Test::Path(atom), world), *truth)?;
        }
        Some(state)
    }
}

/// The networks of a pattern as BIRD's sets write them.
fn space(pattern: &str) -> Result<Space, ConstraintError> {
    let wrong = || {
        ConstraintError(format!(
            "`{pattern}` is no pattern of networks: they are written 198.51.100.0/24, 198.51.100.0/24+ or \
             198.51.100.0/24{{25,28}}"
        ))
    };
    let prefix = |text: &str| text.parse::<Prefix>().map_err(|_| wrong());
    if let Some(text) = pattern.strip_suffix('+') {
        let prefix = prefix(text)?;
        return Ok(Space::between(prefix, prefix.length(), prefix.max_length()));
    }
    let Some(text) = pattern.strip_suffix('}') else {
        return Ok(Space::only(prefix(pattern)?));
    };
    let (text, lengths) = text.split_once('{').ok_or_else(wrong)?;
    let (first, last) = lengths.split_once(',').ok_or_else(wrong)?;
    let prefix = prefix(text)?;
    let length = |text: &str| text.trim().parse::<u8>().map_err(|_| wrong());
    let (first, last) = (length(first)?, length(last)?);
    if first > last || last > prefix.max_length() || first < prefix.length() {
        return Err(wrong());
    }
    Ok(Space::between(prefix, first, last))
}

/// A mask of a path; `None` where the text is none.
fn mask(text: &str) -> Option<PathMask> {
    let parts = text.split_whitespace().map(|word| {
        Some(match word {
            "*" => MaskPart::Any,
            "?" => MaskPart::AnyOne,
            "+" => MaskPart::Repeat,
            number => {
                let (first, last) = number.split_once("..").unwrap_or((number, number));
                MaskPart::Range(first.parse().ok()?, last.parse().ok()?)
            }
        })
    });
    let parts: Option<Vec<MaskPart>> = parts.collect();
    parts.map(PathMask::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_networks_are_those_of_bird() {
        let has =
            |pattern: &str, prefix: &str| space(pattern).unwrap().contains(prefix.parse().unwrap());
        assert!(has("198.51.100.0/24", "198.51.100.0/24"));
        assert!(!has("198.51.100.0/24", "198.51.100.0/25"));
        assert!(has("198.51.100.0/24+", "198.51.100.7/32"));
        assert!(has("2001:db8::/32{40,48}", "2001:db8:7::/48"));
        assert!(!has("2001:db8::/32{40,48}", "2001:db8::/32"));
        for wrong in [
            "",
            "10",
            "198.51.100.0/24{",
            "198.51.100.0/24{9}",
            "198.51.100.0/24{25,33}",
            "198.51.100.0/24{4,25}",
        ] {
            assert!(space(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn paths_are_masks_or_expressions() {
        let mut constraint = Constraint::default();
        constraint.path("64501 * 64505..64507", true).unwrap();
        constraint.path("_64501_", true).unwrap();
        assert!(matches!(
            constraint.paths.as_slice(),
            [(PathTest::Mask(_), true), (PathTest::Text(_), true)]
        ));
        assert!(constraint.path("(", true).is_err());
        assert!(constraint.community("64500:1:2", true).is_ok());
        assert!(constraint.community("none", true).is_err());
    }
}
