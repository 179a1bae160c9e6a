//! The programs of the examples.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The program of the example `order_workflow`.
///
/// # Panics
///
/// When it cannot be built.
pub fn order_workflow() -> PathBuf {
    program("order_workflow")
}

/// The program of the example `webhook`.
///
/// # Panics
///
/// When it cannot be built.
pub fn webhook() -> PathBuf {
    program("webhook")
}

/// Builds them, in case only one test was asked for; the whole test run has built them already.
fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--workspace", "--all-features"])
            .args(["--example", "order_workflow", "--example", "webhook"])
            .current_dir(root)
            .status()
            .expect("cargo runs");
        assert!(built.success(), "the examples build");
        // target/debug/deps/example-0123456789abcdef
        let own = std::env::current_exe().expect("a test has a program");
        let profile = own
            .parent()
            .and_then(|deps| deps.parent())
            .expect("it is in a profile's folder");
        profile.join("examples")
    });
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
