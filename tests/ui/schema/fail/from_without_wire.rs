use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
#[serde(from = "String", into = "String")]
struct Code(u32);

fn main() {}
