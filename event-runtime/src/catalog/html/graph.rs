//! Where the nodes of the flow stand: columns from left to right, as the events go.

use super::super::Catalog;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The service itself, which publishes outside its handlers.
    Service,
    Event,
    /// An event that comes from another service.
    Foreign,
    Handler,
    /// Where an edge passes through a column, so that it goes round the nodes there.
    Bend,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) column: usize,
    /// The left upper corner and the width.
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
}

#[derive(Debug)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// From node to node, by position.
    pub(super) edges: Vec<(usize, usize)>,
    pub(super) width: f64,
    pub(super) height: f64,
}

pub(super) const HEIGHT: f64 = 34.0;
const BETWEEN_ROWS: f64 = 14.0;
const BETWEEN_COLUMNS: f64 = 64.0;
const MARGIN: f64 = 10.0;
/// Of a letter of the fixed-width font.
const LETTER: f64 = 7.6;

pub(super) fn graph(catalog: &Catalog) -> Graph {
    let mut graph = Graph {
        nodes: Vec::new(),
        edges: Vec::new(),
        width: 0.0,
        height: 0.0,
    };
    for event in &catalog.events {
        let kind = if event.is_published() {
            Kind::Event
        } else {
            Kind::Foreign
        };
        let at = graph.node(kind, event.name);
        if event.versions.iter().any(|known| known.outside) {
            let service = graph.node(Kind::Service, &catalog.service);
            graph.edges.push((service, at));
        }
    }
    for handler in &catalog.handlers {
        let at = graph.node(Kind::Handler, handler.name);
        for event in &catalog.events {
            let Some(place) = graph.find(event.name, |kind| kind != Kind::Handler && kind != Kind::Service) else {
                continue;
            };
            if event.taken_by().contains(&handler.name) {
                graph.edges.push((place, at));
            }
            if event.published_by().contains(&handler.name) {
                graph.edges.push((at, place));
            }
        }
    }
    graph.columns();
    graph.bends();
    graph.rows();
    graph
}

impl Node {
    pub(super) fn height(&self) -> f64 {
        if self.kind == Kind::Bend { 0.0 } else { HEIGHT }
    }

    /// Of the line into it and out of it.
    pub(super) fn middle(&self) -> f64 {
        self.y + self.height() / 2.0
    }
}

