//! Our models of routers against the routers' own daemons.

mod configurations;
mod filters;
mod wire;
mod grammar;
