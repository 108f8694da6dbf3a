//! Name constraints (RFC 5280 §4.2.1.10): which names a CA may vouch for.

use std::net::IpAddr;

use x509_parser::extensions::{GeneralName, NameConstraints};

use super::canonical::CanonicalName;

/// A name that a certificate claims, in a form that constraints can be held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// A host name.
    Dns(String),
    /// A mailbox: local part and host.
    Email(String),
    /// A URI.
    Uri(String),
    /// An address, 4 or 16 bytes.
    Ip(Vec<u8>),
    /// A distinguished name.
    Directory(CanonicalName),
    /// Of another kind, by the number of its tag.
    Other(u8),
}

/// What of the names below it a CA allows or forbids.
#[derive(Debug, Clone, Default)]
pub struct Constraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
}

#[derive(Debug, Clone)]
enum Subtree {
    Dns(String),
    Email(String),
    Uri(String),
    /// Address and mask.
    Ip(Vec<u8>, Vec<u8>),
    Directory(CanonicalName),
    /// A kind that is not evaluated, by the number of its tag: names of that kind are refused.
    Other(u8),
}

/// The tag numbers of general names (RFC 5280 §4.2.1.6).
mod tag {
    pub(super) const OTHER_NAME: u8 = 0;
    pub(super) const X400: u8 = 3;
    pub(super) const EDI_PARTY: u8 = 5;
    pub(super) const URI: u8 = 6;
    pub(super) const IP: u8 = 7;
    pub(super) const REGISTERED_ID: u8 = 8;
}

impl Claim {
    /// The claim of a general name.
    pub fn of(name: &GeneralName<'_>) -> Self {
        match name {
            GeneralName::DNSName(dns) => Self::Dns(dns.to_ascii_lowercase()),
            GeneralName::RFC822Name(email) => Self::Email((*email).to_owned()),
            GeneralName::URI(uri) => Self::Uri((*uri).to_owned()),
            GeneralName::IPAddress(bytes) => Self::Ip(bytes.to_vec()),
            GeneralName::DirectoryName(name) => Self::Directory(CanonicalName::of(name)),
            GeneralName::OtherName(..) => Self::Other(tag::OTHER_NAME),
            GeneralName::X400Address(_) => Self::Other(tag::X400),
            GeneralName::EDIPartyName(_) => Self::Other(tag::EDI_PARTY),
            GeneralName::RegisteredID(_) => Self::Other(tag::REGISTERED_ID),
            GeneralName::Invalid(tag, _) => Self::Other(u8::try_from(tag.0).unwrap_or(u8::MAX)),
        }
    }

    /// As a person writes it.
    pub fn shown(&self) -> String {
        match self {
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) => text.clone(),
            Self::Ip(bytes) => address(bytes).map_or_else(
                || "an address that cannot be read".to_owned(),
                |ip| ip.to_string(),
            ),
            Self::Directory(_) => "its subject".to_owned(),
            Self::Other(_) => "a name of a kind that is not evaluated".to_owned(),
        }
    }
}

impl Constraints {
    /// The constraints of a parsed extension.
    pub fn of(parsed: &NameConstraints<'_>) -> Self {
        let list = |subtrees: &Option<Vec<x509_parser::extensions::GeneralSubtree<'_>>>| {
            let subtrees = subtrees.iter().flatten();
            subtrees.map(|subtree| Subtree::of(&subtree.base)).collect()
        };
        Self {
            permitted: list(&parsed.permitted_subtrees),
            excluded: list(&parsed.excluded_subtrees),
        }
    }

    /// Whether `claim` is allowed.
    ///
    /// A kind of name without a permitted subtree is not restricted by them; a name that cannot be
    /// held against a subtree of its kind is refused.
    pub fn allow(&self, claim: &Claim) -> bool {
        let mut restricted = false;
        let mut permitted = false;
        for subtree in &self.permitted {
            match subtree.holds(claim) {
                Hold::AnotherKind => {}
                Hold::Inside => (restricted, permitted) = (true, true),
                Hold::Outside | Hold::CannotTell => restricted = true,
            }
        }
        let excluded = self
            .excluded
            .iter()
            .any(|subtree| matches!(subtree.holds(claim), Hold::Inside | Hold::CannotTell));
        !excluded && (!restricted || permitted)
    }
}

