//! The edge proxy: accepts a connection, asks the balancer for a machine, copies bytes.

mod balancer;
mod catalog;
mod proxy;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::balancer::Balancer;
use crate::catalog::Catalog;
use crate::proxy::Proxy;

/// How often the load table is swept of machines that are gone.
const SWEEP: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let catalog = Arc::new(Catalog::default());
    let balancer = Arc::new(Balancer::new(Arc::clone(&catalog)));

    let sweeper = Arc::clone(&balancer);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(SWEEP).await;
            sweeper.sweep();
        }
    });

    let listener = TcpListener::bind(("0.0.0.0", 8443)).await?;
    Proxy::new(balancer, catalog).serve(listener).await
}
