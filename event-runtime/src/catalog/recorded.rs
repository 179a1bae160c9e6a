use crate::error::{Error, Result};
use event_contract::file::{parse, parse_view};
use event_contract::{Committed, Reader, Version};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// What contract files say: status and form of each version, who elsewhere reads what, and samples.
#[derive(Debug, Default)]
pub struct Recorded {
    contracts: Vec<Committed>,
    readers: Vec<(&'static str, Version, Reader)>,
    samples: Vec<(String, Version, Value)>,
}

impl Recorded {
    /// Reads a `contracts` folder: contracts and samples of own events, those of others in `vendor`, and `views`.
    ///
    /// What is read stays in memory until the process ends, as the contracts of Rust types do.
    ///
    /// # Errors
    ///
    /// A folder or file that cannot be read, and a file that is none.
    pub fn read(directory: &Path) -> Result<Self> {
        let mut recorded = Self::default();
        for folder in folders(directory)? {
            match name(&folder) {
                "views" => recorded.read_views(&folder)?,
                "vendor" => {
                    for producer in folders(&folder)? {
                        for event in folders(&producer)? {
                            recorded.read_event(&event)?;
                        }
                    }
                }
                _ => recorded.read_event(&folder)?,
            }
        }
        Ok(recorded)
    }

    /// The nearest `contracts` folder, in `from` or above it, up to the root of the repository.
    #[must_use]
    pub fn find(from: &Path) -> Option<PathBuf> {
        for directory in from.ancestors() {
            let contracts = directory.join("contracts");
            if contracts.is_dir() {
                return Some(contracts);
            }
            if directory.join(".git").exists() {
                return None;
            }
        }
        None
    }

    fn read_event(&mut self, folder: &Path) -> Result<()> {
        for file in files(folder, "toml")? {
            let text = text(&file)?;
            let contract = parse(&text).map_err(|error| unreadable(&file, &error))?;
            self.contracts.push(contract);
        }
        let samples = folder.join("samples");
        if !samples.is_dir() {
            return Ok(());
        }
        for file in files(&samples, "json")? {
            let value = serde_json::from_str(&text(&file)?).map_err(|error| unreadable(&file, &error))?;
            let of = format!("{}.{}", name(folder), name(&file).trim_end_matches(".json"));
            if let Some((event, version)) = event_contract::split_type(&of) {
                self.samples.push((event.to_owned(), version, value));
            }
        }
        Ok(())
    }

    fn read_views(&mut self, folder: &Path) -> Result<()> {
        for consumer in folders(folder)? {
            for file in files(&consumer, "toml")? {
                let view = parse_view(&text(&file)?).map_err(|error| unreadable(&file, &error))?;
                self.readers.push((view.event, view.version, view.reader));
            }
        }
        Ok(())
    }

    pub(super) fn contract(&self, event: &str, version: Version) -> Option<Committed> {
        let is = |contract: &&Committed| contract.event == event && contract.version == version;
        self.contracts.iter().find(is).copied()
    }

    pub(super) fn readers(&self, event: &str, version: Version) -> Vec<Reader> {
        let of = self
            .readers
            .iter()
            .filter(|(name, of, _)| *name == event && *of == version);
        of.map(|(.., reader)| *reader).collect()
    }

    pub(super) fn sample(&self, event: &str, version: Version) -> Option<&Value> {
        let is = |(name, of, _): &&(String, Version, Value)| name == event && *of == version;
        self.samples.iter().find(is).map(|(.., value)| value)
    }
}

/// The last part of a path; nothing of ours is called anything but UTF-8.
fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// What is in a folder, by name.
fn inside(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        let paths = entries.map(|entry| entry.map(|entry| entry.path()));
        paths.collect::<std::io::Result<Vec<_>>>()
    });
    let mut paths = entries.map_err(|error| unreadable(folder, &error))?;
    paths.retain(|path| !name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(inside(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let ends = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|extension| extension == ending);
    Ok(inside(folder)?.into_iter().filter(ends).collect())
}

fn text(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|error| unreadable(file, &error))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::Setting(format!("{}: {error}", path.display()))
}
