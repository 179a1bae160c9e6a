//! What a binary was built with, as a list for scripts.

use super::{Catalog, Known, fields};
use event_contract::{Shape, Status, json};
use serde::Serialize;
use serde_json::Value;

#[derive(Debug, Serialize)]
pub(crate) struct ContractDescription {
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) version: u32,
    /// Of the contract file; `None` without one.
    pub(crate) status: Option<&'static str>,
    pub(crate) owner: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) key: Option<&'static str>,
    pub(crate) sequence: Option<&'static str>,
    pub(crate) published: bool,
    pub(crate) taken_by: Vec<&'static str>,
    pub(crate) read_elsewhere_by: Vec<&'static str>,
    pub(crate) fields: Vec<FieldDescription>,
    /// `None` where only the file of its owner knows.
    pub(crate) schema: Option<Value>,
}

#[derive(Debug, Serialize)]
pub(crate) struct FieldDescription {
    pub(crate) path: String,
    pub(crate) form: String,
    pub(crate) there: &'static str,
    pub(crate) sensitive: bool,
}

impl Catalog {
    /// Every version of every event, newest first.
    pub(crate) fn contracts(&self) -> Vec<ContractDescription> {
        let versions = self.events.iter().flat_map(|event| &event.versions);
        versions.map(describe).collect()
    }
}

fn describe(known: &Known) -> ContractDescription {
    let rows = known.data().map(fields::rows).unwrap_or_default();
    let field = |row: fields::Row| FieldDescription {
        path: row.path,
        form: row.form,
        there: row.there,
        sensitive: row.sensitive,
    };
    ContractDescription {
        type_name: known.type_name.clone(),
        version: known.version.get(),
        status: known.status().map(Status::word),
        owner: known.owner(),
        summary: known.summary(),
        key: known.key(),
        sequence: known.sequence(),
        published: known.is_published(),
        taken_by: known.taken_by.clone(),
        read_elsewhere_by: known.readers.iter().map(|reader| reader.consumer).collect(),
        fields: rows.into_iter().map(field).collect(),
        schema: known.data().map(|data| json::schema(&Shape::Object(data))),
    }
}
