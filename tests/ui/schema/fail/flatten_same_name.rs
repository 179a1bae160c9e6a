use event_runtime::prelude::*;

#[derive(Serialize, Deserialize, Schema)]
struct Place {
    name: String,
}

#[derive(Serialize, Deserialize, Schema)]
struct Customer {
    name: String,
    #[serde(flatten)]
    place: Place,
}

fn main() {}
