//! A TCP proxy in front of a broker, which fails on command.
//!
//! It runs on a thread of its own, so that a test that blocks does not stop it.
//! What it holds it keeps: when a black hole ends, the held bytes travel on, as
//! TCP would send them again after a network cut.

mod relay;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use crate::endpoint::Endpoint;
use crate::port;

/// What the proxy does to traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Passes everything.
    #[default]
    Pass,
    /// Lets nothing through, both ways; connections stay open, new ones get no answer.
    BlackHole,
    /// Holds what the client sends; the server's bytes pass.
    HoldToServer,
    /// Holds what the server sends; the client's bytes pass, so confirms and acks get lost.
    HoldToClient,
    /// Passes each piece this much later, in both directions.
    Slow(Duration),
    /// Nobody listens: new connections are refused. Open ones go on; see [`Proxy::reset_all`].
    Refuse,
    /// Accepts new connections and closes them at once. Open ones go on.
    AcceptThenClose,
}

/// A proxy on loopback. Dropping it closes its connections and its port.
#[derive(Debug)]
pub struct Proxy {
    upstream: Endpoint,
    port: u16,
    mode: watch::Sender<Mode>,
    resets: watch::Sender<u64>,
    counts: Arc<Counts>,
}

impl Proxy {
    /// Starts a proxy in front of the broker at `upstream`, an AMQP URL.
    ///
    /// # Panics
    ///
    /// When no port is free.
    pub fn start(upstream: &str) -> Self {
        let upstream = Endpoint::parse(upstream);
        let port = port::free();
        let (mode, modes) = watch::channel(Mode::Pass);
        let (resets, reset) = watch::channel(0);
        let counts = Arc::new(Counts::default());
        let serve = relay::Serve {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            upstream: upstream.address.clone(),
            modes,
            reset,
            counts: Arc::clone(&counts),
        };
        let (ready, listening) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new().name("proxy".to_owned());
        if let Err(error) = thread.spawn(move || serve.run(&ready)) {
            panic!("cannot start the proxy's thread: {error}");
        }
        assert!(listening.recv().is_ok(), "the proxy could not listen on port {port}");
        Self {
            upstream,
            port,
            mode,
            resets,
            counts,
        }
    }

    /// The upstream's URL, by way of this proxy.
    pub fn url(&self) -> String {
        self.upstream.at(&format!("127.0.0.1:{}", self.port))
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Switches the mode, for open connections and new ones.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// The mode in force.
    pub fn mode(&self) -> Mode {
        *self.mode.borrow()
    }

    /// Resets all open connections (`RST`), on both sides. The mode stays.
    pub fn reset_all(&self) {
        self.resets.send_modify(|epoch| *epoch += 1);
    }

    /// How many connections are open now.
    pub fn open(&self) -> u64 {
        self.counts.open.load(Ordering::SeqCst)
    }

    /// How many connections it has accepted since the start.
    pub fn accepted(&self) -> u64 {
        self.counts.accepted.load(Ordering::SeqCst)
    }
}

#[derive(Debug, Default)]
struct Counts {
    open: AtomicU64,
    accepted: AtomicU64,
}
