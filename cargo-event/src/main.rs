//! `cargo event`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_event::run(std::env::args_os())
}
