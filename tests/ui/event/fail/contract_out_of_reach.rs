use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.reached", version = 2, owner = "checkout")]
struct Reached {
    order_id: Uuid,
}

fn main() {}
