//! A temporary folder with a git repository, and `cargo event` in it.

use event_tests::unique;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Removed with its owner.
#[derive(Debug)]
pub(crate) struct Place {
    path: PathBuf,
    target: Target,
}

/// Where packages are built. Cargo tells two packages of one name apart by their path in the workspace only, so each
/// place has its own, but for the few that need the runtime: their packages all have different names.
#[derive(Debug)]
enum Target {
    Own(PathBuf),
    Shared,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The workspace that these tests are in.
pub(crate) fn checkout() -> PathBuf {
    fs::canonicalize(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).unwrap()
}

/// Where packages with the runtime are built, so that it is built once.
fn shared_target() -> PathBuf {
    // target/debug/deps/cargo_event-0123456789abcdef
    let own = std::env::current_exe().unwrap();
    own.ancestors().nth(3).unwrap().join("generated")
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::with(Target::Own(std::env::temp_dir().join(unique("cargo-event-target"))))
    }

    /// For packages that depend on the runtime.
    pub(crate) fn sharing() -> Self {
        Self::with(Target::Shared)
    }

    fn with(target: Target) -> Self {
        let path = std::env::temp_dir().join(unique("cargo-event"));
        fs::create_dir_all(&path).unwrap();
        let path = fs::canonicalize(path).unwrap();
        let place = Self { path, target };
        place.git(&["init", "--quiet", "--initial-branch=main"]);
        place
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn has(&self, file: &str) -> bool {
        self.path.join(file).exists()
    }

    pub(crate) fn replace(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "{file} has no {old:?}:\n{text}");
        self.write(file, &text.replace(old, new));
    }

    /// A command in a folder of the place, as a user would type it, without a terminal and without the network.
    pub(crate) fn command(&self, folder: &str, program: &str) -> Command {
        let mut command = Command::new(program);
        let target = match &self.target {
            Target::Own(path) => path.clone(),
            Target::Shared => shared_target(),
        };
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if ["EVENT_", "CARGO_PKG_", "CARGO_BIN_", "GIT_"]
                .iter()
                .any(|prefix| name_text.starts_with(prefix))
            {
                command.env_remove(&name);
            }
        }
        command
            .current_dir(self.path.join(folder))
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CARGO_MANIFEST_PATH")
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_PROFILE_TEST_DEBUG", "false")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_COMMITTER_NAME", "A")
            .env("GIT_COMMITTER_EMAIL", "a@example.org")
            .stdin(Stdio::null());
        command
    }

    /// `cargo event ..` in a folder of the place.
    pub(crate) fn event(&self, folder: &str, arguments: &[&str]) -> Ran {
        let mut command = self.command(folder, env!("CARGO_BIN_EXE_test-cargo-event"));
        run(command.arg("event").args(arguments))
    }

    /// The same at a terminal, where somebody has typed `keys` ahead.
    pub(crate) fn event_at_a_terminal(&self, folder: &str, arguments: &[&str], keys: &str) -> Ran {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = File::options().read(true).write(true).open(name.to_str().unwrap());
        File::from(ours.try_clone().unwrap())
            .write_all(keys.as_bytes())
            .unwrap();
        let mut command = self.command(folder, env!("CARGO_BIN_EXE_test-cargo-event"));
        run(command.arg("event").args(arguments).stdin(theirs.unwrap()))
    }

    pub(crate) fn cargo(&self, folder: &str, arguments: &[&str]) -> Ran {
        run(self.command(folder, "cargo").args(arguments))
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(".", arguments)
    }

    pub(crate) fn git_in(&self, folder: &str, arguments: &[&str]) -> String {
        let ran = run(self.command(folder, "git").args(arguments));
        assert_eq!(ran.code, 0, "git {arguments:?}: {ran:?}");
        ran.out
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// A package without dependencies that says of its events what the files in its `now` folder say, as the derives do.
    /// Building it takes a second.
    pub(crate) fn package(&self, name: &str) {
        self.write(
            &format!("{name}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n"),
        );
        self.write(&format!("{name}/src/lib.rs"), include_str!("package.rs.in"));
        self.write(&format!("{name}/.gitignore"), "Cargo.lock\n");
    }

    /// What one of its types says of itself: `order.placed.v1`, `views/charge.order.placed.v1`.
    pub(crate) fn now(&self, name: &str, event: &str, text: &str) {
        self.write(&format!("{name}/now/{event}.toml"), text);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm nobody.
        let _ = fs::remove_dir_all(&self.path);
        if let Target::Own(target) = &self.target {
            let _ = fs::remove_dir_all(target);
        }
    }
}

impl Ran {
    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// Asserts that standard output has a part.
    #[track_caller]
    pub(crate) fn says(self, part: &str) -> Self {
        assert!(self.out.contains(part), "no {part:?} in\n{}\n{}", self.out, self.err);
        self
    }

    /// Asserts that standard error has a part.
    #[track_caller]
    pub(crate) fn errs(self, part: &str) -> Self {
        assert!(self.err.contains(part), "no {part:?} in\n{}\n{}", self.err, self.out);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `order.placed` with these lines under `[data.fields]`.
pub(crate) fn placed(version: u32, status: &str, fields: &str) -> String {
    contract("order.placed", version, status, fields)
}

pub(crate) fn contract(event: &str, version: u32, status: &str, fields: &str) -> String {
    format!(
        "format = 1\nevent = \"{event}\"\nversion = {version}\nstatus = \"{status}\"\nowner = \"checkout\"\n\n[data]\n\n[data.fields]\n{fields}\n"
    )
}

pub(crate) fn view(consumer: &str, version: u32, fields: &str) -> String {
    format!(
        "format = 1\nkind = \"view\"\nconsumer = \"{consumer}\"\nevent = \"order.placed\"\nversion = {version}\n\n[data]\n\n[data.fields]\n{fields}\n"
    )
}
