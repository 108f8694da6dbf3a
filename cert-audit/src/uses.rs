//! What uses the files: references of servers' configurations, each with the file that it means.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rules::{Certainty, Span};

use crate::consumer::{self, Config, Kind, Mounts, Seen, Software, Target};
use crate::inventory::Inventory;
use crate::role::Role;

/// A configuration and where it lies.
#[derive(Debug)]
pub struct Configured {
    /// As reports show it.
    pub path: Arc<str>,
    /// What it says.
    pub config: Config,
}

/// One reference.
#[derive(Debug, Clone)]
pub struct Use {
    /// The value in the configuration.
    pub span: Span,
    /// The program.
    pub software: Software,
    /// The setting, as the manual spells it.
    pub directive: String,
    /// In which role the file is used; `None` where the configuration does not say.
    pub role: Option<Role>,
    /// What the file must hold.
    pub kind: Kind,
    /// What is served with it, as the configuration calls it.
    pub service: Option<String>,
    /// The names that clients ask for, each with its place.
    pub names: Vec<(String, Span)>,
    /// The path as written.
    pub written: String,
    /// The file that is meant.
    pub target: Target,
    /// Whether the program starts without it.
    pub optional: bool,
    /// The reference to the key that goes with this certificate.
    pub key: Option<usize>,
}

/// Every reference that counts, and which are to which file.
#[derive(Debug, Default)]
pub struct Uses {
    /// By configuration and place.
    pub all: Vec<Use>,
    /// By the file's path: indices of `all`.
    by_path: BTreeMap<Arc<str>, Vec<usize>>,
    /// What could not be understood of configurations: place and reason.
    pub trouble: Vec<(Span, String)>,
}

impl Use {
    /// `ssl_certificate of nginx`.
    pub fn called(&self) -> String {
        format!("{} of {}", self.directive, self.software.as_str())
    }

    /// What makes the program load a renewed file.
    pub fn reload(&self) -> &'static str {
        self.software.reload()
    }

    /// Whether it presents certificates of the file as its own.
    pub fn presents(&self) -> bool {
        matches!(
            self.kind,
            Kind::Certificate | Kind::CertificateAndKey | Kind::Material
        ) && self.role != Some(Role::Trust)
    }

    /// How sure it is that the file that was found is the one that is meant.
    pub fn certainty(&self) -> Certainty {
        match &self.target {
            Target::Found { certainty, .. } | Target::Missing { certainty, .. } => *certainty,
            Target::Outside | Target::Unresolved => Certainty::Possible,
        }
    }
}

impl Uses {
    /// Resolves the references of `configured`, where `files` are all paths that were walked,
    /// `blind` those that could not be looked into, and `root` is what they count from.
    pub fn of<'a>(
        configured: Vec<Configured>,
        files: impl IntoIterator<Item = &'a str>,
        blind: impl IntoIterator<Item = &'a str>,
        root: &Path,
    ) -> Self {
        if configured.is_empty() {
            return Self::default();
        }
        let seen = Seen::new(files, blind);
        let mut mounts = Mounts::default();
        for Configured { path, config } in &configured {
            mounts.add(path, config);
        }
        let included: BTreeSet<String> = configured
            .iter()
            .flat_map(|configured| &configured.config.includes)
            .map(|include| include.target.clone())
            .collect();
        let mut uses = Self::default();
        for Configured { path, config } in configured {
            if !consumer::is_idle(&path, &seen, &included) {
                uses.add(&path, config, root, &seen, &mounts);
            }
        }
        for (number, known) in uses.all.iter().enumerate() {
            if let Target::Found { paths, .. } = &known.target {
                for path in paths {
                    let path: Arc<str> = path.as_str().into();
                    uses.by_path.entry(path).or_default().push(number);
                }
            }
        }
        uses
    }

    fn add(
        &mut self,
        path: &Arc<str>,
        config: Config,
        root: &Path,
        seen: &Seen<'_>,
        mounts: &Mounts,
    ) {
        let at = |start, end| Span {
            path: path.clone(),
            start,
            end,
        };
        let first = self.all.len();
        let keys: BTreeMap<usize, usize> = config
            .pairs
            .iter()
            .map(|pair| (pair.certificate, first + pair.key))
            .collect();
        for (number, reference) in config.references.iter().enumerate() {
            let service = reference
                .service
                .and_then(|service| config.services.get(service));
            self.all.push(Use {
                span: at(reference.start, reference.end),
                software: config.software,
                directive: reference.directive.clone(),
                role: role(reference.role),
                kind: reference.kind,
                service: service.map(|service| service.title.clone()),
                names: service
                    .into_iter()
                    .flat_map(|service| &service.names)
                    .map(|name| (name.host.clone(), at(name.start, name.start)))
                    .collect(),
                written: reference.target.clone(),
                target: consumer::resolve(reference, path, root, seen, mounts),
                optional: reference.optional,
                key: keys.get(&number).copied(),
            });
        }
        for trouble in config.trouble {
            self.trouble
                .push((at(trouble.start, trouble.start), trouble.reason));
        }
    }

    /// The references to a file.
    pub fn to(&self, path: &str) -> impl Iterator<Item = &Use> {
        let numbers = self.by_path.get(path).into_iter().flatten();
        numbers.filter_map(|&number| self.all.get(number))
    }

    /// The files of the key that goes with the certificate of a reference.
    pub fn key_paths(&self, known: &Use) -> &[String] {
        let key = known.key.and_then(|key| self.all.get(key));
        match key.map(|key| &key.target) {
            Some(Target::Found { paths, .. }) => paths,
            _ => &[],
        }
    }

    /// Lets what is used count, wherever it lies: a server's certificate is no fixture.
    pub fn mark(&self, inventory: &mut Inventory) {
        for (path, numbers) in &self.by_path {
            let Some(file) = inventory.files.get_mut(path) else {
                continue;
            };
            let mut uses = numbers.iter().filter_map(|&number| self.all.get(number));
            if uses.any(|known| known.certainty() == Certainty::Proven) {
                file.fixture = false;
                file.container = true;
            }
        }
    }
}

fn role(role: consumer::Role) -> Option<Role> {
    match role {
        consumer::Role::Server => Some(Role::Server),
        consumer::Role::Client => Some(Role::Client),
        consumer::Role::Peer => Some(Role::Peer),
        consumer::Role::Trust => Some(Role::Trust),
        consumer::Role::Signer => Some(Role::Signer),
        consumer::Role::Unstated => None,
    }
}
