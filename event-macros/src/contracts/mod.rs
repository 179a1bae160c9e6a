//! Contract files, as the derives read them: found, read, and written as constants.

mod files;
mod folder;
mod tokens;

pub(crate) use files::Files;
pub(crate) use folder::Folder;
pub(crate) use tokens::{body, committed, reader, status, tracked};
