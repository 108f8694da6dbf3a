//! Which certificate files the configurations of servers refer to.
//!
//! A certificate matters because something loads it: the configuration says what, in which role,
//! for which names, and beside which key. [`read`] looks at one file and knows nothing of others;
//! [`resolve`] says which file of the scan a reference means.
//! Both are pure: bytes and paths in, facts out.
//!
//! Every language has a file of its own here, and what is a list in a server's manual is a table:
//! the readers only know how the language is written.

mod apache;
mod block;
mod compose;
mod document;
mod dovecot;
mod envoy;
mod flags;
mod haproxy;
mod hashicorp;
mod hcl;
mod kubernetes;
mod mysql;
mod nginx;
mod postfix;
mod postgresql;
mod resolve;
mod seen;
mod sniff;
mod systemd;
mod text;

use rules::Position;

pub use resolve::{Mounts, Target, resolve};
pub use seen::Seen;
pub use sniff::is_idle;

/// Most bytes of a configuration that are read: 4 MiB.
pub const LONGEST: usize = 4 << 20;

/// Most references that are taken from one file.
const MOST_REFERENCES: usize = 20_000;

/// The program that reads a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Software {
    /// Apache's web server.
    Apache,
    /// A compose file of containers.
    Compose,
    /// `HashiCorp`'s Consul, and Nomad, whose stanza is the same.
    Consul,
    /// Dovecot.
    Dovecot,
    /// Envoy.
    Envoy,
    /// etcd.
    Etcd,
    /// `HAProxy`.
    Haproxy,
    /// A part of Kubernetes: kubelet, API server, controller manager, a client.
    Kubernetes,
    /// `MySQL` and `MariaDB`.
    Mysql,
    /// nginx.
    Nginx,
    /// `PgBouncer`.
    Pgbouncer,
    /// Postfix.
    Postfix,
    /// `PostgreSQL`.
    Postgresql,
    /// A unit of systemd, or a file of environment variables that one reads.
    Systemd,
    /// `HashiCorp`'s Vault.
    Vault,
}

impl Software {
    /// The name that people know.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apache => "Apache",
            Self::Compose => "compose",
            Self::Consul => "Consul",
            Self::Dovecot => "Dovecot",
            Self::Envoy => "Envoy",
            Self::Etcd => "etcd",
            Self::Haproxy => "HAProxy",
            Self::Kubernetes => "Kubernetes",
            Self::Mysql => "MySQL",
            Self::Nginx => "nginx",
            Self::Pgbouncer => "PgBouncer",
            Self::Postfix => "Postfix",
            Self::Postgresql => "PostgreSQL",
            Self::Systemd => "systemd",
            Self::Vault => "Vault",
        }
    }

    /// What makes the program load a renewed file.
    pub fn reload(self) -> &'static str {
        match self {
            Self::Apache => "apachectl graceful",
            Self::Compose => "docker compose up --detach --force-recreate",
            Self::Consul => "consul reload",
            Self::Dovecot => "doveadm reload",
            Self::Envoy => {
                "restart Envoy, or name a watched_directory so that it reloads by itself"
            }
            Self::Etcd => "nothing: etcd reads its certificates at each handshake",
            Self::Haproxy => "systemctl reload haproxy",
            Self::Kubernetes => "restart the component",
            Self::Mysql => "ALTER INSTANCE RELOAD TLS (MariaDB: FLUSH SSL)",
            Self::Nginx => "nginx -s reload",
            Self::Pgbouncer => "systemctl reload pgbouncer",
            Self::Postfix => "postfix reload",
            Self::Postgresql => "systemctl reload postgresql",
            Self::Systemd => "systemctl restart the unit",
            Self::Vault => "systemctl reload vault",
        }
    }
}

/// In which role a program uses a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It shows the certificate to those who connect.
    Server,
    /// It shows the certificate to servers that it connects to.
    Client,
    /// Both, as members of a cluster do.
    Peer,
    /// It believes what the file certifies, or revokes.
    Trust,
    /// It signs with it.
    Signer,
    /// The configuration does not say.
    Unstated,
}

impl Role {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Peer => "peer",
            Self::Trust => "trust",
            Self::Signer => "signer",
            Self::Unstated => "unstated",
        }
    }
}

