use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.noted", version = 1, owner = "checkout")]
struct OrderNoted {
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

fn main() {}
