use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Pair(u8, #[serde(skip_serializing)] u8);

fn main() {}
