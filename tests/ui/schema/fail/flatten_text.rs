use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Order {
    #[serde(flatten)]
    id: String,
}

fn main() {}
