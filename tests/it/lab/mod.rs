//! Our models of routers against the routers' own daemons.

mod configurations;
mod filters;
mod frr;
mod grammar;
mod wire;
