//! Templates: what a protocol takes over, in the order in which it takes effect.

use super::Builder;
use crate::bird::ast::{
    ChannelItem, ChannelItemKind, NetKind, Protocol, ProtocolItem, ProtocolItemKind, ProtocolKind,
};
use crate::model::Name;
use crate::place::Place;

/// No chain of templates is longer than this: templates name earlier ones, so a longer one is
/// written by nobody who means well.
const DEPTH: usize = 100;

/// A protocol with all that its templates bring.
pub(super) struct Flat<'a> {
    /// Its name.
    pub name: Name,
    /// Its keyword.
    pub kind: ProtocolKind,
    /// The statement as a whole.
    pub place: Place,
    /// The templates, the outermost first, and the protocol itself.
    pub chain: Vec<&'a Protocol>,
    /// Its statements without channels, those of templates first.
    pub items: Vec<&'a ProtocolItem>,
    /// Its channels.
    pub channels: Vec<FlatChannel<'a>>,
    /// Whether a statement of it makes no sense, which is reported: what is missing may be there.
    pub damaged: bool,
}

/// A channel with all that templates bring.
pub(super) struct FlatChannel<'a> {
    /// What is in it.
    pub net: NetKind,
    /// Whether it is of the unicast family, without labels.
    pub unicast: bool,
    /// Where it is written last.
    pub place: Place,
    /// Its statements, those of templates first.
    pub items: Vec<&'a ChannelItem>,
    /// Whether a statement of it makes no sense, which is reported: what is missing may be there.
    pub damaged: bool,
}

impl<'a> Builder<'a> {
    /// BIRD copies a template only into a protocol of the same kind.
    pub(super) fn check_base(&mut self, protocol: &Protocol) {
        let Some(from) = &protocol.from else { return };
        let base = self.named.get(&from.name);
        if base.is_some_and(|base| base.kind != protocol.kind) {
            self.refused(
                from.place,
                &format!("`{}` is a template of another kind of protocol", from.name),
            );
        }
    }

    /// `protocol` with what it inherits.
    pub(super) fn flatten(&mut self, protocol: &'a Protocol, name: Name, place: Place) -> Flat<'a> {
        let mut chain = vec![protocol];
        let mut from = protocol.from.as_ref();
        while let Some(base) = from.and_then(|from| self.named.get(&from.name)) {
            if chain.len() > DEPTH || base.kind != protocol.kind {
                break;
            }
            chain.push(base);
            from = base.from.as_ref();
        }
        if chain.len() > DEPTH {
            self.refused(place, "its templates lead in a circle");
        }
        chain.reverse();
        let mut flat = Flat {
            name,
            kind: protocol.kind,
            place,
            chain,
            items: Vec::new(),
            channels: Vec::new(),
            damaged: false,
        };
        for at in 0..flat.chain.len() {
            let Some(level) = flat.chain.get(at).copied() else {
                break;
            };
            self.add_level(&mut flat, level);
        }
        flat
    }

    fn add_level(&mut self, flat: &mut Flat<'a>, level: &'a Protocol) {
        let mut here = Vec::new();
        for item in &level.items {
            let ProtocolItemKind::Channel(channel) = &item.kind else {
                flat.damaged |= matches!(item.kind, ProtocolItemKind::Unknown);
                flat.items.push(item);
                continue;
            };
            let key = (channel.net, channel.multicast, channel.mpls);
            if here.contains(&key) {
                self.refused(channel.place, "it has two channels of one kind");
            }
            here.push(key);
            let unicast = !channel.multicast && !channel.mpls;
            let unknown = |item: &ChannelItem| matches!(item.kind, ChannelItemKind::Unknown);
            let damaged = channel.items.iter().any(unknown);
            let known = flat
                .channels
                .iter_mut()
                .find(|known| known.net == channel.net && known.unicast == unicast);
            match known {
                Some(known) => {
                    known.place = channel.place;
                    known.damaged |= damaged;
                    known.items.extend(&channel.items);
                }
                None => flat.channels.push(FlatChannel {
                    net: channel.net,
                    unicast,
                    place: channel.place,
                    items: channel.items.iter().collect(),
                    damaged,
                }),
            }
        }
    }
}
