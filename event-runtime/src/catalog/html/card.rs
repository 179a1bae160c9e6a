use super::super::fields::{self, Row};
use super::super::markdown::or_nobody;
use super::super::{Catalog, Event, Handler, Known};
use super::escape::{Place, Text};
use event_contract::Contract;
use std::fmt::{self, Write as _};

impl Catalog {
    pub(super) fn write_event_card(&self, page: &mut String, event: &Event) -> fmt::Result {
        let name = Text(event.name);
        write!(
            page,
            "<article class=\"event\" id=\"{}\">\n<h3><span class=\"name\">{name}</span>",
            Place("event", event.name)
        )?;
        for known in &event.versions {
            let class = known.status().map_or("", event_contract::Status::word);
            write!(
                page,
                "<span class=\"chip {class}\">{}</span>",
                Text(&self.version(known))
            )?;
        }
        write!(
            page,
            "<span class=\"chip owner\">owner: {}</span>",
            Text(or_nobody(event.owner()))
        )?;
        if !event.sensitive().is_empty() {
            page.push_str("<span class=\"chip alarm\">sensitive</span>");
        }
        page.push_str("</h3>\n");
        summary(page, event.summary())?;
        page.push_str("<dl>\n");
        fact(page, "Published by", self.publisher_links(event))?;
        fact(page, "Taken by", handlers(&event.taken_by()))?;
        if let Some(key) = event.key() {
            fact(page, "Key", format_args!("<code>{}</code>", Text(key)))?;
        }
        if self.is_recorded {
            let readers = event.readers();
            let text = if readers.is_empty() {
                none("nobody recorded")
            } else {
                Text(&readers.join(", ")).to_string()
            };
            fact(page, "Read elsewhere by", text)?;
        }
        fact(page, "When nobody takes it", backticks(Self::unrouted(event)))?;
        wide(page, "Order", backticks(&self.order(event)))?;
        let sensitive = event.sensitive();
        if !sensitive.is_empty() {
            let paths: Vec<_> = sensitive
                .iter()
                .map(|path| format!("<code>{}</code>", Text(path)))
                .collect();
            wide(page, "Sensitive", paths.join(", "))?;
        }
        let takers = event.taken_by();
        let of = |handler: &&Handler| takers.contains(&handler.name);
        for handler in self.handlers.iter().filter(of) {
            let text = format!("{}: {}", link("handler", handler.name), Text(handler.on_replay()));
            wide(page, "On replay", text)?;
        }
        page.push_str("</dl>\n");
        for (at, known) in event.versions.iter().enumerate() {
            write_version(page, known, at == 0)?;
        }
        page.push_str("</article>\n");
        Ok(())
    }

    fn publisher_links(&self, event: &Event) -> String {
        let mut publishers: Vec<_> = event.published_by().iter().map(|name| link("handler", name)).collect();
        if event.versions.iter().any(|known| known.outside) {
            publishers.push("the service outside its handlers".to_owned());
        }
        if publishers.is_empty() {
            none("another service")
        } else {
            publishers.join(", ")
        }
    }

    pub(super) fn write_handler_card(&self, page: &mut String, handler: &Handler) -> fmt::Result {
        write!(
            page,
            "<article class=\"handler\" id=\"{}\">\n<h3><span class=\"name\">{}</span></h3>\n",
            Place("handler", handler.name),
            Text(handler.name)
        )?;
        summary(page, handler.summary)?;
        page.push_str("<dl>\n");
        fact(page, "Takes", events(&handler.takes))?;
        fact(page, "Publishes", events(&handler.publishes))?;
        fact(page, "Delivery", handler.delivery())?;
        fact(page, "Order", Text(&handler.order()))?;
        for (name, value) in handler.limits() {
            let mut letters = name.chars();
            let head: String = letters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .chain(letters)
                .collect();
            fact(page, &head, Text(&value))?;
        }
        for (head, name) in [
            (
                "Queue",
                self.names.queues_text(handler.name, handler.options.partitions()),
            ),
            ("Dead letters", self.names.dead_letters(handler.name)),
        ] {
            fact(page, head, format_args!("<code>{}</code>", Text(&name)))?;
        }
        wide(page, "On replay", Text(handler.on_replay()))?;
        page.push_str("</dl>\n</article>\n");
        Ok(())
    }
}

