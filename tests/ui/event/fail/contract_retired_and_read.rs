use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "ui.retired", version = 2, owner = "checkout")]
struct Retired {
    order_id: Uuid,
}

fn main() {}
