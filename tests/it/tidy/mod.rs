//! What a review would otherwise have to remember: rules about this repository itself, as tests.

mod documentation;
mod example;
mod manifests;
mod own_source;
mod registry;
mod sources;
mod wording;
