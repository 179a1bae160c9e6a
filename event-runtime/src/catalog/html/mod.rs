//! The catalog as one page, which needs nothing but itself.

mod card;
mod escape;
mod flow;
mod graph;

use super::Catalog;
use super::text::count;
use escape::{Place, Text};
use std::fmt::{self, Write as _};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

impl Catalog {
    /// The service as one HTML page: the flow as a picture, every event with its fields, every handler.
    ///
    /// It loads nothing, is readable in the dark and on a phone, and everything in it also works without its script, which
    /// only filters.
    #[must_use]
    pub fn html(&self) -> String {
        let mut page = String::with_capacity(64 * 1024);
        // Writing to a `String` cannot fail.
        let _ = self.write_html(&mut page);
        page
    }

    fn write_html(&self, page: &mut String) -> fmt::Result {
        let service = Text(&self.service);
        write!(
            page,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{service}: events and handlers</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n"
        )?;
        self.write_index(page)?;
        write!(
            page,
            "<main>\n<header id=\"service-{service}\">\n<h1>{service}</h1>\n<p class=\"lead\">{} and {} on the bus \
             <code>{}</code></p>\n</header>\n<section>\n",
            count(self.events.len(), "event"),
            count(self.handlers.len(), "handler"),
            Text(&self.names.bus),
        )?;
        flow::write(self, page)?;
        page.push_str("</section>\n<section>\n<h2 class=\"part\">Events</h2>\n");
        for event in &self.events {
            self.write_event_card(page, event)?;
        }
        page.push_str("</section>\n<section>\n<h2 class=\"part\">Handlers</h2>\n");
        if self.handlers.is_empty() {
            page.push_str("<p class=\"none\">None: the service only publishes.</p>\n");
        }
        for handler in &self.handlers {
            self.write_handler_card(page, handler)?;
        }
        write!(
            page,
            "</section>\n</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
        )
    }

    fn write_index(&self, page: &mut String) -> fmt::Result {
        page.push_str(
            "<nav aria-label=\"Events and handlers\">\n<input id=\"filter\" type=\"search\" placeholder=\"Filter\" \
             aria-label=\"Filter events and handlers\" hidden>\n",
        );
        let names = |kind| match kind {
            "event" => self.events.iter().map(|event| event.name).collect::<Vec<_>>(),
            _ => self.handlers.iter().map(|handler| handler.name).collect(),
        };
        for (kind, head) in [("event", "Events"), ("handler", "Handlers")] {
            write!(page, "<p>{head}</p>\n<ul>\n")?;
            for name in names(kind) {
                writeln!(
                    page,
                    "<li><a class=\"{kind}\" href=\"#{}\">{}</a></li>",
                    Place(kind, name),
                    Text(name)
                )?;
            }
            page.push_str("</ul>\n");
        }
        page.push_str("</nav>\n");
        Ok(())
    }
}
