//! Whom a certificate must name, and whether it does (RFC 6125, RFC 9525).

use std::net::IpAddr;

use super::constraints::Claim;
use super::link::Link;

/// Whom the leaf must name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A host, in lower case.
    Dns(String),
    /// An address.
    Ip(IpAddr),
    /// A mailbox.
    Email(String),
}

impl Wanted {
    /// What a person writes: an address, a mailbox or a host name.
    pub fn of(text: &str) -> Self {
        if let Ok(ip) = text.parse() {
            Self::Ip(ip)
        } else if text.contains('@') {
            Self::Email(text.to_owned())
        } else {
            let text = text.strip_suffix('.').unwrap_or(text);
            Self::Dns(text.to_ascii_lowercase())
        }
    }

    /// Whether the alternative names of `leaf` say so; the common name is not looked at
    /// (RFC 9525 §2).
    pub fn is_named_by(&self, leaf: &Link) -> bool {
        leaf.names.iter().any(|claim| match (self, claim) {
            (Self::Dns(host), Claim::Dns(pattern)) => matches(pattern, host),
            (Self::Ip(IpAddr::V4(ip)), Claim::Ip(bytes)) => bytes == &ip.octets(),
            (Self::Ip(IpAddr::V6(ip)), Claim::Ip(bytes)) => bytes == &ip.octets(),
            (Self::Email(wanted), Claim::Email(mailbox)) => is_same_mailbox(wanted, mailbox),
            _ => false,
        }) || match self {
            // Certificates for mail from before there were alternative names.
            Self::Email(wanted) => leaf.subjects.iter().any(
                |claim| matches!(claim, Claim::Email(mailbox) if is_same_mailbox(wanted, mailbox)),
            ),
            _ => false,
        }
    }

    /// As a person writes it.
    pub fn shown(&self) -> String {
        match self {
            Self::Dns(text) | Self::Email(text) => text.clone(),
            Self::Ip(ip) => ip.to_string(),
        }
    }
}

/// A wildcard is the whole leftmost label and stands for exactly one.
fn matches(pattern: &str, host: &str) -> bool {
    let pattern = pattern.strip_suffix('.').unwrap_or(pattern);
    match pattern.strip_prefix("*.") {
        Some(domain) => host.split_once('.').is_some_and(|(label, rest)| {
            !label.is_empty() && rest == domain && domain.contains('.')
        }),
        None => pattern == host,
    }
}

/// The local part counts as it is written, the host does not (RFC 5280 §7.5).
fn is_same_mailbox(a: &str, b: &str) -> bool {
    match (a.rsplit_once('@'), b.rsplit_once('@')) {
        (Some((local, host)), Some((other, there))) => {
            local == other && host.eq_ignore_ascii_case(there)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_one_label() {
        for (pattern, host, named) in [
            ("api.example.com", "api.example.com", true),
            ("*.example.com", "api.example.com", true),
            ("*.example.com", "a.api.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.com", "example.com", false),
            ("a*.example.com", "api.example.com", false),
            ("api.example.com.", "api.example.com", true),
        ] {
            assert_eq!(matches(pattern, host), named, "{pattern} {host}");
        }
    }

    #[test]
    fn what_a_person_writes() {
        assert_eq!(
            Wanted::of("API.example."),
            Wanted::Dns("api.example".to_owned())
        );
        assert_eq!(Wanted::of("192.0.2.1").shown(), "192.0.2.1");
        assert_eq!(Wanted::of("2001:DB8::1").shown(), "2001:db8::1");
        assert_eq!(
            Wanted::of("a@b.example"),
            Wanted::Email("a@b.example".to_owned())
        );
    }
}
