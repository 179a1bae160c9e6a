use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[serde(tag = "kind", content = "value")]
enum Payment {
    Cash(#[serde(skip)] u8),
    Card(String),
}

fn main() {}
