//! The policy of the estate.

use super::bulk::TEAMS;

/// The variable that holds the keystores' password.
pub const PASSWORD_VARIABLE: &str = "ESTATE_PASSWORD";

/// The policy as text.
pub(super) fn text() -> String {
    let owners: Vec<String> = TEAMS
        .iter()
        .map(|team| {
            format!("    - {{ match: {{ path: \"**/fleet/{team}/**\" }}, owner: {team} }}\n")
        })
        .collect();
    let owners = owners.concat();
    format!(
        r#"version: 1
exemptions:
  - {{ rule: expired, match: {{ path: "**/exempted/**" }}, until: 2027-01-01, reason: it is replaced in December }}
certs:
  assign:
{owners}    - {{ match: {{ path: "**/owned/**" }}, owner: owners, runbook: docs/renew.md }}
    - {{ match: {{ path: "**/allowed/**" }}, level: allow }}
    - {{ match: {{ path: "**/warned/**" }}, level: warn }}
    - {{ match: {{ path: "**/names/**" }}, expect-san: [another.example] }}
  trust: {{ roots: [estate/anchors/company.pem], anchor-expiry: strict }}
  expect:
    - {{ path: estate/expected/gone.pem }}
    - {{ path: estate/expected/nothing.txt }}
  passwords:
    - {{ match: {{ path: "**/fleet/*/pkcs12-*/**" }}, env: {PASSWORD_VARIABLE} }}
    - {{ match: {{ path: "**/states/pkcs12-*/**" }}, env: {PASSWORD_VARIABLE} }}
"#
    )
}