/// How a name stands to a subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    AnotherKind,
    Inside,
    Outside,
    CannotTell,
}

impl Subtree {
    fn of(base: &GeneralName<'_>) -> Self {
        match base {
            GeneralName::DNSName(dns) => Self::Dns(dns.to_ascii_lowercase()),
            GeneralName::RFC822Name(email) => Self::Email((*email).to_owned()),
            GeneralName::URI(host) => Self::Uri(host.to_ascii_lowercase()),
            GeneralName::IPAddress(bytes) => {
                let half = bytes.len() / 2;
                match bytes.split_at_checked(half) {
                    Some((network, mask))
                        if [4, 16].contains(&half) && network.len() == mask.len() =>
                    {
                        Self::Ip(network.to_vec(), mask.to_vec())
                    }
                    _ => Self::Other(tag::IP),
                }
            }
            GeneralName::DirectoryName(name) => Self::Directory(CanonicalName::of(name)),
            other => match Claim::of(other) {
                Claim::Other(tag) => Self::Other(tag),
                _ => Self::Other(tag::URI),
            },
        }
    }

    fn holds(&self, claim: &Claim) -> Hold {
        let inside = |inside: bool| if inside { Hold::Inside } else { Hold::Outside };
        match (self, claim) {
            (Self::Dns(base), Claim::Dns(name)) => inside(is_host_below(name, base)),
            (Self::Email(base), Claim::Email(mailbox)) => email(mailbox, base),
            (Self::Uri(base), Claim::Uri(uri)) => match host_of(uri) {
                Some(host) => inside(match base.strip_prefix('.') {
                    Some(domain) => is_strictly_below(&host, domain),
                    None => host == *base,
                }),
                None => Hold::CannotTell,
            },
            (Self::Ip(network, mask), Claim::Ip(address)) if network.len() == address.len() => {
                let bits = address.iter().zip(mask).map(|(byte, mask)| byte & mask);
                let wanted = network.iter().zip(mask).map(|(byte, mask)| byte & mask);
                inside(bits.eq(wanted))
            }
            (Self::Ip(..), Claim::Ip(_)) => Hold::Outside,
            (Self::Directory(base), Claim::Directory(name)) => inside(name.lies_below(base)),
            (Self::Other(tag::IP), Claim::Ip(_)) => Hold::CannotTell,
            (Self::Other(kind), Claim::Other(other)) if kind == other => Hold::CannotTell,
            _ => Hold::AnotherKind,
        }
    }
}

/// Whether a host name is `base` or lies below it; an empty base holds every name, and one with a
/// leading dot, which RFC 5280 does not have for host names, only what lies below.
fn is_host_below(name: &str, base: &str) -> bool {
    if base.is_empty() {
        return true;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    match base.strip_prefix('.') {
        Some(domain) => is_strictly_below(name, domain),
        None => name == base || is_strictly_below(name, base),
    }
}

/// Whether `host` has labels in front of `domain`.
fn is_strictly_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|labels| labels.len() > 1 && labels.ends_with('.'))
}

fn email(mailbox: &str, base: &str) -> Hold {
    let Some((local, host)) = mailbox.rsplit_once('@') else {
        return Hold::CannotTell;
    };
    let host = host.to_ascii_lowercase();
    let inside = match base.rsplit_once('@') {
        // A whole mailbox: the local part is compared as it is written.
        Some((wanted, base)) => local == wanted && host == base.to_ascii_lowercase(),
        None => {
            let base = base.to_ascii_lowercase();
            match base.strip_prefix('.') {
                Some(domain) => is_strictly_below(&host, domain),
                None => base.is_empty() || host == base,
            }
        }
    };
    if inside { Hold::Inside } else { Hold::Outside }
}

