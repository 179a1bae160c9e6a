use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 1, owner = "checkout")]
struct OrderPlaced {
    #[event(key, sensitive)]
    email: String,
}

fn main() {}
