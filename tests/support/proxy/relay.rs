//! The proxy's thread: one listener, one task for each connection.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Counts, Mode};

#[derive(Clone)]
pub(super) struct Serve {
    pub(super) listen: SocketAddr,
    pub(super) upstream: String,
    pub(super) modes: watch::Receiver<Mode>,
    pub(super) reset: watch::Receiver<u64>,
    pub(super) counts: Arc<Counts>,
}

#[derive(Clone, Copy)]
enum Way {
    ToServer,
    ToClient,
}

impl Serve {
    /// Serves until the proxy is dropped; says so through `ready` once it listens.
    pub(super) fn run(self, ready: &Sender<()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        // An error closes `ready` unused, or makes the test's next connection fail.
        let _ = runtime.block_on(self.accept(ready));
    }

    async fn accept(mut self, ready: &Sender<()>) -> io::Result<()> {
        let mut listener = Some(TcpListener::bind(self.listen).await?);
        let mut connections = JoinSet::new();
        let _ = ready.send(());
        loop {
            tokio::select! {
                changed = self.modes.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    let refuse = *self.modes.borrow_and_update() == Mode::Refuse;
                    if refuse {
                        listener = None;
                    } else if listener.is_none() {
                        listener = Some(TcpListener::bind(self.listen).await?);
                    }
                }
                accepted = accept_from(listener.as_ref()) => {
                    let Ok((client, _)) = accepted else { continue };
                    self.counts.accepted.fetch_add(1, Ordering::SeqCst);
                    if *self.modes.borrow() != Mode::AcceptThenClose {
                        // Resets from before this connection are none of its business.
                        self.reset.borrow_and_update();
                        connections.spawn(self.clone().connection(client));
                    }
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }

    async fn connection(self, mut client: TcpStream) {
        self.counts.open.fetch_add(1, Ordering::SeqCst);
        let mut reset = self.reset.clone();
        let mut server = None;
        tokio::select! {
            // Both ends of the channel: a reset on command, or the proxy is gone.
            _ = reset.changed() => abort(&client, server.as_ref()),
            result = self.relay(&mut client, &mut server) => {
                if result.is_err() {
                    abort(&client, server.as_ref());
                }
            }
        }
        drop((client, server));
        self.counts.open.fetch_sub(1, Ordering::SeqCst);
    }

    async fn relay(&self, client: &mut TcpStream, server: &mut Option<TcpStream>) -> io::Result<()> {
        let mut modes = self.modes.clone();
        passes(&mut modes, Way::ToServer).await;
        let server = server.insert(TcpStream::connect(&self.upstream).await?);
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::try_join!(
            pump(from_client, to_server, self.modes.clone(), Way::ToServer),
            pump(from_server, to_client, self.modes.clone(), Way::ToClient),
        )?;
        Ok(())
    }
}

async fn accept_from(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

async fn pump(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut modes: watch::Receiver<Mode>,
    way: Way,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer).await;
        // Whatever arrived while the way is cut, also an end or an error, waits here.
        tokio::time::sleep(passes(&mut modes, way).await).await;
        match read? {
            0 => return to.shutdown().await,
            size => to.write_all(&buffer[..size]).await?,
        }
    }
}

/// Returns once traffic may pass this way, with the delay it suffers.
async fn passes(modes: &mut watch::Receiver<Mode>, way: Way) -> Duration {
    loop {
        match (*modes.borrow_and_update(), way) {
            (Mode::Slow(delay), _) => return delay,
            (Mode::BlackHole, _) | (Mode::HoldToServer, Way::ToServer) | (Mode::HoldToClient, Way::ToClient) => {}
            _ => return Duration::ZERO,
        }
        if modes.changed().await.is_err() {
            return Duration::ZERO;
        }
    }
}

fn abort(client: &TcpStream, server: Option<&TcpStream>) {
    for stream in [Some(client), server].into_iter().flatten() {
        // Without it the connection is closed in good order: still closed.
        let _ = stream.set_zero_linger();
    }
}
