//! Placeholder.
pub mod base64;
pub mod certificate;
pub mod der;
pub mod instant;
pub mod name;
pub mod pem;
pub mod threshold;
