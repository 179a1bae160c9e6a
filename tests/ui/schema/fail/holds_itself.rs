use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Node {
    name: String,
    children: Vec<Node>,
    parent: Option<Box<Self>>,
}

fn main() {}
