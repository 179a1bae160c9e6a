use event_contract::file;
use std::env;
use std::path::{Path, PathBuf};

/// The folder of contracts that belongs to the crate.
pub(crate) struct Folder {
    pub(super) path: PathBuf,
}

impl Folder {
    /// That of the crate that is being compiled, if it has one.
    pub(crate) fn find() -> Option<Self> {
        let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
        file::folder(&package).map(|path| Self { path })
    }

    /// A path below it, as people call it: `contracts/order.placed/v2.toml`.
    pub(super) fn shown(&self, path: &Path) -> String {
        let root = self.path.parent().unwrap_or(&self.path);
        let shown = path.strip_prefix(root).unwrap_or(path);
        shown.display().to_string().replace('\\', "/")
    }
}
