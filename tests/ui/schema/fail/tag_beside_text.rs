use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[serde(tag = "kind")]
enum Contact {
    Mail(String),
}

fn main() {}
