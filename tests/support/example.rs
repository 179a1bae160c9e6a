//! The program of the example.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The program of the example `order_workflow`.
///
/// Builds it, in case only one test was asked for; the whole test run has built it already.
///
/// # Panics
///
/// When it cannot be built.
pub fn order_workflow() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let built = Command::new(cargo)
            .args([
                "build",
                "--quiet",
                "--workspace",
                "--all-features",
                "--example",
                "order_workflow",
            ])
            .current_dir(root)
            .status()
            .expect("cargo runs");
        assert!(built.success(), "the example builds");
        // target/debug/deps/example-0123456789abcdef
        let own = std::env::current_exe().expect("a test has a program");
        let profile = own
            .parent()
            .and_then(|deps| deps.parent())
            .expect("it is in a profile's folder");
        profile
            .join("examples")
            .join(format!("order_workflow{}", std::env::consts::EXE_SUFFIX))
    })
}
