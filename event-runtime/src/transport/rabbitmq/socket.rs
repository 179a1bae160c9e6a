//! A second handle to a connection's socket, to end it when the client library would wait for ever.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// Ends the socket when it is dropped. A connection attempt that is given up leaves a thread behind otherwise, which
/// waits for ever for an answer.
#[derive(Default)]
pub(super) struct Lifeline(Arc<Socket>);

impl Lifeline {
    /// Where the socket is put once there is one.
    pub(super) fn keeper(&self) -> Arc<Socket> {
        Arc::clone(&self.0)
    }

    /// Ends it now.
    pub(super) fn shut(&self) {
        self.0.shut();
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        self.shut();
    }
}

/// The socket of one connection.
#[derive(Default)]
pub(super) struct Socket(Mutex<Kept>);

#[derive(Default)]
enum Kept {
    #[default]
    Nothing,
    Open(TcpStream),
    Shut,
}

impl Socket {
    /// Keeps a handle to the socket of `stream`; shuts it when that was asked for before.
    pub(super) fn keep(&self, stream: &tokio::net::TcpStream) {
        let Ok(socket) = duplicate(stream) else { return };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *kept {
            Kept::Shut => end(&socket),
            _ => *kept = Kept::Open(socket),
        }
    }

    /// Both directions, now and for any socket that is kept later.
    fn shut(&self) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Kept::Open(socket) = std::mem::replace(&mut *kept, Kept::Shut) {
            end(&socket);
        }
    }
}

fn end(socket: &TcpStream) {
    // It fails when the other side was first.
    let _ = socket.shutdown(Shutdown::Both);
}

#[cfg(unix)]
fn duplicate(stream: &tokio::net::TcpStream) -> std::io::Result<TcpStream> {
    use std::os::fd::AsFd as _;
    Ok(stream.as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn duplicate(stream: &tokio::net::TcpStream) -> std::io::Result<TcpStream> {
    use std::os::windows::io::AsSocket as _;
    Ok(stream.as_socket().try_clone_to_owned()?.into())
}
