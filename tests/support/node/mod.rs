//! A RabbitMQ node of a test's own, which it may kill.
//!
//! Two defects of RabbitMQ 3.10 to respect: wait two seconds between the last declare and
//! [`PrivateBroker::kill9`] (a younger quorum queue may come back empty), and use no durable
//! classic queue on a node that is killed (its index may stop the node from booting).

mod launch;

use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::broker;
use crate::name::unique;
use crate::node::launch::{Launch, Running};

const BOOT: Duration = Duration::from_secs(120);
const STOP: Duration = Duration::from_secs(60);

/// A RabbitMQ node with its own name, ports, data and cookie, on loopback only; gone with its owner.
///
/// A node whose test process is killed is ended by a watchdog.
#[derive(Debug)]
pub struct PrivateBroker {
    launch: Launch,
    running: Option<Running>,
}

impl PrivateBroker {
    /// Starts a node without plugins and waits until it lets us in (about six seconds).
    ///
    /// # Panics
    ///
    /// When RabbitMQ is not installed or does not boot; the message holds the end of its log.
    pub async fn start() -> Self {
        Self::start_with("", &[]).await
    }

    /// Starts a node with lines for its `rabbitmq.conf` and plugins, as in `rabbitmq_management`.
    ///
    /// # Panics
    ///
    /// As [`PrivateBroker::start`].
    pub async fn start_with(config: &str, plugins: &[&str]) -> Self {
        Self::start_as(config, plugins, &unique("cookie")).await
    }

    /// Starts so many nodes that are one broker (about fifteen seconds for each).
    ///
    /// # Panics
    ///
    /// As [`PrivateBroker::start`].
    pub async fn cluster(nodes: usize) -> Vec<Self> {
        let cookie = unique("cookie");
        let mut cluster: Vec<Self> = Vec::with_capacity(nodes);
        for _ in 0..nodes {
            let node = Self::start_as("", &[], &cookie).await;
            if let Some(first) = cluster.first() {
                node.ctl(&["stop_app"]).await;
                node.ctl(&["join_cluster", &first.launch.name]).await;
                node.ctl(&["start_app"]).await;
            }
            cluster.push(node);
        }
        cluster
    }

    /// What the others call it.
    pub fn name(&self) -> &str {
        &self.launch.name
    }

    async fn start_as(config: &str, plugins: &[&str], cookie: &str) -> Self {
        let mut broker = Self {
            launch: Launch::new(config, plugins, cookie),
            running: None,
        };
        broker.restart().await;
        broker
    }

    /// The URL of the node, for its guest user.
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}", self.port())
    }

    /// The AMQP port; the same after a restart.
    pub fn port(&self) -> u16 {
        self.launch.port
    }

    /// The process id, unless the node is down.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.process.id())
    }

    /// Where it keeps its data and its log.
    pub fn directory(&self) -> &Path {
        self.launch.directory.path()
    }

    /// Kills the node at once, as a power cut would. Returns when the process is gone.
    pub fn kill9(&mut self) {
        self.running = None;
    }

    /// Stops the node in good order, when it is up.
    ///
    /// # Panics
    ///
    /// When it has not stopped after a minute.
    pub async fn stop(&mut self) {
        self.signal(Signal::TERM);
        let started = Instant::now();
        while self.exited().is_none() && self.running.is_some() {
            assert!(
                started.elapsed() < STOP,
                "the node has not stopped after {STOP:?}{}",
                self.launch.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.running = None;
    }

    /// Starts the node again with its data, after stopping it when it is still up.
    ///
    /// # Panics
    ///
    /// As [`PrivateBroker::start`].
    pub async fn restart(&mut self) {
        self.stop().await;
        self.running = Some(self.launch.spawn());
        let address = format!("127.0.0.1:{}", self.port());
        let started = Instant::now();
        while let Err(reason) = broker::greets(&address).await {
            if let Some(status) = self.exited() {
                panic!(
                    "the private RabbitMQ node ended while booting, with {status}{}",
                    self.launch.log()
                );
            }
            assert!(
                started.elapsed() < BOOT,
                "no private RabbitMQ after {BOOT:?}: {reason}{}",
                self.launch.log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if let Err(reason) = broker::probe(&self.url()).await {
            panic!("the private RabbitMQ node booted, but {reason}{}", self.launch.log());
        }
    }

    /// Freezes the process (`SIGSTOP`): its connections stay open and say nothing.
    pub fn freeze(&mut self) {
        self.signal(Signal::STOP);
    }

    /// Lets a frozen process go on.
    pub fn thaw(&mut self) {
        self.signal(Signal::CONT);
    }

    /// Runs `rabbitmqctl` against this node and returns what it printed.
    ///
    /// # Panics
    ///
    /// When it fails; the message holds what it said.
    pub async fn ctl(&self, args: &[&str]) -> String {
        let mut command = tokio::process::Command::from(self.launch.command("rabbitmqctl"));
        let output = command
            .args(["--quiet", "-n", &self.launch.name])
            .args(args)
            .output()
            .await;
        match output {
            Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
            Ok(output) => panic!(
                "rabbitmqctl {}: {}\n{}{}",
                args.join(" "),
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
            Err(error) => panic!("cannot run rabbitmqctl: {error}"),
        }
    }

    fn signal(&mut self, signal: Signal) {
        let pid = self.pid().and_then(|pid| Pid::from_raw(pid.cast_signed()));
        // Once it has been waited for, its id may be another process's.
        if let (None, Some(pid)) = (self.exited(), pid) {
            let _ = kill_process(pid, signal);
        }
    }

    fn exited(&mut self) -> Option<ExitStatus> {
        self.running
            .as_mut()
            .and_then(|running| running.process.try_wait().ok().flatten())
    }
}