/// What a file must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A certificate, with its chain behind it.
    Certificate,
    /// Only the chain of a certificate that lies in another file.
    Chain,
    /// A private key.
    Key,
    /// A certificate, its chain and its key; or a folder of such files.
    CertificateAndKey,
    /// Anchors.
    Trust,
    /// A folder of anchors.
    TrustFolder,
    /// Revocation lists, or a folder of them.
    Revocations,
    /// A stored OCSP response.
    Status,
    /// Parameters of a key exchange.
    Parameters,
    /// The password of a key.
    Password,
    /// Material of a kind that only the file itself tells.
    Material,
}

/// From where a relative path counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// The folder of the file that the reference stands in.
    Folder,
    /// The folder of the main configuration, which has this name.
    Main(&'static str),
    /// A folder that the same file names.
    Given(String),
    /// A folder above the configuration; which one is known to another file.
    Near,
    /// The folder that the process runs in.
    Process,
    /// The image of a container.
    Image,
}

/// A host name that a configuration serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name, perhaps with `*` as its first label.
    pub host: String,
    /// Where it stands.
    pub start: Position,
}

/// What a configuration serves in one place: a server block, a virtual host, a bind line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    /// What it is, as the file calls it: `server`, `bind *:443`, `listener tcp`.
    pub title: String,
    /// The names that clients ask for, where the file says them.
    pub names: Vec<Name>,
}

/// A reference to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where the value begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The setting, as the manual spells it.
    pub directive: String,
    /// In which role the file is used.
    pub role: Role,
    /// What it must hold.
    pub kind: Kind,
    /// The path, with the variables of the same file replaced.
    pub target: String,
    /// Whether a variable is left in it, so that it says no path.
    pub unresolved: bool,
    /// From where it counts if it is relative.
    pub base: Base,
    /// Whether the program starts without the file.
    pub optional: bool,
    /// The [`Config::services`] that it belongs to.
    pub service: Option<usize>,
}

/// A certificate and the key that the program uses with it, as indices of [`Config::references`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The certificate.
    pub certificate: usize,
    /// The key.
    pub key: usize,
}

/// A reference to further configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// Where the value begins.
    pub start: Position,
    /// The path, perhaps with wildcards, or a folder.
    pub target: String,
    /// From where it counts if it is relative.
    pub base: Base,
}

/// A file or folder of the host that a container sees under another path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The container, by its name in the file.
    pub container: String,
    /// On the host: absolute, or relative to the folder of the file.
    pub source: String,
    /// Within the container, absolute.
    pub target: String,
}

/// What could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Where.
    pub start: Position,
    /// Why: a lower-case fragment.
    pub reason: String,
}

/// What one configuration file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The program that it is for.
    pub software: Software,
    /// References, in the order of the file.
    pub references: Vec<Reference>,
    /// Which of them belong together.
    pub pairs: Vec<Pair>,
    /// What is served.
    pub services: Vec<Service>,
    /// Further configuration.
    pub includes: Vec<Include>,
    /// Mounts of containers.
    pub mounts: Vec<Mount>,
    /// What could not be understood.
    pub trouble: Vec<Trouble>,
}

/// Reads a file if it is a configuration that can refer to certificates, told by its name and a
/// search for the words of its language; that is all that other files cost.
pub fn read(bytes: &[u8], path: &str) -> Option<Config> {
    let format = sniff::format(bytes, path)?;
    let software = format.software;
    let mut build = Build {
        config: Config {
            software,
            references: Vec::new(),
            pairs: Vec::new(),
            services: Vec::new(),
            includes: Vec::new(),
            mounts: Vec::new(),
            trouble: Vec::new(),
        },
    };
    if bytes.len() > LONGEST {
        build.trouble(
            0,
            "it is longer than 4 MiB, the most that is read of a configuration",
        );
        return Some(build.config);
    }
    let text = text::decode(bytes);
    (format.reader)(&text, path, &mut build);
    let mut config = build.config;
    text::place(&text, positions(&mut config));
    let nothing =
        config.references.is_empty() && config.mounts.is_empty() && config.trouble.is_empty();
    (!nothing).then_some(config)
}

