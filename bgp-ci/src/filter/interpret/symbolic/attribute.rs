//! Attributes as a policy reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Explorer;
use super::evaluate::Values;
use super::state::{State, Test};
use super::symbol::{ListKind, Symbol, SymbolicList, SymbolicPath};
use super::world::{ABSENT, Choice, Ingress, Opaque};
use crate::filter::attribute::{Attribute, BgpAttribute, StaticAttribute};
use crate::filter::interpret::compile::{Node, NodeKind};
use crate::filter::types::{Enumerated, Type};
use crate::filter::value::Value;
use crate::symbolic::Ranges;

impl<'m> Explorer<'m, '_> {
    pub(super) fn defined(&mut self, state: State, operand: &'m Node) -> Values {
        if let NodeKind::Attribute(attribute @ (Attribute::Custom(_) | Attribute::Other(_)), _) =
            &operand.kind
            && !state.attributes.contains_key(attribute)
        {
            return vec![(state, Symbol::Known(Value::Bool(false)))];
        }
        let mut out = Vec::new();
        for (state, symbol) in self.value(state, operand) {
            let test = match &symbol {
                Symbol::Known(value) => {
                    let truth = *value != Value::Void;
                    out.push((state, Symbol::Known(Value::Bool(truth))));
                    continue;
                }
                Symbol::Choice(choice, _) => {
                    Test::Choice(*choice, Ranges::only(ABSENT).complement())
                }
                Symbol::Path(SymbolicPath { base: None, .. }) => {
                    out.push((state, Symbol::Known(Value::Bool(true))));
                    continue;
                }
                Symbol::List(list)
                    if list.base.is_none() && list.absent.is_empty() && list.present.is_empty() =>
                {
                    Test::Community(list.kind, list.kind.universe())
                }
                Symbol::List(list) if list.base.is_none() && !list.present.is_empty() => {
                    out.push((state, Symbol::Known(Value::Bool(true))));
                    continue;
                }
                other => {
                    let opaque = self
                        .world
                        .opaque(Opaque::Operation("defined".to_owned(), vec![other.clone()]));
                    self.truth(&Symbol::Opaque(opaque))
                }
            };
            let (yes, no) = self.split(state, test);
            out.extend(yes.map(|state| (state, Symbol::Known(Value::Bool(true)))));
            out.extend(no.map(|state| (state, Symbol::Known(Value::Bool(false)))));
        }
        out
    }

    /// An attribute of the route.
    pub(super) fn read(&mut self, state: State, attribute: Attribute, of: Type) -> Values {
        if let Some(symbol) = state.attributes.get(&attribute) {
            let symbol = match symbol {
                // What is absent is an empty list, or nothing.
                Symbol::Known(Value::Void) => Symbol::Known(Value::absent(of)),
                symbol => symbol.clone(),
            };
            return vec![(state, symbol)];
        }
        if let Some(kind) = ListKind::of(attribute) {
            return vec![(state, Symbol::List(SymbolicList::received(kind)))];
        }
        let symbol = match attribute {
            Attribute::Static(known) => match known {
                StaticAttribute::Net => Symbol::Net,
                StaticAttribute::Source => Symbol::Known(Enumerated::RTS_BGP.into()),
                StaticAttribute::Scope => Symbol::Known(Enumerated::SCOPE_UNIVERSE.into()),
                StaticAttribute::Destination => Symbol::Known(Enumerated::RTD_UNICAST.into()),
                StaticAttribute::Protocol => {
                    return self
                        .by_ingress(&state, |of| Some(Value::String(Arc::clone(&of.protocol))));
                }
                StaticAttribute::Preference => {
                    return self.by_ingress(&state, |of| Some(Value::Int(of.preference.into())));
                }
                StaticAttribute::From => {
                    return self.by_ingress(&state, |of| of.from.map(Value::Ip));
                }
                _ => self.received(attribute, of),
            },
            Attribute::Bgp(BgpAttribute::Path) => Symbol::Path(SymbolicPath::received()),
            // What reflectors write stays inside (RFC 4456, section 8), and no witness has one.
            Attribute::Bgp(BgpAttribute::ClusterList) => Symbol::Known(Value::absent(of)),
            Attribute::Bgp(_) => self.received(attribute, of),
            // Of other protocols, or of the router itself.
            Attribute::Other(_) | Attribute::Custom(_) => Symbol::Known(Value::absent(of)),
        };
        vec![(state, symbol)]
    }

    fn received(&mut self, attribute: Attribute, of: Type) -> Symbol {
        let choice = self.world.choice(Choice::Received(attribute));
        Symbol::Choice(choice, of)
    }

    /// What each session gives, for the routes of those that give the same.
    fn by_ingress(&mut self, state: &State, of: impl Fn(&Ingress) -> Option<Value>) -> Values {
        let mut groups: BTreeMap<String, (Option<Value>, Vec<usize>)> = BTreeMap::new();
        for at in state.ingress.iter() {
            let value = self.world.ingress.get(*at).and_then(&of);
            let key = format!("{value:?}");
            groups
                .entry(key)
                .or_insert_with(|| (value, Vec::new()))
                .1
                .push(*at);
        }
        let mut out = Vec::with_capacity(groups.len());
        for (value, members) in groups.into_values() {
            let symbol = match value {
                Some(value) => Symbol::Known(value),
                None => Symbol::Opaque(
                    self.world
                        .opaque(Opaque::Operation("from".to_owned(), Vec::new())),
                ),
            };
            let part = State {
                ingress: Arc::new(members.into_iter().collect()),
                ..state.clone()
            };
            out.push((part, symbol));
        }
        out
    }
}
