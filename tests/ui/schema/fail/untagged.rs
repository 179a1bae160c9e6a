use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[serde(untagged)]
enum Amount {
    Number(u32),
    Text(String),
}

fn main() {}
