use super::text::{count, list};
use super::{Catalog, Event, Handler, Known, fields};
use event_contract::Status;
use std::fmt::{self, Write as _};

impl Catalog {
    /// The service as a Markdown page: its flow, its events with every field, its handlers.
    ///
    /// The same service gives the same text, so that a page in a repository can be checked for staleness.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut page = String::new();
        // Writing to a `String` cannot fail.
        let _ = self.write_markdown(&mut page);
        page
    }

    fn write_markdown(&self, page: &mut String) -> fmt::Result {
        writeln!(page, "# {}\n", plain(&self.service))?;
        writeln!(
            page,
            "{} and {} on the bus `{}`. Written by `catalog --markdown`; do not edit.\n",
            count(self.events.len(), "event"),
            count(self.handlers.len(), "handler"),
            self.names.bus
        )?;
        writeln!(
            page,
            "| event | owner | published by | taken by | key | sensitive |\n|---|---|---|---|---|---|"
        )?;
        for event in &self.events {
            let sensitive = event.sensitive();
            writeln!(
                page,
                "| [{}](#{}) | {} | {} | {} | {} | {} |",
                cell(event.name),
                anchor(event.name),
                cell(or_nobody(event.owner())),
                cell(&self.publishers(event)),
                cell(&list(event.taken_by(), "nobody here")),
                code(event.key().unwrap_or_default()),
                sensitive.iter().map(|path| code(path)).collect::<Vec<_>>().join(", "),
            )?;
        }
        self.write_flow(page)?;
        for event in &self.events {
            self.write_event(page, event)?;
        }
        writeln!(page, "\n## Handlers")?;
        if self.handlers.is_empty() {
            writeln!(page, "\nNone: the service only publishes.")?;
        }
        for handler in &self.handlers {
            self.write_handler(page, handler)?;
        }
        Ok(())
    }

    /// As a diagram that GitHub and others draw.
    fn write_flow(&self, page: &mut String) -> fmt::Result {
        writeln!(page, "\n## Flow\n\n```mermaid\nflowchart LR")?;
        let quiet = |name: &str| name.replace('"', "#quot;").replace(char::is_control, " ");
        for (at, event) in self.events.iter().enumerate() {
            writeln!(page, "  e{at}([\"{}\"])", quiet(event.name))?;
        }
        for (at, handler) in self.handlers.iter().enumerate() {
            writeln!(page, "  h{at}[\"{}\"]", quiet(handler.name))?;
        }
        for (at, handler) in self.handlers.iter().enumerate() {
            for (of, event) in self.events.iter().enumerate() {
                if event.taken_by().contains(&handler.name) {
                    writeln!(page, "  e{of} --> h{at}")?;
                }
                if event.published_by().contains(&handler.name) {
                    writeln!(page, "  h{at} --> e{of}")?;
                }
            }
        }
        writeln!(page, "```")
    }

    /// Who publishes an event, in words.
    pub(super) fn publishers(&self, event: &Event) -> String {
        let mut publishers = event.published_by();
        if event.versions.iter().any(|known| known.outside) {
            publishers.push("the service outside its handlers");
        }
        list(publishers, "another service")
    }

    /// What becomes of an event that nobody takes, in words.
    pub(super) fn unrouted(event: &Event) -> &'static str {
        match (event.is_published(), event.is_kept()) {
            (false, _) => "its publisher decides",
            (true, true) => "it waits in the bus's `unrouted` queue",
            (true, false) => "the publisher gets an error",
        }
    }

    /// Whether its handlers need its order, in words.
    pub(super) fn order(&self, event: &Event) -> String {
        let takers = event.taken_by();
        let of = |handler: &&Handler| takers.contains(&handler.name);
        let orders: Vec<_> = self.handlers.iter().filter(of).map(Handler::order).collect();
        let mut text = match orders.iter().find(|order| *order != "none") {
            Some(order) => order.clone(),
            None if takers.is_empty() => "nobody here takes it".to_owned(),
            None => "not needed: its handlers take it in any order".to_owned(),
        };
        if let (Some(sequence), Some(key)) = (event.sequence(), event.key()) {
            text.push_str(&format!("; `{sequence}` counts the changes of one `{key}`"));
        }
        text
    }

    fn write_event(&self, page: &mut String, event: &Event) -> fmt::Result {
        writeln!(page, "\n## {}\n", cell(event.name))?;
        if !event.summary().is_empty() {
            writeln!(page, "{}\n", plain(event.summary()))?;
        }
        writeln!(page, "| | |\n|---|---|")?;
        let versions: Vec<_> = event.versions.iter().map(|known| self.version(known)).collect();
        let mut facts = vec![
            ("owner", or_nobody(event.owner()).to_owned()),
            ("published by", self.publishers(event)),
            ("taken by", list(event.taken_by(), "nobody here")),
            ("versions", versions.join(", ")),
            ("order", self.order(event)),
            ("when nobody takes it", Self::unrouted(event).to_owned()),
        ];
        if self.is_recorded {
            facts.push(("read elsewhere by", list(event.readers(), "nobody recorded")));
        }
        for (name, value) in facts {
            writeln!(page, "| {name} | {} |", cell(&value))?;
        }
        for known in &event.versions {
            self.write_version(page, known)?;
        }
        Ok(())
    }

    /// `v2 (live)`, `v1 (read through upcasts)`
    pub(super) fn version(&self, known: &Known) -> String {
        let mut notes = Vec::new();
        match known.status() {
            Some(status) => notes.push(status.word()),
            None if self.is_recorded => notes.push("no contract file"),
            None => {}
        }
        if known.contract.is_none() {
            notes.push("read through upcasts");
        }
        if notes.is_empty() {
            known.version.to_string()
        } else {
            format!("{} ({})", known.version, notes.join(", "))
        }
    }

    fn write_version(&self, page: &mut String, known: &Known) -> fmt::Result {
        writeln!(page, "\n### {}\n", cell(&known.type_name))?;
        if known.status() == Some(Status::Retired) {
            writeln!(page, "Retired: it is published no more.\n")?;
        }
        let Some(data) = known.data() else {
            return writeln!(
                page,
                "Read through upcasts; its form is in the contract file of its owner."
            );
        };
        let read = !known.readers.is_empty();
        let (head, line) = if read { (" read by |", "---|") } else { ("", "") };
        writeln!(page, "| field | form | there | |{head}\n|---|---|---|---|{line}")?;
        for row in fields::rows(data) {
            let mut notes = Vec::new();
            if known.key() == Some(&row.path) {
                notes.push("key");
            }
            if known.sequence() == Some(&row.path) {
                notes.push("sequence");
            }
            if row.sensitive {
                notes.push("**sensitive**");
            }
            write!(
                page,
                "| {} | {} | {} | {} |",
                code(&row.path),
                code(&row.form),
                row.there,
                notes.join(", ")
            )?;
            if read {
                write!(
                    page,
                    " {} |",
                    cell(&list(fields::readers(&row.path, &known.readers), "nobody"))
                )?;
            }
            writeln!(page)?;
        }
        if let Some(sample) = &known.sample {
            writeln!(page, "\n```json\n{sample:#}\n```")?;
        }
        Ok(())
    }

    fn write_handler(&self, page: &mut String, handler: &Handler) -> fmt::Result {
        writeln!(page, "\n### {}\n", cell(handler.name))?;
        if !handler.summary.is_empty() {
            writeln!(page, "{}\n", plain(handler.summary))?;
        }
        writeln!(page, "| | |\n|---|---|")?;
        let types = |contracts: &[&'static event_contract::Contract]| {
            list(contracts.iter().map(|contract| contract.type_name), "nothing")
        };
        let mut facts = vec![
            ("takes", types(&handler.takes)),
            ("publishes", types(&handler.publishes)),
            (
                "queue",
                self.names.queues_text(handler.name, handler.options.partitions()),
            ),
            ("dead letters", self.names.dead_letters(handler.name)),
            ("delivery", handler.delivery()),
            ("order", handler.order()),
            ("on replay", handler.on_replay().to_owned()),
        ];
        facts.extend(handler.limits());
        for (name, value) in facts {
            writeln!(page, "| {name} | {} |", cell(&value))?;
        }
        Ok(())
    }
}

pub(super) fn or_nobody(owner: &str) -> &str {
    if owner.is_empty() { "nobody" } else { owner }
}

/// Text as it is, and never as markup.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>#|".contains(c) {
            plain.push('\\');
        }
        plain.push(if c.is_control() { ' ' } else { c });
    }
    plain
}

/// The same in a table, where backticks of our own stay.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '<' | '>' | '[' | ']' | '\\' | '*' => {
                cell.push('\\');
                cell.push(c);
            }
            c if c.is_control() => cell.push(' '),
            c => cell.push(c),
        }
    }
    cell
}

/// In backticks; a bar would end the cell all the same.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!(
        "`{}`",
        text.replace('`', "'")
            .replace('|', "\\|")
            .replace(char::is_control, " ")
    )
}

/// As GitHub calls a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || "_-".contains(*c));
    kept.flat_map(char::to_lowercase).collect()
}