/// The host of a URI in lower case; `None` where it has none, or it is an address.
fn host_of(uri: &str) -> Option<String> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return None;
    }
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let usable = !host.is_empty() && host.parse::<IpAddr>().is_err();
    usable.then(|| host.to_ascii_lowercase())
}

/// An address of 4 or 16 bytes.
fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constraints(permitted: &[Subtree], excluded: &[Subtree]) -> Constraints {
        Constraints {
            permitted: permitted.to_vec(),
            excluded: excluded.to_vec(),
        }
    }

    fn dns(name: &str) -> Claim {
        Claim::Dns(name.to_owned())
    }

    #[test]
    fn host_names() {
        let base = [Subtree::Dns("host.example".to_owned())];
        for (name, inside) in [
            ("host.example", true),
            ("my.host.example", true),
            ("my.host.example.", true),
            ("ghost.example", false),
            ("example", false),
            (".host.example", false),
        ] {
            assert_eq!(constraints(&base, &[]).allow(&dns(name)), inside, "{name}");
            assert_eq!(constraints(&[], &base).allow(&dns(name)), !inside, "{name}");
        }
        let all = [Subtree::Dns(String::new())];
        assert!(!constraints(&[], &all).allow(&dns("a.example")));
        // Another kind of name is not restricted.
        assert!(constraints(&base, &[]).allow(&Claim::Email("a@b.example".to_owned())));
    }

    #[test]
    fn mailboxes() {
        for (base, mailbox, inside) in [
            ("root@example.com", "root@Example.COM", true),
            ("root@example.com", "Root@example.com", false),
            ("example.com", "a@example.com", true),
            ("example.com", "a@mail.example.com", false),
            (".example.com", "a@mail.example.com", true),
            (".example.com", "a@example.com", false),
        ] {
            let allowed = constraints(&[Subtree::Email(base.to_owned())], &[])
                .allow(&Claim::Email(mailbox.to_owned()));
            assert_eq!(allowed, inside, "{base} {mailbox}");
        }
    }

    #[test]
    fn hosts_of_uris() {
        for (uri, host) in [
            ("https://Host.example/path", Some("host.example")),
            ("https://user@host.example:443", Some("host.example")),
            ("spiffe://trust.example/service", Some("trust.example")),
            ("https://192.0.2.1/", None),
            ("https://[2001:db8::1]/", None),
            ("urn:isbn:1", None),
        ] {
            assert_eq!(host_of(uri).as_deref(), host, "{uri}");
        }
        // What has no host cannot be held against a constraint of its kind, and is refused.
        let base = [Subtree::Uri("host.example".to_owned())];
        assert!(!constraints(&base, &[]).allow(&Claim::Uri("urn:isbn:1".to_owned())));
        assert!(!constraints(&[], &base).allow(&Claim::Uri("urn:isbn:1".to_owned())));
    }

    #[test]
    fn addresses_by_mask() {
        let net = Subtree::Ip(vec![192, 0, 2, 0], vec![255, 255, 255, 0]);
        let inside = Claim::Ip(vec![192, 0, 2, 9]);
        let outside = Claim::Ip(vec![198, 51, 100, 1]);
        let v6 = Claim::Ip(vec![0; 16]);
        let permitted = constraints(std::slice::from_ref(&net), &[]);
        assert!(permitted.allow(&inside));
        assert!(!permitted.allow(&outside));
        assert!(!permitted.allow(&v6));
        let excluded = constraints(&[], &[net]);
        assert!(!excluded.allow(&inside));
        assert!(excluded.allow(&outside));
    }

    #[test]
    fn kinds_that_are_not_evaluated_are_refused_where_they_are_constrained() {
        let other = constraints(&[Subtree::Other(tag::OTHER_NAME)], &[]);
        assert!(!other.allow(&Claim::Other(tag::OTHER_NAME)));
        assert!(other.allow(&Claim::Other(tag::REGISTERED_ID)));
    }
}