fn summary(page: &mut String, text: &str) -> fmt::Result {
    if text.is_empty() {
        return Ok(());
    }
    writeln!(page, "<p class=\"summary\">{}</p>", backticks(text))
}

fn fact(page: &mut String, head: &str, value: impl fmt::Display) -> fmt::Result {
    writeln!(page, "<div><dt>{head}</dt><dd>{value}</dd></div>")
}

fn wide(page: &mut String, head: &str, value: impl fmt::Display) -> fmt::Result {
    writeln!(page, "<div class=\"wide\"><dt>{head}</dt><dd>{value}</dd></div>")
}

fn none(text: &str) -> String {
    format!("<span class=\"none\">{}</span>", Text(text))
}

fn link(kind: &'static str, name: &str) -> String {
    format!("<a class=\"name\" href=\"#{}\">{}</a>", Place(kind, name), Text(name))
}

fn handlers(names: &[&str]) -> String {
    if names.is_empty() {
        return none("nobody here");
    }
    names
        .iter()
        .map(|name| link("handler", name))
        .collect::<Vec<_>>()
        .join(", ")
}

fn events(contracts: &[&'static Contract]) -> String {
    if contracts.is_empty() {
        return none("nothing");
    }
    let one = |contract: &&'static Contract| {
        format!(
            "<a class=\"name\" href=\"#{}\">{}</a>",
            Place("event", contract.name),
            Text(contract.type_name)
        )
    };
    contracts.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What is in backticks is code, as in the documentation that it comes from.
fn backticks(text: &str) -> String {
    let mut parts = text.split('`');
    let mut html = Text(parts.next().unwrap_or_default()).to_string();
    while let Some(code) = parts.next() {
        match parts.next() {
            Some(after) => html.push_str(&format!("<code>{}</code>{}", Text(code), Text(after))),
            None => html.push_str(&format!("`{}", Text(code))),
        }
    }
    html
}

fn write_version(page: &mut String, known: &Known, open: bool) -> fmt::Result {
    let open = if open { " open" } else { "" };
    let Some(data) = known.data() else {
        return writeln!(
            page,
            "<p class=\"none\">{}: read through upcasts; its form is in the contract file of its owner.</p>",
            Text(&known.type_name)
        );
    };
    let rows = fields::rows(data);
    write!(
        page,
        "<details{open}><summary>{}: {}</summary>\n<div class=\"scroll\"><table>\n<tr><th>Field</th><th>Form</th><th>There</th><th></th>",
        Text(&known.type_name),
        super::count(rows.len(), "field"),
    )?;
    if !known.readers.is_empty() {
        page.push_str("<th>Read by</th>");
    }
    page.push_str("</tr>\n");
    for row in &rows {
        write_row(page, known, row)?;
    }
    page.push_str("</table></div></details>\n");
    if let Some(sample) = &known.sample {
        let text = format!("{sample:#}");
        writeln!(
            page,
            "<details><summary>What {} looks like</summary>\n<pre>{}</pre></details>",
            Text(&known.type_name),
            Text(&text)
        )?;
    }
    Ok(())
}

fn write_row(page: &mut String, known: &Known, row: &Row) -> fmt::Result {
    let depth = row.path.matches(['.', '(']).count();
    let class = match depth {
        0 => "",
        1 => " class=\"inside\"",
        _ => " class=\"deeper\"",
    };
    write!(
        page,
        "<tr{class}><td><code>{}</code></td><td class=\"form\"><code>{}</code></td><td>{}</td><td>",
        Text(&row.path),
        Text(&row.form),
        row.there
    )?;
    for (is, class, word) in [
        (known.key() == Some(&row.path), "key", "key"),
        (known.sequence() == Some(&row.path), "key", "sequence"),
        (row.sensitive, "alarm", "sensitive"),
    ] {
        if is {
            write!(page, "<span class=\"chip {class}\">{word}</span> ")?;
        }
    }
    page.push_str("</td>");
    if !known.readers.is_empty() {
        let readers = fields::readers(&row.path, &known.readers);
        let text = if readers.is_empty() {
            none("nobody")
        } else {
            Text(&readers.join(", ")).to_string()
        };
        write!(page, "<td>{text}</td>")?;
    }
    page.push_str("</tr>\n");
    Ok(())
}
