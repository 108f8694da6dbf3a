//! The integration tests.

mod oracle;
