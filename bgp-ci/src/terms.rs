//! Policies of sessions and their terms, for rules that speak about them.

use crate::change::Side;
use crate::filter::FilterId;
use crate::learned::Model;
use crate::model::SessionKey;
use crate::place::{Place, Sources};
use crate::router::{Channel, Policy, Session};

/// The router of a session.
pub fn model<'a>(side: &'a Side, key: &SessionKey) -> Option<&'a Model> {
    let mut models = side.models.iter();
    models.find(|model| model.site == key.site && model.name == key.router)
}

/// Which of the terms that a route went through decided: the last, or the last clause of a route
/// map, as the line of FRR that names the map says nothing.
pub fn deciding(sources: &Sources, terms: &[Place]) -> Option<Place> {
    let is_clause = |place: &&Place| {
        let text = sources.text(**place);
        text.starts_with("route-map ") || text.starts_with("match ")
    };
    let clause = terms.iter().rev().find(is_clause);
    clause.or_else(|| terms.last()).copied()
}

/// A policy of a session.
#[derive(Debug, Clone, Copy)]
pub struct Policied<'a> {
    /// The router.
    pub model: &'a Model,
    /// Which session.
    pub key: &'a SessionKey,
    /// The session.
    pub session: &'a Session,
    /// Its part of the family.
    pub channel: &'a Channel,
    /// Whether it is about what comes in.
    pub incoming: bool,
    /// The filter.
    pub filter: FilterId,
}

impl Policied<'_> {
    /// `import` or `export`.
    pub fn direction(&self) -> &'static str {
        if self.incoming { "import" } else { "export" }
    }
}

/// The filters of a router's sessions that are up.
pub fn policies(model: &Model) -> impl Iterator<Item = Policied<'_>> {
    model.keys.iter().flat_map(move |(id, key)| {
        let session = model.router.session(*id);
        session.channels.iter().flat_map(move |channel| {
            let both = [(true, channel.import), (false, channel.export)];
            both.into_iter().filter_map(move |(incoming, policy)| {
                let Policy::Filter(filter) = policy else {
                    return None;
                };
                Some(Policied {
                    model,
                    key,
                    session,
                    channel,
                    incoming,
                    filter,
                })
            })
        })
    })
}

/// The policy of the same session, family and direction on another side.
pub fn counterpart<'a>(
    side: &'a Side,
    key: &SessionKey,
    of: &Policied<'_>,
) -> Option<Policied<'a>> {
    let model = model(side, key)?;
    policies(model).find(|policy| {
        policy.key == key
            && policy.channel.family == of.channel.family
            && policy.incoming == of.incoming
    })
}
