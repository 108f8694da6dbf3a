//! One task a connection: read the service's name, choose a machine, copy bytes both ways.

use std::io;
use std::sync::Arc;

use tokio::io::{copy_bidirectional, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream};

use crate::balancer::Balancer;
use crate::catalog::{Catalog, ServiceId};

/// What every connection shares.
pub struct Proxy {
    balancer: Arc<Balancer>,
    catalog: Arc<Catalog>,
}

impl Proxy {
    /// A proxy that chooses with `balancer` among what `catalog` knows.
    pub fn new(balancer: Arc<Balancer>, catalog: Arc<Catalog>) -> Self {
        Self { balancer, catalog }
    }

    /// Serves connections until the listener fails.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        let proxy = Arc::new(self);
        loop {
            let (client, _) = listener.accept().await?;
            let proxy = Arc::clone(&proxy);
            tokio::spawn(async move {
                if let Err(error) = proxy.forward(client).await {
                    eprintln!("connection failed: {error}");
                }
            });
        }
    }

    /// Forwards one connection. `client.read` is no lock, whatever it is called.
    async fn forward(&self, mut client: TcpStream) -> io::Result<()> {
        let mut name = [0; 8];
        if client.read(&mut name).await? < name.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let service = ServiceId(u64::from_be_bytes(name));
        let machines = self.catalog.machines(service).await;
        let Some(machine) = self.balancer.choose(service, &machines) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let mut upstream = TcpStream::connect(machine).await?;
        self.balancer.take(service);
        let copied = copy_bidirectional(&mut client, &mut upstream).await;
        self.balancer.release(service);
        copied.map(|_| ())
    }
}