/// Every position of a configuration.
fn positions(config: &mut Config) -> Vec<&mut Position> {
    let references = config
        .references
        .iter_mut()
        .flat_map(|reference| [&mut reference.start, &mut reference.end]);
    let names = config
        .services
        .iter_mut()
        .flat_map(|service| &mut service.names)
        .map(|name| &mut name.start);
    let includes = config.includes.iter_mut().map(|include| &mut include.start);
    let trouble = config.trouble.iter_mut().map(|trouble| &mut trouble.start);
    references
        .chain(names)
        .chain(includes)
        .chain(trouble)
        .collect()
}

/// What a setting means: a row of a language's table.
#[derive(Debug, Clone, Copy)]
struct Directive {
    name: &'static str,
    role: Role,
    kind: Kind,
}

/// A row of a table.
const fn row(name: &'static str, role: Role, kind: Kind) -> Directive {
    Directive { name, role, kind }
}

/// The row of a setting, whose name is compared without regard to case.
fn find<'t>(table: &'t [Directive], name: &str) -> Option<&'t Directive> {
    table.iter().find(|row| row.name.eq_ignore_ascii_case(name))
}

/// A configuration while it is read. Positions have only their byte until the end.
struct Build {
    config: Config,
}

impl Build {
    /// Adds a reference and gives its index; none where the value names no file, or where there
    /// are too many.
    fn refer(&mut self, directive: &str, row: Directive, value: &text::Word) -> Option<usize> {
        if value.text.is_empty() {
            return None;
        }
        let next = self.config.references.len();
        if next >= MOST_REFERENCES {
            if next == MOST_REFERENCES
                && self.config.trouble.last().is_none_or(|t| t.reason != MANY)
            {
                self.trouble(value.start, MANY);
            }
            return None;
        }
        self.config.references.push(Reference {
            start: text::byte(value.start),
            end: text::byte(value.end),
            directive: directive.to_owned(),
            role: row.role,
            kind: row.kind,
            target: value.text.clone(),
            unresolved: text::has_variable(&value.text),
            base: Base::Process,
            optional: false,
            service: None,
        });
        Some(next)
    }

    /// The reference of an index that [`Self::refer`] gave.
    fn reference(&mut self, index: usize) -> Option<&mut Reference> {
        self.config.references.get_mut(index)
    }

    /// Says from where all references count that do not know yet.
    fn rest_on(&mut self, base: &Base) {
        for reference in &mut self.config.references {
            if reference.base == Base::Process {
                reference.base = base.clone();
            }
        }
    }

    fn include(&mut self, value: &text::Word, base: Base) {
        if value.text.is_empty() || self.config.includes.len() >= MOST_REFERENCES {
            return;
        }
        self.config.includes.push(Include {
            start: text::byte(value.start),
            target: value.text.clone(),
            base,
        });
    }

    fn service(&mut self, title: &str) -> usize {
        self.config.services.push(Service {
            title: title.to_owned(),
            names: Vec::new(),
        });
        self.config.services.len() - 1
    }

    fn name(&mut self, service: usize, host: &text::Word) {
        if let Some(service) = self.config.services.get_mut(service) {
            service.names.push(Name {
                host: host.text.clone(),
                start: text::byte(host.start),
            });
        }
    }

    fn pair(&mut self, certificate: usize, key: usize) {
        let pair = Pair { certificate, key };
        if self.config.pairs.last() != Some(&pair) && self.config.pairs.len() < MOST_REFERENCES {
            self.config.pairs.push(pair);
        }
    }

    /// A certificate that has no key of its own beside it holds it itself.
    fn holds_key(&mut self, certificate: usize) {
        if let Some(reference) = self.reference(certificate)
            && reference.kind == Kind::Certificate
        {
            reference.kind = Kind::CertificateAndKey;
        }
    }

    fn trouble(&mut self, at: usize, reason: &str) {
        if self.config.trouble.len() < 100 {
            self.config.trouble.push(Trouble {
                start: text::byte(at),
                reason: reason.to_owned(),
            });
        }
    }
}

const MANY: &str = "it has more references than are read of one file";

#[cfg(test)]
mod tests;
