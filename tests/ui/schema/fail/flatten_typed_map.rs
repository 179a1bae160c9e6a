use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Customer {
    name: String,
    #[serde(flatten)]
    scores: std::collections::BTreeMap<String, u32>,
}

fn main() {}
