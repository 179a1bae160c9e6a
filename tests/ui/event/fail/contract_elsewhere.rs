use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.elsewhere", version = 1, owner = "checkout")]
struct Elsewhere {
    order_id: Uuid,
}

fn main() {}
