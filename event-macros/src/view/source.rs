use super::ast::View;
use crate::contracts::{Files, Folder};
use crate::ctxt::Ctxt;
use event_contract::{Committed, check_event_name};
use proc_macro2::Span;
use std::path::PathBuf;
use syn::{LitStr, Type};

/// What a view is a view of.
pub(crate) enum Source<'a> {
    Files(FromFiles<'a>),
    /// Types that are events.
    Types(&'a [Type]),
}

/// Contracts from files, newest first.
pub(crate) struct FromFiles<'a> {
    pub(crate) event: &'a LitStr,
    pub(crate) versions: Vec<(Span, Committed)>,
    /// Every file that was read.
    pub(crate) read: Vec<PathBuf>,
}

/// The contracts that the view names.
pub(super) fn files<'a>(cx: &Ctxt, view: &'a View<'_>, event: &'a LitStr) -> Option<FromFiles<'a>> {
    let name = event.value();
    // A name that is none has been reported, and could be a path to anywhere.
    check_event_name(&name).ok()?;
    let folder = Folder::find();
    let mut found = FromFiles {
        event,
        versions: Vec::new(),
        read: Vec::new(),
    };
    for version in view.attrs.versions.get()? {
        let number = version.value;
        let files = match &folder {
            Some(folder) => Files::read_one(folder, &name, number),
            None => Ok(Files::default()),
        };
        match files {
            Ok(Files { own: None, .. }) => cx.error(
                &version.at,
                format_args!(
                    "the contract of `{name}` v{number} is not here; bring it from its producer: `cargo event contract fetch \
                     PRODUCER {name} --from ../producer`"
                ),
            ),
            Ok(Files { own: Some(own), read, .. }) => {
                found.versions.push((version.at.span(), own));
                found.read.extend(read);
            }
            Err(problem) => cx.error(event, problem.0),
        }
    }
    found
        .versions
        .sort_by_key(|(_, committed)| std::cmp::Reverse(committed.version));
    Some(found)
}
