//! The route that a filter looks at and changes.

mod notation;

use std::sync::Arc;

pub use notation::{Notation, NotationError, attributes};

use super::attribute::{Attribute, BgpAttribute, StaticAttribute};
use super::program::Program;
use super::types::{Enumerated, Type};
use super::value::{Address, AsPath, Value};
use crate::model::Prefix;

/// A route with what its protocol and the filters before gave it.
///
/// `None` in a field means that nobody knows: what is computed from it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The network.
    pub net: Prefix,
    /// What kind of protocol brought it (`RTS_…`).
    pub source: Option<Enumerated>,
    /// The name of the protocol that brought it.
    pub protocol: Option<Arc<str>>,
    /// The router that it was learned from; `::` for a local one.
    pub from: Option<Address>,
    /// The next hop; `::` where there is none.
    pub gateway: Option<Address>,
    /// The interface of the next hop; empty where there is none.
    pub interface: Option<Arc<str>>,
    /// What happens to packets (`RTD_…`).
    pub destination: Option<Enumerated>,
    /// How far its addresses reach (`SCOPE_…`).
    pub scope: Enumerated,
    /// Which route of one network wins.
    pub preference: u16,
    /// What may be absent, sorted.
    attributes: Vec<(Attribute, Value)>,
}

impl Route {
    /// A blackhole route of a static protocol called `protocol`, without any attribute.
    pub fn local(net: Prefix, protocol: &str) -> Self {
        Self {
            net,
            source: Some(Enumerated::RTS_STATIC),
            protocol: Some(protocol.into()),
            from: Some(Address::NONE),
            gateway: Some(Address::NONE),
            interface: Some(Arc::from("")),
            destination: Some(Enumerated::RTD_BLACKHOLE),
            scope: Enumerated::SCOPE_UNIVERSE,
            preference: 200,
            attributes: Vec::new(),
        }
    }

    /// A route of a BGP session called `protocol`, without any attribute; where its packets go is
    /// not known.
    pub fn learned(net: Prefix, protocol: &str) -> Self {
        Self {
            source: Some(Enumerated::RTS_BGP),
            from: None,
            gateway: None,
            interface: None,
            destination: Some(Enumerated::RTD_UNICAST),
            preference: 100,
            ..Self::local(net, protocol)
        }
    }

    /// Everything that may be absent and is not, in the order of the attributes.
    pub fn attributes(&self) -> &[(Attribute, Value)] {
        &self.attributes
    }

    /// The value of an attribute that may be absent; `None` where it is.
    pub fn attribute(&self, attribute: Attribute) -> Option<&Value> {
        let at = self.position(attribute).ok()?;
        self.attributes.get(at).map(|(_, value)| value)
    }

    /// Sets an attribute that may be absent.
    ///
    /// The value must be of the attribute's type, or open; a caller that builds routes knows.
    pub fn set(&mut self, attribute: Attribute, value: Value) {
        match self.position(attribute) {
            Ok(at) => {
                if let Some(entry) = self.attributes.get_mut(at) {
                    entry.1 = value;
                }
            }
            Err(at) => self.attributes.insert(at, (attribute, value)),
        }
    }

    /// Makes an attribute absent.
    pub fn unset(&mut self, attribute: Attribute) {
        if let Ok(at) = self.position(attribute) {
            self.attributes.remove(at);
        }
    }

    /// The AS path, where the route has one that is known.
    pub fn path(&self) -> Option<&Arc<AsPath>> {
        match self.attribute(Attribute::Bgp(BgpAttribute::Path))? {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }

    /// A number among the attributes of BGP, where the route has it and it is known.
    pub fn number(&self, attribute: BgpAttribute) -> Option<u32> {
        match self.attribute(Attribute::Bgp(attribute))? {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The value of an attribute that every route has, as a filter reads it.
    pub(crate) fn read_static(&self, attribute: StaticAttribute) -> Value {
        let open = |value: Option<Value>| value.unwrap_or(Value::Open);
        match attribute {
            StaticAttribute::Net => Value::Prefix(self.net),
            StaticAttribute::Scope => Value::Enum(self.scope),
            StaticAttribute::From => open(self.from.map(Value::Ip)),
            StaticAttribute::Gateway => open(self.gateway.map(Value::Ip)),
            StaticAttribute::InterfaceName => open(self.interface.clone().map(Value::String)),
            StaticAttribute::Protocol => open(self.protocol.clone().map(Value::String)),
            StaticAttribute::Source => open(self.source.map(Value::Enum)),
            StaticAttribute::Destination => open(self.destination.map(Value::Enum)),
            StaticAttribute::Preference => Value::Int(self.preference.into()),
            StaticAttribute::IgpMetric => self
                .attribute(Attribute::Static(attribute))
                .cloned()
                .unwrap_or(Value::Void),
            StaticAttribute::InterfaceIndex
            | StaticAttribute::Weight
            | StaticAttribute::OnLink
            | StaticAttribute::GatewayMpls
            | StaticAttribute::GatewayMplsStack => Value::Open,
        }
    }

    /// The value of any attribute, as a filter reads it: what is absent is an empty list, or
    /// nothing.
    pub(crate) fn read(&self, attribute: Attribute, of: Type) -> Value {
        match attribute {
            Attribute::Static(attribute) => self.read_static(attribute),
            _ => self
                .attribute(attribute)
                .cloned()
                .unwrap_or_else(|| Value::absent(of)),
        }
    }

    fn position(&self, attribute: Attribute) -> Result<usize, usize> {
        self.attributes
            .binary_search_by(|(known, _)| known.cmp(&attribute))
    }
}

/// The type of an attribute's values.
pub(crate) fn type_of(attribute: Attribute, program: &Program) -> Type {
    match attribute {
        Attribute::Static(attribute) => attribute.value_type(),
        Attribute::Bgp(attribute) => attribute.value_type(),
        Attribute::Other(attribute) => attribute.value_type,
        Attribute::Custom(id) => program.attribute(id).value_type,
    }
}
