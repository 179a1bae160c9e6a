use super::Folder;
use event_contract::file::{self, FileError};
use event_contract::{Committed, Reader, Status, Version};
use std::fs;
use std::path::{Path, PathBuf};

/// What is written down about one version of an event, and about those before it.
#[derive(Default)]
pub(crate) struct Files {
    /// Every file that was read.
    pub(crate) read: Vec<PathBuf>,
    pub(crate) own: Option<Committed>,
    /// Who is recorded to read this version.
    pub(crate) readers: Vec<Reader>,
    /// The older versions that are live.
    pub(crate) live: Vec<u32>,
    /// The older versions that are retired and read nevertheless.
    pub(crate) missed: Vec<(u32, Vec<Reader>)>,
}

/// Why a file is of no use, with its place.
pub(crate) struct Problem(pub(crate) String);

impl Files {
    /// Reads what belongs to `version` of `event`.
    pub(crate) fn read(folder: &Folder, event: &str, version: u32) -> Result<Self, Problem> {
        let mut files = Self::default();
        for (number, path) in versions(&folder.path.join(event)) {
            if number > version {
                continue;
            }
            let committed = files.contract(folder, &path, event, number)?;
            if number == version {
                files.own = Some(committed);
                files.readers = files.readers_of(folder, event, number)?;
            } else if committed.status == Status::Live {
                files.live.push(number);
            } else if committed.status == Status::Retired {
                let readers = files.readers_of(folder, event, number)?;
                if !readers.is_empty() {
                    files.missed.push((number, readers));
                }
            }
        }
        Ok(files)
    }

    /// Reads `version` of `event` for a consumer: the producer's own file, or a copy of it.
    pub(crate) fn read_one(folder: &Folder, event: &str, version: u32) -> Result<Self, Problem> {
        let mut files = Self::default();
        let file = Path::new(event).join(format!("v{version}.toml"));
        let own = folder.path.join(&file);
        let copies = entries(&folder.path.join("vendor"))
            .into_iter()
            .map(|producer| producer.join(&file));
        let mut there = [own].into_iter().chain(copies).filter(|path| path.is_file());
        let Some(path) = there.next() else {
            return Ok(files);
        };
        if let Some(other) = there.next() {
            let (one, other) = (folder.shown(&path), folder.shown(&other));
            return Err(Problem(format!(
                "the contract is there twice, {one} and {other}: two producers have an event of this name; remove one"
            )));
        }
        files.own = Some(files.contract(folder, &path, event, version)?);
        Ok(files)
    }

    fn contract(&mut self, folder: &Folder, path: &Path, event: &str, version: u32) -> Result<Committed, Problem> {
        let committed = file::parse(&self.text(folder, path)?).map_err(|error| damaged(folder, path, &error))?;
        if committed.event != event || committed.version.get() != version {
            return Err(Problem(format!(
                "{}: it says that it is `{}` {}; a contract's place is its name",
                folder.shown(path),
                committed.event,
                committed.version
            )));
        }
        Ok(committed)
    }

    fn readers_of(&mut self, folder: &Folder, event: &str, version: u32) -> Result<Vec<Reader>, Problem> {
        let mut readers = Vec::new();
        for consumer in entries(&folder.path.join("views")) {
            let path = consumer.join(format!("{event}.v{version}.toml"));
            if path.is_file() {
                let view =
                    file::parse_view(&self.text(folder, &path)?).map_err(|error| damaged(folder, &path, &error))?;
                readers.push(view.reader);
            }
        }
        Ok(readers)
    }

    fn text(&mut self, folder: &Folder, path: &Path) -> Result<String, Problem> {
        let text = fs::read_to_string(path).map_err(|error| Problem(format!("{}: {error}", folder.shown(path))))?;
        self.read.push(path.to_owned());
        Ok(text)
    }
}

fn damaged(folder: &Folder, path: &Path, error: &FileError) -> Problem {
    Problem(format!("{}:{}: {}", folder.shown(path), error.line, error.message))
}

/// The versions that have a file, oldest first.
fn versions(folder: &Path) -> Vec<(u32, PathBuf)> {
    let number = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        let number = name.strip_prefix('v')?.strip_suffix(".toml")?.parse().ok()?;
        Version::new(number).map(Version::get)
    };
    let all = entries(folder).into_iter();
    let mut all: Vec<_> = all.filter_map(|path| Some((number(&path)?, path))).collect();
    all.sort();
    all
}

/// What is in a folder, in the order of the names; nothing when it is not there.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
