//! Whether a certificate names somebody (RFC 9525, before it RFC 6125).

use std::net::IpAddr;

/// Whether one of the alternative names, written as `dns:…`, `ip:…` and so on, says `wanted`: a
/// host name, `*.` and a domain, an address, a mailbox, or a URI.
///
/// The common name is not looked at (RFC 9525 §2).
pub(crate) fn is_named(sans: &[String], wanted: &str) -> bool {
    sans.iter()
        .filter_map(|san| san.split_once(':'))
        .any(|(kind, name)| says(kind, name, wanted))
}

/// Whether one of the names can name a server: everything but a mailbox.
pub(crate) fn names_a_server(sans: &[String]) -> bool {
    sans.iter().any(|san| !san.starts_with("email:"))
}

fn says(kind: &str, name: &str, wanted: &str) -> bool {
    match kind {
        "dns" => is_host(name, wanted),
        "ip" => match (name.parse::<IpAddr>(), wanted.parse::<IpAddr>()) {
            (Ok(name), Ok(wanted)) => name == wanted,
            _ => false,
        },
        "email" => match (name.rsplit_once('@'), wanted.rsplit_once('@')) {
            // The local part counts as it is written, the host does not (RFC 5280 §7.5).
            (Some((local, host)), Some((wanted, there))) => {
                local == wanted && host.eq_ignore_ascii_case(there)
            }
            _ => false,
        },
        "uri" => is_uri(name, wanted),
        _ => name == wanted,
    }
}

/// A wildcard is the whole leftmost label and stands for exactly one; a wildcard that is wanted
/// must be there as it is.
fn is_host(name: &str, wanted: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let wanted = wanted.strip_suffix('.').unwrap_or(wanted);
    if name.eq_ignore_ascii_case(wanted) {
        return true;
    }
    let Some(domain) = name.strip_prefix("*.") else {
        return false;
    };
    wanted.split_once('.').is_some_and(|(label, rest)| {
        !label.is_empty()
            && label != "*"
            && domain.contains('.')
            && wanted.parse::<IpAddr>().is_err()
            && rest.eq_ignore_ascii_case(domain)
    })
}

/// Scheme and host in any case (RFC 3986 §6.2.2), the rest as it is written.
fn is_uri(name: &str, wanted: &str) -> bool {
    let parts = |uri: &str| {
        let (scheme, rest) = uri.split_once("://")?;
        let end = rest.find('/').unwrap_or(rest.len());
        let (host, path) = rest.split_at_checked(end)?;
        Some((
            scheme.to_ascii_lowercase(),
            host.to_ascii_lowercase(),
            path.to_owned(),
        ))
    };
    match (parts(name), parts(wanted)) {
        (Some(name), Some(wanted)) => name == wanted,
        _ => name == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        for (san, wanted, named) in [
            ("dns:api.example.com", "API.Example.com.", true),
            ("dns:*.example.com", "api.example.com", true),
            ("dns:*.example.com", "a.b.example.com", false),
            ("dns:*.example.com", "example.com", false),
            ("dns:*.example.com", "*.example.com", true),
            ("dns:*.example.com", "*.b.example.com", false),
            ("dns:a.example.com", "*.example.com", false),
            ("dns:*.com", "example.com", false),
            ("dns:*.0.2.1", "192.0.2.1", false),
            ("ip:2001:db8::1", "2001:DB8:0::1", true),
            ("ip:192.0.2.1", "192.0.2.2", false),
            ("dns:192.0.2.1", "192.0.2.1", true),
            ("email:a@example.com", "a@EXAMPLE.com", true),
            ("email:a@example.com", "A@example.com", false),
            (
                "uri:spiffe://example.org/api",
                "SPIFFE://example.org/api",
                true,
            ),
            (
                "uri:spiffe://example.org/api",
                "spiffe://example.org/API",
                false,
            ),
            ("uri:spiffe://example.org/api", "example.org", false),
        ] {
            assert_eq!(is_named(&[san.to_owned()], wanted), named, "{san} {wanted}");
        }
    }

    #[test]
    fn a_mailbox_names_no_server() {
        assert!(!names_a_server(&["email:a@example.com".to_owned()]));
        assert!(names_a_server(&["uri:spiffe://example.org/api".to_owned()]));
    }
}
