use super::running::Running;
use crate::error::Result;

/// Runs until SIGTERM or Ctrl-C, then shuts down; a second signal ends the process's work at once.
pub(super) async fn until_asked_to_stop(running: Running) -> Result<()> {
    let mut asked = Asked::new()?;
    asked.next().await;
    tracing::info!("stopping: running handlers finish, the rest goes back to the broker");
    tokio::select! {
        finished = running.shutdown() => {
            if !finished {
                tracing::warn!("handlers were still running after the grace period; their events come again");
            }
        }
        () = asked.next() => tracing::warn!("stopped at once; events in hand come again"),
    }
    Ok(())
}

#[cfg(unix)]
struct Asked {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Asked {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Asked;

#[cfg(not(unix))]
impl Asked {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without a way to listen there is nothing to wait for.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
