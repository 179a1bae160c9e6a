//! How a private node is started: by environment only, out of one directory.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::dir::TempDir;
use crate::name::unique;
use crate::port;

/// Ends the node and removes its directory when the pipe from the test process closes.
const WATCHDOG: &str = r#"
read -r _
if grep -qas "$2" "/proc/$1/cmdline" || ps -o args= -p "$1" 2>/dev/null | grep -qF "$2"; then kill -9 "$1"; fi
rm -rf "$2"
"#;

/// Everything a node needs to start, and to start again.
#[derive(Debug)]
pub(super) struct Launch {
    pub(super) name: String,
    pub(super) port: u16,
    distribution_port: u16,
    programs: PathBuf,
    pub(super) directory: TempDir,
}

impl Launch {
    pub(super) fn new(config: &str, plugins: &[&str], cookie: &str) -> Self {
        let directory = TempDir::new("event-rabbit");
        let cookie = directory.write(".erlang.cookie", cookie);
        if let Err(error) = fs::set_permissions(&cookie, fs::Permissions::from_mode(0o400)) {
            panic!("cannot protect {}: {error}", cookie.display());
        }
        directory.write("plugins", &format!("[{}].\n", plugins.join(",")));
        directory.write("environment", "");
        directory.write("rabbitmq.conf", &format!("disk_free_limit.absolute = 50MB\n{config}\n"));
        Self {
            name: format!("{}@localhost", unique("event")),
            port: port::free(),
            distribution_port: port::free(),
            programs: programs(),
            directory,
        }
    }

    /// One of RabbitMQ's programs, with this node's environment and nothing of ours.
    pub(super) fn command(&self, program: &str) -> Command {
        let at = |name: &str| self.directory.path().join(name);
        let directory = self.directory.path().display();
        let mut command = Command::new(self.programs.join(program));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .env("HOME", self.directory.path())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODENAME", &self.name)
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", self.port.to_string())
            .env("RABBITMQ_DIST_PORT", self.distribution_port.to_string())
            .env("RABBITMQ_MNESIA_BASE", at("data"))
            .env("RABBITMQ_LOG_BASE", at("log"))
            .env("RABBITMQ_CONF_ENV_FILE", at("environment"))
            .env("RABBITMQ_CONFIG_FILE", at("rabbitmq.conf"))
            .env("RABBITMQ_ADVANCED_CONFIG_FILE", at("advanced.config"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", at("plugins"))
            // The script then becomes the node, so that the pid we hold is the node's.
            .env("RUNNING_UNDER_SYSTEMD", "true")
            .env(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                // The last word marks the process as this directory's.
                format!("-kernel inet_dist_use_interface {{127,0,0,1}} -event_test {directory}"),
            )
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        command
    }

    pub(super) fn spawn(&self) -> Running {
        let output = fs::File::options()
            .create(true)
            .append(true)
            .open(self.directory.path().join("output"));
        let output = output.and_then(|file| Ok((file.try_clone()?, file)));
        let started = output.and_then(|(out, err)| {
            self.command("rabbitmq-server")
                .stdout(out)
                .stderr(err)
                .process_group(0)
                .spawn()
        });
        match started {
            Ok(process) => Running {
                watchdog: watchdog(&process, self.directory.path()),
                process,
            },
            Err(error) => panic!("cannot start rabbitmq-server: {error}"),
        }
    }

    /// The end of what the node wrote, for a panic message.
    pub(super) fn log(&self) -> String {
        let log = self.directory.path().join("log").join(format!("{}.log", self.name));
        let mut text = String::new();
        for path in [self.directory.path().join("output"), log] {
            let all = fs::read_to_string(&path).unwrap_or_default();
            let lines: Vec<_> = all.lines().collect();
            text.push_str("\n--- ");
            text.push_str(&path.display().to_string());
            for line in &lines[lines.len().saturating_sub(30)..] {
                text.push('\n');
                text.push_str(line);
            }
        }
        text
    }
}

/// The processes of a node that is up. Dropping it kills them.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) process: Child,
    watchdog: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Either may have ended by itself; both are ours until they are waited for.
        for process in [&mut self.watchdog, &mut self.process] {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn watchdog(process: &Child, directory: &Path) -> Child {
    let watchdog = Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog", &process.id().to_string()])
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    watchdog.unwrap_or_else(|error| panic!("cannot start sh: {error}"))
}

/// Where RabbitMQ's own scripts are; the ones in `/usr/sbin` insist on the system's user and node.
fn programs() -> PathBuf {
    let set = std::env::var_os("EVENT_TEST_RABBITMQ_BIN").map(PathBuf::from);
    let usual = [
        "/usr/lib/rabbitmq/bin",
        "/opt/rabbitmq/sbin",
        "/opt/homebrew/sbin",
        "/usr/local/sbin",
    ];
    set.into_iter()
        .chain(usual.iter().map(PathBuf::from))
        .find(|path| path.join("rabbitmq-server").exists())
        .unwrap_or_else(|| {
            panic!(
                "this test starts a RabbitMQ node of its own, and rabbitmq-server is not installed in {}.\n\
                 Run `scripts/test`, which installs it, or set EVENT_TEST_RABBITMQ_BIN to its directory.",
                usual.join(", ")
            )
        })
}
