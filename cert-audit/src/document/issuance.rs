//! What a cert-manager `Certificate` asks for and has.

use super::tree::{Id, Tree};
use crate::instant::Instant;

/// A `Certificate` of cert-manager.io: it renews what lies in its Secret, and says when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issuance {
    /// `spec.secretName`: where certificate and key are put, in the same namespace.
    pub secret: Option<String>,
    /// `spec.commonName`.
    pub common_name: Option<String>,
    /// `spec.dnsNames`, `ipAddresses`, `uris` and `emailAddresses`, as reports write them:
    /// `dns:api.example`.
    pub names: Vec<String>,
    /// `spec.duration` in seconds; cert-manager asks for 90 days without it.
    pub duration: Option<i64>,
    /// `spec.renewBefore` in seconds.
    pub renew_before: Option<i64>,
    /// `spec.renewBeforePercentage`.
    pub renew_before_share: Option<u32>,
    /// `spec.issuerRef`: kind and name.
    pub issuer: Option<String>,
    /// `status.notBefore` of the certificate that it has.
    pub not_before: Option<Instant>,
    /// `status.notAfter` of the certificate that it has.
    pub not_after: Option<Instant>,
    /// `status.renewalTime`: when it is to be renewed. Past it, renewal is overdue.
    pub renewal: Option<Instant>,
    /// Whether the condition `Ready` is true, and its reason.
    pub ready: Option<(bool, String)>,
}

/// Reads the object at `map`, which is a `Certificate`.
pub(super) fn of(tree: &Tree<'_>, map: Id) -> Issuance {
    let text = |path: &[&str]| tree.text_at(map, path).map(str::to_owned);
    let duration = |key: &str| tree.text_at(map, &["spec", key]).and_then(seconds);
    let time = |key: &str| {
        let text = tree.text_at(map, &["status", key])?;
        Some(Instant::of_timestamp(text.parse().ok()?))
    };
    let mut names = Vec::new();
    for (key, kind) in [
        ("dnsNames", "dns"),
        ("ipAddresses", "ip"),
        ("uris", "uri"),
        ("emailAddresses", "email"),
    ] {
        let listed = tree.at(map, &["spec", key]);
        let listed = listed.map_or(&[][..], |list| tree.children(list));
        let listed = listed.iter().filter_map(|&name| tree.text(name));
        names.extend(listed.map(|name| format!("{kind}:{name}")));
    }
    let issuer = tree
        .text_at(map, &["spec", "issuerRef", "name"])
        .map(|name| {
            let kind = tree.text_at(map, &["spec", "issuerRef", "kind"]);
            format!("{}/{name}", kind.unwrap_or("Issuer"))
        });
    Issuance {
        secret: text(&["spec", "secretName"]),
        common_name: text(&["spec", "commonName"]),
        names,
        duration: duration("duration"),
        renew_before: duration("renewBefore"),
        renew_before_share: tree
            .text_at(map, &["spec", "renewBeforePercentage"])
            .and_then(|text| text.parse().ok()),
        issuer,
        not_before: time("notBefore"),
        not_after: time("notAfter"),
        renewal: time("renewalTime"),
        ready: ready(tree, map),
    }
}

fn ready(tree: &Tree<'_>, map: Id) -> Option<(bool, String)> {
    let conditions = tree.children(tree.at(map, &["status", "conditions"])?);
    conditions
        .iter()
        .find(|&&condition| tree.text_at(condition, &["type"]) == Some("Ready"))
        .map(|&condition| {
            let status = tree.text_at(condition, &["status"]) == Some("True");
            let reason = tree.text_at(condition, &["reason"]).unwrap_or_default();
            (status, reason.to_owned())
        })
}

/// A duration as Go writes it: `2160h`, `1h30m`, `1.5h`. Fractions of a second are dropped.
fn seconds(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    let mut total = 0_i64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at_checked(number)?;
        if number.is_empty() {
            return None;
        }
        let unit = behind
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(unit)?;
        let scale = match unit {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            "ms" | "us" | "µs" | "ns" => 0,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let whole: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        total = total.saturating_add(whole.saturating_mul(scale));
        // Four digits are more than the seconds of an hour need.
        let digits = fraction.get(..fraction.len().min(4))?;
        if !digits.is_empty() {
            let base = 10_i64.pow(u32::try_from(digits.len()).ok()?);
            total = total.saturating_add(digits.parse::<i64>().ok()? * scale / base);
        }
        rest = behind;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::super::yaml;
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, expected) in [
            ("2160h", Some(7_776_000)),
            ("2160h0m0s", Some(7_776_000)),
            ("1h30m", Some(5400)),
            ("1.5h", Some(5400)),
            ("90s500ms", Some(90)),
            ("", None),
            ("30", None),
            ("30d", None),
            ("h", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn an_object_is_read() {
        let source = "spec:\n  secretName: api-tls\n  dnsNames: [api.example, '*.api.example']\n  \
                      ipAddresses: [192.0.2.1]\n  duration: 2160h\n  renewBefore: 360h\n  \
                      issuerRef: {name: internal, kind: ClusterIssuer}\nstatus:\n  \
                      notAfter: \"2026-12-01T00:00:00Z\"\n  renewalTime: 2026-11-16T00:00:00Z\n  \
                      conditions:\n  - {type: Issuing, status: \"True\"}\n  - type: Ready\n    \
                      status: \"False\"\n    reason: Expired\n";
        let (trees, _) = yaml::parse(source);
        let issuance = of(trees.first().expect("one document"), 0);
        assert_eq!(issuance.secret.as_deref(), Some("api-tls"));
        assert_eq!(
            issuance.names,
            ["dns:api.example", "dns:*.api.example", "ip:192.0.2.1"]
        );
        assert_eq!(issuance.duration, Some(7_776_000));
        assert_eq!(issuance.renew_before, Some(1_296_000));
        assert_eq!(issuance.issuer.as_deref(), Some("ClusterIssuer/internal"));
        let renewal = issuance.renewal.map(Instant::rfc3339);
        assert_eq!(renewal.as_deref(), Some("2026-11-16T00:00:00Z"));
        assert_eq!(issuance.ready, Some((false, "Expired".to_owned())));
        assert_eq!(issuance.not_before, None);
    }
}
