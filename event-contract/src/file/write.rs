use super::handles::Handles;
use super::{FORMAT, ViewFile, key, quoted};
use crate::shape::Field;
use crate::{Absent, Choice, Committed, Object, Shape, Tagging, Unknown, Variant, Written};

/// The text of a contract file.
///
/// It is canonical: [`parse`](super::parse) reads the same contract from it, but for the names of Rust types, and writing
/// that one again gives the same text.
#[must_use]
pub fn write(contract: &Committed) -> String {
    let mut out = Out::new(
        "# Event contract, written by `cargo event contract accept`. Review it like code: sorted, one fact per line.",
        contract.data,
    );
    out.pair("event", &quoted(contract.event));
    out.pair("version", &contract.version.get().to_string());
    out.pair("type", &quoted(&format!("{}.{}", contract.event, contract.version)));
    out.pair("status", &quoted(contract.status.word()));
    out.some("owner", contract.owner);
    out.some("summary", contract.summary);
    out.some("key", contract.key.unwrap_or_default());
    out.some("sequence", contract.sequence.unwrap_or_default());
    if !contract.upcast_from.is_empty() {
        let versions: Vec<String> = contract
            .upcast_from
            .iter()
            .map(|version| version.get().to_string())
            .collect();
        out.pair("upcast_from", &format!("[{}]", versions.join(", ")));
    }
    out.body(contract.data);
    if !contract.reserved.is_empty() {
        out.header(&["reserved"]);
        out.list("fields", contract.reserved);
    }
    if !contract.allowed.is_empty() {
        out.header(&["allow"]);
        let place = |rule: &str, path: &str| format!("{rule} {path}").trim_end().to_owned();
        let mut allowed: Vec<(String, &str)> = contract
            .allowed
            .iter()
            .map(|allowed| (place(allowed.rule, allowed.path), allowed.reason))
            .collect();
        allowed.sort();
        for (place, reason) in allowed {
            out.pair(&key(&place), &quoted(reason));
        }
    }
    out.text
}

/// The text of a recorded view. What a view would write is not in it.
#[must_use]
pub fn write_view(view: &ViewFile) -> String {
    let data = super::reading::only(view.reader.data);
    let mut out = Out::new(
        "# What a consumer reads of an event, written by `cargo event contract publish-view`.",
        data,
    );
    out.pair("kind", &quoted("view"));
    out.pair("consumer", &quoted(view.reader.consumer));
    out.pair("event", &quoted(view.event));
    out.pair("version", &view.version.get().to_string());
    out.body(data);
    out.text
}

struct Out {
    text: String,
    handles: Handles,
}

impl Out {
    fn new(comment: &str, data: &'static Object) -> Self {
        let mut out = Self {
            text: format!("{comment}\n"),
            handles: Handles::of(data),
        };
        out.pair("format", &FORMAT.to_string());
        out
    }

    fn pair(&mut self, key: &str, value: &str) {
        self.text.push_str(&format!("{key} = {value}\n"));
    }

