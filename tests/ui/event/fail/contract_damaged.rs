use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.damaged", version = 1, owner = "checkout")]
struct Damaged {
    order_id: Uuid,
}

fn main() {}
