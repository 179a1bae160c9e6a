//! A folder of contracts, as it is on disk.
//!
//! | path | holds |
//! |---|---|
//! | `<event>/v<N>.toml` | the contract of a version |
//! | `<event>/samples/v<N>.json` | its golden sample |
//! | `views/<consumer>/<event>.v<N>.toml` | what a consumer elsewhere reads |
//! | `vendor/<producer>/<event>/v<N>.toml` | copies of contracts of other producers |

use crate::error::{Error, Result, shown};
use crate::plan;
use event_contract::compare::{Report, compare_versions};
use event_contract::file::{self, ViewFile};
use event_contract::{Committed, Object, Reader, Version, split_type};
use std::fs;
use std::path::{Path, PathBuf};

/// A contract file.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) committed: Committed,
}

/// A recorded view.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) path: PathBuf,
    pub(crate) file: ViewFile,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    /// By event and version.
    pub(crate) contracts: Vec<Entry>,
    /// By consumer and event.
    pub(crate) views: Vec<View>,
}

/// Folders that are no events.
const OTHERS: [&str; 3] = ["views", "vendor", "export"];

impl Folder {
    /// Reads the folder; one that is not there has nothing in it.
    ///
    /// # Errors
    ///
    /// A damaged file, with its line; a file whose place is that of another one.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let mut folder = Self {
            path: path.to_owned(),
            contracts: Vec::new(),
            views: Vec::new(),
        };
        for event in entries(path)?.into_iter().filter(|event| event.is_dir()) {
            if !OTHERS.contains(&name(&event).as_str()) {
                folder.read_event(&event)?;
            }
        }
        for consumer in entries(&path.join("views"))?
            .into_iter()
            .filter(|consumer| consumer.is_dir())
        {
            for path in entries(&consumer)?.into_iter().filter(|path| is_toml(path)) {
                folder.views.push(View::read(&path)?);
            }
        }
        folder
            .contracts
            .sort_by_key(|entry| (entry.committed.event, entry.committed.version));
        Ok(folder)
    }

    fn read_event(&mut self, event: &Path) -> Result<()> {
        for path in entries(event)?.into_iter().filter(|path| is_toml(path)) {
            self.contracts.push(Entry::read(&path)?);
        }
        Ok(())
    }

    /// The contract of a version.
    pub(crate) fn find(&self, event: &str, version: Version) -> Option<&Entry> {
        let is_it = |entry: &&Entry| entry.committed.event == event && entry.committed.version == version;
        self.contracts.iter().find(is_it)
    }

    /// Who is recorded to read a version.
    pub(crate) fn readers(&self, event: &str, version: Version) -> Vec<Reader> {
        let of = self
            .views
            .iter()
            .filter(|view| view.file.event == event && view.file.version == version);
        of.map(|view| view.file.reader).collect()
    }

    /// What breaks of a view in `entry`; the view is one of `views`, which may name further versions of the event.
    pub(crate) fn read_by(&self, view: &ViewFile, entry: &Entry, views: &[ViewFile]) -> Report {
        let others = views.iter().filter(|other| {
            other.reader.consumer == view.reader.consumer && other.event == view.event && other.version != view.version
        });
        let others = others.filter_map(|other| self.find(other.event, other.version));
        let bodies = [entry].into_iter().chain(others);
        let bodies: Vec<&Object> = bodies.map(|entry| entry.committed.data).collect();
        compare_versions(view.reader.data, &bodies, 0)
    }

    /// Where the contract of a version is, or will be.
    pub(crate) fn contract_path(&self, event: &str, version: Version) -> PathBuf {
        self.path.join(event).join(format!("{version}.toml"))
    }

    /// Where the golden sample of a version is, or will be.
    pub(crate) fn sample_path(&self, event: &str, version: Version) -> PathBuf {
        self.path.join(event).join("samples").join(format!("{version}.json"))
    }
}

impl Entry {
    fn read(path: &Path) -> Result<Self> {
        let text = plan::read(path)?.unwrap_or_default();
        let committed = parse(path, &text)?;
        Ok(Self {
            path: path.to_owned(),
            text,
            committed,
        })
    }
}

impl View {
    fn read(path: &Path) -> Result<Self> {
        let text = plan::read(path)?.unwrap_or_default();
        let file = parse_view(path, &text)?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }
}

/// Reads the text of a contract file that is, or was, at `path`.
///
/// # Errors
///
/// A damaged file, with its line, and one that belongs elsewhere: the path is what says which contract it is.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Committed> {
    let committed = file::parse(text).map_err(|error| damaged(path, &error))?;
    let at = path.parent().map(name).unwrap_or_default();
    let file = format!("{}.toml", committed.version);
    if at != committed.event || name(path) != file {
        return Err(Error::new(format!(
            "{}: it says that it is `{}` {}, whose place is `{}/{file}`",
            shown(path),
            committed.event,
            committed.version,
            committed.event,
        )));
    }
    Ok(committed)
}

/// The same for a recorded view.
///
/// # Errors
///
/// As [`parse`].
pub(crate) fn parse_view(path: &Path, text: &str) -> Result<ViewFile> {
    let view = file::parse_view(text).map_err(|error| damaged(path, &error))?;
    let place = view_place(&view);
    if !path.ends_with(&place) {
        return Err(Error::new(format!(
            "{}: it says that `{}` reads `{}` {}, whose place is `views/{}`",
            shown(path),
            view.reader.consumer,
            view.event,
            view.version,
            place.display(),
        )));
    }
    Ok(view)
}

/// Where a view is recorded, below `views`.
pub(crate) fn view_place(view: &ViewFile) -> PathBuf {
    Path::new(view.reader.consumer).join(format!("{}.{}.toml", view.event, view.version))
}

fn damaged(path: &Path, error: &file::FileError) -> Error {
    Error::new(format!("{}:{}: {}", shown(path), error.line, error.message))
}

/// `order.placed.v2` and `order.placed`.
pub(crate) fn split(name: &str) -> (&str, Option<Version>) {
    match split_type(name) {
        Some((event, version)) => (event, Some(version)),
        None => (name, None),
    }
}

/// What is in a folder, in the order of the names; nothing when it is not there.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::file("list", folder, &error)),
    };
    let paths = listed.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<_> = paths
        .collect::<Result<_, _>>()
        .map_err(|error| Error::file("list", folder, &error))?;
    // Files on their way to their place, and those of editors.
    paths.retain(|path| !name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}