    fn some(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.pair(key, &quoted(value));
        }
    }

    /// One entry per line, so that two branches can each add one.
    fn list(&mut self, key: &str, entries: &[&str]) {
        let mut entries = entries.to_vec();
        entries.sort_unstable();
        entries.dedup();
        self.text.push_str(&format!("{key} = [\n"));
        for entry in entries {
            self.text.push_str(&format!("    {},\n", quoted(entry)));
        }
        self.text.push_str("]\n");
    }

    fn header(&mut self, path: &[&str]) {
        let path: Vec<String> = path.iter().map(|part| key(part)).collect();
        self.text.push_str(&format!("\n[{}]\n", path.join(".")));
    }

    fn body(&mut self, data: &'static Object) {
        let sensitive = self.handles.sensitive(data);
        if !sensitive.is_empty() {
            let sensitive: Vec<&str> = sensitive.iter().map(String::as_str).collect();
            self.list("sensitive", &sensitive);
        }
        self.header(&["data"]);
        self.pair("unknown_fields", &quoted(unknown(data.unknown)));
        self.header(&["data", "fields"]);
        self.fields("", data);
        let types = self.handles.sorted();
        if !types.is_empty() {
            self.text.push_str("\n[types]\n");
        }
        for (at, (handle, shape)) in types.iter().enumerate() {
            if at > 0 {
                self.text.push('\n');
            }
            // Every line says which type it is about. Headers do not survive a merge with `union`: git takes lines that
            // two tables have in common for the same lines, and mixes the tables up.
            let place = format!("{}.", key(handle));
            match shape {
                Shape::Object(object) => self.object(&place, object),
                Shape::Choice(choice) => self.choice(&place, choice),
                _ => {}
            }
        }
    }

    fn object(&mut self, place: &str, object: &'static Object) {
        self.pair(&format!("{place}kind"), &quoted("object"));
        if object.unknown != Unknown::Ignored {
            self.pair(&format!("{place}unknown_fields"), &quoted(unknown(object.unknown)));
        }
        self.fields(&format!("{place}fields."), object);
    }

    fn fields(&mut self, place: &str, object: &'static Object) {
        let mut fields: Vec<&Field> = object.fields.iter().collect();
        fields.sort_unstable_by_key(|field| field.name);
        for field in fields {
            let place = format!("{place}{}", key(field.name));
            let line = self.line(field);
            if is_line(field) {
                self.pair(&place, &quoted(&line));
            } else {
                self.pair(&format!("{place}.type"), &quoted(&line));
                self.facts(&place, field);
            }
        }
    }

    fn line(&self, field: &Field) -> String {
        let ty = self.handles.text(&field.shape);
        match field.default {
            Some("") => format!("{ty} = default"),
            Some(path) => format!("{ty} = default({path})"),
            None if is_never_null(field) => format!("{ty} = absent"),
            None => ty,
        }
    }

    /// What is different from what the line says.
    fn facts(&mut self, place: &str, field: &Field) {
        let usual = usual(field);
        if field.absent != usual.absent {
            let word = match field.absent {
                Absent::Refused => "refused",
                Absent::Accepted => "accepted",
                Absent::Ignored => "ignored",
            };
            self.pair(&format!("{place}.absent"), &quoted(word));
        }
        if field.null != usual.null {
            self.pair(&format!("{place}.null"), &field.null.to_string());
        }
        self.names(&format!("{place}.reads"), field.reads);
        self.names(&format!("{place}.writes"), field.writes);
        if field.written != usual.written {
            let word = match field.written {
                Written::Always => "always",
                Written::Sometimes => "sometimes",
                Written::Never => "never",
            };
            self.pair(&format!("{place}.written"), &quoted(word));
        }
    }

    /// The names that are read or written, where those are not just the own one.
    fn names(&mut self, place: &str, names: &[&str]) {
        if !names.is_empty() {
            let mut names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            names.sort_unstable();
            names.dedup();
            self.pair(place, &format!("[{}]", names.join(", ")));
        }
    }

    fn choice(&mut self, place: &str, choice: &'static Choice) {
        let union = choice.tagging != Tagging::External || !choice.is_plain();
        self.pair(&format!("{place}kind"), &quoted(if union { "union" } else { "enum" }));
        match choice.tagging {
            Tagging::External => {}
            Tagging::Internal(tag) => self.pair(&format!("{place}tag"), &quoted(tag)),
            Tagging::Adjacent(tag, content) => {
                self.pair(&format!("{place}tag"), &quoted(tag));
                self.pair(&format!("{place}content"), &quoted(content));
            }
        }
        if choice.open {
            self.pair(&format!("{place}open"), "true");
        }
        let mut variants: Vec<&Variant> = choice.variants.iter().collect();
        variants.sort_unstable_by_key(|variant| variant.name);
        for variant in &variants {
            let in_place = variant
                .content
                .as_ref()
                .and_then(|content| self.handles.in_place(content));
            self.name(&format!("{place}names.{}", key(variant.name)), variant, in_place);
        }
        for variant in variants {
            let Some(content) = variant.content else {
                continue;
            };
            let place = format!("{place}variants.{}", key(variant.name));
            match self.handles.in_place(&content) {
                Some(object) if object.fields.is_empty() => self.pair(&place, &quoted("{}")),
                Some(object) => self.fields(&format!("{place}."), object),
                None => {
                    let ty = self.handles.text(&content);
                    self.pair(&place, &quoted(&ty));
                }
            }
        }
    }

    /// What there is to say about the name of a variant.
    fn name(&mut self, place: &str, variant: &Variant, in_place: Option<&Object>) {
        let unknown_fields = in_place
            .map(|object| object.unknown)
            .filter(|unknown| *unknown != Unknown::Ignored);
        let flags = [
            ("catch_all", variant.catch_all),
            ("never_read", variant.never_read),
            ("never_written", variant.never_written),
        ];
        let is_rare = flags.iter().any(|(_, flag)| *flag) || !variant.reads.is_empty() || unknown_fields.is_some();
        if !is_rare && variant.content.is_none() {
            self.pair(place, &quoted("unit"));
        }
        for (fact, flag) in flags {
            if flag {
                self.pair(&format!("{place}.{fact}"), "true");
            }
        }
        self.names(&format!("{place}.reads"), variant.reads);
        if let Some(unknown_fields) = unknown_fields {
            self.pair(&format!("{place}.unknown_fields"), &quoted(unknown(unknown_fields)));
        }
    }
}

fn unknown(unknown: Unknown) -> &'static str {
    match unknown {
        Unknown::Ignored => "ignored",
        Unknown::Refused => "refused",
        Unknown::Kept => "kept",
    }
}

/// An optional type whose `null` is never written; the only one that a line says with a suffix of its own.
fn is_never_null(field: &Field) -> bool {
    let accepts = field.written == Written::Sometimes && field.absent == Absent::Accepted;
    matches!(field.shape, Shape::Optional(_)) && field.default.is_none() && !field.null && accepts
}

/// The facts that the line alone says.
fn usual(field: &Field) -> Field {
    let optional = matches!(field.shape, Shape::Optional(_));
    let mut usual = Field::hashed(field.hash, field.name, field.shape);
    if let Some(path) = field.default {
        usual = usual.with_default(path);
    }
    if optional || field.default.is_some() {
        usual.written = Written::Sometimes;
    }
    usual.null &= !is_never_null(field);
    usual
}

fn is_line(field: &Field) -> bool {
    let usual = usual(field);
    let names = field.writes.is_empty() && field.reads.is_empty();
    names && (field.written, field.null, field.absent) == (usual.written, usual.null, usual.absent)
}
