use event_runtime::prelude::*;

#[derive(Debug, Serialize, Deserialize, Event)]
#[event(name = "order.colored", version = 1, owner = "checkout")]
struct OrderColored {
    #[serde(serialize_with = "hex")]
    color: u32,
}

fn main() {}
