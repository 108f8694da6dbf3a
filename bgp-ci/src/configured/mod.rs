//! From routers' files to what a side of a change carries.
//!
//! Each router is read, carried out and reduced to facts by one worker; its trees do not outlive
//! that.

pub mod carry;
pub mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rules::{Span, Undecided, escape};

use crate::bird::{self, ProblemKind};
use crate::change::{Carried, RouterFile};
use crate::data::Data;
use crate::files::Files;
use crate::filter::interpret::{Authorizations, Machine};
use crate::filter::types::Enumerated;
use crate::filter::value::AsPath;
use crate::model::secret::redacted;
use crate::model::{Asn, GapKind, Prefix, Secret};
use crate::policy::network::Network;
use crate::policy::section::Adapter;
use crate::router::{Router, propagate};
use crate::rpki::{Origin, Validity};
use crate::wording::brief;

pub use carry::Read;
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
            secrets,
            routers,
            resting,
        } = other.carried;
        self.carried.sessions.extend(sessions);
        self.carried.announcements.extend(announcements);
        self.carried.gaps.extend(gaps);
        self.carried.unseen.extend(unseen);
        self.carried.lists.extend(lists);
        self.carried.flows.extend(flows);
        self.carried.secrets.extend(secrets);
        self.carried.routers.extend(routers);
        self.carried.resting.extend(resting);
        self.undecided.extend(other.undecided);
        self.texts.extend(other.texts);
        self.files += other.files;
    }
}

fn router(network: &Network, files: &Files<'_>, data: &Data, planned: &Planned<'_>) -> Configured {
    let mut configured = Configured::default();
    let loaded = load(files, planned);
    if !loaded.undecided.is_empty() {
        configured.carried.unseen.insert(planned.site.clone());
    }
    let told: BTreeSet<_> = loaded
        .undecided
        .iter()
        .map(|gap| (gap.path.clone(), gap.at))
        .collect();
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
    let mut carried = carry::carry(network, read);
    carried.unseen.append(&mut configured.carried.unseen);
    // What is undecided is told once: as that, and not as a finding too.
    carried.gaps.retain(|gap| {
        gap.kind != GapKind::Unmodelled
            || !told.contains(&(gap.span.path.clone(), Some(gap.span.start)))
    });
    configured.carried = carried;
    for (_, path, text) in router.sources.files() {
        configured.texts.insert(path.clone(), text.clone());
        configured.files += 1;
    }
    configured
}

/// A router as its files configure it.
#[derive(Debug)]
pub struct Loaded {
    /// The router; `None` where nothing of it can be read.
    pub router: Option<Router>,
    /// What of its files could not be seen.
    pub undecided: Vec<Undecided>,
}

/// Reads the files of one router.
pub fn load(files: &Files<'_>, planned: &Planned<'_>) -> Loaded {
    let source = planned.source;
    let mut undecided = Vec::new();
    let outside = |span: &Span, path: &str| {
        let shown = escape::word(path);
        plan::gap_at(
            span,
            format!("`{shown}` leads out of the repository, so it cannot be seen"),
        )
    };
    if source.adapter.value != Adapter::Bird {
        undecided.push(plan::gap_at(
            &source.adapter.span,
            format!(
                "this version reads BIRD only, so what `{}` announces is not known",
                escape::word(&planned.entry)
            ),
        ));
        return Loaded {
            router: None,
            undecided,
        };
    }
    let Some(entry) = files.inside(&planned.entry) else {
        undecided.push(outside(&source.span, &planned.entry));
        return Loaded {
            router: None,
            undecided,
        };
    };
    let mut include = BTreeMap::new();
    for (name, path) in &source.include {
        match files.inside(&path.value) {
            Some(inside) => {
                include.insert(name.clone(), inside);
            }
            None => undecided.push(outside(&path.span, &path.value)),
        }
    }
    let options = bird::Options {
        include,
        vars: source.vars.clone(),
        ..bird::Options::default()
    };
    let parsed = bird::parse(&entry, files, &options);
    for problem in &parsed.problems {
        if matches!(
            problem.kind,
            ProblemKind::NotVisible | ProblemKind::Placeholder { .. }
        ) {
            let span = parsed.sources.span(problem.place);
            let help = problem.help.as_ref().map(|help| format!("; {help}"));
            let reason = brief(&format!("{}{}", problem.message, help.unwrap_or_default()));
            undecided.push(plan::gap_at(&span, reason));
        }
    }
    Loaded {
        router: Some(bird::configure::router(parsed)),
        undecided,
    }
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
