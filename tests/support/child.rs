//! A child process that a test may kill.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::journal::{JOURNAL, Journal};

const STEP: Duration = Duration::from_millis(10);

/// A child process, to be configured and spawned.
#[derive(Debug)]
pub struct Builder(Command);

impl Builder {
    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, value: impl AsRef<OsStr>) -> Self {
        self.0.arg(value);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Lets the child write to this journal, through [`Journal::inherited`].
    #[must_use]
    pub fn journal(self, journal: &Journal) -> Self {
        self.env(JOURNAL, journal.path())
    }

    /// Starts it.
    ///
    /// # Panics
    ///
    /// When the program cannot be started.
    pub fn spawn(mut self) -> Child {
        self.0
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let name = Path::new(self.0.get_program())
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        match self.0.spawn() {
            Ok(mut process) => {
                let lines = Lines::default();
                lines.collect_from(process.stdout.take());
                lines.collect_from(process.stderr.take());
                Child { name, process, lines }
            }
            Err(error) => panic!("cannot start {:?}: {error}", self.0.get_program()),
        }
    }
}

/// A running child process. Dropping it kills it; when the test is failing, what it wrote is printed.
///
/// Its standard input is a pipe that closes with this process: see [`exit_with_parent`].
#[derive(Debug)]
pub struct Child {
    name: String,
    process: std::process::Child,
    lines: Lines,
}

impl Child {
    /// A child running `program`, such as `env!("CARGO_BIN_EXE_test-worker")`.
    pub fn builder(program: impl AsRef<Path>) -> Builder {
        Builder(Command::new(program.as_ref()))
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Kills it at once; returns when it is gone.
    pub fn kill9(&mut self) {
        // It may have ended by itself, which comes to the same.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Asks it to stop (`SIGTERM`).
    pub fn sigterm(&mut self) {
        self.signal(Signal::TERM);
    }

    /// Freezes it (`SIGSTOP`): alive, and doing nothing.
    pub fn freeze(&mut self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on after [`Child::freeze`].
    pub fn thaw(&mut self) {
        self.signal(Signal::CONT);
    }

    /// Whether it is still there.
    pub fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Waits until it ends.
    ///
    /// # Panics
    ///
    /// When it has not ended by `timeout`.
    pub async fn wait_exit(&mut self, timeout: Duration) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Ok(Some(status)) = self.process.try_wait() {
                return status;
            }
            assert!(
                started.elapsed() < timeout,
                "{} has not ended after {timeout:?}",
                self.name
            );
            tokio::time::sleep(STEP).await;
        }
    }

    /// Waits until it has written a line that holds `text`, to either output, and returns the line.
    ///
    /// # Panics
    ///
    /// When it has not by `timeout`, or has ended without.
    pub async fn wait_line(&mut self, text: &str, timeout: Duration) -> String {
        let started = Instant::now();
        loop {
            let running = self.is_running();
            if let Some(line) = self.lines.all().into_iter().find(|line| line.contains(text)) {
                return line;
            }
            // The readers may be a moment behind a process that has just ended.
            let patience = if running {
                timeout
            } else {
                timeout.min(Duration::from_secs(1))
            };
            assert!(
                started.elapsed() < patience,
                "{} has not written {text:?} in {patience:?}",
                self.name
            );
            tokio::time::sleep(STEP).await;
        }
    }

    /// Everything it has written so far, both outputs mixed.
    pub fn output(&self) -> String {
        self.lines.all().join("\n")
    }

    fn signal(&mut self, signal: Signal) {
        // Once it has been waited for, its id may be another process's.
        if let (true, Some(pid)) = (self.is_running(), Pid::from_raw(self.pid().cast_signed())) {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill9();
        if std::thread::panicking() {
            eprintln!("--- what {} ({}) wrote\n{}\n---", self.name, self.pid(), self.output());
        }
    }
}

/// For the child's `main`: ends this process when the test that started it is gone.
pub fn exit_with_parent() {
    std::thread::spawn(|| {
        let mut nothing = [0];
        while matches!(std::io::stdin().read(&mut nothing), Ok(1..)) {}
        std::process::exit(111);
    });
}

#[derive(Debug, Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn collect_from(&self, output: Option<impl Read + Send + 'static>) {
        let Some(output) = output else { return };
        let lines = self.clone();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut line = Vec::new();
            while matches!(output.read_until(b'\n', &mut line), Ok(1..)) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                lines.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                line.clear();
            }
        });
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
