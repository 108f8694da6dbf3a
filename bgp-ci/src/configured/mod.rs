//! From routers' files to what a side of a change carries.
//!
//! Each router is read, carried out and reduced to facts by one worker; its trees do not outlive
//! that.

pub mod carry;
pub mod load;
pub mod plan;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rules::Undecided;

use crate::change::{Carried, RouterFile};
use crate::data::Data;
use crate::files::Files;
use crate::filter::interpret::{Authorizations, Machine};
use crate::filter::types::Enumerated;
use crate::filter::value::AsPath;
use crate::learned::Model;
use crate::model::secret::redacted;
use crate::model::{Asn, Prefix, Secret};
use crate::policy::network::Network;
use crate::router::propagate;
use crate::rpki::{Origin, Validity};

pub use carry::Read;
pub use load::{Loaded, load, load_with};
pub use plan::{Plan, Planned, plan};

/// What the routers of a side make of it, and what could not be read.
#[derive(Debug, Default)]
pub struct Configured {
    /// Sessions, announcements and gaps.
    pub carried: Carried,
    /// What could not be seen.
    pub undecided: Vec<Undecided>,
    /// The texts of the files by their reported paths.
    pub texts: BTreeMap<Arc<str>, Arc<str>>,
    /// Files that were read.
    pub files: usize,
}

/// Reads and carries out every router that `network` names.
pub fn read(network: &Network, files: &Files<'_>, data: &Data) -> Configured {
    let plan = plan(network, files);
    let mut configured = Configured::default();
    configured.undecided.extend(plan.undecided);
    configured.carried.unseen.extend(plan.unseen);
    for planned in &plan.routers {
        let file = RouterFile {
            adapter: planned.source.adapter.value,
            source: planned.at,
            paths: std::iter::once(&planned.entry)
                .chain(planned.source.include.values().map(|path| &path.value))
                .cloned()
                .collect(),
        };
        let router = (planned.site.clone(), planned.router.clone());
        configured.carried.routers.insert(router, file);
    }
    let each: Vec<Configured> = plan
        .routers
        .par_iter()
        .map(|planned| router(network, files, data, planned))
        .collect();
    for one in each {
        configured.merge(one);
    }
    // Here and not where reports are made: whatever becomes of this side, its secrets stay here.
    let mut secrets: BTreeMap<&str, Vec<&Secret>> = BTreeMap::new();
    for secret in &configured.carried.secrets {
        secrets.entry(&secret.span.path).or_default().push(secret);
    }
    for (path, text) in &mut configured.texts {
        let known = secrets.get(&**path).map_or(&[][..], Vec::as_slice);
        if let Some(redacted) = redacted(path, text, known.iter().copied()) {
            *text = redacted.into();
        }
    }
    configured
}

impl Configured {
    fn merge(&mut self, other: Self) {
        let Carried {
            sessions,
            announcements,
            gaps,
            unseen,
            lists,
            flows,
            statements,
            secrets,
            routers,
            models,
            resting,
            relays,
        } = other.carried;
        self.carried.sessions.extend(sessions);
        self.carried.announcements.extend(announcements);
        self.carried.gaps.extend(gaps);
        self.carried.unseen.extend(unseen);
        self.carried.lists.extend(lists);
        self.carried.flows.extend(flows);
        self.carried.statements.extend(statements);
        self.carried.secrets.extend(secrets);
        self.carried.routers.extend(routers);
        self.carried.models.extend(models);
        self.carried.resting.extend(resting);
        self.carried.relays.extend(relays);
        self.undecided.extend(other.undecided);
        self.texts.extend(other.texts);
        self.files += other.files;
    }
}

fn router(network: &Network, files: &Files<'_>, data: &Data, planned: &Planned<'_>) -> Configured {
    let mut configured = Configured::default();
    let loaded = load(files, planned);
    let is_seen = loaded.undecided.is_empty();
    if !is_seen {
        configured.carried.unseen.insert(planned.site.clone());
    }
    configured.undecided = loaded.undecided;
    let Some(router) = loaded.router else {
        return configured;
    };
    let machine = Machine::new(&router.program);
    let exports = propagate::exports(&router, &machine, &Live(data));
    let read = Read {
        site: &planned.site,
        name: &planned.router,
        router: &router,
        machine: &machine,
        exports: &exports,
    };
    let (mut carried, keys) = carry::carry(network, read);
    carried.unseen.append(&mut configured.carried.unseen);
    if !is_seen {
        // What was not seen may mend what the daemon would refuse without it, and is told once: as
        // undecided, and not as a finding too.
        carried.gaps.retain(|gap| loaded.wrong.contains(&gap.span));
    }
    for (_, path, text) in router.sources.files() {
        configured.texts.insert(path.clone(), text.clone());
        configured.files += 1;
    }
    carried.models.push(Model {
        site: planned.site.clone(),
        name: planned.router.clone(),
        router,
        keys,
    });
    configured.carried = carried;
    configured
}

/// What the policy's data answers for tables that a live session feeds.
pub struct Live<'a>(pub &'a Data);

impl Authorizations for Live<'_> {
    fn roa(&self, _: &str, net: Prefix, origin: u32) -> Option<Enumerated> {
        let vrps = self.0.vrps.as_ref()?;
        Some(match vrps.validity(net, Origin::System(Asn(origin))) {
            Validity::Valid => Enumerated::ROA_VALID,
            Validity::Invalid(_) => Enumerated::ROA_INVALID,
            Validity::NotFound => Enumerated::ROA_UNKNOWN,
        })
    }

    // Which procedure applies depends on the neighbour, and the data has one of the two.
    fn aspa(&self, _: &str, _: &AsPath, _: bool) -> Option<Enumerated> {
        None
    }
}
