//! The flow as a picture.

use super::super::Catalog;
use super::escape::{Place, Text};
use super::graph::{Graph, HEIGHT, Kind, graph};
use std::fmt::{self, Write as _};

/// How far the picture may shrink before it is scrolled.
const SMALLEST: f64 = 0.75;

pub(super) fn write(catalog: &Catalog, page: &mut String) -> fmt::Result {
    let graph = graph(catalog);
    if graph.nodes.is_empty() {
        return Ok(());
    }
    let below = if graph.edges.iter().any(|edge| graph.goes_back(*edge)) {
        40.0
    } else {
        0.0
    };
    let (width, height) = (graph.width, graph.height + below);
    write!(
        page,
        "<div class=\"flow\" tabindex=\"0\"><svg style=\"min-width:{:.0}px\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"The flow of the events\">\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto-start-reverse\"><path d=\"M0 0 8 4 0 8z\"/></marker></defs>",
        width * SMALLEST,
    )?;
    for edge in &graph.edges {
        line(&graph, *edge, page)?;
    }
    for node in &graph.nodes {
        let (class, place) = match node.kind {
            Kind::Service => ("service", "service"),
            Kind::Event => ("event", "event"),
            Kind::Foreign => ("event foreign", "event"),
            Kind::Handler => ("handler", "handler"),
            Kind::Bend => continue,
        };
        let radius = if node.kind == Kind::Handler { 5.0 } else { HEIGHT / 2.0 };
        let (name, place) = (Text(&node.name), Place(place, &node.name));
        write!(
            page,
            "<a href=\"#{place}\" class=\"{class}\"><title>{name}</title><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" \
             height=\"{HEIGHT}\" rx=\"{radius}\"/><text x=\"{:.1}\" y=\"{:.1}\">{name}</text></a>",
            node.x,
            node.y,
            node.width,
            node.x + node.width / 2.0,
            node.y + HEIGHT / 2.0 + 4.5,
        )?;
    }
    page.push_str("</svg></div>\n<p class=\"legend\"><span class=\"event\">event</span> ");
    if graph.nodes.iter().any(|node| node.kind == Kind::Foreign) {
        page.push_str("<span class=\"event foreign\">event of another service</span> ");
    }
    page.push_str("<span class=\"handler\">handler</span></p>\n");
    Ok(())
}

fn line(graph: &Graph, edge: (usize, usize), page: &mut String) -> fmt::Result {
    let (from, to) = (&graph.nodes[edge.0], &graph.nodes[edge.1]);
    if graph.goes_back(edge) {
        // Under everything, and up again.
        let (x1, y1) = (from.x + from.width / 2.0, from.y + HEIGHT);
        let (x2, y2) = (to.x + to.width / 2.0, to.y + HEIGHT + 3.0);
        let below = graph.height + 30.0;
        return write!(
            page,
            "<path class=\"line back\" d=\"M{x1:.1} {y1:.1}C{x1:.1} {below:.1} {x2:.1} {below:.1} {x2:.1} {y2:.1}\"/>"
        );
    }
    let (x1, y1) = (from.x + from.width, from.middle());
    // Through a bend the line goes straight on; a node it reaches with a tip.
    let (x2, y2, class, on) = if to.kind == Kind::Bend {
        (to.x, to.middle(), "line through", format!("h{:.1}", to.width))
    } else {
        (to.x - 3.0, to.middle(), "line", String::new())
    };
    let half = f64::midpoint(x1, x2);
    write!(
        page,
        "<path class=\"{class}\" d=\"M{x1:.1} {y1:.1}C{half:.1} {y1:.1} {half:.1} {y2:.1} {x2:.1} {y2:.1}{on}\"/>"
    )
}
