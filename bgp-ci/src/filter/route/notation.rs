//! placeholder
/// x
#[derive(Debug)]
pub struct NotationError;
