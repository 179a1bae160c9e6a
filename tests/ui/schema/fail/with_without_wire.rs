use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Line {
    #[serde(with = "hex")]
    color: u32,
    #[serde(default, deserialize_with = "hex::deserialize")]
    edge: u32,
}

fn main() {}
