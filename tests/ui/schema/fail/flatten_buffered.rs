use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Ranked {
    name: String,
    #[serde(flatten)]
    scores: Scores,
}

#[derive(Serialize, Deserialize, Schema)]
struct Scores {
    by_place: std::collections::BTreeMap<u32, u64>,
}

fn main() {}
