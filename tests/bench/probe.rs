//! Measurements that need a process of their own: this program again, with `--probe`.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Result;
use crate::contender::list;
use crate::order::Order;

/// What a child process does: the name of a list, a position in it, and how many messages.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    pub(crate) section: String,
    pub(crate) at: usize,
    pub(crate) count: usize,
}

impl std::str::FromStr for Probe {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let mut parts = text.split(':');
        let section = parts.next().unwrap_or_default().to_owned();
        let mut number = || {
            parts
                .next()
                .unwrap_or("0")
                .parse()
                .map_err(|error| format!("{text}: {error}"))
        };
        Ok(Self {
            section,
            at: number()?,
            count: number()?,
        })
    }
}

impl Probe {
    /// The child's side.
    pub(crate) fn run(&self) -> Result<()> {
        match self.section.as_str() {
            "dispatch" => {
                list::dispatch()[self.at].dispatch(&Order::sample(7).encode(), self.count);
                Ok(())
            }
            "idle" => tokio::runtime::Runtime::new()?.block_on(async { list::idle()[self.at].idle(Resting).await }),
            other => Err(format!("no probe is called {other}").into()),
        }
    }

    /// The parent's side: gives what the child wrote to both outputs. `wrapper` is a program to run it under.
    pub(crate) fn spawn(&self, wrapper: &[&str]) -> Result<String> {
        let program = std::env::current_exe()?.display().to_string();
        let probe = format!("{}:{}:{}", self.section, self.at, self.count);
        let line: Vec<&str> = wrapper
            .iter()
            .copied()
            .chain([program.as_str(), "--bench", "--probe", &probe])
            .collect();
        let output = Command::new(line[0]).args(&line[1..]).stdin(Stdio::null()).output()?;
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        if output.status.success() {
            Ok(text)
        } else {
            Err(format!("{probe} failed: {text}").into())
        }
    }
}

/// Handed to the one who rests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resting;

impl Resting {
    /// Waits until the process has come to rest and prints its memory (KiB) and threads for the parent.
    pub(crate) async fn measure(self) -> Result<()> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let status = std::fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name)?.split_whitespace().next())
        };
        println!(
            "resting {} {}",
            field("VmRSS:").unwrap_or("0"),
            field("Threads:").unwrap_or("0")
        );
        Ok(())
    }
}
