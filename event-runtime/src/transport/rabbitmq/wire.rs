//! The socket as the client library sees it: what is read has gone through [`Frames`].

use super::frames::Frames;
use async_rs::Runtime;
use async_rs::traits::Reactor;
use async_rs::util::RuntimeParts;
use futures_util::Stream;
use futures_util::io::{AsyncRead, AsyncWrite};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

type Tokio = async_rs::Tokio;
/// A connected socket, with or without TLS.
pub(super) type Plain = lapin::AsyncTcpStream<<Tokio as Reactor>::TcpStream>;

/// A connection whose incoming frames are scrubbed.
pub(super) struct Wire {
    stream: Plain,
    frames: Frames,
}

impl Wire {
    pub(super) fn new(stream: Plain) -> Self {
        Self {
            stream,
            frames: Frames::new(),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        let Self { stream, frames } = &mut *self;
        loop {
            let handed = frames.hand_on(into);
            if handed > 0 {
                return Poll::Ready(Ok(handed));
            }
            let space = frames.space();
            match ready!(Pin::new(&mut *stream).poll_read(cx, space))? {
                0 => {
                    frames.ended();
                    return Poll::Ready(Ok(frames.hand_on(into)));
                }
                count => frames.received(count),
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}

/// Tokio, whose sockets are [`Wire`]s.
#[derive(Debug, Clone)]
pub(super) struct Wires(Tokio);

/// The current tokio runtime, for connections over a [`Wire`].
pub(super) fn runtime() -> Runtime<RuntimeParts<Tokio, Wires>> {
    let tokio = Tokio::current();
    Runtime::new(RuntimeParts::new(tokio.clone(), Wires(tokio)))
}

impl Reactor for Wires {
    type TcpStream = Wire;
    type Sleep = <Tokio as Reactor>::Sleep;

    /// The client library registers no sockets of its own.
    fn register<H: Send + 'static>(&self, _: H) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        Err::<Wire, _>(io::ErrorKind::Unsupported.into())
    }

    fn sleep(&self, time: Duration) -> Self::Sleep {
        self.0.sleep(time)
    }

    fn interval(&self, time: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        self.0.interval(time)
    }

    fn tcp_connect_addr(&self, to: SocketAddr) -> impl Future<Output = io::Result<Wire>> + Send + 'static {
        let connecting = self.0.tcp_connect_addr(to);
        async move { Ok(Wire::new(Plain::Plain(connecting.await?))) }
    }
}
