use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
enum Kind {
    #[serde(with = "hex")]
    Color(u32),
}

fn main() {}
