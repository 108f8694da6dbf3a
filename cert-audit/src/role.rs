//! What certificates are there for.

/// What a certificate is there for, at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It is shown to those who connect.
    Server,
    /// It is shown to servers that are connected to.
    Client,
    /// Both, as members of a cluster do.
    Peer,
    /// Others' certificates are held against it.
    Trust,
    /// What others sign is checked with it, or something is signed with its key.
    Signer,
}

impl Role {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Peer => "peer",
            Self::Trust => "trust",
            Self::Signer => "signer",
        }
    }
}
