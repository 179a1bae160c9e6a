use super::Choice;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

/// How far a replay has come: what it takes to go on after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// The replay, as every event of it says.
    pub(super) id: String,
    pub(super) archive: String,
    pub(super) queue: String,
    pub(super) handler: String,
    pub(super) force: bool,
    /// Live events wait for it.
    #[serde(default)]
    pub(super) pause: bool,
    pub(super) choice: Choice,
    /// How many events it is about.
    pub(super) events: u64,
    /// How many of them are confirmed.
    pub(super) sent: u64,
    /// The offset after the last one that is confirmed; `None` at the beginning.
    pub(super) next: Option<u64>,
    /// The last offset that belongs to it; `None` when the archive was empty.
    pub(super) end: Option<u64>,
}

impl State {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let at = path.display();
        let text = fs::read(path).map_err(|error| {
            Error::NotFound(format!(
                "`{at}` cannot be read: {error}. A replay that has ended has removed its file; `--state FILE` names one that \
                 is elsewhere"
            ))
        })?;
        serde_json::from_slice(&text)
            .map_err(|error| Error::Setting(format!("`{at}` is not the file of a replay: {error}")))
    }

    /// Replaces the file in one step: dying here leaves the old one or the new one.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let written = || {
            let mut new = path.as_os_str().to_owned();
            new.push(".new");
            let mut file = File::create(&new)?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&new, path)
        };
        written().map_err(|error| Error::Setting(format!("`{}` cannot be written: {error}", path.display())))
    }

    pub(super) fn remove(path: &Path) -> Result<()> {
        fs::remove_file(path)
            .map_err(|error| Error::Setting(format!("`{}` cannot be removed: {error}", path.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_its_own_is_read_and_any_other_is_named() {
        let path = std::env::temp_dir().join(format!("replay-{}.json", uuid::Uuid::now_v7()));
        let choice = Choice {
            from: Some("2026-01-02T03:04:05Z".parse().unwrap()),
            ..Choice::default()
        };
        let mut state = State {
            id: "r".into(),
            archive: "events.archive".into(),
            queue: "shop.charge".into(),
            handler: "charge".into(),
            force: false,
            pause: false,
            choice,
            events: 10,
            sent: 3,
            next: Some(17),
            end: Some(30),
        };
        state.write(&path).unwrap();
        state.sent = 4;
        state.write(&path).unwrap();
        assert_eq!(State::read(&path).unwrap(), state);
        fs::write(&path, "{}").unwrap();
        let error = State::read(&path).unwrap_err().to_string();
        assert!(error.contains("is not the file of a replay"), "{error}");
        State::remove(&path).unwrap();
        assert!(
            State::read(&path)
                .unwrap_err()
                .to_string()
                .contains("has removed its file")
        );
        assert!(State::remove(&path).is_err());
    }
}
