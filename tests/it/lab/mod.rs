//! Our models of routers against the routers' own daemons.

mod filters;