impl Graph {
    fn find(&self, name: &str, is: impl Fn(Kind) -> bool) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == name && is(node.kind))
    }

    fn node(&mut self, kind: Kind, name: &str) -> usize {
        self.find(name, |other| other == kind).unwrap_or_else(|| {
            self.nodes.push(Node {
                kind,
                name: name.to_owned(),
                column: 0,
                x: 0.0,
                y: 0.0,
                width: name.chars().count() as f64 * LETTER + 28.0,
            });
            self.nodes.len() - 1
        })
    }

    /// Whether the edge goes against the flow: it closes a circle.
    pub(super) fn goes_back(&self, (from, to): (usize, usize)) -> bool {
        self.nodes[from].column >= self.nodes[to].column
    }

    /// Every node right of those before it; an edge that closes a circle has no say.
    fn columns(&mut self) {
        let forward = self.forward();
        // The longest way has fewer edges than there are nodes.
        for _ in 0..self.nodes.len() {
            let mut moved = false;
            for (from, to) in &forward {
                let column = self.nodes[*from].column + 1;
                if self.nodes[*to].column < column {
                    self.nodes[*to].column = column;
                    moved = true;
                }
            }
            if !moved {
                break;
            }
        }
    }

    /// An edge over several columns becomes several edges, from bend to bend.
    fn bends(&mut self) {
        for edge in std::mem::take(&mut self.edges) {
            let (mut from, to) = edge;
            if !self.goes_back(edge) {
                for column in self.nodes[from].column + 1..self.nodes[to].column {
                    self.nodes.push(Node {
                        kind: Kind::Bend,
                        name: String::new(),
                        column,
                        x: 0.0,
                        y: 0.0,
                        width: 0.0,
                    });
                    let bend = self.nodes.len() - 1;
                    self.edges.push((from, bend));
                    from = bend;
                }
            }
            self.edges.push((from, to));
        }
    }

    /// The edges without those that close a circle, found by walking from every node.
    fn forward(&self) -> Vec<(usize, usize)> {
        let mut state = vec![State::New; self.nodes.len()];
        let mut forward = Vec::new();
        // Where nothing leads to comes first.
        let leads = |at: usize| self.edges.iter().any(|(_, to)| *to == at);
        let (later, first): (Vec<_>, Vec<_>) = (0..self.nodes.len()).partition(|at| leads(*at));
        for start in first.into_iter().chain(later) {
            let mut path = vec![(start, 0)];
            if state[start] != State::New {
                continue;
            }
            state[start] = State::Open;
            while let Some((at, edge)) = path.pop() {
                let next = (edge..self.edges.len()).find(|edge| self.edges[*edge].0 == at);
                let Some(edge) = next else {
                    state[at] = State::Done;
                    continue;
                };
                path.push((at, edge + 1));
                let to = self.edges[edge].1;
                if state[to] != State::Open {
                    forward.push((at, to));
                }
                if state[to] == State::New {
                    state[to] = State::Open;
                    path.push((to, 0));
                }
            }
        }
        forward
    }

    /// Column by column, each node as near as can be to the middle of those before it: `wanted` is the middle it wants.
    fn rows(&mut self) {
        let columns = self.nodes.iter().map(|node| node.column + 1).max().unwrap_or(0);
        let mut x = MARGIN;
        for column in 0..columns {
            let here: Vec<_> = (0..self.nodes.len())
                .filter(|at| self.nodes[*at].column == column)
                .collect();
            let mut wanted: Vec<_> = here.iter().map(|at| (self.wanted(*at), *at)).collect();
            wanted.sort_by(|one, other| one.0.total_cmp(&other.0));
            let width = here.iter().map(|at| self.nodes[*at].width).fold(0.0, f64::max);
            let mut next = MARGIN;
            for (y, at) in wanted {
                let node = &mut self.nodes[at];
                (node.x, node.y, node.width) = (x, (y - node.height() / 2.0).max(next), width);
                next = node.y + node.height() + BETWEEN_ROWS;
            }
            self.height = self.height.max(next - BETWEEN_ROWS + MARGIN);
            x += width + BETWEEN_COLUMNS;
        }
        self.width = (x - BETWEEN_COLUMNS + MARGIN).max(0.0);
    }

    fn wanted(&self, at: usize) -> f64 {
        let before = self.edges.iter().filter(|edge| edge.1 == at && !self.goes_back(**edge));
        let rows: Vec<_> = before.map(|(from, _)| self.nodes[*from].middle()).collect();
        if rows.is_empty() {
            0.0
        } else {
            rows.iter().sum::<f64>() / rows.len() as f64
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// On the way from where the walk began.
    Open,
    Done,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Handler;
    use crate::envelope::Prefix;
    use crate::handler::Options;
    use crate::topology::Names;
    use event_contract::{Contract, Version};

    const A: Contract = Contract::new("a.done", Version::FIRST, "a.done.v1");
    const B: Contract = Contract::new("b.done", Version::FIRST, "b.done.v1");
    const C: Contract = Contract::new("c.done", Version::FIRST, "c.done.v1");

    fn handler(name: &'static str, takes: &[&'static Contract], publishes: &[&'static Contract]) -> Handler {
        Handler {
            name,
            summary: "",
            takes: takes.to_vec(),
            publishes: publishes.to_vec(),
            options: Options::DEFAULT,
        }
    }

    fn of(handlers: Vec<Handler>) -> Graph {
        graph(&Catalog::new(
            "s",
            Names::new("bus", "s"),
            Prefix::default(),
            handlers,
            vec![&A],
        ))
    }

    fn column(graph: &Graph, name: &str) -> usize {
        graph.nodes.iter().find(|node| node.name == name).unwrap().column
    }

    #[test]
    fn events_go_from_left_to_right() {
        let graph = of(vec![handler("one", &[&A], &[&B]), handler("two", &[&A, &B], &[&C])]);
        let columns = ["s", "a.done", "one", "b.done", "two", "c.done"].map(|name| column(&graph, name));
        assert_eq!(columns, [0, 1, 2, 3, 4, 5]);
        let bends = graph.nodes.iter().filter(|node| node.kind == Kind::Bend).count();
        assert_eq!(bends, 2, "from a.done to two, past one and b.done");
        for (at, node) in graph.nodes.iter().enumerate() {
            assert!(
                node.x + node.width <= graph.width && node.y + node.height() <= graph.height,
                "{node:?}"
            );
            for other in graph.nodes[..at].iter().filter(|other| other.column == node.column) {
                let apart = node.y >= other.y + other.height() || other.y >= node.y + node.height();
                assert!(apart, "{node:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_circle_has_one_edge_back() {
        let graph = of(vec![handler("one", &[&A], &[&B]), handler("two", &[&B], &[&A])]);
        let back: Vec<_> = graph.edges.iter().filter(|edge| graph.goes_back(**edge)).collect();
        let [(from, to)] = back[..] else { panic!("{back:?}") };
        assert_eq!((&*graph.nodes[*from].name, &*graph.nodes[*to].name), ("two", "a.done"));
        let graph = of(vec![handler("own", &[&A], &[&A])]);
        assert_eq!(graph.edges.iter().filter(|edge| graph.goes_back(**edge)).count(), 1);
    }
}
