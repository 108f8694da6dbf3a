//! Any route at all: ours and learned ones.

use std::sync::Arc;

use super::search::free;
use crate::filter::attribute::{Attribute, StaticAttribute};
use crate::filter::interpret::symbolic::{Choice, Opaque, State, Symbol, World};
use crate::filter::program::{AttributeId, Program};
use crate::filter::types::{EnumType, Type};
use crate::model::Family;
use crate::symbolic::Space;

/// Every route of `family` that a policy of `program` may ever see, of whatever source and with
/// whatever attributes.
pub fn anything(family: Family, program: &Program, world: &mut World) -> State {
    let mut state = free(family, "", world);
    state.space = Space::full(family);
    let own = [
        (StaticAttribute::Source, Type::Enum(EnumType::Source)),
        (StaticAttribute::Scope, Type::Enum(EnumType::Scope)),
        (
            StaticAttribute::Destination,
            Type::Enum(EnumType::Destination),
        ),
        (StaticAttribute::Preference, Type::Int),
    ];
    let own = own.map(|(attribute, of)| (Attribute::Static(attribute), of));
    let custom = (0..)
        .map(AttributeId)
        .zip(&program.attributes)
        .map(|(id, attribute)| (Attribute::Custom(id), attribute.value_type));
    for (attribute, of) in own.into_iter().chain(custom) {
        let choice = world.choice(Choice::Received(attribute));
        state = state.given(attribute, Symbol::Choice(choice, of));
    }
    for (attribute, name) in [
        (StaticAttribute::Protocol, "proto"),
        (StaticAttribute::From, "from"),
    ] {
        let opaque = world.opaque(Opaque::Operation(name.to_owned(), Vec::new()));
        state = state.given(Attribute::Static(attribute), Symbol::Opaque(opaque));
    }
    state
}

/// Every route of `family` that neighbours called `protocols` may have brought.
pub fn brought(
    family: Family,
    protocols: impl IntoIterator<Item = Arc<str>>,
    world: &mut World,
) -> Vec<State> {
    protocols
        .into_iter()
        .map(|protocol| free(family, &protocol, world))
        .collect()
}
