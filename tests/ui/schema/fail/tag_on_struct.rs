use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[serde(tag = "kind")]
struct Line {
    sku: String,
}

fn main() {}
