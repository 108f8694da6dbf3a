//! One route that proves what was found of many.

use std::collections::BTreeSet;
use std::sync::Arc;

use rules::Certainty;

use super::region::{Entry, Region};
use crate::filter::attribute::{Attribute, BgpAttribute};
use crate::filter::interpret::symbolic::{ABSENT, Example, ListKind};
use crate::filter::interpret::{Authorizations, Subject};
use crate::filter::types::{EnumType, Enumerated};
use crate::filter::value::{self, Address};
use crate::model::{AsPath, Asn, Community, NextHop, OriginCode, Prefix};
use crate::place::Place;
use crate::router::SessionId;
use crate::router::propagate::Sent;
use crate::router::propagate::learned::{Relayed, follow};

/// A route as a neighbour sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The network.
    pub prefix: Prefix,
    /// Its attributes on the wire.
    pub sent: Sent,
    /// What live data must answer for it, in the order of the questions.
    pub answers: Vec<(Subject, u8)>,
}

/// A route that does what it must not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// As it comes in.
    pub received: Received,
    /// As it goes out.
    pub sent: Arc<Sent>,
    /// How sure the last step is.
    pub certainty: Certainty,
    /// The policy terms that it went through in the last router.
    pub terms: Arc<[Place]>,
    /// Those of the routers before, with their places in the region.
    pub before: Vec<(usize, Arc<[Place]>)>,
}

impl Received {
    /// The route of an example on the wire; a session from inside carries a local preference.
    pub fn of(example: &Example, inside: bool) -> Self {
        let number = |attribute: BgpAttribute| {
            let key = *example.values.get(&Attribute::Bgp(attribute))?;
            u32::try_from(key).ok().filter(|_| key != ABSENT)
        };
        let origin = match number(BgpAttribute::Origin) {
            Some(1) => OriginCode::Egp,
            Some(2) => OriginCode::Incomplete,
            _ => OriginCode::Igp,
        };
        let next_hop = example
            .values
            .get(&Attribute::Bgp(BgpAttribute::NextHop))
            .filter(|key| **key != ABSENT && !is_default(**key))
            .map_or(NextHop::Own, |key| {
                NextHop::Address(Address::from_bits(*key).ip())
            });
        Self {
            prefix: example.net,
            sent: Sent {
                path: AsPath::sequence(example.path.iter().copied().map(Asn)),
                origin_code: origin,
                communities: communities(example),
                med: number(BgpAttribute::Med),
                local_preference: number(BgpAttribute::LocalPreference).or(inside.then_some(100)),
                next_hop,
                otc: number(BgpAttribute::OnlyToCustomer).map(Asn),
            },
            answers: example.answers.clone(),
        }
    }
}

/// Whether a next hop is the first that there is: nobody asked for it.
fn is_default(key: u128) -> bool {
    key == Address::from_ipv4(0x0100_0000).bits() || key == 0x2000 << 112
}

fn communities(example: &Example) -> BTreeSet<Community> {
    let part = |item: u128, shift: u32| u32::try_from((item >> shift) & 0xffff_ffff).unwrap_or(0);
    let half = |item: u128, shift: u32| u16::try_from((item >> shift) & 0xffff).unwrap_or(0);
    let mut all = BTreeSet::new();
    for (kind, items) in &example.communities {
        all.extend(items.iter().map(|item| match kind {
            ListKind::Standard => Community::Standard(half(*item, 16), half(*item, 0)),
            ListKind::Extended => Community::Extended(u64::try_from(*item).unwrap_or(0)),
            ListKind::Large => Community::Large(part(*item, 64), part(*item, 32), part(*item, 0)),
        }));
    }
    all
}

/// Answers what the data does not know as an example wants it.
pub(super) struct Scripted<'a> {
    pub(super) answers: &'a [(Subject, u8)],
    pub(super) data: &'a dyn Authorizations,
}

impl Authorizations for Scripted<'_> {
    fn roa(&self, table: &str, net: Prefix, origin: u32) -> Option<Enumerated> {
        self.data.roa(table, net, origin).or_else(|| {
            let answer = self
                .answers
                .iter()
                .find_map(|(subject, answer)| match subject {
                    Subject::Roa { table: of, .. } if **of == *table => Some(*answer),
                    _ => None,
                })?;
            Some(Enumerated {
                of: EnumType::Roa,
                value: answer,
            })
        })
    }

    fn aspa(&self, table: &str, path: &value::AsPath, upstream: bool) -> Option<Enumerated> {
        self.data.aspa(table, path, upstream).or_else(|| {
            let answer = self
                .answers
                .iter()
                .find_map(|(subject, answer)| match subject {
                    Subject::Aspa {
                        table: of,
                        upstream: own,
                        ..
                    } if **of == *table && *own == upstream => Some(*answer),
                    _ => None,
                })?;
            Some(Enumerated {
                of: EnumType::Aspa,
                value: answer,
            })
        })
    }
}

/// How sure it is that something is sent, whatever its next hop.
fn sure(certainty: Certainty, otherwise: &[Option<Arc<Sent>>]) -> Certainty {
    let in_any_case = !otherwise.is_empty() && otherwise.iter().all(Option::is_some);
    if certainty == Certainty::Possible && !in_any_case {
        Certainty::Possible
    } else {
        Certainty::Proven
    }
}

impl Region<'_> {
    /// Follows a received route along `way` to `session` of the last router on it.
    pub(super) fn replay(
        &self,
        way: &[Entry],
        session: SessionId,
        received: &Received,
        data: &dyn Authorizations,
    ) -> Option<Witness> {
        let scripted = Scripted {
            answers: &received.answers,
            data,
        };
        let mut arriving = received.sent.clone();
        let mut certainty = Certainty::Proven;
        let mut before = Vec::new();
        for (step, entry) in way.iter().enumerate() {
            let node = self.nodes.get(entry.node)?;
            let router = &node.model.router;
            let followed = follow(
                router,
                &node.machine,
                &scripted,
                entry.session,
                received.prefix,
                &arriving,
            );
            let to = match way.get(step + 1) {
                None => session,
                Some(next) => self.towards(entry.node, next)?,
            };
            let Some(Relayed::Sent {
                sent,
                terms,
                certainty: own,
                otherwise,
            }) = followed.by(to)
            else {
                return None;
            };
            certainty = certainty.min(sure(*own, otherwise));
            if step + 1 == way.len() {
                return Some(Witness {
                    received: received.clone(),
                    sent: Arc::clone(sent),
                    certainty,
                    terms: Arc::clone(terms),
                    before,
                });
            }
            before.push((entry.node, Arc::clone(terms)));
            arriving = Sent::clone(sent);
        }
        None
    }
}
