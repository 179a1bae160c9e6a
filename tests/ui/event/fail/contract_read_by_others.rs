use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.read", version = 1, owner = "checkout")]
struct Read {
    order_id: Uuid,
}

fn main() {}
