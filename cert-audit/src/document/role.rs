//! What a certificate in a document is used for, by the name that the document gives it.

/// What something embedded or referred to is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// The document does not say.
    #[default]
    Unknown,
    /// Presented to others by a server, with its chain behind it.
    Served,
    /// Presented by a client.
    Client,
    /// Others are trusted by it.
    Trust,
    /// An authority that completes the chain of another certificate at the same place.
    Issuer,
    /// What others sign is checked with it: SAML, JWK.
    Signing,
    /// Others encrypt with it: SAML.
    Encryption,
    /// A private key.
    Key,
    /// A keystore, with keys or without.
    Keystore,
}

/// Names with the role that they give, as they begin, end or are: lower-case letters and digits
/// alone, so that `CA_CERT`, `caCert` and `ca.cert` are the same.
const NAMES: [(&str, Role); 31] = [
    ("cabundle", Role::Trust),
    ("cabundlecrt", Role::Trust),
    ("cabundlepem", Role::Trust),
    ("cacert", Role::Trust),
    ("cacertificate", Role::Trust),
    ("cacertificates", Role::Trust),
    ("cacertpem", Role::Trust),
    ("cacerts", Role::Trust),
    ("cachain", Role::Issuer),
    ("cacrt", Role::Trust),
    ("cadata", Role::Trust),
    ("capem", Role::Trust),
    ("certchain", Role::Served),
    ("certchainpem", Role::Served),
    ("certdata", Role::Client),
    ("certificateauthority", Role::Trust),
    ("certificateauthoritydata", Role::Trust),
    ("clientcert", Role::Client),
    ("clientcertificate", Role::Client),
    ("clientcertificatedata", Role::Client),
    ("clientcrt", Role::Client),
    ("fullchain", Role::Served),
    ("issuingca", Role::Issuer),
    ("rootca", Role::Trust),
    ("rootcertpem", Role::Trust),
    ("servercert", Role::Served),
    ("servercrt", Role::Served),
    ("serviceca", Role::Trust),
    ("servicecacrt", Role::Trust),
    ("tlscrt", Role::Served),
    ("trustbundle", Role::Trust),
];

/// Longer keys are no names.
const LONGEST: usize = 100;

impl Role {
    /// The role that a key of a document names.
    pub(super) fn of_key(key: &str) -> Self {
        if key.len() > LONGEST {
            return Self::Unknown;
        }
        let plain: String = key
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if let Ok(found) = NAMES.binary_search_by_key(&plain.as_str(), |&(name, _)| name) {
            return NAMES.get(found).map(|&(_, role)| role).unwrap_or_default();
        }
        if plain.contains("truststore") || plain.starts_with("trusted") {
            return Self::Trust;
        }
        // `ETCD_CA_CERT`, `internal-ca.crt`.
        let words: Vec<&str> = key.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        if words.iter().any(|word| word.eq_ignore_ascii_case("ca")) {
            return Self::Trust;
        }
        Self::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn names_give_roles_however_they_are_written() {
        for (key, role) in [
            ("tls.crt", Role::Served),
            ("ca.crt", Role::Trust),
            ("caBundle", Role::Trust),
            ("ca-bundle.crt", Role::Trust),
            ("CA_CERT", Role::Trust),
            ("etcd-ca.crt", Role::Trust),
            ("client-certificate-data", Role::Client),
            ("ca_chain", Role::Issuer),
            ("certificate", Role::Unknown),
            ("cat", Role::Unknown),
            ("", Role::Unknown),
        ] {
            assert_eq!(Role::of_key(key), role, "{key}");
        }
    }
}
