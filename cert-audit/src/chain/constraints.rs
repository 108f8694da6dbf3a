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
    /// Of a kind that is not evaluated, or not in the form of its kind, by the number of the
    /// kind's tag: names of that kind are refused.
    Other(u8),
}

/// The tag numbers of general names (RFC 5280 §4.2.1.6).
mod tag {
    pub(super) const OTHER_NAME: u8 = 0;
    pub(super) const EMAIL: u8 = 1;
    pub(super) const DNS: u8 = 2;
    pub(super) const X400: u8 = 3;
    pub(super) const DIRECTORY: u8 = 4;
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

    /// The number of its kind's tag.
    fn tag(&self) -> u8 {
        match self {
            Self::Dns(_) => tag::DNS,
            Self::Email(_) => tag::EMAIL,
            Self::Uri(_) => tag::URI,
            Self::Ip(_) => tag::IP,
            Self::Directory(_) => tag::DIRECTORY,
            Self::Other(tag) => *tag,
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

    /// How many subtrees there are: holding one name against all of them is so much work.
    pub fn len(&self) -> usize {
        self.permitted.len() + self.excluded.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
        match Claim::of(base) {
            Claim::Dns(dns) if is_host_base(&dns) => Self::Dns(dns),
            Claim::Email(email) if is_mailbox_base(&email) => Self::Email(email),
            Claim::Uri(host) => Self::Uri(host.to_ascii_lowercase()),
            Claim::Ip(bytes) => match bytes.split_at_checked(bytes.len() / 2) {
                Some((network, mask))
                    if network.len() == mask.len() && [4, 16].contains(&mask.len()) =>
                {
                    Self::Ip(network.to_vec(), mask.to_vec())
                }
                _ => Self::Other(tag::IP),
            },
            Claim::Directory(name) => Self::Directory(name),
            other => Self::Other(other.tag()),
        }
    }

    fn holds(&self, claim: &Claim) -> Hold {
        let inside = |inside: bool| if inside { Hold::Inside } else { Hold::Outside };
        match (self, claim) {
            (Self::Dns(base), Claim::Dns(name)) if is_host_claim(name) => {
                inside(is_host_below(name, base))
            }
            (Self::Dns(_), Claim::Dns(_)) => Hold::CannotTell,
            (Self::Email(base), Claim::Email(mailbox)) => email(mailbox, base),
            (Self::Uri(base), Claim::Uri(uri)) => match host_of(uri) {
                Some(host) => inside(match base.strip_prefix('.') {
                    Some(domain) => is_strictly_below(&host, domain),
                    None => host == *base,
                }),
                None => Hold::CannotTell,
            },
            (Self::Ip(network, mask), Claim::Ip(address)) => match address.len() {
                length if length == network.len() => {
                    let bits = address.iter().zip(mask).map(|(byte, mask)| byte & mask);
                    let wanted = network.iter().zip(mask).map(|(byte, mask)| byte & mask);
                    inside(bits.eq(wanted))
                }
                4 | 16 => Hold::Outside,
                _ => Hold::CannotTell,
            },
            (Self::Directory(base), Claim::Directory(name)) => inside(name.lies_below(base)),
            (Self::Other(kind), claim) if *kind == claim.tag() => Hold::CannotTell,
            _ => Hold::AnotherKind,
        }
    }
}

/// Whether a constraint on host names has their form: no wildcard and no empty label, but for a
/// dot in front, which many CAs write although RFC 5280 has it for URIs alone.
fn is_host_base(base: &str) -> bool {
    let labels = base.strip_prefix('.').unwrap_or(base);
    let labels = labels.strip_suffix('.').unwrap_or(labels);
    base.is_empty()
        || labels
            .split('.')
            .all(|label| !label.is_empty() && !label.contains('*'))
}

/// Whether a claimed host name has the form of one.
fn is_host_claim(name: &str) -> bool {
    let labels = name.strip_suffix('.').unwrap_or(name);
    !labels.is_empty() && labels.split('.').all(|label| !label.is_empty())
}

/// Whether a constraint on mailboxes is one mailbox, one host, or what lies below a host.
fn is_mailbox_base(base: &str) -> bool {
    match base.rsplit_once('@') {
        Some((local, host)) => is_local_part(local) && !host.is_empty(),
        None => true,
    }
}

/// Whether this can stand before the `@` of a mailbox: not empty, and without another `@` unless
/// it is quoted.
fn is_local_part(local: &str) -> bool {
    !local.is_empty() && (!local.contains('@') || local.starts_with('"') && local.ends_with('"'))
}

/// Whether a host name is `base` or lies below it; an empty base holds every name, and one with a
/// leading dot, which RFC 5280 does not have for host names, only what lies below.
fn is_host_below(name: &str, base: &str) -> bool {
    if base.is_empty() {
        return true;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let base = base.strip_suffix('.').unwrap_or(base);
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
    let Some((local, host)) = mailbox
        .rsplit_once('@')
        .filter(|(local, host)| is_local_part(local) && !host.is_empty())
    else {
        return Hold::CannotTell;
    };
    let host = host.to_ascii_lowercase();
    let inside = if let Some((wanted, base)) = base.rsplit_once('@') {
        // A whole mailbox: the local part is compared as it is written.
        local == wanted && host.eq_ignore_ascii_case(base)
    } else {
        let base = base.to_ascii_lowercase();
        match base.strip_prefix('.') {
            Some(domain) => is_strictly_below(&host, domain),
            None => base.is_empty() || host == base,
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
        ] {
            assert_eq!(constraints(&base, &[]).allow(&dns(name)), inside, "{name}");
            assert_eq!(constraints(&[], &base).allow(&dns(name)), !inside, "{name}");
        }
        // What is no host name is refused wherever host names are constrained.
        for name in [".host.example", "a..host.example", ""] {
            assert!(!constraints(&base, &[]).allow(&dns(name)), "{name}");
            assert!(!constraints(&[], &base).allow(&dns(name)), "{name}");
        }
        let below = [Subtree::Dns(".host.example".to_owned())];
        assert!(constraints(&below, &[]).allow(&dns("my.host.example")));
        assert!(!constraints(&below, &[]).allow(&dns("host.example")));
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
        let base = [Subtree::Email("example.com".to_owned())];
        for mailbox in ["a@b@example.com", "@example.com", "example.com", "a@"] {
            let claim = Claim::Email(mailbox.to_owned());
            assert!(!constraints(&base, &[]).allow(&claim), "{mailbox}");
            assert!(!constraints(&[], &base).allow(&claim), "{mailbox}");
        }
        let quoted = Claim::Email("\"a@b\"@example.com".to_owned());
        assert!(constraints(&base, &[]).allow(&quoted));
    }

    #[test]
    fn constraints_without_the_form_of_their_kind_refuse_its_names() {
        for base in [
            GeneralName::DNSName("*.example.com"),
            GeneralName::DNSName("a..example.com"),
            GeneralName::RFC822Name("a@b@example.com"),
            GeneralName::IPAddress(&[192, 0, 2, 1]),
        ] {
            let subtree = Subtree::of(&base);
            assert!(matches!(subtree, Subtree::Other(_)), "{base}");
            let claim = match base {
                GeneralName::DNSName(_) => dns("a.example.com"),
                GeneralName::RFC822Name(_) => Claim::Email("a@example.com".to_owned()),
                _ => Claim::Ip(vec![192, 0, 2, 1]),
            };
            assert!(!constraints(&[subtree], &[]).allow(&claim));
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
