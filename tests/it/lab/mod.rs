//! Our models of routers against the routers' own daemons.

mod configurations;
mod coverage;
mod filters;
mod frr;
mod grammar;
mod learned;
mod networks;
mod symbolic;
mod wire;
