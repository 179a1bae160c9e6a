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
        self.fields(&["data", "fields"], data, true);
        for (handle, shape) in self.handles.sorted() {
            self.header(&["types", &handle]);
            match shape {
                Shape::Object(object) => self.object(&handle, object),
                Shape::Choice(choice) => self.choice(&handle, choice),
                _ => {}
            }
        }
    }

    fn object(&mut self, handle: &str, object: &'static Object) {
        self.pair("kind", &quoted("object"));
        if object.unknown != Unknown::Ignored {
            self.pair("unknown_fields", &quoted(unknown(object.unknown)));
        }
        self.fields(&["types", handle, "fields"], object, true);
    }

    /// First the fields that fit a line, then the tables of those that do not.
    fn fields(&mut self, path: &[&str], object: &'static Object, with_header: bool) {
        let mut fields: Vec<&Field> = object.fields.iter().collect();
        fields.sort_unstable_by_key(|field| field.name);
        let (lines, tables): (Vec<&Field>, Vec<&Field>) = fields.into_iter().partition(|field| is_line(field));
        if with_header && (!lines.is_empty() || tables.is_empty()) {
            self.header(path);
        }
        for field in lines {
            let line = self.line(field);
            self.pair(&key(field.name), &quoted(&line));
        }
        for field in tables {
            self.header(&[path, &[field.name]].concat());
            self.facts(field);
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

    /// The line, then what is different.
    fn facts(&mut self, field: &Field) {
        let line = self.line(field);
        self.pair("type", &quoted(&line));
        let usual = usual(field);
        if field.written != usual.written {
            let word = match field.written {
                Written::Always => "always",
                Written::Sometimes => "sometimes",
                Written::Never => "never",
            };
            self.pair("written", &quoted(word));
        }
        if field.null != usual.null {
            self.pair("null", &field.null.to_string());
        }
        if field.absent != usual.absent {
            let word = match field.absent {
                Absent::Refused => "refused",
                Absent::Accepted => "accepted",
                Absent::Ignored => "ignored",
            };
            self.pair("absent", &quoted(word));
        }
        for (key, names) in [("writes", field.writes), ("reads", field.reads)] {
            if !names.is_empty() {
                self.list(key, names);
            }
        }
    }

    fn choice(&mut self, handle: &str, choice: &'static Choice) {
        let union = choice.tagging != Tagging::External || !choice.is_plain();
        self.pair("kind", &quoted(if union { "union" } else { "enum" }));
        match choice.tagging {
            Tagging::External => {}
            Tagging::Internal(tag) => self.pair("tag", &quoted(tag)),
            Tagging::Adjacent(tag, content) => {
                self.pair("tag", &quoted(tag));
                self.pair("content", &quoted(content));
            }
        }
        if choice.open {
            self.pair("open", "true");
        }
        let mut variants: Vec<&Variant> = choice.variants.iter().collect();
        variants.sort_unstable_by_key(|variant| variant.name);
        self.names(handle, &variants);
        self.contents(handle, &variants);
    }

    fn names(&mut self, handle: &str, variants: &[&Variant]) {
        let is_plain = |variant: &&&Variant| variant.content.is_none() && !self.has_facts(variant);
        let plain: Vec<&str> = variants.iter().filter(is_plain).map(|variant| variant.name).collect();
        let rare: Vec<&&Variant> = variants.iter().filter(|variant| self.has_facts(variant)).collect();
        if !plain.is_empty() {
            self.header(&["types", handle, "names"]);
        }
        for name in plain {
            self.pair(&key(name), &quoted("unit"));
        }
        for variant in rare {
            self.header(&["types", handle, "names", variant.name]);
            for (key, flag) in [
                ("catch_all", variant.catch_all),
                ("never_read", variant.never_read),
                ("never_written", variant.never_written),
            ] {
                if flag {
                    self.pair(key, "true");
                }
            }
            if let Some(unknown_fields) = self.unknown_of(variant) {
                self.pair("unknown_fields", &quoted(unknown(unknown_fields)));
            }
            if !variant.reads.is_empty() {
                self.list("reads", variant.reads);
            }
        }
    }

    fn contents(&mut self, handle: &str, variants: &[&Variant]) {
        let contents = || {
            variants
                .iter()
                .filter_map(|variant| Some((variant.name, variant.content?)))
        };
        let lines: Vec<(&str, String)> = contents()
            .filter(|(_, shape)| self.handles.in_place(shape).is_none())
            .map(|(name, shape)| (name, self.handles.text(&shape)))
            .collect();
        if !lines.is_empty() {
            self.header(&["types", handle, "variants"]);
        }
        for (name, ty) in lines {
            self.pair(&key(name), &quoted(&ty));
        }
        for (name, shape) in contents() {
            if let Some(object) = self.handles.in_place(&shape) {
                self.header(&["types", handle, "variants", name]);
                self.fields(&["types", handle, "variants", name], object, false);
            }
        }
    }

    fn has_facts(&self, variant: &Variant) -> bool {
        let flags = variant.catch_all || variant.never_read || variant.never_written;
        flags || !variant.reads.is_empty() || self.unknown_of(variant).is_some()
    }

    /// What becomes of unknown fields, where that is rare.
    fn unknown_of(&self, variant: &Variant) -> Option<Unknown> {
        let object = self.handles.in_place(variant.content.as_ref()?)?;
        Some(object.unknown).filter(|unknown| *unknown != Unknown::Ignored)
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
