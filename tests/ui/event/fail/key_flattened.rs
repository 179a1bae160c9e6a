use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Schema)]
struct Id {
    id: u64,
}

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.sent", version = 1, owner = "checkout")]
struct OrderSent {
    #[event(key)]
    #[serde(flatten)]
    id: Id,
}

fn main() {}
