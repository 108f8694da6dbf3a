//! What a review would otherwise have to remember: rules about this repository itself, as tests.

mod documentation;
mod manifests;
mod sources;
